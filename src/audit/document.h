/*
 * JSON (RFC 8259) into trees with lines, element by element where a file is a list: a top-level array, the `value` of a
 * REST answer, the `data` of Resource Graph, the lists of the aws CLI; several documents one after the other (NDJSON)
 * are read as such. UTF-8 with or without a byte order mark, UTF-16 (what a shell writes with `>` on Windows).
 *
 * Stricter than the reader beneath: two equal keys in one object, also two that differ in case, are an error, because
 * two parsers could take either (RFC 8259 4); only maps of free names (tags, labels, metadata) may differ in case.
 */
#ifndef STAUNCH_AUDIT_DOCUMENT_H
#define STAUNCH_AUDIT_DOCUMENT_H

#include "audit/node.h"
#include "base/error.h"

enum audit_found {
	AUDIT_DOCUMENT_END,
	AUDIT_ELEMENT, /* of a list; `list` says which */
	AUDIT_WHOLE,   /* a top-level value, its lists' elements left out */
	AUDIT_BROKEN,  /* not JSON as told above: err says at which line */
};

struct audit_document;
/* Reads from fd to its end, behind what was read of it before (head, copied); fd -1: head is all of it. fd and pool are
 * borrowed. Whole trees live in the pool. */
struct audit_document *audit_document_open(int fd, struct st_span head, struct audit_pool *pool);
/* The next tree; an element lives until the next call. list: key of the list it stands in, "" of a top-level array. */
enum audit_found audit_document_next(
	struct audit_document *document, struct audit_node **tree, struct st_span *list, struct st_error *err);
void audit_document_close(struct audit_document *document);

#endif
