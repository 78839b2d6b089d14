/*
 * A list inside of a group, an ACL or a route table that the configuration does not write is what the provider read
 * back: of it counts what no resource by itself says, or said until now.
 */
#include "audit/aws_rules.h"
#include "audit/shape.h"
#include "audit/shape_aws.h"
#include "audit/shape_terraform.h"
#include "base/ceilings.h"

#include <stdlib.h>
#include <strings.h>

#define GROUP "aws_security_group"
#define ACL "aws_network_acl"
#define ROUTES "aws_route_table"
#define SUBNET "aws_subnet"
#define VPC "aws_vpc"
#define INSTANCE "aws_instance"
#define INTERFACE "aws_network_interface"
#define GATEWAY "aws_internet_gateway"
#define PREFIXES "aws_ec2_managed_prefix_list"

struct making {
	struct audit_model *model;
	struct audit_pool *pool;
	uint32_t file;
	const struct audit_plan *plan;
};

static bool is_of(const struct audit_instance *instance, const char *type)
{
	return audit_span_is(instance->type, type);
}

/* --- nodes --- */

static struct audit_node *object(const struct making *m, const char *key, uint32_t line)
{
	struct audit_node *made = audit_node_new(m->pool, AUDIT_OBJECT, line);
	audit_node_name(made, audit_span(key));
	return made;
}

static struct audit_node *array(const struct making *m, struct audit_node *to, const char *key)
{
	struct audit_node *made = audit_node_new(m->pool, AUDIT_ARRAY, to->line);
	audit_node_name(made, audit_span(key));
	audit_node_append(to, made);
	return made;
}

/* A copy of a value under another key; nothing of NULL and of an empty text, which is how the provider leaves out. */
static void put(const struct making *m, struct audit_node *to, const char *key, const struct audit_node *value)
{
	if (!audit_given(value) || (value->type == AUDIT_STRING && value->text.size == 0))
		return;
	struct audit_node *copy = audit_node_new(m->pool, value->type, value->line);
	*copy = *value;
	audit_node_name(copy, audit_span(key));
	copy->next = NULL;
	audit_node_append(to, copy);
}

static void put_text(const struct making *m, struct audit_node *to, const char *key, struct st_span text)
{
	struct audit_node made = {.type = AUDIT_STRING, .line = to->line, .text = text};
	put(m, to, key, &made);
}

static void put_word(const struct making *m, struct audit_node *to, const char *key, const struct audit_word *word)
{
	struct audit_node made = {.line = to->line, .text = audit_word_span(word)};
	made.type = word != NULL && word->kind == AUDIT_UNRESOLVED ? AUDIT_UNKNOWN : AUDIT_STRING;
	put(m, to, key, &made);
}

/* What the provider makes up by itself is not known, either: of what the configuration does not write nothing is said.
 */
static const struct audit_node *value_of(const struct making *m, const struct audit_instance *from, const char *key)
{
	const struct audit_node *value = audit_plan_value(m->plan, from, NULL, 0, key);
	bool made_up = value != NULL && value->type == AUDIT_UNKNOWN && from->config != NULL &&
		       audit_get(from->config, key) == NULL;
	return made_up ? NULL : value;
}

static const struct audit_word *reference(
	const struct making *m, const struct audit_instance *from, const char *key, const char *type)
{
	return value_of(m, from, key) == NULL ? NULL : audit_plan_reference(m->plan, from, NULL, 0, key, type);
}

static void put_reference(const struct making *m, struct audit_node *to, const char *key,
	const struct audit_instance *from, const char *theirs, const char *type)
{
	const struct audit_word *word = reference(m, from, theirs, type);
	if (word != NULL)
		put_word(m, to, key, word);
}

static struct audit_node *resource(const struct making *m, const struct audit_instance *from, const char *id)
{
	struct audit_node *made = object(m, "", from->values->line);
	put_text(m, made, id, audit_word_span(from->id));
	put_text(m, made, "(address)", from->address);
	return made;
}

static void give(const struct making *m, const struct audit_node *made)
{
	audit_shape_aws(m->model, made, m->file);
}

static bool is_true(const struct audit_node *node)
{
	return node != NULL && node->type == AUDIT_TRUE;
}

/* Does the resource say all of its list, also where nothing is in it? What the configuration does not write is made up
 * by the provider, and of a new resource there is nothing yet. */
