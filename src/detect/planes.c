/* The planes: each set of bytes is compared 32 places at a time, what is made of others is made word by word. */
#include "detect/planes.h"

/* First and last byte of each plane of bytes. */
static const uint8_t plane_bytes[PLANES_OF_BYTES][2] = {
	[PLANE_DIGIT] = {'0', '9'},
	[PLANE_UPPER] = {'A', 'Z'},
	[PLANE_LOWER] = {'a', 'z'},
	[PLANE_HIGH] = {0x80, 0xff},
	[PLANE_SPACE] = {' ', ' '},
	[PLANE_LINE_FEED] = {'\n', '\n'},
	[PLANE_DOT] = {'.', '.'},
	[PLANE_COLON] = {':', ':'},
	[PLANE_DASH] = {'-', '-'},
	[PLANE_SLASH] = {'/', '/'},
	[PLANE_AT] = {'@', '@'},
	[PLANE_EQUALS] = {'=', '='},
	[PLANE_PERCENT] = {'%', '%'},
	[PLANE_AMPERSAND] = {'&', '&'},
	[PLANE_BACKSLASH] = {'\\', '\\'},
	[PLANE_PLUS] = {'+', '+'},
	[PLANE_BRACKET] = {'[', '['},
	[PLANE_M_OR_K] = {'m', 'K'},
};

void planes_first_of_run(struct planes *planes, uint64_t *found)
{
	uint64_t carry = planes->examined, gone = 0;
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
	planes->examined = gone >> last & 1;
}

/* A set as its low and high nibbles, into bit `bit` of the two tables. */
static void add_set(const char *bytes, unsigned bit, uint8_t low[32], uint8_t high[32])
{
	for (unsigned nibble = 0; nibble < 16 && !*bytes; nibble++) {
		low[nibble] |= (uint8_t)(1u << bit);
		high[nibble] |= (uint8_t)(1u << bit);
	}
	for (; *bytes; bytes++) {
		low[(uint8_t)*bytes & 15] |= (uint8_t)(1u << bit);
		high[(uint8_t)*bytes >> 4] |= (uint8_t)(1u << bit);
	}
}

bool planes_add_seeker(struct plane_seekers *seekers, const struct plane_sequence *sequences)
{
	if (seekers->count == PLANE_SEEKERS)
		return false;
	size_t n = seekers->count++;
	for (unsigned bit = 0; sequences[bit].bytes[0]; bit++) {
		if (bit == PLANE_SEQUENCES)
			return false;
		for (size_t place = 0; place < 3; place++)
			add_set(sequences[bit].bytes[place], bit, seekers->low[n][place], seekers->high[n][place]);
	}
	for (size_t place = 0; place < 3; place++) { /* shuffles look into each half by itself */
		memcpy(seekers->low[n][place] + 16, seekers->low[n][place], 16);
		memcpy(seekers->high[n][place] + 16, seekers->high[n][place], 16);
	}
	return true;
}

/* The text with one word before, zeros where there is none. */
static void take_text(struct planes *planes, const uint8_t *text, size_t text_size, size_t at)
{
	const size_t loaded = (planes->words + 2) * PLANE_PLACES;
	const size_t before = at < PLANE_PLACES ? at : PLANE_PLACES, blank = PLANE_PLACES - before;
	const size_t left = text_size - at + before, there = left < loaded - blank ? left : loaded - blank;
	memset(planes->text, 0, blank);
	memcpy(planes->text + blank, text + at - before, there);
	memset(planes->text + blank + there, 0, sizeof planes->text - blank - there);
}

/* --- planes made of others --- */

static void combine_words(struct planes *planes)
{
	for (size_t w = 0; w < planes->words + 2; w++) {
		uint64_t letter = planes->of[PLANE_UPPER][w] | planes->of[PLANE_LOWER][w];
		uint64_t alnum = letter | planes->of[PLANE_DIGIT][w];
		planes->of[PLANE_LETTER][w] = letter;
		planes->of[PLANE_ALNUM][w] = alnum;
		planes->of[PLANE_RUN][w] = alnum & ~planes->of[PLANE_M_OR_K][w];
	}
	/* In the word behind, they hold as far as no place of it is the last: beyond stands nothing. */
	for (size_t w = 0; w < planes->words + 2; w++) {
		const uint64_t *digit = planes->of[PLANE_DIGIT] + w;
		planes->of[PLANE_DIGITS_2][w] = digit[0] & (digit[0] >> 1 | digit[1] << 63);
	}
	for (size_t w = 0; w < planes->words + 2; w++) {
		const uint64_t *two = planes->of[PLANE_DIGITS_2] + w;
		planes->of[PLANE_DIGITS_4][w] = two[0] & (two[0] >> 2 | two[1] << 62);
	}
	for (size_t w = 0; w < planes->words + 2; w++) {
		const uint64_t *four = planes->of[PLANE_DIGITS_4] + w;
		planes->of[PLANE_DIGITS_8][w] = four[0] & (four[0] >> 4 | four[1] << 60);
	}
	for (size_t n = PLANES_OF_BYTES; n < PLANES; n++)
		planes->any[n] = true; /* nobody asks, but it must not be false */
}

#if defined(__x86_64__)
#include <immintrin.h>

bool planes_here(void)
{
	return __builtin_cpu_supports("avx2");
}

PLANES_INLINE uint64_t sign_bits(__m256i first, __m256i second)
{
	return (uint32_t)_mm256_movemask_epi8(first) | (uint64_t)(uint32_t)_mm256_movemask_epi8(second) << 32;
}

