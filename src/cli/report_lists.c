/* The long lists, row by row in constant memory, and the places of one entity. */
#include "cli/report.h"
#include "cli/scan.h"

#include "base/clock.h"
#include "base/print.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_PLACES 3 /* places named beside each entity */
#define CELLS 12
#define ASKED_VALUES 8 /* what one question may mean */

struct cells {
	struct st_buf text[CELLS];
	size_t count;
};

static struct st_buf *next_cell(struct cells *cells)
{
	struct st_buf *cell = &cells->text[cells->count++];
	cell->size = 0;
	return cell;
}

static void cell_text(struct cells *cells, const char *text)
{
	st_buf_add(next_cell(cells), text, strlen(text));
}

static void cell_number(struct cells *cells, uint64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%llu", (unsigned long long)number);
	cell_text(cells, text);
}

static enum st_status put_row(struct cells *cells, struct report_output *output, struct st_error *err)
{
	struct st_span spans[CELLS];
	for (size_t i = 0; i < cells->count; i++)
		spans[i] = (struct st_span){cells->text[i].data, cells->text[i].size};
	report_csv_row(&output->buf, spans, cells->count);
	cells->count = 0;
	return report_output_flush(output, false, err);
}

static void free_cells(struct cells *cells)
{
	for (size_t i = 0; i < sizeof cells->text / sizeof cells->text[0]; i++)
		st_buf_free(&cells->text[i]);
}

static void put_heads(struct report_output *output, const char *heads)
{
	st_buf_add(&output->buf, heads, strlen(heads));
	st_buf_add(&output->buf, "\r\n", 2);
}

static void cell_value(struct cells *cells, const struct report_case *rc, const char *kind, struct st_span value)
{
	if (rc->revealed)
		st_buf_add(next_cell(cells), value.data, value.size);
	else
		report_mask(next_cell(cells), kind, value);
}

/* --- entities --- */

typedef enum st_status entity_each(void *context, const struct resolve_entity *entity, struct st_error *err);

static enum st_status each_entity(struct report_case *rc, entity_each *each, void *context, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	ST_TRY(casefile_blocks_open(rc->casefile, CASEFILE_ENTITIES, NULL, &blocks, err));
	enum st_status status;
	while ((status = casefile_blocks_next(blocks, &block, err)) == ST_OK && block.size > 0) {
		struct resolve_entity entity;
		bool damaged = false;
		while (status == ST_OK && resolve_entity_next(&block, &entity, &damaged))
			status = each(context, &entity, err);
		if (damaged)
			status = st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read");
		if (status != ST_OK)
			break;
	}
	casefile_blocks_close(blocks);
	return status == ST_STOP ? ST_OK : status;
}

static void add_first_places(const struct report_case *rc, struct st_span places, struct st_buf *out)
{
	struct resolve_place place;
	for (int shown = 0; shown < FIRST_PLACES && resolve_place_next(&places, &place);) {
		size_t count;
		const struct report_place *where = report_case_places(rc, place.segment, &count);
		if (where == NULL)
			continue;
		const char *rule = report_case_rule(rc, place.form);
		st_auto_free char *text = st_format("%s%s object #%u bytes %llu-%llu%s%s", shown > 0 ? "; " : "",
			where->store < rc->store_count ? rc->stores[where->store].name : "", where->object,
			(unsigned long long)place.start, (unsigned long long)place.start + place.length,
			rule != NULL ? " rule " : "", rule != NULL ? rule : "");
		st_buf_add(out, text, strlen(text));
		shown++;
	}
}

struct listing {
	struct report_case *rc;
	struct report_output *output;
	int64_t now; /* of leads */
	struct cells cells;
};

static enum st_status entity_row(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct listing *listing = context;
	const char *kind = detect_kind_name((enum detect_kind)entity->kind);
	cell_text(&listing->cells, kind != NULL ? kind : "");
	cell_value(&listing->cells, listing->rc, kind, entity->canonical);
	cell_number(&listing->cells, entity->mentions);
	cell_number(&listing->cells, entity->mentions_distinct_records);
	cell_number(&listing->cells, entity->records);
	add_first_places(listing->rc, entity->places, next_cell(&listing->cells));
	return put_row(&listing->cells, listing->output, err);
}

