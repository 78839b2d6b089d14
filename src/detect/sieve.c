/*
 * The sieve's tables and its masks. A set of bytes is a sum of products (some low nibbles x some high nibbles); eight
 * products share one lookup of two shuffles, so that a set costs about ten instructions for 64 bytes.
 */
#include "detect/sieve.h"

#include <stdlib.h>

#include "detect/planes.h"

#define SETS 192
#define LOOKUPS 24 /* of 8 products */
#define TERMS 64
#define HINTS 128
#define NEAR_PLACES 4
#define WORDS (SIEVE_WORDS + 10) /* one before and one behind; eight are taken at a time */
#define NONE (SETS + 1)
#define ANY SETS /* in the place of a set: every byte */
#define RUNS 48  /* sets of which several bytes in a row are asked for */

struct byte_set {
	uint64_t has[4];
};

struct product {
	uint16_t low, high; /* nibbles as bits */
};

/* The two tables of a lookup: a byte is in product n where both nibbles say bit n. */
struct nibbles {
	_Alignas(16) uint8_t low[16], high[16];
};

/* Triggers that the same bytes may follow. */
struct term {
	uint8_t triggers, next; /* sets */
};

/* Several bytes in a row: all of the set, or one of them. */
struct run {
	uint8_t set, count;
	bool any;
	uint8_t from, step; /* the run, RUNS: the set, that is laid over itself `step` places away */
};

struct near_set {
	int8_t offset;
	uint8_t set;
	uint8_t run; /* RUNS: the set alone */
	bool other;
};

struct hint {
	struct near_set near[NEAR_PLACES];
	uint8_t count;
};

struct rule {
	const struct detector *detector;
	bool by_planes; /* it says itself where it can find anything; the rest is unused */
	uint8_t first_term, terms, first_hint, hints;
	uint8_t triggers; /* set: of all terms */
	bool run_start, word_start;
	uint8_t next[256]; /* set that lets a trigger start; NONE for what is no trigger */
};

struct sieve {
	struct rule rules[SIEVE_DETECTORS];
	size_t rule_count, rules_by_sets;
	struct planes planes;
	struct plane_seekers seekers;
	uint64_t *sought[PLANE_SEEKERS];
	struct term terms[TERMS];
	struct hint hints[HINTS];
	struct byte_set sets[SETS];
	struct product products[LOOKUPS * 8];
	struct run runs[RUNS];
	size_t term_count, hint_count, run_count, set_count, product_count, lookup_count;
	uint8_t alnum;                      /* set */
	uint8_t products_of[SETS][LOOKUPS]; /* bits of a lookup's answer that mean membership */
	uint8_t first_lookup[SETS], last_lookup[SETS];
	struct nibbles lookups[LOOKUPS];
	/* The loaded text. */
	size_t words; /* and one before, and one behind */
	uint64_t found[SIEVE_DETECTORS][WORDS];
	uint64_t all[WORDS]; /* their union */
	bool have[SETS], empty[SETS], have_run[RUNS];
	uint8_t present[LOOKUPS];
	uint64_t any[WORDS], none[WORDS]; /* the masks of every byte and of none */
	uint64_t mask[SETS][WORDS], run_mask[RUNS][WORDS];
	_Alignas(32) uint8_t bytes[WORDS * SIEVE_PLACES];
	_Alignas(32) uint8_t classes[LOOKUPS][WORDS * SIEVE_PLACES];
};

/* --- tables --- */

static bool set_has(const struct byte_set *set, unsigned byte)
{
	return set->has[byte >> 6] >> (byte & 63) & 1;
}

static void set_put(struct byte_set *set, unsigned byte)
{
	set->has[byte >> 6] |= (uint64_t)1 << (byte & 63);
}

