/*
 * The edit of a rule as a command of az, as a JSON patch (RFC 6902) of the file it stands in, and as a hint for
 * Terraform. What goes into a command is quoted by being plain: a name with any other character has no command.
 */
#include "base/json_write.h"
#include "base/print.h"
#include "cli/audit.h"

#include <strings.h>

/* Characters that Azure has in names and that no shell reads as more than themselves. */
static bool is_plain(struct st_span text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/";
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == 0 || strchr(plain, text.data[i]) == NULL)
			return false;
	return text.size > 0 && text.data[0] != '-';
}

/* The next component behind one of this name; false: it is another. */
static bool component(struct st_span *id, const char *name, struct st_span *value)
{
	size_t size = strlen(name);
	if (id->size < size + 3 || id->data[0] != '/' || strncasecmp((const char *)id->data + 1, name, size) != 0 ||
		id->data[size + 1] != '/')
		return false;
	struct st_span rest = {id->data + size + 2, id->size - size - 2};
	const uint8_t *slash = memchr(rest.data, '/', rest.size);
	value->data = rest.data;
	value->size = slash != NULL ? (size_t)(slash - rest.data) : rest.size;
	*id = (struct st_span){rest.data + value->size, rest.size - value->size};
	return is_plain(*value);
}

static void add(struct st_buf *out, const char *option, struct st_span value)
{
	st_buf_format(out, " %s %.*s", option, (int)value.size, (const char *)value.data);
}

/* "az network nsg rule update ..." for a group that is deployed. False: it is not, or has no plain name. */
static bool az_command(const struct audit_rule_at *rule, struct st_buf *out)
{
	struct st_span id = rule->group_id, subscription, place, provider, group;
	if (!component(&id, "subscriptions", &subscription) || !component(&id, "resourceGroups", &place) ||
		!component(&id, "providers", &provider) || !component(&id, "networkSecurityGroups", &group) ||
		id.size != 0 || !is_plain(rule->rule))
		return false;
	st_buf_format(out, "az network nsg rule update");
	add(out, "--subscription", subscription);
	add(out, "--resource-group", place);
	add(out, "--nsg-name", group);
	add(out, "--name", rule->rule);
	st_buf_format(out, " --source-address-prefixes");
	for (size_t at = 0; at < rule->set.size;) {
		const uint8_t *comma = memchr(rule->set.data + at, ',', rule->set.size - at);
		size_t size = comma != NULL ? (size_t)(comma - rule->set.data) - at : rule->set.size - at;
		if (!is_plain((struct st_span){rule->set.data + at, size}))
			return false;
		st_buf_format(out, " %.*s", (int)size, (const char *)rule->set.data + at);
		at += size + 1;
	}
	return rule->set.size > 0;
}

static bool is_several(const struct audit_rule_at *rule)
{
	return rule->set.size > 0 && memchr(rule->set.data, ',', rule->set.size) != NULL;
}

/* One source as a text, several as a list. */
static void sources(struct st_json_writer *w, const struct audit_rule_at *rule)
{
	if (!is_several(rule)) {
		st_json_string(w, rule->set.data, rule->set.size);
		return;
	}
	st_json_array(w);
	for (size_t at = 0; at < rule->set.size;) {
		const uint8_t *comma = memchr(rule->set.data + at, ',', rule->set.size - at);
		size_t size = comma != NULL ? (size_t)(comma - rule->set.data) - at : rule->set.size - at;
		st_json_string(w, rule->set.data + at, size);
		at += size + 1;
	}
	st_json_array_end(w);
}

/* op: add, remove, or "null": an addition of null, as the API has a singular beside its plural. */
static void operation(struct st_json_writer *w, const char *op, const struct audit_rule_at *rule, const char *field)
{
	st_auto_buf struct st_buf path = {0};
	st_buf_add(&path, rule->pointer.data, rule->pointer.size);
	st_buf_format(&path, "/%s", field);
	st_json_object(w);
	st_json_key_text(w, "op", strcmp(op, "null") == 0 ? "add" : op);
	st_json_key(w, "path");
	st_json_string(w, path.data, path.size);
	if (strcmp(op, "add") == 0) {
		st_json_key(w, "value");
		sources(w, rule);
	} else if (strcmp(op, "null") == 0) {
		st_json_key_null(w, "value");
	}
	st_json_object_end(w);
}

