/*
 * redact_stream_bench FORMAT FILE [RUNS] [MODE]: redaction of a text in memory without what finding costs: the
 * detectors are asked once, and what they said is said again (the linker wraps their functions). Medians of the
 * processor time of redaction alone, of the detectors alone and of both, in turns, in nanoseconds a byte. Without RUNS
 * one run of the first, for instruction counts. MODE: token (the default), label, mask.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/ceilings.h"
#include "redact/redact.h"

#define BLOCK_BYTES (64 * KIB)
#define RUNS_MAX 64
#define STREAMS 4

struct detect *__real_detect_open(const struct detect_options *options, detect_emit *emit, void *context);
void __real_detect_feed(struct detect *detect, const void *text, size_t size);
void __real_detect_finish(struct detect *detect);
uint64_t __real_detect_settled(const struct detect *detect);
struct detect *__wrap_detect_open(const struct detect_options *options, detect_emit *emit, void *context);
void __wrap_detect_feed(struct detect *detect, const void *text, size_t size);
void __wrap_detect_finish(struct detect *detect);
uint64_t __wrap_detect_settled(const struct detect *detect);

struct said {
	struct detect_mention mention; /* its spans are offsets into bytes */
	size_t text, canonical, holder;
	uint64_t fed; /* when it was said */
};
/* One detect of the run, by the order in which they are opened. */
struct stream {
	struct detect *detect;
	detect_emit *emit;
	void *context;
	struct said *said;
	size_t count, capacity, next;
	uint64_t fed;
	struct st_buf bytes;
};
enum phase { PHASE_REAL, PHASE_RECORD, PHASE_REPLAY };
struct theatre {
	enum phase phase;
	size_t opened;
	struct stream streams[STREAMS];
};

/* What the wrapped functions share; one thread. */
static struct theatre *theatre(void)
{
	static struct theatre *all;
	if (!all)
		all = st_alloc_zero(1, sizeof *all);
	return all;
}

static struct stream *stream_of(const struct detect *detect)
{
	for (size_t i = 0; i < STREAMS; i++)
		if (theatre()->streams[i].detect == detect)
			return &theatre()->streams[i];
	return NULL;
}

static size_t keep(struct stream *stream, struct st_span span)
{
	size_t at = stream->bytes.size;
	st_buf_add(&stream->bytes, span.data, span.size);
	return at;
}

static void record(void *context, const struct detect_mention *mention)
{
	struct stream *stream = context;
	if (stream->count == stream->capacity) {
		stream->capacity = stream->capacity ? stream->capacity * 2 : 1024;
		stream->said = st_realloc(stream->said, stream->capacity * sizeof *stream->said);
	}
	stream->said[stream->count++] = (struct said){*mention, keep(stream, mention->text),
		keep(stream, mention->canonical), keep(stream, mention->holder), stream->fed};
	stream->emit(stream->context, mention);
}

static void say_again(struct stream *stream)
{
	for (; stream->next < stream->count && stream->said[stream->next].fed <= stream->fed; stream->next++) {
		struct said *said = &stream->said[stream->next];
		said->mention.text.data = stream->bytes.data + said->text;
		said->mention.canonical.data = stream->bytes.data + said->canonical;
		said->mention.holder.data = stream->bytes.data + said->holder;
		stream->emit(stream->context, &said->mention);
	}
}

struct detect *__wrap_detect_open(const struct detect_options *options, detect_emit *emit, void *context)
{
	struct theatre *all = theatre();
	struct stream *stream = &all->streams[all->opened];
	if (all->phase == PHASE_REAL || all->opened == STREAMS)
		return __real_detect_open(options, emit, context);
	all->opened++;
	stream->emit = emit;
	stream->context = context;
	stream->next = 0;
	stream->fed = 0;
	stream->detect = __real_detect_open(options, record, stream);
	return stream->detect;
}

void __wrap_detect_feed(struct detect *detect, const void *text, size_t size)
{
	struct stream *stream = stream_of(detect);
	if (stream)
		stream->fed += size;
	if (stream && theatre()->phase == PHASE_REPLAY)
		say_again(stream);
	else
		__real_detect_feed(detect, text, size);
}

void __wrap_detect_finish(struct detect *detect)
{
	struct stream *stream = stream_of(detect);
	if (stream)
		stream->fed++; /* what the end decides comes behind all else */
	if (stream && theatre()->phase == PHASE_REPLAY)
		say_again(stream);
	else
		__real_detect_finish(detect);
}

