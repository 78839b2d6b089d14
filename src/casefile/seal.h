/*
 * Sealing of single values: XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha) with a random 192-bit nonce, safe
 * for any number of values that can be written. The table, column and row are bound as associated data, so that sealed
 * values cannot be moved to another place unseen. Keys come from the case key and the case's own random id (BLAKE2b),
 * so that one key may serve several cases.
 */
#ifndef STAUNCH_CASEFILE_SEAL_H
#define STAUNCH_CASEFILE_SEAL_H

#include "base/bytes.h"
#include "base/hash.h"

#define SEAL_CASE_ID_BYTES 16
#define SEAL_OVERHEAD_BYTES 40

struct seal_keys {
	uint8_t value[32];
	uint8_t digest[ST_DIGEST_KEY_BYTES]; /* of values and records */
	uint8_t path[ST_DIGEST_KEY_BYTES];   /* of object paths, for finding them again */
};
void seal_derive(const uint8_t case_key[32], const uint8_t case_id[SEAL_CASE_ID_BYTES], struct seal_keys *out);

/* Where a value stands. */
struct seal_place {
	const char *column; /* "objects.path" */
	uint64_t row, part; /* part 0 where a row number says all */
};
/* Replaces *out by nonce, ciphertext and tag. */
void seal_value(const struct seal_keys *keys, struct seal_place place, struct st_span plain, struct st_buf *out);
/* Replaces *out by the value; false when it was not sealed with this key for this place, or is damaged. */
bool seal_open(const struct seal_keys *keys, struct seal_place place, struct st_span sealed, struct st_buf *out);

#endif
