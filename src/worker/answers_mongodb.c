/*
 * Answers of MongoDB (its driver specification: message header, OP_REPLY 1, OP_MSG 2013; bsonspec.org 1.1). The
 * document is flattened as JSON is: "N.ok", "N.databases.[].name"; numbers in decimal, other types than text, numbers
 * and booleans as their presence.
 */
#include "worker/answers.h"

#include "base/ceilings.h"

#include <math.h>

#define BSON_DEPTH 8

enum bson {
	BSON_DOUBLE = 1,
	BSON_STRING,
	BSON_DOCUMENT,
	BSON_ARRAY,
	BSON_BINARY,
	BSON_UNDEFINED,
	BSON_OBJECT_ID,
	BSON_BOOLEAN,
	BSON_DATE,
	BSON_NULL,
	BSON_REGEX,
	BSON_POINTER,
	BSON_CODE,
	BSON_SYMBOL,
	BSON_SCOPED_CODE,
	BSON_INT32,
	BSON_TIMESTAMP,
	BSON_INT64,
	BSON_DECIMAL,
};

struct bson_walk {
	struct answers *answers;
	char path[CEIL_FACT_PATH_BYTES];
	size_t size;
};

static void tell(struct bson_walk *walk, struct st_span value)
{
	answers_tell(walk->answers, walk->path, value);
}

static bool tell_text(struct bson_walk *walk, const char *text)
{
	tell(walk, answers_text(text));
	return true;
}

/* A name of the document's in the path; false: it does not fit, what is in it is passed over. */
static bool go_in(struct bson_walk *walk, struct st_span name)
{
	size_t more = name.size + (walk->size > 0);
	if (walk->size + more >= sizeof walk->path - 16)
		return false;
	if (walk->size > 0)
		walk->path[walk->size++] = '.';
	for (size_t i = 0; i < name.size; i++)
		walk->path[walk->size++] = name.data[i] > ' ' && name.data[i] < 0x7f ? (char)name.data[i] : '?';
	walk->path[walk->size] = 0;
	return true;
}

static bool string(struct bson_walk *walk, struct st_cursor *in)
{
	uint32_t size = st_cursor_u32(in);
	const uint8_t *text = size > 0 ? st_cursor_take(in, size) : NULL;
	if (text == NULL || text[size - 1] != 0)
		return false;
	tell(walk, (struct st_span){text, size - 1});
	return true;
}

static bool floating(struct bson_walk *walk, struct st_cursor *in)
{
	uint64_t bits = st_cursor_u64(in);
	double value;
	memcpy(&value, &bits, sizeof value);
	st_auto_free char *text = isfinite(value) && fabs(value) < 1e15 ? st_format("%.17g", value) : st_format("nan");
	return !in->bad && tell_text(walk, text);
}

static bool whole(struct bson_walk *walk, struct st_cursor *in, bool wide)
{
	int64_t value = wide ? (int64_t)st_cursor_u64(in) : (int32_t)st_cursor_u32(in);
	st_auto_free char *text = st_format("%lld", (long long)value);
	return !in->bad && tell_text(walk, text);
}

static bool passed(struct bson_walk *walk, struct st_cursor *in, size_t size)
{
	bool there = size == 0 || st_cursor_take(in, size) != NULL;
	if (there)
		tell(walk, (struct st_span){NULL, 0});
	return there;
}

static bool document(struct bson_walk *walk, struct st_cursor *in, bool array, int depth);

/* Types that no answer to ours holds (regular expressions, code, ...) end the reading. */
static bool element(struct bson_walk *walk, struct st_cursor *in, uint8_t type, int depth)
{
	switch (type) {
	case BSON_DOUBLE:
		return floating(walk, in);
	case BSON_STRING:
	case BSON_SYMBOL:
		return string(walk, in);
	case BSON_DOCUMENT:
	case BSON_ARRAY:
		tell(walk, (struct st_span){NULL, 0});
		return document(walk, in, type == BSON_ARRAY, depth + 1);
	case BSON_BINARY: {
		uint32_t size = st_cursor_u32(in);
		return size <= (size_t)(in->end - in->at) && passed(walk, in, (size_t)size + 1);
	}
	case BSON_BOOLEAN:
		return tell_text(walk, st_cursor_byte(in) != 0 ? "true" : "false") && !in->bad;
	case BSON_INT32:
	case BSON_INT64:
		return whole(walk, in, type == BSON_INT64);
	case BSON_NULL:
	case BSON_UNDEFINED:
		return passed(walk, in, 0);
	case BSON_OBJECT_ID:
		return passed(walk, in, 12);
	case BSON_DATE:
	case BSON_TIMESTAMP:
		return passed(walk, in, 8);
	case BSON_DECIMAL:
		return passed(walk, in, 16);
	default:
		return false;
	}
}

/* The size of a document, its elements, a NUL; what it says of its size is held to what is there. */
static bool document(struct bson_walk *walk, struct st_cursor *in, bool array, int depth)
{
	uint32_t size = st_cursor_u32(in);
	if (in->bad || size < 5 || size - 4 > (size_t)(in->end - in->at) || depth > BSON_DEPTH)
		return false;
	struct st_cursor inner = {.at = in->at, .end = in->at + size - 4};
	in->at += size - 4;
	for (uint8_t type; (type = st_cursor_byte(&inner)) != 0 && !inner.bad;) {
		size_t before = walk->size;
		const uint8_t *end = memchr(inner.at, 0, (size_t)(inner.end - inner.at));
		if (end == NULL)
			return false;
		struct st_span name = {inner.at, (size_t)(end - inner.at)};
		inner.at = end + 1;
		bool told = go_in(walk, array ? answers_text("[]") : name) && element(walk, &inner, type, depth);
		walk->size = before;
		walk->path[before] = 0;
		if (!told)
			return false;
	}
	return !inner.bad && inner.at == inner.end;
}

static bool message(struct answers *answers, struct st_cursor *in)
{
	uint32_t size = st_cursor_u32(in);
	if (in->bad || size < 21 || size - 4 > (size_t)(in->end - in->at))
		return false;
	struct st_cursor body = {.at = in->at, .end = in->at + size - 4};
	in->at += size - 4;
	(void)st_cursor_take(&body, 8); /* requestID, responseTo */
	uint32_t code = st_cursor_u32(&body);
	if (code == 1)
		(void)st_cursor_take(&body, 20); /* flags, cursor, first, count */
	else if (code == 2013 && st_cursor_take(&body, 4) != NULL && st_cursor_byte(&body) != 0)
		return false; /* a section that is no body */
	if ((code != 1 && code != 2013) || body.bad)
		return false;
	struct bson_walk walk = {.answers = answers};
	return document(&walk, &body, false, 0);
}

static void tell_refusal(struct answers *answers)
{
	st_auto_free char *path = st_format("%u.code", answers->step);
	struct st_span code = probe_fact(answers->facts, path, 0);
	if (code.data != NULL)
		answers_refusal(answers, code);
}

void answers_mongodb(struct answers *answers, struct st_span bytes)
{
	struct st_cursor in = {.at = bytes.data, .end = bytes.data + bytes.size};
	if (message(answers, &in))
		answers->known = true;
	else
		answers->strange = true;
	tell_refusal(answers);
}
