/*
 * PDF (ISO 32000-1), read by programs of others in a jail (process/helper.h): pdftotext for the pages, qpdf for the
 * strings of all objects, pdfinfo for XMP, pdfdetach for attachments. What they write is hostile text. The document
 * is partial(no-text) when some of its pages show no text, and unread when nothing in it is text: pictures of paper.
 * One of which the programs make nothing is carved.
 */
#include "extract/pdf.h"

#include "extract/carve.h"

#include <stdio.h>

/* Readers accept the header anywhere in the first 1024 bytes, and the end mark in the last (ISO 32000-1, annex H.3). */
#define LOOK_BYTES 1024
#define PIECE_BYTES ((size_t)(64 * KIB))

static bool holds(struct st_span text, const char *word)
{
	return text.size > 0 && memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* At the front it is certain; behind something else objects must follow, or it is a text about PDF. */
static int bid(const struct reader_input *input)
{
	static const char mark[] = "%PDF-";
	size_t look = input->head.size < LOOK_BYTES ? input->head.size : LOOK_BYTES;
	const uint8_t *at = memmem(input->head.data, look, mark, sizeof mark - 1);
	if (at == NULL)
		return 0;
	if (at == input->head.data)
		return 99;
	struct st_span rest = {at, (size_t)(input->head.data + input->head.size - at)};
	return holds(rest, " obj") && rest.size > sizeof mark && rest.data[6] == '.' ? 60 : 0;
}

void pdf_note(struct pdf *pdf, enum st_reason reason)
{
	if (pdf->reason == ST_REASON_NONE)
		pdf->reason = reason;
}

/* --- helpers and how they end --- */

/* The words of poppler 22.12 and qpdf 11.3, of which later versions keep these parts. */
static bool is_about_a_password(struct st_span errors)
{
	return holds(errors, "Incorrect password") || holds(errors, "invalid password") ||
	       holds(errors, "security handler");
}

static bool is_about_memory(struct st_span errors)
{
	return holds(errors, "Out of memory") || holds(errors, "bad_alloc");
}

/* Something of the document was not understood, and text may be lost. An annotation without an area, as LibreOffice
 * writes them for comments, is an error to poppler and costs nothing: what it says is among the strings of objects. */
static bool is_damaged(struct st_span errors)
{
	const uint8_t *line = errors.data, *end = errors.data + errors.size;
	while (line < end) {
		const uint8_t *stop = memchr(line, '\n', (size_t)(end - line));
		struct st_span one = {line, (size_t)((stop != NULL ? stop : end) - line)};
		if (holds(one, "Syntax Error") && !holds(one, "Bad bounding box for annotation"))
			return true;
		line = stop != NULL ? stop + 1 : end;
	}
	/* qpdf's word for a table of objects that is guessed: some may not be in it */
	return holds(errors, "reconstruct cross-reference");
}

static enum st_reason reason_of_errors(const struct pdf *pdf, struct st_span errors, bool failed)
{
	if (failed && is_about_a_password(errors))
		return ST_REASON_ENCRYPTED;
	if (holds(errors, "language pack")) /* poppler-data is not installed */
		return ST_REASON_NO_HELPER;
	if (failed || is_damaged(errors))
		return pdf->is_whole ? ST_REASON_CORRUPT : ST_REASON_TRUNCATED;
	return ST_REASON_NONE;
}

static enum st_reason reason_of(const struct pdf *pdf, enum helper helper, const struct extract_helped *helped)
{
	struct st_span errors = {helped->errors.data, helped->errors.size};
	if (helped->how != HELPED_NOT && errors.size > 0 && is_about_memory(errors))
		return ST_REASON_MEMORY;
	switch (helped->how) {
	case HELPED_NOT:
		return ST_REASON_NO_HELPER;
	case HELPED_CRASHED:
		return ST_REASON_CRASH;
	case HELPED_TOO_LONG:
		return ST_REASON_TIMEOUT;
	case HELPED_TOO_LARGE:
		return ST_REASON_LIMIT_SIZE;
	case HELPED_OUT_OF_MEMORY:
		return ST_REASON_MEMORY;
	default:
		break;
	}
	/* qpdf(1): 3 are warnings about what it could mend */
	bool failed = helped->exit_status != 0 && !(helper == HELPER_PDF_STRINGS && helped->exit_status == 3);
	return errors.size > 0 || failed ? reason_of_errors(pdf, errors, failed) : ST_REASON_NONE;
}

bool pdf_run(struct pdf *pdf, enum helper helper, uint32_t number, struct extract_helped *helped)
{
	pdf->help->run(pdf->help->context, helper, number, helped);
	pdf_note(pdf, reason_of(pdf, helper, helped));
	return helped->output != NULL && helped->output->size > 0;
}

/* --- the document on its way --- */

static void send_document(struct pdf *pdf)
{
	struct stream *stream = pdf->input->stream;
	st_auto_free uint8_t *block = st_alloc(PIECE_BYTES + LOOK_BYTES);
	size_t tail = 0; /* bytes of the last piece kept in front of the next */
	ssize_t got;
	while ((got = stream->read(stream, block + tail, PIECE_BYTES)) > 0) {
		pdf->help->document(pdf->help->context, HELPING_BYTES, (struct st_span){block + tail, (size_t)got});
		size_t have = tail + (size_t)got;
		tail = have < LOOK_BYTES ? have : LOOK_BYTES;
		memmove(block, block + have - tail, tail);
	}
	pdf_note(pdf, stream->reason);
	pdf->is_whole = holds((struct st_span){block, tail}, "%%EOF");
}

/* --- pages --- */

static bool has_words(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] > ' ')
			return true;
	return false;
}

