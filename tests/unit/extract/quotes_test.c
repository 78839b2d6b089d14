/*
 * What is repeated in a mail, as a specification: each rule one sentence, its text with `{place}` where a place begins.
 * Each text is read whole and in pieces of 1, 7 and 64 bytes, and once by a reader who asks for no places: text,
 * stored bytes and records must be the same.
 */
#include "recorder.h"

#include "../check.h"

struct seen {
	struct recorder recorder; /* first, so that its events take this as their context */
	struct st_buf marked;     /* text of all parts with places in braces */
	struct st_buf bytes;      /* each byte of text with its stored start and end; digests of records */
	struct st_buf coming;     /* places whose text has not come: u64 offset, span label */
	uint64_t last_place;
	bool any_place;
};

static void add_marked(struct seen *seen, uint64_t at, uint8_t byte)
{
	struct st_cursor in = {seen->coming.data, seen->coming.data, false};
	if (seen->coming.size > 0)
		in.end += seen->coming.size;
	if (seen->coming.size > 0 && st_cursor_u64(&in) <= at) {
		struct st_span label = st_cursor_span(&in);
		st_buf_add_byte(&seen->marked, '{');
		st_buf_add(&seen->marked, label.data, label.size);
		st_buf_add_byte(&seen->marked, '}');
		st_buf_drop_front(&seen->coming, (size_t)(in.at - seen->coming.data));
	}
	st_buf_add_byte(&seen->marked, byte);
}

static void on_begin(void *context, const struct extract_part *part)
{
	struct seen *seen = context;
	recorder_begin(context, part);
	if (part->index > 0)
		st_buf_add_byte(&seen->marked, '|');
	seen->any_place = false;
}

static void on_place(void *context, uint32_t part, uint64_t start, struct st_span label)
{
	struct seen *seen = context;
	recorder_rule(
		&seen->recorder, start >= seen->recorder.parts[part].text_bytes, "a place is told before its text");
	recorder_rule(&seen->recorder, !seen->any_place || start > seen->last_place, "places come in order");
	seen->any_place = true;
	seen->last_place = start;
	st_buf_add_u64(&seen->coming, start);
	st_buf_add_span(&seen->coming, label.data, label.size);
}

static void on_text(void *context, uint32_t part, const struct extract_text *text)
{
	struct seen *seen = context;
	recorder_text(context, part, text);
	for (size_t i = 0; i < text->size; i++) {
		uint64_t start = text->stored_start + (text->stored != NULL ? text->stored[i] : i);
		uint64_t end = text->stored_ends != NULL ? text->stored_start + text->stored_ends[i]
			       : text->stored != NULL    ? text->stored_start + text->stored[i + 1]
							 : start + 1;
		add_marked(seen, text->start + i, text->data[i]);
		st_buf_add_byte(&seen->bytes, text->data[i]);
		st_buf_add_u64(&seen->bytes, start);
		st_buf_add_u64(&seen->bytes, end);
		st_buf_add_byte(&seen->bytes, text->transcoded);
	}
}

static void on_record(void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct seen *seen = context;
	recorder_record(context, part, start, end, sha256);
	st_buf_add(&seen->bytes, sha256, ST_SHA256_BYTES);
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

static void read_mail(struct seen *seen, const char *mail, size_t size, size_t most, bool places)
{
	struct extract_events events = {.part_begin = on_begin,
		.text = on_text,
		.record = on_record,
		.place = places ? on_place : NULL,
		.part_end = recorder_end,
		.progress = recorder_progress};
	struct extract_limits limits = extract_limits_default();
	struct extract_options options = {.format = NULL};
	struct drip drip = {.from = stream_open_memory(mail, size), .most = most};
	drip.stream = (struct stream){.read = drip_read, .self = &drip};
	*seen = (struct seen){0};
	extract_object_with_limits(&drip.stream, &options, &events, seen, &limits, &seen->recorder.result);
	stream_close(drip.from);
	if (seen->recorder.broken != NULL)
		CHECK_FAIL("%s: %.300s", seen->recorder.broken, mail);
}

static void seen_free(struct seen *seen)
{
	recorder_free(&seen->recorder);
	st_buf_free(&seen->marked);
	st_buf_free(&seen->bytes);
	st_buf_free(&seen->coming);
}

static bool same_bytes(const struct seen *a, const struct seen *b)
{
	return a->bytes.size == b->bytes.size && memcmp(a->bytes.data, b->bytes.data, a->bytes.size) == 0;
}

/* The marked text of the mail, the same in all pieces; caller frees. */
static char *marked(const char *mail, size_t size)
{
	static const size_t cuts[] = {1, 7, 64};
	struct seen whole, cut;
	read_mail(&whole, mail, size, SIZE_MAX, true);
	read_mail(&cut, mail, size, SIZE_MAX, false);
	if (!same_bytes(&whole, &cut))
		CHECK_FAIL("places change text, stored bytes or records of\n%.300s", mail);
	seen_free(&cut);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		read_mail(&cut, mail, size, cuts[i], true);
		if (!same_bytes(&whole, &cut) || cut.marked.size != whole.marked.size ||
			memcmp(cut.marked.data, whole.marked.data, whole.marked.size) != 0)
			CHECK_FAIL("cut every %zu reads\n%.*s\nnot\n%.*s", cuts[i], (int)cut.marked.size,
				(const char *)cut.marked.data, (int)whole.marked.size, (const char *)whole.marked.data);
		seen_free(&cut);
	}
	char *text = st_strndup((const char *)whole.marked.data, whole.marked.size);
	seen_free(&whole);
	return text;
}

