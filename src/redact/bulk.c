#include "redact/bulk.h"

#include "base/ceilings.h"
#include "base/json_read.h"

#include <stdlib.h>

/* Levels of objects: {"hits":{"hits":[{ and a hit alone. */
#define DEPTH_INNER 1
#define DEPTH_LIST 2
#define DEPTH_HIT 3

enum hit_field { FIELD_INDEX, FIELD_ID, FIELD_ROUTING, FIELD_SOURCE, FIELDS };
static const char *const field_names[FIELDS] = {"_index", "_id", "_routing", "_source"};

struct range {
	uint64_t start, end;
};

struct bulk {
	bool (*write)(void *context, const void *data, size_t size);
	void *context;
	struct st_json_reader *json;
	struct st_buf held; /* the input from held_at on */
	uint64_t held_at, fed;
	struct st_buf key; /* the one at hand, cut */
	struct st_buf lines;
	bool answer; /* the object at hand has "hits": it is no hit itself */
	bool inner, list;
	int hit_depth; /* of the hit at hand; -1: none */
	uint64_t hit_start;
	struct range fields[FIELDS]; /* end 0: not there */
	int field;                   /* whose value is open; -1: none */
	bool done;                   /* something was a hit or an answer */
	enum bulk_status status;
	uint64_t at, sourceless;
};

struct bulk *bulk_open(bool (*write)(void *context, const void *data, size_t size), void *context)
{
	struct bulk *bulk = st_alloc_zero(1, sizeof *bulk);
	bulk->write = write;
	bulk->context = context;
	bulk->json = st_json_open(CEIL_JSON_DEPTH);
	bulk->hit_depth = bulk->field = -1;
	return bulk;
}

static bool end_with(struct bulk *bulk, enum bulk_status status, uint64_t at)
{
	bulk->status = status;
	bulk->at = at;
	return false;
}

/* --- writing a hit --- */

static struct st_span bytes_of(const struct bulk *bulk, struct range range)
{
	return (struct st_span){bulk->held.data + (range.start - bulk->held_at), (size_t)(range.end - range.start)};
}

