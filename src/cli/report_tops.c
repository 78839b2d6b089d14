/* The largest rows of the long lists, for the page: one pass over the case, memory for the rows that are shown. */
#include "cli/report.h"

#include "base/ceilings.h"
#include "base/print.h"
#include "detect/detect.h"
#include "resolve/resolve.h"

#include <stdlib.h>

/* What a row is placed by: most records, then most mentions, then its bytes, so that the page does not depend on the
 * order of the case. */
struct candidate {
	uint64_t records, mentions, mentions_distinct_records;
	struct st_buf value;
};

struct top {
	struct candidate rows[CEIL_REPORT_TOP]; /* best first */
	size_t count;
	uint64_t total;
};

static int compare(const struct candidate *a, uint64_t records, uint64_t mentions, struct st_span value)
{
	if (a->records != records)
		return a->records > records ? -1 : 1;
	if (a->mentions != mentions)
		return a->mentions > mentions ? -1 : 1;
	size_t size = a->value.size < value.size ? a->value.size : value.size;
	int order = size > 0 ? memcmp(a->value.data, value.data, size) : 0;
	return order != 0 ? order : (a->value.size > value.size) - (a->value.size < value.size);
}

static void offer(
	struct top *top, uint64_t records, uint64_t mentions, uint64_t mentions_distinct_records, struct st_span value)
{
	size_t at = top->count;
	top->total++;
	while (at > 0 && compare(&top->rows[at - 1], records, mentions, value) > 0)
		at--;
	if (at == CEIL_REPORT_TOP)
		return;
	if (top->count == CEIL_REPORT_TOP)
		st_buf_free(&top->rows[--top->count].value);
	memmove(&top->rows[at + 1], &top->rows[at], (top->count - at) * sizeof top->rows[0]);
	top->rows[at] = (struct candidate){records, mentions, mentions_distinct_records, {0}};
	st_buf_add(&top->rows[at].value, value.data, value.size);
	top->count++;
}

static void free_top(struct top *top)
{
	for (size_t i = 0; i < top->count; i++)
		st_buf_free(&top->rows[i].value);
}

static char *shown(const struct report_case *rc, const char *kind, const struct st_buf *value)
{
	struct st_buf out = {0};
	if (rc->revealed)
		st_escape_text(&out, value->data, value->size);
	else
		report_mask(&out, kind, (struct st_span){value->data, value->size});
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

/* Rows that look the same say nothing. */
static bool masked_whole(const struct report_case *rc, const char *kind, const struct top *top)
{
	st_auto_free char *best = shown(rc, kind, &top->rows[0].value);
	return !rc->revealed && strcmp(best, "***") == 0;
}

static void keep(const struct report_case *rc, struct report *report, const char *kind, const struct top *top)
{
	if (top->count == 0 || (kind != NULL && masked_whole(rc, kind, top)))
		return;
	report->tops = st_realloc(report->tops, (report->top_count + 1) * sizeof *report->tops);
	struct report_top *kept = &report->tops[report->top_count++];
	*kept = (struct report_top){kind != NULL ? st_strndup(kind, strlen(kind)) : NULL,
		st_alloc(top->count * sizeof *kept->rows), top->count, top->total};
	for (size_t i = 0; i < top->count; i++)
		kept->rows[i] =
			(struct report_top_row){shown(rc, kind != NULL ? kind : "organization", &top->rows[i].value),
				top->rows[i].records, top->rows[i].mentions_distinct_records, top->rows[i].mentions};
}

/* --- values --- */

static enum st_status offer_entities(struct top tops[DETECT_KINDS], struct st_span block, struct st_error *err)
{
	struct resolve_entity entity;
	bool damaged = false;
	while (resolve_entity_next(&block, &entity, &damaged))
		if (entity.kind < DETECT_KINDS && !entity.more) /* the last of its rows has the figures */
			offer(&tops[entity.kind], entity.records, entity.mentions, entity.mentions_distinct_records,
				entity.canonical);
	return damaged ? st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read") : ST_OK;
}

static enum st_status offer_organizations(struct top *top, struct st_span block, struct st_error *err)
{
	struct st_cursor in = {block.data, block.data + block.size, false};
	while (in.at < in.end) {
		struct st_span domain = st_cursor_span(&in);
		uint64_t addresses = st_cursor_varint(&in);
		if (in.bad)
			return st_fail(err, ST_FATAL, "the case is damaged: rows that cannot be read");
		offer(top, 0, addresses, 0, domain);
	}
	return ST_OK;
}

static enum st_status each_block(
	struct report_case *rc, enum casefile_rows rows, struct top *tops, struct st_error *err)
{
	struct casefile_blocks *blocks;
	struct st_span block;
	ST_TRY(casefile_blocks_open(rc->casefile, rows, NULL, &blocks, err));
	enum st_status status = casefile_blocks_next(blocks, &block, err);
	while (status == ST_OK && block.size > 0) {
		status = rows == CASEFILE_ENTITIES ? offer_entities(tops, block, err)
						   : offer_organizations(tops, block, err);
		if (status == ST_OK)
			status = casefile_blocks_next(blocks, &block, err);
	}
	casefile_blocks_close(blocks);
	return status;
}

enum st_status report_fill_tops(struct report_case *rc, struct report *report, struct st_error *err)
{
	struct top *tops = st_alloc_zero(DETECT_KINDS + 1, sizeof *tops), *organizations = &tops[DETECT_KINDS];
	enum st_status status = each_block(rc, CASEFILE_ENTITIES, tops, err);
	if (status == ST_OK)
		status = each_block(rc, CASEFILE_ORGANIZATIONS, organizations, err);
	for (int kind = 0; status == ST_OK && kind < DETECT_KINDS; kind++)
		keep(rc, report, detect_kind_name((enum detect_kind)kind), &tops[kind]);
	if (status == ST_OK)
		keep(rc, report, NULL, organizations);
	for (int kind = 0; kind <= DETECT_KINDS; kind++)
		free_top(&tops[kind]);
	free(tops);
	return status;
}

void report_tops_free(struct report *report)
{
	for (size_t i = 0; i < report->top_count; i++) {
		for (size_t j = 0; j < report->tops[i].row_count; j++)
			free(report->tops[i].rows[j].name);
		free(report->tops[i].rows);
		free(report->tops[i].kind);
	}
	free(report->tops);
}
