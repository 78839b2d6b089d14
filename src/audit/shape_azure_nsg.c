/* Key-driven, because the same resource comes flattened and nested, and answers of older versions lack keys. */
#include "audit/shape.h"

#include "audit/fields.h"
#include "audit/result.h"

#include <strings.h>

#define NETWORK "Microsoft.Network/"

struct audit_place audit_place_of(uint32_t file, const struct audit_node *node)
{
	return (struct audit_place){file, node->line};
}

const struct audit_node *audit_azure_property(const struct audit_node *resource, const char *key)
{
	struct st_span name = audit_span(key);
	const struct audit_node *properties = audit_get(resource, "properties");
	const struct audit_node *found = audit_get_span(properties, name);
	if (!audit_given(found))
		found = audit_get_span(resource, name);
	return audit_given(found) ? found : NULL;
}

/* --- rules --- */

/* A value or the values of a list; empty texts are none, as the API has it for the singular beside a plural. */
static void add_values(struct audit_model *model, struct audit_words *words, const struct audit_node *node)
{
	if (!audit_given(node))
		return;
	if (node->type == AUDIT_ARRAY) {
		for (const struct audit_node *item = node->first; item != NULL; item = item->next)
			add_values(model, words, item);
		return;
	}
	const struct audit_word *word = audit_word_of(model, node);
	if (word == NULL) /* an object or a truth value: not what the API takes */
		word = audit_intern(model, AUDIT_UNRESOLVED, audit_span("(no text)"));
	if (word->kind == AUDIT_UNRESOLVED || word->size > 0)
		audit_words_add(model, words, word);
}

static void add_groups(struct audit_model *model, struct audit_words *words, const struct audit_node *list)
{
	if (list == NULL)
		return;
	if (list->type != AUDIT_ARRAY) {
		audit_words_add(model, words, audit_intern(model, AUDIT_UNRESOLVED, audit_text(list)));
		return;
	}
	for (const struct audit_node *item = list->first; item != NULL; item = item->next) {
		const struct audit_node *id = item->type == AUDIT_OBJECT ? audit_get(item, "id") : item;
		bool known = id != NULL && id->type == AUDIT_STRING;
		audit_words_add(model, words,
			audit_intern(model, known ? AUDIT_MEMBERS : AUDIT_UNRESOLVED,
				id != NULL ? id->text : audit_span("(no id)")));
	}
}

/* One side of a rule: the singular, the plural and the application security groups. Nothing at all is not "any": it
 * cannot be told. */
static struct audit_words values_of(struct audit_model *model, const struct audit_node *one,
	const struct audit_node *many, const struct audit_node *groups)
{
	struct audit_words words = {0};
	add_values(model, &words, one);
	add_values(model, &words, many);
	add_groups(model, &words, groups);
	if (words.count == 0)
		audit_words_add(model, &words, audit_intern(model, AUDIT_UNRESOLVED, audit_span("(not given)")));
	return words;
}

static int32_t priority_of(const struct audit_node *node)
{
	struct st_span text = audit_text(node);
	int32_t value = 0;
	if (text.size == 0 || text.size > 5)
		return AUDIT_PRIORITY_UNKNOWN;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return AUDIT_PRIORITY_UNKNOWN;
		value = value * 10 + (text.data[i] - '0');
	}
	return value;
}

static enum audit_access access_of(const struct audit_node *node)
{
	if (audit_is_text(node, "Allow"))
		return AUDIT_ALLOW;
	return audit_is_text(node, "Deny") ? AUDIT_DENY : AUDIT_ACCESS_UNKNOWN;
}

static const struct audit_word *protocol_of(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_word *word = audit_word_of(model, node);
	return word != NULL ? word : audit_intern(model, AUDIT_UNRESOLVED, audit_span("(not given)"));
}

/* The last component of a name. */
static const struct audit_word *name_of(struct audit_model *model, const struct audit_node *name)
{
	if (name != NULL && name->type == AUDIT_UNKNOWN)
		return audit_intern(model, AUDIT_UNRESOLVED, name->text);
	bool text = name != NULL && (name->type == AUDIT_STRING || name->type == AUDIT_NUMBER);
	return audit_intern_name(model, text ? audit_id_name(name->text) : audit_span("(no name)"));
}

const struct audit_word *audit_azure_name(struct audit_model *model, const struct audit_node *node)
{
	return name_of(model, audit_get(node, "name"));
}

/* NULL: it was not written as it is. */
static const struct audit_word *pointer_of(struct audit_model *model, const struct audit_node *node)
{
	st_auto_buf struct st_buf text = {0};
	if (!audit_node_pointer(node, &text))
		return NULL;
	return audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
}

