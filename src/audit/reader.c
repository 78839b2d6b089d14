/* The table of shapes, tried in turn on every tree. */
#include "audit/reader.h"

#include "audit/document.h"
#include "audit/result.h"
#include "audit/shape.h"
#include "audit/shape_arm.h"
#include "audit/shape_terraform.h"
#include "base/ceilings.h"

#include <stdlib.h>

struct waiting {
	const struct audit_node *tree;
	uint32_t file;
};

struct audit_reader {
	struct audit_model *model;
	struct audit_pool pool;    /* whole trees that wait for the last file */
	struct waiting *templates; /* they need parameters, which may stand in a later file */
	size_t template_count, template_capacity;
	struct waiting *plans;
	uint32_t plan_count, plan_capacity;
	enum audit_side side;
	bool saw_plan;
	struct audit_node *given; /* values of parameters, of all files of them */
};

struct audit_reader *audit_reader_open(struct audit_model *model, enum audit_side side)
{
	struct audit_reader *reader = st_alloc_zero(1, sizeof *reader);
	reader->model = model;
	reader->side = side;
	return reader;
}

bool audit_reader_saw_plan(const struct audit_reader *reader)
{
	return reader->saw_plan;
}

void audit_reader_close(struct audit_reader *reader)
{
	if (reader == NULL)
		return;
	audit_pool_free(&reader->pool);
	free(reader->templates);
	free(reader->plans);
	free(reader);
}

/* One resource of a list or by itself. False: nothing that we know. */
static bool take_resource(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
	return audit_shape_azure(reader->model, node, file) || audit_shape_azure_known(reader->model, node);
}

/* The frame around a list: what it says of its own completeness. */
static bool take_frame(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
	static const char *const more[] = {"nextLink", "@odata.nextLink", "$skipToken", "skip_token", "skipToken"};
	bool list = node->type == AUDIT_ARRAY;
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
		const struct audit_node *link = audit_get(node, more[i]);
		if (link == NULL)
			continue;
		list = true;
		if (audit_given(link) && audit_text(link).size > 0)
			audit_model_doubt(reader->model, audit_span("list"),
				"the list goes on in pages that are not in the file", audit_place_of(file, link));
	}
	for (const struct audit_node *child = node->first; child != NULL && node->type == AUDIT_OBJECT;
		child = child->next)
		list |= child->type == AUDIT_ARRAY && child->count == 0 &&
			(audit_span_is(child->key, "value") || audit_span_is(child->key, "data"));
	return list;
}

static void add_template(struct audit_reader *reader, const struct audit_node *tree, uint32_t file)
{
	if (reader->template_count == reader->template_capacity) {
		reader->template_capacity = reader->template_capacity ? reader->template_capacity * 2 : 4;
		reader->templates =
			st_realloc(reader->templates, reader->template_capacity * sizeof *reader->templates);
	}
	reader->templates[reader->template_count++] = (struct waiting){tree, file};
}

/* Two files that give one parameter different values leave it without one. */
static void add_parameters(struct audit_reader *reader, const struct audit_node *tree)
{
	const struct audit_node *list = audit_get(tree, "parameters");
	if (reader->given == NULL)
		reader->given = audit_node_new(&reader->pool, AUDIT_OBJECT, tree->line);
	for (const struct audit_node *item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
		struct audit_node *old = NULL, *copy = audit_node_new(&reader->pool, item->type, item->line);
		for (struct audit_node *child = reader->given->first; child != NULL && old == NULL; child = child->next)
			if (audit_same(child->key, item->key))
				old = child;
		if (old != NULL) {
			old->first = NULL; /* nothing is known of it */
			continue;
		}
		*copy = *item;
		copy->next = NULL;
		audit_node_append(reader->given, copy);
	}
}

static bool take_whole(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
	if (audit_is_template_parameters(node)) {
		add_parameters(reader, node);
		return true;
	}
	if (audit_is_template(node)) {
		add_template(reader, node, file);
		return true;
	}
	if (audit_is_terraform(node) && audit_terraform_wrong(node) == NULL) {
		*AUDIT_PUSH(reader->plans, reader->plan_count, reader->plan_capacity) = (struct waiting){node, file};
		reader->saw_plan |= audit_is_terraform_plan(node);
		return true;
	}
	bool known = take_frame(reader, node, file);
	for (const struct audit_node *item = node->first; item != NULL && node->type == AUDIT_ARRAY; item = item->next)
		known &= item->type == AUDIT_OBJECT;
	return take_resource(reader, node, file) || known;
}

enum st_status audit_reader_file(struct audit_reader *reader, int fd, uint32_t file, struct st_error *err)
{
	struct audit_document *document = audit_document_open(fd, &reader->pool);
	struct audit_node *tree;
	struct st_span list;
	bool any = false;
	enum audit_found found;
	while ((found = audit_document_next(document, &tree, &list, err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE) {
		bool known =
			found == AUDIT_ELEMENT ? take_resource(reader, tree, file) : take_whole(reader, tree, file);
		any = true;
		if (known)
			continue;
		const char *wrong =
			found == AUDIT_WHOLE && audit_is_terraform(tree) ? audit_terraform_wrong(tree) : NULL;
		st_fail(err, ST_WRONG, "line %u: %s", (unsigned)tree->line,
			wrong != NULL ? wrong : "this is no configuration that staunch audit knows");
		found = AUDIT_BROKEN;
		break;
	}
	audit_document_close(document);
	if (found == AUDIT_BROKEN)
		return ST_WRONG;
	return any ? ST_OK : st_fail(err, ST_WRONG, "line 1: the file is empty");
}

static void take_made(void *context, const struct audit_node *resource, uint32_t file)
{
	take_resource(context, resource, file);
}

enum st_status audit_reader_finish(struct audit_reader *reader, struct st_error *err)
{
	for (size_t i = 0; i < reader->template_count; i++)
		audit_shape_arm(reader->model, &reader->pool, reader->templates[i].tree, reader->given,
			reader->templates[i].file);
	for (uint32_t i = 0; i < reader->plan_count; i++) {
		struct audit_terraform terraform = {
			reader->model, &reader->pool, reader->plans[i].file, take_made, reader};
		audit_shape_terraform(&terraform, reader->plans[i].tree, reader->side);
	}
	(void)err;
	return ST_OK;
}
