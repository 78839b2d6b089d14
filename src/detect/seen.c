#include "detect/seen.h"

#include <stdlib.h>

#include "base/ceilings.h"

#define SEEN_FIRST_CAPACITY 64

/* A fixed key: a forged collision would only confirm a mention that its author could have confirmed by writing it out.
 */
static void domain_digest(struct st_span domain, uint8_t out[ST_DIGEST_BYTES])
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = "staunch domains";
	st_digest(key, domain.data, domain.size, out);
	out[0] |= 1; /* never all zero */
}

/* The slot of this digest, or the empty one where it belongs; capacity is a power of two and never full. */
static size_t find_slot(const struct seen_domains *seen, const uint8_t digest[ST_DIGEST_BYTES])
{
	static const uint8_t empty[ST_DIGEST_BYTES];
	uint64_t hash;
	memcpy(&hash, digest + 8, sizeof hash);
	size_t slot = hash & (seen->capacity - 1);
	while (memcmp(seen->slots[slot], empty, sizeof empty) != 0 &&
		memcmp(seen->slots[slot], digest, ST_DIGEST_BYTES) != 0)
		slot = (slot + 1) & (seen->capacity - 1);
	return slot;
}

static void grow(struct seen_domains *seen)
{
	static const uint8_t empty[ST_DIGEST_BYTES];
	struct seen_domains bigger = {.count = seen->count};
	bigger.capacity = seen->capacity ? seen->capacity * 2 : SEEN_FIRST_CAPACITY;
	bigger.slots = st_alloc_zero(bigger.capacity, sizeof *bigger.slots);
	for (size_t i = 0; i < seen->capacity; i++)
		if (memcmp(seen->slots[i], empty, sizeof empty) != 0)
			memcpy(bigger.slots[find_slot(&bigger, seen->slots[i])], seen->slots[i], ST_DIGEST_BYTES);
	free(seen->slots);
	*seen = bigger;
}

void seen_add(struct seen_domains *seen, struct st_span domain)
{
	uint8_t digest[ST_DIGEST_BYTES];
	if (seen->count >= CEIL_SEEN_DOMAINS)
		return;
	if (seen->count * 2 >= seen->capacity)
		grow(seen);
	domain_digest(domain, digest);
	size_t slot = find_slot(seen, digest);
	if (memcmp(seen->slots[slot], digest, sizeof digest) == 0)
		return;
	memcpy(seen->slots[slot], digest, sizeof digest);
	seen->count++;
}

bool seen_has(const struct seen_domains *seen, struct st_span domain)
{
	uint8_t digest[ST_DIGEST_BYTES];
	if (seen->count == 0)
		return false;
	domain_digest(domain, digest);
	return memcmp(seen->slots[find_slot(seen, digest)], digest, sizeof digest) == 0;
}

void seen_clear(struct seen_domains *seen)
{
	if (seen->count > 0)
		memset(seen->slots, 0, seen->capacity * sizeof *seen->slots);
	seen->count = 0;
}

void seen_free(struct seen_domains *seen)
{
	free(seen->slots);
	*seen = (struct seen_domains){0};
}

static size_t held_bytes(const struct held_mention *held)
{
	return sizeof *held + held->mention.text.size + held->mention.canonical.size;
}

void held_push(struct held_mentions *held, const struct detect_mention *mention)
{
	if (held->count == held->capacity) {
		size_t capacity = held->capacity ? held->capacity * 2 : 64;
		struct held_mention *ring = st_alloc_zero(capacity, sizeof *ring);
		for (size_t i = 0; i < held->count; i++)
			ring[i] = held->ring[(held->first + i) % held->capacity];
		free(held->ring);
		held->ring = ring;
		held->capacity = capacity;
		held->first = 0;
	}
	struct held_mention *last = &held->ring[(held->first + held->count++) % held->capacity];
	last->mention = *mention;
	last->bytes = st_alloc(mention->text.size + mention->canonical.size + 1);
	memcpy(last->bytes, mention->text.data, mention->text.size);
	memcpy(last->bytes + mention->text.size, mention->canonical.data, mention->canonical.size);
	last->mention.text.data = last->bytes;
	last->mention.canonical.data = last->bytes + mention->text.size;
	held->bytes += held_bytes(last);
}

bool held_full(const struct held_mentions *held)
{
	return held->count > CEIL_TENTATIVE_MENTIONS || held->bytes > CEIL_TENTATIVE_BYTES;
}

/* What is remembered of case numbers: 'l' value, behind a label; 'v' value, one of its template; the number of them and
 * the template. */
struct case_key {
	uint8_t bytes[1 + CEIL_CANONICAL_BYTES];
	size_t size;
};

static struct st_span case_key(struct case_key *key, uint8_t mark, struct st_span value)
{
	key->bytes[0] = mark;
	memcpy(key->bytes + 1, value.data, value.size);
	key->size = 1 + value.size;
	return (struct st_span){key->bytes, key->size};
}

void seen_case(struct seen *seen, const struct detect_mention *mention)
{
	uint8_t text[DETECT_TEMPLATE_BYTES];
	struct case_key key;
	bool year;
	if (!mention->tentative)
		seen_add(&seen->cases, case_key(&key, 'l', mention->canonical));
	struct st_span template = {text, detect_case_template(mention->canonical, text, &year)};
	if (template.size == 0 || year || seen_has(&seen->cases, case_key(&key, DETECT_CASES_OF_TEMPLATE, template)) ||
		seen_has(&seen->cases, case_key(&key, 'v', mention->canonical)))
		return;
	seen_add(&seen->cases, case_key(&key, 'v', mention->canonical));
	uint8_t count = 1;
	while (seen_has(&seen->cases, case_key(&key, count, template)))
		count++;
	seen_add(&seen->cases, case_key(&key, count, template));
}

static bool case_confirmed(const struct seen *seen, struct st_span value)
{
	uint8_t text[DETECT_TEMPLATE_BYTES];
	struct case_key key;
	bool year;
	struct st_span template = {text, detect_case_template(value, text, &year)};
	return seen_has(&seen->cases, case_key(&key, DETECT_CASES_OF_TEMPLATE, template)) ||
	       seen_has(&seen->cases, case_key(&key, 'l', value));
}

bool seen_confirms(const struct seen *seen, const struct detect_mention *mention)
{
	if (mention->kind == DETECT_CASE_NUMBER)
		return case_confirmed(seen, mention->canonical);
	if (mention->kind == DETECT_PERSON_NAME)
		return seen_has(&seen->names, mention->canonical);
	return seen_has(&seen->domains, mention_domain(mention->canonical));
}

void held_pop(struct held_mentions *held, const struct seen *seen, detect_emit *emit, void *context)
{
	struct held_mention first = held->ring[held->first];
	held->first = (held->first + 1) % held->capacity;
	held->count--;
	held->bytes -= held_bytes(&first);
	if (!first.mention.tentative || seen_confirms(seen, &first.mention)) {
		first.mention.tentative = false;
		emit(context, &first.mention);
	}
	free(first.bytes);
}

void held_mentions_free(struct held_mentions *held)
{
	for (size_t i = 0; i < held->count; i++)
		free(held->ring[(held->first + i) % held->capacity].bytes);
	free(held->ring);
	*held = (struct held_mentions){0};
}

struct st_span mention_domain(struct st_span canonical)
{
	size_t at = canonical.size;
	while (at > 0 && canonical.data[at - 1] != '@')
		at--;
	return (struct st_span){canonical.data + at, canonical.size - at};
}
