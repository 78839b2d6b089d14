/*
 * zip by its local headers, front to back: for pipes, archives too large to be held, and archives whose directory is
 * missing or damaged. Links cannot be told from files here: their attributes stand in the directory only. The number of
 * local headers is compared with that of the directory behind them.
 */
#include <stdlib.h>

#include "extract/zip.h"

struct walk {
	struct reader_input *input;
	struct window from;
	struct st_buf text; /* name and extra field of the current entry */
	uint64_t local_headers, directory_headers;
	enum st_reason reason;
};

static bool fail(struct walk *walk, enum st_reason reason)
{
	if (walk->from.reason != ST_REASON_NONE)
		reason = walk->from.reason;
	if (walk->reason == ST_REASON_NONE)
		walk->reason = reason;
	return false;
}

static bool skip(struct walk *walk, uint64_t bytes)
{
	return window_skip(&walk->from, bytes) == bytes || fail(walk, ST_REASON_TRUNCATED);
}

static bool take_text(struct walk *walk, size_t size)
{
	walk->text.size = 0;
	st_buf_reserve(&walk->text, size + 1); /* so that there is a pointer to nothing, too */
	while (walk->text.size < size) {
		size_t have = window_fill(&walk->from, 1), left = size - walk->text.size;
		if (have == 0)
			return fail(walk, ST_REASON_TRUNCATED);
		have = have > left ? left : have;
		st_buf_add(&walk->text, window_bytes(&walk->from), have);
		walk->from.at += have;
	}
	return true;
}

/* Behind the data, with or without its signature, with 32-bit or 64-bit sizes: APPNOTE 4.3.9 leaves it to the reader.
 */
static bool take_descriptor(struct walk *walk, const struct zip_member *member)
{
	size_t have = window_fill(&walk->from, 24);
	const uint8_t *at = window_bytes(&walk->from);
	size_t sign = have >= 4 && window_u32(at) == ZIP_DESCRIPTOR_SIGNATURE ? 4 : 0;
	uint64_t in = member->inflate.in, out = member->inflate.out;
	for (; sign <= 4; sign -= 4) {
		bool crc = have >= sign + 12 && window_u32(at + sign) == member->crc;
		if (have >= sign + 20 && crc && window_u64(at + sign + 4) == in && window_u64(at + sign + 12) == out)
			return skip(walk, sign + 20);
		if (crc && window_u32(at + sign + 4) == (uint32_t)in && window_u32(at + sign + 8) == (uint32_t)out)
			return skip(walk, sign + 12);
		if (sign == 0)
			break;
	}
	return fail(walk, have < 12 ? ST_REASON_TRUNCATED : ST_REASON_CORRUPT);
}

static bool read_data(struct walk *walk, const struct zip_entry *entry, struct st_span name, uint64_t left)
{
	enum st_reason stop = ST_REASON_NONE;
	struct zip_member *member = st_alloc(sizeof(*member));
	zip_member_open(member, entry, &walk->from, left, extract_run_limits(walk->input->run));
	bool more = extract_run_member(walk->input, name, &member->stream, &stop);
	if (!more)
		fail(walk, stop);
	else if (!zip_member_drain(member))
		more = fail(walk, member->checked ? ST_REASON_TRUNCATED : member->inflate.reason);
	else if (!member->checked)
		more = take_descriptor(walk, member);
	zip_member_close(member);
	free(member);
	return more;
}

/* The entry's end is unknown when its sizes stand behind it, unless a deflate stream says where it ends. */
static bool take_entry(struct walk *walk, const struct zip_entry *entry, struct st_span name)
{
	enum st_reason reason = zip_refusal(entry);
	bool unknown_end = zip_has_descriptor(entry) && entry->stored_bytes == 0;
	if (reason == ST_REASON_NONE && unknown_end && entry->method == 0 && !zip_is_folder(entry, name))
		reason = ST_REASON_UNSUPPORTED;
	if (reason != ST_REASON_NONE) {
		extract_run_unread_member(walk->input, name, reason);
		return unknown_end ? fail(walk, reason) : skip(walk, entry->stored_bytes);
	}
	if (zip_is_folder(entry, name) && entry->method == 0)
		return skip(walk, entry->stored_bytes);
	return read_data(walk, entry, name, unknown_end ? UINT64_MAX : entry->stored_bytes);
}

