/* Keys, digests and packed places: how they compare, how they are written, how they are read back from any bytes. */
#include "resolve/row.h"

#include "base/ceilings.h"
#include "resolve/varint.h"

#include <endian.h>

enum place_flag {
	PLACE_SEGMENT = 1,   /* another segment: difference; record, part and start begin at 0 again */
	PLACE_RECORD = 2,    /* another record: difference */
	PLACE_NO_RECORD = 4, /* in no record, where the one before was in one */
	PLACE_PART = 8,      /* another part: its number; start begins at 0 again */
	PLACE_START = 16,    /* difference, zigzag */
	PLACE_LENGTH = 32,
	PLACE_FORM = 64,   /* form << 8 | confidence */
	PLACE_FRESH = 128, /* the place before counts as all zero */
};

void row_digest(
	const uint8_t digest_key[ST_DIGEST_KEY_BYTES], uint8_t kind, struct st_span key, uint8_t out[ST_DIGEST_BYTES])
{
	if (kind == RESOLVE_EARLY_KIND) { /* first of all, and the bytes decide */
		memset(out, 0, ST_DIGEST_BYTES);
		return;
	}
	uint8_t small[256];
	st_auto_free uint8_t *large = key.size < sizeof small ? NULL : st_alloc(key.size + 1);
	uint8_t *message = large != NULL ? large : small;
	message[0] = kind;
	if (key.size > 0)
		memcpy(message + 1, key.data, key.size);
	st_digest(digest_key, message, key.size + 1, out);
}

static uint64_t start_of(const uint8_t digest[ST_DIGEST_BYTES])
{
	uint64_t start;
	memcpy(&start, digest, sizeof start);
	return be64toh(start);
}

uint64_t row_digest_start(const uint8_t digest_key[ST_DIGEST_KEY_BYTES], uint8_t kind, struct st_span key)
{
	return kind == RESOLVE_EARLY_KIND ? 0 : st_digest_start(digest_key, kind, key.data, key.size);
}

