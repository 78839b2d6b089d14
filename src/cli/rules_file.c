#include "cli/rules_file.h"

#include "base/ceilings.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A byte more than the ceiling is read, so that what is too long is seen to be. */
static bool read_all(const char *path, struct st_buf *file)
{
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got = -1;
	if (fd < 0)
		return false;
	st_buf_reserve(file, CEIL_RULES_FILE_BYTES + 1);
	while (file->size <= CEIL_RULES_FILE_BYTES &&
		(got = read(fd, file->data + file->size, CEIL_RULES_FILE_BYTES + 1 - file->size)) != 0) {
		if (got < 0 && errno != EINTR)
			return false;
		file->size += got > 0 ? (size_t)got : 0;
	}
	return true;
}

bool rules_file_read(const char *path, struct st_buf *file, struct detect_rules **out)
{
	struct st_error err = {0};
	*out = NULL;
	if (path == NULL)
		return true;
	if (!read_all(path, file)) {
		cli_fail(CLI_WRONG, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	if (detect_rules_open((struct st_span){file->data, file->size}, out, &err) == ST_OK)
		return true;
	cli_fail(CLI_WRONG, "%s: %s", path, err.what);
	return false;
}
