/*
 * What is each party's, gathered: rows come sorted by the digest under which the index will hold the party, so that the
 * parties come out in the order of the index and memory holds one of them.
 *
 *   row = digest[16], order (u64 big endian), u8 further, u8 flags, party, values counted {kind, u64 digest} ...,
 * record
 */
#include "cli/seal.h"

#include "base/ceilings.h"
#include "detect/detect.h"

#include <sodium.h>
#include <stdlib.h>

enum { ROW_ORGANIZATION = 1, ROW_EMPLOYER = 2, ROW_LISTED = 4, ROW_FURTHER = 8 };
enum { VALUE_PERSON = 0x80 }; /* beside the kind: the address of a person at the domain */

#define HEAD_ROOM_BYTES (64 * KIB) /* of a payload, for all but its rows */

static enum portal_audience audience_of(bool organization)
{
	return organization ? PORTAL_ORGANIZATION_RECORDS : PORTAL_PERSON;
}

static void put_counted(struct st_buf *out, const struct seal_row *row, const uint8_t key[16])
{
	st_buf_add_varint(out, row->count);
	for (size_t i = row->first; i < row->first + row->count; i++) {
		const struct split_value *value = &row->values[row->part->values[i]];
		uint8_t digest[ST_DIGEST_BYTES];
		struct st_span local = {value->text.data, value->text.size - split_host(value->text).size};
		local.size -= local.size > 0 && row->part->own[i];
		bool person = row->organization && row->part->own[i] && !detect_is_role_mailbox(local);
		st_digest(key, value->text.data, value->text.size, digest);
		st_buf_add_byte(out, (uint8_t)(value->kind | (person ? VALUE_PERSON : 0)));
		st_buf_add(out, digest, 8);
	}
}

enum st_status seal_row_add(struct pile *parties, const struct portal_case *id, const uint8_t seal_key[32],
	const struct seal_row *row, struct st_error *err)
{
	st_auto_secret struct st_buf out = {0};
	uint8_t secret[PORTAL_SECRET_BYTES], digest[PORTAL_DIGEST_BYTES];
	portal_party_secret(seal_key, id, audience_of(row->organization), row->party, secret);
	portal_link_digest(secret, 0, digest);
	st_buf_reserve(&out, PILE_ROW_BYTES);
	st_buf_add(&out, digest, sizeof digest);
	for (int i = 7; i >= 0; i--)
		st_buf_add_byte(&out, (uint8_t)(row->order >> (8 * i)));
	st_buf_add_byte(&out, row->further);
	st_buf_add_byte(
		&out, (uint8_t)((row->organization ? ROW_ORGANIZATION : 0) | (row->employer ? ROW_EMPLOYER : 0) |
				(row->row ? ROW_LISTED : 0) | (row->further ? ROW_FURTHER : 0)));
	st_buf_add_span(&out, row->party.data, row->party.size);
	put_counted(&out, row, secret); /* the digests are of this run: any key that others do not know will do */
	if (!row->further)
		payload_encode_record(row->record, &out);
	sodium_memzero(secret, sizeof secret);
	return pile_add(parties, (struct st_span){out.data, out.size}, err);
}

/* --- one party --- */

/* Which values were counted: digests by open addressing, 0 free. */
struct counted {
	uint64_t *digests;
	size_t count, capacity;
};

struct gathered {
	const struct portal_case *id;
	const uint8_t *seal_key;
	struct portal_writer *writer;
	uint8_t digest[PORTAL_DIGEST_BYTES];
	bool any;
	uint8_t flags;
	struct st_buf party, rows, out;
	struct payload payload;
	struct payload_kind kinds[DETECT_KINDS];
	uint64_t kind_orders[DETECT_KINDS]; /* 1 + the order of the record counted last */
	struct counted counted;
	uint64_t persons, organizations;
};

static bool count_first(struct counted *counted, uint64_t digest)
{
	digest += digest == 0;
	if (counted->count * 2 >= counted->capacity) {
		struct counted larger = {.capacity = counted->capacity ? counted->capacity * 2 : 64};
		larger.digests = st_alloc_zero(larger.capacity, sizeof *larger.digests);
		for (size_t i = 0; i < counted->capacity; i++)
			if (counted->digests[i] != 0)
				count_first(&larger, counted->digests[i]);
		free(counted->digests);
		*counted = larger;
	}
	size_t at = (size_t)digest & (counted->capacity - 1);
	while (counted->digests[at] != 0 && counted->digests[at] != digest)
		at = (at + 1) & (counted->capacity - 1);
	if (counted->digests[at] == digest)
		return false;
	counted->digests[at] = digest;
	counted->count++;
	return true;
}

static void begin_party(struct gathered *g, const uint8_t *digest, uint8_t flags, struct st_span party)
{
	memcpy(g->digest, digest, sizeof g->digest);
	g->any = true;
	g->flags = flags;
	g->party.size = g->rows.size = 0;
	st_buf_add(&g->party, party.data, party.size);
	g->payload = (struct payload){.employer_confirmed = flags & ROW_EMPLOYER};
	memset(g->kinds, 0, sizeof g->kinds);
	memset(g->kind_orders, 0, sizeof g->kind_orders);
	free(g->counted.digests);
	g->counted = (struct counted){0};
}

static void note_value(struct gathered *g, uint8_t kind_and_person, uint64_t digest, uint64_t order)
{
	uint8_t kind = kind_and_person & (uint8_t)~VALUE_PERSON;
	if (kind >= DETECT_KINDS)
		return;
	bool first = count_first(&g->counted, digest ^ (uint64_t)kind << 56);
	g->kinds[kind].distinct += first;
	g->payload.persons += first && (kind_and_person & VALUE_PERSON);
	g->kinds[kind].records += g->kind_orders[kind] != order + 1;
	g->kind_orders[kind] = order + 1;
}

