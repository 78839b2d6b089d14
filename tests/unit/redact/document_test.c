/* HTML and mail: one sentence and one tiny document for each rule. Labels are shown as [e] for an address, [p] a phone
 * number, [n] a name, [u] a URL, so that a row can be read. */
#include "redact_all.h"

#include "base/ceilings.h"
#include "redact/mbox_cut.h"
#include "redact/known.h"
#include "redact/message_ids.h"
#include "redact/policy.h"
#include "redact/transfer_encode.h"

struct row {
	const char *what, *in, *out;
};

/* Labels in short. */
static void shorten(struct redacted *redacted)
{
	static const char *const shorter[][2] = {
		{"[email_address]", "[e]"}, {"[phone_number]", "[p]"}, {"[person_name]", "[n]"}, {"[url]", "[u]"}};
	for (size_t i = 0; i < sizeof shorter / sizeof *shorter; i++) {
		char *at;
		size_t was = strlen(shorter[i][0]), is = strlen(shorter[i][1]);
		while ((at = strstr((char *)redacted->out.data, shorter[i][0])) != NULL) {
			memcpy(at, shorter[i][1], is);
			memmove(at + is, at + was, strlen(at + was) + 1);
		}
	}
}

static struct redacted redact_as(enum redact_format format, const char *in, size_t cut, size_t block)
{
	struct redact_options options = redacted_options(REDACT_LABEL);
	options.format = format;
	return redacted_of(&options, in, strlen(in), cut, block);
}

static void check_row(enum redact_format format, const struct row *row)
{
	struct redacted once = redact_as(format, row->in, 0, 0);
	struct redacted again = redact_as(format, (const char *)once.out.data, 0, 0);
	bool stays = strcmp((const char *)once.out.data, (const char *)again.out.data) == 0;
	shorten(&once);
	if (strcmp((const char *)once.out.data, row->out) != 0)
		CHECK_FAIL("%s: \"%s\" gives \"%s\", not \"%s\"", row->what, row->in, once.out.data, row->out);
	else if (!stays)
		CHECK_FAIL("%s: \"%s\" changes in a second run", row->what, row->in);
	else if (once.unsorted || once.status != REDACT_OK)
		CHECK_FAIL("%s: \"%s\" events or status %d", row->what, row->in, once.status);
	redacted_free(&once);
	redacted_free(&again);
}

static void check_rows(enum redact_format format, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_row(format, &rows[i]);
}
#define CHECK_ROWS(format, rows) check_rows(format, rows, sizeof rows / sizeof *rows)

