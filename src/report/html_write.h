/*
 * Writes HTML (the HTML Standard, section 13.1) with one function for each place a text can stand in: element text,
 * attribute value. Whatever comes from outside goes through them and can neither end its place nor move the page:
 * controls, bidi marks and invalid UTF-8 are %XX (base/print.h), markup characters are references. Names of tags,
 * attributes and classes are constants of ours.
 */
#ifndef STAUNCH_REPORT_HTML_WRITE_H
#define STAUNCH_REPORT_HTML_WRITE_H

#include "base/bytes.h"

#define HTML_DEPTH 32
#define HTML_NAME_BYTES 240 /* of a name out of the data that a page shows; the lists have all of it */

struct html_writer {
	struct st_buf *out; /* borrowed */
	const char *open[HTML_DEPTH];
	int depth;
	bool in_tag;      /* attributes may follow */
	unsigned next_id; /* of titles and descriptions */
};

/* Begins an element; class NULL for none. Attributes go in before anything else. */
void html_open(struct html_writer *w, const char *tag, const char *class_name);
/* An element without content or end tag (meta). */
void html_open_void(struct html_writer *w, const char *tag);
void html_attribute(struct html_writer *w, const char *name, const char *value);
void html_attribute_format(struct html_writer *w, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void html_close(struct html_writer *w);
/* Any text, escaped. */
void html_text(struct html_writer *w, const char *text);
void html_text_bytes(struct html_writer *w, const char *text, size_t size);
void html_format(struct html_writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* 346684 as 346,684. */
void html_number(struct html_writer *w, uint64_t number);
/* A name or value out of the data: set apart from the direction of the text around it, and cut when it is long, with
 * what was left out said. */
void html_name(struct html_writer *w, const char *name);
/* A word of ours as a person writes it: "ip_address" as "IP address". */
void html_word(struct html_writer *w, const char *word);
/* open, text, close */
void html_leaf(struct html_writer *w, const char *tag, const char *class_name, const char *text);
/* A constant of ours as it is: the style sheet, the script. */
void html_constant(struct html_writer *w, const char *text);

#endif
