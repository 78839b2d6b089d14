/*
 * The strings of a PDF's objects: properties, links, notes, values of forms, bookmarks, scripts. qpdf(1) --json writes
 * every object as JSON with its strings decoded and decrypted: "u:" and text, or "b:" and hexadecimal bytes where they
 * are none (qpdf JSON format, version 2). Which key a string stands under says what it is (ISO 32000-1).
 */
#include <stdlib.h>

#include "base/json_read.h"
#include "extract/pdf.h"

/* qpdf refuses deeper objects itself. */
#define DEPTH 600
#define BLOCK_BYTES ((size_t)(64 * KIB))

enum meaning {
	OTHER,
	NOT_TEXT, /* dates, identifiers, keys of encryption, names of fonts and languages */
	PROGRAM,  /* of the programs that made the document */
	TITLE,    /* of the document, or of a bookmark where the object has a parent */
	AUTHOR,
	SUBJECT,
	KEYWORDS,
	LINK,
	NOTE,
	FIELD,
	SCRIPT,
	ATTACHED,
	PARENT,
	METADATA,
	FILES,
	XFA,
};

static const struct {
	const char *key;
	enum meaning meaning;
} keys[] = {
	{"/Title", TITLE},
	{"/Author", AUTHOR},
	{"/Subject", SUBJECT},
	{"/Keywords", KEYWORDS},
	{"/Creator", PROGRAM},
	{"/Producer", PROGRAM},
	{"/URI", LINK},
	{"/Contents", NOTE},
	{"/RC", NOTE},
	{"/V", FIELD},
	{"/DV", FIELD},
	{"/T", FIELD},
	{"/TU", FIELD},
	{"/TM", FIELD},
	{"/Opt", FIELD},
	{"/JS", SCRIPT},
	{"/F", ATTACHED},
	{"/UF", ATTACHED},
	{"/Desc", ATTACHED},
	{"/Parent", PARENT},
	{"/Metadata", METADATA},
	{"/EF", FILES},
	{"/EmbeddedFiles", FILES},
	{"/XFA", XFA},
	{"/CreationDate", NOT_TEXT},
	{"/ModDate", NOT_TEXT},
	{"/M", NOT_TEXT},
	{"/LastModified", NOT_TEXT},
	{"/ID", NOT_TEXT},
	{"/O", NOT_TEXT},
	{"/U", NOT_TEXT},
	{"/OE", NOT_TEXT},
	{"/UE", NOT_TEXT},
	{"/Perms", NOT_TEXT},
	{"/CheckSum", NOT_TEXT},
	{"/DA", NOT_TEXT},
	{"/DS", NOT_TEXT},
	{"/Lang", NOT_TEXT},
	{"/Registry", NOT_TEXT},
	{"/Ordering", NOT_TEXT},
	{"/CharSet", NOT_TEXT},
	{"/FontFamily", NOT_TEXT},
	{"/Panose", NOT_TEXT},
};

static const char *const places[] = {
	[OTHER] = "object",
	[TITLE] = "property Title",
	[AUTHOR] = "property Author",
	[SUBJECT] = "property Subject",
	[KEYWORDS] = "property Keywords",
	[LINK] = "link",
	[NOTE] = "annotation",
	[FIELD] = "form field",
	[SCRIPT] = "script",
	[ATTACHED] = "attachment",
	[METADATA] = "object",
	[PARENT] = "object",
	[FILES] = "attachment",
	[XFA] = "form field",
};

struct strings {
	struct pdf *pdf;
	uint8_t meaning[DEPTH + 2]; /* enum meaning of the key that holds at each level */
	bool has_parent[DEPTH + 2];
	struct st_buf text; /* the piece of a key or string that is read */
	bool in_string, is_text;
	bool failed;
};

static enum meaning meaning_of(struct st_span key)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strlen(keys[i].key) == key.size && memcmp(keys[i].key, key.data, key.size) == 0)
			return keys[i].meaning;
	return OTHER;
}

static void take_key(struct strings *s, const struct st_json_event *event)
{
	if (s->text.size + event->text.size <= CEIL_NAME_BYTES)
		st_buf_add(&s->text, event->text.data, event->text.size);
	if (!event->last)
		return;
	enum meaning meaning = meaning_of((struct st_span){s->text.data, s->text.size});
	s->meaning[event->depth] = (uint8_t)meaning;
	s->text.size = 0;
	if (meaning == PARENT)
		s->has_parent[event->depth] = true;
	s->pdf->has_metadata |= meaning == METADATA;
	s->pdf->has_attachments |= meaning == FILES;
	if (meaning == XFA) /* the values of such a form stand in streams of its own XML */
		pdf_note(s->pdf, ST_REASON_UNSUPPORTED);
}

