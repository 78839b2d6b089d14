/*
 * The inventory of a search server: the JSON of _cat/indices, in which every value is a string or null (Elasticsearch
 * Reference and OpenSearch documentation, "cat indices"). Sizes are those of primaries: replicas are the same again.
 */
#include "worker/listing.h"

#include "base/ceilings.h"
#include "base/json_read.h"
#include "probe/etag.h"

#include <stdlib.h>

enum column {
	COLUMN_INDEX,
	COLUMN_STATUS,
	COLUMN_DOCUMENTS,
	COLUMN_SIZE,
	COLUMN_CREATED,
	COLUMN_UUID,
	COLUMN_WRITTEN,
	COLUMN_DELETED,
	COLUMNS
};

static const char *const names[COLUMNS] = {"index", "status", "docs.count", "pri.store.size", "creation.date", "uuid",
	"pri.indexing.index_total", "pri.indexing.delete_total"};

struct reading {
	struct listing_page *out;
	struct st_buf value[COLUMNS], key;
	enum column column; /* of the value to come; COLUMNS: nobody asks for it */
	bool bad, in_key;
};

static bool number_of(const struct st_buf *text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text->size; i++)
		if (text->data[i] < '0' || text->data[i] > '9' || *out > UINT64_MAX / 40)
			return false;
		else
			*out = *out * 10 + (uint64_t)(text->data[i] - '0');
	return true;
}

/* What changes with every write: whoever reads again needs no more than to compare it. */
static uint64_t fingerprint(const struct reading *r)
{
	st_auto_buf struct st_buf text = {0};
	for (int i = COLUMN_DOCUMENTS; i < COLUMNS; i++) {
		if (i == COLUMN_SIZE)
			continue;
		st_buf_add(&text, r->value[i].data, r->value[i].size);
		st_buf_add_byte(&text, ',');
	}
	return probe_etag((struct st_span){text.data, text.size});
}

static void end_row(struct reading *r)
{
	struct probe_listed listed = {.name = {r->value[COLUMN_INDEX].data, r->value[COLUMN_INDEX].size}};
	uint64_t created_ms;
	const struct st_buf *status = &r->value[COLUMN_STATUS];
	r->bad = r->bad || listed.name.size == 0 || r->out->count == CEIL_INDICES ||
		 !number_of(&r->value[COLUMN_SIZE], &listed.size_bytes) ||
		 !number_of(&r->value[COLUMN_DOCUMENTS], &listed.items) ||
		 !number_of(&r->value[COLUMN_CREATED], &created_ms);
	if (r->bad)
		return;
	if (created_ms / 1000 <= PROBE_LISTED_TIME_S)
		listed.mtime_s = (int64_t)(created_ms / 1000);
	listed.is_closed = status->size == 5 && memcmp(status->data, "close", 5) == 0;
	listed.etag = fingerprint(r);
	probe_listed_encode(&r->out->rows, &listed);
	r->out->count++;
}

static void begin_row(struct reading *r)
{
	for (int i = 0; i < COLUMNS; i++)
		r->value[i].size = 0;
}

static void take_key(struct reading *r, const struct st_json_event *event)
{
	if (!r->in_key)
		r->key.size = 0;
	r->in_key = !event->last;
	if (r->key.size + event->text.size <= 64)
		st_buf_add(&r->key, event->text.data, event->text.size);
	r->column = COLUMNS;
	for (int i = 0; event->last && i < COLUMNS; i++)
		if (r->key.size == strlen(names[i]) && memcmp(r->key.data, names[i], r->key.size) == 0)
			r->column = (enum column)i;
}

static void take_value(struct reading *r, const struct st_json_event *event)
{
	struct st_buf *value = r->column < COLUMNS ? &r->value[r->column] : NULL;
	if (value != NULL && value->size + event->text.size > CEIL_LISTED_NAME_BYTES)
		r->bad = true;
	else if (value != NULL)
		st_buf_add(value, event->text.data, event->text.size);
}

/* A list of flat objects: what stands deeper, or elsewhere, is no such listing. */
static void take(struct reading *r, enum st_json_token token, const struct st_json_event *event)
{
	bool scalar = token == ST_JSON_STRING || token == ST_JSON_NUMBER;
	if (event->depth == 0)
		r->bad = r->bad || (token != ST_JSON_ARRAY && token != ST_JSON_ARRAY_END);
	else if (event->depth == 1 && token == ST_JSON_OBJECT)
		begin_row(r);
	else if (event->depth == 1 && token == ST_JSON_OBJECT_END)
		end_row(r);
	else if (event->depth == 2 && token == ST_JSON_KEY)
		take_key(r, event);
	else if (event->depth == 2 && scalar)
		take_value(r, event);
	else if (event->depth != 2 || token != ST_JSON_NULL)
		r->bad = true;
}

static enum st_json_token read_all(struct stream *stream, struct reading *r)
{
	struct st_json_reader *json = st_json_open(8);
	struct st_json_event event;
	uint8_t block[16384];
	enum st_json_token token;
	while ((token = st_json_next(json, &event)) != ST_JSON_END && token != ST_JSON_ERROR &&
		token != ST_JSON_TOO_DEEP && !r->bad) {
		if (token != ST_JSON_MORE) {
			take(r, token, &event);
			continue;
		}
		ssize_t got = stream_read_full(stream, block, sizeof block);
		if (got > 0)
			st_json_feed(json, block, (size_t)got);
		else
			st_json_feed_end(json);
	}
	st_json_close(json);
	return token;
}

void listing_read_indices(struct stream *stream, struct listing_page *out)
{
	struct reading r = {.out = out, .column = COLUMNS};
	uint8_t first[1];
	bool list = stream->pread != NULL && stream->pread(stream, first, 1, 0) == 1 && first[0] == '[';
	st_buf_reserve(&out->rows, 1); /* so that there is a pointer to nothing, too */
	for (int i = 0; i < COLUMNS; i++)
		st_buf_reserve(&r.value[i], 1);
	out->page = PROBE_PAGE_OTHER;
	if (list)
		out->page = read_all(stream, &r) == ST_JSON_END && !r.bad ? PROBE_PAGE_WHOLE : PROBE_PAGE_CUT;
	if (out->page != PROBE_PAGE_WHOLE)
		out->rows.size = out->count = 0;
	for (int i = 0; i < COLUMNS; i++)
		st_buf_free(&r.value[i]);
	st_buf_free(&r.key);
}
