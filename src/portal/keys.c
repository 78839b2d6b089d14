/* Keys of the sealed index: BLAKE2b (RFC 7693) keyed with the seal key, a label for each use. */
#include "portal/index.h"

#include <sodium.h>

static void derive(const uint8_t key[32], const char *label, const void *context, size_t size, uint8_t out[32])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key, 32, 32);
	crypto_generichash_update(&state, (const uint8_t *)label, strlen(label) + 1);
	crypto_generichash_update(&state, context, size);
	crypto_generichash_final(&state, out, 32);
	sodium_memzero(&state, sizeof state);
}

void portal_derive(const uint8_t key[32], const char *label, struct st_span context, uint8_t out[32])
{
	derive(key, label, context.data, context.size, out);
}

void portal_party_secret(const uint8_t seal_key[32], const struct portal_case *id, enum portal_audience audience,
	struct st_span identity, uint8_t out[PORTAL_SECRET_BYTES])
{
	uint8_t context[2 * PORTAL_ID_BYTES + 1], key[32];
	memcpy(context, id->case_id, PORTAL_ID_BYTES);
	memcpy(context + PORTAL_ID_BYTES, id->salt, PORTAL_ID_BYTES);
	context[2 * PORTAL_ID_BYTES] = (uint8_t)audience;
	derive(seal_key, "staunch portal parties 1", context, sizeof context, key);
	derive(key, "party", identity.data, identity.size, out);
	sodium_memzero(key, sizeof key);
}

static void number_bytes(uint32_t number, uint8_t out[4])
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> (8 * i));
}

void portal_link_digest(const uint8_t secret[PORTAL_SECRET_BYTES], uint32_t link, uint8_t out[PORTAL_DIGEST_BYTES])
{
	uint8_t number[4], whole[32];
	number_bytes(link, number);
	derive(secret, "digest", number, sizeof number, whole);
	memcpy(out, whole, PORTAL_DIGEST_BYTES);
}

void portal_link_key(const uint8_t secret[PORTAL_SECRET_BYTES], uint32_t link, uint8_t out[32])
{
	uint8_t number[4];
	number_bytes(link, number);
	derive(secret, "payload", number, sizeof number, out);
}

void portal_signing_pair(const uint8_t seal_key[32], uint8_t public_key[32], uint8_t secret_key[64])
{
	uint8_t seed[32];
	derive(seal_key, "staunch portal signing 1", NULL, 0, seed);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	sodium_memzero(seed, sizeof seed);
}
