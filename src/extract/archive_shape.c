/* Walks over headers only: a few bytes per file, never its data. */
#include <stdlib.h>
#include <zlib.h>

#include "base/ceilings.h"
#include "extract/archive_shape.h"
#include "extract/window.h"

/* --- 7z --- */

#define HEADER_7Z_BYTES 32

void archive_shape_7z(struct stream *stream, struct archive_shape *shape)
{
	uint8_t header[HEADER_7Z_BYTES];
	if (stream->pread(stream, header, sizeof(header), 0) != (ssize_t)sizeof(header)) {
		shape->reason = ST_REASON_TRUNCATED;
		return;
	}
	uint64_t offset = window_u64(header + 12), size = window_u64(header + 20);
	if (crc32(0, header + 12, 20) != window_u32(header + 8)) {
		shape->reason = ST_REASON_CORRUPT;
		return;
	}
	if (offset > stream->size || size > stream->size || HEADER_7Z_BYTES + offset + size > stream->size)
		shape->reason = ST_REASON_TRUNCATED;
	else
		shape->end = HEADER_7Z_BYTES + offset + size;
}

/* --- RAR 1.5 to 4 --- */

#define MARKER_RAR_BYTES 7
#define BLOCK_RAR_BYTES 7
#define FILE_RAR_BYTES 32
#define LARGE_RAR_BYTES 40 /* of a file header, with the high halves of its sizes */

enum { RAR_MAIN = 0x73, RAR_FILE = 0x74, RAR_END = 0x7b };
enum {
	RAR_MAIN_VOLUME = 0x0001,
	RAR_MAIN_ENCRYPTED = 0x0080,
	RAR_FILE_SPLIT = 0x0003,
	RAR_FILE_ENCRYPTED = 0x0004,
	RAR_FILE_LARGE = 0x0100,
	RAR_END_NEXT = 0x0001,
	RAR_HAS_DATA = 0x8000
};

/* Takes what one block says; returns its size with data, 0 when it cannot be one. */
static uint64_t rar_block(struct archive_shape *shape, const uint8_t *block, size_t have)
{
	unsigned type = block[2], flags = window_u16(block + 3);
	uint64_t size = window_u16(block + 5);
	if (size < BLOCK_RAR_BYTES)
		return 0;
	if (((flags & RAR_HAS_DATA) != 0 || type == RAR_FILE) && have >= BLOCK_RAR_BYTES + 4)
		size += window_u32(block + 7);
	if (type == RAR_FILE && (flags & RAR_FILE_LARGE) != 0 && have >= LARGE_RAR_BYTES)
		size += (uint64_t)window_u32(block + 32) << 32;
	shape->files += type == RAR_FILE;
	shape->volume |= (type == RAR_MAIN && (flags & RAR_MAIN_VOLUME) != 0) ||
			 (type == RAR_FILE && (flags & RAR_FILE_SPLIT) != 0) ||
			 (type == RAR_END && (flags & RAR_END_NEXT) != 0);
	shape->encrypted |= type == RAR_MAIN && (flags & RAR_MAIN_ENCRYPTED) != 0;
	return size;
}

void archive_shape_rar(struct stream *stream, struct archive_shape *shape)
{
	uint8_t block[LARGE_RAR_BYTES];
	uint64_t at = MARKER_RAR_BYTES;
	shape->counted = true;
	while (at < stream->size && !shape->encrypted && shape->files <= CEIL_ARCHIVE_ENTRIES) {
		ssize_t have = stream->pread(stream, block, sizeof(block), at);
		if (have < BLOCK_RAR_BYTES) {
			shape->reason = ST_REASON_TRUNCATED;
			return;
		}
		uint64_t size = rar_block(shape, block, (size_t)have);
		if (size == 0 || size > stream->size - at) {
			shape->reason = size == 0 ? ST_REASON_CORRUPT : ST_REASON_TRUNCATED;
			return;
		}
		at += size;
		if (block[2] == RAR_END) /* archives before RAR 3 have none and end with the file */
			break;
	}
	shape->end = at;
}

