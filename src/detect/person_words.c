/* What a word is: letters, case, and whether names, greetings or departments are made of it. */
#include "detect/person_words.h"

#include "base/utf8.h"
#include "detect/domain.h"
#include "detect/given_names_tables.h"
#include "detect/person_words_tables.h"
#include "detect/surnames_tables.h"

#include <endian.h>

#include <utf8proc.h>

/* What the table says of a word; 0 when it does not hold it. */
static unsigned bits_of(uint64_t hash)
{
	size_t slot = hash >> (64 - PERSON_WORD_SLOT_BITS);
	uint32_t print = (uint32_t)(hash >> (40 - PERSON_WORD_SLOT_BITS)) & 0xffffff;
	for (; person_word_slots[slot] != 0; slot = (slot + 1) & ((1u << PERSON_WORD_SLOT_BITS) - 1))
		if (person_word_slots[slot] >> 8 == print)
			return person_word_slots[slot] & 0xff;
	return 0;
}

static enum person_class class_of(const struct person_word *word)
{
	return (enum person_class)(bits_of(word->hash) & PERSON_WORD_CLASS);
}

enum person_class person_word_opens(const struct person_word *word)
{
	enum person_class class = class_of(word);
	return class == PERSON_PARTICLE || class == PERSON_TITLE || class == PERSON_GREETING ? class : PERSON_PLAIN;
}

bool person_word_is_thing(const struct person_word *word)
{
	return bits_of(word->hash) & PERSON_WORD_THING;
}

bool person_word_is_given_word(const struct person_word *word)
{
	return bits_of(word->hash) & PERSON_WORD_GIVEN;
}

/* --- letters --- */

enum letter { LETTER_NONE, LETTER_SMALL, LETTER_CAPITAL, LETTER_OTHER };

/* The letter at p, its bytes in *size and its small form in *small. */
static enum letter letter_at(const uint8_t *p, size_t left, int *size, uint32_t *small)
{
	if (left > 0 && p[0] < 0x80) {
		*size = 1;
		*small = p[0] | 32u;
		if (p[0] - 'a' + 0u < 26u)
			return LETTER_SMALL;
		return p[0] - 'A' + 0u < 26u ? LETTER_CAPITAL : LETTER_NONE;
	}
	uint32_t code;
	*size = st_utf8_decode(p, left, &code);
	if (*size == 0)
		return LETTER_NONE;
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
	*small = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
	if (category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT)
		return LETTER_CAPITAL;
	if (category == UTF8PROC_CATEGORY_LL)
		return LETTER_SMALL;
	return category >= UTF8PROC_CATEGORY_LM && category <= UTF8PROC_CATEGORY_MC ? LETTER_OTHER : LETTER_NONE;
}

/* A sign inside of a name: - ' and the typographic apostrophe; its bytes, or 0. */
static int joint_at(const uint8_t *p, size_t left)
{
	if (left > 0 && (p[0] == '-' || p[0] == '\''))
		return 1;
	return left > 2 && p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0x99 ? 3 : 0;
}

static bool add_folded(struct person_word *word, uint32_t code)
{
	uint8_t bytes[4];
	int size = st_utf8_encode(code, bytes);
	if (word->folded_size + (size_t)size > PERSON_WORD_BYTES)
		return false;
	memcpy(word->folded + word->folded_size, bytes, (size_t)size);
	word->folded_size += (size_t)size;
	return true;
}

/* A capital inside of a word: behind a dash or an apostrophe, or as in McDonald, MacLean, DeLuca. */
static bool capital_fits(const struct person_word *word, bool behind_joint)
{
	static const char *const fronts[] = {"mc", "mac", "de", "di", "la", "le", "da", "fitz"};
	if (behind_joint)
		return true;
	if (word->folded_size < 2 || word->folded_size > 4)
		return false;
	for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
		if (word->folded_size == strlen(fronts[i]) && memcmp(word->folded, fronts[i], word->folded_size) == 0)
			return true;
	return false;
}

