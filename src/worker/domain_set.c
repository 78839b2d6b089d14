/* An open-addressed set of keyed digests. */
#include "worker/domain_set.h"

#include "base/ceilings.h"

#include <stdlib.h>

static const uint8_t free_slot[ST_DIGEST_BYTES];

static size_t home(const uint8_t digest[ST_DIGEST_BYTES], size_t capacity)
{
	uint64_t word;
	memcpy(&word, digest, sizeof word);
	return (size_t)word & (capacity - 1);
}

/* The slot that holds the digest, or the free one where it would go. */
static size_t find(const struct domain_set *set, const uint8_t digest[ST_DIGEST_BYTES])
{
	size_t at = home(digest, set->capacity);
	while (memcmp(set->slots[at], free_slot, ST_DIGEST_BYTES) != 0 &&
		memcmp(set->slots[at], digest, ST_DIGEST_BYTES) != 0)
		at = (at + 1) & (set->capacity - 1);
	return at;
}

static void grow(struct domain_set *set)
{
	struct domain_set old = *set;
	set->capacity = old.capacity ? old.capacity * 2 : 64;
	set->slots = st_alloc_zero(set->capacity, sizeof *set->slots);
	for (size_t i = 0; i < old.capacity; i++)
		if (memcmp(old.slots[i], free_slot, ST_DIGEST_BYTES) != 0)
			memcpy(set->slots[find(set, old.slots[i])], old.slots[i], ST_DIGEST_BYTES);
	free(old.slots);
}

void domain_set_add(struct domain_set *set, struct st_span domain)
{
	if (set->count >= CEIL_SEEN_DOMAINS)
		return;
	if ((set->count + 1) * 2 > set->capacity)
		grow(set);
	uint8_t digest[ST_DIGEST_BYTES];
	st_digest(set->key, domain.data, domain.size, digest);
	size_t at = find(set, digest);
	if (memcmp(set->slots[at], free_slot, ST_DIGEST_BYTES) == 0)
		set->count++;
	memcpy(set->slots[at], digest, ST_DIGEST_BYTES);
}

bool domain_set_has(const struct domain_set *set, struct st_span domain)
{
	if (set->count == 0)
		return false;
	uint8_t digest[ST_DIGEST_BYTES];
	st_digest(set->key, domain.data, domain.size, digest);
	return memcmp(set->slots[find(set, digest)], free_slot, ST_DIGEST_BYTES) != 0;
}

void domain_set_clear(struct domain_set *set)
{
	if (set->count == 0)
		return;
	free(set->slots);
	set->slots = NULL;
	set->count = set->capacity = 0;
}
