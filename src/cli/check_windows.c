/* Exposure windows between evidence, the case and what is told. The case keeps every observation as an event, in the
 * words of the evidence, so that one reader reads both. */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/check.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

/* --- a set of texts --- */

static size_t slot_of(const struct check_marks *marks, const uint8_t mark[16])
{
	uint64_t hash;
	memcpy(&hash, mark, sizeof hash);
	size_t at = hash & (marks->capacity - 1);
	while (marks->slots[at].used && memcmp(marks->slots[at].mark, mark, 16) != 0)
		at = (at + 1) & (marks->capacity - 1);
	return at;
}

static void grow(struct check_marks *marks)
{
	struct check_marks larger = {
		.capacity = marks->capacity > 0 ? marks->capacity * 2 : 256, .count = marks->count};
	larger.slots = st_alloc_zero(larger.capacity, sizeof *larger.slots);
	for (size_t i = 0; i < marks->capacity; i++)
		if (marks->slots[i].used)
			larger.slots[slot_of(&larger, marks->slots[i].mark)] = marks->slots[i];
	free(marks->slots);
	*marks = larger;
}

bool check_marks_add(struct check_marks *marks, const void *text, size_t size)
{
	uint8_t mark[16];
	if (2 * marks->count >= marks->capacity)
		grow(marks);
	crypto_generichash(mark, sizeof mark, text, size, NULL, 0);
	size_t at = slot_of(marks, mark);
	if (marks->slots[at].used)
		return false;
	marks->slots[at].used = true;
	memcpy(marks->slots[at].mark, mark, sizeof mark);
	marks->count++;
	return true;
}

void check_marks_free(struct check_marks *marks)
{
	free(marks->slots);
	*marks = (struct check_marks){0};
}

/* --- as it is told --- */

static struct report_bound bound_of(const struct probe_bound *bound)
{
	return (struct report_bound){
		.witness = bound->known ? probe_witness_name(bound->witness) : NULL, .at = bound->at};
}

static void take_windows(const struct probe_exposures *found, struct report_exposure *out)
{
	out->windows = st_alloc_zero(found->count + 1, sizeof *out->windows);
	out->window_count = found->count;
	out->undecided = found->undecided;
	for (size_t i = 0; i < found->count; i++) {
		const struct probe_exposure *window = &found->windows[i];
		out->windows[i] = (struct report_window){.opened_after = bound_of(&window->opened_after),
			.opened_by = bound_of(&window->opened_by),
			.closed_after = bound_of(&window->closed_after),
			.closed_by = bound_of(&window->closed_by),
			.confirmed = window->confirmed,
			.opens = window->opens,
			.sightings = window->sightings,
			.sighted_first = window->sighted_first,
			.sighted_last = window->sighted_last};
	}
}

/* Engines in the order in which they are met, each once. */
static void take_engine(struct st_buf *engines, struct check_marks *known, const char *engine)
{
	if (engines->size > 512 || !check_marks_add(known, engine, strlen(engine)))
		return;
	st_buf_format(engines, "%s%s", engines->size > 0 ? ", " : "", engine);
}

void check_exposure_of(const struct probe_observed *observed, struct report_exposure *out)
{
	struct probe_exposures found;
	struct check_marks known = {0};
	struct st_buf engines = {0};
	*out = (struct report_exposure){.store = st_strndup(observed->target, strlen(observed->target))};
	for (size_t i = 0; i < observed->count; i++) {
		const struct probe_seen *seen = &observed->seen[i];
		int64_t at = seen->observation.to;
		if (seen->observation.witness != PROBE_WITNESS_SIGHTING) {
			out->checks += seen->observation.witness == PROBE_WITNESS_CHECK;
			out->audits += seen->observation.witness == PROBE_WITNESS_AUDIT;
			continue;
		}
		out->sightings++;
		out->reachable += !seen->open;
		out->by_address += seen->open && seen->by_address;
		take_engine(&engines, &known, seen->engine);
		if (probe_seen_counts(seen) && (out->first_seen_by_others == 0 || at < out->first_seen_by_others))
			out->first_seen_by_others = at;
	}
	check_marks_free(&known);
	st_buf_add_byte(&engines, 0);
	out->engines = (char *)engines.data;
	probe_observed_windows(observed, &found);
	take_windows(&found, out);
	probe_exposures_free(&found);
}

void check_exposure_free(struct report_exposure *exposure)
{
	free(exposure->store);
	free(exposure->windows);
	free(exposure->engines);
	*exposure = (struct report_exposure){0};
}