static void in_a_page_the_bytes_of_a_value_go_and_its_tags_stay(void)
{
	static const struct row rows[] = {
		{"text", "<p>mail anna@contoso.com</p>", "<p>mail [e]</p>"},
		{"over tags", "<p>x anna<b>@</b>contoso<i>.com</i></p>", "<p>x [e]<b></b><i></i></p>"},
		{"over a comment", "<p>x anna@<!-- a -->contoso.com</p>", "<p>x [e]<!-- a --></p>"},
		{"references", "<p>anna&#64;contoso&period;com&amp;</p>", "<p>[e]&amp;</p>"},
		{"link", "<a href=\"mailto:anna@contoso.com?x=1\">x</a>", "<a href=\"mailto:[e]?x=1\">x</a>"},
		{"without quotes", "<input value=anna@contoso.com name=x>", "<input value=[e] name=x>"},
		{"data", "<p data-a='anna@contoso.com' b>x</p>", "<p data-a='[e]' b>x</p>"},
		{"comment", "<p>x<!--anna@contoso.com--></p>", "<p>x<!--[e]--></p>"},
		{"script", "<script>var a = \"anna@contoso.com\" < 2;</script>",
			"<script>var a = \"[e]\" < 2;</script>"},
		{"a number of a script",
			"<script>var iban=\"x\", card = 4111111111111111, b; // 'card' 4111111111111111\n</script>",
			"<script>var iban=\"x\", card = \"[payment_card]\", b; // 'card' [payment_card]\n</script>"},
		{"digits in a string", "<script>var a = \"card: 4111111111111111, x\";</script>",
			"<script>var a = \"card: [payment_card], x\";</script>"},
		{"style", "<style>a{content:'anna@contoso.com'}</style>", "<style>a{content:'[e]'}</style>"},
		{"title", "<title>anna@contoso.com</title>", "<title>[e]</title>"},
		{"hidden", "<p hidden>anna at contoso dot com</p>", "<p hidden>[e]</p>"},
		{"in angle brackets", "<p>Anna <anna@contoso.com> x</p>", "<p>Anna <[e]> x</p>"},
		{"cells", "<tr><td>Tel<td>+39 333 1234512</tr>", "<tr><td>Tel<td>[p]</tr>"},
		{"blanks", "<p>tel. +39\n  333 1234512</p>", "<p>tel. [p]</p>"},
		{"cut off", "<p title=\"anna@contoso.com", "<p title=\"[e]"},
		{"a token stays", "<p>[e] [email_address] x</p>", "<p>[e] [e] x</p>"},
		{"nothing", "<p>thanks @alice &amp; icon@2x.png</p>", "<p>thanks @alice &amp; icon@2x.png</p>"},
		{"latin-1", "<meta charset=iso-8859-1><p>\xe9 anna@contoso.com \xfc",
			"<meta charset=iso-8859-1><p>\xe9 [e] \xfc"},
	};
	CHECK_ROWS(REDACT_HTML, rows);
}

#define HEAD "From: a@contoso.com\nTo: b@contoso.com\n"
#define HEAD_OUT "From: \"[e]\"\nTo: \"[e]\"\n"

static void header_fields_stay_fields(void)
{
	static const struct row rows[] = {
		{"addresses", "To: a@contoso.com,\n\tb@contoso.com\nFrom: X <c@contoso.com>\n\n",
			"To: \"[e]\",\n\t\"[e]\"\nFrom: X <\"[e]\">\n\n"},
		{"in quotes and comments", "From: \"a@contoso.com\" (b@contoso.com) <a@contoso.com>\nTo: x\n\n",
			"From: \"[e]\" ([e]) <\"[e]\">\nTo: x\n\n"},
		{"free text", HEAD "X-A: see a@contoso.com\n b@contoso.com\n\n", HEAD_OUT "X-A: see [e]\n [e]\n\n"},
		{"CRLF", "From: a@contoso.com\r\nTo: b\r\n\r\nc@contoso.com\r\n",
			"From: \"[e]\"\r\nTo: b\r\n\r\n[e]\r\n"},
		{"encoded words, B", HEAD "Subject: =?utf-8?B?YW5uYUBj?=\n =?utf-8?B?b250b3NvLmNvbQ==?=\n\n",
			HEAD_OUT "Subject: =?utf-8?b?W2VtYWlsX2FkZHJlc3Nd?=\n\n"},
		{"encoded words, Q", HEAD "Subject: Re: =?utf-8?q?x_=C3=A9_anna=40contoso=2Ecom?= y\n\n",
			HEAD_OUT "Subject: Re: =?utf-8?q?x_=C3=A9_=5Bemail=5Faddress=5D?= y\n\n"},
		{"other words stay", HEAD "Subject: =?ISO-8859-1?Q?=E9?= anna@contoso.com\n\n",
			HEAD_OUT "Subject: =?ISO-8859-1?Q?=E9?= [e]\n\n"},
		{"name of a file", HEAD "Content-Type: text/plain;\n name=a@contoso.com.txt; x=y\n\nz\n",
			HEAD_OUT "Content-Type: text/plain;\n name=\"[e].txt\"; x=y\n\nz\n"},
		{"name in pieces", HEAD "Content-Disposition: inline; filename*0=a@con; filename*1=toso.com\n\nz\n",
			HEAD_OUT "Content-Disposition: inline; filename=\"[e]\"\n\nz\n"},
		{"name by percent",
			HEAD "Content-Disposition: inline; filename*=utf-8''%C3%A9%20a%40contoso.com\n\nz\n",
			HEAD_OUT "Content-Disposition: inline; filename*=utf-8''%C3%A9%20%5Bemail_address%5D\n\nz\n"},
		{"ids",
			HEAD
			"Message-ID: <x@contoso.com>\nReferences: <y@a.example>\n\t<x@contoso.com> a@contoso.com\n\n",
			HEAD_OUT "Message-ID: <1@redacted>\nReferences: <2@redacted>\n\t<1@redacted> [e]\n\n"},
		{"content ids as their links",
			HEAD "Content-ID: <x@contoso.com>\nContent-Type: text/html\n\n"
			     "<img src=\"cid:x@contoso.com\"><p>\n",
			HEAD_OUT "Content-ID: <[e]>\nContent-Type: text/html\n\n<img src=\"cid:[e]\"><p>\n"},
		{"length and digest", HEAD "Content-Length: 14\nContent-MD5: AAAA\n\na@contoso.com\n",
			HEAD_OUT "Content-Length: 16\n\n[e]\n"},
		{"length of what stays", HEAD "Content-Length: 2\nContent-MD5: AAAA\n\nx\n",
			HEAD_OUT "Content-Length: 2\nContent-MD5: AAAA\n\nx\n"},
		{"no body", HEAD, HEAD_OUT},
	};
	CHECK_ROWS(REDACT_MAIL, rows);
}

