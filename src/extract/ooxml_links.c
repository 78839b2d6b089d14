/* Relationships between parts: identifiers of the sheets and slides, resolved to entries. */
#include <stdlib.h>

#include "extract/ooxml.h"

struct reading {
	struct ooxml *ooxml;
	struct ooxml_links *links;
	struct st_span base; /* the folder of the part that links, with its slash */
};

/* dir/_rels/name.rels for dir/name; _rels/.rels for the package. */
static size_t find_links(const struct package *package, size_t index)
{
	st_auto_buf struct st_buf name = {0};
	struct st_span part = {(const uint8_t *)"", 0};
	if (index != PACKAGE_NONE)
		part = package_name(package, index);
	size_t folder = part.size;
	while (folder > 0 && part.data[folder - 1] != '/')
		folder--;
	st_buf_add(&name, part.data, folder);
	st_buf_add(&name, "_rels/", 6);
	st_buf_add(&name, part.data + folder, part.size - folder);
	st_buf_add(&name, ".rels", 5);
	return package_find(package, (struct st_span){name.data, name.size});
}

/* Takes one segment of a target; `..` at the top stays there: no name leads out of the package. */
static void add_segment(struct st_buf *name, const char *segment, size_t size)
{
	if (size == 0 || (size == 1 && segment[0] == '.'))
		return;
	if (size == 2 && segment[0] == '.' && segment[1] == '.') {
		if (name->size > 0)
			name->size--;
		while (name->size > 0 && name->data[name->size - 1] != '/')
			name->size--;
		return;
	}
	st_buf_add(name, segment, size);
	st_buf_add_byte(name, '/');
}

static size_t resolve(const struct reading *reading, const char *target)
{
	st_auto_buf struct st_buf name = {0};
	if (target[0] != '/')
		st_buf_add(&name, reading->base.data, reading->base.size);
	while (*target != '\0' && *target != '#' && *target != '?') {
		size_t size = strcspn(target, "/#?");
		add_segment(&name, target, size);
		target += size + (target[size] == '/');
	}
	if (name.size == 0)
		return PACKAGE_NONE;
	return package_find(reading->ooxml->package, (struct st_span){name.data, name.size - 1});
}

static size_t keep(struct ooxml_links *links, const char *text)
{
	size_t at = links->ids.size;
	st_buf_add(&links->ids, text, strlen(text) + 1);
	return at;
}

static void on_start(void *context, const struct xml_tag *tag)
{
	struct reading *reading = context;
	struct ooxml_links *links = reading->links;
	const char *id = xml_attribute(tag, "Id"), *type = xml_attribute(tag, "Type");
	const char *target = xml_attribute(tag, "Target"), *mode = xml_attribute(tag, "TargetMode");
	if (strcmp(tag->name, "Relationship") != 0 || id == NULL || type == NULL || target == NULL)
		return;
	if (mode != NULL && strcmp(mode, "External") == 0)
		return;
	struct ooxml_link link = {.entry = resolve(reading, target)};
	if (link.entry == PACKAGE_NONE || links->count >= CEIL_PACKAGE_ENTRIES ||
		links->ids.size > CEIL_PACKAGE_NAMES_BYTES)
		return;
	const char *slash = strrchr(type, '/');
	link.id = keep(links, id);
	link.type = keep(links, slash != NULL ? slash + 1 : type);
	if (links->count == links->capacity) {
		links->capacity = links->capacity == 0 ? 16 : 2 * links->capacity;
		links->links = st_realloc(links->links, links->capacity * sizeof(*links->links));
	}
	links->links[links->count++] = link;
}

void ooxml_links_read(struct ooxml *ooxml, size_t index, struct ooxml_links *links)
{
	static const struct xml_handlers handlers = {.start = on_start};
	struct reading reading = {.ooxml = ooxml, .links = links, .base = {(const uint8_t *)"", 0}};
	enum st_reason reason;
	*links = (struct ooxml_links){0};
	size_t entry = find_links(ooxml->package, index);
	if (index != PACKAGE_NONE) {
		reading.base = package_name(ooxml->package, index);
		while (reading.base.size > 0 && reading.base.data[reading.base.size - 1] != '/')
			reading.base.size--;
	}
	struct stream *stream = entry == PACKAGE_NONE ? NULL : package_open(ooxml->package, entry, &reason);
	if (stream == NULL)
		return;
	xml_read(stream, &handlers, &reading, NULL);
	stream_close(stream);
}

void ooxml_links_free(struct ooxml_links *links)
{
	free(links->links);
	st_buf_free(&links->ids);
}

size_t ooxml_link_by_id(struct ooxml_links *links, const char *id)
{
	for (size_t i = 0; i < links->count; i++) {
		size_t at = (links->at + i) % links->count; /* they are asked for in their order */
		if (strcmp((const char *)links->ids.data + links->links[at].id, id) != 0)
			continue;
		links->at = at;
		return links->links[at].entry;
	}
	return PACKAGE_NONE;
}

size_t ooxml_link_by_type(const struct ooxml_links *links, const char *type, size_t *at)
{
	while (*at < links->count) {
		const struct ooxml_link *link = &links->links[(*at)++];
		if (strcmp((const char *)links->ids.data + link->type, type) == 0)
			return link->entry;
	}
	return PACKAGE_NONE;
}
