/* What a check tells a program (contract 8, staunch.check/1). */
#include "cli/check.h"

#include "base/clock.h"

static void add_row(struct st_json_writer *w, const struct check_row *row)
{
	st_json_object(w);
	st_json_key_uint(w, "n", row->number);
	st_json_key_text(w, "time", row->time);
	st_json_key_text(w, "request", row->request);
	st_json_key_text(w, "as", probe_as_name(row->as));
	st_json_key_text(w, "outcome", probe_outcome_text(row->outcome));
	st_json_key_uint(w, "status", row->status);
	st_json_key_text(w, "error_code", row->error_code[0] != 0 ? row->error_code : NULL);
	st_json_key_text(w, "address", row->address);
	st_json_key_uint(w, "body_bytes", row->body_bytes);
	st_json_key_text(w, "body_sha256", row->body_bytes > 0 ? row->sha256 : NULL);
	st_json_object_end(w);
}

static void add_window(struct st_json_writer *w, const struct check_result *result)
{
	const struct check_history *history = &result->history;
	st_json_key(w, "window");
	if (history->last_open[0] == 0) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key_text(w, "last_open", history->last_open);
	st_json_key(w, "closed");
	if (check_verdict_of(result) == PROBE_CLOSED) {
		st_json_array(w);
		st_json_text(w, history->last_open);
		st_json_text(w, history->first_closed[0] != 0 ? history->first_closed : result->time);
		st_json_array_end(w);
	} else {
		st_json_null(w);
	}
	st_json_object_end(w);
}

static void add_views(struct st_json_writer *w, const struct check_views *views)
{
	st_json_key(w, "stranger");
	if (views->stranger_kind != NULL) {
		st_json_object(w);
		st_json_key_text(w, "credential", views->stranger_kind);
		st_json_key_text(w, "reason", views->stranger_says);
		st_json_object_end(w);
	} else {
		st_json_null(w);
	}
	st_json_key(w, "owner_view");
	if (views->owner_kind == NULL) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key_text(w, "credential", views->owner_kind);
	st_json_key_bool(w, "accepted", !views->owner_refused);
	for (size_t i = 0; i < views->owner.count; i++)
		st_json_key_text(w, views->owner.list[i].name, views->owner.list[i].value);
	st_json_object_end(w);
}

static void add_time(struct st_json_writer *w, const char *key, int64_t seconds)
{
	char text[21];
	st_utc_text(seconds, text);
	st_json_key_text(w, key, seconds != 0 ? text : NULL);
}

void check_sas_json(struct st_json_writer *w, const struct probe_sas *sas)
{
	st_json_key(w, "sas");
	if (sas == NULL) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key_text(w, "kind", probe_sas_kind_name(sas->kind));
	st_json_key_text(w, "version", sas->version);
	st_json_key_text(w, "permissions", sas->permissions);
	st_json_key_text(w, "resource", sas->resource);
	st_json_key_text(w, "services", sas->services);
	st_json_key_text(w, "types", sas->types);
	add_time(w, "start", sas->start);
	add_time(w, "expiry", sas->expiry);
	st_json_key_bool(w, "https_only", sas->https_only);
	st_json_key_text(w, "addresses", sas->addresses);
	st_json_key_bool(w, "stored_policy", sas->by_policy);
	st_json_object_end(w);
}

static void add_exposure(struct st_json_writer *w, const struct check *check, const struct check_result *result)
{
	const struct probe_observed *observed = probe_observed_of(&check->observed, result->target->canonical);
	struct report_exposure exposure;
	st_json_key(w, "exposure");
	if (observed == NULL) {
		st_json_null(w);
		return;
	}
	check_exposure_of(observed, &exposure);
	st_json_object(w);
	report_exposure_json(w, &exposure);
	st_json_object_end(w);
	check_exposure_free(&exposure);
}

static void add_windows(struct st_json_writer *w, const struct check *check, const struct check_result *result)
{
	const struct probe_timeline *line = probe_timeline_of(&check->evidence.timelines, result->target->canonical);
	st_json_key(w, "windows");
	st_json_array(w);
	for (size_t i = 0; line != NULL && i < line->window_count; i++)
		probe_watch_window_json(w, line, i);
	st_json_array_end(w);
}

static void add_result(struct st_json_writer *w, const struct check *check, const struct check_result *result)
{
	const struct probe *probe = &result->probe;
	st_json_object(w);
	st_json_key_text(w, "target", result->typed);
	st_json_key_text(w, "service", result->service != NULL ? result->service->name : NULL);
	st_json_key_text(w, "verdict", probe_state_name(check_verdict_of(result)));
	st_json_key(w, "rights");
	st_json_object(w);
	for (int i = 0; i < PROBE_RIGHTS; i++)
		st_json_key_text(w, probe_right_name((enum probe_right)i),
			probe_right_state_name((enum probe_right)i, probe->verdict.rights[i]));
	st_json_object_end(w);
	st_json_key_text(w, "reason", probe->verdict.reason);
	st_json_key(w, "product");
	if (probe->product.size > 0)
		st_json_string(w, probe->product.data, probe->product.size);
	else
		st_json_null(w);
	st_json_key_uint(w, "objects_seen", probe->objects_seen);
	add_views(w, &result->views);
	check_sas_json(w, result->target->sas);
	st_json_key(w, "contents");
	if (result->contents.taken) {
		st_json_object(w);
		check_contents_fields(w, &result->contents);
		st_json_object_end(w);
	} else {
		st_json_null(w);
	}
	add_window(w, result);
	add_exposure(w, check, result);
	add_windows(w, check, result);
	st_json_key(w, "evidence");
	st_json_array(w);
	for (size_t i = 0; i < result->row_count; i++)
		add_row(w, &result->rows[i]);
	st_json_array_end(w);
	st_json_object_end(w);
}

void check_tell_json(const struct check *check, int indent, struct st_buf *out)
{
	struct st_json_writer w = {.out = out, .indent = indent};
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	st_hex(check->evidence.chain.head, sizeof check->evidence.chain.head, head);
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.check/1");
	st_json_key_text(&w, "version", STAUNCH_VERSION);
	st_json_key_text(&w, "run", check->run);
	if (check->round > 0)
		st_json_key_uint(&w, "round", check->round);
	st_json_key_text(&w, "started_at", check->began);
	st_json_key_text(&w, "vantage", check->scope->inside ? "inside" : "internet");
	st_json_key_text(&w, "level", probe_level_name(check->level));
	st_json_key_uint(&w, "requests", check->pace.requests);
	st_json_key_uint(&w, "bytes", check->pace.used_bytes);
	st_json_key(&w, "targets");
	st_json_array(&w);
	for (size_t i = 0; i < check->result_count; i++)
		add_result(&w, check, &check->results[i]);
	st_json_array_end(&w);
	st_json_key(&w, "inventory");
	check_inventory_json(&check->inventory, &w);
	st_json_key_text(&w, "evidence_head", head);
	st_json_key_bool(&w, "evidence_kept", check->evidence.kept);
	st_json_object_end(&w);
	st_buf_add_byte(out, '\n');
}
