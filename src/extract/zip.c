/*
 * zip by its central directory. Names are the raw bytes. The directory is read twice, so that memory does not grow with
 * names: once for the ranges that entries claim, once for the entries. No correct writer lets two entries share bytes;
 * bombs do (Fifield, "A better zip bomb", WOOT 2019): of entries that overlap the first is read, the others are
 * unread(corrupt). Bytes that no entry claims, and comments, count as not searched. A directory that is missing or
 * damaged is replaced by a walk along the local headers, and the archive is partial at best. Bytes behind the end
 * record make it partial(corrupt).
 */
#include <stdlib.h>

#include "extract/package.h"
#include "extract/zip.h"

#define END_BYTES 22
#define END64_BYTES 56
#define LOCATOR64_BYTES 20
#define TAIL_BYTES (END_BYTES + 65535 + LOCATOR64_BYTES)
/* Data descriptors behind an entry: 12 to 24 bytes that belong to it. */
#define DESCRIPTOR_BYTES 24

struct range {
	uint64_t start, end;
	uint64_t index;
};

struct zip {
	struct reader_input *input;
	struct window directory, data;
	uint64_t directory_start, directory_bytes, entries;
	uint64_t behind; /* bytes behind the end record */
	uint64_t comments, covered;
	uint8_t *overlapping; /* one bit per entry */
	uint64_t listed;      /* entries of the directory, at most one more than the ceiling */
	bool marked;          /* an entry has the name that packages have */
	enum st_reason reason;
};

void zip_note(struct zip *zip, enum st_reason reason)
{
	if (zip->reason == ST_REASON_NONE)
		zip->reason = reason;
}

enum st_reason zip_reason(const struct zip *zip)
{
	return zip->reason;
}

uint64_t zip_entries(const struct zip *zip)
{
	return zip->listed;
}

bool zip_overlaps(const struct zip *zip, uint64_t index)
{
	return (zip->overlapping[index / 8] >> index % 8 & 1) != 0;
}

static int zip_bid(const struct reader_input *input)
{
	static const uint8_t local[] = {'P', 'K', 3, 4}, empty[] = {'P', 'K', 5, 6}, spanned[] = {'P', 'K', 7, 8};
	if (input->head.size < 4)
		return 0;
	const uint8_t *head = input->head.data;
	return memcmp(head, local, 4) == 0 || memcmp(head, empty, 4) == 0 || memcmp(head, spanned, 4) == 0 ? 100 : 0;
}

/* --- the end records --- */

static bool take_end64(struct zip *zip, uint64_t end_offset)
{
	uint8_t locator[LOCATOR64_BYTES], end[END64_BYTES];
	struct stream *stream = zip->input->stream;
	if (end_offset < LOCATOR64_BYTES ||
		stream->pread(stream, locator, LOCATOR64_BYTES, end_offset - LOCATOR64_BYTES) != LOCATOR64_BYTES ||
		window_u32(locator) != ZIP_LOCATOR64_SIGNATURE)
		return false;
	uint64_t offset = window_u64(locator + 8);
	if (offset > end_offset || stream->pread(stream, end, END64_BYTES, offset) != END64_BYTES ||
		window_u32(end) != ZIP_END64_SIGNATURE)
		return false;
	zip->entries = window_u64(end + 32);
	zip->directory_bytes = window_u64(end + 40);
	zip->directory_start = window_u64(end + 48);
	return zip->directory_bytes <= offset && zip->directory_start == offset - zip->directory_bytes;
}

/* The record at `end`, at this offset of the stream; false when what it says cannot be. */
static bool take_end(struct zip *zip, const uint8_t *end, uint64_t offset)
{
	zip->comments = window_u16(end + 20);
	zip->behind = zip->input->stream->size - offset - END_BYTES - zip->comments;
	if (take_end64(zip, offset))
		return true;
	zip->entries = window_u16(end + 10);
	zip->directory_bytes = window_u32(end + 12);
	zip->directory_start = window_u32(end + 16);
	/* bytes between would mean that the record is another archive's, of which this one holds a piece */
	return zip->directory_bytes <= offset && zip->directory_start == offset - zip->directory_bytes;
}

/* The last end record whose comment fits into the file. */
static bool find_end(struct zip *zip)
{
	struct stream *stream = zip->input->stream;
	uint64_t size = stream->size < TAIL_BYTES ? stream->size : TAIL_BYTES;
	uint64_t start = stream->size - size;
	st_auto_free uint8_t *tail = st_alloc(TAIL_BYTES);
	ssize_t got = stream->pread(stream, tail, (size_t)size, start);
	if (got < 0)
		zip_note(zip, stream->reason);
	for (size_t at = got < END_BYTES ? 0 : (size_t)got - END_BYTES + 1; at-- > 0;) {
		if (window_u32(tail + at) == ZIP_END_SIGNATURE &&
			at + END_BYTES + window_u16(tail + at + 20) <= (size_t)got)
			return take_end(zip, tail + at, start + at);
	}
	return false;
}

/* --- the directory, first time: ranges --- */

