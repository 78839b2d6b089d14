/* Told apart by the ids that only one kind of resource has, since lists are read element by element. */
#include "audit/shape_aws.h"

#include "audit/aws.h"
#include "audit/aws_rules.h"
#include "audit/interval.h"
#include "audit/result.h"
#include "audit/shape.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static struct audit_aws *aws_of(struct audit_model *model)
{
	if (model->aws == NULL)
		model->aws = st_alloc_zero(1, sizeof *model->aws);
	return model->aws;
}

void audit_aws_free(struct audit_aws *aws)
{
	if (aws == NULL)
		return;
	for (uint32_t i = 0; i < aws->interface_count; i++)
		free(aws->interfaces[i].endpoints);
	free(aws->interfaces);
	free(aws->acls);
	free(aws->routes);
	free(aws->subnets);
	free(aws->addresses);
	free(aws->prefixes);
	free(aws);
}

static bool has_text(const struct audit_node *node, const char *key)
{
	const struct audit_node *value = audit_get(node, key);
	return value != NULL && value->type == AUDIT_STRING && value->text.size > 0;
}

static bool has(const struct audit_node *node, const char *key)
{
	return audit_get(node, key) != NULL;
}

/* --- names --- */

/* The tag "Name"; NULL: none. */
static const struct audit_word *name_tag(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_node *tags = audit_get(node, "Tags");
	if (tags == NULL)
		tags = audit_get(node, "TagSet");
	if (tags == NULL || tags->type != AUDIT_ARRAY)
		return NULL;
	for (const struct audit_node *tag = tags->first; tag != NULL; tag = tag->next)
		if (audit_is_text(audit_get(tag, "Key"), "Name") && has_text(tag, "Value"))
			return aws_word(model, audit_get(tag, "Value"));
	return NULL;
}

/* "default" is one group of every network: its id says which. */
static const struct audit_word *group_name(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_word *name = aws_word(model, audit_get(node, "GroupName"));
	struct st_span id = audit_text(audit_get(node, "GroupId"));
	if (name != NULL && name->kind == AUDIT_LITERAL && !audit_word_is(name, "default"))
		return name;
	return audit_intern(model, AUDIT_LITERAL, id);
}

/* --- groups and tables --- */

static void take_group(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_node *rules = audit_get(node, "IpPermissions");
	struct audit_group *group = aws_group(model, aws_word(model, audit_get(node, "GroupId")), AUDIT_GROUP_SECURITY);
	group->name = group_name(model, node);
	group->at = audit_place_of(file, node);
	group->declared = true;
	group->address = aws_address_of(model, node);
	aws_permissions(model, group, rules, file);
}

static void add_subnets(struct audit_model *model, struct aws_table *table, const struct audit_node *associations)
{
	for (const struct audit_node *item =
			associations != NULL && associations->type == AUDIT_ARRAY ? associations->first : NULL;
		item != NULL; item = item->next) {
		const struct audit_node *main = audit_get(item, "Main");
		const struct audit_word *subnet = aws_word(model, audit_get(item, "SubnetId"));
		table->main |= main != NULL && main->type == AUDIT_TRUE;
		if (subnet != NULL && subnet->kind == AUDIT_LITERAL)
			audit_words_add(model, &table->subnets, subnet);
	}
}

static void take_acl(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_aws *aws = aws_of(model);
	const struct audit_word *id = aws_word(model, audit_get(node, "NetworkAclId"));
	const struct audit_node *entries = audit_get(node, "Entries");
	st_auto_free char *other = st_format("%s egress", id->text);
	struct aws_table table = {.id = id,
		.other = audit_intern(model, AUDIT_LITERAL, audit_span(other)),
		.vpc = aws_word(model, audit_get(node, "VpcId"))};
	struct audit_group *ingress = aws_group(model, id, AUDIT_GROUP_ACL);
	struct audit_group *egress = aws_group(model, table.other, AUDIT_GROUP_REPLY);
	ingress->name = egress->name = id;
	ingress->at = egress->at = audit_place_of(file, node);
	ingress->declared = egress->declared = true;
	ingress->address = egress->address = aws_address_of(model, node);
	add_subnets(model, &table, audit_get(node, "Associations"));
	for (const struct audit_node *entry = entries->type == AUDIT_ARRAY ? entries->first : NULL; entry != NULL;
		entry = entry->next)
		aws_entry(model, ingress, egress, entry, file);
	if (entries->type != AUDIT_ARRAY)
		ingress->doubt = egress->doubt =
			audit_intern(model, AUDIT_LITERAL, audit_span("its list of rules cannot be resolved"));
	*AUDIT_PUSH(aws->acls, aws->acl_count, aws->acl_capacity) = table;
}

