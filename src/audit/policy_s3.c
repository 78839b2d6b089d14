/* From a statement to what it says of somebody on the internet without credentials, and back from text. */
#include "audit/shape_s3.h"

#include "audit/shape.h"

#include <ctype.h>
#include <strings.h>

static const struct audit_node *first_of(const struct audit_node *node)
{
	return node != NULL && node->type == AUDIT_ARRAY ? node->first : node;
}

static const struct audit_node *next_of(const struct audit_node *list, const struct audit_node *item)
{
	return list->type == AUDIT_ARRAY ? item->next : NULL;
}

/* '*' and '?' as IAM has them, case ignored. */
static bool matches(struct st_span pattern, const char *text)
{
	size_t at = 0, star = SIZE_MAX, resume = 0, size = strlen(text), p = 0;
	while (at < size) {
		if (p < pattern.size && (pattern.data[p] == '?' || tolower(pattern.data[p]) == tolower(text[at]))) {
			p++;
			at++;
		} else if (p < pattern.size && pattern.data[p] == '*') {
			star = p++;
			resume = at;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			at = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.size && pattern.data[p] == '*')
		p++;
	return p == pattern.size;
}

/* --- who --- */

enum whom { NOBODY, EVERYBODY, UNCLEAR };

static enum whom principal_of(const struct audit_node *statement)
{
	const struct audit_node *principal = audit_get(statement, "Principal");
	if (audit_get(statement, "NotPrincipal") != NULL)
		return EVERYBODY; /* who has no credentials is none of those it names */
	if (audit_is_text(principal, "*"))
		return EVERYBODY;
	if (principal == NULL || principal->type != AUDIT_OBJECT)
		return UNCLEAR;
	const struct audit_node *aws = audit_get(principal, "AWS");
	for (const struct audit_node *item = first_of(aws); item != NULL; item = next_of(aws, item))
		if (audit_is_text(item, "*"))
			return EVERYBODY;
	return NOBODY;
}

/* --- what --- */

static bool any_matches(const struct audit_node *list, const char *text)
{
	for (const struct audit_node *item = first_of(list); item != NULL; item = next_of(list, item))
		if (item->type == AUDIT_STRING && matches(item->text, text))
			return true;
	return false;
}

static bool has_action(const struct audit_node *statement, const char *name)
{
	const struct audit_node *actions = audit_get(statement, "Action"), *not = audit_get(statement, "NotAction");
	return not != NULL ? !any_matches(not, name) : any_matches(actions, name);
}

/* Is it about objects, or about the bucket itself? Of a deny: about all objects? */
static bool has_resource(const struct audit_node *statement, bool objects, bool all)
{
	const struct audit_node *resources = audit_get(statement, "Resource");
	if (audit_get(statement, "NotResource") != NULL)
		return !all;
	for (const struct audit_node *item = first_of(resources); item != NULL; item = next_of(resources, item)) {
		struct st_span text = audit_text(item);
		const uint8_t *slash = text.size > 0 ? memchr(text.data, '/', text.size) : NULL;
		bool star = text.size > 0 && text.data[text.size - 1] == '*';
		bool whole = slash == NULL ? star : star && slash + 2 == text.data + text.size;
		if (objects ? (all ? whole : slash != NULL || star) : slash == NULL)
			return true;
	}
	return false;
}

static unsigned rights_of(const struct audit_node *statement, bool deny)
{
	unsigned rights = 0;
	if (has_action(statement, "s3:GetObject") && has_resource(statement, true, deny))
		rights |= AUDIT_RIGHT_READ;
	if (has_action(statement, "s3:ListBucket") && has_resource(statement, false, deny))
		rights |= AUDIT_RIGHT_LIST;
	return rights;
}

/* --- on which condition --- */

struct condition {
	struct audit_set sources;
	bool never, unsure, fixed, tls, no_tls;
};

static bool starts(struct st_span text, const char *with)
{
	size_t size = strlen(with);
	return text.size >= size && strncasecmp((const char *)text.data, with, size) == 0;
}

static bool ends(struct st_span text, const char *with)
{
	size_t size = strlen(with);
	return text.size >= size && strncasecmp((const char *)text.data + text.size - size, with, size) == 0;
}

/* Keys that a request without credentials from the internet does not have. */
static bool is_missing(struct st_span key)
{
	static const char *const missing[] = {"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn",
		"aws:PrincipalAccount", "aws:PrincipalTag/", "aws:PrincipalServiceName", "aws:SourceArn",
		"aws:SourceVpc", "aws:SourceVpce", "aws:SourceOwner", "aws:SourceAccount", "aws:SourceOrgID",
		"aws:userid", "aws:username", "aws:VpcSourceIp", "s3:DataAccessPointArn", "s3:DataAccessPointAccount",
		"s3:AccessPointNetworkOrigin"};
	for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
		if (ends((struct st_span){(const uint8_t *)missing[i], strlen(missing[i])}, "/")
				? starts(key, missing[i])
				: audit_span_is(key, missing[i]))
			return true;
	return false;
}

/* What somebody can write into his request as he likes. */
static bool is_free(struct st_span key)
{
	static const char *const free_keys[] = {"aws:Referer", "aws:UserAgent", "s3:prefix", "s3:delimiter",
		"s3:max-keys", "s3:signatureversion", "s3:authType"};
	for (size_t i = 0; i < sizeof free_keys / sizeof free_keys[0]; i++)
		if (audit_span_is(key, free_keys[i]))
			return true;
	return false;
}

static void take_addresses(struct condition *condition, const struct audit_node *values, bool outside)
{
	struct audit_set named = {0}, all = {0}, here = {0}, both = {0};
	for (const struct audit_node *item = first_of(values); item != NULL; item = next_of(values, item)) {
		struct audit_interval range;
		if (audit_parse_prefix(audit_text(item), &range))
			audit_set_add(&named, range.low, range.high);
		else
			condition->unsure = true;
	}
	audit_set_settle(&named);
	audit_everybody(&all);
	if (outside)
		audit_set_subtract(&here, &all, &named);
	else
		audit_set_copy(&here, &named);
	audit_set_intersect(&both, &condition->sources, &here);
	audit_set_copy(&condition->sources, &both);
	condition->fixed |= !outside;
	audit_set_free(&named);
	audit_set_free(&all);
	audit_set_free(&here);
	audit_set_free(&both);
}

static bool only_stars(const struct audit_node *values)
{
	for (const struct audit_node *item = first_of(values); item != NULL; item = next_of(values, item))
		if (audit_is_text(item, "*"))
			return true;
	return false;
}

static void take_key(struct condition *condition, struct st_span operator, const struct audit_node * values)
{
	struct st_span key = values->key;
	bool if_exists = ends(operator, "IfExists"),
	     negated = starts(operator, "StringNot") || starts(operator, "ArnNot");
	bool text = negated || starts(operator, "String") || starts(operator, "Arn");
	if (audit_span_is(key, "aws:SourceIp") && (starts(operator, "IpAddress") || starts(operator, "NotIpAddress")))
		take_addresses(condition, values, starts(operator, "NotIpAddress"));
	else if (audit_span_is(key, "aws:SecureTransport") && starts(operator, "Bool")) {
		bool on = audit_is_text(first_of(values), "true") ||
			  (first_of(values) != NULL && first_of(values)->type == AUDIT_TRUE);
		condition->tls |= on;
		condition->no_tls |= !on;
	} else if (is_missing(key) && text)
		condition->never |= !negated && !if_exists && !(starts(operator, "StringLike") && only_stars(values));
	else if (is_missing(key) && starts(operator, "Bool"))
		condition->never |= !if_exists;
	else if (!is_free(key) || !text)
		condition->unsure = true;
}

static void take_condition(struct condition *out, const struct audit_node *node)
{
	audit_everybody(&out->sources);
	if (!audit_given(node))
		return;
	if (node->type != AUDIT_OBJECT)
		out->unsure = true;
	for (const struct audit_node *op = node->first; op != NULL && node->type == AUDIT_OBJECT; op = op->next)
		for (const struct audit_node *key = op->type == AUDIT_OBJECT ? op->first : NULL; key != NULL;
			key = key->next)
			take_key(out, op->key, key);
}

/* --- as text --- */

struct text_list {
	struct st_buf *out;
	bool any;
};

static void add_prefix(void *context, const char *prefix)
{
	struct text_list *list = context;
	st_buf_format(list->out, "%s%s", list->any ? "," : " from ", prefix);
	list->any = true;
}

static void take_statement(
	struct audit_model *model, const struct audit_node *statement, uint32_t file, struct audit_settings *out)
{
	bool deny = audit_is_text(audit_get(statement, "Effect"), "Deny");
	bool allow = audit_is_text(audit_get(statement, "Effect"), "Allow");
	enum whom whom = principal_of(statement);
	struct condition condition = {0};
	st_auto_buf struct st_buf text = {0};
	take_condition(&condition, audit_get(statement, "Condition"));
	unsigned rights = rights_of(statement, deny);
	bool unsure = condition.unsure || whom == UNCLEAR || (!deny && !allow);
	struct text_list list = {&text, false};
	if (deny && condition.no_tls && !unsure && whom == EVERYBODY) {
		st_buf_format(&text, "Deny all without TLS");
	} else if (rights != 0 && whom != NOBODY && !condition.never) {
		st_buf_format(&text, "%s %s%s%s to everybody", deny ? "Deny" : "Allow",
			rights & AUDIT_RIGHT_LIST ? "list" : "", rights == 3 ? "," : "",
			rights & AUDIT_RIGHT_READ ? "read" : "");
		struct audit_set internet = {0}, here = {0};
		audit_internet(&internet, 0);
		audit_set_intersect(&here, &internet, &condition.sources);
		if (!audit_set_equal(&here, &internet) || condition.fixed)
			audit_set_prefixes(&here, true, add_prefix, &list);
		if ((!audit_set_equal(&here, &internet) || condition.fixed) && !list.any)
			st_buf_format(&text, " from nowhere");
		st_buf_format(&text, "%s", unsure ? " if it applies" : "");
		audit_set_free(&internet);
		audit_set_free(&here);
	}
	if (text.size > 0)
		audit_settings_add(out, audit_intern(model, AUDIT_LITERAL, audit_span("policy.Statement")),
			audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size}),
			audit_place_of(file, statement));
	audit_set_free(&condition.sources);
}