/* White space between tokens goes: a source is one line. Inside strings there are no line feeds (RFC 8259, 7). */
static void add_compact(struct st_buf *out, struct st_span json)
{
	bool string = false;
	st_buf_reserve(out, json.size);
	for (size_t i = 0; i < json.size; i++) {
		uint8_t c = json.data[i];
		if (!string && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
			continue;
		st_buf_add_byte(out, c);
		if (c == '"')
			string = !string;
		else if (c == '\\' && string && i + 1 < json.size)
			st_buf_add_byte(out, json.data[++i]);
	}
}

static void add_meta(struct bulk *bulk, enum hit_field field, const char *name, bool *first)
{
	if (bulk->fields[field].end == 0)
		return;
	st_buf_format(&bulk->lines, "%s\"%s\":", *first ? "" : ",", name);
	add_compact(&bulk->lines, bytes_of(bulk, bulk->fields[field]));
	*first = false;
}

static bool write_hit(struct bulk *bulk)
{
	bool first = true;
	if (bulk->fields[FIELD_SOURCE].end == 0) {
		bulk->sourceless++;
		return true;
	}
	bulk->lines.size = 0;
	st_buf_format(&bulk->lines, "{\"index\":{");
	add_meta(bulk, FIELD_INDEX, "_index", &first);
	add_meta(bulk, FIELD_ID, "_id", &first);
	add_meta(bulk, FIELD_ROUTING, "routing", &first);
	st_buf_format(&bulk->lines, "}}\n");
	add_compact(&bulk->lines, bytes_of(bulk, bulk->fields[FIELD_SOURCE]));
	st_buf_add_byte(&bulk->lines, '\n');
	return bulk->write(bulk->context, bulk->lines.data, bulk->lines.size) ||
	       end_with(bulk, BULK_WRITE_FAILED, bulk->hit_start);
}

/* --- reading --- */

static void begin_hit(struct bulk *bulk, const struct st_json_event *event)
{
	bulk->hit_depth = event->depth;
	bulk->hit_start = event->start;
	memset(bulk->fields, 0, sizeof bulk->fields);
	bulk->field = -1;
}

static void take_key(struct bulk *bulk, const struct st_json_event *event)
{
	if (bulk->key.size + event->text.size <= 64)
		st_buf_add(&bulk->key, event->text.data, event->text.size);
	else
		st_buf_add_byte(&bulk->key, 0); /* too long for one of ours */
}

static bool key_is(const struct bulk *bulk, const char *name)
{
	return bulk->key.size == strlen(name) && memcmp(bulk->key.data, name, bulk->key.size) == 0;
}

/* The key of a hit says whose value comes; in the object of an answer, "hits" says that it is one. */
static void know_key(struct bulk *bulk, int depth)
{
	if (depth == DEPTH_INNER && bulk->hit_depth == 0 && key_is(bulk, "hits")) {
		bulk->answer = bulk->done = true;
		bulk->hit_depth = -1;
	}
	if (depth == bulk->hit_depth + 1 && bulk->hit_depth >= 0)
		for (int field = 0; field < FIELDS; field++)
			if (key_is(bulk, field_names[field]))
				bulk->field = field;
}

/* The value at hand is that of a field: where it begins and, as far as it is known, ends. */
static void note_value(struct bulk *bulk, const struct st_json_event *event, bool begins, bool ends)
{
	struct range *range = bulk->field >= 0 ? &bulk->fields[bulk->field] : NULL;
	if (range == NULL || event->depth != bulk->hit_depth + 1)
		return;
	if (begins)
		range->start = event->start;
	if (ends) {
		range->end = event->token == ST_JSON_NULL ? 0 : event->end;
		bulk->field = -1;
	}
}

static bool end_object(struct bulk *bulk, const struct st_json_event *event)
{
	if (event->depth == bulk->hit_depth) {
		bool hit = bulk->fields[FIELD_INDEX].end != 0 || bulk->fields[FIELD_SOURCE].end != 0;
		bulk->hit_depth = -1;
		bulk->done = true;
		return hit ? write_hit(bulk) : end_with(bulk, BULK_STRANGE, event->end);
	}
	if (event->depth == DEPTH_INNER)
		bulk->inner = false;
	if (event->depth == 0)
		bulk->answer = false;
	return true;
}

static void begin_object(struct bulk *bulk, const struct st_json_event *event)
{
	if (bulk->hit_depth < 0 && (event->depth == 0 || (bulk->list && event->depth == DEPTH_HIT)))
		begin_hit(bulk, event);
	else if (bulk->answer && event->depth == DEPTH_INNER && key_is(bulk, "hits"))
		bulk->inner = true;
}

static bool take_event(struct bulk *bulk, const struct st_json_event *event)
{
	switch (event->token) {
	case ST_JSON_KEY:
		take_key(bulk, event);
		if (event->last)
			know_key(bulk, event->depth);
		return true;
	case ST_JSON_OBJECT:
		note_value(bulk, event, true, false);
		begin_object(bulk, event);
		break;
	case ST_JSON_ARRAY:
		note_value(bulk, event, true, false);
		if (bulk->inner && event->depth == DEPTH_LIST && key_is(bulk, "hits"))
			bulk->list = true;
		break;
	case ST_JSON_ARRAY_END:
		note_value(bulk, event, false, true);
		if (event->depth == DEPTH_LIST)
			bulk->list = false;
		break;
	case ST_JSON_OBJECT_END:
		note_value(bulk, event, false, true);
		bulk->key.size = 0;
		return end_object(bulk, event);
	case ST_JSON_ERROR:
	case ST_JSON_TOO_DEEP:
		return end_with(bulk, BULK_NO_JSON, event->start);
	default:
		note_value(bulk, event, true, event->last || event->token >= ST_JSON_TRUE);
		if (event->depth == 0)
			return end_with(bulk, BULK_STRANGE, event->end);
	}
	bulk->key.size = 0;
	return true;
}

/* What is behind every hit is held no longer. */
static void forget(struct bulk *bulk)
{
	uint64_t keep = bulk->hit_depth >= 0 ? bulk->hit_start : bulk->fed;
	if (keep > bulk->held_at) {
		st_buf_drop_front(&bulk->held, (size_t)(keep - bulk->held_at));
		bulk->held_at = keep;
	}
}

static bool take_events(struct bulk *bulk)
{
	struct st_json_event event;
	while (st_json_next(bulk->json, &event) != ST_JSON_MORE && event.token != ST_JSON_END)
		if (!take_event(bulk, &event))
			return false;
	return true;
}

bool bulk_feed(struct bulk *bulk, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	while (size > 0 && bulk->status == BULK_OK) {
		size_t take = size < CEIL_TEXT_BLOCK_BYTES ? size : CEIL_TEXT_BLOCK_BYTES;
		st_buf_add(&bulk->held, bytes, take);
		bulk->fed += take;
		st_json_feed(bulk->json, bytes, take);
		if (!take_events(bulk))
			break;
		forget(bulk);
		if (bulk->held.size > CEIL_REDACT_DOCUMENT_BYTES)
			end_with(bulk, BULK_TOO_LARGE, bulk->held_at);
		bytes += take;
		size -= take;
	}
	return bulk->status == BULK_OK;
}

enum bulk_status bulk_finish(struct bulk *bulk, uint64_t *at, uint64_t *sourceless)
{
	if (bulk->status == BULK_OK) {
		st_json_feed_end(bulk->json);
		take_events(bulk);
	}
	if (bulk->status == BULK_OK && !bulk->done)
		end_with(bulk, BULK_STRANGE, bulk->fed);
	*at = bulk->at;
	*sourceless = bulk->sourceless;
	return bulk->status;
}

void bulk_close(struct bulk *bulk)
{
	if (bulk == NULL)
		return;
	st_json_close(bulk->json);
	st_buf_wipe(&bulk->held);
	st_buf_wipe(&bulk->lines);
	st_buf_free(&bulk->key);
	free(bulk);
}
