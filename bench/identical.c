/*
 * identical [--seed N] [--mib N] [--dense-mib N] [--part I/N] [--out FILE] LIST: is the same found the fast way as byte
 * by byte? First in every file that LIST names, one path a line, under every set of options; then in generated text,
 * most of which is drawn from those files, cut for the fast way in blocks of any size. What differs is cut down to the
 * smallest input that shows it, written to --out, and ends the run with 1.
 * --blind BYTE shows the fast way another byte in place of this one, so that something differs.
 * identical --print SEED,FIRST,COUNT LIST: the text of these blocks, without separators.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "detect/detect.h"
#include "hostile_text.h"

#define BLOCK_BYTES 65536
#define LONG_BLOCK_BYTES 300000 /* every LONG_BLOCK_EVERY-th: longer than what the engine holds */
#define LONG_BLOCK_EVERY 16
#define FILE_BYTES ((size_t)1 << 20) /* of a file, the rest only as slices */
#define FIELDS_MAX 64
#define SAID_BYTES 160

/* --- what is found --- */

struct found {
	uint64_t start, end, digest;
	uint8_t kind, form, confidence, tentative, rest, rule, padding[2];
};
struct founds {
	struct found *list;
	size_t count, capacity;
};

static uint64_t digest(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u; /* FNV-1a */
	return (hash ^ 0xff) * 0x100000001b3u;
}

static void take(void *context, const struct detect_mention *mention)
{
	struct founds *founds = context;
	uint64_t hash = digest(0xcbf29ce484222325u, mention->canonical.data, mention->canonical.size);
	hash = digest(hash, mention->text.data, mention->text.size);
	hash = digest(hash, mention->holder.data, mention->holder.size);
	hash = digest(hash, mention->scheme, mention->scheme ? strlen(mention->scheme) : 0);
	if (founds->count == founds->capacity) {
		founds->capacity = founds->capacity ? founds->capacity * 2 : 1024;
		founds->list = st_realloc(founds->list, founds->capacity * sizeof *founds->list);
	}
	founds->list[founds->count++] = (struct found){.start = mention->start,
		.end = mention->end,
		.digest = hash,
		.kind = (uint8_t)mention->kind,
		.form = (uint8_t)mention->form,
		.confidence = mention->confidence,
		.tentative = mention->tentative,
		.rest = mention->rest,
		.rule = mention->rule};
}

/* Those that lost come out of order, and when they come depends on nothing that is promised. */
static int by_place(const void *a, const void *b)
{
	const struct found *one = a, *other = b;
	if (one->start != other->start)
		return one->start < other->start ? -1 : 1;
	if (one->end != other->end)
		return one->end < other->end ? -1 : 1;
	return memcmp(&one->digest, &other->digest, sizeof *one - offsetof(struct found, digest));
}

/* --- the two ways --- */

static const char *const regions[] = {"IT", "FR", "DE", "GB", "US", NULL}, *const own_domains[] = {"contoso.com", NULL};
static const struct detect_options option_sets[] = {
	{0},
	{.regions = regions, .own_domains = own_domains},
	{.regions = regions, .keep_tentative = true},
	{.keep_tentative = true, .keep_rests = true},
	{.regions = regions, .own_domains = own_domains, .keep_tentative = true, .keep_rests = true},
};
static const char *const set_names[] = {"no options", "regions, own domain", "regions, tentative kept",
	"tentative and rests kept", "regions, own domain, tentative and rests kept"};
#define SETS (sizeof option_sets / sizeof *option_sets)

struct way {
	struct detect *detect;
	struct founds founds;
	uint8_t blind; /* 0, or this byte is shown as another: how the program itself is tested */
	struct st_buf seen;
};
struct pair {
	struct way fast, slow;
};

struct stretch {
	uint64_t start;
	const char *name;
};
/* One input: its text, the columns told of it, and how the fast way gets it. */
struct input {
	struct st_span text;
	struct stretch stretches[FIELDS_MAX];
	size_t stretch_count;
	uint64_t cuts; /* the seed of the blocks; 0: whole */
};

