/* Any bytes as a table: every rule of the readers holds, and blocks of any size (the first byte) give the same reading.
 */
#include "../../unit/extract/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	static const char *const fields[] = {"a", "id", NULL};
	struct extract_options options = {.format = "csv", .id_fields = fields};
	auto_reading whole = read_cut_with(data + 1, size - 1, SIZE_MAX, &options, ST_REASON_NONE);
	auto_reading cut = read_cut_with(data + 1, size - 1, (size_t)data[0] % 64 + 1, &options, ST_REASON_NONE);
	if (whole.broken_blocks || cut.broken_blocks || !same_reading(&whole, &cut))
		abort();
	return 0;
}
