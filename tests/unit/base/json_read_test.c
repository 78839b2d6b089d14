/* The JSON pull reader: the grammar of RFC 8259, offsets, pieces, limits, recovery, and the same events for every cut.
 */
#include "base/json_read.h"

#include "check.h"

static const size_t cuts[] = {1, 2, 3, 5, 7, 64, 4096, 65536, SIZE_MAX};
#define CUTS (sizeof cuts / sizeof cuts[0])

static const char marks[] = {
	[ST_JSON_MORE] = '?',
	[ST_JSON_END] = '.',
	[ST_JSON_OBJECT] = '{',
	[ST_JSON_OBJECT_END] = '}',
	[ST_JSON_ARRAY] = '[',
	[ST_JSON_ARRAY_END] = ']',
	[ST_JSON_KEY] = 'k',
	[ST_JSON_STRING] = 's',
	[ST_JSON_NUMBER] = 'n',
	[ST_JSON_TRUE] = 't',
	[ST_JSON_FALSE] = 'f',
	[ST_JSON_NULL] = '0',
	[ST_JSON_ERROR] = '!',
	[ST_JSON_TOO_DEEP] = '^',
};

static void write_event(const struct st_json_event *e, struct st_buf *out)
{
	st_auto_free char *head = st_format("%c%d@%" PRIu64 "-%" PRIu64 "%s%s=", marks[e->token], e->depth, e->start,
		e->end, e->last ? "" : "+", e->escaped ? "\\" : "");
	st_buf_add(out, head, strlen(head));
	st_buf_add(out, e->text.data, e->text.size);
	st_buf_add_byte(out, ' ');
}

/* Writes every event down; `resyncs` errors are recovered from, the next one ends the trace. */
static void trace(const void *text, size_t size, size_t cut, int depth_limit, int resyncs, struct st_buf *out)
{
	struct st_json_reader *reader = st_json_open(depth_limit);
	const uint8_t *at = text, *end = at + size;
	uint8_t *block = NULL; /* each its own, so that a read past its end is seen */
	struct st_json_event e = {0};
	while (e.token != ST_JSON_END && resyncs >= 0) {
		enum st_json_token token = st_json_next(reader, &e);
		if (token != ST_JSON_MORE) {
			write_event(&e, out);
			if (token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP) {
				resyncs--;
				st_json_resync(reader);
			}
			continue;
		}
		if (at == end) {
			st_json_feed_end(reader);
			continue;
		}
		size_t step = (size_t)(end - at) < cut ? (size_t)(end - at) : cut;
		free(block);
		block = st_alloc(step);
		memcpy(block, at, step);
		at += step;
		st_json_feed(reader, block, step);
	}
	free(block);
	st_json_close(reader);
	out->data[out->size - 1] = 0; /* the last blank */
}

static bool traces_as(const void *text, size_t size, int depth_limit, int resyncs, const char *want)
{
	for (size_t i = 0; i < CUTS; i++) {
		st_auto_buf struct st_buf got = {0};
		trace(text, size, cuts[i], depth_limit, resyncs, &got);
		if (strcmp((char *)got.data, want) != 0) {
			CHECK_FAIL("%.*s cut every %zu gives\n  %s, not\n  %s", (int)(size < 300 ? size : 300),
				(const char *)text, cuts[i], (char *)got.data, want);
			return false;
		}
	}
	return true;
}

struct row {
	const char *text, *want;
};

static void check_rows(const struct row *rows, size_t count, int depth_limit, int resyncs)
{
	for (size_t i = 0; i < count; i++) {
		if (!traces_as(rows[i].text, strlen(rows[i].text), depth_limit, resyncs, rows[i].want))
			return;
	}
}
#define CHECK_ROWS(rows, depth, resyncs) check_rows(rows, sizeof rows / sizeof rows[0], depth, resyncs)

