#include "extract/hits_page.h"

#include "base/ceilings.h"
#include "base/json_read.h"

#include <stdlib.h>

/* Levels whose keys count: of the answer, of `hits` and `_shards`, of `total`, of a hit. */
#define LEVELS 5
#define KEY_BYTES 16

struct reading {
	struct hits_page *page;
	struct st_span index;
	size_t most;
	char key[LEVELS][KEY_BYTES]; /* of the value at hand at each depth; empty: none that anybody asks for */
	size_t key_size;
	struct st_buf text; /* of the scalar at hand */
	struct st_buf hit_index, hit_name;
	struct hit hit;
	bool in_list;   /* hits.hits is open */
	bool in_key;    /* more of it is to come */
	uint32_t sorts; /* values of `sort` so far */
	bool bad;
};

static void take_key(struct reading *r, const struct st_json_event *event)
{
	if (event->depth >= LEVELS)
		return;
	char *key = r->key[event->depth];
	if (!r->in_key)
		r->key_size = 0;
	r->in_key = !event->last;
	for (size_t i = 0; i < event->text.size; i++, r->key_size++)
		if (r->key_size < KEY_BYTES - 1)
			key[r->key_size] = (char)event->text.data[i];
	key[r->key_size < KEY_BYTES ? r->key_size : 0] = 0; /* a longer one is none of ours */
}

static bool at(const struct reading *r, int depth, const char *key)
{
	return strcmp(r->key[depth], key) == 0;
}

static bool whole_number(const struct st_buf *text, int64_t *out)
{
	bool negative = text->size > 0 && text->data[0] == '-';
	*out = 0;
	for (size_t i = negative; i < text->size; i++)
		if (text->data[i] < '0' || text->data[i] > '9' || __builtin_mul_overflow(*out, 10, out) ||
			__builtin_add_overflow(*out, (int64_t)(text->data[i] - '0'), out))
			return false;
	*out = negative ? -*out : *out;
	return text->size > (size_t)negative;
}

static void take_count(struct reading *r, uint64_t *out, bool *has)
{
	int64_t number;
	bool sound = whole_number(&r->text, &number) && number >= 0;
	r->bad = r->bad || !sound;
	*out = sound ? (uint64_t)number : 0;
	*has = sound;
}

static bool names_context(const struct reading *r)
{
	return at(r, 1, "_scroll_id") || at(r, 1, "pit_id") || at(r, 1, "id");
}

/* Of a hit: what it is called, and its place in the order. */
static void take_of_hit(struct reading *r, enum st_json_token token, int depth)
{
	bool string = token == ST_JSON_STRING;
	if (depth == 4 && string && at(r, 4, "_id"))
		st_buf_add(&r->hit_name, r->text.data, r->text.size);
	else if (depth == 4 && string && at(r, 4, "_index"))
		st_buf_add(&r->hit_index, r->text.data, r->text.size);
	else if (depth == 5 && at(r, 4, "sort") && r->sorts++ == 0)
		r->hit.has_sort = token == ST_JSON_NUMBER && whole_number(&r->text, &r->hit.sort);
}

static void take_scalar(struct reading *r, enum st_json_token token, int depth)
{
	struct hits_page *page = r->page;
	bool failed = false;
	if (r->in_list && depth >= 4)
		take_of_hit(r, token, depth);
	else if (r->in_list && depth == 3)
		r->bad = true; /* a hit is an object */
	else if (depth == 1 && token == ST_JSON_STRING && names_context(r)) {
		page->context.size = 0;
		st_buf_add(&page->context, r->text.data, r->text.size);
	} else if (depth == 1 && at(r, 1, "timed_out"))
		page->timed_out = token != ST_JSON_FALSE;
	else if (depth == 2 && at(r, 1, "_shards") && at(r, 2, "failed"))
		take_count(r, &page->shards_failed, &failed);
	else if (depth == 2 && at(r, 1, "hits") && at(r, 2, "total"))
		take_count(r, &page->total, &page->has_total);
	else if (depth == 3 && at(r, 1, "hits") && at(r, 2, "total") && at(r, 3, "value"))
		take_count(r, &page->total, &page->has_total);
}

static void begin_hit(struct reading *r, const struct st_json_event *event)
{
	r->hit = (struct hit){.start = (uint32_t)event->start};
	r->hit_index.size = r->hit_name.size = 0;
	r->sorts = 0;
}

