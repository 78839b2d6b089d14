/* Objects that one of these readers takes, what object.h asks for: compressed files. */
#include "object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader *const readers[] = {
		&reader_xz, &reader_lzma, &reader_lzip, &reader_bzip2, &reader_zstd, &reader_lz4};
	fuzz_object_of(readers, sizeof readers / sizeof readers[0], data, size);
	return 0;
}
