/* Rows in memory: added in any order, sorted by radix on the digest, written as rows of a block. */
#include "resolve/held_rows.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define RADIX_BITS 12
#define RADIX_SIZE (1 << RADIX_BITS)
#define RADIX_PASSES 2
#define FEW 32                                     /* ties sorted by insertion: mostly two or three different values */
#define RADIX_LOW (64 - RADIX_PASSES * RADIX_BITS) /* lowest bit of the digest that the passes look at */
#define AHEAD 12 /* rows fetched into the cache before they are needed: the arena is read in the digests' order */

/* A row in the arena: this, the packed place, the key. Copied in and out, never aligned. */
struct held_row {
	uint16_t key_size;
	uint8_t kind, place_size;
};

/* A row as read from the arena. */
struct held_view {
	uint8_t kind;
	struct st_span place, key;
};

void held_add(struct held_rows *rows, uint8_t kind, struct st_span key, const struct resolve_place *place)
{
	struct held_row row = {.key_size = (uint16_t)key.size, .kind = kind};
	struct resolve_place packed;
	if (rows->count == rows->capacity) {
		rows->capacity = rows->capacity ? rows->capacity * 2 : 1024;
		rows->entries = st_realloc(rows->entries, rows->capacity * sizeof *rows->entries);
	}
	rows->entries[rows->count++] = (struct held_entry){
		.digest = row_digest_start(rows->digest_key, kind, key), .offset = rows->arena.size};
	row_reserve(&rows->arena, sizeof row + ROW_PLACE_BYTES + key.size);
	uint8_t *at = rows->arena.data + rows->arena.size;
	row.place_size = (uint8_t)row_place_pack(at + sizeof row, &packed, true, place);
	memcpy(at, &row, sizeof row);
	at += sizeof row + row.place_size;
	if (key.size > 0)
		memcpy(at, key.data, key.size);
	rows->arena.size += sizeof row + row.place_size + key.size;
}

size_t held_bytes(const struct held_rows *rows)
{
	return rows->arena.size + 2 * rows->count * sizeof *rows->entries;
}

