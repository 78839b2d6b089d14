/* Tables: the delimiter, quotes good and bad, the header, canonical rows, and what is no table. */
#include "reading.h"

#include "extract/csv_shape.h"

static void any_delimiter_is_told_by_its_columns(void)
{
	static const struct reading_row rows[] = {
		{"name,mail\nAnna,anna@contoso.com\nLuca,luca@contoso.com\n",
			"csv utf-8 read: <Anna,anna@contoso.com> <Luca,luca@contoso.com>"},
		{"name;price\nA;1,5\nB;2,5\nC;3,5\n", "csv utf-8 read: <A;1,5> <B;2,5> <C;3,5>"},
		{"1\t2\r\n3\t4\r\n", "csv utf-8 read: <1\t2> <3\t4>"},
		{"a|b|c\n1|2|3\n", "csv utf-8 read: <1|2|3>"},
		{"1\x01"
		 "2\x01"
		 "3\n4\x01"
		 "5\x01"
		 "6\n",
			"csv utf-8 read: <1\x01"
			"2\x01"
			"3> <4\x01"
			"5\x01"
			"6>"},
		{"1^2\n3^4\n", "csv utf-8 read: <1^2> <3^4>"},
		{"1~2\n3~4\n", "csv utf-8 read: <1~2> <3~4>"},
		{"root:x:0:/root\nbin:x:1:/bin\nsys:x:2:/dev\n",
			"csv utf-8 read: <root:x:0:/root> <bin:x:1:/bin> <sys:x:2:/dev>"},
		{"1#2#3\n4#5#6\n7#8#9\n1#1#1\n2#2#2\n", "csv utf-8 read: <1#2#3> <4#5#6> <7#8#9> <1#1#1> <2#2#2>"},
		{"sep=;\nname;n\nA;1\n", "csv utf-8 read: <A;1>"},
		{"a,b\r1,2\r3,4\r", "csv utf-8 read: <1,2> <3,4>"},
		{"1,2,3\n\n4,5,6", "csv utf-8 read: <1,2,3> <4,5,6>"},
	};
	CHECK_READINGS(rows, NULL);
}

static void what_people_write_with_commas_is_no_table(void)
{
	static const char *const texts[] = {
		"Dear Anna, thank you.\nWe met in Rome, it was nice.\nSee you soon, Luca.\n",
		"One line, only.\n",
		"int main(void)\n{\n\tcall(a, b);\n\tcall(c, d);\n\treturn 0;\n}\n",
		"host: example.com\nport: 80\nuser: anna\n",
		"first line\nsecond line\nthird line\n",
		"<a><b>1,2</b>\n<b>1,2</b>\n<b>1,2</b>\n",
		"2019-12-05 10:00:00,123 INFO one\n2019-12-05 10:00:01,123 INFO two\n2019-12-05 10:00:02,123 INFO "
		"three\n"
		"2019-12-05 10:00:00,123 INFO one\n2019-12-05 10:00:01,123 INFO two\n2019-12-05 10:00:02,123 INFO "
		"three\n"
		"2019-12-05 10:00:00,123 INFO one\n2019-12-05 10:00:01,123 INFO two\n",
		"apples,\npears,\nplums,\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (csv_sniff((struct st_span){(const uint8_t *)texts[i], strlen(texts[i])}, true).found)
			CHECK_FAIL("taken for a table: %s", texts[i]);
	}
}

static void a_table_whose_first_column_is_a_time_is_no_log(void)
{
	st_auto_buf struct st_buf text = {0};
	for (int i = 0; i < 10; i++)
		st_buf_add(&text, "2019-12-05 10:00:00,anna,login,192.0.2.7\n", 41);
	auto_reading r = read_whole(text.data, text.size, NULL);
	CHECK_TEXT(r.result.format, "csv");
	CHECK_INT(record_count(&r), 10);
}

