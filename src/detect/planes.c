/* The planes: the eight bits of each byte first, as eight planes; sets of bytes are made of these, 256 places at a
 * time, and what stands together of sets. */
#include "detect/planes.h"

/* Places behind the text are dropped, and in each run all places but the first; returns whether the run that goes on
 * behind the text has one. */
static bool keep_first(const struct planes *planes, uint64_t *found, bool passed_before)
{
	uint64_t carry = passed_before, gone = 0;
	const uint64_t *run = planes->of[PLANE_RUN] + 1;
	const size_t words = (planes->size + PLANE_PLACES - 1) / PLANE_PLACES;
	const unsigned last = (unsigned)((planes->size - 1) % PLANE_PLACES);
	memset(found + words, 0, (planes->words - words) * sizeof *found);
	found[words - 1] &= ~(uint64_t)0 >> (63 - last);
	for (size_t w = 0; w < words; w++) {
		uint64_t keeps = run[w], seeds = (found[w] << 1 | carry) & keeps;
		/* From the place behind each trigger the carry of a sum runs to the end of the run. */
		uint64_t passed = seeds | (keeps & ~(keeps + seeds));
		gone = passed | found[w];
		carry = gone >> 63;
		found[w] &= ~passed;
	}
	return gone >> last & 1;
}

/* The text with one word before, where it lies or, near its ends, as a copy with zeros where there is none. */
static void take_text(struct planes *planes, const uint8_t *text, size_t text_size, size_t at)
{
	const size_t loaded = (planes->words + 3) * PLANE_PLACES;
	planes->text = text + at - PLANE_PLACES;
	if (at >= PLANE_PLACES && text_size - at + PLANE_PLACES >= loaded)
		return;
	const size_t before = at < PLANE_PLACES ? at : PLANE_PLACES, blank = PLANE_PLACES - before;
	const size_t left = text_size - at + before, there = left < loaded - blank ? left : loaded - blank;
	memset(planes->copy, 0, blank);
	memcpy(planes->copy + blank, text + at - before, there);
	memset(planes->copy + blank + there, 0, loaded - blank - there);
	planes->text = planes->copy;
}

/* --- sets of bytes --- */

/* Which of 16 values the high or low half of a byte has. */
struct nibbles {
	plane_bits is[16];
};

PLANES_INLINE void nibbles_of(plane_bits bit3, plane_bits bit2, plane_bits bit1, plane_bits bit0, struct nibbles *out)
{
	const plane_bits high[4] = {~(bit3 | bit2), ~bit3 & bit2, bit3 & ~bit2, bit3 & bit2};
	const plane_bits low[4] = {~(bit1 | bit0), ~bit1 & bit0, bit1 & ~bit0, bit1 & bit0};
	for (unsigned value = 0; value < 16; value++)
		out->is[value] = high[value >> 2] & low[value & 3];
}

/* The bytes of four words. */
struct bytes {
	struct nibbles high, low;
	plane_bits upto_9, upto_10; /* of the low half */
	plane_bits a_to_o, p_to_z;  /* by the high half: letters, and a few signs */
};

PLANES_INLINE plane_bits byte_is(const struct bytes *bytes, uint8_t byte)
{
	return bytes->high.is[byte >> 4] & bytes->low.is[byte & 15];
}

/* 26 letters from the one behind 0x40 or 0x60 on, whose high halves are `first` and first + 1. */
PLANES_INLINE plane_bits letters(const struct bytes *bytes, unsigned first)
{
	return (bytes->high.is[first] & ~bytes->low.is[0]) | (bytes->high.is[first + 1] & bytes->upto_10);
}

PLANES_INLINE void read_bytes(const struct planes *planes, size_t w, struct bytes *out)
{
	plane_bits bit[8];
	for (unsigned n = 0; n < 8; n++)
		bit[n] = plane_load(planes->bit[n] + w);
	nibbles_of(bit[7], bit[6], bit[5], bit[4], &out->high);
	nibbles_of(bit[3], bit[2], bit[1], bit[0], &out->low);
	out->upto_10 = ~(bit[3] & (bit[2] | (bit[1] & bit[0])));
	out->upto_9 = ~(bit[3] & (bit[2] | bit[1]));
	out->a_to_o = out->high.is[4] | out->high.is[6];
	out->p_to_z = out->high.is[5] | out->high.is[7];
}

/* By the low half of a letter: LOW('a') and LOW('A') are one, and so LOW('q'). */
#define LOW(letter) (bytes->low.is[(letter)&15])

