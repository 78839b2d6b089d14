/* Buffers, cursors, escaping: what every other stage builds on. */
#include "base/bytes.h"
#include "base/print.h"
#include "base/utf8.h"

#include "check.h"

static void what_a_buffer_writes_a_cursor_reads(void)
{
	st_auto_buf struct st_buf buf = {0};
	st_buf_add_u16(&buf, 0xfffe);
	st_buf_add_u32(&buf, 0x80000001u);
	st_buf_add_u64(&buf, UINT64_MAX - 1);
	st_buf_add_varint(&buf, 300);
	st_buf_add_varint(&buf, UINT64_MAX);
	st_buf_add_span(&buf, "abc", 3);
	struct st_cursor in = {buf.data, buf.data + buf.size, false};
	CHECK_INT(st_cursor_u16(&in), 0xfffe);
	CHECK_INT(st_cursor_u32(&in), 0x80000001u);
	CHECK(st_cursor_u64(&in) == UINT64_MAX - 1);
	CHECK_INT(st_cursor_varint(&in), 300);
	CHECK(st_cursor_varint(&in) == UINT64_MAX);
	struct st_span text = st_cursor_span(&in);
	CHECK(text.size == 3 && memcmp(text.data, "abc", 3) == 0);
	CHECK(!in.bad && in.at == in.end);
}

static void a_cursor_past_the_end_is_bad_for_good_and_gives_nothing(void)
{
	const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 1};
	struct st_cursor in = {bytes, bytes + sizeof bytes, false};
	struct st_span text = st_cursor_span(&in);
	CHECK(in.bad);
	CHECK_INT(text.size, 0);
	CHECK_INT(st_cursor_byte(&in), 0);
}

static void escaped_names_show_no_controls_bidi_marks_or_broken_utf8(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain.txt", "plain.txt"},
		{"a\nb", "a%0Ab"},
		{"\x1b[31mred", "%1B[31mred"},
		{"100%!", "100%25%21"},
		{"\xe2\x80\xae"
		 "cod",
			"%E2%80%AEcod"},
		{"\xff\xc0", "%FF%C0"},
		{"\xc2\x9b", "%C2%9B"},
		{"b\xc3\xbc"
		 "cher",
			"b\xc3\xbc"
			"cher"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		st_auto_free char *got = st_escaped_name(rows[i].in, strlen(rows[i].in));
		CHECK_TEXT(got, rows[i].out);
	}
}

static void csv_cells_never_start_a_formula(void)
{
	st_auto_buf struct st_buf out = {0};
	st_escape_csv(&out, "=1+1", 4);
	st_buf_add_byte(&out, ',');
	st_escape_csv(&out, "a\"b", 3);
	st_buf_add_byte(&out, 0);
	CHECK_TEXT((char *)out.data, "\"'=1+1\",\"a\"\"b\"");
}

static void utf8_refuses_overlong_forms_and_surrogates(void)
{
	uint32_t code;
	CHECK_INT(st_utf8_decode((const uint8_t *)"\xc0\x80", 2, &code), 0);
	CHECK_INT(st_utf8_decode((const uint8_t *)"\xed\xa0\x80", 3, &code), 0);
	CHECK_INT(st_utf8_decode((const uint8_t *)"\xf4\x90\x80\x80", 4, &code), 0);
	CHECK_INT(st_utf8_decode((const uint8_t *)"\xf0\x9f\x98\x80", 4, &code), 4);
	CHECK_INT(code, 0x1f600);
	const uint8_t text[] = "a\xc3\xbc";
	CHECK_INT(st_utf8_decode_before(text, text + 3, &code), 2);
	CHECK_INT(code, 0xfc);
	CHECK_INT(st_utf8_decode_before(text + 2, text + 3, &code), 0);
}

int main(void)
{
	RUN(what_a_buffer_writes_a_cursor_reads);
	RUN(a_cursor_past_the_end_is_bad_for_good_and_gives_nothing);
	RUN(escaped_names_show_no_controls_bidi_marks_or_broken_utf8);
	RUN(csv_cells_never_start_a_formula);
	RUN(utf8_refuses_overlong_forms_and_surrogates);
	CHECK_END();
}
