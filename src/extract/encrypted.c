/*
 * OpenPGP messages in ASCII armor, CMS (S/MIME) enveloped data, and Office documents with a password (a compound file
 * that holds the encrypted package: [MS-OFFCRYPTO] 2.3.4, [MS-CFB] 2.6): named and not read. CMS that is only signed
 * holds its content in clear inside DER, which nobody here reads: it is carved.
 */
#include "extract/carve.h"

#define ARMOR_BEGIN "-----BEGIN PGP MESSAGE-----"
#define ARMOR_END "-----END PGP MESSAGE-----"
/* The object identifier of the content type stands this near to the front. */
#define CMS_FRONT_BYTES 24

/* An entry of a compound file's directory: its name in UTF-16, and behind 64 bytes the name's size with its end. */
#define CFB_ENTRY_BYTES 128
#define CFB_NAME_BYTES 64

enum sealed { SEALED_NONE, SEALED_PGP, SEALED_CMS, SEALED_CMS_SIGNED, SEALED_OFFICE };

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Armor and nothing else: text around it is for the text reader. */
static bool is_armor(const struct reader_input *input)
{
	const uint8_t *p = input->head.data, *end = p + input->head.size;
	while (p < end && is_blank(*p))
		p++;
	if ((size_t)(end - p) < sizeof(ARMOR_BEGIN) - 1 || memcmp(p, ARMOR_BEGIN, sizeof(ARMOR_BEGIN) - 1) != 0)
		return false;
	const uint8_t *close = memmem(p, (size_t)(end - p), ARMOR_END, sizeof(ARMOR_END) - 1);
	if (close == NULL)
		return true;
	for (p = close + sizeof(ARMOR_END) - 1; p < end; p++)
		if (!is_blank(*p))
			return false;
	return true;
}

/* A directory beyond the looked-at bytes is not found: the file is then named as the compound file that it is. */
static bool is_office(struct st_span head)
{
	static const uint8_t magic[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
	static const char stream[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
	if (head.size < sizeof(magic) || memcmp(head.data, magic, sizeof(magic)) != 0)
		return false;
	for (size_t at = 512; at + CFB_ENTRY_BYTES <= head.size; at += CFB_ENTRY_BYTES)
		if (memcmp(head.data + at, stream, sizeof(stream)) == 0 &&
			head.data[at + CFB_NAME_BYTES] == sizeof(stream) + 1)
			return true;
	return false;
}

static enum sealed sealed_as(const struct reader_input *input)
{
	static const uint8_t pkcs7[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07};
	static const uint8_t auth_enveloped[] = {
		0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17};
	struct st_span head = input->head;
	if (is_armor(input))
		return SEALED_PGP;
	if (is_office(head))
		return SEALED_OFFICE;
	if (head.size < CMS_FRONT_BYTES || head.data[0] != 0x30)
		return SEALED_NONE;
	if (memmem(head.data, CMS_FRONT_BYTES, auth_enveloped, sizeof(auth_enveloped)) != NULL)
		return SEALED_CMS;
	const uint8_t *at = memmem(head.data, CMS_FRONT_BYTES - 1, pkcs7, sizeof(pkcs7));
	if (at == NULL)
		return SEALED_NONE;
	uint8_t type = at[sizeof(pkcs7)];
	return type == 3 || type == 6 ? SEALED_CMS : SEALED_CMS_SIGNED;
}

static int bid(const struct reader_input *input)
{
	return sealed_as(input) == SEALED_NONE ? 0 : 96;
}

static void read_sealed(struct reader_input *input, struct extract_part_result *result)
{
	enum sealed sealed = sealed_as(input);
	result->format = sealed == SEALED_PGP ? "pgp" : sealed == SEALED_OFFICE ? "ole2" : "cms";
	if (sealed == SEALED_CMS_SIGNED) {
		carve_read(input, false, result);
		return;
	}
	result->status = ST_UNREAD;
	result->reason = ST_REASON_ENCRYPTED;
}

const struct reader reader_encrypted = {.format = "encrypted",
	.bid = bid,
	.read = read_sealed,
	.container = true,
	.has_text = true,
	.opens_less = true};
