#include "worker/body.h"

#include "base/ceilings.h"
#include "base/json_read.h"
#include "extract/xml.h"
#include "worker/answers.h"

#include <stdio.h>
#include <stdlib.h>

/* Levels of a body whose paths are told; what is deeper is counted nowhere. */
#define BODY_DEPTH 16

/* Path of the place at hand: "a/b/c", or "a.[].b". */
struct path {
	char text[CEIL_FACT_PATH_BYTES + 2];
	size_t size, ends[BODY_DEPTH + 1]; /* of each level */
	int depth, beyond;                 /* levels below those that are told */
};

static void go_in(struct path *path, const char *name, size_t size, char separator)
{
	size_t with = path->size + size + (separator != 0 && path->size > 0);
	if (path->beyond > 0 || path->depth == BODY_DEPTH || with > CEIL_FACT_PATH_BYTES) {
		path->beyond++;
		return;
	}
	path->ends[path->depth++] = path->size;
	if (separator != 0 && path->size > 0)
		path->text[path->size++] = separator;
	memcpy(path->text + path->size, name, size);
	path->size += size;
	path->text[path->size] = 0;
}

static void go_out(struct path *path)
{
	if (path->beyond > 0) {
		path->beyond--;
	} else if (path->depth > 0) {
		path->size = path->ends[--path->depth];
		path->text[path->size] = 0;
	}
}

static void tell(struct probe_facts *out, const struct path *path, const struct st_buf *value, uint32_t keep)
{
	if (path->beyond == 0)
		probe_facts_add(out, path->text, (struct st_span){value->data, value->size}, keep);
}

static void add_bounded(struct st_buf *value, const void *data, size_t size)
{
	/* One byte beyond the ceiling is kept, so that a longer value is seen to be one. */
	size_t room = value->size <= CEIL_FACT_BYTES ? CEIL_FACT_BYTES + 1 - value->size : 0;
	st_buf_add(value, data, size < room ? size : room);
}

/* --- XML: an element's own text, at its end --- */

struct xml_body {
	struct probe_facts *out;
	struct path path;
	struct st_buf text;
	uint32_t keep;
};

static void xml_start(void *context, const struct xml_tag *tag)
{
	struct xml_body *body = context;
	go_in(&body->path, tag->name, strlen(tag->name), '/');
	body->text.size = 0;
	/* An element is there from its start tag on, also when the body breaks off inside it. */
	if (body->path.depth == 1 && body->path.beyond == 0)
		probe_facts_add(body->out, body->path.text, (struct st_span){NULL, 0}, 0);
}

static void xml_text(void *context, const char *data, size_t size)
{
	struct xml_body *body = context;
	add_bounded(&body->text, data, size);
}

static void xml_end(void *context, const char *name)
{
	struct xml_body *body = context;
	(void)name;
	if (body->path.depth > 1 || body->path.beyond > 0)
		tell(body->out, &body->path, &body->text, body->keep);
	body->text.size = 0;
	go_out(&body->path);
}

static void read_xml(struct stream *stream, uint32_t keep, struct probe_facts *out)
{
	static const struct xml_handlers handlers = {.start = xml_start, .end = xml_end, .text = xml_text};
	struct xml_body body = {.out = out, .keep = keep};
	enum st_reason reason = xml_read(stream, &handlers, &body, NULL);
	out->body = reason == ST_REASON_NONE ? PROBE_BODY_WHOLE : out->count == 0 ? PROBE_BODY_OTHER : PROBE_BODY_CUT;
	st_buf_free(&body.text);
}

/* --- JSON --- */

struct json_body {
	struct probe_facts *out;
	struct path path;
	struct st_buf text, key;
	uint32_t keep;
	struct json_level {
		bool array;
	} level[CEIL_JSON_DEPTH + 1];
	int depth;
	bool in_key, in_value;
};

static void json_begin_value(struct json_body *body)
{
	if (body->depth > 0 && body->level[body->depth - 1].array)
		go_in(&body->path, "[]", 2, '.');
}

/* The path of a value ends with it: an element of an array leaves "[]", a member of an object its key. */
static void json_end_value(struct json_body *body)
{
	if (body->depth > 0)
		go_out(&body->path);
}

static void json_open(struct json_body *body, bool array)
{
	json_begin_value(body);
	probe_facts_add(body->out, body->path.text, (struct st_span){NULL, 0}, 0);
	body->level[body->depth++].array = array;
}

static void json_scalar(struct json_body *body, const struct st_json_event *event, const char *word)
{
	if (!body->in_value) {
		json_begin_value(body);
		body->text.size = 0;
	}
	body->in_value = true;
	if (word != NULL)
		add_bounded(&body->text, word, strlen(word));
	else
		add_bounded(&body->text, event->text.data, event->text.size);
	if (word == NULL && !event->last)
		return;
	body->in_value = false;
	tell(body->out, &body->path, &body->text, body->keep);
	json_end_value(body);
}

