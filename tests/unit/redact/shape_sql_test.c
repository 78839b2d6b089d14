/* SQL dumps: strings of each dialect, names, numbers, comments, COPY, and which column a value belongs to. */
#include "shape_check.h"

static void strings_and_numbers_of_a_row_belong_to_their_columns(void)
{
	static const struct shape_row rows[] = {
		{"INSERT INTO t (a, b) VALUES ('x', -1), ('y', 2.5e3);",
			"T<INSERT> T<INTO> T<t> T<a> T<b> T<VALUES> S<x>@t.a N<-1>@t.b S<y>@t.a N<2.5e3>@t.b"},
		{"CREATE TABLE u (id int PRIMARY KEY, \"mail\" text, CONSTRAINT c UNIQUE (id));\nINSERT INTO u "
		 "VALUES(1,'x');",
			"T<CREATE> T<TABLE> T<u> T<id> T<int> T<PRIMARY> T<KEY> K<mail> T<text> T<CONSTRAINT> T<c> "
			"T<UNIQUE> T<id> "
			"T<INSERT> T<INTO> T<u> T<VALUES> N<1>@u.id S<x>@u.mail"},
		{"INSERT INTO db.t VALUES ('x');", "T<INSERT> T<INTO> T<db.t> T<VALUES> S<x>"},
		{"INSERT INTO t (a,b) VALUES (f('x',2),'y');",
			"T<INSERT> T<INTO> T<t> T<a> T<b> T<VALUES> T<f> S<x>@t.a N<2>@t.a S<y>@t.b"},
	};
	CHECK_PLACES(&shape_sql, rows, false);
}

static void each_dialect_has_its_strings(void)
{
	static const struct shape_row rows[] = {
		{"INSERT INTO t VALUES ('o''b','c:\\');", "T<INSERT> T<INTO> T<t> T<VALUES> S<o''b> S<c:\\>"},
		{"-- MySQL dump\nINSERT INTO `t` VALUES ('it\\'s',\"a\\\"b\",0x4142,X'4142',_binary 'z');",
			"T<-- MySQL dump> T<INSERT> T<INTO> K<t> T<VALUES> S<it\\'s> S<a\\\"b> N<0x4142> N<X'4142'> "
			"T<_binary> S<z>"},
		{"SET standard_conforming_strings = on;\nINSERT INTO t VALUES (E'a\\'b', $$c'd$$, $f$e$x$f$, b'01', "
		 "N'n');",
			"T<SET> T<standard_conforming_strings> T<on> T<INSERT> T<INTO> T<t> T<VALUES> S<a\\'b> S<c'd> "
			"S<e$x> "
			"N<b'01'> S<n>"},
		{"INSERT [dbo].[t] ([a], [b]) VALUES (N'x', CAST(1.5 AS Decimal(9, 2)))\nGO\n",
			"T<INSERT> N<[dbo]> N<[t]> N<[a]> N<[b]> T<VALUES> S<x>@t.a T<CAST> N<1.5>@t.b T<AS> "
			"T<Decimal> N<9>@t.b "
			"N<2>@t.b T<GO>"},
		{"INSERT INTO t VALUES ('it\\'s', 'b');", "T<INSERT> T<INTO> T<t> T<VALUES> S<it\\'s> S<b>"},
		{"INSERT INTO t (a) VALUES (q'[it's]');", "T<INSERT> T<INTO> T<t> T<a> T<VALUES> S<it's>@t.a"},
		{"INSERT INTO \"t\"\"x\" VALUES ('a@x', $1, $12.50);",
			"T<INSERT> T<INTO> K<t\"\"x> T<VALUES> S<a@x> T<$1> T<$12.50>"},
	};
	CHECK_PLACES(&shape_sql, rows, false);
}

static void comments_are_text_unless_they_are_run(void)
{
	static const struct shape_row rows[] = {
		{"-- by a@x\nSELECT 1; /* b@x\n*/ SELECT 2-1 /2;",
			"T<-- by a@x> T<SELECT> N<1> T< b@x\n> T<SELECT> N<2> N<1> N<2>"},
		{"/*!50013 DEFINER=`a@x` */; SELECT 'x';", "N<50013> T<DEFINER> K<a@x> T<SELECT> S<x>"},
		{"/*M!999999 x */ # c@x\nSELECT `y`;", "N<999999> T<x> T<# c@x> T<SELECT> K<y>"},
		{"/* x **/'y'", "T< x *> S<y>"},
		{"SELECT 'a--b', 1 -- c@x", "T<SELECT> S<a--b> N<1> T<-- c@x>"},
	};
	CHECK_PLACES(&shape_sql, rows, false);
}

