/* Where a secret can begin: the beginnings of tokens, and the ends of labels before their sign. */
#include "detect/secret_places.h"

#include "detect/digits.h"

/* Behind a label: its sign, or the quote of its name. */
static inline bool ends_label(uint8_t next)
{
	return next == '=' || next == ':' || next == '"' || next == '\'' || next == '\\';
}

bool secret_may_start(uint8_t trigger, uint8_t next)
{
	switch (trigger) {
	case 'A':
		return next == 'K' || next == 'S' || next == 'I';
	case 'g':
		return next == 'h' || next == 'l' || next == '=' || next == '%';
	case 'b':
	case 'k':
	case 'm':
		return next == '_' || next == '-';
	case 'x':
		return next == 'o';
	case 'y':
		return next == 'J' || ends_label(next);
	case 'Q':
		return next == '~';
	case '-':
		return next == 'B';
	default:
		return ends_label(next);
	}
}

#define THREE(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* Are they the last three letters of a label? In small letters. */
static bool ends_one(uint32_t letters)
{
	switch (letters) {
	case THREE('k', 'e', 'y'):
	case THREE('y', 'i', 'd'):
	case THREE('o', 'r', 'd'):
	case THREE('s', 'w', 'd'):
	case THREE('p', 'w', 'd'):
	case THREE('a', 's', 's'):
	case THREE('r', 'e', 't'):
	case THREE('k', 'e', 'n'):
		return true;
	default:
		return false;
	}
}

/* Are the last three letters of the identifier that ends at `last` those of a label? Signs between them do not count;
 * where there are many of them, they may be. */
static bool may_end_label(const uint8_t *last)
{
	if (ascii_alnum(last[0]) && ascii_alnum(last[-1]) && ascii_alnum(last[-2])) /* as nearly all */
		return ends_one(THREE(last[-2], last[-1], last[0]) | 0x202020);
	uint32_t letters = 0;
	unsigned count = 0;
	for (size_t back = 0; count < 3; back++) {
		uint8_t byte = *(last - back);
		if (back == 16)
			return true;
		if (ascii_alnum(byte))
			letters |= (uint32_t)(byte | 32) << 8 * count++;
		else if (byte != '_' && byte != '-' && byte != '.')
			return false;
	}
	return ends_one(letters);
}

/* What check() asks first, of the bytes around; may_start is asked by the engine. */
static bool may_be_secret(const uint8_t *at)
{
	switch (at[0]) {
	case '-':
		return at[-1] == '-' && at[-4] == '-';
	case 'A':
		return at[2] == 'I' || at[2] == 'z';
	case 'Q':
		return ascii_digit(at[-1]);
	case 'g':
		return at[1] == 'h' ? at[3] == '_' : at[1] == 'l' || (at[-1] == 'i' && at[-2] == 's');
	case 'b':
	case 'k':
	case 'm':
		return at[1] == '_' || at[1] == '-';
	case 'x':
		return at[1] == 'o' && at[2] == 'x';
	case ' ':
		return at[1] == '\'' || at[1] == '"' ? (at[-1] | 32) == 'y' : may_end_label(at - 1);
	case 'y':
		if (at[1] == 'J')
			return at[-1] == 'e';
		/* fall through */
	default:
		return ends_label(at[1]) && may_end_label(at);
	}
}

/* gh gl sig= sig%, k_ k- and the like, xox, eyJ, AKIA ASIA AIza, Q~, the last dash of five. */
PLANES_INLINE plane_bits begins_token(const struct planes *planes, size_t w, plane_bits sign)
{
	const plane_bits small = plane(planes, PLANE_LOWER, w, -1), a = plane(planes, PLANE_A, w, 0);
	plane_bits next = plane(planes, PLANE_H, w, 1) | plane(planes, PLANE_L, w, 1) | (sign & small);
	if (planes->any[PLANE_PERCENT])
		next |= plane(planes, PLANE_PERCENT, w, 1);
	plane_bits found = plane(planes, PLANE_SMALL_G, w, 0) & next;
	found |= plane(planes, PLANE_SMALL_B_K_M, w, 0) & plane(planes, PLANE_HYPHEN, w, 1);
	found |= plane(planes, PLANE_X, w, 0) & plane(planes, PLANE_X, w, 2);
	found |= plane(planes, PLANE_LOWER, w, 0) & small & plane(planes, PLANE_CAPITAL_J, w, 1);
	found |= a & plane(planes, PLANE_UPPER, w, 0) & plane(planes, PLANE_UPPER, w, 1) & plane(planes, PLANE_A, w, 3);
	if (planes->any[PLANE_TILDE])
		found |= plane(planes, PLANE_TILDE, w, 1) & plane(planes, PLANE_UPPER, w, 0);
	const plane_bits dash = plane(planes, PLANE_DASH, w, 0) & plane(planes, PLANE_DASH, w, -1);
	return found | (dash & plane(planes, PLANE_DASH, w, -4));
}

PLANES_TARGET void secret_places(struct planes *planes, uint64_t *found)
{
	for (size_t w = 0; w < planes->words; w += 4) {
		const plane_bits sign = plane(planes, PLANE_LABEL_SIGN, w, 1);
		const plane_bits second = plane(planes, PLANE_JOINED, w, -2);
		const plane_bits label = plane(planes, PLANE_LABEL_END, w, 0) & plane(planes, PLANE_JOINED, w, -1);
		const plane_bits blank = plane(planes, PLANE_SPACE, w, 0) & plane(planes, PLANE_LABEL_END, w, -1);
		const plane_bits here = ((label | blank) & second & sign) | begins_token(planes, w, sign);
		plane_store(found + w, plane_filter(planes, w, here, may_be_secret));
	}
}
