/* Mail as a specification: each rule one sentence, each message cut into pieces of 1, 7, 64 and 4096 bytes as well. */
#include "extract/mail_value.h"
#include "extract/transfer_decode.h"

#include "../check.h"
#include "recorder.h"

/* --- what was seen of an object --- */

static char *seen_text(const struct recorder *seen)
{
	struct st_buf out = {0};
	for (uint32_t i = 0; i < seen->count; i++) {
		const struct seen_part *part = &seen->parts[i];
		const struct extract_part_result *r = &part->result;
		st_auto_free char *head = st_format("[%.*s %s %s%s%s r%d|", (int)part->name.size,
			part->name.size ? (const char *)part->name.data : "", r->format, st_read_status_name(r->status),
			r->reason ? "-" : "", st_reason_name(r->reason), (int)part->records);
		st_buf_add(&out, head, strlen(head));
		st_buf_add(&out, part->text.data, part->text.size);
		st_buf_add(&out, "]", 1);
	}
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

struct drip {
	struct stream stream, *from;
	size_t most;
};

static ssize_t drip_read(struct stream *stream, void *data, size_t capacity)
{
	struct drip *drip = stream->self;
	return drip->from->read(drip->from, data, capacity < drip->most ? capacity : drip->most);
}

/* Every digest of a record, one after the other. */
static struct st_buf digests;

static void on_record(void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	recorder_record(context, part, start, end, sha256);
	st_buf_add(&digests, sha256, ST_SHA256_BYTES);
}

static char *read_once(const void *data, size_t size, size_t most)
{
	static const struct extract_events events = {.part_begin = recorder_begin,
		.text = recorder_text,
		.record = on_record,
		.part_end = recorder_end,
		.progress = recorder_progress};
	struct extract_limits limits = extract_limits_default();
	struct extract_options options = {.format = NULL};
	struct recorder seen = {0};
	struct drip drip = {.from = stream_open_memory(data, size), .most = most};
	drip.stream = (struct stream){.read = drip_read, .self = &drip};
	digests.size = 0;
	extract_object_with_limits(&drip.stream, &options, &events, &seen, &limits, &seen.result);
	stream_close(drip.from);
	char *text = seen_text(&seen);
	if (seen.broken != NULL)
		CHECK_FAIL("%s: %.200s", seen.broken, (const char *)data);
	recorder_free(&seen);
	return text;
}

static char *read_all_ways(const void *data, size_t size)
{
	static const size_t cuts[] = {1, 7, 64, 4096};
	char *whole = read_once(data, size, SIZE_MAX);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		st_auto_free char *cut = read_once(data, size, cuts[i]);
		if (strcmp(cut, whole) != 0)
			CHECK_FAIL("cut every %zu reads\n%s\nnot\n%s", cuts[i], cut, whole);
	}
	return whole;
}

#define READS(text, want)                                                     \
	do {                                                                  \
		st_auto_free char *read_ = read_all_ways(text, strlen(text)); \
		CHECK_TEXT(read_, want);                                      \
	} while (0)

/* Equal messages: the last record of each is the same. */
static int same_message(const char *a, const char *b)
{
	uint8_t first[ST_SHA256_BYTES];
	free(read_once(a, strlen(a), SIZE_MAX));
	if (digests.size < ST_SHA256_BYTES)
		return -1;
	memcpy(first, digests.data + digests.size - ST_SHA256_BYTES, ST_SHA256_BYTES);
	free(read_once(b, strlen(b), SIZE_MAX));
	if (digests.size < ST_SHA256_BYTES)
		return -1;
	return memcmp(first, digests.data + digests.size - ST_SHA256_BYTES, ST_SHA256_BYTES) == 0;
}

#define HEAD "From: a@x.example\nTo: b@x.example\n"

/* --- what a message is --- */

static void a_header_block_and_a_blank_line_are_a_message(void)
{
	READS(HEAD "\nhello\n", "[ message read r1|" HEAD "\n][part-1 text read r0|hello\n]");
	READS("from: a\r\nX-Y: b\r\n\r\nhello",
		"[ message read r1|from: a\r\nX-Y: b\r\n\r\n][part-1 text read r0|hello]");
}

