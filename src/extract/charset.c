/*
 * Which encoding some bytes are in. The order of evidence: byte order mark; NULs at every second or fourth place; valid
 * UTF-8; then single-byte sets, where Windows-1252 is believed unless the letters say otherwise: addresses, numbers and
 * names of ASCII letters are found in each of them, so that a wrong guess there costs accents, not mentions.
 */
#include "extract/charset.h"

#include <strings.h>

#include "base/utf8.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define MARKED_ASCII_BYTES 32

const char *charset_name(enum charset charset)
{
	static const char *const names[] = {
		[CHARSET_UTF8] = "utf-8",
		[CHARSET_UTF16LE] = "utf-16le",
		[CHARSET_UTF16BE] = "utf-16be",
		[CHARSET_UTF32LE] = "utf-32le",
		[CHARSET_UTF32BE] = "utf-32be",
		[CHARSET_WINDOWS_1252] = "windows-1252",
		[CHARSET_ISO_8859_1] = "iso-8859-1",
		[CHARSET_ISO_8859_2] = "iso-8859-2",
		[CHARSET_ISO_8859_5] = "iso-8859-5",
		[CHARSET_ISO_8859_7] = "iso-8859-7",
		[CHARSET_ISO_8859_9] = "iso-8859-9",
		[CHARSET_ISO_8859_15] = "iso-8859-15",
		[CHARSET_WINDOWS_1250] = "windows-1250",
		[CHARSET_WINDOWS_1251] = "windows-1251",
		[CHARSET_WINDOWS_1253] = "windows-1253",
		[CHARSET_WINDOWS_1254] = "windows-1254",
		[CHARSET_KOI8_R] = "koi8-r",
		[CHARSET_BINARY] = "binary",
	};
	return (size_t)charset < sizeof(names) / sizeof(names[0]) ? names[charset] : NULL;
}

/* --- UTF-16 and UTF-32 --- */

/* Code points that text does not hold: controls, private use, noncharacters, and U+FFFD for broken units. */
static bool is_implausible(uint32_t code)
{
	if (code < 0x20)
		return code != '\t' && code != '\n' && code != '\r' && code != '\f' && code != 0x1b;
	return (code >= 0x7f && code < 0xa0) || (code >= 0xe000 && code <= 0xf8ff) || (code & 0xfffe) == 0xfffe ||
	       code == 0xfffd || code >= 0x20000;
}

/* Does the head read as text in this wide encoding: at most one character in `one_in` is implausible. */
static bool reads_as(enum charset charset, struct st_span head, size_t one_in)
{
	uint8_t text[1024];
	size_t at = 0, characters = 0, bad = 0;
	while (at < head.size && at < 8192) {
		size_t size, length;
		struct st_span rest = {head.data + at, head.size - at};
		size_t used = charset_convert(charset, rest, false, text, sizeof(text), &size, NULL);
		if (used == 0)
			break;
		at += used;
		for (size_t i = 0; i < size; i += length) {
			uint32_t code = 0;
			length = (size_t)st_utf8_decode(text + i, size - i, &code);
			characters++;
			bad += is_implausible(code);
		}
	}
	return characters > 0 && bad * one_in <= characters;
}

/* NULs at the places 0 to 3 of each four bytes tell the unit and its byte order. */
static bool guess_by_stride(struct st_span head, enum charset *out)
{
	size_t nuls[4] = {0}, fours = head.size / 4;
	for (size_t i = 0; i < fours * 4; i++)
		nuls[i & 3] += head.data[i] == 0;
	size_t even = nuls[0] + nuls[2], odd = nuls[1] + nuls[3], most = fours - fours / 20;
	enum charset charset = CHARSET_BINARY;
	if (fours < 2)
		return false;
	if (nuls[2] >= most && nuls[3] >= most && nuls[0] < fours / 4 + 1)
		charset = CHARSET_UTF32LE;
	else if (nuls[0] >= most && nuls[1] >= most && nuls[3] < fours / 4 + 1)
		charset = CHARSET_UTF32BE;
	else if (odd * 10 >= fours && even * 20 <= odd)
		charset = CHARSET_UTF16LE;
	else if (even * 10 >= fours && odd * 20 <= even)
		charset = CHARSET_UTF16BE;
	*out = charset;
	return charset != CHARSET_BINARY && reads_as(charset, head, 50);
}

/* --- text or not --- */