static const struct audit_node *list_of(const struct making *m, const struct audit_instance *from, const char *key)
{
	const struct audit_node *list = audit_plan_value(m->plan, from, NULL, 0, key);
	if (list == NULL || list->type != AUDIT_UNKNOWN)
		return list;
	return from->config != NULL && audit_get(from->config, key) == NULL ? NULL : list;
}

static const struct audit_node *in_block(
	const struct making *m, const struct audit_instance *from, const char *block, uint32_t at, const char *key)
{
	return audit_plan_value(m->plan, from, block, at, key);
}

/* --- security groups --- */

static const struct {
	const char *theirs, *ours;
} permission_fields[] = {
	{"protocol", "IpProtocol"},
	{"from_port", "FromPort"},
	{"to_port", "ToPort"},
	{"cidr_blocks", "IpRanges"},
	{"ipv6_cidr_blocks", "Ipv6Ranges"},
	{"prefix_list_ids", "PrefixListIds"},
};

/* Groups are addresses inside, whichever they are. */
static void put_members(
	const struct making *m, struct audit_node *to, const struct audit_node *list, const struct audit_node *self)
{
	struct audit_node *pairs = array(m, to, "UserIdGroupPairs");
	bool any = is_true(self) || (audit_given(list) && (list->type != AUDIT_ARRAY || list->count > 0));
	if (!any)
		return;
	struct audit_node *pair = object(m, "", to->line);
	const struct audit_node *first = audit_given(list) && list->type == AUDIT_ARRAY ? list->first : NULL;
	put_text(m, pair, "GroupId", audit_text(first).size > 0 ? first->text : audit_span("another group"));
	audit_node_append(pairs, pair);
}

static struct audit_node *permission(
	const struct making *m, const struct audit_instance *from, const char *block, uint32_t at, uint32_t line)
{
	struct audit_node *made = object(m, "", line);
	for (size_t i = 0; i < sizeof permission_fields / sizeof permission_fields[0]; i++)
		put(m, made, permission_fields[i].ours, in_block(m, from, block, at, permission_fields[i].theirs));
	if (block == NULL)
		put_members(m, made, value_of(m, from, "source_security_group_id"), value_of(m, from, "self"));
	else
		put_members(
			m, made, in_block(m, from, block, at, "security_groups"), in_block(m, from, block, at, "self"));
	return made;
}

static void take_group(const struct making *m, const struct audit_instance *group)
{
	struct audit_node *made = resource(m, group, "GroupId");
	const struct audit_node *rules = list_of(m, group, "ingress");
	const struct audit_node *name = audit_plan_value(m->plan, group, NULL, 0, "name");
	put_text(m, made, "GroupName", name != NULL && name->type == AUDIT_STRING ? name->text : group->address);
	if (rules != NULL && rules->type != AUDIT_ARRAY) {
		put(m, made, "IpPermissions", rules);
		give(m, made);
		return;
	}
	struct audit_node *list = array(m, made, "IpPermissions");
	uint32_t at = 0;
	for (const struct audit_node *item = rules != NULL ? rules->first : NULL; item != NULL; item = item->next, at++)
		audit_node_append(list, permission(m, group, "ingress", at, item->line));
	give(m, made);
}

/* The group that a rule by itself says; one that nothing else has when it cannot be told. */
static const struct audit_word *owner_of(
	const struct making *m, const struct audit_instance *rule, const char *key, const char *type)
{
	const struct audit_word *id = audit_plan_reference(m->plan, rule, NULL, 0, key, type);
	if (id != NULL && id->kind == AUDIT_LITERAL)
		return id;
	st_auto_free char *made = st_format("/template/%u/providers/terraform/%s of %.*s", (unsigned)m->file, type,
		(int)rule->address.size, (const char *)rule->address.data);
	return audit_intern(m->model, AUDIT_LITERAL, audit_span(made));
}

static struct audit_group *group_for(const struct making *m, const struct audit_instance *rule,
	const struct audit_word *id, enum audit_group_kind kind)
{
	struct audit_group *group = aws_group(m->model, id, kind);
	if (!group->declared && group->rule_count == 0)
		group->at = audit_place_of(m->file, rule->values);
	return group;
}

