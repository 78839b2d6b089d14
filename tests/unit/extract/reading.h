/*
 * One text object read and written down in full: text, the way back to stored bytes, records. The run around the
 * readers is this file's own, so that blocks of text are as small as the stream gives them (extract.c looks at 64 KiB
 * first).
 */
#ifndef STAUNCH_TESTS_EXTRACT_READING_H
#define STAUNCH_TESTS_EXTRACT_READING_H

#include "extract/reader.h"

#include "../check.h"

struct seen_record {
	uint64_t start, end;
	uint8_t sha256[ST_SHA256_BYTES];
};

struct reading {
	struct st_buf text;
	struct st_buf stored;  /* u64 for each byte of text and for its end */
	struct st_buf records; /* of struct seen_record */
	struct st_buf fields;  /* "2:0=7 " is a value of field 0 in the third record */
	struct st_buf names;   /* of columns, each behind a space */
	struct st_buf columns; /* "12=1 " where column 1 begins at text offset 12; 0 is none */
	uint64_t last_field;
	unsigned column_count;
	bool transcoded, broken_blocks;
	struct extract_part_result result;
	size_t blocks;
};

struct cut_stream {
	struct stream stream;
	const uint8_t *data;
	size_t size, at, cut;
	enum st_reason fails_with; /* behind the last byte; none: it ends */
};

static inline ssize_t cut_read(struct stream *stream, void *data, size_t capacity)
{
	struct cut_stream *s = stream->self;
	size_t step = s->size - s->at;
	if (step > s->cut)
		step = s->cut;
	if (step > capacity)
		step = capacity;
	if (step == 0 && s->fails_with != ST_REASON_NONE) {
		stream->reason = s->fails_with;
		return -1;
	}
	if (step > 0)
		memcpy(data, s->data + s->at, step);
	s->at += step;
	return (ssize_t)step;
}

static inline void reading_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct reading *r = context;
	(void)part;
	r->broken_blocks |= text->start != r->text.size || text->size == 0 || text->size > CEIL_TEXT_BLOCK_BYTES;
	for (size_t i = 0; text->stored != NULL && i < text->size; i++)
		r->broken_blocks |= text->stored[i] > text->stored[i + 1];
	for (size_t i = 0; text->stored_ends != NULL && i < text->size; i++)
		r->broken_blocks |= text->stored_ends[i] < text->stored[i];
	st_buf_add(&r->text, text->data, text->size);
	if (r->stored.size > 0)
		r->stored.size -= 8;
	for (size_t i = 0; i <= text->size; i++)
		st_buf_add_u64(&r->stored, text->stored_start + (text->stored ? text->stored[i] : i));
	r->transcoded |= text->transcoded;
	r->blocks++;
}

static inline size_t record_count(const struct reading *r)
{
	return r->records.size / sizeof(struct seen_record);
}

static inline const struct seen_record *record_of(const struct reading *r, size_t i)
{
	return (const struct seen_record *)(const void *)r->records.data + i;
}

static inline void reading_record(
	void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct reading *r = context;
	struct seen_record record = {.start = start, .end = end};
	(void)part;
	memcpy(record.sha256, sha256, ST_SHA256_BYTES);
	uint64_t before = record_count(r) ? record_of(r, record_count(r) - 1)->end : 0;
	r->broken_blocks |= end > r->text.size || start >= end || start < before;
	st_buf_add(&r->records, &record, sizeof record);
}

static inline unsigned reading_column(void *context, uint32_t part, struct st_span name)
{
	struct reading *r = context;
	(void)part;
	st_buf_add_byte(&r->names, ' ');
	st_buf_add(&r->names, name.data, name.size);
	return ++r->column_count;
}

static inline void reading_cell(void *context, uint32_t part, uint64_t start, unsigned column)
{
	struct reading *r = context;
	(void)part;
	r->broken_blocks |= start < r->text.size || start < r->last_field || column > r->column_count;
	r->last_field = start;
	st_auto_free char *line = st_format("%llu=%u ", (unsigned long long)start, column);
	st_buf_add(&r->columns, line, strlen(line));
}