static void note_date(struct gathered *g, uint8_t kind, int64_t date)
{
	struct payload_kind *row = &g->kinds[kind];
	if (date == 0 || kind >= DETECT_KINDS)
		return;
	row->first = row->first == 0 || date < row->first ? date : row->first;
	row->last = date > row->last ? date : row->last;
}

/* A record of the party: counted, and listed while there is room. */
static bool note_record(struct gathered *g, struct st_cursor *in, uint8_t flags)
{
	struct st_span encoded = {in->at, (size_t)(in->end - in->at)};
	struct payload_record record;
	bool sound = payload_take_record(in, &record) && in->at == in->end;
	if (sound) {
		g->payload.records++;
		g->payload.alone += (record.flags & PAYLOAD_ALONE) != 0;
		for (size_t i = 0; i < record.value_count; i++)
			note_date(g, record.values[i].kind, record.date);
		bool room = g->payload.row_count < CEIL_PAYLOAD_ROWS &&
			    g->rows.size + encoded.size + HEAD_ROOM_BYTES < CEIL_PAYLOAD_BYTES;
		if (room && (flags & ROW_LISTED)) {
			st_buf_add(&g->rows, encoded.data, encoded.size);
			g->payload.row_count++;
		}
	}
	free(record.values);
	return sound;
}

static enum st_status put_payload(struct gathered *g, enum portal_audience audience, bool rows, struct st_error *err)
{
	struct payload payload = g->payload;
	struct payload_kind kinds[DETECT_KINDS];
	uint8_t secret[PORTAL_SECRET_BYTES];
	payload.audience = audience;
	payload.kinds = kinds;
	for (uint8_t kind = 0; kind < DETECT_KINDS; kind++) {
		if (g->kinds[kind].records == 0)
			continue;
		kinds[payload.kind_count] = g->kinds[kind];
		kinds[payload.kind_count++].kind = kind;
	}
	if (!rows)
		payload.row_count = 0;
	g->out.size = 0;
	st_buf_reserve(&g->out, HEAD_ROOM_BYTES + (rows ? g->rows.size : 0));
	payload_encode_head(&payload, &g->out);
	if (rows)
		st_buf_add(&g->out, g->rows.data, g->rows.size);
	portal_party_secret(g->seal_key, g->id, audience, (struct st_span){g->party.data, g->party.size}, secret);
	enum st_status status = portal_writer_add(g->writer, secret, (struct st_span){g->out.data, g->out.size}, err);
	sodium_memzero(secret, sizeof secret);
	return status;
}

static enum st_status end_party(struct gathered *g, struct st_error *err)
{
	if (!g->any)
		return ST_OK;
	if (!(g->flags & ROW_ORGANIZATION)) {
		g->persons++;
		return put_payload(g, PORTAL_PERSON, true, err);
	}
	g->organizations++;
	ST_TRY(put_payload(g, PORTAL_ORGANIZATION_COUNTS, false, err));
	return put_payload(g, PORTAL_ORGANIZATION_RECORDS, true, err);
}

static enum st_status take_row(struct gathered *g, struct st_span row, struct st_error *err)
{
	struct st_cursor in = {row.data, row.data + row.size, false};
	uint64_t order = 0;
	const uint8_t *digest = st_cursor_take(&in, PORTAL_DIGEST_BYTES);
	for (int i = 0; i < 8; i++)
		order = order << 8 | st_cursor_byte(&in);
	(void)st_cursor_byte(&in);
	uint8_t flags = st_cursor_byte(&in);
	struct st_span party = st_cursor_span(&in);
	if (in.bad)
		return st_fail(err, ST_FATAL, "the work folder is damaged: a row is cut");
	if (!g->any || memcmp(g->digest, digest, sizeof g->digest) != 0) {
		ST_TRY(end_party(g, err));
		begin_party(g, digest, flags, party);
	}
	if (g->party.size != party.size || memcmp(g->party.data, party.data, party.size) != 0)
		return st_fail(err, ST_FATAL, "two parties have one digest: seal again");
	uint64_t count = st_cursor_varint(&in);
	for (uint64_t i = 0; i < count && !in.bad; i++) {
		uint8_t kind = st_cursor_byte(&in);
		note_value(g, kind, st_cursor_u64(&in), order);
	}
	if (in.bad || (!(flags & ROW_FURTHER) && !note_record(g, &in, flags)))
		return st_fail(err, ST_FATAL, "the work folder is damaged: a row is cut");
	return ST_OK;
}

static enum st_status gather(struct gathered *g, struct pile *parties, struct st_error *err)
{
	struct st_span row;
	ST_TRY(pile_sort(parties, err));
	for (;;) {
		ST_TRY(pile_next(parties, &row, err));
		if (row.size == 0)
			return end_party(g, err);
		ST_TRY(take_row(g, row, err));
	}
}

enum st_status seal_parties(struct pile *parties, const struct portal_case *id, const uint8_t seal_key[32],
	struct portal_writer *writer, uint64_t *persons, uint64_t *organizations, struct st_error *err)
{
	struct gathered *g = st_alloc_zero(1, sizeof *g);
	g->id = id;
	g->seal_key = seal_key;
	g->writer = writer;
	enum st_status status = gather(g, parties, err);
	*persons = g->persons;
	*organizations = g->organizations;
	st_buf_wipe(&g->party);
	st_buf_wipe(&g->rows);
	st_buf_wipe(&g->out);
	free(g->counted.digests);
	free(g);
	return status;
}
