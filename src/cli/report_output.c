/* Where a report goes. */
#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_BYTES (256 * 1024)

enum st_status report_output_open(struct report_output *output, const char *path, struct st_error *err)
{
	*output = (struct report_output){.fd = STDOUT_FILENO};
	if (path == NULL || strcmp(path, "-") == 0)
		return ST_OK;
	struct stat there;
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) { /* a device or a pipe takes it as it comes */
		output->fd = S_ISDIR(there.st_mode) ? -1 : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		errno = S_ISDIR(there.st_mode) ? EISDIR : errno;
		return output->fd >= 0 ? ST_OK : st_fail_errno(err, ST_WRONG, "cannot write %s", path);
	}
	output->path = st_strndup(path, strlen(path));
	output->part_path = st_format("%s.part", path);
	output->fd = open(output->part_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (output->fd >= 0 && fchmod(output->fd, 0600) == 0)
		return ST_OK;
	return st_fail_errno(err, ST_WRONG, "cannot write %s", path);
}

enum st_status report_output_flush(struct report_output *output, bool all, struct st_error *err)
{
	if (output->gone)
		return ST_STOP;
	if (output->buf.size == 0 || (!all && output->buf.size < FLUSH_BYTES))
		return ST_OK;
	bool written = st_write_full(output->fd, output->buf.data, output->buf.size) == 0;
	output->buf.size = 0;
	if (written)
		return ST_OK;
	if (errno == EPIPE) {
		output->gone = true;
		return ST_STOP;
	}
	return st_fail_errno(err, ST_FATAL, "cannot write the report");
}

static enum st_status put_in_place(struct report_output *output, struct st_error *err)
{
	bool placed = fsync(output->fd) == 0 && close(output->fd) == 0;
	output->fd = -1;
	if (placed && rename(output->part_path, output->path) == 0)
		return ST_OK;
	return st_fail_errno(err, ST_FATAL, "cannot write %s", output->path);
}

enum st_status report_output_close(struct report_output *output, bool done, struct st_error *err)
{
	enum st_status status = done ? report_output_flush(output, true, err) : ST_OK;
	status = status == ST_STOP ? ST_OK : status;
	if (output->path != NULL) {
		if (done && status == ST_OK)
			status = put_in_place(output, err);
		if ((!done || status != ST_OK) && output->fd != STDOUT_FILENO)
			unlink(output->part_path);
		if (output->fd > STDERR_FILENO)
			close(output->fd);
	}
	if (output->path == NULL && output->fd > STDERR_FILENO)
		close(output->fd);
	free(output->path);
	free(output->part_path);
	st_buf_free(&output->buf);
	return status;
}