/* What may not follow a word of a name: a digit, or what makes it part of an address, a path or an identifier. */
static bool goes_on(const uint8_t *text, size_t size, size_t at)
{
	if (at >= size)
		return false;
	uint8_t byte = text[at];
	return byte - '0' + 0u < 10u || byte == '_' || byte == '@' || byte == '/' || byte == '=' || byte == '&';
}

struct reading {
	bool capital_first, odd, small_seen, capital_inside;
};

static void take_letter(struct person_word *word, struct reading *reading, enum letter letter, bool behind_joint)
{
	if (word->letters == 0)
		reading->capital_first = letter == LETTER_CAPITAL;
	else if (letter == LETTER_CAPITAL && !capital_fits(word, behind_joint))
		reading->capital_inside = true;
	reading->small_seen |= letter != LETTER_CAPITAL;
	word->letters++;
}

/* Of eight bytes, the first lowest: 0x20 in each that is a small letter of ASCII once 0x20 is set, below 0x80. */
static uint64_t letters_of(uint64_t bytes)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
	uint64_t low = (bytes | 0x20 * ones) & ~high;
	return ((low + (0x80 - 'a') * ones) & ~(low + (0x7f - 'z') * ones) & ~bytes & high) >> 2;
}

/* Capitals behind the first letter: `capitals` has 0x20 in each of the eight bytes from `first` on that is one. */
static void take_capitals(struct person_word *word, struct reading *reading, size_t first, uint64_t capitals)
{
	for (; capitals && !reading->capital_inside; capitals &= capitals - 1) {
		word->folded_size = first + (unsigned)__builtin_ctzll(capitals) / 8;
		reading->capital_inside = !capital_fits(word, false);
	}
}

/* Takes the letters of ASCII among the eight bytes at `from`, at most `room`; how many. */
static size_t take_plain(const uint8_t *from, size_t room, struct person_word *word, struct reading *reading)
{
	uint64_t bytes;
	const size_t first = word->letters;
	memcpy(&bytes, from, sizeof bytes);
	bytes = le64toh(bytes);
	const uint64_t letters = letters_of(bytes), others = ~letters & 0x2020202020202020u;
	size_t count = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
	count = count < room ? count : room;
	if (count == 0)
		return 0;
	const uint64_t taken = ~(uint64_t)0 >> (64 - 8 * count), folded = htole64(bytes | 0x2020202020202020u);
	uint64_t capitals = ~bytes & letters & taken;
	memcpy(word->folded + first, &folded, sizeof folded);
	reading->small_seen |= capitals != (letters & taken);
	if (first == 0) {
		reading->capital_first = capitals & 0x20;
		capitals &= ~(uint64_t)0x20;
	}
	take_capitals(word, reading, first, capitals);
	word->letters += (unsigned)count;
	return count;
}

/* The letters of ASCII at the begin of the word: most words are made of them alone. */
static void read_plain_letters(const uint8_t *text, size_t size, struct person_word *word, struct reading *reading)
{
	const uint8_t *from = text + word->end;
	size_t left = size - word->end, count = 8;
	while (count == 8 && word->letters < PERSON_WORD_BYTES) {
		uint8_t last[8] = {0};
		if (left < sizeof last)
			memcpy(last, from, left);
		count = take_plain(left < sizeof last ? last : from, PERSON_WORD_BYTES - word->letters, word, reading);
		from += count;
		left -= count;
	}
	word->folded_size = word->letters;
	word->end += word->letters;
}

/* Does nothing of a word go on at `at`: the end, or a byte of ASCII that is no letter, dash or apostrophe? */
static bool ends_plainly(const uint8_t *text, size_t size, size_t at)
{
	return at >= size ||
	       (text[at] < 0x80 && (text[at] | 32) - 'a' + 0u >= 26u && text[at] != '-' && text[at] != '\'');
}

