/* Redacts a text at once or cut as a test likes, and the samples: the texts of all rows of tests/cases/detect. */
#ifndef STAUNCH_TESTS_REDACT_ALL_H
#define STAUNCH_TESTS_REDACT_ALL_H

#include <dirent.h>

#include "check.h"
#include "redact/redact.h"

static const uint8_t test_key[REDACT_KEY_BYTES] = "a key that nobody else would use";

struct redacted {
	struct st_buf out;    /* with a NUL behind it that its size does not count */
	struct st_buf events; /* "kind start end\n" */
	enum redact_status status;
	struct redact_counts counts;
	bool unsorted;
	uint64_t last;
};

static inline bool redacted_write(void *context, const void *data, size_t size)
{
	struct redacted *into = context;
	st_buf_add(&into->out, data, size);
	return true;
}

static inline void redacted_event(void *context, const struct redact_event *event)
{
	struct redacted *into = context;
	into->unsorted |= event->start < into->last || event->end <= event->start;
	into->last = event->start;
	st_buf_format(&into->events, "%s %llu %llu\n",
		event->unsearched             ? "unsearched"
		: event->kind == DETECT_KINDS ? "field"
					      : detect_kind_name(event->kind),
		(unsigned long long)event->start, (unsigned long long)event->end);
}

static inline struct redact_options redacted_options(enum redact_action mode)
{
	return (struct redact_options){.format = REDACT_TEXT, .mode = mode, .key = test_key};
}

/* `cut` bytes first, then the rest in blocks of `block`; 0: at once. The caller frees with redacted_free. */
static inline struct redacted redacted_of(
	const struct redact_options *options, const void *text, size_t size, size_t cut, size_t block)
{
	struct redacted into = {0};
	struct redact_options with = *options;
	with.write = redacted_write;
	with.event = redacted_event;
	with.context = &into;
	struct redact *redact = redact_open(&with);
	const uint8_t *bytes = text;
	bool going = cut > 0 ? redact_feed(redact, bytes, cut) : true;
	for (size_t at = cut; going && at < size;) {
		size_t take = block == 0 || block > size - at ? size - at : block;
		going = redact_feed(redact, bytes + at, take);
		at += take;
	}
	into.status = redact_finish(redact, &into.counts);
	redact_close(redact);
	st_buf_add_byte(&into.out, 0);
	into.out.size--;
	st_buf_add_byte(&into.events, 0);
	into.events.size--;
	return into;
}

static inline void redacted_free(struct redacted *redacted)
{
	st_buf_free(&redacted->out);
	st_buf_free(&redacted->events);
}

static inline bool same_bytes(const struct st_buf *a, const struct st_buf *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* Text for people: controls as escapes. */
static inline char *shown(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	struct st_buf out = {0};
	for (size_t i = 0; i < size; i++)
		if (bytes[i] < ' ')
			st_buf_format(&out, "\\x%02x", bytes[i]);
		else
			st_buf_add_byte(&out, bytes[i]);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

/* --- samples --- */

struct samples {
	struct st_buf bytes;
	size_t *ends, count, capacity;
};

static inline void sample_end(struct samples *samples)
{
	if (samples->count == samples->capacity) {
		samples->capacity = samples->capacity ? samples->capacity * 2 : 1024;
		samples->ends = st_realloc(samples->ends, samples->capacity * sizeof *samples->ends);
	}
	samples->ends[samples->count++] = samples->bytes.size;
}

static inline struct st_span sample_at(const struct samples *samples, size_t index)
{
	size_t start = index > 0 ? samples->ends[index - 1] : 0;
	return (struct st_span){samples->bytes.data + start, samples->ends[index] - start};
}

/* The text of a row, behind its region where it has one: escapes undone, the marks of mentions left out. */
static inline void sample_row(struct samples *samples, const char *row)
{
	struct st_buf *out = &samples->bytes;
	size_t first = strcspn(row, "\t");
	if (first <= 2 && row[first] == '\t')
		row += first + 1;
	while (*row && *row != '\t' && *row != '\n') {
		unsigned byte;
		if (strncmp(row, "\xe2\x9f\xa6", 3) == 0 || strncmp(row, "\xe2\x9f\xa7", 3) == 0) {
			row += 3;
		} else if (row[0] == '\\' && row[1] == 'x' && sscanf(row + 2, "%2x", &byte) == 1) {
			st_buf_add_byte(out, (uint8_t)byte);
			row += 4;
		} else if (row[0] == '\\' && row[1]) {
			st_buf_add_byte(out, (uint8_t)(row[1] == 'n'   ? '\n'
						       : row[1] == 't' ? '\t'
						       : row[1] == 'r' ? '\r'
								       : row[1]));
			row += 2;
		} else {
			st_buf_add_byte(out, (uint8_t)*row++);
		}
	}
	sample_end(samples);
}

static inline void samples_read(struct samples *samples, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	if (!file)
		return;
	while (getline(&line, &room, file) > 0)
		if (line[0] != '#' && line[0] != '\n')
			sample_row(samples, line);
	free(line);
	fclose(file);
}

/* Every row of every kind, hits and misses. */
static inline void samples_of_cases(struct samples *samples)
{
	static const char *const files[] = {"hit.tsv", "miss.tsv"};
	for (int kind = 0; kind < DETECT_KINDS; kind++)
		for (size_t i = 0; i < 2; i++) {
			st_auto_free char *path =
				st_format("%s/%s/%s", CASES_FOLDER, detect_kind_name((enum detect_kind)kind), files[i]);
			samples_read(samples, path);
		}
}

static inline void samples_free(struct samples *samples)
{
	st_buf_free(&samples->bytes);
	free(samples->ends);
}

#endif