/* `add` replaces a member that is there (RFC 6902 4.1); the other form of the same field goes. */
static void patch(struct st_json_writer *w, const struct audit_run *run, const struct audit_rule_at *rule)
{
	st_json_key(w, "patch");
	if (!rule->has_pointer) {
		st_json_null(w);
		return;
	}
	bool several = is_several(rule);
	st_json_object(w);
	st_json_key_text(w, "file", run->files[rule->file].path);
	st_json_key(w, "operations");
	st_json_array(w);
	operation(w, "add", rule, several ? "sourceAddressPrefixes" : "sourceAddressPrefix");
	if (several)
		operation(w, "null", rule, "sourceAddressPrefix");
	if (!several && rule->many)
		operation(w, "remove", rule, "sourceAddressPrefixes");
	st_json_array_end(w);
	st_json_object_end(w);
}

static bool terraform(const struct audit_rule_at *rule, struct st_buf *out)
{
	static const char lone[] = "azurerm_network_security_rule.";
	if (rule->address.size == 0)
		return false;
	bool by_itself = memmem(rule->address.data, rule->address.size, lone, sizeof lone - 1) != NULL;
	st_escape_text(out, rule->address.data, rule->address.size);
	if (!by_itself) {
		st_buf_format(out, ", security_rule ");
		st_escape_text(out, rule->rule.data, rule->rule.size);
	}
	st_buf_format(out, is_several(rule) ? ": source_address_prefixes = [" : ": source_address_prefix = ");
	for (size_t at = 0, end; at < rule->set.size; at = end + 1) {
		const uint8_t *comma = memchr(rule->set.data + at, ',', rule->set.size - at);
		end = comma != NULL ? (size_t)(comma - rule->set.data) : rule->set.size;
		st_buf_format(out, at > 0 ? ", \"" : "\"");
		st_escape_text(out, rule->set.data + at, end - at);
		st_buf_format(out, "\"");
	}
	if (is_several(rule))
		st_buf_format(out, "]");
	return true;
}

/* The text, unless it was left unfinished. */
static struct st_span told(bool whole, const struct st_buf *text)
{
	return (struct st_span){text->data, whole ? text->size : 0};
}

void audit_fix_json(struct st_json_writer *w, const struct audit_run *run, const struct audit_rule_at *rule)
{
	st_auto_buf struct st_buf az = {0}, plan = {0};
	if (rule->cloud != AUDIT_CLOUD_AZURE) {
		audit_fix_aws_json(w, rule);
		return;
	}
	st_json_key(w, "set");
	st_json_object(w);
	st_json_key(w, is_several(rule) ? "sourceAddressPrefixes" : "sourceAddressPrefix");
	sources(w, rule);
	st_json_object_end(w);
	bool has_az = az_command(rule, &az), has_plan = terraform(rule, &plan);
	st_json_key_string_or_null(w, "az", told(has_az, &az));
	patch(w, run, rule);
	st_json_key_text(w, "patch_reason",
		rule->computed ? "the template makes the rule or its source by an expression or a loop" : NULL);
	st_json_key_string_or_null(w, "terraform", told(has_plan, &plan));
}

void audit_fix_hint(const struct audit_rule_at *rule, struct st_buf *out)
{
	st_auto_buf struct st_buf az = {0}, plan = {0};
	if (rule->cloud != AUDIT_CLOUD_AZURE) {
		audit_fix_aws_hint(rule, out);
		return;
	}
	if (terraform(rule, &plan))
		st_buf_format(out, "         plan     %.*s\n", (int)plan.size, (const char *)plan.data);
	else if (az_command(rule, &az))
		st_buf_format(out, "         run      %.*s\n", (int)az.size, (const char *)az.data);
	else if (rule->computed)
		st_buf_format(out, "                  no patch: the template makes it by an expression or a loop\n");
}
