/* Values of the fields that a user names, of each record, the same for every cutting of the stream. */
#include "reading.h"

struct row {
	const char *text, *want;
};

/* Reads it cut in every way; names NULL-ended. */
static void check_row(const char *const *names, const struct row *row)
{
	static const size_t cuts[] = {1, 2, 3, 7, 64, SIZE_MAX};
	const struct extract_options options = {.id_fields = names};
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		auto_reading r = read_cut_with(row->text, strlen(row->text), cuts[i], &options, ST_REASON_NONE);
		st_buf_add_byte(&r.fields, 0);
		const char *got = (const char *)r.fields.data;
		if (strcmp(got, row->want) != 0 || r.broken_blocks)
			CHECK_FAIL("cut every %zu: %s\ngives %s\nnot   %s", cuts[i], row->text, got, row->want);
	}
}

static void check_rows(const char *const *names, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_row(names, &rows[i]);
}
#define CHECK_ROWS(names, rows) check_rows(names, rows, sizeof(rows) / sizeof(rows)[0])

static void a_field_is_found_in_every_shape_of_json(void)
{
	static const char *const names[] = {"id", NULL};
	static const struct row rows[] = {
		{"{\"id\":7}", "0:0=7 "},
		{"[{\"id\":7},{\"x\":1},{\"id\":8}]", "0:0=7 2:0=8 "},
		{"{\"id\":7}\n{\"id\":\"8\"}\n", "0:0=7 1:0=8 "},
		{"{\"took\":1,\"hits\":{\"id\":9,\"hits\":[{\"_id\":\"a\",\"_source\":{\"id\":7}},{\"_source\":{\"id\":"
		 "8}}]}}",
			"0:0=7 1:0=8 "},
		{"{\"index\":{\"id\":\"1\"}}\n{\"id\":7}\n{\"index\":{}}\n{\"id\":8}\n", "0:0=7 1:0=8 "},
		{"{\"id\":7}\n{\"id\":8\n{\"id\":9}\n", "0:0=7 1:0=8 2:0=9 "},
		{"[7,{\"id\":8}]", "1:0=8 "},
	};
	CHECK_ROWS(names, rows);
}

static void a_value_is_its_text_and_null_objects_and_nothing_are_none(void)
{
	static const char *const names[] = {"id", NULL};
	static const struct row rows[] = {
		{"{\"id\":\"a\\u0062c\"}", "0:0=abc "},
		{"{\"id\":-1.50e3}", "0:0=-1.50e3 "},
		{"{\"id\":true}", "0:0=true "},
		{"{\"id\":false}", "0:0=false "},
		{"{\"id\":null}", ""},
		{"{\"id\":\"\"}", ""},
		{"{\"id\":{}}", ""},
		{"{\"id\":[]}", ""},
		{"{\"id\":[1,[2,null],\"3\"]}", "0:0=1 0:0=2 0:0=3 "},
		{"{\"id\":1,\"id\":2}", "0:0=1 0:0=2 "},
		{"{\"ID\":1,\"ids\":2,\"i\":3,\"xid\":4}", ""},
		{"{\"x\":\"id\"}", ""},
	};
	CHECK_ROWS(names, rows);
}

static void keys_that_lead_to_a_field_are_joined_by_dots(void)
{
	static const char *const names[] = {"a.b", "b", NULL};
	static const struct row rows[] = {
		{"{\"a\":{\"b\":1}}", "0:0=1 "},
		{"{\"a.b\":1}", "0:0=1 "},
		{"{\"b\":1,\"a\":{\"c\":{\"b\":3},\"b\":2}}", "0:1=1 0:0=2 "},
		{"{\"a\":[{\"b\":1},{\"c\":0},{\"b\":[2,3]}]}", "0:0=1 0:0=2 0:0=3 "},
		{"{\"a\":{\"x\":{\"y\":{\"z\":1}},\"b\":2},\"b\":3}", "0:0=2 0:1=3 "},
		{"{\"a\":1,\"b\":{\"b\":2}}", ""},
		{"{\"_source\":{\"a\":{\"b\":1},\"b\":2},\"b\":3}", "0:0=1 0:1=2 0:1=3 "},
	};
	CHECK_ROWS(names, rows);
}