static void take_group_rule(const struct making *m, const struct audit_instance *rule)
{
	if (audit_is_text(audit_plan_value(m->plan, rule, NULL, 0, "type"), "egress"))
		return;
	struct audit_group *group =
		group_for(m, rule, owner_of(m, rule, "security_group_id", GROUP), AUDIT_GROUP_SECURITY);
	struct audit_node *list = audit_node_new(m->pool, AUDIT_ARRAY, rule->values->line);
	struct audit_node *made = permission(m, rule, NULL, 0, rule->values->line);
	put_text(m, made, "(address)", rule->address);
	audit_node_append(list, made);
	aws_permissions(m->model, group, list, m->file);
}

static void take_ingress_rule(const struct making *m, const struct audit_instance *rule)
{
	static const struct {
		const char *theirs, *ours;
	} fields[] = {{"ip_protocol", "IpProtocol"}, {"from_port", "FromPort"}, {"to_port", "ToPort"},
		{"cidr_ipv4", "CidrIpv4"}, {"cidr_ipv6", "CidrIpv6"}, {"prefix_list_id", "PrefixListId"}};
	struct audit_node *made = object(m, "", rule->values->line);
	const struct audit_word *owner = owner_of(m, rule, "security_group_id", GROUP);
	group_for(m, rule, owner, AUDIT_GROUP_SECURITY);
	put_word(m, made, "GroupId", owner);
	put_text(m, made, "(address)", rule->address);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		put(m, made, fields[i].ours, value_of(m, rule, fields[i].theirs));
	const struct audit_node *other = value_of(m, rule, "referenced_security_group_id");
	if (other != NULL) {
		struct audit_node *info = object(m, "ReferencedGroupInfo", made->line);
		put_text(m, info, "GroupId", other->type == AUDIT_STRING ? other->text : audit_span("another group"));
		audit_node_append(made, info);
	}
	aws_lone_rule(m->model, made, m->file);
}

/* --- network ACLs --- */

static const struct {
	const char *inside, *alone, *ours;
} entry_fields[] = {
	{"rule_no", "rule_number", "RuleNumber"},
	{"action", "rule_action", "RuleAction"},
	{"protocol", "protocol", "Protocol"},
	{"cidr_block", "cidr_block", "CidrBlock"},
	{"ipv6_cidr_block", "ipv6_cidr_block", "Ipv6CidrBlock"},
};

/* block NULL: of a rule by itself. */
static struct audit_node *entry(
	const struct making *m, const struct audit_instance *from, const char *block, uint32_t at, uint32_t line)
{
	struct audit_node *made = object(m, "", line), *range = object(m, "PortRange", line),
			  *types = object(m, "IcmpTypeCode", line);
	for (size_t i = 0; i < sizeof entry_fields / sizeof entry_fields[0]; i++)
		put(m, made, entry_fields[i].ours,
			in_block(m, from, block, at, block != NULL ? entry_fields[i].inside : entry_fields[i].alone));
	put(m, range, "From", in_block(m, from, block, at, "from_port"));
	put(m, range, "To", in_block(m, from, block, at, "to_port"));
	put(m, types, "Type", in_block(m, from, block, at, "icmp_type"));
	audit_node_append(made, range);
	if (types->count > 0)
		audit_node_append(made, types);
	return made;
}

static void put_side(const struct making *m, struct audit_node *entries, const struct audit_instance *acl, bool egress)
{
	const char *key = egress ? "egress" : "ingress";
	const struct audit_node *rules = list_of(m, acl, key);
	struct audit_node truth = {.type = egress ? AUDIT_TRUE : AUDIT_FALSE};
	uint32_t at = 0;
	for (const struct audit_node *item = rules != NULL && rules->type == AUDIT_ARRAY ? rules->first : NULL;
		item != NULL; item = item->next, at++) {
		struct audit_node *made = entry(m, acl, key, at, item->line);
		put(m, made, "Egress", &truth);
		audit_node_append(entries, made);
	}
	if (rules == NULL || rules->type == AUDIT_ARRAY)
		return;
	struct audit_node *any = object(m, "", rules->line); /* whatever it is */
	put(m, any, "Egress", &truth);
	audit_node_append(entries, any);
}

