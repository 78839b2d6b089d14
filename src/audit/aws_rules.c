/* A value is a literal only if it is what the API takes: no tag of another cloud gets in by a name. */
#include "audit/aws_rules.h"

#include "audit/interval.h"
#include "audit/shape.h"

#include <stdlib.h>
#include <strings.h>

static const struct audit_word *literal(struct audit_model *model, const char *text)
{
	return audit_intern(model, AUDIT_LITERAL, audit_span(text));
}

static const struct audit_word *unresolved(struct audit_model *model, const struct audit_node *node)
{
	struct st_span text = node != NULL ? node->text : audit_span("");
	return audit_intern(model, AUDIT_UNRESOLVED, text.size > 0 ? text : audit_span("(not given)"));
}

const struct audit_word *aws_address_of(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_node *address = audit_get(node, "(address)");
	return address != NULL ? audit_word_of(model, address) : NULL;
}

const struct audit_word *aws_word(struct audit_model *model, const struct audit_node *node)
{
	const struct audit_word *word = audit_given(node) ? audit_word_of(model, node) : NULL;
	return word != NULL && word->size > 0 ? word : NULL;
}

struct audit_group *aws_group(struct audit_model *model, const struct audit_word *id, enum audit_group_kind kind)
{
	struct audit_group *group = audit_model_group(model, id);
	group->kind = kind;
	return group;
}

/* --- values --- */

/* A whole number; false: it is none. */
static bool number_of(const struct audit_node *node, long *out)
{
	struct st_span text = audit_text(node);
	char copy[8], *end;
	if (text.size == 0 || text.size >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = 0;
	*out = strtol(copy, &end, 10);
	return *end == 0 && end != copy && copy[0] != '+' && copy[0] != ' ';
}

struct family {
	bool v4, v6;
};

/* Its family, as far as the source says it. */
static struct family family_of(const struct audit_word *source)
{
	struct audit_interval range;
	if (source == NULL || source->kind != AUDIT_LITERAL || !audit_parse_prefix(audit_word_span(source), &range))
		return (struct family){true, true};
	bool v4 = audit_is_v4(range.low);
	return (struct family){v4, !v4};
}

/* ICMP is a protocol of IPv4 and ICMPv6 one of IPv6; in the other family their numbers are but numbers. */
static const struct audit_word *protocol_of(
	struct audit_model *model, const struct audit_node *node, struct family family)
{
	static const struct {
		const char *name, *number, *word;
	} names[] = {{"-1", "all", "-1"}, {"tcp", "6", "tcp"}, {"udp", "17", "udp"}, {"icmp", "1", "icmp"},
		{"icmpv6", "58", "icmpv6"}, {"esp", "50", "esp"}, {"ah", "51", "ah"}};
	struct st_span text = audit_text(node);
	long number;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!audit_span_is(text, names[i].name) && !audit_span_is(text, names[i].number))
			continue;
		if (i == 3 && !family.v4)
			return literal(model, "ip-1");
		return literal(model, i == 4 && !family.v6 ? "ip-58" : names[i].word);
	}
	if (!number_of(node, &number) || number < 0 || number > 255)
		return unresolved(model, node);
	st_auto_free char *made = st_format("ip-%ld", number);
	return literal(model, made);
}

static bool has_ports(const struct audit_word *protocol)
{
	return protocol->kind == AUDIT_UNRESOLVED || audit_word_is(protocol, "tcp") || audit_word_is(protocol, "udp");
}

/* -1 is every port; of a protocol without ports they say something else. */
static const struct audit_word *ports_of(struct audit_model *model, const struct audit_word *protocol,
	const struct audit_node *from, const struct audit_node *to)
{
	long low, high;
	if (!has_ports(protocol) || (!audit_given(from) && !audit_given(to)))
		return literal(model, "*");
	if (!number_of(from, &low) || !number_of(to, &high) || low < -1 || high < low || high > 65535)
		return unresolved(model, from != NULL && from->type == AUDIT_UNKNOWN ? from : to);
	if (low <= 0 && (high == 65535 || high == -1))
		return literal(model, "*");
	if (low == -1)
		return unresolved(model, from);
	st_auto_free char *made = low == high ? st_format("%ld", low) : st_format("%ld-%ld", low, high);
	return literal(model, made);
}

