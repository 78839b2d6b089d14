/* Load balancers of a plan: azurerm_lb with the pools and rules that name it, made into one resource. Source:
 * registry.terraform.io, hashicorp/azurerm, azurerm_lb, azurerm_lb_rule, azurerm_lb_nat_rule,
 * azurerm_lb_backend_address_pool. */
#include "audit/terraform_build.h"

#define BALANCER "azurerm_lb"
#define POOL "azurerm_lb_backend_address_pool"
#define NAT "azurerm_lb_nat_rule"

static struct audit_node *list_of(const struct audit_building *b, const char *key, uint32_t line)
{
	struct audit_node *list = audit_node_new(b->out->pool, AUDIT_ARRAY, line);
	audit_node_name(list, audit_span(key));
	return list;
}

static struct audit_node *part(const struct audit_building *b, const struct audit_instance *from, struct st_span id)
{
	struct audit_node *made = audit_build_object(b, "", from->values->line);
	const struct audit_node *name = audit_plan_value(&b->plan, from, NULL, 0, "name");
	audit_build_put_text(b, made, "id", id);
	if (name != NULL && name->type == AUDIT_STRING)
		audit_build_put(b, made, "name", name);
	else
		audit_build_put_text(b, made, "name", from->address);
	audit_build_put_text(b, made, "(address)", from->address);
	return made;
}

/* Frontends are named, not referred to: their ids are made of the name. */
static struct st_span frontend_id(
	const struct audit_building *b, const struct audit_instance *balancer, struct st_span name)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, balancer->id->text, balancer->id->size);
	st_buf_format(&text, "/frontendIPConfigurations/");
	st_buf_add(&text, name.data, name.size);
	return audit_pool_copy(b->out->pool, (struct st_span){text.data, text.size});
}

static void put_frontends(
	const struct audit_building *b, const struct audit_instance *balancer, struct audit_node *properties)
{
	static const char block[] = "frontend_ip_configuration";
	const struct audit_node *from = audit_plan_value(&b->plan, balancer, NULL, 0, block);
	struct audit_node *list = list_of(b, "frontendIPConfigurations", properties->line);
	uint32_t at = 0;
	for (const struct audit_node *item = from != NULL && from->type == AUDIT_ARRAY ? from->first : NULL;
		item != NULL; item = item->next, at++) {
		struct audit_node *made = audit_build_object(b, "", item->line);
		struct st_span name = audit_text(audit_plan_value(&b->plan, balancer, block, at, "name"));
		audit_build_put_text(b, made, "id", frontend_id(b, balancer, name));
		audit_build_put_id(b, made, "publicIPAddress",
			audit_plan_reference(
				&b->plan, balancer, block, at, "public_ip_address_id", "azurerm_public_ip"));
		audit_build_put_id(b, made, "publicIPPrefix",
			audit_plan_reference(
				&b->plan, balancer, block, at, "public_ip_prefix_id", "azurerm_public_ip_prefix"));
		audit_build_put_id(b, made, "subnet",
			audit_plan_reference(&b->plan, balancer, block, at, "subnet_id", "azurerm_subnet"));
		audit_node_append(list, made);
	}
	audit_node_append(properties, list);
}

static void put_pools(
	const struct audit_building *b, const struct audit_instance *balancer, struct audit_node *properties)
{
	struct audit_node *list = list_of(b, "backendAddressPools", properties->line);
	for (uint32_t i = 0; i < b->plan.count; i++) {
		const struct audit_instance *pool = &b->plan.items[i];
		if (audit_span_is(pool->type, POOL) &&
			audit_same_id(audit_plan_reference(&b->plan, pool, NULL, 0, "loadbalancer_id", BALANCER),
				balancer->id))
			audit_node_append(list, part(b, pool, audit_word_span(pool->id)));
	}
	audit_node_append(properties, list);
}

/* The pools of a rule: their ids where these are known, else what the expression refers to. */
static void put_pools_of_rule(
	const struct audit_building *b, const struct audit_instance *rule, struct audit_node *made)
{
	const struct audit_node *ids = audit_plan_value(&b->plan, rule, NULL, 0, "backend_address_pool_ids");
	struct audit_node *list = list_of(b, "backendAddressPools", made->line);
	bool known = ids != NULL && ids->type == AUDIT_ARRAY;
	for (const struct audit_node *item = known ? ids->first : NULL; item != NULL; item = item->next) {
		const struct audit_word *id = audit_word_of(b->out->model, item);
		known &= id != NULL && id->kind == AUDIT_LITERAL && id->size > 0;
		if (known)
			audit_build_put_id(b, list, "", id);
	}
	audit_node_append(made, list);
	if (!known)
		audit_build_put_id(b, made, "backendAddressPool",
			audit_plan_reference(&b->plan, rule, NULL, 0, "backend_address_pool_ids", POOL));
}

