/*
 * A set of keyed digests, by what they confirm. Marks of what is digested:
 *
 *   d domain of an address            t template of case numbers      c case number
 *   n canonical name                  w words of a name in the order of their bytes; beside it how to write it again
 */
#include "redact/known_parts.h"

#include "base/ceilings.h"

#include <sodium.h>
#include <stdlib.h>

#define FIRST_CAPACITY 256
#define SAVED_MAGIC 0x31776e6bu /* "knw1" */

struct slot {
	uint8_t digest[ST_DIGEST_BYTES]; /* all zero: empty */
	uint8_t order;
};

struct redact_known {
	uint8_t key[ST_DIGEST_KEY_BYTES];
	struct slot *slots;
	size_t count, capacity; /* a power of two, never more than half full */
	uint64_t *words;        /* KNOWN_WORD_BITS: words of names, by digest */
	bool full;
};

struct redact_known *redact_known_open(void)
{
	struct redact_known *known = st_alloc_zero(1, sizeof *known);
	randombytes_buf(known->key, sizeof known->key);
	known->words = st_alloc_zero(KNOWN_WORD_BITS / 64, sizeof *known->words);
	return known;
}

static bool is_empty(const struct slot *slot)
{
	static const uint8_t empty[ST_DIGEST_BYTES];
	return memcmp(slot->digest, empty, sizeof empty) == 0;
}

static struct slot *find(const struct redact_known *known, const uint8_t digest[ST_DIGEST_BYTES])
{
	uint64_t hash;
	memcpy(&hash, digest + 8, sizeof hash);
	size_t at = hash & (known->capacity - 1);
	while (!is_empty(&known->slots[at]) && memcmp(known->slots[at].digest, digest, ST_DIGEST_BYTES) != 0)
		at = (at + 1) & (known->capacity - 1);
	return &known->slots[at];
}

static void grow(struct redact_known *known)
{
	struct slot *old = known->slots;
	size_t capacity = known->capacity;
	known->capacity = capacity ? capacity * 2 : FIRST_CAPACITY;
	known->slots = st_alloc_zero(known->capacity, sizeof *known->slots);
	for (size_t i = 0; i < capacity; i++)
		if (!is_empty(&old[i]))
			*find(known, old[i].digest) = old[i];
	free(old);
}

/* False: no room. A value that is there keeps its order. */
static bool put(struct redact_known *known, const uint8_t digest[ST_DIGEST_BYTES], uint8_t order)
{
	if (known->count * 2 >= known->capacity)
		grow(known);
	struct slot *slot = find(known, digest);
	if (!is_empty(slot))
		return true;
	if (known->count == CEIL_REDACT_KNOWN) {
		known->full = true;
		return false;
	}
	memcpy(slot->digest, digest, ST_DIGEST_BYTES);
	slot->order = order;
	known->count++;
	return true;
}

/* --- what is digested --- */

static void digest_of(
	const struct redact_known *known, uint8_t mark, struct st_span value, uint8_t out[ST_DIGEST_BYTES])
{
	uint8_t bytes[1 + CEIL_CANONICAL_BYTES];
	size_t size = value.size < CEIL_CANONICAL_BYTES ? value.size : CEIL_CANONICAL_BYTES;
	bytes[0] = mark;
	if (size > 0)
		memcpy(bytes + 1, value.data, size);
	st_digest(known->key, bytes, 1 + size, out);
	out[0] |= 1; /* never all zero */
}

static bool add(struct redact_known *known, uint8_t mark, struct st_span value)
{
	uint8_t digest[ST_DIGEST_BYTES];
	digest_of(known, mark, value, digest);
	return value.size == 0 || put(known, digest, 0);
}

static bool has(const struct redact_known *known, uint8_t mark, struct st_span value)
{
	uint8_t digest[ST_DIGEST_BYTES];
	if (known->count == 0 || value.size == 0)
		return false;
	digest_of(known, mark, value, digest);
	return !is_empty(find(known, digest));
}

static struct st_span domain_of(struct st_span address)
{
	size_t at = address.size;
	while (at > 0 && address.data[at - 1] != '@')
		at--;
	return at > 0 ? (struct st_span){address.data + at, address.size - at} : (struct st_span){NULL, 0};
}

/* --- names, word by word --- */

/* Asked for every word of a text: a short hash with a part of the key. Who forges one makes the search slower, no more.
 */
