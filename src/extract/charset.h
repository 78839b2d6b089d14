/* Between the files of charset: tables, and the conversion that text_source and the bidders share. */
#ifndef STAUNCH_EXTRACT_CHARSET_H
#define STAUNCH_EXTRACT_CHARSET_H

#include "extract/reader.h"

/* Code points of the bytes 0x80 to 0xFF. */
extern const uint16_t charset_windows_1252[128];
extern const uint16_t charset_iso_8859_2[128];
extern const uint16_t charset_iso_8859_5[128];
extern const uint16_t charset_iso_8859_7[128];
extern const uint16_t charset_iso_8859_9[128];
extern const uint16_t charset_iso_8859_15[128];
extern const uint16_t charset_windows_1250[128];
extern const uint16_t charset_windows_1251[128];
extern const uint16_t charset_windows_1253[128];
extern const uint16_t charset_windows_1254[128];
extern const uint16_t charset_koi8_r[128];

/* UTF-8, and bytes that are no text, go through as they are. */
bool charset_is_plain(enum charset charset);
/* UTF-16 and UTF-32: an ASCII word is not its own bytes there. */
bool charset_is_wide(enum charset charset);
/* Bytes of the byte order mark of this charset at the front of head; 0 when there is none. */
size_t charset_mark_size(enum charset charset, struct st_span head);
/*
 * Converts whole characters into UTF-8 while four more bytes fit, and returns the bytes of `in` used. What is no
 * character becomes U+FFFD; a character cut by the end of `in` is left unused unless `last`. stored (may be NULL) gets
 * one value for each byte written: where its character begins in `in`.
 */
size_t charset_convert(enum charset charset, struct st_span in, bool last, uint8_t *out, size_t capacity,
	size_t *out_size, uint32_t *stored);
/* The looked-at bytes of a part as text, for those who bid: borrowed from head, or written into buf. */
struct st_span charset_head_text(const struct reader_input *input, enum charset charset, struct st_buf *buf);

/* How a text reader ends: read, or what came before the stream failed. Fills status, reason, charset,
 * not_searched_bytes. */
void text_source_result(const struct text_source *source, struct extract_part_result *result);

#endif
