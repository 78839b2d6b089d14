/* The table of shapes, tried in turn on every tree. */
#include "audit/reader.h"

#include "audit/document.h"
#include "audit/shape.h"
#include "base/ceilings.h"

#include <stdlib.h>

struct audit_reader {
	struct audit_model *model;
	struct audit_pool pool; /* whole trees that wait for the last file */
};

struct audit_reader *audit_reader_open(struct audit_model *model)
{
	struct audit_reader *reader = st_alloc_zero(1, sizeof *reader);
	reader->model = model;
	return reader;
}

void audit_reader_close(struct audit_reader *reader)
{
	if (reader == NULL)
		return;
	audit_pool_free(&reader->pool);
	free(reader);
}

/* One resource of a list or by itself. False: nothing that we know. */
static bool take_resource(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
	return audit_shape_azure(reader->model, node, file) || audit_shape_azure_known(node);
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

static bool take_whole(struct audit_reader *reader, const struct audit_node *node, uint32_t file)
{
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
		audit_document_close(document);
		return st_fail(err, ST_WRONG, "line %u: this is no configuration that staunch audit knows",
			(unsigned)tree->line);
	}
	audit_document_close(document);
	if (found == AUDIT_BROKEN)
		return ST_WRONG;
	return any ? ST_OK : st_fail(err, ST_WRONG, "line 1: the file is empty");
}

enum st_status audit_reader_finish(struct audit_reader *reader, struct st_error *err)
{
	(void)reader;
	(void)err;
	return ST_OK;
}
