/*
 * Office Open XML documents (ECMA-376, ISO/IEC 29500; transitional and strict): which packages are one, and in what
 * order their parts are read. What leads to a part says where it stands: the sheets of a workbook by name, the slides
 * of a presentation by number. Whatever nothing leads to is read all the same, and what is no XML goes through the
 * readers as a member of the document: nothing in the package is passed over.
 */
#include "extract/ooxml.h"

#include <stdio.h>
#include <stdlib.h>

/* --- which package --- */

struct kind {
	const char *format;
	const char *main_types[2]; /* what the content type of its main part contains */
	const char *main_name;     /* where every program writes it */
	void (*read_main)(struct ooxml *ooxml, size_t index);
};

static void read_plain_main(struct ooxml *ooxml, size_t index);
static void read_workbook(struct ooxml *ooxml, size_t index);
static void read_presentation(struct ooxml *ooxml, size_t index);

static const struct kind kinds[] = {
	{"docx", {"wordprocessingml", "ms-word."}, "word/document.xml", read_plain_main},
	{"xlsx", {"spreadsheetml", "ms-excel."}, "xl/workbook.xml", read_workbook},
	{"pptx", {"presentationml", "ms-powerpoint."}, "ppt/presentation.xml", read_presentation},
	{"vsdx", {"ms-visio.", "ms-visio."}, "visio/document.xml", read_plain_main},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct types {
	struct package *package;
	struct ooxml_label *labels; /* NULL: only the kind is asked */
	const struct kind *kind;
};

static bool is_main_type(const struct kind *kind, const char *type)
{
	return strstr(type, ".main") != NULL &&
	       (strstr(type, kind->main_types[0]) != NULL || strstr(type, kind->main_types[1]) != NULL);
}

static void on_type(void *context, const struct xml_tag *tag)
{
	struct types *types = context;
	const char *type = xml_attribute(tag, "ContentType"), *name = xml_attribute(tag, "PartName");
	if (type == NULL)
		return;
	for (size_t i = 0; i < KINDS && types->kind == NULL; i++)
		if (is_main_type(&kinds[i], type))
			types->kind = &kinds[i];
	size_t size = strlen(type);
	if (types->labels == NULL || name == NULL || name[0] != '/' || size < 4 ||
		(strcmp(type + size - 4, "+xml") != 0 && strcmp(type + size - 4, "/xml") != 0))
		return;
	size_t index = package_find(types->package, (struct st_span){(const uint8_t *)name + 1, strlen(name) - 1});
	if (index != PACKAGE_NONE)
		types->labels[index].is_xml = true;
}

static size_t find(const struct package *package, const char *name)
{
	return package_find(package, (struct st_span){(const uint8_t *)name, strlen(name)});
}

/* By the content types; when they do not say, by the name of the main part. */
static const struct kind *kind_of(struct package *package, struct ooxml_label *labels)
{
	static const struct xml_handlers handlers = {.start = on_type};
	struct types types = {.package = package, .labels = labels};
	enum st_reason reason;
	size_t index = find(package, "[Content_Types].xml");
	struct stream *stream = index == PACKAGE_NONE ? NULL : package_open(package, index, &reason);
	if (stream != NULL)
		xml_read(stream, &handlers, &types, NULL);
	stream_close(stream);
	for (size_t i = 0; i < KINDS && types.kind == NULL && index != PACKAGE_NONE; i++)
		if (find(package, kinds[i].main_name) != PACKAGE_NONE)
			types.kind = &kinds[i];
	return types.kind;
}

static bool claims(struct package *package)
{
	return kind_of(package, NULL) != NULL;
}

static size_t main_part(struct ooxml *ooxml, const struct kind *kind)
{
	struct ooxml_links links;
	size_t at = 0;
	ooxml_links_read(ooxml, PACKAGE_NONE, &links);
	size_t index = ooxml_link_by_type(&links, "officeDocument", &at);
	ooxml_links_free(&links);
	return index != PACKAGE_NONE ? index : find(ooxml->package, kind->main_name);
}

/* --- parts --- */

static void read_once(struct ooxml *ooxml, size_t index)
{
	if (index != PACKAGE_NONE && !package_is_done(ooxml->package, index) && package_goes_on(ooxml->package) &&
		ooxml->labels[index].is_xml)
		ooxml_read_part(ooxml, index);
}

static void set_label(struct ooxml *ooxml, size_t index, const char *what, const char *name)
{
	struct ooxml_label *label = &ooxml->labels[index];
	if (label->what != NULL)
		return;
	label->what = what;
	label->name = st_strndup(name, strnlen(name, CEIL_PLACE_BYTES));
}

/* Reads a part, and what of it stands in parts of their own: notes and comments. */
static void read_with_notes(struct ooxml *ooxml, size_t index, const char *what, const char *name)
{
	static const char *const words[][2] = {
		{"notesSlide", "notes"}, {"comments", "comment"}, {"threadedComment", "comment"}};
	struct ooxml_links links;
	if (package_is_done(ooxml->package, index)) /* named twice: its links are read once */
		return;
	set_label(ooxml, index, what, name);
	read_once(ooxml, index);
	ooxml_links_read(ooxml, index, &links);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = 0;
		for (size_t found; (found = ooxml_link_by_type(&links, words[i][0], &at)) != PACKAGE_NONE;) {
			set_label(ooxml, found, words[i][1], name);
			read_once(ooxml, found);
		}
	}
	ooxml_links_free(&links);
}

