/* Marks of distinct records: they stand in the order of the records' first places, found by counting bits. */
#include "resolve/segments.h"

#include <stdlib.h>

#define GROUP_BITS 2048 /* records between two entries of the table of counts */

struct resolve_marks {
	const struct resolve_first *first;
	uint64_t *before; /* distinct records before each group */
	uint64_t count;
	struct work_bytes bytes;
	uint32_t segment; /* asked for last */
	size_t index;
	uint64_t word, rank; /* asked for last: distinct records before this word; places are asked for in order */
};

/* Bits set, by adding neighbours (Warren, Hacker's Delight, 5-1): the processors we build for need not count them. */
static inline unsigned ones_of(uint64_t bits)
{
	bits -= bits >> 1 & 0x5555555555555555u;
	bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (unsigned)(bits * 0x0101010101010101u >> 56);
}

static uint64_t word_at(const struct resolve_first *first, uint64_t word, uint64_t bytes)
{
	uint64_t bits = 0, from = word * 8;
	memcpy(&bits, first->bytes.data + from, bytes - from < 8 ? (size_t)(bytes - from) : 8);
	return bits;
}

static uint64_t bytes_of(const struct resolve_first *first)
{
	return first->base[first->count] / 8 + 1;
}

enum st_status resolve_marks_open(const struct resolve_work *work, const struct resolve_first *first,
	struct resolve_marks **out, struct st_error *err)
{
	struct resolve_marks *marks = st_alloc_zero(1, sizeof *marks);
	uint64_t bytes = bytes_of(first), words = (bytes + 7) / 8;
	*out = NULL;
	marks->first = first;
	marks->index = SEGMENT_NONE;
	marks->word = UINT64_MAX;
	marks->before = st_alloc((words / (GROUP_BITS / 64) + 1) * sizeof *marks->before);
	for (uint64_t word = 0; word < words; word++) {
		if (word % (GROUP_BITS / 64) == 0)
			marks->before[word / (GROUP_BITS / 64)] = marks->count;
		marks->count += ones_of(word_at(first, word, bytes));
	}
	enum st_status status = work_bytes_open(work, marks->count * sizeof(uint32_t) + 1, &marks->bytes, err);
	if (status != ST_OK) {
		resolve_marks_close(marks);
		return status;
	}
	*out = marks;
	return ST_OK;
}

uint32_t *resolve_marks_at(struct resolve_marks *marks, uint32_t segment, uint64_t record)
{
	const struct resolve_first *first = marks->first;
	if (marks->index == SEGMENT_NONE || marks->segment != segment) {
		marks->segment = segment;
		marks->index = first_index(first, segment);
	}
	if (marks->index == SEGMENT_NONE || record >= first->base[marks->index + 1] - first->base[marks->index] ||
		!first_get(first, marks->index, record))
		return NULL;
	uint64_t bit = first->base[marks->index] + record, bytes = bytes_of(first);
	uint64_t group = bit / GROUP_BITS * (GROUP_BITS / 64), word = bit / 64;
	if (marks->word < group || marks->word > word) {
		marks->word = group;
		marks->rank = marks->before[bit / GROUP_BITS];
	}
	for (; marks->word < word; marks->word++)
		marks->rank += ones_of(word_at(first, marks->word, bytes));
	uint64_t rank = marks->rank + ones_of(word_at(first, word, bytes) & ((1ull << bit % 64) - 1));
	return (uint32_t *)(void *)marks->bytes.data + rank;
}

const uint32_t *resolve_marks_all(const struct resolve_marks *marks, uint64_t *count)
{
	*count = marks->count;
	return (const uint32_t *)(const void *)marks->bytes.data;
}

void resolve_marks_close(struct resolve_marks *marks)
{
	if (marks == NULL)
		return;
	work_bytes_close(&marks->bytes);
	free(marks->before);
	free(marks);
}