static void bodies_are_written_in_their_encoding(void)
{
	static const struct row rows[] = {
		{"plain", HEAD "\nmail a@contoso.com\n", HEAD_OUT "\nmail [e]\n"},
		{"quoted-printable",
			HEAD "Content-Transfer-Encoding: quoted-printable\n\n=C3=A9 a=40con=\ntoso.com =3D =20\nx\n",
			HEAD_OUT "Content-Transfer-Encoding: quoted-printable\n\n=C3=A9 [e] =3D =20\nx\n"},
		{"base64", HEAD "Content-Transfer-Encoding: base64\n\nYSBhQGNvbnRv\nc28uY29tCg==\n",
			HEAD_OUT "Content-Transfer-Encoding: base64\n\nYSBbZW1haWxfYWRkcmVzc10K\n"},
		{"nothing found", HEAD "Content-Transfer-Encoding: base64\n\neA==\n\n",
			HEAD_OUT "Content-Transfer-Encoding: base64\n\neA==\n\n"},
		{"a page", HEAD "Content-Type: text/html\n\n<p>a<b>@</b>contoso.com</p>\n",
			HEAD_OUT "Content-Type: text/html\n\n<p>[e]<b></b></p>\n"},
		{"a page that looks like text", HEAD "Content-Type: text/html\n\na<b>@</b>contoso.com\n",
			HEAD_OUT "Content-Type: text/html\n\n[e]<b></b>\n"},
		{"latin-1", HEAD "Content-Type: text/plain; charset=iso-8859-1\n\n\xe9 a@contoso.com \xe9\n",
			HEAD_OUT "Content-Type: text/plain; charset=iso-8859-1\n\n\xe9 [e] \xe9\n"},
		{"parts",
			HEAD
			"Content-Type: multipart/mixed; boundary=b\n\npre a@contoso.com\n--b\n\nb@contoso.com\n--b\n"
			"Content-Type: text/plain\n\nc\n--b--\nepi a@contoso.com\n",
			HEAD_OUT "Content-Type: multipart/mixed; boundary=b\n\npre [e]\n--b\n\n[e]\n--b\n"
				 "Content-Type: text/plain\n\nc\n--b--\nepi [e]\n"},
		{"parts in parts",
			HEAD "Content-Type: multipart/a; boundary=b\n\n--b\nContent-Type: multipart/a; boundary=c\n\n"
			     "--c\n\na@contoso.com\n--c--\n\n--b\n\nb@contoso.com\n--b--\n",
			HEAD_OUT
			"Content-Type: multipart/a; boundary=b\n\n--b\nContent-Type: multipart/a; boundary=c\n\n"
			"--c\n\n[e]\n--c--\n\n--b\n\n[e]\n--b--\n"},
		{"a boundary that is an address",
			HEAD "Content-Type: multipart/a;\n boundary=\"a@contoso.com\"; x=y\n\n--a@contoso.com\n"
			     "\nx\n--a@contoso.com-- \n",
			HEAD_OUT "Content-Type: multipart/a;\n boundary=\"=_redacted_0\"; "
				 "x=y\n\n--=_redacted_0\n\nx\n--=_redacted_0-- \n"},
		{"no boundary", HEAD "Content-Type: multipart/mixed\n\n--b\n\na@contoso.com\n",
			HEAD_OUT "Content-Type: multipart/mixed\n\n--b\n\n[e]\n"},
		{"a message", HEAD "Content-Type: message/rfc822\n\nFrom: a@contoso.com\nSubject: x\n\nb@contoso.com\n",
			HEAD_OUT "Content-Type: message/rfc822\n\nFrom: \"[e]\"\nSubject: x\n\n[e]\n"},
		{"a bounced header", HEAD "Content-Type: text/rfc822-headers\n\nFrom: a@contoso.com\nSubject: x\n",
			HEAD_OUT "Content-Type: text/rfc822-headers\n\nFrom: \"[e]\"\nSubject: x\n"},
		{"a digest",
			HEAD
			"Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: a@contoso.com\nTo: b\n\nx\n--b--\n",
			HEAD_OUT
			"Content-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: \"[e]\"\nTo: b\n\nx\n--b--\n"},
		{"calendar", HEAD "Content-Type: text/calendar\n\nATTENDEE:mailto:a@contoso.com\n",
			HEAD_OUT "Content-Type: text/calendar\n\nATTENDEE:mailto:[e]\n"},
		{"mailbox",
			"From a@contoso.com Mon Jan 1 2024\n" HEAD "\nx\n\nFrom b@contoso.com Mon Jan 1 2024\n" HEAD
			"\n>From a@contoso.com\n",
			"From [e] Mon Jan 1 2024\n" HEAD_OUT "\nx\n\nFrom [e] Mon Jan 1 2024\n" HEAD_OUT
			"\n>From [e]\n"},
	};
	CHECK_ROWS(REDACT_MAIL, rows);
}