static void put(struct strings *s, enum meaning meaning, const uint8_t *data, size_t size)
{
	if (meaning != PROGRAM)
		rebuilt_text(s->pdf->text, data, size);
	else if (s->pdf->programs.size + size < CEIL_NAME_BYTES)
		st_buf_add(&s->pdf->programs, data, size);
}

static void begin_string(struct strings *s, enum meaning meaning, bool is_bookmark)
{
	if (meaning == PROGRAM && s->pdf->programs.size > 0)
		st_buf_add_byte(&s->pdf->programs, '\n');
	else if (meaning != PROGRAM)
		rebuilt_place(s->pdf->text, is_bookmark ? "bookmark" : places[meaning], (struct st_span){NULL, 0});
}

static int hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes that qpdf takes for no text: signatures and digests, and texts with a stray byte. The signs of ASCII among them
 * count as text where they are nearly all. */
static void put_bytes(struct strings *s, enum meaning meaning, bool is_bookmark)
{
	size_t size = 0, printable = 0;
	for (size_t i = 2; i + 1 < s->text.size; i += 2) {
		int high = hex_digit(s->text.data[i]), low = hex_digit(s->text.data[i + 1]);
		uint8_t byte = high >= 0 && low >= 0 ? (uint8_t)(high << 4 | low) : 0;
		bool sign = (byte >= ' ' && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
		printable += sign;
		s->text.data[size++] = sign ? byte : ' ';
	}
	if (size == 0 || printable * 10 < size * 9)
		return;
	begin_string(s, meaning, is_bookmark);
	put(s, meaning, s->text.data, size);
}

/* A text goes on as it comes; bytes are gathered to be judged. */
static void take_string(struct strings *s, const struct st_json_event *event)
{
	enum meaning meaning = (enum meaning)s->meaning[event->depth];
	bool is_bookmark = meaning == TITLE && s->has_parent[event->depth];
	struct st_span piece = event->text;
	if (!s->in_string && meaning != NOT_TEXT && piece.size >= 2 && memcmp(piece.data, "u:", 2) == 0) {
		s->is_text = true;
		begin_string(s, meaning, is_bookmark);
		piece.data += 2;
		piece.size -= 2;
	}
	if (s->is_text)
		put(s, meaning, piece.data, piece.size);
	else if (s->text.size + piece.size <= CEIL_CANONICAL_VALUE_BYTES)
		st_buf_add(&s->text, piece.data, piece.size);
	s->in_string = !event->last;
	if (!event->last)
		return;
	if (!s->is_text && meaning != NOT_TEXT && s->text.size > 2 && memcmp(s->text.data, "b:", 2) == 0)
		put_bytes(s, meaning, is_bookmark);
	s->text.size = 0;
	s->is_text = false;
}

/* The level inside an object or array begins with the meaning of its key. */
static void enter(struct strings *s, int depth)
{
	s->meaning[depth] = depth > 0 ? s->meaning[depth - 1] : OTHER;
	s->has_parent[depth] = false;
}

static bool take(struct strings *s, const struct st_json_event *event)
{
	switch (event->token) {
	case ST_JSON_OBJECT:
	case ST_JSON_ARRAY:
		enter(s, event->depth + 1);
		return true;
	case ST_JSON_KEY:
		take_key(s, event);
		return true;
	case ST_JSON_STRING:
		take_string(s, event);
		return true;
	case ST_JSON_ERROR:
	case ST_JSON_TOO_DEEP:
		s->failed = true;
		return false;
	default:
		return event->token != ST_JSON_MORE && event->token != ST_JSON_END;
	}
}

static void read_json(struct strings *s, struct stream *stream)
{
	struct st_json_reader *reader = st_json_open(DEPTH);
	st_auto_free uint8_t *block = st_alloc(BLOCK_BYTES);
	struct st_json_event event;
	ssize_t got;
	do {
		got = stream->read(stream, block, BLOCK_BYTES);
		if (got > 0)
			st_json_feed(reader, block, (size_t)got);
		else
			st_json_feed_end(reader);
		do
			st_json_next(reader, &event);
		while (take(s, &event));
	} while (got > 0 && !s->failed);
	st_json_close(reader);
}

void pdf_strings_read(struct pdf *pdf)
{
	struct strings *s = st_alloc_zero(1, sizeof *s);
	struct extract_helped helped;
	s->pdf = pdf;
	if (pdf_run(pdf, HELPER_PDF_STRINGS, 0, &helped))
		read_json(s, helped.output);
	/* Cut off, it may not have come to what asks for more. */
	if (s->failed || helped.output == NULL || helped.output->size == 0)
		pdf->has_metadata = pdf->has_attachments = true;
	if (s->failed)
		pdf_note(pdf, ST_REASON_CORRUPT);
	pdf->help->release(pdf->help->context, &helped);
	st_buf_free(&s->text);
	free(s);
}
