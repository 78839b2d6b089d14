/*
 * ODF's XML as it streams by: which element begins a line, a cell, an aside or a place, and which attributes are text.
 * An element that no table knows is inline in a paragraph and a line outside of one, so that nothing is lost for being
 * unknown. Repeats (number-columns-repeated) are never unrolled: their text is given once. Memory is one entry for each
 * open element, and what waits aside.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/ceilings.h"
#include "extract/odf.h"
#include "extract/table_columns.h"
#include "extract/transfer_decode.h"

/* Hidden styles that are remembered, by a hash of their names; a document has two or three. Beyond, a place is not
 * called hidden; a forged collision makes one called so. */
#define HIDDEN_STYLES 512
#define HIDDEN_SLOTS (2 * HIDDEN_STYLES)
/* What may turn out to be of the program alone waits until so much. */
#define MUTED_BYTES 1024
/* Literals in number formats up to here are signs: a currency, a dash. */
#define LITERAL_BYTES 4
/* Values wait for what is shown up to this size, and are compared in so many elements inside one another; beyond, they
 * are text in any case. */
#define VALUES_BYTES (256 * 1024)
#define COMPARING_ELEMENTS 8

enum mute {
	MUTE_NO,
	MUTE_MACHINE,   /* no text when it is a number, a date, a truth value */
	MUTE_GENERATOR, /* no text unless it holds an address */
	MUTE_LITERAL,
};

struct element {
	enum odf_element kind;
	bool flow;   /* in a paragraph: what is unknown here is inline */
	bool placed; /* mark is to be given back */
	bool held, keeps, quiet;
	bool compares; /* what it shows with the values it has */
	struct odf_mark mark;
	size_t kept_from, values_from;
	uint64_t words;
	uint64_t column; /* of a cell in the outermost table; a row: of its next cell */
};

struct odf_text {
	struct odf_lines *lines;
	struct element *elements; /* [depth], the root has 1 */
	int depth;
	struct st_buf values;          /* of open elements: kind, name NUL value NUL */
	uint64_t hidden[HIDDEN_SLOTS]; /* hashes of hidden styles, open addressing, 0 is free */
	uint64_t style;                /* the style being read */
	int hidden_count;
	struct st_buf muted;
	enum mute mute;
	bool all_attributes;
	int quiet;   /* open elements whose names are of the program */
	int keeping; /* open elements whose values wait */
	unsigned slides, binaries;
	int tables; /* open ones: only the outermost has named columns */
	struct table_columns columns;
	odf_binary *binary;
	void *context;
	struct transfer_decoder decoder;
	struct st_buf decoded;
	bool decoding, decoded_too_much;
};

struct odf_text *odf_text_open(struct rebuilt *rebuilt, odf_binary *binary, void *context)
{
	struct odf_text *t = st_alloc_zero(1, sizeof *t);
	t->lines = odf_lines_open(rebuilt);
	table_columns_init(&t->columns, rebuilt);
	t->elements = st_alloc_zero(CEIL_XML_DEPTH + 1, sizeof *t->elements);
	t->binary = binary;
	t->context = context;
	/* so that there is a pointer to nothing, too */
	st_buf_reserve(&t->muted, 1);
	return t;
}

void odf_text_close(struct odf_text *t)
{
	odf_lines_close(t->lines);
	table_columns_free(&t->columns);
	free(t->elements);
	st_buf_free(&t->values);
	st_buf_free(&t->muted);
	st_buf_free(&t->decoded);
	free(t);
}

static void add_text(struct odf_text *t, const char *text)
{
	odf_lines_text(t->lines, text, strlen(text));
}

/* --- attributes --- */

static bool is_address(const char *value)
{
	return strchr(value, '@') != NULL || strstr(value, "%40") != NULL;
}

static bool is_declaration(const char *name)
{
	return strncmp(name, "xmlns", 5) == 0 && (name[5] == ':' || name[5] == 0);
}

