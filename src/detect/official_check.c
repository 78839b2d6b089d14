/* Check digits that several authorities share. */
#include "detect/official_number.h"

#include "detect/digits.h"

bool all_digits(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!ascii_digit(text[i]))
			return false;
	return size > 0;
}

bool luhn_valid(const uint8_t *digits, size_t size)
{
	unsigned sum = 0;
	for (size_t i = 0; i < size; i++) {
		unsigned digit = (unsigned)(digits[size - 1 - i] - '0');
		sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
	}
	return sum % 10 == 0;
}

unsigned weighted_sum(const uint8_t *digits, const char *weights, size_t size)
{
	unsigned sum = 0;
	for (size_t i = 0; i < size; i++)
		sum += (unsigned)(digits[i] - '0') *
		       (unsigned)(weights[i] <= '9' ? weights[i] - '0' : weights[i] - 'A' + 10);
	return sum;
}

uint64_t digits_value(const uint8_t *digits, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return value;
}

bool mod_11_10_valid(const uint8_t *digits, size_t size)
{
	unsigned product = 10;
	for (size_t i = 0; i + 1 < size; i++) {
		unsigned sum = ((unsigned)(digits[i] - '0') + product) % 10;
		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (11 - product) % 10 == (unsigned)(digits[size - 1] - '0');
}
