/* RTF: what stands in the text and what beside it, where each byte is stored, code pages, embedded objects, and that
 * nothing broken swallows the rest. */
#include "extract/rtf.h"

#include "parts_reading.h"

static struct parts_reading read_ways(const void *data, size_t size)
{
	static const size_t cuts[] = {1, 7, 64, 4096};
	struct parts_reading whole = parts_read(data, size, SIZE_MAX, NULL);
	if (whole.broken != NULL)
		CHECK_FAIL("%s: %.200s", whole.broken, (const char *)data);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		auto_parts cut = parts_read(data, size, cuts[i], NULL);
		if (strcmp(parts_log(&cut), parts_log(&whole)) != 0 || cut.not_searched != whole.not_searched)
			CHECK_FAIL("cut every %zu reads\n%.400s\nnot\n%.400s", cuts[i], parts_log(&cut),
				parts_log(&whole));
	}
	return whole;
}

struct row {
	const char *rtf,
		*want; /* what stands behind "[rtf read r1|", without the last bracket; or all, when it begins with [ */
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_parts got = read_ways(rows[i].rtf, strlen(rows[i].rtf));
		st_auto_free char *want = *rows[i].want == '[' ? st_format("%s", rows[i].want)
							       : st_format("[rtf read r1|%s]", rows[i].want);
		if (strcmp(parts_log(&got), want) != 0)
			CHECK_FAIL("%s\nreads as %s\nnot as   %s", rows[i].rtf, parts_log(&got), want);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

static void the_text_is_what_the_page_shows(void)
{
	static const struct row rows[] = {
		{"{\\rtf1 mail anna@contoso.com now}", "mail anna@contoso.com now"},
		{"{\\rtf1\\ansi anna@\\b contoso\\b0 .com}", "anna@contoso.com"},
		{"{\\rtf1 anna@{\\b{\\i con}toso}.com}", "anna@contoso.com"},
		{"{\\rtf1 anna@con\r\ntoso.com}", "anna@contoso.com"},
		{"{\\rtf1 one\\par two\\line three\\sect four\\page five}", "one\ntwo\nthree\nfour\nfive"},
		{"{\\rtf1 a\\par\\par\\par b\\\nc}", "a\nb\nc"},
		{"{\\rtf1\\trowd Tel\\cell 02 1234\\cell\\row x}", "Tel\t02 1234\t\nx"},
		{"{\\rtf1 a\\tab b\\emdash c\\ldblquote d\\rdblquote\\bullet\\~e\\_f\\-g}",
			"a\tb\xe2\x80\x94"
			"c\xe2\x80\x9c"
			"d\xe2\x80\x9d\xe2\x80\xa2\xc2\xa0"
			"e\xe2\x80\x91"
			"fg"},
		{"{\\rtf1 \\{a\\}\\\\b\\@c}", "{a}\\b@c"},
		{"{\\rtf1 {\\v hidden} {\\deleted gone}\\par}", "hidden gone\n"},
		{"{\\rtf1{\\listtext 1.\\tab}one}", "1.\tone"},
		{"{\\rtf1\\paperw11906 \\fs24\\cf-1 x}", "x"},
		{" \r\n{\\rtf1 x}", " x"},
	};
	CHECK_ROWS(rows);
}

static void characters_are_those_of_the_code_page_of_the_font_or_unicode_without_its_stand_ins(void)
{
	static const struct row rows[] = {
		{"{\\rtf1\\ansi\\ansicpg1252 M\\'fcnchen \\'80}", "M\xc3\xbcnchen \xe2\x82\xac"},
		{"{\\rtf1\\ansi\\ansicpg1252 M\xfcnchen}", "M\xc3\xbcnchen"},
		{"{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0\\'e8}", "[rtf read r1|\xd0\x9f\xd1\x80\xd0\xb8]"},
		{"{\\rtf1\\ansi\\ansicpg65001 M\xc3\xbcnchen \\'c3\\'bc}", "M\xc3\xbcnchen \xc3\xbc"},
		{"{\\rtf1\\ansicpg1252{\\fonttbl{\\f7\\fcharset204 A;}{\\f8 B;}}\\f7 \\'cf\\f8 \\'cf{\\f7 "
		 "\\'cf}\\'cf\\plain\\'cf}",
			"\xd0\x9f\xc3\x8f\xd0\x9f\xc3\x8f\xc3\x8f\n<table>A;B;<>\n"},
		{"{\\rtf1 a\\u8364?b\\u8364 ?c}", "a\xe2\x82\xac"
						  "b\xe2\x82\xac"
						  "c"},
		{"{\\rtf1\\uc0 a\\u64 b}", "a@b"},
		{"{\\rtf1\\uc2 a\\u64\\'81\\'40b}", "a@b"},
		{"{\\rtf1 anna\\u64?contoso\\u46\\'2ecom}", "anna@contoso.com"},
		{"{\\rtf1 {\\uc0 a\\u64}\\u64?b}", "a@@b"},
		{"{\\rtf1 \\u-3913?\\u55357?\\u56832?.}", "\xef\x82\xb7\xf0\x9f\x98\x80."},
		{"{\\rtf1 \\u55357?x\\u56832?y\\u0?z}", "\xef\xbf\xbdx\xef\xbf\xbdy\xef\xbf\xbdz"},
		{"{\\rtf1 \\uc0 \\u55357\\uc1 \\u56832\\'3f.}", "\xf0\x9f\x98\x80."},
		{"{\\rtf1 \\u64\\emdash x\\u64{?}y}", "@x@?y"},
	};
	CHECK_ROWS(rows);
}

static void of_code_pages_without_a_table_ascii_is_text_and_the_rest_is_not_searched(void)
{
	static const struct {
		const char *rtf, *text;
		int not_searched;
	} rows[] = {
		{"{\\rtf1\\ansicpg932 \\'83\\'41anna@contoso.com}",
			"\xef\xbf\xbd\xef\xbf\xbd"
			"anna@contoso.com",
			8},
		{"{\\rtf1\\ansicpg932 \\'83Aanna@contoso.com}",
			"\xef\xbf\xbd\xef\xbf\xbd"
			"anna@contoso.com",
			5},
		{"{\\rtf1\\ansicpg932 \\'b1anna@contoso.com}",
			"\xef\xbf\xbd"
			"anna@contoso.com",
			4}, /* half width */
		{"{\\rtf1\\ansicpg950 \\'a4\\'40 x@y.com}", "\xef\xbf\xbd\xef\xbf\xbd x@y.com", 8},
		{"{\\rtf1\\ansicpg1255 \\'e0b}",
			"\xef\xbf\xbd"
			"b",
			4},
		{"{\\rtf1\\ansicpg1252{\\fonttbl{\\f1\\fcharset128 A;}{\\f2\\fcharset0 B;}}\\f1 \\'83A\\f2 \\'fc}",
			"\xef\xbf\xbd\xef\xbf\xbd\xc3\xbc\n<table>A;B;<>\n", 5},
		{"{\\rtf1\\ansicpg936 \\'83\\par anna@contoso.com}", "\xef\xbf\xbd\nanna@contoso.com", 4},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		auto_parts got = read_ways(rows[i].rtf, strlen(rows[i].rtf));
		st_auto_free char *want = st_format("[rtf read r1|%s]", rows[i].text);
		CHECK_TEXT(parts_log(&got), want);
		CHECK_INT(got.not_searched, rows[i].not_searched);
	}
}

static void what_stands_beside_the_text_cuts_no_word_and_has_its_place(void)
{
	static const struct row rows[] = {
		{"{\\rtf1 anna@{\\footnote see carl@contoso.com}contoso.com\\par b}",
			"anna@contoso.com\n<footnote>see carl@contoso.com<>\nb"},
		{"{\\rtf1{\\info{\\title T}{\\author A a@b.it}{\\*\\company C}{\\creatim\\yr2019}}x}",
			"x\n<property>T\nA a@b.it\nC\n<>\n"},
		{"{\\rtf1{\\header h}{\\footerl f}x{\\*\\atnauthor A}{\\*\\annotation{\\*\\atnid B}c}\\par}",
			"x\n<header>h<>\n<footer>f<>\n<comment>A<>\n<comment>B\nc<>\n"},
		{"{\\rtf1{\\field{\\*\\fldinst HYPERLINK \"mailto:x@contoso.com\"}{\\fldrslt X}}}",
			"X\n<field>HYPERLINK \"mailto:x@contoso.com\"<>\n"},
		{"{\\rtf1 a{\\*\\unknown u@contoso.com}b}", "ab\nu@contoso.com\n"},
		{"{\\rtf1 a{\\unknown u@contoso.com}b}", "au@contoso.comb"},
		{"{\\rtf1{\\*\\shpinst{\\sp{\\sn pib}{\\sv 1}}{\\shptxt box}}x}",
			"x\n<shape>pib<>\n<shape>1<>\n<text box>box<>\n"},
		{"{\\rtf1{\\footnote}{\\header {}}x}", "x"},
		{"{\\rtf1{\\stylesheet{\\s1 heading 1;}}{\\*\\listtable a}x}", "x\n<table>heading 1;<>\n<table>a<>\n"},
	};
	CHECK_ROWS(rows);
}

static void html_in_rtf_keeps_its_text_and_its_tags(void)
{
	static const struct row rows[] = {
		{"{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Write to {\\*\\htmltag84 <a "
		 "href=\"mailto:x@contoso.com\">}"
		 "anna@contoso.com{\\*\\htmltag92 </a>}{\\*\\mhtmltag84 <a>}\\htmlrtf }\\par\\htmlrtf0}",
			"Write to anna@contoso.com\n<HTML tag><p><>\n<HTML tag><a "
			"href=\"mailto:x@contoso.com\"><>\n<HTML tag></a><>\n"},
	};
	CHECK_ROWS(rows);
}

static void pictures_are_not_searched_and_nothing_else_is_passed_over(void)
{
	static const struct row rows[] = {
		{"{\\rtf1 a{\\pict{\\*\\picprop{\\sp{\\sn wzDescription}{\\sv u@contoso.com}}}8950}b}",
			"ab\n<shape>wzDescription<>\n<shape>u@contoso.com<>\n"},
		{"{\\rtf1 a{\\pict\\pngblip\\picw1 89504e47}b}", "ab"},
		{"{\\rtf1 a{\\*\\shppict{\\pict 8950}}{\\nonshppict{\\pict 8950}}b{\\*\\themedata 504b}}", "ab"},
		{"{\\rtf1 a{\\pict\\bin5 }{}}{b}c}", "ac"},
		{"{\\rtf1 a{\\pict{\\*\\picprop{\\sp{\\sn n}{\\sv of dora}}}\\pngblip 8950{\\*\\blipuid 00ff}8950}b}",
			"ab\n<shape>n<>\n<shape>of dora<>\n"},
	};
	static const char rtf[] = "{\\rtf1 a{\\pict\\bin4 {}}{8950}b}", nuls[100] = "{\\rtf1{\\pict\\bin50 ";
	CHECK_ROWS(rows);
	auto_parts got = read_ways(rtf, sizeof rtf - 1);
	CHECK_TEXT(parts_log(&got), "[rtf read r1|ab]");
	CHECK_INT(got.not_searched, 4 + 4);
	auto_parts zeros = read_ways(nuls, sizeof nuls);
	CHECK_INT(zeros.not_searched, sizeof nuls - 19); /* each once */
}

static void broken_rtf_swallows_nothing(void)
{
	static const struct row rows[] = {
		{"{\\rtf1 a{b anna@contoso.com", "[rtf partial-truncated r1|ab anna@contoso.com]"},
		{"{\\rtf1 a}anna@contoso.com", "aanna@contoso.com"},
		{"{\\rtf1 a}}}{anna@contoso.com}", "aanna@contoso.com"},
		{"{\\rtf1 a\\bin99999 anna@contoso.com}", "aanna@contoso.com"},
		{"{\\rtf1 a\\uc9999\\u64 0123456789abcdef anna@contoso.com}", "a@ anna@contoso.com"},
		{"{\\rtf1 a\\'4", "[rtf partial-truncated r1|a]"},
		{"{\\rtf1 a\\'zb}", "a'zb"},
		{"{\\rtf1 a\\'4zb}", "a4zb"},
		{"{\\rtf1 a\\", "[rtf partial-truncated r1|a]"},
		{"{\\rtf1 a\\fs- b\\u99999999999999?c}", "a-b\xef\xbf\xbf"
							 "c"},
		{"{\\rtf1 a\\averyveryverylongwordthatnobodywrote b}", "arote b"},
		{"{\\rtf1 a\\f99999999 b\\f-1 c{\\fonttbl\\f5000\\fcharset204 x}\\f5000 \\'cf}",
			"abc\xc3\x8f\n<table>x<>\n"},
		{"{\\rtf1}", "[rtf read r0|]"},
	};
	CHECK_ROWS(rows);
}

static void groups_beyond_the_ceiling_lose_no_text(void)
{
	st_auto_buf struct st_buf rtf = {0};
	st_buf_add(&rtf, "{\\rtf1 a", 8);
	for (size_t i = 0; i < 3 * CEIL_RTF_GROUPS; i++)
		st_buf_add_byte(&rtf, '{');
	st_buf_add(&rtf, "{\\pict 00}anna@contoso.com", 26);
	for (size_t i = 0; i < 3 * CEIL_RTF_GROUPS; i++)
		st_buf_add_byte(&rtf, '}');
	st_buf_add(&rtf, "b}", 2);
	auto_parts got = read_ways(rtf.data, rtf.size);
	CHECK_TEXT(parts_log(&got), "[rtf read r1|a00anna@contoso.comb]");
}

static void more_beside_the_text_than_may_wait_is_given_whole(void)
{
	st_auto_buf struct st_buf rtf = {0};
	st_buf_add(&rtf, "{\\rtf1 a", 8);
	for (size_t i = 0; i < 2000; i++)
		st_buf_add(&rtf, "{\\footnote anna@contoso.com}", 28);
	st_buf_add(&rtf, "b}", 2);
	auto_parts got = read_ways(rtf.data, rtf.size);
	size_t count = 0;
	for (const char *p = parts_log(&got); (p = strstr(p, "<footnote>anna@contoso.com<>\n")) != NULL; p++)
		count++;
	CHECK_INT(count, 2000);
}

/* --- embedded objects --- */

static void add_hex(struct st_buf *out, const void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		st_buf_add_byte(out, (uint8_t)digits[((const uint8_t *)data)[i] >> 4]);
		st_buf_add_byte(out, (uint8_t)digits[((const uint8_t *)data)[i] & 15]);
		if (i % 13 == 12)
			st_buf_add(out, "\r\n", 2);
	}
}

