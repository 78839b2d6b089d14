/* JSON: which stretches are values, what a path says, how long values and broken text are told. */
#include "shape_check.h"

#include "redact/key_names.h"

static void values_keys_and_numbers_are_places(void)
{
	static const struct shape_row rows[] = {
		{"{\"a\":\"x\",\"b\":1}", "K<a> S<x>@a K<b> N<1>@b"},
		{"{\"a\":{\"b\":[true,null,-1.5e3]}}", "K<a> K<b>@a N<true>@a.b[] N<-1.5e3>@a.b[]"},
		{"[{\"n\":\"x\"},{\"n\":\"y\"}]", "K<n> S<x>@n K<n> S<y>@n"},
		{"{\"rows\":[{\"name\":\"x\"},{\"name\":\"y\"}],\"z\":2}",
			"K<rows> K<name>@rows[] S<x>@rows[].name K<name>@rows[] S<y>@rows[].name K<z> N<2>@z"},
		{"{\"a\":\"x\"}\n{\"b\":\"y\"}\n", "K<a> S<x>@a K<b> S<y>@b"},
		{"{\"a\":\"x\"}{\"b\":\"y\"}", "K<a> S<x>@a K<b> S<y>@b"},
		{"\"x\"\n12\nnull\n", "S<x> N<12>"},
		{"\xEF\xBB\xBF{\"a\":\"x\"}", "K<a> S<x>@a"},
		{" {\r\n\t\"a\" : \"\" , \"b\" : \"y\" } ", "K<a> K<b> S<y>@b"},
		{"[[\"x\"],[[1]]]", "S<x> N<1>"},
		{"{\"a\":[[\"x\"]]}", "K<a> S<x>@a[][]"},
	};
	CHECK_PLACES(&shape_json, rows, false);
}

static void records_of_elasticsearch_begin_anew(void)
{
	static const struct shape_row rows[] = {
		{"{\"hits\":{\"hits\":[{\"_id\":\"i\",\"_source\":{\"mail\":\"x\"}}]}}",
			"K<hits> K<hits>@hits K<_id>@hits.hits[] S<i>@hits.hits[]._id K<_source>@hits.hits[] K<mail> "
			"S<x>@mail"},
		{"{\"index\":{\"_id\":\"a\"}}\n{\"mail\":\"x\"}\n",
			"K<index> K<_id>@index S<a>@index._id K<mail> S<x>@mail"},
	};
	CHECK_PLACES(&shape_json, rows, false);
}

static void escapes_belong_to_their_string(void)
{
	static const struct shape_row rows[] = {
		{"{\"a\\\"b\":\"x\\\\\",\"c\":\"\\\"\"}", "K<a\\\"b> S<x\\\\>@a\"b K<c> S<\\\">@c"},
		{"{\"m\\u0061il\":\"\\u0040\\ud83d\\ude00\"}", "K<m\\u0061il> S<\\u0040\\ud83d\\ude00>@mail"},
		{"[\"\\q\\u00g1\"]", "S<\\q\\u00g1>"},
	};
	CHECK_PLACES(&shape_json, rows, false);
}

static void what_is_no_json_is_text_to_the_end_of_its_line(void)
{
	static const struct shape_row rows[] = {
		{"plain a@x\n{\"a\":\"x\"}\n", "T<plain a@x\n> K<a> S<x>@a"},
		{"{\"a\":\"cut\n{\"b\":\"y\"}\n", "K<a> T<cut\n> K<b> S<y>@b"},
		{"{\"a\":\"cut", "K<a> T<cut>"},
		{"{\"a\":\"cut\\", "K<a> T<cut\\>"},
		{"{\"a\":12", "K<a> N<12>@a"},
		{"{\"a\":x}\n[1]", "K<a> T<x}\n> N<1>"},
		{"{\"a\" 1}\n[2]", "K<a> T<1}\n> N<2>"},
		{"{\"a\":1]\n[2]", "K<a> N<1>@a T<]\n> N<2>"},
		{"12 Main Street\n{\"a\":1}", "T<12 Main Street\n> K<a> N<1>@a"},
		{"{\"a\":12 Main}\n", "K<a> N<12>@a T<Main}\n>"},
		{"{\"a\":01.}\n", "K<a> T<01.}\n>"},
		{"\xEF\xBBx\n1\n", "T<\xEF\xBBx\n> N<1>"},
		{"\xEF", "T<\xEF>"},
		{"{\"a\":1} tail a@x", "K<a> N<1>@a T<tail a@x>"},
	};
	CHECK_PLACES(&shape_json, rows, false);
}

static void what_readers_let_pass_is_no_error(void)
{
	static const struct shape_row rows[] = {
		{"{\"a\":1,}\n[1,]\n", "K<a> N<1>@a N<1>"},
		{"{\"a\":1},\n{\"b\":2},\n", "K<a> N<1>@a K<b> N<2>@b"},
		{"{\"a\":\"x\ty\"}", "K<a> S<x\ty>@a"},
		{"[NaN,-Infinity,007]", "N<NaN> N<-Infinity> N<007>"},
	};
	CHECK_PLACES(&shape_json, rows, false);
}

