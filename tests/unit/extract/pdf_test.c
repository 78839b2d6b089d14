/* The PDF reader and what helpers may tell it: every outcome has its status, and hostile output is only text. */
#include "../check.h"

#include "recorder.h"
#include "scripted_help.h"

#define DOCUMENT "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"

static struct scripted_answer says(const char *output)
{
	return (struct scripted_answer){.output = output, .output_bytes = strlen(output)};
}

/* A document of which nothing but the given pages is known. */
static struct scripted_help pages(const char *text)
{
	struct scripted_help h = {0};
	h.answers[HELPER_PDF_TEXT] = says(text);
	h.answers[HELPER_PDF_STRINGS] = says("{\"qpdf\":[{},{}]}");
	h.answers[HELPER_PDF_METADATA] = says("");
	h.answers[HELPER_PDF_ATTACHMENTS] = says("0 embedded files\n");
	h.answers[HELPER_PDF_ATTACHMENT] = says("attached@contoso.com\n");
	return h;
}

static void read_document(struct recorder *seen, struct scripted_help *h, const char *document)
{
	struct extract_help help = scripted_help_of(h);
	struct extract_options options = {.help = &help};
	struct extract_limits limits = extract_limits_default();
	struct stream *stream = stream_open_memory(document, strlen(document));
	recorder_run(seen, stream, &options, &limits);
	recorder_rule(seen, !h->broken && h->open == 0, "documents for helpers nest");
	recorder_rule(seen, h->runs[HELPER_PDF_TEXT] == 0 || strncmp((const char *)h->document.data, document, 5) == 0,
		"the helper gets the document");
	stream_close(stream);
	st_buf_free(&h->document);
}

/* "read", "partial-corrupt" and the text of the document, line ends as `|`; caller frees. */
static char *outcome(struct scripted_help h, const char *document)
{
	struct recorder seen;
	read_document(&seen, &h, document);
	const struct extract_part_result *result = &seen.parts[0].result;
	char *text = st_format("%s%s%s %.*s%s", st_read_status_name(result->status),
		result->reason == ST_REASON_NONE ? "" : "-", st_reason_name(result->reason),
		(int)seen.parts[0].text.size, (const char *)seen.parts[0].text.data, seen.broken ? seen.broken : "");
	for (char *c = text; *c != 0; c++)
		if (*c == '\n')
			*c = '|';
	recorder_free(&seen);
	return text;
}

#define CHECK_OUTCOME(help, want)                                 \
	do {                                                      \
		st_auto_free char *got = outcome(help, DOCUMENT); \
		CHECK_TEXT(got, want);                            \
	} while (0)

static void pages_without_text_are_told(void)
{
	CHECK_OUTCOME(pages("one\n\ftwo\n\f"), "read one|two|");
	CHECK_OUTCOME(pages("one\n\f \n\f"), "partial-no-text one| |");
	CHECK_OUTCOME(pages("\f\f\f"), "unread-no-text ");
	CHECK_OUTCOME(pages(""), "unread-no-text ");
	CHECK_OUTCOME(pages("a page that was not ended"), "read a page that was not ended");
}

static void strings_are_text_but_for_names_dates_and_identifiers(void)
{
	struct scripted_help h = pages("x\n\f");
	h.answers[HELPER_PDF_STRINGS] = says(
		"{\"qpdf\":[{\"pdfversion\":\"1.5\"},{\"obj:1 0 R\":{\"value\":{\"/Author\":\"u:an author\","
		"\"/CreationDate\":\"u:D:20261121\",\"/ID\":[\"b:00ff\",\"u:id\"],\"/Kids\":[\"3 0 R\"],"
		"\"/Contents\":\"b:6e6f7465a0206174\",\"/Sig\":\"b:00010203040506\",\"/V\":[\"u:one\",\"u:t\\u0040o\"],"
		"\"/Type\":\"/Catalog\",\"/Producer\":\"u:a program\"}}}]}");
	CHECK_OUTCOME(h, "read x|an author|one|t@o|a program");
	h.answers[HELPER_PDF_TEXT] = says("\f");
	h.answers[HELPER_PDF_STRINGS] = says("{\"qpdf\":[{},{\"/Producer\":\"u:a program\"}]}");
	CHECK_OUTCOME(h, "unread-no-text ");
	h.answers[HELPER_PDF_STRINGS] = says("{\"qpdf\":[{},{\"/Contents\":\"b:6e6f74652061742061206e6f7465\"}]}");
	CHECK_OUTCOME(h, "partial-no-text note at a note");
}

