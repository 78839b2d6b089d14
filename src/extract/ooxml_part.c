/*
 * One part: its root element says how it is read. What no rule knows is read as any XML: its character data and the
 * values of its attributes, each on a line behind its name. What is not well-formed is raw text behind the break.
 */
#include <stdlib.h>

#include "extract/charset.h"
#include "extract/ooxml.h"

#define RAW_BYTES (16 * KIB)

static struct st_span text_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static bool is_blank(const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (strchr(" \t\r\n", data[i]) == NULL || data[i] == '\0')
			return false;
	return true;
}

/* --- any XML --- */

static void any_start(struct ooxml_part *part, const struct xml_tag *tag)
{
	flow_separate(part->flow, FLOW_LINE);
	part->label.size = 0;
	st_buf_add(&part->label, tag->name, strlen(tag->name));
	for (const char **at = tag->attributes; *at != NULL; at += 2) {
		bool own = strncmp(at[0], "xmlns", 5) == 0 || strncmp(at[0], "xml:", 4) == 0 ||
			   strncmp(at[0], "xsi:", 4) == 0;
		if (!own && !ooxml_is_vocabulary(at[1]))
			flow_aside(part->flow, FLOW_ATTRIBUTE, xml_local_name(at[0]), at[1]);
	}
}

static void any_text(struct ooxml_part *part, const char *data, size_t size)
{
	if (part->label.size > 0) {
		if (is_blank(data, size))
			return;
		flow_inserted(part->flow, part->label.data, part->label.size);
		flow_inserted(part->flow, ": ", 2);
		part->label.size = 0;
	}
	flow_inserted(part->flow, data, size);
}

static void any_end(struct ooxml_part *part)
{
	part->label.size = 0;
	flow_separate(part->flow, FLOW_LINE);
}

/* --- links out of the document --- */

static void link_start(struct ooxml_part *part, const struct xml_tag *tag)
{
	const char *target = xml_attribute(tag, "Target"), *mode = xml_attribute(tag, "TargetMode");
	bool external = mode != NULL && strcmp(mode, "External") == 0;
	if (external && target != NULL && strcmp(tag->name, "Relationship") == 0)
		flow_aside(part->flow, FLOW_ATTRIBUTE, NULL, target);
	else
		ooxml_attributes(part, tag, false);
}

/* --- which grammar --- */

/* Where the part stands: what leads to it says more than its root. */
static void stand_at(struct ooxml_part *part, const struct xml_tag *root, const char *what)
{
	const struct ooxml_label *label = &part->ooxml->labels[part->index];
	const char *show = xml_attribute(root, "show");
	struct st_span name = text_of(label->name);
	bool hidden = label->hidden || (strcmp(root->name, "sld") == 0 && show != NULL &&
					       (strcmp(show, "0") == 0 || strcmp(show, "false") == 0));
	if (label->what != NULL)
		what = label->what;
	if (hidden && what != NULL && strcmp(what, "sheet") == 0)
		what = "hidden sheet";
	else if (hidden && what != NULL && strcmp(what, "slide") == 0)
		what = "hidden slide";
	if (what == NULL) {
		what = "part";
		name = package_name(part->ooxml->package, part->index);
	}
	flow_place(part->flow, what, name);
}

static void open_grammar(struct ooxml_part *part, const struct xml_tag *root)
{
	const char *what;
	const struct ooxml_strings *strings = &part->ooxml->strings;
	part->grammar = ooxml_root(root->name, &what);
	part->seen_root = true;
	if (part->grammar == GRAMMAR_STRINGS && (strings->count > 0 || strings->full))
		part->grammar = GRAMMAR_OFFICE; /* a second one belongs to no cell */
	stand_at(part, root, what);
	if (part->grammar == GRAMMAR_SHEET)
		ooxml_sheet_open(part);
	if (part->grammar == GRAMMAR_STRINGS)
		ooxml_strings_open(part);
}

static void on_start(void *context, const struct xml_tag *tag)
{
	struct ooxml_part *part = context;
	if (!part->seen_root)
		open_grammar(part, tag);
	part->depth = tag->depth;
	part->kinds[tag->depth] = ELEMENT_OTHER;
	if (part->grammar == GRAMMAR_ANY)
		any_start(part, tag);
	else if (part->grammar == GRAMMAR_LINKS)
		link_start(part, tag);
	else if ((part->grammar != GRAMMAR_SHEET || !ooxml_sheet_start(part, tag)) &&
		 (part->grammar != GRAMMAR_STRINGS || !ooxml_strings_start(part, tag)))
		ooxml_office_start(part, tag);
}