PLANES_INLINE void store_sets(struct planes *planes, size_t w, const struct bytes *bytes)
{
	uint64_t(*of)[PLANE_WORDS + 8] = planes->of;
	const plane_bits digit = bytes->high.is[3] & bytes->upto_9;
	const plane_bits upper = letters(bytes, 4), lower = letters(bytes, 6), alnum = digit | upper | lower;
	plane_store(of[PLANE_DIGIT] + w, digit);
	plane_store(of[PLANE_UPPER] + w, upper);
	plane_store(of[PLANE_LOWER] + w, lower);
	plane_store(of[PLANE_LETTER] + w, upper | lower);
	plane_store(of[PLANE_ALNUM] + w, alnum);
	plane_store(of[PLANE_RUN] + w, alnum & ~(byte_is(bytes, 'm') | byte_is(bytes, 'K')));
	plane_store(of[PLANE_HIGH] + w, plane_load(planes->bit[7] + w));
	plane_store(of[PLANE_ZERO] + w, byte_is(bytes, '0'));
	plane_store(of[PLANE_SPACE] + w, byte_is(bytes, ' '));
	plane_store(of[PLANE_LINE_FEED] + w, byte_is(bytes, '\n'));
	plane_store(of[PLANE_DOT] + w, byte_is(bytes, '.'));
	plane_store(of[PLANE_COLON] + w, byte_is(bytes, ':'));
	plane_store(of[PLANE_DASH] + w, byte_is(bytes, '-'));
	plane_store(of[PLANE_SLASH] + w, byte_is(bytes, '/'));
	plane_store(of[PLANE_EQUALS] + w, byte_is(bytes, '='));
	plane_store(of[PLANE_BRACKET] + w, byte_is(bytes, '['));
	plane_store(of[PLANE_BEHIND_EQUALS] + w, ((LOW('a') | LOW('c')) & bytes->a_to_o) | byte_is(bytes, '2') |
							 byte_is(bytes, '\n') | byte_is(bytes, '\r'));
}

/* Letters in both cases, and other sets of one detector. */
PLANES_INLINE void store_words(struct planes *planes, size_t w, const struct bytes *bytes)
{
	uint64_t(*of)[PLANE_WORDS + 8] = planes->of;
	const plane_bits a_to_o = bytes->a_to_o, p_to_z = bytes->p_to_z;
	plane_store(of[PLANE_A] + w, LOW('a') & a_to_o);
	plane_store(of[PLANE_C] + w, LOW('c') & a_to_o);
	plane_store(of[PLANE_H] + w, LOW('h') & a_to_o);
	plane_store(of[PLANE_I] + w, LOW('i') & a_to_o);
	plane_store(of[PLANE_K] + w, LOW('k') & a_to_o);
	plane_store(of[PLANE_L] + w, LOW('l') & a_to_o);
	plane_store(of[PLANE_T] + w, LOW('t') & p_to_z);
	plane_store(of[PLANE_X] + w, LOW('x') & p_to_z);
	const plane_bits f_r = (LOW('f') & a_to_o) | (LOW('r') & p_to_z);
	plane_store(of[PLANE_F_R] + w, f_r);
	plane_store(of[PLANE_F_O_R] + w, f_r | (LOW('o') & a_to_o));
	const plane_bits d_m = (LOW('d') | LOW('m')) & a_to_o, o = LOW('o') & a_to_o, r = LOW('r') & p_to_z;
	plane_store(of[PLANE_D_M] + w, d_m);
	plane_store(of[PLANE_O] + w, o);
	plane_store(of[PLANE_R] + w, r);
	plane_store(of[PLANE_OF_NUMBER] + w, d_m | o | r | byte_is(bytes, '#'));
	plane_store(of[PLANE_I_U] + w, (LOW('i') & a_to_o) | (LOW('u') & p_to_z));
	plane_store(of[PLANE_L_M_N_R_S_T] + w,
		((LOW('l') | LOW('m') | LOW('n')) & a_to_o) | r | ((LOW('s') | LOW('t')) & p_to_z));
	plane_store(of[PLANE_E_N_S] + w, ((LOW('e') | LOW('n')) & a_to_o) | (LOW('s') & p_to_z));
	plane_store(of[PLANE_LABEL_END] + w,
		((LOW('d') | LOW('n')) & a_to_o) | ((LOW('s') | LOW('t') | LOW('y')) & p_to_z));
	plane_store(of[PLANE_LABEL_SIGN] + w, byte_is(bytes, '=') | byte_is(bytes, ':') | byte_is(bytes, '"') |
						      byte_is(bytes, '\'') | byte_is(bytes, '\\'));
	const plane_bits hyphen = byte_is(bytes, '_') | byte_is(bytes, '-');
	plane_store(of[PLANE_HYPHEN] + w, hyphen);
	plane_store(of[PLANE_JOINED] + w, hyphen | byte_is(bytes, '.') | plane_load(of[PLANE_ALNUM] + w));
	plane_store(of[PLANE_SMALL_G] + w, byte_is(bytes, 'g'));
	plane_store(of[PLANE_SMALL_B_K_M] + w, byte_is(bytes, 'b') | byte_is(bytes, 'k') | byte_is(bytes, 'm'));
	plane_store(of[PLANE_CAPITAL_J] + w, byte_is(bytes, 'J'));
}

