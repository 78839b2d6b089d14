/* What a check tells a person. */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/print.h"
#include "cli/cli.h"

#include <unistd.h>

static const char *title_of(const struct check_result *result)
{
	return result->service != NULL ? result->service->title : "service unknown";
}

static const char *size_text(uint64_t bytes, char out[32])
{
	st_auto_free char *text = bytes >= MIB   ? st_format("%.1f MB", (double)bytes / 1e6)
				  : bytes >= KIB ? st_format("%llu KB", (unsigned long long)((bytes + 500) / 1000))
						 : st_format("%llu B", (unsigned long long)bytes);
	size_t size = strlen(text) < 31 ? strlen(text) : 31;
	memcpy(out, text, size);
	out[size] = 0;
	return out;
}

/* --- text --- */

struct pen {
	struct st_buf *out;
	bool colour;
};

static void put(struct pen *pen, const char *style, const char *text)
{
	bool on = pen->colour && style[0] != 0;
	if (on)
		st_buf_format(pen->out, "\033[%sm", style);
	st_escape_text(pen->out, text, strlen(text));
	if (on)
		st_buf_add(pen->out, "\033[0m", 4);
}

static const char *style_of(enum probe_state state)
{
	return state == PROBE_OPEN ? "1;33" : state == PROBE_CLOSED ? "1;32" : "1";
}

static void put_right(struct pen *pen, const struct check_result *result, enum probe_right right, const char *label)
{
	enum probe_state state = result->probe.verdict.rights[right];
	st_auto_free char *text = st_format("%s %s", label, probe_right_state_name(right, state));
	put(pen, state == PROBE_OPEN ? "33" : "", text);
}

static void put_rights(struct pen *pen, const struct check_result *result)
{
	put(pen, "", "         ");
	put_right(pen, result, PROBE_LIST, "list");
	put(pen, "", "   ");
	put_right(pen, result, PROBE_READ, "read");
	put(pen, "", "   ");
	put_right(pen, result, PROBE_ACL, "acl");
	put(pen, "", "   ");
	put_right(pen, result, PROBE_VERSIONS, "versions");
	st_buf_add(pen->out, "\n         ", 10);
	put_right(pen, result, PROBE_ANY_AUTHENTICATED, "any-authenticated");
	put(pen, "", "   ");
	put_right(pen, result, PROBE_WRITE, "write");
	st_buf_add_byte(pen->out, '\n');
}

static void put_row(struct pen *pen, const struct check_result *result, const struct check_row *row)
{
	/* The target's own path is known from the line above. */
	size_t base = strlen(result->target->path);
	const char *space = strchr(row->request, ' ');
	const char *path = space != NULL ? space + 1 : row->request;
	if (base > 0 && strncmp(path, result->target->path, base) == 0)
		path += base;
	/* As much of the question as tells it from the others; the whole stands in the evidence. */
	st_auto_free char *asked = st_format("%.*s%.36s", space != NULL ? (int)(space - row->request) + 1 : 0,
		row->request, path[0] != 0 ? path : ".");
	st_auto_free char *said =
		row->outcome != PROBE_ANSWERED ? st_format("%s", probe_outcome_text(row->outcome))
		: row->status == 0             ? st_format("answered")
		: row->error_code[0] != 0      ? st_format("%u %s", row->status, row->error_code)
		: row->as != PROBE_AS_ANYBODY
			? st_format("%u, to %s", row->status, row->as == PROBE_AS_OWNER ? "the owner" : "a stranger")
		: row->status == 200 ? st_format("200, %s", result->target->sas != NULL ? "with its signature"
											: "no credential asked")
				     : st_format("%u", row->status);
	st_auto_free char *line =
		st_format("         %-38s %-30s evidence #%llu", asked, said, (unsigned long long)row->number);
	put(pen, "2", line);
	st_buf_add_byte(pen->out, '\n');
}

char *check_moment(const char *time)
{
	return st_format("%.10s %.5s", time, time + 11);
}

static void put_window(struct pen *pen, const struct check_result *result)
{
	const struct check_history *history = &result->history;
	enum probe_state verdict = check_verdict_of(result);
	bool closed = verdict == PROBE_CLOSED && history->last_open[0] != 0;
	if (!closed && !(verdict == PROBE_OPEN && history->last_open[0] != 0))
		return;
	st_auto_free char *from = check_moment(history->last_open);
	st_auto_free char *to = check_moment(history->first_closed[0] != 0 ? history->first_closed : result->time);
	st_auto_free char *line = closed ? st_format("         closed in (%s, %s]", from, to)
					 : st_format("         was open at %s", from);
	put(pen, "", line);
	st_buf_add_byte(pen->out, '\n');
}

