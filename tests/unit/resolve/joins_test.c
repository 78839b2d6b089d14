/* Components: the same as a simple model says, in little memory and in much, and nothing is left behind. */
#include "fixture.h"

#include "resolve/sorter.h"

#define MEMBERS 3000

static uint32_t root_of(uint32_t *parents, uint32_t member)
{
	while (parents[member] != member)
		member = parents[member] = parents[parents[member]];
	return member;
}

static struct st_span text_span(char *out, size_t size, const char *what, uint32_t number)
{
	snprintf(out, size, "%s-%u", what, number);
	return span_of(out);
}

/* Adds a member to a group, in the model and for real. */
struct world {
	struct resolve_joins *joins;
	uint32_t parents[2][MEMBERS], first[2][MEMBERS];
	uint64_t joined[2];
};

static bool add(struct world *world, uint8_t set, uint32_t group, uint32_t member)
{
	char group_text[32], member_text[32];
	struct st_error err = {0};
	uint32_t *first = &world->first[set][group];
	if (*first == UINT32_MAX)
		*first = member;
	uint32_t a = root_of(world->parents[set], *first), b = root_of(world->parents[set], member);
	world->joined[set] += a != b;
	world->parents[set][b] = a;
	return resolve_joins_add(world->joins, set, text_span(group_text, sizeof group_text, "group", group),
		       text_span(member_text, sizeof member_text, "member", member), &err) == ST_OK;
}

static void compare_with_model(uint32_t groups, uint32_t adds, uint64_t seed)
{
	struct folder folder;
	struct world *world = st_alloc_zero(1, sizeof *world);
	uint64_t joined[256];
	bool found;
	CHECK(folder_open(&folder));
	world->joins = resolve_joins_open(&folder.work, 1);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		world->parents[0][i] = world->parents[1][i] = i;
		world->first[0][i] = world->first[1][i] = UINT32_MAX;
	}
	for (uint32_t i = 0; i < adds; i++)
		CHECK(add(world, (uint8_t)draw(&seed, 2), draw(&seed, groups), draw(&seed, MEMBERS)));
	CHECK_OK(resolve_joins_finish(world->joins, joined, &err));
	if (joined[0] != world->joined[0] || joined[1] != world->joined[1])
		CHECK_FAIL("%u groups, %u members added: %llu and %llu joins, not %llu and %llu", groups, adds,
			(unsigned long long)joined[0], (unsigned long long)joined[1],
			(unsigned long long)world->joined[0], (unsigned long long)world->joined[1]);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
	free(world);
}

static void members_of_one_group_are_one_component(void)
{
	compare_with_model(MEMBERS, 10, 1);
	compare_with_model(MEMBERS, 1000, 2);
	compare_with_model(MEMBERS, 6000, 3);
	compare_with_model(10, 6000, 4);
}

static void the_same_member_twice_joins_nothing(void)
{
	struct folder folder;
	uint64_t joined[256];
	CHECK(folder_open(&folder));
	struct resolve_joins *joins = resolve_joins_open(&folder.work, 1);
	for (int i = 0; i < 3; i++)
		CHECK_OK(resolve_joins_add(joins, 0, span_of("group"), span_of("member"), &err));
	CHECK_OK(resolve_joins_finish(joins, joined, &err));
	CHECK_INT(joined[0], 0);
	folder_close(&folder);
}

/* Rows in memory for `held`, the rest in runs; all come back sorted. */
static void sort_rows(uint32_t rows, size_t memory_bytes)
{
	struct folder folder;
	uint64_t seed = 7, sum = 0, got = 0;
	uint32_t count = 0;
	const uint8_t *row;
	uint8_t last[8] = {0};
	struct st_error why = {0};
	bool found, sorted = true;
	CHECK(folder_open(&folder));
	struct sorter *sorter = sorter_open(&folder.work, 1, 8, memory_bytes);
	for (uint32_t i = 0; i < rows; i++) {
		uint64_t number = (uint64_t)draw(&seed, 1u << 30) << 16 | 0xbeef;
		sum += number;
		CHECK_OK(sorter_add(sorter, (const uint8_t *)&number, &err));
	}
	CHECK_OK(sorter_sort(sorter, &err));
	while (sorter_next(sorter, &row, &why) == ST_OK && row != NULL) {
		uint64_t number;
		memcpy(&number, row, sizeof number);
		sorted = sorted && memcmp(last, row, sizeof last) <= 0;
		memcpy(last, row, sizeof last);
		got += number;
		count++;
	}
	CHECK(sorted);
	CHECK_INT(count, rows);
	CHECK(got == sum);
	sorter_close(sorter);
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
}

static void rows_come_back_sorted_from_memory_and_from_runs(void)
{
	sort_rows(0, MIB);
	sort_rows(5000, MIB);
	sort_rows(5000, 800);  /* 50 runs */
	sort_rows(30000, 800); /* more runs than are merged at a time */
}

static void rows_on_the_disk_are_sealed(void)
{
	struct folder folder;
	bool found;
	CHECK(folder_open(&folder));
	struct sorter *sorter = sorter_open(&folder.work, 1, 8, 64);
	for (int i = 0; i < 20; i++)
		CHECK_OK(sorter_add(sorter, (const uint8_t *)"anna@con", &err));
	CHECK(folder_files(&folder, "anna@con", &found) > 0);
	CHECK(!found);
	sorter_close(sorter);
	folder_close(&folder);
}

int main(void)
{
	RUN(members_of_one_group_are_one_component);
	RUN(the_same_member_twice_joins_nothing);
	RUN(rows_come_back_sorted_from_memory_and_from_runs);
	RUN(rows_on_the_disk_are_sealed);
	CHECK_END();
}
