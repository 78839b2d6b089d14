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
	struct st_span key; /* in its object */
	struct st_span text;
	struct audit_node *first, *last, *next;
	/* Where it was written: in what, the how manieth of it (AUDIT_ROOT: the whole of a file). NULL and 0: it was
	 * made. */
	const struct audit_node *parent;
	uint32_t index;
	uint32_t column, end_column; /* of a string, quotes included, from 1; 0: not known, or not ASCII */
};
#define AUDIT_ROOT UINT32_MAX

struct audit_node *audit_node_new(struct audit_pool *pool, enum audit_type type, uint32_t line);
void audit_node_append(struct audit_node *parent, struct audit_node *child);
/* Adds the path of the node in its file as a JSON pointer (RFC 6901). False: it was not written as it is. */
bool audit_node_pointer(const struct audit_node *node, struct st_buf *out);
/* NULL: node is NULL, no object, or has no such key. */
const struct audit_node *audit_get_span(const struct audit_node *node, struct st_span key);
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

static inline const struct audit_node *audit_get(const struct audit_node *node, const char *key)
{
	return audit_get_span(node, audit_span(key));
}

struct st_span audit_trimmed(struct st_span text); /* without white space around it */

#endif
