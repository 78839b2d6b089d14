/* Which object comes next, and which is a copy of another (DESIGN 4.1): equal content is read once. What waits stays in
 * the case and is taken from it some at a time; kept for each object that is read are 20 bytes of its content's digest,
 * and those only where another object has its size. */
#include "base/ceilings.h"
#include "cli/sample.h"
#include "cli/scan.h"

#include <stdlib.h>

#define SIZES_BITS 22 /* 1 MiB of two bits each; a size that shares its place with another costs one hashing */

struct content {
	uint8_t digest[ST_DIGEST_BYTES];
	uint8_t object[4]; /* 0: free; bytes, so that nothing is wasted between entries */
};

struct scan_contents {
	struct content *table; /* open addressing; the digests are keyed, so nobody can aim at one slot */
	size_t capacity, count;
};

/* A page of objects that wait, as the case tells them. */
struct scan_page {
	struct casefile_object objects[CEIL_QUEUE_OBJECTS];
	size_t paths_at[CEIL_QUEUE_OBJECTS + 1]; /* of each in `paths`, and the end of the last */
	struct st_buf paths;
	size_t count;
	uint32_t last; /* of the page, though it may not be drawn; UINT32_MAX: it has none */
};

static void tasks_add(struct scan_tasks *tasks, const struct scan_task *task)
{
	if (tasks->count == tasks->capacity) {
		tasks->capacity = tasks->capacity ? tasks->capacity * 2 : 256;
		tasks->list = st_realloc(tasks->list, tasks->capacity * sizeof *tasks->list);
	}
	tasks->list[tasks->count++] = *task;
}

/* --- what comes next --- */

/* By then the page may be another one. */
static void add_unlisted(struct scan_tasks *tasks, const struct scan_task *task)
{
	struct scan_task unlisted = *task;
	unlisted.listed = 0;
	tasks_add(tasks, &unlisted);
}

void scan_queue_again(struct scan_queue *queue, const struct scan_task *task)
{
	add_unlisted(&queue->ready, task);
}

void scan_queue_retry(struct scan_queue *queue, const struct scan_task *task)
{
	add_unlisted(&queue->retry, task);
}

static enum st_status add_waiting(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct scan *scan = context;
	struct scan_page *page = scan->queue.page;
	page->last = object->id;
	if (!sample_takes(scan->sample, object->id))
		return ST_OK;
	page->objects[page->count] = *object;
	page->paths_at[page->count] = page->paths.size;
	st_buf_add(&page->paths, object->path.data, object->path.size);
	page->paths_at[++page->count] = page->paths.size;
	struct scan_task task = {.size_bytes = object->size_bytes,
		.object = object->id,
		.store = object->store,
		.listed = (uint16_t)page->count};
	tasks_add(&scan->queue.ready, &task);
	return ST_OK;
}

static enum st_status take_page(struct scan *scan, struct scan_store *store, struct st_error *err)
{
	if (scan->queue.page == NULL)
		scan->queue.page = st_alloc_zero(1, sizeof *scan->queue.page);
	struct scan_page *page = scan->queue.page;
	page->count = page->paths.size = 0;
	page->last = UINT32_MAX;
	ST_TRY(casefile_waiting(scan->casefile, store->id, store->queued, CEIL_QUEUE_OBJECTS, add_waiting, scan, err));
	store->queued = page->last;
	return ST_OK;
}

enum st_status scan_queue_object(struct scan *scan, const struct scan_task *task, struct casefile_object *object,
	struct st_buf *path, struct st_error *err)
{
	const struct scan_page *page = scan->queue.page;
	if (task->listed == 0)
		return casefile_object(scan->casefile, task->object, object, path, err);
	size_t at = task->listed - 1u, from = page->paths_at[at];
	*object = page->objects[at];
	path->size = 0;
	st_buf_add(path, page->paths.data + from, page->paths_at[at + 1] - from);
	object->path = (struct st_span){path->data, path->size};
	return ST_OK;
}