/* Subnets that other resources put behind it: their association says both. */
static void put_associated(const struct making *m, struct audit_node *list, const struct audit_instance *table,
	const char *type, const char *own, const char *own_type)
{
	for (uint32_t i = 0; i < m->plan->count; i++) {
		const struct audit_instance *here = &m->plan->items[i];
		if (!is_of(here, type) ||
			!audit_same_id(audit_plan_reference(m->plan, here, NULL, 0, own, own_type), table->id))
			continue;
		struct audit_node *made = object(m, "", here->values->line);
		put_reference(m, made, "SubnetId", here, "subnet_id", SUBNET);
		audit_node_append(list, made);
	}
}

static void take_acl(const struct making *m, const struct audit_instance *acl)
{
	struct audit_node *made = resource(m, acl, "NetworkAclId");
	struct audit_words subnets = {0};
	put_reference(m, made, "VpcId", acl, "vpc_id", VPC);
	struct audit_node *list = array(m, made, "Associations");
	audit_plan_references(m->plan, acl, "subnet_ids", SUBNET, &subnets);
	for (uint32_t i = 0; i < subnets.count; i++) {
		struct audit_node *one = object(m, "", made->line);
		put_word(m, one, "SubnetId", subnets.items[i]);
		audit_node_append(list, one);
	}
	put_associated(m, list, acl, "aws_network_acl_association", "network_acl_id", ACL);
	struct audit_node *entries = array(m, made, "Entries");
	put_side(m, entries, acl, false);
	put_side(m, entries, acl, true);
	give(m, made);
}

static void take_acl_rule(const struct making *m, const struct audit_instance *rule)
{
	const struct audit_word *id = owner_of(m, rule, "network_acl_id", ACL);
	st_auto_free char *other = st_format("%s egress", id->text);
	struct audit_group *ingress = group_for(m, rule, id, AUDIT_GROUP_ACL);
	struct audit_group *egress =
		group_for(m, rule, audit_intern(m->model, AUDIT_LITERAL, audit_span(other)), AUDIT_GROUP_REPLY);
	struct audit_node *made = entry(m, rule, NULL, 0, rule->values->line);
	const struct audit_node *side = audit_plan_value(m->plan, rule, NULL, 0, "egress");
	struct audit_node inwards = {.type = AUDIT_FALSE};
	put_text(m, made, "(address)", rule->address);
	put(m, made, "Egress", side != NULL ? side : &inwards);
	aws_entry(m->model, ingress, egress, made, m->file);
}

/* --- routes --- */

static const struct {
	const char *inside, *alone, *ours;
} destinations[] =
	{
		{"cidr_block", "destination_cidr_block", "DestinationCidrBlock"},
		{"ipv6_cidr_block", "destination_ipv6_cidr_block", "DestinationIpv6CidrBlock"},
		{"destination_prefix_list_id", "destination_prefix_list_id", "DestinationPrefixListId"},
},
  targets[] = {
	  {"nat_gateway_id", "nat_gateway_id", "NatGatewayId"},
	  {"egress_only_gateway_id", "egress_only_gateway_id", "EgressOnlyInternetGatewayId"},
	  {"transit_gateway_id", "transit_gateway_id", "TransitGatewayId"},
	  {"network_interface_id", "network_interface_id", "NetworkInterfaceId"},
	  {"vpc_peering_connection_id", "vpc_peering_connection_id", "VpcPeeringConnectionId"},
	  {"vpc_endpoint_id", "vpc_endpoint_id", "VpcEndpointId"},
	  {"local_gateway_id", "local_gateway_id", "LocalGatewayId"},
	  {"carrier_gateway_id", "carrier_gateway_id", "CarrierGatewayId"},
	  {"core_network_arn", "core_network_arn", "CoreNetworkArn"},
};

/* An internet gateway of the plan has no id yet that says what it is. */
static void put_gateway(const struct making *m, struct audit_node *to, const struct audit_instance *from,
	const char *block, uint32_t at)
{
	const struct audit_word *id = audit_plan_reference(m->plan, from, block, at, "gateway_id", GATEWAY);
	const struct audit_instance *gateway = audit_plan_find(m->plan, id, GATEWAY);
	if (id == NULL || (block == NULL && value_of(m, from, "gateway_id") == NULL))
		return;
	if (gateway == NULL || (id->size > 4 && memcmp(id->text, "igw-", 4) == 0)) {
		put_word(m, to, "GatewayId", id);
		return;
	}
	st_auto_free char *text =
		st_format("igw-%.*s", (int)gateway->address.size, (const char *)gateway->address.data);
	put_text(m, to, "GatewayId", audit_pool_copy(m->pool, audit_span(text)));
}

