/* The table of shapes, tried in turn on every tree. */
#include "audit/reader.h"

#include "audit/config.h"
#include "audit/document.h"
#include "audit/inventory.h"
#include "audit/result.h"
#include "audit/service.h"
#include "audit/shape.h"
#include "audit/shape_arm.h"
#include "audit/shape_aws.h"
#include "audit/shape_s3.h"
#include "audit/shape_storage.h"
#include "audit/shape_terraform.h"
#include "audit/text_config.h"
#include "base/ceilings.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define HEAD_BYTES (4 * KIB)

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
	struct audit_inventory *inventories;
	uint32_t inventory_count, inventory_capacity;
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
	free(reader->inventories);
	free(reader->plans);
	free(reader);
}

/* One resource of a list or by itself. False: nothing that we know. */
static bool take_resource(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
	return audit_shape_storage(reader->model, node, file) || audit_shape_azure(reader->model, node, file) ||
	       audit_shape_aws(reader->model, node, file) || audit_shape_azure_known(reader->model, node);
}

/* The frame around a list: what it says of its own completeness. */
static bool take_frame(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
	static const char *const more[] = {
		"nextLink", "@odata.nextLink", "$skipToken", "skip_token", "skipToken", "NextToken"};
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

static bool take_bucket(struct audit_reader *reader, const struct audit_node *node, struct st_span name, uint32_t file)
{
	struct audit_model *model = reader->model;
	struct audit_config_file made = {.file = file, .format = AUDIT_FORMAT_TREE, .service = &audit_s3};
	if (!audit_shape_s3(model, node, file, &made.settings))
		return false;
	made.name = audit_undated(model, name);
	*AUDIT_PUSH(model->config_files, model->config_file_count, model->config_file_capacity) = made;
	model->recognised++;
	return true;
}

static bool take_whole(struct audit_reader *reader, const struct audit_node *node, struct st_span name, uint32_t file)
{
	if (take_bucket(reader, node, name, file))
		return true;
	if (audit_is_inventory(node)) {
		*AUDIT_PUSH(reader->inventories, reader->inventory_count, reader->inventory_capacity) =
			(struct audit_inventory){node, file};
		return true;
	}
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
	known |= audit_shape_aws_whole(reader->model, node, name, file);
	for (const struct audit_node *item = node->first; item != NULL && node->type == AUDIT_ARRAY; item = item->next)
		known &= item->type == AUDIT_OBJECT;
	return take_resource(reader, node, file) || known;
}

/* --- files of services --- */

/* The first bytes of a file; short only at its end. */
static enum st_status read_head(int fd, struct st_buf *out, size_t limit_bytes, struct st_error *err)
{
	uint8_t block[16 * KIB];
	st_buf_reserve(out, 1); /* so that there is a pointer to nothing, too */
	while (out->size < limit_bytes) {
		size_t want = limit_bytes - out->size < sizeof block ? limit_bytes - out->size : sizeof block;
		ssize_t got = read(fd, block, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return st_fail_errno(err, ST_WRONG, "cannot be read");
		if (got == 0)
			break;
		st_buf_add(out, block, (size_t)got);
	}
	return ST_OK;
}

/* JSON begins with a bracket, and a section of an INI file with one and a letter; UTF-16 is JSON's alone. */
static bool is_json(const struct st_buf *head)
{
	const uint8_t *at = head->data, *end = head->data + head->size;
	if (head->size >= 2 && (at[0] == 0 || at[1] == 0 || at[0] >= 0xfe))
		return true;
	if (head->size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at < end && isspace(*at))
		at++;
	if (at == end || *at == '{')
		return true;
	return *at == '[' && (at + 1 == end || !(isalpha(at[1]) || at[1] == '_'));
}

static enum st_status take_text(struct audit_reader *reader, int fd, struct st_buf *text, struct st_span name,
	uint32_t file, struct st_error *err)
{
	struct audit_config_file made = {.file = file, .name = audit_undated(reader->model, name)};
	enum audit_format format;
	ST_TRY(read_head(fd, text, CEIL_AUDIT_CONFIG_BYTES + 1, err));
	if (text->size > CEIL_AUDIT_CONFIG_BYTES)
		return st_fail(err, ST_WRONG, "line 1: larger than any configuration");
	enum st_status status = audit_read_text(
		reader->model, (struct st_span){text->data, text->size}, file, &format, &made.settings, err);
	if (status != ST_OK) {
		audit_settings_free(&made.settings);
		return status;
	}
	made.format = format;
	made.service = audit_service_of(format, &made.settings);
	*AUDIT_PUSH(reader->model->config_files, reader->model->config_file_count,
		reader->model->config_file_capacity) = made;
	reader->model->recognised++;
	return ST_OK;
}

enum st_status audit_reader_file(
	struct audit_reader *reader, int fd, struct st_span name, uint32_t file, struct st_error *err)
{
	st_auto_buf struct st_buf head = {0};
	ST_TRY(read_head(fd, &head, HEAD_BYTES, err));
	if (!is_json(&head))
		return take_text(reader, fd, &head, name, file, err);
	struct audit_document *document =
		audit_document_open(fd, (struct st_span){head.data, head.size}, &reader->pool);
	struct audit_node *tree;
	struct st_span list;
	bool any = false;
	enum audit_found found;
	while ((found = audit_document_next(document, &tree, &list, err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE) {
		bool known = found == AUDIT_ELEMENT ? take_resource(reader, tree, file)
						    : take_whole(reader, tree, name, file);
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
	audit_shape_storage_finish(reader->model);
	audit_shape_aws_finish(reader->model);
	audit_join_configs(reader->model, reader->inventories, reader->inventory_count);
	(void)err;
	return ST_OK;
}
