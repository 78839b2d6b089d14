/* A route counts as a default one when it leads to more of the internet than a prefix of length 8 holds, as two halves
 * do, or to a service tag that others can rent. */
#include "audit/routes.h"

#include "audit/compile.h"
#include "audit/result.h"

#include <stdlib.h>

enum { WIDE_V4_BITS = 24, WIDE_V6_BITS = 96 };

static bool is_wide(void *context, const struct audit_value *value)
{
	bool *wide = context;
	if (value->kind == AUDIT_VALUE_PREFIX) {
		bool v4 = audit_is_v4(value->range.low);
		*wide |= value->range.high - value->range.low >= (audit_address)1 << (v4 ? WIDE_V4_BITS : WIDE_V6_BITS);
	} else if (value->kind == AUDIT_VALUE_TAG) {
		*wide |= value->tag <= AUDIT_TAG_INTERNET || value->tag == AUDIT_TAG_SHARED;
	} else {
		*wide = true; /* it cannot be told */
	}
	return true;
}

/* The first wide route of the table; NULL: none. */
static const struct audit_route *wide_route(const struct audit_route_table *table)
{
	for (uint32_t i = 0; i < table->route_count; i++) {
		const struct audit_words prefix = {&table->routes[i].prefix, 1};
		bool wide = false;
		audit_each_value(&prefix, is_wide, &wide);
		if (wide)
			return &table->routes[i];
	}
	return NULL;
}

static const struct audit_route_table *table_of(const struct audit_model *model, const struct audit_subnet *subnet)
{
	for (uint32_t i = 0; i < model->route_table_count; i++) {
		const struct audit_route_table *table = &model->route_tables[i];
		if (audit_same_id(subnet->route_table, table->id))
			return table;
		for (uint32_t j = 0; j < table->attached.count; j++)
			if (audit_same_id(table->attached.items[j], subnet->id))
				return table;
	}
	return NULL;
}

static bool says_network(const struct audit_word *word)
{
	return audit_word_is(word, "VirtualNetwork") || audit_word_is(word, "VIRTUAL_NETWORK");
}

/* The sources with the tag as something that cannot be told. */
static struct audit_words widened(struct audit_model *model, const struct audit_words *sources)
{
	struct audit_words words = {0};
	for (uint32_t i = 0; i < sources->count; i++)
		audit_words_add(model, &words,
			says_network(sources->items[i])
				? audit_intern(model, AUDIT_UNRESOLVED, audit_word_span(sources->items[i]))
				: sources->items[i]);
	return words;
}

static void add_default_rule(struct audit_model *model, struct audit_group *group, struct audit_place at)
{
	const struct audit_word *any = audit_intern(model, AUDIT_LITERAL, audit_span("*"));
	struct audit_rule *rule = audit_group_rule(model, group);
	rule->name = audit_intern(model, AUDIT_LITERAL, audit_span("AllowVnetInBound"));
	rule->protocol = any;
	rule->at = at;
	rule->priority = 65000;
	rule->access = AUDIT_ALLOW;
	audit_words_add(model, &rule->sources, audit_intern(model, AUDIT_UNRESOLVED, audit_span("VirtualNetwork")));
	audit_words_add(model, &rule->source_ports, any);
	audit_words_add(model, &rule->destinations, any);
	audit_words_add(model, &rule->ports, any);
}

/* The group's second form, made once. */
static void widen(struct audit_model *model, struct audit_group *group, const struct audit_route *route)
{
	if (group == NULL || group->wide != NULL)
		return;
	struct audit_group *wide = st_alloc_zero(1, sizeof *wide);
	*wide = *group;
	wide->rules = NULL;
	wide->rule_count = wide->rule_capacity = 0;
	wide->of = group;
	for (size_t i = 0; i < group->rule_count; i++) {
		struct audit_rule rule = group->rules[i];
		rule.sources = widened(model, &rule.sources);
		*audit_group_rule(model, wide) = rule;
	}
	add_default_rule(model, wide, route->at);
	group->wide = wide;
}

static void remark(struct audit_model *model, const struct audit_subnet *subnet, const struct audit_route *route)
{
	struct audit_doubt *doubt = AUDIT_PUSH(model->remarks, model->remark_count, model->remark_capacity);
	struct st_span prefix = audit_word_span(route->prefix), hop = audit_word_span(route->next_hop);
	st_auto_free char *text = st_format("VirtualNetwork may mean any address here: a route sends %.*s to %.*s",
		(int)(prefix.size < 64 ? prefix.size : 64), (const char *)prefix.data,
		(int)(hop.size < 64 ? hop.size : 64), (const char *)hop.data);
	doubt->what = audit_intern(model, AUDIT_LITERAL, audit_id_name(audit_word_span(subnet->id)));
	doubt->reason = audit_intern(model, AUDIT_LITERAL, audit_span(text));
	doubt->at = route->at;
}

/* Groups of interfaces in the subnet. */
static void widen_interfaces(struct audit_model *model, const struct audit_subnet *subnet)
{
	for (size_t i = 0; i < model->interface_count; i++) {
		const struct audit_interface *interface = &model->interfaces[i];
		if (interface->group == NULL || interface->group->kind == AUDIT_UNRESOLVED)
			continue;
		for (size_t j = 0; j < interface->endpoint_count; j++)
			if (audit_same_id(interface->endpoints[j].subnet, subnet->id))
				widen(model, audit_model_find_group(model, interface->group), subnet->wide_route);
	}
}

void audit_routes_finish(struct audit_model *model)
{
	for (size_t i = 0; i < model->subnet_count && model->route_table_count > 0; i++) {
		struct audit_subnet *subnet = &model->subnets[i];
		const struct audit_route_table *table = table_of(model, subnet);
		subnet->wide_route = table != NULL ? wide_route(table) : NULL;
		if (subnet->wide_route == NULL)
			continue;
		remark(model, subnet, subnet->wide_route);
		if (subnet->group != NULL && subnet->group->kind != AUDIT_UNRESOLVED)
			widen(model, audit_model_find_group(model, subnet->group), subnet->wide_route);
		widen_interfaces(model, subnet);
	}
}

const struct audit_group *audit_group_in(
	const struct audit_model *model, const struct audit_group *group, const struct audit_subnet *subnet)
{
	if (group->wide == NULL)
		return group;
	if (subnet != NULL)
		return subnet->wide_route != NULL ? group->wide : group;
	for (size_t i = 0; i < model->subnet_count; i++) {
		const struct audit_subnet *here = &model->subnets[i];
		if (here->wide_route == NULL)
			continue;
		bool attached = audit_same_id(here->group, group->id);
		for (uint32_t j = 0; j < group->attached.count && !attached; j++)
			attached = audit_same_id(group->attached.items[j], here->id);
		if (attached)
			return group->wide;
	}
	return group;
}

bool audit_group_is_wide(const struct audit_group *group)
{
	return group->of != NULL;
}