/* pdftotext ends each page with a form feed. */
static void split_pages(struct pdf *pdf, struct st_span block, bool *words)
{
	while (block.size > 0) {
		const uint8_t *end = memchr(block.data, '\f', block.size);
		size_t size = end != NULL ? (size_t)(end - block.data) : block.size;
		*words = *words || has_words(block.data, size);
		if (*words || rebuilt_has_words(pdf->text)) /* of a document without words no text is told */
			rebuilt_text(pdf->text, block.data, size);
		if (end == NULL)
			return;
		char place[32];
		pdf->pages++;
		pdf->pages_with_words += *words;
		*words = false;
		snprintf(place, sizeof place, "page %llu", (unsigned long long)pdf->pages + 1);
		rebuilt_place(pdf->text, place, (struct st_span){NULL, 0});
		block.data = end + 1;
		block.size -= size + 1;
	}
}

static void read_pages(struct pdf *pdf)
{
	struct extract_helped helped;
	bool words = false;
	if (pdf_run(pdf, HELPER_PDF_TEXT, 0, &helped)) {
		st_auto_free uint8_t *block = st_alloc(PIECE_BYTES);
		ssize_t got;
		rebuilt_place(pdf->text, "page 1", (struct st_span){NULL, 0});
		while ((got = helped.output->read(helped.output, block, PIECE_BYTES)) > 0)
			split_pages(pdf, (struct st_span){block, (size_t)got}, &words);
		pdf->pages += words; /* the one it was at when it was stopped */
		pdf->pages_with_words += words;
	}
	pdf->help->release(pdf->help->context, &helped);
}

/* --- the whole --- */

/* Nothing more can come of a document that asks for a password, or of a machine without the program. */
static bool is_hopeless(const struct pdf *pdf)
{
	return pdf->reason == ST_REASON_ENCRYPTED || (pdf->reason == ST_REASON_NO_HELPER && pdf->pages == 0);
}