/* A prefix; anything else is not resolved. */
static const struct audit_word *prefix_of(struct audit_model *model, const struct audit_node *node)
{
	struct audit_interval range;
	if (node != NULL && node->type == AUDIT_STRING && memchr(node->text.data, '/', node->text.size) != NULL &&
		audit_parse_prefix(node->text, &range))
		return audit_intern(model, AUDIT_LITERAL, node->text);
	return unresolved(model, node);
}

/* --- rules --- */

/* What a rule is made of, wherever it stands. */
struct made {
	const struct audit_word *source, *protocol, *ports;
	const struct audit_word *as_told;
	uint32_t line;
};

static void one(struct audit_model *model, struct audit_words *words, const struct audit_word *word)
{
	audit_words_add(model, words, word);
}

static struct audit_rule *add_rule(
	struct audit_model *model, struct audit_group *group, const struct made *made, const char *name, uint32_t file)
{
	struct audit_rule *rule = audit_group_rule(model, group);
	rule->name = literal(model, name);
	rule->at = (struct audit_place){file, made->line};
	rule->protocol = made->protocol;
	rule->priority = AUDIT_PRIORITY_NONE;
	audit_rule_extend(model, rule)->as_told = made->as_told;
	one(model, &rule->sources, made->source);
	one(model, &rule->ports, made->ports);
	one(model, &rule->source_ports, literal(model, "*"));
	one(model, &rule->destinations, literal(model, "*"));
	return rule;
}

static void set_address(struct audit_model *model, struct audit_rule *rule, const struct audit_node *of)
{
	const struct audit_word *address = aws_address_of(model, of);
	if (address != NULL)
		audit_rule_extend(model, rule)->address = address;
}

/* "tcp 9200 from 0.0.0.0/0": what it is, since nothing else names it in every answer. */
static char *name_of(const struct made *made)
{
	const char *protocol = audit_word_is(made->protocol, "-1") ? "all" : made->protocol->text;
	bool ports = has_ports(made->protocol);
	return st_format("%s%s%s from %s", protocol, ports ? " " : "",
		!ports                            ? ""
		: audit_word_is(made->ports, "*") ? "all"
						  : made->ports->text,
		made->as_told->text);
}

static void add_allow(struct audit_model *model, struct audit_group *group, const struct audit_node *of,
	const struct audit_word *source, uint32_t line, uint32_t file)
{
	struct made made = {.source = source, .as_told = source, .line = line};
	made.protocol = protocol_of(model, audit_get(of, "IpProtocol"), family_of(source));
	made.ports = ports_of(model, made.protocol, audit_get(of, "FromPort"), audit_get(of, "ToPort"));
	st_auto_free char *name = name_of(&made);
	struct audit_rule *rule = add_rule(model, group, &made, name, file);
	rule->access = AUDIT_ALLOW;
	set_address(model, rule, of);
}

/* The source in one of the four ways a rule has them; NULL: it is not given. Groups are addresses inside; a prefix list
 * is not resolved until its entries are known. */
static const struct audit_word *source_of(struct audit_model *model, const char *key, const struct audit_node *node)
{
	bool text = node->type == AUDIT_STRING && node->text.size > 0;
	if (strncasecmp(key, "Cidr", 4) == 0)
		return prefix_of(model, node);
	if (text && strncasecmp(key, "Group", 5) == 0)
		return audit_intern(model, AUDIT_MEMBERS, node->text);
	return unresolved(model, node);
}

static const struct {
	const char *list, *key;
} ways[] = {
	{"IpRanges", "CidrIp"},
	{"Ipv6Ranges", "CidrIpv6"},
	{"PrefixListIds", "PrefixListId"},
	{"UserIdGroupPairs", "GroupId"},
};

static const struct audit_word *source_in(
	struct audit_model *model, size_t way, const struct audit_node *item, uint32_t *line)
{
	const struct audit_node *node = item->type == AUDIT_OBJECT ? audit_get(item, ways[way].key) : item;
	if (node == NULL && way == 3)
		node = audit_get(item, "GroupName");
	*line = node != NULL ? node->line : item->line;
	return node != NULL ? source_of(model, ways[way].key, node) : unresolved(model, NULL);
}

static void add_permission(
	struct audit_model *model, struct audit_group *group, const struct audit_node *of, uint32_t file)
{
	for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
		const struct audit_node *list = audit_get(of, ways[way].list);
		if (!audit_given(list))
			continue;
		if (list->type != AUDIT_ARRAY) {
			add_allow(model, group, of, unresolved(model, list), list->line, file);
			continue;
		}
		for (const struct audit_node *item = list->first; item != NULL; item = item->next) {
			uint32_t line;
			const struct audit_word *source = source_in(model, way, item, &line);
			add_allow(model, group, of, source, line, file);
		}
	}
}

