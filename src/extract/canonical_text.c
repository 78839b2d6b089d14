/* The normalised text of a document, hashed as it streams by. */
#include <stdlib.h>

#include "extract/canonical.h"

#define HELD_BLANKS_BYTES 65536
#define BATCH_BYTES 4096 /* lines are short, and each call of the hash has its price */

struct canonical_text {
	struct st_sha256 *hash;
	uint64_t line_ends; /* seen, not hashed: what follows decides whether they count */
	bool after_cr;
	bool any;
	struct st_buf blanks; /* the same */
	size_t batched;
	uint8_t batch[BATCH_BYTES];
};

struct canonical_text *canonical_text_new(void)
{
	struct canonical_text *t = st_alloc_zero(1, sizeof(*t));
	t->hash = st_sha256_new();
	return t;
}

void canonical_text_free(struct canonical_text *t)
{
	if (t == NULL)
		return;
	st_sha256_free(t->hash);
	st_buf_free(&t->blanks);
	free(t);
}

static void hash(struct canonical_text *t, const uint8_t *data, size_t size)
{
	if (t->batched + size > BATCH_BYTES) {
		st_sha256_add(t->hash, t->batch, t->batched);
		t->batched = 0;
	}
	if (size > BATCH_BYTES / 2) {
		st_sha256_add(t->hash, t->batch, t->batched);
		t->batched = 0;
		st_sha256_add(t->hash, data, size);
		return;
	}
	memcpy(t->batch + t->batched, data, size);
	t->batched += size;
}

/* Text follows: what was held counts. */
static void hash_held(struct canonical_text *t)
{
	t->any = true;
	for (; t->line_ends > 0; t->line_ends--)
		hash(t, (const uint8_t *)"\n", 1);
	if (t->blanks.size > 0)
		hash(t, t->blanks.data, t->blanks.size);
	t->blanks.size = 0;
}

static const uint8_t *take_line_end(struct canonical_text *t, const uint8_t *p)
{
	if (*p == '\r' || !t->after_cr)
		t->line_ends++;
	t->after_cr = *p == '\r';
	t->blanks.size = 0;
	return p + 1;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static const uint8_t *take_blanks(struct canonical_text *t, const uint8_t *p, const uint8_t *end)
{
	size_t room = HELD_BLANKS_BYTES - t->blanks.size;
	const uint8_t *limit = (size_t)(end - p) < room ? end : p + room, *q = p;
	while (q < limit && is_blank(*q))
		q++;
	st_buf_add(&t->blanks, p, (size_t)(q - p));
	if (q == limit && q < end && is_blank(*q))
		hash_held(t);
	return q;
}

static const uint8_t *take_words(struct canonical_text *t, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));
	if (stop == NULL)
		stop = end;
	const uint8_t *cr = memchr(p, '\r', (size_t)(stop - p));
	if (cr != NULL)
		stop = cr;
	while (is_blank(stop[-1]))
		stop--;
	hash_held(t);
	hash(t, p, (size_t)(stop - p));
	return stop;
}

void canonical_text_add(struct canonical_text *t, const void *data, size_t size)
{
	const uint8_t *p = data, *end = t != NULL ? p + size : p;
	while (p < end) {
		if (*p == '\n' || *p == '\r') {
			p = take_line_end(t, p);
			continue;
		}
		t->after_cr = false;
		p = is_blank(*p) ? take_blanks(t, p, end) : take_words(t, p, end);
	}
}

bool canonical_text_end(struct canonical_text *t, uint8_t sha256[ST_SHA256_BYTES])
{
	if (t == NULL)
		return false;
	bool any = t->any;
	st_sha256_add(t->hash, t->batch, t->batched);
	st_sha256_end(t->hash, sha256);
	st_sha256_begin(t->hash);
	t->batched = 0;
	t->line_ends = 0;
	t->blanks.size = 0;
	t->any = t->after_cr = false;
	return any;
}