static struct audit_written written_at(
	struct audit_model *model, const struct audit_fields *of, const struct audit_word *list)
{
	const struct audit_node *node = of->node, *properties = of->properties;
	const struct audit_node *one = audit_field(of, "sourceAddressPrefix");
	const struct audit_node *many = audit_field(of, "sourceAddressPrefixes");
	bool computed = node->computed || (properties != NULL && properties->computed) ||
			(one != NULL && one->computed) || (many != NULL && many->computed);
	struct audit_written written = {.list = computed       ? NULL
						: list != NULL ? list
							       : pointer_of(model, node),
		.index = list != NULL ? node->index : AUDIT_ROOT,
		.nested = properties != NULL && properties->type == AUDIT_OBJECT,
		.many = many != NULL && (many->type != AUDIT_ARRAY || many->count > 0)};
	if (written.list != NULL && !written.many && one != NULL && one->type == AUDIT_STRING && one->column > 0) {
		written.line = one->line;
		written.column = one->column;
		written.end_column = one->end_column;
	}
	return written;
}

/* The text that a plan of Terraform puts beside a resource (shape_terraform.c). */
const struct audit_word *audit_azure_address(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_node *address = audit_get(node, "(address)");
	return address != NULL ? audit_word_of(model, address) : NULL;
}

void audit_azure_rule(struct audit_model *model, struct audit_group *group, const struct audit_node *node,
	const struct audit_word *list, uint32_t file, bool conditional)
{
	struct audit_fields of;
	audit_fields_of(node, &of);
	const struct audit_node *direction = audit_field(&of, "direction");
	if (audit_is_text(direction, "Outbound"))
		return;
	struct audit_rule rule = {
		.name = name_of(model, audit_own_field(&of, "name")),
		.at = audit_place_of(file, node),
		.protocol = protocol_of(model, audit_field(&of, "protocol")),
		.priority = priority_of(audit_field(&of, "priority")),
		.access = access_of(audit_field(&of, "access")),
		.conditional = conditional || !audit_is_text(direction, "Inbound"),
		.sources = values_of(model, audit_field(&of, "sourceAddressPrefix"),
			audit_field(&of, "sourceAddressPrefixes"), audit_field(&of, "sourceApplicationSecurityGroups")),
		.source_ports = values_of(
			model, audit_field(&of, "sourcePortRange"), audit_field(&of, "sourcePortRanges"), NULL),
		.destinations = values_of(model, audit_field(&of, "destinationAddressPrefix"),
			audit_field(&of, "destinationAddressPrefixes"),
			audit_field(&of, "destinationApplicationSecurityGroups")),
		.ports = values_of(model, audit_field(&of, "destinationPortRange"),
			audit_field(&of, "destinationPortRanges"), NULL),
		.written = written_at(model, &of, list),
	};
	const struct audit_word *address = audit_word_of(model, audit_own_field(&of, "(address)"));
	if (address != NULL)
		audit_rule_extend(model, &rule)->address = address;
	*audit_group_rule(model, group) = rule;
}

/* --- resources --- */

bool audit_azure_type_is(const struct audit_node *resource, const char *type)
{
	struct st_span text = audit_text(audit_get(resource, "type"));
	size_t prefix = strlen(NETWORK), size = strlen(type);
	return text.size == prefix + size && strncasecmp((const char *)text.data, NETWORK, prefix) == 0 &&
	       strncasecmp((const char *)text.data + prefix, type, size) == 0;
}

/* The id; of a resource that has none, one that nothing refers to. */
const struct audit_word *audit_azure_id(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_word *id = audit_word_of(model, audit_get(node, "id"));
	if (id != NULL && id->kind == AUDIT_LITERAL && id->size > 0)
		return id;
	struct st_span name = audit_word_span(audit_azure_name(model, node));
	st_auto_free char *made = st_format("/file/%u/line/%u/providers/%.*s", (unsigned)file, (unsigned)node->line,
		(int)(name.size < 256 ? name.size : 256), (const char *)name.data);
	return audit_intern(model, AUDIT_LITERAL, audit_span(made));
}

const struct audit_word *audit_azure_part_id(
	struct audit_model *model, const struct audit_word *parent, const char *kind, const struct audit_node *node)
{
	const struct audit_word *id = audit_word_of(model, audit_get(node, "id"));
	if (id != NULL && id->kind == AUDIT_LITERAL && id->size > 0)
		return id;
	struct st_span name = audit_word_span(audit_azure_name(model, node));
	st_auto_buf struct st_buf text = {0};
	st_buf_add(&text, parent->text, parent->size);
	st_buf_format(&text, "/%s/", kind);
	st_buf_add(&text, name.data, name.size);
	return audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
}