/* Reads the letters into *word; false: too long. */
static bool read_letters(const uint8_t *text, size_t size, struct person_word *word, struct reading *reading)
{
	bool behind_joint = false;
	read_plain_letters(text, size, word, reading);
	while (!ends_plainly(text, size, word->end)) {
		int bytes, joint = word->letters > 0 ? joint_at(text + word->end, size - word->end) : 0;
		uint32_t small, next;
		if (joint > 0 && !behind_joint &&
			letter_at(text + word->end + joint, size - word->end - (size_t)joint, &bytes, &next) !=
				LETTER_NONE) {
			if (!add_folded(word, joint == 3 ? '\'' : text[word->end]))
				return false;
			word->end += (size_t)joint;
			behind_joint = true;
			continue;
		}
		enum letter letter = letter_at(text + word->end, size - word->end, &bytes, &small);
		if (letter == LETTER_NONE)
			return true;
		take_letter(word, reading, letter, behind_joint);
		behind_joint = false;
		if (!add_folded(word, small))
			return false;
		word->end += (size_t)bytes;
	}
	return true;
}

bool person_word_at(const uint8_t *text, size_t size, size_t at, struct person_word *out)
{
	struct reading reading = {0};
	out->start = out->end = at; /* folded is most of it, and is not asked beyond folded_size */
	out->folded_size = 0;
	out->letters = 0;
	out->dotted = out->given = false;
	out->class = PERSON_PLAIN;
	if (!read_letters(text, size, out, &reading) || out->letters == 0)
		return false;
	out->upper = !reading.small_seen;
	out->lower = reading.small_seen && !reading.capital_first && !reading.capital_inside;
	out->capital = reading.capital_first;
	out->hash = domain_hash(out->folded, out->folded_size);
	if (out->end < size && text[out->end] == '.') {
		out->end++;
		out->dotted = true;
		int bytes;
		uint32_t small;
		if (letter_at(text + out->end, size - out->end, &bytes, &small) != LETTER_NONE &&
			class_of(out) != PERSON_TITLE) /* dott.ssa */
			return false;
	}
	if (goes_on(text, size, out->end) || (reading.capital_inside && !out->upper && class_of(out) != PERSON_SUFFIX))
		return false;
	return true;
}

void person_word_know(struct person_word *word)
{
	word->class = class_of(word);
	word->given = person_word_is_given(word);
}

typedef bool is_member(uint64_t hash);

static bool is_given(uint64_t hash)
{
	return domain_hash_in_set(given_names_starts, given_names_prints, hash);
}

static bool is_plain_given(uint64_t hash)
{
	return domain_hash_in_set(given_names_plain_starts, given_names_plain_prints, hash);
}

static bool is_surname_word(uint64_t hash)
{
	return domain_hash_in_set(surname_words_starts, surname_words_prints, hash);
}

/* As domain_hash_in_set. */
static bool is_in_short_set(const uint32_t *starts, const uint16_t *prints, uint64_t hash)
{
	const uint32_t *start = &starts[hash >> (64 - SURNAMES_BUCKET_BITS)];
	const uint16_t wanted = (uint16_t)(hash >> (48 - SURNAMES_BUCKET_BITS));
	uint32_t at = start[0] + (wanted * (start[1] - start[0]) >> 16);
	while (at > start[0] && prints[at - 1] >= wanted)
		at--;
	while (at < start[1] && prints[at] < wanted)
		at++;
	return at < start[1] && prints[at] == wanted;
}

static bool is_surname(uint64_t hash)
{
	return is_in_short_set(surnames_starts, surnames_prints, hash);
}

/* Without marks: the lists have Jurgen and Andre. */
static bool is_in_table_unmarked(struct st_span folded, is_member *in_table)
{
	utf8proc_int32_t codes[PERSON_WORD_BYTES * 2 + 1];
	const utf8proc_option_t options = UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD;
	utf8proc_ssize_t count =
		utf8proc_decompose(folded.data, (utf8proc_ssize_t)folded.size, codes, PERSON_WORD_BYTES * 2, options);
	if (count <= 0 || count > PERSON_WORD_BYTES * 2)
		return false;
	utf8proc_ssize_t size = utf8proc_reencode(codes, count, options);
	return size > 2 && in_table(domain_hash((const uint8_t *)codes, (size_t)size));
}

