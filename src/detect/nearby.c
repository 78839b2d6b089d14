/* Words before a value, read backwards. */
#include "detect/nearby.h"

#include "detect/digits.h"
#include "detect/fields.h"

/* Bytes of the letter before `at`; the signs ° º and № are none. */
static size_t letter_before(const struct detect_window *window, size_t at)
{
	if (at == 0 || window->data[at - 1] < 0x80)
		return at > 0 && ascii_letter(window->data[at - 1]);
	struct glyph glyph = glyph_before(window, at);
	if (glyph.class == GLYPH_LETTER)
		return 1;
	if (glyph.class != GLYPH_OTHER || glyph.size < 2)
		return 0;
	uint8_t lead = window->data[at - glyph.size], last = window->data[at - 1];
	bool sign = lead == 0xe2 || (lead == 0xc2 && last != 0xaa && last != 0xb5);
	return sign ? 0 : glyph.size;
}

/* The sign before `at`: its bytes, 0 where the label ends. */
static size_t sign_before(const struct detect_window *window, size_t at, bool commas, uint8_t *signs)
{
	uint8_t byte = byte_before(window, at, 1);
	switch (byte) {
	case 0:
	case '\n':
	case '\r':
	case ';':
	case '{':
	case '}':
	case '|':
	case '&':
	case '<':
		return 0;
	case ',':
		*signs |= NEARBY_COMMA;
		return commas;
	case ':':
	case '=':
		*signs |= NEARBY_COLON;
		return 1;
	case '#':
		*signs |= NEARBY_HASH;
		return 1;
	case '.':
		*signs |= NEARBY_DOT;
		return 1;
	case ' ':
	case '\t':
	case '_':
		return 1;
	default:
		break;
	}
	struct glyph glyph = glyph_before(window, at);
	if (glyph.class == GLYPH_DIGIT || glyph.class == GLYPH_NONE)
		return 0;
	if (glyph.class == GLYPH_SPACE || glyph.class == GLYPH_INVISIBLE)
		return glyph.size;
	bool number = glyph.size > 1 && (byte == 0xb0 || byte == 0xba || byte == 0x96);
	*signs |= number ? NEARBY_NUMBER : NEARBY_OTHER;
	return glyph.size;
}

/* An opening or closing tag before `at` (<b>, </td>): its start, or `at`. */
static size_t pass_tag(const struct detect_window *window, size_t at, size_t least)
{
	if (byte_before(window, at, 1) != '>')
		return at;
	for (size_t i = at - 1; i > least && at - i < 12; i--) {
		uint8_t byte = window->data[i - 1];
		if (byte == '<')
			return i < window->size && window->data[i] == '/' ? i - 1 : at;
		if (!ascii_alnum(byte) && byte != '/')
			return at;
	}
	return at;
}

static void put_word(struct nearby *out, const uint8_t *text, size_t size, uint8_t signs)
{
	if (out->count == NEARBY_WORDS || size == 0)
		return;
	char *word = out->word[out->count].text;
	size_t kept = size < NEARBY_WORD_BYTES ? size : NEARBY_WORD_BYTES;
	bool capitals = kept > 1;
	memset(word, 0, NEARBY_WORD_BYTES + 1);
	for (size_t i = 0; i < kept; i++) {
		uint8_t byte = text[i];
		capitals = capitals && byte >= 'A' && byte <= 'Z';
		bool ascii = byte >= 'A' && byte <= 'Z';
		bool latin = i > 0 && text[i - 1] == 0xc3 && byte >= 0x80 && byte <= 0x9e && byte != 0x97;
		word[i] = (char)(ascii ? byte | 0x20 : latin ? byte + 0x20 : byte);
	}
	out->word[out->count].signs = signs;
	out->word[out->count++].capitals = capitals;
}

static bool is_capital(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/* caseNumber is two words, the nearest first. */
static void put_humps(struct nearby *out, const uint8_t *text, size_t size, uint8_t signs)
{
	size_t end = size;
	for (size_t at = size; at > 0; at--) {
		bool hump = at > 1 && is_capital(text[at - 1]) && !is_capital(text[at - 2]);
		if (!hump && at > 1)
			continue;
		put_word(out, text + at - 1, end - (at - 1), signs);
		end = at - 1;
		signs = 0;
	}
}

void nearby_read(const struct detect_window *window, size_t at, size_t reach_bytes, bool commas, struct nearby *out)
{
	size_t least = at > reach_bytes ? at - reach_bytes : 0;
	uint8_t signs = 0;
	out->count = 0;
	while (at > least && out->count < NEARBY_WORDS) {
		size_t tag = pass_tag(window, at, least), end = at, letter;
		if (tag != at) {
			at = tag;
			continue;
		}
		while (end - at < 60 && (letter = letter_before(window, at)) > 0)
			at -= letter;
		if (at == end) {
			size_t size = sign_before(window, at, commas, &signs);
			if (size == 0)
				return;
			at -= size;
			continue;
		}
		bool escaped = byte_before(window, at, 1) == '\\' && strchr("nrt", window->data[at]) != NULL;
		put_humps(out, window->data + at + escaped, end - at - escaped, signs);
		if (escaped)
			return;
		signs = 0;
	}
}

bool nearby_column(const struct detect_window *window, struct nearby *out)
{
	out->count = 0;
	if (window->field == NULL)
		return false;
	const struct label_text *words = &window->field->words;
	size_t end = words->size;
	for (size_t at = words->size; at > 0; at--)
		if (words->begins[at - 1] || at == 1) {
			put_word(out, (const uint8_t *)words->text + at - 1, end - (at - 1), NEARBY_COLON);
			end = at - 1;
		}
	return out->count > 0;
}

bool nearby_is(const struct nearby *nearby, size_t at, const char *last, const char *before)
{
	if (*nearby->word[at].text != *last || strcmp(nearby->word[at].text, last) != 0)
		return false;
	const char *end = before + strlen(before);
	while (end > before) {
		const char *from = end;
		while (from > before && from[-1] != ' ')
			from--;
		size_t size = (size_t)(end - from);
		if (++at >= nearby->count || strlen(nearby->word[at].text) != size ||
			memcmp(nearby->word[at].text, from, size) != 0)
			return false;
		end = from > before ? from - 1 : before;
	}
	return true;
}
