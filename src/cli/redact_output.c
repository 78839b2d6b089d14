/*
 * Where redacted bytes go. A file has no name until it is complete (O_TMPFILE, open(2)); where the file system knows no
 * such files, or another file has the name, it has one beside it for a moment.
 */
#include "cli/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return st_strndup(".", 1);
	return st_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static bool open_named(struct redact_output *output)
{
	output->temporary = st_format("%s.part", output->path);
	unlink(output->temporary); /* of a run that was killed */
	output->fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return output->fd >= 0;
}

enum st_status redact_output_open(struct redact_output *output, const char *path, struct st_error *err)
{
	struct stat there;
	*output = (struct redact_output){.fd = STDOUT_FILENO, .placed_at_once = true};
	if (path == NULL || strcmp(path, "-") == 0)
		return ST_OK;
	output->path = st_strndup(path, strlen(path));
	output->folder = folder_of(path);
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
		output->fd = S_ISDIR(there.st_mode) ? -1 : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		errno = S_ISDIR(there.st_mode) ? EISDIR : errno;
		return output->fd >= 0 ? ST_OK : st_fail_errno(err, ST_WRONG, "cannot write %s", path);
	}
	output->placed_at_once = false;
	output->fd = open(output->folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	if (output->fd >= 0 || open_named(output))
		return ST_OK;
	return st_fail_errno(err, ST_WRONG, "cannot write %s", path);
}

static bool link_as(int fd, const char *path)
{
	st_auto_free char *self = st_format("/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

static bool put_in_place(struct redact_output *output)
{
	if (fsync(output->fd) != 0)
		return false;
	if (!output->temporary) {
		if (link_as(output->fd, output->path))
			return true;
		if (errno != EEXIST)
			return false;
		output->temporary = st_format("%s.part", output->path);
		unlink(output->temporary);
		if (!link_as(output->fd, output->temporary))
			return false;
	}
	if (rename(output->temporary, output->path) != 0)
		return false;
	free(output->temporary);
	output->temporary = NULL;
	return true;
}

enum st_status redact_output_close(struct redact_output *output, bool done, struct st_error *err)
{
	enum st_status status = ST_OK;
	if (output->fd > STDERR_FILENO && !output->placed_at_once && done && !put_in_place(output))
		status = st_fail_errno(err, ST_FATAL, "cannot write %s", output->path);
	if (output->temporary)
		unlink(output->temporary);
	if (output->fd > STDERR_FILENO && close(output->fd) != 0 && done && status == ST_OK)
		status = st_fail_errno(err, ST_FATAL, "cannot write %s", output->path);
	free(output->path);
	free(output->folder);
	free(output->temporary);
	*output = (struct redact_output){.fd = -1};
	return status;
}