static void take_routes(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_aws *aws = aws_of(model);
	const struct audit_node *routes = audit_get(node, "Routes");
	struct aws_table table = {.id = aws_word(model, audit_get(node, "RouteTableId")),
		.vpc = aws_word(model, audit_get(node, "VpcId"))};
	struct audit_group *group = aws_group(model, table.id, AUDIT_GROUP_ROUTES);
	group->at = audit_place_of(file, node);
	group->declared = true;
	group->address = aws_address_of(model, node);
	add_subnets(model, &table, audit_get(node, "Associations"));
	for (const struct audit_node *route = routes->type == AUDIT_ARRAY ? routes->first : NULL; route != NULL;
		route = route->next)
		aws_route(model, group, route, file);
	if (routes->type != AUDIT_ARRAY)
		group->doubt = audit_intern(model, AUDIT_LITERAL, audit_span("its list of routes cannot be resolved"));
	*AUDIT_PUSH(aws->routes, aws->route_count, aws->route_capacity) = table;
}

static void take_subnet(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_aws *aws = aws_of(model);
	struct aws_subnet subnet = {.id = aws_word(model, audit_get(node, "SubnetId")),
		.vpc = aws_word(model, audit_get(node, "VpcId")),
		.at = audit_place_of(file, node)};
	*AUDIT_PUSH(aws->subnets, aws->subnet_count, aws->subnet_capacity) = subnet;
}

/* --- interfaces --- */

static void add_endpoint(
	struct aws_interface *to, uint8_t family, const struct audit_word *inside, const struct audit_word *outside)
{
	if (inside == NULL && outside == NULL)
		return;
	*AUDIT_PUSH(to->endpoints, to->endpoint_count, to->endpoint_capacity) =
		(struct aws_endpoint){inside, outside, family};
}

/* An address of IPv6 is its own on the internet, unless it is none of the internet's (2000::/3). */
static void add_v6(struct audit_model *model, struct aws_interface *to, const struct audit_node *node)
{
	struct audit_interval range;
	const struct audit_word *word = aws_word(model, node);
	if (word == NULL)
		return;
	bool known = word->kind == AUDIT_LITERAL && audit_parse_prefix(audit_word_span(word), &range);
	bool outside = !known || (range.low >> 125) == 1;
	add_endpoint(to, 6, word, outside ? word : NULL);
}

static const struct audit_node *items_of(const struct audit_node *node, const char *key)
{
	const struct audit_node *list = audit_get(node, key);
	return list != NULL && list->type == AUDIT_ARRAY ? list->first : NULL;
}

static void take_addresses(struct audit_model *model, struct aws_interface *to, const struct audit_node *node)
{
	const struct audit_node *own = audit_get(audit_get(node, "Association"), "PublicIp");
	for (const struct audit_node *item = items_of(node, "PrivateIpAddresses"); item != NULL; item = item->next)
		add_endpoint(to, 4, aws_word(model, audit_get(item, "PrivateIpAddress")),
			aws_word(model, audit_get(audit_get(item, "Association"), "PublicIp")));
	if (to->endpoint_count == 0)
		add_endpoint(to, 4, aws_word(model, audit_get(node, "PrivateIpAddress")),
			aws_word(model, own != NULL ? own : audit_get(node, "PublicIpAddress")));
	for (const struct audit_node *item = items_of(node, "Ipv6Addresses"); item != NULL; item = item->next)
		add_v6(model, to, item->type == AUDIT_OBJECT ? audit_get(item, "Ipv6Address") : item);
	for (const struct audit_node *item = items_of(node, "Ipv6Prefixes"); item != NULL; item = item->next)
		add_v6(model, to, audit_get(item, "Ipv6Prefix"));
	if (items_of(node, "Ipv6Addresses") == NULL)
		add_v6(model, to, audit_get(node, "Ipv6Address"));
}

static void take_groups(struct audit_model *model, struct aws_interface *to, const struct audit_node *list)
{
	to->groups_told = list != NULL && list->type == AUDIT_ARRAY;
	for (const struct audit_node *item = to->groups_told ? list->first : NULL; item != NULL; item = item->next) {
		const struct audit_word *id = aws_word(model, audit_get(item, "GroupId"));
		if (id == NULL)
			id = aws_word(model, audit_get(item, "GroupName"));
		if (id != NULL)
			audit_words_add(model, &to->groups, id);
		else
			to->groups_told = false;
	}
}

