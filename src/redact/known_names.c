/*
 * Known names in a text. Words of letters are folded one by one; those that are words of some known name and stand side
 * by side make a chain of at most four, in which the longest known name that begins with the first word is taken.
 */
#include "redact/known_parts.h"

#include "base/ceilings.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

#define GAP_BYTES 4           /* most bytes between two words of a name */
#define RAW_WORD_BYTES 64     /* of a word, its escapes decoded */
#define SOURCE_WORD_BYTES 128 /* of a word as it stands there */
#define ESCAPE_BYTES 6        /* \u00e9 */

struct word {
	uint64_t start, end;
	uint8_t text[KNOWN_WORD_BYTES]; /* folded */
	size_t size;
};

struct known_names {
	const struct redact_known *known;
	detect_emit *emit;
	void *context;
	uint64_t at; /* of the next byte */
	struct word chain[KNOWN_WORDS];
	size_t count;
	/* the word that is being read */
	uint64_t start;
	uint8_t raw[RAW_WORD_BYTES];
	size_t raw_size;
	bool too_long, plain; /* plain: ASCII so far */
	size_t quote_raw;     /* where its last apostrophe is in raw; SIZE_MAX: none */
	uint64_t quote_at;
	/* what stands behind the last word of the chain */
	size_t gap;
	bool comma;
	/* a character that is not complete: bytes of UTF-8, or of a backslash escape */
	uint8_t part[ESCAPE_BYTES];
	size_t part_size;
};

_Static_assert(KNOWN_WORDS *SOURCE_WORD_BYTES + KNOWN_WORDS * GAP_BYTES + 2 * ESCAPE_BYTES <= CEIL_KNOWN_NAME_BYTES,
	"what is held back has a bound");

struct known_names *known_names_open(const struct redact_known *known, detect_emit *emit, void *context)
{
	struct known_names *names = st_alloc_zero(1, sizeof *names);
	names->known = known;
	names->emit = emit;
	names->context = context;
	return names;
}

/* --- the chain --- */

static void tell(struct known_names *names, size_t count, struct st_span canonical)
{
	struct detect_mention mention = {
		.kind = DETECT_PERSON_NAME,
		.form = DETECT_PLAIN,
		.confidence = DETECT_CONFIDENCE_BOOK,
		.start = names->chain[0].start,
		.end = names->chain[count - 1].end,
		.canonical = canonical,
	};
	names->emit(names->context, &mention);
}

/* The longest name that begins with the first word is told and taken off; else the word alone. */
static void take_first(struct known_names *names)
{
	struct st_span words[KNOWN_WORDS];
	uint8_t canonical[DETECT_NAME_BYTES];
	size_t taken = 1;
	for (size_t i = 0; i < names->count; i++)
		words[i] = (struct st_span){names->chain[i].text, names->chain[i].size};
	for (size_t count = names->count; count >= 2 && taken == 1; count--) {
		size_t size = known_name(names->known, words, count, canonical);
		if (size == 0)
			continue;
		tell(names, count, (struct st_span){canonical, size});
		taken = count;
	}
	names->count -= taken;
	memmove(names->chain, names->chain + taken, names->count * sizeof *names->chain);
}

static void break_chain(struct known_names *names)
{
	while (names->count > 0)
		take_first(names);
}

/* --- words --- */

static size_t fold_wide(struct known_names *names, uint8_t out[KNOWN_WORD_BYTES])
{
	utf8proc_int32_t codes[RAW_WORD_BYTES * 4 + 1];
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
	utf8proc_ssize_t count =
		utf8proc_decompose(names->raw, (utf8proc_ssize_t)names->raw_size, codes, RAW_WORD_BYTES * 4, options);
	if (count <= 0 || count > RAW_WORD_BYTES * 4)
		return 0;
	utf8proc_ssize_t size = utf8proc_reencode(codes, count, options);
	if (size <= 0 || size > KNOWN_WORD_BYTES)
		return 0;
	memcpy(out, codes, (size_t)size);
	return (size_t)size;
}

static size_t fold(struct known_names *names, uint8_t out[KNOWN_WORD_BYTES])
{
	if (!names->plain)
		return fold_wide(names, out);
	if (names->raw_size > KNOWN_WORD_BYTES)
		return 0;
	for (size_t i = 0; i < names->raw_size; i++)
		out[i] = names->raw[i] - 'A' + 0u < 26u ? names->raw[i] | 32 : names->raw[i];
	return names->raw_size;
}

/* An apostrophe at its end is a quotation mark, or stands before the s of a possessive: the word ends before it. */
static bool cut_quote(struct known_names *names, uint64_t *end)
{
	size_t behind = names->raw_size - names->quote_raw;
	bool s = behind == 2 && (names->raw[names->raw_size - 1] | 32) == 's';
	if (names->quote_raw == SIZE_MAX || (behind != 1 && !s))
		return false;
	names->raw_size = names->quote_raw;
	*end = names->quote_at;
	return true;
}

static void end_word(struct known_names *names, uint64_t end)
{
	struct word *word = &names->chain[names->count];
	if (names->raw_size == 0)
		return;
	if (names->count == KNOWN_WORDS) {
		take_first(names);
		word = &names->chain[names->count];
	}
	bool cut = cut_quote(names, &end);
	word->start = names->start;
	word->end = end;
	word->size = names->too_long ? 0 : fold(names, word->text);
	names->raw_size = 0;
	names->gap = 0;
	names->comma = false;
	bool known = word->size >= 2 && known_word(names->known, (struct st_span){word->text, word->size});
	names->count += known;
	if (!known || cut)
		break_chain(names);
}

