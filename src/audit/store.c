/* Joins interfaces, subnets, groups and public addresses by their ids. */
#include "audit/store.h"

#include "audit/config.h"

#include <stdlib.h>

struct id_entry {
	struct st_span tail; /* last component: equal ids have equal ones */
	uint32_t number;
};

/* Numbers by the name at the end of their id, sorted. */
struct id_list {
	struct id_entry *items;
	size_t count;
};

static int by_tail(const void *a, const void *b)
{
	const struct id_entry *x = a, *y = b;
	size_t size = x->tail.size < y->tail.size ? x->tail.size : y->tail.size;
	int order = 0;
	for (size_t i = 0; i < size && order == 0; i++)
		order = (x->tail.data[i] | 0x20) - (y->tail.data[i] | 0x20);
	if (order == 0)
		order = x->tail.size < y->tail.size ? -1 : x->tail.size > y->tail.size;
	return order;
}

static void add_id(struct id_list *list, const struct audit_word *id, size_t number)
{
	list->items[list->count++] = (struct id_entry){audit_id_name(audit_word_span(id)), (uint32_t)number};
}

struct joins {
	const struct audit_model *model;
	struct id_list groups, subnets, publics;
};

static void open_joins(struct joins *joins, const struct audit_model *model)
{
	*joins = (struct joins){.model = model};
	joins->groups.items = st_alloc_zero(model->group_count + 1, sizeof(struct id_entry));
	joins->subnets.items = st_alloc_zero(model->subnet_count + 1, sizeof(struct id_entry));
	joins->publics.items = st_alloc_zero(model->public_count + 1, sizeof(struct id_entry));
	for (size_t i = 0; i < model->group_count; i++)
		add_id(&joins->groups, model->groups[i]->id, i);
	for (size_t i = 0; i < model->subnet_count; i++)
		add_id(&joins->subnets, model->subnets[i].id, i);
	for (size_t i = 0; i < model->public_count; i++)
		add_id(&joins->publics, model->public_addresses[i].id, i);
	qsort(joins->groups.items, joins->groups.count, sizeof(struct id_entry), by_tail);
	qsort(joins->subnets.items, joins->subnets.count, sizeof(struct id_entry), by_tail);
	qsort(joins->publics.items, joins->publics.count, sizeof(struct id_entry), by_tail);
}

static void close_joins(struct joins *joins)
{
	free(joins->groups.items);
	free(joins->subnets.items);
	free(joins->publics.items);
}

static const struct audit_word *id_at(const struct joins *joins, const struct id_list *list, uint32_t number)
{
	if (list == &joins->groups)
		return joins->model->groups[number]->id;
	return list == &joins->subnets ? joins->model->subnets[number].id : joins->model->public_addresses[number].id;
}

