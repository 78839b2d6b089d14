/* A rule is shadowed when rules before it decide every packet that it could match. */
#include "audit/tell.h"

#include "base/ceilings.h"

#include <stdlib.h>

/* A rule that surely matches the destination looked at, if its sets do: with the ends of what they hold, so that most
 * are passed over at a glance. */
struct earlier {
	const struct audit_compiled *rule;
	audit_address first_source, last_source;
	uint32_t first_line, last_line, first_port, last_port; /* ports: of the source */
	int32_t priority;
	bool one_line, one_port; /* it holds all between the ends */
};

/* What is known of one rule so far. */
struct looked {
	bool asked, matched, shadowed;
	bool outside; /* somebody on the internet may match its sources */
	const struct audit_rule *by;
};

/* Rules that surely match the destination looked at, by priority. */
struct before {
	struct earlier *items;
	size_t count;
	bool known;
};

/* Of one group; the pool and the sets keep their memory for the next. */
struct shadow {
	struct audit_pool pool;
	const struct audit_group *group;
	struct audit_compiled **rules; /* of those that were needed; NULL: of the others */
	struct looked *looked;
	uint32_t *order; /* numbers of the rules that may decide something surely, by priority */
	size_t order_count;
	struct before outside, all; /* of rules for somebody on the internet; of every rule */
	const struct audit_destination *to;
	struct audit_tags tags;
	struct audit_destinations destinations;
	struct audit_set lines, ports; /* pieces of the rule looked at */
	struct audit_set rest, left, scratch, internet;
	const struct earlier **candidates; /* that decide something of it */
	size_t candidate_count;
	const struct audit_rule *by;
	uint64_t steps;
	bool unfinished; /* a rule was passed over because of the ceiling */
};

static const struct audit_compiled *compiled(struct shadow *shadow, size_t number)
{
	if (shadow->rules[number] == NULL) {
		shadow->rules[number] = audit_pool_room(&shadow->pool, (sizeof **shadow->rules + 15) & ~(size_t)15);
		audit_compile(&shadow->group->rules[number], &shadow->tags, shadow->rules[number]);
	}
	return shadow->rules[number];
}

static void add_earlier(struct before *before, const struct audit_compiled *rule)
{
	const struct audit_set *sources = &rule->sources[AUDIT_LOWER], *lines = &rule->lines[AUDIT_LOWER];
	const struct audit_set *ports = &rule->source_ports[AUDIT_LOWER];
	if (sources->count == 0 || lines->count == 0 || ports->count == 0)
		return;
	before->items[before->count++] = (struct earlier){
		.rule = rule,
		.first_source = sources->items[0].low,
		.last_source = sources->items[sources->count - 1].high,
		.first_line = (uint32_t)lines->items[0].low,
		.last_line = (uint32_t)lines->items[lines->count - 1].high,
		.first_port = (uint32_t)ports->items[0].low,
		.last_port = (uint32_t)ports->items[ports->count - 1].high,
		.priority = rule->rule->priority,
		.one_line = lines->count == 1,
		.one_port = ports->count == 1,
	};
}

/* Made when they are first asked for: at most destinations nobody does. */
static const struct before *before_here(struct shadow *shadow, bool outside)
{
	struct before *before = outside ? &shadow->outside : &shadow->all;
	if (before->known)
		return before;
	before->known = true;
	before->count = 0;
	for (size_t i = 0; i < shadow->order_count; i++) {
		size_t number = shadow->order[i];
		if ((!outside || shadow->looked[number].outside) &&
			audit_destination_looked_up(&shadow->destinations, number, shadow->to) == AUDIT_YES)
			add_earlier(before, compiled(shadow, number));
	}
	return before;
}

static bool has_private(void *context, const struct audit_value *value)
{
	(void)context;
	return value->kind != AUDIT_VALUE_MEMBERS &&
	       !(value->kind == AUDIT_VALUE_TAG && value->tag == AUDIT_TAG_PRIVATE);
}

/* --- one rule --- */

/* Cuts `own` where sets of the candidates begin or end. */
static void cut(struct shadow *shadow, const struct audit_set *own, bool of_lines, struct audit_set *out)
{
	out->count = 0;
	for (size_t i = 0; i < own->count; i++)
		audit_set_add(out, own->items[i].low, own->items[i].low);
	for (size_t i = 0; i < shadow->candidate_count; i++) {
		const struct audit_compiled *other = shadow->candidates[i]->rule;
		const struct audit_set *set = of_lines ? &other->lines[AUDIT_LOWER] : &other->source_ports[AUDIT_LOWER];
		for (size_t j = 0; j < set->count; j++) {
			if (audit_set_has(own, set->items[j].low))
				audit_set_add(out, set->items[j].low, set->items[j].low);
			if (audit_set_has(own, set->items[j].high + 1))
				audit_set_add(out, set->items[j].high + 1, set->items[j].high + 1);
		}
	}
	audit_set_sort(out);
}