static void put_line(struct pen *pen, const char *text)
{
	put(pen, "", "         ");
	put(pen, "", text);
	st_buf_add_byte(pen->out, '\n');
}

static void put_views(struct pen *pen, const struct check_result *result)
{
	const struct check_views *views = &result->views;
	st_auto_buf struct st_buf line = {0};
	if (views->stranger_says != NULL && strcmp(views->stranger_says, result->probe.verdict.reason) != 0)
		put_line(pen, views->stranger_says);
	if (views->owner_kind == NULL)
		return;
	st_buf_format(&line, "owner's view:%s",
		views->owner.count > 0 ? ""
		: views->owner_refused ? " the service does not take the owner's credential"
				       : " none for this service");
	for (size_t i = 0; i < views->owner.count; i++)
		st_buf_format(
			&line, "%s %s %s", i > 0 ? "," : "", views->owner.list[i].name, views->owner.list[i].value);
	st_buf_add_byte(&line, 0);
	put_line(pen, (const char *)line.data);
}

/* What others saw is told only where there is something to tell. */
static void put_exposure(struct st_buf *out, const struct check *check, const struct check_result *result)
{
	const struct probe_observed *observed = probe_observed_of(&check->observed, result->target->canonical);
	struct report_exposure exposure;
	if (observed == NULL)
		return;
	check_exposure_of(observed, &exposure);
	if (exposure.sightings > 0) {
		st_buf_format(out, "         seen by others: %llu sighting%s by ",
			(unsigned long long)exposure.sightings, exposure.sightings == 1 ? "" : "s");
		st_escape_text(out, exposure.engines, strlen(exposure.engines));
		st_buf_add_byte(out, '\n');
		check_exposure_text(&exposure, "         ", out);
	}
	check_exposure_free(&exposure);
}

static char *bracket_text(const struct probe_bracket *bracket)
{
	st_auto_free char *after = bracket->after[0] != 0 ? check_moment(bracket->after) : st_format("unknown");
	st_auto_free char *by = check_moment(bracket->by);
	return st_format("(%s, %s]", after, by);
}

/* Each window, when there is more than one, or something to say of it that the line above does not. */
static void put_windows(struct pen *pen, const struct check *check, const struct check_result *result)
{
	const struct probe_timeline *line = probe_timeline_of(&check->evidence.timelines, result->target->canonical);
	for (size_t i = 0; line != NULL && i < line->window_count; i++) {
		const struct probe_watch_window *window = &line->windows[i];
		if (line->window_count == 1 && window->wiped.by[0] == 0 && !window->clock_went_back)
			continue;
		bool is_closed = window->closed.by[0] != 0, wiped = window->wiped.by[0] != 0;
		st_auto_free char *opened = bracket_text(&window->opened);
		st_auto_free char *closed = is_closed ? bracket_text(&window->closed) : st_format("not known to be");
		st_auto_free char *wipe = wiped ? bracket_text(&window->wiped) : NULL;
		st_auto_free char *text = st_format("         window %zu   opened in %s   closed %s%s%s%s%s", i + 1,
			opened, is_closed ? "in " : "", closed, wiped ? "   wiped in " : "", wiped ? wipe : "",
			window->clock_went_back ? "   a clock went back" : "");
		put(pen, "", text);
		st_buf_add_byte(pen->out, '\n');
	}
}

static void put_contents(struct pen *pen, const struct check_contents *contents)
{
	char bytes[32], oldest[21], newest[21];
	if (!contents->taken)
		return;
	st_utc_text(contents->oldest, oldest);
	st_utc_text(contents->newest, newest);
	st_auto_buf struct st_buf line = {0};
	st_buf_format(&line, "contents%s: %llu object%s, %s", contents->as == PROBE_AS_OWNER ? " as the owner" : "",
		(unsigned long long)contents->objects, contents->objects == 1 ? "" : "s",
		size_text(contents->bytes, bytes));
	if (contents->dated > 0)
		st_buf_format(&line, ", %.10s to %.10s", oldest, newest);
	if (!contents->complete)
		st_buf_format(&line, "; not complete: %s", contents->why != NULL ? contents->why : "stopped");
	st_buf_add_byte(&line, 0);
	put_line(pen, (const char *)line.data);
}

