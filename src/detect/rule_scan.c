/* The search with rules, piece by piece. */
#include "detect/rule_set.h"

#include "base/ceilings.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <unistd.h>

#define CONTEXT_BYTES 64 /* a word of the context stands within so many bytes before the match, on its line */
#define FIRST_CHARACTERS 4

_Static_assert(
	RULE_BEFORE_BYTES >= CEIL_RULE_BEHIND_BYTES + 8 && RULE_BEFORE_BYTES >= CONTEXT_BYTES, "what rules look at");
_Static_assert(CEIL_DETECT_REACH_BYTES > CEIL_RULE_WIDTH_BYTES + 8, "what rules look at");

struct rule_scan *rule_scan_open(const struct detect_rules *rules)
{
	struct rule_scan *scan = st_alloc_zero(1, sizeof *scan);
	scan->rules = rules;
	scan->states = st_alloc_zero(rules->count, sizeof *scan->states);
	scan->match = pcre2_match_data_create(1, rules->memory);
	scan->limits = pcre2_match_context_create(rules->memory);
	if (scan->match == NULL || scan->limits == NULL)
		_exit(ST_EXIT_MEMORY);
	pcre2_set_match_limit(scan->limits, CEIL_RULE_STEPS);
	pcre2_set_depth_limit(scan->limits, CEIL_RULE_STEPS);
	pcre2_set_heap_limit(scan->limits, CEIL_RULE_HEAP_KIB);
	rule_scan_begin(scan);
	return scan;
}

void rule_scan_begin(struct rule_scan *scan)
{
	for (size_t i = 0; i < scan->rules->count; i++)
		scan->states[i] = (struct rule_state){0};
}

void rule_scan_close(struct rule_scan *scan)
{
	if (scan == NULL)
		return;
	pcre2_match_data_free(scan->match);
	pcre2_match_context_free(scan->limits);
	free(scan->states);
	free(scan);
}

/* What PCRE2 is shown: the piece and what is around it, from the begin of a character to the end of one. */
struct subject {
	const uint8_t *data;
	size_t size, from, to; /* matches begin in [from, to) */
	uint64_t offset;
	uint32_t options;
	bool valid; /* UTF-8 throughout */
};

static struct subject subject_of(const struct rule_text *text, uint64_t from, uint64_t to, bool more)
{
	uint64_t low = from > RULE_BEFORE_BYTES ? from - RULE_BEFORE_BYTES : 0;
	uint64_t high = to + CEIL_DETECT_REACH_BYTES, end = text->offset + text->size;
	struct subject s = {.options = low > 0 ? PCRE2_NOTBOL : 0};
	if (high < end || more)
		s.options |= PCRE2_NOTEOL;
	high = high < end ? high : end;
	for (int i = 0; low > 0 && i < 3 && (text->data[low - text->offset] & 0xc0) == 0x80; i++)
		low++;
	for (int i = 0; high < end && i < 3 && (text->data[high - text->offset] & 0xc0) == 0x80; i++)
		high--;
	s.data = text->data + (low - text->offset);
	s.size = (size_t)(high - low);
	s.from = (size_t)(from - low);
	s.to = (size_t)(to - low);
	s.offset = low;
	s.valid = st_utf8_valid_prefix(s.data, s.size) == s.size;
	return s;
}

/* --- a match --- */

static uint8_t small(uint8_t byte)
{
	return (unsigned)byte - 'A' < 26 ? byte | 32 : byte;
}

static bool stands(const uint8_t *text, size_t size, const char *word)
{
	size_t length = strlen(word);
	for (size_t at = 0; at + length <= size; at++) {
		size_t i = 0;
		while (i < length && small(text[at + i]) == (uint8_t)word[i])
			i++;
		if (i == length)
			return true;
	}
	return false;
}

static bool in_context(const struct rule *rule, const struct subject *s, size_t start)
{
	size_t low = start;
	while (low > 0 && start - low < CONTEXT_BYTES && s->data[low - 1] != '\n')
		low--;
	for (char *const *word = rule->words; *word != NULL; word++)
		if (stands(s->data + low, start - low, *word))
			return true;
	return rule->words[0] == NULL;
}

