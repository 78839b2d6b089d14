/* Leads from the case: masked or shown, with the objects that name them. */
#include "cli/lead_row.h"
#include "cli/report.h"

#include "base/print.h"

#include <stdlib.h>

static char *target_text(const struct report_case *rc, const struct lead_row *row)
{
	struct st_buf out = {0};
	if (rc->revealed)
		st_escape_text(&out, row->target.data, row->target.size);
	else
		lead_mask(&out, row->type, row->target);
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

/* The first object at each place; the same object once. */
static enum st_status add_places(
	struct report_case *rc, const struct lead_row *row, struct report_lead *out, struct st_error *err)
{
	for (size_t i = 0; i < row->place_count; i++) {
		size_t count, known = 0;
		const struct report_place *where = report_case_places(rc, row->places[i].segment, &count);
		while (where != NULL && known < out->place_count && out->places[known].object != where->object)
			known++;
		if (where == NULL || where->store >= rc->store_count || known < out->place_count)
			continue;
		char *path = NULL;
		if (rc->revealed)
			ST_TRY(report_case_path(rc, where->object, row->places[i].part, &path, err));
		out->places[out->place_count++] = (struct report_lead_place){where->store, where->object, path};
	}
	return ST_OK;
}

static void free_lead(struct report_lead *lead)
{
	for (size_t i = 0; i < lead->place_count; i++)
		free((void *)(uintptr_t)lead->places[i].path);
	free(lead->target);
}

struct walk {
	struct report_case *rc;
	report_lead_each *each;
	void *context;
};

static enum st_status walk_row(const struct walk *walk, const struct lead_row *row, struct st_error *err)
{
	struct report_lead lead = {.type = row->type,
		.credential = row->credential,
		.mentions = row->mentions,
		.mentions_distinct_records = row->mentions_distinct_records,
		.records = row->records,
		.signature_count = row->signature_count};
	memcpy(lead.signatures, row->signatures, sizeof lead.signatures);
	lead.target = target_text(walk->rc, row);
	enum st_status status = add_places(walk->rc, row, &lead, err);
	if (status == ST_OK)
		status = walk->each(walk->context, &lead, err);
	free_lead(&lead);
	return status;
}

static enum st_status walk_block(
	const struct walk *walk, struct st_span block, bool *known, uint64_t *beyond, struct st_error *err)
{
	struct st_cursor in = {block.data, block.data + block.size, false};
	if (!*known) {
		if (st_cursor_byte(&in) != LEAD_ROWS_FORMAT)
			return st_fail(err, ST_WRONG, "leads of this case were written by a newer version");
		*beyond = st_cursor_varint(&in);
		*known = true;
	}
	while (!in.bad && in.at < in.end) {
		struct lead_row row;
		if (lead_row_read(&in, &row))
			ST_TRY(walk_row(walk, &row, err));
	}
	return in.bad ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read") : ST_OK;
}

enum st_status report_case_leads(struct report_case *rc, report_lead_each *each, void *context, bool *known,
	uint64_t *beyond, struct st_error *err)
{
	struct walk walk = {rc, each, context};
	struct casefile_blocks *blocks;
	struct st_span block;
	*known = false;
	*beyond = 0;
	ST_TRY(casefile_blocks_open(rc->casefile, CASEFILE_LEADS, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		status = walk_block(&walk, block, known, beyond, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status;
}

/* --- for the page --- */

static enum st_status keep_lead(void *context, const struct report_lead *lead, struct st_error *err)
{
	(void)err;
	struct report *report = context;
	report->lead_total++;
	if (report->lead_count == CEIL_REPORT_LEADS)
		return ST_OK;
	report->leads = st_realloc(report->leads, (report->lead_count + 1) * sizeof *report->leads);
	struct report_lead *kept = &report->leads[report->lead_count++];
	*kept = *lead;
	kept->target = st_strndup(lead->target, strlen(lead->target));
	for (size_t i = 0; i < kept->place_count; i++)
		if (kept->places[i].path != NULL)
			kept->places[i].path = st_strndup(kept->places[i].path, strlen(kept->places[i].path));
	return ST_OK;
}

enum st_status report_fill_leads(struct report_case *rc, struct report *report, struct st_error *err)
{
	uint64_t beyond;
	ST_TRY(report_case_leads(rc, keep_lead, report, &report->leads_known, &beyond, err));
	report->lead_total += beyond;
	return ST_OK;
}

void report_leads_free(struct report *report)
{
	for (size_t i = 0; i < report->lead_count; i++)
		free_lead(&report->leads[i]);
	free(report->leads);
}
