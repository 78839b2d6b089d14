/* Encoded words of mail headers (RFC 2047) into UTF-8, with the way back; for extract and redact. */
#ifndef STAUNCH_EXTRACT_ENCODED_WORD_H
#define STAUNCH_EXTRACT_ENCODED_WORD_H

#include "base/bytes.h"

/* Bytes of a value, and for each of them where it stands in the header (u32 each, host order, from `in` as 0). */
struct decoded_text {
	struct st_buf text;
	struct st_buf stored;
};

/*
 * Adds the value with every encoded word decoded; blanks between two of them are dropped (RFC 2047, 6.2), everything
 * else stays byte for byte. Words inside quoted strings and comments are decoded too: that is what senders do. A set
 * without a table of ours is guessed. shift: what is added to every stored value.
 */
void encoded_words_decode(struct st_span in, uint32_t shift, struct decoded_text *out);
/* The next row of encoded words at or behind *at, which are decoded as one: [*at, *end). False: there is none. */
bool encoded_words_next(struct st_span in, size_t *at, size_t *end);
void decoded_text_add(struct decoded_text *out, const uint8_t *data, size_t size, uint32_t stored);
void decoded_text_free(struct decoded_text *text);

/* Adds bytes of a named set as UTF-8; where it is unknown, as guessed. */
void charset_named_to_utf8(struct st_span charset, struct st_span bytes, struct st_buf *out);

#endif
