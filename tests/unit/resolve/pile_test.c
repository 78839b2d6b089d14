/* Rows of any length come out in the order of their bytes, in memory and through many runs, and nothing is left behind.
 */
#include "fixture.h"

#include "resolve/pile.h"

static uint64_t seed;
static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void sort_rows(unsigned rows, unsigned longest, size_t memory_bytes)
{
	struct folder folder;
	uint8_t row[PILE_ROW_BYTES], before[PILE_ROW_BYTES];
	uint64_t sum = 0, got_sum = 0, before_size = 0;
	unsigned got = 0;
	CHECK(folder_open(&folder));
	struct pile *pile = pile_open(&folder.work, memory_bytes);
	for (unsigned i = 0; i < rows; i++) {
		size_t size = 1 + pick(longest);
		for (size_t j = 0; j < size; j++)
			row[j] = (uint8_t)pick(4);
		sum += size * 31 + row[0];
		CHECK_OK(pile_add(pile, (struct st_span){row, size}, &err));
	}
	CHECK_OK(pile_sort(pile, &err));
	for (struct st_span next;; got++) {
		CHECK_OK(pile_next(pile, &next, &err));
		if (next.size == 0)
			break;
		size_t common = next.size < before_size ? next.size : before_size;
		int order = got > 0 ? memcmp(before, next.data, common) : -1;
		if (order > 0 || (order == 0 && before_size > next.size))
			CHECK_FAIL("row %u of %u comes too late (longest %u, memory %zu)", got, rows, longest,
				memory_bytes);
		memcpy(before, next.data, next.size);
		before_size = next.size;
		got_sum += next.size * 31 + next.data[0];
	}
	CHECK_INT(got, rows);
	CHECK_INT(got_sum, sum);
	pile_close(pile);
	bool found;
	CHECK_INT(folder_files(&folder, NULL, &found), 0);
	folder_close(&folder);
}

static void rows_come_out_in_order(void)
{
	static const unsigned cases[][3] = {{0, 1, 1 << 20}, {1, 10, 1 << 20}, {5000, 40, 1 << 20}, {5000, 40, 4096},
		{40000, 12, 2000}, {60, 65000, 1 << 17}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0] && !check_failed; i++) {
		seed = i + 1;
		sort_rows(cases[i][0], cases[i][1], cases[i][2]);
	}
}

static void a_row_that_is_too_long_is_refused_and_never_cut(void)
{
	struct folder folder;
	static const uint8_t row[PILE_ROW_BYTES + 1];
	struct st_error failure = {0};
	CHECK(folder_open(&folder));
	struct pile *pile = pile_open(&folder.work, 1 << 20);
	CHECK_INT(pile_add(pile, (struct st_span){row, sizeof row}, &failure), ST_FATAL);
	CHECK_OK(pile_add(pile, (struct st_span){row, sizeof row - 1}, &err));
	pile_close(pile);
	folder_close(&folder);
}

static void nothing_of_a_row_lies_on_the_disk_in_the_clear(void)
{
	struct folder folder;
	bool found;
	CHECK(folder_open(&folder));
	struct pile *pile = pile_open(&folder.work, 200);
	for (int i = 0; i < 50; i++)
		CHECK_OK(pile_add(pile, (struct st_span){(const uint8_t *)"anna.rossi@contoso.com", 22}, &err));
	CHECK(folder_files(&folder, "anna.rossi", &found) > 0);
	CHECK(!found);
	pile_close(pile);
	folder_close(&folder);
}

int main(void)
{
	RUN(rows_come_out_in_order);
	RUN(a_row_that_is_too_long_is_refused_and_never_cut);
	RUN(nothing_of_a_row_lies_on_the_disk_in_the_clear);
	CHECK_END();
}
