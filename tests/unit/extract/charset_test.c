/* Encodings: what some bytes are in, and the way back from UTF-8 to the stored bytes. */
#include "reading.h"

#include "base/utf8.h"
#include "extract/charset.h"

struct guess_row {
	const char *bytes;
	size_t size;
	enum charset want;
};
#define ROW(text, charset)                      \
	{                                       \
		text, sizeof(text) - 1, charset \
	}

static void check_guesses(const struct guess_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum charset got = charset_guess((struct st_span){(const uint8_t *)rows[i].bytes, rows[i].size}, true);
		if (got != rows[i].want)
			CHECK_FAIL("row %zu (%.40s) is taken for %s, not %s", i, rows[i].bytes, charset_name(got),
				charset_name(rows[i].want));
	}
}

static void byte_order_marks_are_believed(void)
{
	static const struct guess_row rows[] = {
		ROW("\xef\xbb\xbfhello", CHARSET_UTF8),
		ROW("\xff\xfeh\0i\0", CHARSET_UTF16LE),
		ROW("\xfe\xff\0h\0i", CHARSET_UTF16BE),
		ROW("\xff\xfe\0\0h\0\0\0", CHARSET_UTF32LE),
		ROW("\0\0\xfe\xff\0\0\0h", CHARSET_UTF32BE),
		ROW("\xff\xfe", CHARSET_UTF16LE),
		ROW("\xff\xfe\x2d\x4e\x87\x65\x2d\x4e\x87\x65\x02\x30\x2d\x4e", CHARSET_UTF16LE), /* Chinese */
		/* a mark that lies: the text behind it would be hidden */
		ROW("\xff\xfe"
		    "mail anna@fabrikam.com and bruno@fabrikam.com",
			CHARSET_WINDOWS_1252),
		ROW("\xfe\xff"
		    "mail anna@fabrikam.com and bruno@fabrikam.com",
			CHARSET_WINDOWS_1252),
	};
	check_guesses(rows, sizeof rows / sizeof rows[0]);
}

static void nuls_at_every_second_or_fourth_place_are_wide_characters(void)
{
	static const struct guess_row rows[] = {
		ROW("h\0e\0l\0l\0o\0 \0@\0x\0", CHARSET_UTF16LE),
		ROW("\0h\0e\0l\0l\0o\0 \0@\0x", CHARSET_UTF16BE),
		ROW("h\0\0\0e\0\0\0l\0\0\0l\0\0\0", CHARSET_UTF32LE),
		ROW("\0\0\0h\0\0\0e\0\0\0l\0\0\0l", CHARSET_UTF32BE),
		/* Russian: one blank in seven characters */
		ROW("\x1f\x04\x40\x04\x38\x04\x32\x04\x35\x04\x42\x04 \0\x1c\x04\x38\x04\x40\x04", CHARSET_UTF16LE),
	};
	check_guesses(rows, sizeof rows / sizeof rows[0]);
}

static void valid_utf8_is_utf8_and_a_few_broken_lines_do_not_change_that(void)
{
	static const struct guess_row rows[] = {
		ROW("plain", CHARSET_UTF8),
		ROW("caf\xc3\xa9", CHARSET_UTF8),
		ROW("a\tb\r\n\x1b[31mred\x1b[0m\f", CHARSET_UTF8),
		ROW("a\x01"
		    "b\x01"
		    "c\n1\x01"
		    "2\x01"
		    "3\n",
			CHARSET_UTF8),
		ROW("caf\xc3\xa9 caf\xc3\xa9 na\xc3\xafve and caf\xe9", CHARSET_UTF8),
		ROW("", CHARSET_UTF8),
	};
	check_guesses(rows, sizeof rows / sizeof rows[0]);
	/* a character cut by the end of the head is no fault */
	CHECK_INT(charset_guess((struct st_span){(const uint8_t *)"caf\xc3\xa9 \xe2\x82", 8}, false), CHARSET_UTF8);
	CHECK_INT(charset_guess((struct st_span){(const uint8_t *)"caf\xe9", 4}, true), CHARSET_WINDOWS_1252);
}

