#include "report/packet_zip.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>

#define SALT_BYTES 16
#define KEY_BYTES 32
#define VERIFIER_BYTES 2
#define TAG_BYTES 10
#define OVERHEAD_BYTES (SALT_BYTES + VERIFIER_BYTES + TAG_BYTES)
#define ROUNDS 1000 /* of the format */
#define AES_BLOCK_BYTES 16
#define BATCH_BYTES 4096
#define ENTRIES 8
#define MOST_BYTES UINT32_MAX

#define LOCAL_HEADER 0x04034b50u
#define CENTRAL_HEADER 0x02014b50u
#define END_OF_DIRECTORY 0x06054b50u
#define VERSION_AES 51
#define FLAG_ENCRYPTED 1
#define METHOD_AES 99
#define DATE_1980_01_01 0x0021
#define EXTRA_AES 0x9901
#define EXTRA_AES_BYTES 7
#define STRENGTH_AES_256 3

struct entry {
	const char *name;
	uint32_t size_bytes, offset;
};

struct packet_zip {
	const struct packet_sink *sink;
	const char *passphrase;
	struct entry entries[ENTRIES];
	size_t count;
	uint64_t written, left; /* bytes of the zip so far; of the entry still to come */
	bool open;
	EVP_CIPHER_CTX *cipher;
	EVP_MAC *mac;
	EVP_MAC_CTX *tag;
	uint64_t counter;
	uint8_t stream[BATCH_BYTES];
	size_t stream_used;
};

void packet_passphrase(char out[PACKET_PASSPHRASE_TEXT])
{
	/* Crockford's Base32: no letter looks like a digit */
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint8_t random[28];
	randombytes_buf(random, sizeof random);
	size_t at = 0;
	for (size_t i = 0; i < sizeof random; i++) {
		if (i > 0 && i % 4 == 0)
			out[at++] = '-';
		out[at++] = letters[random[i] & 31];
	}
	out[at] = 0;
	sodium_memzero(random, sizeof random);
}

struct packet_zip *packet_zip_open(const char *passphrase, const struct packet_sink *sink)
{
	struct packet_zip *zip = st_alloc_zero(1, sizeof *zip);
	zip->sink = sink;
	zip->passphrase = passphrase;
	zip->cipher = EVP_CIPHER_CTX_new();
	zip->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	zip->tag = zip->mac != NULL ? EVP_MAC_CTX_new(zip->mac) : NULL;
	return zip;
}

void packet_zip_close(struct packet_zip *zip)
{
	if (zip == NULL)
		return;
	EVP_CIPHER_CTX_free(zip->cipher);
	EVP_MAC_CTX_free(zip->tag);
	EVP_MAC_free(zip->mac);
	sodium_memzero(zip, sizeof *zip);
	free(zip);
}

static enum st_status put(struct packet_zip *zip, const void *data, size_t size, struct st_error *err)
{
	zip->written += size;
	return zip->sink->write(zip->sink->context, data, size, err);
}

/* --- headers --- */

static void add_extra(struct st_buf *out)
{
	st_buf_add_u16(out, EXTRA_AES);
	st_buf_add_u16(out, EXTRA_AES_BYTES);
	st_buf_add_u16(out, 2); /* AE-2: no CRC of the plaintext */
	st_buf_add(out, "AE", 2);
	st_buf_add_byte(out, STRENGTH_AES_256);
	st_buf_add_u16(out, 0); /* stored */
}

/* What the local header and the directory say alike. */
static void add_common(const struct entry *entry, struct st_buf *out)
{
	st_buf_add_u16(out, VERSION_AES);
	st_buf_add_u16(out, FLAG_ENCRYPTED);
	st_buf_add_u16(out, METHOD_AES);
	st_buf_add_u16(out, 0);
	st_buf_add_u16(out, DATE_1980_01_01);
	st_buf_add_u32(out, 0); /* CRC, as AE-2 says */
	st_buf_add_u32(out, entry->size_bytes + OVERHEAD_BYTES);
	st_buf_add_u32(out, entry->size_bytes);
	st_buf_add_u16(out, (uint16_t)strlen(entry->name));
	st_buf_add_u16(out, 4 + EXTRA_AES_BYTES);
}

static void add_local_header(const struct entry *entry, struct st_buf *out)
{
	st_buf_add_u32(out, LOCAL_HEADER);
	add_common(entry, out);
	st_buf_add(out, entry->name, strlen(entry->name));
	add_extra(out);
}

static void add_central_header(const struct entry *entry, struct st_buf *out)
{
	st_buf_add_u32(out, CENTRAL_HEADER);
	st_buf_add_u16(out, VERSION_AES);
	add_common(entry, out);
	st_buf_add_u16(out, 0); /* comment */
	st_buf_add_u16(out, 0); /* disk */
	st_buf_add_u16(out, 0); /* attributes inside */
	st_buf_add_u32(out, 0); /* and outside */
	st_buf_add_u32(out, entry->offset);
	st_buf_add(out, entry->name, strlen(entry->name));
	add_extra(out);
}

/* --- AES-256 in counter mode, the counter a little-endian number from 1; HMAC-SHA1 over what comes out --- */

