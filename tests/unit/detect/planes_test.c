/*
 * What detectors say with planes of bits (detector.h, `places`) beside what they say place by place: the rows of
 * tests/cases/detect, whole and damaged, around the borders of words and of sifted pieces, in texts of every sort of
 * byte. planes_test ROUNDS [SEED] looks longer.
 */
#include <errno.h>

#include "base/ceilings.h"
#include "check.h"
#include "collect.h"
#include "detect/detector.h"
#include "detect/planes.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define PIECE PLANE_WORDS *PLANE_PLACES
#define ROWS_MAX 4096

static const struct detector *const converted[] = {
	&detector_email_address,
	&detector_phone_number,
	&detector_organization_name,
	&detector_worded_number,
	&detector_ip_address,
	&detector_payment_card,
	&detector_iban,
	&detector_official_number,
	&detector_person_name,
	&detector_url,
	&detector_connection_string,
	&detector_secret,
};
static const char *const case_kinds[] = {
	"iban",
	"ip_address",
	"national_id",
	"payment_card",
	"phone_number",
	"url",
	"vat_number",
	"case_number",
	"date_of_birth",
	"email_address",
	"organization_name",
	"person_name",
	"postal_address",
	"secret",
};

static struct {
	struct st_buf text[ROWS_MAX];
	size_t count;
} rows;
static size_t rounds = 1000;
static uint64_t first_seed = 1;

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* --- the rows of the case files: their second column without marks and escapes --- */

static void read_text(const char *from, const char *end, struct st_buf *out)
{
	for (; from < end; from++) {
		if (strncmp(from, "\xe2\x9f\xa6", 3) == 0 || strncmp(from, "\xe2\x9f\xa7", 3) == 0) {
			from += 2;
		} else if (*from == '\\' && from[1] == 'x') {
			const char hex[3] = {from[2], from[3], 0};
			st_buf_add_byte(out, (uint8_t)strtoul(hex, NULL, 16));
			from += 3;
		} else if (*from == '\\') {
			from++;
			st_buf_add_byte(out, (uint8_t)(*from == 'n'   ? '\n'
						       : *from == 't' ? '\t'
						       : *from == 'r' ? '\r'
								      : *from));
		} else {
			st_buf_add_byte(out, (uint8_t)*from);
		}
	}
}

static void read_rows(const char *kind, const char *name)
{
	st_auto_free char *path = st_format("%s/%s/%s", CASES_FOLDER, kind, name);
	FILE *file = fopen(path, "r");
	if (!file) {
		CHECK_FAIL("%s: %s", path, strerror(errno));
		return;
	}
	char *line = NULL;
	size_t capacity = 0;
	while (getline(&line, &capacity, file) > 0 && rows.count < ROWS_MAX) {
		const char *text = strchr(line, '\t');
		if (line[0] != '#' && text)
			read_text(text + 1, text + 1 + strcspn(text + 1, "\t\n"), &rows.text[rows.count++]);
	}
	free(line);
	fclose(file);
}

/* --- texts --- */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char signs[] = " -./+()[]{}:;,=%&#@\"'<>|\\_*^$!?~\n\r\t";
static const char *const odd[] = {"\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\xaf", "\xc2\xad", "\xef\xbc\x91",
	"\xef\xbc\x90", "\xef\xbc\xa4", "\xef\xbc\x8b", "\xef\xbc\x88", "\xef\xbb\xbf", "\xef", "\xff", "\x80",
	"\xc3\xa9", "\xe4\xb8\xad", "%20", "%2B", "&nbsp;", "&#160;", "&#43;", "&#x2B;", "\\u002B", "=\n", "=\r\n",
	"=20", "=A0", "=C2=A0", "=2B", "\x1b[31m", "\x1b[0K", "\\u001b[1m", "\\n", "\\t", "IBAN", "00", "::", "[.]"};

static void add_noise(struct st_buf *text, size_t size, unsigned sort, uint64_t *seed)
{
	const size_t end = text->size + size;
	while (text->size < end) {
		uint64_t r = next_random(seed), pick = sort == 5 ? r % 5 : sort;
		if (pick == 0)
			st_buf_add_byte(text, (uint8_t)('0' + (r >> 8) % 10));
		else if (pick == 1)
			st_buf_add_byte(text, (uint8_t)letters[(r >> 8) % (sizeof letters - 1)]);
		else if (pick == 2)
			st_buf_add_byte(text, (uint8_t)signs[(r >> 8) % (sizeof signs - 1)]);
		else if (pick == 3)
			st_buf_add(text, odd[(r >> 8) % COUNT(odd)], strlen(odd[(r >> 8) % COUNT(odd)]));
		else
			st_buf_add_byte(text, (r >> 8) % 4 ? ' ' : 0);
	}
}