static void read_plain_main(struct ooxml *ooxml, size_t index)
{
	read_once(ooxml, index);
}

/* --- lists of the main parts: sheets, slides --- */

struct item {
	size_t entry;
	char *name;
	bool hidden;
};

struct items {
	struct ooxml *ooxml;
	struct ooxml_links links;
	const char *element;
	struct item *items;
	size_t count, capacity;
};

/* r:id; an `id` without a prefix is a number of its own. */
static const char *link_id(const struct xml_tag *tag)
{
	for (const char **at = tag->attributes; *at != NULL; at += 2)
		if (strchr(at[0], ':') != NULL && strcmp(xml_local_name(at[0]), "id") == 0)
			return at[1];
	return NULL;
}

static bool is_true(const char *value)
{
	return value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static void on_item(void *context, const struct xml_tag *tag)
{
	struct items *items = context;
	if (strcmp(tag->name, "workbookPr") == 0)
		items->ooxml->dates_1904 = is_true(xml_attribute(tag, "date1904"));
	const char *id = strcmp(tag->name, items->element) == 0 ? link_id(tag) : NULL;
	size_t entry = id == NULL ? PACKAGE_NONE : ooxml_link_by_id(&items->links, id);
	if (entry == PACKAGE_NONE || items->count >= CEIL_PACKAGE_ENTRIES)
		return;
	if (items->count == items->capacity) {
		items->capacity = items->capacity == 0 ? 16 : 2 * items->capacity;
		items->items = st_realloc(items->items, items->capacity * sizeof(*items->items));
	}
	const char *name = xml_attribute(tag, "name"), *state = xml_attribute(tag, "state");
	struct item item = {.entry = entry, .hidden = state != NULL && strcmp(state, "visible") != 0};
	if (name != NULL)
		item.name = st_strndup(name, strnlen(name, CEIL_PLACE_BYTES));
	items->items[items->count++] = item;
}

static void list_items(struct ooxml *ooxml, size_t index, const char *element, struct items *items)
{
	static const struct xml_handlers handlers = {.start = on_item};
	enum st_reason reason;
	*items = (struct items){.ooxml = ooxml, .element = element};
	ooxml_links_read(ooxml, index, &items->links);
	struct stream *stream = package_open(ooxml->package, index, &reason);
	if (stream != NULL)
		xml_read(stream, &handlers, items, NULL);
	stream_close(stream);
}

static void free_items(struct items *items)
{
	for (size_t i = 0; i < items->count; i++)
		free(items->items[i].name);
	free(items->items);
	ooxml_links_free(&items->links);
}

/* --- workbooks --- */

struct cell_formats {
	struct ooxml_formats *formats;
	int in_cell_formats;
};

static void on_format(void *context, const struct xml_tag *tag)
{
	struct cell_formats *reading = context;
	const char *id = xml_attribute(tag, "numFmtId"), *code = xml_attribute(tag, "formatCode");
	uint32_t number = id == NULL ? 0 : (uint32_t)strtoul(id, NULL, 10);
	if (strcmp(tag->name, "cellXfs") == 0)
		reading->in_cell_formats++;
	else if (strcmp(tag->name, "numFmt") == 0 && code != NULL)
		ooxml_format_define(reading->formats, number, code);
	else if (strcmp(tag->name, "xf") == 0 && reading->in_cell_formats > 0)
		ooxml_format_cell(reading->formats, number);
}

static void on_format_end(void *context, const char *name)
{
	struct cell_formats *reading = context;
	if (strcmp(name, "cellXfs") == 0)
		reading->in_cell_formats--;
}

static void read_formats(struct ooxml *ooxml, size_t index)
{
	static const struct xml_handlers handlers = {.start = on_format, .end = on_format_end};
	struct cell_formats reading = {.formats = &ooxml->formats};
	enum st_reason reason;
	struct stream *stream = index == PACKAGE_NONE ? NULL : package_open(ooxml->package, index, &reason);
	if (stream != NULL)
		xml_read(stream, &handlers, &reading, NULL);
	stream_close(stream);
}

static void read_workbook(struct ooxml *ooxml, size_t index)
{
	struct items sheets;
	size_t at = 0;
	list_items(ooxml, index, "sheet", &sheets);
	read_formats(ooxml, ooxml_link_by_type(&sheets.links, "styles", &at));
	at = 0;
	read_once(ooxml, ooxml_link_by_type(&sheets.links, "sharedStrings", &at));
	read_once(ooxml, index);
	for (size_t i = 0; i < sheets.count; i++) {
		const struct item *sheet = &sheets.items[i];
		ooxml->labels[sheet->entry].hidden = sheet->hidden;
		read_with_notes(ooxml, sheet->entry, "sheet", sheet->name == NULL ? "" : sheet->name);
	}
	free_items(&sheets);
}

/* --- presentations --- */

static void read_presentation(struct ooxml *ooxml, size_t index)
{
	struct items slides;
	char number[24];
	list_items(ooxml, index, "sldId", &slides);
	read_once(ooxml, index);
	for (size_t i = 0; i < slides.count; i++) {
		snprintf(number, sizeof(number), "%zu", i + 1);
		read_with_notes(ooxml, slides.items[i].entry, "slide", number);
	}
	free_items(&slides);
}

/* --- the document --- */

static bool is_xml_name(struct st_span name)
{
	static const char *const ends[] = {".xml", ".rels", ".vml"};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t size = strlen(ends[i]);
		if (name.size >= size && strncasecmp((const char *)name.data + name.size - size, ends[i], size) == 0)
			return true;
	}
	return false;
}

