/*
 * Flat OpenDocument (fodt, fods, fodp, fodg; ODF 1.3 part 3, 3.1.1): the whole document in one XML file, pictures and
 * foreign objects in Base64. These are members, named data-1, data-2, ...
 */
#include "extract/charset.h"
#include "extract/odf.h"

/* The namespace is declared in the root element, which stands in front. */
#define ROOT_BYTES 8192

struct flat {
	struct reader_input *input;
	enum st_reason reason;
	bool stopped;
};

static void note(struct flat *flat, enum st_reason reason)
{
	if (flat->reason == ST_REASON_NONE)
		flat->reason = reason;
}

/* The name of the first element, without prefix; empty when there is none. */
static struct st_span root_name(struct st_span head)
{
	const uint8_t *at = head.data, *end = at + head.size;
	while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		if (++at < end && *at != '?' && *at != '!')
			break;
	}
	if (at == NULL)
		return (struct st_span){head.data, 0};
	const uint8_t *from = at;
	for (; at<end && * at> ' ' && *at != '>' && *at != '/'; at++)
		if (*at == ':')
			from = at + 1;
	return (struct st_span){from, (size_t)(at - from)};
}

static int bid(const struct reader_input *input)
{
	static const char scheme[] = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", root[] = "document";
	enum charset charset = charset_guess_once(input);
	if (charset == CHARSET_BINARY)
		return 0;
	st_auto_buf struct st_buf buf = {0};
	struct st_span head = charset_head_text(input, charset, &buf);
	static const char mark[] = "\xef\xbb\xbf";
	if (head.size >= 3 && memcmp(head.data, mark, 3) == 0)
		head = (struct st_span){head.data + 3, head.size - 3};
	while (head.size > 0 && (*head.data == ' ' || *head.data == '\n' || *head.data == '\r' || *head.data == '\t'))
		head = (struct st_span){head.data + 1, head.size - 1};
	if (head.size == 0 || *head.data != '<')
		return 0;
	head.size = head.size < ROOT_BYTES ? head.size : ROOT_BYTES;
	struct st_span name = root_name(head);
	if (name.size != sizeof root - 1 || memcmp(name.data, root, name.size) != 0 ||
		memmem(head.data, head.size, scheme, sizeof scheme - 1) == NULL)
		return 0;
	return READER_CERTAIN;
}

/* The document's MIME type, in its root element. */
static const char *format_of(struct st_span head)
{
	static const char *const formats[][2] = {{"opendocument.text", "fodt"}, {"opendocument.spreadsheet", "fods"},
		{"opendocument.presentation", "fodp"}, {"opendocument.graphics", "fodg"}};
	head.size = head.size < ROOT_BYTES ? head.size : ROOT_BYTES;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (memmem(head.data, head.size, formats[i][0], strlen(formats[i][0])) != NULL)
			return formats[i][1];
	return "fodf";
}

static void on_binary(void *context, const char *name, struct st_span data, enum st_reason reason)
{
	struct flat *flat = context;
	struct st_span member = {(const uint8_t *)name, strlen(name)};
	enum st_reason stop = ST_REASON_NONE;
	if (flat->stopped)
		return;
	if (!extract_run_entry(flat->input, &stop)) {
		flat->stopped = true;
	} else if (reason == ST_REASON_LIMIT_SIZE) {
		extract_run_unread_member(flat->input, member, reason);
	} else {
		flat->stopped =
			!extract_run_member(flat->input, member, stream_open_memory(data.data, data.size), &stop);
		note(flat, reason);
	}
	note(flat, stop);
}

static void read_flat(struct reader_input *input, struct extract_part_result *result)
{
	struct flat flat = {.input = input};
	struct rebuilt *rebuilt = rebuilt_open(input);
	struct odf_text *text = odf_text_open(rebuilt, on_binary, &flat);
	result->format = format_of(input->head);
	note(&flat, odf_text_read(text, input->stream, NULL));
	odf_text_close(text);
	bool any = rebuilt_has_words(rebuilt);
	rebuilt_end(rebuilt, result);
	extract_run_container_end(input, flat.reason, result);
	if (any && result->status == ST_UNREAD)
		result->status = ST_PARTIAL;
}

const struct reader reader_odf_flat = {
	.format = "fodf",
	.bid = bid,
	.most = READER_CERTAIN,
	.read = read_flat,
	.container = true,
	.has_text = true,
};