enum st_status report_list_entities(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	struct listing listing = {.rc = rc, .output = output};
	put_heads(output, "kind,canonical,mentions,mentions_distinct_records,records,first_places");
	enum st_status status = each_entity(rc, entity_row, &listing, err);
	free_cells(&listing.cells);
	return status;
}

static enum st_status person_row(void *context, const struct resolve_entity *entity, struct st_error *err)
{
	struct listing *listing = context;
	struct scan_party party;
	if (entity->kind != DETECT_EMAIL_ADDRESS)
		return ST_OK;
	scan_party_of(entity->canonical, (const char *const *)listing->rc->own_domains, &party);
	if (party.role)
		return ST_OK;
	cell_value(&listing->cells, listing->rc, "email_address", entity->canonical);
	cell_text(&listing->cells, party.staff ? "yes" : "no");
	cell_number(&listing->cells, entity->mentions);
	cell_number(&listing->cells, entity->records);
	return put_row(&listing->cells, listing->output, err);
}

enum st_status report_list_persons(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	struct listing listing = {.rc = rc, .output = output};
	put_heads(output, "person,staff,mentions,records");
	enum st_status status = each_entity(rc, person_row, &listing, err);
	free_cells(&listing.cells);
	return status;
}

/* A row of organizations: span domain, varint addresses. */
static enum st_status organization_rows(struct listing *listing, struct st_span block, struct st_error *err)
{
	struct st_cursor in = {block.data, block.data + block.size, false};
	while (in.at < in.end) {
		struct st_span domain = st_cursor_span(&in);
		uint64_t addresses = st_cursor_varint(&in);
		if (in.bad)
			return st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read");
		cell_value(&listing->cells, listing->rc, "organization", domain);
		cell_number(&listing->cells, addresses);
		ST_TRY(put_row(&listing->cells, listing->output, err));
	}
	return ST_OK;
}