/* --- what cannot be searched --- */

#define PARTS HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\na@contoso.com\n--b\n"

static void what_cannot_be_searched_is_refused_or_passes(void)
{
	static const char *const parts[] = {
		PARTS "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUg==\n--b--\n",
		PARTS "Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\nUEsDBBQAAAAIAA==\n--b--\n",
		PARTS "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n--b--\n",
		PARTS "Content-Transfer-Encoding: base64\n\n!!!!YSBhQGNv\n--b--\n",
		PARTS "Content-Type: message/partial; id=x\n\nx\n--b--\n",
		PARTS "\nbegin 644 x.bin\n#0V%T\n`\nend\n--b--\n",
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct redacted refused = redact_as(REDACT_MAIL, parts[i], 0, 0);
		if (refused.status != REDACT_UNSEARCHED || refused.out.size > 0)
			CHECK_FAIL("\"%s\" gives status %d and %zu bytes", parts[i], refused.status, refused.out.size);
		redacted_free(&refused);
		struct redact_options options = redacted_options(REDACT_LABEL);
		options.format = REDACT_MAIL;
		options.pass_unsearched = true;
		struct redacted passed = redacted_of(&options, parts[i], strlen(parts[i]), 0, 0);
		size_t body = strlen(parts[i]) - strlen(PARTS);
		bool same = passed.out.size > body &&
			    memcmp(passed.out.data + passed.out.size - body, parts[i] + strlen(PARTS), body) == 0;
		if (!same || strstr((char *)passed.out.data, "@contoso") ||
			!strstr((char *)passed.events.data, "unsearched") || passed.counts.unsearched_bytes == 0)
			CHECK_FAIL("\"%s\" passes as \"%s\" with %s", parts[i], passed.out.data, passed.events.data);
		redacted_free(&passed);
	}
}

