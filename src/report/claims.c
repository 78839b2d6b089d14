/* Reads a file of claims. It is somebody's notes about somebody's press release: every byte of it is checked. */
#include "report/claims.h"

#include "base/ceilings.h"
#include "base/json_read.h"
#include "base/utf8.h"

#include <stdlib.h>

struct reading {
	struct report_claim *claims;
	size_t count;
	size_t line; /* or the number of the claim in JSON, from 1 */
	const char *what;
	struct st_error *err;
};

static enum st_status wrong(const struct reading *reading, const char *why)
{
	return st_fail(reading->err, ST_WRONG, "claims: %s %zu: %s", reading->what, reading->line, why);
}

static bool is_text(struct st_span text)
{
	return text.size > 0 && text.size <= CEIL_CLAIM_TEXT_BYTES && memchr(text.data, 0, text.size) == NULL &&
	       st_utf8_valid_prefix(text.data, text.size) == text.size;
}

static struct st_span trimmed(struct st_span text)
{
	while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = (struct st_span){text.data + 1, text.size - 1};
	while (text.size > 0 && memchr(" \t\r", text.data[text.size - 1], 3) != NULL)
		text.size--;
	return text;
}

/* Digits, alone or in groups of three; the bytes they took, 0 when they are no number or too large. */
static size_t take_whole(struct st_span text, uint64_t *value)
{
	size_t at = 0, run = 0;
	bool grouped = false;
	*value = 0;
	for (; at < text.size; at++) {
		uint8_t byte = text.data[at];
		if (byte == ',' && run > 0 && (grouped ? run == 3 : run <= 3)) {
			grouped = true;
			run = 0;
			continue;
		}
		if (byte < '0' || byte > '9')
			break;
		if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, byte - '0', value))
			return 0;
		run++;
	}
	return run == 0 || (grouped && run != 3) ? 0 : at;
}

