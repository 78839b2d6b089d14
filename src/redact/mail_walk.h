/*
 * One message in memory cut into what it is made of, by the rules of the reader (extract/mail.c): fields, text between
 * parts, parts, and what only divides them. The items stand one behind the other and are all of the message.
 */
#ifndef STAUNCH_REDACT_MAIL_WALK_H
#define STAUNCH_REDACT_MAIL_WALK_H

#include "base/bytes.h"

enum mail_item_kind {
	MAIL_FIELD,  /* with its line end */
	MAIL_TEXT,   /* of the message itself: preamble, epilogue, a body whose parts cannot be told apart */
	MAIL_FIXED,  /* a blank line, the line end before a boundary: text that stays */
	MAIL_BORDER, /* a boundary: no text */
	MAIL_LEAF,   /* the body of a part, or of the message */
	MAIL_REFUSED /* a multipart inside too many */
};

struct mail_item {
	enum mail_item_kind kind;
	uint32_t start, end;
	uint32_t name_size; /* of a field; 0: a `From ` line */
	uint32_t value;     /* of a field: behind its colon */
	uint32_t entity;    /* whose header or body it is; of a boundary: the multipart it divides */
};

/* A header and what it says of its body: values of its first fields of these names, borrowed from the message. */
struct mail_entity {
	struct st_span type, encoding, disposition;
	bool default_message; /* in a digest */
	bool multipart;
	uint32_t boundary_size; /* of a multipart: bytes of its boundary in a line that divides it */
	uint32_t leaf;          /* 1 + the item that is its body; 0: none */
};

struct mail_walk {
	struct st_buf items;    /* struct mail_item */
	struct st_buf entities; /* struct mail_entity; the first is the message */
	bool full;              /* more than CEIL_REDACT_MAIL_ITEMS: the last is MAIL_REFUSED */
};

/* is_header: the message has no body, whatever its fields say. Borrows the message. */
void mail_walk_open(struct mail_walk *walk, struct st_span message, bool is_header);
void mail_walk_close(struct mail_walk *walk);

#endif