static void end_hit(struct reading *r, const struct st_json_event *event)
{
	struct hits_page *page = r->page;
	if (page->count == r->most) {
		r->bad = true;
		return;
	}
	if (page->count == page->capacity) {
		page->capacity = page->capacity ? page->capacity * 2 : 64;
		page->hits = st_realloc(page->hits, page->capacity * sizeof *page->hits);
	}
	struct hit *hit = &page->hits[page->count++];
	*hit = r->hit;
	hit->size = (uint32_t)event->end - hit->start;
	hit->name = (uint32_t)page->names.size;
	bool other = r->hit_index.size != r->index.size || memcmp(r->hit_index.data, r->index.data, r->index.size) != 0;
	if (other && r->hit_index.size > 0) {
		st_buf_add(&page->names, r->hit_index.data, r->hit_index.size);
		st_buf_add_byte(&page->names, '/');
	}
	st_buf_add(&page->names, r->hit_name.data, r->hit_name.size);
	hit->name_size = (uint32_t)page->names.size - hit->name;
}

static void take_structure(struct reading *r, const struct st_json_event *event)
{
	bool list = event->depth == 2 && at(r, 1, "hits") && at(r, 2, "hits");
	switch (event->token) {
	case ST_JSON_ARRAY:
		r->in_list = r->in_list || list;
		break;
	case ST_JSON_ARRAY_END:
		r->in_list = r->in_list && event->depth > 2;
		break;
	case ST_JSON_OBJECT:
		if (r->in_list && event->depth == 3)
			begin_hit(r, event);
		if (r->in_list && event->depth == 4 && at(r, 4, "_source"))
			r->hit.has_source = true;
		break;
	case ST_JSON_OBJECT_END:
		if (r->in_list && event->depth == 3)
			end_hit(r, event);
		break;
	default:
		break;
	}
	r->bad = r->bad || (r->in_list && event->depth == 3 && event->token == ST_JSON_ARRAY);
	if (event->depth + 1 < LEVELS)
		r->key[event->depth + 1][0] = 0;
}

static void take(struct reading *r, const struct st_json_event *event)
{
	bool deep = r->in_list && (event->depth > 5 || (event->depth == 5 && !at(r, 4, "sort")));
	switch (event->token) {
	case ST_JSON_KEY:
		take_key(r, event);
		break;
	case ST_JSON_STRING:
	case ST_JSON_NUMBER:
		if (deep)
			break; /* what was stored: not looked at here */
		if (r->text.size + event->text.size <= CEIL_CONTEXT_BYTES)
			st_buf_add(&r->text, event->text.data, event->text.size);
		if (event->last) {
			take_scalar(r, event->token, event->depth);
			r->text.size = 0;
		}
		break;
	case ST_JSON_TRUE:
	case ST_JSON_FALSE:
	case ST_JSON_NULL:
		if (!deep)
			take_scalar(r, event->token, event->depth);
		break;
	default:
		take_structure(r, event);
	}
}

void hits_page_read(struct st_span body, struct st_span index, size_t most, struct hits_page *page)
{
	struct reading r = {.page = page, .index = index, .most = most};
	struct st_json_reader *json = st_json_open(CEIL_JSON_DEPTH);
	struct st_json_event event;
	enum st_json_token token;
	bool object = false;
	page->count = page->names.size = page->context.size = 0;
	page->timed_out = page->has_total = false;
	page->shards_failed = page->total = 0;
	st_buf_reserve(&r.text, 1); /* so that there are pointers to nothing, too */
	st_buf_reserve(&r.hit_index, 1);
	st_buf_reserve(&r.hit_name, 1);
	st_buf_reserve(&page->names, 1);
	st_json_feed(json, body.data, body.size);
	for (;;) {
		token = st_json_next(json, &event);
		if (token == ST_JSON_MORE) {
			st_json_feed_end(json);
			continue;
		}
		if (token == ST_JSON_END || token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP || r.bad)
			break;
		object = object || token == ST_JSON_OBJECT;
		take(&r, &event);
	}
	page->reason = token == ST_JSON_TOO_DEEP                  ? ST_REASON_LIMIT_DEPTH
		       : token != ST_JSON_END || r.bad || !object ? ST_REASON_CORRUPT
								  : ST_REASON_NONE;
	st_json_close(json);
	st_buf_free(&r.text);
	st_buf_free(&r.hit_index);
	st_buf_free(&r.hit_name);
}

size_t hits_page_lines(uint8_t *body, struct hits_page *page)
{
	size_t end = 0;
	for (size_t i = 0; i < page->count; i++) {
		struct hit *hit = &page->hits[i];
		if (hit->skip || !hit->has_source) {
			hit->size = 0;
			continue;
		}
		/* Between two hits stands at least a comma: there is room for the line feed. */
		memmove(body + end, body + hit->start, hit->size);
		hit->start = (uint32_t)end;
		/* Outside of strings, where alone they may stand, line ends are blanks. */
		for (uint32_t k = 0; k < hit->size; k++)
			if (body[end + k] == '\n' || body[end + k] == '\r')
				body[end + k] = ' ';
		end += hit->size;
		body[end++] = '\n';
	}
	return end;
}

void hits_page_free(struct hits_page *page)
{
	free(page->hits);
	st_buf_free(&page->context);
	st_buf_free(&page->names);
	*page = (struct hits_page){0};
}