enum st_status report_list_organizations(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	struct listing listing = {.rc = rc, .output = output};
	struct casefile_blocks *blocks;
	struct st_span block;
	put_heads(output, "organization,addresses");
	ST_TRY(casefile_blocks_open(rc->casefile, CASEFILE_ORGANIZATIONS, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		status = organization_rows(&listing, block, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	free_cells(&listing.cells);
	return status == ST_STOP ? ST_OK : status;
}

static void cell_time(struct cells *cells, int64_t seconds)
{
	char text[21] = "";
	if (seconds != 0)
		st_utc_text(seconds, text);
	cell_text(cells, text);
}

static enum st_status lead_row(void *context, const struct report_lead *lead, struct st_error *err)
{
	static const struct lead_signature none;
	struct listing *listing = context;
	struct cells *cells = &listing->cells;
	const struct lead_signature *last = lead->signature_count > 0 ? &lead->signatures[0] : &none;
	cell_text(cells, lead_type_name(lead->type));
	cell_text(cells, lead->target);
	cell_number(cells, lead->mentions);
	cell_number(cells, lead->mentions_distinct_records);
	cell_number(cells, lead->records);
	cell_text(cells, lead_credential_name(lead->credential));
	cell_text(cells, last->permissions);
	cell_time(cells, last->starts);
	cell_time(cells, last->expires);
	cell_text(cells, last->version);
	cell_text(cells, report_lead_expired(lead->signatures, lead->signature_count, listing->now));
	struct st_buf *places = next_cell(cells);
	for (size_t i = 0; i < lead->place_count; i++) {
		st_auto_free char *text = st_format("%s%s object #%u", i > 0 ? "; " : "",
			listing->rc->stores[lead->places[i].store].name, lead->places[i].object);
		st_buf_add(places, text, strlen(text));
	}
	return put_row(cells, listing->output, err);
}

enum st_status report_list_leads(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	struct listing listing = {.rc = rc, .output = output, .now = st_utc_seconds()};
	bool known;
	uint64_t beyond;
	put_heads(output,
		"type,target,mentions,mentions_distinct_records,records,credential,permissions,starts,expires,"
		"service_version,expired,first_places");
	enum st_status status = report_case_leads(rc, lead_row, &listing, &known, &beyond, err);
	free_cells(&listing.cells);
	if (status == ST_OK && !known)
		return st_fail(err, ST_WRONG, "this case was read before leads were looked for; scan it with --rescan");
	return status == ST_STOP ? ST_OK : status;
}

static enum st_status unread_row(void *context, const struct report_unread *row, struct st_error *err)
{
	struct listing *listing = context;
	cell_number(&listing->cells, row->object);
	cell_text(&listing->cells, row->member ? "member" : "object");
	cell_text(&listing->cells, row->path != NULL ? row->path : "");
	cell_text(&listing->cells, st_read_status_name(row->status));
	cell_text(&listing->cells, st_reason_name(row->reason));
	cell_text(&listing->cells, row->detail);
	return put_row(&listing->cells, listing->output, err);
}

enum st_status report_list_unread(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	struct listing listing = {.rc = rc, .output = output};
	put_heads(output, "object,what,path,status,reason,detail");
	enum st_status status = report_case_unread(rc, unread_row, &listing, err);
	free_cells(&listing.cells);
	return status == ST_STOP ? ST_OK : status;
}

/* --- explain --- */

struct search {
	struct report_case *rc;
	struct report_output *output;
	struct resolve_work work; /* only its digest key */
	uint8_t kind;
	struct st_span value;
	uint8_t digest[ST_DIGEST_BYTES];
	bool found;
};

static enum st_status put_place(struct search *search, const struct resolve_place *place,
	const struct report_place *where, struct st_error *err)
{
	struct st_buf *out = &search->output->buf;
	struct report_case *rc = search->rc;
	const char *store = where->store < rc->store_count ? rc->stores[where->store].name : "";
	ST_TRY(report_case_parts(rc, place->segment, err));
	const struct report_part *part = report_case_part(rc, place->part);
	st_auto_free char *path = NULL;
	if (rc->revealed)
		ST_TRY(report_case_path(rc, where->object, place->part, &path, err));
	st_buf_add(out, "  ", 2);
	st_escape_text(out, store, strlen(store));
	st_auto_free char *number = st_format(" object #%u", where->object);
	st_buf_add(out, number, strlen(number));
	if (path != NULL) {
		st_buf_add_byte(out, ' ');
		st_buf_add(out, path, strlen(path));
	}
	if (place->record != RESOLVE_NO_RECORD && part != NULL && place->record >= part->first_record) {
		st_auto_free char *record =
			st_format(" record %llu", (unsigned long long)(place->record - part->first_record + 1));
		st_buf_add(out, record, strlen(record));
	}
	const char *rule = report_case_rule(rc, place->form);
	st_auto_free char *bytes = st_format(" bytes %llu-%llu %s %u.%02u%s%s\n", (unsigned long long)place->start,
		(unsigned long long)place->start + place->length,
		detect_form_name((enum detect_form)(place->form & DETECT_FORM_MASK)), place->confidence / 100u,
		place->confidence % 100u, rule != NULL ? " rule " : "", rule != NULL ? rule : "");
	st_buf_add(out, bytes, strlen(bytes));
	return report_output_flush(search->output, false, err);
}

static enum st_status explain_entity(struct search *search, const struct resolve_entity *entity, struct st_error *err)
{
	struct st_span places = entity->places;
	struct resolve_place place;
	st_auto_free char *head = st_format("%s: %llu mentions, %llu in distinct records, %llu distinct records\n",
		detect_kind_name((enum detect_kind)entity->kind), (unsigned long long)entity->mentions,
		(unsigned long long)entity->mentions_distinct_records, (unsigned long long)entity->records);
	st_buf_add(&search->output->buf, head, strlen(head));
	search->found = true;
	while (resolve_place_next(&places, &place)) {
		size_t count;
		const struct report_place *where = report_case_places(search->rc, place.segment, &count);
		for (size_t i = 0; i < count; i++)
			ST_TRY(put_place(search, &place, &where[i], err));
	}
	return ST_OK;
}

/* Rows stand in the order of their digests: past the one sought, there is nothing more to find. */
static enum st_status search_block(struct search *search, struct st_span block, struct st_error *err)
{
	struct resolve_entity entity;
	bool damaged = false;
	while (resolve_entity_next(&block, &entity, &damaged)) {
		uint8_t digest[ST_DIGEST_BYTES];
		resolve_entity_digest(&search->work, entity.kind, entity.canonical, digest);
		if (memcmp(digest, search->digest, sizeof digest) > 0)
			return ST_STOP;
		if (entity.kind == search->kind && entity.canonical.size == search->value.size &&
			memcmp(entity.canonical.data, search->value.data, search->value.size) == 0)
			return explain_entity(search, &entity, err);
	}
	return damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read") : ST_OK;
}

static enum st_status search_kind(struct search *search, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	resolve_entity_digest(&search->work, search->kind, search->value, search->digest);
	ST_TRY(casefile_blocks_open(search->rc->casefile, CASEFILE_ENTITIES, search->digest, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		status = search_block(search, block, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status == ST_STOP ? ST_OK : status;
}

/* What the user may have meant: the words as typed, and each value that the detectors see in them. "Not found" must not
 * be said of a number because it was typed with blanks. */
struct asked {
	struct st_buf values[ASKED_VALUES];
	size_t count;
};

static void add_asked(struct asked *asked, struct st_span value)
{
	for (size_t i = 0; i < asked->count; i++)
		if (asked->values[i].size == value.size && memcmp(asked->values[i].data, value.data, value.size) == 0)
			return;
	if (asked->count < ASKED_VALUES && value.size > 0)
		st_buf_add(&asked->values[asked->count++], value.data, value.size);
}

static void add_meant(void *context, const struct detect_mention *mention)
{
	add_asked(context, mention->canonical);
}

static void read_question(struct report_case *rc, const char *entity, struct asked *asked)
{
	/* a label in front lets through what a checksum alone does not */
	static const char *const labels[] = {"", "IBAN: ", "card number: ", "phone: ", "ip: "};
	struct detect_options options = {
		.own_domains = (const char *const *)rc->own_domains, .regions = (const char *const *)rc->regions};
	add_asked(asked, (struct st_span){(const uint8_t *)entity, strlen(entity)});
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		struct detect *detect = detect_open(&options, add_meant, asked);
		detect_feed(detect, labels[i], strlen(labels[i]));
		detect_feed(detect, entity, strlen(entity));
		detect_finish(detect);
		detect_close(detect);
	}
}

enum st_status report_explain(
	struct report_case *rc, const char *entity, struct report_output *output, struct st_error *err)
{
	struct search search = {.rc = rc, .output = output, .work = {.dir_fd = -1}};
	struct asked asked = {0};
	enum st_status status = ST_OK;
	casefile_digest_key(rc->casefile, search.work.digest_key);
	read_question(rc, entity, &asked);
	for (size_t i = 0; i < asked.count && status == ST_OK; i++) {
		search.value = (struct st_span){asked.values[i].data, asked.values[i].size};
		for (int kind = 0; kind < DETECT_KINDS && status == ST_OK; kind++) {
			search.kind = (uint8_t)kind;
			status = search_kind(&search, err);
		}
	}
	for (size_t i = 0; i < asked.count; i++)
		st_buf_free(&asked.values[i]);
	ST_TRY(status);
	static const char none[] = "not found in what was read and searched\n";
	if (!search.found)
		st_buf_add(&output->buf, none, sizeof none - 1);
	return ST_OK;
}
