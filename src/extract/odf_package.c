/*
 * OpenDocument packages (ODF 1.3 part 2): content, styles, properties, settings and objects are the document's text;
 * pictures and whatever else is stored are members. An entry that no rule knows is searched as text when it is XML.
 * Entries that the manifest calls encrypted are not read.
 */
#include <stdlib.h>

#include "extract/odf.h"
#include "extract/package.h"

#define MIMETYPE_BYTES 256

struct reading {
	struct package *package;
	struct odf_text *text;
	uint8_t *encrypted; /* of entries */
	size_t current;     /* the entry that the manifest speaks of */
};

static size_t find(struct package *package, const char *name)
{
	return package_find(package, (struct st_span){(const uint8_t *)name, strlen(name)});
}

/* --- what it is --- */

static const char *const formats[][2] = {
	{"oasis.opendocument.text", "odt"},
	{"oasis.opendocument.text-template", "ott"},
	{"oasis.opendocument.text-master", "odm"},
	{"oasis.opendocument.text-web", "oth"},
	{"oasis.opendocument.spreadsheet", "ods"},
	{"oasis.opendocument.spreadsheet-template", "ots"},
	{"oasis.opendocument.presentation", "odp"},
	{"oasis.opendocument.presentation-template", "otp"},
	{"oasis.opendocument.graphics", "odg"},
	{"oasis.opendocument.graphics-template", "otg"},
	{"oasis.opendocument.chart", "odc"},
	{"oasis.opendocument.formula", "odf"},
	{"oasis.opendocument.image", "odi"},
	{"oasis.opendocument.base", "odb"},
	{"oasis.opendocument.database", "odb"},
	{"sun.xml.writer", "sxw"},
	{"sun.xml.writer.template", "stw"},
	{"sun.xml.calc", "sxc"},
	{"sun.xml.impress", "sxi"},
	{"sun.xml.draw", "sxd"},
};

/* By the entry `mimetype`, NULL when it names no OpenDocument. */
static const char *format_of(struct package *package)
{
	static const char vendor[] = "application/vnd.";
	char type[MIMETYPE_BYTES + 1];
	size_t entry = find(package, "mimetype");
	size_t size = entry != PACKAGE_NONE ? package_peek(package, entry, type, MIMETYPE_BYTES) : 0;
	while (size > 0 && (type[size - 1] == '\n' || type[size - 1] == '\r' || type[size - 1] == ' '))
		size--;
	type[size] = 0;
	if (strncmp(type, vendor, sizeof vendor - 1) != 0)
		return NULL;
	const char *name = type + sizeof vendor - 1;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(name, formats[i][0]) == 0)
			return formats[i][1];
	return strncmp(name, "oasis.opendocument.", 19) == 0 || strncmp(name, "sun.xml.", 8) == 0 ? "odf" : NULL;
}

/* A package without its type: its manifest has the namespace, and there is a content.xml. */
static bool has_manifest(struct package *package)
{
	char head[2048];
	size_t entry = find(package, "META-INF/manifest.xml");
	if (entry == PACKAGE_NONE || find(package, "content.xml") == PACKAGE_NONE)
		return false;
	size_t size = package_peek(package, entry, head, sizeof head);
	static const char scheme[] = "xmlns:manifest";
	return memmem(head, size, scheme, sizeof scheme - 1) != NULL;
}

static bool claims(struct package *package)
{
	return format_of(package) != NULL || has_manifest(package);
}

/* --- the manifest --- */

static bool is_xml(struct reading *r, size_t entry)
{
	static const char *const heads[] = {"<?xml", "\xef\xbb\xbf<?xml", "\xff\xfe<\0?\0", "\xfe\xff\0<\0?"};
	static const size_t sizes[] = {5, 8, 6, 6};
	char head[8];
	size_t size = package_peek(r->package, entry, head, sizeof head);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (size >= sizes[i] && memcmp(head, heads[i], sizes[i]) == 0)
			return true;
	return false;
}

static void manifest_start(void *context, const struct xml_tag *tag)
{
	struct reading *r = context;
	const char *path = xml_attribute(tag, "full-path");
	if (strcmp(tag->name, "file-entry") == 0)
		r->current = path != NULL ? find(r->package, path) : PACKAGE_NONE;
	if (strcmp(tag->name, "encryption-data") != 0 || r->current == PACKAGE_NONE)
		return;
	r->encrypted[r->current] = !is_xml(r, r->current); /* what can be read is read, whatever is said of it */
}

/* --- entries as text --- */

static struct stream *open_text(struct reading *r, size_t entry)
{
	enum st_reason reason;
	struct stream *stream = package_open(r->package, entry, &reason);
	package_done(r->package, entry);
	if (stream == NULL)
		package_note(r->package, reason);
	return stream;
}

static void read_manifest(struct reading *r)
{
	static const struct xml_handlers handlers = {.start = manifest_start};
	size_t entry = find(r->package, "META-INF/manifest.xml");
	r->current = PACKAGE_NONE;
	struct stream *stream = entry != PACKAGE_NONE ? open_text(r, entry) : NULL;
	if (stream == NULL)
		return;
	struct stream *prolog = odf_prolog_open(stream);
	xml_read(prolog, &handlers, r, NULL); /* what is wrong with it, the next reading says */
	stream_close(prolog);
	stream_close(stream);
}