static inline uint64_t stored_of(const struct reading *r, size_t text_offset)
{
	struct st_cursor in = {r->stored.data + text_offset * 8, r->stored.data + r->stored.size, false};
	return st_cursor_u64(&in);
}

struct extract_run {
	struct extract_options options;
	struct extract_events events;
	struct reading *reading;
};

const struct extract_options *extract_run_options(const struct extract_run *run)
{
	return &run->options;
}

const struct extract_events *extract_run_events(struct extract_run *run, void **context)
{
	*context = run->reading;
	return &run->events;
}

void extract_run_record(
	struct extract_run *run, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	reading_record(run->reading, part, start, end, sha256);
}

void extract_run_field(struct extract_run *run, uint32_t part, uint32_t field, uint64_t at, struct st_span value)
{
	struct reading *r = run->reading;
	(void)part;
	r->broken_blocks |= at > r->text.size || value.size == 0 || value.size > CEIL_CANONICAL_BYTES;
	st_buf_format(&r->fields, "%zu:%u=", record_count(r), field);
	st_buf_add(&r->fields, value.data, value.size);
	st_buf_add_byte(&r->fields, ' ');
}

static inline const struct reader *reading_chooses(const struct reader_input *input, const char *format)
{
	static const struct reader *const readers[] = {&reader_json, &reader_csv, &reader_html, &reader_plain_text};
	const struct reader *best = NULL;
	int best_bid = 0;
	if (format != NULL)
		return *format == 'j'   ? &reader_json
		       : *format == 'c' ? &reader_csv
		       : *format == 'h' ? &reader_html
					: &reader_plain_text;
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		int bid = readers[i]->bid(input);
		if (bid > best_bid) {
			best = readers[i];
			best_bid = bid;
		}
	}
	return best;
}

/* Blocks of at most `cut` bytes; format NULL: by content. The caller frees with reading_free. */
static inline struct reading read_cut_with(
	const void *data, size_t size, size_t cut, const struct extract_options *options, enum st_reason fails_with)
{
	const char *format = options->format;
	struct reading r = {0};
	struct cut_stream s = {.data = data, .size = size, .cut = cut, .fails_with = fails_with};
	s.stream = (struct stream){.read = cut_read, .self = &s};
	struct extract_run run = {.reading = &r};
	run.options = *options;
	run.events = (struct extract_events){.text = reading_text, .column = reading_column, .cell = reading_cell};
	struct reader_input input = {.run = &run, .stream = &s.stream};
	input.head = (struct st_span){data, size < CEIL_SNIFF_BYTES ? size : CEIL_SNIFF_BYTES};
	input.head_is_all = input.head.size == size && fails_with == ST_REASON_NONE;
	const struct reader *reader = reading_chooses(&input, format);
	r.result = (struct extract_part_result){.format = "unknown", .charset = "", .status = ST_UNREAD};
	if (reader == NULL)
		return r;
	r.result.format = reader->format;
	reader->read(&input, &r.result);
	return r;
}

static inline struct reading read_cut(const void *data, size_t size, size_t cut, const char *format,
	const char *const *volatile_fields, enum st_reason fails_with)
{
	struct extract_options options = {.format = format, .volatile_fields = volatile_fields};
	return read_cut_with(data, size, cut, &options, fails_with);
}

static inline void reading_free(struct reading *r)
{
	st_buf_free(&r->text);
	st_buf_free(&r->stored);
	st_buf_free(&r->records);
	st_buf_free(&r->fields);
	st_buf_free(&r->names);
	st_buf_free(&r->columns);
}
#define auto_reading __attribute__((cleanup(reading_free))) struct reading