#define EIGHT(byte) ((uint64_t)0x0101010101010101 * (byte))

/* No control among the eight bytes. */
static bool nothing_suspicious(const uint8_t *eight)
{
	uint64_t bytes, without_del;
	memcpy(&bytes, eight, sizeof bytes);
	without_del = bytes ^ EIGHT(0x7f);
	uint64_t below_space = (bytes - EIGHT(0x20)) & ~bytes, del = (without_del - EIGHT(1)) & ~without_del;
	return ((below_space | del) & EIGHT(0x80)) == 0;
}

static bool all_ascii(const uint8_t *eight)
{
	uint64_t bytes;
	memcpy(&bytes, eight, sizeof bytes);
	return (bytes & EIGHT(0x80)) == 0;
}

/* What nearly every text is, told at a glance: bytes of ASCII that text holds. */
static bool is_plain_byte(uint8_t byte)
{
	return (byte >= ' ' && byte < 0x7f) || (byte >= '\b' && byte <= '\r');
}

static bool holds_plain_bytes(struct st_span head)
{
	size_t at = 0;
#if defined(__SSE2__)
	for (; at + 16 <= head.size; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(head.data + at));
		__m128i shown = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)),
			_mm_cmpgt_epi8(bytes, _mm_set1_epi8(' ' - 1))); /* beyond ASCII is below zero */
		__m128i layout = _mm_sub_epi8(bytes, _mm_set1_epi8('\b'));
		layout = _mm_cmpeq_epi8(_mm_min_epu8(layout, _mm_set1_epi8('\r' - '\b')), layout);
		if (_mm_movemask_epi8(_mm_or_si128(shown, layout)) != 0xffff)
			return false;
	}
#endif
	while (at < head.size && is_plain_byte(head.data[at]))
		at++;
	return at == head.size;
}

/* A run of NULs that is padding, and no proof of anything. */
#define PADDING_BYTES 16

/* Bytes that text does not hold. Separators (0x01 of Hive, 0x1C to 0x1F of ASCII) and padding are no proof; *weighed
 * are the bytes that are no padding: the pages of a database are mostly that. */
static size_t count_suspicious(struct st_span head, size_t *weighed)
{
	static const uint8_t suspicious[32] = {
		[2] = 1, 1, 1, 1, 1, 1, [14] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, [27] = 0};
	size_t count = 0, run = 0;
	*weighed = head.size;
	for (size_t i = 0; i < head.size; i++) {
		uint8_t byte = head.data[i];
		if (run == 0 && head.size - i >= 8 && nothing_suspicious(head.data + i)) {
			i += 7;
			continue;
		}
		if (byte == 0) {
			run++;
			continue;
		}
		count += run < PADDING_BYTES ? run : 0;
		*weighed -= run < PADDING_BYTES ? 0 : run;
		run = 0;
		count += byte < 32 ? suspicious[byte] : byte == 0x7f;
	}
	*weighed -= run < PADDING_BYTES ? 0 : run;
	return count + (run < PADDING_BYTES ? run : 0);
}

/* Whole characters beyond ASCII, and bytes that are in none. */
struct utf8_census {
	size_t characters, broken;
};

static struct utf8_census take_census(struct st_span head, bool head_is_all)
{
	struct utf8_census census = {0};
	for (size_t i = 0; i < head.size;) {
		uint32_t code;
		if (head.data[i] < 0x80) {
			i += head.size - i >= 8 && all_ascii(head.data + i) ? 8 : 1;
			continue;
		}
		int length = st_utf8_decode(head.data + i, head.size - i, &code);
		if (length == 0 && !head_is_all && head.size - i < 4)
			break; /* cut by the end of the head */
		if (length > 0)
			census.characters++;
		else
			census.broken++;
		i += length > 0 ? (size_t)length : 1;
	}
	return census;
}

/* --- single-byte sets --- */

struct letters {
	size_t count[256];
	size_t high;       /* bytes from 0x80 */
	size_t high_runs;  /* stretches of them */
	size_t c1;         /* 0x80 to 0x9F: punctuation of Windows-1252, unused in ISO 8859 */
	size_t inner[256]; /* between two letters */
};

static bool is_letter(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z' ? true : byte >= 0xc0;
}