static void read_texts(struct ooxml *ooxml, const struct kind *kind)
{
	struct package *package = ooxml->package;
	size_t index = main_part(ooxml, kind);
	if (index != PACKAGE_NONE && ooxml->labels[index].is_xml)
		kind->read_main(ooxml, index);
	for (size_t i = 0; i < package_entries(package); i++)
		read_once(ooxml, i);
	ooxml_strings_unused(ooxml);
}

/* What is left: media, embedded documents, macros, fonts; and what only has the name of XML. */
static void read_members(struct package *package)
{
	for (size_t i = 0; i < package_entries(package) && package_goes_on(package); i++)
		if (!package_is_done(package, i))
			package_give(package, i);
}

static void free_all(struct ooxml *ooxml)
{
	for (size_t i = 0; i < package_entries(ooxml->package); i++)
		free(ooxml->labels[i].name);
	free(ooxml->labels);
	ooxml_formats_free(&ooxml->formats);
	ooxml_strings_free(&ooxml->strings);
}

static void read_document(struct package *package, struct extract_part_result *result)
{
	struct ooxml ooxml = {.package = package};
	size_t entries = package_entries(package);
	ooxml.labels = st_alloc_zero(entries + 1, sizeof(*ooxml.labels));
	for (size_t i = 0; i < entries; i++)
		ooxml.labels[i].is_xml = is_xml_name(package_name(package, i)) && !package_is_folder(package, i);
	const struct kind *kind = kind_of(package, ooxml.labels);
	result->format = kind == NULL ? "docx" : kind->format;
	ooxml.text = rebuilt_open(package_input(package));
	flow_open(&ooxml.flow, ooxml.text);
	if (kind != NULL) /* it claimed the package */
		read_texts(&ooxml, kind);
	flow_close(&ooxml.flow);
	bool has_words = rebuilt_has_words(ooxml.text);
	rebuilt_end(ooxml.text, result);
	read_members(package);
	free_all(&ooxml);
	package_end(package, has_words, result);
}

const struct package_format package_ooxml = {.claims = claims, .read = read_document};