void aws_permissions(struct audit_model *model, struct audit_group *group, const struct audit_node *list, uint32_t file)
{
	if (!audit_given(list))
		return;
	if (list->type != AUDIT_ARRAY) {
		add_allow(model, group, list, unresolved(model, list), list->line, file);
		return;
	}
	for (const struct audit_node *item = list->first; item != NULL; item = item->next)
		if (item->type == AUDIT_OBJECT)
			add_permission(model, group, item, file);
		else
			add_allow(model, group, item, unresolved(model, item), item->line, file);
}

void aws_lone_rule(struct audit_model *model, const struct audit_node *rule, uint32_t file)
{
	static const char *const keys[] = {"CidrIpv4", "CidrIpv6", "PrefixListId"};
	const struct audit_node *egress = audit_get(rule, "IsEgress"), *id = audit_get(rule, "GroupId");
	const struct audit_node *other = audit_get(rule, "ReferencedGroupInfo");
	const struct audit_word *word = aws_word(model, id);
	if (egress != NULL && egress->type == AUDIT_TRUE)
		return;
	if (word == NULL || word->kind != AUDIT_LITERAL) {
		audit_model_doubt(model, audit_span("security group rule"), "its group cannot be resolved",
			audit_place_of(file, rule));
		return;
	}
	struct audit_group *group = aws_group(model, word, AUDIT_GROUP_SECURITY);
	if (!group->declared && group->rule_count == 0)
		group->at = audit_place_of(file, rule);
	size_t first = group->rule_count;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct audit_node *node = audit_get(rule, keys[i]);
		if (audit_given(node))
			add_allow(model, group, rule, source_of(model, keys[i], node), node->line, file);
	}
	const struct audit_node *member = audit_get(other, "GroupId");
	if (audit_given(member))
		add_allow(model, group, rule, source_of(model, "GroupId", member), member->line, file);
	if (group->rule_count == first)
		add_allow(model, group, rule, unresolved(model, NULL), rule->line, file);
	for (size_t i = first; i < group->rule_count && egress != NULL && egress->type != AUDIT_FALSE; i++)
		group->rules[i].conditional = true;
}

void aws_missing_group(struct audit_model *model, struct audit_group *joined, const struct audit_word *id)
{
	st_auto_free char *text = st_format("(rules of %s, which is not in the input)", id->text);
	const struct audit_word *word = audit_intern(model, AUDIT_UNRESOLVED, audit_span(text));
	struct made made = {word, literal(model, "-1"), literal(model, "*"), word, joined->at.line};
	st_auto_free char *name = st_format("whatever %s allows", id->text);
	add_rule(model, joined, &made, name, joined->at.file)->access = AUDIT_ALLOW;
}

/* --- network ACLs --- */

static enum audit_access access_of(const struct audit_node *node)
{
	if (audit_is_text(node, "allow"))
		return AUDIT_ALLOW;
	return audit_is_text(node, "deny") ? AUDIT_DENY : AUDIT_ACCESS_UNKNOWN;
}

/* Types of ICMP are not told apart: whether one of them decides about another cannot be told. */
static bool some_types(const struct audit_node *entry, const struct audit_word *protocol)
{
	const struct audit_node *types = audit_get(entry, "IcmpTypeCode");
	long type;
	if (!audit_word_is(protocol, "icmp") && !audit_word_is(protocol, "icmpv6"))
		return false;
	return audit_given(types) && !(number_of(audit_get(types, "Type"), &type) && type == -1);
}

