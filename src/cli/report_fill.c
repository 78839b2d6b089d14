/* From a case to the struct that the formats print. */
#include "cli/report.h"
#include "cli/sample.h"

#include "base/ceilings.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

static char *case_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t size = strlen(name);
	return st_strndup(name, size > 5 && strcmp(name + size - 5, ".case") == 0 ? size - 5 : size);
}

static char *joined(char *const *words)
{
	struct st_buf out = {0};
	for (; words != NULL && *words != NULL; words++) {
		if (out.size > 0)
			st_buf_add(&out, ", ", 2);
		st_buf_add(&out, *words, strlen(*words));
	}
	st_buf_add_byte(&out, 0);
	return (char *)out.data;
}

static enum st_status fill_provenance(struct report_case *rc, struct report *report, struct st_error *err)
{
	st_auto_buf struct st_buf detectors = {0};
	struct st_buf options = {0};
	ST_TRY(casefile_get(rc->casefile, "detectors_sha256", &detectors, err));
	report->detectors_sha256 = st_strndup((const char *)detectors.data, detectors.size);
	ST_TRY(casefile_get(rc->casefile, "options", &options, err));
	report->options = (struct st_span){options.data, options.size};
	report->own_domains = joined(rc->own_domains);
	report->case_name = case_name(casefile_path(rc->casefile));
	report->version = STAUNCH_VERSION;
	report->generated_at = st_utc_seconds();
	report->revealed = rc->revealed;
	report->dates_known = true;
	report->file_dates = rc->file_dates;
	report->store_count = rc->store_count;
	report->stores = st_alloc_zero(rc->store_count, sizeof *report->stores);
	for (size_t i = 0; i < rc->store_count; i++) {
		report->stores[i].name = rc->stores[i].name;
		memcpy(report->stores[i].manifest_sha256, rc->stores[i].manifest_sha256, ST_SHA256_BYTES);
		report->stores[i].started_at = rc->stores[i].started_at;
		report->stores[i].finished_at = rc->stores[i].finished_at;
	}
	return ST_OK;
}

static enum st_status fill_coverage(struct report_case *rc, struct report *report, struct st_error *err)
{
	struct casefile_coverage coverage;
	ST_TRY(casefile_coverage(rc->casefile, &coverage, err));
	report->listed = coverage.listed;
	report->read = coverage.read;
	report->partial = coverage.partial;
	report->unread = coverage.unread;
	report->duplicate = coverage.duplicate;
	report->pending = coverage.pending;
	report->members = coverage.members;
	report->documents = (struct report_documents){coverage.documents_known, coverage.documents_listed,
		coverage.documents_appeared, coverage.documents_read, coverage.documents_unread};
	report->bytes_listed = coverage.bytes_listed;
	report->bytes_read = coverage.bytes_read;
	report->bytes_duplicate = coverage.bytes_duplicate;
	report->bytes_partial = coverage.bytes_partial;
	report->not_searched_bytes = coverage.not_searched_bytes;
	memcpy(report->unread_objects, coverage.unread_objects, sizeof report->unread_objects);
	memcpy(report->unread_bytes, coverage.unread_bytes, sizeof report->unread_bytes);
	memcpy(report->members_unread, coverage.members_unread, sizeof report->members_unread);
	return ST_OK;
}

static enum st_status keep_unread(void *context, const struct report_unread *row, struct st_error *err)
{
	(void)err;
	struct report *report = context;
	if (report->unread_row_count == CEIL_REPORT_UNREAD)
		return ST_STOP;
	if (report->unread_rows == NULL)
		report->unread_rows = st_alloc(CEIL_REPORT_UNREAD * sizeof *report->unread_rows);
	struct report_unread *kept = &report->unread_rows[report->unread_row_count++];
	*kept = *row;
	kept->path = row->path != NULL ? st_strndup(row->path, strlen(row->path)) : NULL;
	return ST_OK;
}

static struct report_range range_of(const struct casefile_range *range)
{
	return (struct report_range){range->min, range->best, range->max};
}

static void fill_counts(const struct casefile_figures *figures, struct report *report)
{
	report->records_raw = figures->records_raw;
	report->records_distinct = figures->records_distinct;
	report->persons = range_of(&figures->persons);
	report->staff = range_of(&figures->staff);
	report->organizations = range_of(&figures->organizations);
	report->role_mailboxes = figures->role_mailboxes;
	report->unlinked_phones = figures->unlinked_phones;
	report->unlinked_ips = figures->unlinked_ips;
	report->unlinked_names = figures->unlinked_names;
	report->case_templates = figures->case_templates;
	report->case_templates_beyond = figures->case_templates_beyond;
	report->unit_count = figures->unit_count;
	report->units = st_alloc_zero(figures->unit_count, sizeof *report->units);
	for (size_t i = 0; i < figures->unit_count; i++)
		report->units[i] =
			(struct report_unit){st_strndup(figures->units[i].unit, strlen(figures->units[i].unit)),
				figures->units[i].raw, figures->units[i].distinct};
	report->kind_count = figures->kind_count;
	report->kinds = st_alloc_zero(figures->kind_count, sizeof *report->kinds);
	for (size_t i = 0; i < figures->kind_count; i++)
		report->kinds[i] = (struct report_kind){
			st_strndup(figures->kinds[i].kind, strlen(figures->kinds[i].kind)), figures->kinds[i].mentions,
			figures->kinds[i].mentions_distinct_records, figures->kinds[i].distinct};
	report->tallies = figures->tallies;
	report->tallies.rows = st_alloc_zero(figures->tallies.count, sizeof *report->tallies.rows);
	for (size_t i = 0; i < figures->tallies.count; i++)
		report->tallies.rows[i] = figures->tallies.rows[i];
	for (size_t i = 0; i < figures->store_count; i++) {
		const struct casefile_store_records *from = &figures->stores[i];
		if (from->store >= report->store_count)
			continue;
		report->stores[from->store].raw = from->raw;
		report->stores[from->store].distinct = from->distinct;
		report->stores[from->store].within = from->within;
	}
}