/* The product's number; SIZE_MAX when there is no room. */
static size_t product_number(struct sieve *sieve, struct product product)
{
	for (size_t i = 0; i < sieve->product_count; i++)
		if (sieve->products[i].low == product.low && sieve->products[i].high == product.high)
			return i;
	if (sieve->product_count == LOOKUPS * 8)
		return SIZE_MAX;
	sieve->products[sieve->product_count] = product;
	return sieve->product_count++;
}

/* High nibbles with the same low ones make one product. */
static bool add_products(struct sieve *sieve, size_t set)
{
	uint16_t rows[16] = {0}, done = 0;
	for (unsigned byte = 0; byte < 256; byte++)
		if (set_has(&sieve->sets[set], byte))
			rows[byte >> 4] |= (uint16_t)(1u << (byte & 15));
	for (unsigned row = 0; row < 16; row++) {
		struct product product = {.low = rows[row]};
		for (unsigned other = row; other < 16; other++)
			if (rows[other] == rows[row])
				product.high |= (uint16_t)(1u << other);
		bool seen = done >> row & 1;
		done |= product.high;
		if (product.low == 0 || seen)
			continue;
		size_t number = product_number(sieve, product);
		if (number == SIZE_MAX)
			return false;
		sieve->products_of[set][number / 8] |= (uint8_t)(1u << number % 8);
	}
	return true;
}

