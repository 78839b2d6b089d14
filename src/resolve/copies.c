/* Which stores are copies of each other: contract 3, at least 95 % of the smaller one's distinct records shared. */
#include "resolve/resolve.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define SHARED_PERCENT 95

/* Sets that hold a store, by store: sets_of[from[store]] to sets_of[from[store + 1] - 1]. */
struct set_index {
	size_t *from;
	uint32_t *sets_of;
};

static void index_sets(const struct resolve_records *records, uint32_t store_count, struct set_index *out)
{
	size_t total = 0;
	out->from = st_alloc_zero((size_t)store_count + 2, sizeof *out->from);
	for (size_t i = 0; i < records->set_count; i++) {
		total += records->sets[i].store_count;
		for (uint32_t j = 0; j < records->sets[i].store_count; j++)
			out->from[records->sets[i].stores[j] + 2]++;
	}
	for (uint32_t store = 0; store < store_count; store++)
		out->from[store + 2] += out->from[store + 1];
	out->sets_of = st_alloc(total * sizeof *out->sets_of);
	for (size_t i = 0; i < records->set_count; i++)
		for (uint32_t j = 0; j < records->sets[i].store_count; j++)
			out->sets_of[out->from[records->sets[i].stores[j] + 1]++] = (uint32_t)i;
}

static uint32_t root_of(uint32_t *parent, uint32_t store)
{
	while (parent[store] != store)
		store = parent[store] = parent[parent[store]];
	return store;
}

/* The smaller number becomes the root, so that a group is named by its first store. */
static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
	a = root_of(parent, a);
	b = root_of(parent, b);
	if (a < b)
		parent[b] = a;
	else
		parent[a] = b;
}

/* Joins store with every later one that shares enough; shared is all zero before and after. */
static void join_later(const struct resolve_records *records, const struct set_index *index, uint32_t store,
	uint64_t *shared, uint32_t store_count, uint32_t *parent)
{
	for (size_t i = index->from[store]; i < index->from[store + 1]; i++) {
		const struct resolve_store_set *set = &records->sets[index->sets_of[i]];
		for (uint32_t j = set->store_count; j-- > 0 && set->stores[j] > store;)
			shared[set->stores[j]] += set->records;
	}
	uint64_t mine = records->stores[store].distinct;
	for (uint32_t other = store + 1; other < store_count; other++) {
		uint64_t theirs = records->stores[other].distinct, smaller = mine < theirs ? mine : theirs;
		if (shared[other] > 0 && shared[other] * 100 >= smaller * SHARED_PERCENT)
			join(parent, store, other);
		shared[other] = 0;
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

/* Names the set's sample records, each by its first store of the row. */
static void list_differing(
	const struct resolve_store_set *set, const uint32_t *parent, uint32_t holders, struct resolve_copy *copy)
{
	uint32_t j = 0;
	while (parent[set->stores[j]] != copy->stores[0])
		j++;
	for (size_t i = 0; i < set->sample_count && copy->differing_count < CEIL_REPORT_DIFFERING; i++)
		copy->differing[copy->differing_count++] = (struct resolve_copy_difference){
			.store = set->stores[j], .holders = holders, .where = set->sample[i * set->store_count + j]};
}

static uint32_t members_in(const struct resolve_store_set *set, const uint32_t *parent, uint32_t root)
{
	uint32_t members = 0;
	for (uint32_t j = 0; j < set->store_count; j++)
		members += parent[set->stores[j]] == root;
	return members;
}

/* Sets that touch the row, each once: numbers in *touching, caller frees. */
static size_t sets_touching(const struct set_index *index, const struct resolve_copy *copy, uint32_t **touching)
{
	size_t count = 0, unique = 0;
	for (uint32_t i = 0; i < copy->store_count; i++)
		count += index->from[copy->stores[i] + 1] - index->from[copy->stores[i]];
	uint32_t *list = st_alloc(count * sizeof *list);
	count = 0;
	for (uint32_t i = 0; i < copy->store_count; i++)
		for (size_t j = index->from[copy->stores[i]]; j < index->from[copy->stores[i] + 1]; j++)
			list[count++] = index->sets_of[j];
	qsort(list, count, sizeof *list, by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || list[i] != list[unique - 1])
			list[unique++] = list[i];
	*touching = list;
	return unique;
}

/* Sets come most records first; walked backwards, the odd ones out are named before the mass. */
static void describe(const struct resolve_records *records, const struct set_index *index, const uint32_t *parent,
	struct resolve_copy *copy)
{
	st_auto_free uint32_t *touching = NULL;
	size_t count = sets_touching(index, copy, &touching);
	copy->distinct = st_alloc(copy->store_count * sizeof *copy->distinct);
	copy->differing = st_alloc(CEIL_REPORT_DIFFERING * sizeof *copy->differing);
	for (uint32_t i = 0; i < copy->store_count; i++)
		copy->distinct[i] = records->stores[copy->stores[i]].distinct;
	while (count-- > 0) {
		const struct resolve_store_set *set = &records->sets[touching[count]];
		uint32_t holders = members_in(set, parent, copy->stores[0]);
		if (holders == copy->store_count) {
			copy->shared += set->records;
			continue;
		}
		copy->differing_total += set->records;
		list_differing(set, parent, holders, copy);
	}
	copy->identical = copy->differing_total == 0;
}

void resolve_shared(const struct resolve_records *records, uint32_t store_count, uint64_t *shared)
{
	for (size_t i = 0; i < records->set_count; i++) {
		const struct resolve_store_set *set = &records->sets[i];
		for (uint32_t j = 0; j < set->store_count; j++)
			for (uint32_t k = 0; k < set->store_count; k++)
				shared[(size_t)set->stores[j] * store_count + set->stores[k]] += set->records;
	}
}

void resolve_copies(
	const struct resolve_records *records, uint32_t store_count, struct resolve_copy **out, size_t *count)
{
	struct set_index index;
	index_sets(records, store_count, &index);
	st_auto_free uint64_t *shared = st_alloc_zero(store_count, sizeof *shared);
	st_auto_free uint32_t *parent = st_alloc(store_count * sizeof *parent);
	st_auto_free uint32_t *members = st_alloc_zero(store_count, sizeof *members);
	for (uint32_t store = 0; store < store_count; store++)
		parent[store] = store;
	for (uint32_t store = 0; store < store_count; store++)
		join_later(records, &index, store, shared, store_count, parent);
	for (uint32_t store = 0; store < store_count; store++) {
		parent[store] = root_of(parent, store);
		members[parent[store]]++;
	}
	*count = 0;
	*out = st_alloc(store_count * sizeof **out);
	for (uint32_t root = 0; root < store_count; root++) {
		if (members[root] < 2)
			continue;
		struct resolve_copy *copy = &(*out)[(*count)++];
		*copy = (struct resolve_copy){.stores = st_alloc(members[root] * sizeof *copy->stores)};
		for (uint32_t store = root; store < store_count; store++)
			if (parent[store] == root)
				copy->stores[copy->store_count++] = store;
		describe(records, &index, parent, copy);
	}
	free(index.from);
	free(index.sets_of);
}

void resolve_copies_free(struct resolve_copy *copies, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(copies[i].stores);
		free(copies[i].distinct);
		free(copies[i].differing);
	}
	free(copies);
}
