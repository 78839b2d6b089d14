/*
 * One text of a document, searched in one go: every byte of it knows the bytes of the document it stands for, and what
 * is found becomes edits of these. Private to the documents.
 */
#ifndef STAUNCH_REDACT_PASSAGE_H
#define STAUNCH_REDACT_PASSAGE_H

#include "detect/seen.h"
#include "redact/redact.h"
#include "redact/replace.h"

/* Bytes [start, end) of the document become the text; only the first edit of a mention has one. */
struct passage_edit {
	uint32_t start, end;
	uint32_t text_at, text_size; /* in passage.texts */
	uint32_t last;               /* where the mention ends in the document */
	uint8_t kind, action, confidence;
	bool leads; /* the first of its mention */
	bool as_is; /* by passage_replace */
};

enum passage_fixed {
	PASSAGE_FREE,
	PASSAGE_FIXED, /* structure that stands for a line end or blank of the text, the name of a field: stays, unless
			* a mention is nothing else */
	PASSAGE_KEPT,  /* stays */
};

struct passage_place {
	uint32_t start, end;
	uint8_t fixed; /* enum passage_fixed */
};

/* From this offset of the text on stands a field of which a policy says this. */
struct passage_field {
	uint64_t start;
	enum redact_action said;
};

/* The detectors, opened once for all passages of a run, one after the other: a passage has them from its first text to
 * passage_end. */
struct passage;
struct passage_search {
	struct detect *detect;
	struct known_names *names; /* NULL: none are known */
	struct passage *now;
};
void passage_search_open(struct passage_search *search, const struct redact_options *options);
void passage_search_close(struct passage_search *search);

struct passage {
	const struct redact_options *options;
	struct replacer *replacer;
	struct seen *seen;       /* what this document and those before it confirm */
	struct st_span document; /* offsets of edits are offsets in it */
	struct passage_search *search;
	struct passage_place *places; /* of the text from places_start on */
	size_t count, capacity;
	uint64_t places_start;
	struct st_buf wait, wait_places; /* text that may be the beginning of a token, not given to detect yet */
	struct st_buf fields;            /* struct passage_field, in order */
	struct st_buf edits;             /* struct passage_edit; sorted and apart after passage_end */
	struct st_buf texts;
	struct st_buf held; /* tentative mentions: struct held, the canonical value, edits */
};

void passage_open(struct passage *passage, const struct redact_options *options, struct replacer *replacer,
	struct seen *seen, struct passage_search *search, struct st_span document);
/* Text that goes on from what was fed, and size places. */
void passage_feed(struct passage *passage, const void *text, const struct passage_place *places, size_t size);
/* The same where text and document are the same bytes, from `start` on. */
void passage_feed_plain(struct passage *passage, struct st_span text, uint32_t start, enum passage_fixed fixed);
/* What is fed next stands in a field of which a policy says this; REDACT_ACTIONS: nothing. */
void passage_in_field(struct passage *passage, enum redact_action said);
/* What becomes of a value of this kind there. */
enum redact_action passage_action(
	const struct passage *passage, enum detect_kind kind, enum redact_action said, struct st_span canonical);
/* Bytes of the document become this text, whatever is found in them. Before passage_end. */
void passage_replace(struct passage *passage, uint32_t start, uint32_t end, struct st_span text);
/* All is fed: decides what waits, sorts the edits. */
void passage_end(struct passage *passage);
/* Puts quotes around the text of an edit: what it stands for was a number of a program. Behind passage_end. */
void passage_quote(struct passage *passage, size_t edit);
size_t passage_edits(const struct passage *passage, const struct passage_edit **edits);
struct st_span passage_text(const struct passage *passage, const struct passage_edit *edit);
/* The first edit that begins at or behind this offset. */
size_t passage_first_edit(const struct passage *passage, uint32_t start);
/* Adds [start, end) of the document with its edits; unit: bytes of an ASCII character there (1, 2, 4), big_endian as
 * the document is. */
void passage_splice(const struct passage *passage, uint32_t start, uint32_t end, unsigned unit, bool big_endian,
	struct st_buf *out);
void passage_close(struct passage *passage);

#endif
