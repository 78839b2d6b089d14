#include "portal/text.h"

#include "base/utf8.h"

static bool is_sound(struct st_span text, bool lines)
{
	for (size_t at = 0; at < text.size;) {
		uint32_t code;
		int length = st_utf8_decode(text.data + at, text.size - at, &code);
		bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
		if (length == 0 || (control && !(lines && (code == '\n' || code == '\t'))))
			return false;
		at += (size_t)length;
	}
	return true;
}

bool portal_text_is_sound(struct st_span text)
{
	return is_sound(text, false);
}

bool portal_lines_are_sound(struct st_span text)
{
	return is_sound(text, true);
}

bool portal_text_copy(struct st_span text, char *out, size_t size)
{
	if (text.size >= size || (text.size > 0 && memchr(text.data, 0, text.size) != NULL))
		return false;
	if (text.size > 0)
		memcpy(out, text.data, text.size);
	out[text.size] = 0;
	return true;
}