#define HEAD "From: a@x.example\nTo: b@x.example\n"

/* The body in a mail of one part of plain text. */
#define BODY(body, want)                                                                   \
	do {                                                                               \
		st_auto_free char *body_ = marked(HEAD "\n" body, strlen(HEAD "\n" body)); \
		CHECK_TEXT(body_, "{header}" HEAD "\n|" want);                             \
	} while (0)

#define PAGE HEAD "Content-Type: text/html\n\n"
#define HTML(body, want)                                                         \
	do {                                                                     \
		st_auto_free char *body_ = marked(PAGE body, strlen(PAGE body)); \
		CHECK_TEXT(body_, "{header}" PAGE "|" want);                     \
	} while (0)

static void a_body_is_the_writers_own(void)
{
	BODY("\nhello\n\nbye\n", "\n{body}hello\n\nbye\n");
	BODY("\n\n", "\n\n");
}

static void lines_behind_signs_of_quotation_are_repeated(void)
{
	BODY("a\n> b\n>\n>> c\n\nd\n", "{body}a\n{quoted reply}> b\n>\n>> c\n\n{body}d\n");
	BODY(" > b\r\nd\r\n", "{quoted reply} > b\r\n{body}d\r\n");
}

static void a_value_that_is_broken_over_quoted_lines_is_not_joined(void)
{
	BODY("> anna@con\n> toso.com\n", "{quoted reply}> anna@con\n> toso.com\n");
}

static void who_wrote_it_is_told_in_many_languages(void)
{
	static const char *const sentences[] = {
		"On Mon, Jan 5, 2026 at 9:01 AM Anna Rossi <anna@contoso.com> wrote:",
		"On 05/01/2026 09:01, Anna Rossi wrote:",
		"Anna Rossi <anna@contoso.com> wrote:",
		"Am 05.01.2026 um 09:01 schrieb Anna Rossi <anna@contoso.com>:",
		"Am Mo., 5. Jan. 2026 um 09:01\302\240Uhr schrieb Anna Rossi <anna@contoso.com>:",
		"Le lun. 5 janv. 2026 \303\240 09:01, Anna Rossi <anna@contoso.com> a \303\251crit\302\240:",
		"Le 05/01/2026 \303\240 09:01, Anna Rossi a \303\251crit :",
		"Il giorno lun 5 gen 2026 alle ore 09:01 Anna Rossi <anna@contoso.com> ha scritto:",
		"Il 05/01/2026 09:01, Anna Rossi ha scritto:",
		"El lun, 5 ene 2026 a las 9:01, Anna Rossi (<anna@contoso.com>) escribi\303\263:",
		"Op ma 5 jan 2026 om 09:01 schreef Anna Rossi <anna@contoso.com>:",
		"Em seg., 5 de jan. de 2026 \303\240s 09:01, Anna Rossi <anna@contoso.com> escreveu:",
		"Den m\303\245n 5 jan. 2026 kl 09:01 skrev Anna Rossi <anna@contoso.com>:",
		"W dniu 5.01.2026 o 09:01, Anna Rossi napisa\305\202(a):",
	};
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		st_auto_free char *mail = st_format(HEAD "\nyes\n\n%s\n\n> old\n\nno\n", sentences[i]);
		st_auto_free char *want = st_format("{header}" HEAD "\n|{body}yes\n\n{forwarded header}%s\n\n{quoted "
						    "reply}> old\n\n{body}no\n",
			sentences[i]);
		st_auto_free char *got = marked(mail, strlen(mail));
		CHECK_TEXT(got, want);
	}
}

