/* The exposure window: for each store when it was opened and closed, as brackets; what lies between two observations is
 * hatched. */
#include "base/clock.h"
#include "report/html_parts.h"

#define SHOWN_ROWS 60
#define SHOWN_NOTES 20
#define SHOWN_ENGINES_BYTES 120

struct axis {
	int64_t first, last;
};

static void widen(struct axis *axis, const struct report_bound *bound)
{
	if (bound->witness == NULL)
		return;
	axis->first = axis->first == 0 || bound->at < axis->first ? bound->at : axis->first;
	axis->last = bound->at > axis->last ? bound->at : axis->last;
}

static struct axis axis_of(const struct report *report)
{
	struct axis axis = {0};
	for (size_t i = 0; i < report->exposure_count; i++)
		for (size_t j = 0; j < report->exposures[i].window_count; j++) {
			const struct report_window *window = &report->exposures[i].windows[j];
			widen(&axis, &window->opened_after);
			widen(&axis, &window->opened_by);
			widen(&axis, &window->closed_after);
			widen(&axis, &window->closed_by);
		}
	return axis;
}

static uint64_t at_of(const struct axis *axis, const struct report_bound *bound, int64_t otherwise)
{
	return (uint64_t)((bound->witness != NULL ? bound->at : otherwise) - axis->first);
}

/* What nobody observed reaches to the end of the axis. */
static void put_bar(struct html_writer *w, const struct axis *axis, const struct report_window *window)
{
	struct html_window_bounds bounds = {.opened_after = at_of(axis, &window->opened_after, axis->first),
		.opened_by = at_of(axis, &window->opened_by, axis->first),
		.closed_by = at_of(axis, &window->closed_by, axis->last)};
	bounds.closed_after = at_of(axis, &window->closed_after, window->opened_by.at);
	html_chart_window(w, &bounds, axis->last > axis->first ? (uint64_t)(axis->last - axis->first) : 1);
}

static void put_text(struct html_table *table, struct st_buf *text)
{
	st_buf_add_byte(text, 0);
	html_cell(table, (const char *)text->data);
	text->size = 0;
}

static void add_source(struct st_buf *out, const struct report_bound *bound, const struct report_exposure *exposure)
{
	if (bound->witness != NULL && strcmp(bound->witness, "sighting") == 0)
		st_buf_format(out, "sightings by %.*s", SHOWN_ENGINES_BYTES, exposure->engines);
	else if (bound->witness != NULL)
		st_buf_format(out, "%s", strcmp(bound->witness, "check") == 0 ? "own checks" : "configuration");
}

static void put_window(struct html_table *table, const struct axis *axis, const struct report_exposure *exposure,
	const struct report_window *window)
{
	st_auto_buf struct st_buf text = {0};
	html_table_row(table, false);
	html_cell_name(table, exposure->store);
	html_cell_open(table);
	put_bar(table->w, axis, window);
	html_close(table->w);
	report_opened_text(window, &text);
	put_text(table, &text);
	report_closed_text(window, &text);
	put_text(table, &text);
	add_source(&text, &window->opened_by, exposure);
	if (window->closed_by.witness != NULL && strcmp(window->closed_by.witness, window->opened_by.witness) != 0) {
		st_buf_format(&text, "; closing: ");
		add_source(&text, &window->closed_by, exposure);
	}
	put_text(table, &text);
	html_cell(table, window->confirmed ? report_certainty(&window->opened_by) : "stated by others alone");
}

static void put_rows(struct html_table *table, const struct axis *axis, const struct report *report)
{
	uint64_t total = 0;
	for (size_t i = 0; i < report->exposure_count; i++)
		for (size_t j = 0; j < report->exposures[i].window_count; j++)
			if (total++ < SHOWN_ROWS)
				put_window(table, axis, &report->exposures[i], &report->exposures[i].windows[j]);
	html_table_more(table, total, total < SHOWN_ROWS ? total : SHOWN_ROWS);
}