/* What an attribute is worth in this element; none: no text. */
static enum odf_attribute attribute_in(
	const struct odf_text *t, const struct element *e, const char *name, const char *value)
{
	enum odf_attribute what = odf_attribute_of(xml_local_name(name));
	if (is_declaration(name) || *value == 0)
		return ODF_ATTRIBUTE_NONE;
	if (t->all_attributes || e->kind == ODF_RECORD || is_address(value))
		return what == ODF_ATTRIBUTE_NONE ? ODF_ATTRIBUTE_TEXT : what;
	switch (what) {
	case ODF_ATTRIBUTE_NAME: /* __RefHeading__123: made by a program */
		if (t->quiet > 0 || e->kind == ODF_CONFIG_ITEM || e->kind == ODF_PROPERTY ||
			strncmp(value, "__", 2) == 0)
			return ODF_ATTRIBUTE_NONE;
		return what;
	case ODF_ATTRIBUTE_LINK: /* of an entry of the package: it is read where it stands */
		return e->kind == ODF_IMAGE && strchr(value, ':') == NULL ? ODF_ATTRIBUTE_NONE : what;
	default:
		return what;
	}
}

/* Waits until the element has shown what it shows. */
static void keep_value(struct odf_text *t, enum odf_attribute what, const char *name, const char *value)
{
	st_buf_add_byte(&t->values, (uint8_t)what);
	st_buf_add(&t->values, name, strlen(name) + 1);
	st_buf_add(&t->values, value, strlen(value) + 1);
}

static const char *place_of_attributes(const struct element *e, enum odf_attribute what)
{
	if (e->kind == ODF_LINK || what == ODF_ATTRIBUTE_LINK)
		return "link";
	if (e->kind == ODF_BOOKMARK)
		return "bookmark";
	if (e->kind == ODF_HIDDEN)
		return "hidden text";
	return what == ODF_ATTRIBUTE_FORMULA ? "formula" : "attribute";
}

static void give_attribute(struct odf_text *t, enum odf_attribute what, const char *name, const char *value)
{
	struct st_span piece;
	odf_lines_prefix(t->lines, xml_local_name(name));
	if (what != ODF_ATTRIBUTE_FORMULA)
		add_text(t, value);
	while (what == ODF_ATTRIBUTE_FORMULA && odf_formula_text(&value, &piece)) {
		odf_lines_text(t->lines, (const char *)piece.data, piece.size);
		odf_lines_gap(t->lines, ODF_GAP_LINE);
	}
	odf_lines_prefix(t->lines, NULL);
	odf_lines_gap(t->lines, ODF_GAP_TAB);
}

static bool is_value(enum odf_attribute what)
{
	return what == ODF_ATTRIBUTE_VALUE || what == ODF_ATTRIBUTE_NUMBER || what == ODF_ATTRIBUTE_DATE;
}

/* All on one line, so that a name stands beside its value. */
static void take_attributes(struct odf_text *t, struct element *e, const struct xml_tag *tag)
{
	bool waits = e->kind == ODF_CELL || e->flow, any = false, aside = odf_lines_are_held(t->lines);
	struct odf_mark mark;
	for (const char **at = tag->attributes; *at != NULL; at += 2) {
		enum odf_attribute what = attribute_in(t, e, at[0], at[1]);
		if (what == ODF_ATTRIBUTE_NONE)
			continue;
		if (waits && is_value(what) && t->values.size + strlen(at[1]) < VALUES_BYTES) {
			keep_value(t, what, at[0], at[1]);
			continue;
		}
		if (!any && aside)
			mark = odf_lines_aside(t->lines, place_of_attributes(e, what), NULL);
		else if (!any)
			odf_lines_gap(t->lines, ODF_GAP_LINE);
		any = true;
		give_attribute(t, what, at[0], at[1]);
	}
	if (any && aside)
		odf_lines_back(t->lines, &mark);
	else if (any)
		odf_lines_gap(t->lines, ODF_GAP_LINE);
}

static bool is_shown(const struct element *e, enum odf_attribute what, struct st_span shown, const char *value)
{
	if (what == ODF_ATTRIBUTE_DATE && e->kind != ODF_CELL)
		return shown.size > 0;
	return odf_text_is_shown(shown, value) || (what == ODF_ATTRIBUTE_NUMBER && odf_number_is_shown(shown, value));
}

static void give_value(struct odf_text *t, const struct element *e, const char *name, const char *value)
{
	char plain[ODF_NUMBER_BYTES];
	if (e->kind == ODF_CELL) {
		odf_lines_gap(t->lines, ODF_GAP_TAB);
		odf_lines_cell(t->lines, e->words);
		add_text(t, odf_number_plain(value, plain));
		return;
	}
	struct odf_mark mark = odf_lines_aside(t->lines, place_of_attributes(e, ODF_ATTRIBUTE_VALUE), NULL);
	give_attribute(t, ODF_ATTRIBUTE_VALUE, name, value);
	odf_lines_back(t->lines, &mark);
}

