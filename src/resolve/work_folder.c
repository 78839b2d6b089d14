/* Which files of the work folder live on after a start: those that the case names. */
#include "resolve/resolve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_kept(const char **names, size_t count, const char *name)
{
	return count > 0 && bsearch(&name, names, count, sizeof *names, by_name) != NULL;
}

static enum st_status clean(DIR *folder, const char **names, size_t count, struct st_error *err)
{
	const struct dirent *entry;
	for (errno = 0; (entry = readdir(folder)) != NULL; errno = 0) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!is_kept(names, count, entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0) != 0 &&
			errno != ENOENT)
			return st_fail_errno(err, ST_FATAL, "work folder: cannot delete a file");
	}
	if (errno != 0)
		return st_fail_errno(err, ST_FATAL, "work folder: cannot list");
	return ST_OK;
}

enum st_status resolve_work_clean(int dir_fd, const struct resolve_run *keep, size_t count, struct st_error *err)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	if (folder == NULL) {
		if (fd >= 0)
			close(fd);
		return st_fail_errno(err, ST_FATAL, "work folder: cannot open");
	}
	st_auto_free const char **names = st_alloc((count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = keep[i].name;
	qsort(names, count, sizeof *names, by_name);
	enum st_status status = clean(folder, names, count, err);
	closedir(folder);
	return status;
}