static void fields_in_prose_are_no_message(void)
{
	READS("Dear all,\nFrom: x\nTo: y\n\nbye\n", "[ text read r1|Dear all,\nFrom: x\nTo: y\n\nbye\n]");
	READS("From: x\nhe said\n\n", "[ text read r1|From: x\nhe said\n\n]");
	READS("From: only\n\none field\n", "[ text read r1|From: only\n\none field\n]");
	READS("One: 1x\nTwo: 2x\n\nno known field\n", "[ text read r1|One: 1x\nTwo: 2x\n\nno known field\n]");
	READS(HEAD "no blank line", "[ text read r1|" HEAD "no blank line]");
}

static void blank_lines_before_the_header_are_passed_over(void)
{
	READS("  \n\n" HEAD "\nx", "[ message read r1|  \n\n" HEAD "\n][part-1 text read r0|x]");
}

static void a_message_without_a_body_is_one(void)
{
	READS(HEAD "\n", "[ message read r1|" HEAD "\n][part-1 empty read r0|]");
}

static void an_mbox_splits_where_a_header_follows_a_from_line(void)
{
	READS("From a@x.example Mon\n" HEAD
	      "\none\n>From quoted\n>>From twice\nFrom here on prose\n\nFrom b@x.example Tue\n" HEAD "\ntwo\n",
		"[ mbox read r0|][message-1 message read r1|From a@x.example Mon\n" HEAD
		"\n][part-1 text read r0|one\nFrom quoted\n>From twice\nFrom here on prose\n]"
		"[message-2 message read r1|From b@x.example Tue\n" HEAD "\n][part-1 text read r0|two\n]");
}

/* --- headers --- */

static void encoded_words_are_decoded_and_adjacent_ones_joined(void)
{
	READS(HEAD "Subject: =?utf-8?q?a=40b?= =?UTF-8?B?w6k=?=\n =?utf-8?Q?_c?= d =?iso-8859-1*de?q?=E9?=\n\nx",
		"[ message read r1|" HEAD "Subject: a@b\xc3\xa9 c d \xc3\xa9\n\n][part-1 text read r0|x]");
	READS(HEAD "Subject: =?utf-8?q?\n =?x?y?z?= =?utf-8?q?=C3?= =?utf-8?q?=A9?= =?nonsense?q?e?=\n\nx",
		"[ message read r1|" HEAD "Subject: =?utf-8?q?\n =?x?y?z?= \xc3\xa9"
		"e\n\n][part-1 text read r0|x]");
}

static void values_that_name_messages_are_left_out(void)
{
	READS(HEAD "Message-ID: <i@x.example>\nReferences: <j@x.example>\n <k@x.example>\nin-reply-to : "
		   "<l@x.example>\n\nx",
		"[ message read r1|" HEAD "Message-ID:\nReferences:\nin-reply-to :\n\n][part-1 text read r0|x]");
}

static uint64_t at_sign_stored;

static void note_at_sign(void *context, uint32_t part, const struct extract_text *text)
{
	(void)context;
	for (size_t i = 0; part == 0 && i < text->size; i++)
		if (text->data[i] == '!')
			at_sign_stored = text->stored_start + (text->stored != NULL ? text->stored[i] : i);
}

static void every_byte_of_a_header_leads_back_to_where_it_is_stored(void)
{
	static const struct {
		const char *text;
		size_t want;
	} rows[] = {
		{HEAD "Subject: a!b\n\n", 43},
		{HEAD "Subject: =?utf-8?q?ab=21c?=\n\n", 55},
		{HEAD "Subject: =?utf-8?b?YWIh?=\n\n", 55}, /* its first bits are in the third character */
		{HEAD "Message-ID: <1@x>\nSubject: a!\n\n", 61},
		{HEAD "Subject: =?iso-8859-1?q?=E9?= =?iso-8859-1?q?!?=\n\n", 79},
	};
	struct extract_events events = {.text = note_at_sign};
	struct extract_options options = {0};
	struct extract_result result;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stream *stream = stream_open_memory(rows[i].text, strlen(rows[i].text));
		extract_object(stream, &options, &events, NULL, &result);
		stream_close(stream);
		const char *plain = strchr(rows[i].text, '!');
		CHECK_INT(at_sign_stored, plain != NULL ? (size_t)(plain - rows[i].text) : rows[i].want);
	}
}

