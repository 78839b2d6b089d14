/* What `audit --case` left in the case, as observations and as what opened a store. The rows are our own JSON (contract
 * 9, `exposures`), but every text in them is of somebody else's configuration. */
#include "audit/activity.h"
#include "audit/document.h"
#include "base/clock.h"
#include "cli/report.h"

#include <stdlib.h>

#define DAY_S (24 * 60 * 60)

struct reading {
	struct probe_observed_all *all;
	struct report_openings *openings;
	uint64_t unreadable;
};

static char *copy(struct st_span text)
{
	return text.size > 0 ? st_strndup((const char *)text.data, text.size) : NULL;
}

static char *text_at(const struct audit_node *node, const char *key)
{
	return copy(audit_text(audit_get(node, key)));
}

static const struct audit_node *item(const struct audit_node *list, uint32_t number)
{
	const struct audit_node *found = list != NULL && list->type == AUDIT_ARRAY ? list->first : NULL;
	while (found != NULL && number-- > 0)
		found = found->next;
	return found;
}

/* --- observations --- */

/* A day as all of it, a moment as itself, or the second before it. False: there is none. */
static bool take_time(const struct audit_node *node, bool before, struct probe_observation *out)
{
	struct st_span text = audit_text(node);
	bool day = text.size == 10;
	st_auto_free char *whole = st_format("%.*s%s", (int)(text.size < 32 ? text.size : 32),
		text.size > 0 ? (const char *)text.data : "", day ? "T00:00:00Z" : "");
	if (!audit_time_of(audit_span(whole), &out->from))
		return false;
	out->from -= before && !day;
	out->to = out->from + (day ? DAY_S - 1 : 0);
	return true;
}

static void observe(struct probe_observed *observed, const struct audit_node *bracket, bool opening)
{
	struct probe_seen seen = {.observation = {.witness = PROBE_WITNESS_AUDIT}};
	for (uint32_t i = 0; i < 2; i++) {
		seen.observation.state = (i == 1) == opening ? PROBE_OPEN : PROBE_CLOSED;
		if (take_time(item(bracket, i), i == 0, &seen.observation))
			probe_observed_add(observed, &seen);
	}
}

/* --- names --- */

/* A container as the target that a check of it has; else the store with its ports, since each of them has windows of
 * its own. */
static char *target_of(const struct audit_node *row)
{
	struct st_span store = audit_text(audit_get(row, "store")), service = audit_text(audit_get(row, "service"));
	const uint8_t *slash = store.size > 0 ? memchr(store.data, '/', store.size) : NULL;
	if (audit_span_is(service, "azure_blob") && slash != NULL)
		return st_format("https://%.*s.blob.core.windows.net%.*s", (int)(slash - store.data),
			(const char *)store.data, (int)(store.size - (size_t)(slash - store.data)),
			(const char *)slash);
	st_auto_buf struct st_buf name = {0};
	struct st_span protocol = audit_text(audit_get(row, "protocol"));
	st_buf_add(&name, store.data, store.size);
	st_buf_format(&name, " ");
	st_buf_add(&name, protocol.data, protocol.size);
	const struct audit_node *ports = audit_get(row, "ports");
	for (uint32_t i = 0; i < 8 && item(ports, i) != NULL; i++) {
		struct st_span low = audit_text(item(item(ports, i), 0)), high = audit_text(item(item(ports, i), 1));
		st_buf_format(&name, "%s%.*s", i == 0 ? " " : ",", (int)low.size, (const char *)low.data);
		if (!audit_same(low, high))
			st_buf_format(&name, "-%.*s", (int)high.size, (const char *)high.data);
	}
	if (item(ports, 8) != NULL)
		st_buf_format(&name, ",...");
	return copy((struct st_span){name.data, name.size});
}

/* --- what opened it --- */

static void add_opening(struct report_openings *openings, const char *target, const struct audit_node *row,
	const struct audit_node *edit)
{
	const struct audit_node *event = audit_get(edit, "event");
	const struct audit_node *commits = audit_get(audit_get(row, "opened_by"), "commits");
	struct st_span line = audit_text(audit_get(edit, "line"));
	struct st_span file = audit_id_name(audit_text(audit_get(edit, "file")));
	openings->items = st_realloc(openings->items, (openings->count + 1) * sizeof *openings->items);
	openings->items[openings->count++] = (struct report_opening){.store = st_strndup(target, strlen(target)),
		.change = text_at(edit, "change"),
		.rule = text_at(edit, "rule"),
		.group = text_at(edit, "group"),
		.address = text_at(edit, "address"),
		.file = copy(file),
		.commit = copy(audit_text(item(commits, 1))),
		.operation = text_at(event, "operation"),
		.correlation = text_at(event, "correlation_id"),
		.caller = text_at(event, "caller"),
		.first = copy(audit_text(item(audit_get(event, "time"), 0))),
		.last = copy(audit_text(item(audit_get(event, "time"), 1))),
		.line = line.size > 0 ? strtoull((const char *)line.data, NULL, 10) : 0};
}

static void take_row(struct reading *to, const struct audit_node *row)
{
	const struct audit_node *window = audit_get(row, "window");
	const struct audit_node *edits = audit_get(audit_get(row, "opened_by"), "edits");
	st_auto_free char *target = target_of(row);
	struct probe_observed *observed = probe_observed_get(to->all, target);
	observe(observed, audit_get(window, "opened"), true);
	observe(observed, audit_get(window, "closed"), false);
	for (uint32_t i = 0; item(edits, i) != NULL && i < REPORT_OPENINGS; i++)
		add_opening(to->openings, target, row, item(edits, i));
}

static enum st_status read_event(void *context, int64_t at, const char *what, const char *detail, struct st_error *err)
{
	(void)at, (void)err;
	struct reading *to = context;
	struct st_error quiet = {0};
	struct audit_pool pool = {0};
	struct audit_node *row;
	struct st_span list;
	if (strcmp(what, "audit") != 0)
		return ST_OK;
	struct audit_document *document =
		audit_document_open(-1, (struct st_span){(const uint8_t *)detail, strlen(detail)}, &pool);
	if (audit_document_next(document, &row, &list, &quiet) == AUDIT_WHOLE &&
		audit_text(audit_get(row, "store")).size > 0)
		take_row(to, row);
	else
		to->unreadable++;
	audit_document_close(document);
	audit_pool_free(&pool);
	return ST_OK;
}

enum st_status report_read_audits(struct casefile *casefile, struct probe_observed_all *all,
	struct report_openings *openings, struct st_error *err)
{
	struct reading reading = {.all = all, .openings = openings};
	ST_TRY(casefile_events(casefile, read_event, &reading, err));
	openings->unreadable = reading.unreadable;
	return ST_OK;
}

void report_openings_free(struct report_openings *openings)
{
	for (size_t i = 0; i < openings->count; i++) {
		struct report_opening *opening = &openings->items[i];
		char *const texts[] = {opening->store, opening->change, opening->rule, opening->group, opening->address,
			opening->file, opening->commit, opening->operation, opening->first, opening->last,
			opening->correlation, opening->caller};
		for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
			free(texts[j]);
	}
	free(openings->items);
	*openings = (struct report_openings){0};
}
