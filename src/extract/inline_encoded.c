/* Line by line: `begin MODE NAME` and a line of uuencoded data behind it (POSIX, uuencode), or `=ybegin` with its line,
 * size and name (yEnc 1.3). Prose that begins like them is neither. */
#include "extract/inline_encoded.h"

static bool is_octal(uint8_t byte)
{
	return byte >= '0' && byte <= '7';
}

static bool is_uuencode_begin(struct st_span line)
{
	size_t at = 6;
	if (line.size < 11 || memcmp(line.data, "begin ", 6) != 0)
		return false;
	while (at < line.size && is_octal(line.data[at]))
		at++;
	return (at == 9 || at == 10) && at + 1 < line.size && line.data[at] == ' ';
}

/* Its first character says how many bytes it holds; a checksum may follow them. */
static bool is_uuencode_data(struct st_span line)
{
	if (line.size < 2 || line.data[0] <= ' ' || line.data[0] >= '`')
		return false;
	size_t bytes = (size_t)line.data[0] - ' ', characters = (bytes + 2) / 3 * 4;
	if (line.size - 1 > characters + 2 || line.size - 1 + 2 < characters) /* blanks at its end get lost */
		return false;
	for (size_t i = 1; i < line.size; i++)
		if (line.data[i] < ' ' || line.data[i] > '`')
			return false;
	return true;
}

static bool is_yenc_begin(struct st_span line)
{
	return line.size > 8 && memcmp(line.data, "=ybegin ", 8) == 0 &&
	       memmem(line.data, line.size, " line=", 6) != NULL && memmem(line.data, line.size, " size=", 6) != NULL &&
	       memmem(line.data, line.size, " name=", 6) != NULL;
}

static void end_line(struct inline_encoded *look)
{
	struct st_span line = {look->line, look->size};
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	if (line.size > 0) {
		look->found |= (look->begun && is_uuencode_data(line)) || is_yenc_begin(line);
		look->begun = is_uuencode_begin(line);
	}
	look->size = 0;
}

void inline_encoded_add(struct inline_encoded *look, const uint8_t *data, size_t size)
{
	const uint8_t *p = data, *end = data + size;
	while (p < end && !look->found) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p)), *stop = lf != NULL ? lf : end;
		size_t more = (size_t)(stop - p), room = INLINE_LINE_BYTES - look->size;
		memcpy(look->line + look->size, p, more < room ? more : room);
		look->size += more < room ? more : room;
		if (lf != NULL)
			end_line(look);
		p = lf != NULL ? lf + 1 : end;
	}
}

bool inline_encoded_end(struct inline_encoded *look)
{
	end_line(look);
	return look->found;
}
