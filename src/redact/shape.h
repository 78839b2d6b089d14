/*
 * What the structure of a format allows: where its values stand, and how a replacement is written there so that the
 * output is valid, keeps its keys and their order, rows and cells. One file per format, one line in the table of
 * shape.c. A push reader: bytes in blocks of any size, places out, the same for every cutting, memory bounded whatever
 * the length of a value.
 *
 * The stream feeds a shape all bytes (as UTF-8, offsets as fed) before it asks about them. A mention that crosses a
 * border of places is replaced in each place that it touches; bytes outside of all places are structure and stay.
 */
#ifndef STAUNCH_REDACT_SHAPE_H
#define STAUNCH_REDACT_SHAPE_H

#include "base/bytes.h"

enum shape_place_kind {
	SHAPE_TEXT,   /* no structure: a replacement stands as it is */
	SHAPE_STRING, /* inside the quotes of a string or cell: the same */
	SHAPE_KEY,    /* inside the quotes of a key or of an SQL identifier */
	SHAPE_NUMBER, /* a bare number (or other bare literal): replaced as a whole, by a quoted string */
	SHAPE_CELL,   /* a bare cell of a table: the same as text, its whole value may be dropped */
};

/* How signs are escaped in a place, for shape_widen. */
enum shape_escape {
	SHAPE_AS_IT_IS,
	SHAPE_DOUBLED,        /* the quote twice: CSV, SQL */
	SHAPE_BACKSLASH,      /* a backslash and a sign, or three octal digits; the quote may be doubled, too */
	SHAPE_JSON_BACKSLASH, /* a backslash and a sign, or u and four hex digits, of which two may be one character */
};

/* A value of the input: [start, end), in order, never overlapping. A long value comes in several, told as they end or
 * after at most CEIL_TEXT_BLOCK_BYTES; `first` and `last` say which part it is. A part that begins where the part
 * before it ended is one place with it: a mention on both is replaced once. */
struct shape_place {
	uint64_t start, end;
	enum shape_place_kind kind;
	enum shape_escape escape;
	bool first, last;
	uint8_t quote;        /* " or ': what stands around the value, or with SHAPE_NUMBER would around a string */
	unsigned depth;       /* with SHAPE_KEY: levels open around the key's object */
	uint64_t object;      /* with SHAPE_KEY: which object, counted from 1, for key_names.h; 0: a name that may stand
			       * several times */
	struct st_span field; /* path of the value for policies: `customer.mail`, `rows[].name`, a column,
			       * `table.column`; empty: none; borrowed for the call. Of a key: its object's path */
};

struct shape_events {
	void (*place)(void *context, const struct shape_place *place);
	/* For tables whose header stands far from the values (CSV, SQL), as detect_field_name and detect_field_begins
	 * are called: the number of a name, told once; and from which offset on, before that byte was fed to anything
	 * else, stand values of it (0: of none). Both NULL: nobody asks. */
	unsigned (*column_name)(void *context, struct st_span name);
	void (*column)(void *context, uint64_t start, unsigned column);
	/* NULL, or told of a literal from `start` on that no detector can search and that is too long to be replaced as
	 * a whole: once as soon as that shows, `last` false, when it is longer than CEIL_TEXT_BLOCK_BYTES, and at its
	 * end. Nothing of it is a place. */
	void (*unsearched)(void *context, uint64_t start, uint64_t end, bool last);
	bool no_fields; /* nobody asks for `field`: it is always empty, which is faster */
	void *context;
};

struct shape;
struct shape_format {
	const char *format; /* as redact_format_name */
	/* How sure the first bytes make it: 0 to 100, for REDACT_AUTO. */
	int (*bid)(struct st_span head, bool head_is_all);
	/* Member NULL: text without structure, one place. Never fails. head: as for bid, the first bytes that will be
	 * fed. */
	struct shape *(*open)(struct st_span head, bool head_is_all, const struct shape_events *events);
	void (*feed)(struct shape *shape, const void *data, size_t size);
	/* End of the input; what is broken (cut off, not of this format) became SHAPE_TEXT places from where it broke
	 * to where the format goes on, so that no byte of text is unsearched. */
	void (*finish)(struct shape *shape);
	/* All bytes before this offset have been told: in a place, or structure. */
	uint64_t (*settled)(const struct shape *shape);
	void (*close)(struct shape *shape);
};

/* The format of this name; NULL: none flows that is called so. */
const struct shape_format *shape_named(const char *format);
/* The format that the first bytes (UTF-8) look most like, never NULL, and how sure that is. */
const struct shape_format *shape_guess(struct st_span head, bool head_is_all, int *bid);

extern const struct shape_format shape_text;
extern const struct shape_format shape_json; /* one or several documents, JSON Lines, _bulk bodies, hits */
extern const struct shape_format shape_csv;
extern const struct shape_format shape_sql;

/* Widens [*from, *to) of a place's bytes so that it begins and ends at no inside of an escape. value: the bytes of the
 * place from a start that is inside of none (that of its part, or where a mention was widened to before). Pure. */
void shape_widen(const struct shape_place *place, struct st_span value, size_t *from, size_t *to);

#endif
