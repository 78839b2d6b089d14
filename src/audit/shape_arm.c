/* Walks the resources of a template; expression.c does the values. */
#include "audit/shape_arm.h"

#include "audit/expression.h"
#include "audit/shape.h"
#include "audit/shape_storage.h"
#include "base/ceilings.h"

#include <strings.h>

struct arm {
	struct audit_model *model;
	struct audit_pool *pool;
	uint32_t file;
	int depth;
};

/* What a resource stands in. */
struct parent {
	struct st_span type, name;
	bool conditional;
};

static bool has_text(struct st_span text, const char *part)
{
	return text.size > 0 && memmem(text.data, text.size, part, strlen(part)) != NULL;
}

bool audit_is_template_parameters(const struct audit_node *tree)
{
	return has_text(audit_text(audit_get(tree, "$schema")), "eploymentParameters.json");
}

bool audit_is_template(const struct audit_node *tree)
{
	const struct audit_node *resources = audit_get(tree, "resources");
	bool list = resources != NULL && (resources->type == AUDIT_ARRAY || resources->type == AUDIT_OBJECT);
	return list && (has_text(audit_text(audit_get(tree, "$schema")), "eploymentTemplate.json") ||
			       audit_get(tree, "contentVersion") != NULL);
}

static void doubt(struct arm *arm, struct st_span what, const char *reason, const struct audit_node *at)
{
	audit_model_doubt(arm->model, what, reason, audit_place_of(arm->file, at));
}

/* --- one resource --- */

static void put(struct arm *arm, struct audit_node *resource, const char *key, struct st_span text)
{
	struct audit_node *node = audit_node_new(arm->pool, AUDIT_STRING, resource->line);
	audit_node_name(node, audit_span(key));
	node->text = audit_pool_copy(arm->pool, text);
	audit_node_append(resource, node);
}

/* "PREFIX/providers/N/t1/n1/t2/n2" of type N/t1/t2 and name n1/n2. */
static void add_id(struct st_buf *out, const char *prefix, struct st_span type, struct st_span name)
{
	size_t slashes = 0, at = 0;
	st_buf_format(out, "%s/providers/", prefix);
	for (size_t i = 0; i < type.size; i++) {
		if (type.data[i] == '/' && ++slashes >= 2) {
			st_buf_add_byte(out, '/');
			for (; at < name.size && name.data[at] != '/'; at++)
				st_buf_add_byte(out, name.data[at]);
			at++;
		}
		st_buf_add_byte(out, type.data[i]);
	}
	st_buf_add_byte(out, '/');
	if (at < name.size)
		st_buf_add(out, name.data + at, name.size - at);
}

/* The resource as REST would show it: type, name and id, properties and sku with all values. */
static struct audit_node *built(
	struct arm *arm, const struct audit_scope *scope, const struct audit_node *resource, const struct parent *self)
{
	static const char *const kept[] = {"properties", "sku", "kind"};
	struct audit_node *made = audit_node_new(arm->pool, AUDIT_OBJECT, resource->line);
	st_auto_buf struct st_buf id = {0};
	/* what is evaluated stands where its text does, item by item: an edit of it has a place */
	audit_node_name(made, resource->key);
	made->index = resource->index;
	made->parent = resource->parent;
	made->computed = scope->repeated;
	add_id(&id, scope->id_prefix, self->type, self->name);
	put(arm, made, "type", self->type);
	put(arm, made, "name", self->name);
	put(arm, made, "id", (struct st_span){id.data, id.size});
	put(arm, made, "(template)", audit_span("true"));
	if (self->conditional)
		put(arm, made, "(conditional)", audit_span("true"));
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		const struct audit_node *part = audit_get(resource, kept[i]);
		if (part == NULL)
			continue;
		struct audit_node *value = audit_evaluate(scope, part);
		audit_node_name(value, audit_span(kept[i]));
		value->next = NULL;
		audit_node_append(made, value);
	}
	return made;
}

static void take_resources(struct arm *arm, const struct audit_scope *scope, const struct audit_node *resources,
	const struct parent *parent);

/* --- nested deployments --- */

static void take_inner(struct arm *arm, const struct audit_scope *scope, const struct audit_node *template,
	const struct audit_node *given, const struct parent *self)
{
	struct audit_scope inner = *scope;
	inner.parameters = audit_get(template, "parameters");
	inner.variables = audit_get(template, "variables");
	inner.given = given;
	inner.given_scope = scope;
	inner.loop = NULL;
	take_resources(arm, &inner, audit_get(template, "resources"), self);
}

static void take_deployment(
	struct arm *arm, const struct audit_scope *scope, const struct audit_node *resource, const struct parent *self)
{
	const struct audit_node *properties = audit_get(resource, "properties");
	const struct audit_node *template = audit_get(properties, "template");
	const struct audit_node *options = audit_get(properties, "expressionEvaluationOptions");
	struct parent none = {.conditional = self->conditional};
	if (template == NULL || template->type != AUDIT_OBJECT) {
		doubt(arm, self->name, "a linked template is not in the input", resource);
		return;
	}
	if (audit_is_text(audit_get(options, "scope"), "inner"))
		take_inner(arm, scope, template, audit_get(properties, "parameters"), &none);
	else
		take_resources(arm, scope, audit_get(template, "resources"), &none);
}