static void open_way(struct way *way, size_t set, bool byte_by_byte)
{
	struct detect_options options = option_sets[set];
	options.byte_by_byte = byte_by_byte;
	way->detect = detect_open(&options, take, &way->founds);
}

static void close_way(struct way *way)
{
	detect_close(way->detect);
	free(way->founds.list);
	st_buf_free(&way->seen);
}

/* The text as this way is shown it. */
static const uint8_t *shown_text(struct way *way, struct st_span text)
{
	if (!way->blind)
		return text.data;
	way->seen.size = 0;
	st_buf_add(&way->seen, text.data, text.size);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == way->blind)
			way->seen.data[i] = 'x';
	return way->seen.data;
}

static void run_way(struct way *way, const struct input *input, uint64_t cuts)
{
	unsigned numbers[FIELDS_MAX];
	size_t told = 0, size = input->text.size;
	const uint8_t *text = shown_text(way, input->text);
	way->founds.count = 0;
	for (size_t i = 0; i < input->stretch_count; i++)
		numbers[i] = input->stretches[i].name
				     ? detect_field_name(
					       way->detect, (struct st_span){(const uint8_t *)input->stretches[i].name,
								    strlen(input->stretches[i].name)})
				     : 0;
	for (size_t at = 0, block; at < size; at += block) {
		size_t most = cuts ? (size_t)1 << hostile_next(&cuts) % 18 : size;
		block = cuts ? 1 + (size_t)(hostile_next(&cuts) % most) : size;
		block = block < size - at ? block : size - at;
		for (; told < input->stretch_count && input->stretches[told].start < at + block; told++)
			detect_field_begins(way->detect, input->stretches[told].start, numbers[told]);
		detect_feed(way->detect, text + at, block);
	}
	detect_finish(way->detect);
	if (way->founds.count > 1)
		qsort(way->founds.list, way->founds.count, sizeof *way->founds.list, by_place);
}

/* Where the two first differ: the smaller start of what one has and the other has not; UINT64_MAX: nowhere. */
static uint64_t first_difference(const struct pair *pair, const struct found **fast, const struct found **slow)
{
	const struct founds *a = &pair->fast.founds, *b = &pair->slow.founds;
	size_t i = 0;
	while (i < a->count && i < b->count && memcmp(&a->list[i], &b->list[i], sizeof *a->list) == 0)
		i++;
	*fast = i < a->count ? &a->list[i] : NULL;
	*slow = i < b->count ? &b->list[i] : NULL;
	if (!*fast && !*slow)
		return UINT64_MAX;
	return !*slow || (*fast && (*fast)->start < (*slow)->start) ? (*fast)->start : (*slow)->start;
}

static bool differs(struct pair *pair, const struct input *input)
{
	const struct found *fast, *slow;
	run_way(&pair->fast, input, input->cuts);
	run_way(&pair->slow, input, 0);
	return first_difference(pair, &fast, &slow) != UINT64_MAX;
}

/* --- the smallest input that shows it --- */

static bool differs_without(struct pair *pair, struct input *input, struct st_buf *text, size_t from, size_t to)
{
	st_auto_buf struct st_buf less = {0};
	st_buf_add(&less, text->data, from);
	st_buf_add(&less, text->data + to, text->size - to);
	input->text = (struct st_span){less.data, less.size};
	bool still = less.size > 0 && differs(pair, input);
	if (still) {
		text->size = 0;
		st_buf_add(text, less.data, less.size);
	}
	input->text = (struct st_span){text->data, text->size};
	return still;
}

/* Takes pieces away, large ones first, as long as the rest still shows it. Columns stay only if it needs them. */
static void cut_down(struct pair *pair, struct input *input, struct st_buf *text)
{
	size_t stretches = input->stretch_count;
	uint64_t cuts = input->cuts;
	input->stretch_count = 0;
	if (!differs(pair, input))
		input->stretch_count = stretches;
	input->cuts = 0;
	if (!differs(pair, input))
		input->cuts = cuts;
	if (input->stretch_count > 0)
		return; /* they stand at offsets */
	for (size_t step = text->size / 2; step > 0; step = step > 1 ? (step + 1) / 2 : 0)
		for (size_t at = 0; at < text->size;)
			if (!differs_without(pair, input, text, at, at + step < text->size ? at + step : text->size))
				at += step;
}

