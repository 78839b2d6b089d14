/* Rows in memory: added in any order, sorted by the digest bucket by bucket, written as rows of a block. */
#include "resolve/held_rows.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define BUCKET_SHIFT 56 /* the bucket is the first byte of the digest, */
#define RADIX_BITS 12   /* and sorting deals its rows by up to so many bits after it */
#define FEW 4           /* ties sorted by insertion: mostly two or three different values */
#define AHEAD 8         /* rows fetched into the cache before they are needed */

#define ARENA_BYTES 1024 /* of a bucket, to begin with */

/* A row in the arena: its digest, this, the packed place, the key. Copied in and out, never aligned. */
struct held_row {
	uint16_t key_size;
	uint8_t kind, place_size;
};
#define HEAD_BYTES (sizeof(uint64_t) + sizeof(struct held_row))

/* A row as read from the arena. */
struct held_view {
	uint8_t kind;
	struct st_span place, key;
};

void held_add(struct held_rows *rows, uint8_t kind, struct st_span key, const struct resolve_place *place)
{
	struct held_row row = {.key_size = (uint16_t)key.size, .kind = kind};
	struct resolve_place packed;
	uint64_t digest = row_digest_start(rows->digest_key, kind, key);
	struct held_bucket *bucket = &rows->buckets[digest >> BUCKET_SHIFT];
	if (bucket->arena.capacity == 0)
		st_buf_reserve(&bucket->arena, ARENA_BYTES);
	row_reserve(&bucket->arena, HEAD_BYTES + ROW_PLACE_BYTES + key.size);
	uint8_t *at = bucket->arena.data + bucket->arena.size;
	row.place_size = (uint8_t)row_place_pack(at + HEAD_BYTES, &packed, true, place);
	memcpy(at, &digest, sizeof digest);
	memcpy(at + sizeof digest, &row, sizeof row);
	row_put_bytes(at + HEAD_BYTES + row.place_size, key.data, key.size);
	size_t size = HEAD_BYTES + row.place_size + key.size;
	bucket->arena.size += size;
	bucket->count++;
	rows->bytes += size;
	rows->count++;
}

size_t held_bytes(const struct held_rows *rows)
{
	return rows->bytes;
}

static struct held_view row_at(const struct held_bucket *bucket, const struct held_entry *entry)
{
	const uint8_t *at = bucket->arena.data + entry->offset;
	struct held_row row;
	memcpy(&row, at + sizeof(uint64_t), sizeof row);
	at += HEAD_BYTES;
	return (struct held_view){.kind = row.kind,
		.place = {.data = at, .size = row.place_size},
		.key = {.data = at + row.place_size, .size = row.key_size}};
}

static struct resolve_place place_of(const struct held_view *row)
{
	struct resolve_place place = {0};
	const uint8_t *at = row->place.data;
	(void)row_place_unpack(&at, at + row->place.size, &place); /* packed by held_add */
	return place;
}

static int compare_rows(const uint8_t *digest_key, const struct held_view *a, const struct held_view *b)
{
	struct row_key key_a = {.kind = a->kind, .bytes = a->key}, key_b = {.kind = b->kind, .bytes = b->key};
	int order = row_key_compare(digest_key, &key_a, &key_b);
	if (order != 0)
		return order;
	struct resolve_place place_a = place_of(a), place_b = place_of(b);
	order = row_place_compare(&place_a, &place_b);
	if (order == 0)
		order = (place_a.form > place_b.form) - (place_a.form < place_b.form);
	return order != 0 ? order
			  : (place_a.confidence > place_b.confidence) - (place_a.confidence < place_b.confidence);
}

struct sorting {
	const struct held_bucket *bucket;
	const uint8_t *digest_key;
	struct held_entry *scratch; /* room for all entries of the bucket */
};

static int compare_entries(const void *left, const void *right, void *context)
{
	const struct held_entry *a = left, *b = right;
	const struct sorting *sorting = context;
	if (a->digest != b->digest)
		return a->digest > b->digest ? 1 : -1;
	struct held_view row_a = row_at(sorting->bucket, a), row_b = row_at(sorting->bucket, b);
	return compare_rows(sorting->digest_key, &row_a, &row_b);
}

/* How many places the bits of the digest are moved down for dealing: a slot for each row or two. */
static unsigned radix_shift(size_t count)
{
	unsigned bits = 4;
	while (bits < RADIX_BITS && (size_t)1 << bits < count)
		bits++;
	return BUCKET_SHIFT - bits;
}

