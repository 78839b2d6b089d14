/* Documents of one bucket into settings. */
#include "audit/shape_s3.h"

#include "audit/document.h"
#include "audit/shape.h"

struct taking {
	struct audit_model *model;
	struct audit_settings *out;
	uint32_t file;
};

static void add(struct taking *to, const char *key, const char *value, const struct audit_node *at)
{
	audit_settings_add(to->out, audit_intern(to->model, AUDIT_LITERAL, audit_span(key)),
		audit_intern(to->model, AUDIT_LITERAL, audit_span(value)), audit_place_of(to->file, at));
}

static void take_block(struct taking *to, const struct audit_node *block)
{
	static const char *const flags[] = {
		"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"};
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const struct audit_node *flag = audit_get(block, flags[i]);
		st_auto_free char *key = st_format("PublicAccessBlock.%s", flags[i]);
		bool on = flag != NULL && (flag->type == AUDIT_TRUE || audit_is_text(flag, "true"));
		add(to, key, on ? "true" : "false", flag != NULL ? flag : block);
	}
}

/* Text inside of text; false: it is no JSON. */
static bool take_policy_text(struct taking *to, const struct audit_node *node)
{
	struct audit_pool pool = {0};
	struct st_error err;
	struct st_span list;
	struct audit_node *tree;
	struct audit_document *document = audit_document_open(-1, node->text, &pool);
	bool good = audit_document_next(document, &tree, &list, &err) == AUDIT_WHOLE && tree->type == AUDIT_OBJECT;
	uint32_t first = to->out->count;
	if (good)
		audit_policy_s3(to->model, tree, to->file, to->out);
	for (uint32_t i = first; i < to->out->count; i++)
		to->out->items[i].at.line = node->line; /* a line of a text in a string is none of the file */
	audit_document_close(document);
	audit_pool_free(&pool);
	return good;
}

static void take_policy(struct taking *to, const struct audit_node *policy)
{
	bool good = true;
	if (policy->type == AUDIT_OBJECT)
		audit_policy_s3(to->model, policy, to->file, to->out);
	else if (audit_text(policy).size > 0)
		good = take_policy_text(to, policy);
	add(to, "(policy)", good ? "given" : "unclear", policy);
}

static void take_grants(struct taking *to, const struct audit_node *grants)
{
	static const char groups[] = "http://acs.amazonaws.com/groups/global/";
	add(to, "(acl)", grants->type == AUDIT_ARRAY ? "given" : "unclear", grants);
	for (const struct audit_node *grant = grants->first; grant != NULL; grant = grant->next) {
		struct st_span uri = audit_text(audit_get(audit_get(grant, "Grantee"), "URI"));
		struct st_span permission = audit_text(audit_get(grant, "Permission"));
		if (uri.size <= sizeof groups - 1 || memcmp(uri.data, groups, sizeof groups - 1) != 0)
			continue;
		st_auto_free char *value = st_format("%.*s %.*s", (int)(uri.size - sizeof groups + 1),
			(const char *)uri.data + sizeof groups - 1, (int)permission.size,
			(const char *)permission.data);
		add(to, "acl.Grant", value, grant);
	}
}

bool audit_shape_s3(struct audit_model *model, const struct audit_node *tree, uint32_t file, struct audit_settings *out)
{
	struct taking to = {model, out, file};
	const struct audit_node *block = audit_get(tree, "PublicAccessBlockConfiguration"),
				*policy = audit_get(tree, "Policy"), *grants = audit_get(tree, "Grants"),
				*rules = audit_get(tree, "OwnershipControls");
	bool own = audit_get(tree, "Statement") != NULL && audit_get(tree, "Version") != NULL;
	if (block != NULL && block->type == AUDIT_OBJECT)
		take_block(&to, block);
	if (policy != NULL &&
		(policy->type == AUDIT_STRING || policy->type == AUDIT_OBJECT || policy->type == AUDIT_NULL))
		take_policy(&to, policy);
	else if (own)
		take_policy(&to, tree);
	if (grants != NULL)
		take_grants(&to, grants);
	const struct audit_node *list = audit_get(rules, "Rules");
	const struct audit_node *owner = audit_get(list != NULL ? list->first : NULL, "ObjectOwnership");
	if (owner != NULL && owner->type == AUDIT_STRING)
		audit_settings_add(out, audit_intern(model, AUDIT_LITERAL, audit_span("ObjectOwnership")),
			audit_intern(model, AUDIT_LITERAL, owner->text), audit_place_of(file, owner));
	return out->count > 0;
}