/* The set's number; false when there is no room. */
static bool set_number(struct sieve *sieve, const struct byte_set *set, uint8_t *out)
{
	if ((set->has[0] & set->has[1] & set->has[2] & set->has[3]) == ~(uint64_t)0) {
		*out = ANY;
		return true;
	}
	for (size_t i = 0; i < sieve->set_count; i++)
		if (memcmp(&sieve->sets[i], set, sizeof *set) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	if (sieve->set_count == SETS)
		return false;
	*out = (uint8_t)sieve->set_count;
	sieve->sets[sieve->set_count] = *set;
	return add_products(sieve, sieve->set_count++);
}

static bool add_term(
	struct sieve *sieve, struct rule *rule, const struct byte_set *triggers, const struct byte_set *next)
{
	if (sieve->term_count == TERMS)
		return false;
	struct term *term = &sieve->terms[sieve->term_count++];
	rule->terms++;
	return set_number(sieve, triggers, &term->triggers) && set_number(sieve, next, &term->next);
}

static void next_of(const struct detector *detector, uint8_t trigger, struct byte_set *next)
{
	*next = (struct byte_set){{0}};
	for (unsigned byte = 0; byte < 256; byte++)
		if (!detector->may_start || detector->may_start(trigger, (uint8_t)byte))
			set_put(next, byte);
}

static bool add_terms(struct sieve *sieve, struct rule *rule, const struct detector *detector)
{
	struct byte_set done = {{0}};
	rule->first_term = (uint8_t)sieve->term_count;
	memset(rule->next, NONE, sizeof rule->next);
	for (const char *trigger = detector->triggers; *trigger; trigger++) {
		struct byte_set next, other_next, together = {{0}};
		if (set_has(&done, (uint8_t)*trigger))
			continue;
		next_of(detector, (uint8_t)*trigger, &next);
		for (const char *other = trigger; *other; other++) {
			next_of(detector, (uint8_t)*other, &other_next);
			if (memcmp(&next, &other_next, sizeof next) == 0) {
				set_put(&together, (uint8_t)*other);
				set_put(&done, (uint8_t)*other);
			}
		}
		if (!add_term(sieve, rule, &together, &next))
			return false;
		for (unsigned byte = 0; byte < 256; byte++)
			if (set_has(&together, byte))
				rule->next[byte] = sieve->terms[sieve->term_count - 1].next;
	}
	return set_number(sieve, &done, &rule->triggers);
}

/* The run's number, RUNS when there is no room. A longer one is laid from one half as long or longer, which is a power
 * of two, so that many runs of one set share their beginnings. */
static uint8_t run_number(struct sieve *sieve, struct run run)
{
	for (uint8_t i = 0; i < sieve->run_count; i++)
		if (sieve->runs[i].set == run.set && sieve->runs[i].count == run.count && sieve->runs[i].any == run.any)
			return i;
	uint8_t half = 1;
	while (2 * half < run.count)
		half = (uint8_t)(2 * half);
	run.step = (uint8_t)(run.count - half);
	run.from = half == 1 ? RUNS : run_number(sieve, (struct run){.set = run.set, .count = half, .any = run.any});
	if (sieve->run_count == RUNS || (half > 1 && run.from == RUNS))
		return RUNS;
	sieve->runs[sieve->run_count] = run;
	return (uint8_t)sieve->run_count++;
}

static bool add_hint(struct sieve *sieve, const struct detect_hint *from)
{
	if (sieve->hint_count == HINTS)
		return false;
	struct hint *hint = &sieve->hints[sieve->hint_count++];
	for (size_t i = 0; i < NEAR_PLACES && from->near[i].ranges; i++) {
		struct byte_set set = {{0}};
		for (const char *range = from->near[i].ranges; *range; range += 2)
			for (unsigned byte = (uint8_t)range[0]; byte <= (uint8_t)range[1]; byte++)
				set_put(&set, byte);
		struct near_set *near = &hint->near[hint->count++];
		near->offset = from->near[i].offset;
		near->other = from->near[i].how == NEAR_NONE || from->near[i].how == NEAR_NOT_ALL;
		near->run = RUNS;
		if (!set_number(sieve, &set, &near->set))
			return false;
		if (from->near[i].count <= 1 || near->set == ANY)
			continue;
		/* none is: not one of them; one is not: not all of them */
		bool any_of = from->near[i].how == NEAR_NONE || from->near[i].how == NEAR_ANY;
		near->run =
			run_number(sieve, (struct run){.set = near->set, .count = from->near[i].count, .any = any_of});
		if (near->run == RUNS)
			return false;
	}
	return true;
}

static bool add_rule(struct sieve *sieve, const struct detector *detector, bool regions)
{
	struct rule *rule = &sieve->rules[sieve->rule_count++];
	rule->detector = detector;
	rule->run_start = detector->run_start;
	if (detector->places) {
		rule->by_planes = true;
		sieve->sought[sieve->seekers.count] = sieve->found[sieve->rule_count - 1] + 1;
		return !detector->sequences || planes_add_seeker(&sieve->seekers, detector->sequences);
	}
	sieve->rules_by_sets++;
	rule->word_start = detector->run_start && detector->word_start;
	if (!add_terms(sieve, rule, detector))
		return false;
	rule->first_hint = (uint8_t)sieve->hint_count;
	const struct detect_hint *hints = regions ? detector->region_hints : detector->hints;
	for (; hints && hints->near[0].ranges; hints++, rule->hints++)
		if (!add_hint(sieve, hints))
			return false;
	return true;
}

static void fill_lookups(struct sieve *sieve)
{
	sieve->lookup_count = (sieve->product_count + 7) / 8;
	for (size_t number = 0; number < sieve->product_count; number++)
		for (unsigned nibble = 0; nibble < 16; nibble++) {
			uint8_t bit = (uint8_t)(1u << number % 8);
			if (sieve->products[number].low >> nibble & 1)
				sieve->lookups[number / 8].low[nibble] |= bit;
			if (sieve->products[number].high >> nibble & 1)
				sieve->lookups[number / 8].high[nibble] |= bit;
		}
	for (size_t set = 0; set < sieve->set_count; set++) {
		sieve->first_lookup[set] = LOOKUPS;
		for (uint8_t lookup = 0; lookup < LOOKUPS; lookup++)
			if (sieve->products_of[set][lookup]) {
				if (sieve->first_lookup[set] == LOOKUPS)
					sieve->first_lookup[set] = lookup;
				sieve->last_lookup[set] = lookup;
			}
		if (sieve->first_lookup[set] == LOOKUPS)
			sieve->first_lookup[set] = sieve->last_lookup[set] = 0; /* the empty set */
	}
}

/* Fills found[n] by the detector's own rule. */
static void apply_places(struct sieve *sieve, size_t n, unsigned *examined)
{
	const struct rule *rule = &sieve->rules[n];
	struct planes *planes = &sieve->planes;
	uint64_t *found = sieve->found[n] + 1;
	planes->examined = *examined >> n & 1;
	rule->detector->places(planes, found);
	const size_t words = (planes->size + SIEVE_PLACES - 1) / SIEVE_PLACES;
	found[words - 1] &= ~(uint64_t)0 >> (63 - (planes->size - 1) % SIEVE_PLACES);
	if (rule->run_start)
		*examined = (*examined & ~(1u << n)) | (unsigned)planes->examined << n;
}

static bool build(struct sieve *sieve, const struct detector *const *detectors, size_t count, bool regions)
{
	struct byte_set alnum = {{0}};
	for (unsigned byte = 0; byte < 128; byte++)
		if (((byte | 32) - 'a' < 26 || byte - '0' < 10) && byte != 'm' && byte != 'K') /* as detect.c: the
			end of a terminal code begins a new run */
			set_put(&alnum, byte);
	bool fits = set_number(sieve, &alnum, &sieve->alnum);
	for (size_t n = 0; fits && n < count; n++)
		fits = add_rule(sieve, detectors[n], regions);
	fill_lookups(sieve);
	memset(sieve->any, 0xff, sizeof sieve->any);
	return fits;
}

void sieve_close(struct sieve *sieve)
{
	free(sieve);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

bool sieve_here(void)
{
	return __builtin_cpu_supports("avx2");
}

struct sieve *sieve_open(const struct detector *const *detectors, size_t count, bool regions)
{
	if (count > SIEVE_DETECTORS || !sieve_here())
		return NULL;
	struct sieve *sieve = aligned_alloc(32, (sizeof *sieve + 31) / 32 * 32);
	if (!sieve)
		return NULL;
	memset(sieve, 0, sizeof *sieve);
	sieve->planes.regions = regions;
	sieve->planes.fields = true;
	if (build(sieve, detectors, count, regions))
		return sieve;
	sieve_close(sieve);
	return NULL;
}

/* --- masks --- */

/* One lookup for every byte. Which classes stand anywhere is noted: sets of others are empty, and cost nothing. */
AVX2 static uint8_t classify(const uint8_t *text, size_t size, const struct nibbles *table, uint8_t *classes)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	const __m256i lows = _mm256_broadcastsi128_si256(_mm_load_si128((const void *)table->low));
	const __m256i highs = _mm256_broadcastsi128_si256(_mm_load_si128((const void *)table->high));
	__m256i all = _mm256_setzero_si256();
	for (size_t place = 0; place < size; place += 32) {
		__m256i bytes = _mm256_load_si256((const void *)(text + place));
		__m256i low = _mm256_and_si256(bytes, nibble);
		__m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
		__m256i class = _mm256_and_si256(_mm256_shuffle_epi8(lows, low), _mm256_shuffle_epi8(highs, high));
		_mm256_store_si256((void *)(classes + place), class);
		all = _mm256_or_si256(all, class);
	}
	__m128i half = _mm_or_si128(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
	uint64_t bits = (uint64_t)_mm_extract_epi64(half, 0) | (uint64_t)_mm_extract_epi64(half, 1);
	bits |= bits >> 32;
	bits |= bits >> 16;
	return (uint8_t)(bits | bits >> 8);
}

static void load(struct sieve *sieve, const uint8_t *text, size_t size, size_t at)
{
	const size_t loaded = (sieve->words + 2) * SIEVE_PLACES;
	const size_t before = at < SIEVE_PLACES ? at : SIEVE_PLACES;
	const size_t there = size - at + before < loaded - SIEVE_PLACES + before ? size - at + before
										 : loaded - SIEVE_PLACES + before;
	memset(sieve->bytes, 0, SIEVE_PLACES - before);
	memcpy(sieve->bytes + SIEVE_PLACES - before, text + at - before, there);
	memset(sieve->bytes + SIEVE_PLACES - before + there, 0, loaded - (SIEVE_PLACES - before + there));
	for (size_t i = 0; i < sieve->lookup_count; i++)
		sieve->present[i] = classify(sieve->bytes, loaded, &sieve->lookups[i], sieve->classes[i]);
	memset(sieve->have, 0, sieve->set_count);
	memset(sieve->have_run, 0, sieve->run_count);
}

AVX2 static inline uint64_t zero_bytes(__m256i first, __m256i second)
{
	const __m256i zero = _mm256_setzero_si256();
	uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, zero));
	uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(second, zero));
	return low | (uint64_t)high << 32;
}

