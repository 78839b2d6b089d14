/*
 * Components: members that stand in one group belong together. Groups become edges from their first member to each
 * other one; members that have an edge get numbers by sorting; a forest over those numbers says how many joins there
 * are. Members without an edge cost no memory, sorting is external, the forest is four bytes for each member that is
 * joined with another and lies in a file of the work folder when it is large.
 */
#include "base/ceilings.h"
#include "resolve/segments.h"
#include "resolve/sorter.h"

#include <stdlib.h>
#include <sys/mman.h>

#define MEMORY_BYTES (8 * MIB) /* of one sorter; two are open at a time */

/* Rows, all sorted by their bytes: set, group, member; set, member, edge, side; edge, side, member's number, set. */
enum { DIGEST = ST_DIGEST_BYTES, GROUP_ROW = 1 + 2 * DIGEST, END_ROW = 1 + DIGEST + 9, EDGE_ROW = 9 + 4 + 1 };
_Static_assert(GROUP_ROW <= SORTER_ROW_BYTES, "rows fit the sorter");

struct resolve_joins {
	struct resolve_work work;
	uint64_t next_run;
	struct sorter *groups;
};

struct forest {
	uint32_t *parents;
	size_t mapped_bytes;
};

struct resolve_joins *resolve_joins_open(const struct resolve_work *work, uint64_t next_run)
{
	struct resolve_joins *joins = st_alloc_zero(1, sizeof *joins);
	joins->work = *work;
	joins->next_run = next_run;
	joins->groups = sorter_open(work, next_run, GROUP_ROW, MEMORY_BYTES);
	return joins;
}

enum st_status resolve_joins_add(
	struct resolve_joins *joins, uint8_t set, struct st_span group, struct st_span member, struct st_error *err)
{
	uint8_t row[GROUP_ROW];
	row[0] = set;
	st_digest(joins->work.digest_key, group.data, group.size, row + 1);
	st_digest(joins->work.digest_key, member.data, member.size, row + 1 + DIGEST);
	return sorter_add(joins->groups, row, err);
}

static void put_number(uint8_t *out, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
}

static uint32_t get_number(const uint8_t *in)
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static enum st_status add_end(struct sorter *ends, uint8_t set, const uint8_t member[DIGEST], uint64_t edge,
	uint8_t side, struct st_error *err)
{
	uint8_t row[END_ROW];
	row[0] = set;
	memcpy(row + 1, member, DIGEST);
	put_number(row + 1 + DIGEST, edge, 8);
	row[END_ROW - 1] = side;
	return sorter_add(ends, row, err);
}

/* Groups to edges: the first member with each other. */
static enum st_status make_edges(struct resolve_joins *joins, struct sorter *ends, struct st_error *err)
{
	uint8_t first[GROUP_ROW] = {0}, last[GROUP_ROW] = {0};
	const uint8_t *row;
	uint64_t edges = 0;
	bool any = false;
	ST_TRY(sorter_sort(joins->groups, err));
	for (;;) {
		ST_TRY(sorter_next(joins->groups, &row, err));
		if (row == NULL)
			return ST_OK;
		if (!any || memcmp(row, first, 1 + DIGEST) != 0) {
			memcpy(first, row, GROUP_ROW);
		} else if (memcmp(row, last, GROUP_ROW) != 0) {
			ST_TRY(add_end(ends, row[0], first + 1 + DIGEST, edges, 0, err));
			ST_TRY(add_end(ends, row[0], row + 1 + DIGEST, edges++, 1, err));
		}
		memcpy(last, row, GROUP_ROW);
		any = true;
	}
}

