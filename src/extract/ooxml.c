/* Office Open XML documents (ECMA-376): which packages are one, and in what order their parts are read. */
#include "extract/package.h"

static bool claims(struct package *package)
{
	(void)package;
	return false;
}

static void read_document(struct package *package, struct extract_part_result *result)
{
	result->format = "docx";
	package_end(package, false, result);
}

const struct package_format package_ooxml = {.claims = claims, .read = read_document};
