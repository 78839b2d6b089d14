/* The file of claims, read as it is given: nothing in it is repeated in an error. */
#include "cli/report.h"

#include "base/ceilings.h"
#include "report/claims.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum st_status report_claims_file(const char *path, struct report_claim **claims, size_t *count, struct st_error *err)
{
	st_auto_buf struct st_buf file = {0};
	if (path == NULL)
		return ST_OK;
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
	st_buf_reserve(&file, CEIL_CLAIMS_FILE_BYTES + 1); /* one more, so that what is too long is seen to be */
	while (file.size <= CEIL_CLAIMS_FILE_BYTES) {
		ssize_t got = read(fd, file.data + file.size, CEIL_CLAIMS_FILE_BYTES + 1 - file.size);
		if (got < 0 && errno != EINTR)
			return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
		if (got == 0)
			break;
		file.size += got > 0 ? (size_t)got : 0;
	}
	return report_claims_read((struct st_span){file.data, file.size}, claims, count, err);
}
