/* Who stands behind an address: the list of persons, and for --explain the names and the joins of one. */
#include "cli/report.h"
#include "cli/scan.h"

#include "base/hash.h"
#include "base/print.h"

#include <stdio.h>
#include <stdlib.h>

/* Everything that the merge kept, names with their addresses included. */
static enum st_status each_row(struct report_case *rc,
	enum st_status (*each)(void *context, const struct resolve_entity *entity, struct st_error *err), void *context,
	struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	enum st_status status;
	ST_TRY(casefile_blocks_open(rc->casefile, CASEFILE_ENTITIES, NULL, &blocks, err));
	while ((status = casefile_blocks_next(blocks, &block, err)) == ST_OK && block.size > 0) {
		struct resolve_entity entity;
		bool damaged = false;
		while (status == ST_OK && resolve_row_next(&block, &entity, &damaged))
			status = entity.more ? ST_OK : each(context, &entity, err);
		if (damaged)
			status = st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read");
		if (status != ST_OK)
			break;
	}
	casefile_blocks_close(blocks);
	return status == ST_STOP ? ST_OK : status;
}

static void add_value(
	struct st_buf *out, const struct report_case *rc, const char *kind, struct st_span value, bool escaped)
{
	if (!rc->revealed)
		report_mask(out, kind, value);
	else if (escaped)
		st_escape_text(out, value.data, value.size);
	else
		st_buf_add(out, value.data, value.size);
}

/* --- the list --- */

enum { CELL_PERSON, CELL_STAFF, CELL_MENTIONS, CELL_RECORDS, CELL_NAME, CELLS };

struct listing {
	struct report_case *rc;
	struct report_output *output;
	struct st_buf cells[CELLS];
};

static enum st_status put_person(struct listing *listing, struct st_span address, struct st_span name,
	const struct resolve_entity *counted, struct st_error *err)
{
	struct scan_party party;
	struct st_span spans[CELLS];
	scan_party_of(address, (const char *const *)listing->rc->own_domains, &party);
	if (party.role)
		return ST_OK;
	for (size_t i = 0; i < CELLS; i++)
		listing->cells[i].size = 0;
	add_value(&listing->cells[CELL_PERSON], listing->rc, "email_address", address, false);
	st_buf_format(&listing->cells[CELL_STAFF], "%s", party.staff ? "yes" : "no");
	if (counted != NULL) {
		st_buf_format(&listing->cells[CELL_MENTIONS], "%llu", (unsigned long long)counted->mentions);
		st_buf_format(&listing->cells[CELL_RECORDS], "%llu", (unsigned long long)counted->records);
	} else {
		add_value(&listing->cells[CELL_NAME], listing->rc, "person_name", name, false);
	}
	for (size_t i = 0; i < CELLS; i++)
		spans[i] = (struct st_span){listing->cells[i].data, listing->cells[i].size};
	report_csv_row(&listing->output->buf, spans, CELLS);
	return report_output_flush(listing->output, false, err);
}

static enum st_status person_row(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct st_span name, address;
	if (entity->kind == DETECT_EMAIL_ADDRESS && resolve_counts(entity))
		return put_person(context, entity->canonical, (struct st_span){0}, entity, err);
	if (entity->kind == DETECT_NAME_PAIR && scan_pair(entity->canonical, &name, &address))
		return put_person(context, address, name, NULL, err);
	return ST_OK;
}

enum st_status report_list_persons(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	static const char heads[] = "person,staff,mentions,records,name\r\n";
	struct listing listing = {.rc = rc, .output = output};
	st_buf_add(&output->buf, heads, sizeof heads - 1);
	enum st_status status = each_row(rc, person_row, &listing, err);
	for (size_t i = 0; i < CELLS; i++)
		st_buf_free(&listing.cells[i]);
	return status;
}

/* --- one address, and those that `min` takes for the same person --- */

#define SLOTS ((size_t)CEIL_EXPLAIN_JOINED * 8) /* a power of two */

enum known { KNOWN_ADDRESS = 'a', KNOWN_KEY = 'k', KNOWN_GROUP = 'g', KNOWN_NAME = 'n' };

struct explaining {
	struct report_case *rc;
	struct report_output *output;
	struct st_span address;
	uint8_t (*slots)[ST_DIGEST_BYTES]; /* what belongs to the person so far; all zero: empty */
	size_t known, joined;
	bool grown; /* something was added in this pass */
};