static void add_letter(struct known_names *names, uint64_t start, const uint8_t *bytes, size_t size)
{
	if (names->raw_size == 0) {
		names->start = start;
		names->plain = true;
		names->too_long = false;
		names->quote_raw = SIZE_MAX;
	}
	names->plain = names->plain && size == 1;
	if (names->raw_size + size > RAW_WORD_BYTES || names->at - names->start > SOURCE_WORD_BYTES) {
		names->too_long = true;
		break_chain(names);
	} else {
		memcpy(names->raw + names->raw_size, bytes, size);
		names->raw_size += size;
	}
}

static void add_apostrophe(struct known_names *names, uint64_t start)
{
	names->quote_raw = names->raw_size;
	names->quote_at = start;
	add_letter(names, start, (const uint8_t *)"'", 1);
}

/* A byte or character that is no letter: does the name go on behind it? One comma, or up to GAP_BYTES of blanks, line
 * ends, dots, dashes and the like. */
static void add_other(struct known_names *names, uint64_t start, size_t size, uint32_t code)
{
	end_word(names, start);
	bool blank = code == ' ' || code == '\t' || code == '\r' || code == '\n' || code == 0xa0 || code == 0x202f;
	bool joins = code == '.' || code == '_' || code == '-' || code == '+';
	names->gap += size;
	bool goes_on =
		names->gap <= GAP_BYTES && (blank || (joins && names->gap == size) || (code == ',' && !names->comma));
	names->comma = names->comma || code == ',';
	if (names->count > 0 && !goes_on)
		break_chain(names);
}

/* --- characters --- */

static bool is_letter(uint32_t code)
{
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
		return true;
	default:
		return false;
	}
}

static void add_code(struct known_names *names, uint64_t start, size_t size, uint32_t code)
{
	uint8_t bytes[4];
	if (code == 0x2019 || code == '\'') { /* an apostrophe stands inside a word */
		if (names->raw_size > 0 && names->raw[names->raw_size - 1] != '\'')
			add_apostrophe(names, start);
		else
			add_other(names, start, size, code);
		return;
	}
	if (code < 0x80 ? (code | 32) - 'a' + 0u < 26u : is_letter(code))
		add_letter(names, start, bytes, (size_t)st_utf8_encode(code, bytes));
	else
		add_other(names, start, size, code);
}

static size_t wide_size(uint8_t lead)
{
	return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

static int hex_digit(uint8_t c)
{
	if (c - '0' + 0u < 10u)
		return c - '0';
	uint8_t small = c | 32;
	return small - 'a' + 0u < 6u ? small - 'a' + 10 : -1;
}

/* Every byte that was held stands for itself, and is no letter. */
static void give_up_part(struct known_names *names)
{
	size_t size = names->part_size;
	names->part_size = 0;
	for (size_t i = 0; i < size; i++)
		add_other(names, names->at - size + i, 1, 0);
}

static void part_done(struct known_names *names, uint32_t code)
{
	size_t size = names->part_size;
	names->part_size = 0;
	add_code(names, names->at - size, size, code);
}

/* Does the byte continue the character that is held? `at` stands behind it then. */
static bool continues(struct known_names *names, uint8_t c)
{
	uint32_t code = 0;
	if (names->part[0] == '\\') {
		if (names->part_size == 1 && c != 0 && strchr("ntrbf", c) != NULL) {
			names->part_size++;
			names->at++;
			part_done(names, ' ');
			return true;
		}
		if (names->part_size == 1 ? c != 'u' : hex_digit(c) < 0)
			return false;
		names->part[names->part_size++] = c;
		names->at++;
		if (names->part_size == ESCAPE_BYTES) {
			for (size_t i = 2; i < ESCAPE_BYTES; i++)
				code = code << 4 | (uint32_t)hex_digit(names->part[i]);
			part_done(names, code - 0xd800u < 0x800u ? 0 : code);
		}
		return true;
	}
	if ((c & 0xc0) != 0x80)
		return false;
	names->part[names->part_size++] = c;
	names->at++;
	if (names->part_size == wide_size(names->part[0])) {
		if (st_utf8_decode(names->part, names->part_size, &code) == 0)
			give_up_part(names);
		else
			part_done(names, code);
	}
	return true;
}

static void add_byte(struct known_names *names, uint8_t c)
{
	if (names->part_size > 0) {
		if (continues(names, c))
			return;
		give_up_part(names);
	}
	if (c == '\\' || c >= 0xc2) {
		names->part[names->part_size++] = c;
		names->at++;
		return;
	}
	uint64_t start = names->at++;
	add_code(names, start, 1, c < 0x80 ? c : 0);
}

void known_names_feed(struct known_names *names, const void *text, size_t size)
{
	const uint8_t *bytes = text;
	if (redact_known_count(names->known) == 0) {
		names->at += size;
		return;
	}
	for (size_t i = 0; i < size; i++)
		add_byte(names, bytes[i]);
}

void known_names_finish(struct known_names *names)
{
	give_up_part(names);
	end_word(names, names->at);
	break_chain(names);
	names->at = 0;
	names->gap = 0;
	names->comma = false;
}

uint64_t known_names_settled(const struct known_names *names)
{
	if (names->count > 0)
		return names->chain[0].start;
	/* A word that is too long is none of a name, however it goes on. */
	if (names->raw_size > 0 && !names->too_long)
		return names->start;
	return names->at - names->part_size;
}

void known_names_close(struct known_names *names)
{
	if (names == NULL)
		return;
	explicit_bzero(names, sizeof *names);
	free(names);
}