static void on_end(void *context, const char *name)
{
	struct ooxml_part *part = context;
	if (part->grammar == GRAMMAR_ANY || part->grammar == GRAMMAR_LINKS)
		any_end(part);
	else if ((part->grammar != GRAMMAR_SHEET || !ooxml_sheet_end(part, name)) &&
		 (part->grammar != GRAMMAR_STRINGS || !ooxml_strings_end(part, name)))
		ooxml_office_end(part, name);
	part->depth--;
}

static void on_text(void *context, const char *data, size_t size)
{
	struct ooxml_part *part = context;
	if (part->grammar == GRAMMAR_ANY || part->grammar == GRAMMAR_LINKS)
		any_text(part, data, size);
	else if ((part->grammar != GRAMMAR_SHEET || !ooxml_sheet_text(part, data, size)) &&
		 (part->grammar != GRAMMAR_STRINGS || !ooxml_strings_text(part, data, size)))
		ooxml_office_text(part, data, size);
}

static void on_comment(void *context, const char *data)
{
	struct ooxml_part *part = context;
	flow_aside(part->flow, FLOW_ATTRIBUTE, NULL, data);
}

/* --- what is not well-formed --- */

static enum charset raw_charset(const uint8_t *head, size_t size)
{
	if (size >= 2 && head[0] == 0xff && head[1] == 0xfe)
		return CHARSET_UTF16LE;
	if (size >= 2 && head[0] == 0xfe && head[1] == 0xff)
		return CHARSET_UTF16BE;
	return CHARSET_UTF8;
}

static void write_raw(struct flow *flow, enum charset charset, const uint8_t *data, size_t size)
{
	uint8_t text[RAW_BYTES];
	if (charset == CHARSET_UTF8) {
		flow_inserted(flow, data, size);
		return;
	}
	while (size > 1) {
		size_t written = 0;
		size_t used = charset_convert(
			charset, (struct st_span){data, size}, false, text, sizeof(text), &written, NULL);
		if (used == 0)
			return;
		flow_inserted(flow, text, written);
		data += used;
		size -= used;
	}
}

/* The stored bytes from this offset on, markup and all. */
static void read_raw(struct ooxml *ooxml, size_t index, uint64_t offset)
{
	enum st_reason reason;
	uint64_t at = 0;
	enum charset charset = CHARSET_UTF8;
	struct stream *stream = package_open(ooxml->package, index, &reason);
	if (stream == NULL)
		return;
	uint8_t *block = st_alloc(RAW_BYTES);
	flow_place(&ooxml->flow, "broken", package_name(ooxml->package, index));
	for (ssize_t got; (got = stream_read_full(stream, block, RAW_BYTES)) > 0; at += (uint64_t)got) {
		uint64_t end = at + (uint64_t)got;
		if (at == 0)
			charset = raw_charset(block, (size_t)got);
		size_t skip = end <= offset ? (size_t)got : offset > at ? (size_t)(offset - at) : 0;
		write_raw(&ooxml->flow, charset, block + skip, (size_t)got - skip);
	}
	free(block);
	stream_close(stream);
}

static bool ends_with(struct st_span name, const char *end)
{
	size_t size = strlen(end);
	return name.size >= size && strncasecmp((const char *)name.data + name.size - size, end, size) == 0;
}

/* --- the part --- */

static void close_part(struct ooxml_part *part)
{
	ooxml_sheet_close(part);
	ooxml_strings_close(part);
	flow_separate(part->flow, FLOW_LINE);
	st_buf_free(&part->label);
	st_buf_free(&part->author);
}

void ooxml_read_part(struct ooxml *ooxml, size_t index)
{
	static const struct xml_handlers handlers = {on_start, on_end, on_text, on_comment};
	struct ooxml_part part = {.ooxml = ooxml, .flow = &ooxml->flow, .index = index};
	enum st_reason reason;
	uint64_t offset = 0;
	struct stream *stream = package_open(ooxml->package, index, &reason);
	if (stream == NULL) {
		package_unread(ooxml->package, index, reason);
		return;
	}
	/* what stands before the root stands here */
	flow_place(&ooxml->flow, "part", package_name(ooxml->package, index));
	reason = xml_read(stream, &handlers, &part, &offset);
	stream_close(stream);
	close_part(&part);
	if (reason == ST_REASON_CORRUPT && !part.seen_root && offset == 0) {
		ooxml->labels[index].is_xml = false; /* whatever its name says: for another reader */
		return;
	}
	package_done(ooxml->package, index);
	if (reason == ST_REASON_NONE)
		return;
	/* Excel writes VML that is not well-formed: all of it is searched as it stands, and nothing is missing */
	if (reason != ST_REASON_CORRUPT || !ends_with(package_name(ooxml->package, index), ".vml"))
		package_note(ooxml->package, reason);
	if (package_goes_on(ooxml->package))
		read_raw(ooxml, index, offset);
}
