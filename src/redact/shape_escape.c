/* Where escapes begin and end: a replacement never leaves half of one behind. */
#include "redact/shape.h"

struct stretch {
	size_t start, end;
};

/* How many bytes before `at` are this one, without a break. */
static size_t run_before(struct st_span value, size_t at, uint8_t byte)
{
	size_t count = 0;
	while (count < at && value.data[at - 1 - count] == byte)
		count++;
	return count;
}

static int hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Of `\uXXXX` at this place; -1: none stands there. */
static int code_at(struct st_span value, size_t at)
{
	int code = 0;
	if (value.size < 6 || at > value.size - 6 || value.data[at] != '\\' || value.data[at + 1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		int digit = hex_value(value.data[at + i]);
		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

static size_t octal_digits(struct st_span value, size_t at)
{
	size_t count = 0;
	while (count < 3 && at + count < value.size && value.data[at + count] >= '0' && value.data[at + count] <= '7')
		count++;
	return count;
}

static size_t escape_size(enum shape_escape escape, struct st_span value, size_t at)
{
	if (escape == SHAPE_JSON_BACKSLASH)
		return code_at(value, at) >= 0 ? 6 : 2;
	size_t size = 1 + octal_digits(value, at + 1);
	if (size > 1)
		return size;
	for (size = 2; at + 1 < value.size && (value.data[at + 1] | 0x20) == 'x' && size < 4; size++)
		if (at + size >= value.size || hex_value(value.data[at + size]) < 0)
			break;
	return size;
}

static bool is_half(struct st_span value, size_t at, int high_bits)
{
	int code = code_at(value, at);
	return code >= 0 && code >> 10 == high_bits;
}

#define HIGH_HALF (0xD800 >> 10)
#define LOW_HALF (0xDC00 >> 10)

/* Both halves of a character, where `at` lies in or between them. */
static struct stretch whole_pair(struct st_span value, size_t at, struct stretch escape)
{
	if (escape.start == escape.end && at >= 6 && is_half(value, at - 6, HIGH_HALF) &&
		run_before(value, at - 6, '\\') % 2 == 0 && is_half(value, at, LOW_HALF))
		return (struct stretch){at - 6, at + 6};
	if (escape.end - escape.start != 6)
		return escape;
	if (is_half(value, escape.start, HIGH_HALF) && is_half(value, escape.end, LOW_HALF))
		escape.end += 6;
	else if (is_half(value, escape.start, LOW_HALF) && escape.start >= 6 &&
		 is_half(value, escape.start - 6, HIGH_HALF) && run_before(value, escape.start - 6, '\\') % 2 == 0)
		escape.start -= 6;
	return escape;
}

/* The escape inside of which this border lies; else empty, at the border. */
static struct stretch around(const struct shape_place *place, struct st_span value, size_t at)
{
	struct stretch found = {at, at};
	bool doubled = place->escape == SHAPE_DOUBLED || place->escape == SHAPE_BACKSLASH;
	if (place->escape == SHAPE_AS_IT_IS || at == 0 || at >= value.size)
		return found;
	for (size_t back = 1; place->escape != SHAPE_DOUBLED && back < 6 && back <= at; back++) {
		size_t start = at - back;
		if (value.data[start] != '\\' || run_before(value, start, '\\') % 2 != 0)
			continue;
		size_t size = escape_size(place->escape, value, start);
		if (size > back)
			found = (struct stretch){start, start + size < value.size ? start + size : value.size};
	}
	if (place->escape == SHAPE_JSON_BACKSLASH)
		return whole_pair(value, at, found);
	if (doubled && found.start == found.end && value.data[at] == place->quote &&
		run_before(value, at, place->quote) % 2 != 0)
		found = (struct stretch){at - 1, at + 1};
	return found;
}

void shape_widen(const struct shape_place *place, struct st_span value, size_t *from, size_t *to)
{
	*from = around(place, value, *from).start;
	*to = around(place, value, *to).end;
}