PLANES_INLINE void store_forms(struct planes *planes, size_t w, const struct bytes *bytes)
{
	uint64_t(*of)[PLANE_WORDS + 8] = planes->of;
	const plane_bits *high = bytes->high.is, a_to_o = bytes->a_to_o, p_to_z = bytes->p_to_z;
	plane_store(of[PLANE_FORM_1] + w, byte_is(bytes, 'A') | byte_is(bytes, 'S'));
	plane_store(of[PLANE_FORM_2] + w, high[4] & (LOW('B') | LOW('E') | LOW('N')));
	plane_store(of[PLANE_FORM_3] + w, high[4] & (LOW('C') | LOW('O')));
	plane_store(of[PLANE_FORM_4] + w, high[4] & (LOW('G') | LOW('I') | LOW('K')));
	plane_store(of[PLANE_FORM_5] + w, byte_is(bytes, 'L') | byte_is(bytes, 'P'));
	plane_store(of[PLANE_FORM_6] + w, byte_is(bytes, 'p'));
	const plane_bits dot = byte_is(bytes, '.');
	plane_bits one = LOW('b') | LOW('g') | LOW('a') | LOW('n') | LOW('l');
	one = (one & a_to_o) | ((LOW('p') | LOW('r')) & p_to_z) | byte_is(bytes, '/') | byte_is(bytes, 0xc3);
	plane_store(of[PLANE_FORM_1_ON] + w, one | dot);
	plane_store(of[PLANE_FORM_2_ON] + w, ((LOW('u') | LOW('v')) & p_to_z) | dot);
	plane_store(of[PLANE_FORM_3_ON] + w, ((LOW('o') | LOW('h')) & a_to_o) | (LOW('y') & p_to_z));
	plane_store(of[PLANE_FORM_4_ON] + w, (LOW('c') | LOW('g') | LOW('m') | LOW('n')) & a_to_o);
	plane_store(of[PLANE_FORM_5_ON] + w, ((LOW('i') | LOW('l')) & a_to_o) | (LOW('t') & p_to_z) | dot);
	plane_bits third = LOW('a') | LOW('b') | LOW('c') | LOW('d') | LOW('g') | LOW('j') | LOW('l') | LOW('m');
	third = (third & a_to_o) | ((LOW('p') | LOW('r') | LOW('s') | LOW('u')) & p_to_z);
	plane_store(of[PLANE_FORM_THIRD] + w, third);
}

/* Of bytes that most texts hold little of; which of them there are goes into any. */
PLANES_INLINE void store_rare(struct planes *planes, size_t w, const struct bytes *bytes, plane_bits *any)
{
	static const uint8_t rare_byte[PLANES_OF_RARE] = {
		[PLANE_AT] = '@',
		[PLANE_PERCENT] = '%',
		[PLANE_AMPERSAND] = '&',
		[PLANE_BACKSLASH] = '\\',
		[PLANE_PLUS] = '+',
		[PLANE_OPEN] = '(',
		[PLANE_WIDE] = 0xef,
		[PLANE_UMLAUT] = 0xc3,
		[PLANE_TILDE] = '~',
	};
	for (unsigned n = 0; n < PLANES_OF_RARE; n++) {
		const plane_bits here = byte_is(bytes, rare_byte[n]);
		plane_store(planes->of[n] + w, here);
		any[n] |= here;
	}
}

PLANES_TARGET static void make_sets(struct planes *planes)
{
	plane_bits any[PLANES_OF_RARE] = {{0}};
	for (size_t w = 0; w < planes->words + 4; w += 4) {
		struct bytes bytes;
		read_bytes(planes, w, &bytes);
		store_sets(planes, w, &bytes);
		store_words(planes, w, &bytes);
		store_forms(planes, w, &bytes);
		store_rare(planes, w, &bytes, any);
	}
	for (unsigned n = 0; n < PLANES_OF_RARE; n++)
		planes->any[n] = plane_any(any[n]);
}