/* The next entry; its name stays visible at the window's position until zip_entry_pass. false at the end. */
static bool entry_next(struct zip *zip, struct zip_entry *entry, bool *damaged)
{
	struct window *from = &zip->directory;
	uint64_t end = zip->directory_start + zip->directory_bytes;
	uint64_t offset = from->offset - (from->end - from->at);
	*damaged = offset != end;
	if (offset > end || end - offset < ZIP_CENTRAL_BYTES ||
		window_fill(from, ZIP_CENTRAL_BYTES) < ZIP_CENTRAL_BYTES ||
		window_u32(window_bytes(from)) != ZIP_CENTRAL_SIGNATURE)
		return false;
	zip_entry_central(entry, window_bytes(from));
	from->at += ZIP_CENTRAL_BYTES;
	*damaged = false;
	return true;
}

/* Name and extra field, copied: together they may be larger than the window. */
static struct st_span entry_name(struct zip *zip, struct zip_entry *entry, struct st_buf *text)
{
	size_t parts[] = {entry->name_bytes, entry->extra_bytes};
	text->size = 0;
	st_buf_reserve(text, parts[0] + parts[1] + 1); /* so that there is a pointer to nothing, too */
	for (size_t i = 0; i < 2; i++) {
		for (size_t left = parts[i]; left > 0;) {
			size_t have = window_fill(&zip->directory, 1);
			if (have == 0)
				break;
			have = have > left ? left : have;
			st_buf_add(text, window_bytes(&zip->directory), have);
			zip->directory.at += have;
			left -= have;
		}
	}
	window_skip(&zip->directory, entry->comment_bytes);
	if (text->size < (size_t)entry->name_bytes + entry->extra_bytes)
		entry->bad = true;
	else
		zip_entry_zip64(entry, text->data + entry->name_bytes, entry->extra_bytes);
	return (struct st_span){text->data, entry->name_bytes < text->size ? entry->name_bytes : text->size};
}

static bool is_before(const struct range *a, const struct range *b)
{
	return a->start != b->start ? a->start < b->start : a->index < b->index;
}

static void sift_down(struct range *ranges, uint64_t at, uint64_t count)
{
	for (uint64_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && is_before(&ranges[child], &ranges[child + 1]))
			child++;
		if (!is_before(&ranges[at], &ranges[child]))
			return;
		struct range swapped = ranges[at];
		ranges[at] = ranges[child];
		ranges[child] = swapped;
	}
}

/* Heap sort: qsort(3) asks the system how much memory there is, which the jail forbids, and may take as much again. */
static void sort_ranges(struct range *ranges, uint64_t count)
{
	uint64_t ordered = 1;
	while (ordered < count && is_before(&ranges[ordered - 1], &ranges[ordered]))
		ordered++;
	if (ordered >= count) /* as nearly every writer leaves them */
		return;
	for (uint64_t at = count / 2; at-- > 0;)
		sift_down(ranges, at, count);
	for (uint64_t last = count - 1; last > 0; last--) {
		struct range largest = ranges[0];
		ranges[0] = ranges[last];
		ranges[last] = largest;
		sift_down(ranges, 0, last);
	}
}

static struct range entry_range(const struct zip *zip, const struct zip_entry *entry)
{
	struct range range = {.index = zip->listed};
	bool overflow = __builtin_add_overflow(entry->offset, ZIP_LOCAL_BYTES + entry->name_bytes, &range.end);
	range.start = entry->offset;
	overflow |= __builtin_add_overflow(range.end, entry->stored_bytes, &range.end);
	if (overflow || range.end > zip->directory_start)
		range.end = UINT64_MAX; /* into the directory: no place for data */
	return range;
}

static void mark_overlaps(struct zip *zip, struct range *ranges)
{
	uint64_t end = 0;
	zip->overlapping = st_alloc_zero((size_t)zip->listed / 8 + 1, 1);
	sort_ranges(ranges, zip->listed);
	for (uint64_t i = 0; i < zip->listed; i++) {
		if (ranges[i].start < end || ranges[i].end == UINT64_MAX)
			zip->overlapping[ranges[i].index / 8] |= (uint8_t)(1u << ranges[i].index % 8);
		else
			end = ranges[i].end;
	}
}

/* false when the directory is damaged. */
static bool survey(struct zip *zip)
{
	st_auto_buf struct st_buf ranges = {0}, text = {0};
	const struct extract_limits *limits = extract_run_limits(zip->input->run);
	struct zip_entry entry;
	bool damaged = false;
	window_seek(&zip->directory, zip->directory_start);
	while (zip->listed <= limits->archive_entries && entry_next(zip, &entry, &damaged)) {
		struct st_span name = entry_name(zip, &entry, &text);
		zip->marked = zip->marked || package_is_mark(name);
		struct range range = entry_range(zip, &entry);
		st_buf_add(&ranges, &range, sizeof(range));
		zip->comments += entry.comment_bytes;
		zip->listed++;
	}
	if (damaged)
		return false;
	if (zip->listed <= limits->archive_entries && zip->listed != zip->entries &&
		(zip->listed & 0xffff) != zip->entries)
		zip_note(zip, ST_REASON_CORRUPT);
	mark_overlaps(zip, (struct range *)(void *)ranges.data);
	return true;
}