static void read_objects(struct pdf *pdf)
{
	pdf_strings_read(pdf);
	if (pdf->has_metadata)
		pdf_metadata_read(pdf);
	if (!rebuilt_has_words(pdf->text) || pdf->programs.size == 0)
		return;
	rebuilt_place(pdf->text, "property Producer", (struct st_span){NULL, 0});
	rebuilt_text(pdf->text, pdf->programs.data, pdf->programs.size);
}

static void decide(const struct pdf *pdf, bool words, uint32_t members, struct extract_part_result *result)
{
	result->reason = pdf->reason;
	if (result->reason == ST_REASON_NONE && pdf->pages_with_words < pdf->pages)
		result->reason = ST_REASON_NO_TEXT;
	if (result->reason == ST_REASON_NONE && !words && members == 0)
		result->reason = ST_REASON_NO_TEXT;
	if (result->reason == ST_REASON_NONE)
		result->status = ST_READ;
	else
		result->status = words || members > 0 ? ST_PARTIAL : ST_UNREAD;
}

/* --- what no helper could read: searched as it is stored --- */

/* The part once more from its beginning. */
struct replay {
	struct stream stream, *from;
	uint64_t at;
};

static ssize_t replay_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	const struct replay *replay = stream->self;
	ssize_t got = replay->from->pread(replay->from, data, capacity, offset);
	if (got < 0)
		stream->reason = replay->from->reason;
	return got;
}

static ssize_t replay_read(struct stream *stream, void *data, size_t capacity)
{
	struct replay *replay = stream->self;
	ssize_t got = replay_pread(stream, data, capacity, replay->at);
	replay->at += got > 0 ? (uint64_t)got : 0;
	return got;
}

/* Damage, and what a helper did not survive. Not: a password, a picture, a program that is not there. */
static bool may_be_carved(const struct pdf *pdf)
{
	static const enum st_reason reasons[] = {ST_REASON_CORRUPT, ST_REASON_TRUNCATED, ST_REASON_CRASH,
		ST_REASON_TIMEOUT, ST_REASON_MEMORY, ST_REASON_LIMIT_SIZE};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (pdf->reason == reasons[i])
			return pdf->input->stream->pread != NULL;
	return false;
}

static void carve(const struct pdf *pdf, struct extract_part_result *result)
{
	struct replay replay = {.from = pdf->input->stream};
	struct reader_input again = *pdf->input;
	replay.stream = (struct stream){
		.read = replay_read, .pread = replay_pread, .size = pdf->input->stream->size, .self = &replay};
	again.stream = &replay.stream;
	result->rebuilt = false;
	result->charset = NULL;
	carve_read(&again, false, result);
	result->reason = pdf->reason;
}

static void read_pdf(struct reader_input *input, struct extract_part_result *result)
{
	struct pdf pdf = {.input = input, .help = extract_run_options(input->run)->help};
	uint32_t members = 0;
	if (pdf.help == NULL) {
		result->status = ST_UNREAD;
		result->reason = ST_REASON_NO_HELPER;
		return;
	}
	pdf.text = rebuilt_open(input);
	pdf.help->document(pdf.help->context, HELPING_BEGIN, (struct st_span){NULL, 0});
	send_document(&pdf);
	read_pages(&pdf);
	if (!is_hopeless(&pdf))
		read_objects(&pdf);
	bool words = rebuilt_has_words(pdf.text), any_text = rebuilt_size(pdf.text) > 0;
	rebuilt_end(pdf.text, result);
	if (!is_hopeless(&pdf) && pdf.has_attachments)
		members = pdf_attachments_read(&pdf);
	pdf.help->document(pdf.help->context, HELPING_DONE, (struct st_span){NULL, 0});
	decide(&pdf, words, members, result);
	if (result->status == ST_UNREAD && !any_text && may_be_carved(&pdf))
		carve(&pdf, result);
	st_buf_free(&pdf.programs);
}

const struct reader reader_pdf = {
	.format = "pdf", .bid = bid, .read = read_pdf, .container = true, .has_text = true, .seeks = true};
