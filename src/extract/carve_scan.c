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
	while (end < size && end - at < CARVE_FIELD_CHARACTERS) {
		size_t length = character(data + end, size - end);
		if (length == 0)
			return false;
		end += length;
	}
	return end - at >= CARVE_FIELD_CHARACTERS;
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

/* ASCII, Latin, Greek, Cyrillic, Armenian, Hebrew, and the quotes, dashes and euro sign that stand among them. Not
 * U+00FF: its bytes are those of many a small number. */
static bool is_unit(const uint8_t *p, bool big)
{
	uint8_t high = p[!big], low = p[big];
	if (high == 0)
		return is_ascii(low) || (low >= 0xa0 && low != 0xff);
	if (high == 0x20)
		return (low >= 0x10 && low <= 0x1f) || low == 0xac;
	return high <= 5 || high == 0x1e || high == 0x1f;
}

/* What may stand in front of the ASCII characters: a number before them would read as a letter of another script. */
static bool is_latin_unit(const uint8_t *p, bool big)
{
	return p[!big] == 0 && (is_ascii(p[big]) || (p[big] >= 0xc0 && p[big] != 0xff));
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

static size_t wide_end(const struct carve_view *view, size_t at, size_t to, bool big)
{
	while (to - at >= 2 && is_unit(view->data + at, big))
		at += 2;
	return at;
}

/* The run around the ASCII characters at `at`, as far as one can see; empty when there are too few. */
static struct carve_run wide_run(const struct carve_view *view, size_t at, size_t from, bool big)
{
	struct carve_run run = {.start = at, .end = at, .encoding = big ? CARVE_UTF16BE : CARVE_UTF16LE};
	size_t floor = at > CARVE_BACK_BYTES ? at - CARVE_BACK_BYTES : 0;
	if (!wide_begins(view, at, big))
		return run;
	floor = floor < from ? from : floor;
	while (run.start - floor >= 2 && is_latin_unit(view->data + run.start - 2, big))
		run.start -= 2;
	run.end = wide_end(view, at, view->size, big);
	return run;
}

/*
 * Letters and NULs take turns. Which of both come first? What reads more characters; then the order whose NUL at the
 * side stands alone (the other one's may be padding or a number's); then the alignment.
 */
static bool is_big_endian(
	const struct carve_view *view, const struct carve_run *little, const struct carve_run *big, bool more)
{
	size_t little_size = little->end - little->start, big_size = big->end - big->start;
	if (little_size != big_size)
		return big_size > little_size;
	bool little_alone = little->end < view->size ? view->data[little->end] != 0 : !more;
	bool big_alone = big->start == 0 || view->data[big->start - 1] != 0;
	if (little_alone != big_alone)
		return big_alone;
	return (view->offset + little->start) % 2 != 0;
}

/* The run whose first ASCII letter is at `letter`. */
static bool take_wide(
	const struct carve_view *view, size_t letter, size_t from, size_t to, bool more, struct carve_run *run)
{
	struct carve_run little = wide_run(view, letter, from, false), big = {0};
	if (letter > from)
		big = wide_run(view, letter - 1, from, true);
	*run = is_big_endian(view, &little, &big, more) ? big : little;
	if (run->end == run->start)
		return false;
	run->end = wide_end(view, run->start, to, run->encoding == CARVE_UTF16BE);
	run->touches = to - run->end < 2;
	return (run->touches && more) || run->end - run->start >= 2 * CARVE_WIDE_UNITS;
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

/* As far as it matters. */
static size_t count_characters(const struct carve_view *view, const struct carve_run *run)
{
	size_t count = 0;
	for (size_t at = run->start; at < run->end && count < CARVE_RUN_CHARACTERS; at++)
		count += (view->data[at] & 0xc0) != 0x80;
	return count;
}

static bool is_kept(const struct carve_view *view, const struct carve_run *run)
{
	size_t count = count_characters(view, run);
	if (count >= CARVE_RUN_CHARACTERS || count < CARVE_FIELD_CHARACTERS)
		return count >= CARVE_RUN_CHARACTERS;
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
