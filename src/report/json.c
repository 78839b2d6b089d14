/* staunch.report/1 (contract 6): what is not built is null, what is built and empty is []. */
#include "base/clock.h"
#include "base/json_write.h"
#include "base/print.h"
#include "report/claims.h"
#include "report/json_parts.h"
#include "report/report.h"

#include <stdio.h>

static void key_name(struct st_json_writer *w, const char *key, const char *name)
{
	st_auto_free char *escaped = st_escaped_text(name, strlen(name));
	st_json_key_text(w, key, escaped);
}

static void text_name(struct st_json_writer *w, const char *name)
{
	st_auto_free char *escaped = st_escaped_text(name, strlen(name));
	st_json_text(w, escaped);
}

/* The path chain, or the number that stands for it. */
static void key_path(struct st_json_writer *w, const char *path, uint32_t object)
{
	char number[32];
	snprintf(number, sizeof number, "object #%u", object);
	st_json_key_text(w, "path", path != NULL ? path : number);
}

static void key_time(struct st_json_writer *w, const char *key, int64_t seconds)
{
	char text[21];
	st_utc_text(seconds, text);
	st_json_key_text(w, key, seconds != 0 ? text : NULL);
}

static void write_options(struct st_json_writer *w, struct st_span options)
{
	st_json_key(w, "options");
	if (options.size == 0) {
		st_json_null(w);
		return;
	}
	st_buf_add(w->out, options.data, options.size); /* is JSON already */
	w->after_key = false;
}

static void write_provenance(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "provenance");
	st_json_object(w);
	key_name(w, "case", report->case_name);
	st_json_key_text(w, "version", report->version);
	st_json_key_text(w, "detectors_sha256", report->detectors_sha256);
	key_time(w, "generated_at", report->generated_at);
	write_options(w, report->options);
	st_json_key(w, "sources");
	st_json_array(w);
	for (size_t i = 0; i < report->store_count; i++) {
		char hex[2 * ST_SHA256_BYTES + 1];
		st_hex(report->stores[i].manifest_sha256, ST_SHA256_BYTES, hex);
		st_json_object(w);
		key_name(w, "store", report->stores[i].name);
		st_json_key_text(w, "manifest_sha256", hex);
		key_time(w, "started_at", report->stores[i].started_at);
		key_time(w, "finished_at", report->stores[i].finished_at);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_object_end(w);
}

static void write_estimated(struct st_json_writer *w, const struct report_estimated *figure)
{
	key_name(w, "figure", figure->name);
	st_json_key_uint(w, "value", figure->value);
	st_json_key_uint(w, "low", figure->low);
	if (figure->bounded)
		st_json_key_uint(w, "high", figure->high);
	else
		st_json_key_null(w, "high");
}

