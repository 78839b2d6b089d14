/* Words of SQL outside of strings: which bytes they have, and which are numbers. Private to redact. */
#ifndef STAUNCH_REDACT_SQL_WORD_H
#define STAUNCH_REDACT_SQL_WORD_H

#include "base/bytes.h"

static inline bool sql_is_letter(uint8_t byte)
{
	uint8_t letter = byte | 0x20;
	return (letter >= 'a' && letter <= 'z') || byte >= 0x80;
}

static inline bool sql_is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool sql_is_in_word(uint8_t byte)
{
	return sql_is_letter(byte) || sql_is_digit(byte) || byte == '_' || byte == '@' || byte == '$' || byte == '#' ||
	       byte == '.' || byte == '+' || byte == ':' || byte == '%' || byte == '&';
}

/* 12, -1.5, .5e-3; text has a byte. */
bool sql_is_number(struct st_span text);
/* 0x1F */
bool sql_is_hex_number(struct st_span text);

#endif
