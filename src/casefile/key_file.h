/*
 * The one type of key file (contract 11): four lines of text, so that a person can see what a file is for and print it.
 *
 *     staunch-key 1
 *     purpose case
 *     id 5f0c19d2a4b87e33
 *     key BASE64 OF 32 BYTES
 *
 * The id is derived from purpose and key (BLAKE2b), so that a damaged or edited file is told from another key.
 */
#ifndef STAUNCH_CASEFILE_KEY_FILE_H
#define STAUNCH_CASEFILE_KEY_FILE_H

#include "base/bytes.h"
#include "base/error.h"

#define KEY_FILE_KEY_BYTES 32
#define KEY_FILE_ID_TEXT 17 /* 16 hex digits and a NUL */

enum key_purpose { KEY_REDACT, KEY_SEAL, KEY_CASE, KEY_EVIDENCE, KEY_PURPOSES };

struct key_file {
	enum key_purpose purpose;
	char id[KEY_FILE_ID_TEXT];
	uint8_t key[KEY_FILE_KEY_BYTES]; /* the caller wipes it with sodium_memzero */
};

const char *key_purpose_name(enum key_purpose purpose); /* "case"; NULL out of range */

/* Makes a new random key and writes it, 0600, durable. ST_WRONG when the file exists: a key is never overwritten. */
enum st_status key_file_create(const char *path, enum key_purpose purpose, struct key_file *out, struct st_error *err);
/* ST_WRONG: not there, not a key file, damaged, readable by others, or of another purpose. */
enum st_status key_file_read(const char *path, enum key_purpose purpose, struct key_file *out, struct st_error *err);
/* The text of a file, any bytes; false when it is no key file of this version. */
bool key_file_parse(struct st_span text, struct key_file *out);

#endif
