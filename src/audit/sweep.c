/* Edges are sorted once, and walked once for each destination. */
#include "audit/sweep.h"

#include "audit/store.h"

#include <stdlib.h>

enum { LINE_SHIFT = 40, RULE_SHIFT = 1, DIGIT_BITS = 9, FEW = 48 };
#define NO_RULE (((uint64_t)1 << (LINE_SHIFT - RULE_SHIFT)) - 1) /* a cut that is no rule's */

static void add_edge(struct audit_sweep *sweep, audit_address line, uint64_t rule, unsigned set)
{
	if (line >= AUDIT_LINE_END)
		return;
	if (sweep->edge_count == sweep->edge_capacity) {
		sweep->edge_capacity = sweep->edge_capacity ? sweep->edge_capacity * 2 : 64;
		sweep->edges = st_realloc(sweep->edges, sweep->edge_capacity * sizeof *sweep->edges);
	}
	sweep->edges[sweep->edge_count++] = (uint64_t)line << LINE_SHIFT | rule << RULE_SHIFT | set;
}

void audit_sweep_open(struct audit_sweep *sweep, size_t rules)
{
	*sweep = (struct audit_sweep){.rule_count = rules, .here = st_alloc_zero(rules + 1, 1)};
	add_edge(sweep, 0, NO_RULE, 0);
	add_edge(sweep, AUDIT_LINE_UDP, NO_RULE, 0);
	for (audit_address line = AUDIT_LINE_ICMP; line <= AUDIT_LINE_OTHER; line++)
		add_edge(sweep, line, NO_RULE, 0);
}

void audit_sweep_add(struct audit_sweep *sweep, size_t rule, const struct audit_set lines[2])
{
	for (unsigned set = 0; set < 2; set++) {
		for (size_t i = 0; i < lines[set].count; i++) {
			add_edge(sweep, lines[set].items[i].low, rule, set);
			add_edge(sweep, lines[set].items[i].high + 1, rule, set);
		}
	}
	sweep->sorted = false;
}

static void sort_few(uint64_t *edges, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint64_t edge = edges[i];
		size_t at = i;
		for (; at > 0 && edges[at - 1] > edge; at--)
			edges[at] = edges[at - 1];
		edges[at] = edge;
	}
}

/* By line, digit by digit; edges of one line in any order. */
static void sort_many(struct audit_sweep *sweep)
{
	st_auto_free uint64_t *other = st_alloc(sweep->edge_count * sizeof *other);
	for (unsigned shift = LINE_SHIFT; shift < LINE_SHIFT + 2 * DIGIT_BITS; shift += DIGIT_BITS) {
		size_t begins[(1 << DIGIT_BITS) + 1] = {0};
		for (size_t i = 0; i < sweep->edge_count; i++)
			begins[(sweep->edges[i] >> shift & ((1 << DIGIT_BITS) - 1)) + 1]++;
		for (size_t i = 0; i < 1 << DIGIT_BITS; i++)
			begins[i + 1] += begins[i];
		for (size_t i = 0; i < sweep->edge_count; i++)
			other[begins[sweep->edges[i] >> shift & ((1 << DIGIT_BITS) - 1)]++] = sweep->edges[i];
		memcpy(sweep->edges, other, sweep->edge_count * sizeof *other);
	}
}

void audit_sweep_begin(struct audit_sweep *sweep, const uint8_t *match)
{
	_Static_assert(AUDIT_LINE_END <= 1 << 2 * DIGIT_BITS, "two digits hold a line");
	if (!sweep->sorted && sweep->edge_count <= FEW)
		sort_few(sweep->edges, sweep->edge_count);
	else if (!sweep->sorted)
		sort_many(sweep);
	sweep->sorted = true;
	sweep->match = match;
	sweep->at = 0;
	sweep->hash = 0;
	sweep->low = sweep->high = 0;
	memset(sweep->here, 0, sweep->rule_count);
}

static uint64_t hash_of(size_t rule, uint8_t here)
{
	uint64_t hash = ((uint64_t)rule << 8 | here) * 0x9e3779b97f4a7c15u;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
	return here == 0 ? 0 : hash ^ hash >> 32;
}

/* Is the edge one of this destination? */
static bool counts(const struct audit_sweep *sweep, uint64_t edge)
{
	uint64_t rule = edge >> RULE_SHIFT & NO_RULE;
	return rule == NO_RULE || sweep->match[rule] != AUDIT_NO;
}

static void pass(struct audit_sweep *sweep, uint64_t edge)
{
	uint64_t rule = edge >> RULE_SHIFT & NO_RULE;
	if (rule == NO_RULE || sweep->match[rule] == AUDIT_NO)
		return;
	uint8_t old = sweep->here[rule], bits = (uint8_t)((old & 3) ^ 1 << (edge & 1));
	uint8_t now = bits == 0 ? 0 : (uint8_t)(bits | sweep->match[rule] << 2);
	sweep->hash += hash_of(rule, now) - hash_of(rule, old);
	sweep->here[rule] = now;
}

bool audit_sweep_next(struct audit_sweep *sweep)
{
	if (sweep->at == sweep->edge_count)
		return false;
	uint64_t line = sweep->edges[sweep->at] >> LINE_SHIFT;
	for (; sweep->at < sweep->edge_count && sweep->edges[sweep->at] >> LINE_SHIFT == line; sweep->at++)
		pass(sweep, sweep->edges[sweep->at]);
	while (sweep->at < sweep->edge_count && !counts(sweep, sweep->edges[sweep->at]))
		sweep->at++;
	sweep->low = line;
	sweep->high = sweep->at < sweep->edge_count ? (sweep->edges[sweep->at] >> LINE_SHIFT) - 1 : AUDIT_LINE_END - 1;
	return true;
}

void audit_sweep_close(struct audit_sweep *sweep)
{
	free(sweep->edges);
	free(sweep->here);
	*sweep = (struct audit_sweep){0};
}