AVX2 static inline uint64_t sign_bits(const uint8_t *classes, __m128i up)
{
	__m256i first = _mm256_sll_epi16(_mm256_load_si256((const void *)classes), up);
	__m256i second = _mm256_sll_epi16(_mm256_load_si256((const void *)(classes + 32)), up);
	return (uint32_t)_mm256_movemask_epi8(first) | (uint64_t)(uint32_t)_mm256_movemask_epi8(second) << 32;
}

/* The bytes of one product: its bit becomes the sign of the byte. */
AVX2 static void mask_product(const uint8_t *classes, unsigned product, size_t words, uint64_t *mask)
{
	const __m128i up = _mm_cvtsi32_si128((int)(7 - product));
	for (size_t word = 0; word < words; word += 2, classes += 2 * SIEVE_PLACES) {
		mask[word] = sign_bits(classes, up);
		mask[word + 1] = sign_bits(classes + SIEVE_PLACES, up);
	}
}

AVX2 static inline uint64_t bytes_with(const uint8_t *classes, __m256i bits)
{
	return ~zero_bytes(_mm256_and_si256(bits, _mm256_load_si256((const void *)classes)),
		_mm256_and_si256(bits, _mm256_load_si256((const void *)(classes + 32))));
}

/* The bytes that one lookup puts into a set: a new mask, or more of it. One word more than asked for may be written. */
AVX2 static void make_mask(const uint8_t *classes, uint8_t products, size_t words, bool more, uint64_t *mask)
{
	const __m256i bits = _mm256_set1_epi8((char)products);
	if (more) {
		for (size_t word = 0; word < words; word++, classes += SIEVE_PLACES)
			mask[word] |= bytes_with(classes, bits);
	} else if ((products & (products - 1)) == 0) {
		mask_product(classes, (unsigned)__builtin_ctz(products), words, mask);
	} else {
		for (size_t word = 0; word < words; word += 2, classes += 2 * SIEVE_PLACES) {
			mask[word] = bytes_with(classes, bits);
			mask[word + 1] = bytes_with(classes + SIEVE_PLACES, bits);
		}
	}
}

