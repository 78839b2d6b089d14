/*
 * How a spreadsheet shows its numbers (ECMA-376 part 1, 18.8.30 numFmt, 18.17.4 dates): as a reader of text needs it.
 * Whole numbers in full digits, dates in ISO 8601, digits in a pattern like (000) 000-0000 as it groups them; any other
 * number as it is stored. Private to the Office reader.
 */
#ifndef STAUNCH_EXTRACT_OOXML_NUMBER_H
#define STAUNCH_EXTRACT_OOXML_NUMBER_H

#include "base/bytes.h"

enum number_kind { NUMBER_PLAIN, NUMBER_DATE, NUMBER_TIME, NUMBER_DATE_TIME, NUMBER_PATTERN };

struct number_format {
	uint32_t pattern; /* in the patterns, NUL-ended */
	uint8_t kind;
};

/* Zero-initialised: every number is plain. */
struct ooxml_formats {
	struct st_buf by_id; /* struct number_format, by numFmtId */
	struct st_buf cells; /* struct number_format, by the `s` of a cell */
	struct st_buf patterns;
};

/* <numFmt numFmtId="id" formatCode="code">; known before the cell formats that name it. */
void ooxml_format_define(struct ooxml_formats *formats, uint32_t id, const char *code);
/* The next <xf numFmtId="id"> of <cellXfs>. */
void ooxml_format_cell(struct ooxml_formats *formats, uint32_t id);
void ooxml_formats_free(struct ooxml_formats *formats);
/* Appends the number that a cell of this format holds. */
void ooxml_number(const struct ooxml_formats *formats, uint32_t cell_format, bool dates_1904, struct st_span number,
	struct st_buf *out);

#endif
