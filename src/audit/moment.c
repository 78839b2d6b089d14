/* Events by the hash of what they wrote; windows of days in UTC, each from the beginning of the day of the one state to
 * the end of that of the other. */
#include "audit/moment.h"

#include "base/clock.h"

#include <stdlib.h>
#include <strings.h>

#define DAY_S (24 * 60 * 60)

struct entry {
	uint64_t hash;
	uint32_t number;
};

struct timing {
	struct audit_activity *activity;
	struct audit_result *out;
	struct entry *entries;
	int64_t low_s, high_s; /* [low, high) in which events are looked for */
};

/* Events found for one edit. */
struct found {
	uint32_t count;
	const struct audit_event *first; /* the earliest */
	int64_t first_s, last_s;         /* of the earliest to begin, and of the last to end */
};

static int by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return x->hash < y->hash ? -1 : x->hash > y->hash ? 1 : x->number < y->number ? -1 : x->number > y->number;
}

static void index_events(struct timing *timing)
{
	const struct audit_activity *activity = timing->activity;
	timing->entries = st_alloc_zero(activity->count + 1, sizeof *timing->entries);
	for (uint32_t i = 0; i < activity->count; i++)
		timing->entries[i] = (struct entry){audit_id_hash(activity->items[i].resource), i};
	if (activity->count > 0)
		qsort(timing->entries, activity->count, sizeof *timing->entries, by_hash);
}

enum act { WRITES, DELETES, EITHER };

static void take_event(struct timing *timing, uint32_t number, struct found *found)
{
	struct audit_event *event = &timing->activity->items[number];
	if (event->end == AUDIT_EVENT_FAILED || event->first_s >= timing->high_s || event->last_s < timing->low_s)
		return;
	event->shown = true;
	if (found->count == 0 || event->first_s < found->first_s) {
		found->first = event;
		found->first_s = event->first_s;
	}
	if (found->count == 0 || event->last_s > found->last_s)
		found->last_s = event->last_s;
	found->count++;
}