/* As the engine would: not beyond its reach, nor beyond what it has yet to say. */
uint64_t __wrap_detect_settled(const struct detect *detect)
{
	const struct stream *stream = stream_of(detect);
	if (!stream || theatre()->phase != PHASE_REPLAY)
		return __real_detect_settled(detect);
	const uint64_t reach = 2 * CEIL_DETECT_REACH_BYTES;
	uint64_t settled = stream->fed > reach ? stream->fed - reach : 0;
	for (size_t i = stream->next; i < stream->count && i < stream->next + 8; i++)
		if (stream->said[i].mention.start < settled)
			settled = stream->said[i].mention.start;
	return settled;
}

static bool drop(void *context, const void *data, size_t size)
{
	(void)data;
	*(uint64_t *)context += size;
	return true;
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double redact_once(struct st_span text, const struct redact_options *options, enum phase phase)
{
	struct redact_counts counts;
	uint64_t written = 0;
	struct redact_options here = *options;
	theatre()->phase = phase;
	theatre()->opened = 0;
	here.context = &written;
	struct redact *redact = redact_open(&here);
	st_auto_free uint8_t *block = st_alloc(BLOCK_BYTES);
	double taken = 0, begin;
	for (size_t at = 0, size; at < text.size; at += size) {
		size = text.size - at < BLOCK_BYTES ? text.size - at : BLOCK_BYTES;
		memcpy(block, text.data + at, size); /* as read(2) does, which is not redaction's */
		begin = now();
		redact_feed(redact, block, size);
		taken += now() - begin;
	}
	begin = now();
	enum redact_status status = redact_finish(redact, &counts);
	taken += now() - begin;
	redact_close(redact);
	for (size_t i = 0; i < STREAMS; i++)
		theatre()->streams[i].detect = NULL;
	if (status != REDACT_OK)
		fprintf(stderr, "ended with status %d\n", status);
	return taken;
}

/* For callgrind: --toggle-collect=replay_once. */
static __attribute__((noinline)) double replay_once(struct st_span text, const struct redact_options *options)
{
	return redact_once(text, options, PHASE_REPLAY);
}

static void ignore(void *context, const struct detect_mention *mention)
{
	(void)context, (void)mention;
}

static double detect_once(struct st_span text)
{
	struct detect_options options = {.keep_tentative = true, .keep_rests = true};
	struct detect *detect = __real_detect_open(&options, ignore, NULL);
	double begin = now();
	for (size_t at = 0; at < text.size; at += BLOCK_BYTES)
		__real_detect_feed(detect, text.data + at, text.size - at < BLOCK_BYTES ? text.size - at : BLOCK_BYTES);
	__real_detect_finish(detect);
	double taken = now() - begin;
	detect_close(detect);
	return taken;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
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
	fclose(file);
	return true;
}

static void say_medians(struct st_span text, const struct redact_options *options, size_t runs)
{
	double taken[3][RUNS_MAX];
	for (size_t i = 0; i < runs; i++) {
		taken[0][i] = replay_once(text, options);
		taken[1][i] = detect_once(text);
		taken[2][i] = redact_once(text, options, PHASE_REAL);
	}
	for (int i = 0; i < 3; i++)
		qsort(taken[i], runs, sizeof taken[i][0], by_size);
	double ns = 1e9 / (double)text.size;
	printf("redaction alone %.3f ns a byte (best %.3f), detectors alone %.3f (%.3f), both %.3f (%.3f): %.0f MB/s; "
	       "%zu said\n",
		taken[0][runs / 2] * ns, taken[0][0] * ns, taken[1][runs / 2] * ns, taken[1][0] * ns,
		taken[2][runs / 2] * ns, taken[2][0] * ns, 1e3 / (taken[2][runs / 2] * ns),
		theatre()->streams[0].count);
}

int main(int argc, char **argv)
{
	static const uint8_t key[REDACT_KEY_BYTES] = {1};
	struct st_buf text = {0};
	struct redact_options options = {.mode = REDACT_TOKEN, .key = key, .write = drop};
	while (argc > 1 && options.format < REDACT_FORMATS && strcmp(argv[1], redact_format_name(options.format)) != 0)
		options.format++;
	if (argc < 3 || options.format == REDACT_FORMATS || !read_file(argv[2], &text)) {
		fprintf(stderr, "redact_stream_bench FORMAT FILE [RUNS] [MODE]\n");
		return 2;
	}
	if (argc > 4)
		options.mode = strcmp(argv[4], "mask") == 0    ? REDACT_MASK
			       : strcmp(argv[4], "label") == 0 ? REDACT_LABEL
							       : REDACT_TOKEN;
	size_t runs = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	struct st_span all = {text.data, text.size};
	redact_once(all, &options, PHASE_RECORD);
	if (runs == 0)
		replay_once(all, &options);
	else
		say_medians(all, &options, runs < RUNS_MAX ? runs : RUNS_MAX);
	st_buf_free(&text);
	return 0;
}
