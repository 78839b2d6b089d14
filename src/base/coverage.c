#include "base/coverage.h"

static const char *const status_names[ST_READ_STATUSES] = {"pending", "read", "partial", "unread", "duplicate"};

static const char *const reason_names[ST_REASONS] = {
	[ST_REASON_NONE] = "",
	[ST_REASON_ENCRYPTED] = "encrypted",
	[ST_REASON_CORRUPT] = "corrupt",
	[ST_REASON_TRUNCATED] = "truncated",
	[ST_REASON_UNSUPPORTED] = "unsupported",
	[ST_REASON_NO_TEXT] = "no-text",
	[ST_REASON_NOT_A_FILE] = "not-a-file",
	[ST_REASON_PERMISSION] = "permission",
	[ST_REASON_SOURCE_CHANGED] = "source-changed",
	[ST_REASON_SOURCE_ERROR] = "source-error",
	[ST_REASON_TIMEOUT] = "timeout",
	[ST_REASON_CRASH] = "crash",
	[ST_REASON_MEMORY] = "memory",
	[ST_REASON_LIMIT_DEPTH] = "limit-depth",
	[ST_REASON_LIMIT_SIZE] = "limit-size",
	[ST_REASON_LIMIT_RATIO] = "limit-ratio",
	[ST_REASON_LIMIT_ENTRIES] = "limit-entries",
	[ST_REASON_SELF_NESTED] = "self-nested",
	[ST_REASON_NO_HELPER] = "no-helper",
	[ST_REASON_OUT_OF_SCOPE] = "out-of-scope",
};

const char *st_read_status_name(enum st_read_status status)
{
	return (unsigned)status < ST_READ_STATUSES ? status_names[status] : NULL;
}

const char *st_reason_name(enum st_reason reason)
{
	return (unsigned)reason < ST_REASONS ? reason_names[reason] : NULL;
}