/* "2.4 TB": behind the whole number a fraction of up to nine digits and a decimal unit. */
static bool take_bytes(struct st_span rest, uint64_t *value)
{
	static const struct {
		const char *unit;
		uint64_t bytes;
	} units[] = {
		{"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"TB", 1000000000000}, {"PB", 1000000000000000}};
	uint64_t fraction = 0, parts = 1;
	if (rest.size > 0 && rest.data[0] == '.') {
		for (rest = (struct st_span){rest.data + 1, rest.size - 1};
			rest.size > 0 && rest.data[0] >= '0' && rest.data[0] <= '9' && parts < 1000000000;
			rest = (struct st_span){rest.data + 1, rest.size - 1}) {
			fraction = fraction * 10 + (rest.data[0] - '0');
			parts *= 10;
		}
	}
	rest = trimmed(rest);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (rest.size != 2 || memcmp(rest.data, units[i].unit, 2) != 0)
			continue;
		if (__builtin_mul_overflow(*value, units[i].bytes, value))
			return false;
		uint64_t bytes = units[i].bytes; /* powers of ten, both */
		fraction = parts <= bytes ? fraction * (bytes / parts) : fraction / (parts / bytes);
		return !__builtin_add_overflow(*value, fraction, value);
	}
	return false;
}

static bool take_value(struct st_span text, uint64_t *value)
{
	text = trimmed(text);
	size_t taken = take_whole(text, value);
	return taken > 0 &&
	       (taken == text.size || take_bytes((struct st_span){text.data + taken, text.size - taken}, value));
}

static char *copy_of(struct st_span text)
{
	return st_strndup((const char *)text.data, text.size);
}

static enum st_status add_claim(
	struct reading *reading, struct st_span unit, struct st_span value, struct st_span source, struct st_span claim)
{
	uint64_t number;
	if (reading->count == CEIL_CLAIMS)
		return wrong(reading, "more claims than a report shows");
	if (!is_text(unit) || !is_text(source) || !is_text(claim))
		return wrong(reading, "unit, source and claim are texts in UTF-8 of 1 to 1,000 bytes");
	if (!take_value(value, &number))
		return wrong(reading, "the value is a whole number (335000 or 335,000), of bytes also like 2.4 TB");
	reading->claims = st_realloc(reading->claims, (reading->count + 1) * sizeof *reading->claims);
	reading->claims[reading->count++] =
		(struct report_claim){copy_of(claim), copy_of(unit), copy_of(source), number};
	return ST_OK;
}

/* --- lines --- */

static enum st_status read_line(struct reading *reading, struct st_span line)
{
	struct st_span cells[4] = {0};
	size_t cell = 0;
	const uint8_t *begin = line.data;
	if (trimmed(line).size == 0 || line.data[0] == '#')
		return ST_OK;
	for (size_t i = 0; i <= line.size; i++) {
		if (i < line.size && line.data[i] != '\t')
			continue;
		if (cell == 4)
			return wrong(reading, "a line is unit, value, source and claim, with a tab between them");
		cells[cell++] = trimmed((struct st_span){begin, (size_t)(line.data + i - begin)});
		begin = line.data + i + 1;
	}
	if (cell != 4)
		return wrong(reading, "a line is unit, value, source and claim, with a tab between them");
	return add_claim(reading, cells[0], cells[1], cells[2], cells[3]);
}

static enum st_status read_lines(struct reading *reading, struct st_span file)
{
	reading->what = "line";
	while (file.size > 0) {
		const uint8_t *end = memchr(file.data, '\n', file.size);
		size_t size = end != NULL ? (size_t)(end - file.data) : file.size;
		reading->line++;
		ST_TRY(read_line(reading, (struct st_span){file.data, size}));
		size += end != NULL;
		file = (struct st_span){file.data + size, file.size - size};
	}
	return ST_OK;
}

/* --- JSON --- */

enum { FIELD_CLAIM, FIELD_UNIT, FIELD_VALUE, FIELD_SOURCE, FIELDS };
struct fields {
	struct st_buf text[FIELDS];
	bool there[FIELDS];
	int now; /* -1: none of them */
};

static int field_of(const struct st_buf *key)
{
	static const char *const names[FIELDS] = {"claim", "unit", "value", "source"};
	for (int i = 0; i < FIELDS; i++)
		if (key->size == strlen(names[i]) && memcmp(key->data, names[i], key->size) == 0)
			return i;
	return -1;
}

static struct st_span span_of(const struct st_buf *text)
{
	return (struct st_span){text->data, text->size};
}

static enum st_status end_object(struct reading *reading, struct fields *fields)
{
	for (int i = 0; i < FIELDS; i++)
		if (!fields->there[i])
			return wrong(reading, "a claim has the fields claim, unit, value and source");
	ST_TRY(add_claim(reading, span_of(&fields->text[FIELD_UNIT]), span_of(&fields->text[FIELD_VALUE]),
		span_of(&fields->text[FIELD_SOURCE]), span_of(&fields->text[FIELD_CLAIM])));
	return ST_OK;
}

static enum st_status take_token(
	struct reading *reading, struct fields *fields, struct st_buf *key, const struct st_json_event *event)
{
	static const char form[] = "not a JSON array of objects whose values are texts and numbers";
	int depth = event->depth;
	switch (event->token) {
	case ST_JSON_ARRAY:
	case ST_JSON_ARRAY_END:
		return depth == 0 ? ST_OK : wrong(reading, form);
	case ST_JSON_OBJECT:
		reading->line++;
		for (int i = 0; i < FIELDS; i++)
			fields->text[i].size = 0;
		memset(fields->there, 0, sizeof fields->there);
		fields->now = -1;
		return depth == 1 ? ST_OK : wrong(reading, form);
	case ST_JSON_OBJECT_END:
		return end_object(reading, fields);
	case ST_JSON_KEY:
		st_buf_add(key, event->text.data, event->text.size);
		if (!event->last)
			return ST_OK;
		fields->now = field_of(key);
		key->size = 0;
		if (fields->now >= 0 && fields->there[fields->now])
			return wrong(reading, "a field stands twice");
		return ST_OK;
	case ST_JSON_STRING:
	case ST_JSON_NUMBER:
		if (depth != 2)
			return wrong(reading, form);
		if (fields->now < 0)
			return ST_OK;
		st_buf_add(&fields->text[fields->now], event->text.data, event->text.size);
		fields->there[fields->now] = true;
		return ST_OK;
	case ST_JSON_TRUE:
	case ST_JSON_FALSE:
	case ST_JSON_NULL:
	case ST_JSON_MORE:
	case ST_JSON_END:
	case ST_JSON_ERROR:
	case ST_JSON_TOO_DEEP:
		break;
	}
	return wrong(reading, form);
}

static enum st_status read_json(struct reading *reading, struct st_span file)
{
	struct fields fields = {.now = -1};
	st_auto_buf struct st_buf key = {0};
	struct st_json_event event = {0};
	struct st_json_reader *json = st_json_open(2);
	enum st_status status = ST_OK;
	bool ended = false;
	reading->what = "claim";
	st_json_feed(json, file.data, file.size);
	while (status == ST_OK) {
		enum st_json_token token = st_json_next(json, &event);
		if (token == ST_JSON_END)
			break;
		if (token == ST_JSON_MORE && !ended) {
			st_json_feed_end(json);
			ended = true;
			continue;
		}
		status = take_token(reading, &fields, &key, &event);
	}
	st_json_close(json);
	for (int i = 0; i < FIELDS; i++)
		st_buf_free(&fields.text[i]);
	return status;
}

enum st_status report_claims_read(struct st_span file, struct report_claim **out, size_t *count, struct st_error *err)
{
	struct reading reading = {.err = err};
	struct st_span begin = file;
	enum st_status status;
	if (begin.size >= 3 && memcmp(begin.data, "\xef\xbb\xbf", 3) == 0)
		file = begin = (struct st_span){begin.data + 3, begin.size - 3};
	while (begin.size > 0 && memchr(" \t\r\n", begin.data[0], 4) != NULL)
		begin = (struct st_span){begin.data + 1, begin.size - 1};
	if (file.size > CEIL_CLAIMS_FILE_BYTES)
		status = st_fail(err, ST_WRONG, "claims: more than 256 KiB");
	else if (begin.size > 0 && begin.data[0] == '[')
		status = read_json(&reading, begin);
	else
		status = read_lines(&reading, file);
	*out = reading.claims;
	*count = reading.count;
	if (status == ST_OK)
		return ST_OK;
	report_claims_free(reading.claims, reading.count);
	*out = NULL;
	*count = 0;
	return status;
}

void report_claims_free(struct report_claim *claims, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(claims[i].claim);
		free(claims[i].unit);
		free(claims[i].source);
	}
	free(claims);
}
