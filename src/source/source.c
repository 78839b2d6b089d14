/* Opening a store and its objects; walking a folder is in walk.c. */
#include "source/source.h"

#include "source/source_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *source_kind_name(enum source_kind kind)
{
	static const char *const names[] = {"directory", "file", "stdin"};
	return names[kind];
}

enum source_kind source_kind(const struct source *source)
{
	return source->kind;
}

const char *source_name(const struct source *source)
{
	return source->name;
}

void source_fill_entry(const struct stat *st, struct source_entry *entry)
{
	entry->size_bytes = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0;
	entry->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
	entry->change_ns = (uint64_t)st->st_ctim.tv_sec * 1000000000u + (uint64_t)st->st_ctim.tv_nsec;
	entry->device = st->st_dev;
	entry->inode = st->st_ino;
	entry->reason = S_ISREG(st->st_mode) ? ST_REASON_NONE : ST_REASON_NOT_A_FILE;
}

enum st_reason source_reason_of_errno(int error)
{
	if (error == EACCES || error == EPERM)
		return ST_REASON_PERMISSION;
	/* ELOOP is O_NOFOLLOW's word for a link, ENXIO a socket's or an unread FIFO's */
	if (error == ELOOP || error == ENXIO || error == ENOTDIR || error == EISDIR)
		return ST_REASON_NOT_A_FILE;
	return ST_REASON_SOURCE_ERROR;
}

static char *trimmed(const char *name)
{
	size_t size = strlen(name);
	while (size > 1 && name[size - 1] == '/')
		size--;
	return st_strndup(name, size);
}

enum st_status source_open(const char *name, struct source **out, struct st_error *err)
{
	struct source *source = st_alloc_zero(1, sizeof *source);
	source->name = trimmed(name);
	source->parent_fd = -1;
	source->fd = -1;
	*out = source;
	if (strcmp(name, "-") == 0) {
		source->kind = SOURCE_STDIN;
		return ST_OK;
	}
	struct stat st;
	/* The name itself may be a link: the user typed it. O_NONBLOCK: a FIFO must not hold us. */
	source->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (source->fd < 0 || fstat(source->fd, &st) != 0) {
		st_fail_errno(err, ST_WRONG, "cannot open %s", name);
	} else if (S_ISDIR(st.st_mode)) {
		source->kind = SOURCE_DIRECTORY;
		return ST_OK;
	} else if (S_ISREG(st.st_mode)) {
		source->kind = SOURCE_FILE;
		return ST_OK;
	} else {
		st_fail(err, ST_WRONG, "%s is neither a file nor a folder", name);
	}
	source_close(source);
	*out = NULL;
	return ST_WRONG;
}

void source_close(struct source *source)
{
	if (source == NULL)
		return;
	if (source->fd >= 0)
		close(source->fd);
	if (source->parent_fd >= 0)
		close(source->parent_fd);
	st_buf_free(&source->parent);
	free(source->name);
	free(source);
}

/* Opens the folder of a path name by name, so that no link on the way is followed; keeps the last one open, because
 * objects come folder by folder. */
static int open_parent(struct source *source, struct st_span parent)
{
	if (parent.size == 0)
		return source->fd;
	if (source->parent_fd >= 0 && source->parent.size == parent.size &&
		memcmp(source->parent.data, parent.data, parent.size) == 0)
		return source->parent_fd;
	if (source->parent_fd >= 0)
		close(source->parent_fd);
	source->parent_fd = -1;
	int at = source->fd;
	for (size_t from = 0; from < parent.size;) {
		const uint8_t *slash = memchr(parent.data + from, '/', parent.size - from);
		size_t to = slash ? (size_t)(slash - parent.data) : parent.size;
		st_auto_free char *name = st_strndup((const char *)parent.data + from, to - from);
		int next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int error = errno;
		if (at != source->fd)
			close(at);
		errno = error;
		if (next < 0)
			return -1;
		at = next;
		from = to + 1;
	}
	source->parent_fd = at;
	source->parent.size = 0;
	st_buf_add(&source->parent, parent.data, parent.size);
	return at;
}

static int open_below(struct source *source, struct st_span path)
{
	const uint8_t *slash = path.size ? memrchr(path.data, '/', path.size) : NULL;
	size_t cut = slash ? (size_t)(slash - path.data) : 0;
	int parent = open_parent(source, (struct st_span){path.data, cut});
	if (parent < 0)
		return -1;
	size_t from = slash ? cut + 1 : 0;
	st_auto_free char *name = st_strndup((const char *)path.data + from, path.size - from);
	return openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

enum st_status source_entry_of(int fd, struct source_entry *now)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return ST_SKIP;
	source_fill_entry(&st, now);
	return ST_OK;
}

int source_open_object(struct source *source, struct st_span path, struct source_entry *now, enum st_reason *reason)
{
	int fd = -1;
	if (source->kind == SOURCE_STDIN)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else if (source->kind == SOURCE_FILE)
		fd = fcntl(source->fd, F_DUPFD_CLOEXEC, 3);
	else
		fd = open_below(source, path);
	*now = (struct source_entry){.path = path};
	if (fd < 0) {
		*reason = source_reason_of_errno(errno);
		return -1;
	}
	*reason = source_entry_of(fd, now) == ST_OK ? now->reason : ST_REASON_SOURCE_ERROR;
	if (source->kind == SOURCE_STDIN)
		*reason = now->reason = ST_REASON_NONE;
	if (*reason == ST_REASON_NONE)
		return fd;
	close(fd);
	return -1;
}

bool source_same(const struct source_entry *before, const struct source_entry *after)
{
	return before->size_bytes == after->size_bytes && before->mtime_ns == after->mtime_ns &&
	       before->change_ns == after->change_ns && before->device == after->device &&
	       before->inode == after->inode;
}