static void no_encoded_word_is_cut_in_a_field_of_any_length(void)
{
	struct st_buf mail = {0};
	st_buf_add(&mail, HEAD "Subject: s\n", strlen(HEAD "Subject: s\n"));
	for (int i = 0; i < 4000; i++) {
		st_auto_free char *word = st_format(" =?utf-8?q?and_w=%02X%d=40x.example_?=\n", 'a' + i % 26, i);
		st_buf_add(&mail, word, strlen(word));
	}
	st_buf_add(&mail, "\nx", 2);
	st_auto_free char *got = read_all_ways(mail.data, mail.size);
	for (int i = 0; i < 4000; i++) {
		st_auto_free char *want = st_format("and w%c%d@x.example", 'a' + i % 26, i);
		if (strstr(got, want) == NULL)
			CHECK_FAIL("%s is missing", want);
	}
	st_buf_free(&mail);
}

static void a_line_that_is_no_field_ends_the_header(void)
{
	READS("From: a\nTo: b\nSubject: c\nDate: d\nbroken line\nx: y\n",
		"[ message read r1|From: a\nTo: b\nSubject: c\nDate: d\n][part-1 text read r0|broken line\nx: y\n]");
}

/* --- bodies --- */

#define MIXED HEAD "Content-Type: multipart/mixed; boundary=\"b b\"\n\n"

static void parts_preamble_and_epilogue_are_told_apart(void)
{
	READS(MIXED "pre\n--b b\n\none\n--b b  \nContent-Type: text/html\n\n<p>two\n\n--b bx\n--b b--\nepi\n",
		"[ message read r1|" MIXED "pre\n\nContent-Type: text/html\n\n\nepi\n]"
		"[part-1 text read r0|one][part-2 text read r0|<p>two\n\n--b bx]");
}

static void an_alternative_in_a_mixed_has_its_own_boundary(void)
{
	READS(HEAD
		"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n"
		"--i\n\na\n--i\n\nb\n--i--\n\n--o\n\nc\n--o--\n",
		"[ message read r1|" HEAD "Content-Type: multipart/mixed; boundary=o\n\n"
		"Content-Type: multipart/alternative; boundary=i\n\n\n\n\n\n\n\n]"
		"[part-1 text read r0|a][part-2 text read r0|b][part-3 text read r0|c]");
}

static void a_missing_last_boundary_is_truncated_and_its_text_is_read(void)
{
	READS(MIXED "--b b\n\none", "[ message partial-truncated r1|" MIXED "\n][part-1 text read r0|one]");
}

static void a_multipart_whose_boundary_is_missing_or_never_comes_is_searched_as_it_stands(void)
{
	READS(MIXED "c@x.example\n", "[ message partial-corrupt r1|" MIXED "c@x.example\n]");
	READS(HEAD "Content-Type: multipart/mixed\n\n--x\n\nc\n",
		"[ message partial-corrupt r1|" HEAD "Content-Type: multipart/mixed\n\n--x\n\nc\n]");
}