static void what_stands_before_it_in_a_mailbox_has_left(void)
{
	static const char box[] = "From x Mon\n" HEAD "\none\nFrom x Mon\n" HEAD
				  "Content-Transfer-Encoding: x-yenc\n\ntwo\nFrom x Mon\n" HEAD "\nthree\n";
	struct redacted redacted = redact_as(REDACT_MAIL, box, 0, 0);
	shorten(&redacted);
	CHECK_TEXT((char *)redacted.out.data, "From x Mon\n" HEAD_OUT "\none\n");
	CHECK_INT(redacted.status, REDACT_UNSEARCHED);
	CHECK_INT(redacted.counts.unsearched_at, strstr(box, "two") - box);
	redacted_free(&redacted);
}

/* --- the same for every cutting --- */

static void every_cut_gives_the_same(void)
{
	static const char box[] =
		"From a@contoso.com Mon\n" HEAD "Subject: =?utf-8?q?a=40contoso=2Ecom?=\n\none a@contoso.com\n\n"
		"From nobody\nFrom x Mon\r\n" HEAD "\n>From x\nb@contoso.com\n";
	static const char page[] = "<html><p title='a@contoso.com'>a<b>@</b>contoso.com [email_address] [e</p>";
	const struct {
		enum redact_format format;
		const char *text;
	} inputs[] = {{REDACT_MAIL, box}, {REDACT_HTML, page}, {REDACT_AUTO, box}, {REDACT_AUTO, page}};
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		struct redacted whole = redact_as(inputs[i].format, inputs[i].text, 0, 0);
		for (size_t cut = 0; cut < strlen(inputs[i].text); cut++) {
			struct redacted other = redact_as(inputs[i].format, inputs[i].text, cut, cut % 7);
			if (strcmp((char *)whole.out.data, (char *)other.out.data) != 0 ||
				strcmp((char *)whole.events.data, (char *)other.events.data) != 0)
				CHECK_FAIL("\"%s\" cut at %zu gives \"%s\"", inputs[i].text, cut, other.out.data);
			redacted_free(&other);
		}
		redacted_free(&whole);
	}
}

static void events_of_base64_stand_at_its_characters(void)
{
	static const char mail[] = "From: x\nTo: y\nContent-Transfer-Encoding: base64\n\nYSBhQGNv\nbnRvc28uY29t";
	struct redacted redacted = redact_as(REDACT_MAIL, mail, 0, 0);
	/* `a a@contoso.com`: the address begins in the third character of the first group */
	CHECK_TEXT((char *)redacted.events.data, "email_address 51 70\n");
	redacted_free(&redacted);
}

static void events_stand_where_the_document_has_the_value(void)
{
	static const char mail[] =
		"From: a@contoso.com\nTo: x\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9 b=40contoso.com x";
	struct redacted redacted = redact_as(REDACT_MAIL, mail, 0, 0);
	CHECK_TEXT((char *)redacted.events.data, "email_address 6 19\nemail_address 78 93\n");
	CHECK_INT(redacted.counts.replaced[DETECT_EMAIL_ADDRESS], 2);
	CHECK_INT(redacted.counts.bytes_in, sizeof mail - 1);
	CHECK_INT(redacted.counts.bytes_out, redacted.out.size);
	redacted_free(&redacted);
}

