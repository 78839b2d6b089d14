#include "report/html_write.h"

#include "base/print.h"
#include "report/amount.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct html_writer *w, const char *text)
{
	st_buf_add(w->out, text, strlen(text));
}

static void end_tag(struct html_writer *w)
{
	if (w->in_tag)
		st_buf_add_byte(w->out, '>');
	w->in_tag = false;
}

static bool begins_a_line(const char *tag)
{
	static const char *const tags[] = {"head", "meta", "title", "style", "script", "body", "header", "main",
		"section", "article", "table", "thead", "tbody", "tfoot", "tr", "p", "h1", "h2", "h3", "ul", "li", "dl",
		"dt", "figure", "details", "nav", "footer"};
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (tags[i][0] == tag[0] && strcmp(tags[i], tag) == 0)
			return true;
	return false;
}

void html_open_void(struct html_writer *w, const char *tag)
{
	end_tag(w);
	if (begins_a_line(tag))
		st_buf_add_byte(w->out, '\n');
	st_buf_add_byte(w->out, '<');
	add(w, tag);
	w->in_tag = true;
}

void html_open(struct html_writer *w, const char *tag, const char *class_name)
{
	html_open_void(w, tag);
	if (w->depth < HTML_DEPTH)
		w->open[w->depth] = tag;
	w->depth++;
	if (class_name != NULL)
		html_attribute(w, "class", class_name);
}

static bool is_plain(uint8_t c)
{
	return c >= ' ' && c < 0x7f && c != '<' && c != '>' && c != '&' && c != '"';
}

/* What the parser looks for in text and in values in double quotes, as all are written here (13.2.5). Most texts hold
 * nothing of it: what comes before the first such byte is copied as it is. */
static void add_escaped(struct html_writer *w, const char *text, size_t size)
{
	st_auto_buf struct st_buf clean = {0};
	size_t plain = 0;
	while (plain < size && is_plain((uint8_t)text[plain]))
		plain++;
	st_buf_add(w->out, text, plain);
	if (plain == size)
		return;
	st_escape_text(&clean, text + plain, size - plain);
	for (size_t i = 0; i < clean.size; i++) {
		switch (clean.data[i]) {
		case '<':
			add(w, "&lt;");
			break;
		case '>':
			add(w, "&gt;");
			break;
		case '&':
			add(w, "&amp;");
			break;
		case '"':
			add(w, "&quot;");
			break;
		default:
			st_buf_add_byte(w->out, clean.data[i]);
		}
	}
}

void html_attribute(struct html_writer *w, const char *name, const char *value)
{
	st_buf_add_byte(w->out, ' ');
	add(w, name);
	add(w, "=\"");
	add_escaped(w, value, strlen(value));
	st_buf_add_byte(w->out, '"');
}

__attribute__((format(printf, 1, 0))) static char *formatted(const char *format, va_list arguments)
{
	char *text = NULL;
	if (vasprintf(&text, format, arguments) < 0)
		exit(ST_EXIT_MEMORY);
	return text;
}

void html_attribute_format(struct html_writer *w, const char *name, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	st_auto_free char *text = formatted(format, arguments);
	va_end(arguments);
	html_attribute(w, name, text);
}

void html_close(struct html_writer *w)
{
	end_tag(w);
	if (w->depth == 0)
		return;
	w->depth--;
	add(w, "</");
	add(w, w->depth < HTML_DEPTH ? w->open[w->depth] : "div");
	st_buf_add_byte(w->out, '>');
}

void html_text(struct html_writer *w, const char *text)
{
	html_text_bytes(w, text, strlen(text));
}

void html_text_bytes(struct html_writer *w, const char *text, size_t size)
{
	end_tag(w);
	add_escaped(w, text, size);
}

void html_format(struct html_writer *w, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	st_auto_free char *text = formatted(format, arguments);
	va_end(arguments);
	html_text(w, text);
}

void html_number(struct html_writer *w, uint64_t number)
{
	char text[32];
	number_text(number, text);
	html_text(w, text);
}

void html_name(struct html_writer *w, const char *name)
{
	st_auto_free char *clean = st_escaped_text(name, strlen(name));
	size_t size = strlen(clean), shown = size;
	if (size > HTML_NAME_BYTES) {
		shown = HTML_NAME_BYTES;
		while (shown > 0 && ((unsigned char)clean[shown] & 0xc0) == 0x80)
			shown--;
	}
	clean[shown] = 0;
	html_leaf(w, "code", "v", clean);
	if (shown < size) {
		char more[32];
		number_text(size - shown, more);
		html_format(w, " and %s bytes more", more);
	}
}

void html_word(struct html_writer *w, const char *word)
{
	static const struct {
		const char *word, *text;
	} words[] = {{"email_address", "e-mail address"}, {"ip_address", "IP address"}, {"iban", "IBAN"},
		{"url", "URL"}, {"vat_number", "VAT number"}, {"secret", "secret (key, token, password)"}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		html_text(w, words[i].text);
		return;
	}
	st_auto_free char *text = st_strndup(word, strlen(word));
	for (char *c = text; *c != 0; c++)
		*c = *c == '_' ? ' ' : *c;
	html_text(w, text);
}

void html_leaf(struct html_writer *w, const char *tag, const char *class_name, const char *text)
{
	html_open(w, tag, class_name);
	html_text(w, text);
	html_close(w);
}

void html_constant(struct html_writer *w, const char *text)
{
	end_tag(w);
	add(w, text);
}
