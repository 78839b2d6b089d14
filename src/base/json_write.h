/* Writes JSON (RFC 8259) into a buffer: commas, indentation and escaping are its business. Invalid UTF-8 in a string
 * becomes %XX, so that the output is always valid. */
#ifndef STAUNCH_BASE_JSON_WRITE_H
#define STAUNCH_BASE_JSON_WRITE_H

#include "base/bytes.h"

#define ST_JSON_WRITE_DEPTH 32

struct st_json_writer {
	struct st_buf *out; /* borrowed */
	int indent;         /* spaces per level; 0 writes one line */
	int depth;
	bool filled[ST_JSON_WRITE_DEPTH];
	bool after_key;
};

void st_json_object(struct st_json_writer *w);
void st_json_object_end(struct st_json_writer *w);
void st_json_array(struct st_json_writer *w);
void st_json_array_end(struct st_json_writer *w);
void st_json_key(struct st_json_writer *w, const char *key);
void st_json_string(struct st_json_writer *w, const void *text, size_t size);
void st_json_text(struct st_json_writer *w, const char *text); /* NULL writes null */
void st_json_uint(struct st_json_writer *w, uint64_t value);
void st_json_int(struct st_json_writer *w, int64_t value);
void st_json_hundredths(struct st_json_writer *w, unsigned hundredths); /* 97 writes 0.97 */
void st_json_bool(struct st_json_writer *w, bool value);
void st_json_null(struct st_json_writer *w);

/* key and value in one call, the common case */
void st_json_key_text(struct st_json_writer *w, const char *key, const char *text);
void st_json_key_uint(struct st_json_writer *w, const char *key, uint64_t value);
void st_json_key_bool(struct st_json_writer *w, const char *key, bool value);
void st_json_key_null(struct st_json_writer *w, const char *key);
void st_json_key_string_or_null(struct st_json_writer *w, const char *key, struct st_span text); /* null: empty */

#endif