static void single_byte_sets_are_told_by_their_letters(void)
{
	static const struct guess_row rows[] = {
		ROW("Gr\xfc\xdf"
		    "e aus M\xfcnchen, caf\xe9",
			CHARSET_WINDOWS_1252),
		ROW("\x93quoted\x94 \x96 100 \x80", CHARSET_WINDOWS_1252),
		ROW("ein Preis von 12 \xa4 und mehr", CHARSET_ISO_8859_15),
		ROW("ma s\xbdur et le b\xbduf", CHARSET_ISO_8859_15),
		/* Polish: wszystkie zazolc gesla jazn */
		ROW("Za\xbf\xf3\xb3\xe6 g\xea\xb6l\xb1 ja\xbc\xf1, wszystkie \xb6wi\xeata s\xb1 pi\xeakne",
			CHARSET_ISO_8859_2),
		/* Turkish */
		ROW("\xddstanbul'da ya\xfe\x61yan \xe7o\xf0u ki\xfei g\xfcne\xfei sever, s\xfd\x63\x61k",
			CHARSET_ISO_8859_9),
		/* Russian: privet mir, kak dela segodnya */
		ROW("\xbf\xe0\xd8\xd2\xd5\xe2 \xdc\xd8\xe0, \xda\xd0\xda \xd4\xd5\xdb\xd0 \xe1\xd5\xd3\xde\xd4\xdd\xef",
			CHARSET_ISO_8859_5),
		/* Greek: kalimera kosme, ti kaneis simera */
		ROW("\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1 \xea\xfc\xf3\xec\xe5, \xf4\xe9 \xea\xdc\xed\xe5\xe9\xf2 "
		    "\xf3\xde\xec\xe5\xf1\xe1",
			CHARSET_ISO_8859_7),
	};
	check_guesses(rows, sizeof rows / sizeof rows[0]);
}

static void control_bytes_and_scattered_nuls_are_no_text(void)
{
	static const struct guess_row rows[] = {
		ROW("\x7f"
		    "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\x60\x10\0\0\0\0\0\0",
			CHARSET_BINARY),
		ROW("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\b\x06\0\0\0\x1f\xf3\xff", CHARSET_BINARY),
		ROW("\x03\x04\x05\x06\x0e\x0f\x10\x11", CHARSET_BINARY),
	};
	check_guesses(rows, sizeof rows / sizeof rows[0]);
	st_auto_buf struct st_buf sparse = {0};
	st_buf_add(&sparse, "text, then a hole in the file", 29);
	for (int i = 0; i < 4000; i++)
		st_buf_add_byte(&sparse, 0);
	CHECK_INT(charset_guess((struct st_span){sparse.data, sparse.size}, true), CHARSET_UTF8);
	/* a page of a database: rows with their lengths, and padding */
	st_auto_buf struct st_buf page = {0};
	for (int i = 0; i < 3; i++)
		st_buf_add(&page, "\x30\0\x35\0\x1b\x23\xc4\x7dPeter|peter@contoso.com", 31);
	for (int i = 0; i < 8000; i++)
		st_buf_add_byte(&page, 0);
	CHECK_INT(charset_guess((struct st_span){page.data, page.size}, true), CHARSET_BINARY);
}

static void every_table_gives_the_letters_of_its_standard(void)
{
	CHECK_INT(charset_windows_1252[0x80 - 0x80], 0x20ac);
	CHECK_INT(charset_windows_1252[0x81 - 0x80], 0x81);
	CHECK_INT(charset_iso_8859_2[0xb3 - 0x80], 0x142);
	CHECK_INT(charset_iso_8859_5[0xd0 - 0x80], 0x430);
	CHECK_INT(charset_iso_8859_7[0xe1 - 0x80], 0x3b1);
	CHECK_INT(charset_iso_8859_7[0xff - 0x80], 0xfffd);
	CHECK_INT(charset_iso_8859_9[0xfd - 0x80], 0x131);
	CHECK_INT(charset_iso_8859_15[0xa4 - 0x80], 0x20ac);
}

static void converted(enum charset charset, const char *in, size_t size, const char *want, const char *offsets)
{
	uint8_t out[256];
	uint32_t stored[256];
	size_t out_size;
	size_t used = charset_convert(
		charset, (struct st_span){(const uint8_t *)in, size}, true, out, sizeof out, &out_size, stored);
	CHECK_INT(used, size);
	out[out_size] = 0;
	CHECK_TEXT((char *)out, want);
	for (size_t i = 0; i < out_size; i++)
		CHECK_INT(stored[i], offsets[i] - '0');
}

