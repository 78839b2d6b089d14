/* Events of libyaml into the trees that JSON becomes, too, then flat. libyaml marks each event with its line. */
#include "audit/text_config.h"
#include "base/ceilings.h"

#include <stdlib.h>
#include <yaml.h>

struct anchor {
	struct st_span name;
	const struct audit_node *node;
};

struct yaml {
	struct audit_pool pool;
	yaml_parser_t parser;
	struct audit_node *stack[CEIL_AUDIT_DEPTH];
	bool in_key[CEIL_AUDIT_DEPTH]; /* of a map: the next value belongs to `key` */
	struct st_span key[CEIL_AUDIT_DEPTH];
	struct st_span name[CEIL_AUDIT_DEPTH]; /* anchor of the collection at this depth; data NULL: none */
	int depth;
	struct audit_node *root;
	struct anchor *anchors;
	uint32_t anchor_count, anchor_capacity;
	uint32_t documents, nodes;
	struct st_error *err;
};

static enum st_status fail(struct yaml *yaml, size_t line, const char *why)
{
	return st_fail(yaml->err, ST_WRONG, "line %u: %s", (unsigned)(line + 1), why);
}

static struct st_span keep(struct yaml *yaml, const void *text, size_t size)
{
	return audit_pool_copy(&yaml->pool, (struct st_span){text, size});
}

static void remember(struct yaml *yaml, struct st_span name, const struct audit_node *node)
{
	struct anchor *anchor = AUDIT_PUSH(yaml->anchors, yaml->anchor_count, yaml->anchor_capacity);
	*anchor = (struct anchor){name, node};
}

/* Puts a value where it stands: as a key, under a key, into a list. */
static enum st_status place(struct yaml *yaml, struct audit_node *node, size_t line)
{
	if (++yaml->nodes > CEIL_AUDIT_SETTINGS)
		return fail(yaml, line, "larger than any configuration");
	if (yaml->depth == 0) {
		yaml->root = node;
		return ST_OK;
	}
	int at = yaml->depth - 1;
	struct audit_node *parent = yaml->stack[at];
	if (parent->type == AUDIT_ARRAY) {
		audit_node_append(parent, node);
		return ST_OK;
	}
	if (!yaml->in_key[at]) {
		if (node->type != AUDIT_STRING)
			return fail(yaml, line, "a key that is no text");
		if (audit_span_is(node->text, "<<"))
			return fail(yaml, line, "a merge key, which not every reader follows");
		yaml->key[at] = node->text;
		yaml->in_key[at] = true;
		return ST_OK;
	}
	for (const struct audit_node *old = parent->first; old != NULL; old = old->next)
		if (old->key.size == yaml->key[at].size &&
			memcmp(old->key.data, yaml->key[at].data, old->key.size) == 0)
			return fail(yaml, line, "a key stands twice in one map");
	audit_node_name(node, yaml->key[at]);
	yaml->in_key[at] = false;
	audit_node_append(parent, node);
	return ST_OK;
}

static enum st_status take_scalar(struct yaml *yaml, const yaml_event_t *event)
{
	size_t line = event->start_mark.line;
	struct audit_node *node = audit_node_new(&yaml->pool, AUDIT_STRING, (uint32_t)line + 1);
	const char *text = (const char *)event->data.scalar.value;
	size_t size = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (size > CEIL_AUDIT_TEXT_BYTES)
		return fail(yaml, line, "larger than any configuration");
	node->text = keep(yaml, text, size);
	if (plain && (size == 0 || audit_span_is(node->text, "null") || audit_span_is(node->text, "~")))
		node->text.size = 0;
	if (event->data.scalar.anchor != NULL)
		remember(yaml, keep(yaml, event->data.scalar.anchor, strlen((const char *)event->data.scalar.anchor)),
			node);
	return place(yaml, node, line);
}

static enum st_status open_collection(struct yaml *yaml, enum audit_type type, const yaml_char_t *anchor, size_t line)
{
	struct audit_node *node = audit_node_new(&yaml->pool, type, (uint32_t)line + 1);
	ST_TRY(place(yaml, node, line));
	if (yaml->depth == CEIL_AUDIT_DEPTH)
		return fail(yaml, line, "deeper than any configuration");
	yaml->in_key[yaml->depth] = false;
	yaml->name[yaml->depth] = (struct st_span){NULL, 0};
	if (anchor != NULL)
		yaml->name[yaml->depth] = keep(yaml, anchor, strlen((const char *)anchor));
	yaml->stack[yaml->depth++] = node;
	return ST_OK;
}

static void close_collection(struct yaml *yaml)
{
	yaml->depth--;
	if (yaml->name[yaml->depth].data != NULL)
		remember(yaml, yaml->name[yaml->depth], yaml->stack[yaml->depth]);
}

