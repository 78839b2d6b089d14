/* A file that somebody else wrote: copied into memory and hashed, never looked at here. */
#include "base/ceilings.h"
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum st_status copy(struct check_import *import, int from, struct st_sha256 *hash, struct st_error *err)
{
	uint8_t *block = st_alloc(64 * KIB);
	enum st_status status = ST_OK;
	for (ssize_t got; status == ST_OK && (got = read(from, block, 64 * KIB)) != 0;) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			status = st_fail_errno(err, ST_WRONG, "cannot read %s", import->path);
			break;
		}
		import->size_bytes += (uint64_t)got;
		if (import->size_bytes > CEIL_ROWS_FILE_BYTES)
			status = st_fail(err, ST_WRONG, "%s is larger than %llu bytes", import->path,
				(unsigned long long)CEIL_ROWS_FILE_BYTES);
		else if (st_write_full(import->fd, block, (size_t)got) != 0)
			status = st_fail_errno(err, ST_FATAL, "no memory for %s", import->path);
		st_sha256_add(hash, block, (size_t)got);
	}
	free(block);
	return status;
}

enum st_status check_import_open(const char *path, struct check_import *out, struct st_error *err)
{
	*out = (struct check_import){.path = path, .fd = -1};
	st_auto_close int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (from < 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
	out->fd = memfd_create("staunch-import", MFD_CLOEXEC);
	if (out->fd < 0)
		return st_fail_errno(err, ST_FATAL, "no memory for %s", path);
	struct st_sha256 *hash = st_sha256_new();
	uint8_t sha256[ST_SHA256_BYTES];
	enum st_status status = copy(out, from, hash, err);
	st_sha256_end(hash, sha256);
	st_sha256_free(hash);
	st_hex(sha256, sizeof sha256, out->sha256);
	return status;
}

void check_import_close(struct check_import *import)
{
	if (import->fd >= 0)
		close(import->fd);
	import->fd = -1;
}

const char *check_import_end_name(enum rows_end end)
{
	static const char *const names[ROWS_ENDS] = {"whole", "no-rows", "cut", "too-many-rows"};
	return names[end];
}