static const struct audit_build_field fields[] = {
	{"protocol", "protocol"},
	{"frontend_port", "frontendPort"},
	{"frontend_port_start", "frontendPortRangeStart"},
	{"frontend_port_end", "frontendPortRangeEnd"},
	{"backend_port", "backendPort"},
};

static void put_rules(const struct audit_building *b, const struct audit_instance *balancer, const char *type,
	const char *key, struct audit_node *properties)
{
	struct audit_node *list = list_of(b, key, properties->line);
	for (uint32_t i = 0; i < b->plan.count; i++) {
		const struct audit_instance *rule = &b->plan.items[i];
		if (!audit_span_is(rule->type, type) ||
			!audit_same_id(audit_plan_reference(&b->plan, rule, NULL, 0, "loadbalancer_id", BALANCER),
				balancer->id))
			continue;
		struct audit_node *made = part(b, rule, audit_word_span(rule->id));
		audit_build_put_fields(b, made, rule, NULL, 0, fields, sizeof fields / sizeof fields[0]);
		struct st_span frontend =
			audit_text(audit_plan_value(&b->plan, rule, NULL, 0, "frontend_ip_configuration_name"));
		if (frontend.size > 0) {
			struct audit_node *id = audit_build_object(b, "frontendIPConfiguration", made->line);
			audit_build_put_text(b, id, "id", frontend_id(b, balancer, frontend));
			audit_node_append(made, id);
		}
		if (audit_span_is(audit_span(type), NAT))
			audit_build_put_id(b, made, "backendAddressPool",
				audit_plan_reference(&b->plan, rule, NULL, 0, "backend_address_pool_id", POOL));
		else
			put_pools_of_rule(b, rule, made);
		audit_node_append(list, made);
	}
	audit_node_append(properties, list);
}

void audit_build_balancer(const struct audit_building *b, const struct audit_instance *balancer)
{
	struct audit_node *properties;
	struct audit_node *made = audit_build_resource(
		b, balancer, "Microsoft.Network/loadBalancers", audit_word_span(balancer->id), &properties);
	audit_build_put(b, made, "sku", audit_plan_value(&b->plan, balancer, NULL, 0, "sku"));
	put_frontends(b, balancer, properties);
	put_pools(b, balancer, properties);
	put_rules(b, balancer, "azurerm_lb_rule", "loadBalancingRules", properties);
	put_rules(b, balancer, NAT, "inboundNatRules", properties);
	audit_build_give(b, made);
}

/* --- interfaces --- */

/* Is the association of this interface, and of this of its configurations where it says which? */
static bool is_of_endpoint(const struct audit_building *b, const struct audit_instance *association,
	const struct audit_instance *nic, struct st_span endpoint)
{
	struct st_span name = audit_text(audit_plan_value(&b->plan, association, NULL, 0, "ip_configuration_name"));
	return audit_same_id(audit_plan_reference(&b->plan, association, NULL, 0, "network_interface_id",
				     "azurerm_network_interface"),
		       nic->id) &&
	       (name.size == 0 || endpoint.size == 0 || audit_same(name, endpoint));
}

void audit_build_put_balancing(const struct audit_building *b, const struct audit_instance *nic,
	struct st_span endpoint, struct audit_node *to)
{
	static const struct {
		const char *type, *key, *other;
	} types[] = {{"azurerm_network_interface_backend_address_pool_association", "backend_address_pool_id", POOL},
		{"azurerm_network_interface_nat_rule_association", "nat_rule_id", NAT},
		{"azurerm_network_interface_application_gateway_backend_address_pool_association",
			"backend_address_pool_id", "azurerm_application_gateway"}};
	struct audit_node *list = list_of(b, "loadBalancerBackendAddressPools", to->line);
	for (uint32_t i = 0; i < b->plan.count; i++) {
		const struct audit_instance *here = &b->plan.items[i];
		for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
			if (audit_span_is(here->type, types[t].type) && is_of_endpoint(b, here, nic, endpoint))
				audit_build_put_id(b, list, "",
					audit_plan_reference(&b->plan, here, NULL, 0, types[t].key, types[t].other));
	}
	audit_node_append(to, list);
}
