/* The live segments of a merge by number, and one bit per record of each. */
#ifndef STAUNCH_RESOLVE_SEGMENTS_H
#define STAUNCH_RESOLVE_SEGMENTS_H

#include "resolve/resolve.h"

#define SEGMENT_NONE SIZE_MAX

struct segment_table {
	const struct resolve_segment *segments; /* borrowed */
	size_t count;
	uint32_t *by_id; /* index + 1; NULL when numbers are sparse */
	size_t by_id_count;
};
/* Refuses lists that are not what resolve.h says: unsorted, without a place, with a store that does not exist. */
enum st_status segment_table_open(const struct resolve_input *input, struct segment_table *out, struct st_error *err);
size_t segment_find(const struct segment_table *table, uint32_t id); /* SEGMENT_NONE: not live */
void segment_table_close(struct segment_table *table);

/* Zeroed bytes of a merge: from the heap, or a file of the work folder that has no name any more, mapped. */
struct work_bytes {
	uint8_t *data;
	size_t mapped_bytes; /* 0: from the heap */
};
enum st_status work_bytes_open(
	const struct resolve_work *work, uint64_t size, struct work_bytes *out, struct st_error *err);
void work_bytes_close(struct work_bytes *bytes);

struct resolve_first {
	uint32_t *ids;  /* of the segments, ascending */
	uint64_t *base; /* first bit of each segment; one more entry: the number of all bits */
	size_t count;
	struct work_bytes bytes;
};
size_t first_index(const struct resolve_first *first, uint32_t segment); /* SEGMENT_NONE: not live */
enum st_status first_open(const struct resolve_input *input, struct resolve_first **out, struct st_error *err);
/* Was it made for these segments? */
bool first_fits(const struct resolve_first *first, const struct resolve_input *input);
void first_set(struct resolve_first *first, size_t index, uint64_t record);
bool first_get(const struct resolve_first *first, size_t index, uint64_t record);
/* The byte that holds the bit; a record that the segment does not have: some byte. */
static inline const uint8_t *first_byte(const struct resolve_first *first, size_t index, uint64_t record)
{
	bool there = record < first->base[index + 1] - first->base[index];
	return first->bytes.data + (there ? (first->base[index] + record) / 8 : 0);
}
void first_close(struct resolve_first *first); /* NULL is fine */

/* Memory of `size` bytes that lies in a file without a name in the work folder, zeroed; munmap() gives it back. */
enum st_status work_map(const struct resolve_work *work, size_t size, uint8_t **out, struct st_error *err);

#endif
