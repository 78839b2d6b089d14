/*
 * Replies of Redis in RESP2 (redis.io, "Redis serialization protocol specification"), which every version speaks until
 * it is asked for another. Facts, N the number of the reply: "N.simple", "N.error", "N.integer", "N.bulk", "N.null",
 * "N.array"; of elements "N.[].bulk", "N.[].[].bulk"; of the lines of INFO "N.info.NAME".
 */
#include "worker/answers.h"

#include "base/ceilings.h"

/* Replies to what we ask nest twice. */
#define REPLY_DEPTH 4

struct reply {
	struct answers *answers;
	struct st_cursor in;
};

static void tell(struct reply *reply, int depth, const char *kind, struct st_span value)
{
	static const char *const inside[REPLY_DEPTH + 1] = {"", "[].", "[].[].", "[].[].[].", "[].[].[].[]."};
	st_auto_free char *name = st_format("%s%s", inside[depth], kind);
	unsigned step = reply->answers->step;
	reply->answers->step = reply->answers->reply;
	answers_tell(reply->answers, name, value);
	reply->answers->step = step;
}

static void tell_info(struct reply *reply, struct st_span text)
{
	struct st_cursor lines = {.at = text.data, .end = text.data + text.size};
	unsigned step = reply->answers->step;
	bool cut = reply->answers->cut;
	struct st_span line;
	reply->answers->step = reply->answers->reply;
	while (answers_line(reply->answers, &lines, &line)) {
		const uint8_t *colon = memchr(line.data, ':', line.size);
		if (colon != NULL)
			answers_tell_part(reply->answers, "info",
				(struct st_span){line.data, (size_t)(colon - line.data)},
				answers_behind(line, (size_t)(colon - line.data) + 1));
	}
	reply->answers->step = step;
	reply->answers->cut = cut;
}

/* Decimal, with a minus, of at most 18 digits; false: none. */
static bool number(struct st_span text, int64_t *out)
{
	bool minus = text.size > 0 && text.data[0] == '-';
	*out = 0;
	if (text.size <= minus || text.size > 18)
		return false;
	for (size_t i = minus; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	*out = minus ? -*out : *out;
	return true;
}

/* False: no more can be read of this step. */
static bool bulk(struct reply *reply, int depth, int64_t size)
{
	if (size < 0) {
		tell(reply, depth, "null", (struct st_span){NULL, 0});
		return true;
	}
	size_t there = (size_t)(reply->in.end - reply->in.at);
	bool whole = (uint64_t)size + 2 <= there;
	struct st_span text = {reply->in.at, (uint64_t)size < there ? (size_t)size : there};
	if (whole && memcmp(text.data + text.size, "\r\n", 2) != 0) {
		reply->answers->strange = true;
		return false;
	}
	tell(reply, depth, "bulk", text);
	if (depth == 0 && answers_starts(text, "#"))
		tell_info(reply, text);
	reply->in.at += whole ? text.size + 2 : there;
	reply->answers->cut = reply->answers->cut || !whole;
	return whole;
}

static bool value(struct reply *reply, int depth);

static bool array(struct reply *reply, int depth, int64_t count)
{
	tell(reply, depth, count < 0 ? "null" : "array", (struct st_span){NULL, 0});
	for (int64_t i = 0; i < count; i++)
		if (!value(reply, depth + 1))
			return false;
	return true;
}

static void tell_error(struct reply *reply, int depth, struct st_span text)
{
	const uint8_t *space = memchr(text.data, ' ', text.size);
	tell(reply, depth, "error", text);
	answers_refusal(
		reply->answers, (struct st_span){text.data, space != NULL ? (size_t)(space - text.data) : text.size});
}

static bool value(struct reply *reply, int depth)
{
	struct st_span line;
	int64_t count;
	if (!answers_line(reply->answers, &reply->in, &line)) {
		reply->answers->cut = true;
		return false;
	}
	if (depth > REPLY_DEPTH || line.size == 0 || line.data[0] == 0 || strchr("+-:$*", line.data[0]) == NULL) {
		reply->answers->strange = true;
		return false;
	}
	struct st_span text = answers_behind(line, 1);
	reply->answers->known = true;
	if (line.data[0] == '+') {
		tell(reply, depth, "simple", text);
	} else if (line.data[0] == '-') {
		tell_error(reply, depth, text);
	} else if (!number(text, &count)) {
		reply->answers->strange = true;
		return false;
	} else if (line.data[0] == ':') {
		tell(reply, depth, "integer", text);
	} else {
		return line.data[0] == '$' ? bulk(reply, depth, count) : array(reply, depth, count);
	}
	return true;
}

void answers_redis(struct answers *answers, struct st_span bytes)
{
	struct reply reply = {.answers = answers, .in = {.at = bytes.data, .end = bytes.data + bytes.size}};
	while (reply.in.at < reply.in.end && value(&reply, 0))
		answers->reply++;
}
