/* What the tests of resolve share: a work folder that goes away, blocks kept in memory, numbers from a seed. */
#ifndef STAUNCH_TESTS_RESOLVE_FIXTURE_H
#define STAUNCH_TESTS_RESOLVE_FIXTURE_H

#include "check.h"

#include "base/ceilings.h"
#include "resolve/resolve.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

struct folder {
	char path[64];
	struct resolve_work work;
};

static UNUSED bool folder_open(struct folder *folder)
{
	*folder = (struct folder){.path = "/tmp/resolve-test.XXXXXX"};
	folder->work.memory_bytes = 64 * MIB;
	folder->work.dir_fd =
		mkdtemp(folder->path) != NULL ? open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	memset(folder->work.seal_key, 0x5e, sizeof folder->work.seal_key);
	memset(folder->work.digest_key, 0xd1, sizeof folder->work.digest_key);
	if (folder->work.dir_fd < 0)
		perror("work folder");
	return folder->work.dir_fd >= 0;
}

static UNUSED void folder_close(struct folder *folder)
{
	struct st_error err = {0};
	if (folder->work.dir_fd < 0)
		return;
	if (resolve_work_clean(folder->work.dir_fd, NULL, 0, &err) != ST_OK)
		printf("# %s\n", err.what);
	close(folder->work.dir_fd);
	rmdir(folder->path);
	folder->work.dir_fd = -1;
}

/* Number of files in the folder, and whether any holds the bytes. */
static UNUSED int folder_files(const struct folder *folder, const char *needle, bool *found)
{
	int files = 0;
	DIR *list = opendir(folder->path);
	const struct dirent *entry;
	*found = false;
	while (list != NULL && (entry = readdir(list)) != NULL) {
		int fd = openat(folder->work.dir_fd, entry->d_name, O_RDONLY | O_CLOEXEC);
		struct stat info;
		if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
			uint8_t *bytes = st_alloc((size_t)info.st_size);
			ssize_t size = st_pread_full(fd, bytes, (size_t)info.st_size, 0);
			*found = *found || (needle != NULL && size > 0 &&
						   memmem(bytes, (size_t)size, needle, strlen(needle)) != NULL);
			free(bytes);
			files++;
		}
		if (fd >= 0)
			close(fd);
	}
	if (list != NULL)
		closedir(list);
	return files;
}

/* Blocks as they were put out, to be given back or compared. */
struct blocks {
	struct st_buf bytes;
	size_t *sizes, count, at, offset;
	uint8_t (*first)[ST_DIGEST_BYTES];
};

static UNUSED enum st_status blocks_put(
	void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct blocks *blocks = context;
	(void)err;
	blocks->sizes = st_realloc(blocks->sizes, (blocks->count + 1) * sizeof *blocks->sizes);
	blocks->first = st_realloc(blocks->first, (blocks->count + 1) * sizeof *blocks->first);
	memcpy(blocks->first[blocks->count], first, ST_DIGEST_BYTES);
	blocks->sizes[blocks->count++] = block.size;
	st_buf_add(&blocks->bytes, block.data, block.size);
	return ST_OK;
}

static UNUSED enum st_status blocks_next(void *context, struct st_span *block, struct st_error *err)
{
	struct blocks *blocks = context;
	(void)err;
	*block = (struct st_span){0};
	if (blocks->at >= blocks->count)
		return ST_OK;
	*block = (struct st_span){.data = blocks->bytes.data + blocks->offset, .size = blocks->sizes[blocks->at]};
	blocks->offset += blocks->sizes[blocks->at++];
	return ST_OK;
}

static UNUSED void blocks_rewind(struct blocks *blocks)
{
	blocks->at = blocks->offset = 0;
}

static UNUSED bool blocks_equal(const struct blocks *a, const struct blocks *b)
{
	return a->count == b->count && a->bytes.size == b->bytes.size &&
	       (a->count == 0 || (memcmp(a->sizes, b->sizes, a->count * sizeof *a->sizes) == 0 &&
					 memcmp(a->first, b->first, a->count * sizeof *a->first) == 0 &&
					 memcmp(a->bytes.data, b->bytes.data, a->bytes.size) == 0));
}

static UNUSED void blocks_free(struct blocks *blocks)
{
	st_buf_free(&blocks->bytes);
	free(blocks->sizes);
	free(blocks->first);
	*blocks = (struct blocks){0};
}

/* Runs written so far. */
struct runs {
	struct resolve_run list[1024];
	size_t count;
};

static UNUSED bool runs_flush(struct runs *runs, struct resolve_collector *collector)
{
	struct st_error err = {0};
	size_t count = 0;
	if (resolve_collector_flush(collector, runs->list + runs->count, &count, &err) != ST_OK) {
		printf("# %s\n", err.what);
		return false;
	}
	runs->count += count;
	return true;
}

static UNUSED struct st_span span_of(const char *text)
{
	return (struct st_span){.data = (const uint8_t *)text, .size = strlen(text)};
}

/* xorshift64 (Marsaglia 2003): the same numbers from the same seed everywhere. */
static UNUSED uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 32) % below;
}

static UNUSED void content_sha256(uint32_t content, uint8_t out[ST_SHA256_BYTES])
{
	st_sha256_of(&content, sizeof content, out);
}

#endif