static void the_sentence_may_go_over_lines_and_stand_in_a_quote(void)
{
	BODY("On Mon, Jan 5, 2026 at 9:01 AM Anna Rossi\n<anna@contoso.com> wrote:\n> x\n",
		"{forwarded header}On Mon, Jan 5, 2026 at 9:01 AM Anna Rossi\n<anna@contoso.com> wrote:\n{quoted "
		"reply}> x\n");
	BODY("> On 5 Jan 2026, at 9:01, Anna\n> <anna@contoso.com> wrote:\n> \n> x\n",
		"{forwarded header}> On 5 Jan 2026, at 9:01, Anna\n> <anna@contoso.com> wrote:\n> \n{quoted reply}> "
		"x\n");
}

static void without_signs_of_quotation_all_that_follows_the_sentence_is_repeated(void)
{
	BODY("ok\nOn 5 Jan 2026 Anna wrote:\nold\n\nold too\n-- \nAnna\n",
		"{body}ok\n{forwarded header}On 5 Jan 2026 Anna wrote:\n{quoted reply}old\n\nold too\n-- \nAnna\n");
}

static void prose_that_begins_like_the_sentence_is_prose(void)
{
	BODY("On 5 January we met:\nnothing\n", "{body}On 5 January we met:\nnothing\n");
	BODY("On 5 January\nwe met and\n\nshe wrote:\n", "{body}On 5 January\nwe met and\n\nshe wrote:\n");
	BODY("On that day she wrote:\nx\n", "{body}On that day she wrote:\nx\n");
	BODY("Am 5.\n> x\n", "{body}Am 5.\n{quoted reply}> x\n");
	BODY("On 5 May\nOn 6 May 2026 Anna wrote:\n> x\n",
		"{forwarded header}On 5 May\nOn 6 May 2026 Anna wrote:\n{quoted reply}> x\n");
}

static void the_header_of_an_earlier_mail_begins_it_in_many_languages(void)
{
	static const char *const headers[] = {
		"From: Anna <anna@contoso.com>\nSent: Monday\nTo: bob@fabrikam.example\nSubject: s\n",
		"Von: Anna Rossi\nGesendet: Montag, 5. Januar 2026 09:01\nAn: Bob\nBetreff: s\n",
		"De : Anna Rossi\nEnvoy\303\251 : lundi 5 janvier 2026 09:01\n\303\200 : Bob\nObjet : s\n",
		"De\302\240: Anna Rossi\nDate\302\240: lundi\n\303\200\302\240: Bob\nObjet\302\240: s\n",
		"Da: Anna Rossi\nInviato: luned\303\254 5 gennaio 2026\nA: Bob\nCc: Carla\nOggetto: s\n",
		"De: Anna Rossi\nEnviado el: lunes\nPara: Bob\nAsunto: s\n",
		"Van: Anna Rossi\nVerzonden: maandag\nAan: Bob\nOnderwerp: s\n",
		"De: Anna Rossi\nEnviada em: segunda-feira\nPara: Bob\nAssunto: s\n",
		"Fr\303\245n: Anna\nSkickat: m\303\245ndag\nTill: Bob\n\303\204mne: s\n",
		"*From:* Anna\n*Sent:* Monday\n*Subject:* s\n",
		"Subject: s\nDate: Mon\nFrom: Anna <anna@contoso.com>\nTo: Bob\n",
		"Von: anna@contoso.com\nAn: bob@contoso.com\n", /* short, and an address */
	};
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		st_auto_free char *mail = st_format(HEAD "\nyes\n\n%s\nold\n\nolder\n", headers[i]);
		st_auto_free char *want = st_format("{header}" HEAD "\n|{body}yes\n\n{forwarded header}%s\n{quoted "
						    "reply}old\n\nolder\n",
			headers[i]);
		st_auto_free char *got = marked(mail, strlen(mail));
		CHECK_TEXT(got, want);
	}
}

static void lists_of_its_receivers_go_over_lines(void)
{
	BODY("From: Anna\nTo: a@x.example;\nb@x.example;\n  c@x.example\nSubject: s\nold\n",
		"{forwarded header}From: Anna\nTo: a@x.example;\nb@x.example;\n  c@x.example\nSubject: s\n{quoted "
		"reply}old\n");
}

static void fields_that_are_no_header_are_the_writers_own(void)
{
	BODY("From: Rome\nTo: Paris\nDate: 5 May\n\nbye\n", "{body}From: Rome\nTo: Paris\nDate: 5 May\n\nbye\n");
	BODY("To: do\nDate: today\nSubject: x\nFrom here on prose\n",
		"{body}To: do\nDate: today\nSubject: x\nFrom here on prose\n");
	BODY("From: Anna\nhello\nSubject: s\nTo: x\n", "{body}From: Anna\nhello\nSubject: s\nTo: x\n");
}