static void an_embedded_object_is_a_member_without_the_header_of_ole_1(void)
{
	static const char letter[] = "mail dora@contoso.com";
	st_auto_buf struct st_buf ole = {0}, rtf = {0};
	st_buf_add_u32(&ole, 0x501);
	st_buf_add_u32(&ole, 2);
	st_buf_add_span(&ole, "Package", 8);
	st_buf_add_u32(&ole, 0);
	st_buf_add_u32(&ole, 0);
	st_buf_add_span(&ole, letter, sizeof letter - 1);
	st_buf_add(&ole, "behind", 6);
	st_buf_add(&rtf, "{\\rtf1 a{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata ", 56);
	add_hex(&rtf, ole.data, ole.size);
	st_buf_add(&rtf, "}{\\result shown}}b{\\object{\\*\\objdata ", 38);
	add_hex(&rtf, letter, sizeof letter - 1);
	st_buf_add(&rtf, "}}c}", 4);
	auto_parts got = read_ways(rtf.data, rtf.size);
	CHECK_TEXT(parts_log(&got),
		"[rtf read r1|a[object-1 text read r1|mail dora@contoso.com]shownb[object-2 text read r1|mail "
		"dora@contoso.com]c\n<object>Package<>\n]");
	CHECK_INT(got.not_searched, 12);
}