static void count_letters(struct st_span head, struct letters *out)
{
	for (size_t i = 0; i < head.size; i++) {
		uint8_t byte = head.data[i];
		if (byte < 0x80)
			continue;
		uint8_t before = i > 0 ? head.data[i - 1] : ' ', after = i + 1 < head.size ? head.data[i + 1] : ' ';
		out->count[byte]++;
		out->high++;
		out->high_runs += before < 0x80;
		out->c1 += byte < 0xa0;
		if (is_letter(before) && is_letter(after))
			out->inner[byte]++;
	}
}

static size_t sum_of(const size_t count[256], const char *bytes)
{
	size_t sum = 0;
	for (; *bytes; bytes++)
		sum += count[(uint8_t)*bytes];
	return sum;
}

static size_t sum_range(const size_t count[256], int first, int last)
{
	size_t sum = 0;
	for (int i = first; i <= last; i++)
		sum += count[i];
	return sum;
}

/* Words of high bytes, most of them small letters, and the commonest letters of the language as common as there. */
static bool is_cyrillic(const struct letters *l)
{
	return l->high >= l->high_runs * 3 && sum_range(l->count, 0xd0, 0xef) * 10 >= l->high * 7 &&
	       sum_range(l->count, 0xd0, 0xdf) * 10 >= l->high * 4 &&
	       sum_of(l->count, "\xd0\xd5\xd8\xde\xdd\xe1\xe2") * 10 >= l->high * 4; /* a e i o n s t */
}

static bool is_greek(const struct letters *l)
{
	return l->high >= l->high_runs * 3 && sum_range(l->count, 0xdc, 0xfe) * 10 >= l->high * 8 &&
	       sum_of(l->count, "\xe1\xef\xe9\xe5\xf4\xf3\xed\xf2\xf5\xe7") * 10 >=
		       l->high * 5; /* alpha omicron iota ... */
}

/* Letters of ISO-8859-2 that would be signs like plus-minus and one quarter in the middle of a word. */
static bool is_central_european(const struct letters *l)
{
	size_t signs = sum_of(l->inner, "\xb1\xb3\xb5\xb6\xb9\xbb\xbc\xbe\xbf\xa3\xa6\xac\xaf\xa9\xae");
	return signs >= 2 && signs * 12 >= l->high;
}

/* The six letters that part 9 has in the place of Icelandic ones, and nothing that Turkish does not write. */
static bool is_turkish(const struct letters *l)
{
	size_t own = sum_of(l->count, "\xf0\xfd\xfe\xd0\xdd\xde");
	size_t shared = sum_of(l->count, "\xfc\xf6\xe7\xdc\xd6\xc7\xe2\xee\xfb");
	return own >= 3 && own * 10 >= l->high * 3 && (own + shared) * 20 >= l->high * 19;
}

/* The euro sign beside a figure, or oe in a word. */
static bool is_latin_9(struct st_span head, const struct letters *l)
{
	if (l->inner[0xbd] + l->inner[0xbc] >= 1)
		return true;
	for (size_t i = 1; i + 1 < head.size; i++) {
		if (head.data[i] != 0xa4)
			continue;
		uint8_t before = head.data[i - 1], far = i > 1 ? head.data[i - 2] : ' ', after = head.data[i + 1];
		if ((before >= '0' && before <= '9') || (before == ' ' && far >= '0' && far <= '9') ||
			(after >= '0' && after <= '9'))
			return true;
	}
	return false;
}

static enum charset guess_single_byte(struct st_span head)
{
	struct letters l = {0};
	count_letters(head, &l);
	if (l.c1 > 0)
		return CHARSET_WINDOWS_1252;
	if (is_cyrillic(&l))
		return CHARSET_ISO_8859_5;
	if (is_greek(&l))
		return CHARSET_ISO_8859_7;
	if (is_turkish(&l))
		return CHARSET_ISO_8859_9;
	if (is_central_european(&l))
		return CHARSET_ISO_8859_2;
	return is_latin_9(head, &l) ? CHARSET_ISO_8859_15 : CHARSET_WINDOWS_1252;
}

/* A mark of two bytes in front of plain ASCII hides it: read in pairs it would be Chinese, and nothing would be found.
 * Real Chinese has bytes of other kinds soon. */
static bool is_plain_ascii(struct st_span text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte >= 0x7f || (byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r'))
			return false;
	}
	return text.size >= MARKED_ASCII_BYTES;
}