void resolve_entity_digest(
	const struct resolve_work *work, uint8_t kind, struct st_span canonical, uint8_t out[ST_DIGEST_BYTES])
{
	row_digest(work->digest_key, kind, canonical, out);
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int row_key_compare(const uint8_t digest_key[ST_DIGEST_KEY_BYTES], const struct row_key *a, const struct row_key *b)
{
	if (a->digest != b->digest)
		return compare(a->digest, b->digest);
	if (row_same_key(a->kind, a->bytes, b->kind, b->bytes))
		return 0;
	uint8_t full_a[ST_DIGEST_BYTES], full_b[ST_DIGEST_BYTES];
	row_digest(digest_key, a->kind, a->bytes, full_a);
	row_digest(digest_key, b->kind, b->bytes, full_b);
	int order = memcmp(full_a, full_b, sizeof full_a);
	if (order == 0)
		order = compare(a->kind, b->kind);
	size_t common = a->bytes.size < b->bytes.size ? a->bytes.size : b->bytes.size;
	if (order == 0 && common > 0)
		order = memcmp(a->bytes.data, b->bytes.data, common);
	return order != 0 ? order : compare(a->bytes.size, b->bytes.size);
}

int row_place_compare(const struct resolve_place *a, const struct resolve_place *b)
{
	if (a->segment != b->segment)
		return compare(a->segment, b->segment);
	if (a->record != b->record)
		return compare(a->record, b->record);
	if (a->part != b->part)
		return compare(a->part, b->part);
	if (a->start != b->start)
		return compare(a->start, b->start);
	return compare(a->length, b->length);
}

/* Differences wrap, so that any order is written without loss; sorted places make them small. */
size_t row_place_pack(
	uint8_t out[ROW_PLACE_BYTES], struct resolve_place *previous, bool fresh, const struct resolve_place *place)
{
	struct resolve_place base = fresh ? (struct resolve_place){0} : *previous;
	unsigned flags = fresh ? PLACE_FRESH : 0;
	uint8_t *at = out + 1;
	if (place->segment != base.segment) {
		flags |= PLACE_SEGMENT;
		at = varint_put(at, (uint32_t)(place->segment - base.segment));
		base.record = base.start = base.part = 0;
	}
	if (place->record != base.record && place->record == RESOLVE_NO_RECORD) {
		flags |= PLACE_NO_RECORD;
	} else if (place->record != base.record) {
		flags |= PLACE_RECORD;
		at = varint_put(at, place->record - base.record);
	}
	if (place->part != base.part) {
		flags |= PLACE_PART;
		at = varint_put(at, place->part);
		base.start = 0;
	}
	uint64_t ahead = place->start - base.start;
	if (ahead != 0) {
		flags |= PLACE_START;
		at = varint_put(at, ahead << 1 ^ (0 - (ahead >> 63)));
	}
	if (place->length != base.length) {
		flags |= PLACE_LENGTH;
		at = varint_put(at, place->length);
	}
	if (place->form != base.form || place->confidence != base.confidence) {
		flags |= PLACE_FORM;
		at = varint_put(at, (uint64_t)place->form << 8 | place->confidence);
	}
	out[0] = (uint8_t)flags;
	*previous = *place;
	return (size_t)(at - out);
}

static inline bool unpack_where(const uint8_t **at, const uint8_t *end, struct resolve_place *place)
{
	const uint8_t *from = (*at)++;
	unsigned flags = *from;
	uint64_t value;
	if (flags & PLACE_FRESH)
		*place = (struct resolve_place){0};
	if (flags & PLACE_SEGMENT) {
		if (!varint_get(at, end, from, &value) || value > UINT32_MAX)
			return false;
		place->segment += (uint32_t)value;
		place->record = place->start = place->part = 0;
	}
	if (flags & PLACE_NO_RECORD) {
		place->record = RESOLVE_NO_RECORD;
	} else if (flags & PLACE_RECORD) {
		if (!varint_get(at, end, from, &value))
			return false;
		place->record += value;
	}
	if (flags & PLACE_PART) {
		if (!varint_get(at, end, from, &value) || value > UINT32_MAX)
			return false;
		place->part = (uint32_t)value;
		place->start = 0;
	}
	return true;
}

bool row_place_unpack(const uint8_t **at, const uint8_t *end, struct resolve_place *place)
{
	if (*at >= end)
		return false;
	const uint8_t *from = *at;
	unsigned flags = *from;
	uint64_t value;
	if (!unpack_where(at, end, place))
		return false;
	if (flags & PLACE_START) {
		if (!varint_get(at, end, from, &value))
			return false;
		place->start += value >> 1 ^ (0 - (value & 1));
	}
	if (flags & PLACE_LENGTH) {
		if (!varint_get(at, end, from, &value) || value > UINT32_MAX)
			return false;
		place->length = (uint32_t)value;
	}
	if (flags & PLACE_FORM) {
		if (!varint_get(at, end, from, &value) || value > UINT16_MAX)
			return false;
		place->form = (uint8_t)(value >> 8);
		place->confidence = (uint8_t)value;
	}
	return true;
}

bool row_places_start(struct st_span places)
{
	return places.size > 0 && (places.data[0] & PLACE_FRESH);
}

bool resolve_place_next(struct st_span *places, struct resolve_place *out)
{
	while (places->size > 0) {
		const uint8_t *at = places->data, *end = at + places->size;
		bool sound = row_place_unpack(&at, end, out);
		*places = sound ? (struct st_span){.data = at, .size = (size_t)(end - at)} : (struct st_span){0};
		if (sound && (out->form & RESOLVE_EVIDENCE) != RESOLVE_EVIDENCE)
			return true;
	}
	return false;
}

static bool take_span(const uint8_t **at, const uint8_t *end, uint64_t size, struct st_span *out)
{
	if (size > (uint64_t)(end - *at))
		return false;
	*out = (struct st_span){.data = *at, .size = (size_t)size};
	*at += size;
	return true;
}

static bool read_totals(const uint8_t **at, const uint8_t *end, struct row *out)
{
	const uint8_t *from = *at;
	if (!varint_get(at, end, from, &out->mentions) || !varint_get(at, end, from, &out->mentions_distinct_records) ||
		!varint_get(at, end, from, &out->records) || *at >= end)
		return false;
	out->best_confidence = *(*at)++;
	return true;
}

bool row_read(struct st_span *block, enum row_form form, struct row *out)
{
	if (block->size == 0)
		return false;
	const uint8_t *at = block->data, *end = at + block->size;
	uint64_t head, size;
	*out = (struct row){0};
	if (!varint_get(&at, end, block->data, &head) || head >> 1 > CEIL_KEY_BYTES || at >= end)
		return false;
	out->more = head & 1;
	out->kind = *at++;
	if (form == ROW_RUN || form == ROW_TIMES) {
		struct st_span digest;
		if (!take_span(&at, end, sizeof out->digest, &digest))
			return false;
		out->digest = start_of(digest.data);
	}
	if (!take_span(&at, end, head >> 1, &out->key))
		return false;
	if (form == ROW_TIMES) {
		if (!varint_get(&at, end, block->data, &out->times) || out->more)
			return false;
	} else {
		if (form == ROW_ENTITY && !out->more && !read_totals(&at, end, out))
			return false;
		if (!varint_get(&at, end, block->data, &size) || !take_span(&at, end, size, &out->places) ||
			!row_places_start(out->places))
			return false;
	}
	*block = (struct st_span){.data = at, .size = (size_t)(end - at)};
	return true;
}

/* Takes a row whose places are all sound off the front. */
static bool take_row(struct st_span *block, enum row_form form, struct row *row, bool *damaged)
{
	struct st_span rest = *block;
	*damaged = false;
	if (block->size == 0)
		return false;
	*damaged = !row_read(&rest, form, row);
	if (*damaged)
		return false;
	struct resolve_place place = {0};
	const uint8_t *at = row->places.data, *end = row->places.size > 0 ? at + row->places.size : at;
	while (!*damaged && at < end)
		*damaged = !row_place_unpack(&at, end, &place);
	if (!*damaged)
		*block = rest;
	return !*damaged;
}

bool resolve_row_next(struct st_span *block, struct resolve_entity *out, bool *damaged)
{
	struct row row;
	*out = (struct resolve_entity){0};
	if (!take_row(block, ROW_ENTITY, &row, damaged))
		return false;
	*out = (struct resolve_entity){.kind = row.kind,
		.best_confidence = row.best_confidence,
		.canonical = row.key,
		.mentions = row.mentions,
		.mentions_distinct_records = row.mentions_distinct_records,
		.records = row.records,
		.places = row.places,
		.more = row.more};
	return true;
}

bool resolve_record_next(struct st_span *block, struct resolve_record *out, bool *damaged)
{
	struct row row;
	*out = (struct resolve_record){0};
	if (!take_row(block, ROW_PLACES, &row, damaged))
		return false;
	*out = (struct resolve_record){.key = row.key, .places = row.places, .more = row.more};
	return true;
}

bool resolve_counts(const struct resolve_entity *entity)
{
	return entity->mentions > 0 && entity->best_confidence >= RESOLVE_COUNTS_FROM &&
	       entity->kind < RESOLVE_OWN_KINDS;
}

bool resolve_entity_next(struct st_span *block, struct resolve_entity *out, bool *damaged)
{
	while (resolve_row_next(block, out, damaged))
		if (out->more ? out->kind < RESOLVE_OWN_KINDS : resolve_counts(out))
			return true;
	return false;
}

bool resolve_entity_next_of(struct st_span *block, uint8_t kind, struct resolve_entity *out, bool *damaged)
{
	struct row row;
	*damaged = false;
	while (block->size > 0 && !*damaged) {
		struct st_span rest = *block;
		*damaged = !row_read(&rest, ROW_ENTITY, &row);
		if (*damaged || row.kind != kind) {
			*block = rest;
			continue;
		}
		if (!resolve_row_next(block, out, damaged))
			return false;
		if (out->more || resolve_counts(out))
			return true;
	}
	return false;
}