static void strings_that_are_no_json_cost_what_follows(void)
{
	static const char *const broken[] = {
		"{\"qpdf\":[{\"/V\":\"u:first\"},", "{\"/V\":\"u:first\"}}", "{\"/V\":\"u:first\",}"};
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct scripted_help h = pages("x\n\f");
		h.answers[HELPER_PDF_STRINGS] = says(broken[i]);
		CHECK_OUTCOME(h, "partial-corrupt x|first");
	}
	struct scripted_help h = pages("x\n\f");
	h.answers[HELPER_PDF_STRINGS] = says("{\"/AcroForm\":{\"/XFA\":[\"u:template\",\"3 0 R\"]}}");
	CHECK_OUTCOME(h, "partial-unsupported x|template");
}

static void metadata_is_the_text_of_its_elements(void)
{
	struct scripted_help h = pages("x\n\f");
	h.answers[HELPER_PDF_STRINGS] = says("{\"/Metadata\":\"7 0 R\"}");
	h.answers[HELPER_PDF_METADATA] =
		says("<x:xmpmeta xmlns:x='adobe:ns:meta/'><R about='uuid:1'><creator><li>An &lt;a@contoso.com&gt;</li>"
		     "<li>Other</li></creator><CreatorTool>tool <b>inside</b></CreatorTool><d rights='mine'/></R>"
		     "</x:xmpmeta>\n");
	CHECK_OUTCOME(h, "read x|An <a@contoso.com>|Other|mine|");
	h.answers[HELPER_PDF_METADATA] = says("<a>first<b>");
	CHECK_OUTCOME(h, "partial-truncated x|first|");
}

