/* The XML of OpenDocument read by odf_text alone, in blocks of any size: its text with each place in brackets. */
#ifndef STAUNCH_TESTS_EXTRACT_ODF_READING_H
#define STAUNCH_TESTS_EXTRACT_ODF_READING_H

#include "reading.h"

#include "extract/odf.h"

struct odf_seen {
	struct reading reading; /* first: what the run hands to its events */
	struct st_buf labels;   /* u64 offset, then the label with its NUL */
	struct st_buf binaries; /* name, reason, data */
	enum st_reason reason;
	bool places_out_of_order;
	uint64_t last_place;
};

static inline void odf_seen_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct odf_seen *seen = context;
	(void)part;
	seen->places_out_of_order |= start < seen->last_place || label.size == 0 || label.size > CEIL_PLACE_BYTES;
	seen->last_place = start;
	st_buf_add_u64(&seen->labels, start);
	for (size_t i = 0; i < label.size; i++) /* what it is NUL its name */
		st_buf_add_byte(&seen->labels, label.data[i] == 0 ? ' ' : label.data[i]);
	st_buf_add_byte(&seen->labels, 0);
}

static inline void odf_seen_binary(void *context, const char *name, struct st_span data, enum st_reason reason)
{
	struct odf_seen *seen = context;
	st_auto_free char *head = st_format("%s(%s)", name, st_reason_name(reason));
	st_buf_add(&seen->binaries, head, strlen(head));
	st_buf_add(&seen->binaries, data.data, data.size);
}

/* entry: read as an entry that no rule knows, with all its attributes. The caller frees with odf_seen_free. */
static inline struct odf_seen odf_read(const void *xml, size_t size, size_t cut, const char *object, bool entry)
{
	struct odf_seen seen = {0};
	st_buf_reserve(&seen.labels, 1);
	st_buf_reserve(&seen.reading.text, 1);
	struct cut_stream s = {.data = xml, .size = size, .cut = cut};
	s.stream = (struct stream){.read = cut_read, .self = &s};
	struct extract_run run = {.reading = &seen.reading};
	run.events = (struct extract_events){.text = reading_text, .place = odf_seen_place};
	struct reader_input input = {.run = &run, .stream = &s.stream};
	struct extract_part_result result = {.format = "odf"};
	struct rebuilt *rebuilt = rebuilt_open(&input);
	struct odf_text *text = odf_text_open(rebuilt, odf_seen_binary, &seen);
	seen.reason = entry ? odf_text_read_entry(text, &s.stream, "x", true) : odf_text_read(text, &s.stream, object);
	odf_text_close(text);
	rebuilt_end(rebuilt, &result);
	return seen;
}

static inline void odf_seen_free(struct odf_seen *seen)
{
	reading_free(&seen->reading);
	st_buf_free(&seen->labels);
	st_buf_free(&seen->binaries);
}
#define auto_odf __attribute__((cleanup(odf_seen_free))) struct odf_seen

/* "[body]text\n[comment]Anna\n"; the caller frees. */
static inline char *odf_described(const struct odf_seen *seen)
{
	struct st_buf out = {0};
	struct st_cursor labels = {seen->labels.data, seen->labels.data + seen->labels.size, false};
	uint64_t at = 0;
	while (labels.at < labels.end) {
		uint64_t start = st_cursor_u64(&labels);
		const char *label = (const char *)labels.at;
		labels.at += strlen(label) + 1;
		st_buf_add(&out, seen->reading.text.data + at, start - at);
		st_buf_add_byte(&out, '[');
		st_buf_add(&out, label, strlen(label));
		st_buf_add_byte(&out, ']');
		at = start;
	}
	st_buf_add(&out, seen->reading.text.data + at, seen->reading.text.size - at);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

static inline bool odf_same(const struct odf_seen *a, const struct odf_seen *b)
{
	return same_bytes_in(&a->reading.text, &b->reading.text) && same_bytes_in(&a->labels, &b->labels) &&
	       same_bytes_in(&a->binaries, &b->binaries) && same_bytes_in(&a->reading.records, &b->reading.records) &&
	       a->reason == b->reason;
}

#endif
