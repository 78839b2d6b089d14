/* A rule is shadowed when rules before it decide every packet that it could match. */
#include "audit/tell.h"

#include <stdlib.h>

/* A rule that surely matches the destination looked at, if its sets do: with the ends of what they hold, so that most
 * are passed over at a glance. */
struct earlier {
	const struct audit_compiled *rule;
	audit_address first_source, last_source;
	uint32_t first_line, last_line;
	int32_t priority;
};

/* What is known of one rule so far. */
struct looked {
	bool asked, matched, shadowed;
	const struct audit_rule *by;
};

struct shadow {
	const struct audit_group *group;
	struct audit_compiled *rules;
	struct looked *looked;
	struct earlier *earlier; /* by priority */
	size_t earlier_count;
	struct audit_tags tags;
	struct audit_destinations destinations;
	struct audit_set lines, ports; /* pieces of the rule looked at */
	struct audit_set left, scratch, internet;
	const struct audit_rule *by;
	uint64_t steps;
};

static bool has_private(void *context, const struct audit_value *value)
{
	(void)context;
	return value->kind != AUDIT_VALUE_MEMBERS &&
	       !(value->kind == AUDIT_VALUE_TAG && value->tag == AUDIT_TAG_PRIVATE);
}

static int by_low(const void *a, const void *b)
{
	const struct audit_interval *x = a, *y = b;
	return x->low < y->low ? -1 : x->low > y->low;
}

/* Cuts the rule's own set where sets of rules before it begin or end. */
static void cut(struct shadow *shadow, size_t number, bool of_lines, struct audit_set *out)
{
	const struct audit_compiled *rule = &shadow->rules[number];
	const struct audit_set *own = of_lines ? &rule->lines[AUDIT_UPPER] : &rule->source_ports[AUDIT_UPPER];
	out->count = 0;
	for (size_t i = 0; i < own->count; i++)
		audit_set_add(out, own->items[i].low, own->items[i].low);
	for (size_t i = 0; i < shadow->earlier_count && shadow->earlier[i].priority < rule->rule->priority; i++) {
		const struct audit_compiled *other = shadow->earlier[i].rule;
		const struct audit_set *set = of_lines ? &other->lines[AUDIT_LOWER] : &other->source_ports[AUDIT_LOWER];
		for (size_t j = 0; j < set->count; j++) {
			if (audit_set_has(own, set->items[j].low))
				audit_set_add(out, set->items[j].low, set->items[j].low);
			if (audit_set_has(own, set->items[j].high + 1))
				audit_set_add(out, set->items[j].high + 1, set->items[j].high + 1);
		}
	}
	qsort(out->items, out->count, sizeof *out->items, by_low);
}

/* Is anything of the rule's sources left in this cell? */
static bool left_in_cell(struct shadow *shadow, size_t number, audit_address line, audit_address port)
{
	const struct audit_compiled *rule = &shadow->rules[number];
	struct audit_set *left = &shadow->left;
	audit_set_copy(left, &rule->sources[AUDIT_UPPER]);
	for (size_t i = 0; i < shadow->earlier_count && left->count > 0; i++) {
		const struct earlier *other = &shadow->earlier[i];
		if (other->priority >= rule->rule->priority)
			break;
		shadow->steps++;
		if (line < other->first_line || line > other->last_line || other->last_source < left->items[0].low ||
			other->first_source > left->items[left->count - 1].high ||
			!audit_set_has(&other->rule->lines[AUDIT_LOWER], line) ||
			!audit_set_meets(left, &other->rule->sources[AUDIT_LOWER]) ||
			!audit_set_has(&other->rule->source_ports[AUDIT_LOWER], port))
			continue;
		if (shadow->by == NULL || other->priority < shadow->by->priority)
			shadow->by = other->rule->rule;
		audit_set_remove(left, &other->rule->sources[AUDIT_LOWER], &shadow->scratch);
	}
	return left->count > 0;
}

/* Most rules are not shadowed, and their first packet shows it: only for the others every piece is looked at. */
static bool shadowed_here(struct shadow *shadow, size_t number)
{
	const struct audit_compiled *rule = &shadow->rules[number];
	const struct audit_set *lines = &rule->lines[AUDIT_UPPER], *ports = &rule->source_ports[AUDIT_UPPER];
	if (lines->count == 0 || ports->count == 0 ||
		left_in_cell(shadow, number, lines->items[0].low, ports->items[0].low))
		return false;
	cut(shadow, number, true, &shadow->lines);
	cut(shadow, number, false, &shadow->ports);
	for (size_t i = 0; i < shadow->lines.count; i++) {
		for (size_t j = 0; j < shadow->ports.count; j++)
			if (shadow->steps > CEIL_AUDIT_STEPS / 10 ||
				left_in_cell(shadow, number, shadow->lines.items[i].low, shadow->ports.items[j].low))
				return false;
	}
	return true;
}

