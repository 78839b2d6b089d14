/* What search.h promises of rows that are sorted by a number. */
#include "base/search.h"

#include "../check.h"

struct small {
	char before;
	uint32_t number;
};

struct large {
	uint32_t before;
	uint64_t number;
};

static void the_first_of_equals_is_found(void)
{
	struct small rows[] = {{'a', 2}, {'b', 5}, {'c', 5}, {'d', 5}, {'e', UINT32_MAX}};
	CHECK(ST_FIRST_AT_LEAST(rows, 5, number, 5) == 1);
	CHECK(ST_FIRST_AT_LEAST(rows, 5, number, 0) == 0);
	CHECK(ST_FIRST_AT_LEAST(rows, 5, number, 3) == 1);
	CHECK(ST_FIRST_AT_LEAST(rows, 5, number, 6) == 4);
	CHECK(ST_FIRST_AT_LEAST(rows, 5, number, UINT32_MAX) == 4);
	CHECK(ST_FIRST_AT_LEAST(rows, 5, number, (uint64_t)UINT32_MAX + 1) == 5);
}

static void a_row_that_is_not_there_is_the_count(void)
{
	struct small rows[] = {{'a', 2}, {'b', 5}};
	CHECK(ST_ROW_WITH(rows, 2, number, 2) == 0);
	CHECK(ST_ROW_WITH(rows, 2, number, 5) == 1);
	CHECK(ST_ROW_WITH(rows, 2, number, 4) == 2);
	CHECK(ST_ROW_WITH(rows, 2, number, 6) == 2);
}

static void no_rows_are_no_error(void)
{
	struct small *none = NULL;
	CHECK(ST_FIRST_AT_LEAST(none, 0, number, 1) == 0);
	CHECK(ST_ROW_WITH(none, 0, number, 1) == 0);
}

static void every_place_of_long_rows(void)
{
	struct large rows[65];
	for (size_t count = 0; count <= 65; count++) {
		for (size_t i = 0; i < count; i++)
			rows[i] = (struct large){0, (i + 1) * (UINT64_C(1) << 57) / 2};
		for (size_t i = 0; i < count; i++) {
			CHECK(ST_ROW_WITH(rows, count, number, rows[i].number) == i);
			CHECK(ST_FIRST_AT_LEAST(rows, count, number, rows[i].number - 1) == i);
			CHECK(ST_FIRST_AT_LEAST(rows, count, number, rows[i].number + 1) == i + 1);
		}
	}
}

int main(void)
{
	RUN(the_first_of_equals_is_found);
	RUN(a_row_that_is_not_there_is_the_count);
	RUN(no_rows_are_no_error);
	RUN(every_place_of_long_rows);
	CHECK_END();
}
