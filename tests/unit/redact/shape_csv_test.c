/* Tables: cells, quotes good and bad, what columns are called, and where their values begin. */
#include "shape_check.h"

static void cells_are_places_and_columns_have_names(void)
{
	static const struct shape_row rows[] = {
		{"name,mail\nAnna,a@x\nLuca,l@x\n",
			"C<name> C<mail> C<Anna>@name C<a@x>@mail C<Luca>@name C<l@x>@mail"},
		{"1,2\n3,4\n", "C<1>@#1 C<2>@#2 C<3>@#1 C<4>@#2"},
		{"a;b\r\n1;2\r\n", "C<a> C<b> C<1>@a C<2>@b"},
		{"a\tb\n1\t\n\t2\n", "C<a> C<b> C<1>@a C<2>@b"},
		{"sep=;\na;b\n1;2\n", "C<a> C<b> C<1>@a C<2>@b"},
		{"\xEF\xBB\xBF"
		 "a,b\n1,2",
			"C<a> C<b> C<1>@a C<2>@b"},
		{"", ""},
		{",a\n1,2\n", "C<a> C<1>@#1 C<2>@a"},
		{"\n\na,b\n1,2\n", "C<a> C<b> C<1>@a C<2>@b"},
		{"a,b\r1,2\r3,4\r", "C<a> C<b> C<1>@a C<2>@b C<3>@a C<4>@b"},
		{"a,b\n1,2,3\n4\n", "C<a> C<b> C<1>@a C<2>@b C<3>@#3 C<4>@a"},
		{"a,b\n1,x\ry\n2,\r\n", "C<a> C<b> C<1>@a C<x\ry>@b C<2>@a"},
		{"a,b\n 1 , 2\n", "C<a> C<b> C< 1 >@a C< 2>@b"},
	};
	CHECK_PLACES(&shape_csv, rows, false);
}

static void a_quoted_cell_is_the_text_inside(void)
{
	static const struct shape_row rows[] = {
		{"a,b\n\"x, y\",2\n", "C<a> C<b> S<x, y>@a C<2>@b"},
		{"\"a\",\"b\"\n\"say \"\"hi\"\"\",\"\"\n", "S<a> S<b> S<say \"\"hi\"\">@a"},
		{"\"first \"\"name\"\"\",b\n1,2\n", "S<first \"\"name\"\"> C<b> C<1>@first \"name\" C<2>@b"},
		{"a,b\n\"two\nlines\",2\n3,4\n", "C<a> C<b> S<two\nlines>@a C<2>@b C<3>@a C<4>@b"},
		{"a,b\r\n\"two\r\nlines\" ,2\r\n", "C<a> C<b> S<two\r\nlines>@a C<2>@b"},
		{"a,b\n1,\"2\"\n\"3\",4", "C<a> C<b> C<1>@a S<2>@b S<3>@a C<4>@b"},
		{"a,b\n1,\"2\"", "C<a> C<b> C<1>@a S<2>@b"},
	};
	CHECK_PLACES(&shape_csv, rows, false);
}

/* Whoever reads the output sees the cells of the input: no place holds a sign that may be structure. */
static void where_readers_differ_each_stretch_is_a_place(void)
{
	static const struct shape_row rows[] = {
		{"a,b\n\"he said \"hi, bob\" ok\",2\n", "C<a> C<b> S<he said >@a S<hi>@a S< bob>@a S<ok>@a C<2>@b"},
		{"a,b\n \"x, y\",2\n", "C<a> C<b> C< >@a S<x>@a S< y>@a C<2>@b"},
		{"a,b\n\"x\" y,2\n3,4\n", "C<a> C<b> S<x>@a S<y>@a S<2>@a C<3>@a C<4>@b"},
		{"a,b\nx\"y,2\n", "C<a> C<b> C<x\"y>@a C<2>@b"},
	};
	CHECK_PLACES(&shape_csv, rows, false);
}