static struct audit_node *route(
	const struct making *m, const struct audit_instance *from, const char *block, uint32_t at, uint32_t line)
{
	struct audit_node *made = object(m, "", line);
	for (size_t i = 0; i < sizeof destinations / sizeof destinations[0]; i++)
		put(m, made, destinations[i].ours,
			block != NULL ? in_block(m, from, block, at, destinations[i].inside)
				      : value_of(m, from, destinations[i].alone));
	put_gateway(m, made, from, block, at);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
		put(m, made, targets[i].ours,
			block != NULL ? in_block(m, from, block, at, targets[i].inside)
				      : value_of(m, from, targets[i].alone));
	return made;
}

static void take_routes(const struct making *m, const struct audit_instance *table)
{
	struct audit_node *made = resource(m, table, "RouteTableId");
	const struct audit_node *routes = list_of(m, table, "route");
	struct audit_node truth = {.type = AUDIT_TRUE};
	put_reference(m, made, "VpcId", table, "vpc_id", VPC);
	struct audit_node *list = array(m, made, "Associations");
	put_associated(m, list, table, "aws_route_table_association", "route_table_id", ROUTES);
	bool main = is_of(table, "aws_default_route_table");
	for (uint32_t i = 0; i < m->plan->count; i++)
		main |= is_of(&m->plan->items[i], "aws_main_route_table_association") &&
			audit_same_id(
				audit_plan_reference(m->plan, &m->plan->items[i], NULL, 0, "route_table_id", ROUTES),
				table->id);
	struct audit_node *own = object(m, "", made->line);
	if (main)
		put(m, own, "Main", &truth);
	audit_node_append(list, own);
	if (routes != NULL && routes->type != AUDIT_ARRAY) {
		put(m, made, "Routes", routes);
		give(m, made);
		return;
	}
	struct audit_node *into = array(m, made, "Routes");
	uint32_t at = 0;
	for (const struct audit_node *item = routes != NULL ? routes->first : NULL; item != NULL;
		item = item->next, at++)
		audit_node_append(into, route(m, table, "route", at, item->line));
	give(m, made);
}

static void take_route(const struct making *m, const struct audit_instance *from)
{
	struct audit_group *group = group_for(m, from, owner_of(m, from, "route_table_id", ROUTES), AUDIT_GROUP_ROUTES);
	struct audit_node *made = route(m, from, NULL, 0, from->values->line);
	put_text(m, made, "(address)", from->address);
	aws_route(m->model, group, made, m->file);
}

/* --- what stands behind it --- */

static void put_groups(
	const struct making *m, struct audit_node *to, const struct audit_instance *from, const char *key)
{
	struct audit_words ids = {0};
	if (value_of(m, from, key) == NULL)
		return;
	bool all = audit_plan_references(m->plan, from, key, GROUP, &ids);
	struct audit_node *list = array(m, to, "Groups");
	struct audit_node more = {.type = AUDIT_UNKNOWN, .text = audit_span("(known after apply)")};
	for (uint32_t i = 0; i < ids.count + !all; i++) {
		struct audit_node *one = object(m, "", to->line);
		if (i < ids.count)
			put_word(m, one, "GroupId", ids.items[i]);
		else
			put(m, one, "GroupId", &more);
		audit_node_append(list, one);
	}
}

static void put_name(const struct making *m, struct audit_node *to, const struct audit_instance *from)
{
	const struct audit_node *name = audit_get(audit_plan_value(m->plan, from, NULL, 0, "tags"), "Name");
	struct audit_node *tags = array(m, to, "Tags"), *tag = object(m, "", to->line);
	put_text(m, tag, "Key", audit_span("Name"));
	put_text(m, tag, "Value", audit_text(name).size > 0 ? name->text : from->address);
	audit_node_append(tags, tag);
}

/* Gets it a public address? By its own word, else by its subnet's; a subnet that is not in the plan may. */
static bool gets_address(const struct making *m, const struct audit_instance *instance)
{
	const struct audit_node *own = value_of(m, instance, "associate_public_ip_address");
	const struct audit_node *now = audit_plan_value(m->plan, instance, NULL, 0, "public_ip");
	if (now != NULL && now->type == AUDIT_STRING)
		return now->text.size > 0;
	if (own != NULL && own->type != AUDIT_UNKNOWN)
		return is_true(own);
	const struct audit_word *id = reference(m, instance, "subnet_id", SUBNET);
	const struct audit_instance *subnet = audit_plan_find(m->plan, id, SUBNET);
	const struct audit_node *maps =
		subnet != NULL ? audit_plan_value(m->plan, subnet, NULL, 0, "map_public_ip_on_launch") : NULL;
	return own != NULL || subnet == NULL || is_true(maps) || (maps != NULL && maps->type == AUDIT_UNKNOWN);
}

