/* What kind of JSON a text is, by its first bytes. */
#ifndef STAUNCH_EXTRACT_JSON_SHAPE_H
#define STAUNCH_EXTRACT_JSON_SHAPE_H

#include "base/bytes.h"

enum json_shape {
	JSON_NONE,     /* not JSON */
	JSON_DOCUMENT, /* one value; the elements of an array are its records */
	JSON_SEQUENCE, /* values one after the other, line ends anywhere */
	JSON_LINES,    /* one value a line */
	JSON_BULK,     /* lines for _bulk of Elasticsearch: an action, then mostly a source */
};

struct json_sniff {
	enum json_shape shape;
	bool too_deep; /* deeper than CEIL_JSON_DEPTH before the first value or element was whole */
};

/*
 * Lines: of the whole lines of text (at most 64 are looked at) there are two or more, and at least half are one object
 * or array each. Document and sequence: the text begins with { or [ and is JSON without error as far as it goes.
 */
struct json_sniff json_sniff(struct st_span text, bool text_is_all);

/* Names of _bulk actions that a source line follows: index, create, update; and delete, which none follows. */
bool json_is_bulk_action(struct st_span key, bool *has_source);

#endif