/* The id in {"id": ...}; an unresolved one as such; NULL when there is none. */
const struct audit_word *audit_azure_reference(struct audit_model *model, const struct audit_node *node)
{
	if (!audit_given(node))
		return NULL;
	const struct audit_node *id = node->type == AUDIT_OBJECT ? audit_get(node, "id") : node;
	const struct audit_word *word = audit_word_of(model, id);
	return word != NULL ? word : audit_intern(model, AUDIT_UNRESOLVED, audit_span("(no id)"));
}

static void add_references(struct audit_model *model, struct audit_words *words, const struct audit_node *list)
{
	if (list == NULL || list->type != AUDIT_ARRAY)
		return;
	for (const struct audit_node *item = list->first; item != NULL; item = item->next) {
		const struct audit_word *id = audit_azure_reference(model, item);
		if (id != NULL && id->kind == AUDIT_LITERAL)
			audit_words_add(model, words, id);
	}
}

static const struct audit_word *doubt(struct audit_model *model, const char *text)
{
	return audit_intern(model, AUDIT_LITERAL, audit_span(text));
}

static void take_group(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_group *group = audit_model_group(model, audit_azure_id(model, node, file));
	bool conditional = audit_get(node, "(conditional)") != NULL;
	group->name = audit_azure_name(model, node);
	group->at = audit_place_of(file, node);
	group->declared = true;
	group->in_template = audit_get(node, "(template)") != NULL;
	group->address = audit_azure_address(model, node);
	add_references(model, &group->attached, audit_azure_property(node, "networkInterfaces"));
	add_references(model, &group->attached, audit_azure_property(node, "subnets"));
	const struct audit_node *rules = audit_azure_property(node, "securityRules");
	if (rules == NULL || group->effective)
		return;
	if (rules->type != AUDIT_ARRAY) {
		group->doubt = doubt(model, "its list of rules cannot be resolved");
		return;
	}
	const struct audit_word *list = pointer_of(model, rules);
	struct audit_group *reading = &model->reading;
	reading->rule_count = 0;
	for (const struct audit_node *rule = rules->first; rule != NULL; rule = rule->next) {
		if (rule->type == AUDIT_OBJECT)
			audit_azure_rule(model, reading, rule, list, file,
				conditional || audit_get(rule, "(conditional)") != NULL);
		else
			group->doubt = doubt(model, "a rule cannot be resolved");
	}
	audit_group_add(group, reading->rules, reading->rule_count);
}

/* Where the part begins, case ignored; NULL: nowhere. */
static const uint8_t *find_part(struct st_span text, const char *part)
{
	size_t size = strlen(part);
	for (size_t at = 0; at + size <= text.size; at++)
		if (strncasecmp((const char *)text.data + at, part, size) == 0)
			return text.data + at;
	return NULL;
}

/* A rule by itself: its group is what its id (".../networkSecurityGroups/G/securityRules/R") says. */
static void take_rule(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_word *id = audit_azure_id(model, node, file);
	struct st_span parent = audit_word_span(id);
	const uint8_t *end = find_part(parent, "/securityRules/");
	parent.size = end != NULL ? (size_t)(end - parent.data) : parent.size;
	struct audit_group *group = audit_model_group(model, audit_intern(model, AUDIT_LITERAL, parent));
	if (!group->declared && group->rule_count == 0)
		group->at = audit_place_of(file, node);
	if (group->effective)
		return;
	group->in_template |= audit_get(node, "(template)") != NULL;
	audit_azure_rule(model, group, node, NULL, file, audit_get(node, "(conditional)") != NULL);
}

/* Ids ".../networkInterfaces/N/ipConfigurations/C" of a subnet; whatever else is in it is not read here. */
static void add_inhabitants(struct audit_model *model, struct audit_words *words, const struct audit_node *list)
{
	struct audit_words ids = {0};
	add_references(model, &ids, list);
	for (uint32_t i = 0; i < ids.count; i++) {
		struct st_span id = audit_word_span(ids.items[i]);
		const uint8_t *found = find_part(id, "/ipConfigurations/");
		if (found == NULL || find_part(id, "/networkInterfaces/") == NULL) {
			model->other_attachments = true;
			continue;
		}
		id.size = (size_t)(found - id.data);
		audit_words_add(model, words, audit_intern(model, AUDIT_LITERAL, id));
	}
}