static inline bool in_cell(const struct earlier *other, uint32_t line, uint32_t port)
{
	return line >= other->first_line && line <= other->last_line && port >= other->first_port &&
	       port <= other->last_port && (other->one_line || audit_set_has(&other->rule->lines[AUDIT_LOWER], line)) &&
	       (other->one_port || audit_set_has(&other->rule->source_ports[AUDIT_LOWER], port));
}

static void take(struct shadow *shadow, const struct earlier *other)
{
	struct audit_set *left = &shadow->left;
	if (other->last_source >= left->items[0].low && other->first_source <= left->items[left->count - 1].high &&
		audit_set_meets(left, &other->rule->sources[AUDIT_LOWER]))
		audit_set_remove(left, &other->rule->sources[AUDIT_LOWER], &shadow->scratch);
}

/* Is something of the rule's sources on the internet left in its first cell? Rules for nobody there take nothing. */
static bool left_at_first(struct shadow *shadow, const struct audit_compiled *rule)
{
	const struct before *before = before_here(shadow, true);
	uint32_t line = (uint32_t)rule->lines[AUDIT_UPPER].items[0].low;
	uint32_t port = (uint32_t)rule->source_ports[AUDIT_UPPER].items[0].low;
	audit_set_intersect(&shadow->left, &rule->sources[AUDIT_UPPER], &shadow->internet);
	for (size_t i = 0; i < before->count && shadow->left.count > 0; i++) {
		if (before->items[i].priority >= rule->rule->priority)
			break;
		shadow->steps++;
		if (in_cell(&before->items[i], line, port))
			take(shadow, &before->items[i]);
	}
	return shadow->left.count > 0;
}

/* The first of two sorted sets' common members, which they have. */
static audit_address first_common(const struct audit_set *a, const struct audit_set *b)
{
	size_t i = 0, j = 0;
	while (a->items[i].high < b->items[j].low || b->items[j].high < a->items[i].low) {
		if (a->items[i].high < b->items[j].low)
			i++;
		else
			j++;
	}
	return a->items[i].low > b->items[j].low ? a->items[i].low : b->items[j].low;
}

/* Of the first priority at which something is decided, the rule that decides the first packet. */
static void note_first(struct shadow *shadow, const struct audit_compiled *rule)
{
	const struct earlier *first = shadow->candidates[0];
	audit_address line = 0, port = 0;
	for (size_t i = 0; i < shadow->candidate_count && shadow->candidates[i]->priority == first->priority; i++) {
		const struct audit_compiled *other = shadow->candidates[i]->rule;
		audit_address own_line = first_common(&rule->lines[AUDIT_UPPER], &other->lines[AUDIT_LOWER]);
		audit_address own_port =
			first_common(&rule->source_ports[AUDIT_UPPER], &other->source_ports[AUDIT_LOWER]);
		if (i > 0 && (own_line > line || (own_line == line && own_port >= port)))
			continue;
		line = own_line;
		port = own_port;
		first = shadow->candidates[i];
	}
	if (shadow->by == NULL || first->priority < shadow->by->priority)
		shadow->by = first->rule->rule;
}

/* Rules before it that decide something of it, until none of its lines is left of which none of them decides everything
 * alone (`rest`); but all of the first priority, which note_first chooses from. */
static void find_candidates(struct shadow *shadow, const struct audit_compiled *rule)
{
	const struct audit_set *sources = &rule->sources[AUDIT_UPPER], *lines = &rule->lines[AUDIT_UPPER];
	const struct audit_set *ports = &rule->source_ports[AUDIT_UPPER];
	const struct before *before = before_here(shadow, audit_set_covers(&shadow->internet, sources));
	audit_address first_source = sources->items[0].low, last_source = sources->items[sources->count - 1].high;
	audit_address first_line = lines->items[0].low, last_line = lines->items[lines->count - 1].high;
	audit_set_copy(&shadow->rest, lines);
	shadow->candidate_count = 0;
	for (size_t i = 0; i < before->count && before->items[i].priority < rule->rule->priority; i++) {
		const struct earlier *other = &before->items[i];
		const struct audit_compiled *sets = other->rule;
		if (shadow->rest.count == 0 && other->priority != shadow->candidates[0]->priority)
			break;
		shadow->steps++;
		if (other->last_source < first_source || other->first_source > last_source ||
			other->last_line < first_line || other->first_line > last_line ||
			!audit_set_meets(lines, &sets->lines[AUDIT_LOWER]) ||
			!audit_set_meets(ports, &sets->source_ports[AUDIT_LOWER]) ||
			!audit_set_meets(sources, &sets->sources[AUDIT_LOWER]))
			continue;
		shadow->candidates[shadow->candidate_count++] = other;
		if (audit_set_covers(&sets->sources[AUDIT_LOWER], sources) &&
			audit_set_covers(&sets->source_ports[AUDIT_LOWER], ports))
			audit_set_remove(&shadow->rest, &sets->lines[AUDIT_LOWER], &shadow->scratch);
	}
}