static void objects_of_objects_end_at_the_depth_and_broken_ones_lose_nothing(void)
{
	static const struct row rows[] = {
		{"{\\rtf1 a{\\*\\objdata 6d61696c20612{\\*\\x}0}b",
			"[rtf partial-truncated r1|a[object-1 text read r1|mail a]b]"},
		{"{\\rtf1{\\*\\objdata }{\\*\\objdata zz}b}",
			"[rtf read r1|[object-1 empty read r0|][object-2 empty read r0|]b]"},
	};
	static const char rtf[] = "{\\rtf1{\\*\\objdata 6d61696c}b}";
	struct extract_limits limits = extract_limits_default();
	CHECK_ROWS(rows);
	limits.nesting_depth = 0;
	auto_parts got = parts_read(rtf, sizeof rtf - 1, SIZE_MAX, &limits);
	CHECK_TEXT(parts_log(&got), "[rtf partial-limit-depth r1|b]");
	CHECK_INT(got.not_searched, 8);
}

static void rtf_is_told_by_its_first_bytes(void)
{
	static const char *const other[] = {"{\\rt1 x}", "x{\\rtf1 x}", "{\"rtf\":1}", "{rtf1 x}"};
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		auto_parts got = parts_read(other[i], strlen(other[i]), SIZE_MAX, NULL);
		if (strncmp(parts_log(&got), "[rtf", 4) == 0)
			CHECK_FAIL("RTF: %s", other[i]);
	}
}

