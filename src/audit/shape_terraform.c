/* Groups first, since rules beside them say their group by its name. */
#include "audit/terraform_build.h"

#include "audit/result.h"
#include "audit/shape.h"
#include "base/ceilings.h"

#include <stdlib.h>
#include <strings.h>

#define NSG "azurerm_network_security_group"
#define NSG_RULE "azurerm_network_security_rule"
#define SUBNET "azurerm_subnet"
#define NIC "azurerm_network_interface"
#define ADDRESS "azurerm_public_ip"
#define ASG "azurerm_application_security_group"
#define ACCOUNT "azurerm_storage_account"
#define ROUTE_TABLE "azurerm_route_table"

static bool is_of(const struct audit_instance *instance, const char *type)
{
	return audit_span_is(instance->type, type);
}

/* --- nodes --- */

struct audit_node *audit_build_object(const struct audit_building *b, const char *key, uint32_t line)
{
	struct audit_node *made = audit_node_new(b->out->pool, AUDIT_OBJECT, line);
	audit_node_name(made, audit_span(key));
	return made;
}

/* A copy of a value under another key; nothing of NULL. */
void audit_build_put(
	const struct audit_building *b, struct audit_node *to, const char *key, const struct audit_node *value)
{
	if (value == NULL)
		return;
	struct audit_node *copy = audit_node_new(b->out->pool, value->type, value->line);
	*copy = *value;
	audit_node_name(copy, audit_span(key));
	copy->next = NULL;
	copy->column = 0; /* a plan is no place for edits */
	audit_node_append(to, copy);
}

void audit_build_put_text(const struct audit_building *b, struct audit_node *to, const char *key, struct st_span text)
{
	struct audit_node *made = audit_node_new(b->out->pool, AUDIT_STRING, to->line);
	audit_node_name(made, audit_span(key));
	made->text = text;
	audit_node_append(to, made);
}

/* {"id": ...}; an id that is not known as such. */
static struct audit_node *id_node(
	const struct audit_building *b, const char *key, const struct audit_word *id, uint32_t line)
{
	struct audit_node *made = audit_build_object(b, key, line);
	struct audit_node *value =
		audit_node_new(b->out->pool, id->kind == AUDIT_UNRESOLVED ? AUDIT_UNKNOWN : AUDIT_STRING, line);
	audit_node_name(value, audit_span("id"));
	value->text = audit_word_span(id);
	audit_node_append(made, value);
	return made;
}

/* As REST has it: type, name, id, address of the plan; *properties is what the caller fills. */
struct audit_node *audit_build_resource(const struct audit_building *b, const struct audit_instance *from,
	const char *type, struct st_span id, struct audit_node **properties)
{
	struct audit_node *made = audit_build_object(b, "", from->values->line);
	const struct audit_node *name = audit_plan_value(&b->plan, from, NULL, 0, "name");
	audit_build_put_text(b, made, "type", audit_span(type));
	audit_build_put_text(b, made, "id", id);
	if (name != NULL && name->type == AUDIT_STRING)
		audit_build_put(b, made, "name", name);
	else
		audit_build_put_text(b, made, "name", from->address);
	audit_build_put_text(b, made, "(address)", from->address);
	*properties = audit_build_object(b, "properties", from->values->line);
	audit_node_append(made, *properties);
	return made;
}

void audit_build_give(const struct audit_building *b, const struct audit_node *made)
{
	b->out->take(b->out->context, made, b->out->file);
}

static void doubt(const struct audit_building *b, const struct audit_instance *about, const char *reason)
{
	audit_model_doubt(b->out->model, about->address, reason, audit_place_of(b->out->file, about->values));
}

void audit_build_put_fields(const struct audit_building *b, struct audit_node *to, const struct audit_instance *from,
	const char *block, uint32_t at, const struct audit_build_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		audit_build_put(b, to, fields[i].ours, audit_plan_value(&b->plan, from, block, at, fields[i].theirs));
}