static void rows_of_copy_are_cells(void)
{
	static const struct shape_row rows[] = {
		{"COPY public.t (a, mail) FROM stdin;\n1\tx\\ty\n\\N\tz\\\\\n\\.\n\nSELECT 'w';\n",
			"T<COPY> T<public.t> T<a> T<mail> T<FROM> T<stdin> C<1>@t.a C<x\\ty>@t.mail C<z\\\\>@t.mail "
			"T<SELECT> S<w>"},
		{"COPY t FROM stdin;\n\\.\nSELECT 1;", "T<COPY> T<t> T<FROM> T<stdin> T<SELECT> N<1>"},
		{"COPY t (a) FROM stdin WITH CSV;\nx,\"y\"\n\\.\nSELECT 1;",
			"T<COPY> T<t> T<a> T<FROM> T<stdin> T<WITH> T<CSV> T<x,\"y\"> T<SELECT> N<1>"},
		{"COPY t (a) FROM stdin;\nx\\\ny\tz\n\\Nx\n",
			"T<COPY> T<t> T<a> T<FROM> T<stdin> C<x\\\ny>@t.a C<z> C<\\Nx>@t.a"},
		{"COPY t (a) FROM stdin;\ncut", "T<COPY> T<t> T<a> T<FROM> T<stdin> T<cut>"},
	};
	CHECK_PLACES(&shape_sql, rows, false);
}

static void what_is_cut_off_is_text(void)
{
	static const struct shape_row rows[] = {
		{"SELECT 'cut a@x", "T<SELECT> T<cut a@x>"},
		{"SELECT $$cut a@x", "T<SELECT> T<cut a@x>"},
		{"SELECT $ta", "T<SELECT> T<$ta>"},
		{"/* cut a@x", "T< cut a@x>"},
		{"SELECT X'41", "T<SELECT> T<X'41>"},
		{"SELECT 'x'", "T<SELECT> S<x>"},
		{"SELECT a@x", "T<SELECT> T<a@x>"},
	};
	CHECK_PLACES(&shape_sql, rows, false);
}

static void columns_are_told_before_their_values(void)
{
	static const struct shape_row rows[] = {
		{"INSERT INTO t (a,phone) VALUES ('x',1),(2,3);",
			"T<INSERT> T<INTO> T<t> T<a> T<phone> T<VALUES> |a| S<x>@t.a |phone| N<1>@t.phone || |a| "
			"N<2>@t.a |phone| "
			"N<3>@t.phone ||"},
		{"COPY t (phone) FROM stdin;\n1\n2\n\\.\n",
			"T<COPY> T<t> T<phone> T<FROM> T<stdin> |phone| C<1>@t.phone "
			"C<2>@t.phone ||"},
	};
	CHECK_PLACES(&shape_sql, rows, true);
}

static struct st_span span(const struct st_buf *buf)
{
	return (struct st_span){buf->data, buf->size};
}