/* Bit n of word w: the byte there is in the set. NULL when none is in the loaded words. */
AVX2 static const uint64_t *mask_of(struct sieve *sieve, unsigned set)
{
	if (sieve->have[set])
		return sieve->empty[set] ? NULL : sieve->mask[set];
	sieve->have[set] = true;
	sieve->empty[set] = true;
	for (size_t i = sieve->first_lookup[set]; i <= sieve->last_lookup[set]; i++) {
		uint8_t products = sieve->products_of[set][i] & sieve->present[i];
		if (!products)
			continue;
		make_mask(sieve->classes[i], products, sieve->words + 2, !sieve->empty[set], sieve->mask[set]);
		sieve->empty[set] = false;
	}
	return sieve->empty[set] ? NULL : sieve->mask[set];
}

/* Four words of a mask from `mask` on, so that bit n says what stood `right` places behind it. */
AVX2 static inline __m256i four_moved(const uint64_t *mask, __m128i right, __m128i left)
{
	__m256i first = _mm256_loadu_si256((const void *)mask), next = _mm256_loadu_si256((const void *)(mask + 1));
	return _mm256_or_si256(_mm256_srl_epi64(first, right), _mm256_sll_epi64(next, left));
}

/* Those places of `from` go into `to` from which the place `offset` away is in the mask (turned round by `flip`). Are
 * there any? What lies behind the last word of `from` is 0. */