/* --- rules --- */

static const struct audit_build_field rule_fields[] = {
	{"name", "name"},
	{"priority", "priority"},
	{"direction", "direction"},
	{"access", "access"},
	{"protocol", "protocol"},
	{"source_port_range", "sourcePortRange"},
	{"source_port_ranges", "sourcePortRanges"},
	{"source_address_prefix", "sourceAddressPrefix"},
	{"source_address_prefixes", "sourceAddressPrefixes"},
	{"source_application_security_group_ids", "sourceApplicationSecurityGroups"},
	{"destination_port_range", "destinationPortRange"},
	{"destination_port_ranges", "destinationPortRanges"},
	{"destination_address_prefix", "destinationAddressPrefix"},
	{"destination_address_prefixes", "destinationAddressPrefixes"},
	{"destination_application_security_group_ids", "destinationApplicationSecurityGroups"},
};

/* block NULL: of a rule by itself. */
static struct audit_node *rule_node(const struct audit_building *b, const struct audit_instance *from,
	const char *block, uint32_t at, uint32_t line)
{
	struct audit_node *made = audit_build_object(b, "", line);
	audit_build_put_fields(b, made, from, block, at, rule_fields, sizeof rule_fields / sizeof rule_fields[0]);
	audit_build_put_text(b, made, "(address)", from->address);
	return made;
}

static struct st_span text_of(const struct audit_building *b, const struct audit_instance *from, const char *key)
{
	return audit_text(audit_plan_value(&b->plan, from, NULL, 0, key));
}

/* Its group: by reference while names are not known, else by name and resource group. NULL: it is not in the plan. */
static const struct audit_instance *group_of(
	const struct audit_plan *plan, const struct audit_instance *rule, bool *several)
{
	const struct audit_node *name = audit_plan_value(plan, rule, NULL, 0, "network_security_group_name");
	const struct audit_instance *found = NULL;
	*several = false;
	if (name == NULL || name->type != AUDIT_STRING) {
		const struct audit_word *id =
			audit_plan_reference(plan, rule, NULL, 0, "network_security_group_name", NSG);
		return audit_plan_find(plan, id, NSG);
	}
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct audit_instance *here = &plan->items[i];
		const struct audit_node *own = audit_plan_value(plan, here, NULL, 0, "name");
		struct st_span place = audit_text(audit_plan_value(plan, here, NULL, 0, "resource_group_name"));
		struct st_span wanted = audit_text(audit_plan_value(plan, rule, NULL, 0, "resource_group_name"));
		if (!is_of(here, NSG) || own == NULL || !audit_same(audit_text(own), name->text) ||
			(place.size > 0 && wanted.size > 0 && !audit_same(place, wanted)))
			continue;
		*several |= found != NULL;
		found = here;
	}
	return found;
}

static void take_rule(const struct audit_building *b, const struct audit_instance *rule)
{
	bool several;
	const struct audit_instance *group = group_of(&b->plan, rule, &several);
	const struct audit_word *id;
	if (several)
		doubt(b, rule, "several groups of the plan have the name that it says");
	if (group != NULL) {
		id = group->id;
	} else {
		/* a group elsewhere: the rule says its name, or nothing is known of it */
		struct st_span name = text_of(b, rule, "network_security_group_name");
		st_auto_buf struct st_buf text = {0};
		st_buf_format(&text, "/template/%u/providers/Microsoft.Network/networkSecurityGroups/",
			(unsigned)b->out->file);
		if (name.size > 0)
			st_buf_add(&text, name.data, name.size);
		else
			st_buf_add(&text, rule->address.data, rule->address.size);
		id = audit_intern(b->out->model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
	}
	struct audit_group *into = audit_model_group(b->out->model, id);
	if (!into->declared && into->rule_count == 0)
		into->at = audit_place_of(b->out->file, rule->values);
	audit_azure_rule(
		b->out->model, into, rule_node(b, rule, NULL, 0, rule->values->line), NULL, b->out->file, false);
	b->out->model->recognised++;
}

/* --- groups --- */

static const struct audit_word **owners_of(const struct audit_plan *plan)
{
	const struct audit_word **owners = st_alloc_zero(plan->count + 1, sizeof *owners);
	bool several;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct audit_instance *rule = &plan->items[i];
		const struct audit_instance *group = is_of(rule, NSG_RULE) ? group_of(plan, rule, &several) : NULL;
		if (group != NULL)
			owners[i] = group->id;
	}
	return owners;
}

