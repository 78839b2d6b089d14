/*
 * Streaming pull reader for JSON (RFC 8259): no tree, blocks of any size in, tokens with byte offsets out. Several
 * values one after the other (JSON Lines, concatenated JSON) are one stream. Depth and length limits are the caller's.
 * The events are the same for every cutting of the input. A byte order mark at offset 0 is skipped. Invalid UTF-8 in a
 * string is passed on as it is; a surrogate escape without its other half becomes its three bytes (U+D800 is ED A0 80),
 * so that different strings stay different. Escaped surrogate pairs become one character.
 */
#ifndef STAUNCH_BASE_JSON_READ_H
#define STAUNCH_BASE_JSON_READ_H

#include "base/bytes.h"

enum st_json_token {
	ST_JSON_MORE, /* feed another block, or say that the input ended */
	ST_JSON_END,  /* the input ended between values */
	ST_JSON_OBJECT,
	ST_JSON_OBJECT_END,
	ST_JSON_ARRAY,
	ST_JSON_ARRAY_END,
	ST_JSON_KEY,    /* text = unescaped key, or a piece of it (see `last`) */
	ST_JSON_STRING, /* text = unescaped value, or a piece of it */
	ST_JSON_NUMBER, /* text = as written, or a piece of it */
	ST_JSON_TRUE,
	ST_JSON_FALSE,
	ST_JSON_NULL,
	ST_JSON_ERROR,    /* not JSON at `start`; the reader stays there until st_json_resync */
	ST_JSON_TOO_DEEP, /* more than the given levels; as an error */
};

struct st_json_event {
	enum st_json_token token;
	uint64_t start, end; /* bytes of the input: whole token so far, quotes included, end exclusive */
	struct st_span text; /* borrowed until the next call; long strings come in pieces of at most 64 KiB */
	bool last;           /* the piece ends the token */
	bool escaped;        /* the token held a backslash escape */
	int depth;           /* levels open around the token; OBJECT and OBJECT_END of one object have the same */
};

struct st_json_reader;
struct st_json_reader *st_json_open(int depth_limit); /* caller closes */
/* Gives the next block; the reader borrows it until st_json_next returns ST_JSON_MORE. */
void st_json_feed(struct st_json_reader *reader, const void *data, size_t size);
void st_json_feed_end(struct st_json_reader *reader); /* no more blocks: a value cut off is an error */
enum st_json_token st_json_next(struct st_json_reader *reader, struct st_json_event *event);
/* After an error: skips to the byte after the next line feed and starts anew at depth 0; ST_JSON_MORE as needed. */
void st_json_resync(struct st_json_reader *reader);
/* Starts anew at depth 0: after ST_JSON_MORE with the next block, whatever was begun; after an error behind its byte.
 */
void st_json_restart(struct st_json_reader *reader);
/* In an array, where its next element begins in this block: its first byte, how many of the block follow, and its
 * offset; a comma before it is read. NULL: none begins there, and st_json_next says what does. The caller may read the
 * element by itself and pass it, or call st_json_next as ever. */
const uint8_t *st_json_ahead(struct st_json_reader *reader, size_t *size, uint64_t *offset);
/* Behind st_json_ahead alone: the element is so many bytes, all in this block, and is JSON. */
void st_json_pass(struct st_json_reader *reader, size_t size);
/* Behind st_json_ahead alone: what follows of the block will be fed again, in front of the next one. */
void st_json_give_back(struct st_json_reader *reader);
void st_json_close(struct st_json_reader *reader);
/* The same, and nothing of the input stays in the memory that is given back. */
void st_json_close_secret(struct st_json_reader *reader);

#endif
