/*
 * Where in the text of a message something stands: what its writer wrote, what is repeated of an earlier mail, who that
 * mail was from and to, a signature. Told as places (extract.h) with the labels of docs/contracts.md. It only labels:
 * text, offsets and records stay what they are.
 *
 * A line can belong to a header that only later lines make known, so text waits here until its place is decided: at
 * most CEIL_QUOTE_LOOK_BYTES of lines, CEIL_QUOTE_HELD_BYTES with what stands aside of a page's lines. Private to
 * extract.
 */
#ifndef STAUNCH_EXTRACT_QUOTES_H
#define STAUNCH_EXTRACT_QUOTES_H

#include "extract/extract.h"

enum quote_label { QUOTE_BODY, QUOTE_REPLY, QUOTE_HEADER, QUOTE_SIGNATURE, QUOTE_LABELS };
/* "body", "quoted reply", "forwarded header", "signature". */
struct st_span quote_label_name(enum quote_label label);

/* What an element of a page says of its content. */
enum quote_mark {
	QUOTE_MARK_NONE,
	QUOTE_MARK_REPLY,       /* all inside is repeated */
	QUOTE_MARK_ATTRIBUTION, /* who wrote what follows inside its own element */
	QUOTE_MARK_HEADER,      /* the header of an earlier mail: all that follows is that mail */
	QUOTE_MARK_REST,        /* an earlier mail begins here */
	QUOTE_MARK_RULE,        /* the line above the header of one, in a page; also used for others */
	QUOTE_MARK_SIGNATURE,
};

struct quotes;
/* events: told places and the text, for this part. */
struct quotes *quotes_open(const struct extract_events *events, void *context, uint32_t part);
/* The next block of the part's text; goes on to events as soon as its places are known. */
void quotes_text(struct quotes *quotes, const struct extract_text *text);
/* The end of the part: all text has gone on. */
void quotes_end(struct quotes *quotes);
void quotes_free(struct quotes *quotes);

/* A page: only what its reader shows as lines is looked at, and told here before its block comes. */
void quotes_by_flow(struct quotes *quotes);
void quotes_flow(struct quotes *quotes, const uint8_t *data, size_t size, uint64_t start);
/* An element begins or ends between two lines of the flow. QUOTE_MARK_REST and QUOTE_MARK_RULE have no leave. */
void quotes_enter(struct quotes *quotes, enum quote_mark mark);
void quotes_leave(struct quotes *quotes, enum quote_mark mark);

#endif