/* Does a rule by itself of this name belong to the group, in this side of the plan? *any: does any? */
static bool has_lone_rule(const struct audit_plan *plan, const struct audit_word *const *owners,
	const struct audit_instance *group, struct st_span name, bool *any)
{
	bool named = false;
	for (uint32_t i = 0; i < plan->count; i++) {
		if (owners[i] == NULL || !audit_same_id(owners[i], group->id))
			continue;
		*any = true;
		named |= audit_same(audit_text(audit_plan_value(plan, &plan->items[i], NULL, 0, "name")), name);
	}
	return named;
}

static bool same_value(const struct audit_node *a, const struct audit_node *b, int depth)
{
	if (a == NULL || b == NULL || a->type != b->type || a->count != b->count || a->text.size != b->text.size ||
		(a->text.size > 0 && memcmp(a->text.data, b->text.data, a->text.size) != 0) || depth == 0)
		return a == b;
	const struct audit_node *y = b->first;
	for (const struct audit_node *x = a->first; x != NULL && y != NULL; x = x->next, y = y->next)
		if (!audit_same(x->key, y->key) || !same_value(x, y, depth - 1))
			return false;
	return true;
}

/* Is nothing planned for this rule inside of the group? */
static bool stays_inside(
	const struct audit_building *b, const struct audit_instance *group, const struct audit_node *rule)
{
	if (!group->changes)
		return true;
	for (uint32_t i = 0; i < b->before.count; i++) {
		const struct audit_instance *old = &b->before.items[i];
		const struct audit_node *list = audit_get(old->values, "security_rule");
		if (!is_of(old, NSG) || !audit_same(old->address, group->address) || list == NULL)
			continue;
		for (const struct audit_node *item = list->first; item != NULL; item = item->next)
			if (same_value(item, rule, 4))
				return true;
	}
	return false;
}

/* Rules that stand inside of a group only because the provider read them back: they have a resource of their own, in
 * this plan or until now, and nothing is planned for them inside. Where the configuration writes rules inside, too,
 * both are kept. */
static bool is_read_back(const struct audit_building *b, const struct audit_instance *group,
	const struct audit_node *rule, struct st_span name)
{
	bool any = false;
	if (audit_get(group->config, "security_rule") != NULL || name.size == 0 || !stays_inside(b, group, rule))
		return false;
	return has_lone_rule(&b->plan, b->owners, group, name, &any) ||
	       (b->has_before && has_lone_rule(&b->before, b->owners_before, group, name, &any));
}

static void take_group(const struct audit_building *b, const struct audit_instance *group)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, group, "Microsoft.Network/networkSecurityGroups", audit_word_span(group->id), &properties);
	const struct audit_node *rules = audit_plan_value(&b->plan, group, NULL, 0, "security_rule");
	bool any = false;
	if (rules != NULL && rules->type == AUDIT_UNKNOWN) {
		/* of a new group all of them are known after apply; rules beside it and inside of it exclude each other
		 */
		has_lone_rule(&b->plan, b->owners, group, audit_span(""), &any);
		if (!any || audit_get(group->config, "security_rule") != NULL)
			audit_build_put(b, properties, "securityRules", rules);
		audit_build_give(b, made);
		return;
	}
	struct audit_node *list = audit_node_new(b->out->pool, AUDIT_ARRAY, made->line);
	audit_node_name(list, audit_span("securityRules"));
	uint32_t at = 0;
	for (const struct audit_node *item = rules != NULL ? rules->first : NULL; item != NULL;
		item = item->next, at++) {
		struct st_span name = audit_text(audit_plan_value(&b->plan, group, "security_rule", at, "name"));
		if (!is_read_back(b, group, item, name))
			audit_node_append(list, rule_node(b, group, "security_rule", at, item->line));
	}
	audit_node_append(properties, list);
	audit_build_give(b, made);
}

