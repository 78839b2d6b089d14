/*
 * Runs of text among other bytes. A character is an ASCII one (also tab, LF, CR) or a whole one of UTF-8; any other
 * byte, of single-byte sets too, ends a run. UTF-16 is told by CARVE_WIDE_UNITS ASCII characters in a row and holds
 * alphabetic scripts; other units end it.
 *
 * What is kept is set by measurement: in 100 MB of random bytes runs of six bytes make addresses, those of twelve do
 * not (docs/contracts.md).
 */
#include "extract/carve.h"

static bool is_ascii(uint8_t byte)
{
	return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Bytes of the character at p, 0 when it is none. Overlong and surrogate forms count: detectors end at them. */
static size_t character(const uint8_t *p, size_t left)
{
	uint8_t lead = p[0];
	if (lead < 0x80)
		return is_ascii(lead);
	size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
		      : lead >= 0xe0 && lead <= 0xef ? 3
		      : lead >= 0xf0 && lead <= 0xf4 ? 4
						     : 0;
	if (size > left)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* --- places where a run may begin --- */

/* Three ASCII units of UTF-16, the first byte of each at `at`. */
static bool three_units(const uint8_t *data, size_t size, size_t at, bool big)
{
	if (size - at < 6)
		return false;
	for (size_t i = at; i < at + 6; i += 2)
		if (data[i + !big] != 0 || !is_ascii(data[i + big]))
			return false;
	return true;
}

static bool field_begins(const uint8_t *data, size_t size, size_t at)
{
	size_t end = at;
	while (end < size && end - at < CARVE_FIELD_BYTES) {
		size_t length = character(data + end, size - end);
		if (length == 0)
			return false;
		end += length;
	}
	return end - at >= CARVE_FIELD_BYTES;
}

size_t carve_skip_plainly(const uint8_t *data, size_t size, size_t from, size_t to)
{
	for (size_t at = from; at < to; at++)
		if (field_begins(data, size, at) || three_units(data, size, at, false) ||
			three_units(data, size, at, true))
			return at;
	return to;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
/* Of 64 bytes in view the first so many are decided: a run needs 6 bytes, the last of a character of 4. */
#define STEP_BYTES 56

struct half {
	uint32_t ascii, nul, more, two, three, four; /* more: bytes behind the lead of a character of UTF-8 */
};

AVX2 static inline uint32_t bits(__m256i bytes)
{
	return (uint32_t)_mm256_movemask_epi8(bytes);
}

/* Lead bytes from..to, as signed bytes */
AVX2 static inline uint32_t between(__m256i bytes, int from, int to)
{
	return bits(_mm256_and_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((char)(from - 1))),
		_mm256_cmpgt_epi8(_mm256_set1_epi8((char)(to + 1)), bytes)));
}

AVX2 static inline struct half classify(const uint8_t *p)
{
	__m256i bytes = _mm256_loadu_si256((const void *)p);
	uint32_t controls = bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t'))) |
			    bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'))) |
			    bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\r')));
	return (struct half){.ascii = between(bytes, 0x20, 0x7e) | controls,
		.nul = bits(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())),
		.more = bits(_mm256_cmpgt_epi8(_mm256_set1_epi8(-64), bytes)),
		.two = between(bytes, -62, -33),
		.three = between(bytes, -32, -17),
		.four = between(bytes, -16, -12)};
}

#define WHOLE(field) (low.field | (uint64_t)high.field << 32)

/* Bit n: a run may begin at p[n]; only the first STEP_BYTES bits are right. */
AVX2 static inline uint64_t beginnings(const uint8_t *p)
{
	struct half low = classify(p), high = classify(p + 32);
	uint64_t ascii = WHOLE(ascii), nul = WHOLE(nul), more = WHOLE(more);
	uint64_t two = WHOLE(two) & more >> 1, three = WHOLE(three) & more >> 1 & more >> 2;
	uint64_t four = WHOLE(four) & more >> 1 & more >> 2 & more >> 3;
	uint64_t leads = ascii | two | three | four;
	uint64_t text = leads | two << 1 | three << 1 | three << 2 | four << 1 | four << 2 | four << 3;
	uint64_t pairs = text & text >> 1, field = leads & pairs & pairs >> 2 & pairs >> 4;
	uint64_t little = ascii & nul >> 1, big = nul & ascii >> 1;
	little &= little >> 2 & little >> 4;
	big &= big >> 2 & big >> 4;
	return (field | little | big) & (((uint64_t)1 << STEP_BYTES) - 1);
}

AVX2 static size_t skip_fast(const uint8_t *data, size_t size, size_t from, size_t to)
{
	size_t at = from;
	for (; at < to && size - at >= 64; at += STEP_BYTES) {
		uint64_t found = beginnings(data + at);
		if (found != 0) {
			size_t first = at + (size_t)__builtin_ctzll(found);
			return first < to ? first : to;
		}
	}
	return carve_skip_plainly(data, size, at < to ? at : to, to);
}

size_t carve_skip(const uint8_t *data, size_t size, size_t from, size_t to)
{
	if (__builtin_cpu_supports("avx2"))
		return skip_fast(data, size, from, to);
	return carve_skip_plainly(data, size, from, to);
}
#else
size_t carve_skip(const uint8_t *data, size_t size, size_t from, size_t to)
{
	return carve_skip_plainly(data, size, from, to);
}
#endif

