/*
 * Load balancers as the az command line, REST and templates have them: frontends, pools, load-balancing rules and
 * inbound NAT rules. Source: learn.microsoft.com, REST reference "Load Balancers - Get" and the template reference of
 * Microsoft.Network/loadBalancers. Outbound rules let nobody in; NAT pools lead to scale sets, which are not read.
 */
#include "audit/result.h"
#include "audit/shape.h"

static const struct audit_node *first_of(const struct audit_node *list)
{
	return list != NULL && list->type == AUDIT_ARRAY ? list->first : NULL;
}

static bool is_something(const struct audit_node *list)
{
	return list != NULL && (list->type != AUDIT_ARRAY || list->count > 0);
}

/* A port of the backend; 0 stands for all of them, as rules of all ports have it. */
static const struct audit_word *port_of(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_word *word = audit_word_of(model, node);
	if (word == NULL)
		return audit_intern(model, AUDIT_UNRESOLVED, audit_span("(not given)"));
	return audit_word_is(word, "0") ? audit_intern(model, AUDIT_LITERAL, audit_span("*")) : word;
}

static const struct audit_word *frontend_port(struct audit_model *model, const struct audit_node *node)
{
	struct st_span one = audit_text(audit_azure_property(node, "frontendPort"));
	struct st_span low = audit_text(audit_azure_property(node, "frontendPortRangeStart"));
	struct st_span high = audit_text(audit_azure_property(node, "frontendPortRangeEnd"));
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, one.data, one.size);
	if ((one.size == 0 || audit_span_is(one, "0")) && low.size > 0 && !audit_span_is(low, "0")) {
		text.size = 0;
		st_buf_add(&text, low.data, low.size);
		st_buf_format(&text, "-");
		st_buf_add(&text, high.data, high.size);
	}
	return audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
}

static void add_rule(struct audit_model *model, struct audit_balancer *balancer, const struct audit_node *node,
	const char *kind, const struct audit_word *pool, uint32_t file)
{
	const struct audit_word *protocol = audit_word_of(model, audit_azure_property(node, "protocol"));
	struct audit_balance rule = {.id = audit_azure_part_id(model, balancer->id, kind, node),
		.name = audit_azure_name(model, node),
		.protocol =
			protocol != NULL ? protocol : audit_intern(model, AUDIT_UNRESOLVED, audit_span("(not given)")),
		.frontend = audit_azure_reference(model, audit_azure_property(node, "frontendIPConfiguration")),
		.pool = pool,
		.endpoint = audit_azure_reference(model, audit_azure_property(node, "backendIPConfiguration")),
		.from = frontend_port(model, node),
		.port = port_of(model, audit_azure_property(node, "backendPort")),
		.address = audit_azure_address(model, node),
		.at = audit_place_of(file, node)};
	*AUDIT_PUSH(balancer->rules, balancer->rule_count, balancer->rule_capacity) = rule;
}

/* One rule for each pool that it names, in the singular or the plural. */
static void take_rule(
	struct audit_model *model, struct audit_balancer *balancer, const struct audit_node *node, uint32_t file)
{
	static const char kind[] = "loadBalancingRules";
	const struct audit_node *one = audit_azure_property(node, "backendAddressPool");
	const struct audit_node *many = audit_azure_property(node, "backendAddressPools");
	const struct audit_word *pool = audit_azure_reference(model, one);
	if (pool != NULL)
		add_rule(model, balancer, node, kind, pool, file);
	for (const struct audit_node *item = first_of(many); item != NULL; item = item->next) {
		const struct audit_word *other = audit_azure_reference(model, item);
		if (other != NULL && (pool == NULL || !audit_same_id(pool, other)))
			add_rule(model, balancer, node, kind, other, file);
	}
	balancer->in_doubt |= many != NULL && many->type != AUDIT_ARRAY;
}