/* --- what is attached to what --- */

/* The other end of the first association of this type whose `own` end is this id; NULL: none. */
static const struct audit_word *associated(const struct audit_building *b, const char *type, const char *own,
	const char *own_type, const struct audit_word *id, const char *other, const char *other_type)
{
	for (uint32_t i = 0; i < b->plan.count; i++) {
		const struct audit_instance *here = &b->plan.items[i];
		if (is_of(here, type) &&
			audit_same_id(audit_plan_reference(&b->plan, here, NULL, 0, own, own_type), id))
			return audit_plan_reference(&b->plan, here, NULL, 0, other, other_type);
	}
	return NULL;
}

void audit_build_put_id(
	const struct audit_building *b, struct audit_node *to, const char *key, const struct audit_word *id)
{
	if (id != NULL)
		audit_node_append(to, id_node(b, key, id, to->line));
}

static void take_subnet(const struct audit_building *b, const struct audit_instance *subnet)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, subnet, "Microsoft.Network/virtualNetworks/subnets", audit_word_span(subnet->id), &properties);
	audit_build_put_id(b, properties, "networkSecurityGroup",
		associated(b, "azurerm_subnet_network_security_group_association", "subnet_id", SUBNET, subnet->id,
			"network_security_group_id", NSG));
	audit_build_put_id(b, properties, "routeTable",
		associated(b, "azurerm_subnet_route_table_association", "subnet_id", SUBNET, subnet->id,
			"route_table_id", ROUTE_TABLE));
	audit_build_give(b, made);
}

/* --- routes --- */

static void add_route(const struct audit_building *b, struct audit_node *list, const struct audit_instance *from,
	const char *block, uint32_t at, uint32_t line)
{
	struct audit_node *made = audit_build_object(b, "", line);
	audit_build_put(b, made, "name", audit_plan_value(&b->plan, from, block, at, "name"));
	audit_build_put(b, made, "addressPrefix", audit_plan_value(&b->plan, from, block, at, "address_prefix"));
	audit_build_put(b, made, "nextHopType", audit_plan_value(&b->plan, from, block, at, "next_hop_type"));
	audit_node_append(list, made);
}

/* Is the route one of this table? By reference while its name is not known. */
static bool is_route_of(
	const struct audit_building *b, const struct audit_instance *route, const struct audit_instance *table)
{
	struct st_span name = text_of(b, route, "route_table_name");
	if (name.size > 0)
		return audit_same(name, text_of(b, table, "name")) &&
		       audit_same(text_of(b, route, "resource_group_name"), text_of(b, table, "resource_group_name"));
	return audit_same_id(
		audit_plan_reference(&b->plan, route, NULL, 0, "route_table_name", ROUTE_TABLE), table->id);
}