static void the_table_of_words_is_sorted(void)
{
	size_t count;
	const struct rtf_word *words = rtf_words(&count);
	for (size_t i = 0; i < count; i++)
		if (rtf_word_of(words[i].name) != &words[i])
			CHECK_FAIL("%s is not found", words[i].name);
	CHECK(rtf_word_of("") == NULL && rtf_word_of("zzz") == NULL && rtf_word_of("pa") == NULL);
}

int main(void)
{
	RUN(the_text_is_what_the_page_shows);
	RUN(characters_are_those_of_the_code_page_of_the_font_or_unicode_without_its_stand_ins);
	RUN(of_code_pages_without_a_table_ascii_is_text_and_the_rest_is_not_searched);
	RUN(what_stands_beside_the_text_cuts_no_word_and_has_its_place);
	RUN(html_in_rtf_keeps_its_text_and_its_tags);
	RUN(pictures_are_not_searched_and_nothing_else_is_passed_over);
	RUN(broken_rtf_swallows_nothing);
	RUN(groups_beyond_the_ceiling_lose_no_text);
	RUN(more_beside_the_text_than_may_wait_is_given_whole);
	RUN(an_embedded_object_is_a_member_without_the_header_of_ole_1);
	RUN(objects_of_objects_end_at_the_depth_and_broken_ones_lose_nothing);
	RUN(rtf_is_told_by_its_first_bytes);
	RUN(the_table_of_words_is_sorted);
	CHECK_END();
}