static void long_values_come_in_parts(void)
{
	static const struct {
		const char *before, *unit, *after, *want_before, *want_after;
	} rows[] = {
		{"INSERT INTO t VALUES ('", "x", "');", "T<INSERT> T<INTO> T<t> T<VALUES> S<", ">"},
		{"INSERT INTO t VALUES ('", "''", "');", "T<INSERT> T<INTO> T<t> T<VALUES> S<", ">"},
		{"INSERT INTO t VALUES (E'", "\\'", "');", "T<INSERT> T<INTO> T<t> T<VALUES> S<", ">"},
		{"INSERT INTO t VALUES ($$", "x$y", "$$);", "T<INSERT> T<INTO> T<t> T<VALUES> S<", ">"},
		{"/*", "* ", "*/;", "T<", ">"},
		{"SELECT ", "word", ";", "T<SELECT> T<", ">"},
		{"COPY t (a) FROM stdin;\n", "x\\t", "\n\\.\n", "T<COPY> T<t> T<a> T<FROM> T<stdin> C<", ">@t.a"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		st_auto_buf struct st_buf text = {0}, want = {0};
		st_buf_add(&text, rows[i].before, strlen(rows[i].before));
		st_buf_add(&want, rows[i].want_before, strlen(rows[i].want_before));
		for (size_t n = 0; n < CEIL_TEXT_BLOCK_BYTES * 2 / strlen(rows[i].unit) + 9; n++) {
			st_buf_add(&text, rows[i].unit, strlen(rows[i].unit));
			st_buf_add(&want, rows[i].unit, strlen(rows[i].unit));
		}
		st_buf_add(&text, rows[i].after, strlen(rows[i].after));
		st_buf_add(&want, rows[i].want_after, strlen(rows[i].want_after));
		for (size_t at = CEIL_TEXT_BLOCK_BYTES + 15; at < CEIL_TEXT_BLOCK_BYTES + 30; at++) {
			auto_shape_reading reading = read_shape(&shape_sql, span(&text), at, SIZE_MAX, false);
			if (reading.broken != NULL || reading.line.size != want.size)
				printf("# %s cut %zu: %s, %zu bytes for %zu\n", rows[i].before, at,
					reading.broken ? reading.broken : "", reading.line.size, want.size);
			CHECK(reading.broken == NULL);
			CHECK(reading.line.size == want.size && memcmp(reading.line.data, want.data, want.size) == 0);
		}
	}
}

/* A picture in a dump is no text: nothing in it can be replaced. */
static void long_hex_is_structure(void)
{
	static const char *const heads[] = {"INSERT INTO t VALUES (X'", "INSERT INTO t VALUES (0x"};
	for (size_t i = 0; i < 2; i++) {
		st_auto_buf struct st_buf text = {0};
		st_buf_format(&text, "%s", heads[i]);
		for (size_t n = 0; n < CEIL_TEXT_BLOCK_BYTES; n++)
			st_buf_add(&text, "4a4b", 4);
		st_buf_format(&text, "%s,'x');", i == 0 ? "'" : "");
		auto_shape_reading reading = read_shape(&shape_sql, span(&text), 100, 4096, false);
		CHECK(reading.broken == NULL);
		CHECK(reading.line.size < CEIL_TEXT_BLOCK_BYTES * 2);
		CHECK(memcmp(reading.line.data + reading.line.size - 5, " S<x>", 5) == 0);
	}
}

/* Tables without end: memory stays bounded, and values beyond have no column. */
static void names_that_are_kept_are_bounded(void)
{
	st_auto_buf struct st_buf text = {0};
	for (int table = 0; table < CEIL_SQL_TABLES + 2; table++)
		st_buf_format(&text, "CREATE TABLE t%d (a int);\n", table);
	st_buf_format(&text, "INSERT INTO t1 VALUES ('x');\nINSERT INTO t%d VALUES ('y');\n", CEIL_SQL_TABLES + 1);
	auto_shape_reading reading = read_shape(&shape_sql, span(&text), SIZE_MAX, SIZE_MAX, true);
	CHECK(reading.broken == NULL);
	st_buf_add_byte(&reading.line, 0);
	CHECK(strstr((const char *)reading.line.data, "S<x>@t1.a") != NULL);
	CHECK(strstr((const char *)reading.line.data, "S<y>@") == NULL);
	CHECK(strstr((const char *)reading.line.data, "S<y>") != NULL);
}

static void sql_is_told_from_what_only_speaks_of_it(void)
{
	static const struct {
		const char *text;
		bool sql;
	} rows[] = {
		{"-- MySQL dump 10\n\nDROP TABLE t;\n", true},
		{"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", true},
		{"CREATE TABLE t (a int);\n", true},
		{"insert into t values (1);\n", true},
		{"INSERT INTO coins is what the sign says.\nSELECT your drink.\n", true},
		{"Dear Anna,\nINSERT INTO t VALUES (1);\n", false},
		{"2026-01-01 INSERT INTO t\n", false},
		{"SELECT your drink.\n", false},
		{"COPY that, over.\n", false},
		{"", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_span text = {(const uint8_t *)rows[i].text, strlen(rows[i].text)};
		if ((shape_sql.bid(text, true) > 0) != rows[i].sql)
			printf("# %s\n", rows[i].text);
		CHECK_INT(shape_sql.bid(text, true) > 0, rows[i].sql);
	}
}

int main(void)
{
	RUN(strings_and_numbers_of_a_row_belong_to_their_columns);
	RUN(each_dialect_has_its_strings);
	RUN(comments_are_text_unless_they_are_run);
	RUN(rows_of_copy_are_cells);
	RUN(what_is_cut_off_is_text);
	RUN(columns_are_told_before_their_values);
	RUN(long_values_come_in_parts);
	RUN(long_hex_is_structure);
	RUN(names_that_are_kept_are_bounded);
	RUN(sql_is_told_from_what_only_speaks_of_it);
	CHECK_END();
}
