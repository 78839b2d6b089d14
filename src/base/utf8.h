/* Decoding of UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef STAUNCH_BASE_UTF8_H
#define STAUNCH_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1 to 4) of the character at p, of which `size` bytes are there, its code point in *out;
 * 0 when the bytes are no character. */
int st_utf8_decode(const uint8_t *p, size_t size, uint32_t *out);
/* The character that ends just before p, looking back no further than `start`; 0 when there is none. */
int st_utf8_decode_before(const uint8_t *start, const uint8_t *p, uint32_t *out);
/* Writes 1 to 4 bytes and returns their number; code must be a scalar value. */
int st_utf8_encode(uint32_t code, uint8_t out[4]);
/* Number of leading bytes of data that are whole, valid characters. */
size_t st_utf8_valid_prefix(const uint8_t *data, size_t size);

#endif
