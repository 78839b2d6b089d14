/* Stands in each program that links libarchive: one reference that is not weak, for a linker drops a library that only
 * weak ones name (ld(1), --as-needed). */
#include "extract/libarchive_linked.h"

#include <archive.h>

const char *extract_libarchive_version(void)
{
	return archive_version_string();
}