/* --- encodings --- */

static void quoted_printable_has_lines_of_76_columns_and_hides_what_mail_would_change(void)
{
	struct st_buf out = {0};
	char line[201];
	memset(line, 'x', 200);
	line[200] = 0;
	transfer_encode_quoted((struct st_span){(uint8_t *)line, 76}, "\n", &out);
	CHECK_INT(out.size, 76);
	out.size = 0;
	transfer_encode_quoted((struct st_span){(uint8_t *)line, 77}, "\r\n", &out);
	CHECK(out.size == 80 && memcmp(out.data + 75, "=\r\nxx", 5) == 0);
	out.size = 0;
	static const char text[] = "From x\n.\na \tb \r\n=\x80\r.x";
	transfer_encode_quoted((struct st_span){(const uint8_t *)text, sizeof text - 1}, "\n", &out);
	st_buf_add_byte(&out, 0);
	CHECK_TEXT((char *)out.data, "=46rom x\n=2E\na \tb=20\r\n=3D=80=0D.x");
	st_buf_free(&out);
}

static void encoded_words_have_75_columns_and_cut_no_character(void)
{
	static const char text[] =
		"Größe, und noch mehr Größe, und noch mehr Größe, und noch mehr Größe, und noch mehr";
	for (int base64 = 0; base64 < 2; base64++) {
		struct st_buf out = {0};
		encoded_words_write(
			(struct st_span){(const uint8_t *)text, sizeof text - 1}, base64 != 0, 9, "\n", &out);
		st_buf_add_byte(&out, 0);
		size_t column = 9;
		for (const char *p = (char *)out.data; *p; p++) {
			column = *p == '\n' ? 0 : column + 1;
			if (column > 76)
				CHECK_FAIL("column %zu in \"%s\"", column, out.data);
			if (base64 == 0 && strncmp(p, "?=\n =?utf-8?q?=", 15) == 0 &&
				(p[15] == '8' || p[15] == '9' || p[15] == 'B'))
				CHECK_FAIL("a character is cut in \"%s\"", out.data);
		}
		st_buf_free(&out);
	}
}

static void long_lines_that_come_of_it_are_broken(void)
{
	struct st_buf in = {0};
	st_buf_format(&in, "From: x\nTo: y\nX-A: ");
	for (int i = 0; i < 60; i++)
		st_buf_format(&in, "a%d@x.it ", i % 10);
	st_buf_format(&in, "\n\n");
	for (int i = 0; i < 110; i++)
		st_buf_format(&in, "a%d@x.it ", i % 10);
	st_buf_add_byte(&in, 0);
	struct redacted redacted = redact_as(REDACT_MAIL, (char *)in.data, 0, 0);
	size_t column = 0, most = 0;
	for (size_t i = 0; i < redacted.out.size; i++) {
		column = redacted.out.data[i] == '\n' ? 0 : column + 1;
		most = column > most ? column : most;
	}
	CHECK(most <= 998);
	CHECK(strstr((char *)redacted.out.data, "x.it") == NULL);
	st_buf_free(&in);
	redacted_free(&redacted);
}

