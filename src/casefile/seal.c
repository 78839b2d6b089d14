#include "casefile/seal.h"

#include <sodium.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(NONCE_BYTES + TAG_BYTES == SEAL_OVERHEAD_BYTES, "what sealing adds to a value");

static void derive_one(
	const uint8_t case_key[32], const uint8_t *case_id, const char *purpose, uint8_t *out, size_t size)
{
	uint8_t whole[32];
	crypto_generichash_state state;
	crypto_generichash_init(&state, case_key, 32, sizeof whole);
	crypto_generichash_update(&state, case_id, SEAL_CASE_ID_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
	crypto_generichash_final(&state, whole, sizeof whole);
	memcpy(out, whole, size);
	sodium_memzero(whole, sizeof whole);
	sodium_memzero(&state, sizeof state);
}

void seal_derive(const uint8_t case_key[32], const uint8_t case_id[SEAL_CASE_ID_BYTES], struct seal_keys *out)
{
	derive_one(case_key, case_id, "staunch case values 1", out->value, sizeof out->value);
	derive_one(case_key, case_id, "staunch case digests 1", out->digest, sizeof out->digest);
	derive_one(case_key, case_id, "staunch case paths 1", out->path, sizeof out->path);
}

struct bound_place {
	uint8_t bytes[64];
	size_t size;
};

static struct bound_place bind_place(struct seal_place place)
{
	struct bound_place bound = {.size = 16};
	for (size_t i = 0; i < 8; i++) {
		bound.bytes[i] = (uint8_t)(place.row >> (8 * i));
		bound.bytes[8 + i] = (uint8_t)(place.part >> (8 * i));
	}
	size_t name = strnlen(place.column, sizeof bound.bytes - bound.size);
	memcpy(bound.bytes + bound.size, place.column, name);
	bound.size += name;
	return bound;
}

void seal_value(const struct seal_keys *keys, struct seal_place place, struct st_span plain, struct st_buf *out)
{
	struct bound_place bound = bind_place(place);
	out->size = 0;
	st_buf_reserve(out, plain.size + SEAL_OVERHEAD_BYTES);
	randombytes_buf(out->data, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out->data + NONCE_BYTES, NULL, plain.data, plain.size, bound.bytes,
		bound.size, NULL, out->data, keys->value);
	out->size = plain.size + SEAL_OVERHEAD_BYTES;
}

bool seal_open(const struct seal_keys *keys, struct seal_place place, struct st_span sealed, struct st_buf *out)
{
	struct bound_place bound = bind_place(place);
	out->size = 0;
	if (sealed.size < SEAL_OVERHEAD_BYTES)
		return false;
	st_buf_reserve(out, sealed.size);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out->data, NULL, NULL, sealed.data + NONCE_BYTES,
		    sealed.size - NONCE_BYTES, bound.bytes, bound.size, sealed.data, keys->value) != 0)
		return false;
	out->size = sealed.size - SEAL_OVERHEAD_BYTES;
	return true;
}