static bool word_is(const struct person_word *word, is_member *in_table)
{
	struct st_span folded = {word->folded, word->folded_size};
	if (word->letters < 3)
		return false;
	if (in_table(word->hash) || (word->folded_size > word->letters && is_in_table_unmarked(folded, in_table)))
		return true;
	const uint8_t *dash = memchr(folded.data, '-', folded.size); /* Jean-Luc */
	folded.size = dash != NULL ? (size_t)(dash - folded.data) : 0;
	return folded.size > 2 && in_table(domain_hash(folded.data, folded.size));
}

bool person_word_is_given(const struct person_word *word)
{
	return word_is(word, is_given);
}

bool person_word_is_plain_given(const struct person_word *word)
{
	return word_is(word, is_plain_given);
}

struct word_end {
	uint8_t size;
	char text[9];
};
#define END(text)                      \
	{                              \
		sizeof(text) - 1, text \
	}

/* Does the word end with one of them, with at least `before` bytes before it? */
static bool ends_with_one(const struct person_word *word, const struct word_end *ends, size_t count, size_t before)
{
	const uint8_t *end = word->folded + word->folded_size;
	for (size_t i = 0; i < count; i++)
		if ((uint8_t)ends[i].text[ends[i].size - 1] == end[-1] && word->folded_size >= ends[i].size + before &&
			memcmp(end - ends[i].size, ends[i].text, ends[i].size) == 0)
			return true;
	return false;
}

static bool ends_like_surname(const struct person_word *word)
{
	static const struct word_end ends[] = {END("sson"), END("ssen"), END("eva"), END("ova"), END("ová"),
		END("evich"), END("escu"), END("enko"), END("shvili"), END("ński"), END("wski"), END("cki"), END("cka"),
		END("wska"), END("ović"), END("ević"), END("čić"), END("yan"), END("idis"), END("poulos"), END("dze"),
		END("etti"), END("ucci"), END("berg"), END("stein"), END("dottir")};
	return word->letters >= 6 && ends_with_one(word, ends, sizeof ends / sizeof *ends, 2);
}

enum person_surname person_word_surname(const struct person_word *word)
{
	if (word_is(word, is_surname))
		return PERSON_SURNAME_PLAIN;
	if (word_is(word, is_surname_word))
		return PERSON_SURNAME_COMMON;
	return ends_like_surname(word) ? PERSON_SURNAME_PLAIN : PERSON_SURNAME_NONE;
}

bool person_word_may_be_surname(const struct person_word *word)
{
	/* of common nouns, participles and brands in English */
	static const struct word_end ends[] = {END("ers"), END("ors"), END("ings"), END("ons"), END("als"), END("kes"),
		END("ing"), END("tion"), END("ment"), END("ball"), END("field"), END("ity"), END("ness"), END("ware"),
		END("soft"), END("ville"), END("shire"), END("burg"), END("town")};
	return word->letters >= 4 && !word->dotted && bits_of(word->hash) == 0 &&
	       !is_in_short_set(no_surnames_starts, no_surnames_prints, word->hash) &&
	       !ends_with_one(word, ends, sizeof ends / sizeof *ends, 1);
}

void person_word_cut_possessive(const uint8_t *text, struct person_word *word)
{
	size_t end = word->end, size = word->folded_size;
	if (word->letters < 3 || word->dotted || size < 3 || memcmp(word->folded + size - 2, "'s", 2) != 0)
		return;
	word->end = end - 1 - (text[end - 2] == '\'' ? 1 : 3);
	word->folded_size -= 2;
	word->hash = domain_hash(word->folded, word->folded_size);
	word->letters--;
}

/* Letters, dashes and apostrophes. */
static bool is_ascii_of_word(uint8_t byte)
{
	static const uint64_t bytes[2] = {UINT64_C(1) << '-' | UINT64_C(1) << '\'', UINT64_C(0x07fffffe07fffffe)};
	return bytes[byte >> 6 & 1] >> (byte & 63) & 1;
}

