/* Is a text a table, and what separates its cells? */
#ifndef STAUNCH_EXTRACT_CSV_SHAPE_H
#define STAUNCH_EXTRACT_CSV_SHAPE_H

#include "base/bytes.h"

struct csv_dialect {
	bool found;
	uint8_t delimiter;   /* also when none was found: the likeliest */
	uint8_t line_end;    /* LF; CR where the text has no LF */
	bool log_known, log; /* whether the lines are those of a log (log_shape.h), where that was found out */
	bool first_is_sep;   /* the first line says `sep=X`, as spreadsheets write it: neither header nor row */
};

/*
 * By its first 200 whole rows: every candidate splits them (quotes as RFC 4180), the one that gives most rows the same
 * number of cells wins. Tab and control characters need 2 columns in 80 % of the rows; comma, semicolon, bar, caret and
 * tilde 90 %, a colon 3 columns in 95 %, any other sign 3 columns in 5 rows without exception. Not a table: text whose
 * commas are mostly followed by a blank unless all rows agree on 3 columns or more and cells are short; indented lines;
 * markup; a log, unless all rows agree on 4 columns or more.
 */
struct csv_dialect csv_sniff(struct st_span text, bool text_is_all);

/* May these cells be a header (contract 3): none empty but one, distinct, no number, no digits for the most part, no
 * address, no link, none over 128 bytes. What a detector would say of them is approximated by these tests. */
bool csv_is_header(struct st_span *cells, size_t count); /* reorders cells */

#endif
