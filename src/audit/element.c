/* One pass over the bytes; the open containers are the parents of the node at hand. */
#include "audit/element.h"

#include "base/ceilings.h"
#include "base/json_scan.h"

#include <stdlib.h>
#include <strings.h>

#define TEXT_BYTES 65536             /* a longer one comes in pieces: base/json_read.h */
#define DEPTH (CEIL_AUDIT_DEPTH - 4) /* the lists around it count, too */
#define CUT_BYTES 8                  /* so near to the end a word may be cut */

/* --- equal keys --- */

static bool free_names(struct st_span key)
{
	return audit_span_is(key, "tags") || audit_span_is(key, "tags_all") || audit_span_is(key, "labels") ||
	       audit_span_is(key, "metadata");
}

static int by_key(const void *a, const void *b)
{
	const struct audit_node *x = *(const struct audit_node *const *)a, *y = *(const struct audit_node *const *)b;
	size_t size = x->key.size < y->key.size ? x->key.size : y->key.size;
	int order = size > 0 ? strncasecmp((const char *)x->key.data, (const char *)y->key.data, size) : 0;
	return order != 0 ? order : x->key.size < y->key.size ? -1 : x->key.size > y->key.size;
}

static bool clash(const struct audit_node *object, const struct audit_node *a, const struct audit_node *b)
{
	if (!audit_same(a->key, b->key))
		return false;
	return !free_names(object->key) || memcmp(a->key.data, b->key.data, a->key.size) == 0;
}

static const struct audit_node *duplicate_of_many(const struct audit_node *object)
{
	st_auto_free const struct audit_node **list = st_alloc(object->count * sizeof *list);
	size_t count = 0;
	for (const struct audit_node *child = object->first; child != NULL; child = child->next)
		list[count++] = child;
	qsort(list, count, sizeof *list, by_key);
	/* Keys that differ in case alone stand beside each other in any order: all of them are looked at. */
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count && audit_same(list[i]->key, list[j]->key); j++)
			if (clash(object, list[i], list[j]))
				return list[i]->line > list[j]->line ? list[i] : list[j];
	return NULL;
}

const struct audit_node *audit_duplicate_key(const struct audit_node *object)
{
	uint64_t seen = 0;
	if (object->count > 48)
		return duplicate_of_many(object);
	for (const struct audit_node *b = object->first; b != NULL; b = b->next) {
		uint64_t bit = (uint64_t)1 << (b->kind * 0x9e3779b1u >> 26);
		for (const struct audit_node *a = object->first; (seen & bit) && a != b; a = a->next)
			if (a->kind == b->kind && clash(object, a, b))
				return b;
		seen |= bit;
	}
	return NULL;
}

/* --- texts --- */

struct reading {
	const uint8_t *at;
	struct audit_pool *pool;
	uint32_t line;
	int depth;
	uint64_t before_column; /* added to an address in the block: its column less 1 */
	const uint8_t *end, *ascii_end;
};

static inline void skip_blanks(struct reading *reading)
{
	const uint8_t *at = reading->at;
	for (; *at <= ' '; at++) {
		if (!st_json_is_blank(*at))
			break;
		if (*at == '\n') {
			reading->line++;
			reading->before_column = -(uint64_t)(uintptr_t)(at + 1);
		}
	}
	reading->at = at;
}

/* The text between its quotes with its escapes undone. False: there is one that is not plain. */
static bool unescape(struct audit_pool *pool, const uint8_t *from, const uint8_t *end, struct st_span *out)
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	struct st_span copy = audit_pool_copy(pool, (struct st_span){from, (size_t)(end - from)});
	uint8_t *to = (uint8_t *)(uintptr_t)copy.data;
	while (from < end) {
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		const char *found = from[1] != 0 ? strchr(plain, from[1]) : NULL;
		if (found == NULL)
			return false;
		*to++ = (uint8_t)meant[found - plain];
		from += 2;
	}
	*to = 0;
	*out = (struct st_span){copy.data, (size_t)(to - copy.data)};
	return true;
}

/* At a quote. False: it is not plain, or not all there. */
static inline bool read_text(struct reading *reading, struct st_span *out)
{
	const uint8_t *first = reading->at + 1, *end = reading->end + AUDIT_ELEMENT_SLACK;
	const uint8_t *stop = st_json_string_stop(first, end);
	bool escaped = false;
	for (; *stop == '\\' && stop < reading->end; escaped = true)
		stop = st_json_string_stop(stop + 2, end);
	if (*stop != '"' || stop >= reading->end || stop - first > TEXT_BYTES) {
		reading->at = stop;
		return false;
	}
	*out = (struct st_span){first, (size_t)(stop - first)};
	if (escaped && !unescape(reading->pool, first, stop, out))
		return false;
	reading->at = stop + 1;
	return true;
}

/* --- values --- */

static inline bool ends_value(uint8_t byte)
{
	return byte == ',' || byte == '}' || byte == ']' || st_json_is_blank(byte);
}

static inline struct audit_node *add(
	struct reading *reading, struct audit_node *in, enum audit_type type, struct st_span key)
{
	struct audit_node *node = audit_node_new(reading->pool, type, reading->line);
	audit_node_name(node, key);
	audit_node_append(in, node);
	return node;
}