static enum st_status fill_copy(
	struct report_case *rc, const struct casefile_copy *from, struct report_copy *to, struct st_error *err)
{
	to->shared = from->shared;
	to->identical = from->identical;
	to->differing_total = from->differing_total;
	to->stores = st_alloc_zero(from->store_count, sizeof *to->stores);
	to->distinct = st_alloc_zero(from->store_count, sizeof *to->distinct);
	for (uint32_t i = 0; i < from->store_count; i++) {
		if (from->stores[i] >= rc->store_count)
			continue;
		to->stores[to->store_count] = from->stores[i];
		to->distinct[to->store_count++] = from->distinct[i];
	}
	to->differing = st_alloc_zero(from->differing_count, sizeof *to->differing);
	for (size_t i = 0; i < from->differing_count; i++) {
		const struct casefile_difference *difference = &from->differing[i];
		char *path = NULL, *document = NULL;
		if (difference->store >= rc->store_count)
			continue;
		if (rc->revealed && difference->object != 0)
			ST_TRY(report_case_path(rc, difference->object, difference->part, &path, err));
		if (path != NULL && difference->part != 0)
			document = report_case_document(rc, difference->part, difference->record);
		to->differing[to->differing_count++] = (struct report_difference){
			difference->store, difference->object, difference->holders, path, difference->record, document};
	}
	return ST_OK;
}

static enum st_status fill_copies(
	struct report_case *rc, const struct casefile_figures *figures, struct report *report, struct st_error *err)
{
	report->copies = st_alloc_zero(figures->copy_count, sizeof *report->copies);
	for (size_t i = 0; i < figures->copy_count; i++) {
		report->copy_count++;
		ST_TRY(fill_copy(rc, &figures->copies[i], &report->copies[i], err));
	}
	return ST_OK;
}

static void fill_pairs(const struct casefile_figures *figures, struct report *report)
{
	report->pairs_known = figures->pairs_known;
	report->pairs = st_alloc_zero(figures->pair_count, sizeof *report->pairs);
	for (size_t i = 0; i < figures->pair_count; i++) {
		const struct casefile_pair *from = &figures->pairs[i];
		if (from->a < report->store_count && from->b < report->store_count)
			report->pairs[report->pair_count++] = (struct report_pair){from->a, from->b, from->shared};
	}
}

static enum st_status fill_estimate(struct report_case *rc, struct report *report, struct st_error *err)
{
	st_auto_buf struct st_buf bytes = {0};
	ST_TRY(casefile_get(rc->casefile, SAMPLE_ESTIMATE, &bytes, err));
	report->estimated = bytes.size > 0;
	if (report->estimated && !sample_row_read((struct st_span){bytes.data, bytes.size}, &report->estimate))
		return st_fail(err, ST_FATAL, "the case is damaged: its estimate cannot be read");
	return ST_OK;
}

enum st_status report_fill(struct report_case *rc, struct report *report, bool *found, struct st_error *err)
{
	struct casefile_figures figures;
	*report = (struct report){0};
	ST_TRY(casefile_figures(rc->casefile, &figures, found, err));
	enum st_status status = fill_provenance(rc, report, err);
	if (status == ST_OK)
		status = fill_coverage(rc, report, err);
	if (status == ST_OK && *found) {
		status = report_case_unread(rc, keep_unread, report, err);
		fill_counts(&figures, report);
		fill_pairs(&figures, report);
	}
	if (status == ST_OK && *found)
		status = fill_copies(rc, &figures, report, err);
	if (status == ST_OK && *found)
		status = report_fill_leads(rc, report, err);
	if (status == ST_OK)
		status = report_fill_windows(rc, report, err);
	if (status == ST_OK && *found)
		status = fill_estimate(rc, report, err);
	casefile_figures_free(&figures);
	return status;
}

static void free_text(const char *text)
{
	free((void *)(uintptr_t)text);
}

void report_filled_free(struct report *report)
{
	free_text(report->detectors_sha256);
	free_text((const char *)report->options.data);
	free_text(report->own_domains);
	free_text(report->case_name);
	for (size_t i = 0; i < report->unread_row_count; i++)
		free_text(report->unread_rows[i].path);
	for (size_t i = 0; i < report->unit_count; i++)
		free_text(report->units[i].unit);
	for (size_t i = 0; i < report->kind_count; i++)
		free_text(report->kinds[i].kind);
	for (size_t i = 0; i < report->copy_count; i++) {
		for (size_t j = 0; j < report->copies[i].differing_count; j++) {
			free_text(report->copies[i].differing[j].path);
			free_text(report->copies[i].differing[j].document);
		}
		free(report->copies[i].stores);
		free(report->copies[i].distinct);
		free(report->copies[i].differing);
	}
	report_leads_free(report);
	report_windows_free(report);
	report_tops_free(report);
	free(report->pairs);
	sample_report_free(&report->estimate);
	free(report->tallies.rows);
	free(report->unread_rows);
	free(report->units);
	free(report->kinds);
	free(report->copies);
	free(report->stores);
}
