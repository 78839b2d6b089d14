/*
 * Rows of a file that somebody else wrote, as the texts of fields that are asked for: CSV with a head (csv_sniff says
 * how it is cut, RFC 4180 what quotes mean), or JSON: one value a line, a list, or a list under one of the keys of the
 * form. A row is an object; an object with rows beneath one of those keys is none itself, but its fields hold for the
 * rows beneath that lack them.
 *
 * Every row is told: one that cannot be read as `broken`. Beyond CEIL_ROWS they are counted.
 */
#ifndef STAUNCH_WORKER_ROWS_H
#define STAUNCH_WORKER_ROWS_H

#include "extract/stream.h"

#define ROWS_FIELDS 64

struct rows_form {
	/* Places of fields below a row: keys joined by `/`, `[]` for elements; one that ends with `/` is there ("1")
	 * when anything is below it. In CSV names of columns. NULL-ended, at most ROWS_FIELDS. */
	const char *const *places;
	/* Keys whose lists hold rows; NULL-ended. */
	const char *const *lists;
};

struct rows_row {
	uint64_t number; /* from 1, of rows, in the order of the file */
	bool broken;
	struct st_span text[ROWS_FIELDS]; /* empty: not there; elements of lists each end with a line feed */
};

enum rows_end {
	ROWS_WHOLE,
	ROWS_NONE,   /* neither a table with a head that has any of the fields, nor JSON */
	ROWS_CUT,    /* the file breaks off, or could not be read to its end */
	ROWS_BEYOND, /* more rows than CEIL_ROWS */
	ROWS_ENDS
};

/* Texts are borrowed for the call. */
typedef void rows_each(void *context, const struct rows_row *row);
enum rows_end rows_read(struct stream *stream, const struct rows_form *form, rows_each *each, void *context);

#endif
