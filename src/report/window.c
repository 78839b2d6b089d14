#include "report/window.h"

#include "base/clock.h"
#include "base/print.h"

const char *report_window_method(void)
{
	return "opened in (the last time it was found closed before, the first time it was found open], closed in (the "
	       "last "
	       "time it was found open, the first time it was found closed]; sightings of others move only the end of "
	       "the first bracket; closed and open again is a second window";
}

const char *report_certainty(const struct report_bound *bound)
{
	if (bound->witness == NULL)
		return "cannot tell";
	return strcmp(bound->witness, "sighting") == 0 ? "stated by others" : "measured";
}

/* --- JSON --- */

static void put_time(struct st_json_writer *w, const struct report_bound *bound)
{
	char text[21];
	st_utc_text(bound->at, text);
	st_json_text(w, bound->witness != NULL ? text : NULL);
}

static void put_bracket(
	struct st_json_writer *w, const char *key, const struct report_bound *after, const struct report_bound *by)
{
	st_json_key(w, key);
	if (after->witness == NULL && by->witness == NULL) {
		st_json_null(w);
		return;
	}
	st_json_array(w);
	put_time(w, after);
	put_time(w, by);
	st_json_array_end(w);
}

static void put_sources(
	struct st_json_writer *w, const char *key, const struct report_bound *after, const struct report_bound *by)
{
	st_json_key(w, key);
	st_json_array(w);
	st_json_text(w, after->witness);
	st_json_text(w, by->witness);
	st_json_array_end(w);
}

static void put_seen(struct st_json_writer *w, const struct report_window *window)
{
	char text[21];
	st_json_key(w, "sightings");
	if (window->sightings == 0) {
		st_json_null(w);
		return;
	}
	st_json_object(w);
	st_json_key_uint(w, "count", window->sightings);
	st_utc_text(window->sighted_first, text);
	st_json_key_text(w, "first", text);
	st_utc_text(window->sighted_last, text);
	st_json_key_text(w, "last", text);
	st_json_object_end(w);
}

static void put_window(struct st_json_writer *w, const struct report_window *window)
{
	bool closed = window->closed_by.witness != NULL;
	st_json_object(w);
	put_bracket(w, "opened", &window->opened_after, &window->opened_by);
	/* Without an end of it there is no bracket of the closing, only the last time it was open. */
	put_bracket(w, "closed", closed ? &window->closed_after : &window->closed_by, &window->closed_by);
	st_json_key(w, "last_open");
	put_time(w, &window->closed_after);
	st_json_key(w, "sources");
	st_json_object(w);
	put_sources(w, "opened", &window->opened_after, &window->opened_by);
	put_sources(w, "closed", &window->closed_after, &window->closed_by);
	st_json_object_end(w);
	st_json_key_text(w, "certainty", window->confirmed ? "measured" : "stated by others");
	st_json_key_uint(w, "found_open", window->opens);
	put_seen(w, window);
	st_json_object_end(w);
}

void report_windows_json(struct st_json_writer *w, const struct report_window *windows, size_t count)
{
	st_json_array(w);
	for (size_t i = 0; i < count; i++)
		put_window(w, &windows[i]);
	st_json_array_end(w);
}

void report_exposure_json(struct st_json_writer *w, const struct report_exposure *exposure)
{
	char text[21];
	st_utc_text(exposure->first_seen_by_others, text);
	st_json_key_text(w, "store", exposure->store);
	st_json_key(w, "windows");
	report_windows_json(w, exposure->windows, exposure->window_count);
	st_json_key_text(w, "first_observed_by_others", exposure->first_seen_by_others != 0 ? text : NULL);
	st_json_key_text(w, "engines", exposure->engines[0] != 0 ? exposure->engines : NULL);
	st_json_key_uint(w, "checks", exposure->checks);
	st_json_key_uint(w, "audits", exposure->audits);
	st_json_key_uint(w, "sightings", exposure->sightings);
	st_json_key_uint(w, "sightings_reachable_only", exposure->reachable);
	st_json_key_uint(w, "sightings_by_address_alone", exposure->by_address);
	st_json_key_uint(w, "sightings_undecided", exposure->undecided);
}