/* --- the directory, second time: entries --- */

void zip_rewind(struct zip *zip)
{
	window_seek(&zip->directory, zip->directory_start);
}

bool zip_next(struct zip *zip, struct zip_entry *entry, struct st_buf *text, struct st_span *name)
{
	bool damaged;
	if (!entry_next(zip, entry, &damaged))
		return false;
	*name = entry_name(zip, entry, text);
	return true;
}

enum st_reason zip_find_data(struct zip *zip, const struct zip_entry *entry, struct window *from, bool again)
{
	struct zip_entry local;
	uint64_t start = entry->offset;
	window_seek(from, start);
	if (window_fill(from, ZIP_LOCAL_BYTES) < ZIP_LOCAL_BYTES)
		return from->reason != ST_REASON_NONE ? from->reason : ST_REASON_TRUNCATED;
	if (window_u32(window_bytes(from)) != ZIP_LOCAL_SIGNATURE)
		return ST_REASON_CORRUPT;
	zip_entry_local(&local, window_bytes(from));
	uint64_t header = (uint64_t)ZIP_LOCAL_BYTES + local.name_bytes + local.extra_bytes;
	if (header > zip->directory_start - start || entry->stored_bytes > zip->directory_start - start - header)
		return ST_REASON_CORRUPT;
	if (!again)
		zip->covered += header + entry->stored_bytes + (zip_has_descriptor(entry) ? DESCRIPTOR_BYTES : 0);
	window_seek(from, start + header);
	if (zip_is_encrypted(&local))
		return ST_REASON_ENCRYPTED;
	return local.method == entry->method ? ST_REASON_NONE : ST_REASON_CORRUPT;
}

static bool read_data(struct zip *zip, const struct zip_entry *entry, struct st_span name)
{
	enum st_reason stop = ST_REASON_NONE;
	struct zip_member *member = st_alloc(sizeof(*member));
	zip_member_open(member, entry, &zip->data, entry->stored_bytes, extract_run_limits(zip->input->run));
	bool more = extract_run_member(zip->input, name, &member->stream, &stop);
	zip_note(zip, stop);
	zip_member_close(member);
	free(member);
	zip->data.reason = ST_REASON_NONE;
	return more;
}

static bool read_entry(struct zip *zip, const struct zip_entry *entry, struct st_span name, uint64_t index)
{
	enum st_reason reason = zip_refusal(entry);
	enum st_reason place =
		zip_overlaps(zip, index) ? ST_REASON_CORRUPT : zip_find_data(zip, entry, &zip->data, false);
	if (reason == ST_REASON_NONE)
		reason = place;
	if (reason == ST_REASON_NONE && zip_is_folder(entry, name))
		return true;
	if (reason == ST_REASON_NONE)
		return read_data(zip, entry, name);
	extract_run_unread_member(zip->input, name, reason);
	return true;
}

static void read_entries(struct zip *zip)
{
	st_auto_buf struct st_buf text = {0};
	struct zip_entry entry;
	struct st_span name;
	enum st_reason stop = ST_REASON_NONE;
	bool more = true;
	zip_rewind(zip);
	for (uint64_t index = 0; more && index < zip->listed && zip_next(zip, &entry, &text, &name); index++) {
		more = extract_run_entry(zip->input, &stop);
		if (!more)
			zip_note(zip, stop);
		else
			more = read_entry(zip, &entry, name, index);
	}
}

/* --- the archive --- */

static bool by_directory(struct zip *zip, struct extract_part_result *result, bool *is_document)
{
	if (!find_end(zip))
		return false;
	window_open(&zip->directory, zip->input->stream, true);
	window_open(&zip->data, zip->input->stream, true);
	bool sound = survey(zip);
	*is_document = sound && zip->marked && package_read(zip, zip->input, result);
	if (sound && !*is_document)
		read_entries(zip);
	window_close(&zip->directory);
	window_close(&zip->data);
	free(zip->overlapping);
	return sound;
}

uint64_t zip_settle(struct zip *zip)
{
	uint64_t gaps = zip->directory_start > zip->covered ? zip->directory_start - zip->covered : 0;
	if (zip->behind > 0)
		zip_note(zip, ST_REASON_CORRUPT);
	return zip->reason == ST_REASON_NONE ? gaps + zip->comments : 0;
}

static void zip_read(struct reader_input *input, struct extract_part_result *result)
{
	struct zip zip = {.input = input};
	bool seeks = input->stream->pread != NULL, is_document = false;
	if (seeks && by_directory(&zip, result, &is_document)) {
		if (is_document)
			return;
		result->not_searched_bytes = zip_settle(&zip);
	} else {
		zip.reason = zip_walk(input);
		if (seeks && zip.reason == ST_REASON_NONE)
			zip.reason = ST_REASON_CORRUPT;
	}
	extract_run_container_end(input, zip.reason, result);
}

const struct reader reader_zip = {
	.format = "zip",
	.bid = zip_bid,
	.read = zip_read,
	.container = true,
	.seeks = true,
};
