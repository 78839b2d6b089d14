/* Counts the fields at the front of a text. */
#include "extract/mail_shape.h"

#include <strings.h>

#define NAME_BYTES 128
/* Known fields that make a header without its blank line, and one that is longer than what was looked at. */
#define KNOWN_IF_BROKEN 4
#define KNOWN_IF_LONG 2

size_t mail_field_name(const uint8_t *line, size_t size)
{
	size_t at = 0;
	while (at < size && at < NAME_BYTES && line[at] > ' ' && line[at] < 0x7f && line[at] != ':')
		at++;
	size_t name = at;
	while (at < size && (line[at] == ' ' || line[at] == '\t')) /* obsolete: blanks before the colon */
		at++;
	return name > 0 && at < size && line[at] == ':' ? name : 0;
}

bool mail_is_from_line(const uint8_t *line, size_t size)
{
	return size >= 5 && memcmp(line, "From ", 5) == 0;
}

/* The bit of a known field; 0 for any other. */
static unsigned known_field(const uint8_t *name, size_t size)
{
	static const char *const known[] = {"received", "from", "to", "subject", "date", "message-id", "mime-version",
		"return-path", "delivered-to", "content-type"};
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i]) == size && strncasecmp((const char *)name, known[i], size) == 0)
			return 1u << i;
	return 0;
}

size_t mail_blank_line(const uint8_t *line, size_t size)
{
	size_t at = 0;
	while (at < size && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r'))
		at++;
	return at < size && line[at] == '\n' ? at + 1 : 0;
}

static const uint8_t *skip_envelope(const uint8_t *p, const uint8_t *end)
{
	size_t blank;
	while ((blank = mail_blank_line(p, (size_t)(end - p))) > 0)
		p += blank;
	const uint8_t *line = p;
	if (line < end && *line == '>')
		line++;
	if (!mail_is_from_line(line, (size_t)(end - line)))
		return p;
	const uint8_t *lf = memchr(line, '\n', (size_t)(end - line));
	return lf != NULL ? lf + 1 : end;
}

struct mail_shape mail_shape(struct st_span text, bool text_is_all)
{
	struct mail_shape shape = {0};
	const uint8_t *p = text.data, *end = p + text.size;
	unsigned seen = 0;
	if (text.size == 0)
		return shape;
	for (p = skip_envelope(p, end); p < end;) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		size_t size = (size_t)((lf != NULL ? lf : end) - p), name = mail_field_name(p, size);
		shape.ended = lf != NULL && (size == 0 || (size == 1 && *p == '\r'));
		bool goes_on = (*p == ' ' || *p == '\t') && shape.fields > 0;
		bool cut = lf == NULL && !text_is_all;
		shape.broken = !shape.ended && name == 0 && !goes_on && !cut;
		if (shape.ended || shape.broken)
			break;
		if (name > 0) {
			shape.fields++;
			seen |= known_field(p, name);
		}
		p = lf != NULL ? lf + 1 : end;
	}
	shape.broken |= p == end && text_is_all && !shape.ended;
	shape.known = (size_t)__builtin_popcount(seen);
	return shape;
}

bool mail_is_header(const struct mail_shape *shape)
{
	size_t known = shape->ended ? 1 : shape->broken ? KNOWN_IF_BROKEN : KNOWN_IF_LONG;
	return shape->fields >= 2 && shape->known >= known;
}