/* `of` is an interface; instance NULL: it stands by itself. */
static void take_interface(struct audit_model *model, const struct audit_node *of, const struct audit_node *instance,
	const struct audit_word *id, uint32_t file)
{
	struct audit_aws *aws = aws_of(model);
	struct aws_interface *made = AUDIT_PUSH(aws->interfaces, aws->interface_count, aws->interface_capacity);
	const struct audit_node *named = instance != NULL ? instance : of;
	const struct audit_node *groups = audit_get(of, "Groups");
	made->id = id;
	made->at = audit_place_of(file, of);
	made->subnet = aws_word(model, audit_get(of, "SubnetId"));
	made->vpc = aws_word(model, audit_get(of, "VpcId"));
	made->by_instance = instance != NULL;
	made->of_balancer = audit_is_text(audit_get(of, "InterfaceType"), "network_load_balancer");
	made->instance =
		aws_word(model, audit_get(instance != NULL ? instance : audit_get(of, "Attachment"), "InstanceId"));
	made->name = name_tag(model, named);
	if (made->name == NULL)
		made->name = instance != NULL && made->instance != NULL ? made->instance : id;
	take_groups(model, made, groups != NULL ? groups : audit_get(of, "SecurityGroups"));
	take_addresses(model, made, of);
}

static void take_lone_interface(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	take_interface(model, node, NULL, aws_word(model, audit_get(node, "NetworkInterfaceId")), file);
}

static void take_instance(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_node *list = items_of(node, "NetworkInterfaces");
	const struct audit_word *id = aws_word(model, audit_get(node, "InstanceId"));
	if (list == NULL && !has_text(node, "SubnetId") && !has_text(node, "PublicIpAddress") &&
		items_of(node, "SecurityGroups") == NULL)
		return; /* it is gone: only its name is left */
	if (list == NULL) {
		take_interface(model, node, node, id, file);
		return;
	}
	uint32_t first = aws_of(model)->interface_count;
	for (const struct audit_node *item = list; item != NULL; item = item->next) {
		const struct audit_word *own = aws_word(model, audit_get(item, "NetworkInterfaceId"));
		take_interface(model, item, node, own != NULL ? own : id, file);
	}
	struct audit_aws *aws = model->aws;
	for (uint32_t i = first; i < aws->interface_count && aws->interface_count - first > 1; i++) {
		struct aws_interface *made = &aws->interfaces[i];
		st_auto_free char *name = st_format("%s/%s", made->name->text, made->id->text);
		made->name = audit_intern(model, AUDIT_LITERAL, audit_span(name));
	}
}

static void take_reservation(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	for (const struct audit_node *item = items_of(node, "Instances"); item != NULL; item = item->next) {
		if (has_text(item, "InstanceId"))
			take_instance(model, item, file);
		else
			audit_model_doubt(model, audit_span("instance"), "it has no id", audit_place_of(file, item));
	}
}

static void take_address(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	struct audit_aws *aws = aws_of(model);
	(void)file;
	*AUDIT_PUSH(aws->addresses, aws->address_count, aws->address_capacity) =
		(struct aws_address){.public_address = aws_word(model, audit_get(node, "PublicIp")),
			.private_address = aws_word(model, audit_get(node, "PrivateIpAddress")),
			.interface = aws_word(model, audit_get(node, "NetworkInterfaceId")),
			.instance = aws_word(model, audit_get(node, "InstanceId"))};
}

/* --- prefix lists --- */

static void take_entries(struct audit_model *model, const struct audit_word *id, const struct audit_node *entries)
{
	struct audit_aws *aws = aws_of(model);
	struct aws_prefixes *made = NULL;
	for (uint32_t i = 0; i < aws->prefix_count && made == NULL; i++)
		if (aws->prefixes[i].id == id)
			made = &aws->prefixes[i];
	if (made == NULL)
		made = AUDIT_PUSH(aws->prefixes, aws->prefix_count, aws->prefix_capacity);
	made->id = id;
	for (const struct audit_node *item = entries->first; item != NULL; item = item->next) {
		const struct audit_node *cidr = audit_get(item, "Cidr");
		struct audit_interval range;
		bool good = cidr != NULL && cidr->type == AUDIT_STRING && audit_parse_prefix(cidr->text, &range);
		audit_words_add(model, &made->entries,
			audit_intern(model, good ? AUDIT_LITERAL : AUDIT_UNRESOLVED,
				good ? cidr->text : audit_span("(an entry of a prefix list)")));
	}
}