void archive_file_rar(struct stream *stream, uint64_t at, struct archive_file *file)
{
	uint8_t block[LARGE_RAR_BYTES];
	struct archive_shape shape = {0};
	if (at == 0)
		at = MARKER_RAR_BYTES;
	for (;;) {
		ssize_t have = stream->pread(stream, block, sizeof(block), at);
		uint64_t size = have < BLOCK_RAR_BYTES ? 0 : rar_block(&shape, block, (size_t)have);
		if (size == 0 || size > stream->size - at || block[2] == RAR_END)
			return;
		if (block[2] == RAR_FILE && have >= FILE_RAR_BYTES)
			break;
		at += size;
	}
	file->found = true;
	file->encrypted = (window_u16(block + 3) & RAR_FILE_ENCRYPTED) != 0;
	file->has_crc = (window_u16(block + 3) & RAR_FILE_SPLIT) == 0; /* of a piece it is that of the piece */
	file->crc = window_u32(block + 16);
}

/* --- RAR 5 --- */

#define MARKER_RAR5_BYTES 8
#define LOOK_RAR5_BYTES 64

enum { RAR5_MAIN = 1, RAR5_FILE = 2, RAR5_ENCRYPTION = 4, RAR5_END = 5 };
/* A header is at most 2 MiB, says the technical note. */
#define RAR5_HEADER_BYTES (2 * MIB)

enum { RAR5_HAS_EXTRA = 1, RAR5_HAS_DATA = 2, RAR5_SPLIT = 0x18, RAR5_VOLUME = 1, RAR5_END_NEXT = 1 };
enum { RAR5_FILE_TIME = 2, RAR5_FILE_CRC = 4, RAR5_FILE_ENCRYPTION = 1 };

/* Seven bits a byte, low ones first, the high bit says that more follow. */
static uint64_t vint(struct st_cursor *in)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t byte = st_cursor_byte(in);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return value;
	}
	in->bad = true;
	return 0;
}

struct rar5_block {
	uint64_t type, flags, extra;
	uint64_t header; /* bytes of it, CRC and size included */
};

/* Takes what one block says, up to the fields of its type; returns its size with data, 0 when it cannot be one. */
static uint64_t rar5_block(struct archive_shape *shape, struct st_cursor *in, struct rar5_block *block)
{
	const uint8_t *start = in->at;
	st_cursor_u32(in); /* CRC-32: libarchive checks it */
	uint64_t header = vint(in);
	uint64_t size = (uint64_t)(in->at - start) + header;
	uint64_t type = block->type = vint(in);
	uint64_t flags = block->flags = vint(in);
	block->extra = (flags & RAR5_HAS_EXTRA) != 0 ? vint(in) : 0;
	block->header = size;
	uint64_t data = (flags & RAR5_HAS_DATA) != 0 ? vint(in) : 0;
	uint64_t own = type == RAR5_MAIN || type == RAR5_END ? vint(in) : 0;
	if (in->bad || header == 0 || header > RAR5_HEADER_BYTES || data > INT64_MAX)
		return 0;
	shape->files += type == RAR5_FILE;
	shape->volume |= (type == RAR5_MAIN && (own & RAR5_VOLUME) != 0) ||
			 (type == RAR5_END && (own & RAR5_END_NEXT) != 0) ||
			 (type == RAR5_FILE && (flags & RAR5_SPLIT) != 0);
	shape->encrypted |= type == RAR5_ENCRYPTION;
	return size + data;
}

void archive_shape_rar5(struct stream *stream, struct archive_shape *shape)
{
	uint8_t look[LOOK_RAR5_BYTES];
	uint64_t at = MARKER_RAR5_BYTES;
	struct rar5_block block = {0};
	shape->counted = true;
	while (block.type != RAR5_END && !shape->encrypted && shape->files <= CEIL_ARCHIVE_ENTRIES) {
		ssize_t have = stream->pread(stream, look, sizeof(look), at);
		struct st_cursor in = {.at = look, .end = look + (have > 0 ? have : 0)};
		uint64_t size = have > 0 ? rar5_block(shape, &in, &block) : UINT64_MAX;
		if (size == 0 || size > stream->size - at) {
			bool cut = size != 0 || have < (ssize_t)sizeof(look);
			shape->reason = cut ? ST_REASON_TRUNCATED : ST_REASON_CORRUPT;
			return;
		}
		at += size;
	}
	shape->end = at;
}

