/* A hash table of keys, each with its object's number; those of objects that ended make room when it is full. */
#include "redact/key_names.h"

#include <stdlib.h>

#include "base/ceilings.h"

#define FNV_OFFSET 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u
#define SLOTS ((size_t)CEIL_REDACT_KEY_NAMES * 2)
#define FIRST_SLOTS 64

struct seen_key {
	uint64_t object, hash; /* object 0: free */
	uint64_t times;
};

struct level {
	uint64_t object;
	unsigned depth;
};

struct key_names {
	uint64_t hash;         /* of the key that is coming */
	struct seen_key *seen; /* slot_count is a power of two */
	size_t slot_count, count;
	struct level *levels; /* the objects open that hold such keys */
	size_t level_count, level_capacity;
	uint64_t beyond; /* keys numbered without being compared */
};

struct key_names *key_names_open(void)
{
	struct key_names *names = st_alloc_zero(1, sizeof *names);
	names->hash = FNV_OFFSET;
	names->slot_count = FIRST_SLOTS;
	names->seen = st_alloc_zero(FIRST_SLOTS, sizeof *names->seen);
	return names;
}

void key_names_close(struct key_names *names)
{
	if (names == NULL)
		return;
	free(names->seen);
	free(names->levels);
	free(names);
}

void key_names_clear(struct key_names *names)
{
	names->hash = FNV_OFFSET;
	names->level_count = 0;
	names->beyond = 0;
	if (names->count == 0)
		return;
	names->count = 0;
	free(names->seen);
	names->slot_count = FIRST_SLOTS;
	names->seen = st_alloc_zero(FIRST_SLOTS, sizeof *names->seen);
}

/* Objects that ended are forgotten, this one is on top. */
static void enter(struct key_names *names, uint64_t object, unsigned depth)
{
	while (names->level_count > 0) {
		const struct level *top = &names->levels[names->level_count - 1];
		if (top->object == object)
			return;
		if (top->depth < depth)
			break;
		names->level_count--;
	}
	if (names->level_count == names->level_capacity) {
		names->level_capacity = names->level_capacity * 2 + 16;
		names->levels = st_realloc(names->levels, names->level_capacity * sizeof *names->levels);
	}
	names->levels[names->level_count++] = (struct level){object, depth};
}

static bool is_open(const struct key_names *names, uint64_t object)
{
	size_t low = 0, high = names->level_count; /* numbers rise from level to level */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (names->levels[middle].object < object)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names->level_count && names->levels[low].object == object;
}

/* The slot of this key, or the free one where it belongs. */
static struct seen_key *find(struct key_names *names, uint64_t object, uint64_t hash)
{
	size_t at = (size_t)((hash ^ object * FNV_PRIME) * FNV_PRIME >> 20);
	for (;; at++) {
		struct seen_key *slot = &names->seen[at & (names->slot_count - 1)];
		if (slot->object == 0 || (slot->object == object && slot->hash == hash))
			return slot;
	}
}

/* Without those of objects that ended; twice as large when they were few and it may still grow. */
static void make_room(struct key_names *names)
{
	struct seen_key *old = names->seen;
	size_t old_count = names->slot_count, kept = 0;
	for (size_t i = 0; i < old_count; i++)
		kept += old[i].object != 0 && is_open(names, old[i].object);
	if (kept * 4 > old_count && old_count < SLOTS)
		names->slot_count *= 2;
	names->seen = st_alloc_zero(names->slot_count, sizeof *names->seen);
	names->count = 0;
	for (size_t i = 0; i < old_count; i++) {
		if (old[i].object == 0 || !is_open(names, old[i].object))
			continue;
		*find(names, old[i].object, old[i].hash) = old[i];
		names->count++;
	}
	free(old);
}

/* How often a key of this hash stood in its object, this time included; 0: the table is full. */
static uint64_t count_key(struct key_names *names, uint64_t object, uint64_t hash)
{
	struct seen_key *slot = find(names, object, hash);
	if (slot->object != 0)
		return ++slot->times;
	/* Full of open objects: looked through again only after as many keys as it holds, so the cost is even. */
	if (names->count * 2 >= names->slot_count && names->beyond % CEIL_REDACT_KEY_NAMES == 0) {
		make_room(names);
		slot = find(names, object, hash);
	}
	if (names->count * 2 >= names->slot_count)
		return 0;
	*slot = (struct seen_key){object, hash, 1};
	names->count++;
	return 1;
}

static uint64_t hash_more(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *p = data;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * FNV_PRIME;
	return hash;
}

void key_names_add(struct key_names *names, const void *data, size_t size)
{
	names->hash = hash_more(names->hash, data, size);
}

/* `#2` or the next that did not stand in the object. */
static void add_number(struct key_names *names, uint64_t object, uint64_t hash, uint64_t number, struct st_buf *out)
{
	size_t before = out->size;
	for (;; number++) {
		out->size = before;
		st_buf_format(out, "#%llu", (unsigned long long)number);
		if (count_key(names, object, hash_more(hash, out->data + before, out->size - before)) <= 1)
			return;
	}
}

void key_names_end(struct key_names *names, const struct shape_place *place, bool replaced, struct st_buf *out)
{
	uint64_t hash = names->hash;
	names->hash = FNV_OFFSET;
	if (place->object == 0)
		return;
	enter(names, place->object, place->depth);
	uint64_t times = count_key(names, place->object, hash);
	if (times == 1 || (times == 0 && !replaced))
		return;
	if (times == 0)
		times = CEIL_REDACT_KEY_NAMES + ++names->beyond;
	add_number(names, place->object, hash, times, out);
}