static void separators_announce_an_earlier_mail(void)
{
	BODY("fyi\n-----Original Message-----\nFrom: Anna\n\nold\n",
		"{body}fyi\n{forwarded header}-----Original Message-----\nFrom: Anna\n\n{quoted reply}old\n");
	BODY("-----Urspr\303\274ngliche Nachricht-----\nVon: Anna\n\nalt\n",
		"{forwarded header}-----Urspr\303\274ngliche Nachricht-----\nVon: Anna\n\n{quoted reply}alt\n");
	BODY("---------- Forwarded message ---------\nFrom: Anna <anna@contoso.com>\nDate: x\n\n\nold\n",
		"{forwarded header}---------- Forwarded message ---------\nFrom: Anna <anna@contoso.com>\nDate: "
		"x\n\n\n{quoted reply}old\n");
	BODY("Begin forwarded message:\n\n> From: Anna\n> Subject: s\n> \n> old\n\nend\n",
		"{forwarded header}Begin forwarded message:\n\n> From: Anna\n> Subject: s\n> \n{quoted reply}> "
		"old\n\n{body}end\n");
	BODY("----- Messaggio originale -----\n\nvecchio\n",
		"{forwarded header}----- Messaggio originale -----\n\n{quoted reply}vecchio\n");
	BODY("-- Original Messages --\nx\n", "{body}-- Original Messages --\nx\n");
}

static void headers_stand_in_what_is_repeated_too(void)
{
	BODY("From: Anna\nSent: Mon\nSubject: b\n\nold\n\nFrom: Bob\nSent: Sun\nSubject: a\n\nolder\n",
		"{forwarded header}From: Anna\nSent: Mon\nSubject: b\n\n{quoted reply}old\n\n{forwarded header}From: "
		"Bob\nSent: Sun\nSubject: a\n\n{quoted reply}older\n");
	BODY("> From: Anna\n> Sent: Mon\n> Subject: b\n> \n> old\nmine\n",
		"{forwarded header}> From: Anna\n> Sent: Mon\n> Subject: b\n> \n{quoted reply}> old\n{body}mine\n");
}

static void a_signature_goes_on_to_the_end_or_the_next_quote(void)
{
	BODY("x\n-- \nAnna\n\nfax\n", "{body}x\n{signature}-- \nAnna\n\nfax\n");
	BODY("x\r\n-- \r\nAnna\r\n> q\r\n", "{body}x\r\n{signature}-- \r\nAnna\r\n{quoted reply}> q\r\n");
	BODY("x\n--\nAnna\n", "{body}x\n--\nAnna\n");
}

static void a_page_quotes_by_blockquote_and_by_the_names_of_its_divs(void)
{
	HTML("<p>yes</p><blockquote>old<br>two</blockquote><p>no</p>", "{body}yes\n{quoted reply}old\ntwo\n{body}no\n");
	HTML("<div>yes</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">someone said so<br></div>"
	     "<blockquote><div>a</div></blockquote>b</div><div>no</div>",
		"{body}yes\nclass: gmail_quote\n{forwarded header}someone said so\nclass: gmail_attr\n{quoted "
		"reply}a\nb\n{body}no\n");
	HTML("<div>yes<div id=\"x_appendonsend\"></div><hr><div id=divRplyFwdMsg><b>Fr\303\241:</b> An<br></div>"
	     "<div>old</div></div>",
		"{body}yes\nid: x_appendonsend\n{forwarded header}Fr\303\241: An\nid: divRplyFwdMsg\n{quoted "
		"reply}old\n");
	HTML("<p>x</p><div class=moz-signature>-- <br>Anna</div>",
		"{body}x\n{signature}-- \nclass: moz-signature\nAnna\n");
}

static void a_page_of_outlook_has_a_rule_above_the_header(void)
{
	HTML("<p>yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Anna "
	     "&lt;anna@contoso.com&gt;<br><b>Sent:</b> Monday<br><b>Subject:</b> s</p></div><p>old</p>",
		"{body}yes\nstyle: border:none;border-top:solid #E1E1E1 1.0pt\n{forwarded header}From: Anna "
		"<anna@contoso.com>\nSent: Monday\nSubject: s\n{quoted reply}old\n");
	HTML("<div style='border-top:1px'>menu</div><p>x</p>", "{body}menu\nstyle: border-top:1px\nx\n");
}