static void say_found(const char *way, const struct found *found, struct st_span text)
{
	printf("  %-12s ", way);
	if (!found) {
		printf("nothing more\n");
		return;
	}
	printf("%s %s %u.%02u%s%s [%" PRIu64 ", %" PRIu64 ") \"", detect_kind_name(found->kind),
		detect_form_name(found->form), found->confidence / 100, found->confidence % 100,
		found->tentative ? " tentative" : "", found->rest ? " rest" : "", found->start, found->end);
	for (uint64_t i = found->start; i < found->end && i < found->start + SAID_BYTES; i++)
		if (text.data[i] >= ' ' && text.data[i] < 0x7f)
			putchar(text.data[i]);
		else
			printf("\\x%02x", text.data[i]);
	printf("\"\n");
}

static void say_difference(struct pair *pair, const struct input *input)
{
	const struct found *fast, *slow;
	differs(pair, input);
	first_difference(pair, &fast, &slow);
	say_found("fast:", fast, input->text);
	say_found("byte by byte:", slow, input->text);
}

/* --- a run --- */

struct tool {
	struct hostile_pool *pool;
	struct pair pairs[SETS];
	uint64_t seed, part, parts, file_bytes, bytes[2], inputs, mentions;
	const char *out;
	bool differed;
};

static void tell(struct tool *tool, size_t set, struct input *input, const char *what)
{
	struct pair *pair = &tool->pairs[set];
	const struct found *fast, *slow;
	uint64_t at = first_difference(pair, &fast, &slow);
	printf("DIFFERS: %s, offset %" PRIu64 ", %s, %s, %s\n", what, at, set_names[set], input->cuts ? "cut" : "whole",
		input->stretch_count ? "with columns" : "without columns");
	say_difference(pair, input);
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, input->text.data, input->text.size);
	input->text = (struct st_span){text.data, text.size};
	cut_down(pair, input, &text);
	printf("  the smallest input that shows it, %zu bytes%s%s, is %s:\n", text.size,
		input->cuts ? ", only when cut" : "", input->stretch_count ? ", only with columns" : "", tool->out);
	say_difference(pair, input);
	FILE *file = fopen(tool->out, "wb");
	if (!file || fwrite(text.data, 1, text.size, file) != text.size || fclose(file) != 0)
		fprintf(stderr, "identical: %s: %s\n", tool->out, strerror(errno));
	tool->differed = true;
}

static void compare(struct tool *tool, size_t set, struct input *input, const char *what)
{
	tool->inputs++;
	if (differs(&tool->pairs[set], input))
		tell(tool, set, input, what);
	tool->mentions += tool->pairs[set].slow.founds.count;
}

static void compare_file(struct tool *tool, struct st_span text, const char *path)
{
	struct input input = {.text = {text.data, text.size < FILE_BYTES ? text.size : FILE_BYTES}};
	for (size_t set = 0; set < SETS && !tool->differed; set++)
		for (uint64_t cut = 0; cut < 2 && !tool->differed; cut++) {
			input.cuts = cut ? tool->seed : 0;
			compare(tool, set, &input, path);
			tool->file_bytes += input.text.size;
		}
}

/* Columns of tables, where values of them begin: anywhere. */
static void draw_columns(struct input *input, uint64_t *state)
{
	static const char *const names[] = {"phone", "Telefono", "mobile_number", "Codice fiscale", "partita_iva",
		"iban", "IBAN", "card number", "date_of_birth", "Data di nascita", "customer_name", "Nome e cognome",
		"email", "E-Mail", "case_id", "ticket", "ssn", "address", "Indirizzo", "password", "ip", "vat number",
		"name", "note"};
	input->stretch_count = 1 + hostile_next(state) % FIELDS_MAX;
	uint64_t at = 0;
	for (size_t i = 0; i < input->stretch_count; i++) {
		at += hostile_next(state) % (2 * input->text.size / input->stretch_count + 1);
		size_t name = hostile_next(state) % (sizeof names / sizeof *names + 4);
		input->stretches[i] = (struct stretch){at, name < sizeof names / sizeof *names ? names[name] : NULL};
	}
}

