/* A rule is shadowed when rules before it decide every packet that it could match. */
#include "audit/tell.h"

#include <stdlib.h>

struct shadow {
	const struct audit_group *group;
	struct audit_compiled *rules;
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

/* Does this rule surely come first? */
static bool stands_before(const struct audit_rule *a, const struct audit_rule *b)
{
	return a->priority != AUDIT_PRIORITY_UNKNOWN && !a->conditional && a->priority < b->priority;
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
	for (size_t i = 0; i < shadow->group->rule_count; i++) {
		const struct audit_compiled *other = &shadow->rules[i];
		const struct audit_set *set = of_lines ? &other->lines[AUDIT_LOWER] : &other->source_ports[AUDIT_LOWER];
		if (!stands_before(other->rule, rule->rule))
			continue;
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
static bool left_in_cell(struct shadow *shadow, size_t number, const struct audit_destination *to, audit_address line,
	audit_address port)
{
	const struct audit_compiled *rule = &shadow->rules[number];
	audit_set_copy(&shadow->left, &rule->sources[AUDIT_UPPER]);
	for (size_t i = 0; i < shadow->group->rule_count && shadow->left.count > 0; i++) {
		const struct audit_compiled *other = &shadow->rules[i];
		shadow->steps++;
		if (!stands_before(other->rule, rule->rule) ||
			!audit_set_meets(&shadow->left, &other->sources[AUDIT_LOWER]) ||
			!audit_set_has(&other->lines[AUDIT_LOWER], line) ||
			!audit_set_has(&other->source_ports[AUDIT_LOWER], port) ||
			audit_destination_match(other->rule, to) != AUDIT_YES)
			continue;
		if (shadow->by == NULL || other->rule->priority < shadow->by->priority)
			shadow->by = other->rule;
		audit_set_remove(&shadow->left, &other->sources[AUDIT_LOWER], &shadow->scratch);
	}
	return shadow->left.count > 0;
}

/* Most rules are not shadowed, and their first packet shows it: only for the others every piece is looked at. */
static bool shadowed_at(struct shadow *shadow, size_t number, const struct audit_destination *to)
{
	const struct audit_compiled *rule = &shadow->rules[number];
	const struct audit_set *lines = &rule->lines[AUDIT_UPPER], *ports = &rule->source_ports[AUDIT_UPPER];
	if (lines->count == 0 || ports->count == 0 ||
		left_in_cell(shadow, number, to, lines->items[0].low, ports->items[0].low))
		return false;
	cut(shadow, number, true, &shadow->lines);
	cut(shadow, number, false, &shadow->ports);
	for (size_t i = 0; i < shadow->lines.count; i++) {
		for (size_t j = 0; j < shadow->ports.count; j++)
			if (shadow->steps > CEIL_AUDIT_STEPS / 10 ||
				left_in_cell(
					shadow, number, to, shadow->lines.items[i].low, shadow->ports.items[j].low))
				return false;
	}
	return true;
}

static void look_at_rule(struct shadow *shadow, size_t number, struct audit_result *out)
{
	const struct audit_rule *rule = shadow->rules[number].rule;
	bool matched = false, shadowed = shadow->rules[number].sources[AUDIT_UPPER].count > 0 &&
					 rule->priority != AUDIT_PRIORITY_UNKNOWN &&
					 audit_each_value(&rule->sources, has_private, NULL);
	shadow->by = NULL;
	for (size_t i = 0; i < shadow->destinations.count; i++) {
		const struct audit_destination *to = &shadow->destinations.items[i];
		enum audit_match match = audit_destination_match(rule, to);
		if (match == AUDIT_NO || (to->in_doubt && match != AUDIT_YES))
			continue;
		matched |= !to->in_doubt;
		if (shadowed)
			shadowed = shadowed_at(shadow, number, to);
	}
	struct audit_note note = {.rule = audit_rule_told(out, shadow->group, rule), .by.priority = -1};
	note.store = note.rule.group;
	if (!matched && rule->access == AUDIT_DENY) {
		*AUDIT_PUSH(out->dead_denies.items, out->dead_denies.count, out->dead_denies.capacity) = note;
	} else if (matched && shadowed && shadow->by != NULL) {
		note.by = audit_rule_told(out, shadow->group, shadow->by);
		*AUDIT_PUSH(out->shadowed.items, out->shadowed.count, out->shadowed.capacity) = note;
	}
}

void audit_tell_shadowed(const struct audit_group *group, struct audit_result *out)
{
	st_auto_free struct shadow *shadow = st_alloc_zero(1, sizeof *shadow);
	struct audit_store store = {.gates = {group}, .gate_count = 1};
	st_auto_free const struct audit_rule **rules = st_alloc_zero(group->rule_count + 1, sizeof *rules);
	shadow->group = group;
	audit_tags_add(&shadow->tags, group);
	shadow->rules = st_alloc_zero(group->rule_count + 1, sizeof *shadow->rules);
	for (size_t i = 0; i < group->rule_count; i++) {
		rules[i] = &group->rules[i];
		audit_compile(rules[i], &shadow->tags, &shadow->rules[i]);
	}
	audit_destinations_of(&store, rules, group->rule_count, &shadow->destinations);
	audit_internet(&shadow->internet, shadow->tags.count);
	for (size_t i = 0; i < group->rule_count; i++)
		if (audit_set_meets(&shadow->rules[i].sources[AUDIT_UPPER], &shadow->internet))
			look_at_rule(shadow, i, out);
	for (size_t i = 0; i < group->rule_count; i++)
		audit_compiled_free(&shadow->rules[i]);
	free(shadow->rules);
	audit_destinations_free(&shadow->destinations);
	audit_set_free(&shadow->lines);
	audit_set_free(&shadow->ports);
	audit_set_free(&shadow->left);
	audit_set_free(&shadow->scratch);
	audit_set_free(&shadow->internet);
}