/* Stable: rows of one key stay in the order in which they came. */
static void deal(const struct held_entry *from, struct held_entry *to, size_t count, unsigned shift)
{
	uint32_t at[1 << RADIX_BITS], sum = 0;
	size_t slots = (size_t)1 << (BUCKET_SHIFT - shift);
	memset(at, 0, slots * sizeof at[0]);
	for (size_t i = 0; i < count; i++)
		at[from[i].digest >> shift & (slots - 1)]++;
	for (size_t i = 0; i < slots; i++) {
		uint32_t here = at[i];
		at[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[at[from[i].digest >> shift & (slots - 1)]++] = from[i];
}

static void sort_few(struct held_entry *entries, size_t count, struct sorting *sorting)
{
	for (size_t i = 1; i < count; i++) {
		struct held_entry entry = entries[i];
		size_t at = i;
		for (; at > 0 && compare_entries(&entries[at - 1], &entry, sorting) > 0; at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

/* --- ties: one value met again and again, by several workers at a time --- */

/* Does a stand behind b? Of equal numbers only the rows say so, if anybody asks. */
static inline bool is_behind(const struct held_entry *a, const struct held_entry *b, struct sorting *rows)
{
	if (a->digest != b->digest)
		return a->digest > b->digest;
	return rows != NULL && compare_entries(a, b, rows) > 0;
}

static size_t ascending_until(const struct held_entry *entries, size_t from, size_t count, struct sorting *rows)
{
	size_t to = from + 1;
	while (to < count && !is_behind(&entries[to - 1], &entries[to], rows))
		to++;
	return to;
}

/* Two neighbours, both in order, into `out`. */
static void merge_two(const struct held_entry *entries, size_t from, size_t middle, size_t to, struct held_entry *out,
	struct sorting *rows)
{
	size_t left = from, right = middle;
	for (size_t at = from; at < to; at++) {
		bool take_right = left == middle || (right < to && is_behind(&entries[left], &entries[right], rows));
		out[at] = take_right ? entries[right++] : entries[left++];
	}
}

/* Stable, by the number alone or (rows given) by the rows where it is equal. Merges what is in order already: each
 * worker tells its rows in order, so that there are few stretches. */
static void sort_stretches(struct held_entry *entries, size_t count, struct held_entry *scratch, struct sorting *rows)
{
	while (ascending_until(entries, 0, count, rows) < count) {
		for (size_t from = 0, middle, to; from < count; from = to) {
			middle = ascending_until(entries, from, count, rows);
			to = middle < count ? ascending_until(entries, middle, count, rows) : middle;
			merge_two(entries, from, middle, to, scratch, rows);
		}
		memcpy(entries, scratch, count * sizeof *entries);
	}
}

/* What orders places first, as one number: segment and record. Numbers of records beyond 32 bits tie. */
static uint64_t number_of(const struct resolve_place *place)
{
	return (uint64_t)place->segment << 32 | (place->record < UINT32_MAX ? place->record : UINT32_MAX);
}

/* Many rows of one digest. As a rule it is one key: for the time of sorting its places' numbers stand where all digests
 * are the same. */
static void sort_same_digest(struct held_entry *entries, size_t count, struct sorting *sorting)
{
	uint64_t digest = entries[0].digest;
	struct held_view first = row_at(sorting->bucket, &entries[0]);
	for (size_t i = 1; i < count; i++) {
		struct held_view row = row_at(sorting->bucket, &entries[i]);
		if (!row_same_key(first.kind, first.key, row.kind, row.key)) {
			qsort_r(entries, count, sizeof *entries, compare_entries, sorting);
			return;
		}
	}
	for (size_t i = 0; i < count; i++) {
		struct held_view row = row_at(sorting->bucket, &entries[i]);
		struct resolve_place place = place_of(&row);
		entries[i].digest = number_of(&place);
	}
	sort_stretches(entries, count, sorting->scratch, sorting);
	for (size_t i = 0; i < count; i++)
		entries[i].digest = digest;
}

/* Rows dealt to the same slot. */
static void sort_ties(struct held_entry *entries, size_t count, unsigned shift, struct sorting *sorting)
{
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && entries[to].digest >> shift == entries[from].digest >> shift;)
			to++;
		if (to - from <= FEW) {
			sort_few(entries + from, to - from, sorting);
			continue;
		}
		sort_stretches(entries + from, to - from, sorting->scratch, NULL);
		for (size_t at = from, end; at < to; at = end) {
			for (end = at + 1; end < to && entries[end].digest == entries[at].digest;)
				end++;
			sort_same_digest(entries + at, end - at, sorting);
		}
	}
}

static void make_entries(const struct held_bucket *bucket, struct held_entry *entries)
{
	const uint8_t *at = bucket->arena.data;
	for (size_t i = 0; i < bucket->count; i++) {
		struct held_row row;
		memcpy(&entries[i].digest, at, sizeof entries[i].digest);
		memcpy(&row, at + sizeof(uint64_t), sizeof row);
		entries[i].offset = (uint64_t)(at - bucket->arena.data);
		at += HEAD_BYTES + row.place_size + row.key_size;
	}
}

/* Room for the entries of a bucket, twice. */
static void make_room(struct held_rows *rows, size_t count)
{
	if (rows->entry_capacity >= count)
		return;
	rows->entry_capacity = count + count / 2;
	rows->entries = st_realloc(rows->entries, rows->entry_capacity * sizeof *rows->entries);
	rows->scratch = st_realloc(rows->scratch, rows->entry_capacity * sizeof *rows->scratch);
}

/* Returns its entries in order; valid until the next. */
static const struct held_entry *sort_bucket(struct held_rows *rows, const struct held_bucket *bucket)
{
	struct sorting sorting = {.bucket = bucket, .digest_key = rows->digest_key};
	make_room(rows, bucket->count);
	make_entries(bucket, rows->entries);
	if (bucket->count <= FEW) {
		sort_few(rows->entries, bucket->count, &sorting);
		return rows->entries;
	}
	unsigned shift = radix_shift(bucket->count);
	deal(rows->entries, rows->scratch, bucket->count, shift);
	sorting.scratch = rows->entries;
	sort_ties(rows->scratch, bucket->count, shift, &sorting);
	return rows->scratch;
}

/* A bucket whose entries are in order. */
struct sorted {
	const struct held_bucket *bucket;
	const struct held_entry *entries;
};

/* Entries from `from` on that hold the same key. */
static size_t group_end(const struct sorted *sorted, size_t from, const struct held_view *first)
{
	size_t to = from + 1;
	for (; to < sorted->bucket->count && sorted->entries[to].digest == sorted->entries[from].digest; to++) {
		struct held_view row = row_at(sorted->bucket, &sorted->entries[to]);
		if (!row_same_key(first->kind, first->key, row.kind, row.key))
			break;
	}
	return to;
}

static enum st_status write_places(const struct sorted *sorted, size_t from, size_t to, struct row_writer *writer,
	uint64_t *written, struct st_error *err)
{
	struct resolve_place last = {0};
	for (size_t i = from; i < to; i++) {
		struct held_view row = row_at(sorted->bucket, &sorted->entries[i]);
		struct resolve_place place = place_of(&row);
		if (i > from && row_place_compare(&last, &place) == 0)
			continue;
		ST_TRY(row_add_place(writer, &place, err));
		(*written)++;
		last = place;
	}
	return ST_OK;
}

static enum st_status write_bucket(
	const struct sorted *sorted, struct row_writer *writer, uint64_t *written, struct st_error *err)
{
	for (size_t from = 0, to; from < sorted->bucket->count; from = to) {
		if (from + AHEAD < sorted->bucket->count)
			__builtin_prefetch(sorted->bucket->arena.data + sorted->entries[from + AHEAD].offset);
		struct held_view first = row_at(sorted->bucket, &sorted->entries[from]);
		struct row_key key = {.digest = sorted->entries[from].digest, .kind = first.kind, .bytes = first.key};
		to = group_end(sorted, from, &first);
		if (to - from == 1 && writer->form != ROW_TIMES) {
			ST_TRY(row_put_one(writer, &key, first.place, err));
			(*written)++;
			continue;
		}
		struct row totals = {.times = to - from};
		row_begin(writer, &key);
		if (writer->form == ROW_TIMES)
			*written += totals.times;
		else
			ST_TRY(write_places(sorted, from, to, writer, written, err));
		ST_TRY(row_end(writer, &totals, err));
	}
	return ST_OK;
}

enum st_status held_write(struct held_rows *rows, struct row_writer *writer, uint64_t *written, struct st_error *err)
{
	*written = 0;
	for (size_t i = 0; i < HELD_BUCKETS; i++) {
		struct sorted sorted = {.bucket = &rows->buckets[i]};
		if (sorted.bucket->count == 0)
			continue;
		sorted.entries = sort_bucket(rows, sorted.bucket);
		ST_TRY(write_bucket(&sorted, writer, written, err));
	}
	return ST_OK;
}

void held_clear(struct held_rows *rows)
{
	for (size_t i = 0; i < HELD_BUCKETS; i++)
		rows->buckets[i].count = rows->buckets[i].arena.size = 0;
	rows->count = rows->bytes = 0;
}

void held_free(struct held_rows *rows)
{
	for (size_t i = 0; i < HELD_BUCKETS; i++)
		st_buf_free(&rows->buckets[i].arena);
	free(rows->entries);
	free(rows->scratch);
	*rows = (struct held_rows){0};
}