static void make_block(const struct tool *tool, uint64_t number, enum hostile_density density, struct st_buf *out)
{
	size_t size = number % LONG_BLOCK_EVERY == LONG_BLOCK_EVERY - 1 ? LONG_BLOCK_BYTES : BLOCK_BYTES;
	out->size = 0;
	hostile_text(tool->pool, (tool->seed << 40) + number * 2 + density, density, size, out);
}

static uint64_t compare_block(struct tool *tool, uint64_t number, enum hostile_density density, struct st_buf *text)
{
	char what[96];
	struct input input = {0};
	uint64_t state = (tool->seed << 40) + number + 1;
	make_block(tool, number, density, text);
	input.text = (struct st_span){text->data, text->size};
	input.cuts = hostile_next(&state) % 4 == 0 ? 0 : hostile_next(&state) | 1;
	if (hostile_next(&state) % 4 == 0)
		draw_columns(&input, &state);
	snprintf(what, sizeof what, "seed %" PRIu64 ", %s block %" PRIu64, tool->seed,
		density == HOSTILE_DENSE ? "dense" : "plain", number);
	compare(tool, hostile_next(&state) % SETS, &input, what);
	return text->size;
}

static void compare_generated(struct tool *tool, enum hostile_density density, uint64_t wanted)
{
	st_auto_buf struct st_buf text = {0};
	for (uint64_t number = 0, bytes = 0; bytes < wanted && !tool->differed; number++) {
		if (number % tool->parts == tool->part)
			tool->bytes[density] += compare_block(tool, number, density, &text);
		bytes += number % LONG_BLOCK_EVERY == LONG_BLOCK_EVERY - 1 ? LONG_BLOCK_BYTES : BLOCK_BYTES;
	}
}

static bool read_file(const char *path, struct st_buf *out)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	for (size_t got = 1; got > 0; out->size += got) {
		st_buf_reserve(out, 1 << 20);
		got = fread(out->data + out->size, 1, 1 << 20, file);
	}
	bool read = !ferror(file);
	fclose(file);
	return read;
}

/* Each file of the list in turn: into the pool, and through both ways when `look`. */
static bool each_file(struct tool *tool, const char *list, bool look)
{
	char path[4096];
	uint64_t number = 0;
	FILE *file = fopen(list, "r");
	if (!file)
		return false;
	bool good = true;
	while (good && fgets(path, sizeof path, file)) {
		st_auto_buf struct st_buf content = {0};
		size_t size = strcspn(path, "\n");
		path[size] = 0;
		good = read_file(path, &content);
		if (!good)
			fprintf(stderr, "identical: %s: %s\n", path, strerror(errno));
		struct st_span text = {content.data, content.size};
		if (good && !look)
			hostile_pool_add(tool->pool, text, size > 4 && strcmp(path + size - 4, ".tsv") == 0);
		else if (good && !tool->differed && number++ % tool->parts == tool->part)
			compare_file(tool, text, path);
	}
	fclose(file);
	return good;
}

static void say_total(const struct tool *tool)
{
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	printf("%s: fast against byte by byte (%s), %" PRIu64 " inputs, %" PRIu64
	       " mentions; files %.1f MB (each %zu times: whole and cut, by options), dense %.1f MB, plain %.1f MB; "
	       "seed %" PRIu64 ", part %" PRIu64 " of %" PRIu64 ", %.1f s of processor\n",
		tool->differed ? "DIFFERENT" : "identical",
		detect_is_sifted(tool->pairs[0].fast.detect) ? "this processor has the fast way"
							     : "NO FAST WAY on this processor: nothing was compared",
		tool->inputs, tool->mentions, (double)tool->file_bytes / 2e6 / SETS, 2 * SETS,
		(double)tool->bytes[HOSTILE_DENSE] / 1e6, (double)tool->bytes[HOSTILE_PLAIN] / 1e6, tool->seed,
		tool->part + 1, tool->parts, (double)used.tv_sec + (double)used.tv_nsec / 1e9);
}