static void take_route_table(const struct audit_building *b, const struct audit_instance *table)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, table, "Microsoft.Network/routeTables", audit_word_span(table->id), &properties);
	const struct audit_node *inside = audit_plan_value(&b->plan, table, NULL, 0, "route");
	struct audit_node *list = audit_node_new(b->out->pool, AUDIT_ARRAY, made->line);
	bool any = false;
	audit_node_name(list, audit_span("routes"));
	for (uint32_t i = 0; i < b->plan.count; i++) {
		if (!is_of(&b->plan.items[i], "azurerm_route") || !is_route_of(b, &b->plan.items[i], table))
			continue;
		add_route(b, list, &b->plan.items[i], NULL, 0, b->plan.items[i].values->line);
		any = true;
	}
	uint32_t at = 0;
	for (const struct audit_node *item = inside != NULL && inside->type == AUDIT_ARRAY ? inside->first : NULL;
		item != NULL; item = item->next)
		add_route(b, list, table, "route", at++, item->line);
	/* of a new table without routes inside, those that are known after apply are the ones beside it */
	if (inside != NULL && inside->type == AUDIT_UNKNOWN && (!any || audit_get(table->config, "route") != NULL))
		audit_build_put(b, properties, "routes", inside);
	else
		audit_node_append(properties, list);
	audit_build_give(b, made);
}

/* Subnets written inside of a network. */
static void take_network(const struct audit_building *b, const struct audit_instance *network)
{
	const struct audit_node *list = audit_plan_value(&b->plan, network, NULL, 0, "subnet");
	uint32_t at = 0;
	if (list == NULL)
		return;
	for (const struct audit_node *item = list->first; item != NULL && list->type == AUDIT_ARRAY;
		item = item->next, at++) {
		const struct audit_node *id = audit_plan_value(&b->plan, network, "subnet", at, "id");
		const struct audit_word *word = audit_word_of(b->out->model, id);
		if (word == NULL || word->kind != AUDIT_LITERAL || audit_plan_find(&b->plan, word, SUBNET) != NULL)
			continue;
		struct audit_node *properties;
		struct audit_node *made = audit_build_resource(
			b, network, "Microsoft.Network/virtualNetworks/subnets", audit_word_span(word), &properties);
		audit_build_put_id(b, properties, "networkSecurityGroup",
			audit_plan_reference(&b->plan, network, "subnet", at, "security_group", NSG));
		audit_build_put_id(b, properties, "routeTable",
			audit_plan_reference(&b->plan, network, "subnet", at, "route_table_id", ROUTE_TABLE));
		audit_build_give(b, made);
	}
}

static void put_members(const struct audit_building *b, struct audit_node *endpoint, const struct audit_instance *nic)
{
	static const char type[] = "azurerm_network_interface_application_security_group_association";
	struct audit_node *list = audit_node_new(b->out->pool, AUDIT_ARRAY, endpoint->line);
	audit_node_name(list, audit_span("applicationSecurityGroups"));
	for (uint32_t i = 0; i < b->plan.count; i++) {
		const struct audit_instance *here = &b->plan.items[i];
		if (!is_of(here, type) ||
			!audit_same_id(
				audit_plan_reference(&b->plan, here, NULL, 0, "network_interface_id", NIC), nic->id))
			continue;
		audit_build_put_id(b, list, "",
			audit_plan_reference(&b->plan, here, NULL, 0, "application_security_group_id", ASG));
	}
	audit_node_append(endpoint, list);
}

