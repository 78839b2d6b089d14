/* References are followed through modules by the configuration that a plan carries; locals are not in it. */
#include "audit/terraform_plan.h"

#include "audit/result.h"
#include "audit/shape.h"
#include "base/ceilings.h"

#include <stdlib.h>

#define UNKNOWN_TEXT "(known after apply)"
#define CHAIN 24 /* references to references */

/* --- what it is --- */

bool audit_is_terraform(const struct audit_node *tree)
{
	return audit_text(audit_get(tree, "format_version")).size > 0 &&
	       (audit_get(tree, "resource_changes") != NULL || audit_get(tree, "planned_values") != NULL ||
		       audit_get(tree, "values") != NULL || audit_get(tree, "terraform_version") != NULL);
}

bool audit_is_terraform_plan(const struct audit_node *tree)
{
	return audit_is_terraform(tree) &&
	       (audit_get(tree, "resource_changes") != NULL || audit_get(tree, "planned_values") != NULL);
}

const char *audit_terraform_wrong(const struct audit_node *tree)
{
	struct st_span version = audit_text(audit_get(tree, "format_version"));
	return version.size >= 2 && memcmp(version.data, "1.", 2) == 0 ? NULL
								       : "a plan of a format_version that is not 1.x";
}

/* --- instances --- */

static bool has_action(const struct audit_node *change, const char *action)
{
	const struct audit_node *actions = audit_get(change, "actions");
	for (const struct audit_node *item = actions != NULL ? actions->first : NULL; item != NULL; item = item->next)
		if (audit_is_text(item, action))
			return true;
	return false;
}

static void doubt(const struct audit_plan *plan, struct st_span what, const char *reason, const struct audit_node *at)
{
	if (!plan->quiet)
		audit_model_doubt(plan->model, what, reason, audit_place_of(plan->file, at));
}

static struct audit_instance *add_instance(struct audit_plan *plan, const struct audit_node *resource)
{
	struct audit_instance *made = AUDIT_PUSH(plan->items, plan->count, plan->capacity);
	made->address = audit_text(audit_get(resource, "address"));
	made->module = audit_text(audit_get(resource, "module_address"));
	made->type = audit_text(audit_get(resource, "type"));
	made->name = audit_text(audit_get(resource, "name"));
	made->index = audit_get(resource, "index");
	return made;
}

/* Names of resources and modules, in the configuration and in addresses. */
static struct st_span front_of(struct st_span text, size_t size)
{
	return (struct st_span){text.data, size};
}

