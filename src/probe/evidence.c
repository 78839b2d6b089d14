/* Writing evidence: lines, hashes, the signature, names that are hashed or sealed. */
#include "probe/evidence.h"

#include "base/clock.h"

#include <sodium.h>

void probe_evidence_keys(struct probe_evidence *evidence, const uint8_t key[PROBE_EVIDENCE_KEY_BYTES])
{
	uint8_t seed[crypto_sign_SEEDBYTES];
	crypto_kdf_derive_from_key(seed, sizeof seed, 1, "evi-sign", key);
	crypto_kdf_derive_from_key(evidence->seal, sizeof evidence->seal, 2, "evi-seal", key);
	crypto_kdf_derive_from_key(evidence->name, sizeof evidence->name, 3, "evi-name", key);
	crypto_kdf_derive_from_key(evidence->line, sizeof evidence->line, 4, "evi-line", key);
	crypto_sign_seed_keypair(evidence->public_key, evidence->sign, seed);
	sodium_memzero(seed, sizeof seed);
}

void probe_evidence_wipe(struct probe_evidence *evidence)
{
	sodium_memzero(evidence, sizeof *evidence);
}

uint64_t probe_evidence_begin(
	const struct probe_evidence *evidence, struct st_json_writer *w, int64_t now, const char *kind)
{
	char time[21], head[PROBE_EVIDENCE_HEAD_TEXT];
	w->out->size = 0;
	st_utc_text(now, time);
	st_hex(evidence->head, sizeof evidence->head, head);
	st_json_object(w);
	st_json_key_uint(w, "n", evidence->count + 1);
	st_json_key_text(w, "prev", head);
	st_json_key_text(w, "time", time);
	st_json_key_text(w, "kind", kind);
	return evidence->count + 1;
}

void probe_evidence_code(const struct probe_evidence *evidence, struct st_span line, char out[PROBE_EVIDENCE_CODE_TEXT])
{
	uint8_t code[(PROBE_EVIDENCE_CODE_TEXT - 1) / 2];
	crypto_generichash(code, sizeof code, line.data, line.size, evidence->line, sizeof evidence->line);
	st_hex(code, sizeof code, out);
}

void probe_evidence_end(struct probe_evidence *evidence, struct st_json_writer *w)
{
	char code[PROBE_EVIDENCE_CODE_TEXT];
	probe_evidence_code(evidence, (struct st_span){w->out->data, w->out->size}, code);
	st_json_key_text(w, "mac", code);
	st_json_object_end(w);
	/* The line feed is no part of what is hashed: a file that passed through another system stays verifiable. */
	st_sha256_of(w->out->data, w->out->size, evidence->head);
	evidence->count++;
	st_buf_add_byte(w->out, '\n');
}

void probe_evidence_sign(struct probe_evidence *evidence, int64_t now, struct st_buf *line)
{
	struct st_json_writer w = {.out = line};
	uint8_t signature[crypto_sign_BYTES];
	char signature_text[2 * crypto_sign_BYTES + 1], key[2 * 32 + 1];
	crypto_sign_detached(signature, NULL, evidence->head, sizeof evidence->head, evidence->sign);
	st_hex(signature, sizeof signature, signature_text);
	st_hex(evidence->public_key, sizeof evidence->public_key, key);
	probe_evidence_begin(evidence, &w, now, "signature");
	st_json_key_text(&w, "key", key);
	st_json_key_text(&w, "signature", signature_text);
	probe_evidence_end(evidence, &w);
}

void probe_evidence_name(const struct probe_evidence *evidence, struct st_span name, char out[33])
{
	uint8_t hash[16];
	crypto_generichash(hash, sizeof hash, name.data, name.size, evidence->name, sizeof evidence->name);
	st_hex(hash, sizeof hash, out);
}

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

void probe_evidence_seal(
	const struct probe_evidence *evidence, const char *target, struct st_span name, struct st_buf *out)
{
	st_auto_buf struct st_buf raw = {0};
	unsigned long long size = 0;
	st_buf_reserve(&raw, NONCE + name.size + TAG);
	randombytes_buf(raw.data, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(raw.data + NONCE, &size, name.data, name.size,
		(const uint8_t *)target, strlen(target), NULL, raw.data, evidence->seal);
	raw.size = NONCE + (size_t)size;
	size_t text = sodium_base64_encoded_len(raw.size, sodium_base64_VARIANT_ORIGINAL);
	out->size = 0;
	st_buf_reserve(out, text);
	sodium_bin2base64((char *)out->data, text, raw.data, raw.size, sodium_base64_VARIANT_ORIGINAL);
	out->size = text - 1;
}

bool probe_evidence_unseal(
	const struct probe_evidence *evidence, const char *target, const char *sealed, size_t size, struct st_buf *out)
{
	st_auto_buf struct st_buf raw = {0};
	unsigned long long plain = 0;
	st_buf_reserve(&raw, size + 1);
	if (sodium_base642bin(
		    raw.data, size + 1, sealed, size, NULL, &raw.size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		raw.size < NONCE + TAG)
		return false;
	out->size = 0;
	st_buf_reserve(out, raw.size);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out->data, &plain, NULL, raw.data + NONCE, raw.size - NONCE,
		    (const uint8_t *)target, strlen(target), raw.data, evidence->seal) != 0)
		return false;
	out->size = (size_t)plain;
	return true;
}
