/* Zip archives of a few stored entries, put together in memory. */
#ifndef STAUNCH_TESTS_EXTRACT_PACKING_H
#define STAUNCH_TESTS_EXTRACT_PACKING_H

#include <zlib.h>

#include "base/bytes.h"

struct packed {
	const char *name;
	const void *data;
	size_t size;
};

static inline void pack_header(struct st_buf *out, const struct packed *entry, bool central, uint32_t offset)
{
	uint32_t size = (uint32_t)entry->size;
	st_buf_add_u32(out, central ? 0x02014b50u : 0x04034b50u);
	if (central)
		st_buf_add_u16(out, 20);
	for (int i = 0; i < 3; i++) /* version, flags, method */
		st_buf_add_u16(out, i == 0 ? 20 : 0);
	st_buf_add_u32(out, 0x4f9d0000u);
	st_buf_add_u32(out, (uint32_t)crc32_z(0, entry->data, entry->size));
	st_buf_add_u32(out, size);
	st_buf_add_u32(out, size);
	st_buf_add_u16(out, (uint16_t)strlen(entry->name));
	st_buf_add_u16(out, 0);
	if (central) {
		for (int i = 0; i < 5; i++) /* comment, disk, attributes */
			st_buf_add_u16(out, 0);
		st_buf_add_u32(out, offset);
	}
	st_buf_add(out, entry->name, strlen(entry->name));
}

/* The caller frees; an entry without a name ends the list. */
static inline struct st_buf pack(const struct packed *entries)
{
	struct st_buf out = {0}, directory = {0};
	uint16_t count = 0;
	for (; entries[count].name != NULL; count++) {
		pack_header(&directory, &entries[count], true, (uint32_t)out.size);
		pack_header(&out, &entries[count], false, 0);
		st_buf_add(&out, entries[count].data, entries[count].size);
	}
	uint32_t start = (uint32_t)out.size;
	if (directory.size > 0)
		st_buf_add(&out, directory.data, directory.size);
	st_buf_add_u32(&out, 0x06054b50u);
	st_buf_add_u32(&out, 0);
	st_buf_add_u16(&out, count);
	st_buf_add_u16(&out, count);
	st_buf_add_u32(&out, (uint32_t)directory.size);
	st_buf_add_u32(&out, start);
	st_buf_add_u16(&out, 0);
	st_buf_free(&directory);
	return out;
}

#endif