static void a_field_named_twice_is_two_fields(void)
{
	static const char *const names[] = {"id", "id", NULL};
	static const struct row rows[] = {{"{\"id\":7}", "0:0=7 0:1=7 "}, {"id,x\n7,y\n", "0:0=7 0:1=7 "}};
	CHECK_ROWS(names, rows);
}

static void the_head_of_a_column_names_a_field(void)
{
	static const char *const names[] = {"id", "a.b", NULL};
	static const struct row rows[] = {
		{"id,name\n1,x\n2,y\n", "0:0=1 1:0=2 "},
		{"name;a.b;id\nx;  5 ;\"6\"\ny;;7\n", "0:1=5 0:0=6 1:0=7 "},
		{"name\tid\nx\t1\ny\t\"a \"\"b\"\"\"\n", "0:0=1 1:0=a \"b\" "},
		{"name,id\nx,\"a\nb\"\n", "0:0=a\nb "},
		{"name,id\nx,\"lost\ny,2\nz,3\n", "0:0=\"lost 1:0=2 2:0=3 "},
		{"ID,name\n1,x\n2,y\n", ""},
		{"1,id\n2,x\n3,y\n", ""},
	};
	CHECK_ROWS(names, rows);
}

static void a_long_value_is_its_hash_and_two_of_them_differ(void)
{
	static const char *const names[] = {"id", NULL};
	static const size_t sizes[] = {CEIL_CANONICAL_BYTES, CEIL_CANONICAL_BYTES + 1, 70000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (size_t j = 0; j < 2; j++) {
			st_auto_free char *value = st_alloc_zero(sizes[i] + 1, 1);
			memset(value, 'v', sizes[i]);
			st_auto_free char *text =
				j == 0 ? st_format("[{\"id\":\"%s\"},{\"id\":\"%sx\"},{\"id\":\"%s\"}]", value, value,
						 value)
				       : st_format("id,n\n%s,1\n%sx,2\n%s,3\n", value, value, value);
			const struct extract_options options = {.id_fields = names, .format = j == 0 ? NULL : "csv"};
			auto_reading r = read_cut_with(text, strlen(text), 4096, &options, ST_REASON_NONE);
			st_buf_add_byte(&r.fields, 0);
			char *fields = (char *)r.fields.data, *first = fields + 4, *second = strstr(fields, "1:0="),
			     *third = strstr(fields, "2:0=");
			CHECK(second != NULL && third != NULL && !r.broken_blocks);
			size_t size = (size_t)(second - first);
			CHECK_INT(size, sizes[i] <= CEIL_CANONICAL_BYTES ? sizes[i] + 1 : 7 + 64 + 1);
			CHECK(memcmp(first, third + 4, size) == 0 && memcmp(first, second + 4, size) != 0);
		}
	}
}

static void a_record_with_too_many_values_says_so(void)
{
	static const char *const names[] = {"id", NULL};
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, "[{\"id\":[1", 9);
	while (text.size < 2 * CEIL_ID_RECORD_BYTES)
		st_buf_add(&text, ",1", 2);
	st_buf_add(&text, "]},{\"id\":2}]", 12);
	const struct extract_options options = {.id_fields = names};
	auto_reading r = read_cut_with(text.data, text.size, SIZE_MAX, &options, ST_REASON_NONE);
	CHECK_INT(r.result.status, ST_PARTIAL);
	CHECK_INT(r.result.reason, ST_REASON_LIMIT_ENTRIES);
	CHECK_INT(record_count(&r), 2);
	CHECK(memcmp(r.fields.data + r.fields.size - 6, "1:0=2 ", 6) == 0);
}

int main(void)
{
	RUN(a_field_is_found_in_every_shape_of_json);
	RUN(a_value_is_its_text_and_null_objects_and_nothing_are_none);
	RUN(keys_that_lead_to_a_field_are_joined_by_dots);
	RUN(a_field_named_twice_is_two_fields);
	RUN(the_head_of_a_column_names_a_field);
	RUN(a_long_value_is_its_hash_and_two_of_them_differ);
	RUN(a_record_with_too_many_values_says_so);
	CHECK_END();
}
