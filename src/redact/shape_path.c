/* A buffer of keys, and how much of it leads to each open level. */
#include "redact/shape_path.h"

#include "base/utf8.h"

#define SOURCE "_source"

void shape_path_open(struct shape_path *path, unsigned depth, bool array)
{
	size_t around = depth > 1 ? path->container[depth - 1] : 0, size = path->size;
	bool is_source =
		size - path->key == sizeof SOURCE - 1 && memcmp(path->text + path->key, SOURCE, sizeof SOURCE - 1) == 0;
	if (is_source && !array) {
		size = 0;
	} else if (array && size > 0) {
		memcpy(path->text + size, "[]", 2);
		size += 2;
	}
	if (size > CEIL_REDACT_PATH_BYTES)
		size = around;
	path->container[depth] = (uint16_t)size;
	path->size = path->key = size;
}

/* Value of the four hex digits at p; -1: they are none. */
static int four_digits(const uint8_t *p, const uint8_t *end)
{
	int code = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		uint8_t byte = p[i] | 0x20;
		if (p[i] >= '0' && p[i] <= '9')
			code = code * 16 + p[i] - '0';
		else if (byte >= 'a' && byte <= 'f')
			code = code * 16 + byte - 'a' + 10;
		else
			return -1;
	}
	return code;
}

/* What stands for the escape at p (behind its backslash); how many bytes of it there are in *used. */
static uint32_t unescape(const uint8_t *p, const uint8_t *end, size_t *used)
{
	static const char signs[] = "nrtbf", codes[] = "\n\r\t\b\f";
	*used = 1;
	int code = *p == 'u' ? four_digits(p + 1, end) : -1;
	if (code < 0) {
		const char *sign = memchr(signs, *p, sizeof signs - 1);
		return sign != NULL ? (uint8_t)codes[sign - signs] : *p;
	}
	*used = 5;
	if (code >> 10 != 0xD800 >> 10)
		return (uint32_t)code;
	int low = end - p >= 11 && p[5] == '\\' && p[6] == 'u' ? four_digits(p + 7, end) : -1;
	if (low < 0 || low >> 10 != 0xDC00 >> 10)
		return (uint32_t)code;
	*used = 11;
	return 0x10000 + (((uint32_t)code & 0x3FF) << 10) + ((uint32_t)low & 0x3FF);
}

void shape_path_key_end(struct shape_path *path)
{
	if (memchr(path->text + path->key, '\\', path->size - path->key) == NULL)
		return;
	uint8_t *to = path->text + path->key;
	const uint8_t *p = to, *end = path->text + path->size;
	while (p < end) {
		size_t used;
		uint8_t utf8[4];
		if (*p != '\\' || p + 1 == end) {
			*to++ = *p++;
			continue;
		}
		size_t size = (size_t)st_utf8_encode(unescape(p + 1, end, &used), utf8);
		memcpy(to, utf8, size);
		to += size;
		p += 1 + used;
	}
	path->size = (size_t)(to - path->text);
}