static int by_priority(const void *a, const void *b)
{
	const struct earlier *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* A rule whose place is not known, or of which it is not known whether it exists, decides nothing surely. */
static void add_earlier(struct shadow *shadow, const struct audit_compiled *rule)
{
	const struct audit_set *sources = &rule->sources[AUDIT_LOWER], *lines = &rule->lines[AUDIT_LOWER];
	if (rule->rule->priority == AUDIT_PRIORITY_UNKNOWN || rule->rule->conditional || sources->count == 0 ||
		lines->count == 0)
		return;
	shadow->earlier[shadow->earlier_count++] = (struct earlier){
		.rule = rule,
		.first_source = sources->items[0].low,
		.last_source = sources->items[sources->count - 1].high,
		.first_line = (uint32_t)lines->items[0].low,
		.last_line = (uint32_t)lines->items[lines->count - 1].high,
		.priority = rule->rule->priority,
	};
}

/* All rules at one destination. */
static void look_at_destination(struct shadow *shadow, const struct audit_destination *to)
{
	size_t count = shadow->group->rule_count;
	st_auto_free uint8_t *match = st_alloc_zero(count + 1, 1);
	shadow->earlier_count = 0;
	for (size_t i = 0; i < count; i++) {
		match[i] = (uint8_t)audit_destination_match(shadow->rules[i].rule, to);
		if (match[i] == AUDIT_YES)
			add_earlier(shadow, &shadow->rules[i]);
	}
	qsort(shadow->earlier, shadow->earlier_count, sizeof *shadow->earlier, by_priority);
	for (size_t i = 0; i < count; i++) {
		struct looked *looked = &shadow->looked[i];
		if (!looked->asked || match[i] == AUDIT_NO || (to->in_doubt && match[i] != AUDIT_YES))
			continue;
		looked->matched |= !to->in_doubt;
		shadow->by = looked->by;
		looked->shadowed = looked->shadowed && shadowed_here(shadow, i);
		looked->by = shadow->by;
	}
}

static void tell_rule(const struct shadow *shadow, size_t number, struct audit_result *out)
{
	const struct audit_rule *rule = shadow->rules[number].rule;
	const struct looked *looked = &shadow->looked[number];
	struct audit_note note = {.rule = audit_rule_told(out, shadow->group, rule), .by.priority = -1};
	note.store = note.rule.group;
	if (!looked->matched && rule->access == AUDIT_DENY) {
		*AUDIT_PUSH(out->dead_denies.items, out->dead_denies.count, out->dead_denies.capacity) = note;
	} else if (looked->matched && looked->shadowed && looked->by != NULL) {
		note.by = audit_rule_told(out, shadow->group, looked->by);
		*AUDIT_PUSH(out->shadowed.items, out->shadowed.count, out->shadowed.capacity) = note;
	}
}

static void begin(struct shadow *shadow, const struct audit_group *group)
{
	struct audit_store store = {.gates = {group}, .gate_count = 1};
	size_t count = group->rule_count;
	st_auto_free const struct audit_rule **rules = st_alloc_zero(count + 1, sizeof *rules);
	shadow->group = group;
	audit_tags_add(&shadow->tags, group);
	audit_internet(&shadow->internet, shadow->tags.count);
	shadow->rules = st_alloc_zero(count + 1, sizeof *shadow->rules);
	shadow->looked = st_alloc_zero(count + 1, sizeof *shadow->looked);
	shadow->earlier = st_alloc_zero(count + 1, sizeof *shadow->earlier);
	for (size_t i = 0; i < count; i++) {
		const struct audit_set *sources = &shadow->rules[i].sources[AUDIT_UPPER];
		rules[i] = &group->rules[i];
		audit_compile(rules[i], &shadow->tags, &shadow->rules[i]);
		shadow->looked[i].asked = audit_set_meets(sources, &shadow->internet);
		shadow->looked[i].shadowed = sources->count > 0 && rules[i]->priority != AUDIT_PRIORITY_UNKNOWN &&
					     audit_each_value(&rules[i]->sources, has_private, NULL);
	}
	audit_destinations_of(&store, rules, count, &shadow->destinations);
}

static void end(struct shadow *shadow)
{
	for (size_t i = 0; i < shadow->group->rule_count; i++)
		audit_compiled_free(&shadow->rules[i]);
	free(shadow->rules);
	free(shadow->looked);
	free(shadow->earlier);
	audit_destinations_free(&shadow->destinations);
	audit_set_free(&shadow->lines);
	audit_set_free(&shadow->ports);
	audit_set_free(&shadow->left);
	audit_set_free(&shadow->scratch);
	audit_set_free(&shadow->internet);
}

void audit_tell_shadowed(const struct audit_group *group, struct audit_result *out)
{
	st_auto_free struct shadow *shadow = st_alloc_zero(1, sizeof *shadow);
	begin(shadow, group);
	for (size_t i = 0; i < shadow->destinations.count; i++)
		look_at_destination(shadow, &shadow->destinations.items[i]);
	for (size_t i = 0; i < group->rule_count; i++)
		if (shadow->looked[i].asked)
			tell_rule(shadow, i, out);
	end(shadow);
}
