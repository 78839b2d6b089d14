/*
 * What stands in place of a value: token, mask or label (contract 7). Pure. Every replacement is ASCII without quotes,
 * backslashes, commas, semicolons, tabs, angle brackets, ampersands and controls, so that it can stand as it is inside
 * a string or cell of every format, and no detector accepts it or a part of it.
 *
 *   token  [email_address:BCDFGHJKLMNPQRST]   HMAC-SHA256(key, kind NUL canonical version NUL canonical), 16 letters
 *   label  [email_address]
 *   mask   [****] [****1111]                  always four stars, so that no value is known by its length; of a card
 *                                             and an account the last four digits, of a phone number the last two
 */
#ifndef STAUNCH_REDACT_REPLACE_H
#define STAUNCH_REDACT_REPLACE_H

#include "base/bytes.h"
#include "detect/detect.h"
#include "redact/redact.h"

/* Raised when a canonical form changes: tokens of both versions then differ. */
#define REDACT_CANONICAL_VERSION 1
#define REDACT_TOKEN_LETTERS 16
/* No replacement is longer: the longest word of a kind, the letters, brackets and colon. */
#define REPLACED_BYTES 48

struct replacer;
struct replacer *replacer_open(const uint8_t *key); /* REDACT_KEY_BYTES, copied; NULL: no tokens */
/* Appends what stands for this value; nothing for REDACT_DROP. */
void replacer_value(struct replacer *replacer, enum redact_action action, enum detect_kind kind,
	struct st_span canonical, struct st_buf *out);
/* The same for a whole field that the policy names; kind word `field`. */
void replacer_field(struct replacer *replacer, enum redact_action action, struct st_span value, struct st_buf *out);
/* The first place at which a replacement may begin, or a NUL stands; end: none. Most brackets are told by the byte
 * behind them, one at the end by nothing. */
const uint8_t *replaced_or_nul(const uint8_t *from, const uint8_t *end);
/* The same without vectors: what tests compare with. */
const uint8_t *replaced_or_nul_byte_by_byte(const uint8_t *from, const uint8_t *end);
/* The bytes of the token, label or mask that begins here, which is left as it is; 0: none. *more: the text ends inside
 * what may be one. */
size_t replaced_at(struct st_span text, bool *more);
void replacer_close(struct replacer *replacer); /* wipes the key */

#endif
