/*
 * SHA-256 by the plain functions of libcrypto, not by EVP: a record is a few hundred bytes, and beginning and ending a
 * hash through EVP costs more than hashing these (and its first use reads a configuration file). Both run the same code
 * with the instructions that the processor has. The functions are deprecated as an interface since OpenSSL 3.0.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include "base/bytes.h"

#include <endian.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
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

/* --- SipHash written out: half of the output needs no second finish, and the first byte no copy of the message --- */

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t turn(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void sip_round(struct sip *sip)
{
	sip->v0 += sip->v1;
	sip->v2 += sip->v3;
	sip->v1 = turn(sip->v1, 13) ^ sip->v0;
	sip->v3 = turn(sip->v3, 16) ^ sip->v2;
	sip->v0 = turn(sip->v0, 32) + sip->v3;
	sip->v2 += sip->v1;
	sip->v1 = turn(sip->v1, 17) ^ sip->v2;
	sip->v3 = turn(sip->v3, 21) ^ sip->v0;
	sip->v2 = turn(sip->v2, 32);
}

static inline void sip_word(struct sip *sip, uint64_t word)
{
	sip->v3 ^= word;
	sip_round(sip);
	sip_round(sip);
	sip->v0 ^= word;
}

static inline uint64_t load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return le64toh(word);
}

static inline uint64_t load_few(const uint8_t *at, size_t size)
{
	uint64_t word = 0;
	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)at[i] << 8 * i;
	return word;
}

uint64_t st_digest_start(const uint8_t key[ST_DIGEST_KEY_BYTES], uint8_t before, const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t k0 = load(key), k1 = load(key + 8), tail = before;
	struct sip sip = {.v0 = k0 ^ 0x736f6d6570736575u,
		.v1 = k1 ^ 0x646f72616e646f6du ^ 0xee,
		.v2 = k0 ^ 0x6c7967656e657261u,
		.v3 = k1 ^ 0x7465646279746573u};
	if (size < 7) {
		tail |= load_few(at, size) << 8;
	} else {
		const uint8_t *end = at + size;
		sip_word(&sip, (size > 7 ? load(at) : load_few(at, 7)) << 8 | before);
		for (at += 7; end - at >= 8; at += 8)
			sip_word(&sip, load(at));
		tail = at == end  ? 0
		       : size > 7 ? load(end - 8) >> 8 * (8 - (end - at))
				  : load_few(at, (size_t)(end - at));
	}
	sip_word(&sip, tail | ((uint64_t)size + 1) << 56);
	sip.v2 ^= 0xee;
	for (int i = 0; i < 4; i++)
		sip_round(&sip);
	return be64toh(htole64(sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3));
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