AVX2 static bool keep_near(
	uint64_t *to, const uint64_t *from, const uint64_t *mask, size_t words, int offset, uint64_t flip)
{
	const __m256i turn = _mm256_set1_epi64x((int64_t)flip);
	const __m128i right = _mm_cvtsi32_si128(offset & 63), left = _mm_cvtsi32_si128(64 - (offset & 63));
	__m256i any = _mm256_setzero_si256();
	mask -= offset < 0;
	for (size_t w = 1; w <= words; w += 8) {
		__m256i first = _mm256_xor_si256(four_moved(mask + w, right, left), turn);
		__m256i second = _mm256_xor_si256(four_moved(mask + w + 4, right, left), turn);
		first = _mm256_and_si256(_mm256_loadu_si256((const void *)(from + w)), first);
		second = _mm256_and_si256(_mm256_loadu_si256((const void *)(from + w + 4)), second);
		_mm256_storeu_si256((void *)(to + w), first);
		_mm256_storeu_si256((void *)(to + w + 4), second);
		any = _mm256_or_si256(any, _mm256_or_si256(first, second));
	}
	return !_mm256_testz_si256(any, any);
}

/* Bit n: the run begins there. In the last word it holds as far as offsets of hints reach. */
AVX2 static const uint64_t *run_mask_of(struct sieve *sieve, unsigned number, const uint64_t *set)
{
	uint64_t *mask = sieve->run_mask[number];
	const struct run *run = &sieve->runs[number];
	if (sieve->have_run[number])
		return mask;
	const uint64_t *from = run->from == RUNS ? set : run_mask_of(sieve, run->from, set);
	const __m128i right = _mm_cvtsi32_si128(run->step), left = _mm_cvtsi32_si128(64 - run->step);
	for (size_t w = 0; w < sieve->words + 2; w += 4) {
		__m256i moved = four_moved(from + w, right, left), here = _mm256_loadu_si256((const void *)(from + w));
		here = run->any ? _mm256_or_si256(here, moved) : _mm256_and_si256(here, moved);
		_mm256_storeu_si256((void *)(mask + w), here);
	}
	sieve->have_run[number] = true;
	return mask;
}

AVX2 static bool near_holds(struct sieve *sieve, const struct near_set *near, const uint64_t *from, uint64_t *to)
{
	const uint64_t *mask = near->set == ANY ? sieve->any : mask_of(sieve, near->set);
	if (!mask)
		mask = sieve->none;
	else if (near->run < RUNS)
		mask = run_mask_of(sieve, near->run, mask);
	return keep_near(to, from, mask, sieve->words, near->offset, near->other ? ~(uint64_t)0 : 0);
}

AVX2 static void add_places(uint64_t *to, const uint64_t *from, size_t words)
{
	for (size_t w = 1; w <= words; w += 4) {
		__m256i both = _mm256_or_si256(
			_mm256_loadu_si256((const void *)(to + w)), _mm256_loadu_si256((const void *)(from + w)));
		_mm256_storeu_si256((void *)(to + w), both);
	}
}

