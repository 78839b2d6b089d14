/*
 * Blocks and runs of any bytes: decoding a result block, merging blocks given as an earlier result (records and
 * entities), and opening a file as a run. The first byte picks the way; 0xff ends a block of an earlier result.
 */
#include "base/ceilings.h"
#include "resolve/resolve.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(struct st_span block)
{
	struct resolve_entity entity;
	bool damaged;
	while (resolve_entity_next(&block, &entity, &damaged)) {
		struct resolve_place place;
		uint64_t sum = 0;
		if (entity.canonical.size > CEIL_KEY_BYTES || entity.places.size == 0)
			abort();
		while (resolve_place_next(&entity.places, &place))
			sum += place.start + place.length;
		(void)sum;
	}
	if (damaged != (block.size > 0))
		abort();
}

static enum st_status next_piece(void *context, struct st_span *block, struct st_error *err)
{
	struct st_span *rest = context;
	const uint8_t *cut = rest->size > 1 ? memchr(rest->data + 1, 0xff, rest->size - 1) : NULL;
	size_t size = cut != NULL ? (size_t)(cut - rest->data) : rest->size;
	(void)err;
	*block = (struct st_span){.data = rest->data, .size = size};
	if (size > 0) /* an empty input has no address to add to */
		rest->data += size;
	rest->size -= size;
	return ST_OK;
}

/* What is merged from such blocks must be readable as our own result. */
static enum st_status check_entities(
	void *context, const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct resolve_entity entity;
	bool damaged = false;
	(void)context, (void)first, (void)err;
	if (block.size == 0 || block.size > CEIL_BLOCK_BYTES)
		abort();
	while (resolve_entity_next(&block, &entity, &damaged))
		;
	if (damaged)
		abort();
	return ST_OK;
}

/* kept_records, kept_entities: bytes of an earlier result, or empty. */
static void merge(const struct resolve_work *work, struct st_span kept_records, struct st_span kept_entities,
	const struct resolve_run *runs, size_t run_count)
{
	static const uint32_t stores[] = {0, 0, 1};
	static const struct resolve_segment segments[] = {{.id = 0, .records = 3, .stores = stores, .copies = 3},
		{.id = 1, .records = 3000, .stores = stores + 1, .copies = 1},
		{.id = 9, .records = 1, .stores = stores + 2, .copies = 1}};
	struct resolve_input input = {.work = work,
		.segments = segments,
		.segment_count = 3,
		.store_count = 2,
		.runs = runs,
		.run_count = run_count,
		.kept = {.next = next_piece, .context = &kept_records}};
	struct resolve_records records;
	struct resolve_entities counts;
	struct st_error err = {0};
	if (resolve_merge_records(&input, &records, &err) != ST_OK)
		return;
	input.kept.context = &kept_entities;
	input.out.put = check_entities;
	if (resolve_merge_mentions(&input, records.first, NULL, NULL, &counts, &err) == ST_OK && run_count > 0)
		abort(); /* nobody seals a run by chance */
	resolve_records_free(&records);
}

static char run_folder[] = "/tmp/entity_block_fuzz.XXXXXX";

static void remove_folder(void)
{
	rmdir(run_folder);
}

static void open_as_run(const struct resolve_work *work, struct st_span bytes)
{
	struct resolve_run run = {.name = "run-0000000001m", .content = 'm', .rows = 1, .bytes = bytes.size};
	int fd = openat(work->dir_fd, run.name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (bytes.size > 0 && st_write_full(fd, bytes.data, bytes.size) != 0))
		abort();
	close(fd);
	merge(work, (struct st_span){0}, (struct st_span){0}, &run, 1);
	unlinkat(work->dir_fd, run.name, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct resolve_work work = {.dir_fd = -1, .memory_bytes = 1 << 20};
	if (work.dir_fd < 0) {
		if (mkdtemp(run_folder) == NULL ||
			(work.dir_fd = open(run_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
			abort();
		atexit(remove_folder);
	}
	if (size == 0)
		return 0;
	struct st_span bytes = {.data = data + 1, .size = size - 1}, none = {0};
	switch (data[0] % 4) {
	case 0:
		decode(bytes);
		break;
	case 1:
		merge(&work, bytes, none, NULL, 0);
		break;
	case 2:
		merge(&work, none, bytes, NULL, 0);
		break;
	default:
		open_as_run(&work, bytes);
	}
	return 0;
}