static void endless_multiparts_end_at_the_ceiling(void)
{
	struct st_buf mail = {0};
	st_buf_add(&mail, HEAD, strlen(HEAD));
	for (int i = 0; i < 60; i++) {
		st_auto_free char *level = st_format("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
		st_buf_add(&mail, level, strlen(level));
	}
	st_auto_free char *got = read_all_ways(mail.data, mail.size);
	st_buf_free(&mail);
	CHECK(strstr(got, "[part-1 unknown unread-limit-depth r0|]") != NULL);
}

static void endless_messages_end_at_the_ceiling(void)
{
	struct st_buf mail = {0};
	for (int i = 0; i < 60; i++)
		st_buf_add(&mail, HEAD "Content-Type: message/rfc822\n\n",
			strlen(HEAD "Content-Type: message/rfc822\n\n"));
	st_auto_free char *got = read_once(mail.data, mail.size, SIZE_MAX);
	st_buf_free(&mail);
	CHECK(strstr(got, "unread-limit-depth") != NULL);
}

static void a_message_in_a_message_is_a_record_of_its_own(void)
{
	READS(HEAD "Content-Type: message/rfc822\n\nSubject: in\n\nx",
		"[ message read r1|" HEAD "Content-Type: message/rfc822\n\n]"
		"[part-1 message read r1|Subject: in\n\n][part-1 text read r0|x]");
}

static void a_header_without_its_body_misses_nothing(void)
{
	READS(HEAD "Content-Type: text/rfc822-headers\n\nSubject: in\nContent-Type: multipart/mixed; boundary=b\n\n",
		"[ message read r1|" HEAD "Content-Type: text/rfc822-headers\n\n]"
		"[part-1 message read r1|Subject: in\nContent-Type: multipart/mixed; boundary=b\n\n]");
}

static void an_attachment_has_its_own_records_and_its_decoded_name(void)
{
	READS(MIXED "--b b\nContent-Disposition: attachment; filename*0*=utf-8''r%C3%B6; filename*1=\"w s.csv\"\n"
		    "Content-Transfer-Encoding: base64\n\nYSxiCjEseAoyLHkK\n--b b--",
		"[ message read r1|" MIXED
		"Content-Disposition: attachment; filename*0*=utf-8''r%C3%B6; filename*1=\"w "
		"s.csv\"\nContent-Transfer-Encoding: base64\n\n]"
		"[r\xc3\xb6w s.csv csv read r2|a,b\n1,x\n2,y\n]");
}

static void quoted_printable_and_base64_are_decoded(void)
{
	READS(HEAD "Content-Transfer-Encoding: Quoted-Printable\n\na=3Db =\nc=  \r\nd  \ne=zz=4\n=",
		"[ message read r1|" HEAD "Content-Transfer-Encoding: Quoted-Printable\n\n]"
		"[part-1 text read r0|a=b cd\ne=zz=4\n]");
	READS(HEAD "Content-Transfer-Encoding: base64\n\nYW Jj\nZA==\nZWY\n",
		"[ message read r1|" HEAD "Content-Transfer-Encoding: base64\n\n][part-1 text read r0|abcdef]");
}

static void base64_with_foreign_signs_is_read_and_said_to_be_corrupt(void)
{
	READS(HEAD "Content-Transfer-Encoding: base64\n\nYW!JjZA==\n",
		"[ message read r1|" HEAD
		"Content-Transfer-Encoding: base64\n\n][part-1 text partial-corrupt r0|abcd]");
	READS(HEAD "Content-Transfer-Encoding: base64\n\nYWJjZ\n",
		"[ message read r1|" HEAD "Content-Transfer-Encoding: base64\n\n][part-1 text partial-corrupt r0|abc]");
}

static void the_declared_charset_decides_between_single_byte_sets(void)
{
	READS(HEAD "Content-Type: text/plain; charset=koi8-r\n\n\xc1\xc2",
		"[ message read r1|" HEAD
		"Content-Type: text/plain; charset=koi8-r\n\n][part-1 text read r0|\xd0\xb0\xd0\xb1]");
	READS(HEAD "Content-Type: text/plain; charset=iso-8859-1\n\n\xc3\xa9\xc3\xa8",
		"[ message read r1|" HEAD
		"Content-Type: text/plain; charset=iso-8859-1\n\n][part-1 text read r0|\xc3\xa9\xc3\xa8]");
}

static void what_is_sealed_or_not_decoded_says_so(void)
{
	READS(HEAD "\n-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n",
		"[ message read r1|" HEAD "\n][part-1 pgp unread-encrypted r0|]");
	READS(HEAD "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n",
		"[ message read r1|" HEAD
		"Content-Transfer-Encoding: x-uuencode\n\n][part-1 unknown unread-unsupported r0|]");
	READS(MIXED "--b b\nContent-Disposition: attachment; filename=winmail.dat\n\n\x78\x9f\x3e\x22zz\n--b b--\n",
		"[ message read r1|" MIXED "Content-Disposition: attachment; filename=winmail.dat\n\n\n]"
		"[winmail.dat tnef partial-unsupported r0|]");
}

static void a_file_encoded_inside_a_text_is_not_read_and_that_is_said(void)
{
	READS(HEAD "\nhello\nbegin 644 a.txt\n#0V%T\n`\nend\n",
		"[ message read r1|" HEAD "\n][part-1 text partial-unsupported r0|hello\nbegin 644 "
		"a.txt\n#0V%T\n`\nend\n]");
	READS(HEAD "\r\nbegin 0755 a b\r\nM86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A\r\n",
		"[ message read r1|" HEAD "\r\n][part-1 text partial-unsupported r0|begin 0755 a "
		"b\r\nM86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A86%A\r\n]");
	READS(HEAD "\n=ybegin line=128 size=3 name=a\nxyz\n",
		"[ message read r1|" HEAD "\n][part-1 text partial-unsupported r0|=ybegin line=128 size=3 "
		"name=a\nxyz\n]");
	READS(HEAD "Content-Type: message/rfc822\n\nSubject: in\n\nbegin 644 a\n#0V%T\n",
		"[ message read r1|" HEAD "Content-Type: message/rfc822\n\n][part-1 message read r1|Subject: "
		"in\n\n][part-1 text partial-unsupported r0|begin 644 a\n#0V%T\n]");
	READS(HEAD "\nbegin 644 people\nwith this prose\n=ybegin x\n",
		"[ message read r1|" HEAD "\n][part-1 text read r0|begin 644 people\nwith this prose\n=ybegin x\n]");
}

static void pieces_of_a_message_are_searched_as_text_and_partial(void)
{
	READS(HEAD "Content-Type: message/partial; id=i; number=2; total=3\n\nc@x.example\n",
		"[ message read r1|" HEAD "Content-Type: message/partial; id=i; number=2; total=3\n\n]"
		"[part-1 text partial-unsupported r0|c@x.example\n]");
}

/* --- the canonical message --- */

#define ONE "Message-ID: <1@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: A <a@x.example>\nSubject: s t\n"

static void exports_of_one_message_are_one_record(void)
{
	CHECK_INT(same_message(ONE "\nbody=\n\n\n", ONE "Received: by z\n\nbody=\n"), 1);
	CHECK_INT(same_message(ONE "\nb\303\251\n", "Received: by y\r\nFrom: \"Other\" <A@X.example>\r\nSubject: "
						    "=?utf-8?q?s?=\r\n  =?utf-8?q?_t?=\r\n"
						    "Date: 1 Jan 24 11:00 +0100\r\nMessage-ID: "
						    "<1@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nYsOpDQo=\r\n"),
		1);
	CHECK_INT(same_message(ONE "\nx\n", ONE "\ny\n"), 0);
	CHECK_INT(same_message(ONE "\nx\n", ONE "X-Priority: 1\n\nx\n"), 1);
	CHECK_INT(same_message("To: z\n" ONE "\nx\n", ONE "\nx\n"), 1);
	CHECK_INT(same_message("From: a\nSubject: b\n\nx", "From: a\nSubject: c\n\nx"), 0);
}

static void attachments_make_a_difference_in_any_order(void)
{
	static const char *const form =
		ONE "Content-Type: multipart/mixed; boundary=%s\n\n--%s\n\nx\n--%s\n"
		    "Content-Disposition: attachment\n\n%s\n--%s\nContent-Disposition: attachment\n\n%s\n--%s--\n";
	char mail[3][1024];
	snprintf(mail[0], 1024, form, "b", "b", "b", "1", "b", "2", "b");
	snprintf(mail[1], 1024, form, "c", "c", "c", "2", "c", "1", "c");
	snprintf(mail[2], 1024, form, "b", "b", "b", "1", "b", "3", "b");
	CHECK_INT(same_message(mail[0], mail[1]), 1);
	CHECK_INT(same_message(mail[0], mail[2]), 0);
}

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void dates_are_instants(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{"Thu, 1 Jan 1970 00:00:00 +0000", 0},
		{" 21 Nov 2026 21:00:00 +0100 (CET)", 1795291200},
		{"Sat (x), 21 Nov 2026 20:00 GMT", 1795291200},
		{"Sat, 21 Nov 26 15:00:00 EST", 1795291200},
		{"Sat 21 November 126 20:00:00 Z", 1795291200},
		{"29 Feb 2000 12:00:00 -0000", 951825600},
	};
	static const char *const none[] = {"", "yesterday", "1 Foo 2020 00:00:00 +0000", "1 Jan 2020",
		"1 Jan 2020 25:00:00 +0000", "1 Jan 2020 10:00:00", "32 Jan 2020 10:00:00 Z", "1 Jan 2020 10:00:00 +1"};
	int64_t seconds;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(mail_date(span(rows[i].text), &seconds));
		CHECK_INT(seconds, rows[i].want);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(!mail_date(span(none[i]), &seconds));
}