static bool left_in_cell(struct shadow *shadow, const struct audit_compiled *rule, uint32_t line, uint32_t port)
{
	audit_set_copy(&shadow->left, &rule->sources[AUDIT_UPPER]);
	for (size_t i = 0; i < shadow->candidate_count && shadow->left.count > 0; i++) {
		shadow->steps++;
		if (in_cell(shadow->candidates[i], line, port))
			take(shadow, shadow->candidates[i]);
	}
	return shadow->left.count > 0;
}

/* Most rules are not shadowed, and their first packet from the internet shows it; of those that are, most are by one
 * rule. Only for the others every piece is looked at. */
static bool shadowed_here(struct shadow *shadow, size_t number)
{
	const struct audit_compiled *rule = compiled(shadow, number);
	const struct audit_set *ports = &rule->source_ports[AUDIT_UPPER];
	if (rule->lines[AUDIT_UPPER].count == 0 || ports->count == 0 || left_at_first(shadow, rule))
		return false;
	find_candidates(shadow, rule);
	if (shadow->candidate_count == 0)
		return false;
	note_first(shadow, rule);
	if (shadow->rest.count == 0)
		return true;
	cut(shadow, &shadow->rest, true, &shadow->lines);
	cut(shadow, ports, false, &shadow->ports);
	for (size_t i = 0; i < shadow->lines.count; i++) {
		for (size_t j = 0; j < shadow->ports.count; j++) {
			shadow->unfinished |= shadow->steps > CEIL_AUDIT_SHADOW_STEPS;
			if (shadow->unfinished || left_in_cell(shadow, rule, (uint32_t)shadow->lines.items[i].low,
							  (uint32_t)shadow->ports.items[j].low))
				return false;
		}
	}
	return true;
}

struct ranked {
	int32_t priority;
	uint32_t number;
};

static int by_priority(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* A rule whose place is not known, or of which it is not known whether it exists, decides nothing surely. */
static void put_in_order(struct shadow *shadow)
{
	size_t count = shadow->group->rule_count;
	struct ranked *ranked = audit_pool_take(&shadow->pool, count + 1, sizeof *ranked);
	shadow->order = audit_pool_take(&shadow->pool, count + 1, sizeof *shadow->order);
	shadow->order_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct audit_rule *rule = &shadow->group->rules[i];
		if (rule->priority != AUDIT_PRIORITY_UNKNOWN && !rule->conditional)
			ranked[shadow->order_count++] = (struct ranked){rule->priority, (uint32_t)i};
	}
	qsort(ranked, shadow->order_count, sizeof *ranked, by_priority);
	for (size_t i = 0; i < shadow->order_count; i++)
		shadow->order[i] = ranked[i].number;
}

/* All rules at one destination. */
static void look_at_destination(struct shadow *shadow, const struct audit_destination *to)
{
	shadow->to = to;
	shadow->outside.known = shadow->all.known = false;
	for (size_t i = 0; i < shadow->group->rule_count; i++) {
		struct looked *looked = &shadow->looked[i];
		if (!looked->asked)
			continue;
		enum audit_match match = audit_destination_looked_up(&shadow->destinations, i, to);
		if (match == AUDIT_NO || (to->in_doubt && match != AUDIT_YES))
			continue;
		looked->matched |= !to->in_doubt;
		shadow->by = looked->by;
		looked->shadowed = looked->shadowed && shadowed_here(shadow, i);
		looked->by = shadow->by;
	}
}