/* Records of the extra area at the end of a file header: encrypted when one of type 1 is there. */
static bool rar5_is_encrypted(struct st_cursor in)
{
	while (!in.bad && in.at < in.end) {
		uint64_t size = vint(&in);
		const uint8_t *start = in.at;
		uint64_t type = vint(&in);
		if (!in.bad && type == RAR5_FILE_ENCRYPTION)
			return true;
		if (in.bad || size > (uint64_t)(in.end - start))
			return false;
		in.at = start + size;
	}
	return false;
}

static void rar5_file(struct st_cursor in, const struct rar5_block *block, struct archive_file *file)
{
	const uint8_t *end = in.end;
	uint64_t flags = vint(&in);
	vint(&in); /* size */
	vint(&in); /* attributes */
	if ((flags & RAR5_FILE_TIME) != 0)
		st_cursor_u32(&in);
	file->crc = (flags & RAR5_FILE_CRC) != 0 ? st_cursor_u32(&in) : 0;
	file->has_crc = (flags & RAR5_FILE_CRC) != 0 && (block->flags & RAR5_SPLIT) == 0;
	if (block->extra <= (uint64_t)(end - in.at))
		file->encrypted = rar5_is_encrypted((struct st_cursor){.at = end - block->extra, .end = end});
	file->found = !in.bad;
}

void archive_file_rar5(struct stream *stream, uint64_t at, struct archive_file *file)
{
	uint8_t look[LOOK_RAR5_BYTES];
	struct archive_shape shape = {0};
	struct rar5_block block = {0};
	uint64_t size = 0;
	struct st_cursor in;
	at = at == 0 ? MARKER_RAR5_BYTES : at;
	for (; block.type != RAR5_FILE; at += size) {
		ssize_t have = stream->pread(stream, look, sizeof(look), at);
		in = (struct st_cursor){.at = look, .end = look + (have > 0 ? have : 0)};
		size = rar5_block(&shape, &in, &block);
		if (size == 0 || size > stream->size - at || block.type == RAR5_END)
			return;
	}
	size_t common = (size_t)(in.at - look);
	st_auto_free uint8_t *header = st_alloc((size_t)block.header);
	if (stream->pread(stream, header, (size_t)block.header, at - size) == (ssize_t)block.header &&
		common <= block.header)
		rar5_file((struct st_cursor){.at = header + common, .end = header + block.header}, &block, file);
}

/* --- cpio --- */

#define SUM_AT 102
#define SUM_DIGITS 8

void archive_file_cpio(struct stream *stream, uint64_t at, struct archive_file *file)
{
	char header[SUM_AT + SUM_DIGITS + 1] = {0};
	ssize_t have = stream->pread(stream, header, sizeof(header) - 1, at);
	if (have < (ssize_t)sizeof(header) - 1 || memcmp(header, "070702", 6) != 0)
		return;
	file->found = file->has_sum = true;
	file->sum = (uint32_t)strtoul(header + SUM_AT, NULL, 16);
}

/* --- ISO 9660 --- */

#define DESCRIPTOR_AT ((uint64_t)16 * 2048)
#define SPACE_AT 80
#define BLOCK_SIZE_AT 128

void archive_shape_iso9660(struct stream *stream, struct archive_shape *shape)
{
	uint8_t descriptor[BLOCK_SIZE_AT + 2];
	if (stream->pread(stream, descriptor, sizeof(descriptor), DESCRIPTOR_AT) == (ssize_t)sizeof(descriptor) &&
		descriptor[0] == 1)
		shape->end = (uint64_t)window_u32(descriptor + SPACE_AT) * window_u16(descriptor + BLOCK_SIZE_AT);
	if (shape->end > stream->size) { /* libarchive says nothing when what is missing are directories */
		shape->end = 0;
		shape->reason = ST_REASON_TRUNCATED;
	}
}
