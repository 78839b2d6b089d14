/* All files are read: prefix lists get their entries, interfaces their groups, subnets their tables. */
#include "audit/aws.h"
#include "audit/aws_rules.h"
#include "audit/result.h"
#include "audit/shape_aws.h"

#include <stdlib.h>

/* --- prefix lists --- */

/* NULL: not in the input. */
static const struct aws_prefixes *prefixes_of(const struct audit_aws *aws, const struct audit_word *id)
{
	for (uint32_t i = 0; i < aws->prefix_count && id->kind == AUDIT_UNRESOLVED; i++)
		if (audit_same(audit_word_span(aws->prefixes[i].id), audit_word_span(id)))
			return &aws->prefixes[i];
	return NULL;
}

static void expand_rules(struct audit_model *model, struct audit_group *group)
{
	for (size_t i = 0; i < group->rule_count; i++) {
		struct audit_rule *rule = &group->rules[i];
		const struct aws_prefixes *found =
			rule->sources.count == 1 ? prefixes_of(model->aws, rule->sources.items[0]) : NULL;
		if (found != NULL)
			rule->sources = found->entries;
	}
}

/* A route to a list is one to each of its prefixes. Without its entries it takes nothing away; what it may add cannot
 * be told. */
static void expand_routes(struct audit_model *model, struct audit_group *group)
{
	size_t count = group->rule_count;
	st_auto_free struct audit_rule *old = st_alloc(count * sizeof *old + 1);
	if (count > 0)
		memcpy(old, group->rules, count * sizeof *old);
	group->rule_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct audit_word *source = old[i].sources.items[0];
		const struct aws_prefixes *found = prefixes_of(model->aws, source);
		bool list = source->kind == AUDIT_UNRESOLVED && source->size > 3 && memcmp(source->text, "pl-", 3) == 0;
		if (list && found == NULL && old[i].access != AUDIT_ALLOW)
			continue;
		for (uint32_t j = 0; j < (found != NULL ? found->entries.count : 1); j++) {
			struct audit_rule *rule = audit_group_rule(model, group);
			*rule = old[i];
			if (found == NULL)
				continue;
			rule->sources = (struct audit_words){&found->entries.items[j], 1};
			rule->priority = aws_route_priority(audit_word_span(found->entries.items[j]));
		}
	}
}

/* --- groups --- */

static int by_name(const void *a, const void *b)
{
	const struct audit_rule *x = *(const struct audit_rule *const *)a, *y = *(const struct audit_rule *const *)b;
	uintptr_t p = (uintptr_t)x->name, q = (uintptr_t)y->name;
	return p != q ? (p < q ? -1 : 1) : x < y ? -1 : x > y;
}

/* Rules that two answers of the command line tell both stand once. */
static void drop_copies(struct audit_group *group)
{
	size_t count = group->rule_count, kept = 0;
	st_auto_free const struct audit_rule **sorted = st_alloc_zero(count + 1, sizeof *sorted);
	st_auto_free bool *copy = st_alloc_zero(count + 1, sizeof *copy);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &group->rules[i];
	qsort(sorted, count, sizeof *sorted, by_name);
	for (size_t i = 1; i < count; i++)
		copy[sorted[i] - group->rules] = sorted[i]->name == sorted[i - 1]->name &&
						 audit_rule_address(sorted[i]) == NULL &&
						 audit_rule_address(sorted[i - 1]) == NULL;
	for (size_t i = 0; i < count; i++)
		if (!copy[i])
			group->rules[kept++] = group->rules[i];
	group->rule_count = kept;
}

/* The groups of an interface as one: its rules stand in any of them. */
static const struct audit_word *joined(struct audit_model *model, const struct aws_interface *interface)
{
	st_auto_buf struct st_buf text = {0};
	for (uint32_t i = 0; i < interface->groups.count; i++)
		st_buf_format(&text, "%s%s", i > 0 ? "+" : "", interface->groups.items[i]->text);
	const struct audit_word *only = interface->groups.count == 1 ? interface->groups.items[0] : NULL;
	if (only != NULL && only->kind == AUDIT_LITERAL) {
		struct audit_group *group = aws_group(model, only, AUDIT_GROUP_SECURITY);
		if (group->declared)
			return only;
		st_buf_format(&text, " and what is missing");
	}
	const struct audit_word *id = audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
	struct audit_group *made = aws_group(model, id, AUDIT_GROUP_JOINED);
	if (made->declared)
		return id;
	made->declared = true;
	made->at = interface->at;
	made->members = interface->groups;
	for (uint32_t i = 0; i < interface->groups.count; i++) {
		const struct audit_word *member = interface->groups.items[i];
		struct audit_group *group =
			member->kind == AUDIT_LITERAL ? aws_group(model, member, AUDIT_GROUP_SECURITY) : NULL;
		for (size_t j = 0; group != NULL && j < group->rule_count; j++) {
			struct audit_rule *rule = audit_group_rule(model, made);
			*rule = group->rules[j];
			audit_rule_extend(model, rule)->owner = group;
		}
		if (group == NULL || !group->declared)
			aws_missing_group(model, made, member);
	}
	return id;
}

