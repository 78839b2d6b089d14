/*
 * JSON: one document, an array of records, answers of Elasticsearch (hits.hits), JSON Lines, values one after the
 * other, _bulk bodies. Records are found while the text streams by; memory does not depend on the input.
 *
 * A line that is no JSON is a record by its bytes, and so is a record that is cut off or too deep; the object is then
 * partial. In a document an error ends the record it stands in; from the next line on every object or array that can be
 * read at the top is a record. A comma behind a value at the top is no error. In a _bulk body a record begins with its
 * action line (values written there belong to it), its digest is that of the source alone.
 */
#include "extract/canonical.h"
#include "extract/charset.h"
#include "extract/id_fields.h"
#include "extract/json_shape.h"
#include "extract/json_turns.h"

#define NO_RECORDS (-1)

struct json_run {
	struct reader_input *input;
	struct st_json_reader *reader;
	struct canonical_json *canonical;
	struct id_fields *ids; /* NULL none */
	struct as_written written;
	struct extract_text block;
	enum json_shape shape;
	bool recovering; /* a document behind an error */
	enum st_reason reason;
	bool in_record;
	int record_depth; /* where records begin: 0, 1 in an array, 3 in hits.hits, or NO_RECORDS */
	uint64_t record_start;
	int open_depth;                 /* levels open after the last event */
	int hits_seen;                  /* of the path hits.hits in the record begun: 1 key, 2 object, 3 key */
	int members;                    /* of the record begun; for _bulk */
	bool action, action_has_source; /* the record begun looks like an action */
	bool action_waits;              /* its source is to come */
	uint64_t action_start;
	bool bad_line;
	const struct extract_events *events;
	void *context;
	struct json_turns turns;
};

/* --- records --- */

static void note(struct json_run *run, enum st_reason reason)
{
	if (run->reason == ST_REASON_NONE)
		run->reason = reason;
}

static void give_record(struct json_run *run, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	if (run->action_waits)
		start = run->action_start;
	run->action_waits = false;
	id_fields_give(run->ids, run->input, SIZE_MAX);
	id_fields_drop(run->ids);
	extract_run_record(run->input->run, run->input->part, start, end, sha256);
}

/* What was written since the last boundary is a record by its bytes, if it is anything. */
static void give_as_written(struct json_run *run, uint64_t end)
{
	uint8_t sha256[ST_SHA256_BYTES];
	as_written_take(&run->written, run->block.data, run->block.start, end);
	if (as_written_end(&run->written, sha256))
		give_record(run, run->written.start, end, sha256);
	run->in_record = false;
}

static void begin_record(struct json_run *run, const struct st_json_event *event)
{
	run->in_record = true;
	run->record_start = event->start;
	run->hits_seen = 0;
	run->members = 0;
	run->action = false;
	if (run->recovering) /* what was left over before it is none of it */
		as_written_begin(&run->written, event->start);
	canonical_json_begin(run->canonical);
	id_fields_begin(run->ids);
}

static bool was_action(struct json_run *run)
{
	if (run->shape != JSON_BULK || run->action_waits || !run->action || run->members != 1)
		return false;
	run->action_waits = run->action_has_source;
	run->action_start = run->record_start;
	return true;
}

static void end_record(struct json_run *run, uint64_t end)
{
	uint8_t sha256[ST_SHA256_BYTES];
	if (!was_action(run)) {
		if (canonical_json_end(run->canonical, sha256))
			give_record(run, run->record_start, end, sha256);
		else
			give_as_written(run, end);
	}
	run->in_record = false;
	id_fields_begin(run->ids);
	as_written_begin(&run->written, end);
}

/* --- hits.hits and actions: looked for in the first levels of a value at the top --- */

static bool is_hits(const struct st_json_event *event)
{
	return event->last && event->text.size == 4 && memcmp(event->text.data, "hits", 4) == 0;
}

static void look_for_action(struct json_run *run, const struct st_json_event *event)
{
	if (event->token == ST_JSON_KEY && event->last && run->members++ == 0)
		run->action = json_is_bulk_action(event->text, &run->action_has_source);
	else if (event->token != ST_JSON_OBJECT && event->token != ST_JSON_OBJECT_END)
		run->action = false;
}

/* True when the event opens hits.hits: its elements are the records, the value around them is none. */
static bool opens_hits(struct json_run *run, const struct st_json_event *event)
{
	if (event->depth == 1 && run->shape == JSON_BULK)
		look_for_action(run, event);
	if (event->token == ST_JSON_KEY && event->depth == 1)
		run->hits_seen = is_hits(event);
	else if (event->token == ST_JSON_KEY && event->depth == 2 && run->hits_seen >= 2)
		run->hits_seen = is_hits(event) ? 3 : 2;
	else if (event->depth == 1 && run->hits_seen > 0)
		run->hits_seen = event->token == ST_JSON_OBJECT ? 2 : 0;
	else
		return event->token == ST_JSON_ARRAY && event->depth == 2 && run->hits_seen == 3;
	return false;
}