/* The public address, or a text that stands for it; IPv6 that is to come may be of either kind. */
static void put_addresses(const struct making *m, struct audit_node *to, const struct audit_instance *instance)
{
	const struct audit_node *now = audit_plan_value(m->plan, instance, NULL, 0, "public_ip");
	const struct audit_node *inside = value_of(m, instance, "private_ip");
	const struct audit_node *v6 = value_of(m, instance, "ipv6_addresses");
	const struct audit_node *count = value_of(m, instance, "ipv6_address_count");
	if (inside != NULL && inside->type == AUDIT_STRING)
		put(m, to, "PrivateIpAddress", inside);
	if (inside == NULL || inside->type != AUDIT_STRING || inside->text.size == 0)
		put_text(m, to, "PrivateIpAddress", audit_span("(known after apply)"));
	if (gets_address(m, instance)) {
		bool known = now != NULL && now->type == AUDIT_STRING;
		put_text(m, to, "PublicIpAddress", known ? now->text : audit_span("(known after apply)"));
	}
	if (v6 != NULL && v6->type == AUDIT_ARRAY)
		put(m, to, "Ipv6Addresses", v6);
	else if (v6 != NULL || (count != NULL && !audit_is_text(count, "0")))
		put_text(m, to, "Ipv6Address", audit_span("(known after apply)"));
}

/* An interface made by itself gets its name from the instance that it is attached to. */
static void name_interfaces(const struct making *m, const struct audit_instance *instance)
{
	const struct audit_node *list = audit_plan_value(m->plan, instance, NULL, 0, "network_interface");
	struct audit_node *made = resource(m, instance, "InstanceId");
	put_name(m, made, instance);
	struct audit_node *into = array(m, made, "NetworkInterfaces");
	for (uint32_t at = 0; list != NULL && list->type == AUDIT_ARRAY && at < list->count; at++) {
		const struct audit_word *id = audit_plan_reference(
			m->plan, instance, "network_interface", at, "network_interface_id", INTERFACE);
		struct audit_node *one = object(m, "", made->line);
		if (id == NULL || id->kind != AUDIT_LITERAL)
			continue;
		put_word(m, one, "NetworkInterfaceId", id);
		audit_node_append(into, one);
	}
	give(m, made);
}

static void take_instance(const struct making *m, const struct audit_instance *instance)
{
	const struct audit_node *list = value_of(m, instance, "network_interface");
	if (list != NULL && list->type == AUDIT_ARRAY && list->count > 0) {
		name_interfaces(m, instance);
		return;
	}
	struct audit_node *made = resource(m, instance, "InstanceId");
	put_text(m, made, "State", audit_span("planned"));
	put_name(m, made, instance);
	put_reference(m, made, "SubnetId", instance, "subnet_id", SUBNET);
	put_addresses(m, made, instance);
	put_groups(m, made, instance, "vpc_security_group_ids");
	/* so that it is taken for one that is there */
	if (audit_get(made, "SubnetId") == NULL)
		put_text(m, made, "SubnetId", audit_span("(default)"));
	give(m, made);
}

static void take_interface(const struct making *m, const struct audit_instance *interface)
{
	struct audit_node *made = resource(m, interface, "NetworkInterfaceId");
	const struct audit_node *v6 = value_of(m, interface, "ipv6_addresses");
	const struct audit_node *one = value_of(m, interface, "private_ip");
	put_name(m, made, interface);
	put_reference(m, made, "SubnetId", interface, "subnet_id", SUBNET);
	put_text(m, made, "PrivateIpAddress", audit_text(one).size > 0 ? one->text : audit_span("(known after apply)"));
	if (v6 != NULL && v6->type == AUDIT_ARRAY)
		put(m, made, "Ipv6Addresses", v6);
	put_groups(m, made, interface, "security_groups");
	give(m, made);
}

