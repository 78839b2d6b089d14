/* Goes through the value once; rows of encoded words are written whole, the rest byte by byte. */
#include "redact/header_write.h"

#include <strings.h>

#include "base/ceilings.h"
#include "extract/encoded_word.h"
#include "redact/transfer_encode.h"

/* What a replacement needs around it. */
enum frame {
	FRAME_NONE,
	FRAME_WORD,      /* an address: quotes, unless it stands in some, or in a comment */
	FRAME_PARAMETER, /* a parameter without quotes gets them, around all of it */
};

struct writer {
	const struct passage *passage;
	const char *line_end;
	struct st_buf *out;
	enum frame frame;
	bool quoted, escaped;
	unsigned comments;
	size_t value_at; /* in out: where the parameter's value begins; 0: in none */
	bool frame_open; /* the parameter's value got a quote */
};

static enum frame frame_of(struct st_span name)
{
	static const char *const addresses[] = {"from", "to", "cc", "bcc", "reply-to", "sender", "return-path",
		"resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender", "resent-reply-to",
		"delivered-to", "disposition-notification-to", "errors-to", "mail-followup-to", "x-original-to",
		"apparently-to"};
	static const char *const parameters[] = {"content-type", "content-disposition"};
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		if (strlen(addresses[i]) == name.size &&
			strncasecmp(addresses[i], (const char *)name.data, name.size) == 0)
			return FRAME_WORD;
	for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
		if (strlen(parameters[i]) == name.size &&
			strncasecmp(parameters[i], (const char *)name.data, name.size) == 0)
			return FRAME_PARAMETER;
	return FRAME_NONE;
}

/* --- plain bytes --- */

static void close_parameter(struct writer *w)
{
	if (w->frame_open)
		st_buf_add_byte(w->out, '"');
	w->frame_open = false;
	w->value_at = 0;
}

/* What a byte says of the bytes behind it. */
static void follow(struct writer *w, uint8_t c)
{
	if (w->escaped) {
		w->escaped = false;
	} else if (c == '\\' && (w->quoted || w->comments > 0)) {
		w->escaped = true;
	} else if (c == '"' && w->comments == 0) {
		w->quoted = !w->quoted;
	} else if (c == '(' && !w->quoted) {
		w->comments++;
	} else if (c == ')' && !w->quoted && w->comments > 0) {
		w->comments--;
	}
}

static void put(struct writer *w, uint8_t c)
{
	bool outside = !w->quoted && w->comments == 0;
	bool ends = c == ';' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
	if (w->frame == FRAME_PARAMETER && outside && ends && (w->frame_open || c == ';'))
		close_parameter(w);
	st_buf_add_byte(w->out, c);
	follow(w, c);
	if (w->frame == FRAME_PARAMETER && outside && c == '=' && w->value_at == 0)
		w->value_at = w->out->size;
}

static void open_parameter(struct writer *w)
{
	if (w->value_at == 0 || w->frame_open)
		return;
	st_auto_buf struct st_buf tail = {0};
	size_t at = w->value_at;
	while (at < w->out->size && (w->out->data[at] == ' ' || w->out->data[at] == '\t'))
		at++;
	st_buf_add(&tail, w->out->data + at, w->out->size - at);
	w->out->size = at;
	st_buf_add_byte(w->out, '"');
	st_buf_add(w->out, tail.data, tail.size);
	w->frame_open = true;
}

/* The bytes of the edit are passed over, and what they said of those behind them is made good. */
static void put_edit(struct writer *w, const struct passage_edit *edit)
{
	bool was_quoted = w->quoted, outside = !w->quoted && w->comments == 0;
	unsigned comments = w->comments;
	struct st_span text = edit->text_size > 0 ? passage_text(w->passage, edit) : (struct st_span){0};
	bool frames = outside && text.size > 0 && !edit->as_is;
	if (frames && w->frame == FRAME_PARAMETER)
		open_parameter(w);
	if (frames && w->frame == FRAME_WORD)
		st_buf_add_byte(w->out, '"');
	if (text.size > 0)
		st_buf_add(w->out, text.data, text.size);
	if (frames && w->frame == FRAME_WORD)
		st_buf_add_byte(w->out, '"');
	if (edit->as_is)
		return;
	for (uint32_t at = edit->start; at < edit->end; at++)
		follow(w, w->passage->document.data[at]);
	w->escaped = false;
	if (w->quoted != was_quoted)
		st_buf_add_byte(w->out, '"');
	for (; comments < w->comments; comments++)
		st_buf_add_byte(w->out, '(');
	for (; comments > w->comments; comments--)
		st_buf_add_byte(w->out, ')');
}

static void write_plain(struct writer *w, uint32_t start, uint32_t end)
{
	const struct passage_edit *edits;
	size_t count = passage_edits(w->passage, &edits);
	for (size_t i = passage_first_edit(w->passage, start); i < count && edits[i].start < end; i++) {
		for (; start < edits[i].start; start++)
			put(w, w->passage->document.data[start]);
		put_edit(w, &edits[i]);
		start = edits[i].end;
	}
	for (; start < end; start++)
		put(w, w->passage->document.data[start]);
}

