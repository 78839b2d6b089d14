/* The planes: each set of bytes is compared 32 places at a time, what is made of others is made word by word. */
#include "detect/planes.h"

_Static_assert(PLANES_OF_RARE <= 8, "one bit of a byte for each");
/* The byte of each plane that most texts hold little of: is it there at all is asked first, of all at once. */
static const uint8_t rare_byte[PLANES_OF_RARE] = {
	[PLANE_AT] = '@',
	[PLANE_PERCENT] = '%',
	[PLANE_AMPERSAND] = '&',
	[PLANE_BACKSLASH] = '\\',
	[PLANE_PLUS] = '+',
	[PLANE_OPEN] = '(',
	[PLANE_WIDE] = 0xef,
	[PLANE_UMLAUT] = 0xc3,
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
		for (size_t place = 0; place < 2; place++)
			add_set(sequences[bit].bytes[place], bit, seekers->low[n][place], seekers->high[n][place]);
	}
	for (size_t place = 0; place < 2; place++) { /* shuffles look into each half by itself */
		memcpy(seekers->low[n][place] + 16, seekers->low[n][place], 16);
		memcpy(seekers->high[n][place] + 16, seekers->high[n][place], 16);
	}
	return true;
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

/* --- planes made of others --- */

PLANES_INLINE plane_bits all_of(const uint64_t *digits, unsigned further)
{
	return plane_load(digits) & plane_behind(digits, further);
}

PLANES_INLINE plane_bits spelt(const struct planes *planes, size_t w)
{
	return plane_load(planes->of[PLANE_HIGH] + w) | plane_load(planes->of[PLANE_EQUALS] + w) |
	       plane_load(planes->of[PLANE_PERCENT] + w) | plane_load(planes->of[PLANE_AMPERSAND] + w);
}

/* What the eight places from each on hold; of the word behind it only the first places count. */
PLANES_INLINE plane_bits spelt_in_eight(const struct planes *planes, size_t w)
{
	plane_bits here = spelt(planes, w), behind = spelt(planes, w + 1);
	here |= here >> 1 | behind << 63;
	behind |= behind >> 1;
	here |= here >> 2 | behind << 62;
	behind |= behind >> 2;
	return here | here >> 4 | behind << 60;
}

