/* Walks a folder in the order of path bytes, without following links, and hashes what it tells. */
#include "source/source.h"

#include "base/ceilings.h"
#include "source/source_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct walk {
	enum st_status (*each)(void *context, const struct source_entry *entry, struct st_error *err);
	void *context;
	int depth_limit;
	bool folders_only; /* source_substores: tell the folders at depth_limit, nothing else */
	struct st_buf path;
	struct st_sha256 *manifest;
	struct st_error *err;
};

/* Names of one folder; each ends with '/' when it is a folder, so that sorting them sorts whole paths by bytes. */
struct names {
	char **list;
	size_t count, capacity;
};

static void names_add(struct names *names, const char *name, bool folder)
{
	if (names->count == names->capacity) {
		names->capacity = names->capacity ? names->capacity * 2 : 64;
		names->list = st_realloc(names->list, names->capacity * sizeof *names->list);
	}
	names->list[names->count++] = st_format(folder ? "%s/" : "%s", name);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static bool is_folder(DIR *dir, const struct dirent *item)
{
	if (item->d_type != DT_UNKNOWN)
		return item->d_type == DT_DIR;
	struct stat st;
	return fstatat(dirfd(dir), item->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* 0, or errno. */
static int read_names(DIR *dir, struct names *names)
{
	for (;;) {
		errno = 0;
		struct dirent *item = readdir(dir);
		if (item == NULL)
			break;
		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
			continue;
		names_add(names, item->d_name, is_folder(dir, item));
	}
	int error = errno; /* sorting may change it */
	if (names->count > 0)
		qsort(names->list, names->count, sizeof *names->list, by_bytes);
	return error;
}

static void hash_entry(struct st_sha256 *manifest, const struct source_entry *entry)
{
	st_auto_buf struct st_buf row = {0};
	st_buf_add_span(&row, entry->path.data, entry->path.size);
	st_buf_add_u64(&row, entry->size_bytes);
	st_buf_add_u64(&row, (uint64_t)entry->mtime_ns);
	st_buf_add_byte(&row, (uint8_t)entry->reason);
	st_sha256_add(manifest, row.data, row.size);
}

static enum st_status tell(struct walk *walk, struct source_entry *entry)
{
	entry->path = (struct st_span){walk->path.data, walk->path.size};
	if (!walk->folders_only)
		hash_entry(walk->manifest, entry);
	return walk->each(walk->context, entry, walk->err);
}

static enum st_status tell_unlisted(struct walk *walk, enum st_reason reason)
{
	struct source_entry entry = {.reason = reason};
	return walk->folders_only ? ST_OK : tell(walk, &entry);
}

static enum st_status walk_folder(struct walk *walk, int fd, int depth);

static enum st_status enter(struct walk *walk, int parent, const char *name, int depth)
{
	if (walk->depth_limit > 0 && depth == walk->depth_limit) {
		struct source_entry entry = {0};
		return walk->folders_only ? tell(walk, &entry) : ST_OK;
	}
	if (depth > CEIL_FOLDER_DEPTH)
		return tell_unlisted(walk, ST_REASON_LIMIT_DEPTH);
	st_auto_free char *bare = st_strndup(name, strlen(name) - 1);
	int fd = openat(parent, bare, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return tell_unlisted(walk, source_reason_of_errno(errno));
	return walk_folder(walk, fd, depth);
}

static enum st_status tell_object(struct walk *walk, int parent, const char *name)
{
	if (walk->folders_only)
		return ST_OK;
	struct stat st;
	struct source_entry entry = {0};
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		source_fill_entry(&st, &entry);
	else
		entry.reason = source_reason_of_errno(errno);
	return tell(walk, &entry);
}

/* Takes fd. walk->path is the folder's path with a final '/', or empty for the store itself. */
static enum st_status walk_folder(struct walk *walk, int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return tell_unlisted(walk, ST_REASON_SOURCE_ERROR);
	}
	struct names names = {0};
	enum st_status status = ST_OK;
	int error = read_names(dir, &names);
	if (error != 0)
		status = tell_unlisted(walk, source_reason_of_errno(error));
	size_t base = walk->path.size;
	for (size_t i = 0; i < names.count && status == ST_OK; i++) {
		const char *name = names.list[i];
		size_t size = strlen(name);
		walk->path.size = base;
		st_buf_add(&walk->path, name, size);
		if (name[size - 1] == '/')
			status = enter(walk, fd, name, depth + 1);
		else
			status = tell_object(walk, fd, name);
	}
	walk->path.size = base;
	names_free(&names);
	closedir(dir);
	return status;
}

static enum st_status list_single(struct walk *walk, struct source *source)
{
	struct source_entry entry = {0};
	if (source->kind == SOURCE_FILE && source_entry_of(source->fd, &entry) != ST_OK)
		entry.reason = ST_REASON_SOURCE_ERROR;
	if (source->kind == SOURCE_STDIN) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		entry.mtime_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	}
	return tell(walk, &entry);
}

static enum st_status walk_source(struct walk *walk, struct source *source)
{
	if (source->kind != SOURCE_DIRECTORY)
		return walk->folders_only ? ST_OK : list_single(walk, source);
	int fd = openat(source->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return st_fail_errno(walk->err, ST_WRONG, "cannot list %s", source->name);
	return walk_folder(walk, fd, 0);
}

enum st_status source_list(struct source *source, int depth_limit,
	enum st_status (*each)(void *context, const struct source_entry *entry, struct st_error *err), void *context,
	uint8_t manifest[ST_SHA256_BYTES], struct st_error *err)
{
	struct walk walk = {each, context, depth_limit, false, {0}, st_sha256_new(), err};
	enum st_status status = walk_source(&walk, source);
	st_sha256_end(walk.manifest, manifest);
	st_sha256_free(walk.manifest);
	st_buf_free(&walk.path);
	return status;
}

struct substores {
	const char *name;
	char **list;
	size_t count;
};

static enum st_status add_substore(void *context, const struct source_entry *entry, struct st_error *err)
{
	(void)err;
	struct substores *stores = context;
	stores->list = st_realloc(stores->list, (stores->count + 1) * sizeof *stores->list);
	stores->list[stores->count++] =
		st_format("%s/%.*s", stores->name, (int)entry->path.size - 1, (const char *)entry->path.data);
	return ST_OK;
}

enum st_status source_substores(struct source *source, int depth, char ***out, size_t *count, struct st_error *err)
{
	struct substores stores = {source->name, NULL, 0};
	struct walk walk = {add_substore, &stores, depth, true, {0}, NULL, err};
	enum st_status status = walk_source(&walk, source);
	st_buf_free(&walk.path);
	*out = stores.list;
	*count = stores.count;
	return status;
}
