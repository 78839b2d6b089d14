/* Headers and data of zip entries. Size and CRC-32 of every member are checked at its end. */
#include <sys/stat.h>

#include "extract/zip.h"

#define FLAG_ENCRYPTED 0x0001
#define FLAG_DESCRIPTOR 0x0008
#define FLAG_STRONG 0x0040
#define FLAG_MASKED 0x2000
#define METHOD_STORED 0
#define METHOD_DEFLATED 8
#define METHOD_AES 99 /* WinZip AE-1 and AE-2 */
#define MADE_BY_UNIX 3
#define SATURATED 0xffffffffu

void zip_entry_central(struct zip_entry *entry, const uint8_t header[ZIP_CENTRAL_BYTES])
{
	*entry = (struct zip_entry){
		.made_by = window_u16(header + 4),
		.flags = window_u16(header + 8),
		.method = window_u16(header + 10),
		.crc = window_u32(header + 16),
		.stored_bytes = window_u32(header + 20),
		.bytes = window_u32(header + 24),
		.name_bytes = window_u16(header + 28),
		.extra_bytes = window_u16(header + 30),
		.comment_bytes = window_u16(header + 32),
		.attributes = window_u32(header + 38),
		.offset = window_u32(header + 42),
	};
}

void zip_entry_local(struct zip_entry *entry, const uint8_t header[ZIP_LOCAL_BYTES])
{
	*entry = (struct zip_entry){
		.flags = window_u16(header + 6),
		.method = window_u16(header + 8),
		.crc = window_u32(header + 14),
		.stored_bytes = window_u32(header + 18),
		.bytes = window_u32(header + 22),
		.name_bytes = window_u16(header + 26),
		.extra_bytes = window_u16(header + 28),
	};
}

/* In this order, each only when its 32-bit field is saturated. */
static void take_zip64(struct zip_entry *entry, const uint8_t *at, size_t size)
{
	uint64_t *fields[] = {&entry->bytes, &entry->stored_bytes, &entry->offset};
	for (size_t i = 0; i < 3; i++) {
		if (*fields[i] != SATURATED)
			continue;
		if (size < 8) {
			entry->bad = true;
			return;
		}
		*fields[i] = window_u64(at);
		at += 8;
		size -= 8;
	}
}

void zip_entry_zip64(struct zip_entry *entry, const uint8_t *extra, size_t size)
{
	if (entry->bytes != SATURATED && entry->stored_bytes != SATURATED && entry->offset != SATURATED)
		return;
	while (size >= 4) {
		size_t length = window_u16(extra + 2);
		if (length > size - 4)
			break;
		if (window_u16(extra) == 1) {
			take_zip64(entry, extra + 4, length);
			return;
		}
		extra += 4 + length;
		size -= 4 + length;
	}
	entry->bad = true;
}

bool zip_is_encrypted(const struct zip_entry *entry)
{
	return (entry->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) != 0 || entry->method == METHOD_AES;
}

bool zip_has_descriptor(const struct zip_entry *entry)
{
	return (entry->flags & FLAG_DESCRIPTOR) != 0;
}

bool zip_is_folder(const struct zip_entry *entry, struct st_span name)
{
	/* an empty deflate stream is two bytes; more is data, whatever the name says */
	return name.size > 0 && name.data[name.size - 1] == '/' && entry->bytes == 0 && entry->stored_bytes <= 2;
}

/* A link's data is its target; what is too large for one is read whatever the attributes say, as is a device with data.
 */
static bool is_no_file(const struct zip_entry *entry)
{
	uint32_t type = entry->made_by >> 8 == MADE_BY_UNIX ? (entry->attributes >> 16) & S_IFMT : 0;
	if (type == S_IFLNK)
		return entry->bytes <= CEIL_NAME_BYTES;
	return (type == S_IFIFO || type == S_IFCHR || type == S_IFBLK || type == S_IFSOCK) && entry->bytes == 0;
}

enum st_reason zip_refusal(const struct zip_entry *entry)
{
	if (zip_is_encrypted(entry))
		return ST_REASON_ENCRYPTED;
	if (is_no_file(entry))
		return ST_REASON_NOT_A_FILE;
	if (entry->bad)
		return ST_REASON_CORRUPT;
	if (entry->method != METHOD_STORED && entry->method != METHOD_DEFLATED)
		return ST_REASON_UNSUPPORTED;
	return ST_REASON_NONE;
}

static ssize_t stored_read(struct inflate *state, void *data, size_t capacity)
{
	struct window *from = state->from;
	if (state->left == 0)
		return 0;
	size_t have = window_fill(from, 1);
	if (have == 0) {
		state->reason = from->reason != ST_REASON_NONE ? from->reason : ST_REASON_TRUNCATED;
		return -1;
	}
	have = have > state->left ? (size_t)state->left : have;
	have = have > capacity ? capacity : have;
	memcpy(data, window_bytes(from), have);
	from->at += have;
	state->left -= have;
	state->in += have;
	state->out += have;
	return (ssize_t)have;
}

static ssize_t zip_member_read(struct stream *stream, void *data, size_t capacity)
{
	struct zip_member *member = stream->self;
	struct inflate *state = &member->inflate;
	if (stream->reason != ST_REASON_NONE)
		return -1;
	ssize_t got = member->deflated ? inflate_read(state, data, capacity) : stored_read(state, data, capacity);
	if (got > 0) {
		member->crc = (uint32_t)crc32_z(member->crc, data, (size_t)got);
		return got;
	}
	if (got < 0)
		stream->reason = state->reason;
	else if (member->checked &&
		 (state->left != 0 || state->out != member->want_bytes || member->crc != member->want_crc))
		stream->reason = ST_REASON_CORRUPT;
	return stream->reason == ST_REASON_NONE ? 0 : -1;
}

void zip_member_open(struct zip_member *member, const struct zip_entry *entry, struct window *from, uint64_t left,
	const struct extract_limits *limits)
{
	*member = (struct zip_member){.deflated = entry->method == METHOD_DEFLATED,
		.want_crc = entry->crc,
		.want_bytes = entry->bytes,
		.checked = left != UINT64_MAX};
	member->stream = (struct stream){.read = zip_member_read, .self = member};
	if (member->deflated)
		inflate_open(&member->inflate, from, INFLATE_RAW, left, limits);
	else
		member->inflate = (struct inflate){.from = from, .left = left, .limits = limits};
}

bool zip_member_drain(struct zip_member *member)
{
	uint8_t scratch[16384];
	struct inflate *state = &member->inflate;
	if (member->checked) {
		uint64_t left = state->left;
		/* what zlib took and did not use lies before the next header, too */
		return window_skip(state->from, left) == left;
	}
	while (zip_member_read(&member->stream, scratch, sizeof(scratch)) > 0)
		;
	return state->ended;
}

void zip_member_close(struct zip_member *member)
{
	if (member->deflated)
		inflate_close(&member->inflate);
}
