/* Values of cells and fields, held against what is shown of them. */
#include "extract/odf.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number taken apart: its digits without point and leading zeros, and how many stand before the point. */
struct number {
	char digits[ODF_NUMBER_BYTES];
	size_t count;
	long point;
	bool negative, valid;
};

/* The exponent behind an E; false when it is none, or absurd. */
static bool take_exponent(const char *at, long *out)
{
	bool negative = *at == '-';
	long value = 0;
	if (*at == '+' || *at == '-')
		at++;
	if (!is_digit(*at))
		return false;
	for (; is_digit(*at) && value < 10000; at++)
		value = value * 10 + (*at - '0');
	*out = negative ? -value : value;
	return *at == 0;
}

static struct number take_number(const char *at)
{
	struct number n = {.negative = *at == '-'};
	bool behind = false, any = false;
	long exponent = 0;
	if (*at == '-' || *at == '+')
		at++;
	for (; is_digit(*at) || (*at == '.' && !behind); at++) {
		if (*at == '.') {
			behind = true;
			continue;
		}
		any = true;
		n.point += !behind && (n.count > 0 || *at != '0');
		n.point -= behind && n.count == 0 && *at == '0';
		if (n.count > 0 || *at != '0') {
			if (n.count == sizeof n.digits)
				return n;
			n.digits[n.count++] = *at;
		}
	}
	n.valid = any && (*at == 0 || ((*at == 'e' || *at == 'E') && take_exponent(at + 1, &exponent)));
	n.point += exponent;
	/* zeros behind the point say nothing, zeros before it are digits of the number */
	while (n.count > 0 && (long)n.count > n.point && n.digits[n.count - 1] == '0')
		n.count--;
	if (n.count > 0 && n.point > (long)sizeof n.digits)
		n.valid = false;
	while (n.valid && n.count > 0 && (long)n.count < n.point)
		n.digits[n.count++] = '0';
	return n;
}

bool odf_number_is_shown(struct st_span shown, const char *number)
{
	struct number n = take_number(number);
	size_t matched = 0;
	if (!n.valid)
		return false;
	if (n.count == 0)
		return true;
	for (size_t from = 0; from < shown.size; from++) {
		if ((char)shown.data[from] != n.digits[0])
			continue;
		matched = 1;
		for (size_t i = from + 1; i < shown.size && matched < n.count; i++) {
			if (!is_digit((char)shown.data[i]))
				continue;
			if ((char)shown.data[i] != n.digits[matched])
				break;
			matched++;
		}
		if (matched == n.count)
			return true;
	}
	return false;
}

const char *odf_number_plain(const char *number, char out[ODF_NUMBER_BYTES])
{
	struct number n = take_number(number);
	size_t size = 0;
	bool exponent = strpbrk(number, "eE") != NULL;
	/* sign, point, a zero before it, NUL */
	if (!n.valid || n.count == 0 || !exponent || n.point > ODF_NUMBER_BYTES - 4 || n.point < -8 ||
		n.count + 12 > ODF_NUMBER_BYTES - 4)
		return number;
	if (n.negative)
		out[size++] = '-';
	if (n.point <= 0) {
		out[size++] = '0';
		out[size++] = '.';
	}
	for (long i = n.point; i < 0; i++)
		out[size++] = '0';
	for (long i = 0; i < (long)n.count || i < n.point; i++) {
		if (i == n.point && i > 0)
			out[size++] = '.';
		out[size++] = i < (long)n.count ? n.digits[i] : '0';
	}
	out[size] = 0;
	return out;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Do these bytes begin with the value, blanks aside? */
static bool begins_with(const uint8_t *at, const uint8_t *end, const char *value)
{
	for (; *value != 0; value++) {
		if (is_blank((uint8_t)*value))
			continue;
		while (at < end && is_blank(*at))
			at++;
		if (at == end || *at++ != (uint8_t)*value)
			return false;
	}
	return true;
}

bool odf_text_is_shown(struct st_span shown, const char *value)
{
	value += strspn(value, " \t\r\n");
	if (*value == 0)
		return true;
	if (shown.size == 0)
		return false;
	const uint8_t *end = shown.data + shown.size;
	/* a value far into a long text is looked for a few times only: what repeats its beginning costs no more */
	const uint8_t *at = shown.data;
	for (int tries = 0; tries < 16; tries++) {
		at = memchr(at, *value, (size_t)(end - at));
		if (at == NULL)
			return false;
		if (begins_with(at, end, value))
			return true;
		if (++at == end)
			return false;
	}
	return false;
}

/* Names of functions and cells say nothing. */
static bool says_something(const char *at, size_t size)
{
	size_t digits = 0;
	for (size_t i = 0; i < size; i++) {
		digits = is_digit(at[i]) ? digits + 1 : 0;
		if (at[i] == '@' || digits == 6)
			return true;
	}
	return false;
}

bool odf_formula_text(const char **formula, struct st_span *out)
{
	const char *at = *formula;
	while (*at != 0) {
		bool quoted = *at == '"';
		const char *from = quoted ? at + 1 : at, *end = strchr(from, '"');
		size_t size = end != NULL ? (size_t)(end - from) : strlen(from);
		at = from + size + (quoted && end != NULL);
		if (quoted ? size == 0 : !says_something(from, size))
			continue;
		*out = (struct st_span){(const uint8_t *)from, size};
		*formula = at;
		return true;
	}
	return false;
}

bool odf_is_machine_value(struct st_span text)
{
	static const char *const words[] = {"true", "false", ""};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text.size == strlen(words[i]) && memcmp(text.data, words[i], text.size) == 0)
			return true;
	for (size_t i = 0; i < text.size; i++)
		if (strchr("0123456789+-.:TZPYMDHS", text.data[i]) == NULL || text.data[i] == 0)
			return false;
	return true;
}