PLANES_TARGET static bool fill_range(const uint8_t *text, size_t words, uint8_t low, uint8_t high, uint64_t *to)
{
	const __m256i from = _mm256_set1_epi8((char)low), span = _mm256_set1_epi8((char)(high - low));
	uint64_t any = 0;
	for (size_t w = 0; w < words; w++, text += PLANE_PLACES) {
		__m256i first = _mm256_sub_epi8(_mm256_load_si256((const void *)text), from);
		__m256i second = _mm256_sub_epi8(_mm256_load_si256((const void *)(text + 32)), from);
		to[w] = sign_bits(_mm256_cmpeq_epi8(_mm256_min_epu8(first, span), first),
			_mm256_cmpeq_epi8(_mm256_min_epu8(second, span), second));
		any |= to[w];
	}
	return any != 0;
}

PLANES_TARGET static bool fill_either(const uint8_t *text, size_t words, uint8_t one, uint8_t other, uint64_t *to)
{
	const __m256i a = _mm256_set1_epi8((char)one), b = _mm256_set1_epi8((char)other);
	uint64_t any = 0;
	for (size_t w = 0; w < words; w++, text += PLANE_PLACES) {
		__m256i first = _mm256_load_si256((const void *)text);
		__m256i second = _mm256_load_si256((const void *)(text + 32));
		to[w] = sign_bits(_mm256_or_si256(_mm256_cmpeq_epi8(first, a), _mm256_cmpeq_epi8(first, b)),
			_mm256_or_si256(_mm256_cmpeq_epi8(second, a), _mm256_cmpeq_epi8(second, b)));
		any |= to[w];
	}
	return any != 0;
}

PLANES_TARGET static bool fill_one(const uint8_t *text, size_t words, uint8_t byte, uint64_t *to)
{
	const __m256i same = _mm256_set1_epi8((char)byte);
	uint64_t any = 0;
	for (size_t w = 0; w < words; w++, text += PLANE_PLACES) {
		__m256i first = _mm256_load_si256((const void *)text);
		__m256i second = _mm256_load_si256((const void *)(text + 32));
		to[w] = sign_bits(_mm256_cmpeq_epi8(first, same), _mm256_cmpeq_epi8(second, same));
		any |= to[w];
	}
	return any != 0;
}

PLANES_TARGET static void fill_bytes(struct planes *planes)
{
	const size_t words = planes->words + 2;
	for (size_t n = 0; n < PLANES_OF_BYTES; n++) {
		uint8_t low = plane_bytes[n][0], high = plane_bytes[n][1];
		uint64_t *to = planes->of[n];
		if (low == high)
			planes->any[n] = fill_one(planes->text, words, low, to);
		else if (low < high)
			planes->any[n] = fill_range(planes->text, words, low, high, to);
		else
			planes->any[n] = fill_either(planes->text, words, low, high, to);
	}
}

PLANES_INLINE __m256i in_sets(const uint8_t *text, const uint8_t *low_table, const uint8_t *high_table)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i bytes = _mm256_loadu_si256((const void *)text);
	__m256i low = _mm256_and_si256(bytes, nibble), high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
	return _mm256_and_si256(_mm256_shuffle_epi8(_mm256_load_si256((const void *)low_table), low),
		_mm256_shuffle_epi8(_mm256_load_si256((const void *)high_table), high));
}

PLANES_INLINE uint32_t begins(const struct plane_seekers *seekers, size_t n, const uint8_t *text)
{
	__m256i all = in_sets(text, seekers->low[n][0], seekers->high[n][0]);
	all = _mm256_and_si256(all, in_sets(text + 1, seekers->low[n][1], seekers->high[n][1]));
	all = _mm256_and_si256(all, in_sets(text + 2, seekers->low[n][2], seekers->high[n][2]));
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256()));
}

PLANES_TARGET void planes_seek(const struct planes *planes, const struct plane_seekers *seekers, uint64_t *const *found)
{
	const uint8_t *text = planes->text + PLANE_PLACES;
	for (size_t n = 0; n < seekers->count; n++)
		for (size_t w = 0; w < planes->words; w++) {
			const uint8_t *at = text + w * PLANE_PLACES;
			found[n][w] = begins(seekers, n, at) | (uint64_t)begins(seekers, n, at + 32) << 32;
		}
}

#else

bool planes_here(void)
{
	return false;
}

static void fill_bytes(struct planes *planes)
{
	memset(planes->of, 0, sizeof planes->of);
	for (size_t place = 0; place < (planes->words + 2) * PLANE_PLACES; place++)
		for (size_t n = 0; n < PLANES_OF_BYTES; n++) {
			uint8_t low = plane_bytes[n][0], high = plane_bytes[n][1], byte = planes->text[place];
			if (low <= high ? byte >= low && byte <= high : byte == low || byte == high)
				planes->of[n][place / PLANE_PLACES] |= (uint64_t)1 << place % PLANE_PLACES;
		}
}

void planes_seek(const struct planes *planes, const struct plane_seekers *seekers, uint64_t *const *found)
{
	(void)planes;
	for (size_t n = 0; n < seekers->count; n++)
		memset(found[n], 0xff, PLANE_WORDS * sizeof *found[n]);
}
#endif

void planes_fill(struct planes *planes, const uint8_t *text, size_t text_size, size_t at, size_t size)
{
	planes->size = size;
	planes->words = (size + 4 * PLANE_PLACES - 1) / (4 * PLANE_PLACES) * 4;
	take_text(planes, text, text_size, at);
	fill_bytes(planes);
	for (size_t n = 0; n < PLANES; n++)
		planes->of[n][planes->words + 2] = 0;
	combine_words(planes);
}