static void quoted_cells_hold_delimiters_quotes_and_line_ends(void)
{
	static const struct reading_row rows[] = {
		{"1,\"a,b\",3\n4,\"c\"\"d\",6\n", "csv utf-8 read: <1,\"a,b\",3> <4,\"c\"\"d\",6>"},
		{"1,\"two\nlines\",3\n4,5,6\n", "csv utf-8 read: <1,\"two\nlines\",3> <4,5,6>"},
		{"1,\"two\r\nlines\" ,3\r\n4,\"\",6\r\n", "csv utf-8 read: <1,\"two\r\nlines\" ,3> <4,\"\",6>"},
		{"1, \"a,b\",3\n4,5,\"6\"", "csv utf-8 read: <1, \"a,b\",3> <4,5,\"6\">"},
	};
	CHECK_READINGS(rows, "csv");
}

static void a_lost_quote_costs_one_row(void)
{
	static const struct reading_row rows[] = {
		{"1,\"open,3\n4,5,6\n7,8,9\n", "csv utf-8 read: <1,\"open,3> <4,5,6> <7,8,9>"},
		{"1,\"open,3\n4,\"five\",6\n7,8,9\n", "csv utf-8 read: <1,\"open,3> <4,\"five\",6> <7,8,9>"},
		{"1,5\" disk,3\n4,\"5\" disk\",6\n", "csv utf-8 read: <1,5\" disk,3> <4,\"5\" disk\",6>"},
		{"1,\"5\" disk,3\n4,5,6\n", "csv utf-8 read: <1,\"5\" disk,3> <4,5,6>"},
		{"1,2,\"open", "csv utf-8 read: <1,2,\"open>"},
		{"\"1\n\"b\n\"c\n", "csv utf-8 read: <\"1> <\"b> <\"c>"},
	};
	CHECK_READINGS(rows, "csv");
	CHECK_SAME("1,\"open", "1,\"open\n", "csv", NULL);
}

static void an_opening_quote_without_end_is_given_up_within_a_mebibyte(void)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, "1,2,3\n1,\"open,3\n", 16);
	while (text.size < 3 * MIB)
		st_buf_add(&text, "4,5,6\n", 6);
	auto_reading r = read_whole(text.data, text.size, "csv");
	CHECK_INT(record_count(&r), 2 + (text.size - 16) / 6);
	CHECK_INT(record_of(&r, 1)->end, 15);
}

static void hostile_quotes_cost_no_more_than_twice_the_reading(void)
{
	st_auto_buf struct st_buf text = {0};
	while (text.size < 4 * MIB)
		st_buf_add(&text, "\"\"x\n", 4);
	auto_reading whole = read_cut(text.data, text.size, SIZE_MAX, "csv", NULL, ST_REASON_NONE);
	auto_reading cut = read_cut(text.data, text.size, 1000, "csv", NULL, ST_REASON_NONE);
	CHECK(same_reading(&whole, &cut));
	CHECK(record_count(&whole) > 0);
}

