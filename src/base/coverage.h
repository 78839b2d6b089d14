/* How an object, or a member of one, was read, and why not: the closed lists of contract 2. */
#ifndef STAUNCH_BASE_COVERAGE_H
#define STAUNCH_BASE_COVERAGE_H

#include <stddef.h>

enum st_read_status { ST_PENDING, ST_READ, ST_PARTIAL, ST_UNREAD, ST_DUPLICATE, ST_READ_STATUSES };

enum st_reason {
	ST_REASON_NONE,
	ST_REASON_ENCRYPTED,
	ST_REASON_CORRUPT,
	ST_REASON_TRUNCATED,
	ST_REASON_UNSUPPORTED,
	ST_REASON_NO_TEXT,
	ST_REASON_NOT_A_FILE,
	ST_REASON_PERMISSION,
	ST_REASON_SOURCE_CHANGED,
	ST_REASON_SOURCE_ERROR,
	ST_REASON_TIMEOUT,
	ST_REASON_CRASH,
	ST_REASON_MEMORY,
	ST_REASON_LIMIT_DEPTH,
	ST_REASON_LIMIT_SIZE,
	ST_REASON_LIMIT_RATIO,
	ST_REASON_LIMIT_ENTRIES,
	ST_REASON_SELF_NESTED,
	ST_REASON_NO_HELPER,
	ST_REASON_OUT_OF_SCOPE,
	ST_REASONS
};

const char *st_read_status_name(enum st_read_status status); /* "read"; NULL out of range */
const char *st_reason_name(enum st_reason reason);           /* "limit-depth", "" for none; NULL out of range */

#endif