static void open_list(struct json_run *run, const struct st_json_event *event)
{
	run->in_record = false;
	run->record_depth = event->depth + 1;
	as_written_begin(&run->written, event->end);
}

/* Outside of a record: does one begin here, or a list of them begin or end? */
static bool begins_record(struct json_run *run, const struct st_json_event *event)
{
	bool closes = event->token == ST_JSON_OBJECT_END || event->token == ST_JSON_ARRAY_END;
	if (closes && event->depth == 0) { /* the value around a list */
		run->record_depth = 0;
		as_written_begin(&run->written, event->end);
		return false;
	}
	if (closes && event->depth == run->record_depth - 1) {
		run->record_depth = NO_RECORDS;
		as_written_off(&run->written);
	}
	if (closes || event->depth != run->record_depth || event->token == ST_JSON_KEY)
		return false;
	if (event->depth == 0 && event->token == ST_JSON_ARRAY && run->shape == JSON_DOCUMENT && !run->recovering) {
		open_list(run, event);
		return false;
	}
	return !run->recovering || event->token == ST_JSON_OBJECT || event->token == ST_JSON_ARRAY;
}

static void take_event(struct json_run *run, const struct st_json_event *event)
{
	bool opens = event->token == ST_JSON_OBJECT || event->token == ST_JSON_ARRAY;
	run->open_depth = event->depth + opens;
	if (!run->in_record) {
		if (!begins_record(run, event))
			return;
		begin_record(run, event);
	} else if (run->record_depth == 0 && event->depth <= 1 + (run->hits_seen > 0) && opens_hits(run, event)) {
		open_list(run, event);
		return;
	}
	struct extract_turn turn;
	if (run->events->turn != NULL && json_turns_cares(&run->turns, event, run->record_depth) &&
		json_turns_take(&run->turns, event, run->record_depth, &turn))
		run->events->turn(run->context, run->input->part, &turn);
	canonical_json_add(run->canonical, event, run->record_depth);
	if (run->ids != NULL)
		id_fields_json(run->ids, event, run->record_depth);
	if (event->depth == run->record_depth && event->last && !opens)
		end_record(run, event->end);
}

/* --- errors --- */

static uint8_t byte_at(const struct json_run *run, uint64_t offset)
{
	return offset >= run->block.start && offset - run->block.start < run->block.size
		       ? run->block.data[offset - run->block.start]
		       : 0;
}

/* Commas between values, and brackets left over from the list that an error broke, are passed by. */
static bool is_passed_by(const struct json_run *run, const struct st_json_event *event)
{
	uint8_t byte = byte_at(run, event->start);
	if (event->token != ST_JSON_ERROR || event->depth != 0 || run->in_record)
		return false;
	return byte == ',' || (run->recovering && (byte == ']' || byte == '}'));
}

static void take_error(struct json_run *run, const struct st_json_event *event)
{
	if (is_passed_by(run, event)) {
		st_json_restart(run->reader);
		return;
	}
	note(run, event->token == ST_JSON_TOO_DEEP ? ST_REASON_LIMIT_DEPTH : ST_REASON_CORRUPT);
	run->open_depth = 0;
	if (run->shape == JSON_LINES || run->shape == JSON_BULK) {
		run->bad_line = true;
		return;
	}
	if (run->in_record)
		give_as_written(run, event->start);
	run->recovering = true;
	run->record_depth = 0;
	as_written_begin(&run->written, event->start);
	st_json_resync(run->reader);
}

static void pump(struct json_run *run)
{
	struct st_json_event event;
	enum st_json_token token;
	while (!run->bad_line && (token = st_json_next(run->reader, &event)) != ST_JSON_MORE && token != ST_JSON_END) {
		if (token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP)
			take_error(run, &event);
		else
			take_event(run, &event);
	}
}

/* --- blocks --- */

/* Behind the line end at text offset `end`: a line must have been whole values. */
static void end_line(struct json_run *run, uint64_t end)
{
	if (run->bad_line || run->open_depth > 0) {
		note(run, ST_REASON_CORRUPT);
		give_as_written(run, end);
		st_json_feed(run->reader, NULL, 0); /* the rest of the line is not looked at */
		st_json_restart(run->reader);
	}
	run->bad_line = false;
	run->open_depth = 0;
	run->record_depth = 0;
	as_written_begin(&run->written, end + 1);
}

