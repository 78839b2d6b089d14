/* Objects that one of these readers takes, what object.h asks for: compressed files. */
#include "extract/reader.h"
#include "object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader *const readers[] = {
		&reader_xz, &reader_lzma, &reader_lzip, &reader_bzip2, &reader_zstd, &reader_lz4};
	struct reader_input input = {.head = {data, size < CEIL_SNIFF_BYTES ? size : CEIL_SNIFF_BYTES}};
	bool mine = false;
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
		mine |= readers[i]->bid(&input) > 0;
	if (mine)
		fuzz_object(data, size);
	return 0;
}