static void the_first_row_is_a_header_when_its_cells_only_name_columns(void)
{
	static const struct {
		const char *row;
		bool header;
	} rows[] = {
		{"name,mail,phone", true},
		{"Name,E-Mail,Line 1", true},
		{",name,mail", true},
		{"1,name,mail", false},
		{"name,name,mail", false},
		{"Anna,anna@contoso.com,x", false},
		{"2019-12-05,a,b", false},
		{"http://example.com,a,b", false},
		{",,a", false},
		{"a,b,-", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		st_auto_free char *text = st_format("%s\n1,2,3\n4,5,6\n", rows[i].row);
		auto_reading r = read_whole(text, strlen(text), "csv");
		if (record_count(&r) != (rows[i].header ? 2u : 3u))
			CHECK_FAIL("%s is %s header", rows[i].row, rows[i].header ? "no" : "a");
	}
}

static void a_header_names_the_columns_of_what_follows(void)
{
	static const struct {
		const char *text, *names, *columns;
	} rows[] = {
		{"name;ssn\nA;1\nB;2\n", " name ssn", "9=1 11=2 13=1 15=2 17=1 "},
		{"sep=;\nname;ssn\nA;1\n", " name ssn", "15=1 17=2 19=1 "},
		{"name;\"the \"\"id\"\"\"\nA;\"1;2\"\nB;3\n", " name the \"id\"", "18=1 20=2 26=1 28=2 30=1 "},
		{"name;ssn\nA\nB;2;3\n", " name ssn", "9=1 13=2 15=0 17=1 "},
		/* a cell of two lines has its name on the first, in case its quote is one too many */
		{"name;ssn\nA;\"1\n2\"\nB;3\n", " name ssn", "9=1 11=2 13=0 17=1 19=2 21=1 "},
		{"name;ssn\nA;\"1\nB;2\nC;3\n", " name ssn", "9=1 11=2 13=0 22=1 "},
		{"1;2\n3;4\n", "", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		auto_reading r = read_whole(rows[i].text, strlen(rows[i].text), "csv");
		st_buf_add_byte(&r.names, 0);
		st_buf_add_byte(&r.columns, 0);
		if (strcmp((char *)r.names.data, rows[i].names) || strcmp((char *)r.columns.data, rows[i].columns))
			CHECK_FAIL("%s: columns%s at %s", rows[i].text, (char *)r.names.data, (char *)r.columns.data);
	}
}

static void canonical_rows_are_unquoted_and_trimmed(void)
{
	CHECK_SAME("1,2,3", "\"1\", 2 ,\"3 \"\r\n", "csv", NULL);
	CHECK_SAME("1\t\"a\"\"b\"\n", "1\t a\"b", "csv", NULL);
	CHECK_DIFFERENT("1,23", "12,3", "csv", NULL);
	CHECK_DIFFERENT("1,2,", "1,2", "csv", NULL);
	CHECK_DIFFERENT("1,\"2,3\"", "1,2,3", "csv", NULL);
	CHECK_DIFFERENT("1,2,3", "1,3,2", "csv", NULL);
}

static void rows_of_any_length_are_read_the_same_for_every_cut(void)
{
	st_auto_buf struct st_buf text = {0};
	for (int row = 0; row < 6; row++) {
		st_auto_free char *start = st_format("%d,\"first\nsecond\",", row);
		st_buf_add(&text, start, strlen(start));
		for (int i = 0; i < row * 20000; i++)
			st_buf_add_byte(&text, (uint8_t)('a' + i % 7));
		st_buf_add(&text, row % 2 ? "\r\n" : "\n", row % 2 ? 2 : 1);
	}
	auto_reading r = read_whole(text.data, text.size, "csv");
	CHECK_INT(record_count(&r), 6);
}

static void cells_over_the_ceiling_are_one_cell(void)
{
	st_auto_buf struct st_buf text = {0};
	for (int i = 0; i < 70000; i++)
		st_buf_add(&text, "1,", 2);
	st_buf_add(&text, "\n2,3\n", 5);
	auto_reading r = read_cut(text.data, text.size, SIZE_MAX, "csv", NULL, ST_REASON_NONE);
	CHECK_INT(record_count(&r), 2);
}

int main(void)
{
	RUN(any_delimiter_is_told_by_its_columns);
	RUN(what_people_write_with_commas_is_no_table);
	RUN(a_table_whose_first_column_is_a_time_is_no_log);
	RUN(quoted_cells_hold_delimiters_quotes_and_line_ends);
	RUN(a_lost_quote_costs_one_row);
	RUN(an_opening_quote_without_end_is_given_up_within_a_mebibyte);
	RUN(hostile_quotes_cost_no_more_than_twice_the_reading);
	RUN(the_first_row_is_a_header_when_its_cells_only_name_columns);
	RUN(a_header_names_the_columns_of_what_follows);
	RUN(canonical_rows_are_unquoted_and_trimmed);
	RUN(rows_of_any_length_are_read_the_same_for_every_cut);
	RUN(cells_over_the_ceiling_are_one_cell);
	CHECK_END();
}