static void the_first_address_of_from_is_found(void)
{
	static const char *const rows[][2] = {{"A B <C@D.example>", "c@d.example"}, {" x@Y ", "x@y"},
		{"\"<no@z>, b\" <a@b>", "a@b"}, {"a@b (comment, <c@d>)", "a@b"}, {"a@b, c@d", "a@b"}, {"<a@b", "a@b"},
		{"(", ""}, {"\"", "\""}, {"", ""}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		st_auto_buf struct st_buf out = {0};
		mail_first_address(span(rows[i][0]), &out);
		st_buf_add_byte(&out, 0);
		CHECK_TEXT((const char *)out.data, rows[i][1]);
	}
}

static void parameters_are_found_in_any_spelling(void)
{
	static const char *const rows[][2] = {{"a; name=x", "x"}, {"a;NAME = \"x \\\"y\"", "x \"y"},
		{"a; other=\"; name=z\"; name=q r ; b", "q r"}, {"a; name*=iso-8859-1'de'%E9%", "\xc3\xa9%"},
		{"a; name*1=b; name*0=a; name*3=d", "ab"}, {"a; name==?utf-8?q?=C3=A9?=", "\xc3\xa9"},
		{"a; name=p; name*=utf-8''q", "q"}, {"a; name*=''", ""}, {"a; name", ""}, {"a; name=\"", ""},
		{";;=;", ""}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		st_auto_buf struct st_buf out = {0};
		CHECK_INT(mail_parameter(span(rows[i][0]), "name", &out), rows[i][1][0] != 0);
		st_buf_add_byte(&out, 0);
		CHECK_TEXT((const char *)out.data, rows[i][1]);
	}
}