static size_t word_bit(const struct redact_known *known, struct st_span word)
{
	uint64_t hash;
	memcpy(&hash, known->key, sizeof hash);
	for (size_t i = 0; i < word.size; i++)
		hash = (hash ^ word.data[i]) * 0x9e3779b97f4a7c15u;
	return (size_t)(hash >> 32) & (KNOWN_WORD_BITS - 1);
}

bool known_word(const struct redact_known *known, struct st_span word)
{
	size_t bit = word_bit(known, word);
	return known->words[bit / 64] >> (bit % 64) & 1;
}

static int compare(struct st_span a, struct st_span b)
{
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
	return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size;
}

/* Which word of the name stands where once they are sorted. */
static void sort_words(const struct st_span *words, size_t count, uint8_t sorted[KNOWN_WORDS])
{
	for (size_t i = 0; i < count; i++) {
		size_t at = i;
		for (; at > 0 && compare(words[i], words[sorted[at - 1]]) < 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = (uint8_t)i;
	}
}

static void words_digest(const struct redact_known *known, const struct st_span *words, size_t count,
	const uint8_t sorted[KNOWN_WORDS], uint8_t out[ST_DIGEST_BYTES])
{
	uint8_t joined[KNOWN_WORDS * (KNOWN_WORD_BYTES + 1)];
	size_t size = 0;
	for (size_t i = 0; i < count; i++) {
		struct st_span word = words[sorted[i]];
		memcpy(joined + size, word.data, word.size);
		size += word.size;
		joined[size++] = ' ';
	}
	digest_of(known, 'w', (struct st_span){joined, size}, out);
}

/* The name's words, cut at blanks and dashes; a bit of *dashes says that one stands behind the word. 0: not a name that
 * is looked for in texts: of one word, of more than four, with an initial. */
static size_t cut_words(struct st_span name, struct st_span words[KNOWN_WORDS], uint8_t *dashes)
{
	size_t count = 0, from = 0;
	*dashes = 0;
	for (size_t at = 0; at <= name.size; at++) {
		if (at < name.size && name.data[at] != ' ' && name.data[at] != '-')
			continue;
		struct st_span word = {name.data + from, at - from};
		if (count == KNOWN_WORDS || word.size < 2 || word.size > KNOWN_WORD_BYTES)
			return 0;
		if (at < name.size && name.data[at] == '-')
			*dashes |= (uint8_t)(1u << count);
		words[count++] = word;
		from = at + 1;
	}
	return count < 2 ? 0 : count;
}

/* Two bits a word: which of the sorted words it is; but the fourth, which is the one left; then the dashes. Packed: 24
 * orders and 8 ways to join are 192 numbers. */
static uint8_t pack_order(const uint8_t sorted[KNOWN_WORDS], size_t count, uint8_t dashes)
{
	unsigned number = 0;
	uint8_t place[KNOWN_WORDS];
	for (uint8_t i = 0; i < count; i++)
		place[sorted[i]] = i;
	for (size_t i = 0; i < count; i++) { /* Lehmer code */
		unsigned smaller = 0;
		for (size_t j = i + 1; j < count; j++)
			smaller += place[j] < place[i];
		number = number * (unsigned)(count - i) + smaller;
	}
	return (uint8_t)(number * 8 + (dashes & 7));
}

static void unpack_order(uint8_t packed, size_t count, uint8_t place[KNOWN_WORDS])
{
	unsigned number = packed / 8, digits[KNOWN_WORDS] = {0};
	bool taken[KNOWN_WORDS] = {false};
	for (size_t i = count; i > 0; i--) {
		digits[i - 1] = number % (unsigned)(count - i + 1);
		number /= (unsigned)(count - i + 1);
	}
	for (size_t i = 0; i < count; i++) {
		uint8_t at = 0;
		for (unsigned left = digits[i]; taken[at] || left > 0; at++)
			left -= !taken[at];
		place[i] = at;
		taken[at] = true;
	}
}

static bool add_words(struct redact_known *known, struct st_span name)
{
	struct st_span words[KNOWN_WORDS];
	uint8_t sorted[KNOWN_WORDS], digest[ST_DIGEST_BYTES], dashes;
	size_t count = cut_words(name, words, &dashes);
	if (count == 0)
		return true;
	sort_words(words, count, sorted);
	words_digest(known, words, count, sorted, digest);
	for (size_t i = 0; i < count; i++) {
		size_t bit = word_bit(known, words[i]);
		known->words[bit / 64] |= (uint64_t)1 << (bit % 64);
	}
	return put(known, digest, pack_order(sorted, count, dashes));
}

size_t known_name(
	const struct redact_known *known, const struct st_span *words, size_t count, uint8_t out[DETECT_NAME_BYTES])
{
	uint8_t sorted[KNOWN_WORDS], digest[ST_DIGEST_BYTES], place[KNOWN_WORDS];
	size_t size = 0;
	if (known->count == 0)
		return 0;
	sort_words(words, count, sorted);
	words_digest(known, words, count, sorted, digest);
	const struct slot *slot = find(known, digest);
	if (is_empty(slot))
		return 0;
	unpack_order(slot->order, count, place);
	for (size_t i = 0; i < count; i++) {
		struct st_span word = words[sorted[place[i]]];
		if (size + word.size + 1 > DETECT_NAME_BYTES)
			return 0;
		memcpy(out + size, word.data, word.size);
		size += word.size;
		if (i + 1 < count)
			out[size++] = slot->order >> i & 1 ? '-' : ' ';
	}
	return size;
}

/* --- what is asked --- */

bool redact_known_add(struct redact_known *known, enum detect_kind kind, struct st_span canonical)
{
	uint8_t text[DETECT_NAME_BYTES];
	bool year;
	switch (kind) {
	case DETECT_EMAIL_ADDRESS: {
		struct st_span name = {text, detect_name_of_address(canonical, text)};
		return add(known, 'd', domain_of(canonical)) && add(known, 'n', name);
	}
	case DETECT_PERSON_NAME:
		return add(known, 'n', canonical) && add_words(known, canonical);
	case DETECT_CASE_NUMBER: {
		struct st_span template = {text, detect_case_template(canonical, text, &year)};
		return add(known, 'c', canonical) && (year || add(known, 't', template));
	}
	default:
		return true;
	}
}

bool redact_known_learn(struct redact_known *known, const struct detect_mention *mention)
{
	bool room = redact_known_add(known, mention->kind, mention->canonical);
	return (mention->holder.size == 0 || redact_known_add(known, DETECT_PERSON_NAME, mention->holder)) && room;
}

bool redact_known_confirms(const struct redact_known *known, const struct detect_mention *mention)
{
	uint8_t text[DETECT_TEMPLATE_BYTES];
	bool year;
	switch (mention->kind) {
	case DETECT_EMAIL_ADDRESS:
		return has(known, 'd', domain_of(mention->canonical));
	case DETECT_PERSON_NAME:
		return has(known, 'n', mention->canonical);
	case DETECT_CASE_NUMBER:
		return has(known, 'c', mention->canonical) ||
		       has(known, 't', (struct st_span){text, detect_case_template(mention->canonical, text, &year)});
	default:
		return false;
	}
}

bool redact_known_full(const struct redact_known *known)
{
	return known->full;
}

uint64_t redact_known_count(const struct redact_known *known)
{
	return known != NULL ? known->count : 0;
}

void redact_known_save(const struct redact_known *known, struct st_buf *out)
{
	st_buf_add_u32(out, SAVED_MAGIC);
	st_buf_add_u32(out, (uint32_t)known->count);
	st_buf_add(out, known->key, sizeof known->key);
	for (size_t i = 0; i < known->capacity; i++)
		if (!is_empty(&known->slots[i]))
			st_buf_add(out, &known->slots[i], sizeof known->slots[i]);
	st_buf_add(out, known->words, KNOWN_WORD_BITS / 8);
}

struct redact_known *redact_known_load(struct st_span saved)
{
	struct st_cursor in = {saved.data, saved.data + saved.size, false};
	uint32_t magic = st_cursor_u32(&in), count = st_cursor_u32(&in);
	if (magic != SAVED_MAGIC || count > CEIL_REDACT_KNOWN ||
		saved.size != 8 + ST_DIGEST_KEY_BYTES + count * sizeof(struct slot) + KNOWN_WORD_BITS / 8)
		return NULL;
	struct redact_known *known = redact_known_open();
	memcpy(known->key, st_cursor_take(&in, sizeof known->key), sizeof known->key);
	for (uint32_t i = 0; i < count; i++) {
		struct slot slot;
		memcpy(&slot, st_cursor_take(&in, sizeof slot), sizeof slot);
		if (is_empty(&slot) || !put(known, slot.digest, slot.order)) {
			redact_known_close(known);
			return NULL;
		}
	}
	memcpy(known->words, st_cursor_take(&in, KNOWN_WORD_BITS / 8), KNOWN_WORD_BITS / 8);
	return known;
}

void redact_known_close(struct redact_known *known)
{
	if (known == NULL)
		return;
	explicit_bzero(known->key, sizeof known->key);
	free(known->slots);
	free(known->words);
	free(known);
}