static void sentences_and_headers_of_a_page_are_read_as_lines(void)
{
	HTML("<p>yes</p><p>On 5 Jan 2026, Anna &lt;<a href=mailto:anna@contoso.com>anna@contoso.com</a>&gt; wrote:</p>"
	     "<blockquote>old</blockquote>",
		"{body}yes\n{forwarded header}On 5 Jan 2026, Anna <anna@contoso.com> wrote:\nhref: "
		"mailto:anna@contoso.com\n{quoted reply}old\n");
	HTML("<p>x</p><b>Von:</b> Anna<br><b>Gesendet:</b> Mo<br><b>Betreff:</b> s<br><br>alt",
		"{body}x\n{forwarded header}Von: Anna\nGesendet: Mo\nBetreff: s\n{quoted reply}alt");
}

static void a_guess_ends_after_a_few_kilobytes(void)
{
	struct st_buf mail = {0};
	st_buf_add(&mail, HEAD "\nFrom: x\n", strlen(HEAD "\nFrom: x\n"));
	for (int i = 0; i < 2000; i++)
		st_buf_add(&mail, "To: y,\n", 7);
	st_buf_add(&mail, "Subject: s\nDate: d\n", 19);
	st_auto_free char *got = marked((const char *)mail.data, mail.size);
	CHECK(strstr(got, "forwarded header") == NULL);
	mail.size = 0;
	st_buf_add(&mail, HEAD "\nFrom: a@x.example\nTo: ", strlen(HEAD "\nFrom: a@x.example\nTo: "));
	for (int i = 0; i < 20000; i++)
		st_buf_add(&mail, "b@x.example,", 12);
	st_buf_add(&mail, "\nSubject: s\n\nold\n", 17);
	st_auto_free char *large = marked((const char *)mail.data, mail.size);
	CHECK(strstr(large, "|{forwarded header}From: a@x.example\nTo: b") != NULL);
	CHECK(strstr(large, "Subject: s\n\n{quoted reply}old\n") != NULL);
	st_buf_free(&mail);
}

static void other_encodings_keep_their_way_back(void)
{
	static const char mail[] =
		HEAD "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: "
		     "quoted-printable\n\nr=E9p\nLe 5 janv. 2026 =E0 9:01, Anna a =E9crit=A0:\n> x\n";
	st_auto_free char *got = marked(mail, strlen(mail));
	CHECK(strstr(got, "|{body}r\303\251p\n{forwarded header}Le 5 janv. 2026 \303\240 9:01, Anna a "
			  "\303\251crit\302\240:\n{quoted reply}> x\n") != NULL);
}

static void only_the_text_of_a_message_has_places(void)
{
	static const char mail[] = HEAD "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\nX-A: y\n\n> q\n--b\n"
					"Content-Disposition: attachment; filename=a.txt\n\n> q\n--b--\npost\n";
	st_auto_free char *got = marked(mail, strlen(mail));
	CHECK_TEXT(got, "{header}" HEAD
			"Content-Type: multipart/mixed; boundary=b\n\n{body}pre\n{header}X-A: y\n\n|{quoted reply}> "
			"qContent-Disposition: attachment; filename=a.txt\n\n|> q\n{body}post\n");
}

int main(void)
{
	RUN(a_body_is_the_writers_own);
	RUN(lines_behind_signs_of_quotation_are_repeated);
	RUN(a_value_that_is_broken_over_quoted_lines_is_not_joined);
	RUN(who_wrote_it_is_told_in_many_languages);
	RUN(the_sentence_may_go_over_lines_and_stand_in_a_quote);
	RUN(without_signs_of_quotation_all_that_follows_the_sentence_is_repeated);
	RUN(prose_that_begins_like_the_sentence_is_prose);
	RUN(the_header_of_an_earlier_mail_begins_it_in_many_languages);
	RUN(lists_of_its_receivers_go_over_lines);
	RUN(fields_that_are_no_header_are_the_writers_own);
	RUN(separators_announce_an_earlier_mail);
	RUN(headers_stand_in_what_is_repeated_too);
	RUN(a_signature_goes_on_to_the_end_or_the_next_quote);
	RUN(a_page_quotes_by_blockquote_and_by_the_names_of_its_divs);
	RUN(a_page_of_outlook_has_a_rule_above_the_header);
	RUN(sentences_and_headers_of_a_page_are_read_as_lines);
	RUN(a_guess_ends_after_a_few_kilobytes);
	RUN(other_encodings_keep_their_way_back);
	RUN(only_the_text_of_a_message_has_places);
	CHECK_END();
}
