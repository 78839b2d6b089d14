#include "portal/crockford.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void crockford_write(uint64_t bits, unsigned letters, char *out)
{
	for (unsigned i = 0; i < letters; i++) {
		if (i > 0 && i % 4 == 0)
			*out++ = '-';
		*out++ = alphabet[bits >> (5 * (letters - 1 - i)) & 31];
	}
	*out = 0;
}

static int value_of(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'I' || c == 'L')
		return 1;
	if (c == 'O')
		return 0;
	const char *at = c != 0 ? strchr(alphabet, c) : NULL;
	return at != NULL ? (int)(at - alphabet) : -1;
}

bool crockford_read(const char *text, unsigned letters, uint64_t *out)
{
	unsigned count = 0;
	*out = 0;
	for (; *text != 0; text++) {
		if (*text == '-' || *text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
			continue;
		int value = value_of(*text);
		if (value < 0 || count == letters)
			return false;
		*out = *out << 5 | (unsigned)value;
		count++;
	}
	return count == letters;
}
