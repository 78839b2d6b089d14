/* The mail that brings a code: what may be written at all, and what stands in it in three languages. */
#include "check.h"

#include "base/mail.h"
#include "portal/letter.h"

#include <stdio.h>
#include <stdlib.h>

static const char from[] = "portal@contoso.example";

static struct portal_mail mail_to(const char *to, const char *language, const char *code)
{
	struct portal_mail mail = {.number = 1, .expires_at = 1700000600};
	snprintf(mail.to, sizeof mail.to, "%s", to);
	snprintf(mail.language, sizeof mail.language, "%s", language);
	snprintf(mail.code, sizeof mail.code, "%s", code);
	return mail;
}

static char *written(const struct portal_mail *mail, uint8_t id_byte)
{
	uint8_t id[LETTER_ID_BYTES] = {id_byte};
	struct st_buf out = {0};
	letter_write(mail, from, id, 1700000000, &out);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

static void what_could_end_a_header_or_is_no_address_of_ours_is_not_written(void)
{
	static const char *const bad[] = {"", "a", "@contoso.com", "a@", "a@contoso.com\r\nBcc: b@contoso.com",
		"a@contoso.com\nX: y", "a@contoso.com,b@contoso.com", "a@contoso.com b@contoso.com", "<a@contoso.com>",
		"\"a b\"@contoso.com", "a@contoso.com>", "A@Contoso.com", "a@b@contoso.com", " a@contoso.com",
		"a\t@contoso.com", "a@contoso.com\x7f", "m\xc3\xbcller@contoso.com", "contoso.com"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct portal_mail mail = mail_to(bad[i], "en", "7K3Q-92MD");
		if (letter_is_sound(&mail))
			printf("# taken: %s\n", bad[i]);
		CHECK(!letter_is_sound(&mail));
	}
	struct portal_mail good = mail_to("anna.rossi+x@contoso.com", "en", "7K3Q-92MD");
	CHECK(letter_is_sound(&good));
}

static void a_code_or_a_language_of_another_form_is_not_written(void)
{
	static const char *const bad[][2] = {{"en", ""}, {"en", "7K3Q92MD"}, {"en", "7K3Q-92M"}, {"en", "7k3q-92md"},
		{"en", "7K3Q-92MU"}, {"en", "7K3Q\r\nX:"}, {"", "7K3Q-92MD"}, {"de", "7K3Q-92MD"}, {"e", "7K3Q-92MD"}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct portal_mail mail = mail_to("a@contoso.com", bad[i][0], bad[i][1]);
		if (letter_is_sound(&mail))
			printf("# taken: %s %s\n", bad[i][0], bad[i][1]);
		CHECK(!letter_is_sound(&mail));
	}
}

static void a_mail_is_ascii_in_lines_of_76_with_a_head_that_says_a_machine_wrote_it(void)
{
	static const char *const languages[] = {"en", "it", "fr"};
	for (size_t i = 0; i < 3; i++) {
		struct portal_mail mail = mail_to("anna.rossi@contoso.com", languages[i], "7K3Q-92MD");
		st_auto_free char *text = written(&mail, 1);
		size_t line = 0;
		for (const char *c = text; *c != 0; c++) {
			line = *c == '\n' ? 0 : line + 1;
			CHECK((*c >= ' ' && *c < 0x7f) || *c == '\r' || *c == '\n');
			CHECK(line <= 79);
		}
		CHECK(strstr(text, "\r\nAuto-Submitted: auto-generated\r\n") != NULL);
		CHECK(strstr(text, "\r\nTo: <anna.rossi@contoso.com>\r\n") != NULL);
		CHECK(strstr(text, "\r\n    7K3Q-92MD\r\n") != NULL);
		CHECK(strstr(text, "\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n") != NULL);
		CHECK(strstr(text, "http") == NULL && strstr(text, "www.") == NULL && strstr(text, "<a ") == NULL);
		/* once, and not in the head, which servers write into their logs */
		CHECK(strstr(strstr(text, "7K3Q-92MD") + 1, "7K3Q-92MD") == NULL);
		CHECK(strstr(text, "\r\n\r\n") < strstr(text, "7K3Q-92MD"));
	}
}

static void mails_of_a_language_differ_in_size_by_their_addresses_alone(void)
{
	static const char *const languages[] = {"en", "it", "fr"};
	for (size_t i = 0; i < 3; i++) {
		struct portal_mail one = mail_to("a@contoso.com", languages[i], "0000-0000");
		struct portal_mail two = mail_to("somebody.else@fabrikam.example", languages[i], "ZZZZ-ZZZZ");
		st_auto_free char *first = written(&one, 1), *second = written(&two, 255);
		CHECK_INT((long)(strlen(second) - strlen(first)), (long)(strlen(two.to) - strlen(one.to)));
	}
}

static void quoted_printable_keeps_lines_short_and_blanks_at_their_ends(void)
{
	static const struct {
		const char *text, *quoted;
	} cases[] = {{"", ""}, {"a\n", "a\r\n"}, {"a \n", "a=20\r\n"}, {"a ", "a=20"}, {"1=2\n", "1=3D2\r\n"},
		{"\xc3\xa8\n", "=C3=A8\r\n"}, {"\t\n", "=09\r\n"},
		{"1234567890123456789012345678901234567890123456789012345678901234567890123456\n",
			"1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n"},
		{"12345678901234567890123456789012345678901234567890123456789012345678901234567\n",
			"123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n67\r\n"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf out = {0};
		st_mail_quote((struct st_span){(const uint8_t *)cases[i].text, strlen(cases[i].text)}, &out);
		st_buf_add_byte(&out, 0);
		CHECK_TEXT((const char *)out.data, cases[i].quoted);
	}
}

int main(void)
{
	RUN(what_could_end_a_header_or_is_no_address_of_ours_is_not_written);
	RUN(a_code_or_a_language_of_another_form_is_not_written);
	RUN(a_mail_is_ascii_in_lines_of_76_with_a_head_that_says_a_machine_wrote_it);
	RUN(mails_of_a_language_differ_in_size_by_their_addresses_alone);
	RUN(quoted_printable_keeps_lines_short_and_blanks_at_their_ends);
	CHECK_END();
}
