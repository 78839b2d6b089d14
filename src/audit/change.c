/* States are compared by sets, never by texts: an edit that changes nothing about who gets in is not seen. */
#include "audit/change.h"

#include "audit/config.h"
#include "audit/verdict.h"
#include "base/ceilings.h"

#include <stdlib.h>

struct state {
	struct audit_result result;
	struct audit_trace trace;
};

static void free_state(struct state *state)
{
	audit_result_free(&state->result);
	audit_trace_free(&state->trace);
}

/* --- is it there? --- */

static const struct audit_store *find_store(
	const struct state *state, const struct audit_store *wanted, uint32_t *number)
{
	for (uint32_t i = 0; i < state->trace.store_count; i++) {
		const struct audit_store *store = &state->trace.stores[i];
		if (!audit_same_through_time(store->id, wanted->id) ||
			(store->interface == NULL) != (wanted->interface == NULL))
			continue;
		*number = i;
		return store;
	}
	return NULL;
}

static bool same_places(const struct audit_exposure *a, const struct audit_exposure *b)
{
	if (a->destinations.count != b->destinations.count)
		return false;
	for (uint32_t i = 0; i < a->destinations.count; i++)
		if (!audit_same(a->destinations.items[i], b->destinations.items[i]))
			return false;
	return true;
}

struct wanted {
	const struct audit_exposure *exposure;
	const struct audit_trace_row *row;
	const struct audit_store *store;
};

static int by_low(const void *a, const void *b)
{
	const struct audit_interval *x = a, *y = b;
	return x->low < y->low ? -1 : x->low > y->low;
}

/* What a state lets in to one store. */
struct opening {
	struct audit_set lines, sources;
	struct audit_tag_name *tags;
	size_t tag_count;
};

struct openings {
	struct opening *items;
	uint32_t count, capacity;
};

static struct opening *add_opening(struct openings *out, const struct audit_set *lines)
{
	struct opening *added = AUDIT_PUSH(out->items, out->count, out->capacity);
	audit_set_copy(&added->lines, lines);
	return added;
}

static void free_openings(struct openings *openings)
{
	for (uint32_t i = 0; i < openings->count; i++) {
		audit_set_free(&openings->items[i].lines);
		audit_set_free(&openings->items[i].sources);
		free(openings->items[i].tags);
	}
	free(openings->items);
}

/* Is the tag itself, or what it is a part of, let in at this line? */
static bool tag_in(const struct openings *openings, audit_address line, const struct audit_tag_name *tag, bool v6)
{
	for (uint32_t i = 0; i < openings->count; i++) {
		const struct opening *opening = &openings->items[i];
		if (!audit_set_has(&opening->lines, line))
			continue;
		for (size_t j = 0; j < opening->tag_count; j++)
			if ((v6 ? opening->tags[j].v6 : opening->tags[j].v4) &&
				audit_tag_holds(opening->tags[j].name, tag->name))
				return true;
	}
	return false;
}

/* Are all sources of the row let in at this line? */
static bool all_at(const struct openings *openings, const struct audit_trace_row *row, audit_address line)
{
	struct audit_set let_in = {0}, scratch = {0};
	for (uint32_t i = 0; i < openings->count; i++)
		if (audit_set_has(&openings->items[i].lines, line))
			audit_set_join(&let_in, &openings->items[i].sources, &scratch);
	bool all = audit_set_covers(&let_in, &row->sources);
	bool v4 = row->tag_count > 0 && audit_covers_family(&let_in, false);
	bool v6 = row->tag_count > 0 && audit_covers_family(&let_in, true);
	for (size_t i = 0; i < row->tag_count && all; i++)
		all = (!row->tags[i].v4 || v4 || tag_in(openings, line, &row->tags[i], false)) &&
		      (!row->tags[i].v6 || v6 || tag_in(openings, line, &row->tags[i], true));
	audit_set_free(&let_in);
	audit_set_free(&scratch);
	return all;
}

