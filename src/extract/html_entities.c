/* Character references (HTML Standard 13.2.5.72 to 13.2.5.80): named ones by the table, numeric ones by their number.
 */
#include "extract/html_entities.h"

#include "base/utf8.h"
#include "extract/html.h"

static int compare(const char *name, size_t size, const char *entry)
{
	int order = strncmp(name, entry, size);
	return order != 0 ? order : entry[size] == 0 ? 0 : -1;
}

static const struct html_entity *find(const char *name, size_t size)
{
	size_t low = 0, high = HTML_ENTITIES;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(name, size, html_entities[middle].name);
		if (order == 0)
			return &html_entities[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int digit_value(char byte, unsigned base)
{
	unsigned value = (unsigned)byte - '0';
	if (value > 9)
		value = ((unsigned)byte | 32) - 'a' + 10;
	return value < base ? (int)value : -1;
}

/* 80 to 9F are read as Windows-1252, what is no character as U+FFFD (13.2.5.80). */
static uint32_t repaired(uint32_t code)
{
	if (code >= 0x80 && code < 0xa0)
		return charset_windows_1252[code - 0x80];
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0xfffd;
	return code;
}

static size_t numeric(const char *digits, size_t size, uint8_t out[8])
{
	unsigned base = size > 0 && (digits[0] | 32) == 'x' ? 16 : 10;
	size_t at = base == 16 ? 1 : 0;
	uint32_t code = 0;
	if (at == size)
		return 0;
	for (; at < size; at++) {
		int value = digit_value(digits[at], base);
		if (value < 0)
			return 0;
		if (code <= 0x10ffff)
			code = code * base + (uint32_t)value;
	}
	return (size_t)st_utf8_encode(repaired(code), out);
}

size_t html_reference(const char *name, size_t size, uint8_t out[8])
{
	if (size > 0 && name[0] == '#')
		return numeric(name + 1, size - 1, out);
	const struct html_entity *entity = size > 0 ? find(name, size) : NULL;
	if (entity == NULL)
		return 0;
	size_t length = strlen(entity->utf8);
	memcpy(out, entity->utf8, length);
	return length;
}

bool html_reference_is_old(const char *name, size_t size)
{
	if (size > 0 && name[0] == '#')
		return true;
	const struct html_entity *entity = size > 0 ? find(name, size) : NULL;
	return entity != NULL && entity->old;
}