/* A list as it is described; its entries only if somebody joined them to it. */
static void take_prefix_list(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	const struct audit_node *entries = audit_get(node, "Entries");
	(void)file;
	if (entries != NULL && entries->type == AUDIT_ARRAY)
		take_entries(model, aws_word(model, audit_get(node, "PrefixListId")), entries);
}

/* "pl-0123abcd" in the name of a file; empty: none. */
static struct st_span list_in_name(struct st_span name)
{
	for (size_t at = name.size; at-- > 0;) {
		size_t end = at + 3;
		if (name.size - at < 4 || memcmp(name.data + at, "pl-", 3) != 0)
			continue;
		while (end < name.size && isxdigit(name.data[end]))
			end++;
		if (end > at + 3)
			return (struct st_span){name.data + at, end - at};
	}
	return (struct st_span){name.data, 0};
}

/* --- the table --- */

static void ignore(struct audit_model *model, const struct audit_node *node, uint32_t file)
{
	(void)model;
	(void)node;
	(void)file;
}

static const struct {
	const char *id, *with; /* it has both; with NULL: the id alone */
	void (*take)(struct audit_model *model, const struct audit_node *node, uint32_t file);
} shapes[] = {
	{"SecurityGroupRuleId", "GroupId", aws_lone_rule},
	{"GroupId", "IsEgress", aws_lone_rule},
	{"NetworkAclId", "Entries", take_acl},
	{"RouteTableId", "Routes", take_routes},
	{"ReservationId", "Instances", take_reservation},
	{"InstanceId", "InstanceType", take_instance},
	{"InstanceId", "State", take_instance},
	{"InstanceId", "NetworkInterfaces", take_instance},
	{"PublicIp", "AllocationId", take_address},
	{"PublicIp", "Domain", take_address},
	{"NetworkInterfaceId", "Groups", take_lone_interface},
	{"NetworkInterfaceId", "PrivateIpAddress", take_lone_interface},
	{"NetworkInterfaceId", "PrivateIpAddresses", take_lone_interface},
	{"GroupId", "IpPermissions", take_group},
	{"GroupId", "IpPermissionsEgress", take_group},
	{"SubnetId", "CidrBlock", take_subnet},
	{"SubnetId", "AvailabilityZone", take_subnet},
	{"PrefixListId", "PrefixListName", take_prefix_list},
	{"InternetGatewayId", "Attachments", ignore},
	{"VpcId", "CidrBlock", ignore},
};

bool audit_shape_aws(struct audit_model *model, const struct audit_node *resource, uint32_t file)
{
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		if (!has_text(resource, shapes[i].id) || !has(resource, shapes[i].with))
			continue;
		shapes[i].take(model, resource, file);
		model->recognised++;
		return true;
	}
	return false;
}

/* A list of the aws command line whose elements were taken one by one. */
static bool is_read_list(const struct audit_node *tree)
{
	static const char *const lists[] = {"SecurityGroups", "SecurityGroupRules", "NetworkAcls", "Reservations",
		"NetworkInterfaces", "Subnets", "RouteTables", "Addresses", "PrefixLists", "InternetGateways", "Vpcs"};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const struct audit_node *list = audit_get(tree, lists[i]);
		if (list != NULL && list->type == AUDIT_ARRAY && list->count == 0)
			return true;
	}
	return false;
}

bool audit_shape_aws_whole(
	struct audit_model *model, const struct audit_node *tree, struct st_span file_name, uint32_t file)
{
	const struct audit_node *entries = audit_get(tree, "Entries");
	bool list = entries != NULL && entries->type == AUDIT_ARRAY && !has(tree, "NetworkAclId") &&
		    !has(tree, "PrefixListId");
	for (const struct audit_node *item = list ? entries->first : NULL; item != NULL; item = item->next)
		list &= has_text(item, "Cidr");
	if (!list)
		return is_read_list(tree);
	struct st_span id = list_in_name(file_name);
	if (id.size > 0)
		take_entries(model, audit_intern(model, AUDIT_LITERAL, id), entries);
	else
		audit_model_doubt(model, audit_span("prefix list"),
			"its file has no name of a prefix list (pl-...), so that its entries are nobody's",
			audit_place_of(file, tree));
	return true;
}