static inline bool same_bytes_in(const struct st_buf *a, const struct st_buf *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static inline bool same_reading(const struct reading *a, const struct reading *b)
{
	return same_bytes_in(&a->text, &b->text) && same_bytes_in(&a->stored, &b->stored) &&
	       same_bytes_in(&a->records, &b->records) && same_bytes_in(&a->fields, &b->fields) &&
	       same_bytes_in(&a->columns, &b->columns) && a->result.status == b->result.status &&
	       a->result.reason == b->result.reason && a->result.not_searched_bytes == b->result.not_searched_bytes &&
	       strcmp(a->result.format, b->result.format) == 0 && strcmp(a->result.charset, b->result.charset) == 0;
}

/* Reads it cut in every way; says when that makes a difference. */
static inline struct reading read_whole(const void *data, size_t size, const char *format)
{
	static const size_t cuts[] = {1, 7, 64, 4096};
	struct reading whole = read_cut(data, size, SIZE_MAX, format, NULL, ST_REASON_NONE);
	if (whole.broken_blocks)
		CHECK_FAIL("blocks or records out of order in %.200s", (const char *)data);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		if (cuts[i] == 1 && size > 300000)
			continue;
		auto_reading cut = read_cut(data, size, cuts[i], format, NULL, ST_REASON_NONE);
		if (!same_reading(&whole, &cut))
			CHECK_FAIL("cut every %zu reads another way: %.*s", cuts[i], (int)(size < 200 ? size : 200),
				(const char *)data);
	}
	return whole;
}

/* "csv utf-8 read: <a,b> <c,d>"; the caller frees. */
static inline char *describe(const struct reading *r)
{
	struct st_buf out = {0};
	st_auto_free char *head =
		st_format("%s %s %s%s%s:", r->result.format, r->result.charset, st_read_status_name(r->result.status),
			r->result.reason == ST_REASON_NONE ? "" : "-", st_reason_name(r->result.reason));
	st_buf_add(&out, head, strlen(head));
	for (size_t i = 0; i < record_count(r); i++) {
		const struct seen_record *record = record_of(r, i);
		st_buf_add(&out, " <", 2);
		st_buf_add(&out, r->text.data + record->start, record->end - record->start);
		st_buf_add(&out, ">", 1);
	}
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

struct reading_row {
	const char *text, *want;
};

static inline void check_readings(const struct reading_row *rows, size_t count, const char *format)
{
	for (size_t i = 0; i < count; i++) {
		auto_reading r = read_whole(rows[i].text, strlen(rows[i].text), format);
		st_auto_free char *got = describe(&r);
		if (strcmp(got, rows[i].want) != 0)
			CHECK_FAIL("%s\nreads as %s\nnot as   %s", rows[i].text, got, rows[i].want);
	}
}
#define CHECK_READINGS(rows, format) check_readings(rows, sizeof rows / sizeof rows[0], format)

/* Do two texts of one record each have the same digest? -1: they are not one record each. */
static inline int same_digest(const char *a, const char *b, const char *format, const char *const *volatile_fields)
{
	auto_reading left = read_cut(a, strlen(a), SIZE_MAX, format, volatile_fields, ST_REASON_NONE);
	auto_reading right = read_cut(b, strlen(b), SIZE_MAX, format, volatile_fields, ST_REASON_NONE);
	if (record_count(&left) != 1 || record_count(&right) != 1)
		return -1;
	return memcmp(record_of(&left, 0)->sha256, record_of(&right, 0)->sha256, ST_SHA256_BYTES) == 0;
}

#define CHECK_SAME(a, b, format, fields) check_digests(__LINE__, a, b, format, fields, 1)
#define CHECK_DIFFERENT(a, b, format, fields) check_digests(__LINE__, a, b, format, fields, 0)
static inline void check_digests(
	int line, const char *a, const char *b, const char *format, const char *const *volatile_fields, int want)
{
	int got = same_digest(a, b, format, volatile_fields);
	if (got != want)
		CHECK_FAIL("line %d: %s\nand %s\nare %s", line, a, b,
			got < 0 ? "not one record each"
			: got   ? "equal"
				: "different");
}

#endif
