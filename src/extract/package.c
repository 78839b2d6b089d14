/* The entries of a zip archive by name. Names are held once; what an entry is, its header says when it is opened. */
#include "extract/package.h"

#include <stdlib.h>

#include "extract/zip.h"

static const struct package_format *const formats[] = {&package_odf, &package_ooxml};

struct entry {
	struct zip_entry zip;
	size_t name; /* in the names */
	bool opened, done;
};

struct package {
	struct reader_input *input;
	struct zip *zip;
	struct entry *entries;
	size_t count;
	struct st_buf names;
	uint32_t *table; /* entry index + 1 by the hash of its name, open addressing; 0 is free */
	size_t mask;
	enum st_reason stop; /* the limit of the whole object that was met */
	uint64_t preview_bytes;
};

struct package_stream {
	struct stream stream;
	struct package *package;
	struct zip_member member;
	struct window from;
};

bool package_is_mark(struct st_span name)
{
	static const char *const marks[] = {"[content_types].xml", "mimetype", "meta-inf/manifest.xml"};
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strlen(marks[i]) == name.size && strncasecmp((const char *)name.data, marks[i], name.size) == 0)
			return true;
	return false;
}

/* --- entries by name --- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* FNV-1a; names that were made to collide cost CEIL_PACKAGE_ENTRIES steps each at most. */
static size_t slot_of(const struct package *package, struct st_span name)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ lower(name.data[i])) * 0x100000001b3u;
	return (size_t)(hash ^ hash >> 32) & package->mask;
}

static bool same_name(struct st_span a, struct st_span b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return false;
	return true;
}

/* The slot that holds this name, or the free one where it belongs. */
static uint32_t *look_up(const struct package *package, struct st_span name)
{
	size_t slot = slot_of(package, name);
	while (package->table[slot] != 0 && !same_name(package_name(package, package->table[slot] - 1), name))
		slot = (slot + 1) & package->mask;
	return &package->table[slot];
}

static void index_names(struct package *package)
{
	size_t slots = 16;
	while (slots < 2 * package->count)
		slots *= 2;
	package->mask = slots - 1;
	package->table = st_alloc_zero(slots, sizeof(*package->table));
	for (size_t i = 0; i < package->count; i++) {
		uint32_t *slot = look_up(package, package_name(package, i));
		if (*slot == 0)
			*slot = (uint32_t)i + 1;
	}
}

size_t package_find(const struct package *package, struct st_span name)
{
	uint32_t found = *look_up(package, name);
	return found == 0 ? PACKAGE_NONE : found - 1;
}

/* --- what it is --- */

struct reader_input *package_input(struct package *package)
{
	return package->input;
}

size_t package_entries(const struct package *package)
{
	return package->count;
}

struct st_span package_name(const struct package *package, size_t index)
{
	const struct entry *entry = &package->entries[index];
	return (struct st_span){package->names.data + entry->name, entry->zip.name_bytes};
}

bool package_is_folder(const struct package *package, size_t index)
{
	return zip_is_folder(&package->entries[index].zip, package_name(package, index));
}

void package_done(struct package *package, size_t index)
{
	package->entries[index].done = true;
}

bool package_is_done(const struct package *package, size_t index)
{
	return package->entries[index].done;
}

void package_note(struct package *package, enum st_reason reason)
{
	zip_note(package->zip, reason);
}

bool package_goes_on(const struct package *package)
{
	return package->stop == ST_REASON_NONE;
}

/* --- entries as streams --- */

static void stopped(struct package *package, enum st_reason stop)
{
	if (package->stop == ST_REASON_NONE)
		package->stop = stop;
	package_note(package, stop);
}

bool package_expand(struct package *package, uint64_t bytes)
{
	enum st_reason stop = ST_REASON_NONE;
	if (!extract_run_expanded(package->input->run, bytes, &stop))
		stopped(package, stop);
	return package_goes_on(package);
}

static ssize_t entry_read(struct stream *stream, void *data, size_t capacity)
{
	struct package_stream *self = stream->self;
	struct stream *from = &self->member.stream;
	if (stream->reason != ST_REASON_NONE)
		return -1;
	ssize_t got = from->read(from, data, capacity);
	if (got < 0)
		stream->reason = from->reason;
	else if (got > 0 && !package_expand(self->package, (uint64_t)got))
		stream->reason = self->package->stop;
	return stream->reason == ST_REASON_NONE ? got : -1;
}

static void entry_close(struct stream *stream)
{
	struct package_stream *self = stream->self;
	zip_member_close(&self->member);
	window_close(&self->from);
	free(self);
}

/* A stream whose bytes are not counted yet: for the readers of members, who count them. */
static struct package_stream *open_entry(struct package *package, size_t index, enum st_reason *reason)
{
	struct entry *entry = &package->entries[index];
	*reason = zip_refusal(&entry->zip);
	if (*reason == ST_REASON_NONE && zip_overlaps(package->zip, index))
		*reason = ST_REASON_CORRUPT;
	if (*reason != ST_REASON_NONE)
		return NULL;
	struct package_stream *self = st_alloc_zero(1, sizeof(*self));
	self->package = package;
	window_open(&self->from, package->input->stream, true);
	*reason = zip_find_data(package->zip, &entry->zip, &self->from, entry->opened);
	entry->opened = true;
	if (*reason != ST_REASON_NONE) {
		window_close(&self->from);
		free(self);
		return NULL;
	}
	zip_member_open(&self->member, &entry->zip, &self->from, entry->zip.stored_bytes,
		extract_run_limits(package->input->run));
	self->stream = (struct stream){.read = entry_read, .self = self, .close = entry_close};
	return self;
}

