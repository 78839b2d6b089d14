/*
 * SHA-256 by the plain functions of libcrypto, not by EVP: a record is a few hundred bytes, and beginning and ending a
 * hash through EVP costs more than hashing these (and its first use reads a configuration file). Both run the same code
 * with the instructions that the processor has. The functions are deprecated as an interface since OpenSSL 3.0.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include "base/bytes.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

struct st_sha256 {
	SHA256_CTX context;
};

static void must(int success)
{
	if (success != 1)
		_exit(ST_EXIT_MEMORY);
}

struct st_sha256 *st_sha256_new(void)
{
	struct st_sha256 *hash = st_alloc(sizeof *hash);
	st_sha256_begin(hash);
	return hash;
}

void st_sha256_begin(struct st_sha256 *hash)
{
	must(SHA256_Init(&hash->context));
}

void st_sha256_add(struct st_sha256 *hash, const void *data, size_t size)
{
	must(SHA256_Update(&hash->context, data, size));
}

void st_sha256_end(struct st_sha256 *hash, uint8_t out[ST_SHA256_BYTES])
{
	must(SHA256_Final(out, &hash->context));
}

void st_sha256_free(struct st_sha256 *hash)
{
	if (hash != NULL)
		explicit_bzero(hash, sizeof *hash);
	free(hash);
}

void st_sha256_of(const void *data, size_t size, uint8_t out[ST_SHA256_BYTES])
{
	struct st_sha256 hash;
	st_sha256_begin(&hash);
	st_sha256_add(&hash, data, size);
	st_sha256_end(&hash, out);
	explicit_bzero(&hash, sizeof hash);
}

void st_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size, uint8_t out[ST_SHA256_BYTES])
{
	unsigned out_size = ST_SHA256_BYTES;
	must(key_size <= INT_MAX && HMAC(EVP_sha256(), key, (int)key_size, data, size, out, &out_size) != NULL);
}

void st_hmac_warm_up(void)
{
	uint8_t mac[ST_SHA256_BYTES];
	st_hmac_sha256("", 0, "", 0, mac);
}

void st_digest(const uint8_t key[ST_DIGEST_KEY_BYTES], const void *data, size_t size, uint8_t out[ST_DIGEST_BYTES])
{
	crypto_shorthash_siphashx24(out, data, size, key);
}

void st_hex(const uint8_t *data, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * size] = 0;
}
