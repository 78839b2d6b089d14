/* One input of a merge: its keys one after the other, and the places of each. */
#ifndef STAUNCH_RESOLVE_ROW_CURSOR_H
#define STAUNCH_RESOLVE_ROW_CURSOR_H

#include "resolve/row.h"

struct row_cursor {
	struct resolve_blocks_in source; /* not owned */
	enum row_form form;
	const char *name; /* for messages */
	const uint8_t *digest_key;
	struct st_span block, places;
	struct row_key key;
	struct st_buf bytes; /* of the present key, once its block is not there any more */
	struct resolve_place place;
	struct st_span packed;    /* bytes of that place */
	bool begun, more, placed; /* a key was read; its present row is not its last; a place of it was read */
	bool ahead;               /* that place was not taken yet */
	uint64_t times;
	uint64_t rows; /* places (or times) read so far */
};
/* Goes on to the next key, passing over places not read; *there false at the end. Rows out of order are damage. */
enum st_status row_cursor_next_key(struct row_cursor *cursor, bool *there, struct st_error *err);
/* Goes on to the next place of the key, in cursor->place; *there false after the last. */
enum st_status row_cursor_next_place(struct row_cursor *cursor, bool *there, struct st_error *err);
/* Has the first place of the key in cursor->place already now; the next call above takes it. */
enum st_status row_cursor_look_ahead(struct row_cursor *cursor, struct st_error *err);
void row_cursor_free(struct row_cursor *cursor);

#endif