void aws_entry(struct audit_model *model, struct audit_group *ingress, struct audit_group *egress,
	const struct audit_node *entry, uint32_t file)
{
	const struct audit_node *out = audit_get(entry, "Egress"), *range = audit_get(entry, "PortRange");
	const struct audit_node *v4 = audit_get(entry, "CidrBlock"), *v6 = audit_get(entry, "Ipv6CidrBlock");
	const struct audit_node *from = audit_given(v4) ? v4 : v6;
	long number;
	bool numbered = number_of(audit_get(entry, "RuleNumber"), &number) && number >= 0;
	if (numbered && number > 32766 && access_of(audit_get(entry, "RuleAction")) == AUDIT_DENY)
		return;
	bool inwards = out != NULL && out->type == AUDIT_FALSE, outwards = out != NULL && out->type == AUDIT_TRUE;
	for (int side = 0; side < 2; side++) {
		if (side == 0 ? outwards : inwards)
			continue;
		struct made made = {.source = prefix_of(model, from), .line = entry->line};
		made.as_told = made.source;
		made.protocol = protocol_of(model, audit_get(entry, "Protocol"), family_of(made.source));
		made.ports = ports_of(model, made.protocol, audit_get(range, "From"), audit_get(range, "To"));
		if (range != NULL && range->type == AUDIT_UNKNOWN)
			made.ports = unresolved(model, range);
		st_auto_free char *name = numbered ? st_format("%s %ld", side == 0 ? "ingress" : "egress", number)
						   : st_format("%s ?", side == 0 ? "ingress" : "egress");
		struct audit_rule *rule = add_rule(model, side == 0 ? ingress : egress, &made, name, file);
		rule->access = access_of(audit_get(entry, "RuleAction"));
		rule->priority = numbered ? (int32_t)number : AUDIT_PRIORITY_UNKNOWN;
		rule->conditional = inwards == outwards || some_types(entry, made.protocol);
		set_address(model, rule, entry);
		if (side == 1) { /* the ports of an answer are those it came from */
			struct audit_words ports = rule->ports;
			rule->ports = rule->source_ports;
			rule->source_ports = ports;
		}
	}
}

/* --- routes --- */

int32_t aws_route_priority(struct st_span prefix)
{
	struct audit_interval range;
	int32_t bits = 0;
	if (!audit_parse_prefix(prefix, &range))
		return AUDIT_PRIORITY_UNKNOWN;
	for (audit_address size = range.high - range.low; size != 0; size >>= 1)
		bits++;
	return bits;
}

/* Where it leads: the first of the keys that is given. */
static const struct audit_node *target_of(const struct audit_node *route)
{
	static const char *const keys[] = {"GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId",
		"TransitGatewayId", "NetworkInterfaceId", "InstanceId", "VpcPeeringConnectionId", "VpcEndpointId",
		"LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "OdbNetworkArn"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct audit_node *found = audit_get(route, keys[i]);
		if (audit_given(found) && (found->type == AUDIT_UNKNOWN || found->text.size > 0))
			return found;
	}
	return NULL;
}

static bool begins(struct st_span text, const char *front)
{
	return text.size >= strlen(front) && strncasecmp((const char *)text.data, front, strlen(front)) == 0;
}

/* What a machine, an appliance or another network makes of an answer cannot be told. */
static enum audit_access leads_out(const struct audit_node *route, const struct audit_node *target)
{
	struct st_span text = audit_text(target);
	if (audit_is_text(audit_get(route, "State"), "blackhole"))
		return AUDIT_DENY;
	if (begins(text, "igw-"))
		return AUDIT_ALLOW;
	if (audit_span_is(target != NULL ? target->key : text, "NatGatewayId") ||
		audit_span_is(target != NULL ? target->key : text, "EgressOnlyInternetGatewayId"))
		return AUDIT_DENY;
	return begins(text, "local") || begins(text, "nat-") || begins(text, "eigw-") ? AUDIT_DENY
										      : AUDIT_ACCESS_UNKNOWN;
}

void aws_route(struct audit_model *model, struct audit_group *group, const struct audit_node *route, uint32_t file)
{
	const struct audit_node *v4 = audit_get(route, "DestinationCidrBlock"),
				*v6 = audit_get(route, "DestinationIpv6CidrBlock"),
				*list = audit_get(route, "DestinationPrefixListId");
	const struct audit_node *to = audit_given(v4) ? v4 : audit_given(v6) ? v6 : list;
	const struct audit_node *target = target_of(route);
	if (to != NULL && to == list && begins(audit_text(target), "vpce-")) /* to a service of the cloud itself */
		return;
	struct made made = {.protocol = literal(model, "-1"), .ports = literal(model, "*"), .line = route->line};
	made.source = to == list ? unresolved(model, to) : prefix_of(model, to);
	made.as_told = made.source;
	struct st_span name = target != NULL ? target->text : audit_span("?");
	st_auto_free char *text =
		st_format("route %s to %.*s", made.source->text, (int)name.size, (const char *)name.data);
	struct audit_rule *rule = add_rule(model, group, &made, text, file);
	rule->access = leads_out(route, target);
	rule->priority = aws_route_priority(audit_word_span(made.source));
	set_address(model, rule, route);
}