/* Are all lines and sources of the row in the openings? */
static bool all_in(const struct openings *openings, const struct audit_trace_row *row)
{
	struct audit_set cuts = {0};
	bool all = true;
	for (size_t i = 0; i < row->lines.count; i++)
		audit_set_add(&cuts, row->lines.items[i].low, 0);
	for (uint32_t i = 0; i < openings->count; i++) {
		const struct audit_set *lines = &openings->items[i].lines;
		for (size_t j = 0; j < lines->count; j++) {
			audit_set_add(&cuts, lines->items[j].low, 0);
			audit_set_add(&cuts, lines->items[j].high + 1, 0);
		}
	}
	if (cuts.count > 0)
		qsort(cuts.items, cuts.count, sizeof *cuts.items, by_low);
	for (size_t i = 0; i < cuts.count && all; i++)
		if (audit_set_has(&row->lines, cuts.items[i].low) &&
			(i == 0 || cuts.items[i - 1].low != cuts.items[i].low))
			all = all_at(openings, row, cuts.items[i].low);
	audit_set_free(&cuts);
	return all;
}

/* What is only in doubt counts for what is in doubt itself. */
static bool counts_for(enum audit_verdict verdict, const struct wanted *wanted)
{
	return verdict == AUDIT_OPEN ||
	       (verdict == AUDIT_CANNOT_TELL && wanted->exposure->verdict == AUDIT_CANNOT_TELL);
}

/* Of what is not known to be less, all is taken to be given. */
static bool gives(unsigned rights, bool known, const struct wanted *wanted)
{
	return !known || (wanted->exposure->rights & ~rights) == 0;
}

/* Does the state let in all of it? */
static bool covered(const struct state *state, const struct wanted *wanted)
{
	struct openings openings = {0};
	uint32_t number;
	if (find_store(state, wanted->store, &number) == NULL)
		return false;
	for (uint32_t i = 0; i < state->trace.row_count; i++) {
		const struct audit_exposure *exposure = &state->result.exposures[i];
		if (state->trace.rows[i].store == number && counts_for(exposure->verdict, wanted) &&
			gives(exposure->rights, exposure->service.size > 0, wanted) &&
			(exposure->destinations.count == 0 || same_places(exposure, wanted->exposure))) {
			const struct audit_trace_row *row = &state->trace.rows[i];
			struct opening *opening = add_opening(&openings, &row->lines);
			audit_set_copy(&opening->sources, &row->sources);
			opening->tag_count = row->tag_count;
			opening->tags = st_alloc_zero(row->tag_count + 1, sizeof *opening->tags);
			memcpy(opening->tags, row->tags, row->tag_count * sizeof *opening->tags);
		}
	}
	bool all = all_in(&openings, wanted->row);
	free_openings(&openings);
	return all;
}

/* --- which edit? --- */

static bool same_words(const struct audit_words *a, const struct audit_words *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (a->items[i]->kind != b->items[i]->kind ||
			!audit_same(audit_word_span(a->items[i]), audit_word_span(b->items[i])))
			return false;
	return true;
}

bool audit_same_rule(const struct audit_rule *a, const struct audit_rule *b)
{
	return a->priority == b->priority && a->access == b->access && a->conditional == b->conditional &&
	       a->protocol->kind == b->protocol->kind &&
	       audit_same(audit_word_span(a->protocol), audit_word_span(b->protocol)) &&
	       same_words(&a->sources, &b->sources) && same_words(&a->source_ports, &b->source_ports) &&
	       same_words(&a->destinations, &b->destinations) && same_words(&a->ports, &b->ports);
}

/* Of a rule of a gate, or of a setting of a configuration. Before NULL: added; after NULL: removed. */
struct edit {
	bool of_setting;
	size_t gate; /* or configuration */
	const struct audit_rule *before, *after;
	const struct audit_setting *old, *new;
	bool sufficient, necessary;
};

struct edits {
	struct edit *items;
	uint32_t count, capacity;
};

static bool same_owner(const struct audit_group *a, const struct audit_group *b)
{
	return a == NULL || b == NULL ? a == b : audit_same_through_time(a->id, b->id);
}