static void take_nat(
	struct audit_model *model, struct audit_balancer *balancer, const struct audit_node *node, uint32_t file)
{
	static const char kind[] = "inboundNatRules";
	audit_words_add(model, &balancer->pools, audit_azure_part_id(model, balancer->id, kind, node));
	add_rule(model, balancer, node, kind,
		audit_azure_reference(model, audit_azure_property(node, "backendAddressPool")), file);
}

static void take_pool(struct audit_model *model, struct audit_balancer *balancer, const struct audit_node *node)
{
	const struct audit_word *pool = audit_azure_part_id(model, balancer->id, "backendAddressPools", node);
	const struct audit_node *addresses = audit_azure_property(node, "loadBalancerBackendAddresses");
	audit_words_add(model, &balancer->pools, pool);
	for (const struct audit_node *item = first_of(audit_azure_property(node, "backendIPConfigurations"));
		item != NULL; item = item->next)
		*AUDIT_PUSH(balancer->members, balancer->member_count, balancer->member_capacity) =
			(struct audit_pool_member){pool, audit_azure_reference(model, item), NULL};
	for (const struct audit_node *item = first_of(addresses); item != NULL; item = item->next)
		*AUDIT_PUSH(balancer->members, balancer->member_count,
			balancer->member_capacity) = (struct audit_pool_member){pool,
			audit_azure_reference(model, audit_azure_property(item, "networkInterfaceIPConfiguration")),
			audit_word_of(model, audit_azure_property(item, "ipAddress"))};
}

static void take_frontend(struct audit_model *model, struct audit_balancer *balancer, const struct audit_node *node)
{
	const struct audit_word *id = audit_azure_part_id(model, balancer->id, "frontendIPConfigurations", node);
	bool public = audit_azure_property(node, "publicIPAddress") != NULL ||
		      audit_azure_property(node, "publicIPPrefix") != NULL;
	audit_words_add(model, &balancer->frontends, id);
	if (!public && audit_azure_property(node, "subnet") != NULL)
		audit_words_add(model, &balancer->inside, id);
}

void audit_azure_balancer(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_balancer *balancer = audit_model_balancer(model, audit_azure_id(model, node, file));
	const struct audit_node *sku = audit_get(node, "sku");
	const struct audit_node *name = sku != NULL && sku->type == AUDIT_OBJECT ? audit_get(sku, "name") : sku;
	static const char *const lists[] = {
		"frontendIPConfigurations", "backendAddressPools", "loadBalancingRules", "inboundNatRules"};
	balancer->name = audit_azure_name(model, node);
	balancer->sku = audit_is_text(name, "Standard") ? AUDIT_SKU_STANDARD
			: audit_is_text(name, "Basic")  ? AUDIT_SKU_BASIC
							: AUDIT_SKU_UNKNOWN;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const struct audit_node *list = audit_azure_property(node, lists[i]);
		balancer->in_doubt |= list != NULL && list->type != AUDIT_ARRAY;
		for (const struct audit_node *item = first_of(list); item != NULL; item = item->next) {
			if (i == 0)
				take_frontend(model, balancer, item);
			else if (i == 1)
				take_pool(model, balancer, item);
			else if (i == 2)
				take_rule(model, balancer, item, file);
			else
				take_nat(model, balancer, item, file);
		}
	}
	model->other_attachments |= is_something(audit_azure_property(node, "inboundNatPools"));
}

void audit_azure_balancer_part(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_word *id = audit_azure_id(model, node, file);
	struct st_span parent = audit_word_span(id);
	size_t slashes = 0;
	while (parent.size > 0 && slashes < 2) /* ".../loadBalancers/L/KIND/NAME" */
		slashes += parent.data[--parent.size] == '/';
	struct audit_balancer *balancer = audit_model_balancer(model, audit_intern(model, AUDIT_LITERAL, parent));
	if (audit_azure_type_is(node, "loadBalancers/backendAddressPools"))
		take_pool(model, balancer, node);
	else
		take_nat(model, balancer, node, file);
}
