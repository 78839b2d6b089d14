/* HTML: what stands in the text, where each byte is stored, which encoding, and that nothing broken swallows the rest.
 */
#include "reading.h"

static void the_text_is_what_the_page_shows(void)
{
	static const struct reading_row rows[] = {
		{"<p>anna@<b>contoso</b>.com</p>", "html utf-8 read: <anna@contoso.com\n>"},
		{"<p>anna<wbr>@contoso<span></span>.com", "html utf-8 read: <anna@contoso.com>"},
		{"<div>one</div><div>two</div>", "html utf-8 read: <one\ntwo\n>"},
		{"<tr><td>Tel</td><td>02 1234</td></tr>", "html utf-8 read: <Tel\t02 1234\n>"},
		{"<p>a \r\n\t b<br>  c", "html utf-8 read: <a b\nc>"},
		{"<pre>a\n  b</pre> c", "html utf-8 read: <a\n  b\nc>"},
		{"<P>x<BR/>y</P>", "html utf-8 read: <x\ny\n>"},
		{"<p>anna&#64;contoso&period;com", "html utf-8 read: <anna@contoso.com>"},
		{"<p>a&#x40;b&#X2e;c &commat; &AMP; &nbsp;&mu;", "html utf-8 read: <a@b.c @ & \xc2\xa0\xce\xbc>"},
		{"<p>&#64contoso &copy 1 &#128; &#0; &#xD800; &#x110000;",
			"html utf-8 read: <@contoso \xc2\xa9 1 \xe2\x82\xac \xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd>"},
		{"<p>&nothing; & &; &# &#x &#; AT&T &notit;",
			"html utf-8 read: <&nothing; & &; &# &#x &#; AT&T &notit;>"},
		{"<p>&amp;#64; is once", "html utf-8 read: <&#64; is once>"},
		{"<p>a < b > c <3 <", "html utf-8 read: <a < b > c <3 <>"},
		{"<p hidden>h</p><p style='display:none'>i", "html utf-8 read: <h\nhidden\ni\nstyle: display:none\n>"},
	};
	CHECK_READINGS(rows, "html");
}

static void what_stands_aside_cuts_no_word(void)
{
	static const struct reading_row rows[] = {
		{"<p>anna@<!-- carl@contoso.com -->contoso.com",
			"html utf-8 read: <anna@contoso.com\n carl@contoso.com \n>"},
		{"<p>a<a href=\"mailto:x@contoso.com?a=1&amp;b\" title='T'>b</a>c",
			"html utf-8 read: <abc\nhref: mailto:x@contoso.com?a=1&b\ntitle: T\n>"},
		{"<img alt=pic src=a.png data-mail = \"x&#64;y\"><p>b",
			"html utf-8 read: <alt: pic\nsrc: a.png\ndata-mail: x@y\nb>"},
		{"<p>a<input value='1' disabled>b", "html utf-8 read: <a\nb\nvalue: 1\ndisabled\n>"},
		{"<a href='?a=1&copy=2&reg&lt;'>x</a>", "html utf-8 read: <x\nhref: ?a=1&copy=2\xc2\xae<\n>"},
		{"a<script>if (a<b) x = '<p>&amp;';</script>b", "html utf-8 read: <a\nif (a<b) x = '<p>&amp;';\nb>"},
		{"<style>p { }</style><title>a<b>&lt;</title>c", "html utf-8 read: <p { }\na<b><\nc>"},
		{"<script>a</scripty></script >b", "html utf-8 read: <a</scripty>\nb>"},
		{"<!doctype html><p>a", "html utf-8 read: <doctype html\na>"},
		{"<p>a<!---->b<!-->c<!--->d<!-- -- - --->e<!--f--!>g", "html utf-8 read: <abcdeg\n -- - -\nf\n>"},
		{"<?php x ?><p>a<![CDATA[b]]>c", "html utf-8 read: <php x ?\nac\n[CDATA[b]]\n>"},
	};
	CHECK_READINGS(rows, "html");
}

