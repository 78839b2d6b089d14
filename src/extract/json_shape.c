/* Tells documents, sequences, JSON Lines and _bulk bodies apart. */
#include "extract/json_shape.h"

#include "base/ceilings.h"
#include "base/json_read.h"

#define LINES_LOOKED_AT 64

bool json_is_bulk_action(struct st_span key, bool *has_source)
{
	static const char *const actions[] = {"index", "create", "update", "delete"};
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (key.size == strlen(actions[i]) && memcmp(key.data, actions[i], key.size) == 0) {
			*has_source = actions[i][0] != 'd';
			return true;
		}
	}
	return false;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct st_span trimmed(const uint8_t *p, const uint8_t *end)
{
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	return (struct st_span){p, (size_t)(end - p)};
}

/* --- lines --- */

struct line {
	bool whole;  /* one or more objects or arrays, nothing else */
	bool action; /* one object with one member, an object named like a _bulk action */
};

static void look_at_event(const struct st_json_event *event, struct line *line, int *members, bool *named)
{
	bool has_source;
	if (event->depth == 0)
		line->whole = event->token == ST_JSON_OBJECT_END || event->token == ST_JSON_ARRAY_END;
	if (event->depth == 1 && event->token == ST_JSON_KEY) {
		(*members)++;
		*named = event->last && json_is_bulk_action(event->text, &has_source);
	}
	if (event->depth == 1 && event->token == ST_JSON_OBJECT)
		line->action = *named && *members == 1;
	if (*members > 1)
		line->action = false;
}

static struct line look_at_line(struct st_json_reader *reader, struct st_span text)
{
	struct line line = {0};
	int members = 0;
	bool named = false;
	struct st_json_event event;
	st_json_restart(reader);
	st_json_feed(reader, text.data, text.size);
	for (;;) {
		switch (st_json_next(reader, &event)) {
		case ST_JSON_MORE:
			return line;
		case ST_JSON_ERROR:
			line = (struct line){0};
			return line;
		case ST_JSON_TOO_DEEP:
			line.whole = true; /* JSON, as far as anybody can tell */
			return line;
		default:
			look_at_event(&event, &line, &members, &named);
		}
	}
}

static enum json_shape shape_of_lines(struct st_span text, bool text_is_all)
{
	struct st_json_reader *reader = st_json_open(CEIL_JSON_DEPTH);
	const uint8_t *p = text.data, *end = p + text.size;
	size_t lines = 0, whole = 0, actions = 0;
	bool first_is_action = false;
	while (p < end && lines < LINES_LOOKED_AT) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL && !text_is_all)
			break;
		struct st_span content = trimmed(p, lf ? lf : end);
		p = lf ? lf + 1 : end;
		if (content.size == 0)
			continue;
		struct line line = look_at_line(reader, content);
		first_is_action |= lines == 0 && line.action;
		lines++;
		whole += line.whole;
		actions += line.action;
	}
	st_json_close(reader);
	if (lines < 2 || whole * 2 < lines)
		return JSON_NONE;
	return first_is_action && actions * 3 >= lines ? JSON_BULK : JSON_LINES;
}

/* --- documents --- */

static struct json_sniff sniff_document(struct st_span text)
{
	struct json_sniff sniff = {.shape = JSON_DOCUMENT};
	struct st_json_reader *reader = st_json_open(CEIL_JSON_DEPTH);
	struct st_json_event event;
	size_t values = 0, ended = 0;
	enum st_json_token token;
	st_json_feed(reader, text.data, text.size);
	while ((token = st_json_next(reader, &event)) != ST_JSON_MORE) {
		if (token == ST_JSON_ERROR)
			sniff.shape = JSON_NONE;
		if (token == ST_JSON_TOO_DEEP)
			sniff.too_deep = ended == 0;
		if (token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP)
			break;
		bool end = token == ST_JSON_OBJECT_END || token == ST_JSON_ARRAY_END;
		ended += end && event.depth <= 3;
		values += end && event.depth == 0;
	}
	if (sniff.shape == JSON_DOCUMENT && values > 1)
		sniff.shape = JSON_SEQUENCE;
	st_json_close(reader);
	return sniff;
}

struct json_sniff json_sniff(struct st_span text, bool text_is_all)
{
	struct st_span content = trimmed(text.data, text.data + text.size);
	struct json_sniff sniff = {JSON_NONE, false};
	if (content.size == 0 || (content.data[0] != '{' && content.data[0] != '['))
		return sniff;
	sniff.shape = shape_of_lines(text, text_is_all);
	return sniff.shape == JSON_NONE ? sniff_document(content) : sniff;
}
