/*
 * The edit of a rule of AWS as commands of the aws command line and as a hint for Terraform. A security group loses the
 * permission, or gets it for the flows to keep first; an entry of a network ACL denies from then on. What goes into a
 * command is plain, or there is none. There is no patch: a file that the command line printed is nothing to apply.
 */
#include "base/json_write.h"
#include "base/print.h"
#include "cli/audit.h"

/* Characters of ids, prefixes, protocols and ports, which neither a shell nor the command's own short form reads as
 * more than themselves. */
static bool is_plain(struct st_span text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:/";
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == 0 || strchr(plain, text.data[i]) == NULL)
			return false;
	return text.size > 0 && text.data[0] != '-';
}

static bool is(struct st_span text, const char *word)
{
	return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static bool begins(struct st_span text, const char *front)
{
	return text.size > strlen(front) && memcmp(text.data, front, strlen(front)) == 0;
}

static struct st_span behind(struct st_span text, size_t size)
{
	return (struct st_span){text.data + size, text.size - size};
}

/* "9200" or "20-30" or "*", as the two that the API has. False: not told. */
static bool ports_of(struct st_span text, struct st_span *low, struct st_span *high)
{
	const uint8_t *dash = text.size > 0 ? memchr(text.data, '-', text.size) : NULL;
	if (is(text, "*")) {
		*low = (struct st_span){(const uint8_t *)"0", 1};
		*high = (struct st_span){(const uint8_t *)"65535", 5};
		return true;
	}
	*low = *high = text;
	if (dash != NULL) {
		low->size = (size_t)(dash - text.data);
		*high = behind(text, low->size + 1);
	}
	return is_plain(*low) && is_plain(*high);
}

static bool has_ports(const struct audit_rule_at *rule)
{
	return is(rule->protocol, "tcp") || is(rule->protocol, "udp");
}

/* A protocol as the API takes it; empty: none that is known. */
static struct st_span protocol_of(const struct audit_rule_at *rule)
{
	if (begins(rule->protocol, "ip-"))
		return behind(rule->protocol, 3);
	return rule->protocol;
}

static bool is_all(const struct audit_rule_at *rule)
{
	return is(rule->protocol, "-1");
}

static bool is_icmp(const struct audit_rule_at *rule)
{
	return begins(rule->protocol, "icmp");
}

static void add(struct st_buf *out, struct st_span text)
{
	st_buf_add(out, text.data, text.size);
}

/* The next prefix of a list with commas. False: that was the last. */
static bool next_of(struct st_span *rest, struct st_span *prefix)
{
	if (rest->size == 0)
		return false;
	const uint8_t *comma = memchr(rest->data, ',', rest->size);
	prefix->data = rest->data;
	prefix->size = comma != NULL ? (size_t)(comma - rest->data) : rest->size;
	*rest = behind(*rest, prefix->size + (comma != NULL));
	return true;
}

static bool is_v6(struct st_span prefix)
{
	return memchr(prefix.data, ':', prefix.size) != NULL;
}

/* "IpRanges=[{CidrIp=0.0.0.0/0}]" of one source. */
static bool add_source(struct st_buf *out, struct st_span source)
{
	if (!is_plain(source))
		return false;
	if (begins(source, "pl-"))
		st_buf_format(out, ",PrefixListIds=[{PrefixListId=");
	else
		st_buf_format(out, is_v6(source) ? ",Ipv6Ranges=[{CidrIpv6=" : ",IpRanges=[{CidrIp=");
	add(out, source);
	st_buf_format(out, "}]");
	return true;
}

/* --ip-permissions in the short form: a permission for each source. */
static bool permissions(const struct audit_rule_at *rule, struct st_span sources, struct st_buf *out)
{
	struct st_span low, high, protocol = protocol_of(rule), source;
	if (!is_all(rule) && !is_plain(protocol))
		return false;
	if (has_ports(rule) && !ports_of(rule->ports, &low, &high))
		return false;
	while (next_of(&sources, &source)) {
		st_buf_format(out, " 'IpProtocol=");
		add(out, protocol);
		if (has_ports(rule)) {
			st_buf_format(out, ",FromPort=");
			add(out, low);
			st_buf_format(out, ",ToPort=");
			add(out, high);
		}
		if (is_icmp(rule))
			st_buf_format(out, ",FromPort=-1,ToPort=-1");
		if (!add_source(out, source))
			return false;
		st_buf_format(out, "'");
	}
	return true;
}

/* What is to be kept is let in first, so that nothing of it is interrupted. */
static bool group_command(const struct audit_rule_at *rule, struct st_buf *out)
{
	if (!is_plain(rule->group_id) || !begins(rule->group_id, "sg-") || is_icmp(rule))
		return false;
	if (rule->set.size > 0) {
		st_buf_format(out, "aws ec2 authorize-security-group-ingress --group-id ");
		add(out, rule->group_id);
		st_buf_format(out, " --ip-permissions");
		if (!permissions(rule, rule->set, out))
			return false;
		st_buf_format(out, " && ");
	}
	st_buf_format(out, "aws ec2 revoke-security-group-ingress --group-id ");
	add(out, rule->group_id);
	st_buf_format(out, " --ip-permissions");
	return rule->source.size > 0 && permissions(rule, rule->source, out);
}

/* The same entry, which denies; or with the one prefix that is to be kept. */
static bool acl_command(const struct audit_rule_at *rule, struct st_buf *out)
{
	struct st_span low, high, source = rule->set.size > 0 ? rule->set : rule->source, protocol = protocol_of(rule);
	bool egress = begins(rule->rule, "egress");
	if (!begins(rule->group_id, "acl-") || !is_plain(rule->group_id) || !is_plain(source) || rule->priority < 0 ||
		is_icmp(rule) || egress || !(is_all(rule) || is_plain(protocol)))
		return false;
	st_buf_format(out, "aws ec2 replace-network-acl-entry --network-acl-id ");
	add(out, rule->group_id);
	st_buf_format(out, " --ingress --rule-number %d --protocol ", (int)rule->priority);
	if (has_ports(rule))
		st_buf_format(out, is(protocol, "tcp") ? "6" : "17");
	else
		add(out, protocol);
	if (has_ports(rule)) {
		if (!ports_of(rule->ports, &low, &high))
			return false;
		st_buf_format(out, " --port-range From=");
		add(out, low);
		st_buf_format(out, ",To=");
		add(out, high);
	}
	st_buf_format(out, is_v6(source) ? " --ipv6-cidr-block " : " --cidr-block ");
	add(out, source);
	st_buf_format(out, rule->set.size > 0 ? " --rule-action allow" : " --rule-action deny");
	return true;
}

static bool command(const struct audit_rule_at *rule, struct st_buf *out)
{
	bool good = rule->cloud == AUDIT_CLOUD_AWS_GROUP ? group_command(rule, out)
							 : rule->cloud == AUDIT_CLOUD_AWS_ACL && acl_command(rule, out);
	if (!good)
		out->size = 0;
	return good;
}

/* "aws_security_group.es, tcp 9200 from 0.0.0.0/0: taken out". */
static bool terraform(const struct audit_rule_at *rule, struct st_buf *out)
{
	struct st_span rest = rule->set, source;
	if (rule->address.size == 0)
		return false;
	st_escape_text(out, rule->address.data, rule->address.size);
	st_buf_format(out, ", ");
	st_escape_text(out, rule->rule.data, rule->rule.size);
	if (rule->set.size == 0) {
		st_buf_format(out, rule->cloud == AUDIT_CLOUD_AWS_ACL ? ": action = \"deny\"" : ": taken out");
		return true;
	}
	st_buf_format(out, ": cidr_blocks = [");
	for (bool first = true; next_of(&rest, &source); first = false) {
		st_buf_format(out, first ? "\"" : ", \"");
		st_escape_text(out, source.data, source.size);
		st_buf_format(out, "\"");
	}
	st_buf_format(out, "]");
	return true;
}

/* The text, unless it was left unfinished. */
static struct st_span told(bool whole, const struct st_buf *text)
{
	return (struct st_span){text->data, whole ? text->size : 0};
}

void audit_fix_aws_json(struct st_json_writer *w, const struct audit_rule_at *rule)
{
	st_auto_buf struct st_buf aws = {0}, plan = {0};
	struct st_span rest = rule->set, source;
	st_json_key(w, "set");
	st_json_object(w);
	if (rule->set.size == 0 && rule->cloud == AUDIT_CLOUD_AWS_ACL)
		st_json_key_text(w, "action", "deny");
	st_json_key(w, "sources");
	st_json_array(w);
	while (next_of(&rest, &source))
		st_json_string(w, source.data, source.size);
	st_json_array_end(w);
	st_json_object_end(w);
	bool has_aws = command(rule, &aws), has_plan = terraform(rule, &plan);
	st_json_key_string_or_null(w, "aws", told(has_aws, &aws));
	st_json_key_null(w, "patch");
	st_json_key_string_or_null(w, "terraform", told(has_plan, &plan));
}

void audit_fix_aws_hint(const struct audit_rule_at *rule, struct st_buf *out)
{
	st_auto_buf struct st_buf aws = {0}, plan = {0};
	if (terraform(rule, &plan))
		st_buf_format(out, "         plan     %.*s\n", (int)plan.size, (const char *)plan.data);
	else if (command(rule, &aws))
		st_buf_format(out, "         run      %.*s\n", (int)aws.size, (const char *)aws.data);
}
