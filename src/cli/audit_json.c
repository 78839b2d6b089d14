/* The result as JSON: schema staunch.audit/1 (contract 9). */
#include "base/json_write.h"
#include "base/print.h"
#include "cli/audit.h"

static void text(struct st_json_writer *w, const char *key, struct st_span value)
{
	st_json_key(w, key);
	st_json_string(w, value.data, value.size);
}

static void texts(struct st_json_writer *w, const char *key, const struct audit_texts *list)
{
	st_json_key(w, key);
	st_json_array(w);
	for (uint32_t i = 0; i < list->count; i++)
		st_json_string(w, list->items[i].data, list->items[i].size);
	st_json_array_end(w);
}

static void place(struct st_json_writer *w, const struct audit_run *run, uint32_t file, uint32_t line)
{
	st_json_key_text(w, "file", run->files[file].path);
	st_json_key_uint(w, "line", line);
	if (run->commits)
		st_json_key_text(w, "commit", run->labels[run->files[file].snapshot]);
}

static void rule_fields(struct st_json_writer *w, const struct audit_run *run, const struct audit_rule_at *rule)
{
	text(w, "rule", rule->rule);
	text(w, "group", rule->group);
	st_json_key_bool(w, "setting", rule->setting);
	st_json_key(w, "priority");
	if (rule->priority < 0)
		st_json_null(w);
	else
		st_json_int(w, rule->priority);
	place(w, run, rule->file, rule->line);
	if (rule->address.size > 0)
		text(w, "address", rule->address);
}

static void witness(struct st_json_writer *w, const struct audit_exposure *exposure)
{
	st_json_key(w, "witness");
	if (exposure->witness.source.size == 0) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	text(w, "source", exposure->witness.source);
	st_json_key_text(w, "protocol", audit_protocol_name(exposure->witness.protocol));
	st_json_key(w, "destination_port");
	if (exposure->witness.destination_port >= 0)
		st_json_int(w, exposure->witness.destination_port);
	else
		st_json_null(w);
	st_json_key(w, "source_port");
	if (exposure->witness.source_port >= 0)
		st_json_int(w, exposure->witness.source_port);
	else
		st_json_null(w);
	st_json_key_string_or_null(w, "destination", exposure->witness.destination);
	st_json_object_end(w);
}

static void bracket(struct st_json_writer *w, struct st_span after, struct st_span by)
{
	st_json_array(w);
	if (after.size > 0)
		st_json_string(w, after.data, after.size);
	else
		st_json_null(w);
	if (by.size > 0)
		st_json_string(w, by.data, by.size);
	else
		st_json_null(w);
	st_json_array_end(w);
}

/* What a log has of the edit; null: it names none. */
static void event(struct st_json_writer *w, const struct audit_run *run, const struct audit_event_told *told)
{
	if (run->activity_log == NULL)
		return;
	st_json_key(w, "event");
	if (told->operation.size == 0) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	text(w, "operation", told->operation);
	st_json_key(w, "time");
	bracket(w, told->first, told->last);
	st_json_key_string_or_null(w, "correlation_id", told->correlation);
	st_json_key_string_or_null(w, "caller", told->caller);
	st_json_key_text(w, "file", run->activity_log);
	st_json_key_uint(w, "line", told->line);
	st_json_key_uint(w, "candidates", told->count);
	st_json_object_end(w);
}

