/* Sets of stores, found again by hash; records are counted on them, and some are kept as samples. */
#include "resolve/store_sets.h"

#include "base/ceilings.h"

#include <stdlib.h>

struct store_sets {
	struct resolve_store_set *sets;
	size_t count, capacity;
	uint32_t *slots; /* index + 1, open addressing; slot_count is a power of two */
	size_t slot_count;
	size_t last; /* the set used last: records that follow each other mostly share it */
	size_t sample_places;
};

void record_stores_open(struct record_stores *stores, uint32_t store_count)
{
	*stores = (struct record_stores){.mark = st_alloc_zero(store_count, sizeof *stores->mark),
		.where = st_alloc(store_count * sizeof *stores->where),
		.list = st_alloc(store_count * sizeof *stores->list)};
}

void record_stores_close(struct record_stores *stores)
{
	free(stores->mark);
	free(stores->where);
	free(stores->list);
}

struct store_sets *store_sets_open(void)
{
	struct store_sets *sets = st_alloc_zero(1, sizeof *sets);
	sets->slot_count = 64;
	sets->slots = st_alloc_zero(sets->slot_count, sizeof *sets->slots);
	return sets;
}

/* Store numbers are ours, not the data's: no key needed. FNV-1a, 64 bits. */
static uint64_t hash_of(const uint32_t *stores, uint32_t count)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (uint32_t i = 0; i < count; i++)
		hash = (hash ^ stores[i]) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static bool is_set(const struct resolve_store_set *set, const uint32_t *stores, uint32_t count)
{
	return set->store_count == count && memcmp(set->stores, stores, count * sizeof *stores) == 0;
}

/* The slot of the set, or the empty one where it belongs. */
static uint32_t *slot_of(const struct store_sets *sets, const uint32_t *stores, uint32_t count)
{
	size_t mask = sets->slot_count - 1, at = (size_t)hash_of(stores, count) & mask;
	while (sets->slots[at] != 0 && !is_set(&sets->sets[sets->slots[at] - 1], stores, count))
		at = (at + 1) & mask;
	return &sets->slots[at];
}

static void grow(struct store_sets *sets)
{
	if (sets->count == sets->capacity) {
		sets->capacity = sets->capacity ? sets->capacity * 2 : 32;
		sets->sets = st_realloc(sets->sets, sets->capacity * sizeof *sets->sets);
	}
	if ((sets->count + 1) * 2 <= sets->slot_count)
		return;
	free(sets->slots);
	sets->slot_count *= 2;
	sets->slots = st_alloc_zero(sets->slot_count, sizeof *sets->slots);
	for (size_t i = 0; i < sets->count; i++)
		*slot_of(sets, sets->sets[i].stores, sets->sets[i].store_count) = (uint32_t)(i + 1);
}

static enum st_status find_or_add(
	struct store_sets *sets, const uint32_t *stores, uint32_t count, size_t *index, struct st_error *err)
{
	uint32_t slot = *slot_of(sets, stores, count);
	if (slot != 0) {
		*index = slot - 1;
		return ST_OK;
	}
	if (sets->count >= CEIL_STORE_SETS)
		return st_fail(err, ST_FATAL,
			"records stand in more than %u different sets of stores: use fewer stores", CEIL_STORE_SETS);
	grow(sets);
	*index = sets->count++;
	uint32_t *copy = st_alloc(count * sizeof *copy);
	memcpy(copy, stores, count * sizeof *copy);
	sets->sets[*index] = (struct resolve_store_set){.stores = copy, .store_count = count};
	*slot_of(sets, copy, count) = (uint32_t)(*index + 1);
	return ST_OK;
}

static void keep_sample(struct store_sets *sets, struct resolve_store_set *set, const struct record_stores *stores)
{
	uint64_t places = (uint64_t)(set->sample_count + 1) * set->store_count;
	if (set->sample_count >= CEIL_REPORT_DIFFERING || sets->sample_places + set->store_count > CEIL_SAMPLE_PLACES ||
		(set->sample_count > 0 && places > CEIL_SET_SAMPLE_PLACES))
		return;
	set->sample = st_realloc(set->sample, (size_t)places * sizeof *set->sample);
	struct resolve_where *row = set->sample + set->sample_count++ * set->store_count;
	for (uint32_t i = 0; i < set->store_count; i++)
		row[i] = stores->where[set->stores[i]];
	sets->sample_places += set->store_count;
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

enum st_status store_sets_add(struct store_sets *sets, struct record_stores *stores, struct st_error *err)
{
	size_t index = sets->last;
	for (uint32_t i = 1; i < stores->count; i++) {
		if (stores->list[i - 1] > stores->list[i]) {
			qsort(stores->list, stores->count, sizeof *stores->list, by_number);
			break;
		}
	}
	if (index >= sets->count || !is_set(&sets->sets[index], stores->list, stores->count))
		ST_TRY(find_or_add(sets, stores->list, stores->count, &index, err));
	sets->last = index;
	sets->sets[index].records++;
	keep_sample(sets, &sets->sets[index], stores);
	return ST_OK;
}

static int by_records(const void *a, const void *b)
{
	const struct resolve_store_set *left = a, *right = b;
	if (left->records != right->records)
		return left->records > right->records ? -1 : 1;
	uint32_t common = left->store_count < right->store_count ? left->store_count : right->store_count;
	for (uint32_t i = 0; i < common; i++)
		if (left->stores[i] != right->stores[i])
			return left->stores[i] < right->stores[i] ? -1 : 1;
	return (left->store_count > right->store_count) - (left->store_count < right->store_count);
}

void store_sets_close(struct store_sets *sets, struct resolve_store_set **out, size_t *count)
{
	if (sets->count > 0)
		qsort(sets->sets, sets->count, sizeof *sets->sets, by_records);
	*out = sets->sets;
	*count = sets->count;
	free(sets->slots);
	free(sets);
}