struct stream *package_open(struct package *package, size_t index, enum st_reason *reason)
{
	struct package_stream *self = open_entry(package, index, reason);
	return self == NULL ? NULL : &self->stream;
}

size_t package_peek(struct package *package, size_t index, void *data, size_t capacity)
{
	enum st_reason reason;
	struct stream *stream = package_open(package, index, &reason);
	if (stream == NULL)
		return 0;
	ssize_t got = stream_read_full(stream, data, capacity);
	stream_close(stream);
	return got < 0 ? 0 : (size_t)got;
}

void package_unread(struct package *package, size_t index, enum st_reason reason)
{
	package_done(package, index);
	extract_run_unread_member(package->input, package_name(package, index), reason);
}

/* A small picture of the first page that the program saved beside the document (OpenDocument 1.3 part 2, 3.8; ECMA-376
 * part 2, 8.5): what it shows is text of the document. Only where it begins as a picture does. */
static bool is_preview(struct package *package, size_t index)
{
	static const char *const names[] = {"Thumbnails/thumbnail.png", "docProps/thumbnail.png",
		"docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.emf",
		"docProps/thumbnail.wmf"};
	static const char *const magics[] = {"\x89PNG\r\n", "\xff\xd8\xff", "\x01\0\0", "\xd7\xcd\xc6"};
	struct st_span name = package_name(package, index);
	uint8_t head[3];
	bool named = false, pictured = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		named = named || same_name((struct st_span){(const uint8_t *)names[i], strlen(names[i])}, name);
	if (!named || package_peek(package, index, head, sizeof(head)) < sizeof(head))
		return false;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		pictured = pictured || memcmp(head, magics[i], sizeof(head)) == 0;
	return pictured;
}

/* Read to its end, so that damage is seen; its bytes are not searched. */
static void pass_preview(struct package *package, size_t index)
{
	enum st_reason reason = ST_REASON_NONE;
	uint8_t block[4096];
	struct stream *stream = package_open(package, index, &reason);
	ssize_t got = 0;
	while (stream != NULL && (got = stream->read(stream, block, sizeof(block))) > 0)
		package->preview_bytes += (uint64_t)got;
	if (stream != NULL && got < 0)
		reason = stream->reason;
	stream_close(stream);
	if (reason != ST_REASON_NONE)
		package_note(package, reason);
	package_done(package, index);
}

void package_give(struct package *package, size_t index)
{
	if (is_preview(package, index)) {
		pass_preview(package, index);
		return;
	}

	enum st_reason reason, stop = ST_REASON_NONE;
	struct package_stream *self = open_entry(package, index, &reason);
	if (self == NULL) {
		package_unread(package, index, reason);
		return;
	}
	package_done(package, index);
	if (!package_is_folder(package, index) &&
		!extract_run_member(package->input, package_name(package, index), &self->member.stream, &stop))
		stopped(package, stop);
	stream_close(&self->stream);
}

/* --- the document --- */

void package_end(struct package *package, bool has_text, struct extract_part_result *result)
{
	result->not_searched_bytes += zip_settle(package->zip) + package->preview_bytes;
	extract_run_container_end(package->input, zip_reason(package->zip), result);
	if (has_text && result->status == ST_UNREAD)
		result->status = ST_PARTIAL;
}

/* False when it has more entries or longer names than any document. */
static bool load(struct package *package)
{
	st_auto_buf struct st_buf text = {0};
	struct st_span name;
	uint64_t listed = zip_entries(package->zip);
	if (listed > CEIL_PACKAGE_ENTRIES || listed > extract_run_limits(package->input->run)->archive_entries)
		return false;
	package->entries = st_alloc_zero((size_t)listed + 1, sizeof(*package->entries));
	st_buf_reserve(&package->names, 1); /* so that there is a pointer to nothing, too */
	zip_rewind(package->zip);
	while (package->count < listed && zip_next(package->zip, &package->entries[package->count].zip, &text, &name)) {
		struct entry *entry = &package->entries[package->count++];
		entry->name = package->names.size;
		entry->zip.name_bytes = (uint16_t)name.size;
		st_buf_add(&package->names, name.data, name.size);
		if (package->names.size > CEIL_PACKAGE_NAMES_BYTES)
			return false;
	}
	index_names(package);
	return true;
}

static const struct package_format *claimant(struct package *package)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->claims(package))
			return formats[i];
	return NULL;
}

static void count_entries(struct package *package)
{
	enum st_reason stop = ST_REASON_NONE;
	for (size_t i = 0; i < package->count; i++)
		if (!extract_run_entry(package->input, &stop)) {
			stopped(package, stop);
			return;
		}
}

bool package_read(struct zip *zip, struct reader_input *input, struct extract_part_result *result)
{
	struct package package = {.input = input, .zip = zip};
	const struct package_format *format = load(&package) ? claimant(&package) : NULL;
	if (format != NULL) {
		extract_run_has_text(input->run);
		count_entries(&package);
		format->read(&package, result);
	}
	free(package.entries);
	free(package.table);
	st_buf_free(&package.names);
	return format != NULL;
}