static void broken_markup_swallows_nothing(void)
{
	static const struct reading_row rows[] = {
		{"<p>Anna <anna@contoso.com> x", "html utf-8 read: <Anna <anna@contoso.com> x>"},
		{"<p>see <https://contoso.com/x?y=1>", "html utf-8 read: <see <https://contoso.com/x?y=1>>"},
		{"<p <p anna@contoso.com </p>b", "html utf-8 read: <anna@contoso.com\nb>"},
		{"<p>a<!-- b anna@contoso.com", "html utf-8 read: <a\n b anna@contoso.com\n>"},
		{"<p>a<a href=\"b>anna@contoso.com</a> c", "html utf-8 read: <a\nhref: b>anna@contoso.com</a> c\n>"},
		{"<script>anna@contoso.com<p>", "html utf-8 read: <anna@contoso.com<p>>"},
		{"<script src=x />anna@<b>contoso</b>.com", "html utf-8 read: <anna@contoso.com\nsrc: x\n>"},
		{"<p>a<b", "html utf-8 read: <a<b>"},
		{"<p>a</", "html utf-8 read: <a</>"},
		{"<p>a<!-", "html utf-8 read: <a\n<!-\n>"},
		{"<p>a&am", "html utf-8 read: <a&am>"},
		{"<p>a<b c", "html utf-8 read: <a\nc\n>"},
		{"<p>a<b c='&am", "html utf-8 read: <a\nc: &am\n>"},
		{"<p>a<averyveryverylongnamethatnoelementhas x>b",
			"html utf-8 read: <a<averyveryverylongnamethatnoelementhas x>b>"},
	};
	CHECK_READINGS(rows, "html");
}

static void a_quote_that_never_closes_costs_no_more_than_its_ceiling(void)
{
	st_auto_buf struct st_buf page = {0};
	st_buf_add(&page, "<p>a<b c='", 10);
	for (size_t i = 0; i < CEIL_HTML_VALUE_BYTES + 10; i++)
		st_buf_add_byte(&page, 'x');
	st_buf_add(&page, "<p>anna@<b>contoso</b>.com", 26);
	auto_reading r = read_whole(page.data, page.size, "html");
	CHECK(r.text.size > 16 && memmem(r.text.data, r.text.size, "\nanna@contoso.com", 17) != NULL);
	CHECK(r.result.status == ST_READ && record_count(&r) == 1);
}

static void comments_longer_than_what_may_wait_are_given_whole(void)
{
	st_auto_buf struct st_buf page = {0};
	st_buf_add(&page, "<p>anna<!--", 11);
	for (size_t i = 0; i < 5 * CEIL_ASIDE_BYTES; i++)
		st_buf_add_byte(&page, (uint8_t)('a' + i % 26));
	st_buf_add(&page, "-->b", 4);
	auto_reading r = read_whole(page.data, page.size, "html");
	/* anna LF comment b LF and what was left of the comment, LF */
	CHECK_INT(r.text.size, 4 + 1 + 5 * CEIL_ASIDE_BYTES + 1 + 1 + 1);
}

/* Each byte of the text that is not made up is the byte at its stored offset, or begins a reference there. */
static void every_byte_knows_where_it_is_stored(void)
{
	static const char page[] = "<p>x&#64;<b>c</b> <a href=\"m\">t</a><br>&uuml;";
	auto_reading r = read_whole(page, sizeof page - 1, "html");
	static const char *const text = "x@c t\nhref: m\n\xc3\xbc";
	static const size_t stored[] = {3, 4, 12, 17, 30, 35, 21, 22, 23, 24, 25, 26, 27, 28, 39, 39};
	CHECK_INT(r.text.size, strlen(text));
	CHECK(memcmp(r.text.data, text, r.text.size) == 0);
	for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++)
		if (stored_of(&r, i) != stored[i])
			CHECK_FAIL("byte %zu is stored at %llu, not %zu", i, (unsigned long long)stored_of(&r, i),
				stored[i]);
	CHECK_INT(stored_of(&r, r.text.size), sizeof page - 1);
}

static const char *chosen(const void *data, size_t size, const char **charset)
{
	auto_reading r = read_cut(data, size, SIZE_MAX, NULL, NULL, ST_REASON_NONE);
	*charset = r.result.charset;
	return r.result.format;
}