static void put_more_notes(struct html_writer *w, size_t count)
{
	st_auto_free char *text = st_format("And %zu more, in the JSON report.", count);
	if (count > 0)
		html_leaf(w, "p", NULL, text);
}

/* Stores that nobody found open are told, too: that they were looked at is a finding. */
static void put_never_open(struct html_writer *w, const struct report *report)
{
	size_t count = 0;
	for (size_t i = 0; i < report->exposure_count; i++) {
		const struct report_exposure *exposure = &report->exposures[i];
		if (exposure->window_count > 0 || (exposure->checks == 0 && exposure->sightings == 0) ||
			count++ >= SHOWN_NOTES)
			continue;
		st_auto_free char *text = st_format("%.*s: not found open in %llu checks.", HTML_NAME_BYTES,
			exposure->store, (unsigned long long)exposure->checks);
		html_leaf(w, "p", NULL, text);
	}
	put_more_notes(w, count > SHOWN_NOTES ? count - SHOWN_NOTES : 0);
}

/* What opened a store, as audits of its configuration found it. */
static void put_openings(struct html_writer *w, const struct report_openings *openings)
{
	for (size_t i = 0; i < openings->count && i < SHOWN_NOTES; i++) {
		const struct report_opening *opening = &openings->items[i];
		st_auto_buf struct st_buf text = {0};
		st_buf_format(&text, "%.*s: opened by ", HTML_NAME_BYTES, opening->store);
		report_opening_text(opening, &text);
		if (opening->operation != NULL)
			st_buf_format(&text, "; activity log: ");
		report_opening_event_text(opening, &text);
		st_buf_format(&text, ".");
		st_buf_add_byte(&text, 0);
		html_leaf(w, "p", NULL, (const char *)text.data);
	}
	put_more_notes(w, openings->count > SHOWN_NOTES ? openings->count - SHOWN_NOTES : 0);
}

static void put_observed_by_others(struct html_writer *w, const struct report *report)
{
	size_t count = 0;
	for (size_t i = 0; i < report->exposure_count; i++) {
		const struct report_exposure *exposure = &report->exposures[i];
		char at[21];
		if (exposure->first_seen_by_others == 0 || count++ >= SHOWN_NOTES)
			continue;
		st_utc_text(exposure->first_seen_by_others, at);
		st_auto_free char *text = st_format("%.*s: first observed by others %.10s, as stated by %.*s.",
			HTML_NAME_BYTES, exposure->store, at, SHOWN_ENGINES_BYTES, exposure->engines);
		html_leaf(w, "p", NULL, text);
	}
	put_more_notes(w, count > SHOWN_NOTES ? count - SHOWN_NOTES : 0);
}

void html_window(struct html_writer *w, const struct report *report)
{
	static const struct html_column columns[] = {{"Store", HTML_TEXT, false}, {"Open", HTML_BAR, false},
		{"Opened (UTC)", HTML_TEXT, false}, {"Closed (UTC)", HTML_TEXT, false}, {"Source", HTML_TEXT, false},
		{"Certainty", HTML_TEXT, false}};
	struct axis axis = axis_of(report);
	struct html_table table;
	html_leaf(w, "p", NULL, "Since when it was open, and until when, between two observations each.");
	html_leaf(w, "p", NULL, "That a store was open does not say that anybody came: only access logs do.");
	html_section_body(w);
	if (report->exposure_count == 0) {
		html_leaf(w, "p", NULL, "This case has no check of a store, and no sighting.");
		return;
	}
	if (axis.last > 0) {
		html_table_begin(&table, w, columns, 6, HTML_STACKS, "Exposure windows.",
			"Hatched: between the two observations nobody knows.");
		put_rows(&table, &axis, report);
		html_table_end(&table);
	}
	put_openings(w, &report->openings);
	put_observed_by_others(w, report);
	put_never_open(w, report);
	st_auto_free char *method = st_format("How: %s.", report_window_method());
	html_leaf(w, "p", NULL, method);
}