static void values_come_with_their_offsets_and_depths(void)
{
	static const struct row rows[] = {
		{"", ".0@0-0="},
		{" \n", ".0@2-2="},
		{"{}", "{0@0-1= }0@1-2= .0@2-2="},
		{"[]", "[0@0-1= ]0@1-2= .0@2-2="},
		{"{\"a\": [1, \"x\", true]}",
			"{0@0-1= k1@1-4=a [1@6-7= n2@7-8=1 s2@10-13=x t2@15-19= ]1@19-20= }0@20-21= .0@21-21="},
		{"[false,null,{}]", "[0@0-1= f1@1-6= 01@7-11= {1@12-13= }1@13-14= ]0@14-15= .0@15-15="},
		{"\"\"", "s0@0-2= .0@2-2="},
		{"{\"\":{}}", "{0@0-1= k1@1-3= {1@4-5= }1@5-6= }0@6-7= .0@7-7="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void several_values_are_one_stream(void)
{
	static const struct row rows[] = {
		{"{}\n{}\n", "{0@0-1= }0@1-2= {0@3-4= }0@4-5= .0@6-6="},
		{"{}{}[]", "{0@0-1= }0@1-2= {0@2-3= }0@3-4= [0@4-5= ]0@5-6= .0@6-6="},
		{"1\ntrue\n\"a\"\n", "n0@0-1=1 t0@2-6= s0@7-10=a .0@11-11="},
		{"12x", "!0@2-2="},
		{"truefalse", "!0@4-4="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void strings_are_unescaped(void)
{
	static const struct row rows[] = {
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s0@0-18\\=\"\\/\b\f\n\r\t .0@18-18="},
		{"\"\\u0041\\u00e9\\u20aC\"", "s0@0-20\\=A\xc3\xa9\xe2\x82\xac .0@20-20="},
		{"\"\\ud83d\\ude00\"", "s0@0-14\\=\xf0\x9f\x98\x80 .0@14-14="},
		{"{\"k\\u0065y\":0}", "{0@0-1= k1@1-11\\=key n1@12-13=0 }0@13-14= .0@14-14="},
		{"\"caf\xc3\xa9 \xff\"", "s0@0-9=caf\xc3\xa9 \xff .0@9-9="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void a_surrogate_without_its_other_half_becomes_its_three_bytes(void)
{
	static const struct row rows[] = {
		{"\"\\ud83d\"", "s0@0-8\\=\xed\xa0\xbd .0@8-8="},
		{"\"\\ude00x\"", "s0@0-9\\=\xed\xb8\x80x .0@9-9="},
		{"\"\\ud83dx\"", "s0@0-9\\=\xed\xa0\xbdx .0@9-9="},
		{"\"\\ud83d\\n\"", "s0@0-10\\=\xed\xa0\xbd\n .0@10-10="},
		{"\"\\ud83d\\u0041\"", "s0@0-14\\=\xed\xa0\xbd"
				       "A .0@14-14="},
		{"\"\\ud83d\\ud83d\\ude00\"", "s0@0-20\\=\xed\xa0\xbd\xf0\x9f\x98\x80 .0@20-20="},
		{"\"\\ud83d\\u00\"", "!0@11-11="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void numbers_are_given_as_written(void)
{
	static const struct row rows[] = {
		{"0", "n0@0-1=0 .0@1-1="},
		{"-0.0e-0", "n0@0-7=-0.0e-0 .0@7-7="},
		{"[1,-1,1.50,1E+9,123456789012345678901234567890]",
			"[0@0-1= n1@1-2=1 n1@3-5=-1 n1@6-10=1.50 n1@11-15=1E+9 n1@16-46=123456789012345678901234567890 "
			"]0@46-47= "
			".0@47-47="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void what_rfc_8259_does_not_allow_is_an_error_at_its_byte(void)
{
	static const struct row rows[] = {
		{"[01]", "[0@0-1= !1@2-2="},
		{"[1.]", "[0@0-1= !1@3-3="},
		{"[.5]", "[0@0-1= !1@1-1="},
		{"[+1]", "[0@0-1= !1@1-1="},
		{"[1e]", "[0@0-1= !1@3-3="},
		{"[-]", "[0@0-1= !1@2-2="},
		{"[1,]", "[0@0-1= n1@1-2=1 !1@3-3="},
		{"{,}", "{0@0-1= !1@1-1="},
		{"{\"a\"}", "{0@0-1= k1@1-4=a !1@4-4="},
		{"{\"a\":1,}", "{0@0-1= k1@1-4=a n1@5-6=1 !1@7-7="},
		{"{1:2}", "{0@0-1= !1@1-1="},
		{"[1 2]", "[0@0-1= n1@1-2=1 !1@3-3="},
		{"[}", "[0@0-1= !1@1-1="},
		{"{\"a\":]", "{0@0-1= k1@1-4=a !1@5-5="},
		{"]", "!0@0-0="},
		{"nul1", "!0@3-3="},
		{"NaN", "!0@0-0="},
		{"\"a\tb\"", "!0@2-2="},
		{"\"\\x\"", "!0@2-2="},
		{"\"\\u12g4\"", "!0@5-5="},
		{"'a'", "!0@0-0="},
		{"[\"a\" \"b\"]", "[0@0-1= s1@1-4=a !1@5-5="},
		{"// x", "!0@0-0="},
		{"\v1", "!0@0-0="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void a_value_cut_off_is_an_error_at_the_size_of_the_input(void)
{
	static const struct row rows[] = {
		{"{\"a\":", "{0@0-1= k1@1-4=a !1@5-5="},
		{"[1,2", "[0@0-1= n1@1-2=1 n1@3-4=2 !1@4-4="},
		{"\"abc", "!0@4-4="},
		{"\"abc\\", "!0@5-5="},
		{"\"abc\\ud83", "!0@9-9="},
		{"tru", "!0@3-3="},
		{"[", "[0@0-1= !1@1-1="},
		{"-", "!0@1-1="},
		{"{\"a\"", "{0@0-1= k1@1-4=a !1@4-4="},
	};
	CHECK_ROWS(rows, 8, 0);
}

static void resync_starts_anew_behind_the_next_line_feed(void)
{
	static const struct row rows[] = {
		{"{\"a\":x}\n{}", "{0@0-1= k1@1-4=a !1@5-5= {0@8-9= }0@9-10= .0@10-10="},
		{"\"open\n{}", "!0@5-5= {0@6-7= }0@7-8= .0@8-8="},
		{"[1 2]\n[3 4]\n[]", "[0@0-1= n1@1-2=1 !1@3-3= [0@6-7= n1@7-8=3 !1@9-9= [0@12-13= ]0@13-14= .0@14-14="},
		{"\"a\\\n[]", "!0@3-3= [0@4-5= ]0@5-6= .0@6-6="},
		{"x", "!0@0-0= .0@1-1="},
	};
	CHECK_ROWS(rows, 8, 9);
}

static void deeper_than_the_limit_is_refused_where_it_begins(void)
{
	static const struct row rows[] = {
		{"[[[]]]", "[0@0-1= [1@1-2= [2@2-3= ]2@3-4= ]1@4-5= ]0@5-6= .0@6-6="},
		{"[[[[]]]]", "[0@0-1= [1@1-2= [2@2-3= ^3@3-3="},
		{"[[{\"a\":{}}]]", "[0@0-1= [1@1-2= {2@2-3= k3@3-6=a ^3@7-7="},
	};
	CHECK_ROWS(rows, 3, 0);
	st_auto_buf struct st_buf deep = {0}, got = {0};
	for (int i = 0; i < 10000; i++)
		st_buf_add_byte(&deep, '[');
	trace(deep.data, deep.size, 4096, 1024, 0, &got);
	CHECK(strstr((char *)got.data, "^1024@1024-1024=") != NULL);
}

static void a_byte_order_mark_is_skipped_and_counts_in_offsets(void)
{
	static const struct row rows[] = {
		{"\xef\xbb\xbf[]", "[0@3-4= ]0@4-5= .0@5-5="},
		{"\xef\xbb\xbf", ".0@3-3="},
		{"\xef\xbb[]", "!0@2-2="},
		{"[]\xef\xbb\xbf", "[0@0-1= ]0@1-2= !0@2-2="},
	};
	CHECK_ROWS(rows, 8, 0);
}

/* Length and bytes of a long string from its pieces; false when a piece is larger than it may be. */
static bool read_string(const struct st_buf *json, size_t cut, struct st_buf *text, size_t *pieces, size_t *first_piece)
{
	struct st_json_reader *reader = st_json_open(4);
	struct st_json_event e = {0};
	bool fits = true;
	*pieces = 0;
	for (size_t at = 0; fits;) {
		enum st_json_token token = st_json_next(reader, &e);
		if (token == ST_JSON_MORE && at < json->size) {
			size_t step = json->size - at < cut ? json->size - at : cut;
			st_json_feed(reader, json->data + at, step);
			at += step;
		} else if (token == ST_JSON_MORE) {
			st_json_feed_end(reader);
		} else if (token == ST_JSON_STRING || token == ST_JSON_NUMBER) {
			if ((*pieces)++ == 0)
				*first_piece = e.text.size;
			fits = e.text.size <= 65536 && e.start == 0;
			st_buf_add(text, e.text.data, e.text.size);
		} else {
			break;
		}
	}
	st_json_close(reader);
	return fits && e.token == ST_JSON_END;
}

static void long_strings_come_in_pieces_of_64_kib_whatever_the_cut(void)
{
	static const size_t sizes[] = {65535, 65536, 65537, 131072, 200000};
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		for (size_t c = 1; c < CUTS; c++) {
			st_auto_buf struct st_buf json = {0}, want = {0}, got = {0};
			st_buf_add_byte(&json, '"');
			for (size_t i = 0; i < sizes[s]; i++)
				st_buf_add_byte(&want, (uint8_t)('a' + i % 26));
			st_buf_add(&json, want.data, want.size);
			st_buf_add_byte(&json, '"');
			size_t pieces, first;
			CHECK(read_string(&json, cuts[c], &got, &pieces, &first));
			CHECK_INT(got.size, want.size);
			CHECK(memcmp(got.data, want.data, got.size) == 0);
			CHECK_INT(pieces, (sizes[s] + 65535) / 65536);
			CHECK_INT(first, sizes[s] < 65536 ? sizes[s] : 65536);
		}
	}
}

static void an_escape_never_straddles_two_pieces(void)
{
	for (size_t c = 0; c < CUTS; c++) {
		st_auto_buf struct st_buf json = {0}, got = {0};
		st_buf_add_byte(&json, '"');
		for (size_t i = 0; i < 65534; i++)
			st_buf_add_byte(&json, 'x');
		st_buf_add(&json, "\\u20acy\"", 8);
		size_t pieces, first;
		CHECK(read_string(&json, cuts[c], &got, &pieces, &first));
		CHECK_INT(pieces, 2);
		CHECK_INT(first, 65534);
		CHECK_INT(got.size, 65534 + 3 + 1);
	}
}

static void a_number_of_any_length_comes_in_pieces(void)
{
	for (size_t c = 2; c < CUTS; c++) {
		st_auto_buf struct st_buf json = {0}, got = {0};
		for (size_t i = 0; i < 150000; i++)
			st_buf_add_byte(&json, '7');
		size_t pieces, first;
		CHECK(read_string(&json, cuts[c], &got, &pieces, &first));
		CHECK_INT(pieces, 3);
		CHECK_INT(got.size, 150000);
	}
}

static void restart_gives_up_a_value_begun(void)
{
	struct st_json_reader *reader = st_json_open(4);
	struct st_json_event e;
	st_json_feed(reader, "{\"a\":[1,", 8);
	while (st_json_next(reader, &e) != ST_JSON_MORE)
		;
	st_json_restart(reader);
	st_json_feed(reader, "\n{}", 3);
	CHECK_INT(st_json_next(reader, &e), ST_JSON_OBJECT);
	CHECK_INT(e.start, 9);
	CHECK_INT(e.depth, 0);
	st_json_close(reader);
}

int main(void)
{
	RUN(values_come_with_their_offsets_and_depths);
	RUN(several_values_are_one_stream);
	RUN(strings_are_unescaped);
	RUN(a_surrogate_without_its_other_half_becomes_its_three_bytes);
	RUN(numbers_are_given_as_written);
	RUN(what_rfc_8259_does_not_allow_is_an_error_at_its_byte);
	RUN(a_value_cut_off_is_an_error_at_the_size_of_the_input);
	RUN(resync_starts_anew_behind_the_next_line_feed);
	RUN(deeper_than_the_limit_is_refused_where_it_begins);
	RUN(a_byte_order_mark_is_skipped_and_counts_in_offsets);
	RUN(long_strings_come_in_pieces_of_64_kib_whatever_the_cut);
	RUN(an_escape_never_straddles_two_pieces);
	RUN(a_number_of_any_length_comes_in_pieces);
	RUN(restart_gives_up_a_value_begun);
	CHECK_END();
}