static void take_interface(const struct audit_building *b, const struct audit_instance *nic)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, nic, "Microsoft.Network/networkInterfaces", audit_word_span(nic->id), &properties);
	const struct audit_node *list = audit_plan_value(&b->plan, nic, NULL, 0, "ip_configuration");
	struct audit_node *endpoints = audit_node_new(b->out->pool, AUDIT_ARRAY, made->line);
	audit_node_name(endpoints, audit_span("ipConfigurations"));
	uint32_t at = 0;
	for (const struct audit_node *item = list != NULL && list->type == AUDIT_ARRAY ? list->first : NULL;
		item != NULL; item = item->next, at++) {
		struct audit_node *endpoint = audit_build_object(b, "", item->line);
		const struct audit_node *address =
			audit_plan_value(&b->plan, nic, "ip_configuration", at, "private_ip_address");
		if (address != NULL && address->type == AUDIT_STRING)
			audit_build_put(b, endpoint, "privateIPAddress", address);
		audit_build_put_id(b, endpoint, "subnet",
			audit_plan_reference(&b->plan, nic, "ip_configuration", at, "subnet_id", SUBNET));
		audit_build_put_id(b, endpoint, "publicIPAddress",
			audit_plan_reference(&b->plan, nic, "ip_configuration", at, "public_ip_address_id", ADDRESS));
		put_members(b, endpoint, nic);
		const struct audit_node *name = audit_plan_value(&b->plan, nic, "ip_configuration", at, "name");
		audit_build_put(b, endpoint, "name", name);
		audit_build_put_balancing(b, nic, audit_text(name), endpoint);
		audit_node_append(endpoints, endpoint);
	}
	if (list == NULL || list->type == AUDIT_ARRAY)
		audit_node_append(properties, endpoints);
	else
		audit_build_put(b, properties, "ipConfigurations", list);
	audit_build_put_id(b, properties, "networkSecurityGroup",
		associated(b, "azurerm_network_interface_security_group_association", "network_interface_id", NIC,
			nic->id, "network_security_group_id", NSG));
	audit_build_give(b, made);
}

static void take_address(const struct audit_building *b, const struct audit_instance *address)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, address, "Microsoft.Network/publicIPAddresses", audit_word_span(address->id), &properties);
	audit_build_put(b, made, "sku", audit_plan_value(&b->plan, address, NULL, 0, "sku"));
	audit_build_give(b, made);
}

/* --- storage --- */

/* allow_nested_items_to_be_public since 3.0, allow_blob_public_access before; default true since 3.0, and a plan has
 * the default. public_network_access_enabled became a text in later versions. */
static void take_account(const struct audit_building *b, const struct audit_instance *account)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, account, "Microsoft.Storage/storageAccounts", audit_word_span(account->id), &properties);
	const struct audit_node *nested =
		audit_plan_value(&b->plan, account, NULL, 0, "allow_nested_items_to_be_public");
	const struct audit_node *enabled =
		audit_plan_value(&b->plan, account, NULL, 0, "public_network_access_enabled");
	const struct audit_node *https = audit_plan_value(&b->plan, account, NULL, 0, "https_traffic_only_enabled");
	if (nested == NULL)
		nested = audit_plan_value(&b->plan, account, NULL, 0, "allow_blob_public_access");
	audit_build_put(b, properties, "allowBlobPublicAccess", nested);
	audit_build_put(b, properties, "supportsHttpsTrafficOnly", https);
	if (enabled != NULL && (enabled->type == AUDIT_TRUE || enabled->type == AUDIT_FALSE))
		audit_build_put_text(b, properties, "publicNetworkAccess",
			audit_span(enabled->type == AUDIT_TRUE ? "Enabled" : "Disabled"));
	else if (enabled != NULL)
		audit_build_put(b, properties, "publicNetworkAccess", enabled);
	else
		audit_build_put(b, properties, "publicNetworkAccess",
			audit_plan_value(&b->plan, account, NULL, 0, "public_network_access"));
	const struct audit_instance *rules = account;
	const char *block = "network_rules";
	for (uint32_t i = 0; i < b->plan.count; i++) {
		const struct audit_instance *here = &b->plan.items[i];
		if (is_of(here, "azurerm_storage_account_network_rules") &&
			audit_same_id(audit_plan_reference(&b->plan, here, NULL, 0, "storage_account_id", ACCOUNT),
				account->id)) {
			rules = here;
			block = NULL;
		}
	}
	struct audit_node *acls = audit_build_object(b, "networkAcls", made->line);
	const struct audit_node *addresses = audit_plan_value(&b->plan, rules, block, 0, "ip_rules");
	audit_build_put(b, acls, "defaultAction", audit_plan_value(&b->plan, rules, block, 0, "default_action"));
	audit_build_put(b, acls, "ipRules", addresses);
	if (acls->count > 0)
		audit_node_append(properties, acls);
	audit_build_give(b, made);
}

