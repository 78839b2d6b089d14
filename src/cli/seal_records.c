/*
 * Each distinct record, cut among its parties. Values of the case stand by value, and are needed by record: they are
 * sorted together with what is known of each record (its digest, and whether it repeats one elsewhere):
 *
 *   row = segment, record, part (of what is in no record), tag, then
 *         tag 0: flags, sha256[32], u32 copies        one for each record
 *         tag 1: kind, u16 size, text, confidence     one for each mention
 *
 * Numbers that order rows are big endian.
 */
#include "cli/seal.h"

#include "base/ceilings.h"
#include "base/print.h"
#include "detect/detect.h"
#include "report/report.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define PLACE_BYTES 16
#define TAG_RECORD 0
#define TAG_VALUE 1
enum { IS_FIRST = 1 }; /* of all places of a record, the one that counts */

struct cutting {
	struct report_case *rc;
	const struct review_rules *rules;
	struct seal_known *known;
	const struct seal_sink *sink;
	struct pile *rows;
	const struct review_rule *rule; /* of the record at hand */
	bool ruled;
	struct seal_sums *sums;
	struct st_buf row;
	uint64_t order;
	/* the record at hand */
	uint8_t place[PLACE_BYTES];
	bool any, is_record, repeats;
	uint8_t sha256[ST_SHA256_BYTES];
	uint32_t copies;
	struct st_buf texts;
	struct split_value *values;
	uint32_t *starts; /* of the texts */
	size_t value_count, value_capacity;
	/* the document at hand */
	uint32_t segment;
	struct casefile_object object;
	struct st_buf path, name;
	const char *store;
	enum st_status status;
	struct st_error *err;
};

static void add_be(struct st_buf *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = bytes; i > 0; i--)
		st_buf_add_byte(out, (uint8_t)(value >> (8 * (i - 1))));
}

static uint64_t take_be(const uint8_t *in, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | in[i];
	return value;
}

static void begin_row(struct cutting *c, const struct resolve_place *place, uint8_t tag)
{
	c->row.size = 0;
	add_be(&c->row, place->segment, 4);
	add_be(&c->row, place->record, 8);
	add_be(&c->row, place->record == RESOLVE_NO_RECORD ? place->part : 0, 4);
	st_buf_add_byte(&c->row, tag);
}

static enum st_status end_row(struct cutting *c, struct st_error *err)
{
	return pile_add(c->rows, (struct st_span){c->row.data, c->row.size}, err);
}

/* --- what is known of records --- */

struct walking {
	bool any;
	uint8_t sha256[ST_SHA256_BYTES];
	struct resolve_place first;
	uint64_t copies;
};

static enum st_status put_record(struct cutting *c, const struct resolve_place *place, bool first,
	const struct walking *walking, struct st_error *err)
{
	begin_row(c, place, TAG_RECORD);
	st_buf_add_byte(&c->row, first ? IS_FIRST : 0);
	st_buf_add(&c->row, walking->sha256, sizeof walking->sha256);
	st_buf_add_u32(&c->row, walking->copies < UINT32_MAX ? (uint32_t)walking->copies : UINT32_MAX);
	return end_row(c, err);
}

/* The first live place waits until all copies are counted; the others only say that they repeat it. */
static enum st_status walk_places(
	struct cutting *c, struct walking *walking, const struct resolve_record *record, struct st_error *err)
{
	struct st_span places = record->places;
	struct resolve_place place;
	if (record->key.size == sizeof walking->sha256)
		memcpy(walking->sha256, record->key.data, sizeof walking->sha256);
	while (resolve_place_next(&places, &place)) {
		size_t count;
		if (report_case_places(c->rc, place.segment, &count) == NULL)
			continue;
		walking->copies += count;
		if (walking->any)
			ST_TRY(put_record(c, &place, false, walking, err));
		else
			walking->first = place;
		walking->any = true;
	}
	if (record->more)
		return ST_OK;
	enum st_status status = walking->any ? put_record(c, &walking->first, true, walking, err) : ST_OK;
	*walking = (struct walking){0};
	return status;
}