/* parent: id of the network it stands in, NULL when it stands by itself. */
static void take_subnet(
	struct audit_model *model, const struct audit_node *node, uint32_t file, const struct audit_word *parent)
{
	struct audit_subnet *subnet = audit_model_subnet(model);
	subnet->id = audit_azure_id(model, node, file);
	if (parent != NULL && !audit_given(audit_get(node, "id"))) {
		struct st_span name = audit_word_span(audit_azure_name(model, node));
		st_auto_free char *id =
			st_format("%s/subnets/%.*s", parent->text, (int)name.size, (const char *)name.data);
		subnet->id = audit_intern(model, AUDIT_LITERAL, audit_span(id));
	}
	add_inhabitants(model, &subnet->attached, audit_azure_property(node, "ipConfigurations"));
	subnet->at = audit_place_of(file, node);
	subnet->group = audit_azure_reference(model, audit_azure_property(node, "networkSecurityGroup"));
	subnet->group_unknown = subnet->group != NULL && subnet->group->kind == AUDIT_UNRESOLVED;
	subnet->route_table = audit_azure_reference(model, audit_azure_property(node, "routeTable"));
}

static void take_lone_subnet(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	take_subnet(model, node, file, NULL);
}

static void take_network(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_node *subnets = audit_azure_property(node, "subnets");
	const struct audit_word *id = audit_azure_id(model, node, file);
	if (subnets == NULL)
		return;
	if (subnets->type != AUDIT_ARRAY) {
		audit_model_doubt(model, audit_word_span(audit_azure_name(model, node)),
			"its subnets cannot be resolved", audit_place_of(file, node));
		return;
	}
	for (const struct audit_node *item = subnets->first; item != NULL; item = item->next)
		if (item->type == AUDIT_OBJECT)
			take_subnet(model, item, file, id);
}

static void add_route(
	struct audit_model *model, struct audit_route_table *table, const struct audit_node *node, uint32_t file)
{
	const struct audit_word *prefix = audit_word_of(model, audit_azure_property(node, "addressPrefix"));
	const struct audit_word *next_hop = audit_word_of(model, audit_azure_property(node, "nextHopType"));
	struct audit_route *route = AUDIT_PUSH(table->routes, table->route_count, table->route_capacity);
	route->prefix = prefix != NULL ? prefix : audit_intern(model, AUDIT_UNRESOLVED, audit_span("(not given)"));
	route->next_hop =
		next_hop != NULL ? next_hop : audit_intern(model, AUDIT_UNRESOLVED, audit_span("(not given)"));
	route->at = audit_place_of(file, node);
}

static void take_route_table(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_route_table *table = audit_model_route_table(model, audit_azure_id(model, node, file));
	const struct audit_node *routes = audit_azure_property(node, "routes");
	add_references(model, &table->attached, audit_azure_property(node, "subnets"));
	if (routes != NULL && routes->type != AUDIT_ARRAY) { /* an expression: it may be anything */
		add_route(model, table, routes, file);
		return;
	}
	for (const struct audit_node *item = routes != NULL ? routes->first : NULL; item != NULL; item = item->next)
		add_route(model, table, item, file);
}

/* A route by itself: its table is what its id (".../routeTables/T/routes/R") says. */
static void take_route(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct st_span parent = audit_word_span(audit_azure_id(model, node, file));
	const uint8_t *end = find_part(parent, "/routes/");
	parent.size = end != NULL ? (size_t)(end - parent.data) : parent.size;
	add_route(model, audit_model_route_table(model, audit_intern(model, AUDIT_LITERAL, parent)), node, file);
}

static void take_public_address(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_node *sku = audit_get(node, "sku");
	const struct audit_node *name = sku != NULL && sku->type == AUDIT_OBJECT ? audit_get(sku, "name") : sku;
	struct audit_public_address *address = audit_model_public(model);
	address->id = audit_azure_id(model, node, file);
	if (audit_is_text(name, "Standard") || audit_is_text(name, "StandardV2"))
		address->sku = AUDIT_SKU_STANDARD;
	else if (audit_is_text(name, "Basic"))
		address->sku = AUDIT_SKU_BASIC;
}

/* Ids; what is none of them as something unresolved. */
static void add_pools(struct audit_model *model, struct audit_words *words, const struct audit_node *list)
{
	if (list != NULL && list->type != AUDIT_ARRAY)
		audit_words_add(model, words, audit_intern(model, AUDIT_UNRESOLVED, audit_span("(no list)")));
	for (const struct audit_node *item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
		const struct audit_word *id = audit_azure_reference(model, item);
		if (id != NULL)
			audit_words_add(model, words, id);
	}
}

