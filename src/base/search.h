/* Looking up a number in an array of structs that is sorted by it. */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/* Index of the first row whose number is at least `number`, or `count`: where it stands, or would stand. The rows are
 * row_bytes large and ascending by an unsigned number of 4 or 8 bytes at `offset_bytes` (asserted). rows may be NULL
 * when count is 0. */
size_t st_first_at_least(
	const void *rows, size_t count, size_t row_bytes, size_t offset_bytes, size_t number_bytes, uint64_t number);

/* The same for a field by its name: ST_FIRST_AT_LEAST(list, count, segment, 7). */
#define ST_FIRST_AT_LEAST(rows, count, field, number) \
	st_first_at_least(                            \
		(rows), (count), sizeof *(rows), offsetof(__typeof__(*(rows)), field), sizeof(rows)->field, (number))

/* Index of the only row with the number, or `count`. */
#define ST_ROW_WITH(rows, count, field, number)                                                   \
	__extension__({                                                                           \
		size_t row_count_ = (count);                                                      \
		size_t row_at_ = ST_FIRST_AT_LEAST((rows), row_count_, field, (number));          \
		row_at_ < row_count_ && (rows)[row_at_].field == (number) ? row_at_ : row_count_; \
	})

#endif