static void write_sampled_stores(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "stores");
	st_json_array(w);
	for (size_t i = 0; i < report->estimate.store_count; i++) {
		const struct report_sampled_store *store = &report->estimate.stores[i];
		char percent[32];
		if (store->store >= report->store_count)
			continue;
		snprintf(percent, sizeof percent, "%g", store->share_ppm / 1e4);
		st_json_object(w);
		key_name(w, "store", report->stores[store->store].name);
		st_json_key_text(w, "percent", percent);
		st_json_key_uint(w, "seed", store->seed);
		st_json_key_uint(w, "sampled_objects", store->sampled);
		st_json_key_uint(w, "listed_objects", store->listed);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void write_estimate(struct st_json_writer *w, const struct report *report)
{
	const struct report_estimate *estimate = &report->estimate;
	if (!report->estimated) {
		st_json_key_null(w, "estimate");
		return;
	}
	st_json_key(w, "estimate");
	st_json_object(w);
	st_json_key_uint(w, "sampled_objects", estimate->sampled);
	st_json_key_uint(w, "listed_objects", estimate->listed);
	st_json_key_uint(w, "strata", estimate->strata);
	st_json_key_uint(w, "seed", estimate->store_count > 0 ? estimate->stores[0].seed : 0);
	st_json_key_text(w, "intervals", "95%");
	write_sampled_stores(w, report);
	st_json_key(w, "figures");
	st_json_array(w);
	for (size_t i = 0; i < estimate->figure_count; i++) {
		st_json_object(w);
		write_estimated(w, &estimate->figures[i]);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_object_end(w);
}

static void write_reasons(struct st_json_writer *w, const char *key, const uint64_t counts[ST_REASONS])
{
	st_json_key(w, key);
	st_json_object(w);
	for (int reason = 1; reason < ST_REASONS; reason++) {
		if (counts[reason] > 0)
			st_json_key_uint(w, st_reason_name((enum st_reason)reason), counts[reason]);
	}
	st_json_object_end(w);
}

static void write_unread_rows(struct st_json_writer *w, const struct report *report, const char *key, bool members)
{
	st_json_key(w, key);
	st_json_array(w);
	for (size_t i = 0; i < report->unread_row_count; i++) {
		const struct report_unread *row = &report->unread_rows[i];
		if (row->member != members)
			continue;
		st_json_object(w);
		key_path(w, row->path, row->object);
		st_json_key_uint(w, "object", row->object);
		st_json_key_text(w, "status", st_read_status_name(row->status));
		st_json_key_text(w, "reason", st_reason_name(row->reason));
		if (row->detail[0] != 0)
			key_name(w, "detail", row->detail);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void write_unread(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "unread");
	st_json_object(w);
	write_reasons(w, "by_reason", report->unread_objects);
	write_reasons(w, "members_by_reason", report->members_unread);
	write_unread_rows(w, report, "objects", false);
	write_unread_rows(w, report, "members", true);
	st_json_object_end(w);
}

static void write_not_searched(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "not_searched");
	st_json_array(w);
	if (report->not_searched_bytes > 0) {
		st_json_object(w);
		st_json_key_text(w, "what", "NUL-ridden bytes");
		st_json_key_uint(w, "bytes", report->not_searched_bytes);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

/* null: nothing came over it. */
static void write_network(struct st_json_writer *w, const struct st_network *network)
{
	st_json_key(w, "network");
	if (network->pages == 0 && network->requests == 0) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key_uint(w, "pages", network->pages);
	st_json_key_uint(w, "names", network->names);
	st_json_key_uint(w, "listing_ms", network->listing_ms);
	st_json_key_uint(w, "listing_waiting_ms", network->listing_asked_ms);
	st_json_key_uint(w, "requests", network->requests);
	st_json_key_uint(w, "bytes", network->bytes);
	st_json_key_uint(w, "reading_ms", network->object_ms);
	st_json_key_uint(w, "reading_waiting_ms", network->object_asked_ms);
	st_json_key_uint(w, "reading_blocked_ms", network->object_blocked_ms);
	st_json_object_end(w);
}

static void write_coverage(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "coverage");
	st_json_object(w);
	st_json_key(w, "objects");
	st_json_object(w);
	st_json_key_uint(w, "listed", report->listed);
	st_json_key_uint(w, "read", report->read);
	st_json_key_uint(w, "partial", report->partial);
	st_json_key_uint(w, "unread", report->unread);
	st_json_key_uint(w, "duplicate", report->duplicate);
	st_json_key_uint(w, "pending", report->pending);
	st_json_key_uint(w, "members", report->members);
	st_json_object_end(w);
	st_json_key(w, "bytes");
	st_json_object(w);
	st_json_key_uint(w, "listed", report->bytes_listed);
	st_json_key_uint(w, "read", report->bytes_read);
	st_json_object_end(w);
	st_json_key(w, "documents");
	if (report->documents.known) {
		st_json_object(w);
		st_json_key_uint(w, "listed", report->documents.listed);
		st_json_key_uint(w, "appeared", report->documents.appeared);
		st_json_key_uint(w, "read", report->documents.read);
		st_json_key_uint(w, "unread", report->documents.unread);
		st_json_object_end(w);
	} else {
		st_json_null(w);
	}
	st_json_key(w, "records");
	st_json_object(w);
	st_json_key_uint(w, "raw", report->records_raw);
	st_json_key_uint(w, "distinct", report->records_distinct);
	st_json_object_end(w);
	write_unread(w, report);
	write_not_searched(w, report);
	write_network(w, &report->network);
	st_json_object_end(w);
}

static void write_kinds(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "units");
	st_json_array(w);
	for (size_t i = 0; i < report->unit_count; i++) {
		st_json_object(w);
		key_name(w, "unit", report->units[i].unit);
		st_json_key_uint(w, "raw", report->units[i].raw);
		st_json_key_uint(w, "distinct", report->units[i].distinct);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_key(w, "entities");
	st_json_array(w);
	for (size_t i = 0; i < report->kind_count; i++) {
		st_json_object(w);
		key_name(w, "kind", report->kinds[i].kind);
		st_json_key_uint(w, "mentions", report->kinds[i].mentions);
		st_json_key_uint(w, "mentions_distinct_records", report->kinds[i].mentions_distinct_records);
		st_json_key_uint(w, "distinct", report->kinds[i].distinct);
		if (report->case_templates > 0 && strcmp(report->kinds[i].kind, "case_number") == 0) {
			st_json_key_uint(w, "templates", report->case_templates);
			st_json_key_uint(w, "templates_not_counted", report->case_templates_beyond);
		}
		st_json_object_end(w);
	}
	st_json_array_end(w);
	json_categories(w, report);
}

static void write_range(struct st_json_writer *w, const struct report_range *range, const char *method)
{
	st_json_key_uint(w, "min", range->min);
	st_json_key_uint(w, "best", range->best);
	st_json_key_uint(w, "max", range->max);
	st_json_key_text(w, "method", method);
}

static void write_parties(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "persons");
	st_json_object(w);
	write_range(w, &report->persons, report_persons_method());
	st_json_key(w, "unlinked");
	st_json_object(w);
	st_json_key_uint(w, "phone_number", report->unlinked_phones);
	st_json_key_uint(w, "ip_address", report->unlinked_ips);
	st_json_key_uint(w, "person_name", report->unlinked_names);
	st_json_object_end(w);
	st_json_object_end(w);
	st_json_key(w, "staff");
	st_json_object(w);
	st_json_key(w, "persons");
	st_json_object(w);
	write_range(w, &report->staff, "persons whose address is at an own domain; part of persons");
	st_json_object_end(w);
	st_json_object_end(w);
	st_json_key_uint(w, "role_mailboxes", report->role_mailboxes);
	st_json_key(w, "organizations");
	st_json_object(w);
	write_range(w, &report->organizations, report_organizations_method());
	st_json_object_end(w);
	json_countries(w, report);
}

static void write_store_records(struct st_json_writer *w, const struct report_store *store)
{
	st_json_object(w);
	key_name(w, "store", store->name);
	st_json_key_uint(w, "raw", store->raw);
	st_json_key_uint(w, "distinct", store->distinct);
	st_json_key_uint(w, "within_store", store->within);
	st_json_object_end(w);
}

static void write_copy(struct st_json_writer *w, const struct report *report, const struct report_copy *copy)
{
	st_json_object(w);
	st_json_key(w, "stores");
	st_json_array(w);
	for (size_t i = 0; i < copy->store_count; i++)
		text_name(w, report->stores[copy->stores[i]].name);
	st_json_array_end(w);
	st_json_key_uint(w, "records", copy->shared);
	st_json_key_bool(w, "identical", copy->identical);
	st_json_key_uint(w, "differing_total", copy->differing_total);
	st_json_key(w, "differing");
	st_json_array(w);
	for (size_t i = 0; i < copy->differing_count; i++) {
		st_json_object(w);
		key_name(w, "store", report->stores[copy->differing[i].store].name);
		key_path(w, copy->differing[i].path, copy->differing[i].object);
		st_json_key_uint(w, "object", copy->differing[i].object);
		st_json_key_uint(w, "record", copy->differing[i].record);
		if (copy->differing[i].document != NULL)
			st_json_key_text(w, "document", copy->differing[i].document);
		st_json_key_uint(w, "in_stores", copy->differing[i].holders);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_key(w, "within_store");
	st_json_array(w);
	for (size_t i = 0; i < copy->store_count; i++) {
		const struct report_store *store = &report->stores[copy->stores[i]];
		if (store->within == 0)
			continue;
		st_json_object(w);
		key_name(w, "store", store->name);
		st_json_key_uint(w, "records", store->within);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_object_end(w);
}

/* Distinct records that two stores share; null when it was not counted. */
static void write_pairs(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "shared");
	if (!report->pairs_known) {
		st_json_null(w);
		return;
	}
	st_json_array(w);
	for (size_t i = 0; i < report->pair_count; i++) {
		st_json_object(w);
		st_json_key(w, "stores");
		st_json_array(w);
		text_name(w, report->stores[report->pairs[i].a].name);
		text_name(w, report->stores[report->pairs[i].b].name);
		st_json_array_end(w);
		st_json_key_uint(w, "records", report->pairs[i].shared);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void write_copies(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "copies");
	st_json_array(w);
	for (size_t i = 0; i < report->copy_count; i++)
		write_copy(w, report, &report->copies[i]);
	st_json_array_end(w);
	write_pairs(w, report);
	st_json_key(w, "per_store");
	st_json_array(w);
	for (size_t i = 0; i < report->store_count; i++)
		write_store_records(w, &report->stores[i]);
	st_json_array_end(w);
}

static void write_signature(struct st_json_writer *w, const struct lead_signature *signature, int64_t now)
{
	st_json_object(w);
	st_json_key_text(w, "permissions", signature->permissions[0] != 0 ? signature->permissions : NULL);
	key_time(w, "starts", signature->starts);
	key_time(w, "expires", signature->expires);
	st_json_key_text(w, "service_version", signature->version[0] != 0 ? signature->version : NULL);
	st_json_key_text(w, "expired", report_signature_expired(signature, now));
	st_json_object_end(w);
}

static void write_lead(struct st_json_writer *w, const struct report *report, const struct report_lead *lead)
{
	st_json_object(w);
	st_json_key_text(w, "type", lead_type_name(lead->type));
	st_json_key_text(w, "target", lead->target);
	st_json_key_uint(w, "mentions", lead->mentions);
	st_json_key_uint(w, "mentions_distinct_records", lead->mentions_distinct_records);
	st_json_key_uint(w, "records", lead->records);
	st_json_key_text(w, "credential", lead_credential_name(lead->credential));
	st_json_key_text(
		w, "expired", report_lead_expired(lead->signatures, lead->signature_count, report->generated_at));
	st_json_key(w, "signatures");
	st_json_array(w);
	for (size_t i = 0; i < lead->signature_count; i++)
		write_signature(w, &lead->signatures[i], report->generated_at);
	st_json_array_end(w);
	st_json_key(w, "first_places");
	st_json_array(w);
	for (size_t i = 0; i < lead->place_count; i++) {
		st_json_object(w);
		key_name(w, "store", report->stores[lead->places[i].store].name);
		key_path(w, lead->places[i].path, lead->places[i].object);
		st_json_key_uint(w, "object", lead->places[i].object);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_object_end(w);
}

static void write_leads(struct st_json_writer *w, const struct report *report)
{
	if (!report->leads_known) {
		st_json_key_null(w, "leads");
		return;
	}
	st_json_key(w, "leads");
	st_json_array(w);
	for (size_t i = 0; i < report->lead_count; i++)
		write_lead(w, report, &report->leads[i]);
	st_json_array_end(w);
	st_json_key_uint(w, "leads_total", report->lead_total);
}

static void write_dates(struct st_json_writer *w, const struct report *report)
{
	const struct report_dates *dates = &report->file_dates;
	if (!report->dates_known) {
		st_json_key_null(w, "dates");
		return;
	}
	st_json_key(w, "dates");
	st_json_object(w);
	st_json_key_null(w, "content");
	st_json_key(w, "metadata");
	st_json_object(w);
	key_time(w, "first", dates->first);
	key_time(w, "last", dates->last);
	st_json_key_uint(w, "objects", dates->dated);
	st_json_key_uint(w, "undated", dates->undated);
	st_json_key(w, "years");
	st_json_array(w);
	for (int year = 0; year < REPORT_YEARS; year++) {
		if (dates->years[year] == 0)
			continue;
		st_json_object(w);
		st_json_key_uint(w, "year", (uint64_t)(REPORT_FIRST_YEAR + year));
		st_json_key_uint(w, "objects", dates->years[year]);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_object_end(w);
	st_json_object_end(w);
}

/* ours: null where we count nothing by that unit. */
static void write_ours(struct st_json_writer *w, const struct claim_ours *ours)
{
	st_json_key(w, "ours");
	if (ours->figure == CLAIM_NONE) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	key_name(w, "unit", ours->name);
	if (ours->figure == CLAIM_RANGE) {
		st_json_key_uint(w, "min", ours->range.min);
		st_json_key_uint(w, "best", ours->range.best);
		st_json_key_uint(w, "max", ours->range.max);
	} else if (ours->figure == CLAIM_SINGLE) {
		st_json_key_uint(w, "listed", ours->raw);
		st_json_key_uint(w, "read", ours->distinct);
	} else {
		st_json_key_uint(w, ours->figure == CLAIM_VALUES ? "mentions" : "raw", ours->raw);
		st_json_key_uint(w, "distinct", ours->distinct);
	}
	st_json_object_end(w);
}

static void write_claims(struct st_json_writer *w, const struct report *report)
{
	st_json_key(w, "claims");
	st_json_array(w);
	for (size_t i = 0; i < report->claim_count; i++) {
		const struct report_claim *claim = &report->claims[i];
		st_auto_buf struct st_buf difference = {0};
		struct claim_ours ours;
		report_claim_ours(report, claim, &ours);
		report_claim_difference(report, claim, &ours, &difference);
		st_buf_add_byte(&difference, 0);
		st_json_object(w);
		key_name(w, "claim", claim->claim);
		key_name(w, "unit", claim->unit);
		st_json_key_uint(w, "value", claim->value);
		key_name(w, "source", claim->source);
		write_ours(w, &ours);
		key_name(w, "difference", (const char *)difference.data);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void write_window(struct st_json_writer *w, const struct report *report)
{
	if (!report->exposures_known) {
		st_json_key_null(w, "window");
		return;
	}
	st_json_key(w, "window");
	st_json_object(w);
	st_json_key_text(w, "method", report_window_method());
	st_json_key_uint(w, "audits_unreadable", report->openings.unreadable);
	st_json_key(w, "stores");
	st_json_array(w);
	for (size_t i = 0; i < report->exposure_count; i++) {
		st_json_object(w);
		report_exposure_json(w, &report->exposures[i]);
		st_json_key(w, "opened_by");
		report_openings_json(w, &report->openings, report->exposures[i].store);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_object_end(w);
}

void report_json(const struct report *report, struct st_buf *out)
{
	struct st_json_writer writer = {.out = out, .indent = 2};
	struct st_json_writer *w = &writer;
	st_json_object(w);
	st_json_key_text(w, "schema", "staunch.report/1");
	st_json_key_bool(w, "complete", report_complete(report));
	write_provenance(w, report);
	write_estimate(w, report);
	write_coverage(w, report);
	write_kinds(w, report);
	write_parties(w, report);
	write_copies(w, report);
	write_dates(w, report);
	json_sensitivity(w, report);
	write_leads(w, report);
	write_window(w, report);
	write_claims(w, report);
	st_json_object_end(w);
	st_buf_add_byte(out, '\n');
}
