/* Forms, cookies and origins: what is odd is refused; the operator's file; the zip. */
#include "check.h"

#include "portal/about.h"
#include "portal/http.h"
#include "portal/http_server.h"
#include "portal/take.h"

#include <unistd.h>

static struct st_span text(const char *words)
{
	return (struct st_span){(const uint8_t *)words, strlen(words)};
}

static void a_form_is_decoded(void)
{
	struct http_form form;
	CHECK(http_form_parse(&form, text("address=anna%2Bx%40contoso.com&token=a+b&empty=&last")));
	CHECK_INT(form.count, 4);
	CHECK_TEXT(http_field(&form, "address"), "anna+x@contoso.com");
	CHECK_TEXT(http_field(&form, "token"), "a b");
	CHECK_TEXT(http_field(&form, "empty"), "");
	CHECK_TEXT(http_field(&form, "last"), "");
	CHECK(http_field(&form, "other") == NULL);
	http_form_free(&form);
	CHECK(http_form_parse(&form, text("t=l%C3%A0%0D%0Aline")));
	CHECK_TEXT(http_field(&form, "t"), "là\r\nline");
	http_form_free(&form);
}

static void an_odd_form_is_refused(void)
{
	static const char *const forms[] = {"a=%", "a=%4", "a=%zz", "a=%00b", "a=%1f", "a=%7f", "a=\x01", "=b", "&a=b",
		"a=1&a=2", "a=%ff%fe", "a=%C3", "%C3=a", "a=1&&b=2",
		"a=&b=&c=&d=&e=&f=&g=&h=&i=&j=&k=&l=&m=&n=&o=&p=&q="};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct http_form form;
		if (http_form_parse(&form, text(forms[i])))
			CHECK_FAIL("%s is taken for a form", forms[i]);
		http_form_free(&form);
	}
}

static void a_cookie_counts_once_and_only_with_its_prefix(void)
{
	static const struct {
		const char *header, *want;
	} rows[] = {{"__Host-visit=abc", "abc"}, {"a=b; __Host-visit=abc; c=d", "abc"}, {"visit=abc", NULL},
		{"__Host-visit=abc; __Host-visit=abd", NULL}, {"__Host-visit=", NULL}, {"__Host-visit=a b", NULL},
		{"__Host-visit=\"abc\"", NULL}, {"x__Host-visit=abc", NULL}, {"__Host-visits=abc", NULL},
		{"__Host-visit=123456789", NULL}, {";;; __Host-visit=a-_", "a-_"}, {"", NULL}, {NULL, NULL}};
	const struct http_site site = {0};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[8] = "";
		const struct http_request request = {.cookies = rows[i].header};
		bool got = http_cookie(&request, &site, "visit", out, sizeof out);
		if (got != (rows[i].want != NULL) || (got && strcmp(out, rows[i].want) != 0))
			CHECK_FAIL("%s gives %s", rows[i].header, got ? out : "nothing");
	}
}