/* Bytes of the letter beyond ASCII, or of the typographic apostrophe, that ends before p; 0: a quote, a dash or a
 * broken byte, where a word begins. */
static int wide_before(const uint8_t *start, const uint8_t *p)
{
	uint32_t code, small;
	int size = st_utf8_decode_before(start, p, &code), bytes;
	if (size == 0)
		return 0;
	return code == 0x2019 || letter_at(p - size, (size_t)size, &bytes, &small) != LETTER_NONE ? size : 0;
}

/* Where the letters of ASCII before `at` begin, eight bytes at a time, as far as a word that ends at `end` may: the
 * loop behind it goes on from there. */
static size_t letters_before(const uint8_t *text, size_t from, size_t at, size_t end)
{
	while (at - from >= 8 && end - at + 8 <= PERSON_WORD_BYTES) {
		uint64_t bytes;
		memcpy(&bytes, text + at - 8, sizeof bytes);
		const uint64_t others = ~letters_of(le64toh(bytes)) & 0x2020202020202020u;
		if (others != 0)
			return at - (unsigned)__builtin_clzll(others) / 8;
		at -= 8;
	}
	return at;
}

size_t person_word_before(const uint8_t *text, size_t from, size_t end)
{
	size_t at = end;
	if (at > from && text[at - 1] == '.')
		at--;
	size_t letters_end = at;
	at = letters_before(text, from, at, end);
	while (at > from && end - at < PERSON_WORD_BYTES) {
		int size = text[at - 1] < 0x80 ? is_ascii_of_word(text[at - 1]) : wide_before(text + from, text + at);
		if (size == 0 || end - at + (size_t)size > PERSON_WORD_BYTES)
			break;
		at -= (size_t)size;
	}
	for (int joint; (joint = joint_at(text + at, letters_end - at)) > 0;)
		at += (size_t)joint;
	return at == letters_end ? end : at;
}

bool person_words_are_name(const struct person_word *words, size_t count)
{
	size_t whole = 0, longest = 0, capitals = 0;
	if (count < 2 || count > 5)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (words[i].class != PERSON_PLAIN && words[i].class != PERSON_PARTICLE)
			return false;
		if (words[i].dotted && words[i].letters > 3)
			return false;
		whole += words[i].letters > 1 && words[i].class == PERSON_PLAIN;
		capitals += words[i].capital;
		if (words[i].letters > longest && words[i].class == PERSON_PLAIN)
			longest = words[i].letters;
	}
	return capitals > 0 && longest > 2 && (whole > 1 || words[0].letters == 1 || words[1].letters == 1) &&
	       words[count - 1].class == PERSON_PLAIN && words[count - 1].letters > 1;
}

bool person_canonical(const struct person_word *words, size_t count, struct detect_candidate *out)
{
	uint8_t joined[PERSON_NAME_BYTES], all = 0;
	utf8proc_int32_t codes[PERSON_NAME_BYTES * 2 + 1];
	size_t size = 0;
	for (size_t i = 0; i < count; i++) {
		if (size + words[i].folded_size + 1 > sizeof joined)
			return false;
		if (i > 0)
			joined[size++] = ' ';
		memcpy(joined + size, words[i].folded, words[i].folded_size);
		size += words[i].folded_size;
	}
	for (size_t i = 0; i < size; i++)
		all |= joined[i];
	if (all < 0x80) { /* small letters already */
		memcpy(out->canonical, joined, size);
		out->canonical_size = (uint16_t)size;
		return true;
	}
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
	utf8proc_ssize_t many =
		utf8proc_decompose(joined, (utf8proc_ssize_t)size, codes, PERSON_NAME_BYTES * 2, options);
	if (many <= 0 || many > PERSON_NAME_BYTES * 2)
		return false;
	utf8proc_ssize_t bytes = utf8proc_reencode(codes, many, options);
	if (bytes <= 0 || bytes > PERSON_NAME_BYTES)
		return false;
	memcpy(out->canonical, codes, (size_t)bytes);
	out->canonical_size = (uint16_t)bytes;
	return true;
}