/* Changes, drops or adds a few bytes of what was added from `from` on. */
static void damage(struct st_buf *text, size_t from, uint64_t *seed)
{
	for (uint64_t count = next_random(seed) % 4; count > 0 && text->size > from; count--) {
		uint64_t r = next_random(seed);
		size_t at = from + (r >> 4) % (text->size - from);
		if (r % 4 == 0) {
			memmove(text->data + at, text->data + at + 1, text->size - at - 1);
			text->size--;
		} else if (r % 4 == 1) {
			text->data[at] = (uint8_t)('0' + next_random(seed) % 10);
		} else if (r % 4 == 2) {
			text->data[at] = (uint8_t)signs[next_random(seed) % (sizeof signs - 1)];
		} else {
			const char *what = odd[next_random(seed) % COUNT(odd)];
			st_buf_add(text, what, strlen(what));
			memmove(text->data + at + strlen(what), text->data + at, text->size - at - strlen(what));
			memcpy(text->data + at, what, strlen(what));
		}
	}
}

/* Two or three pieces of 4 KiB in which rows lie across the borders of words, and across those of the pieces. */
static void build_text(struct st_buf *text, uint64_t *seed)
{
	const size_t size = PIECE + next_random(seed) % (2 * PIECE);
	text->size = 0;
	while (text->size < size) {
		const struct st_buf *row = &rows.text[next_random(seed) % rows.count];
		const size_t border = (text->size / PLANE_PLACES + 1 + next_random(seed) % 3) * PLANE_PLACES;
		const size_t before = next_random(seed) % (row->size + 8);
		unsigned sort = (unsigned)(next_random(seed) % 12);
		if (before < border && border - before > text->size && sort < 9)
			add_noise(text, border - before - text->size, sort < 6 ? sort : 5, seed);
		size_t from = text->size;
		st_buf_add(text, row->data, row->size);
		if (next_random(seed) % 2)
			damage(text, from, seed);
	}
}

/* --- both ways --- */

static bool keeps_run(uint8_t byte)
{
	return ((uint8_t)((byte | 32) - 'a') < 26 || (uint8_t)(byte - '0') < 10) && byte != 'm' && byte != 'K';
}

static bool wakes(const struct detector *detector, const uint8_t *text, size_t size, size_t at)
{
	uint8_t next = at + 1 < size ? text[at + 1] : 0;
	return text[at] != 0 && strchr(detector->triggers, text[at]) &&
	       (!detector->may_start || detector->may_start(text[at], next));
}

static bool says_yes(const struct detector *detector, const struct detect_options *options, const uint8_t *text,
	size_t size, size_t at)
{
	size_t low = at > CEIL_DETECT_REACH_BYTES ? at - CEIL_DETECT_REACH_BYTES : 0;
	size_t high = size - at > CEIL_DETECT_REACH_BYTES ? at + CEIL_DETECT_REACH_BYTES : size;
	struct detect_window window = {text + low, high - low, options, NULL};
	struct detect_candidate candidate = {0};
	return detector->check(&window, at - low, &candidate);
}

static void print_around(const uint8_t *text, size_t size, size_t at)
{
	for (size_t i = at > 70 ? at - 70 : 0; i < size && i < at + 70; i++)
		printf(text[i] >= ' ' && text[i] < 0x7f ? "%c" : "\\x%02x", text[i]);
	putchar('\n');
}

/* A detector over the text, piece by piece, the first one shorter. */
static void places_agree(const struct detector *detector, const struct detect_options *options, const uint8_t *text,
	size_t size, size_t first_piece)
{
	static struct planes planes;
	uint64_t found[PLANE_WORDS + 8];
	bool examined = false;
	planes.regions = options->regions != NULL;
	planes.digit_before = false;
	for (size_t at = 0, piece = first_piece; at < size; at += piece, piece = PIECE) {
		piece = piece < size - at ? piece : size - at;
		planes_fill(&planes, text, size, at, piece);
		detector->places(&planes, found);
		for (size_t i = at; i < at + piece; i++) {
			bool woken = wakes(detector, text, size, i);
			examined &= keeps_run(text[i]);
			bool asked = woken && !(detector->run_start && examined);
			bool may = woken && (found[(i - at) / 64] >> (i - at) % 64 & 1);
			examined |= woken;
			if (asked == may || !says_yes(detector, options, text, size, i))
				continue;
			CHECK_FAIL("%s at %zu, piece of %zu at %zu: %s by planes:", detector->describe, i, piece, at,
				may ? "asked only" : "missed");
			print_around(text, size, i);
			return;
		}
	}
}