static bool take_local(struct walk *walk)
{
	struct zip_entry entry;
	enum st_reason stop = ST_REASON_NONE;
	if (window_fill(&walk->from, ZIP_LOCAL_BYTES) < ZIP_LOCAL_BYTES)
		return fail(walk, ST_REASON_TRUNCATED);
	zip_entry_local(&entry, window_bytes(&walk->from));
	walk->from.at += ZIP_LOCAL_BYTES;
	if (!take_text(walk, (size_t)entry.name_bytes + entry.extra_bytes))
		return false;
	zip_entry_zip64(&entry, walk->text.data + entry.name_bytes, entry.extra_bytes);
	walk->local_headers++;
	if (!extract_run_entry(walk->input, &stop))
		return fail(walk, stop);
	return take_entry(walk, &entry, (struct st_span){walk->text.data, entry.name_bytes});
}

static bool take_central(struct walk *walk)
{
	struct zip_entry entry;
	if (window_fill(&walk->from, ZIP_CENTRAL_BYTES) < ZIP_CENTRAL_BYTES)
		return fail(walk, ST_REASON_TRUNCATED);
	zip_entry_central(&entry, window_bytes(&walk->from));
	walk->directory_headers++;
	return skip(walk, (uint64_t)ZIP_CENTRAL_BYTES + entry.name_bytes + entry.extra_bytes + entry.comment_bytes);
}

static bool take_end64(struct walk *walk)
{
	if (window_fill(&walk->from, 12) < 12)
		return fail(walk, ST_REASON_TRUNCATED);
	uint64_t size = window_u64(window_bytes(&walk->from) + 4);
	return size > UINT32_MAX ? fail(walk, ST_REASON_CORRUPT) : skip(walk, size + 12);
}

/* The end record; always the last step. */
static bool take_end(struct walk *walk)
{
	if (window_fill(&walk->from, 22) < 22)
		return fail(walk, ST_REASON_TRUNCATED);
	uint16_t entries = window_u16(window_bytes(&walk->from) + 10);
	if (!skip(walk, 22u + window_u16(window_bytes(&walk->from) + 20)))
		return false;
	if (walk->local_headers != walk->directory_headers || window_fill(&walk->from, 1) > 0 ||
		(entries != 0xffff && entries != (walk->directory_headers & 0xffff)))
		fail(walk, ST_REASON_CORRUPT);
	return false;
}

static bool take_next(struct walk *walk)
{
	size_t have = window_fill(&walk->from, 4);
	if (have < 4)
		return fail(walk, ST_REASON_TRUNCATED);
	switch (window_u32(window_bytes(&walk->from))) {
	case ZIP_LOCAL_SIGNATURE:
		return take_local(walk);
	case ZIP_CENTRAL_SIGNATURE:
		return take_central(walk);
	case ZIP_END64_SIGNATURE:
		return take_end64(walk);
	case ZIP_LOCATOR64_SIGNATURE:
		return skip(walk, 20);
	case ZIP_END_SIGNATURE:
		return take_end(walk);
	case ZIP_DESCRIPTOR_SIGNATURE: /* at the very beginning: the mark of a split archive */
		return walk->local_headers == 0 ? skip(walk, 4) : fail(walk, ST_REASON_CORRUPT);
	case ZIP_EXTRA_DATA_SIGNATURE:
		return fail(walk, ST_REASON_ENCRYPTED);
	default:
		return fail(walk, ST_REASON_CORRUPT);
	}
}

enum st_reason zip_walk(struct reader_input *input)
{
	struct walk walk = {.input = input};
	window_open(&walk.from, input->stream, false);
	while (take_next(&walk))
		;
	window_close(&walk.from);
	st_buf_free(&walk.text);
	return walk.reason;
}