/* Words from the one before on; what is far behind the text may be wrong: see PLANE_DIGITS_2. */
PLANES_TARGET static void combine_words(struct planes *planes)
{
	uint64_t(*of)[PLANE_WORDS + 8] = planes->of;
	for (size_t w = 0; w < planes->words + 2; w += 4) {
		plane_bits letter = plane_load(of[PLANE_UPPER] + w) | plane_load(of[PLANE_LOWER] + w);
		plane_bits alnum = letter | plane_load(of[PLANE_DIGIT] + w);
		plane_store(of[PLANE_LETTER] + w, letter);
		plane_store(of[PLANE_ALNUM] + w, alnum);
		plane_store(of[PLANE_RUN] + w, alnum & ~plane_load(of[PLANE_M_OR_K] + w));
	}
	for (size_t w = 0; w < planes->words + 2; w += 4)
		plane_store(of[PLANE_DIGITS_2] + w, all_of(of[PLANE_DIGIT] + w, 1));
	for (size_t w = 0; w < planes->words + 2; w += 4)
		plane_store(of[PLANE_DIGITS_4] + w, all_of(of[PLANE_DIGITS_2] + w, 2));
	for (size_t w = 0; w < planes->words + 2; w += 4)
		plane_store(of[PLANE_DIGITS_8] + w, all_of(of[PLANE_DIGITS_4] + w, 4));
	for (size_t w = 0; w < planes->words + 2; w += 4)
		plane_store(of[PLANE_SPELT_8] + w, spelt_in_eight(planes, w));
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

PLANES_INLINE uint64_t equal(__m256i first, __m256i second, uint8_t byte)
{
	const __m256i same = _mm256_set1_epi8((char)byte);
	return sign_bits(_mm256_cmpeq_epi8(first, same), _mm256_cmpeq_epi8(second, same));
}

PLANES_INLINE uint64_t between(__m256i first, __m256i second, uint8_t low, uint8_t high)
{
	const __m256i from = _mm256_set1_epi8((char)low), span = _mm256_set1_epi8((char)(high - low));
	first = _mm256_sub_epi8(first, from);
	second = _mm256_sub_epi8(second, from);
	return sign_bits(_mm256_cmpeq_epi8(_mm256_min_epu8(first, span), first),
		_mm256_cmpeq_epi8(_mm256_min_epu8(second, span), second));
}

/* One pass for all planes but the rare ones. */
PLANES_TARGET static void fill_common(struct planes *planes)
{
	const uint8_t *text = planes->text;
	for (size_t w = 0; w < planes->words + 2; w++, text += PLANE_PLACES) {
		const __m256i first = _mm256_loadu_si256((const void *)text);
		const __m256i second = _mm256_loadu_si256((const void *)(text + 32));
		planes->of[PLANE_DIGIT][w] = between(first, second, '0', '9');
		planes->of[PLANE_ZERO][w] = equal(first, second, '0');
		planes->of[PLANE_UPPER][w] = between(first, second, 'A', 'Z');
		planes->of[PLANE_LOWER][w] = between(first, second, 'a', 'z');
		planes->of[PLANE_HIGH][w] = sign_bits(first, second);
		planes->of[PLANE_SPACE][w] = equal(first, second, ' ');
		planes->of[PLANE_LINE_FEED][w] = equal(first, second, '\n');
		planes->of[PLANE_DOT][w] = equal(first, second, '.');
		planes->of[PLANE_COLON][w] = equal(first, second, ':');
		planes->of[PLANE_DASH][w] = equal(first, second, '-');
		planes->of[PLANE_SLASH][w] = equal(first, second, '/');
		planes->of[PLANE_EQUALS][w] = equal(first, second, '=');
		planes->of[PLANE_BRACKET][w] = equal(first, second, '[');
		planes->of[PLANE_M_OR_K][w] = equal(first, second, 'm') | equal(first, second, 'K');
	}
}

/* Bit n: rare_byte[n] may stand in the text (its nibbles do, in one byte). */
PLANES_TARGET static uint8_t rare_there(const struct planes *planes)
{
	_Alignas(32) uint8_t low[32] = {0}, high[32] = {0};
	for (unsigned n = 0; n < PLANES_OF_RARE; n++)
		for (unsigned half = 0; half < 32; half += 16) {
			low[half + (rare_byte[n] & 15)] |= (uint8_t)(1u << n);
			high[half + (rare_byte[n] >> 4)] |= (uint8_t)(1u << n);
		}
	const __m256i nibble = _mm256_set1_epi8(15);
	const __m256i lows = _mm256_load_si256((const void *)low), highs = _mm256_load_si256((const void *)high);
	__m256i any = _mm256_setzero_si256();
	for (size_t place = 0; place < (planes->words + 2) * PLANE_PLACES; place += 32) {
		__m256i bytes = _mm256_loadu_si256((const void *)(planes->text + place));
		__m256i lower = _mm256_and_si256(bytes, nibble);
		__m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
		any = _mm256_or_si256(
			any, _mm256_and_si256(_mm256_shuffle_epi8(lows, lower), _mm256_shuffle_epi8(highs, upper)));
	}
	__m128i half = _mm_or_si128(_mm256_castsi256_si128(any), _mm256_extracti128_si256(any, 1));
	uint64_t bits = (uint64_t)_mm_extract_epi64(half, 0) | (uint64_t)_mm_extract_epi64(half, 1);
	bits |= bits >> 32;
	bits |= bits >> 16;
	return (uint8_t)(bits | bits >> 8);
}

PLANES_TARGET static void fill_rare(struct planes *planes)
{
	const unsigned there = rare_there(planes);
	for (unsigned n = 0; n < PLANES_OF_RARE; n++) {
		const uint8_t *text = planes->text;
		uint64_t *to = planes->of[n], any = 0;
		if (!(there >> n & 1)) {
			if (planes->any[n])
				memset(to, 0, sizeof planes->of[n]);
			planes->any[n] = false;
			continue;
		}
		for (size_t w = 0; w < planes->words + 2; w++, text += PLANE_PLACES)
			any |= to[w] = equal(_mm256_loadu_si256((const void *)text),
				_mm256_loadu_si256((const void *)(text + 32)), rare_byte[n]);
		planes->any[n] = any != 0;
	}
}

/* The nibbles of 32 places, as places of the tables. */
struct halves {
	__m256i low, high;
};

PLANES_INLINE struct halves halves_of(const uint8_t *text)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i bytes = _mm256_loadu_si256((const void *)text);
	return (struct halves){_mm256_and_si256(bytes, nibble), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble)};
}

PLANES_INLINE __m256i in_sets(struct halves bytes, const uint8_t *low_table, const uint8_t *high_table)
{
	return _mm256_and_si256(_mm256_shuffle_epi8(_mm256_load_si256((const void *)low_table), bytes.low),
		_mm256_shuffle_epi8(_mm256_load_si256((const void *)high_table), bytes.high));
}

PLANES_INLINE uint32_t begins(const struct plane_seekers *seekers, size_t n, const struct halves bytes[2])
{
	__m256i all = in_sets(bytes[0], seekers->low[n][0], seekers->high[n][0]);
	all = _mm256_and_si256(all, in_sets(bytes[1], seekers->low[n][1], seekers->high[n][1]));
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256()));
}

PLANES_INLINE void seek(
	const struct planes *planes, const struct plane_seekers *seekers, size_t count, uint64_t *const *found)
{
	const uint8_t *text = planes->text + PLANE_PLACES;
	for (size_t w = 0; w < planes->words; w++, text += PLANE_PLACES) {
		const struct halves first[2] = {halves_of(text), halves_of(text + 1)};
		const struct halves second[2] = {halves_of(text + 32), halves_of(text + 33)};
		for (size_t n = 0; n < count; n++)
			found[n][w] = begins(seekers, n, first) | (uint64_t)begins(seekers, n, second) << 32;
	}
}

/* The count as a constant lets the loop over seekers be unrolled. */
PLANES_TARGET void planes_seek(const struct planes *planes, const struct plane_seekers *seekers, uint64_t *const *found)
{
	if (seekers->count == 3)
		seek(planes, seekers, 3, found);
	else
		seek(planes, seekers, seekers->count, found);
}

#else

bool planes_here(void)
{
	return false;
}

static void fill_common(struct planes *planes)
{
	(void)planes;
}

static void fill_rare(struct planes *planes)
{
	(void)planes, (void)rare_byte;
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
	fill_common(planes);
	fill_rare(planes);
	for (size_t n = 0; n < PLANES_OF_BYTES; n++)
		memset(planes->of[n] + planes->words + 2, 0, 4 * sizeof planes->of[n][0]);
	combine_words(planes);
}
