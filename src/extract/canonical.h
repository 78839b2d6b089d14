/*
 * The canonical forms that make copies of a record equal (contract 3). A digest is the SHA-256 of the form; every form
 * is unambiguous, so that two records have one digest only if their forms are the same bytes.
 */
#ifndef STAUNCH_EXTRACT_CANONICAL_H
#define STAUNCH_EXTRACT_CANONICAL_H

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json_read.h"

/* --- documents: the normalised text --- */

/*
 * Line ends (CR LF, LF, CR) are one LF; spaces and tabs before a line end or the end of the text are dropped, and so
 * are blank lines at the end. A stretch of more than 64 KiB of blanks counts as text, so that memory stays flat.
 */
struct canonical_text;
struct canonical_text *canonical_text_new(void); /* caller frees */
/* These take NULL, too: nothing is hashed, and there was nothing. */
void canonical_text_add(struct canonical_text *text, const void *data, size_t size);
/* False when there was nothing but blanks. Begins anew. */
bool canonical_text_end(struct canonical_text *text, uint8_t sha256[ST_SHA256_BYTES]);
void canonical_text_free(struct canonical_text *text);

/* --- records by their bytes as written: what is broken or too large for a form --- */

/*
 * Follows the text from a boundary (the start of a line, the end of the last record) and can say the SHA-256 of what
 * stands there from the first byte that is no blank and no comma. Bytes are kept only where a block of text ends
 * within; from 64 KiB on they are hashed as they come.
 */
struct as_written {
	struct st_sha256 *hash;
	struct st_buf kept;
	uint64_t start, next; /* text offsets: of the first byte, and of the first not yet taken */
	bool on, any, hashing;
};
void as_written_begin(struct as_written *record, uint64_t boundary);
void as_written_off(struct as_written *record);
/* The bytes of this block before the text offset `end`: to be called for each block before it goes. */
void as_written_take(struct as_written *record, const uint8_t *data, uint64_t data_start, uint64_t end);
/* False when nothing but blanks and commas was taken; else record->start is set. Switches it off. */
bool as_written_end(struct as_written *record, uint8_t sha256[ST_SHA256_BYTES]);
void as_written_free(struct as_written *record);

/* --- JSON records --- */

/*
 * The form of a value: N null, T true, F false; # and " before a number as written and an unescaped string, each with
 * its length (LEB128) and bytes; [ values ]; { members }, sorted by key, members of one key in their order: length + 1
 * and bytes of the key, then the value. A string or number over CEIL_CANONICAL_VALUE_BYTES is H or h and its SHA-256, a
 * key over it 0 and its SHA-256 (and sorted by that). At the top level of the record, and of its `_source`, the fields
 * named by contract 3 and by the options are left out. A record that has one `_source`, an object, is that object
 * alone. A record of more than CEIL_CANONICAL_RECORD_BYTES of keys, short values and bookkeeping, or so deep that
 * sorting would copy more than CEIL_CANONICAL_COPY_BYTES, has no form: the caller takes its bytes as written.
 */
struct canonical_json;
/* volatile_fields: NULL-ended names or NULL; borrowed until freed. Caller frees. */
struct canonical_json *canonical_json_new(const char *const *volatile_fields);
void canonical_json_begin(struct canonical_json *record); /* forgets a record begun */
/* The next event of the record, OBJECT to NULL; base_depth: depth of the record's own first event. */
void canonical_json_add(struct canonical_json *record, const struct st_json_event *event, int base_depth);
/* False when the record has no form. */
bool canonical_json_end(struct canonical_json *record, uint8_t sha256[ST_SHA256_BYTES]);
void canonical_json_free(struct canonical_json *record);

#endif
