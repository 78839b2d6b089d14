/* Content-Transfer-Encoding (RFC 2045, section 6), decoded as it streams by; for extract and redact. */
#ifndef STAUNCH_EXTRACT_TRANSFER_DECODE_H
#define STAUNCH_EXTRACT_TRANSFER_DECODE_H

#include "base/bytes.h"

enum transfer_encoding {
	TRANSFER_IDENTITY, /* 7bit, 8bit, binary, and words nobody knows */
	TRANSFER_QUOTED_PRINTABLE,
	TRANSFER_BASE64,
	TRANSFER_UNSUPPORTED, /* uuencode, yEnc, BinHex */
};

/* Of the value of the field; blanks around it and its case do not matter. */
enum transfer_encoding transfer_named(struct st_span name);

/* Blanks before a line end, and what may be an escape, wait here for what follows them; more are passed on. */
#define TRANSFER_HELD_BYTES 256

struct transfer_decoder {
	enum transfer_encoding encoding;
	bool lost; /* bytes stood there that no decoding gives back */
	uint32_t bits;
	uint8_t characters; /* of the open group of base64 */
	uint8_t held[TRANSFER_HELD_BYTES];
	size_t held_size;
};

void transfer_begin(struct transfer_decoder *decoder, enum transfer_encoding encoding);
/* Adds what these bytes decode to: at most size + TRANSFER_HELD_BYTES. */
void transfer_add(struct transfer_decoder *decoder, const uint8_t *data, size_t size, struct st_buf *out);
/* The end of the body: what was held is decided. */
void transfer_end(struct transfer_decoder *decoder, struct st_buf *out);

/* The six bits of a character of base64; negative for any other. */
int transfer_base64_value(uint8_t character);
int transfer_hex_value(uint8_t character);

#endif