int main(void)
{
	RUN(a_header_block_and_a_blank_line_are_a_message);
	RUN(fields_in_prose_are_no_message);
	RUN(blank_lines_before_the_header_are_passed_over);
	RUN(a_message_without_a_body_is_one);
	RUN(an_mbox_splits_where_a_header_follows_a_from_line);
	RUN(encoded_words_are_decoded_and_adjacent_ones_joined);
	RUN(values_that_name_messages_are_left_out);
	RUN(every_byte_of_a_header_leads_back_to_where_it_is_stored);
	RUN(no_encoded_word_is_cut_in_a_field_of_any_length);
	RUN(a_line_that_is_no_field_ends_the_header);
	RUN(parts_preamble_and_epilogue_are_told_apart);
	RUN(an_alternative_in_a_mixed_has_its_own_boundary);
	RUN(a_missing_last_boundary_is_truncated_and_its_text_is_read);
	RUN(a_multipart_whose_boundary_is_missing_or_never_comes_is_searched_as_it_stands);
	RUN(endless_multiparts_end_at_the_ceiling);
	RUN(endless_messages_end_at_the_ceiling);
	RUN(a_message_in_a_message_is_a_record_of_its_own);
	RUN(a_header_without_its_body_misses_nothing);
	RUN(an_attachment_has_its_own_records_and_its_decoded_name);
	RUN(quoted_printable_and_base64_are_decoded);
	RUN(base64_with_foreign_signs_is_read_and_said_to_be_corrupt);
	RUN(the_declared_charset_decides_between_single_byte_sets);
	RUN(what_is_sealed_or_not_decoded_says_so);
	RUN(a_file_encoded_inside_a_text_is_not_read_and_that_is_said);
	RUN(pieces_of_a_message_are_searched_as_text_and_partial);
	RUN(exports_of_one_message_are_one_record);
	RUN(attachments_make_a_difference_in_any_order);
	RUN(dates_are_instants);
	RUN(the_first_address_of_from_is_found);
	RUN(parameters_are_found_in_any_spelling);
	st_buf_free(&digests);
	CHECK_END();
}