static void an_id_of_ours_is_known_again(void)
{
	static const struct {
		const char *id;
		bool ours;
	} rows[] = {{"BCDFGHJKLMNPQRST@redacted", true}, {"12@redacted", true}, {"@redacted", false},
		{"x@redacted", false}, {"BCDFGHJKLMNPQRSTV@redacted", false}, {"BCDFGHJKLMNPQRSA@redacted", false},
		{"12@redacted.com", false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (message_id_is_ours((struct st_span){(const uint8_t *)rows[i].id, strlen(rows[i].id)}) !=
			rows[i].ours)
			CHECK_FAIL("%s", rows[i].id);
}

static void a_policy_says_what_becomes_of_fields_and_kinds(void)
{
	static const char text[] =
		"fields: {subject: drop, x-note: label, message-id: keep, to: keep}\nallow: [c@contoso.com]\n";
	static const char mail[] =
		"From: a@contoso.com, c@contoso.com\nTo: b@contoso.com\nSubject: a b\n c\nX-Note: a\n b\n"
		"Message-ID: <a@contoso.com>\nContent-Type: text/html\n\n<p>a@contoso.com c@contoso.com</p>\n";
	struct redact_policy *policy;
	CHECK_OK(redact_policy_open((struct st_span){(const uint8_t *)text, sizeof text - 1}, &policy, &err));
	struct redact_options options = redacted_options(REDACT_LABEL);
	options.format = REDACT_MAIL;
	options.policy = policy;
	struct redacted once = redacted_of(&options, mail, sizeof mail - 1, 0, 0);
	struct redacted twice = redacted_of(&options, once.out.data, once.out.size, 0, 0);
	CHECK(same_bytes(&once.out, &twice.out));
	CHECK_INT(once.counts.replaced[DETECT_KINDS], 2);
	shorten(&once);
	CHECK_TEXT((char *)once.out.data,
		"From: \"[e]\", c@contoso.com\nTo: b@contoso.com\nSubject: \nX-Note: [field]\n"
		"Message-ID: <a@contoso.com>\nContent-Type: text/html\n\n<p>[e] c@contoso.com</p>\n");
	redacted_free(&once);
	redacted_free(&twice);
	redact_policy_close(policy);
}

static void a_name_known_from_elsewhere_is_replaced_wherever_its_words_stand(void)
{
	static const char page[] = "<p>rossi, <b>anna</b> x</p>";
	struct redact_known *known = redact_known_open();
	redact_known_add(known, DETECT_PERSON_NAME, (struct st_span){(const uint8_t *)"anna rossi", 10});
	struct redact_options options = redacted_options(REDACT_LABEL);
	options.format = REDACT_HTML;
	options.known = known;
	struct redacted redacted = redacted_of(&options, page, sizeof page - 1, 0, 0);
	CHECK_TEXT((char *)redacted.out.data, "<p>[person_name]<b></b> x</p>");
	redacted_free(&redacted);
	redact_known_close(known);
}

static void a_document_too_large_is_refused(void)
{
	struct redact_options options = redacted_options(REDACT_LABEL);
	options.format = REDACT_HTML;
	size_t size = CEIL_REDACT_DOCUMENT_BYTES + 1;
	char *page = malloc(size);
	CHECK(page != NULL);
	memset(page, 'x', size);
	struct redacted redacted = redacted_of(&options, page, size, 0, 1 << 20);
	CHECK_INT(redacted.status, REDACT_TOO_LARGE);
	CHECK_INT(redacted.out.size, 0);
	redacted_free(&redacted);
	free(page);
}

int main(void)
{
	RUN(in_a_page_the_bytes_of_a_value_go_and_its_tags_stay);
	RUN(header_fields_stay_fields);
	RUN(bodies_are_written_in_their_encoding);
	RUN(what_cannot_be_searched_is_refused_or_passes);
	RUN(what_stands_before_it_in_a_mailbox_has_left);
	RUN(every_cut_gives_the_same);
	RUN(events_of_base64_stand_at_its_characters);
	RUN(events_stand_where_the_document_has_the_value);
	RUN(quoted_printable_has_lines_of_76_columns_and_hides_what_mail_would_change);
	RUN(encoded_words_have_75_columns_and_cut_no_character);
	RUN(long_lines_that_come_of_it_are_broken);
	RUN(an_id_of_ours_is_known_again);
	RUN(a_policy_says_what_becomes_of_fields_and_kinds);
	RUN(a_name_known_from_elsewhere_is_replaced_wherever_its_words_stand);
	RUN(a_document_too_large_is_refused);
	CHECK_END();
}