static void conversion_keeps_where_each_character_stands(void)
{
	converted(CHARSET_WINDOWS_1252, "a\x80\xe9z", 4, "a\xe2\x82\xac\xc3\xa9z", "0111223");
	converted(CHARSET_UTF16LE, "a\0\xe9\0\x3d\xd8\0\xde", 8, "a\xc3\xa9\xf0\x9f\x98\x80", "0224444");
	converted(CHARSET_UTF16BE, "\xd8\x3d\0a\xde\0", 6,
		"\xef\xbf\xbd"
		"a\xef\xbf\xbd",
		"0002444");
	converted(CHARSET_UTF16LE, "a\0b", 3, "a\xef\xbf\xbd", "0222");
	converted(CHARSET_UTF32BE, "\0\x01\xf6\0\0\x11\0\0", 8, "\xf0\x9f\x98\x80\xef\xbf\xbd", "0000444");
}

static void blocks_lead_back_to_the_stored_bytes_for_every_cut(void)
{
	st_auto_buf struct st_buf wide = {0}, single = {0};
	st_buf_add(&wide, "\xff\xfe", 2);
	for (int i = 0; i < 40000; i++) {
		st_buf_add(&wide, i % 10 ? "\xe9\0" : "\x3d\xd8\0\xde", i % 10 ? 2 : 4);
		st_buf_add_byte(&single, i % 10 ? 'a' : 0x80);
	}
	auto_reading w = read_whole(wide.data, wide.size, "text");
	CHECK_TEXT(w.result.charset, "utf-16le");
	CHECK(w.transcoded && w.blocks > 1);
	CHECK_INT(w.text.size, 4000 * 4 + 36000 * 2);
	CHECK_INT(stored_of(&w, 0), 2);
	CHECK_INT(stored_of(&w, 4), 6);
	CHECK_INT(stored_of(&w, w.text.size), wide.size);
	CHECK_INT(st_utf8_valid_prefix(w.text.data, w.text.size), w.text.size);
	auto_reading s = read_whole(single.data, single.size, "text");
	CHECK_TEXT(s.result.charset, "windows-1252");
	CHECK(!s.transcoded && s.blocks > 0);
	CHECK_INT(s.text.size, 4000 * 3 + 36000);
	CHECK_INT(stored_of(&s, 3), 1);
	CHECK_INT(stored_of(&s, s.text.size), single.size);
}

static void a_byte_order_mark_is_no_text(void)
{
	auto_reading r = read_whole("\xef\xbb\xbfmail", 7, "text");
	CHECK_INT(r.text.size, 4);
	CHECK_INT(stored_of(&r, 0), 3);
	CHECK_INT(stored_of(&r, 4), 7);
}

static void nuls_that_stand_close_are_not_searched(void)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, "one\0two\0three", 13);
	auto_reading few = read_whole(text.data, text.size, "text");
	CHECK_INT(few.result.not_searched_bytes, 0);
	for (int i = 0; i < 100; i++)
		st_buf_add_byte(&text, 0);
	st_buf_add(&text, "words between, 20 b.", 20);
	for (int i = 0; i < 20; i++)
		st_buf_add(&text, "x\0", 2);
	auto_reading many = read_whole(text.data, text.size, "text");
	CHECK_INT(many.result.not_searched_bytes, 100 + 39);
}

int main(void)
{
	RUN(byte_order_marks_are_believed);
	RUN(nuls_at_every_second_or_fourth_place_are_wide_characters);
	RUN(valid_utf8_is_utf8_and_a_few_broken_lines_do_not_change_that);
	RUN(single_byte_sets_are_told_by_their_letters);
	RUN(control_bytes_and_scattered_nuls_are_no_text);
	RUN(every_table_gives_the_letters_of_its_standard);
	RUN(conversion_keeps_where_each_character_stands);
	RUN(blocks_lead_back_to_the_stored_bytes_for_every_cut);
	RUN(a_byte_order_mark_is_no_text);
	RUN(nuls_that_stand_close_are_not_searched);
	CHECK_END();
}