static struct st_buf repeated(const char *before, const char *unit, size_t times, const char *after)
{
	struct st_buf buf = {0};
	st_buf_add(&buf, before, strlen(before));
	for (size_t i = 0; i < times; i++)
		st_buf_add(&buf, unit, strlen(unit));
	st_buf_add(&buf, after, strlen(after));
	return buf;
}

static struct st_span span(const struct st_buf *buf)
{
	return (struct st_span){buf->data, buf->size};
}

/* A part never ends inside of an escape, and the parts are the same for every cutting near their borders. */
static void long_values_come_in_parts(void)
{
	static const char *const units[] = {"x", "\\n", "\\u0041", "\\ud83d\\ude00", "x\\ud83d\\ude00"};
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t times = (CEIL_TEXT_BLOCK_BYTES * 2 + 100) / strlen(units[u]);
		st_auto_buf struct st_buf text = repeated("{\"a\":\"", units[u], times, "\"}");
		st_auto_buf struct st_buf want = repeated("K<a> S<", units[u], times, ">@a");
		for (size_t at = CEIL_TEXT_BLOCK_BYTES - 2; at < CEIL_TEXT_BLOCK_BYTES + 30; at++) {
			auto_shape_reading reading = read_shape(&shape_json, span(&text), at, SIZE_MAX, false);
			if (reading.broken != NULL)
				printf("# unit %s cut %zu: %s\n", units[u], at, reading.broken);
			CHECK(reading.broken == NULL);
			CHECK(reading.line.size == want.size && memcmp(reading.line.data, want.data, want.size) == 0);
		}
	}
}

static void what_is_too_deep_is_text(void)
{
	st_auto_buf struct st_buf text = repeated("", "[", CEIL_JSON_DEPTH + 1, "\"x\"\n{\"a\":1}");
	auto_shape_reading reading = read_shape(&shape_json, span(&text), SIZE_MAX, SIZE_MAX, false);
	CHECK(reading.broken == NULL);
	st_buf_add_byte(&reading.line, 0);
	CHECK_TEXT((const char *)reading.line.data, "T<[\"x\"\n> K<a> N<1>@a");
}

/* Policies name the end of a path: it is there whatever is left out before it. */
static void a_path_beyond_the_ceiling_keeps_its_end(void)
{
	st_auto_buf struct st_buf text = repeated("", "{\"abcdefgh\":", CEIL_JSON_DEPTH - 1, "{\"mail\":\"x\"}");
	auto_shape_reading reading = read_shape(&shape_json, span(&text), SIZE_MAX, SIZE_MAX, false);
	const char end[] = ".mail";
	CHECK(reading.broken == NULL);
	CHECK(reading.line.size > sizeof end);
	CHECK(memcmp(reading.line.data + reading.line.size - (sizeof end - 1), end, sizeof end - 1) == 0);
}

static bool is_structure(uint8_t byte)
{
	return byte != 0 && strchr("{}[]:,\" \t\r\nnul\xEF\xBB\xBF", byte) != NULL;
}

static void no_byte_of_text_is_left_out(void)
{
	static const char *const texts[] = {"{\"a\":\"x\",\"b\":[1,true,null]}\n", "{\"a\":\"x\n\"b\"}\n",
		"{\"a\" \"b\":1}\nx", "{{\"a\":1}}\n", "[1 2 3]\n", "\"a\":1\n", "]]}}\n", "{\"a\":tru}\n", "nulll\n",
		"- 1\n", "\"\\", "[\"\\u00"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct st_span text = {(const uint8_t *)texts[i], strlen(texts[i])};
		auto_shape_reading reading = read_shape(&shape_json, text, SIZE_MAX, SIZE_MAX, false);
		size_t at = unsearched(&reading, is_structure);
		if (at < text.size)
			printf("# byte %zu of %s\n", at, texts[i]);
		CHECK_INT(at, text.size);
	}
}

/* --- escapes are replaced whole --- */

