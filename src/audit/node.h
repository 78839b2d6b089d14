/*
 * A tree of values, each with the line it stands at: what the JSON reader makes of a file, and what a template makes of
 * it once its expressions are evaluated. Keys are compared without regard to case, as the clouds' own parsers do.
 */
#ifndef STAUNCH_AUDIT_NODE_H
#define STAUNCH_AUDIT_NODE_H

#include "audit/pool.h"

enum audit_type {
	AUDIT_NULL,
	AUDIT_FALSE,
	AUDIT_TRUE,
	AUDIT_NUMBER, /* text as written */
	AUDIT_STRING,
	AUDIT_ARRAY,
	AUDIT_OBJECT,
	AUDIT_UNKNOWN, /* cannot be told from the input; text: the expression */
};

struct audit_node {
	enum audit_type type;
	uint32_t line; /* from 1 */
	uint32_t count;
	uint32_t kind;      /* of the key, see audit_kind_of: set by audit_node_name */
	struct st_span key; /* in its object */
	struct st_span text;
	struct audit_node *first, *last, *next;
	/* Where it was written: in what, the how manieth of it (AUDIT_ROOT: the whole of a file). NULL and 0: it was
	 * made. */
	const struct audit_node *parent;
	uint32_t index;
	uint32_t column, end_column; /* of a string, quotes included, from 1; 0: not known, or not ASCII */
	bool computed;               /* by an expression: it stands in no file as it is */
};
#define AUDIT_ROOT UINT32_MAX

static inline struct audit_node *audit_node_new(struct audit_pool *pool, enum audit_type type, uint32_t line)
{
	_Static_assert(sizeof(struct audit_node) % 16 == 0, "the pool is in steps of 16");
	struct audit_node *node = audit_pool_room(pool, sizeof *node);
	node->type = type;
	node->line = line;
	node->count = node->kind = 0;
	node->key = node->text = (struct st_span){NULL, 0};
	node->first = node->last = node->next = NULL;
	node->parent = NULL;
	node->index = node->column = node->end_column = 0;
	node->computed = false;
	return node;
}

/* A number that is the same for keys that differ in case alone (two letters that do differ in one bit), and another for
 * most that differ: of objects with a score of keys one is found by comparing numbers. */
static inline uint32_t audit_kind_of(struct st_span key)
{
	if (key.size == 0)
		return 1;
	uint32_t first = key.data[0], middle = key.data[key.size / 2], last = key.data[key.size - 1];
	return (first | middle << 8 | last << 16 | (uint32_t)key.size << 24) | 0x202020;
}

static inline void audit_node_name(struct audit_node *node, struct st_span key)
{
	node->key = key;
	node->kind = audit_kind_of(key);
}

static inline void audit_node_append(struct audit_node *parent, struct audit_node *child)
{
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	child->parent = parent;
	child->index = parent->count++;
}

/* Adds the path of the node in its file as a JSON pointer (RFC 6901). False: it was not written as it is. */
bool audit_node_pointer(const struct audit_node *node, struct st_buf *out);
/* NULL: node is NULL, no object, or has no such key. kind: audit_kind_of the key. */
const struct audit_node *audit_get_kind(const struct audit_node *node, struct st_span key, uint32_t kind);
/* Neither NULL nor null. */
bool audit_given(const struct audit_node *node);
bool audit_is_text(const struct audit_node *node, const char *text); /* a string, case ignored */
struct st_span audit_text(const struct audit_node *node);            /* of a string or number; else empty */
bool audit_span_is(struct st_span span, const char *text);           /* case ignored */
bool audit_same(struct st_span a, struct st_span b);                 /* case ignored */
/* Here, so that the length of a literal is no call. */
static inline struct st_span audit_span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static inline const struct audit_node *audit_get_span(const struct audit_node *node, struct st_span key)
{
	return audit_get_kind(node, key, audit_kind_of(key));
}

static inline const struct audit_node *audit_get(const struct audit_node *node, const char *key)
{
	return audit_get_span(node, audit_span(key));
}

struct st_span audit_trimmed(struct st_span text); /* without white space around it */

#endif
