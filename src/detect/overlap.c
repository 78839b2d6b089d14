#include "detect/overlap.h"

#include <stdlib.h>

/* What is a name only if the address book says so, or a case number only beside others, takes nothing away. */
static bool is_maybe(const struct overlap_entry *entry)
{
	return entry->tentative && (entry->kind == DETECT_PERSON_NAME || entry->kind == DETECT_CASE_NUMBER);
}

/* Total order: does a win over b? */
static bool beats(const struct overlap_entry *a, const struct overlap_entry *b)
{
	uint64_t a_size = a->end - a->start, b_size = b->end - b->start;
	if (is_maybe(a) != is_maybe(b))
		return is_maybe(b);
	if ((a->kind == DETECT_URL) != (b->kind == DETECT_URL))
		return b->kind == DETECT_URL;
	if (a_size != b_size)
		return a_size > b_size;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->start < b->start;
}

/* Entries i with index in [*first, *last) may overlap entry `at`: they are sorted by start and none is longer than
 * `longest`. */
static void neighbours(const struct overlap *overlap, size_t at, size_t *first, size_t *last)
{
	const struct overlap_entry *entries = overlap->entries;
	*first = at;
	while (*first > 0 && entries[*first - 1].start + overlap->longest > entries[at].start)
		--*first;
	*last = at + 1;
	while (*last < overlap->count && entries[*last].start < entries[at].end)
		++*last;
}

static bool overlaps(const struct overlap_entry *a, const struct overlap_entry *b)
{
	return a->start < b->end && b->start < a->end;
}

/* Decides one entry when it beats everything open that it overlaps; the greedy choice by beats() does the same. */
static bool decide(struct overlap *overlap, size_t at)
{
	struct overlap_entry *entries = overlap->entries;
	size_t first, last;
	neighbours(overlap, at, &first, &last);
	for (size_t i = first; i < last; i++)
		if (i != at && entries[i].state == OVERLAP_OPEN && overlaps(&entries[i], &entries[at]) &&
			!beats(&entries[at], &entries[i]))
			return false;
	for (size_t i = first; i < last; i++)
		if (i != at && entries[i].state == OVERLAP_OPEN && overlaps(&entries[i], &entries[at]))
			entries[i].state = OVERLAP_LOST;
	entries[at].state = OVERLAP_WON;
	return true;
}

/* Decides all that can be; passes go both ways, since chains of ever longer candidates unwind from their longest end.
 */
static void decide_all(struct overlap *overlap, uint64_t horizon)
{
	bool changed = true;
	for (bool backward = true; changed; backward = !backward) {
		changed = false;
		for (size_t n = 0; n < overlap->count; n++) {
			size_t at = backward ? overlap->count - 1 - n : n;
			const struct overlap_entry *entry = &overlap->entries[at];
			if (entry->state == OVERLAP_OPEN && entry->end <= horizon)
				changed |= decide(overlap, at);
		}
	}
}

/* Hands out winners up to the first open entry, and closes the gaps that losers leave. */
static void hand_out(struct overlap *overlap, overlap_take *take, void *context)
{
	size_t kept = 0;
	bool blocked = false;
	for (size_t i = 0; i < overlap->count; i++) {
		struct overlap_entry *entry = &overlap->entries[i];
		blocked |= entry->state == OVERLAP_OPEN;
		if (entry->state == OVERLAP_OPEN || (entry->state == OVERLAP_WON && blocked)) {
			overlap->entries[kept++] = *entry;
			continue;
		}
		if (entry->state == OVERLAP_WON || overlap->tells_lost)
			take(context, entry);
		free(entry->canonical);
	}
	overlap->count = kept;
	if (kept == 0)
		overlap->longest = 0;
}

void overlap_settle(struct overlap *overlap, uint64_t horizon, overlap_take *take, void *context)
{
	if (overlap->count == 0)
		return;
	decide_all(overlap, horizon);
	hand_out(overlap, take, context);
}