static struct held_view row_at(const struct held_rows *rows, const struct held_entry *entry)
{
	const uint8_t *at = rows->arena.data + entry->offset;
	struct held_row row;
	memcpy(&row, at, sizeof row);
	at += sizeof row;
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

static int compare_rows(const struct held_rows *rows, const struct held_view *a, const struct held_view *b)
{
	struct row_key key_a = {.kind = a->kind, .bytes = a->key}, key_b = {.kind = b->kind, .bytes = b->key};
	int order = row_key_compare(rows->digest_key, &key_a, &key_b);
	if (order != 0)
		return order;
	struct resolve_place place_a = place_of(a), place_b = place_of(b);
	order = row_place_compare(&place_a, &place_b);
	if (order == 0)
		order = (place_a.form > place_b.form) - (place_a.form < place_b.form);
	return order != 0 ? order
			  : (place_a.confidence > place_b.confidence) - (place_a.confidence < place_b.confidence);
}

static int compare_entries(const void *left, const void *right, void *context)
{
	const struct held_entry *a = left, *b = right;
	if (a->digest != b->digest)
		return a->digest > b->digest ? 1 : -1;
	struct held_view row_a = row_at(context, a), row_b = row_at(context, b);
	return compare_rows(context, &row_a, &row_b);
}

static void radix_pass(const struct held_entry *from, struct held_entry *to, size_t count, int shift)
{
	size_t at[RADIX_SIZE] = {0}, sum = 0;
	for (size_t i = 0; i < count; i++)
		at[from[i].digest >> shift & (RADIX_SIZE - 1)]++;
	for (size_t i = 0; i < RADIX_SIZE; i++) {
		size_t here = at[i];
		at[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[at[from[i].digest >> shift & (RADIX_SIZE - 1)]++] = from[i];
}

static void sort_few(struct held_rows *rows, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++) {
		struct held_entry entry = rows->entries[i];
		size_t at = i;
		for (; at > from && compare_entries(&rows->entries[at - 1], &entry, rows) > 0; at--)
			rows->entries[at] = rows->entries[at - 1];
		rows->entries[at] = entry;
	}
}

/* Rows that agree in the bits the passes saw: mostly one value met again, in the order of reading, thus sorted. */
static void sort_ties(struct held_rows *rows)
{
	for (size_t from = 0, to; from < rows->count; from = to) {
		struct held_entry *first = &rows->entries[from];
		bool sorted = true;
		for (to = from + 1;
			to < rows->count && rows->entries[to].digest >> RADIX_LOW == first->digest >> RADIX_LOW; to++)
			sorted = sorted && compare_entries(&rows->entries[to - 1], &rows->entries[to], rows) <= 0;
		if (!sorted && to - from <= FEW)
			sort_few(rows, from, to);
		else if (!sorted)
			qsort_r(first, to - from, sizeof *first, compare_entries, rows);
	}
}

void held_sort(struct held_rows *rows)
{
	rows->scratch = st_alloc(rows->count * sizeof *rows->scratch);
	for (int pass = 0; pass < RADIX_PASSES; pass++) {
		radix_pass(rows->entries, rows->scratch, rows->count, RADIX_LOW + pass * RADIX_BITS);
		struct held_entry *sorted = rows->scratch;
		rows->scratch = rows->entries;
		rows->entries = sorted;
	}
	/* What is now in entries may be the smaller piece of memory. */
	free(rows->scratch);
	rows->scratch = NULL;
	rows->capacity = rows->count;
	sort_ties(rows);
}

/* Entries from `from` on that hold the same key. */
static size_t group_end(const struct held_rows *rows, size_t from, const struct held_view *first)
{
	size_t to = from + 1;
	for (; to < rows->count && rows->entries[to].digest == rows->entries[from].digest; to++) {
		struct held_view row = row_at(rows, &rows->entries[to]);
		if (!row_same_key(first->kind, first->key, row.kind, row.key))
			break;
	}
	return to;
}

static enum st_status write_places(const struct held_rows *rows, size_t from, size_t to, struct row_writer *writer,
	uint64_t *written, struct st_error *err)
{
	struct resolve_place last = {0};
	for (size_t i = from; i < to; i++) {
		struct held_view row = row_at(rows, &rows->entries[i]);
		struct resolve_place place = place_of(&row);
		if (i > from && row_place_compare(&last, &place) == 0)
			continue;
		ST_TRY(row_add_place(writer, &place, err));
		(*written)++;
		last = place;
	}
	return ST_OK;
}

static void fetch(const struct held_rows *rows, size_t index)
{
	if (index >= rows->count)
		return;
	__builtin_prefetch(rows->arena.data + rows->entries[index].offset);
	__builtin_prefetch(rows->arena.data + rows->entries[index].offset + 64);
}

enum st_status held_write(
	const struct held_rows *rows, struct row_writer *writer, uint64_t *written, struct st_error *err)
{
	*written = 0;
	for (size_t from = 0, to; from < rows->count; from = to) {
		fetch(rows, from + AHEAD);
		struct held_view first = row_at(rows, &rows->entries[from]);
		struct row_key key = {.digest = rows->entries[from].digest, .kind = first.kind, .bytes = first.key};
		to = group_end(rows, from, &first);
		struct row totals = {.times = to - from};
		row_begin(writer, &key);
		if (writer->form == ROW_TIMES) {
			*written += totals.times;
		} else if (to - from == 1) {
			row_add_packed(writer, first.place);
			(*written)++;
		} else {
			ST_TRY(write_places(rows, from, to, writer, written, err));
		}
		ST_TRY(row_end(writer, &totals, err));
	}
	return ST_OK;
}

void held_clear(struct held_rows *rows)
{
	rows->count = 0;
	rows->arena.size = 0;
}

void held_free(struct held_rows *rows)
{
	free(rows->entries);
	free(rows->scratch);
	st_buf_free(&rows->arena);
	*rows = (struct held_rows){0};
}