/* --- UTF-16 --- */

/* ASCII, Latin, Greek, Cyrillic, Armenian, Hebrew, and the quotes, dashes and euro sign that stand among them. */
static bool is_unit(const uint8_t *p, bool big)
{
	uint8_t high = p[!big], low = p[big];
	if (high == 0)
		return is_ascii(low) || low >= 0xa0;
	if (high == 0x20)
		return (low >= 0x10 && low <= 0x1f) || low == 0xac;
	return high <= 5 || high == 0x1e || high == 0x1f;
}

static size_t wide_end(const struct carve_view *view, size_t at, size_t to, bool big)
{
	while (to - at >= 2 && is_unit(view->data + at, big))
		at += 2;
	return at;
}

static bool wide_begins(const struct carve_view *view, size_t at, bool big)
{
	if (view->size - at < 2 * CARVE_WIDE_UNITS)
		return false;
	for (size_t i = at; i < at + 2 * CARVE_WIDE_UNITS; i += 2)
		if (view->data[i + !big] != 0 || !is_ascii(view->data[i + big]))
			return false;
	return true;
}

/*
 * Letters and NULs take turns, the first letter at `at` with a NUL before it. Which of both belongs to the letters? The
 * order that reads one letter more; then the one whose NUL stands alone (the other one's may be padding or a number's);
 * then the alignment.
 */
static bool is_big_endian(const struct carve_view *view, size_t at, size_t to)
{
	size_t little = wide_end(view, at, to, false), big = wide_end(view, at - 1, to, true) + 1;
	if (little != big)
		return big > little;
	bool little_alone = little >= view->size || view->data[little] != 0;
	bool big_alone = at < 2 || view->data[at - 2] != 0;
	if (little_alone != big_alone)
		return big_alone;
	return (view->offset + at) % 2 != 0;
}

/* The run whose first ASCII letter is at `letter`. */
static bool take_wide(
	const struct carve_view *view, size_t letter, size_t from, size_t to, bool more, struct carve_run *run)
{
	bool little = wide_begins(view, letter, false);
	bool big = letter > from && wide_begins(view, letter - 1, true);
	if (!little && !big)
		return false;
	if (little && big)
		big = is_big_endian(view, letter, to);
	size_t start = big ? letter - 1 : letter, floor = start > CARVE_BACK_BYTES ? start - CARVE_BACK_BYTES : 0;
	floor = floor < from ? from : floor;
	while (start - floor >= 2 && is_unit(view->data + start - 2, big))
		start -= 2;
	size_t end = wide_end(view, start, to, big);
	*run = (struct carve_run){.start = start, .end = end, .encoding = big ? CARVE_UTF16BE : CARVE_UTF16LE};
	run->touches = to - end < 2;
	return (run->touches && more) || end - start >= 2 * CARVE_WIDE_UNITS;
}

/* --- UTF-8 --- */

static size_t text_end(const struct carve_view *view, size_t at, size_t to)
{
	while (at < to) {
		size_t length = character(view->data + at, view->size - at);
		if (length == 0 || length > to - at)
			break;
		at += length;
	}
	return at;
}

/* Does only `to` end it, or the character that is cut there? */
static bool text_touches(const struct carve_view *view, size_t end, size_t to)
{
	return end == to || (to - end < 4 && character(view->data + end, view->size - end) > to - end);
}

static bool is_kept(const struct carve_view *view, const struct carve_run *run)
{
	size_t size = run->end - run->start;
	if (size >= CARVE_RUN_BYTES || size < CARVE_FIELD_BYTES)
		return size >= CARVE_RUN_BYTES;
	uint8_t before = run->start > 0 ? view->data[run->start - 1] : 0;
	uint8_t after = run->end < view->size ? view->data[run->end] : 0;
	return before == 0 || after == 0 || (before < 0x20 && after < 0x20);
}

static bool take_text(const struct carve_view *view, size_t at, size_t to, bool more, struct carve_run *run)
{
	size_t end = text_end(view, at, to);
	*run = (struct carve_run){.start = at, .end = end, .encoding = CARVE_UTF8};
	run->touches = text_touches(view, end, to);
	/* the last letter may be the first of UTF-16 that follows without a gap */
	if (end < view->size && view->data[end] == 0 && wide_begins(view, end - 1, false)) {
		run->end--;
		run->touches = false;
	}
	return (run->touches && more) || is_kept(view, run);
}

bool carve_next(const struct carve_view *view, size_t from, size_t to, bool more, struct carve_run *run)
{
	const uint8_t *data = view->data;
	for (size_t at = from; (at = carve_skip(data, view->size, at, to)) < to;) {
		if (data[at] == 0 || data[at + 1] == 0) {
			if (take_wide(view, data[at] == 0 ? at + 1 : at, from, to, more, run))
				return true;
			at++;
			continue;
		}
		if (take_text(view, at, to, more, run))
			return true;
		at = run->end;
		if (at < to && data[at] == 0)
			at--; /* its last letter may be one of UTF-16 */
	}
	return false;
}

void carve_goes_on(const struct carve_view *view, size_t to, struct carve_run *run)
{
	bool wide = run->encoding != CARVE_UTF8;
	run->end =
		wide ? wide_end(view, run->start, to, run->encoding == CARVE_UTF16BE) : text_end(view, run->start, to);
	run->touches = wide ? to - run->end < 2 : text_touches(view, run->end, to);
}