static const struct audit_rule *rule_named(const struct audit_group *group, const struct audit_rule *like)
{
	for (size_t i = 0; i < group->rule_count; i++)
		if (audit_same(audit_word_span(group->rules[i].name), audit_word_span(like->name)) &&
			same_owner(audit_rule_owner(&group->rules[i]), audit_rule_owner(like)))
			return &group->rules[i];
	return NULL;
}

static void add_edit(struct edits *edits, size_t gate, const struct audit_rule *before, const struct audit_rule *after)
{
	struct edit *edit = AUDIT_PUSH(edits->items, edits->count, edits->capacity);
	edit->gate = gate;
	edit->before = before;
	edit->after = after;
}

static void add_setting_edit(
	struct edits *edits, size_t config, const struct audit_setting *old, const struct audit_setting *new)
{
	struct edit *edit = AUDIT_PUSH(edits->items, edits->count, edits->capacity);
	edit->of_setting = true;
	edit->gate = config;
	edit->old = old;
	edit->new = new;
}

static bool same_text(const struct audit_word *a, const struct audit_word *b)
{
	return a->kind == b->kind && a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* Settings of one side that the other does not have, in their order; each of the other counts for one. */
static void without_match(const struct audit_settings *of, const struct audit_settings *other, bool *out)
{
	st_auto_free bool *taken = st_alloc_zero(other->count + 1, sizeof *taken);
	for (uint32_t i = 0; i < of->count; i++) {
		out[i] = true;
		for (uint32_t j = 0; j < other->count && out[i]; j++) {
			if (taken[j] || !same_text(of->items[i].key, other->items[j].key) ||
				!same_text(of->items[i].value, other->items[j].value))
				continue;
			taken[j] = true;
			out[i] = false;
		}
	}
}

/* A setting that is gone and one with the same key that is new are one that changed. */
static void setting_edits_of(
	const struct audit_config *before, const struct audit_config *after, size_t number, struct edits *out)
{
	const struct audit_settings *a = &before->settings, *b = &after->settings;
	st_auto_free bool *gone = st_alloc_zero(a->count + 1, sizeof *gone);
	st_auto_free bool *came = st_alloc_zero(b->count + 1, sizeof *came);
	without_match(a, b, gone);
	without_match(b, a, came);
	for (uint32_t i = 0; i < b->count; i++) {
		const struct audit_setting *old = NULL;
		for (uint32_t j = 0; j < a->count && came[i] && old == NULL; j++) {
			if (!gone[j] || !same_text(a->items[j].key, b->items[i].key))
				continue;
			old = &a->items[j];
			gone[j] = false;
		}
		if (came[i])
			add_setting_edit(out, number, old, &b->items[i]);
	}
	for (uint32_t j = 0; j < a->count; j++)
		if (gone[j])
			add_setting_edit(out, number, &a->items[j], NULL);
}

static void edits_of(const struct audit_store *before, const struct audit_store *after, struct edits *out)
{
	for (size_t gate = 0; gate < after->gate_count; gate++) {
		const struct audit_group *a = before->gates[gate], *b = after->gates[gate];
		for (size_t i = 0; i < b->rule_count; i++) {
			const struct audit_rule *old = rule_named(a, &b->rules[i]);
			if (old == NULL || !audit_same_rule(old, &b->rules[i]))
				add_edit(out, gate, old, &b->rules[i]);
		}
		for (size_t i = 0; i < a->rule_count; i++)
			if (rule_named(b, &a->rules[i]) == NULL)
				add_edit(out, gate, &a->rules[i], NULL);
	}
	for (uint32_t i = 0; after->host != NULL && i < after->host->config_count; i++)
		setting_edits_of(&before->host->configs[i], &after->host->configs[i], i, out);
}

/* The group of one side with one edit carried over: forward puts it into the state before, else takes it out of the
 * state after. The caller frees the rules. */
static struct audit_group with_edit(const struct audit_group *group, const struct edit *edit, bool forward)
{
	const struct audit_rule *out = forward ? edit->before : edit->after, *in = forward ? edit->after : edit->before;
	struct audit_group made = *group;
	made.rules = st_alloc_zero(group->rule_count + 1, sizeof *made.rules);
	made.rule_count = 0;
	for (size_t i = 0; i < group->rule_count; i++)
		if (&group->rules[i] != out)
			made.rules[made.rule_count++] = group->rules[i];
	if (in != NULL)
		made.rules[made.rule_count++] = *in;
	return made;
}

/* The same of a host's configurations: the caller frees them and the settings of the one that is edited. */
static struct audit_host host_with_edit(const struct audit_host *host, const struct edit *edit, bool forward)
{
	const struct audit_setting *out = forward ? edit->old : edit->new, *in = forward ? edit->new : edit->old;
	struct audit_host made = *host;
	made.configs = st_alloc_zero(host->config_count + 1, sizeof *made.configs);
	memcpy(made.configs, host->configs, host->config_count * sizeof *made.configs);
	struct audit_config *config = &made.configs[edit->gate];
	config->settings = (struct audit_settings){0};
	for (uint32_t i = 0; i < host->configs[edit->gate].settings.count; i++) {
		const struct audit_setting *old = &host->configs[edit->gate].settings.items[i];
		const struct audit_setting *now =
			old != out ? old : in; /* in its place: where order counts, it stays */
		if (now != NULL)
			audit_settings_add(&config->settings, now->key, now->value, now->at);
	}
	if (out == NULL && in != NULL)
		audit_settings_add(&config->settings, in->key, in->value, in->at);
	return made;
}

struct letting {
	const struct wanted *wanted;
	const struct audit_tags *tags;
	struct openings openings;
};

static void let_row(void *context, const struct audit_answer_row *row)
{
	struct letting *letting = context;
	if (!counts_for(row->verdict, letting->wanted) || !gives(row->rights, row->config != NULL, letting->wanted))
		return;
	struct opening *opening = add_opening(&letting->openings, &row->row->lines);
	opening->tag_count =
		audit_set_tags(&row->row->cluster->sources, letting->tags, &opening->sources, &opening->tags);
}

/* Does a store with these gates and services let in all of what is wanted? */
static bool lets_in(const struct audit_store *store, const struct wanted *wanted)
{
	struct audit_reach reach;
	struct audit_judged judged;
	struct letting letting = {.wanted = wanted, .tags = &reach.tags};
	audit_reach_of(store, &reach);
	audit_judge_store(store, &judged);
	audit_each_row(store, &judged, &reach, let_row, &letting);
	bool all = all_in(&letting.openings, wanted->row);
	free_openings(&letting.openings);
	audit_judged_free(&judged);
	audit_reach_free(&reach);
	return all;
}

static void try_setting_edit(const struct audit_store *before, const struct audit_store *after,
	const struct wanted *wanted, struct edit *edit)
{
	struct audit_store forward = *before, back = *after;
	struct audit_host with = host_with_edit(before->host, edit, true);
	struct audit_host without = host_with_edit(after->host, edit, false);
	forward.host = &with;
	back.host = &without;
	edit->sufficient = lets_in(&forward, wanted);
	edit->necessary = !lets_in(&back, wanted);
	audit_settings_free(&with.configs[edit->gate].settings);
	audit_settings_free(&without.configs[edit->gate].settings);
	free(with.configs);
	free(without.configs);
}

static void try_edit(const struct audit_store *before, const struct audit_store *after, const struct wanted *wanted,
	struct edit *edit)
{
	if (edit->of_setting) {
		try_setting_edit(before, after, wanted, edit);
		return;
	}
	struct audit_store forward = *before, back = *after;
	struct audit_group with = with_edit(before->gates[edit->gate], edit, true);
	struct audit_group without = with_edit(after->gates[edit->gate], edit, false);
	forward.gates[edit->gate] = &with;
	back.gates[edit->gate] = &without;
	edit->sufficient = lets_in(&forward, wanted);
	edit->necessary = !lets_in(&back, wanted);
	free(with.rules);
	free(without.rules);
}

static void tell_edit(struct audit_result *out, struct audit_exposure *exposure, enum audit_change change,
	const struct audit_group *group, const struct audit_rule *rule, struct audit_place at)
{
	struct audit_edit *told = AUDIT_PUSH(exposure->edits, exposure->edit_count, exposure->edit_capacity);
	told->change = change;
	told->rule = (struct audit_rule_at){.priority = -1, .file = at.file, .line = at.line};
	if (rule != NULL)
		told->rule = audit_rule_told(out, group, rule);
}

/* Of the store as a whole. */
static void tell_store_edit(struct audit_result *out, struct audit_exposure *exposure, enum audit_change change,
	const struct audit_store *store)
{
	tell_edit(out, exposure, change, NULL, NULL, store->at);
	exposure->edits[exposure->edit_count - 1].rule.group_id =
		audit_pool_copy(&out->pool, audit_word_span(store->id));
}

/* Its key alone: a value may be a secret. */
static void tell_setting_edit(struct audit_result *out, struct audit_exposure *exposure,
	const struct audit_store *after, const struct edit *edit)
{
	const struct audit_setting *at = edit->new != NULL ? edit->new : edit->old;
	struct audit_edit *told = AUDIT_PUSH(exposure->edits, exposure->edit_count, exposure->edit_capacity);
	told->change = edit->new == NULL   ? AUDIT_SETTING_REMOVED
		       : edit->old == NULL ? AUDIT_SETTING_ADDED
					   : AUDIT_SETTING_CHANGED;
	told->rule = (struct audit_rule_at){
		.group = audit_pool_copy(&out->pool, audit_word_span(after->host->configs[edit->gate].name)),
		.group_id = audit_pool_copy(&out->pool, audit_word_span(after->host->configs[edit->gate].id)),
		.rule = audit_pool_copy(&out->pool, audit_word_span(at->key)),
		.priority = -1,
		.file = at->at.file,
		.line = at->at.line,
		.setting = true,
		.address = audit_pool_copy(&out->pool, audit_word_span(at->address))};
}

static void tell_edits(struct audit_result *out, struct audit_exposure *exposure, const struct audit_store *before,
	const struct audit_store *after, const struct edits *edits)
{
	uint32_t sufficient = 0, necessary = 0, told = 0;
	for (uint32_t i = 0; i < edits->count; i++) {
		sufficient += edits->items[i].sufficient;
		necessary += edits->items[i].necessary;
	}
	for (uint32_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->items[i];
		if (sufficient > 0 ? !edit->sufficient : necessary > 0 && !edit->necessary)
			continue;
		if (edit->of_setting) {
			tell_setting_edit(out, exposure, after, edit);
			told++;
			continue;
		}
		bool removed = edit->after == NULL;
		enum audit_change change = removed                ? AUDIT_RULE_REMOVED
					   : edit->before == NULL ? AUDIT_RULE_ADDED
								  : AUDIT_RULE_CHANGED;
		tell_edit(out, exposure, change, removed ? before->gates[edit->gate] : after->gates[edit->gate],
			removed ? edit->before : edit->after, after->at);
		told++;
	}
	exposure->how = sufficient > 1                 ? AUDIT_HOW_EACH
			: sufficient == 1 || told <= 1 ? AUDIT_HOW_ONE
						       : AUDIT_HOW_TOGETHER;
}

static bool same_gates(const struct audit_store *a, const struct audit_store *b)
{
	if (a->gate_count != b->gate_count || (a->closed == NULL) != (b->closed == NULL) ||
		(a->doubt == NULL) != (b->doubt == NULL))
		return false;
	for (size_t i = 0; i < a->gate_count; i++)
		if (!audit_same_through_time(a->gates[i]->id, b->gates[i]->id))
			return false;
	if ((a->host == NULL) != (b->host == NULL))
		return false;
	for (uint32_t i = 0; a->host != NULL && i < b->host->config_count; i++)
		if (a->host->config_count != b->host->config_count ||
			a->host->configs[i].service != b->host->configs[i].service)
			return false;
	return true;
}

static void attribute(const struct state *before, const struct wanted *wanted, struct audit_result *out,
	struct audit_exposure *exposure)
{
	uint32_t number;
	const struct audit_store *after = wanted->store, *old = find_store(before, after, &number);
	if (old == NULL || !same_gates(old, after)) {
		tell_store_edit(out, exposure, old == NULL ? AUDIT_STORE_ADDED : AUDIT_ATTACHMENT_CHANGED, after);
		return;
	}
	struct edits edits = {0};
	edits_of(old, after, &edits);
	for (uint32_t i = 0; i < edits.count && edits.count <= CEIL_AUDIT_EDITS; i++)
		try_edit(old, after, wanted, &edits.items[i]);
	if (edits.count > 0)
		tell_edits(out, exposure, old, after, &edits);
	else /* the same, in another order */
		tell_store_edit(out, exposure, AUDIT_ATTACHMENT_CHANGED, after);
	free(edits.items);
}

/* An edit seen from its other end: what opens it forward closes it backward. */
static void turn(struct edit *edit)
{
	struct edit was = *edit;
	edit->before = was.after;
	edit->after = was.before;
	edit->old = was.new;
	edit->new = was.old;
	edit->sufficient = was.necessary;
	edit->necessary = was.sufficient;
}

/* What closed it: the edits from the state in which it was open to the one in which it is not. */
static void attribute_closing(const struct state *closed, const struct wanted *wanted, struct audit_result *out,
	struct audit_exposure *exposure)
{
	uint32_t number;
	struct audit_exposure told = {0};
	struct edits edits = {0};
	const struct audit_store *open = wanted->store, *now = find_store(closed, open, &number);
	if (now != NULL && same_gates(now, open))
		edits_of(now, open, &edits);
	for (uint32_t i = 0; i < edits.count; i++) {
		if (edits.count <= CEIL_AUDIT_EDITS)
			try_edit(now, open, wanted, &edits.items[i]);
		turn(&edits.items[i]);
	}
	if (edits.count > 0)
		tell_edits(out, &told, open, now, &edits);
	else
		tell_store_edit(out, &told, now == NULL ? AUDIT_STORE_REMOVED : AUDIT_ATTACHMENT_CHANGED,
			now == NULL ? open : now);
	exposure->closings = told.edits;
	exposure->closing_count = told.edit_count;
	exposure->closing_capacity = told.edit_capacity;
	exposure->close_how = told.how;
	free(edits.items);
}

/* --- results --- */

static struct st_span keep(struct audit_result *out, struct st_span text)
{
	return audit_pool_copy(&out->pool, text);
}

static void keep_texts(struct audit_result *out, struct audit_texts *to, const struct audit_texts *from)
{
	for (uint32_t i = 0; i < from->count; i++)
		*AUDIT_PUSH(to->items, to->count, to->capacity) = keep(out, from->items[i]);
}

static struct audit_rule_at keep_rule(struct audit_result *out, const struct audit_rule_at *from)
{
	struct audit_rule_at rule = *from;
	rule.group = keep(out, from->group);
	rule.rule = keep(out, from->rule);
	rule.address = keep(out, from->address);
	rule.set = keep(out, from->set);
	rule.group_id = keep(out, from->group_id);
	rule.pointer = keep(out, from->pointer);
	rule.protocol = keep(out, from->protocol);
	rule.ports = keep(out, from->ports);
	rule.source = keep(out, from->source);
	return rule;
}

/* A copy of an exposure of another result. */
static struct audit_exposure *copy_exposure(struct audit_result *out, const struct audit_exposure *from)
{
	struct audit_exposure *to = AUDIT_PUSH(out->exposures, out->exposure_count, out->exposure_capacity);
	*to = *from;
	to->destinations = to->sources = (struct audit_texts){0};
	to->ports = NULL;
	to->admitted_by = NULL;
	to->edits = to->closings = NULL;
	to->closing_count = to->closing_capacity = 0;
	to->fix_rules = NULL;
	to->fix_count = to->fix_capacity = 0;
	to->port_count = to->port_capacity = to->admitted_count = to->admitted_capacity = 0;
	to->edit_count = to->edit_capacity = 0;
	to->store = keep(out, from->store);
	to->reason = keep(out, from->reason);
	to->service = keep(out, from->service);
	to->fix_setting.key = keep(out, from->fix_setting.key);
	to->fix_setting.value = keep(out, from->fix_setting.value);
	to->witness.source = keep(out, from->witness.source);
	to->witness.destination = keep(out, from->witness.destination);
	keep_texts(out, &to->destinations, &from->destinations);
	keep_texts(out, &to->sources, &from->sources);
	for (uint32_t i = 0; i < from->port_count; i++)
		*AUDIT_PUSH(to->ports, to->port_count, to->port_capacity) = from->ports[i];
	for (uint32_t i = 0; i < from->admitted_count; i++) {
		struct audit_rule_at rule = keep_rule(out, &from->admitted_by[i]);
		*AUDIT_PUSH(to->admitted_by, to->admitted_count, to->admitted_capacity) = rule;
	}
	for (uint32_t i = 0; i < from->fix_count; i++) {
		struct audit_rule_at rule = keep_rule(out, &from->fix_rules[i]);
		*AUDIT_PUSH(to->fix_rules, to->fix_count, to->fix_capacity) = rule;
	}
	return to;
}

static struct wanted wanted_of(const struct state *state, uint32_t row)
{
	return (struct wanted){&state->result.exposures[row], &state->trace.rows[row],
		&state->trace.stores[state->trace.rows[row].store]};
}

/* The step from which on all of the row is there, and the one before it: which commit it was. */
static void tell_step(const struct audit_snapshot *snapshots, const struct state *states, uint32_t count,
	const struct wanted *wanted, struct audit_result *out, struct audit_exposure *exposure)
{
	uint32_t by = count - 1;
	for (uint32_t at = count - 1; at-- > 1;) {
		if (snapshots[at].broken)
			continue;
		if (!covered(&states[at], wanted))
			break;
		by = at;
	}
	uint32_t after = by - 1;
	while (after > 0 && snapshots[after].broken)
		after--;
	exposure->opened_by = keep(out, snapshots[by].date);
	exposure->opened_after = keep(out, snapshots[after].date);
}

/* What is new, with the edit that did it. False: nothing is. */
static bool tell_new(const struct state *before, struct state *after)
{
	bool any = false;
	for (uint32_t row = 0; row < after->trace.row_count; row++) {
		struct wanted wanted = wanted_of(after, row);
		struct audit_exposure *exposure = &after->result.exposures[row];
		exposure->known_before = exposure->verdict == AUDIT_CLOSED || covered(before, &wanted);
		if (!exposure->known_before)
			attribute(before, &wanted, &after->result, exposure);
		any |= !exposure->known_before;
	}
	return any;
}

static enum st_status tell_steps(
	const struct audit_snapshot *snapshots, struct state *states, uint32_t count, struct st_error *err)
{
	struct state *last = &states[count - 1];
	enum st_status status = ST_OK;
	for (uint32_t at = 1; at + 1 < count && status == ST_OK; at++)
		if (!snapshots[at].broken)
			status = audit_tell(snapshots[at].model, NULL, &states[at].result, &states[at].trace, err);
	for (uint32_t row = 0; row < last->trace.row_count && status == ST_OK; row++) {
		struct wanted wanted = wanted_of(last, row);
		if (!wanted.exposure->known_before)
			tell_step(snapshots, states, count, &wanted, &last->result, &last->result.exposures[row]);
	}
	return status;
}

enum st_status audit_tell_change(const struct audit_snapshot *snapshots, uint32_t count,
	const struct audit_aside *aside, struct audit_result *out, struct st_error *err)
{
	struct state *states = st_alloc_zero(count, sizeof *states);
	struct state *last = &states[count - 1];
	enum st_status status = audit_tell(snapshots[0].model, NULL, &states[0].result, &states[0].trace, err);
	if (status == ST_OK)
		status = audit_tell(snapshots[count - 1].model, aside, &last->result, &last->trace, err);
	if (status == ST_OK && tell_new(&states[0], last) && snapshots[count - 1].date.size > 0)
		status = tell_steps(snapshots, states, count, err);
	if (status == ST_OK) {
		*out = last->result;
		out->compared = true;
		last->result = (struct audit_result){0};
	}
	for (uint32_t i = 0; i < count; i++)
		free_state(&states[i]);
	free(states);
	return status;
}

/* The window of what a row of state `at` says, from state `first` on, where not all of it was there before, and what
 * opened it then. */
static void tell_opened(const struct audit_snapshot *snapshots, const struct state *states, uint32_t at, uint32_t first,
	const struct wanted *row, uint32_t count, struct audit_result *out)
{
	struct wanted wanted = *row;
	struct audit_exposure *told = copy_exposure(out, wanted.exposure);
	if (find_store(&states[count - 1], wanted.store, &told->store_number) == NULL)
		told->store_number = AUDIT_NO_STORE;
	told->has_window = true;
	told->opened_by = keep(out, snapshots[first].date);
	if (first > 0) {
		told->opened_after = keep(out, snapshots[first - 1].date);
		/* the edit stands in the state where it was first there */
		uint32_t number;
		struct wanted then = wanted;
		then.store = find_store(&states[first], wanted.store, &number);
		if (then.store != NULL)
			attribute(&states[first - 1], &then, out, told);
	}
	if (at + 1 < count) {
		told->closed_after = keep(out, snapshots[at].date);
		told->closed_by = keep(out, snapshots[at + 1].date);
		told->verdict = AUDIT_CLOSED;
		attribute_closing(&states[at + 1], &wanted, out, told);
	}
}

static uint32_t first_of(const struct state *states, uint32_t at, const struct wanted *wanted)
{
	while (at > 0 && covered(&states[at - 1], wanted))
		at--;
	return at;
}

/* A right that was given before the others is told with a window of its own. */
static void tell_window(const struct audit_snapshot *snapshots, const struct state *states, uint32_t at, uint32_t row,
	uint32_t count, struct audit_result *out)
{
	struct wanted wanted = wanted_of(&states[at], row);
	if (wanted.exposure->verdict == AUDIT_CLOSED) {
		copy_exposure(out, wanted.exposure);
		return;
	}
	struct audit_exposure less = *wanted.exposure;
	struct wanted before = wanted;
	uint32_t first = first_of(states, at, &wanted);
	less.rights = AUDIT_RIGHT_READ;
	before.exposure = &less;
	uint32_t read = wanted.exposure->rights == less.rights || less.service.size == 0
				? first
				: first_of(states, at, &before);
	if (read < first)
		tell_opened(snapshots, states, at, read, &before, count, out);
	tell_opened(snapshots, states, at, first, &wanted, count, out);
}

enum st_status audit_tell_history(const struct audit_snapshot *snapshots, uint32_t count,
	const struct audit_aside *aside, struct audit_result *out, struct st_error *err)
{
	struct state *states = st_alloc_zero(count, sizeof *states);
	enum st_status status = ST_OK;
	for (uint32_t i = 0; i < count && status == ST_OK; i++)
		status = audit_tell(
			snapshots[i].model, i + 1 == count ? aside : NULL, &states[i].result, &states[i].trace, err);
	if (status == ST_OK) {
		/* stores and notes are those of the last state; its exposures are told anew, with windows */
		struct state *last = &states[count - 1];
		*out = last->result;
		out->exposures = NULL;
		out->exposure_count = out->exposure_capacity = 0;
		out->snapshots = count;
		for (uint32_t at = 0; at < count; at++) {
			for (uint32_t row = 0; row < states[at].trace.row_count; row++) {
				struct wanted wanted = wanted_of(&states[at], row);
				bool was_open = wanted.exposure->verdict == AUDIT_OPEN;
				if (at + 1 == count || (was_open && !covered(&states[at + 1], &wanted)))
					tell_window(snapshots, states, at, row, count, out);
			}
		}
		struct audit_result rest = {
			.exposures = last->result.exposures, .exposure_count = last->result.exposure_count};
		last->result = rest;
	}
	for (uint32_t i = 0; i < count; i++)
		free_state(&states[i]);
	free(states);
	return status;
}