/* A copy of the node that shares its children: how often they stand is counted when they are made settings. */
static enum st_status take_alias(struct yaml *yaml, const yaml_event_t *event)
{
	struct st_span name = {event->data.alias.anchor, strlen((const char *)event->data.alias.anchor)};
	for (uint32_t i = yaml->anchor_count; i > 0; i--) {
		if (yaml->anchors[i - 1].name.size != name.size ||
			memcmp(yaml->anchors[i - 1].name.data, name.data, name.size) != 0)
			continue;
		struct audit_node *node = audit_node_new(&yaml->pool, AUDIT_NULL, 0);
		*node = *yaml->anchors[i - 1].node;
		node->next = NULL;
		return place(yaml, node, event->start_mark.line);
	}
	return fail(yaml, event->start_mark.line, "an alias of nothing that is complete");
}

static enum st_status take_event(struct yaml *yaml, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return ++yaml->documents > 1 ? fail(yaml, event->start_mark.line, "a second document") : ST_OK;
	case YAML_SCALAR_EVENT:
		return take_scalar(yaml, event);
	case YAML_ALIAS_EVENT:
		return take_alias(yaml, event);
	case YAML_MAPPING_START_EVENT:
		return open_collection(yaml, AUDIT_OBJECT, event->data.mapping_start.anchor, event->start_mark.line);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(yaml, AUDIT_ARRAY, event->data.sequence_start.anchor, event->start_mark.line);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_collection(yaml);
		return ST_OK;
	default:
		return ST_OK;
	}
}

static enum st_status take_events(struct yaml *yaml)
{
	for (;;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&yaml->parser, &event)) {
			if (yaml->parser.error == YAML_MEMORY_ERROR)
				exit(ST_EXIT_MEMORY);
			return fail(yaml, yaml->parser.problem_mark.line, "this is not YAML");
		}
		bool last = event.type == YAML_STREAM_END_EVENT;
		enum st_status status = take_event(yaml, &event);
		yaml_event_delete(&event);
		if (status != ST_OK || last)
			return status;
	}
}

/* --- flat --- */

struct flat {
	struct audit_model *model;
	uint32_t file;
	struct audit_settings *out;
	int depth;
	uint32_t looked_at;
};

static void add(struct flat *flat, const char *key, const struct audit_node *node)
{
	static const char *const names[] = {"", "false", "true", "", "", "", "", ""};
	bool text = node->type == AUDIT_STRING || node->type == AUDIT_NUMBER || node->type == AUDIT_UNKNOWN;
	struct st_span value = text ? node->text : audit_span(names[node->type]);
	bool open = node->type == AUDIT_UNKNOWN || memmem(value.data, value.size, "${", 2) != NULL;
	audit_settings_add(flat->out, audit_intern(flat->model, AUDIT_LITERAL, audit_span(key)),
		audit_intern(flat->model, open ? AUDIT_UNRESOLVED : AUDIT_LITERAL, value),
		(struct audit_place){flat->file, node->line});
}

static bool flatten(struct flat *flat, const struct audit_node *node, const char *prefix)
{
	if (++flat->looked_at > CEIL_AUDIT_SETTINGS || flat->depth > CEIL_AUDIT_DEPTH)
		return false;
	if ((node->type != AUDIT_OBJECT && node->type != AUDIT_ARRAY) || node->first == NULL) {
		add(flat, prefix, node);
		return true;
	}
	flat->depth++;
	for (const struct audit_node *child = node->first; child != NULL; child = child->next) {
		st_auto_free char *key = NULL;
		if (node->type == AUDIT_OBJECT)
			key = st_format("%s%s%.*s", prefix, prefix[0] ? "." : "", (int)child->key.size,
				(const char *)child->key.data);
		if ((key != NULL && strlen(key) > CEIL_AUDIT_KEY_BYTES) ||
			!flatten(flat, child, key != NULL ? key : prefix))
			return false;
	}
	flat->depth--;
	return true;
}

bool audit_flatten(struct audit_model *model, const struct audit_node *tree, const char *prefix, uint32_t file,
	struct audit_settings *out)
{
	struct flat flat = {.model = model, .file = file, .out = out};
	return flatten(&flat, tree, prefix);
}

enum st_status audit_read_yaml(
	struct audit_model *model, struct st_span text, uint32_t file, struct audit_settings *out, struct st_error *err)
{
	st_auto_free struct yaml *yaml = st_alloc_zero(1, sizeof *yaml);
	yaml->err = err;
	if (!yaml_parser_initialize(&yaml->parser))
		exit(ST_EXIT_MEMORY);
	yaml_parser_set_input_string(&yaml->parser, text.data, text.size);
	enum st_status status = take_events(yaml);
	yaml_parser_delete(&yaml->parser);
	if (status == ST_OK && yaml->root != NULL && yaml->root->type != AUDIT_OBJECT)
		status = fail(yaml, 0, "this is no configuration that staunch audit knows");
	if (status == ST_OK && yaml->root != NULL && !audit_flatten(model, yaml->root, "", file, out))
		status = fail(yaml, 0, "larger than any configuration");
	free(yaml->anchors);
	audit_pool_free(&yaml->pool);
	return status;
}