/* --- what stands together --- */

PLANES_INLINE void doubled(uint64_t *to, const uint64_t *from, size_t words, unsigned further)
{
	for (size_t w = 0; w < words + 2; w += 4)
		plane_store(to + w, plane_load(from + w) & plane_behind(from + w, further));
}

PLANES_INLINE plane_bits spells(const struct planes *planes, size_t w)
{
	return plane_load(planes->of[PLANE_HIGH] + w) | plane_load(planes->of[PLANE_PERCENT] + w) |
	       plane_load(planes->of[PLANE_AMPERSAND] + w) |
	       (plane_load(planes->of[PLANE_EQUALS] + w) & plane_behind(planes->of[PLANE_BEHIND_EQUALS] + w, 1));
}

/* What the eight places from each on hold; of the word behind it only the first places count. */
PLANES_INLINE plane_bits in_eight(const uint64_t *words)
{
	plane_bits here = plane_load(words), behind = plane_load(words + 1);
	here |= here >> 1 | behind << 63;
	behind |= behind >> 1;
	here |= here >> 2 | behind << 62;
	behind |= behind >> 2;
	return here | here >> 4 | behind << 60;
}

/* Words from the one before on; what is far behind the text may be wrong: see PLANE_ALNUM_2. */
PLANES_TARGET static void combine_words(struct planes *planes)
{
	uint64_t(*of)[PLANE_WORDS + 8] = planes->of;
	const size_t words = planes->words;
	doubled(of[PLANE_ALNUM_2], of[PLANE_ALNUM], words, 1);
	doubled(of[PLANE_ALNUM_4], of[PLANE_ALNUM_2], words, 2);
	doubled(of[PLANE_ALNUM_8], of[PLANE_ALNUM_4], words, 4);
	doubled(of[PLANE_DIGITS_2], of[PLANE_DIGIT], words, 1);
	doubled(of[PLANE_DIGITS_4], of[PLANE_DIGITS_2], words, 2);
	doubled(of[PLANE_DIGITS_8], of[PLANE_DIGITS_4], words, 4);
	for (size_t w = 0; w < words + 2; w += 4)
		plane_store(of[PLANE_SPELLS] + w, spells(planes, w));
	for (size_t w = 0; w < words + 2; w += 4)
		plane_store(of[PLANE_SPELT_8] + w, in_eight(of[PLANE_SPELLS] + w));
	memcpy(of[PLANE_FIRST] + 1, of[PLANE_DIGIT] + 1, words * sizeof of[0][0]);
	planes->digit_before = keep_first(planes, of[PLANE_FIRST] + 1, planes->digit_before);
}

#if defined(__x86_64__)
#include <immintrin.h>

bool planes_here(void)
{
	return __builtin_cpu_supports("avx2");
}

/* The eight bits of each byte, into a word for 64 places. */
PLANES_TARGET static void split_bits(struct planes *planes)
{
	const uint8_t *text = planes->text;
	for (size_t w = 0; w < planes->words + 2; w++, text += PLANE_PLACES) {
		__m256i first = _mm256_loadu_si256((const void *)text);
		__m256i second = _mm256_loadu_si256((const void *)(text + 32));
		for (unsigned n = 8; n-- > 0;) {
			const uint32_t half[2] = {
				(uint32_t)_mm256_movemask_epi8(first), (uint32_t)_mm256_movemask_epi8(second)};
			memcpy(&planes->bit[n][w], half, sizeof half);
			first = _mm256_add_epi8(first, first);
			second = _mm256_add_epi8(second, second);
		}
	}
	for (unsigned n = 0; n < 8; n++)
		memset(planes->bit[n] + planes->words + 2, 0, 6 * sizeof planes->bit[n][0]);
}

#else

bool planes_here(void)
{
	return false;
}

static void split_bits(struct planes *planes)
{
	(void)planes;
}
#endif

void planes_fill(struct planes *planes, const uint8_t *text, size_t text_size, size_t at, size_t size)
{
	planes->size = size;
	planes->words = (size + 4 * PLANE_PLACES - 1) / (4 * PLANE_PLACES) * 4;
	take_text(planes, text, text_size, at);
	split_bits(planes);
	make_sets(planes);
	combine_words(planes);
}