/* The number of what this id names; -1 when it is not in the input. */
static int64_t find(const struct joins *joins, const struct id_list *list, const struct audit_word *id)
{
	if (id == NULL)
		return -1;
	struct id_entry wanted = {audit_id_name(audit_word_span(id)), 0};
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_tail(&list->items[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < list->count && by_tail(&list->items[low], &wanted) == 0; low++)
		if (audit_same_id(id_at(joins, list, list->items[low].number), id))
			return list->items[low].number;
	return -1;
}

/* --- interfaces --- */

struct facts {
	bool public_path, standard, basic, sku_unknown;
	bool subnet_missing; /* not in the input: its group is not known */
	bool group_missing;  /* a group it names is not in the input, or cannot be resolved */
	const struct audit_group *subnet_group, *reply, *routes; /* the last two of AWS */
};

static void look_at_endpoint(const struct joins *joins, const struct audit_endpoint *endpoint, struct facts *facts)
{
	if (endpoint->public_address != NULL) {
		int64_t found = find(joins, &joins->publics, endpoint->public_address);
		enum audit_sku sku = found < 0 ? AUDIT_SKU_UNKNOWN : joins->model->public_addresses[found].sku;
		facts->public_path = true;
		facts->standard |= sku == AUDIT_SKU_STANDARD;
		facts->basic |= sku == AUDIT_SKU_BASIC;
		facts->sku_unknown |= sku == AUDIT_SKU_UNKNOWN;
	}
	facts->public_path |= endpoint->maybe_balanced;
	if (endpoint->balanced) {
		facts->public_path = true;
		facts->sku_unknown = true;
	}
	int64_t subnet = find(joins, &joins->subnets, endpoint->subnet);
	if (subnet < 0) {
		facts->subnet_missing = true;
		return;
	}
	const struct audit_subnet *about = &joins->model->subnets[subnet];
	int64_t group = find(joins, &joins->groups, about->group);
	int64_t reply = find(joins, &joins->groups, about->reply), routes = find(joins, &joins->groups, about->routes);
	facts->reply = reply >= 0 ? joins->model->groups[reply] : NULL;
	facts->routes = routes >= 0 ? joins->model->groups[routes] : NULL;
	if (about->group != NULL && (group < 0 || !joins->model->groups[group]->declared))
		facts->group_missing = true;
	else if (about->group != NULL)
		facts->subnet_group = joins->model->groups[group];
}

/* Without any group a Standard address lets nothing in and a Basic one everything ("Public IP addresses", security). */
static void judge_ungated(struct audit_store *store, const struct facts *facts)
{
	if (store->gate_count > 0 || store->doubt != NULL || store->closed != NULL)
		return;
	if (facts->subnet_missing)
		store->doubt = "no group at the interface, and its subnet is not in the input";
	else if (facts->sku_unknown)
		store->doubt = "no group, and the kind (SKU) of its public address is not in the input";
	else if (facts->standard && !facts->basic)
		store->closed = "no group, and a Standard public address is closed without one";
}

static void add_gate(struct audit_store *store, const struct audit_group *group)
{
	if (group != NULL)
		store->gates[store->gate_count++] = group;
}

/* Does any route of the table lead to the internet, or may? */
static bool leads_out(const struct audit_group *routes)
{
	for (size_t i = 0; i < routes->rule_count; i++)
		if (routes->rules[i].access != AUDIT_DENY)
			return true;
	return routes->doubt != NULL;
}

/* Of AWS the security groups say most, and stand first. */
static void judge_aws(struct audit_store *store, const struct facts *facts)
{
	if (store->gate_count == 0 && store->closed == NULL)
		store->doubt = "its security groups are not in the input";
	add_gate(store, facts->subnet_group);
	add_gate(store, facts->reply);
	add_gate(store, facts->routes);
	if (facts->routes != NULL && !leads_out(facts->routes) && store->closed == NULL)
		store->closed = "its subnet has no route to an internet gateway";
}

static struct audit_store interface_store(const struct joins *joins, const struct audit_interface *interface)
{
	struct facts facts = {0};
	struct audit_store store = {.name = audit_word_span(interface->name),
		.id = interface->id,
		.at = interface->at,
		.interface = interface};
	for (size_t i = 0; i < interface->endpoint_count; i++)
		look_at_endpoint(joins, &interface->endpoints[i], &facts);
	store.path = facts.public_path ? AUDIT_PATH_PUBLIC : AUDIT_PATH_NONE;
	if (!interface->of_aws)
		add_gate(&store, facts.subnet_group);
	int64_t group = find(joins, &joins->groups, interface->group);
	if (interface->group != NULL && (group < 0 || !joins->model->groups[group]->declared))
		facts.group_missing = true;
	else if (interface->group != NULL)
		store.gates[store.gate_count++] = joins->model->groups[group];
	if (interface->endpoint_count == 0)
		store.doubt = "its addresses are not in the input";
	else if (store.path == AUDIT_PATH_NONE)
		store.closed = "no public address and no load balancer leads to it";
	else if (facts.group_missing)
		store.doubt = "a group it is attached to is not in the input";
	if (interface->of_aws)
		judge_aws(&store, &facts);
	else
		judge_ungated(&store, &facts);
	return store;
}

/* --- what answers there --- */

static bool is_named(const struct audit_host *host, const struct audit_word *id, const struct audit_word *name)
{
	for (uint32_t i = 0; i < host->behind.count; i++)
		if (audit_same_id(host->behind.items[i], id) ||
			audit_same(audit_word_span(host->behind.items[i]), audit_word_span(name)))
			return true;
	return false;
}

static void take_host(struct audit_store *store, const struct audit_host *host)
{
	store->host = host;
	if (host->doubt != NULL && store->closed == NULL)
		store->doubt = host->doubt->text;
}

/* All hosts behind one interface or one group, each a store of its own. Nobody: the store as it is, unless a host has
 * to be there. */
struct hosting {
	const struct audit_model *model;
	bool *placed; /* hosts that stand behind something of the input */
	void (*each)(void *context, const struct audit_store *store);
	void *context;
};

static bool each_host(struct hosting *hosting, const struct audit_store *store, const struct audit_word *name)
{
	bool any = false;
	for (uint32_t i = 0; i < hosting->model->host_count; i++) {
		const struct audit_host *host = &hosting->model->hosts[i];
		struct audit_store made = *store;
		if (!is_named(host, store->id, name))
			continue;
		take_host(&made, host);
		made.name = audit_word_span(host->name);
		made.id = host->id;
		hosting->placed[i] = any = true;
		hosting->each(hosting->context, &made);
	}
	return any;
}

static void each_host_alone(struct hosting *hosting)
{
	for (uint32_t i = 0; i < hosting->model->host_count; i++) {
		const struct audit_host *host = &hosting->model->hosts[i];
		struct audit_store store = {.name = audit_word_span(host->name),
			.id = host->id,
			.at = host->at,
			.path = AUDIT_PATH_ASSUMED};
		if (hosting->placed[i])
			continue;
		take_host(&store, host);
		if (host->behind.count > 0)
			store.doubt = "what its inventory puts it behind is not in the input";
		hosting->each(hosting->context, &store);
	}
}

/* --- groups alone --- */

static void mark(const struct joins *joins, const struct audit_word *id, bool *used)
{
	int64_t group = find(joins, &joins->groups, id);
	if (group >= 0)
		used[group] = true;
}

/* Marks the groups that a public path of the input leads through, so that they are not counted alone as well. */
static void mark_gates(const struct audit_store *store, const struct joins *joins, bool *used)
{
	for (size_t i = 0; i < store->gate_count; i++) {
		const struct audit_group *gate = store->gates[i];
		mark(joins, gate->id, used);
		for (uint32_t j = 0; j < gate->members.count; j++)
			mark(joins, gate->members.items[j], used);
	}
}

static bool all_in_input(const struct joins *joins, const struct audit_words *ids)
{
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct audit_word *id = ids->items[i];
		bool known = find(joins, &joins->subnets, id) >= 0;
		for (size_t j = 0; j < joins->model->interface_count && !known; j++)
			known = audit_same_id(joins->model->interfaces[j].id, id);
		struct audit_host *const hosts = joins->model->hosts;
		for (size_t j = 0; j < joins->model->host_count && !known; j++)
			known = is_named(&hosts[j], id, NULL);
		if (!known)
			return false;
	}
	return true;
}