static void put_result(struct pen *pen, const struct check *check, const struct check_result *result)
{
	enum probe_state verdict = check_verdict_of(result);
	st_auto_free char *word = st_format("%-9s", probe_state_name(verdict));
	put(pen, style_of(verdict), word);
	if (verdict == PROBE_CANNOT_TELL)
		put(pen, "", " ");
	put(pen, "", result->typed);
	put(pen, "", "    ");
	if (result->probe.product.size > 0)
		st_escape_text(pen->out, result->probe.product.data, result->probe.product.size);
	else
		put(pen, "2", title_of(result));
	st_buf_add_byte(pen->out, '\n');
	put_rights(pen, result);
	for (size_t i = 0; i < result->row_count; i++)
		put_row(pen, result, &result->rows[i]);
	if (result->probe.verdict.reason[0] != 0) {
		put(pen, "", "         ");
		put(pen, "", result->probe.verdict.reason);
		st_buf_add_byte(pen->out, '\n');
	}
	put_views(pen, result);
	put_contents(pen, &result->contents);
	put_window(pen, result);
	put_exposure(pen->out, check, result);
	put_windows(pen, check, result);
	if (verdict == PROBE_OPEN && result->service->advice != NULL) {
		st_auto_free char *advice = st_format("         next: %s\n", result->service->advice);
		st_buf_add(pen->out, advice, strlen(advice));
	}
	st_buf_add_byte(pen->out, '\n');
}

static size_t count_of(const struct check *check, enum probe_state state)
{
	size_t count = 0;
	for (size_t i = 0; i < check->result_count; i++)
		count += check_verdict_of(&check->results[i]) == state;
	return count;
}

void check_tell_text(const struct check *check, struct st_buf *out)
{
	struct pen pen = {.out = out, .colour = cli_colour(STDOUT_FILENO)};
	char bytes[32], head[PROBE_EVIDENCE_HEAD_TEXT];
	st_auto_free char *when = check_moment(check->began);
	st_auto_free char *first = st_format("from %s   %s UTC   %zu target%s   %llu request%s, %s",
		check->scope->inside ? "inside" : "the internet", when, check->result_count,
		check->result_count == 1 ? "" : "s", (unsigned long long)check->pace.requests,
		check->pace.requests == 1 ? "" : "s", size_text(check->pace.used_bytes, bytes));
	put(&pen, "2", first);
	st_buf_add(out, "\n\n", 2);
	for (size_t i = 0; i < check->result_count; i++)
		put_result(&pen, check, &check->results[i]);
	check_inventory_text(&check->inventory, out);
	st_hex(check->evidence.chain.head, sizeof check->evidence.chain.head, head);
	st_auto_free char *last = st_format("%zu open, %zu closed, %zu cannot tell   evidence head %s%s\n",
		count_of(check, PROBE_OPEN), count_of(check, PROBE_CLOSED), count_of(check, PROBE_CANNOT_TELL), head,
		check->evidence.kept ? ", signed" : ", not kept: no --evidence");
	st_buf_add(out, last, strlen(last));
}

void check_tell_round(const struct check *check, struct st_buf *out)
{
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	st_hex(check->evidence.chain.head, sizeof check->evidence.chain.head, head);
	st_auto_free char *when = check_moment(check->began);
	st_buf_format(out, "%s   round %llu   %zu open, %zu closed, %zu cannot tell   evidence head %s, signed\n", when,
		(unsigned long long)check->round, count_of(check, PROBE_OPEN), count_of(check, PROBE_CLOSED),
		count_of(check, PROBE_CANNOT_TELL), head);
	for (size_t i = 0; i < check->result_count; i++) {
		const struct check_result *result = &check->results[i];
		enum probe_state verdict = check_verdict_of(result);
		if (verdict == PROBE_CLOSED)
			continue;
		st_buf_format(out, "  %-12s", probe_state_name(verdict));
		st_escape_text(out, result->typed, strlen(result->typed));
		st_buf_format(out, "   ");
		st_escape_text(out, result->probe.verdict.reason, strlen(result->probe.verdict.reason));
		st_buf_add_byte(out, '\n');
	}
}