static void put_opening(struct st_json_writer *w, const struct report_opening *opening)
{
	st_json_object(w);
	st_json_key_text(w, "change", opening->change);
	st_json_key_text(w, "rule", opening->rule);
	st_json_key_text(w, "group", opening->group);
	st_json_key_text(w, "address", opening->address);
	st_json_key_text(w, "file", opening->file);
	st_json_key_uint(w, "line", opening->line);
	st_json_key_text(w, "commit", opening->commit);
	st_json_key_text(w, "operation", opening->operation);
	st_json_key(w, "time");
	if (opening->first != NULL) {
		st_json_array(w);
		st_json_text(w, opening->first);
		st_json_text(w, opening->last);
		st_json_array_end(w);
	} else {
		st_json_null(w);
	}
	st_json_key_text(w, "correlation_id", opening->correlation);
	st_json_key_text(w, "caller", opening->caller);
	st_json_object_end(w);
}

void report_openings_json(struct st_json_writer *w, const struct report_openings *openings, const char *store)
{
	st_json_array(w);
	for (size_t i = 0; i < openings->count; i++)
		if (strcmp(openings->items[i].store, store) == 0)
			put_opening(w, &openings->items[i]);
	st_json_array_end(w);
}

/* --- text --- */

static void add_escaped(struct st_buf *out, const char *before, const char *text, const char *behind)
{
	if (text == NULL)
		return;
	st_buf_format(out, "%s", before);
	st_escape_text(out, (const uint8_t *)text, strlen(text));
	st_buf_format(out, "%s", behind);
}

void report_opening_text(const struct report_opening *opening, struct st_buf *out)
{
	add_escaped(out, "", opening->change, "");
	add_escaped(out, ": ", opening->rule, "");
	add_escaped(out, " of ", opening->group, "");
	add_escaped(out, " (", opening->address, ")");
	add_escaped(out, " in ", opening->file, "");
	if (opening->file != NULL && opening->line > 0)
		st_buf_format(out, ":%llu", (unsigned long long)opening->line);
	add_escaped(out, ", commit ", opening->commit, "");
}

bool report_opening_event_text(const struct report_opening *opening, struct st_buf *out)
{
	if (opening->operation == NULL)
		return false;
	bool moment = opening->first != NULL && opening->last != NULL && strcmp(opening->first, opening->last) == 0;
	add_escaped(out, "", opening->first, "");
	add_escaped(out, " to ", moment ? NULL : opening->last, "");
	add_escaped(out, ", ", opening->caller, "");
	add_escaped(out, ", correlation ", opening->correlation, "");
	return true;
}

static void add_moment(struct st_buf *out, int64_t at)
{
	char text[21];
	st_utc_text(at, text);
	st_buf_format(out, "%.10s %.5s", text, text + 11);
}

static void add_bracket(struct st_buf *out, const struct report_bound *after, const struct report_bound *by)
{
	st_buf_format(out, "in (");
	add_moment(out, after->at);
	st_buf_format(out, ", ");
	add_moment(out, by->at);
	st_buf_add_byte(out, ']');
}

void report_opened_text(const struct report_window *window, struct st_buf *out)
{
	if (window->opened_after.witness != NULL) {
		add_bracket(out, &window->opened_after, &window->opened_by);
		return;
	}
	st_buf_format(out, "before ");
	add_moment(out, window->opened_by.at);
	st_buf_format(out, ", start unknown");
}

void report_closed_text(const struct report_window *window, struct st_buf *out)
{
	if (window->closed_by.witness == NULL) {
		st_buf_format(out, "not seen closed");
	} else if (window->closed_after.witness != NULL) {
		add_bracket(out, &window->closed_after, &window->closed_by);
	} else {
		st_buf_format(out, "before ");
		add_moment(out, window->closed_by.at);
	}
}