/* --- interfaces --- */

struct by_id {
	const struct audit_word *id;
	uint32_t number;
};

static int by_id(const void *a, const void *b)
{
	const struct by_id *x = a, *y = b;
	if (x->id != y->id)
		return (uintptr_t)x->id < (uintptr_t)y->id ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Interfaces by id, the first of equal ones first. */
static struct by_id *sorted_interfaces(const struct audit_aws *aws)
{
	struct by_id *sorted = st_alloc_zero(aws->interface_count + 1, sizeof *sorted);
	for (uint32_t i = 0; i < aws->interface_count; i++)
		sorted[i] = (struct by_id){aws->interfaces[i].id, i};
	qsort(sorted, aws->interface_count, sizeof *sorted, by_id);
	return sorted;
}

static bool is_public(const struct aws_interface *interface)
{
	for (uint32_t i = 0; i < interface->endpoint_count; i++)
		if (interface->endpoints[i].public_address != NULL)
			return true;
	return false;
}

/* Two answers about one interface: the instance knows its name, and either may know more of its addresses. */
static void merge(struct aws_interface *to, struct aws_interface *from)
{
	if (from->by_instance && !to->by_instance)
		to->name = from->name;
	if (!to->groups_told && from->groups_told) {
		to->groups = from->groups;
		to->groups_told = true;
	}
	to->subnet = to->subnet != NULL ? to->subnet : from->subnet;
	to->vpc = to->vpc != NULL ? to->vpc : from->vpc;
	to->instance = to->instance != NULL ? to->instance : from->instance;
	if (!is_public(to) && (is_public(from) || to->endpoint_count == 0)) {
		struct aws_endpoint *held = to->endpoints;
		uint32_t count = to->endpoint_count;
		to->endpoints = from->endpoints;
		to->endpoint_count = from->endpoint_count;
		from->endpoints = held;
		from->endpoint_count = count;
	}
}

static void add_address(struct aws_interface *to, const struct aws_address *address)
{
	for (uint32_t i = 0; i < to->endpoint_count; i++) {
		struct aws_endpoint *endpoint = &to->endpoints[i];
		bool first = address->private_address == NULL && endpoint->public_address == NULL;
		if (endpoint->family != 6 && (first || endpoint->private_address == address->private_address))
			endpoint->public_address = address->public_address;
		if (endpoint->public_address == address->public_address)
			return;
	}
	*AUDIT_PUSH(to->endpoints, to->endpoint_count, to->endpoint_capacity) =
		(struct aws_endpoint){address->private_address, address->public_address, 4};
}

/* What describe-addresses adds. */
static void take_addresses(struct audit_aws *aws, const bool *copy)
{
	for (uint32_t i = 0; i < aws->address_count; i++) {
		const struct aws_address *address = &aws->addresses[i];
		for (uint32_t j = 0; j < aws->interface_count; j++) {
			struct aws_interface *to = &aws->interfaces[j];
			bool named =
				address->interface != NULL ? to->id == address->interface : address->instance != NULL && to->instance == address->instance;
			if (!copy[j] && named)
				add_address(to, address);
		}
	}
}

/* May a load balancer of its network lead to it? Targets are not read; one that keeps the addresses of clients puts
 * them before the rules of what is behind it. */
static bool may_be_balanced(const struct audit_aws *aws, const struct aws_interface *interface)
{
	for (uint32_t i = 0; i < aws->balanced.count; i++)
		if (aws->balanced.items[i] == interface->vpc)
			return !interface->of_balancer;
	return false;
}

static void note_balancers(struct audit_model *model)
{
	struct audit_aws *aws = model->aws;
	for (uint32_t i = 0; i < aws->interface_count; i++) {
		const struct aws_interface *here = &aws->interfaces[i];
		bool again = aws->balanced.count > 0 && aws->balanced.items[aws->balanced.count - 1] == here->vpc;
		if (here->of_balancer && here->vpc != NULL && is_public(here) && !again)
			audit_words_add(model, &aws->balanced, here->vpc);
	}
}

static void give_interface(struct audit_model *model, const struct aws_interface *from)
{
	const struct audit_word *group = from->groups_told && from->groups.count > 0 ? joined(model, from) : NULL;
	struct audit_interface *made = audit_model_interface(model);
	made->of_aws = true;
	made->id = from->id;
	made->name = from->name;
	made->at = from->at;
	made->group = group;
	made->endpoints = audit_pool_take(&model->pool, from->endpoint_count + 1, sizeof *made->endpoints);
	made->endpoint_count = from->endpoint_count;
	bool maybe = !is_public(from) && may_be_balanced(model->aws, from);
	for (uint32_t i = 0; i < from->endpoint_count; i++)
		made->endpoints[i] = (struct audit_endpoint){.private_address = from->endpoints[i].private_address,
			.public_address = from->endpoints[i].public_address,
			.subnet = from->subnet,
			.family = from->endpoints[i].family,
			.maybe_balanced = maybe};
}

/* --- subnets --- */

static const struct aws_table *table_of(
	const struct aws_table *tables, uint32_t count, const struct audit_word *subnet, const struct audit_word *vpc)
{
	const struct aws_table *main = NULL;
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t j = 0; j < tables[i].subnets.count; j++)
			if (tables[i].subnets.items[j] == subnet)
				return &tables[i];
		if (tables[i].main && vpc != NULL && tables[i].vpc == vpc)
			main = &tables[i];
	}
	return main;
}