/* Events on the resource with this id. */
static void find_events(struct timing *timing, struct st_span id, enum act act, struct found *found)
{
	struct audit_activity *activity = timing->activity;
	const struct audit_word *word = audit_intern(&activity->words, AUDIT_LITERAL, id);
	uint64_t hash = audit_id_hash(word);
	uint32_t low = 0, high = activity->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (timing->entries[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < activity->count && timing->entries[low].hash == hash; low++) {
		const struct audit_event *event = &activity->items[timing->entries[low].number];
		if ((act == EITHER || event->deletes == (act == DELETES)) && audit_same_id(event->resource, word))
			take_event(timing, timing->entries[low].number, found);
	}
}

static void find_rule(
	struct timing *timing, struct st_span group, struct st_span rule, bool removed, struct found *found)
{
	st_auto_buf struct st_buf id = {0};
	st_buf_add(&id, group.data, group.size);
	st_buf_format(&id, "/securityRules/");
	st_buf_add(&id, rule.data, rule.size);
	find_events(timing, (struct st_span){id.data, id.size}, removed ? DELETES : WRITES, found);
	find_events(timing, group, WRITES, found);
}

/* A setting may be that of what the resource stands in: of the account of a container. */
static void find_setting(struct timing *timing, struct st_span id, struct found *found)
{
	static const char providers[] = "/providers/";
	find_events(timing, id, EITHER, found);
	for (size_t at = id.size; at > sizeof providers; at--) {
		struct st_span above = {id.data, at - 1};
		if (id.data[at - 1] != '/')
			continue;
		if (at >= sizeof providers - 1 && strncasecmp((const char *)id.data + at - (sizeof providers - 1),
							  providers, sizeof providers - 1) == 0)
			return;
		find_events(timing, above, EITHER, found);
	}
}

static struct found find_edit(struct timing *timing, const struct audit_edit *edit)
{
	struct found found = {0};
	if (edit->rule.group_id.size == 0)
		return found;
	if (edit->rule.setting)
		find_setting(timing, edit->rule.group_id, &found);
	else if (edit->rule.rule.size == 0)
		find_events(timing, edit->rule.group_id, EITHER, &found);
	else
		find_rule(timing, edit->rule.group_id, edit->rule.rule, edit->change == AUDIT_RULE_REMOVED, &found);
	return found;
}

/* --- telling --- */

static struct st_span keep(struct timing *timing, const struct audit_word *word)
{
	return word == NULL ? audit_span("") : audit_pool_copy(&timing->out->pool, audit_word_span(word));
}

static struct st_span time_text(struct timing *timing, int64_t time_s)
{
	char text[21];
	if (time_s == AUDIT_NEVER_S)
		return audit_span("");
	st_utc_text(time_s, text);
	return audit_pool_copy(&timing->out->pool, audit_span(text));
}

static void tell_event(struct timing *timing, const struct found *found, struct audit_edit *edit)
{
	const struct audit_event *event = found->first;
	if (found->count == 0)
		return;
	edit->event = (struct audit_event_told){.operation = keep(timing, event->operation),
		.correlation = keep(timing, event->correlation),
		.caller = keep(timing, event->caller),
		.first = time_text(timing, event->first_s),
		.last = time_text(timing, event->last_s),
		.line = event->line,
		.count = found->count};
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The moment of edits: where each of them opens it that of the first, where only all do that of the last. */
static void tell_moment(struct timing *timing, struct audit_edit *edits, uint32_t count, enum audit_how how,
	struct audit_moment *moment)
{
	int64_t first_s = how == AUDIT_HOW_EACH ? INT64_MAX : INT64_MIN, last_s = first_s;
	bool all = count > 0;
	for (uint32_t i = 0; i < count; i++) {
		struct found found = find_edit(timing, &edits[i]);
		tell_event(timing, &found, &edits[i]);
		if (found.count == 0) {
			all = false;
			continue;
		}
		bool first = how == AUDIT_HOW_EACH;
		first_s = first == (found.first_s < first_s) ? found.first_s : first_s;
		last_s = first == (found.last_s < last_s) ? found.last_s : last_s;
	}
	if (!all)
		return;
	const struct audit_activity *log = timing->activity;
	moment->told = true;
	moment->first = time_text(timing, first_s);
	moment->last = time_text(timing, last_s);
	moment->inside = timing->low_s != INT64_MIN &&
			 (log->first_s >= timing->low_s + DAY_S || log->last_s < timing->high_s - DAY_S);
}

/* The beginning of a day ("2019-12-05"); otherwise what is given for none. */
static int64_t day_of(struct st_span date, int64_t none)
{
	int64_t out;
	st_auto_free char *text = st_format(
		"%.*sT00:00:00Z", (int)least((int64_t)date.size, 16), date.size > 0 ? (const char *)date.data : "");
	return date.size == 10 && audit_time_of(audit_span(text), &out) ? out : none;
}

static void set_window(struct timing *timing, struct st_span after, struct st_span by)
{
	int64_t last = day_of(by, INT64_MAX);
	timing->low_s = day_of(after, INT64_MIN);
	timing->high_s = last == INT64_MAX ? last : last + DAY_S;
}

static void tell_exposure(struct timing *timing, struct audit_exposure *exposure)
{
	set_window(timing, exposure->opened_after, exposure->opened_by);
	tell_moment(timing, exposure->edits, exposure->edit_count, exposure->how, &exposure->opened_log);
	set_window(timing, exposure->closed_after, exposure->closed_by);
	tell_moment(timing, exposure->closings, exposure->closing_count, exposure->close_how, &exposure->closed_log);
}

/* --- what only one of the two knows --- */

static struct audit_note *add_note(
	struct timing *timing, struct audit_notes *notes, struct st_span store, const char *text)
{
	struct audit_note *note = AUDIT_PUSH(notes->items, notes->count, notes->capacity);
	note->store = audit_pool_copy(&timing->out->pool, store);
	note->text = audit_pool_copy(&timing->out->pool, audit_span(text));
	note->rule.priority = note->by.priority = -1;
	return note;
}

static int by_name(const void *a, const void *b)
{
	struct st_span x = audit_word_span((*(const struct audit_rule *const *)a)->name);
	struct st_span y = audit_word_span((*(const struct audit_rule *const *)b)->name);
	int order = strncasecmp((const char *)x.data, (const char *)y.data, x.size < y.size ? x.size : y.size);
	return order != 0 ? order : x.size < y.size ? -1 : x.size > y.size;
}

/* The caller frees. */
static const struct audit_rule **sorted_rules(const struct audit_group *group)
{
	const struct audit_rule **rules = st_alloc_zero(group->rule_count + 1, sizeof *rules);
	for (size_t i = 0; i < group->rule_count; i++)
		rules[i] = &group->rules[i];
	if (group->rule_count > 0)
		qsort(rules, group->rule_count, sizeof *rules, by_name);
	return rules;
}

/* before or after NULL: added, removed. */
static void look_at_rule(struct timing *timing, const struct audit_group *group, const struct audit_rule *before,
	const struct audit_rule *after)
{
	struct found found = {0};
	const struct audit_rule *rule = after != NULL ? after : before;
	if (before != NULL && after != NULL && audit_same_rule(before, after))
		return;
	find_rule(timing, audit_word_span(group->id), audit_word_span(rule->name), after == NULL, &found);
	if (found.count > 0)
		return;
	st_auto_free char *text = st_format(
		"%s, and the log names no such operation", audit_change_name(before == NULL  ? AUDIT_RULE_ADDED
									     : after == NULL ? AUDIT_RULE_REMOVED
											     : AUDIT_RULE_CHANGED));
	add_note(timing, &timing->out->unlogged, audit_word_span(group->name), text)->rule =
		audit_rule_told(timing->out, group, rule);
}

static void look_at_group(struct timing *timing, const struct audit_group *before, const struct audit_group *after)
{
	st_auto_free const struct audit_rule **a = sorted_rules(before), **b = sorted_rules(after);
	for (size_t i = 0, j = 0; i < before->rule_count || j < after->rule_count;) {
		int order = i == before->rule_count ? 1 : j == after->rule_count ? -1 : by_name(&a[i], &b[j]);
		const struct audit_rule *old = order <= 0 ? a[i++] : NULL;
		const struct audit_rule *new = order >= 0 ? b[j++] : NULL;
		look_at_rule(timing, new != NULL ? after : before, old, new);
	}
}

static const struct audit_group *group_like(const struct audit_model *model, const struct audit_group *like)
{
	const struct audit_group *found = audit_model_find_group(model, like->id);
	for (size_t i = 0; i < model->group_count && found == NULL; i++)
		if (audit_same_through_time(model->groups[i]->id, like->id))
			found = model->groups[i];
	return found;
}

static void look_at_lone_group(struct timing *timing, const struct audit_group *group, const char *change)
{
	struct found found = {0};
	find_events(timing, audit_word_span(group->id), EITHER, &found);
	for (size_t i = 0; i < group->rule_count; i++) /* its rules are written with it */
		find_rule(timing, audit_word_span(group->id), audit_word_span(group->rules[i].name), false, &found);
	if (found.count > 0)
		return;
	st_auto_free char *text = st_format("the group %s, and the log names no such operation", change);
	struct audit_note *note = add_note(timing, &timing->out->unlogged, audit_word_span(group->name), text);
	note->rule.file = group->at.file;
	note->rule.line = group->at.line;
}

static void look_at_step(struct timing *timing, const struct audit_snapshot *before, const struct audit_snapshot *after)
{
	set_window(timing, before->date, after->date);
	for (size_t i = 0; i < after->model->group_count; i++) {
		const struct audit_group *group = after->model->groups[i];
		const struct audit_group *old = group_like(before->model, group);
		if (old != NULL)
			look_at_group(timing, old, group);
		else
			look_at_lone_group(timing, group, "added");
	}
	for (size_t i = 0; i < before->model->group_count; i++)
		if (group_like(after->model, before->model->groups[i]) == NULL)
			look_at_lone_group(timing, before->model->groups[i], "removed");
}

/* The group that the event wrote, or wrote in, in any of the states; rule: its name, or empty. */
static const struct audit_group *group_of_event(struct timing *timing, const struct audit_event *event,
	const struct audit_snapshot *snapshots, uint32_t count, struct st_span *rule)
{
	static const char part[] = "/securityRules/";
	struct st_span id = audit_word_span(event->resource);
	*rule = audit_span("");
	for (size_t at = sizeof part - 1; at <= id.size; at++) {
		if (strncasecmp((const char *)id.data + at - (sizeof part - 1), part, sizeof part - 1) != 0)
			continue;
		*rule = (struct st_span){id.data + at, id.size - at};
		id.size = at - (sizeof part - 1);
		break;
	}
	const struct audit_word *word = audit_intern(&timing->activity->words, AUDIT_LITERAL, id);
	for (uint32_t i = count; i-- > 0;) {
		const struct audit_group *group = audit_model_find_group(snapshots[i].model, word);
		if (group != NULL)
			return group;
	}
	return NULL;
}

static void tell_unseen(struct timing *timing, const struct audit_event *event, const struct audit_group *group,
	struct st_span rule, const char *doubt)
{
	char at[21];
	st_utc_text(event->first_s, at);
	st_auto_free char *text = st_format("%s at %s%s%s, and no state shows what it did%s",
		event->deletes ? "deleted" : "written", at, event->correlation != NULL ? ", correlation " : "",
		event->correlation != NULL ? event->correlation->text : "", doubt);
	struct audit_note *note = add_note(timing, &timing->out->unseen, audit_word_span(group->name), text);
	note->rule.group = audit_pool_copy(&timing->out->pool, audit_word_span(group->name));
	note->rule.rule = audit_pool_copy(&timing->out->pool, rule);
	note->rule.file = group->at.file;
	note->rule.line = group->at.line;
}

static void look_at_events(struct timing *timing, const struct audit_snapshot *snapshots, uint32_t count)
{
	struct audit_log_told *log = &timing->out->log;
	set_window(timing, snapshots[0].date, snapshots[count - 1].date);
	for (uint32_t i = 0; i < timing->activity->count; i++) {
		const struct audit_event *event = &timing->activity->items[i];
		struct st_span rule;
		log->failed += event->end == AUDIT_EVENT_FAILED;
		const struct audit_group *group = group_of_event(timing, event, snapshots, count, &rule);
		if (event->shown || event->end == AUDIT_EVENT_FAILED)
			continue;
		bool outside = event->first_s < timing->low_s || event->first_s >= timing->high_s;
		log->elsewhere += group == NULL || outside;
		if (group == NULL || outside)
			continue;
		const char *doubt = event->first_s < timing->low_s + DAY_S && timing->low_s != INT64_MIN
					    ? ": it was on the day of the first, perhaps before it"
				    : event->first_s >= timing->high_s - DAY_S && timing->high_s != INT64_MAX
					    ? ": it was on the day of the last, perhaps after it"
					    : "";
		tell_unseen(timing, event, group, rule, doubt);
	}
}

void audit_tell_moments(struct audit_activity *activity, const struct audit_snapshot *snapshots, uint32_t count,
	struct audit_result *out)
{
	struct timing timing = {.activity = activity, .out = out};
	index_events(&timing);
	out->log = (struct audit_log_told){.given = true,
		.goes_on = activity->goes_on,
		.entries = activity->entries,
		.unreadable = activity->unreadable,
		.events = activity->count,
		.first = activity->entries > 0 ? time_text(&timing, activity->first_s) : audit_span(""),
		.last = activity->entries > 0 ? time_text(&timing, activity->last_s) : audit_span("")};
	for (uint32_t i = 0; i < out->exposure_count; i++)
		tell_exposure(&timing, &out->exposures[i]);
	for (uint32_t at = 1, before = 0; at < count; at++) {
		if (snapshots[at].broken)
			continue;
		look_at_step(&timing, &snapshots[before], &snapshots[at]);
		before = at;
	}
	look_at_events(&timing, snapshots, count);
	free(timing.entries);
}