/* --- all of them --- */

/* false: it is not deployed. */
static bool judge_condition(const struct audit_scope *scope, const struct audit_node *resource, struct parent *self)
{
	const struct audit_node *condition = audit_get(resource, "condition");
	const struct audit_node *existing = audit_get(resource, "existing");
	if (existing != NULL && existing->type == AUDIT_TRUE)
		return false;
	if (condition == NULL)
		return true;
	const struct audit_node *value = audit_evaluate(scope, condition);
	if (value->type == AUDIT_FALSE)
		return false;
	self->conditional |= value->type != AUDIT_TRUE;
	return true;
}

/* The whole type and name of a child inside of its parent. */
static struct st_span under(struct arm *arm, struct st_span parent, struct st_span own)
{
	st_auto_buf struct st_buf text = {0};
	if (parent.size > 0) {
		st_buf_add(&text, parent.data, parent.size);
		st_buf_add_byte(&text, '/');
	}
	st_buf_add(&text, own.data, own.size);
	return audit_pool_copy(arm->pool, (struct st_span){text.data, text.size});
}

static void take_resource(struct arm *arm, const struct audit_scope *scope, const struct audit_node *resource,
	const struct parent *parent)
{
	const struct audit_node *type = audit_get(resource, "type"), *name = audit_get(resource, "name");
	struct parent self = {.conditional = parent->conditional};
	if (type == NULL || name == NULL || resource->type != AUDIT_OBJECT) {
		doubt(arm, audit_span("resource"), "a resource without type or name", resource);
		return;
	}
	const struct audit_node *own_type = audit_evaluate(scope, type);
	if (own_type->type != AUDIT_STRING) {
		doubt(arm, audit_span("resource"), "its type cannot be resolved", resource);
		return;
	}
	bool whole = has_text(own_type->text, ".");
	self.type = under(arm, whole ? (struct st_span){NULL, 0} : parent->type, own_type->text);
	self.name =
		under(arm, whole ? (struct st_span){NULL, 0} : parent->name, audit_symbol(audit_evaluate(scope, name)));
	if (!judge_condition(scope, resource, &self))
		return;
	if (audit_span_is(self.type, "Microsoft.Resources/deployments")) {
		take_deployment(arm, scope, resource, &self);
		return;
	}
	const struct audit_node *made = built(arm, scope, resource, &self);
	if (!audit_shape_storage(arm->model, made, arm->file) && !audit_shape_azure(arm->model, made, arm->file))
		audit_shape_azure_known(arm->model, made);
	take_resources(arm, scope, audit_get(resource, "resources"), &self);
}

static void take_copies(struct arm *arm, const struct audit_scope *scope, const struct audit_node *resource,
	const struct audit_node *copy, const struct parent *parent)
{
	int64_t count = audit_copy_count(scope, copy);
	struct audit_loop loop = {audit_text(audit_get(copy, "name")), 0, scope->loop};
	struct audit_scope inner = *scope;
	struct parent unsure = *parent;
	inner.loop = &loop;
	inner.repeated = true;
	if (count >= 0) {
		for (; loop.index < count; loop.index++)
			take_resource(arm, &inner, resource, parent);
		return;
	}
	/* how many there are cannot be told, nor that there is one: one of them, whose number is not known */
	inner.loop = NULL;
	unsure.conditional = true;
	take_resource(arm, &inner, resource, &unsure);
}

static void take_resources(struct arm *arm, const struct audit_scope *scope, const struct audit_node *resources,
	const struct parent *parent)
{
	if (resources == NULL)
		return;
	if (++arm->depth > CEIL_AUDIT_EXPRESSION_DEPTH) {
		doubt(arm, audit_span("template"), "deployments nested too deep", resources);
		return;
	}
	if (resources->type != AUDIT_ARRAY && resources->type != AUDIT_OBJECT)
		doubt(arm, audit_span("template"), "its resources cannot be resolved", resources);
	for (const struct audit_node *item = resources->first; item != NULL; item = item->next) {
		const struct audit_node *copy = audit_get(item, "copy");
		if (*scope->budget == 0) {
			doubt(arm, audit_span("template"), "its expressions are larger than any template's", item);
			break;
		}
		if (copy != NULL && copy->type == AUDIT_OBJECT)
			take_copies(arm, scope, item, copy, parent);
		else
			take_resource(arm, scope, item, parent);
	}
	arm->depth--;
}

void audit_shape_arm(struct audit_model *model, struct audit_pool *pool, const struct audit_node *tree,
	const struct audit_node *given, uint32_t file)
{
	struct arm arm = {.model = model, .pool = pool, .file = file};
	struct parent none = {.conditional = false};
	uint64_t budget = CEIL_AUDIT_EXPRESSION_VALUES;
	st_auto_free char *prefix = st_format("/template/%u", (unsigned)file);
	struct audit_scope scope = {.pool = pool,
		.parameters = audit_get(tree, "parameters"),
		.variables = audit_get(tree, "variables"),
		.given = given,
		.id_prefix = prefix,
		.budget = &budget};
	model->recognised++;
	take_resources(&arm, &scope, audit_get(tree, "resources"), &none);
}
