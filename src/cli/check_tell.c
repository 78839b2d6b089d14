/* What a check tells: for a person, for a program, and beforehand with --dry-run. */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/print.h"
#include "cli/cli.h"
#include "probe/requests.h"

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
		: row->status == 200 ? st_format("200, no credential asked")
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

/* --- JSON --- */

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

/* --- --dry-run --- */

struct dry {
	struct st_buf *out;
	struct st_json_writer *w; /* NULL: text */
};

/* What goes out over TCP: for a program every step as hexadecimal digits, for a person escaped, one behind the other.
 */
static void dry_steps(struct dry *dry, const struct probe_row *row)
{
	if (dry->w != NULL) {
		st_json_key(dry->w, "steps");
		st_json_array(dry->w);
	}
	for (size_t i = 0; i < row->step_count; i++) {
		const struct probe_bytes *step = &row->steps[i];
		st_auto_free char *hex = st_alloc(2 * step->size + 1);
		st_hex((const uint8_t *)step->data, step->size, hex);
		if (dry->w != NULL) {
			st_json_text(dry->w, hex);
		} else if (step->size > 0) {
			st_buf_format(dry->out, "     %zu  ", i + 1);
			st_escape_text(dry->out, step->data, step->size);
			st_buf_add_byte(dry->out, '\n');
		}
	}
	if (dry->w != NULL)
		st_json_array_end(dry->w);
}

static void dry_row(struct dry *dry, const struct probe_target *target, const struct probe_row *row, const char *when,
	enum probe_as as)
{
	st_auto_buf struct st_buf url = {0}, place = {0};
	probe_row_url(target, row, &url);
	bool six = strchr(target->host, ':') != NULL;
	st_buf_format(&place, "%s%s%s:%u", six ? "[" : "", target->host, six ? "]" : "", target->port);
	bool tls = target->transport == PROBE_HTTPS || target->transport == PROBE_TLS;
	st_auto_free char *request =
		row->method != NULL
			? st_format("%s %s://%.*s%s", row->method, tls ? "https" : "http", (int)place.size,
				  (const char *)place.data, (const char *)url.data)
			: st_format("%s %.*s %zu step%s", tls ? "TLS" : "TCP", (int)place.size,
				  (const char *)place.data, row->step_count, row->step_count == 1 ? "" : "s");
	if (dry->w != NULL) {
		st_json_object(dry->w);
		st_json_key_text(dry->w, "request", request);
		st_json_key_text(dry->w, "row", row->id);
		st_json_key_text(dry->w, "level", probe_level_name(row->level));
		st_json_key_text(dry->w, "right", probe_right_name(row->right));
		st_json_key_text(dry->w, "if_service", when);
		st_json_key_text(dry->w, "as", probe_as_name(as));
		if (row->method == NULL)
			dry_steps(dry, row);
		st_json_object_end(dry->w);
		return;
	}
	st_buf_format(dry->out, "  %s  %-8s  ", probe_level_name(row->level), probe_right_name(row->right));
	st_escape_text(dry->out, request, strlen(request));
	if (when != NULL)
		st_buf_format(dry->out, "   if it is %s", when);
	if (as != PROBE_AS_ANYBODY)
		st_buf_format(dry->out, "   with %s", as == PROBE_AS_OWNER ? "the owner's credential" : "a stranger's");
	st_buf_add_byte(dry->out, '\n');
	if (row->method == NULL)
		dry_steps(dry, row);
}

static bool is_asked_as(const struct probe_row *row, enum probe_as as)
{
	if (as == PROBE_AS_STRANGER)
		return !row->owner_only && (row->right == PROBE_LIST || row->right == PROBE_READ);
	return row->owner_only == (as == PROBE_AS_OWNER);
}

static void dry_service(struct dry *dry, const struct check *check, const struct probe_target *target,
	const struct probe_service *service, const char *when)
{
	for (int as = 0; as < PROBE_AS; as++) {
		if (as != PROBE_AS_ANYBODY && check_auth_find(check->auth, target, (enum probe_as)as) == 0)
			continue;
		for (size_t i = 0; i < service->row_count; i++)
			if (service->rows[i].level <= check->level &&
				is_asked_as(&service->rows[i], (enum probe_as)as) &&
				(service->fits == NULL || service->fits(target, &service->rows[i])))
				dry_row(dry, target, &service->rows[i], when, (enum probe_as)as);
	}
}