/* A whole number, as most are. */
static bool read_number(struct reading *reading, struct st_span *out)
{
	const uint8_t *first = reading->at, *at = first + (*first == '-');
	size_t zeros = *at == '0';
	const uint8_t *digits = at;
	while (*at >= '0' && *at <= '9')
		at++;
	reading->at = at;
	*out = (struct st_span){first, (size_t)(at - first)};
	return at > digits && (zeros == 0 || at == digits + 1) && ends_value(*at) && at - first < TEXT_BYTES;
}

static bool read_word(struct reading *reading, struct audit_node *in, struct st_span key)
{
	static const struct {
		const char *word;
		enum audit_type type;
	} words[] = {{"true", AUDIT_TRUE}, {"false", AUDIT_FALSE}, {"null", AUDIT_NULL}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t size = strlen(words[i].word);
		if ((size_t)(reading->end - reading->at) <= size || memcmp(reading->at, words[i].word, size) != 0)
			continue;
		reading->at += size;
		add(reading, in, words[i].type, key);
		return ends_value(*reading->at);
	}
	return false;
}

/* A string or a number, with the columns it stands in. */
static inline bool read_scalar(struct reading *reading, struct audit_node *in, struct st_span key)
{
	const uint8_t *first = reading->at;
	bool string = *first == '"';
	struct st_span text;
	if (!string && *first != '-' && (*first < '0' || *first > '9'))
		return read_word(reading, in, key);
	if (string ? !read_text(reading, &text) : !read_number(reading, &text))
		return false;
	struct audit_node *node = add(reading, in, string ? AUDIT_STRING : AUDIT_NUMBER, key);
	node->text = text;
	uint64_t column = (uintptr_t)first + reading->before_column, size = (uint64_t)(reading->at - first);
	if (reading->at <= reading->ascii_end && column + size < AUDIT_COLUMNS) {
		node->column = (uint32_t)column + 1;
		node->end_column = (uint32_t)(column + size) + 1;
	}
	return true;
}

/* Behind a value: passes what ends with it. *in: the container in which a comma was passed, NULL behind the last one.
 * False: neither stands there. */
static inline bool pass_ends(struct reading *reading, struct audit_node **in)
{
	for (;;) {
		struct audit_node *here = *in;
		skip_blanks(reading);
		uint8_t byte = *reading->at;
		if (byte == ',') {
			reading->at++;
			return true;
		}
		if (byte != (here->type == AUDIT_OBJECT ? '}' : ']') || reading->at >= reading->end)
			return false;
		if (here->type == AUDIT_OBJECT && audit_duplicate_key(here) != NULL)
			return false;
		reading->at++;
		reading->depth--;
		*in = (struct audit_node *)(uintptr_t)here->parent;
		if (*in == NULL)
			return true;
	}
}

/* At the value of a member or an element of *in; a container that it begins is *in then, and is to be read if *opened.
 */
static inline bool read_value(struct reading *reading, struct audit_node **in, struct st_span key, bool *opened)
{
	uint8_t byte = *reading->at;
	*opened = false;
	if (byte != '{' && byte != '[')
		return read_scalar(reading, *in, key);
	*in = add(reading, *in, byte == '{' ? AUDIT_OBJECT : AUDIT_ARRAY, key);
	reading->at++;
	skip_blanks(reading);
	*opened = *reading->at != byte + 2; /* the bracket that closes it */
	return ++reading->depth < DEPTH;
}

/* At a member of *in, or an element of it. */
static inline bool read_member(struct reading *reading, struct audit_node **in, bool *opened)
{
	struct st_span key = {(const uint8_t *)"", 0};
	skip_blanks(reading);
	if ((*in)->type == AUDIT_OBJECT) {
		if (*reading->at != '"' || !read_text(reading, &key))
			return false;
		skip_blanks(reading);
		if (*reading->at != ':')
			return false;
		reading->at++;
		skip_blanks(reading);
	}
	return read_value(reading, in, key, opened);
}

struct audit_node *audit_element_read(struct audit_element *element, bool *cut)
{
	uint64_t left = element->ascii_end > element->offset ? element->ascii_end - element->offset : 0;
	uint64_t size = (uint64_t)(element->end - element->at);
	struct reading reading = {.at = element->at,
		.pool = element->pool,
		.line = element->line,
		.before_column = element->offset - element->line_start - (uintptr_t)element->at,
		.end = element->end,
		.ascii_end = element->at + (left < size ? left : size)};
	struct audit_node *root = audit_node_new(element->pool, AUDIT_OBJECT, element->line), *in = root;
	audit_node_name(root, (struct st_span){(const uint8_t *)"", 0});
	reading.at++;
	skip_blanks(&reading);
	bool plain = true, begins = *reading.at != '}'; /* begins: a member comes */
	while (plain && in != NULL) {
		if (begins)
			plain = read_member(&reading, &in, &begins);
		if (plain && !begins)
			plain = begins = pass_ends(&reading, &in);
	}
	*cut = element->end - reading.at < CUT_BYTES;
	if (!plain)
		return NULL;
	element->offset += (uint64_t)(reading.at - element->at);
	element->at = reading.at;
	element->line = reading.line;
	element->line_start = element->offset - ((uintptr_t)reading.at + reading.before_column);
	return root;
}