static enum st_status put_records(struct cutting *c, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct walking walking = {0};
	struct st_span block;
	ST_TRY(casefile_blocks_open(c->rc->casefile, CASEFILE_RECORDS, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		struct resolve_record record;
		bool damaged = false;
		while (status == ST_OK && resolve_record_next(&block, &record, &damaged))
			status = walk_places(c, &walking, &record, err);
		if (status == ST_OK)
			status = damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read")
					 : casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status;
}

static enum st_status put_values(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct cutting *c = context;
	struct st_span places = entity->places;
	struct resolve_place place;
	if (entity->kind >= DETECT_KINDS)
		return ST_OK;
	while (resolve_place_next(&places, &place)) {
		begin_row(c, &place, TAG_VALUE);
		st_buf_add_byte(&c->row, entity->kind);
		st_buf_add_u16(&c->row, (uint16_t)entity->canonical.size);
		st_buf_add(&c->row, entity->canonical.data, entity->canonical.size);
		st_buf_add_byte(&c->row, place.confidence);
		ST_TRY(end_row(c, err));
	}
	return ST_OK;
}

/* --- the document that a record stands in --- */

static struct st_span base_name(struct st_span path)
{
	const uint8_t *slash = path.size > 0 ? memrchr(path.data, '/', path.size) : NULL;
	return slash != NULL ? (struct st_span){slash + 1, (size_t)(path.data + path.size - slash - 1)} : path;
}

static enum st_status open_document(struct cutting *c, uint32_t segment, struct st_error *err)
{
	size_t count;
	const struct report_place *places = report_case_places(c->rc, segment, &count);
	if (c->segment == segment || places == NULL)
		return ST_OK;
	c->segment = segment;
	ST_TRY(casefile_object(c->rc->casefile, places->object, &c->object, &c->path, err));
	c->store = c->object.store < c->rc->store_count ? c->rc->stores[c->object.store].name : "";
	struct st_span path = c->object.path.size > 0 ? c->object.path
						      : (struct st_span){(const uint8_t *)c->store, strlen(c->store)};
	struct st_span name = base_name(path);
	c->name.size = 0;
	st_escape_text(&c->name, name.data, name.size);
	if (c->name.size > CEIL_PAYLOAD_TEXT_BYTES)
		c->name.size = 0;
	seal_known_document(c->known, segment, (struct st_span){c->name.data, c->name.size});
	return ST_OK;
}

/* --- a part of a record, as its party gets it --- */

struct showing {
	struct payload_value values[CEIL_PAYLOAD_VALUES];
	struct st_buf texts;
	size_t starts[CEIL_PAYLOAD_VALUES + 1];
};

static void show_value(struct showing *showing, struct payload_record *record, const struct split_value *value,
	unsigned grant, bool own)
{
	struct payload_value *shown = &showing->values[record->value_count];
	size_t start = showing->texts.size;
	*shown = (struct payload_value){.kind = value->kind, .own = own, .masked = !(grant & RELEASE_VALUE_FULL)};
	if (grant & RELEASE_VALUE_FULL)
		st_escape_text(&showing->texts, value->text.data, value->text.size);
	else if (grant & RELEASE_VALUE_MASK)
		report_mask(&showing->texts, detect_kind_name((enum detect_kind)value->kind), value->text);
	if (showing->texts.size - start > CEIL_PAYLOAD_TEXT_BYTES)
		showing->texts.size = start;
	showing->starts[record->value_count++] = start;
	showing->starts[record->value_count] = showing->texts.size;
}

static void show_record(
	struct cutting *c, const struct split_part *part, struct showing *showing, struct payload_record *record)
{
	*record = (struct payload_record){.copies = c->copies > 0 ? c->copies : 1, .values = showing->values};
	if (part->state == RELEASE_ATTRIBUTED)
		record->flags = PAYLOAD_ALONE;
	if (part->record & RELEASE_NAME)
		record->name = (struct st_span){c->name.data, c->name.size};
	else if (part->state == RELEASE_ATTRIBUTED)
		record->flags |= PAYLOAD_NAME_WITHHELD;
	if (part->record & RELEASE_DATE)
		record->date = c->object.mtime_ns > 0 ? c->object.mtime_ns / 1000000000 : 0;
	record->has_digest = (part->record & RELEASE_DIGEST) && c->is_record;
	memcpy(record->sha256, c->sha256, sizeof record->sha256);
	record->has_document_digest = (part->record & RELEASE_DOCUMENT_DIGEST) && c->object.has_content_sha256;
	memcpy(record->document_sha256, c->object.content_sha256, sizeof record->document_sha256);
	for (size_t i = 0; i < part->value_count; i++) {
		if (record->value_count == CEIL_PAYLOAD_VALUES)
			record->more_values++;
		else
			show_value(showing, record, &c->values[part->values[i]], part->grants[i], part->own[i]);
	}
	for (size_t i = 0; i < record->value_count; i++)
		showing->values[i].text = (struct st_span){
			showing->texts.data + showing->starts[i], showing->starts[i + 1] - showing->starts[i]};
}

static bool is_ruled(const struct cutting *c, const struct split_part *part)
{
	const char *party = c->rule != NULL ? c->rule->party : NULL;
	return party != NULL && c->rule->organization == part->organization && strlen(party) == part->party.size &&
	       memcmp(party, part->party.data, part->party.size) == 0;
}

static void give_part(void *context, const struct split_part *part)
{
	struct cutting *c = context;
	struct showing showing = {.texts = {0}};
	struct payload_record record;
	c->ruled |= is_ruled(c, part);
	if (c->status != ST_OK || c->sink->parties == NULL)
		return;
	show_record(c, part, &showing, &record);
	struct seal_row row = {.order = c->order,
		.organization = part->organization,
		.employer = part->audience == RELEASE_EMPLOYER,
		.party = part->party,
		.record = &record,
		.values = c->values,
		.part = part,
		.row = part->record & RELEASE_RECORD_ROW};
	do {
		row.count = part->value_count - row.first;
		row.count = row.count < SEAL_ROW_VALUES ? row.count : SEAL_ROW_VALUES;
		c->status = seal_row_add(c->sink->parties, c->sink->id, c->sink->seal_key, &row, c->err);
		row.first += row.count;
		row.further = true;
	} while (c->status == ST_OK && row.first < part->value_count);
	st_buf_wipe(&showing.texts);
}

static void set_ruling(struct cutting *c, struct split_record *record)
{
	const struct review_rule *rule = c->rule = review_rules_find(c->rules, c->store, c->object.path);
	c->ruled = false;
	if (rule == NULL)
		return;
	record->ruling = rule->kind == REVIEW_WITHHOLD ? SPLIT_TO_NOBODY : SPLIT_TO_PARTY;
	record->ruled_organization = rule->organization;
	if (rule->party != NULL)
		record->ruled = (struct st_span){(const uint8_t *)rule->party, strlen(rule->party)};
}

static enum st_status end_record(struct cutting *c, struct st_error *err)
{
	struct split_record record = {.values = c->values, .value_count = c->value_count};
	struct split_knowledge knowledge = seal_known_knowledge(c->known);
	uint32_t segment = (uint32_t)take_be(c->place, 4);
	size_t count;
	if (!c->any || c->repeats || report_case_places(c->rc, segment, &count) == NULL)
		return ST_OK;
	ST_TRY(open_document(c, segment, err));
	if (!c->is_record)
		c->copies = (uint32_t)count;
	for (size_t i = 0; i < c->value_count; i++)
		c->values[i].text.data = c->texts.data + c->starts[i];
	set_ruling(c, &record);
	c->err = err;
	size_t given = split_record(&record, &knowledge, give_part, c);
	if (c->sink->record != NULL && c->is_record)
		c->sink->record(c->sink->context, c->store, &c->object, c->rule, given, c->ruled);
	c->order++;
	c->sums->records += c->is_record;
	c->sums->unattributed += c->is_record && given == 0;
	return c->status;
}

/* --- taking the rows out --- */

static void begin_record(struct cutting *c, const uint8_t *place)
{
	memcpy(c->place, place, PLACE_BYTES);
	c->any = true;
	c->is_record = c->repeats = false;
	c->copies = 1;
	c->value_count = c->texts.size = 0;
	memset(c->sha256, 0, sizeof c->sha256);
}

static void take_record(struct cutting *c, struct st_cursor *in)
{
	c->repeats = !(st_cursor_byte(in) & IS_FIRST);
	const uint8_t *sha256 = st_cursor_take(in, ST_SHA256_BYTES);
	if (sha256 != NULL)
		memcpy(c->sha256, sha256, ST_SHA256_BYTES);
	c->copies = st_cursor_u32(in);
	c->is_record = true;
}

/* Equal values follow each other; the best confidence counts. */
static void take_value(struct cutting *c, struct st_cursor *in)
{
	uint8_t kind = st_cursor_byte(in);
	uint16_t size = st_cursor_u16(in);
	const uint8_t *text = st_cursor_take(in, size);
	uint8_t confidence = st_cursor_byte(in);
	if (in->bad)
		return;
	struct split_value *last = c->value_count > 0 ? &c->values[c->value_count - 1] : NULL;
	if (last != NULL && last->kind == kind && last->text.size == size &&
		memcmp(c->texts.data + c->starts[c->value_count - 1], text, size) == 0) {
		last->confidence = last->confidence > confidence ? last->confidence : confidence;
		return;
	}
	if (c->value_count == c->value_capacity) {
		c->value_capacity = c->value_capacity ? c->value_capacity * 2 : 64;
		c->values = st_realloc(c->values, c->value_capacity * sizeof *c->values);
		c->starts = st_realloc(c->starts, c->value_capacity * sizeof *c->starts);
	}
	c->starts[c->value_count] = (uint32_t)c->texts.size;
	c->values[c->value_count++] = (struct split_value){kind, confidence, {NULL, size}};
	st_buf_add(&c->texts, text, size);
}

static enum st_status take_row(struct cutting *c, struct st_span row, struct st_error *err)
{
	if (row.size <= PLACE_BYTES)
		return st_fail(err, ST_FATAL, "the work folder is damaged: a row is cut");
	if (!c->any || memcmp(c->place, row.data, PLACE_BYTES) != 0) {
		ST_TRY(end_record(c, err));
		begin_record(c, row.data);
	}
	struct st_cursor in = {row.data + PLACE_BYTES, row.data + row.size, false};
	if (st_cursor_byte(&in) == TAG_RECORD)
		take_record(c, &in);
	else if (!c->repeats)
		take_value(c, &in);
	return in.bad ? st_fail(err, ST_FATAL, "the work folder is damaged: a row is cut") : ST_OK;
}

static enum st_status cut(struct cutting *c, struct st_error *err)
{
	struct st_span row;
	ST_TRY(put_records(c, err));
	ST_TRY(report_each_entity(c->rc, put_values, c, err));
	ST_TRY(pile_sort(c->rows, err));
	for (;;) {
		ST_TRY(pile_next(c->rows, &row, err));
		if (row.size == 0)
			return end_record(c, err);
		ST_TRY(take_row(c, row, err));
	}
}

enum st_status seal_records(struct report_case *rc, const struct resolve_work *work, const struct review_rules *rules,
	struct seal_known *known, const struct seal_sink *sink, struct seal_sums *sums, struct st_error *err)
{
	struct cutting c = {.rc = rc,
		.rules = rules,
		.known = known,
		.sink = sink,
		.sums = sums,
		.rows = pile_open(work, work->memory_bytes / 2)};
	enum st_status status = cut(&c, err);
	pile_close(c.rows);
	st_buf_wipe(&c.row);
	st_buf_wipe(&c.texts);
	st_buf_free(&c.path);
	st_buf_free(&c.name);
	free(c.values);
	free(c.starts);
	return status;
}

/* --- where rows lie meanwhile --- */

#define WORK_MEMORY (128 * MIB) /* half of it sorts records; then all of it the index */

enum st_status seal_work_open(struct report_case *rc, struct resolve_work *work, struct st_error *err)
{
	struct casefile_figures figures;
	struct casefile_run *runs;
	size_t count;
	bool found;
	ST_TRY(casefile_figures(rc->casefile, &figures, &found, err));
	casefile_figures_free(&figures);
	ST_TRY(casefile_runs(rc->casefile, &runs, &count, err));
	free(runs);
	if (!found || count > 0)
		return st_fail(err, ST_WRONG, "the last scan of this case has not finished: run it again first");
	work->memory_bytes = WORK_MEMORY;
	casefile_digest_key(rc->casefile, work->digest_key);
	ST_TRY(casefile_work_key(rc->casefile, work->seal_key, err));
	work->dir_fd = casefile_work_dir(rc->casefile, err);
	return work->dir_fd >= 0 ? resolve_work_clean(work->dir_fd, NULL, 0, err) : ST_FATAL;
}

enum st_status seal_work_close(struct report_case *rc, struct resolve_work *work, struct st_error *err)
{
	if (work->dir_fd < 0)
		return ST_OK;
	close(work->dir_fd);
	sodium_memzero(work, sizeof *work);
	work->dir_fd = -1;
	ST_TRY(casefile_remove_work_dir(rc->casefile, err));
	return casefile_drop_work_key(rc->casefile, err);
}
