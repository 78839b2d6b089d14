/* What one line of a mail's text is, in the languages that mail programs write; private to extract. */
#ifndef STAUNCH_EXTRACT_QUOTE_LINES_H
#define STAUNCH_EXTRACT_QUOTE_LINES_H

#include "base/bytes.h"

enum quote_line_kind {
	QUOTE_LINE_BLANK,
	QUOTE_LINE_TEXT,
	QUOTE_LINE_SEPARATOR,   /* `-----Original Message-----`, `Begin forwarded message:` */
	QUOTE_LINE_FIELD,       /* `From: ...`, `Gesendet: ...`: see field */
	QUOTE_LINE_ATTRIBUTION, /* `On ... wrote:`, whole */
	QUOTE_LINE_OPENING,     /* may be the first line of one */
	QUOTE_LINE_SIGNATURE,   /* `-- ` */
};

/* Bits of what a field says. */
enum quote_field {
	QUOTE_FIELD_FROM = 1,
	QUOTE_FIELD_DATE = 2,
	QUOTE_FIELD_TO = 4,
	QUOTE_FIELD_CC = 8,
	QUOTE_FIELD_SUBJECT = 16,
};

struct quote_line {
	enum quote_line_kind kind;
	enum quote_field field;
	unsigned depth;         /* signs of quotation before it */
	struct st_span content; /* behind them; without blanks around it */
	bool folded;            /* begins with a blank */
	bool any_field;         /* `Word: ...`, of whatever language */
	bool has_address;
	bool lists_on; /* ends like a list that goes on in the next line */
};

/* line: without its line end, UTF-8, may be cut off. */
struct quote_line quote_line_of(struct st_span line);
/* Is it all of an attribution? For one that was joined from its lines. */
bool quote_is_attribution(struct st_span text);

#endif