/* Leaves the candidates around which one of the hints holds. */
AVX2 static void keep_hinted(struct sieve *sieve, const struct rule *rule, uint64_t *candidates)
{
	uint64_t kept[WORDS] = {0}, held[WORDS] = {0};
	for (unsigned h = 0; h < rule->hints; h++) {
		const struct hint *hint = &sieve->hints[rule->first_hint + h];
		const uint64_t *from = candidates;
		bool any = true;
		for (unsigned i = 0; any && i < hint->count; i++) {
			any = near_holds(sieve, &hint->near[i], from, held);
			from = held;
		}
		if (any)
			add_places(kept, from, sieve->words);
	}
	memcpy(candidates, kept, sizeof kept);
}

/* Adds the places of triggers with one of `next` behind them. */
AVX2 static void add_pairs(uint64_t *wakes, const uint64_t *triggers, const uint64_t *next, size_t words)
{
	const __m128i right = _mm_cvtsi32_si128(1), left = _mm_cvtsi32_si128(63);
	for (size_t w = 1; w <= words; w += 4) {
		__m256i pairs = _mm256_and_si256(
			four_moved(next + w, right, left), _mm256_loadu_si256((const void *)(triggers + w)));
		_mm256_storeu_si256(
			(void *)(wakes + w), _mm256_or_si256(_mm256_loadu_si256((const void *)(wakes + w)), pairs));
	}
}

/* Places where a trigger stands and what follows lets the detector start. Are there any? */
AVX2 static bool find_woken(struct sieve *sieve, const struct rule *rule, uint64_t last, uint64_t *wakes)
{
	bool any = false;
	memset(wakes, 0, WORDS * sizeof *wakes);
	for (unsigned t = rule->first_term; t < rule->first_term + (unsigned)rule->terms; t++) {
		const struct term *term = &sieve->terms[t];
		const uint64_t *triggers = mask_of(sieve, term->triggers);
		const uint64_t *next = triggers && term->next != ANY ? mask_of(sieve, term->next) : NULL;
		if (!triggers || (!next && term->next != ANY))
			continue;
		any = true;
		if (next == NULL && rule->terms == 1)
			memcpy(wakes + 1, triggers + 1, sieve->words * sizeof *wakes);
		else
			add_pairs(wakes, triggers, next ? next : sieve->any, sieve->words);
	}
	wakes[sieve->words] &= last;
	memset(wakes + sieve->words + 1, 0, 8 * sizeof *wakes);
	return any;
}

/* Takes out what is not the first of its run. From the place behind each trigger the carry of a sum runs to the end of
 * the run. Returns whether the run of the last place was examined. */
static unsigned keep_first(uint64_t *wakes, const uint64_t *alnum, size_t words, unsigned examined, unsigned last_place)
{
	uint64_t carry = examined, gone = 0;
	for (size_t w = 1; w <= words; w++) {
		uint64_t keeps = alnum ? alnum[w] : 0, seeds = (wakes[w] << 1 | carry) & keeps;
		uint64_t passed = seeds | (keeps & ~(keeps + seeds));
		gone = passed | wakes[w];
		carry = gone >> 63;
		wakes[w] &= ~passed;
	}
	return (unsigned)(gone >> last_place & 1);
}

static bool wakes_at(const struct sieve *sieve, const struct rule *rule, const uint8_t *at)
{
	uint8_t next = rule->next[at[0]];
	return next != NONE && (next == ANY || set_has(&sieve->sets[next], at[1]));
}

/* find_woken and keep_first for a detector that refuses letters and digits inside of a word: few are left, and each is
 * asked by itself. A word begins no run that the sign before it began. */