static void a_mention_is_widened_to_whole_escapes(void)
{
	static const struct {
		enum shape_escape escape;
		const char *text;
		size_t from, to, want_from, want_to;
	} rows[] = {
		{SHAPE_JSON_BACKSLASH, "a\\u0040b", 3, 8, 1, 8},
		{SHAPE_JSON_BACKSLASH, "a\\u0040b", 0, 2, 0, 7},
		{SHAPE_JSON_BACKSLASH, "a\\nb", 2, 4, 1, 4},
		{SHAPE_JSON_BACKSLASH, "a\\nb", 3, 4, 3, 4},
		{SHAPE_JSON_BACKSLASH, "a\\\\nb", 3, 5, 3, 5},
		{SHAPE_JSON_BACKSLASH, "\\ud83d\\ude00", 6, 12, 0, 12},
		{SHAPE_JSON_BACKSLASH, "x\\ud83d\\ude00", 0, 4, 0, 13},
		{SHAPE_JSON_BACKSLASH, "x\\ud83d\\ude00y", 9, 14, 1, 14},
		{SHAPE_JSON_BACKSLASH, "\\\\ud83dxx", 3, 8, 3, 8},
		{SHAPE_DOUBLED, "a''b", 2, 4, 1, 4},
		{SHAPE_DOUBLED, "a''b", 0, 2, 0, 3},
		{SHAPE_DOUBLED, "a''''b", 3, 6, 3, 6},
		{SHAPE_DOUBLED, "a\\nb", 2, 4, 2, 4},
		{SHAPE_BACKSLASH, "a\\'b", 2, 4, 1, 4},
		{SHAPE_BACKSLASH, "a\\101b", 3, 6, 1, 6},
		{SHAPE_BACKSLASH, "a\\x41b", 4, 6, 1, 6},
		{SHAPE_BACKSLASH, "a''b", 2, 4, 1, 4},
		{SHAPE_AS_IT_IS, "a\\nb", 2, 4, 2, 4},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct shape_place place = {.escape = rows[i].escape, .quote = '\''};
		size_t from = rows[i].from, to = rows[i].to;
		shape_widen(&place, (struct st_span){(const uint8_t *)rows[i].text, strlen(rows[i].text)}, &from, &to);
		if (from != rows[i].want_from || to != rows[i].want_to)
			printf("# row %zu: %s\n", i, rows[i].text);
		CHECK_INT(from, rows[i].want_from);
		CHECK_INT(to, rows[i].want_to);
	}
}

/* --- keys that became equal --- */

static void add_key(
	struct key_names *names, uint64_t object, unsigned depth, const char *key, bool replaced, struct st_buf *out)
{
	struct shape_place place = {.kind = SHAPE_KEY, .object = object, .depth = depth};
	key_names_add(names, key, strlen(key));
	st_buf_format(out, "%s%s", out->size > 0 ? " " : "", key);
	key_names_end(names, &place, replaced, out);
}

static void equal_keys_of_one_object_are_numbered(void)
{
	struct key_names *names = key_names_open();
	st_auto_buf struct st_buf out = {0};
	add_key(names, 1, 1, "[url]", true, &out);
	add_key(names, 1, 1, "[url]", true, &out);
	add_key(names, 2, 2, "[url]", true, &out); /* an object inside */
	add_key(names, 1, 1, "[url]", true, &out);
	add_key(names, 3, 1, "[url]", true, &out); /* the next record */
	add_key(names, 0, 0, "[url]", true, &out); /* no key of an object */
	add_key(names, 3, 1, "[url]#2", false, &out);
	add_key(names, 3, 1, "[url]", true, &out);
	key_names_close(names);
	st_buf_add_byte(&out, 0);
	CHECK_TEXT((const char *)out.data, "[url] [url]#2 [url] [url]#3 [url] [url] [url]#2 [url]#3");
}

static void keys_found_redacted_are_compared_too(void)
{
	struct key_names *names = key_names_open();
	st_auto_buf struct st_buf out = {0};
	add_key(names, 1, 1, "[url]", false, &out);
	add_key(names, 1, 1, "[url]#2", false, &out);
	add_key(names, 1, 1, "[url]", false, &out);
	add_key(names, 1, 1, "[url]", true, &out);
	key_names_close(names);
	st_buf_add_byte(&out, 0);
	CHECK_TEXT((const char *)out.data, "[url] [url]#2 [url]#3 [url]#4");
}

static void memory_for_keys_is_bounded_and_no_two_are_equal(void)
{
	struct key_names *names = key_names_open();
	st_auto_buf struct st_buf out = {0};
	char key[32];
	for (int i = 0; i < CEIL_REDACT_KEY_NAMES + 10; i++) {
		snprintf(key, sizeof key, "[url:%d]", i);
		add_key(names, 1, 1, key, true, &out);
		out.size = 0;
	}
	add_key(names, 1, 1, "[url]", true, &out);
	add_key(names, 1, 1, "[url]", true, &out);
	add_key(names, 2, 1, "[url]", true, &out); /* the table is emptied for the next object in time */
	key_names_close(names);
	st_buf_add_byte(&out, 0);
	char *first = strchr((char *)out.data, '#'), *second = first ? strchr(first + 1, '#') : NULL;
	CHECK(first != NULL && second != NULL);
	CHECK(strtol(first + 1, NULL, 10) != strtol(second + 1, NULL, 10));
}

int main(void)
{
	RUN(values_keys_and_numbers_are_places);
	RUN(records_of_elasticsearch_begin_anew);
	RUN(escapes_belong_to_their_string);
	RUN(what_is_no_json_is_text_to_the_end_of_its_line);
	RUN(what_readers_let_pass_is_no_error);
	RUN(long_values_come_in_parts);
	RUN(what_is_too_deep_is_text);
	RUN(a_path_beyond_the_ceiling_keeps_its_end);
	RUN(no_byte_of_text_is_left_out);
	RUN(a_mention_is_widened_to_whole_escapes);
	RUN(equal_keys_of_one_object_are_numbered);
	RUN(keys_found_redacted_are_compared_too);
	RUN(memory_for_keys_is_bounded_and_no_two_are_equal);
	CHECK_END();
}