static void take_container(const struct audit_building *b, const struct audit_instance *container)
{
	const struct audit_word *account =
		audit_plan_reference(&b->plan, container, NULL, 0, "storage_account_id", ACCOUNT);
	struct st_span account_name = text_of(b, container, "storage_account_name");
	for (uint32_t i = 0; i < b->plan.count && account == NULL && account_name.size > 0; i++)
		if (is_of(&b->plan.items[i], ACCOUNT) &&
			audit_same(text_of(b, &b->plan.items[i], "name"), account_name))
			account = b->plan.items[i].id;
	if (account == NULL)
		account = audit_plan_reference(&b->plan, container, NULL, 0, "storage_account_name", ACCOUNT);
	struct st_span front = account != NULL && account->kind == AUDIT_LITERAL ? audit_word_span(account)
										 : audit_span("/template/unknown");
	struct st_span name = text_of(b, container, "name");
	if (name.size == 0)
		name = container->address;
	st_auto_buf struct st_buf id = {0};
	st_buf_add(&id, front.data, front.size);
	st_buf_format(&id, "/blobServices/default/containers/");
	st_buf_add(&id, name.data, name.size);
	struct audit_node *properties;
	struct audit_node *made =
		audit_build_resource(b, container, "Microsoft.Storage/storageAccounts/blobServices/containers",
			audit_pool_copy(b->out->pool, (struct st_span){id.data, id.size}), &properties);
	const struct audit_node *access = audit_plan_value(&b->plan, container, NULL, 0, "container_access_type");
	if (audit_is_text(access, "private"))
		audit_build_put_text(b, properties, "publicAccess", audit_span("None"));
	else if (access != NULL)
		audit_build_put(b, properties, "publicAccess", access);
	else
		audit_build_put_text(b, properties, "publicAccess", audit_span("None")); /* the provider's default */
	audit_build_give(b, made);
}

/* --- the rest --- */

/* Groups can be attached to these in ways that are not read here. */
static const struct {
	const char *theirs, *ours;
} attachable[] = {
	{"azurerm_linux_virtual_machine_scale_set", "Microsoft.Compute/virtualMachineScaleSets"},
	{"azurerm_windows_virtual_machine_scale_set", "Microsoft.Compute/virtualMachineScaleSets"},
	{"azurerm_orchestrated_virtual_machine_scale_set", "Microsoft.Compute/virtualMachineScaleSets"},
	{"azurerm_application_gateway", "Microsoft.Network/applicationGateways"},
	{"azurerm_firewall", "Microsoft.Network/azureFirewalls"},
	{"azurerm_bastion_host", "Microsoft.Network/bastionHosts"},
	{"azurerm_virtual_network_gateway", "Microsoft.Network/virtualNetworkGateways"},
	{"azurerm_network_profile", "Microsoft.Network/networkProfiles"},
	{"azurerm_kubernetes_cluster", "Microsoft.ContainerService/managedClusters"},
	{"azurerm_container_group", "Microsoft.ContainerInstance/containerGroups"},
};

/* They let something in, or may, in ways that are not read here: a change of one cannot be told. */
static const char *const unread[] = {"aws_s3_bucket_policy", "aws_s3_bucket_acl", "aws_s3_bucket_public_access_block",
	"google_compute_firewall", "google_storage_bucket_iam", "azapi_", "azurerm_resource_group_template_deployment",
	"azurerm_template_deployment", "azurerm_subscription_template_deployment", "azurerm_network_manager_admin_rule",
	"azurerm_firewall_network_rule_collection", "azurerm_firewall_nat_rule_collection",
	"azurerm_firewall_policy_rule_collection_group", "azurerm_mssql_firewall_rule",
	"azurerm_postgresql_flexible_server_firewall_rule", "azurerm_mysql_flexible_server_firewall_rule",
	"azurerm_postgresql_firewall_rule", "azurerm_mysql_firewall_rule", "azurerm_redis_firewall_rule"};

