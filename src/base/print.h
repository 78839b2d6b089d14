/*
 * Everything printed is escaped: names in exposed data carry terminal codes, HTML and spreadsheet formulas.
 * Controls, C1, bidi marks and invalid UTF-8 become %XX; '%' and '!' too, so that a path chain is reversible.
 */
#ifndef STAUNCH_BASE_PRINT_H
#define STAUNCH_BASE_PRINT_H

#include "base/bytes.h"

/* Adds the escaped form of a name (of an object, a member, a path) to out. */
void st_escape_name(struct st_buf *out, const void *name, size_t size);
/* Adds the escaped form of free text: as above, but '%' and '!' stay as they are. */
void st_escape_text(struct st_buf *out, const void *text, size_t size);
/* The same as a NUL-ended string that the caller frees. */
char *st_escaped_name(const void *name, size_t size);
char *st_escaped_text(const void *text, size_t size);
/* Adds one CSV cell (RFC 4180), quoted when needed; a leading = + - @ TAB or CR gets an apostrophe before it, because
 * spreadsheets run formulas (OWASP, "CSV Injection"). */
void st_escape_csv(struct st_buf *out, const void *cell, size_t size);

#endif