static void html_is_told_by_its_content(void)
{
	static const char *const html[] = {"<!DOCTYPE html>x", " <!-- c --> <html><body>x", "<HEAD><title>x</title>",
		"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html xmlns='y'>", "<p>one</p><p>two</p>",
		"Dear Anna,<br>thank you.<br><br>Bob<br>", "<div><div><div>x</div></div></div>"};
	static const char *const other[] = {"<?xml version='1.0'?><note><to>anna</to></note>",
		"<note><to>anna</to><b>x</b></note>", "<svg><g></g></svg>", "plain text", "a < b and c > d",
		"Use <b> for bold text and <i> for the rest of it.", "<anna@contoso.com> wrote:\n> hello",
		"<!DOCTYPE note SYSTEM 'x'><p>a</p><p>b</p>", "{\"html\":\"<p>x</p><p>y</p>\"}"};
	const char *charset;
	for (size_t i = 0; i < sizeof html / sizeof *html; i++)
		if (strcmp(chosen(html[i], strlen(html[i]), &charset), "html") != 0)
			CHECK_FAIL("no HTML: %s", html[i]);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (strcmp(chosen(other[i], strlen(other[i]), &charset), "html") == 0)
			CHECK_FAIL("HTML: %s", other[i]);
}

static void the_encoding_is_the_mark_then_the_one_it_names_then_a_guess(void)
{
	static const struct {
		const char *page;
		size_t size;
		const char *charset;
	} rows[] = {
#define ROW(page, charset) {page, sizeof(page) - 1, charset}
		ROW("\xef\xbb\xbf<html><meta charset=iso-8859-2>", "utf-8"),
		ROW("<html><meta charset=iso-8859-2>\xb1", "iso-8859-2"),
		ROW("<html><META http-equiv=\"Content-Type\" content=\"text/html; charset=ISO-8859-15\">\xa4",
			"iso-8859-15"),
		ROW("<html><meta charset='latin1'>\xe9", "windows-1252"),
		ROW("<html><meta charset=utf-16>x", "utf-8"),
		ROW("<html><meta charset=koi8-q>x", "utf-8"),
		ROW("<html>\xe9t\xe9", "windows-1252"),
		ROW("\xff\xfe<\0h\0t\0m\0l\0>\0x\0", "utf-16le"),
#undef ROW
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *charset, *format = chosen(rows[i].page, rows[i].size, &charset);
		if (strcmp(format, "html") != 0 || strcmp(charset, rows[i].charset) != 0)
			CHECK_FAIL("%s: %s %s, not html %s", rows[i].page, format, charset, rows[i].charset);
	}
}

static void two_pages_of_the_same_text_are_copies(void)
{
	CHECK_SAME("<p>a b</p>\n<p>c", "<p>a\r\n b</p><P>c", "html", NULL);
	CHECK_DIFFERENT("<p>a b</p>", "<p>a c</p>", "html", NULL);
}

static void a_blank_page_is_no_record_and_what_came_before_a_failure_is_one(void)
{
	auto_reading blank = read_whole("<p> </p><br>", 12, "html");
	CHECK_INT(record_count(&blank), 0);
	auto_reading cut = read_cut("<p>anna@contoso.com <b", 22, SIZE_MAX, "html", NULL, ST_REASON_TRUNCATED);
	CHECK(cut.result.status == ST_PARTIAL && cut.result.reason == ST_REASON_TRUNCATED);
	CHECK_INT(record_count(&cut), 1);
}

int main(void)
{
	RUN(the_text_is_what_the_page_shows);
	RUN(what_stands_aside_cuts_no_word);
	RUN(broken_markup_swallows_nothing);
	RUN(a_quote_that_never_closes_costs_no_more_than_its_ceiling);
	RUN(comments_longer_than_what_may_wait_are_given_whole);
	RUN(every_byte_knows_where_it_is_stored);
	RUN(html_is_told_by_its_content);
	RUN(the_encoding_is_the_mark_then_the_one_it_names_then_a_guess);
	RUN(two_pages_of_the_same_text_are_copies);
	RUN(a_blank_page_is_no_record_and_what_came_before_a_failure_is_one);
	CHECK_END();
}