AVX2 static bool find_word_starts(
	struct sieve *sieve, const struct rule *rule, const uint64_t *alnum, uint64_t last, uint64_t *found)
{
	const uint64_t *triggers = mask_of(sieve, rule->triggers);
	uint64_t any = 0;
	memset(found, 0, WORDS * sizeof *found);
	for (size_t w = 1; triggers && w <= sieve->words; w++) {
		uint64_t inside = alnum ? alnum[w] & (alnum[w] << 1 | alnum[w - 1] >> 63) : 0;
		uint64_t left = triggers[w] & ~inside & (w == sieve->words ? last : ~(uint64_t)0);
		for (; left; left &= left - 1) {
			unsigned place = (unsigned)__builtin_ctzll(left);
			const uint8_t *at = sieve->bytes + w * SIEVE_PLACES + place;
			bool begun = alnum && alnum[w] >> place & 1 && wakes_at(sieve, rule, at - 1);
			if (wakes_at(sieve, rule, at) && !begun)
				found[w] |= (uint64_t)1 << place;
		}
		any |= found[w];
	}
	return any != 0;
}

/* Fills found[n]. */
AVX2 static void apply_rule(
	struct sieve *sieve, size_t n, const uint64_t *alnum, unsigned last_place, unsigned *examined)
{
	const struct rule *rule = &sieve->rules[n];
	const uint64_t last = ~(uint64_t)0 >> (63 - last_place);
	uint64_t *found = sieve->found[n];
	bool any = rule->word_start ? find_word_starts(sieve, rule, alnum, last, found)
				    : find_woken(sieve, rule, last, found);
	if (rule->run_start && !rule->word_start) {
		unsigned goes_on = keep_first(found, alnum, sieve->words, *examined >> n & 1, last_place);
		*examined = (*examined & ~(1u << n)) | goes_on << n;
	}
	if (any && rule->hints)
		keep_hinted(sieve, rule, found);
}

AVX2 static void unite(struct sieve *sieve)
{
	for (size_t w = 0; w < sieve->words; w += 4) {
		__m256i all = _mm256_setzero_si256();
		for (size_t n = 0; n < sieve->rule_count; n++)
			all = _mm256_or_si256(all, _mm256_loadu_si256((const void *)(sieve->found[n] + 1 + w)));
		_mm256_storeu_si256((void *)(sieve->all + w), all);
	}
}

AVX2 size_t sieve_run(
	struct sieve *sieve, const uint8_t *text, size_t size, size_t at, size_t places, unsigned *examined)
{
	if (places > SIEVE_WORDS * SIEVE_PLACES)
		places = SIEVE_WORDS * SIEVE_PLACES;
	sieve->words = (places + SIEVE_PLACES - 1) / SIEVE_PLACES;
	const unsigned last_place = (unsigned)((places - 1) % SIEVE_PLACES);
	planes_fill(&sieve->planes, text, size, at, places);
	planes_seek(&sieve->planes, &sieve->seekers, sieve->sought);
	if (sieve->rules_by_sets)
		load(sieve, text, size, at);
	const uint64_t *alnum = sieve->rules_by_sets ? mask_of(sieve, sieve->alnum) : NULL;
	for (size_t n = 0; n < sieve->rule_count; n++)
		if (sieve->rules[n].by_planes)
			apply_places(sieve, n, examined);
		else
			apply_rule(sieve, n, alnum, last_place, examined);
	unite(sieve);
	return places;
}

#else

bool sieve_here(void)
{
	return false;
}

struct sieve *sieve_open(const struct detector *const *detectors, size_t count, bool regions)
{
	(void)detectors, (void)count, (void)regions, (void)build;
	return NULL;
}

size_t sieve_run(struct sieve *sieve, const uint8_t *text, size_t size, size_t at, size_t places, unsigned *examined)
{
	(void)sieve, (void)text, (void)size, (void)at, (void)examined;
	return places;
}
#endif

void sieve_fields(struct sieve *sieve, bool fields)
{
	sieve->planes.fields = fields;
}

uint64_t sieve_candidates(const struct sieve *sieve, size_t word)
{
	return sieve->all[word];
}

unsigned sieve_at(const struct sieve *sieve, size_t word, unsigned place)
{
	unsigned awake = 0;
	for (size_t n = 0; n < sieve->rule_count; n++)
		awake |= (unsigned)(sieve->found[n][word + 1] >> place & 1) << n;
	return awake;
}
