/* The live segments of a merge by number, and one bit per record of each. */
#include "resolve/segments.h"

#include "base/ceilings.h"
#include "base/search.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static enum st_status check_segment(const struct resolve_input *input, size_t index, struct st_error *err)
{
	const struct resolve_segment *segment = &input->segments[index];
	bool sound = segment->copies > 0 && (index == 0 || segment[-1].id < segment->id);
	for (uint32_t i = 0; sound && i < segment->copies; i++)
		sound = segment->stores[i] < input->store_count &&
			(i == 0 || segment->stores[i - 1] <= segment->stores[i]);
	if (!sound)
		return st_fail(
			err, ST_FATAL, "segment %u is listed out of order or with impossible stores", segment->id);
	return ST_OK;
}

enum st_status segment_table_open(const struct resolve_input *input, struct segment_table *out, struct st_error *err)
{
	*out = (struct segment_table){.segments = input->segments, .count = input->segment_count};
	for (size_t i = 0; i < input->segment_count; i++)
		ST_TRY(check_segment(input, i, err));
	size_t ids = input->segment_count > 0 ? (size_t)input->segments[input->segment_count - 1].id + 1 : 0;
	if (ids / 4 > input->segment_count + 1024)
		return ST_OK;
	out->by_id = st_alloc_zero(ids, sizeof *out->by_id);
	out->by_id_count = ids;
	for (size_t i = 0; i < input->segment_count; i++)
		out->by_id[input->segments[i].id] = (uint32_t)(i + 1);
	return ST_OK;
}

static size_t find_sparse(const struct segment_table *table, uint32_t id)
{
	size_t at = ST_ROW_WITH(table->segments, table->count, id, id);
	return at < table->count ? at : SEGMENT_NONE;
}

size_t segment_find(const struct segment_table *table, uint32_t id)
{
	if (table->by_id == NULL)
		return find_sparse(table, id);
	if (id >= table->by_id_count || table->by_id[id] == 0)
		return SEGMENT_NONE;
	return table->by_id[id] - 1;
}

void segment_table_close(struct segment_table *table)
{
	free(table->by_id);
	table->by_id = NULL;
}

/* The blocks of the file are taken beforehand: a disk that fills while pages are written back would kill us (SIGBUS).
 */
enum st_status work_map(const struct resolve_work *work, size_t size, uint8_t **out, struct st_error *err)
{
	char name[40];
	snprintf(name, sizeof name, "table-%ld.tmp", (long)getpid());
	st_auto_close int fd = openat(work->dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || unlinkat(work->dir_fd, name, 0) != 0)
		return st_fail_errno(err, ST_FATAL, "work folder: cannot create a file");
	errno = posix_fallocate(fd, 0, (off_t)size);
	if (errno != 0)
		return st_fail_errno(err, ST_FATAL, "work folder: no %zu bytes for a table", size);
	void *bits = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bits == MAP_FAILED)
		return st_fail_errno(err, ST_FATAL, "work folder: cannot map a table");
	*out = bits;
	return ST_OK;
}

enum st_status work_bytes_open(
	const struct resolve_work *work, uint64_t size, struct work_bytes *out, struct st_error *err)
{
	*out = (struct work_bytes){0};
	if (size > PTRDIFF_MAX)
		return st_fail(err, ST_FATAL, "impossible number of records");
	if (size <= MIB) {
		out->data = st_alloc_zero((size_t)size, 1);
		return ST_OK;
	}
	ST_TRY(work_map(work, (size_t)size, &out->data, err));
	out->mapped_bytes = (size_t)size;
	return ST_OK;
}

void work_bytes_close(struct work_bytes *bytes)
{
	if (bytes->mapped_bytes > 0)
		munmap(bytes->data, bytes->mapped_bytes);
	else
		free(bytes->data);
	*bytes = (struct work_bytes){0};
}

enum st_status first_open(const struct resolve_input *input, struct resolve_first **out, struct st_error *err)
{
	struct resolve_first *first = st_alloc_zero(1, sizeof *first);
	uint64_t bits = 0;
	*out = NULL;
	first->count = input->segment_count;
	first->ids = st_alloc(input->segment_count * sizeof *first->ids);
	first->base = st_alloc((input->segment_count + 1) * sizeof *first->base);
	for (size_t i = 0; i < input->segment_count && bits < UINT64_MAX / 2; i++) {
		first->ids[i] = input->segments[i].id;
		first->base[i] = bits;
		uint64_t records = input->segments[i].records;
		bits = records < UINT64_MAX / 2 ? bits + records : UINT64_MAX;
	}
	first->base[input->segment_count] = bits;
	enum st_status status = bits < UINT64_MAX / 2 ? work_bytes_open(input->work, bits / 8 + 1, &first->bytes, err)
						      : st_fail(err, ST_FATAL, "impossible number of records");
	if (status != ST_OK) {
		first_close(first);
		return status;
	}
	*out = first;
	return ST_OK;
}

bool first_fits(const struct resolve_first *first, const struct resolve_input *input)
{
	bool fits = first != NULL && first->count == input->segment_count;
	for (size_t i = 0; fits && i < input->segment_count; i++)
		fits = first->ids[i] == input->segments[i].id &&
		       first->base[i + 1] - first->base[i] == input->segments[i].records;
	return fits;
}

void first_set(struct resolve_first *first, size_t index, uint64_t record)
{
	uint64_t bit = first->base[index] + record;
	first->bytes.data[bit / 8] |= (uint8_t)(1u << bit % 8);
}

bool first_get(const struct resolve_first *first, size_t index, uint64_t record)
{
	uint64_t bit = first->base[index] + record;
	return first->bytes.data[bit / 8] >> bit % 8 & 1;
}

static int by_id(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

size_t first_index(const struct resolve_first *first, uint32_t segment)
{
	const uint32_t *found =
		first->count > 0 ? bsearch(&segment, first->ids, first->count, sizeof segment, by_id) : NULL;
	return found != NULL ? (size_t)(found - first->ids) : SEGMENT_NONE;
}

uint64_t resolve_first_count(const struct resolve_first *first, uint32_t segment, uint64_t from, uint64_t to)
{
	size_t index = first_index(first, segment);
	if (index == SEGMENT_NONE)
		return 0;
	uint64_t records = first->base[index + 1] - first->base[index], count = 0;
	for (to = to < records ? to : records; from < to && (first->base[index] + from) % 8 != 0; from++)
		count += first_get(first, index, from);
	for (; to > from && to - from >= 8; from += 8)
		count += (unsigned)__builtin_popcount(first->bytes.data[(first->base[index] + from) / 8]);
	for (; from < to; from++)
		count += first_get(first, index, from);
	return count;
}

void first_close(struct resolve_first *first)
{
	if (first == NULL)
		return;
	work_bytes_close(&first->bytes);
	free(first->ids);
	free(first->base);
	free(first);
}