static bool guess_by_mark(struct st_span head, enum charset *out)
{
	static const enum charset marked[] = {
		CHARSET_UTF8, CHARSET_UTF32LE, CHARSET_UTF32BE, CHARSET_UTF16LE, CHARSET_UTF16BE};
	for (size_t i = 0; i < sizeof(marked) / sizeof(marked[0]); i++) {
		*out = marked[i];
		size_t mark = charset_mark_size(marked[i], head);
		if (mark == 0)
			continue; /* and nearly always: the rest is not looked through for nothing */
		struct st_span rest = {head.data + mark, head.size - mark};
		if (*out != CHARSET_UTF8 && is_plain_ascii(rest))
			continue;
		/* FF FE 00 00 may be UTF-16 that begins with a NUL; FF FE alone may begin an image */
		if (*out == CHARSET_UTF8 || rest.size == 0 || reads_as(*out, rest, 4))
			return true;
	}
	return false;
}

enum charset charset_guess(struct st_span head, bool head_is_all)
{
	enum charset charset;
	if (holds_plain_bytes(head))
		return CHARSET_UTF8;
	if (guess_by_mark(head, &charset))
		return charset;
	bool nuls = head.size > 0 && memchr(head.data, 0, head.size) != NULL;
	if (nuls && guess_by_stride(head, &charset))
		return charset;
	struct utf8_census census = take_census(head, head_is_all);
	size_t weighed, suspicious = count_suspicious(head, &weighed);
	if (census.broken == 0)
		return suspicious * 10 > weighed ? CHARSET_BINARY : CHARSET_UTF8;
	if (suspicious * 50 > weighed)
		return CHARSET_BINARY;
	/* a UTF-8 file with a few lines of something else in it */
	if (census.characters >= 2 * census.broken)
		return CHARSET_UTF8;
	return guess_single_byte(head);
}

enum charset charset_guess_once(const struct reader_input *input)
{
	if (input->seen == NULL)
		return charset_guess(input->head, input->head_is_all);
	if (input->seen->charset == 0)
		input->seen->charset = (int)charset_guess(input->head, input->head_is_all) + 1;
	return (enum charset)(input->seen->charset - 1);
}

/* --- labels --- */

bool charset_named(struct st_span name, enum charset *out)
{
	static const struct {
		const char *name;
		enum charset charset;
	} labels[] = {
		/* what is called ISO-8859-1 is mostly Windows-1252, and never uses the controls in which they differ */
		{"iso-8859-1", CHARSET_WINDOWS_1252},
		{"iso8859-1", CHARSET_WINDOWS_1252},
		{"latin1", CHARSET_WINDOWS_1252},
		{"windows-1252", CHARSET_WINDOWS_1252},
		{"cp1252", CHARSET_WINDOWS_1252},
		{"iso-8859-2", CHARSET_ISO_8859_2},
		{"latin2", CHARSET_ISO_8859_2},
		{"iso-8859-5", CHARSET_ISO_8859_5},
		{"iso-8859-7", CHARSET_ISO_8859_7},
		{"iso-8859-9", CHARSET_WINDOWS_1254},
		{"iso-8859-15", CHARSET_ISO_8859_15},
		{"windows-1250", CHARSET_WINDOWS_1250},
		{"windows-1251", CHARSET_WINDOWS_1251},
		{"cp1251", CHARSET_WINDOWS_1251},
		{"windows-1253", CHARSET_WINDOWS_1253},
		{"windows-1254", CHARSET_WINDOWS_1254},
		{"koi8-r", CHARSET_KOI8_R},
		{"utf-16le", CHARSET_UTF16LE},
		{"utf-16be", CHARSET_UTF16BE},
		{"utf-16", CHARSET_UTF16BE},
		{"utf-32le", CHARSET_UTF32LE},
		{"utf-32be", CHARSET_UTF32BE},
	};
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		size_t size = strlen(labels[i].name);
		if (name.size == size && strncasecmp((const char *)name.data, labels[i].name, size) == 0) {
			*out = labels[i].charset;
			return true;
		}
	}
	return false;
}

enum charset charset_of_part(const struct reader_input *input)
{
	enum charset guess = charset_guess_once(input);
	if (!input->hint.has_charset || guess == CHARSET_BINARY || charset_is_wide(guess))
		return guess;
	enum charset declared = input->hint.charset;
	if (charset_is_wide(declared))
		return input->head.size % 2 == 0 && memchr(input->head.data, '\n', input->head.size) == NULL ? declared
													     : guess;
	return guess == CHARSET_UTF8 ? guess : declared;
}