static void take_subnet(const struct making *m, const struct audit_instance *subnet)
{
	struct audit_node *made = resource(m, subnet, "SubnetId");
	put_text(m, made, "CidrBlock", audit_span("(in the plan)"));
	put_reference(m, made, "VpcId", subnet, "vpc_id", VPC);
	give(m, made);
}

/* An elastic address, or what associates one. Its own name stands for an address that is to come. */
static void take_address(const struct making *m, const struct audit_instance *address)
{
	bool lone = is_of(address, "aws_eip_association");
	struct audit_node *made = resource(m, address, "AllocationId");
	const struct audit_node *now = audit_plan_value(m->plan, address, NULL, 0, "public_ip");
	put_text(m, made, "PublicIp", audit_text(now).size > 0 ? now->text : address->address);
	put_reference(m, made, "InstanceId", address, lone ? "instance_id" : "instance", INSTANCE);
	put_reference(
		m, made, "NetworkInterfaceId", address, lone ? "network_interface_id" : "network_interface", INTERFACE);
	give(m, made);
}

static void take_prefixes(const struct making *m, const struct audit_instance *list)
{
	const struct audit_node *entries = list_of(m, list, "entry");
	struct audit_node *made = resource(m, list, "PrefixListId");
	put_text(m, made, "PrefixListName", list->address);
	struct audit_node *into = array(m, made, "Entries");
	if (entries != NULL && entries->type != AUDIT_ARRAY)
		return;
	uint32_t at = 0;
	for (const struct audit_node *item = entries != NULL ? entries->first : NULL; item != NULL;
		item = item->next, at++) {
		struct audit_node *one = object(m, "", item->line);
		put(m, one, "Cidr", in_block(m, list, "entry", at, "cidr"));
		audit_node_append(into, one);
	}
	for (uint32_t i = 0; i < m->plan->count; i++) {
		const struct audit_instance *here = &m->plan->items[i];
		if (!is_of(here, PREFIXES "_entry") ||
			!audit_same_id(
				audit_plan_reference(m->plan, here, NULL, 0, "prefix_list_id", PREFIXES), list->id))
			continue;
		struct audit_node *one = object(m, "", here->values->line);
		put(m, one, "Cidr", audit_plan_value(m->plan, here, NULL, 0, "cidr"));
		audit_node_append(into, one);
	}
	give(m, made);
}

/* --- the table --- */

/* inside: the list that `alone` resources stand in, too, once the provider has read it back. */
static const struct {
	const char *type, *inside[2];
	bool alone;
	void (*take)(const struct making *m, const struct audit_instance *instance);
} types[] = {
	{GROUP, {"ingress", NULL}, false, take_group},
	{"aws_default_security_group", {"ingress", NULL}, false, take_group},
	{"aws_security_group_rule", {NULL, NULL}, true, take_group_rule},
	{"aws_vpc_security_group_ingress_rule", {NULL, NULL}, true, take_ingress_rule},
	{ACL, {"ingress", "egress"}, false, take_acl},
	{"aws_default_network_acl", {"ingress", "egress"}, false, take_acl},
	{"aws_network_acl_rule", {NULL, NULL}, true, take_acl_rule},
	{ROUTES, {"route", NULL}, false, take_routes},
	{"aws_default_route_table", {"route", NULL}, false, take_routes},
	{"aws_route", {NULL, NULL}, true, take_route},
	{SUBNET, {NULL, NULL}, false, take_subnet},
	{"aws_default_subnet", {NULL, NULL}, false, take_subnet},
	{INTERFACE, {NULL, NULL}, false, take_interface},
	{INSTANCE, {NULL, NULL}, false, take_instance},
	{"aws_eip", {NULL, NULL}, false, take_address},
	{"aws_eip_association", {NULL, NULL}, false, take_address},
	{PREFIXES, {NULL, NULL}, false, take_prefixes},
	/* read with what they belong to, or about what goes out */
	{PREFIXES "_entry", {NULL, NULL}, false, NULL},
	{"aws_network_acl_association", {NULL, NULL}, false, NULL},
	{"aws_route_table_association", {NULL, NULL}, false, NULL},
	{"aws_main_route_table_association", {NULL, NULL}, false, NULL},
	{"aws_vpc_security_group_egress_rule", {NULL, NULL}, false, NULL},
	{GATEWAY, {NULL, NULL}, false, NULL},
	{VPC, {NULL, NULL}, false, NULL},
};