/* A name that was found as one of the book, and now beside an address; a case number, and now by a rule. */
static void make_certain(struct overlap_entry *entry, const struct detect_candidate *candidate)
{
	if (!is_maybe(entry) || candidate->tentative || entry->canonical_size != candidate->canonical_size ||
		memcmp(entry->canonical, candidate->canonical, entry->canonical_size) != 0)
		return;
	entry->tentative = false;
	entry->confidence = candidate->confidence;
	entry->rule = candidate->rule;
}

/* Where a candidate belongs; false when the same range of the same kind is there already, which it may make certain. */
static bool find_place(const struct overlap *overlap, enum detect_kind kind, uint64_t start, uint64_t end,
	const struct detect_candidate *candidate, size_t *place)
{
	size_t at = overlap->count;
	while (at > 0 && overlap->entries[at - 1].start > start)
		at--;
	*place = at;
	for (; at > 0 && overlap->entries[at - 1].start == start; at--)
		if (overlap->entries[at - 1].end == end && overlap->entries[at - 1].kind == kind) {
			make_certain(&overlap->entries[at - 1], candidate);
			return false;
		}
	return true;
}

static void insert(struct overlap *overlap, size_t place, const struct overlap_entry *entry)
{
	if (overlap->count == overlap->capacity) {
		overlap->capacity = overlap->capacity ? overlap->capacity * 2 : 64;
		overlap->entries = st_realloc(overlap->entries, overlap->capacity * sizeof *overlap->entries);
	}
	struct overlap_entry *entries = overlap->entries;
	memmove(entries + place + 1, entries + place, (overlap->count - place) * sizeof *entries);
	entries[place] = *entry;
	overlap->count++;
	if (entry->end - entry->start > overlap->longest)
		overlap->longest = entry->end - entry->start;
}

/* A chain of overlaps longer than the ceiling is decided as far as it is known; asked at a point the input alone sets.
 */
static void bound(struct overlap *overlap, uint64_t horizon, overlap_take *take, void *context)
{
	if (overlap->count < CEIL_OVERLAPPING_CANDIDATES)
		return;
	overlap_settle(overlap, horizon, take, context);
	if (overlap->count < CEIL_OVERLAPPING_CANDIDATES)
		return;
	for (size_t i = 0; i < overlap->count; i++)
		if (overlap->entries[i].end > overlap->floor)
			overlap->floor = overlap->entries[i].end;
	overlap_settle(overlap, UINT64_MAX, take, context);
}

void overlap_add(struct overlap *overlap, const struct detect_candidate *candidate, enum detect_kind kind,
	uint64_t base, uint64_t horizon, overlap_take *take, void *context)
{
	struct overlap_entry entry = {
		.start = base + candidate->start,
		.end = base + candidate->end,
		.kind = kind,
		.form = candidate->form,
		.confidence = candidate->confidence,
		.tentative = candidate->tentative,
		.rule = candidate->rule,
		.scheme = candidate->scheme,
		.canonical_size = candidate->canonical_size,
		.holder_size = candidate->holder_size,
	};
	size_t place;
	bound(overlap, horizon, take, context);
	if (entry.start < overlap->floor || !find_place(overlap, kind, entry.start, entry.end, candidate, &place))
		return;
	size_t size = (size_t)candidate->canonical_size + candidate->holder_size;
	entry.canonical = st_alloc(size + 1);
	memcpy(entry.canonical, candidate->canonical, size);
	insert(overlap, place, &entry);
}

void overlap_clear(struct overlap *overlap)
{
	for (size_t i = 0; i < overlap->count; i++)
		free(overlap->entries[i].canonical);
	overlap->count = 0;
	overlap->longest = 0;
	overlap->floor = 0;
}

void overlap_free(struct overlap *overlap)
{
	overlap_clear(overlap);
	free(overlap->entries);
	*overlap = (struct overlap){0};
}