/* --- encoded words --- */

/* The decoded row without what is replaced, and with what stands for it. */
static void edit_row(const struct passage *p, uint32_t start, uint32_t end, struct st_buf *out)
{
	const struct passage_edit *edits;
	size_t count = passage_edits(p, &edits), i = passage_first_edit(p, start);
	struct decoded_text row = {0};
	encoded_words_decode((struct st_span){p->document.data + start, end - start}, start, &row);
	const uint32_t *stored = (const void *)row.stored.data;
	bool within = false;
	for (size_t at = 0; at < row.text.size; at++) {
		for (; i < count && edits[i].end <= stored[at]; i++)
			within = false;
		bool inside = i < count && edits[i].start <= stored[at];
		if (inside && !within && edits[i].text_size > 0) {
			struct st_span text = passage_text(p, &edits[i]);
			st_buf_add(out, text.data, text.size);
		}
		within = inside;
		if (!inside)
			st_buf_add_byte(out, row.text.data[at]);
	}
	decoded_text_free(&row);
}

static size_t column_of(const struct st_buf *out)
{
	size_t at = out->size;
	while (at > 0 && out->data[at - 1] != '\n')
		at--;
	return out->size - at;
}

static bool touched(const struct passage *p, uint32_t start, uint32_t end)
{
	const struct passage_edit *edits;
	size_t i = passage_first_edit(p, start);
	return i < passage_edits(p, &edits) && edits[i].start < end;
}

static void write_row(struct writer *w, uint32_t start, uint32_t end)
{
	st_auto_buf struct st_buf text = {0};
	if (!touched(w->passage, start, end)) {
		st_buf_add(w->out, w->passage->document.data + start, end - start);
		return;
	}
	const uint8_t *mark = memchr(w->passage->document.data + start + 2, '?', end - start - 2);
	bool base64 = mark != NULL && (mark[1] | 0x20) == 'b';
	edit_row(w->passage, start, end, &text);
	encoded_words_write((struct st_span){text.data, text.size}, base64, column_of(w->out), w->line_end, w->out);
}

/* --- lines --- */

bool mail_lines_too_long(struct st_span lines)
{
	const uint8_t *at = lines.data, *end = at + lines.size;
	while (at < end) {
		const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((lf != NULL ? lf : end) - at);
		if (size > CEIL_MAIL_LINE_BYTES + (lf != NULL && size > 0 && lf[-1] == '\r'))
			return true;
		at = lf != NULL ? lf + 1 : end;
	}
	return false;
}

/* Where the line is broken: at its last blank that leaves something on it; 0: nowhere. */
static size_t break_of(const uint8_t *line, bool folds)
{
	for (size_t at = CEIL_MAIL_LINE_BYTES; at > 1; at--)
		if (line[at - 1] == ' ' || line[at - 1] == '\t')
			return folds ? at - 1 : at;
	return 0;
}

void mail_lines_break(struct st_buf *lines, bool folds, const char *line_end)
{
	struct st_buf out = {0};
	st_buf_reserve(&out, lines->size + 64);
	for (size_t at = 0, next; at < lines->size; at = next) {
		const uint8_t *line = lines->data + at, *lf = memchr(line, '\n', lines->size - at);
		next = lf != NULL ? (size_t)(lf + 1 - lines->data) : lines->size;
		size_t size = next - at - (lf != NULL) - (lf != NULL && lf > line && lf[-1] == '\r');
		size_t cut = size > CEIL_MAIL_LINE_BYTES ? break_of(line, folds) : 0;
		if (cut > 0)
			next = at + cut;
		st_buf_add(&out, line, next - at);
		if (cut > 0)
			st_buf_add(&out, line_end, strlen(line_end));
	}
	st_buf_free(lines);
	*lines = out;
}

/* --- the field --- */

void header_field_write(
	const struct passage *passage, const struct header_field *field, const char *line_end, struct st_buf *out)
{
	st_auto_buf struct st_buf written = {0};
	if (!touched(passage, field->start, field->end)) {
		st_buf_add(out, passage->document.data + field->start, field->end - field->start);
		return;
	}
	struct writer w = {.passage = passage, .line_end = line_end, .out = &written, .frame = frame_of(field->name)};
	struct st_span value = {passage->document.data + field->value, field->end - field->value};
	passage_splice(passage, field->start, field->value, 1, false, &written);
	uint32_t start = field->value;
	for (size_t at = 0, end; encoded_words_next(value, &at, &end); at = end) {
		write_plain(&w, start, field->value + (uint32_t)at);
		write_row(&w, field->value + (uint32_t)at, field->value + (uint32_t)end);
		start = field->value + (uint32_t)end;
	}
	write_plain(&w, start, field->end);
	close_parameter(&w);
	struct st_span before = {passage->document.data + field->start, field->end - field->start};
	if (!mail_lines_too_long(before) && mail_lines_too_long((struct st_span){written.data, written.size}))
		mail_lines_break(&written, true, line_end);
	st_buf_add(out, written.data, written.size);
}
