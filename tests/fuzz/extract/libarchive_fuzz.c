/* Objects that one of these readers takes, what object.h asks for: archives that libarchive opens. */
#include "object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* libarchive asks malloc for what a header says, up to 4 GiB; in a worker the limit on its address space refuses that.
 * Memory that is asked for and never touched is no finding. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char option[] = "-malloc_limit_mb=8192";
	char **longer = st_alloc_zero((size_t)*argc + 2, sizeof *longer);
	memcpy(longer, *argv, (size_t)*argc * sizeof *longer);
	longer[(*argc)++] = option;
	*argv = longer;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct reader *const readers[] = {
		&reader_7z, &reader_rar, &reader_rar5, &reader_iso9660, &reader_cpio, &reader_ar};
	fuzz_object_of(readers, sizeof readers / sizeof readers[0], data, size);
	return 0;
}