void check_exposure_text(const struct report_exposure *exposure, const char *indent, struct st_buf *out)
{
	for (size_t i = 0; i < exposure->window_count; i++) {
		const struct report_window *window = &exposure->windows[i];
		st_buf_format(out, "%sopened ", indent);
		report_opened_text(window, out);
		st_buf_format(out, "   %s\n%s%s", report_certainty(&window->opened_by), indent,
			window->closed_by.witness != NULL ? "closed " : "");
		report_closed_text(window, out);
		st_buf_format(out, "%s\n",
			window->closed_by.witness == NULL ? ""
			: window->confirmed               ? "   measured"
							  : "   measured; that it was open is stated by others");
	}
	if (exposure->undecided > 0)
		st_buf_format(out, "%s%llu sighting%s of a day on which it was also found closed: not used\n", indent,
			(unsigned long long)exposure->undecided, exposure->undecided == 1 ? "" : "s");
	if (exposure->by_address > 0)
		st_buf_format(out, "%s%llu sighting%s an address alone, whose it was then nobody knows: not used\n",
			indent, (unsigned long long)exposure->by_address,
			exposure->by_address == 1 ? " names" : "s name");
	if (exposure->reachable > 0)
		st_buf_format(out, "%s%llu sighting%s only that something answers there: not used\n", indent,
			(unsigned long long)exposure->reachable, exposure->reachable == 1 ? " says" : "s say");
}

enum st_status check_evidence_observed(
	const struct check_evidence *evidence, struct probe_observed_all *out, struct st_error *err)
{
	struct stat file;
	st_auto_buf struct st_buf lines = {0};
	if (evidence->fd < 0)
		return ST_OK;
	if (fstat(evidence->fd, &file) != 0 || (uint64_t)file.st_size > 2 * CEIL_EVIDENCE_FILE_BYTES)
		return st_fail(err, ST_FATAL, "the evidence cannot be read again");
	st_buf_reserve(&lines, (size_t)file.st_size + 1);
	if (st_pread_full(evidence->fd, lines.data, (size_t)file.st_size, 0) != file.st_size)
		return st_fail_errno(err, ST_FATAL, "the evidence cannot be read again");
	probe_observed_read(out, (struct st_span){lines.data, (size_t)file.st_size});
	return ST_OK;
}

/* --- the case --- */

static const char event_name[] = "observation";

static void put_observation(const struct probe_observed *observed, const struct probe_seen *seen, struct st_buf *line)
{
	char from[21], to[21];
	struct st_json_writer w = {.out = line};
	const struct probe_observation *o = &seen->observation;
	bool sighting = o->witness == PROBE_WITNESS_SIGHTING;
	line->size = 0;
	st_utc_text(o->from, from);
	st_utc_text(o->to, to);
	st_json_object(&w);
	st_json_key_uint(&w, "n", o->line);
	st_json_key_text(&w, "kind", sighting ? "sighting" : "verdict");
	st_json_key_text(&w, "target", observed->target);
	if (sighting) {
		st_json_key_text(&w, "engine", seen->engine);
		st_json_key_text(&w, "says", seen->open ? "open" : "reachable");
		st_json_key_text(&w, "known_by", seen->by_address ? "address-in-evidence" : NULL);
		st_json_key_text(&w, "from", from);
		st_json_key_text(&w, "to", to);
	} else {
		st_json_key_text(&w, "time", to);
		st_json_key_text(&w, "verdict", probe_state_name(o->state));
	}
	st_json_object_end(&w);
	st_buf_add_byte(line, 0);
}

static enum st_status know_event(void *context, int64_t at, const char *what, const char *detail, struct st_error *err)
{
	(void)at, (void)err;
	if (strcmp(what, event_name) == 0)
		(void)check_marks_add(context, detail, strlen(detail));
	return ST_OK;
}

static enum st_status read_event(void *context, int64_t at, const char *what, const char *detail, struct st_error *err)
{
	(void)at, (void)err;
	if (strcmp(what, event_name) == 0)
		st_buf_format(context, "%s\n", detail);
	return ST_OK;
}

static enum st_status keep_new(struct casefile *casefile, const struct probe_observed *observed,
	struct check_marks *known, struct st_error *err)
{
	st_auto_buf struct st_buf line = {0};
	for (size_t i = 0; i < observed->count; i++) {
		put_observation(observed, &observed->seen[i], &line);
		if (check_marks_add(known, line.data, line.size - 1))
			ST_TRY(casefile_event(casefile, event_name, (const char *)line.data, err));
	}
	return ST_OK;
}

enum st_status check_exposures_keep(struct casefile *casefile, const struct probe_observed_all *all,
	const char *const *targets, size_t count, struct st_error *err)
{
	struct check_marks known = {0};
	enum st_status status = casefile_events(casefile, know_event, &known, err);
	for (size_t i = 0; i < count && status == ST_OK; i++) {
		const struct probe_observed *observed = probe_observed_of(all, targets[i]);
		if (observed != NULL)
			status = keep_new(casefile, observed, &known, err);
	}
	check_marks_free(&known);
	return status;
}

enum st_status check_exposures_read(struct casefile *casefile, struct probe_observed_all *out, struct st_error *err)
{
	st_auto_buf struct st_buf lines = {0};
	ST_TRY(casefile_events(casefile, read_event, &lines, err));
	probe_observed_read(out, (struct st_span){lines.data, lines.size});
	return ST_OK;
}