static void take_lines(struct json_run *run)
{
	const uint8_t *p = run->block.data, *end = p + run->block.size;
	while (p < end) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		const uint8_t *next = lf ? lf + 1 : end;
		st_json_feed(run->reader, p, (size_t)(next - p));
		pump(run);
		if (lf != NULL)
			end_line(run, run->block.start + (uint64_t)(lf - run->block.data));
		p = next;
	}
}

static void take_block(struct json_run *run)
{
	if (run->shape == JSON_LINES || run->shape == JSON_BULK) {
		take_lines(run);
	} else {
		st_json_feed(run->reader, run->block.data, run->block.size);
		pump(run);
	}
	as_written_take(&run->written, run->block.data, run->block.start, run->block.start + run->block.size);
}

/* The text ended. What is open now is cut off. */
static void finish(struct json_run *run, uint64_t text_end)
{
	struct st_json_event event;
	enum st_json_token token = ST_JSON_END;
	st_json_feed_end(run->reader);
	while (!run->bad_line && (token = st_json_next(run->reader, &event)) != ST_JSON_END && token != ST_JSON_ERROR)
		take_event(run, &event);
	if (run->bad_line || token == ST_JSON_ERROR) {
		note(run, ST_REASON_TRUNCATED);
		if (run->in_record || run->bad_line || run->shape != JSON_DOCUMENT)
			give_as_written(run, text_end);
	}
	if (run->action_waits) /* an action without its source */
		note(run, ST_REASON_TRUNCATED);
}

static void read_records(struct json_run *run, struct text_source *source)
{
	while (text_source_next(source, &run->block))
		take_block(run);
	finish(run, run->block.start); /* where the next block would have begun */
}

/* --- the reader --- */

static struct json_sniff sniff(const struct reader_input *input, enum charset charset)
{
	st_auto_buf struct st_buf buf = {0};
	struct reader_seen *seen = input->seen, none = {0};
	if (seen == NULL)
		seen = &none;
	if (!seen->json_known)
		seen->json = json_sniff(charset_head_text(input, charset, &buf), input->head_is_all);
	seen->json_known = true;
	return seen->json;
}

static int bid(const struct reader_input *input)
{
	if (input->hint.joined)
		return 0;
	enum charset charset = charset_of_part(input);
	return charset != CHARSET_BINARY && sniff(input, charset).shape != JSON_NONE ? 70 : 0;
}

/* `jsonl` asked for is lines, whatever the text looks like; anything else that was asked for is a document at least. */
static enum json_shape choose_shape(const struct reader_input *input, enum json_shape sniffed)
{
	const char *format = extract_run_options(input->run)->format;
	if (input->hint.lines)
		return JSON_LINES;
	if (input->part == 0 && format != NULL && strcmp(format, "jsonl") == 0)
		return sniffed == JSON_BULK ? JSON_BULK : JSON_LINES;
	return sniffed == JSON_NONE ? JSON_DOCUMENT : sniffed;
}

static void read_json(struct reader_input *input, struct extract_part_result *result)
{
	enum charset charset = charset_of_part(input);
	struct json_sniff sniffed = sniff(input, charset);
	struct json_run run = {.input = input, .shape = choose_shape(input, sniffed.shape)};
	result->format = run.shape == JSON_DOCUMENT ? "json" : "jsonl";
	if (run.shape == JSON_DOCUMENT && sniffed.too_deep) {
		result->charset = charset_name(charset);
		result->status = ST_UNREAD;
		result->reason = ST_REASON_LIMIT_DEPTH;
		return;
	}
	struct text_source *source = text_source_open(input, charset);
	run.events = extract_run_events(input->run, &run.context);
	run.reader = st_json_open(CEIL_JSON_DEPTH);
	run.canonical = canonical_json_new(extract_run_options(input->run)->volatile_fields);
	run.ids = id_fields_open(extract_run_options(input->run)->id_fields);
	as_written_begin(&run.written, 0);
	read_records(&run, source);
	if (id_fields_overflowed(run.ids))
		note(&run, ST_REASON_LIMIT_ENTRIES);
	text_source_result(source, result);
	if (result->status == ST_READ && run.reason != ST_REASON_NONE) {
		result->status = ST_PARTIAL;
		result->reason = run.reason;
	}
	as_written_free(&run.written);
	canonical_json_free(run.canonical);
	id_fields_close(run.ids);
	st_json_close(run.reader);
	text_source_close(source);
}

const struct reader reader_json = {.format = "json", .bid = bid, .most = 70, .read = read_json};