/* Values that the element has, but did not show. */
static void end_values(struct odf_text *t, const struct element *e)
{
	struct st_span kept;
	if (!e->keeps)
		return;
	bool whole = odf_lines_kept(t->lines, e->kept_from, &kept) && e->compares;
	st_auto_buf struct st_buf shown = {0}; /* what is given now would be kept, too */
	if (whole)
		st_buf_add(&shown, kept.data, kept.size);
	t->keeping--;
	for (size_t at = e->values_from; at < t->values.size;) {
		enum odf_attribute what = (enum odf_attribute)t->values.data[at];
		const char *name = (const char *)t->values.data + at + 1, *value = name + strlen(name) + 1;
		at += strlen(name) + strlen(value) + 3;
		if (!whole || !is_shown(e, what, (struct st_span){shown.data, shown.size}, value))
			give_value(t, e, name, value);
	}
	t->values.size = e->values_from;
	odf_lines_forget(t->lines, e->kept_from);
}

/* --- styles that hide --- */

/* FNV-1a; never 0. */
static uint64_t hash_of(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (; *name != 0; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
	return hash | 1;
}

/* The slot that holds this hash, or the free one where it belongs. */
static uint64_t *hidden_slot(struct odf_text *t, uint64_t hash)
{
	size_t slot = (size_t)(hash >> 32) % HIDDEN_SLOTS;
	while (t->hidden[slot] != 0 && t->hidden[slot] != hash)
		slot = (slot + 1) % HIDDEN_SLOTS;
	return &t->hidden[slot];
}

static bool hides(struct odf_text *t, const struct xml_tag *tag)
{
	const char *style = xml_attribute(tag, "style-name");
	return style != NULL && *hidden_slot(t, hash_of(style)) != 0;
}

static void take_style(struct odf_text *t, const struct xml_tag *tag)
{
	const char *name = xml_attribute(tag, "name");
	t->style = name != NULL ? hash_of(name) : 0;
}

static void take_style_properties(struct odf_text *t, const struct xml_tag *tag)
{
	const char *display = xml_attribute(tag, "display"), *visibility = xml_attribute(tag, "visibility");
	bool hidden = (display != NULL && strcmp(display, "false") == 0) ||
		      (visibility != NULL && strcmp(visibility, "hidden") == 0);
	if (!hidden || t->style == 0 || t->hidden_count == HIDDEN_STYLES)
		return;
	uint64_t *slot = hidden_slot(t, t->style);
	t->hidden_count += *slot == 0;
	*slot = t->style;
}

/* --- places --- */

/* What begins here stands aside when it would cut a paragraph or a row. */
static void place(struct odf_text *t, struct element *e, const char *what, const char *name)
{
	bool aside = odf_lines_are_held(t->lines);
	e->mark = odf_lines_aside(t->lines, what, name);
	e->placed = true;
	if (aside)
		e->flow = false;
}

static void place_slide(struct odf_text *t, struct element *e, const struct element *around, const struct xml_tag *tag)
{
	char what[40];
	const char *noun = around->kind == ODF_DRAWING ? "page" : "slide";
	snprintf(what, sizeof what, "%s%s %u", hides(t, tag) ? "hidden " : "", noun, ++t->slides);
	place(t, e, what, xml_attribute(tag, "name"));
}

static void place_notes(struct odf_text *t, struct element *e, const struct element *around)
{
	char what[32] = "notes";
	if (around->kind == ODF_PAGE)
		snprintf(what, sizeof what, "notes %u", t->slides);
	place(t, e, what, NULL);
}

static void place_section(struct odf_text *t, struct element *e, const struct xml_tag *tag)
{
	const char *display = xml_attribute(tag, "display");
	bool hidden = display != NULL && strcmp(display, "true") != 0;
	place(t, e, hidden ? "hidden section" : "section", xml_attribute(tag, "name"));
}

static void place_note(struct odf_text *t, struct element *e, const struct xml_tag *tag)
{
	const char *class = xml_attribute(tag, "note-class");
	class = class != NULL ? class : tag->name;
	place(t, e, strcmp(class, "endnote") == 0 ? "endnote" : "footnote", NULL);
}

/* Elements that are nothing but the place of what stands in them. */
static const char *place_name(enum odf_element kind)
{
	switch (kind) {
	case ODF_ANNOTATION:
		return "comment";
	case ODF_RUBY_TEXT:
		return "ruby";
	case ODF_HEADER:
		return "header";
	case ODF_FOOTER:
		return "footer";
	case ODF_CHANGES:
		return "change";
	case ODF_DELETION:
		return "deleted text";
	case ODF_FORMS:
		return "form";
	case ODF_VALIDATIONS:
		return "validation";
	case ODF_NAMED:
		return "defined name";
	case ODF_FIELDS:
		return "field";
	case ODF_SCRIPT:
		return "script";
	case ODF_STYLES:
		return "style";
	case ODF_SETTINGS:
		return "settings";
	default:
		return NULL;
	}
}

/* Elements whose place depends on what is around them. */
static void place_by_kind(
	struct odf_text *t, struct element *e, const struct element *around, const struct xml_tag *tag)
{
	const char *name = place_name(e->kind);
	if (name != NULL)
		place(t, e, name, NULL);
	else if (e->kind == ODF_TABLE && around->kind == ODF_SPREADSHEET)
		place(t, e, hides(t, tag) ? "hidden sheet" : "sheet", xml_attribute(tag, "name"));
	else if (e->kind == ODF_PAGE)
		place_slide(t, e, around, tag);
	else if (e->kind == ODF_NOTES)
		place_notes(t, e, around);
	else if (e->kind == ODF_SECTION)
		place_section(t, e, tag);
	else if (e->kind == ODF_NOTE)
		place_note(t, e, tag);
	else if (e->kind == ODF_MASTER)
		place(t, e, "master", xml_attribute(tag, "name"));
	else if (e->kind == ODF_SHAPE && odf_lines_are_held(t->lines))
		place(t, e, "text box", NULL);
	else if (e->kind == ODF_TITLE && !around->flow)
		place(t, e, "alt text", NULL);
	else if (e->kind == ODF_META)
		place(t, e, "properties", NULL);
	else if ((e->kind == ODF_TEXT || e->kind == ODF_CHART) && around->kind == ODF_BODY)
		place(t, e, e->kind == ODF_TEXT ? "body" : "chart", NULL);
	else if (e->kind == ODF_DOCUMENT && t->depth > 1)
		place(t, e, "object", NULL);
}

/* --- what the program says of itself --- */

static void mute_property(struct odf_text *t, const struct xml_tag *tag)
{
	static const char *const machine[] = {
		"creation-date", "date", "editing-cycles", "editing-duration", "print-date"};
	const char *name = xml_attribute(tag, "name");
	odf_lines_prefix(t->lines, name != NULL ? name : tag->name);
	t->mute = strcmp(tag->name, "generator") == 0 ? MUTE_GENERATOR : MUTE_NO;
	for (size_t i = 0; i < sizeof machine / sizeof *machine; i++)
		if (strcmp(tag->name, machine[i]) == 0)
			t->mute = MUTE_MACHINE;
}

static void mute_setting(struct odf_text *t, const struct xml_tag *tag)
{
	const char *type = xml_attribute(tag, "type");
	odf_lines_prefix(t->lines, xml_attribute(tag, "name"));
	t->mute = type != NULL && strcmp(type, "string") == 0 ? MUTE_NO : MUTE_MACHINE;
}

/* What was held back is text after all. */
static void unmute(struct odf_text *t)
{
	t->mute = MUTE_NO;
	odf_lines_text(t->lines, (const char *)t->muted.data, t->muted.size);
	t->muted.size = 0;
}

static void end_mute(struct odf_text *t)
{
	struct st_span text = {t->muted.data, t->muted.size};
	bool silent = (t->mute == MUTE_MACHINE && odf_is_machine_value(text)) ||
		      (t->mute == MUTE_GENERATOR && memchr(text.data, '@', text.size) == NULL) ||
		      (t->mute == MUTE_LITERAL && text.size <= LITERAL_BYTES);
	if (silent)
		t->muted.size = 0;
	if (t->muted.size > 0)
		unmute(t);
	t->mute = MUTE_NO;
}

/* --- what stands in Base64 --- */

static void begin_binary(struct odf_text *t)
{
	transfer_begin(&t->decoder, TRANSFER_BASE64);
	t->decoded.size = 0;
	t->decoding = true;
	t->decoded_too_much = false;
}

static void take_binary(struct odf_text *t, const char *data, size_t size)
{
	if (t->decoded.size <= CEIL_SPOOL_BYTES)
		transfer_add(&t->decoder, (const uint8_t *)data, size, &t->decoded);
	else
		t->decoded_too_much = true;
}

static void end_binary(struct odf_text *t)
{
	char name[32];
	transfer_end(&t->decoder, &t->decoded);
	t->decoding = false;
	snprintf(name, sizeof name, "data-%u", ++t->binaries);
	enum st_reason reason = t->decoded_too_much ? ST_REASON_LIMIT_SIZE
				: t->decoder.lost   ? ST_REASON_CORRUPT
						    : ST_REASON_NONE;
	t->binary(t->context, name, (struct st_span){t->decoded.data, t->decoded.size}, reason);
	st_buf_free(&t->decoded);
}

/* --- the elements --- */

static void blanks(struct odf_text *t, const struct xml_tag *tag)
{
	const char *count = xml_attribute(tag, "c");
	unsigned long blanks = count != NULL ? strtoul(count, NULL, 10) : 1;
	odf_lines_blanks(t->lines, blanks < ODF_BLANKS_AT_ONCE ? (unsigned)blanks : ODF_BLANKS_AT_ONCE);
}

/* --- tables --- */

static uint64_t repeats(const struct xml_tag *tag)
{
	const char *text = xml_attribute(tag, "number-columns-repeated");
	uint64_t number = 0;
	for (; text != NULL && *text >= '0' && *text <= '9' && number <= CEIL_TABLE_COLUMNS; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number > 0 ? number : 1;
}

/* Of what stands aside it is not known yet where in the text it will be: no table there has names. */
static void begin_table(struct odf_text *t, struct element *e, struct element *around, const struct xml_tag *tag)
{
	if (e->kind == ODF_TABLE && t->tables++ == 0 && !odf_lines_are_held(t->lines)) {
		table_columns_begin(&t->columns);
	} else if (e->kind == ODF_CELL && around->kind == ODF_ROW && t->tables == 1) {
		e->column = around->column;
		around->column += repeats(tag);
		table_columns_cell(&t->columns, e->column);
	}
}

static void end_table(struct odf_text *t, const struct element *e)
{
	if (e->kind == ODF_TABLE && --t->tables == 0)
		table_columns_end(&t->columns);
	else if (e->kind == ODF_CELL && t->elements[t->depth - 1].kind == ODF_ROW && t->tables == 1)
		table_columns_cell_end(&t->columns, e->column);
	else if (e->kind == ODF_ROW && t->tables == 1)
		table_columns_row_end(&t->columns);
}

static void begin_kind(struct odf_text *t, struct element *e, const struct xml_tag *tag)
{
	switch (e->kind) {
	case ODF_PARAGRAPH:
	case ODF_ROW:
		odf_lines_hold(t->lines);
		e->held = true;
		e->flow = e->kind == ODF_PARAGRAPH;
		break;
	case ODF_BLANKS:
		blanks(t, tag);
		break;
	case ODF_TAB:
		odf_lines_gap(t->lines, ODF_GAP_TAB);
		break;
	case ODF_BREAK:
		odf_lines_gap(t->lines, ODF_GAP_LINE);
		break;
	case ODF_STYLES:
	case ODF_SETTINGS:
		e->quiet = true;
		t->quiet++;
		break;
	case ODF_STYLE:
		take_style(t, tag);
		break;
	case ODF_STYLE_PROPERTIES:
		take_style_properties(t, tag);
		break;
	case ODF_CONFIG_ITEM:
		mute_setting(t, tag);
		break;
	case ODF_PROPERTY:
		mute_property(t, tag);
		break;
	case ODF_TEXT:
		if (t->quiet > 0)
			t->mute = MUTE_LITERAL;
		break;
	case ODF_BINARY:
		if (t->binary != NULL) /* else its Base64 is text as it stands */
			begin_binary(t);
		break;
	default:
		break;
	}
}

/* Does it stand on lines of its own? */
static bool is_block(const struct element *e)
{
	return !e->flow && e->kind != ODF_CELL;
}

static enum odf_element kind_in(const struct element *around, const struct xml_tag *tag)
{
	if (around->kind == ODF_META)
		return ODF_PROPERTY;
	enum odf_element kind = odf_element_of(tag->name);
	/* text:meta and presentation:settings are other things */
	bool other = (kind == ODF_META || kind == ODF_SETTINGS) && around->kind != ODF_DOCUMENT;
	return other ? ODF_OTHER : kind;
}

static void on_start(void *context, const struct xml_tag *tag)
{
	struct odf_text *t = context;
	struct element *around = &t->elements[t->depth];
	if (t->depth >= CEIL_XML_DEPTH)
		return;
	struct element *e = &t->elements[++t->depth];
	*e = (struct element){.flow = around->flow, .values_from = t->values.size};
	if (!t->all_attributes)
		e->kind = kind_in(around, tag);
	if (t->mute != MUTE_NO)
		unmute(t);
	/* a paragraph in a cell follows the cell's tab, not a line's end */
	if (e->kind == ODF_PARAGRAPH ? around->flow : is_block(e))
		odf_lines_gap(t->lines, ODF_GAP_LINE);
	place_by_kind(t, e, around, tag);
	begin_kind(t, e, tag);
	begin_table(t, e, around, tag);
	e->words = odf_lines_words(t->lines);
	take_attributes(t, e, tag);
	if (t->values.size > e->values_from) {
		e->keeps = true;
		e->compares = t->keeping++ < COMPARING_ELEMENTS;
		e->kept_from = odf_lines_keep(t->lines);
	}
}

static void on_end(void *context, const char *name)
{
	struct odf_text *t = context;
	struct element *e = &t->elements[t->depth];
	(void)name;
	if (t->mute != MUTE_NO)
		end_mute(t);
	if (e->kind == ODF_BINARY && t->decoding)
		end_binary(t);
	end_values(t, e);
	end_table(t, e);
	odf_lines_prefix(t->lines, NULL);
	if (e->kind == ODF_CELL)
		odf_lines_cell(t->lines, e->words);
	else if (is_block(e) || e->kind == ODF_PARAGRAPH)
		odf_lines_gap(t->lines, ODF_GAP_LINE);
	if (e->held)
		odf_lines_release(t->lines);
	if (e->placed)
		odf_lines_back(t->lines, &e->mark);
	if (e->quiet)
		t->quiet--;
	t->depth--;
}

static void on_text(void *context, const char *data, size_t size)
{
	struct odf_text *t = context;
	if (t->decoding) {
		take_binary(t, data, size);
	} else if (t->mute == MUTE_NO) {
		odf_lines_text(t->lines, data, size);
	} else {
		st_buf_add(&t->muted, data, size);
		if (t->muted.size > MUTED_BYTES)
			unmute(t);
	}
}

static void on_comment(void *context, const char *data)
{
	struct odf_text *t = context;
	struct odf_mark mark = odf_lines_aside(t->lines, "markup comment", NULL);
	add_text(t, data);
	odf_lines_back(t->lines, &mark);
}

static enum st_reason read_stream(struct odf_text *t, struct stream *stream)
{
	static const struct xml_handlers handlers = {
		.start = on_start, .end = on_end, .text = on_text, .comment = on_comment};
	t->depth = 0;
	enum st_reason reason = xml_read(stream, &handlers, t, NULL);
	while (t->depth > 0) /* of XML that broke off */
		on_end(t, "");
	odf_lines_gap(t->lines, ODF_GAP_LINE);
	return reason;
}

enum st_reason odf_text_read(struct odf_text *t, struct stream *stream, const char *object)
{
	if (object != NULL)
		odf_lines_fix(t->lines, "object", object);
	enum st_reason reason = read_stream(t, stream);
	if (object != NULL)
		odf_lines_fix(t->lines, NULL, NULL);
	return reason;
}

enum st_reason odf_text_read_entry(struct odf_text *t, struct stream *stream, const char *entry, bool all_attributes)
{
	t->all_attributes = all_attributes;
	odf_lines_fix(t->lines, "entry", entry);
	enum st_reason reason = read_stream(t, stream);
	odf_lines_fix(t->lines, NULL, NULL);
	t->all_attributes = false;
	return reason;
}
