/*
 * The shared strings of a spreadsheet (ECMA-376 part 1, 18.4): each is held once, and the cells that show it say which
 * were used. What no cell shows is text, too: it is what a deleted cell left behind. Private to the Office reader.
 */
#ifndef STAUNCH_EXTRACT_OOXML_STRINGS_H
#define STAUNCH_EXTRACT_OOXML_STRINGS_H

#include "base/bytes.h"

struct ooxml;

/* Zero-initialised is empty. */
struct ooxml_strings {
	struct st_buf text;
	struct st_buf ends; /* u32 for each string: where it ends in the text */
	struct st_buf used; /* one bit for each string */
	size_t count;
	bool full; /* more than CEIL_SHARED_STRINGS_BYTES: the rest went into the text of the document */
};

/* The elements of the part (ooxml.h); what does not fit is text where the part stands. */
struct ooxml_part;
struct xml_tag;
void ooxml_strings_open(struct ooxml_part *part);
void ooxml_strings_close(struct ooxml_part *part);
bool ooxml_strings_start(struct ooxml_part *part, const struct xml_tag *tag);
bool ooxml_strings_end(struct ooxml_part *part, const char *name);
bool ooxml_strings_text(struct ooxml_part *part, const char *data, size_t size);
/* False when there is no such string. Marks it as used. */
bool ooxml_string(struct ooxml_strings *strings, uint64_t index, struct st_span *text);
/* Writes the strings that no cell showed. */
void ooxml_strings_unused(struct ooxml *ooxml);
void ooxml_strings_free(struct ooxml_strings *strings);
/* Appends text with its escapes _xHHHH_ resolved (22.9.2.19, ST_Xstring). */
void ooxml_unescape(struct st_span text, struct st_buf *out);

#endif