static void take_other(const struct audit_building *b, const struct audit_instance *instance)
{
	if (audit_terraform_is_aws(instance))
		return;
	for (size_t i = 0; i < sizeof attachable / sizeof attachable[0]; i++) {
		if (!is_of(instance, attachable[i].theirs))
			continue;
		struct audit_node *properties;
		audit_build_give(b, audit_build_resource(b, instance, attachable[i].ours, audit_word_span(instance->id),
					    &properties));
		return;
	}
	for (size_t i = 0; i < sizeof unread / sizeof unread[0] && instance->changes; i++) {
		size_t size = strlen(unread[i]);
		if (instance->type.size >= size &&
			strncasecmp((const char *)instance->type.data, unread[i], size) == 0) {
			doubt(b, instance, "what a resource of its type lets in is not read here");
			return;
		}
	}
}

static const struct {
	const char *type;
	void (*take)(const struct audit_building *b, const struct audit_instance *instance);
} types[] = {
	{NSG, take_group},
	{NSG_RULE, take_rule},
	{SUBNET, take_subnet},
	{ROUTE_TABLE, take_route_table},
	{"azurerm_virtual_network", take_network},
	{NIC, take_interface},
	{ADDRESS, take_address},
	{"azurerm_lb", audit_build_balancer},
	{ACCOUNT, take_account},
	{"azurerm_storage_container", take_container},
	/* read with what they belong to */
	{"azurerm_subnet_network_security_group_association", NULL},
	{"azurerm_subnet_route_table_association", NULL},
	{"azurerm_route", NULL},
	{"azurerm_network_interface_security_group_association", NULL},
	{"azurerm_network_interface_application_security_group_association", NULL},
	{"azurerm_network_interface_backend_address_pool_association", NULL},
	{"azurerm_network_interface_nat_rule_association", NULL},
	{"azurerm_lb_backend_address_pool", NULL},
	{"azurerm_lb_rule", NULL},
	{"azurerm_lb_nat_rule", NULL},
	{"azurerm_storage_account_network_rules", NULL},
};

static void take_all(const struct audit_building *b)
{
	for (size_t type = 0; type < sizeof types / sizeof types[0]; type++)
		for (uint32_t i = 0; i < b->plan.count && types[type].take != NULL; i++)
			if (is_of(&b->plan.items[i], types[type].type))
				types[type].take(b, &b->plan.items[i]);
	for (uint32_t i = 0; i < b->plan.count; i++) {
		bool known = false;
		for (size_t type = 0; type < sizeof types / sizeof types[0]; type++)
			known |= is_of(&b->plan.items[i], types[type].type);
		if (!known)
			take_other(b, &b->plan.items[i]);
	}
}

void audit_shape_terraform(const struct audit_terraform *terraform, const struct audit_node *tree, enum audit_side side)
{
	struct audit_building b = {.out = terraform};
	uint64_t budget = CEIL_AUDIT_PLAN_STEPS;
	b.plan = b.before = (struct audit_plan){
		.model = terraform->model, .pool = terraform->pool, .file = terraform->file, .budget = &budget};
	b.before.quiet = true;
	audit_plan_open(&b.plan, tree, side);
	b.has_before = side == AUDIT_AFTER && audit_get(tree, "resource_changes") != NULL;
	if (b.has_before)
		audit_plan_open(&b.before, tree, AUDIT_BEFORE);
	b.owners = owners_of(&b.plan);
	b.owners_before = owners_of(&b.before);
	terraform->model->recognised++;
	take_all(&b);
	audit_terraform_aws(terraform, &b.plan, b.has_before ? &b.before : NULL);
	free(b.owners);
	free(b.owners_before);
	audit_plan_close(&b.plan);
	audit_plan_close(&b.before);
}