static void give_subnet(
	struct audit_model *model, const struct audit_word *id, const struct audit_word *vpc, struct audit_place at)
{
	const struct audit_aws *aws = model->aws;
	for (size_t i = 0; i < model->subnet_count; i++)
		if (model->subnets[i].id == id)
			return;
	const struct aws_table *acl = table_of(aws->acls, aws->acl_count, id, vpc);
	const struct aws_table *routes = table_of(aws->routes, aws->route_count, id, vpc);
	struct audit_subnet *made = audit_model_subnet(model);
	made->id = id;
	made->at = at;
	made->group = acl != NULL ? acl->id : NULL;
	made->reply = acl != NULL ? acl->other : NULL;
	made->routes = routes != NULL ? routes->id : NULL;
}

static void give_subnets(struct audit_model *model, const bool *copy)
{
	const struct audit_aws *aws = model->aws;
	for (uint32_t i = 0; i < aws->subnet_count; i++)
		give_subnet(model, aws->subnets[i].id, aws->subnets[i].vpc, aws->subnets[i].at);
	for (uint32_t i = 0; i < aws->interface_count; i++)
		if (!copy[i] && aws->interfaces[i].subnet != NULL)
			give_subnet(model, aws->interfaces[i].subnet, aws->interfaces[i].vpc, aws->interfaces[i].at);
}

void audit_shape_aws_finish(struct audit_model *model)
{
	struct audit_aws *aws = model->aws;
	size_t groups = model->group_count; /* those that are made here hold copies of rules that are expanded */
	for (size_t i = 0; i < groups; i++) {
		struct audit_group *group = model->groups[i];
		if (group->kind == AUDIT_GROUP_ROUTES && aws != NULL)
			expand_routes(model, group);
		else if (group->kind == AUDIT_GROUP_SECURITY && aws != NULL)
			expand_rules(model, group);
		if (group->kind == AUDIT_GROUP_SECURITY)
			drop_copies(group);
	}
	if (aws == NULL)
		return;
	st_auto_free bool *copy = st_alloc_zero(aws->interface_count + 1, sizeof *copy);
	st_auto_free struct by_id *sorted = sorted_interfaces(aws);
	for (uint32_t i = 1; i < aws->interface_count; i++) {
		if (sorted[i].id != sorted[i - 1].id)
			continue;
		copy[sorted[i].number] = true;
		merge(&aws->interfaces[sorted[i - 1].number], &aws->interfaces[sorted[i].number]);
		sorted[i].number = sorted[i - 1].number;
	}
	take_addresses(aws, copy);
	note_balancers(model);
	for (uint32_t i = 0; i < aws->interface_count; i++)
		if (!copy[i])
			give_interface(model, &aws->interfaces[i]);
	give_subnets(model, copy);
}