static void planes_miss_no_place_where_a_detector_says_yes(void)
{
	static const char *const regions[][3] = {{"IT", "US", NULL}, {"DE", NULL}, {"BR", "JP", NULL}};
	st_auto_buf struct st_buf text = {0};
	if (!planes_here())
		return;
	for (uint64_t round = 0; round < rounds && !check_failed; round++) {
		uint64_t seed = first_seed + round;
		next_random(&seed);
		build_text(&text, &seed);
		struct detect_options options = {.regions = round % 2 ? regions[round / 2 % COUNT(regions)] : NULL};
		for (size_t n = 0; n < COUNT(converted) && !check_failed; n++)
			places_agree(converted[n], &options, text.data, text.size, 1 + next_random(&seed) % PIECE);
		if (check_failed)
			printf("# seed %llu\n", (unsigned long long)(first_seed + round));
	}
}

/* The same through the engine, in blocks of any size. */
static void sifted_texts_give_the_mentions_of_those_read_byte_by_byte(void)
{
	static const char *const regions[] = {"IT", "US", "DE", NULL};
	st_auto_buf struct st_buf text = {0};
	for (uint64_t round = 0; round < rounds / 2 && !check_failed; round++) {
		uint64_t seed = first_seed + 1000003 + round;
		build_text(&text, &seed);
		struct detect_options options = {.regions = round % 2 ? regions : NULL, .keep_tentative = round % 3};
		struct collected fast = collect(&options, -1, text.data, text.size, 6000, seed);
		options.byte_by_byte = true;
		struct collected slow = collect(&options, -1, text.data, text.size, 0, 0);
		if (strcmp((char *)fast.lines.data, (char *)slow.lines.data) != 0)
			CHECK_FAIL("seed %llu: sifted\n%sbyte by byte\n%s", (unsigned long long)first_seed + round,
				(char *)fast.lines.data, (char *)slow.lines.data);
		st_buf_free(&fast.lines);
		st_buf_free(&slow.lines);
	}
}

/* Fields of any length stand anywhere: their names are labels for what no label stands before. */
static struct collected collect_fields(const struct detect_options *options, const struct st_buf *text, uint64_t seed)
{
	static const char *const names[] = {
		"Ticket number", "birthDate", "phone", "case_id", "address", "Dossier", "password", "name"};
	struct collected into = {.input = text->data, .only = -1};
	struct detect *detect = detect_open(options, collect_mention, &into);
	unsigned numbers[COUNT(names)];
	for (size_t i = 0; i < COUNT(names); i++)
		numbers[i] = detect_field_name(detect, (struct st_span){(const uint8_t *)names[i], strlen(names[i])});
	for (size_t at = 0, size; at < text->size; at += size) {
		size = 1 + next_random(&seed) % 300;
		size = size < text->size - at ? size : text->size - at;
		if (at > 2000) /* text in no field goes before */
			detect_field_begins(detect, at, next_random(&seed) % 4 ? numbers[next_random(&seed) % 8] : 0);
		detect_feed(detect, text->data + at, size);
	}
	detect_finish(detect);
	detect_close(detect);
	st_buf_add_byte(&into.lines, 0);
	return into;
}

static void names_of_fields_are_labels_in_sifted_texts_too(void)
{
	st_auto_buf struct st_buf text = {0};
	for (uint64_t round = 0; round < rounds && !check_failed; round++) {
		uint64_t seed = first_seed + 2000003 + round;
		build_text(&text, &seed);
		struct detect_options options = {.keep_tentative = round % 2};
		struct collected fast = collect_fields(&options, &text, seed);
		options.byte_by_byte = true;
		struct collected slow = collect_fields(&options, &text, seed);
		if (strcmp((char *)fast.lines.data, (char *)slow.lines.data) != 0)
			CHECK_FAIL("seed %llu: sifted\n%sbyte by byte\n%s", (unsigned long long)(first_seed + round),
				(char *)fast.lines.data, (char *)slow.lines.data);
		st_buf_free(&fast.lines);
		st_buf_free(&slow.lines);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first_seed = strtoul(argv[2], NULL, 10);
	for (size_t i = 0; i < COUNT(case_kinds); i++) {
		read_rows(case_kinds[i], "hit.tsv");
		read_rows(case_kinds[i], "miss.tsv");
	}
	RUN(planes_miss_no_place_where_a_detector_says_yes);
	RUN(sifted_texts_give_the_mentions_of_those_read_byte_by_byte);
	RUN(names_of_fields_are_labels_in_sifted_texts_too);
	for (size_t i = 0; i < rows.count; i++)
		st_buf_free(&rows.text[i]);
	CHECK_END();
}