static void add(struct detect_candidate *out, uint8_t byte)
{
	if (out->canonical_size < CEIL_CANONICAL_BYTES)
		out->canonical[out->canonical_size++] = byte;
}

/* Of a secret the rule and the first characters, never the whole; of anything else what the rule asks for. */
static void fill_canonical(const struct rule *rule, const uint8_t *text, size_t size, struct detect_candidate *out)
{
	out->canonical_size = 0;
	if (rule->kind == DETECT_SECRET) {
		size_t shown = size < 2 * FIRST_CHARACTERS ? size / 2 : FIRST_CHARACTERS;
		for (const char *c = rule->name; *c != 0; c++)
			add(out, (uint8_t)*c);
		add(out, ':');
		for (size_t i = 0; i < shown; i++)
			add(out, text[i] > ' ' && text[i] < 0x7f ? text[i] : '?');
		return;
	}
	for (size_t i = 0; i < size; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9', letter = text[i] >= 'a' && text[i] <= 'z';
		if (rule->canonical != RULE_DIGITS || digit)
			add(out, rule->canonical == RULE_UPPER && letter ? text[i] & ~0x20 : text[i]);
	}
}

static bool fill(const struct rule_scan *scan, size_t number, const struct subject *s, size_t start, size_t end,
	struct detect_candidate *out)
{
	const struct rule *rule = &scan->rules->list[number];
	if (!in_context(rule, s, start))
		return false;
	out->start = start;
	out->end = end;
	out->form = DETECT_PLAIN;
	out->confidence = rule->confidence;
	out->tentative = false;
	out->rule = (uint8_t)(number + 1);
	out->holder_size = 0;
	bool scheme = rule->kind == DETECT_NATIONAL_ID || rule->kind == DETECT_VAT_NUMBER;
	out->scheme = scheme ? rule->name : NULL;
	fill_canonical(rule, s->data + start, end - start, out);
	return out->canonical_size > 0;
}

/* --- the search --- */

/* The next match that begins in [at, to). Where the steps are not enough for one place, PCRE2 does not tell which: the
 * rest of the piece is passed over, and counted. */
static bool search(
	struct rule_scan *scan, size_t number, const struct subject *s, size_t at, size_t *start, size_t *end)
{
	const struct rule *rule = &scan->rules->list[number];
	if (at >= s->to)
		return false;
	pcre2_set_offset_limit(scan->limits, s->to - 1);
	int found = pcre2_match(s->valid ? rule->code : rule->careful_code, s->data, s->size, at,
		s->options | (s->valid ? PCRE2_NO_UTF_CHECK : 0), scan->match, scan->limits);
	if (found == PCRE2_ERROR_NOMEMORY)
		_exit(ST_EXIT_MEMORY);
	if (found < 0) {
		scan->states[number].exhausted += found != PCRE2_ERROR_NOMATCH;
		return false;
	}
	const PCRE2_SIZE *range = pcre2_get_ovector_pointer(scan->match);
	*start = range[0];
	*end = range[1];
	return *end > *start && *start < s->to;
}

static void search_rule(
	struct rule_scan *scan, size_t number, const struct subject *s, rule_found *found, void *context)
{
	struct rule_state *state = &scan->states[number];
	struct detect_candidate candidate;
	size_t at = s->from, start, end;
	if (state->resume > s->offset + at)
		at = (size_t)(state->resume - s->offset);
	for (; search(scan, number, s, at, &start, &end); at = end) {
		state->resume = s->offset + end;
		if (fill(scan, number, s, start, end, &candidate))
			found(context, &candidate, scan->rules->list[number].kind, s->offset);
	}
}

void rule_scan_piece(struct rule_scan *scan, const struct rule_text *text, uint64_t from, uint64_t to, bool more,
	rule_found *found, void *context)
{
	struct subject s = subject_of(text, from, to, more);
	for (size_t i = 0; i < scan->rules->count; i++)
		search_rule(scan, i, &s, found, context);
}
