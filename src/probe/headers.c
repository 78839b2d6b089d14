#include "probe/headers.h"

#include <string.h>
#include <strings.h>

static const char *const names[PROBE_HEADERS] = {
	"content-type",
	"content-length",
	"date",
	"server",
	"location",
	"www-authenticate",
	"retry-after",
	"etag",
	"last-modified",
	"content-range",
	"content-encoding",
	"warning",
	"x-ms-request-id",
	"x-ms-version",
	"x-ms-error-code",
	"x-ms-blob-public-access",
	"x-ms-blob-type",
	"x-ms-creation-time",
	"x-amz-request-id",
	"x-amz-bucket-region",
	"x-amz-error-code",
	"x-guploader-uploadid",
	"x-goog-generation",
	"x-goog-stored-content-encoding",
	"x-oss-request-id",
	"x-elastic-product",
	"docker-distribution-api-version",
	"x-couch-request-id",
};

const char *probe_header_name(enum probe_header header)
{
	return names[header];
}

enum probe_header probe_header_find(const char *name, size_t size)
{
	for (int i = 0; i < PROBE_HEADERS; i++)
		if (strlen(names[i]) == size && strncasecmp(names[i], name, size) == 0)
			return (enum probe_header)i;
	return PROBE_HEADERS;
}