static void edits(struct st_json_writer *w, const struct audit_run *run, const struct audit_edit *list, uint32_t count)
{
	st_json_key(w, "edits");
	st_json_array(w);
	for (uint32_t i = 0; i < count; i++) {
		const struct audit_edit *edit = &list[i];
		st_json_object(w);
		st_json_key_text(w, "change", audit_change_name(edit->change));
		st_json_key_string_or_null(w, "rule", edit->rule.rule);
		st_json_key_string_or_null(w, "group", edit->rule.group);
		place(w, run, edit->rule.file, edit->rule.line);
		if (edit->rule.address.size > 0)
			text(w, "address", edit->rule.address);
		event(w, run, &edit->event);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void opened_by(struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	st_json_key(w, "opened_by");
	if (exposure->edit_count == 0) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key_text(w, "how", audit_how_name(exposure->how));
	edits(w, run, exposure->edits, exposure->edit_count);
	if (run->commits) {
		st_json_key(w, "commits");
		bracket(w, exposure->opened_after, exposure->opened_by);
	}
	st_json_object_end(w);
}

/* Only of what was closed again. */
static void closed_by(struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	if (exposure->closing_count == 0)
		return;
	st_json_key(w, "closed_by");
	st_json_object(w);
	st_json_key_text(w, "how", audit_how_name(exposure->close_how));
	edits(w, run, exposure->closings, exposure->closing_count);
	st_json_object_end(w);
}

/* The moment of a log; without one the days of snapshots. */
static void moment_or(
	struct st_json_writer *w, const struct audit_moment *moment, struct st_span after, struct st_span by)
{
	if (moment->told)
		bracket(w, moment->first, moment->last.size > 0 ? moment->last : by);
	else if (by.size > 0)
		bracket(w, after, by);
	else
		st_json_null(w);
}

static void moment_source(struct st_json_writer *w, const char *key, const struct audit_moment *moment, bool days)
{
	if (moment->told)
		st_json_key_text(w, key, moment->inside ? "part of activity-log" : "activity-log");
	else if (days)
		st_json_key_text(w, key, "snapshots");
	else
		st_json_key_null(w, key);
}

/* "closed" is null while it is open. */
static void window(struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	bool days = exposure->has_window;
	struct st_span none = {NULL, 0};
	st_json_key(w, "window");
	if (!days && !exposure->opened_log.told) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key(w, "opened");
	moment_or(w, &exposure->opened_log, exposure->opened_after, days ? exposure->opened_by : none);
	st_json_key(w, "closed");
	moment_or(w, &exposure->closed_log, exposure->closed_after, exposure->closed_by);
	if (run->activity_log != NULL) {
		moment_source(w, "opened_source", &exposure->opened_log, days);
		moment_source(w, "closed_source", &exposure->closed_log, exposure->closed_by.size > 0);
	}
	if (run->activity_log != NULL && days) {
		st_json_key(w, "snapshots");
		st_json_object(w);
		st_json_key(w, "opened");
		bracket(w, exposure->opened_after, exposure->opened_by);
		st_json_key(w, "closed");
		moment_or(w, &(struct audit_moment){0}, exposure->closed_after, exposure->closed_by);
		st_json_object_end(w);
	}
	st_json_object_end(w);
}

static void setting_edit(struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	st_json_object(w);
	text(w, "setting", exposure->fix_setting.key);
	place(w, run, exposure->fix_setting.file, exposure->fix_setting.line);
	st_json_key_string_or_null(w, "set", exposure->fix_setting.value);
	st_json_object_end(w);
}

/* Proven: with these sources nothing of the exposure is let in. Sessions that exist outlive the edit. */
static void fix(struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	st_json_key(w, "fix");
	if ((exposure->fix_count == 0 && exposure->fix_setting.key.size == 0) || exposure->verdict != AUDIT_OPEN) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key(w, "edits");
	st_json_array(w);
	for (uint32_t i = 0; i < exposure->fix_count; i++) {
		st_json_object(w);
		rule_fields(w, run, &exposure->fix_rules[i]);
		audit_fix_json(w, run, &exposure->fix_rules[i]);
		st_json_object_end(w);
	}
	if (exposure->fix_count == 0)
		setting_edit(w, run, exposure);
	st_json_array_end(w);
	if (exposure->fix_count > 0 && exposure->fix_setting.key.size > 0) {
		st_json_key(w, "or");
		setting_edit(w, run, exposure);
	}
	st_json_key_uint(w, "also_closes", exposure->fix_also_closes);
	if (run->keep != NULL)
		st_json_key_uint(w, "keeps", exposure->fix_keeps);
	st_json_key_text(w, "warning", "established sessions outlive the edit");
	st_json_object_end(w);
}

/* What is given to anybody; null where nothing is known of it. */
static void rights(struct st_json_writer *w, const struct audit_exposure *exposure)
{
	st_json_key(w, "rights");
	if (exposure->auth == AUDIT_AUTH_UNKNOWN) {
		st_json_null(w);
		return;
	}
	st_json_array(w);
	if (exposure->rights & AUDIT_RIGHT_LIST)
		st_json_string(w, "list", 4);
	if (exposure->rights & AUDIT_RIGHT_READ)
		st_json_string(w, "read", 4);
	st_json_array_end(w);
}

static void exception_fields(struct st_json_writer *w, const struct audit_exception_told *told)
{
	text(w, "store", told->store);
	text(w, "owner", told->owner);
	text(w, "reason", told->reason);
	text(w, "until", told->until);
	st_json_key_bool(w, "expired", told->expired);
	st_json_key_uint(w, "line", told->line);
}

/* null: none says anything about the row. */
static void exception(struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	if (run->result.exception_count == 0)
		return;
	st_json_key(w, "exception");
	if (exposure->excepted == AUDIT_NOT_EXCEPTED) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	exception_fields(w, &run->result.exceptions[exposure->exception]);
	st_json_object_end(w);
}

static void exceptions(struct st_json_writer *w, const struct audit_run *run)
{
	if (run->exceptions == NULL)
		return;
	st_json_key(w, "exceptions");
	st_json_array(w);
	for (uint32_t i = 0; i < run->result.exception_count; i++) {
		st_json_object(w);
		exception_fields(w, &run->result.exceptions[i]);
		st_json_key_uint(w, "rows", run->result.exceptions[i].rows);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void exposure_object(
	struct st_json_writer *w, const struct audit_run *run, const struct audit_exposure *exposure)
{
	st_json_object(w);
	text(w, "store", exposure->store);
	texts(w, "destinations", &exposure->destinations);
	st_json_key_text(w, "protocol", audit_protocol_name(exposure->protocol));
	st_json_key(w, "ports");
	st_json_array(w);
	for (uint32_t i = 0; i < exposure->port_count; i++) {
		st_json_array(w);
		st_json_uint(w, exposure->ports[i].low);
		st_json_uint(w, exposure->ports[i].high);
		st_json_array_end(w);
	}
	st_json_array_end(w);
	texts(w, "sources", &exposure->sources);
	st_json_key_text(w, "class", audit_class_name(exposure->class));
	st_json_key_text(w, "verdict", audit_verdict_name(exposure->verdict));
	st_json_key_text(w, "auth", audit_auth_name(exposure->auth));
	st_json_key_string_or_null(w, "service", exposure->service);
	rights(w, exposure);
	st_json_key_bool(w, "fails", audit_fails(run, exposure));
	witness(w, exposure);
	st_json_key(w, "admitted_by");
	st_json_array(w);
	for (uint32_t i = 0; i < exposure->admitted_count; i++) {
		st_json_object(w);
		rule_fields(w, run, &exposure->admitted_by[i]);
		st_json_object_end(w);
	}
	st_json_array_end(w);
	st_json_key_string_or_null(w, "reason", exposure->reason);
	place(w, run, exposure->file, exposure->line);
	if (run->result.compared)
		st_json_key_bool(w, "new", !exposure->known_before);
	exception(w, run, exposure);
	opened_by(w, run, exposure);
	closed_by(w, run, exposure);
	window(w, run, exposure);
	fix(w, run, exposure);
	st_json_object_end(w);
}

void audit_write_exposure(const struct audit_run *run, const struct audit_exposure *exposure, struct st_buf *out)
{
	struct st_json_writer writer = {.out = out};
	exposure_object(&writer, run, exposure);
}

static void notes(
	struct st_json_writer *w, const struct audit_run *run, const char *key, const struct audit_notes *list)
{
	st_json_key(w, key);
	st_json_array(w);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct audit_note *note = &list->items[i];
		st_json_object(w);
		rule_fields(w, run, &note->rule);
		if (note->by.rule.size > 0) {
			st_json_key(w, "by");
			st_json_object(w);
			rule_fields(w, run, &note->by);
			st_json_object_end(w);
		}
		st_json_object_end(w);
		audit_flush(run);
	}
	st_json_array_end(w);
}

static void cannot_tell(struct st_json_writer *w, const struct audit_run *run)
{
	const struct audit_result *result = &run->result;
	st_json_key(w, "cannot_tell");
	st_json_array(w);
	for (uint32_t i = 0; i < result->cannot_tell.count; i++) {
		const struct audit_note *note = &result->cannot_tell.items[i];
		st_json_object(w);
		text(w, "store", note->store);
		text(w, "reason", note->text);
		st_json_key_null(w, "rule");
		place(w, run, note->rule.file, note->rule.line);
		st_json_object_end(w);
	}
	for (uint32_t i = 0; i < result->exposure_count; i++) {
		const struct audit_exposure *exposure = &result->exposures[i];
		if (exposure->verdict != AUDIT_CANNOT_TELL)
			continue;
		st_json_object(w);
		text(w, "store", exposure->store);
		text(w, "reason", exposure->reason);
		st_json_key_string_or_null(w, "rule",
			exposure->admitted_count > 0 ? exposure->admitted_by[0].rule : (struct st_span){NULL, 0});
		place(w, run, exposure->admitted_count > 0 ? exposure->admitted_by[0].file : exposure->file,
			exposure->admitted_count > 0 ? exposure->admitted_by[0].line : exposure->line);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void log_notes(struct st_json_writer *w, const struct audit_run *run, const char *key, const char *about,
	const struct audit_notes *list)
{
	st_json_key(w, key);
	st_json_array(w);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct audit_note *note = &list->items[i];
		st_json_object(w);
		text(w, about, note->store);
		st_json_key_string_or_null(w, "rule", note->rule.rule);
		text(w, "reason", note->text);
		place(w, run, note->rule.file, note->rule.line);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

/* Only with --activity-log. */
static void activity_log(struct st_json_writer *w, const struct audit_run *run)
{
	const struct audit_log_told *log = &run->result.log;
	if (run->activity_log == NULL)
		return;
	st_json_key(w, "activity_log");
	st_json_object(w);
	st_json_key_text(w, "file", run->activity_log);
	st_json_key(w, "spans");
	bracket(w, log->first, log->last);
	st_json_key_uint(w, "entries", log->entries);
	st_json_key_uint(w, "unreadable", log->unreadable);
	st_json_key_uint(w, "operations", log->events);
	st_json_key_uint(w, "failed", log->failed);
	st_json_key_uint(w, "elsewhere", log->elsewhere);
	st_json_key_bool(w, "whole", !log->goes_on && log->unreadable == 0);
	log_notes(w, run, "unseen", "group", &run->result.unseen);
	log_notes(w, run, "unlogged", "group", &run->result.unlogged);
	st_json_object_end(w);
}

void audit_write_json(const struct audit_run *run, struct st_buf *out)
{
	const struct audit_result *result = &run->result;
	struct st_json_writer writer = {.out = out, .indent = 2}, *w = &writer;
	st_json_object(w);
	st_json_key_text(w, "schema", "staunch.audit/1");
	st_json_key(w, "exposures");
	st_json_array(w);
	for (uint32_t i = 0; i < result->exposure_count; i++) {
		exposure_object(w, run, &result->exposures[i]);
		audit_flush(run);
	}
	st_json_array_end(w);
	st_json_key(w, "stores");
	st_json_array(w);
	for (uint32_t i = 0; i < result->store_count; i++) {
		const struct audit_store_told *store = &result->stores[i];
		st_json_object(w);
		text(w, "store", store->name);
		st_json_key_text(w, "verdict", audit_verdict_name(store->verdict));
		st_json_key_string_or_null(w, "reason", store->reason);
		place(w, run, store->file, store->line);
		st_json_object_end(w);
		audit_flush(run);
	}
	st_json_array_end(w);
	notes(w, run, "shadowed", &result->shadowed);
	notes(w, run, "dead_denies", &result->dead_denies);
	if (result->unfinished.count > 0)
		log_notes(w, run, "unfinished", "group", &result->unfinished);
	log_notes(w, run, "default_routes", "subnet", &result->default_routes);
	cannot_tell(w, run);
	exceptions(w, run);
	activity_log(w, run);
	st_json_object_end(w);
	st_buf_add_byte(out, '\n');
}
