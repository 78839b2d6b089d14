/* Between the files of html: tags, character references. Private to extract. */
#ifndef STAUNCH_EXTRACT_HTML_H
#define STAUNCH_EXTRACT_HTML_H

#include "extract/placed_text.h"
#include "extract/quotes.h"

/* --- html_marks.c: elements that mail programs put around what they repeat --- */

struct html_marks;
struct html_marks *html_marks_open(struct quotes *quotes);
void html_marks_free(struct html_marks *marks);
/* True: it may say something, and the flow before it must be told first. */
bool html_marks_cares(const char *name);
void html_marks_tag(struct html_marks *marks, const char *name, bool closing);
/* A byte of an attribute written `name: value`, and the end of one. */
void html_marks_attribute(struct html_marks *marks, uint8_t byte);
void html_marks_attribute_end(struct html_marks *marks);
void html_marks_tag_end(struct html_marks *marks);

/* --- html_tags.c --- */

enum html_tag {
	HTML_TAG_UNKNOWN,
	HTML_TAG_INLINE, /* vanishes */
	HTML_TAG_BLOCK,  /* ends the line */
	HTML_TAG_CELL,   /* a cell of a table: a tab */
	HTML_TAG_PRE,    /* a block that keeps its line ends */
	HTML_TAG_RAW,    /* a block whose content is not markup: script, style */
	HTML_TAG_RCDATA, /* a block whose content has character references but no tags: title, textarea */
};
/* name in lower case. */
enum html_tag html_tag_of(const char *name, size_t size);
/* How sure is a head that this is HTML; the value of a bid. */
int html_bid(struct st_span head);
/* The encoding that a <meta> of the first 4 KiB names; false when none does, or one that is not read here. */
bool html_meta_charset(struct st_span head, enum charset *charset);

/* --- html_entities.c --- */

#define HTML_REFERENCE_BYTES 40 /* the longest name, `&` and `;` with it, is 33 */

/* The characters of a reference without `&` and `;` (`commat`, `#64`, `#x40`) as UTF-8; 0 when there is no such one. */
size_t html_reference(const char *name, size_t size, uint8_t out[8]);
/* Is it one of the names that HTML also reads without its semicolon? */
bool html_reference_is_old(const char *name, size_t size);

#endif