static int print_blocks(struct tool *tool, const char *which)
{
	uint64_t first, count;
	st_auto_buf struct st_buf text = {0};
	if (sscanf(which, "%" SCNu64 ",%" SCNu64 ",%" SCNu64, &tool->seed, &first, &count) != 3)
		return 2;
	for (uint64_t number = first; number < first + count; number++) {
		make_block(tool, number, number % 8 == 0 ? HOSTILE_DENSE : HOSTILE_PLAIN, &text);
		if (fwrite(text.data, 1, text.size, stdout) != text.size)
			return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

struct asked {
	const char *list, *print;
	uint64_t mib, dense_mib;
	uint8_t blind;
};

static bool read_arguments(int argc, char **argv, struct tool *tool, struct asked *asked)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";
		if (argv[i][0] != '-') {
			asked->list = argv[i];
			continue;
		}
		i++;
		if (strcmp(argv[i - 1], "--seed") == 0)
			tool->seed = strtoull(value, NULL, 10);
		else if (strcmp(argv[i - 1], "--mib") == 0)
			asked->mib = strtoull(value, NULL, 10);
		else if (strcmp(argv[i - 1], "--dense-mib") == 0)
			asked->dense_mib = strtoull(value, NULL, 10);
		else if (strcmp(argv[i - 1], "--blind") == 0)
			asked->blind = (uint8_t)value[0];
		else if (strcmp(argv[i - 1], "--out") == 0)
			tool->out = value;
		else if (strcmp(argv[i - 1], "--print") == 0)
			asked->print = value;
		else if (strcmp(argv[i - 1], "--part") != 0 ||
			 sscanf(value, "%" SCNu64 "/%" SCNu64, &tool->part, &tool->parts) != 2 || tool->parts == 0)
			return false;
	}
	return asked->list != NULL;
}

static void compare_all(struct tool *tool, const struct asked *asked)
{
	for (size_t set = 0; set < SETS; set++) {
		open_way(&tool->pairs[set].fast, set, false);
		open_way(&tool->pairs[set].slow, set, true);
		tool->pairs[set].fast.blind = asked->blind;
	}
	each_file(tool, asked->list, true);
	compare_generated(tool, HOSTILE_DENSE, asked->dense_mib << 20);
	compare_generated(tool, HOSTILE_PLAIN, (asked->mib - asked->dense_mib) << 20);
	say_total(tool);
	for (size_t set = 0; set < SETS; set++) {
		close_way(&tool->pairs[set].fast);
		close_way(&tool->pairs[set].slow);
	}
}

int main(int argc, char **argv)
{
	struct asked asked = {.mib = 64, .dense_mib = 16};
	struct tool tool = {.seed = 1, .parts = 1, .out = "identical.bin"};
	if (!read_arguments(argc, argv, &tool, &asked)) {
		fprintf(stderr, "identical [--seed N] [--mib N] [--dense-mib N] [--part I/N] [--out FILE] LIST\n"
				"identical --print SEED,FIRST,COUNT LIST\n");
		return 2;
	}
	setvbuf(stdout, NULL, asked.print ? _IOFBF : _IOLBF, 1 << 16);
	if (asked.dense_mib > asked.mib)
		asked.mib = asked.dense_mib;
	tool.pool = hostile_pool_open();
	int status = each_file(&tool, asked.list, false) ? 0 : 2;
	if (status == 0 && asked.print)
		status = print_blocks(&tool, asked.print);
	else if (status == 0)
		compare_all(&tool, &asked);
	hostile_pool_close(tool.pool);
	return tool.differed ? 1 : status;
}
