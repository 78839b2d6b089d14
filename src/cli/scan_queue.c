/* Which object comes next, and which is a copy of another (DESIGN 4.1): equal content is read once. */
#include "cli/scan.h"

#include <stdlib.h>

struct content {
	uint8_t digest[ST_DIGEST_BYTES];
	uint32_t object; /* 0: free */
	uint64_t size_bytes;
};

struct scan_contents {
	struct content *table; /* open addressing; the digests are keyed, so nobody can aim at one slot */
	size_t capacity, count;
};

static void tasks_add(struct scan_tasks *tasks, const struct scan_task *task)
{
	if (tasks->count == tasks->capacity) {
		tasks->capacity = tasks->capacity ? tasks->capacity * 2 : 256;
		tasks->list = st_realloc(tasks->list, tasks->capacity * sizeof *tasks->list);
	}
	tasks->list[tasks->count++] = *task;
}

void scan_queue_add(struct scan_queue *queue, const struct scan_task *task)
{
	tasks_add(&queue->ready, task);
}

static int by_store_and_object(const void *a, const void *b)
{
	const struct scan_task *x = a, *y = b;
	if (x->store != y->store)
		return x->store < y->store ? -1 : 1;
	return x->object < y->object ? -1 : x->object > y->object;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

void scan_queue_sort(struct scan_queue *queue)
{
	if (queue->ready.count > 0)
		qsort(queue->ready.list, queue->ready.count, sizeof *queue->ready.list, by_store_and_object);
	if (queue->size_count > 0)
		qsort(queue->sizes, queue->size_count, sizeof *queue->sizes, by_value);
}

bool scan_queue_size_is_shared(const struct scan_queue *queue, uint64_t size_bytes)
{
	if (size_bytes == 0)
		return false;
	size_t low = 0, high = queue->size_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (queue->sizes[middle] < size_bytes)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1 < queue->size_count && queue->sizes[low + 1] == size_bytes;
}

static struct content *find(const struct scan_contents *contents, const uint8_t digest[ST_DIGEST_BYTES])
{
	uint64_t at;
	memcpy(&at, digest, sizeof at);
	for (;; at++) {
		struct content *slot = &contents->table[at & (contents->capacity - 1)];
		if (slot->object == 0 || memcmp(slot->digest, digest, ST_DIGEST_BYTES) == 0)
			return slot;
	}
}

static void grow(struct scan_contents *contents)
{
	struct scan_contents larger = {.capacity = contents->capacity ? contents->capacity * 2 : 1024};
	larger.table = st_alloc_zero(larger.capacity, sizeof *larger.table);
	for (size_t i = 0; i < contents->capacity; i++)
		if (contents->table[i].object != 0)
			*find(&larger, contents->table[i].digest) = contents->table[i];
	larger.count = contents->count;
	free(contents->table);
	*contents = larger;
}

static struct content *place(struct scan_queue *queue, const uint8_t digest[ST_DIGEST_BYTES])
{
	if (queue->contents == NULL)
		queue->contents = st_alloc_zero(1, sizeof *queue->contents);
	if (queue->contents->count * 2 >= queue->contents->capacity)
		grow(queue->contents);
	return find(queue->contents, digest);
}

static void take(struct scan_queue *queue, struct content *slot, const uint8_t digest[ST_DIGEST_BYTES], uint32_t object,
	uint64_t size_bytes)
{
	memcpy(slot->digest, digest, ST_DIGEST_BYTES);
	slot->object = object;
	slot->size_bytes = size_bytes;
	queue->contents->count++;
}

void scan_queue_known(
	struct scan_queue *queue, const uint8_t digest[ST_DIGEST_BYTES], uint32_t object, uint64_t size_bytes)
{
	struct content *slot = place(queue, digest);
	if (slot->object == 0)
		take(queue, slot, digest, object, size_bytes);
}

uint32_t scan_queue_claim(struct scan_queue *queue, const uint8_t digest[ST_DIGEST_BYTES], const struct scan_task *task)
{
	struct content *slot = place(queue, digest);
	if (slot->object != 0 && slot->object != task->object)
		return slot->size_bytes == task->size_bytes ? slot->object : 0;
	if (slot->object == 0)
		take(queue, slot, digest, task->object, task->size_bytes);
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
	free(queue->retry.list);
	free(queue->copies.list);
	free(queue->copies_of);
	free(queue->sizes);
	if (queue->contents != NULL)
		free(queue->contents->table);
	free(queue->contents);
	*queue = (struct scan_queue){0};
}