/* Members get numbers in their order; the ends of an edge come together again. */
static enum st_status number_members(struct sorter *ends, struct sorter *edges, uint64_t *members, struct st_error *err)
{
	uint8_t last[END_ROW] = {0};
	const uint8_t *row;
	*members = 0;
	ST_TRY(sorter_sort(ends, err));
	for (;;) {
		uint8_t edge[EDGE_ROW];
		ST_TRY(sorter_next(ends, &row, err));
		if (row == NULL)
			return ST_OK;
		if (*members == 0 || memcmp(row, last, 1 + DIGEST) != 0)
			++*members;
		if (*members > UINT32_MAX)
			return st_fail(err, ST_FATAL, "more than %u addresses that are joined", UINT32_MAX);
		memcpy(last, row, END_ROW);
		memcpy(edge, row + 1 + DIGEST, 9);
		put_number(edge + 9, *members - 1, 4);
		edge[EDGE_ROW - 1] = row[0];
		ST_TRY(sorter_add(edges, edge, err));
	}
}

static uint32_t root_of(const struct forest *forest, uint32_t member)
{
	while (forest->parents[member] != member) {
		forest->parents[member] = forest->parents[forest->parents[member]];
		member = forest->parents[member];
	}
	return member;
}

/* Numbers in random order: joining the larger root to the smaller keeps paths short enough (randomized linking). */
static bool join(struct forest *forest, uint32_t a, uint32_t b)
{
	a = root_of(forest, a);
	b = root_of(forest, b);
	if (a < b)
		forest->parents[b] = a;
	else
		forest->parents[a] = b;
	return a != b;
}

static enum st_status grow_forest(
	const struct resolve_work *work, uint64_t members, struct forest *forest, struct st_error *err)
{
	size_t size = (size_t)members * sizeof *forest->parents;
	uint8_t *bytes = NULL;
	*forest = (struct forest){0};
	if (size <= MIB) {
		forest->parents = st_alloc(size + 1);
	} else {
		ST_TRY(work_map(work, size, &bytes, err));
		forest->parents = (void *)bytes; /* pages are aligned */
		forest->mapped_bytes = size;
	}
	for (uint32_t i = 0; i < members; i++)
		forest->parents[i] = i;
	return ST_OK;
}

static void free_forest(struct forest *forest)
{
	if (forest->mapped_bytes > 0)
		munmap(forest->parents, forest->mapped_bytes);
	else
		free(forest->parents);
}

static enum st_status join_all(struct sorter *edges, struct forest *forest, uint64_t joined[256], struct st_error *err)
{
	const uint8_t *row;
	ST_TRY(sorter_sort(edges, err));
	for (;;) {
		ST_TRY(sorter_next(edges, &row, err));
		if (row == NULL)
			return ST_OK;
		uint32_t a = get_number(row + 9);
		uint8_t set = row[EDGE_ROW - 1];
		ST_TRY(sorter_next(edges, &row, err));
		if (row == NULL)
			return st_fail(err, ST_FATAL, "an edge has one end");
		joined[set] += join(forest, a, get_number(row + 9));
	}
}

static enum st_status count_joins(struct resolve_joins *joins, uint64_t joined[256], struct st_error *err)
{
	struct forest forest = {0};
	uint64_t members = 0;
	struct sorter *ends = sorter_open(&joins->work, joins->next_run, END_ROW, MEMORY_BYTES), *edges = NULL;
	enum st_status status = make_edges(joins, ends, err);
	sorter_close(joins->groups);
	joins->groups = NULL;
	if (status == ST_OK) {
		edges = sorter_open(&joins->work, joins->next_run, EDGE_ROW, MEMORY_BYTES);
		status = number_members(ends, edges, &members, err);
	}
	sorter_close(ends);
	if (status == ST_OK)
		status = grow_forest(&joins->work, members, &forest, err);
	if (status == ST_OK)
		status = join_all(edges, &forest, joined, err);
	free_forest(&forest);
	sorter_close(edges);
	return status;
}

enum st_status resolve_joins_finish(struct resolve_joins *joins, uint64_t joined[256], struct st_error *err)
{
	memset(joined, 0, 256 * sizeof *joined);
	enum st_status status = count_joins(joins, joined, err);
	resolve_joins_close(joins);
	return status;
}

void resolve_joins_close(struct resolve_joins *joins)
{
	if (joins == NULL)
		return;
	sorter_close(joins->groups);
	free(joins);
}