static void tell_rule(const struct shadow *shadow, size_t number, struct audit_result *out)
{
	const struct audit_rule *rule = &shadow->group->rules[number];
	const struct looked *looked = &shadow->looked[number];
	struct audit_note note = {.rule = audit_rule_told(out, shadow->group, rule), .by.priority = -1};
	note.store = note.rule.group;
	if (rule->priority >= 65000) /* a default rule, which nobody wrote */
		return;
	if (!looked->matched && rule->access == AUDIT_DENY) {
		*AUDIT_PUSH(out->dead_denies.items, out->dead_denies.count, out->dead_denies.capacity) = note;
	} else if (looked->matched && looked->shadowed && looked->by != NULL) {
		note.by = audit_rule_told(out, shadow->group, looked->by);
		*AUDIT_PUSH(out->shadowed.items, out->shadowed.count, out->shadowed.capacity) = note;
	}
}

/* Told are rules that somebody on the internet could match. Beyond the tags that are told apart the sets say who. */
static bool is_asked(struct shadow *shadow, size_t number)
{
	struct looked *looked = &shadow->looked[number];
	looked->outside = audit_may_be_outside(&shadow->group->rules[number].sources);
	return looked->outside &&
	       (!shadow->tags.too_many ||
		       audit_set_meets(&compiled(shadow, number)->sources[AUDIT_UPPER], &shadow->internet));
}

/* False: there is no rule to tell of. */
static bool begin(struct shadow *shadow, const struct audit_group *group)
{
	struct audit_store store = {.gates = {group}, .gate_count = 1};
	size_t count = group->rule_count;
	bool any = false;
	const struct audit_rule **rules = audit_pool_take(&shadow->pool, count + 1, sizeof *rules);
	shadow->group = group;
	shadow->steps = 0;
	shadow->unfinished = false;
	shadow->tags.count = 0;
	shadow->tags.too_many = false;
	audit_tags_add(&shadow->tags, group);
	audit_internet(&shadow->internet, shadow->tags.count);
	shadow->rules = audit_pool_take(&shadow->pool, count + 1, sizeof *shadow->rules);
	shadow->looked = audit_pool_take(&shadow->pool, count + 1, sizeof *shadow->looked);
	for (size_t i = 0; i < count; i++) {
		rules[i] = &group->rules[i];
		any |= shadow->looked[i].asked = is_asked(shadow, i);
		shadow->looked[i].shadowed = shadow->looked[i].asked && rules[i]->priority != AUDIT_PRIORITY_UNKNOWN &&
					     audit_each_value(&rules[i]->sources, has_private, NULL);
	}
	if (!any)
		return false;
	put_in_order(shadow);
	shadow->outside.items = audit_pool_take(&shadow->pool, count + 1, sizeof *shadow->outside.items);
	shadow->candidates = audit_pool_take(&shadow->pool, count + 1, sizeof *shadow->candidates);
	shadow->all.items = audit_pool_take(&shadow->pool, count + 1, sizeof *shadow->all.items);
	audit_destinations_of(&store, rules, count, &shadow->destinations);
	return true;
}

static void end(struct shadow *shadow)
{
	for (size_t i = 0; i < shadow->group->rule_count; i++)
		if (shadow->rules[i] != NULL)
			audit_compiled_free(shadow->rules[i]);
	audit_destinations_free(&shadow->destinations);
	audit_pool_reset(&shadow->pool);
}

static void tell_group(struct shadow *shadow, const struct audit_group *group, struct audit_result *out)
{
	bool any = begin(shadow, group);
	for (size_t i = 0; i < shadow->destinations.count; i++)
		look_at_destination(shadow, &shadow->destinations.items[i]);
	for (size_t i = 0; i < group->rule_count && any; i++)
		if (shadow->looked[i].asked)
			tell_rule(shadow, i, out);
	if (shadow->unfinished)
		audit_tell_note(out, &out->unfinished, audit_word_span(group->name),
			audit_span("more rules may never apply: too many combinations of rules to look at all of them"),
			group->at);
	end(shadow);
}

void audit_tell_shadowed(const struct audit_model *model, struct audit_result *out)
{
	st_auto_free struct shadow *shadow = st_alloc_zero(1, sizeof *shadow);
	for (size_t i = 0; i < model->group_count; i++)
		if (model->groups[i]->kind != AUDIT_GROUP_JOINED && model->groups[i]->kind != AUDIT_GROUP_ROUTES)
			tell_group(shadow, model->groups[i], out);
	audit_set_free(&shadow->rest);
	audit_set_free(&shadow->lines);
	audit_set_free(&shadow->ports);
	audit_set_free(&shadow->left);
	audit_set_free(&shadow->scratch);
	audit_set_free(&shadow->internet);
	audit_pool_free(&shadow->pool);
}
