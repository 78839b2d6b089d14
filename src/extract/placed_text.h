/*
 * Text out of which markup was left (HTML, RTF): every byte of it knows the stored bytes it stands for. One record, the
 * document. Private to extract.
 */
#ifndef STAUNCH_EXTRACT_PLACED_TEXT_H
#define STAUNCH_EXTRACT_PLACED_TEXT_H

#include "extract/charset.h"

/* One byte of text and the stored bytes it stands for. */
struct placed_byte {
	uint8_t byte;
	uint64_t start, end; /* stored offsets, end exclusive */
};

/*
 * The flow is what a reader of the page sees in one go; what stands aside of it (attributes, comments, footnotes) waits
 * until the flow comes to a line end, so that it stands on lines of its own and cuts no word of the flow. At most
 * CEIL_ASIDE_BYTES wait: beyond, the flow is broken there.
 */
struct placed_text;
struct placed_text *placed_text_open(const struct reader_input *input);
void placed_text_flow(struct placed_text *text, const struct placed_byte *byte);
void placed_text_aside(struct placed_text *text, const struct placed_byte *byte);
/* The line that stands aside ends; nothing when it is empty. */
void placed_text_aside_end(struct placed_text *text, const struct placed_byte *at);
/* What follows aside stands at a place of its own, until it is left for where `label` says; a line each. Labels are
 * static and go to events->place; "": nowhere in particular. */
void placed_text_aside_enter(struct placed_text *text, const char *label, const struct placed_byte *at);
void placed_text_aside_leave(struct placed_text *text, const char *label, const struct placed_byte *at);
/* The flow's line ends (nothing when it is empty), and what waits aside is given. */
void placed_text_break(struct placed_text *text, const struct placed_byte *at);
/* A cell ends: a tab, unless the line is empty. */
void placed_text_cell(struct placed_text *text, const struct placed_byte *at);
/* Gives the flow so far to events->text; what waits aside goes on waiting. */
void placed_text_flush(struct placed_text *text);
/* The end: everything is given. Reports the document as one record unless it is blank; returns the bytes of text. */
uint64_t placed_text_end(struct placed_text *text);
/* In a mail: a tag of HTML begins (name in lower case), its attributes are the lines aside that follow, it ends. */
void placed_text_tag(struct placed_text *text, const char *name, bool closing);
void placed_text_tag_end(struct placed_text *text);
void placed_text_close(struct placed_text *text);

#endif