/* Of nothing but damage the document itself is searched. */
static void how_a_helper_ends_is_the_reason_and_what_it_wrote_before_counts(void)
{
	static const struct {
		struct scripted_answer answer;
		const char *want;
	} rows[] = {
		{{.how = HELPED_CRASHED, .output = "one", .output_bytes = 3}, "partial-crash one"},
		{{.how = HELPED_TOO_LONG, .output = "one", .output_bytes = 3}, "partial-timeout one"},
		{{.how = HELPED_TOO_LARGE, .output = "one", .output_bytes = 3}, "partial-limit-size one"},
		{{.how = HELPED_CRASHED, .output = "one", .output_bytes = 3, .errors = "std::bad_alloc"},
			"partial-memory one"},
		{{.how = HELPED_OUT_OF_MEMORY}, "partial-memory %PDF-1.4|1 0 obj|<<>>|endobj|trailer|%%EOF|"},
		{{.how = HELPED_CRASHED}, "partial-crash %PDF-1.4|1 0 obj|<<>>|endobj|trailer|%%EOF|"},
		{{.how = HELPED_NOT}, "unread-no-helper "},
		{{.exit_status = 1, .errors = "Command Line Error: Incorrect password\n"}, "unread-encrypted "},
		{{.exit_status = 1, .errors = "Syntax Error: Couldn't read xref table\n"},
			"partial-corrupt %PDF-1.4|1 0 obj|<<>>|endobj|trailer|%%EOF|"},
		{{.output = "one\f", .output_bytes = 4, .errors = "Syntax Error (9): no\n"}, "partial-corrupt one|"},
		{{.output = "one\f", .output_bytes = 4, .errors = "Syntax Warning: odd\n"}, "read one|"},
		{{.output = "one\f", .output_bytes = 4, .errors = "Syntax Error: Missing language pack for 'x'\n"},
			"partial-no-helper one|"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scripted_help h = pages("");
		h.answers[HELPER_PDF_TEXT] = rows[i].answer;
		CHECK_OUTCOME(h, rows[i].want);
	}
	/* found by fuzzing: blanks were told before, and the searched text began anew */
	struct scripted_help h = pages(" \n\f\f");
	h.answers[HELPER_PDF_STRINGS] = says("{}}");
	CHECK_OUTCOME(h, "partial-corrupt %PDF-1.4|1 0 obj|<<>>|endobj|trailer|%%EOF|");
	h.answers[HELPER_PDF_STRINGS] = says("{\"/V\":\"u: \"}}");
	CHECK_OUTCOME(h, "unread-corrupt  ");
	h = pages("");
	h.answers[HELPER_PDF_TEXT] = (struct scripted_answer){.exit_status = 1, .errors = "Syntax Error: cut\n"};
	st_auto_free char *cut = outcome(h, "%PDF-1.4\n1 0 obj\n");
	CHECK_TEXT(cut, "partial-truncated %PDF-1.4|1 0 obj|");
}

static void attachments_are_counted_by_their_list_and_named_by_it(void)
{
	struct scripted_help h = pages("x\n\f");
	struct recorder seen;
	h.answers[HELPER_PDF_STRINGS] = says("{\"/EF\":{\"/F\":\"7 0 R\"}}");
	h.answers[HELPER_PDF_ATTACHMENTS] = says("4 embedded files\n1: one.txt\n2: two\nlines\n3: \n");
	read_document(&seen, &h, DOCUMENT);
	static const char *const names[] = {"", "one.txt", "two\nlines", "", "attachment 4"};
	CHECK_INT(seen.count, 5);
	for (uint32_t i = 1; i < seen.count; i++) {
		CHECK(seen.parts[i].name.size == strlen(names[i]) &&
			(seen.parts[i].name.size == 0 ||
				memcmp(seen.parts[i].name.data, names[i], strlen(names[i])) == 0));
		CHECK_INT(seen.parts[i].result.status, ST_READ);
	}
	CHECK(seen.broken == NULL);
	recorder_free(&seen);

	h.answers[HELPER_PDF_ATTACHMENT] =
		(struct scripted_answer){.how = HELPED_CRASHED, .output = "x", .output_bytes = 1};
	read_document(&seen, &h, DOCUMENT);
	CHECK_INT(seen.parts[1].result.reason, ST_REASON_CRASH);
	CHECK_INT(seen.parts[0].result.status, ST_READ);
	CHECK_INT(seen.result.status, ST_PARTIAL);
	recorder_free(&seen);

	h = pages("x\n\f");
	h.answers[HELPER_PDF_STRINGS] = says("{\"/EF\":0}");
	h.answers[HELPER_PDF_ATTACHMENTS] = says("4294967296000 embedded files\n");
	read_document(&seen, &h, DOCUMENT);
	CHECK_INT(seen.count, CEIL_PDF_ATTACHMENTS + 1);
	CHECK_INT(seen.parts[0].result.reason, ST_REASON_LIMIT_ENTRIES);
	recorder_free(&seen);
}

/* Its attachment is the document itself, for ever. */
static void a_document_that_is_attached_to_itself_ends(void)
{
	struct scripted_help h = pages("x\n\f");
	struct recorder seen;
	h.answers[HELPER_PDF_STRINGS] = says("{\"/EF\":0}");
	h.answers[HELPER_PDF_ATTACHMENTS] = says("1 embedded files\n1: again.pdf\n");
	h.answers[HELPER_PDF_ATTACHMENT] = says(DOCUMENT);
	read_document(&seen, &h, DOCUMENT);
	CHECK_INT(seen.count, 2);
	CHECK_INT(seen.parts[1].result.reason, ST_REASON_SELF_NESTED);
	CHECK(seen.broken == NULL);
	recorder_free(&seen);
}

static void what_it_is_the_first_bytes_say(void)
{
	static const struct {
		const char *document, *format;
	} rows[] = {{DOCUMENT, "pdf"}, {"GET / HTTP\r\n\r\n" DOCUMENT, "pdf"},
		{"a text about %PDF-1.4 and more\n", "text"}, {"%PDF", "text"}, {"x%PDF-", "text"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scripted_help h = pages("x\n\f");
		struct recorder seen;
		read_document(&seen, &h, rows[i].document);
		if (strcmp(seen.parts[0].result.format, rows[i].format) != 0)
			CHECK_FAIL("%s is %s", rows[i].document, seen.parts[0].result.format);
		recorder_free(&seen);
	}
}

static void where_no_helper_may_run_it_is_unread(void)
{
	struct recorder seen;
	struct extract_options options = {0};
	struct extract_limits limits = extract_limits_default();
	struct stream *stream = stream_open_memory(DOCUMENT, sizeof DOCUMENT - 1);
	recorder_run(&seen, stream, &options, &limits);
	CHECK_INT(seen.result.status, ST_UNREAD);
	CHECK_INT(seen.result.reason, ST_REASON_NO_HELPER);
	recorder_free(&seen);
	stream_close(stream);
}

int main(void)
{
	RUN(what_it_is_the_first_bytes_say);
	RUN(where_no_helper_may_run_it_is_unread);
	RUN(pages_without_text_are_told);
	RUN(strings_are_text_but_for_names_dates_and_identifiers);
	RUN(strings_that_are_no_json_cost_what_follows);
	RUN(metadata_is_the_text_of_its_elements);
	RUN(how_a_helper_ends_is_the_reason_and_what_it_wrote_before_counts);
	RUN(attachments_are_counted_by_their_list_and_named_by_it);
	RUN(a_document_that_is_attached_to_itself_ends);
	CHECK_END();
}
