/* Any bytes as a table: every rule of the readers holds, and blocks of any size (the first byte) give the same reading.
 */
#include "../../unit/extract/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	auto_reading whole = read_cut(data + 1, size - 1, SIZE_MAX, "csv", NULL, ST_REASON_NONE);
	auto_reading cut = read_cut(data + 1, size - 1, (size_t)data[0] % 64 + 1, "csv", NULL, ST_REASON_NONE);
	if (whole.broken_blocks || cut.broken_blocks || !same_reading(&whole, &cut))
		abort();
	return 0;
}