static void a_lost_quote_costs_one_row(void)
{
	static const struct shape_row rows[] = {
		{"a,b\n1,\"lost\n3,4\n5,6\n", "C<a> C<b> C<1>@a S<lost>@b C<3>@a C<4>@b C<5>@a C<6>@b"},
		{"a,b\n1,\"lost\n3,\"x\"\n5,6\n", "C<a> C<b> C<1>@a S<lost>@b C<3>@a S<x>@b C<5>@a C<6>@b"},
		{"a,b\n1,\"lost", "C<a> C<b> C<1>@a S<lost>@b"},
		{"a,b\n\"x\n\"y\n\"z", "C<a> C<b> S<x>@a S<y>@a S<z>@a"},
	};
	CHECK_PLACES(&shape_csv, rows, false);
}

static void columns_are_told_before_their_values(void)
{
	static const struct shape_row rows[] = {
		{"name,phone\nx,1\ny,2\n", "C<name> C<phone> |name| C<x>@name |phone| C<1>@phone |name| C<y>@name "
					   "|phone| C<2>@phone |name|"},
		{"1,2\n3,4\n", "C<1>@#1 C<2>@#2 C<3>@#1 C<4>@#2"},
		{"a,phone\n\"x\ny\",1\n", "C<a> C<phone> |a| || S<x\ny>@a |phone| C<1>@phone |a|"},
	};
	CHECK_PLACES(&shape_csv, rows, true);
}

static struct st_span span(const struct st_buf *buf)
{
	return (struct st_span){buf->data, buf->size};
}

static void fill(struct st_buf *buf, const char *unit, size_t times)
{
	for (size_t i = 0; i < times; i++)
		st_buf_add(buf, unit, strlen(unit));
}

static void long_cells_come_in_parts(void)
{
	static const char *const units[] = {"x", "\"\"", "x\"\"", "word\n"};
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t times = (CEIL_TEXT_BLOCK_BYTES * 2 + 100) / strlen(units[u]);
		st_auto_buf struct st_buf text = {0}, want = {0};
		st_buf_format(&text, "a,b\n1,2\n\"");
		fill(&text, units[u], times);
		st_buf_format(&text, "\",2\n");
		st_buf_format(&want, "C<a> C<b> C<1>@a C<2>@b S<");
		fill(&want, units[u], times);
		st_buf_format(&want, ">@a C<2>@b");
		for (size_t at = CEIL_TEXT_BLOCK_BYTES + 5; at < CEIL_TEXT_BLOCK_BYTES + 15; at++) {
			auto_shape_reading reading = read_shape(&shape_csv, span(&text), at, SIZE_MAX, false);
			if (reading.broken != NULL || reading.line.size != want.size)
				printf("# unit %s cut %zu: %s, %zu bytes for %zu\n", units[u], at,
					reading.broken ? reading.broken : "", reading.line.size, want.size);
			CHECK(reading.broken == NULL);
			CHECK(reading.line.size == want.size && memcmp(reading.line.data, want.data, want.size) == 0);
		}
	}
}

/* What is held for a quote that may close stays below its ceiling. */
static void a_quote_that_never_closes_is_given_up(void)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_format(&text, "a,b\n1,\"lost\n");
	fill(&text, "3,4\n", CEIL_CSV_QUOTED_BYTES / 4 + 4096);
	auto_shape_reading reading = read_shape(&shape_csv, span(&text), 4096, 4096, false);
	const char want[] = "C<a> C<b> C<1>@a S<lost>@b C<3>@a C<4>@b C<3>@a";
	CHECK(reading.broken == NULL);
	CHECK(reading.line.size > sizeof want && memcmp(reading.line.data, want, sizeof want - 1) == 0);
	CHECK(reading.most_held <= CEIL_CSV_QUOTED_BYTES + CEIL_TEXT_BLOCK_BYTES);
}

int main(void)
{
	RUN(cells_are_places_and_columns_have_names);
	RUN(a_quoted_cell_is_the_text_inside);
	RUN(where_readers_differ_each_stretch_is_a_place);
	RUN(a_lost_quote_costs_one_row);
	RUN(columns_are_told_before_their_values);
	RUN(long_cells_come_in_parts);
	RUN(a_quote_that_never_closes_is_given_up);
	CHECK_END();
}