/* Network ACLs count by themselves where nothing else says what is behind them: then both directions are gates. False:
 * the group is no store. */
static bool stands_alone(const struct joins *joins, struct audit_store *store)
{
	const struct audit_group *group = store->gates[0];
	if (group->kind == AUDIT_GROUP_AZURE || group->kind == AUDIT_GROUP_SECURITY)
		return true;
	if (group->kind != AUDIT_GROUP_ACL || joins->model->interface_count > 0)
		return false;
	for (size_t i = 0; i < joins->model->group_count; i++) {
		const struct audit_group *other = joins->model->groups[i];
		if (other->kind == AUDIT_GROUP_SECURITY)
			return false;
		if (other->kind == AUDIT_GROUP_REPLY && other->name == group->id)
			store->gates[1] = other;
	}
	store->gate_count = store->gates[1] != NULL ? 2 : 1;
	return true;
}

/* Is all that the group is attached to in the input, as far as the input says? */
static bool attachments_known(const struct joins *joins, const struct audit_group *group)
{
	if (joins->model->other_attachments || !all_in_input(joins, &group->attached))
		return false;
	for (size_t i = 0; i < joins->model->subnet_count; i++) {
		const struct audit_subnet *subnet = &joins->model->subnets[i];
		if (audit_same_id(subnet->group, group->id) && !all_in_input(joins, &subnet->attached))
			return false;
	}
	return true;
}

void audit_each_store(
	const struct audit_model *model, void (*each)(void *context, const struct audit_store *store), void *context)
{
	struct joins joins;
	open_joins(&joins, model);
	st_auto_free bool *used = st_alloc_zero(model->group_count + 1, sizeof *used);
	st_auto_free bool *placed = st_alloc_zero(model->host_count + 1, sizeof *placed);
	struct hosting hosting = {model, placed, each, context};
	for (size_t i = 0; i < model->interface_count; i++) {
		struct audit_store store = interface_store(&joins, &model->interfaces[i]);
		mark_gates(&store, &joins, used);
		if (!each_host(&hosting, &store, model->interfaces[i].name))
			each(context, &store);
	}
	for (size_t i = 0; i < model->group_count; i++) {
		const struct audit_group *group = model->groups[i];
		struct audit_store store = {.name = audit_word_span(group->name),
			.id = group->id,
			.at = group->at,
			.gates = {group},
			.gate_count = 1,
			.path = AUDIT_PATH_ASSUMED};
		if (!stands_alone(&joins, &store))
			continue;
		used[i] |= each_host(&hosting, &store, group->name);
		if (!used[i] || !attachments_known(&joins, group))
			each(context, &store);
	}
	each_host_alone(&hosting);
	close_joins(&joins);
}
