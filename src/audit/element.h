/*
 * One element of a list, read at once where it lies, for the many that an export has: what base/json_read.h and
 * document.c make of it in hundreds of steps, in one. Whatever is not plain (an escape \u, a fraction, a text of 64
 * KiB, a fault) is left to them, so that there is one place that decides what is JSON and what its errors are.
 */
#ifndef STAUNCH_AUDIT_ELEMENT_H
#define STAUNCH_AUDIT_ELEMENT_H

#include "audit/node.h"

#define AUDIT_COLUMNS (1u << 30) /* beyond, none is told: see audit_written */
#define AUDIT_ELEMENT_SLACK 16   /* bytes behind `end` that may be looked at, of which the first is 0 */

struct audit_element {
	struct audit_pool *pool; /* of nodes, and of texts with escapes; other texts stay where they are */
	const uint8_t *at, *end; /* at: its brace */
	uint64_t offset;         /* of `at` in the text */
	uint32_t line;
	uint64_t line_start; /* offset of the line's first byte */
	uint64_t ascii_end;  /* offset of the first byte that is not ASCII: columns are told before it */
};

/* Its tree; at, offset, line and line_start are then behind it. NULL: it is not plain, or not all there, as *cut says;
 * nothing but the pool has changed. */
struct audit_node *audit_element_read(struct audit_element *element, bool *cut);

/* The second of two keys of the object that are equal (see document.h), or NULL. */
const struct audit_node *audit_duplicate_key(const struct audit_node *object);

#endif