static enum st_status begin_keys(
	struct packet_zip *zip, const uint8_t salt[SALT_BYTES], uint8_t verifier[VERIFIER_BYTES], struct st_error *err)
{
	uint8_t keys[2 * KEY_BYTES + VERIFIER_BYTES];
	char digest[] = "SHA1";
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
	bool ready = zip->cipher != NULL && zip->tag != NULL &&
		     PKCS5_PBKDF2_HMAC(zip->passphrase, (int)strlen(zip->passphrase), salt, SALT_BYTES, ROUNDS,
			     EVP_sha1(), sizeof keys, keys) == 1 &&
		     EVP_EncryptInit_ex(zip->cipher, EVP_aes_256_ecb(), NULL, keys, NULL) == 1 &&
		     EVP_CIPHER_CTX_set_padding(zip->cipher, 0) == 1 &&
		     EVP_MAC_init(zip->tag, keys + KEY_BYTES, KEY_BYTES, parameters) == 1;
	memcpy(verifier, keys + 2 * KEY_BYTES, VERIFIER_BYTES);
	sodium_memzero(keys, sizeof keys);
	zip->counter = 0;
	zip->stream_used = sizeof zip->stream;
	return ready ? ST_OK : st_fail(err, ST_FATAL, "libcrypto cannot encrypt (AES-256, HMAC-SHA1)");
}

static bool next_stream(struct packet_zip *zip)
{
	uint8_t counters[BATCH_BYTES] = {0};
	int size = 0;
	for (size_t at = 0; at < sizeof counters; at += AES_BLOCK_BYTES) {
		zip->counter++;
		for (size_t i = 0; i < 8; i++)
			counters[at + i] = (uint8_t)(zip->counter >> (8 * i));
	}
	zip->stream_used = 0;
	return EVP_EncryptUpdate(zip->cipher, zip->stream, &size, counters, sizeof counters) == 1;
}

static enum st_status put_encrypted(struct packet_zip *zip, const uint8_t *data, size_t size, struct st_error *err)
{
	uint8_t out[BATCH_BYTES];
	bool sound = true;
	for (size_t i = 0; i < size && sound;) {
		if (zip->stream_used == sizeof zip->stream)
			sound = next_stream(zip);
		for (; i < size && zip->stream_used < sizeof zip->stream; i++)
			out[i] = data[i] ^ zip->stream[zip->stream_used++];
	}
	if (!sound || EVP_MAC_update(zip->tag, out, size) != 1)
		return st_fail(err, ST_FATAL, "libcrypto cannot encrypt (AES-256, HMAC-SHA1)");
	return put(zip, out, size, err);
}

/* --- entries --- */

static enum st_status end_entry(struct packet_zip *zip, struct st_error *err)
{
	uint8_t tag[EVP_MAX_MD_SIZE];
	size_t size = 0;
	if (!zip->open)
		return ST_OK;
	zip->open = false;
	if (zip->left > 0)
		return st_fail(err, ST_FATAL, "an entry of the packet is shorter than announced");
	if (EVP_MAC_final(zip->tag, tag, &size, sizeof tag) != 1 || size < TAG_BYTES)
		return st_fail(err, ST_FATAL, "libcrypto cannot encrypt (AES-256, HMAC-SHA1)");
	return put(zip, tag, TAG_BYTES, err);
}

enum st_status packet_zip_entry(struct packet_zip *zip, const char *name, uint64_t size_bytes, struct st_error *err)
{
	uint8_t salt[SALT_BYTES], verifier[VERIFIER_BYTES];
	st_auto_buf struct st_buf header = {0};
	ST_TRY(end_entry(zip, err));
	if (zip->count == ENTRIES)
		return st_fail(err, ST_FATAL, "a packet has fewer files");
	if (size_bytes > MOST_BYTES - 64 * KIB || zip->written + size_bytes > MOST_BYTES - 64 * KIB)
		return st_fail(err, ST_WRONG, "a packet of more than 4 GiB: ask for single addresses");
	struct entry *entry = &zip->entries[zip->count++];
	*entry = (struct entry){name, (uint32_t)size_bytes, (uint32_t)zip->written};
	randombytes_buf(salt, sizeof salt);
	ST_TRY(begin_keys(zip, salt, verifier, err));
	add_local_header(entry, &header);
	st_buf_add(&header, salt, sizeof salt);
	st_buf_add(&header, verifier, sizeof verifier);
	zip->open = true;
	zip->left = size_bytes;
	return put(zip, header.data, header.size, err);
}

enum st_status packet_zip_data(struct packet_zip *zip, const void *data, size_t size, struct st_error *err)
{
	const uint8_t *at = data;
	if (size > zip->left)
		return st_fail(err, ST_FATAL, "an entry of the packet is longer than announced");
	zip->left -= size;
	while (size > 0) {
		size_t piece = size < BATCH_BYTES ? size : BATCH_BYTES;
		ST_TRY(put_encrypted(zip, at, piece, err));
		at += piece;
		size -= piece;
	}
	return ST_OK;
}

enum st_status packet_zip_finish(struct packet_zip *zip, struct st_error *err)
{
	st_auto_buf struct st_buf end = {0};
	ST_TRY(end_entry(zip, err));
	for (size_t i = 0; i < zip->count; i++)
		add_central_header(&zip->entries[i], &end);
	uint32_t size = (uint32_t)end.size, start = (uint32_t)zip->written;
	st_buf_add_u32(&end, END_OF_DIRECTORY);
	st_buf_add_u16(&end, 0);
	st_buf_add_u16(&end, 0);
	st_buf_add_u16(&end, (uint16_t)zip->count);
	st_buf_add_u16(&end, (uint16_t)zip->count);
	st_buf_add_u32(&end, size);
	st_buf_add_u32(&end, start);
	st_buf_add_u16(&end, 0); /* comment */
	return put(zip, end.data, end.size, err);
}
