/* Numbers as SQL writes them. */
#include "redact/sql_word.h"

static size_t digits_at(struct st_span text, size_t at)
{
	size_t count = 0;
	while (at + count < text.size && sql_is_digit(text.data[at + count]))
		count++;
	return count;
}

bool sql_is_number(struct st_span text)
{
	size_t at = text.data[0] == '-' || text.data[0] == '+', digits = digits_at(text, at);
	at += digits;
	if (at < text.size && text.data[at] == '.') {
		size_t more = digits_at(text, at + 1);
		digits += more;
		at += 1 + more;
	}
	if (digits > 0 && at < text.size && (text.data[at] | 0x20) == 'e') {
		at++;
		at += at < text.size && (text.data[at] == '+' || text.data[at] == '-');
		size_t more = digits_at(text, at);
		if (more == 0)
			return false;
		at += more;
	}
	return digits > 0 && at == text.size;
}

bool sql_is_hex_number(struct st_span text)
{
	if (text.size < 3 || text.data[0] != '0' || (text.data[1] | 0x20) != 'x')
		return false;
	for (size_t i = 2; i < text.size; i++) {
		uint8_t letter = text.data[i] | 0x20;
		if (!sql_is_digit(text.data[i]) && (letter < 'a' || letter > 'f'))
			return false;
	}
	return true;
}