static void a_cookie_is_bound_to_the_host_and_hidden_from_scripts(void)
{
	struct http_answer answer = {0};
	struct st_buf out = {0};
	http_set_cookie(&answer, "session", "x", true, 0);
	http_cookie_header(&answer.cookies[0], &(struct http_site){0}, &out);
	CHECK_TEXT((char *)out.data, "__Host-session=x; Path=/; HttpOnly; SameSite=Strict; Secure");
	st_buf_free(&out);
	http_set_cookie(&answer, "pend", "", false, -1);
	http_cookie_header(&answer.cookies[1], &(struct http_site){0}, &out);
	CHECK_TEXT((char *)out.data, "__Host-pend=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
	st_buf_free(&out);
}

static void another_site_may_not_send_our_forms(void)
{
	static const struct {
		const char *origin, *site;
		bool good;
	} rows[] = {{NULL, NULL, true}, {"null", "same-origin", true}, {"https://portal.example", "same-origin", true},
		{"https://portal.example", NULL, true}, {"https://evil.example", NULL, false},
		{"https://portal.example.evil.example", NULL, false}, {"portal.example", NULL, false},
		{NULL, "cross-site", false}, {"null", "same-site", false},
		{"https://portal.example", "cross-site", false}, {NULL, "none", true}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct http_request request = {
			.host = "portal.example", .origin = rows[i].origin, .fetch_site = rows[i].site};
		if (http_same_origin(&request) != rows[i].good)
			CHECK_FAIL("Origin %s, Sec-Fetch-Site %s", rows[i].origin, rows[i].site);
	}
}

static void nothing_but_loopback_is_listened_on(void)
{
	static const char *const refused[] = {"0.0.0.0:80", "192.0.2.1:80", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x", "localhost:80", "[::]:80", "::1:80", "[::1:80", "",
		"unix:", ":80", "]:1", "[]:1"};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct st_error err = {0};
		int fd = http_listen(refused[i], &err);
		if (fd >= 0 || err.status != ST_WRONG)
			CHECK_FAIL("%s is listened on", refused[i]);
	}
	struct st_error err = {0};
	int fd = http_listen("127.0.0.1:0", &err);
	CHECK(fd >= 0);
	close(fd);
}

static void the_operators_file_is_read_strictly(void)
{
	struct about about;
	struct st_error err = {0};
	CHECK(about_parse(text("{\"schema\":\"staunch.portal/1\",\"controller\":\"N\",\"contact\":\"a@b.example\","
			       "\"happened\":{\"en\":\"x\",\"it\":\"y\",\"fr\":\"z\"}}"),
		      &about, &err) == ST_OK);
	CHECK_TEXT(about.controller, "N");
	CHECK_TEXT(about.happened[WORDS_FRENCH], "z");
	about_free(&about);
	static const char *const wrong[] = {"", "{}", "[]", "{\"schema\":\"staunch.portal/1\",\"controller\":\"N\"}",
		"{\"schema\":\"other\",\"controller\":\"N\",\"contact\":\"c\"}",
		"{\"schema\":\"staunch.portal/1\",\"controller\":\"N\",\"contact\":\"c\",\"more\":1}",
		"{\"schema\":\"staunch.portal/1\",\"controller\":\"N\",\"contact\":\"c\",\"contact\":\"d\"}",
		"{\"schema\":\"staunch.portal/1\",\"controller\":\"N\",\"contact\":\"c\",\"happened\":{\"en\":\"x\"}}",
		"{\"schema\":\"staunch.portal/1\",\"controller\":\"N\",\"contact\":\"c\"} x"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (about_parse(text(wrong[i]), &about, &err) != ST_WRONG)
			CHECK_FAIL("%s is taken", wrong[i]);
		about_free(&about);
	}
}

static void the_zip_has_the_sum_of_its_entry(void)
{
	st_auto_buf struct st_buf zip = {0};
	const struct take_file file = {"a.txt", text("123456789")};
	take_zip(&file, 1, &zip);
	/* CRC-32 of "123456789" (ITU-T V.42) is cbf43926, at byte 14 of the local header. */
	static const uint8_t sum[] = {0x26, 0x39, 0xf4, 0xcb};
	CHECK_INT(memcmp(zip.data + 14, sum, 4), 0);
	CHECK_INT(memcmp(zip.data + 30, "a.txt123456789", 14), 0);
}

int main(void)
{
	RUN(a_form_is_decoded);
	RUN(an_odd_form_is_refused);
	RUN(a_cookie_counts_once_and_only_with_its_prefix);
	RUN(a_cookie_is_bound_to_the_host_and_hidden_from_scripts);
	RUN(another_site_may_not_send_our_forms);
	RUN(nothing_but_loopback_is_listened_on);
	RUN(the_operators_file_is_read_strictly);
	RUN(the_zip_has_the_sum_of_its_entry);
	CHECK_END();
}