static void take_endpoint(struct audit_model *model, struct audit_interface *interface, struct audit_endpoint *out,
	const struct audit_node *node)
{
	const struct audit_node *pools = audit_azure_property(node, "loadBalancerBackendAddressPools");
	const struct audit_node *nat = audit_azure_property(node, "loadBalancerInboundNatRules");
	const struct audit_word *address = audit_word_of(model, audit_azure_property(node, "privateIPAddress"));
	out->id = audit_azure_part_id(model, interface->id, "ipConfigurations", node);
	out->private_address = address != NULL && address->size > 0 ? address : NULL;
	out->subnet = audit_azure_reference(model, audit_azure_property(node, "subnet"));
	out->public_address = audit_azure_reference(model, audit_azure_property(node, "publicIPAddress"));
	out->balanced = (pools != NULL && (pools->type != AUDIT_ARRAY || pools->count > 0)) ||
			(nat != NULL && (nat->type != AUDIT_ARRAY || nat->count > 0));
	add_pools(model, &out->pools, pools);
	add_pools(model, &out->pools, nat);
	const struct audit_node *members = audit_azure_property(node, "applicationSecurityGroups");
	if (members != NULL && members->type == AUDIT_ARRAY)
		add_groups(model, &interface->members, members);
}

static void take_interface(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_node *endpoints = audit_azure_property(node, "ipConfigurations");
	struct audit_interface *interface = audit_model_interface(model);
	interface->id = audit_azure_id(model, node, file);
	interface->name = audit_azure_name(model, node);
	interface->at = audit_place_of(file, node);
	interface->group = audit_azure_reference(model, audit_azure_property(node, "networkSecurityGroup"));
	interface->group_unknown = interface->group != NULL && interface->group->kind == AUDIT_UNRESOLVED;
	if (endpoints == NULL || endpoints->type != AUDIT_ARRAY) {
		audit_model_doubt(
			model, audit_word_span(interface->name), "its addresses cannot be resolved", interface->at);
		return;
	}
	interface->endpoints = audit_pool_take(&model->pool, endpoints->count, sizeof *interface->endpoints);
	for (const struct audit_node *item = endpoints->first; item != NULL; item = item->next)
		take_endpoint(model, interface, &interface->endpoints[interface->endpoint_count++], item);
}

static const struct {
	const char *type;
	void (*take)(struct audit_model *model, const struct audit_node *node, uint32_t file);
} types[] = {
	{"networkSecurityGroups", take_group},
	{"networkSecurityGroups/securityRules", take_rule},
	{"virtualNetworks", take_network},
	{"virtualNetworks/subnets", take_lone_subnet},
	{"publicIPAddresses", take_public_address},
	{"routeTables", take_route_table},
	{"routeTables/routes", take_route},
	{"networkInterfaces", take_interface},
	{"loadBalancers", audit_azure_balancer},
	{"loadBalancers/backendAddressPools", audit_azure_balancer_part},
	{"loadBalancers/inboundNatRules", audit_azure_balancer_part},
};

bool audit_shape_azure(struct audit_model *model, const struct audit_node *resource, uint32_t file)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (!audit_azure_type_is(resource, types[i].type))
			continue;
		types[i].take(model, resource, file);
		model->recognised++;
		return true;
	}
	/* Without a type, as a hand-made or shortened export: by what only a group has. */
	const struct audit_node *rules = audit_azure_property(resource, "securityRules");
	if (!audit_given(audit_get(resource, "type")) && rules != NULL && rules->type == AUDIT_ARRAY) {
		take_group(model, resource, file);
		model->recognised++;
		return true;
	}
	return false;
}

bool audit_shape_azure_known(struct audit_model *model, const struct audit_node *resource)
{
	static const char *const attachable[] = {"Microsoft.Compute/virtualMachineScaleSets",
		"Microsoft.Network/applicationGateways", "Microsoft.Network/azureFirewalls",
		"Microsoft.Network/bastionHosts", "Microsoft.Network/virtualNetworkGateways",
		"Microsoft.Network/networkProfiles", "Microsoft.ContainerService/managedClusters",
		"Microsoft.ContainerInstance/containerGroups", "Microsoft.Network/networkInterfaces/ipConfigurations"};
	struct st_span type = audit_text(audit_get(resource, "type"));
	for (size_t i = 0; i < sizeof attachable / sizeof attachable[0]; i++)
		model->other_attachments |= audit_span_is(type, attachable[i]);
	/* "Vendor.Service/type", whoever the vendor is */
	const uint8_t *dot = type.size > 0 ? memchr(type.data, '.', type.size) : NULL;
	const uint8_t *slash = type.size > 0 ? memchr(type.data, '/', type.size) : NULL;
	return dot != NULL && slash != NULL && dot < slash;
}