static void json_key(struct json_body *body, const struct st_json_event *event)
{
	if (!body->in_key)
		body->key.size = 0;
	body->in_key = !event->last;
	add_bounded(&body->key, event->text.data, event->text.size);
	if (!event->last)
		return;
	/* A NUL would end the path early, a dot is told by nobody from a level. */
	for (size_t i = 0; i < body->key.size; i++)
		if (body->key.data[i] == 0)
			body->key.data[i] = '?';
	go_in(&body->path, body->key.size > 0 ? (const char *)body->key.data : "", body->key.size, '.');
}

/* False: the end, or no more JSON. */
static bool json_token(struct json_body *body, enum st_json_token token, const struct st_json_event *event)
{
	switch (token) {
	case ST_JSON_OBJECT:
	case ST_JSON_ARRAY:
		json_open(body, token == ST_JSON_ARRAY);
		return true;
	case ST_JSON_OBJECT_END:
	case ST_JSON_ARRAY_END:
		body->depth--;
		json_end_value(body);
		return true;
	case ST_JSON_KEY:
		json_key(body, event);
		return true;
	case ST_JSON_STRING:
	case ST_JSON_NUMBER:
		json_scalar(body, event, NULL);
		return true;
	case ST_JSON_TRUE:
		json_scalar(body, event, "true");
		return true;
	case ST_JSON_FALSE:
		json_scalar(body, event, "false");
		return true;
	case ST_JSON_NULL:
		json_scalar(body, event, "null");
		return true;
	default:
		return false;
	}
}

static void read_json(struct stream *stream, uint32_t keep, struct probe_facts *out)
{
	struct json_body *body = st_alloc_zero(1, sizeof *body);
	struct st_json_reader *json = st_json_open(CEIL_JSON_DEPTH);
	struct st_json_event event;
	uint8_t block[16384];
	body->out = out;
	body->keep = keep;
	enum st_json_token token;
	for (;;) {
		token = st_json_next(json, &event);
		if (token == ST_JSON_MORE) {
			ssize_t got = stream_read_full(stream, block, sizeof block);
			if (got > 0)
				st_json_feed(json, block, (size_t)got);
			else
				st_json_feed_end(json);
		} else if (!json_token(body, token, &event)) {
			break;
		}
	}
	out->body = token == ST_JSON_END && out->count > 0 ? PROBE_BODY_WHOLE
		    : out->count > 0                       ? PROBE_BODY_CUT
							   : PROBE_BODY_OTHER;
	st_json_close(json);
	st_buf_free(&body->text);
	st_buf_free(&body->key);
	free(body);
}

/* --- bytes --- */

static void read_bytes(struct stream *stream, struct probe_facts *out)
{
	uint8_t block[CEIL_FACT_BYTES];
	ssize_t got = stream_read_full(stream, block, sizeof block);
	if (got > 0)
		probe_facts_add(out, "bytes", (struct st_span){block, (size_t)got}, 1);
	out->body = got >= 0 ? PROBE_BODY_WHOLE : PROBE_BODY_CUT;
}

/* By the first byte that is no space and no byte order mark. */
static enum probe_form form_of(struct stream *stream)
{
	uint8_t first[64];
	ssize_t got = stream->pread != NULL ? stream->pread(stream, first, sizeof first, 0) : 0;
	for (ssize_t i = 0; i < got; i++) {
		if (strchr(" \t\r\n\xef\xbb\xbf", first[i]) != NULL && first[i] != 0)
			continue;
		return first[i] == '<'                      ? PROBE_FORM_XML
		       : first[i] == '{' || first[i] == '[' ? PROBE_FORM_JSON
							    : PROBE_FORM_BYTES;
	}
	return PROBE_FORM_BYTES;
}

void body_read(struct stream *stream, enum probe_form form, uint32_t keep, struct probe_facts *out)
{
	switch (form == PROBE_FORM_ANY ? form_of(stream) : form) {
	case PROBE_FORM_XML:
		read_xml(stream, keep, out);
		break;
	case PROBE_FORM_JSON:
		read_json(stream, keep, out);
		break;
	case PROBE_FORM_BYTES:
		read_bytes(stream, out);
		break;
	case PROBE_FORM_REDIS:
	case PROBE_FORM_MEMCACHED:
	case PROBE_FORM_RSYNC:
	case PROBE_FORM_FTP:
	case PROBE_FORM_POSTGRESQL:
	case PROBE_FORM_MYSQL:
	case PROBE_FORM_MONGODB:
		answers_read(stream, form, keep, out);
		break;
	case PROBE_FORM_NONE:
	case PROBE_FORM_ANY:
	case PROBE_FORMS:
		break;
	}
}