/* Its own id; the one that it has today when it is made anew under its name; else one that nothing else has. */
static const struct audit_word *id_of(
	const struct audit_plan *plan, const struct audit_instance *made, const struct audit_node *before)
{
	const struct audit_node *id = audit_get(made->values, "id");
	if (audit_text(id).size == 0 || id->type != AUDIT_STRING)
		id = audit_get(before, "id");
	if (audit_text(id).size > 0 && id->type == AUDIT_STRING)
		return audit_word_of(plan->model, id);
	st_auto_buf struct st_buf text = {0};
	st_buf_format(&text, "/template/%u/providers/terraform/", (unsigned)plan->file);
	st_buf_add(&text, made->address.data, made->address.size);
	return audit_intern(plan->model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
}

static void take_change(struct audit_plan *plan, const struct audit_node *resource, enum audit_side side)
{
	const struct audit_node *change = audit_get(resource, "change"), *before = audit_get(change, "before");
	const struct audit_node *values = side == AUDIT_BEFORE ? before : audit_get(change, "after");
	const struct audit_node *mode = audit_get(resource, "mode");
	if (mode != NULL && !audit_is_text(mode, "managed"))
		return;
	if (change == NULL || change->type != AUDIT_OBJECT) {
		doubt(plan, audit_text(audit_get(resource, "address")), "its change cannot be read", resource);
		return;
	}
	/* it is only forgotten, and stays where it is */
	if (has_action(change, "forget") && !audit_given(values))
		values = before;
	if (values == NULL || values->type != AUDIT_OBJECT)
		return;
	struct audit_instance *made = add_instance(plan, resource);
	made->values = values;
	made->unknown = side == AUDIT_AFTER ? audit_get(change, "after_unknown") : NULL;
	made->changes = !has_action(change, "no-op");
	made->id = id_of(plan, made, has_action(change, "create") && !has_action(change, "delete") ? NULL : before);
}

/* Of a state, and of plans without a list of changes: the modules one in another. */
static void take_module(struct audit_plan *plan, const struct audit_node *module, int depth)
{
	const struct audit_node *resources = audit_get(module, "resources");
	const struct audit_node *children = audit_get(module, "child_modules");
	for (const struct audit_node *item = resources != NULL ? resources->first : NULL; item != NULL;
		item = item->next) {
		const struct audit_node *values = audit_get(item, "values");
		if (!audit_is_text(audit_get(item, "mode"), "managed") || values == NULL)
			continue;
		struct audit_instance *made = add_instance(plan, item);
		made->module = audit_text(audit_get(module, "address"));
		made->values = values;
		made->id = id_of(plan, made, NULL);
	}
	for (const struct audit_node *item = children != NULL ? children->first : NULL; item != NULL;
		item = item->next) {
		if (depth < CEIL_AUDIT_EXPRESSION_DEPTH)
			take_module(plan, item, depth + 1);
		else
			doubt(plan, audit_span("modules"), "nested too deep", item);
	}
}

/* --- configuration --- */

/* "module.a[0].module.b[\"x.y\"]": the next name; *rest goes on behind it and its index. False: there is none. */
static bool next_module(struct st_span *rest, struct st_span *name)
{
	static const char front[] = "module.";
	if (rest->size > 0 && rest->data[0] == '.')
		*rest = (struct st_span){rest->data + 1, rest->size - 1};
	if (rest->size <= sizeof front - 1 || memcmp(rest->data, front, sizeof front - 1) != 0)
		return false;
	size_t at = sizeof front - 1, begin = at;
	while (at < rest->size && rest->data[at] != '.' && rest->data[at] != '[')
		at++;
	*name = (struct st_span){rest->data + begin, at - begin};
	bool quoted = false;
	if (at < rest->size && rest->data[at] == '[') {
		for (at++; at < rest->size && (quoted || rest->data[at] != ']'); at++) {
			if (quoted && rest->data[at] == '\\' && at + 1 < rest->size)
				at++;
			else if (rest->data[at] == '"')
				quoted = !quoted;
		}
		at += at < rest->size;
	}
	*rest = (struct st_span){rest->data + at, rest->size - at};
	return true;
}

static const struct audit_node *module_call(const struct audit_node *module, struct st_span name)
{
	return audit_get_span(audit_get(module, "module_calls"), name);
}

/* The configuration of a module by its address; *call: how its parent calls it, *parent: that one's address. */
static const struct audit_node *module_config(
	const struct audit_plan *plan, struct st_span address, const struct audit_node **call, struct st_span *parent)
{
	const struct audit_node *module = plan->root;
	struct st_span rest = address, name;
	*call = NULL;
	*parent = front_of(address, 0);
	for (struct st_span before = rest; module != NULL && next_module(&rest, &name); before = rest) {
		*parent = front_of(address, (size_t)(before.data - address.data));
		*call = module_call(module, name);
		module = audit_get(*call, "module");
	}
	return module;
}

static const struct audit_node *expressions_of(const struct audit_plan *plan, const struct audit_instance *instance)
{
	const struct audit_node *call;
	struct st_span parent;
	const struct audit_node *module = module_config(plan, instance->module, &call, &parent);
	const struct audit_node *resources = audit_get(module, "resources");
	for (const struct audit_node *item = resources != NULL ? resources->first : NULL; item != NULL;
		item = item->next)
		if (audit_same(audit_text(audit_get(item, "type")), instance->type) &&
			audit_same(audit_text(audit_get(item, "name")), instance->name) &&
			!audit_is_text(audit_get(item, "mode"), "data"))
			return audit_get(item, "expressions");
	return NULL;
}

void audit_plan_open(struct audit_plan *plan, const struct audit_node *tree, enum audit_side side)
{
	const struct audit_node *changes = audit_get(tree, "resource_changes");
	const struct audit_node *values = audit_get(tree, "values"), *deferred = audit_get(tree, "deferred_changes");
	const struct audit_node *errored = audit_get(tree, "errored");
	if (values == NULL)
		values = audit_get(tree, "planned_values");
	plan->root = audit_get(audit_get(tree, "configuration"), "root_module");
	if ((deferred != NULL && deferred->count > 0) || (errored != NULL && errored->type == AUDIT_TRUE))
		doubt(plan, audit_span("plan"), "it is not whole: changes were deferred or it failed", tree);
	if (changes != NULL && changes->type == AUDIT_ARRAY)
		for (const struct audit_node *item = changes->first; item != NULL; item = item->next)
			take_change(plan, item, side);
	else if (side == AUDIT_AFTER)
		take_module(plan, audit_get(values, "root_module"), 0);
	for (uint32_t i = 0; i < plan->count; i++)
		plan->items[i].config = expressions_of(plan, &plan->items[i]);
}

void audit_plan_close(struct audit_plan *plan)
{
	free(plan->items);
	plan->items = NULL;
}

/* --- values --- */

static const struct audit_node *item_at(const struct audit_node *list, uint32_t at)
{
	const struct audit_node *item = list != NULL && list->type == AUDIT_ARRAY ? list->first : NULL;
	for (; item != NULL && at > 0; at--)
		item = item->next;
	return item;
}

static bool is_true(const struct audit_node *node)
{
	return node != NULL && node->type == AUDIT_TRUE;
}

static const struct audit_node *unknown_node(const struct audit_plan *plan, const struct audit_node *at)
{
	struct audit_node *node = audit_node_new(plan->pool, AUDIT_UNKNOWN, at->line);
	node->text = audit_span(UNKNOWN_TEXT);
	return node;
}

/* A list whose members are known in part. */
static const struct audit_node *merged(
	const struct audit_plan *plan, const struct audit_node *value, const struct audit_node *unknown)
{
	if (value == NULL || unknown == NULL || value->type != AUDIT_ARRAY || unknown->type != AUDIT_ARRAY)
		return value;
	struct audit_node *list = audit_node_new(plan->pool, AUDIT_ARRAY, value->line);
	const struct audit_node *known = unknown->first;
	for (const struct audit_node *item = value->first; item != NULL; item = item->next) {
		struct audit_node *copy = audit_node_new(plan->pool, item->type, item->line);
		*copy = is_true(known) ? *unknown_node(plan, item) : *item;
		copy->next = NULL;
		audit_node_append(list, copy);
		known = known != NULL ? known->next : NULL;
	}
	for (; known != NULL; known = known->next) { /* more than is listed is to come */
		struct audit_node *copy = audit_node_new(plan->pool, AUDIT_UNKNOWN, value->line);
		copy->text = audit_span(UNKNOWN_TEXT);
		audit_node_append(list, copy);
	}
	return list;
}

const struct audit_node *audit_plan_value(const struct audit_plan *plan, const struct audit_instance *instance,
	const char *block, uint32_t at, const char *key)
{
	const struct audit_node *values = instance->values, *unknown = instance->unknown;
	if (block != NULL) {
		const struct audit_node *blocks = audit_get(unknown, block);
		values = item_at(audit_get(values, block), at);
		unknown = is_true(blocks) ? blocks : item_at(blocks, at);
	}
	const struct audit_node *value = audit_get(values, key);
	if (is_true(unknown) || is_true(audit_get(unknown, key)))
		return unknown_node(plan, values != NULL ? values : instance->values);
	value = merged(plan, value, audit_get(unknown, key));
	return audit_given(value) ? value : NULL;
}

/* --- references --- */

const struct audit_instance *audit_plan_find(
	const struct audit_plan *plan, const struct audit_word *id, const char *type)
{
	for (uint32_t i = 0; i < plan->count && id != NULL; i++)
		if (audit_span_is(plan->items[i].type, type) && audit_same_id(plan->items[i].id, id))
			return &plan->items[i];
	return NULL;
}

struct search {
	const struct audit_plan *plan;
	const struct audit_instance *from;
	const struct audit_instance *found;
	bool several, by_index;
	int steps;
	const char *type;        /* of those that go to ids */
	struct audit_words *ids; /* NULL: one is looked for */
	uint32_t hits;
	bool missed; /* a reference that leads to nothing of the type */
};

static void follow(struct search *search, const struct audit_node *expression, struct st_span module);

/* Text up to the next '.' or '[' that is not in an index. */
static struct st_span component(struct st_span *rest)
{
	size_t at = 0;
	while (at < rest->size && rest->data[at] != '.' && rest->data[at] != '[')
		at++;
	struct st_span front = front_of(*rest, at);
	at += at < rest->size && rest->data[at] == '.';
	*rest = (struct st_span){rest->data + at, rest->size - at};
	return front;
}

/* "[0]" or "[\"a\"]" at the beginning: is it this index? Without one any will do. */
static bool index_fits(struct st_span rest, const struct audit_node *index)
{
	if (rest.size == 0 || rest.data[0] != '[')
		return true;
	st_auto_buf struct st_buf text = {0};
	struct st_span own = audit_text(index);
	bool quoted = index != NULL && index->type == AUDIT_STRING;
	st_buf_format(&text, quoted ? "[\"" : "[");
	st_buf_add(&text, own.data, own.size);
	st_buf_format(&text, quoted ? "\"]" : "]");
	return rest.size >= text.size && memcmp(rest.data, text.data, text.size) == 0;
}

static bool same_index(const struct audit_node *a, const struct audit_node *b)
{
	return a != NULL && b != NULL && a->type == b->type && audit_text(a).size == audit_text(b).size &&
	       memcmp(audit_text(a).data, audit_text(b).data, audit_text(a).size) == 0;
}

static bool in_module(struct st_span module, const struct audit_instance *instance)
{
	return module.size == instance->module.size &&
	       (module.size == 0 || memcmp(module.data, instance->module.data, module.size) == 0);
}

static void add_id(const struct audit_plan *plan, struct audit_words *ids, const struct audit_word *id)
{
	for (uint32_t i = 0; i < ids->count; i++)
		if (ids->items[i] == id)
			return;
	audit_words_add(plan->model, ids, id);
}

static void found(struct search *search, const struct audit_instance *instance)
{
	if (search->ids != NULL && audit_span_is(instance->type, search->type)) {
		add_id(search->plan, search->ids, instance->id);
		search->hits++;
	}
	search->several |= search->found != NULL && search->found != instance;
	search->found = instance;
}

static void follow_resource(struct search *search, struct st_span reference, struct st_span module)
{
	struct st_span rest = reference, type = component(&rest), name = component(&rest);
	if (*search->plan->budget < search->plan->count)
		return;
	*search->plan->budget -= search->plan->count;
	for (uint32_t i = 0; i < search->plan->count; i++) {
		const struct audit_instance *here = &search->plan->items[i];
		if (!audit_same(here->type, type) || !audit_same(here->name, name) || !in_module(module, here) ||
			!index_fits(rest, here->index))
			continue;
		/* each.key and count.index: the one beside it */
		bool indexed = rest.size > 0 && rest.data[0] == '[';
		if (search->by_index && !indexed && here->index != NULL && search->from->index != NULL &&
			!same_index(here->index, search->from->index))
			continue;
		found(search, here);
	}
}

/* Is this the address of the module that `step` ("module.m", or "module.m[0]") names in `module`? Without an index of
 * its own a step names every instance. */
static bool is_step(struct st_span address, struct st_span module, struct st_span step)
{
	size_t front = module.size + (module.size > 0);
	if (address.size < front + step.size ||
		(module.size > 0 &&
			(memcmp(address.data, module.data, module.size) != 0 || address.data[module.size] != '.')) ||
		memcmp(address.data + front, step.data, step.size) != 0)
		return false;
	struct st_span rest = {address.data + front, address.size - front}, name;
	bool indexed = step.data[step.size - 1] == ']';
	if (address.size > front + step.size && (indexed || address.data[front + step.size] != '['))
		return false;
	return next_module(&rest, &name) && rest.size == 0;
}

/* module.M.OUTPUT: what that module says of it, in each of its instances. */
static void follow_output(struct search *search, struct st_span reference, struct st_span module)
{
	const struct audit_node *call;
	struct st_span parent, rest = reference, name, last = {NULL, 0};
	const struct audit_node *here = module_config(search->plan, module, &call, &parent);
	if (!next_module(&rest, &name))
		return;
	struct st_span step = front_of(reference, reference.size - rest.size);
	if (rest.size > 0 && rest.data[0] == '.')
		rest = (struct st_span){rest.data + 1, rest.size - 1};
	const struct audit_node *outputs = audit_get(audit_get(module_call(here, name), "module"), "outputs");
	const struct audit_node *expression = audit_get(audit_get_span(outputs, component(&rest)), "expression");
	for (uint32_t i = 0; i < search->plan->count && expression != NULL; i++) {
		struct st_span address = search->plan->items[i].module;
		bool again =
			last.size > 0 && last.size == address.size && memcmp(last.data, address.data, last.size) == 0;
		if (again || !is_step(address, module, step))
			continue;
		last = address;
		follow(search, expression, address);
	}
}

static void follow_one(struct search *search, struct st_span reference, struct st_span module)
{
	const struct audit_node *call;
	struct st_span parent;
	if (reference.size > 4 && memcmp(reference.data, "var.", 4) == 0) {
		struct st_span rest = {reference.data + 4, reference.size - 4};
		module_config(search->plan, module, &call, &parent);
		if (parent.size > 0 && parent.data[parent.size - 1] == '.')
			parent.size--;
		follow(search, audit_get_span(audit_get(call, "expressions"), component(&rest)), parent);
	} else if (reference.size > 7 && memcmp(reference.data, "module.", 7) == 0) {
		follow_output(search, reference, module);
	} else {
		follow_resource(search, reference, module);
	}
}

static bool is_iteration(struct st_span reference)
{
	return audit_span_is(reference, "each.key") || audit_span_is(reference, "each.value") ||
	       audit_span_is(reference, "count.index");
}

/* Terraform lists "a.b.id" and then "a.b": the longer says all that the shorter does. */
static void follow(struct search *search, const struct audit_node *expression, struct st_span module)
{
	const struct audit_node *list = audit_get(expression, "references");
	if (list == NULL || list->type != AUDIT_ARRAY || ++search->steps > CHAIN)
		return;
	for (const struct audit_node *item = list->first; item != NULL; item = item->next)
		search->by_index |= is_iteration(audit_text(item));
	struct st_span longer = {NULL, 0};
	for (const struct audit_node *item = list->first; item != NULL; item = item->next) {
		struct st_span text = audit_text(item);
		if (text.size == 0 || is_iteration(text) ||
			(longer.size > text.size && memcmp(longer.data, text.data, text.size) == 0 &&
				(longer.data[text.size] == '.' || longer.data[text.size] == '[')))
			continue;
		longer = text;
		uint32_t hits = search->hits;
		follow_one(search, text, module);
		search->missed |= search->hits == hits;
	}
}

const struct audit_word *audit_plan_reference(const struct audit_plan *plan, const struct audit_instance *instance,
	const char *block, uint32_t at, const char *key, const char *type)
{
	const struct audit_node *value = audit_plan_value(plan, instance, block, at, key);
	if (value == NULL || (value->type == AUDIT_STRING && value->text.size == 0))
		return NULL;
	if (value->type == AUDIT_STRING)
		return audit_word_of(plan->model, value);
	const struct audit_node *config = instance->config;
	if (block != NULL)
		config = item_at(audit_get(config, block), at);
	struct search search = {.plan = plan, .from = instance};
	follow(&search, audit_get(config, key), instance->module);
	if (search.found != NULL && !search.several && audit_span_is(search.found->type, type))
		return search.found->id;
	return audit_intern(plan->model, AUDIT_UNRESOLVED, audit_span(UNKNOWN_TEXT));
}

bool audit_plan_references(const struct audit_plan *plan, const struct audit_instance *instance, const char *key,
	const char *type, struct audit_words *ids)
{
	const struct audit_node *value = audit_plan_value(plan, instance, NULL, 0, key);
	bool unknown = value != NULL && value->type != AUDIT_ARRAY;
	uint32_t count = 0;
	for (const struct audit_node *item = value != NULL && !unknown ? value->first : NULL; item != NULL;
		item = item->next, count++) {
		unknown |= item->type != AUDIT_STRING;
		if (item->type == AUDIT_STRING)
			add_id(plan, ids, audit_word_of(plan->model, item));
	}
	if (!unknown)
		return value != NULL;
	struct search search = {.plan = plan, .from = instance, .type = type, .ids = ids};
	follow(&search, audit_get(instance->config, key), instance->module);
	return count > 0 ? ids->count >= count : search.hits > 0 && !search.missed;
}