static bool is_known(struct explaining *explaining, enum known what, struct st_span value, bool add)
{
	static const uint8_t empty[ST_DIGEST_BYTES];
	uint8_t digest[ST_DIGEST_BYTES], key[ST_DIGEST_KEY_BYTES];
	size_t slot;
	casefile_digest_key(explaining->rc->casefile, key);
	key[0] ^= (uint8_t)what;
	st_digest(key, value.data, value.size, digest);
	digest[0] |= 1;
	memcpy(&slot, digest + 1, sizeof slot);
	for (slot &= SLOTS - 1; memcmp(explaining->slots[slot], empty, sizeof empty) != 0;
		slot = (slot + 1) & (SLOTS - 1))
		if (memcmp(explaining->slots[slot], digest, sizeof digest) == 0)
			return true;
	if (add && explaining->known < SLOTS / 2) {
		memcpy(explaining->slots[slot], digest, sizeof digest);
		explaining->known++;
		explaining->grown = true;
	}
	return false;
}

static void add_line(struct explaining *explaining, const char *text, const char *kind, struct st_span value)
{
	struct st_buf *out = &explaining->output->buf;
	st_buf_format(out, "  %s ", text);
	add_value(out, explaining->rc, kind, value, true);
}

/* An address that belongs to the person: what it is known by leads to others. */
static void take_address(struct explaining *explaining, struct st_span address, const char *why, struct st_span name)
{
	struct scan_party party;
	if (explaining->joined >= CEIL_EXPLAIN_JOINED || is_known(explaining, KNOWN_ADDRESS, address, true))
		return;
	scan_party_of(address, (const char *const *)explaining->rc->own_domains, &party);
	is_known(explaining, KNOWN_KEY, party.person, true);
	if (why == NULL)
		return;
	explaining->joined++;
	add_line(explaining, "min: one person with", "email_address", address);
	st_buf_format(&explaining->output->buf, ": %s", why);
	if (name.size > 0) {
		st_buf_add_byte(&explaining->output->buf, ' ');
		add_value(&explaining->output->buf, explaining->rc, "person_name", name, true);
	}
	st_buf_add_byte(&explaining->output->buf, '\n');
}

static bool is_the_address(const struct explaining *explaining, struct st_span address)
{
	return address.size == explaining->address.size &&
	       memcmp(address.data, explaining->address.data, address.size) == 0;
}

static void take_pair(struct explaining *explaining, struct st_span name, struct st_span address)
{
	uint8_t bytes[CEIL_CANONICAL_BYTES];
	size_t size = scan_same_person_group(name, address, bytes);
	struct st_span group = {bytes, size};
	if (size == 0)
		return;
	if (is_known(explaining, KNOWN_ADDRESS, address, false)) {
		is_known(explaining, KNOWN_GROUP, group, true);
		if (!is_the_address(explaining, address) || is_known(explaining, KNOWN_NAME, name, true))
			return;
		add_line(explaining, "named", "person_name", name);
		st_buf_add_byte(&explaining->output->buf, '\n');
	} else if (is_known(explaining, KNOWN_GROUP, group, false)) {
		take_address(explaining, address, "the same name at the same domain,", name);
	}
}

static enum st_status explain_row(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct explaining *explaining = context;
	struct scan_party party;
	struct st_span name, address;
	if (entity->kind == DETECT_NAME_PAIR && scan_pair(entity->canonical, &name, &address)) {
		take_pair(explaining, name, address);
	} else if (entity->kind == DETECT_EMAIL_ADDRESS && resolve_counts(entity)) {
		scan_party_of(entity->canonical, (const char *const *)explaining->rc->own_domains, &party);
		if (!party.role && is_known(explaining, KNOWN_KEY, party.person, false))
			take_address(explaining, entity->canonical,
				"they differ in a +tag, or in dots that the provider ignores", (struct st_span){0});
	}
	return report_output_flush(explaining->output, false, err);
}

enum st_status report_explain_person(
	struct report_case *rc, struct st_span address, struct report_output *output, struct st_error *err)
{
	struct explaining explaining = {.rc = rc, .output = output, .address = address};
	struct scan_party party;
	enum st_status status = ST_OK;
	scan_party_of(address, (const char *const *)rc->own_domains, &party);
	if (party.role) {
		st_buf_format(&output->buf, "  a role or no-reply mailbox: no person\n");
		return ST_OK;
	}
	explaining.slots = st_alloc_zero(SLOTS, sizeof *explaining.slots);
	take_address(&explaining, address, NULL, (struct st_span){0});
	for (explaining.grown = true; explaining.grown && status == ST_OK;) {
		explaining.grown = false;
		status = each_row(rc, explain_row, &explaining, err);
	}
	if (explaining.joined >= CEIL_EXPLAIN_JOINED)
		st_buf_format(&output->buf, "  min: and further addresses\n");
	free(explaining.slots);
	return status;
}
