/* Finds where the pieces of a name stand; what they say is decoded by extract. */
#include "redact/mail_parameters.h"

#include <strings.h>

#include "extract/mail_value.h"

struct piece {
	uint32_t before; /* where the parameter before it ends */
	uint32_t start, end;
};

struct value {
	const uint8_t *data;
	uint32_t at, end;
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint32_t next_semicolon(const struct value *v, uint32_t at)
{
	for (bool quoted = false; at < v->end && (quoted || v->data[at] != ';'); at++) {
		if (v->data[at] == '"')
			quoted = !quoted;
		else if (v->data[at] == '\\' && quoted && at + 1 < v->end)
			at++;
	}
	return at;
}

static bool next_piece(struct value *v, struct piece *out)
{
	uint32_t semicolon = next_semicolon(v, v->at);
	if (semicolon >= v->end)
		return false;
	out->before = semicolon;
	while (out->before > v->at && is_blank(v->data[out->before - 1]))
		out->before--;
	out->start = semicolon + 1;
	out->end = v->at = next_semicolon(v, semicolon + 1);
	while (out->start < out->end && is_blank(v->data[out->start]))
		out->start++;
	while (out->end > out->start && is_blank(v->data[out->end - 1]))
		out->end--;
	return true;
}

/* Is it `name*...`? */
static bool is_piece_of(const struct value *v, const struct piece *piece, const char *name)
{
	size_t size = strlen(name);
	return piece->end - piece->start > size + 1 && v->data[piece->start + size] == '*' &&
	       strncasecmp((const char *)v->data + piece->start, name, size) == 0;
}

/* Is it `name=...`? */
static bool is_named(const struct value *v, const struct piece *piece, const char *name)
{
	size_t size = strlen(name);
	uint32_t at = piece->start + (uint32_t)size;
	if (piece->end - piece->start <= size || strncasecmp((const char *)v->data + piece->start, name, size) != 0)
		return false;
	while (at < piece->end && is_blank(v->data[at]))
		at++;
	return at < piece->end && v->data[at] == '=';
}

bool parameter_find(
	struct st_span message, uint32_t start, uint32_t end, const char *name, uint32_t *from, uint32_t *to)
{
	struct value v = {message.data, start, end};
	struct piece piece;
	while (next_piece(&v, &piece)) {
		if (!is_named(&v, &piece, name))
			continue;
		*from = piece.start;
		*to = piece.end;
		return true;
	}
	return false;
}

static void write_name(const char *name, struct st_span text, struct st_buf *out)
{
	bool plain = true;
	for (size_t i = 0; i < text.size; i++)
		plain &= text.data[i] >= ' ' && text.data[i] <= '~' && text.data[i] != '"' && text.data[i] != '\\';
	if (plain) {
		st_buf_format(out, "%s=\"%.*s\"", name, (int)text.size, (const char *)text.data);
		return;
	}
	st_buf_format(out, "%s*=utf-8''", name);
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		bool free = (unsigned)(c | 32) - 'a' < 26 || (unsigned)c - '0' < 10 || c == '.' || c == '-' || c == '_';
		if (free)
			st_buf_add_byte(out, c);
		else
			st_buf_format(out, "%%%02X", c);
	}
}

bool parameter_text_redact(
	struct document_job *job, struct st_span name, struct st_buf *out, const struct document_origin *origin)
{
	struct passage passage;
	const struct passage_edit *edits;
	passage_open(&passage, job->options, job->replacer, job->seen, job->search, name);
	passage_feed_plain(&passage, name, 0, PASSAGE_FREE);
	passage_end(&passage);
	bool found = passage_edits(&passage, &edits) > 0;
	if (found) {
		passage_splice(&passage, 0, (uint32_t)name.size, 1, false, out);
		document_tell(job, &passage, origin);
	}
	passage_close(&passage);
	return found;
}

static void replace_pieces(struct passage *passage, struct value v, const char *name, struct st_span text)
{
	struct piece piece;
	bool first = true;
	while (next_piece(&v, &piece)) {
		if (!is_piece_of(&v, &piece, name) && !is_named(&v, &piece, name))
			continue;
		if (first)
			passage_replace(passage, piece.start, piece.end, text);
		else
			passage_replace(passage, piece.before, piece.end, (struct st_span){text.data, 0});
		first = false;
	}
}

void boundary_replace(struct passage *passage, uint32_t start, uint32_t end, struct st_span boundary)
{
	st_auto_buf struct st_buf text = {0};
	write_name("boundary", boundary, &text);
	replace_pieces(passage, (struct value){passage->document.data, start, end}, "boundary",
		(struct st_span){text.data, text.size});
}

static void redact_parameter(struct document_job *job, struct passage *passage, struct value v, const char *name,
	const struct document_origin *origin)
{
	struct piece piece;
	struct value at = v;
	bool pieces = false;
	while (next_piece(&at, &piece))
		pieces |= is_piece_of(&v, &piece, name);
	st_auto_buf struct st_buf decoded = {0}, redacted = {0}, text = {0};
	struct st_span all = {v.data + v.at, v.end - v.at};
	struct document_origin rough = {.outer = origin, .base = v.at, .size = v.end - v.at, .rough = true};
	if (!pieces || !mail_parameter(all, name, &decoded) ||
		!parameter_text_redact(job, (struct st_span){decoded.data, decoded.size}, &redacted, &rough))
		return;
	write_name(name, (struct st_span){redacted.data, redacted.size}, &text);
	replace_pieces(passage, v, name, (struct st_span){text.data, text.size});
}

void file_names_redact(struct document_job *job, struct passage *passage, uint32_t start, uint32_t end,
	const struct document_origin *origin)
{
	struct value v = {passage->document.data, start, end};
	redact_parameter(job, passage, v, "filename", origin);
	redact_parameter(job, passage, v, "name", origin);
}