void audit_policy_s3(
	struct audit_model *model, const struct audit_node *policy, uint32_t file, struct audit_settings *out)
{
	const struct audit_node *list = audit_get(policy, "Statement");
	for (const struct audit_node *item = first_of(list); item != NULL; item = next_of(list, item))
		take_statement(model, item, file, out);
}

static bool has(struct st_span text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

bool audit_statement_of(const struct audit_setting *setting, struct audit_statement *out)
{
	struct st_span text = audit_word_span(setting->value);
	*out = (struct audit_statement){.deny = starts(text, "Deny"), .unsure = ends(text, " if it applies")};
	if (strcmp(setting->key->text, "policy.Statement") != 0)
		return false;
	if (audit_span_is(text, "Deny all without TLS")) {
		out->tls_only = true;
		return true;
	}
	out->rights = (has(text, "list") ? AUDIT_RIGHT_LIST : 0) | (has(text, "read") ? AUDIT_RIGHT_READ : 0);
	const uint8_t *from = memmem(text.data, text.size, " from ", 6), *end = text.data + text.size;
	out->everywhere = from == NULL;
	if (from == NULL)
		audit_everybody(&out->sources);
	for (const uint8_t *at = from != NULL ? from + 6 : end; at < end && *at != ' ';) {
		struct audit_interval range;
		const uint8_t *stop = at;
		while (stop < end && *stop != ',' && *stop != ' ')
			stop++;
		if (audit_parse_prefix((struct st_span){at, (size_t)(stop - at)}, &range))
			audit_set_add(&out->sources, range.low, range.high);
		at = stop + (stop < end && *stop == ',');
	}
	audit_set_settle(&out->sources);
	struct audit_extent extent = audit_set_extent(&out->sources);
	out->everywhere |= extent.v4_widest > (uint64_t)1 << 24 || extent.v6_wide;
	return true;
}
