/* SHA-256 (FIPS 180-4, by libcrypto) for content, SipHash-2-4-128 with a secret key (libsodium) for what is counted. */
#ifndef STAUNCH_BASE_HASH_H
#define STAUNCH_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define ST_SHA256_BYTES 32
#define ST_DIGEST_BYTES 16
#define ST_DIGEST_KEY_BYTES 16

struct st_sha256;                      /* one running hash, reusable */
struct st_sha256 *st_sha256_new(void); /* caller frees with st_sha256_free; begun */
void st_sha256_begin(struct st_sha256 *hash);
void st_sha256_add(struct st_sha256 *hash, const void *data, size_t size);
void st_sha256_end(struct st_sha256 *hash, uint8_t out[ST_SHA256_BYTES]); /* st_sha256_begin before the next use */
void st_sha256_free(struct st_sha256 *hash);
void st_sha256_of(const void *data, size_t size, uint8_t out[ST_SHA256_BYTES]);
/* HMAC-SHA-256 (RFC 2104, FIPS 198-1). */
/* libcrypto reads its settings at the first use of HMAC, which a jail may forbid: to be called before it. */
void st_hmac_warm_up(void);
void st_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size, uint8_t out[ST_SHA256_BYTES]);

/* Keyed digest: whoever writes hostile data cannot aim at a collision without the case's key. */
void st_digest(const uint8_t key[ST_DIGEST_KEY_BYTES], const void *data, size_t size, uint8_t out[ST_DIGEST_BYTES]);
/* The first 8 bytes of the st_digest of `before` and the data after it, as a number that orders as they do: what is
 * sorted by, asked for with every mention (SipHash-2-4-128: Aumasson and Bernstein, "SipHash: a fast short-input PRF").
 */
uint64_t st_digest_start(const uint8_t key[ST_DIGEST_KEY_BYTES], uint8_t before, const void *data, size_t size);

/* Lower-case hex with a final NUL; out holds 2 * size + 1. */
void st_hex(const uint8_t *data, size_t size, char *out);

#endif