enum as {
	AS_DOCUMENT,
	AS_ENTRY,
	AS_LIST, /* its attributes are names of entries */
};

static void read_text(struct reading *r, size_t entry, enum as as, const char *name)
{
	if (r->encrypted[entry]) {
		package_done(r->package, entry);
		package_note(r->package, ST_REASON_ENCRYPTED);
		return;
	}
	struct stream *stream = open_text(r, entry);
	if (stream == NULL)
		return;
	struct stream *prolog = odf_prolog_open(stream);
	enum st_reason reason = as == AS_DOCUMENT ? odf_text_read(r->text, prolog, name)
						  : odf_text_read_entry(r->text, prolog, name, as == AS_ENTRY);
	package_note(r->package, reason);
	stream_close(prolog);
	stream_close(stream);
}

static void read_named(struct reading *r, const char *name, enum as as)
{
	size_t entry = find(r->package, name);
	if (entry != PACKAGE_NONE)
		read_text(r, entry, as, as == AS_DOCUMENT ? NULL : name);
}

/* `Object 1/content.xml`: the name of the object, NULL when the entry belongs to none. The caller frees. */
static char *object_of(struct st_span name)
{
	static const char *const parts[] = {"/content.xml", "/styles.xml", "/meta.xml", "/settings.xml"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t size = strlen(parts[i]);
		if (name.size > size && memcmp(name.data + name.size - size, parts[i], size) == 0)
			return st_strndup((const char *)name.data, name.size - size);
	}
	return NULL;
}

static void read_objects(struct reading *r)
{
	for (size_t i = 0; i < package_entries(r->package) && package_goes_on(r->package); i++) {
		st_auto_free char *object = object_of(package_name(r->package, i));
		if (object != NULL && !package_is_done(r->package, i))
			read_text(r, i, AS_DOCUMENT, object);
	}
}

/* Every entry that is left: XML as text under its name, anything else as a member. */
static void read_others(struct reading *r)
{
	for (size_t i = 0; i < package_entries(r->package) && package_goes_on(r->package); i++) {
		if (package_is_done(r->package, i) || package_is_folder(r->package, i) || r->encrypted[i] ||
			!is_xml(r, i))
			continue;
		struct st_span name = package_name(r->package, i);
		st_auto_free char *entry = st_strndup((const char *)name.data, name.size);
		read_text(r, i, AS_ENTRY, entry);
	}
}

static void give_members(struct reading *r, bool closed)
{
	for (size_t i = 0; i < package_entries(r->package) && package_goes_on(r->package); i++) {
		if (package_is_done(r->package, i))
			continue;
		if (!r->encrypted[i])
			package_give(r->package, i);
		else if (!closed)
			package_unread(r->package, i, ST_REASON_ENCRYPTED);
	}
}

/* What says the type is nothing else, unless it is too long for that. */
static void pass_mimetype(struct reading *r)
{
	char type[MIMETYPE_BYTES + 1];
	size_t entry = find(r->package, "mimetype");
	if (entry != PACKAGE_NONE && format_of(r->package) != NULL &&
		package_peek(r->package, entry, type, sizeof type) <= MIMETYPE_BYTES)
		package_done(r->package, entry);
}

/* The document itself cannot be read: its encrypted entries are no members of their own. */
static bool is_closed(const struct reading *r)
{
	size_t content = find(r->package, "content.xml"), whole = find(r->package, "encrypted-package");
	return (content != PACKAGE_NONE && r->encrypted[content]) || (whole != PACKAGE_NONE && r->encrypted[whole]);
}

static void read_document(struct package *package, struct extract_part_result *result)
{
	struct reading r = {.package = package};
	struct rebuilt *rebuilt = rebuilt_open(package_input(package));
	const char *format = format_of(package);
	r.text = odf_text_open(rebuilt, NULL, NULL);
	r.encrypted = st_alloc_zero(package_entries(package) + 1, 1);
	read_manifest(&r);
	bool closed = is_closed(&r);
	if (closed)
		package_note(package, ST_REASON_ENCRYPTED);
	else if (find(package, "content.xml") == PACKAGE_NONE)
		package_note(package, ST_REASON_CORRUPT);
	pass_mimetype(&r);
	read_named(&r, "content.xml", AS_DOCUMENT);
	read_named(&r, "styles.xml", AS_DOCUMENT);
	read_named(&r, "meta.xml", AS_DOCUMENT);
	read_named(&r, "settings.xml", AS_DOCUMENT);
	read_named(&r, "META-INF/manifest.xml", AS_LIST);
	read_objects(&r);
	read_others(&r);
	odf_text_close(r.text);
	give_members(&r, closed);
	bool any = rebuilt_has_words(rebuilt);
	rebuilt_end(rebuilt, result);
	result->format = format != NULL ? format : "odf";
	package_end(package, any, result);
	free(r.encrypted);
}

const struct package_format package_odf = {.claims = claims, .read = read_document};
