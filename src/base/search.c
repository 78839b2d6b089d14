/* Binary search by a number inside of rows. */
#include "base/search.h"

#include <assert.h>
#include <string.h>

static uint64_t number_of(const unsigned char *row, size_t number_bytes)
{
	uint32_t small;
	uint64_t large;
	if (number_bytes == sizeof small) {
		memcpy(&small, row, sizeof small);
		return small;
	}
	memcpy(&large, row, sizeof large);
	return large;
}

size_t st_first_at_least(
	const void *rows, size_t count, size_t row_bytes, size_t offset_bytes, size_t number_bytes, uint64_t number)
{
	assert(number_bytes == 4 || number_bytes == 8);
	const unsigned char *first = rows;
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (number_of(first + middle * row_bytes + offset_bytes, number_bytes) < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