static void dry_target(struct dry *dry, const struct check *check, const struct check_result *result)
{
	const struct probe_service *service = probe_service_of(result->target);
	if (service != NULL) {
		dry_service(dry, check, result->target, service, NULL);
		return;
	}
	if (check->level >= PROBE_L1) {
		dry_row(dry, result->target, &probe_row_what, NULL, PROBE_AS_ANYBODY);
		dry_row(dry, result->target, &probe_row_what_body, NULL, PROBE_AS_ANYBODY);
		if (result->target->path[0] != 0)
			dry_row(dry, result->target, &probe_row_what_root, NULL, PROBE_AS_ANYBODY);
	}
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++)
		if (!service->tcp)
			dry_service(dry, check, result->target, service, service->name);
}

static char *place_of(const struct probe_target *target)
{
	bool six = strchr(target->host, ':') != NULL;
	return st_format("%s%s%s:%u", six ? "[" : "", target->host, six ? "]" : "", target->port);
}

/* Who hears of a change. The webhook's path may be a secret. */
static void dry_watch(struct dry *dry, const struct probe_alerts *alerts, int64_t interval_s)
{
	st_auto_free char *every = st_format("%lld", (long long)interval_s);
	st_auto_free char *mail = alerts->mail_to_count > 0 ? place_of(&alerts->mail_server) : NULL;
	st_auto_free char *webhook = alerts->webhook_path != NULL ? place_of(&alerts->webhook) : NULL;
	if (dry->w != NULL) {
		st_json_key_uint(dry->w, "every_s", (uint64_t)interval_s);
		st_json_key(dry->w, "alerts");
		st_json_object(dry->w);
		st_json_key_text(dry->w, "mail", mail);
		st_json_key_text(dry->w, "webhook", webhook);
		st_json_key_text(dry->w, "command", alerts->command != NULL ? alerts->command[0] : NULL);
		st_json_object_end(dry->w);
		return;
	}
	st_buf_format(dry->out, "all of it in each round, every %s s\n", every);
	if (mail != NULL)
		st_buf_format(dry->out, "alerts: mail over %s to %zu address%s\n", mail, alerts->mail_to_count,
			alerts->mail_to_count == 1 ? "" : "es");
	if (webhook != NULL)
		st_buf_format(dry->out, "alerts: POST https://%s\n", webhook);
	if (alerts->command != NULL) {
		st_buf_format(dry->out, "alerts: ");
		st_escape_text(dry->out, alerts->command[0], strlen(alerts->command[0]));
		st_buf_add_byte(dry->out, '\n');
	}
}

void check_tell_dry(const struct check *check, int64_t interval_s, bool json, struct st_buf *out)
{
	struct st_json_writer w = {.out = out, .indent = 2};
	struct dry dry = {.out = out, .w = json ? &w : NULL};
	if (json) {
		st_json_object(&w);
		st_json_key_text(&w, "schema", "staunch.dry-run/1");
		st_json_key(&w, "targets");
		st_json_array(&w);
	}
	for (size_t i = 0; i < check->result_count; i++) {
		if (json) {
			st_json_object(&w);
			st_json_key_text(&w, "target", check->results[i].typed);
			st_json_key(&w, "requests");
			st_json_array(&w);
		} else {
			st_escape_text(out, check->results[i].typed, strlen(check->results[i].typed));
			st_buf_add_byte(out, '\n');
		}
		dry_target(&dry, check, &check->results[i]);
		if (json) {
			st_json_array_end(&w);
			st_json_object_end(&w);
		}
	}
	if (json)
		st_json_array_end(&w);
	if (interval_s > 0)
		dry_watch(&dry, &check->scope->alerts, interval_s);
	if (json) {
		st_json_object_end(&w);
		st_buf_add_byte(out, '\n');
	} else {
		st_buf_format(out,
			"nothing was sent: these are all requests that this check could send, at most once each\n");
	}
}