bool audit_terraform_is_aws(const struct audit_instance *instance)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (is_of(instance, types[i].type))
			return true;
	return false;
}

/* --- what was read back --- */

/* Rules by themselves of one side, as their groups. */
static void take_alone(const struct making *m)
{
	for (size_t type = 0; type < sizeof types / sizeof types[0]; type++)
		for (uint32_t i = 0; i < m->plan->count && types[type].alone; i++)
			if (is_of(&m->plan->items[i], types[type].type))
				types[type].take(m, &m->plan->items[i]);
}

static bool says_the_same(const struct audit_rule *a, const struct audit_rule *b, enum audit_group_kind kind)
{
	if (kind == AUDIT_GROUP_ROUTES)
		return audit_same(audit_word_span(audit_rule_as_told(a)), audit_word_span(audit_rule_as_told(b)));
	return audit_same(audit_word_span(a->name), audit_word_span(b->name));
}

/* Takes out of the group what stands inside of it and is in the other by itself. */
static void drop_read_back(struct audit_group *group, const struct audit_group *alone)
{
	size_t kept = 0;
	for (size_t i = 0; i < group->rule_count; i++) {
		bool again = false;
		for (size_t j = 0; j < alone->rule_count && audit_rule_address(&group->rules[i]) == NULL && !again; j++)
			again = says_the_same(&group->rules[i], &alone->rules[j], group->kind);
		if (!again)
			group->rules[kept++] = group->rules[i];
	}
	group->rule_count = kept;
}

/* Of groups whose lists the configuration does not write. */
static void drop_from(const struct making *m, const struct audit_model *alone)
{
	for (uint32_t i = 0; i < m->plan->count; i++) {
		const struct audit_instance *instance = &m->plan->items[i];
		for (size_t type = 0; type < sizeof types / sizeof types[0]; type++) {
			if (!is_of(instance, types[type].type))
				continue;
			for (int side = 0; side < 2 && types[type].inside[side] != NULL; side++) {
				st_auto_free char *id =
					st_format("%s%s", instance->id->text, side == 1 ? " egress" : "");
				const struct audit_word *word = audit_intern(m->model, AUDIT_LITERAL, audit_span(id));
				if (audit_get(instance->config, types[type].inside[side]) != NULL)
					continue;
				for (size_t j = 0; j < alone->group_count; j++)
					if (audit_same_id(alone->groups[j]->id, word))
						drop_read_back(audit_model_group(m->model, word), alone->groups[j]);
			}
		}
	}
}

static void drop_side(const struct making *m, const struct audit_plan *side)
{
	struct audit_model alone = {0};
	struct audit_plan plan = *side;
	struct making other = {&alone, m->pool, m->file, &plan};
	plan.model = &alone;
	take_alone(&other);
	drop_from(m, &alone);
	audit_model_free(&alone);
}

/* --- the whole --- */

/* Does a value anywhere in it name security groups? */
static bool names_groups(const struct audit_node *node, int depth)
{
	if (depth == 0)
		return true;
	for (const struct audit_node *child = node->first; child != NULL; child = child->next) {
		bool here = node->type == AUDIT_OBJECT &&
			    memmem(child->key.data, child->key.size, "security_group", 14) != NULL &&
			    audit_given(child) && (child->type != AUDIT_ARRAY || child->count > 0);
		if (here || names_groups(child, depth - 1))
			return true;
	}
	return false;
}

void audit_terraform_aws(
	const struct audit_terraform *terraform, const struct audit_plan *plan, const struct audit_plan *before)
{
	struct making m = {terraform->model, terraform->pool, terraform->file, plan};
	for (size_t type = 0; type < sizeof types / sizeof types[0]; type++)
		for (uint32_t i = 0; i < plan->count && types[type].take != NULL && !types[type].alone; i++)
			if (is_of(&plan->items[i], types[type].type))
				types[type].take(&m, &plan->items[i]);
	drop_side(&m, plan);
	if (before != NULL)
		drop_side(&m, before);
	take_alone(&m);
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct audit_instance *here = &plan->items[i];
		bool aws = here->type.size > 4 && memcmp(here->type.data, "aws_", 4) == 0;
		if (aws && !audit_terraform_is_aws(here))
			terraform->model->other_attachments |=
				names_groups(here->values, 8) ||
				(here->unknown != NULL && names_groups(here->unknown, 8));
	}
}