enum st_status scan_queue_fill(struct scan *scan, struct st_error *err)
{
	struct scan_queue *queue = &scan->queue;
	while (queue->next == queue->ready.count && queue->store < scan->store_count) {
		struct scan_store *store = &scan->stores[queue->store];
		queue->next = queue->ready.count = 0;
		if (!store->listed_now || store->queued >= store->last_waiting)
			queue->store++;
		else
			ST_TRY(take_page(scan, store, err));
	}
	return ST_OK;
}

/* --- sizes --- */

static unsigned size_place(uint64_t size_bytes, unsigned *shift)
{
	/* Multiplicative hashing (Knuth, TAOCP 6.4). */
	uint64_t place = size_bytes * 0x9e3779b97f4a7c15u >> (64 - SIZES_BITS);
	*shift = (unsigned)(place % 4) * 2;
	return (unsigned)(place / 4);
}

void scan_queue_size(struct scan_queue *queue, uint64_t size_bytes)
{
	unsigned shift, at = size_place(size_bytes, &shift);
	if (queue->sizes == NULL)
		queue->sizes = st_alloc_zero((size_t)1 << (SIZES_BITS - 2), 1);
	if ((queue->sizes[at] >> shift & 3) < 2)
		queue->sizes[at] = (uint8_t)(queue->sizes[at] + (1u << shift));
}

bool scan_queue_size_is_shared(const struct scan_queue *queue, uint64_t size_bytes)
{
	unsigned shift, at = size_place(size_bytes, &shift);
	return size_bytes > 0 && queue->sizes != NULL && (queue->sizes[at] >> shift & 3) >= 2;
}

/* --- contents --- */

static uint32_t object_of(const struct content *slot)
{
	uint32_t object;
	memcpy(&object, slot->object, sizeof object);
	return object;
}

static struct content *find(const struct scan_contents *contents, const uint8_t digest[ST_DIGEST_BYTES])
{
	uint64_t at;
	memcpy(&at, digest, sizeof at);
	for (;; at++) {
		struct content *slot = &contents->table[at & (contents->capacity - 1)];
		if (object_of(slot) == 0 || memcmp(slot->digest, digest, ST_DIGEST_BYTES) == 0)
			return slot;
	}
}

static void grow(struct scan_contents *contents)
{
	struct scan_contents larger = {.capacity = contents->capacity ? contents->capacity * 2 : 1024};
	larger.table = st_alloc_zero(larger.capacity, sizeof *larger.table);
	for (size_t i = 0; i < contents->capacity; i++)
		if (object_of(&contents->table[i]) != 0)
			*find(&larger, contents->table[i].digest) = contents->table[i];
	larger.count = contents->count;
	free(contents->table);
	*contents = larger;
}

uint32_t scan_queue_claim(struct scan_queue *queue, const uint8_t digest[ST_DIGEST_BYTES], uint32_t object)
{
	if (queue->contents == NULL)
		queue->contents = st_alloc_zero(1, sizeof *queue->contents);
	if (queue->contents->count >= queue->contents->capacity / 8 * 7)
		grow(queue->contents);
	struct content *slot = find(queue->contents, digest);
	if (object_of(slot) != 0)
		return object_of(slot) == object ? 0 : object_of(slot);
	memcpy(slot->digest, digest, ST_DIGEST_BYTES);
	memcpy(slot->object, &object, sizeof object);
	queue->contents->count++;
	return 0;
}

void scan_queue_copy(struct scan_queue *queue, const struct scan_task *task, uint32_t original)
{
	size_t at = queue->copies.count;
	tasks_add(&queue->copies, task);
	queue->copies_of = st_realloc(queue->copies_of, queue->copies.capacity * sizeof *queue->copies_of);
	queue->copies_of[at] = original;
}

void scan_queue_free(struct scan_queue *queue)
{
	free(queue->ready.list);
	if (queue->page != NULL)
		st_buf_free(&queue->page->paths);
	free(queue->page);
	free(queue->retry.list);
	free(queue->copies.list);
	free(queue->copies_of);
	free(queue->sizes);
	if (queue->contents != NULL)
		free(queue->contents->table);
	free(queue->contents);
	*queue = (struct scan_queue){0};
}
