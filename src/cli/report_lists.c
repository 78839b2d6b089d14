/* The long lists, row by row in constant memory. */
#include "cli/report.h"
#include "cli/scan.h"

#include "base/clock.h"
#include "base/print.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_PLACES 3 /* places named beside each entity */
#define CELLS 12

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

/* An entity of several rows is shown with the places of its first. Rows of one that does not count may come before
 * others: those are of another value. */
static void keep_first_places(struct resolve_entity *entity, struct st_buf *held)
{
	uint8_t front[5] = {entity->kind};
	uint32_t size = (uint32_t)entity->canonical.size;
	size_t head = sizeof front + size;
	memcpy(front + 1, &size, sizeof size);
	bool same = held->size >= head && memcmp(held->data, front, sizeof front) == 0 &&
		    memcmp(held->data + sizeof front, entity->canonical.data, size) == 0;
	if (entity->more && !same) {
		held->size = 0;
		st_buf_add(held, front, sizeof front);
		st_buf_add(held, entity->canonical.data, size);
		st_buf_add(held, entity->places.data, entity->places.size);
	} else if (!entity->more && same) {
		entity->places = (struct st_span){held->data + head, held->size - head};
	}
	if (!entity->more)
		held->size = same ? held->size : 0;
}

static enum st_status each_entity(struct report_case *rc, entity_each *each, void *context, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	st_auto_buf struct st_buf places = {0};
	ST_TRY(casefile_blocks_open(rc->casefile, CASEFILE_ENTITIES, NULL, &blocks, err));
	enum st_status status;
	while ((status = casefile_blocks_next(blocks, &block, err)) == ST_OK && block.size > 0) {
		struct resolve_entity entity;
		bool damaged = false;
		while (status == ST_OK && resolve_entity_next(&block, &entity, &damaged)) {
			keep_first_places(&entity, &places);
			status = entity.more ? ST_OK : each(context, &entity, err);
		}
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

/* A row of organizations: span domain, varint addresses. */
static enum st_status organization_rows(struct listing *listing, struct st_span block, struct st_error *err)
{
	struct st_cursor in = {block.data, block.data + block.size, false};
	while (in.at < in.end) {
		char country[3];
		struct st_span domain = st_cursor_span(&in);
		uint64_t addresses = st_cursor_varint(&in);
		if (in.bad)
			return st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read");
		cell_value(&listing->cells, listing->rc, "organization", domain);
		cell_number(&listing->cells, addresses);
		cell_text(&listing->cells, detect_domain_country(domain, country) ? country : "unknown");
		ST_TRY(put_row(&listing->cells, listing->output, err));
	}
	return ST_OK;
}

enum st_status report_list_organizations(struct report_case *rc, struct report_output *output, struct st_error *err)
{
	struct listing listing = {.rc = rc, .output = output};
	struct casefile_blocks *blocks;
	struct st_span block;
	put_heads(output, "organization,addresses,country");
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
