/* Children are a list: objects of configurations are short, and are read once. */
#include "audit/node.h"

#include "base/ceilings.h"

#include <ctype.h>
#include <strings.h>

static void add_key(struct st_span key, struct st_buf *out)
{
	for (size_t i = 0; i < key.size; i++) {
		if (key.data[i] == '~' || key.data[i] == '/')
			st_buf_format(out, key.data[i] == '~' ? "~0" : "~1");
		else
			st_buf_add_byte(out, key.data[i]);
	}
}

bool audit_node_pointer(const struct audit_node *node, struct st_buf *out)
{
	const struct audit_node *path[CEIL_AUDIT_DEPTH + 1];
	size_t depth = 0;
	bool computed = false;
	for (; node->parent != NULL && depth < CEIL_AUDIT_DEPTH; node = node->parent) {
		computed |= node->computed;
		path[depth++] = node;
	}
	if (computed || node->parent != NULL || node->index != AUDIT_ROOT)
		return false;
	while (depth > 0) {
		const struct audit_node *step = path[--depth];
		st_buf_add_byte(out, '/');
		if (step->parent->type == AUDIT_ARRAY)
			st_buf_format(out, "%u", (unsigned)step->index);
		else
			add_key(step->key, out);
	}
	return true;
}

bool audit_same(struct st_span a, struct st_span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0 ||
					   strncasecmp((const char *)a.data, (const char *)b.data, a.size) == 0);
}

bool audit_span_is(struct st_span span, const char *text)
{
	return audit_same(span, audit_span(text));
}

const struct audit_node *audit_get_kind(const struct audit_node *node, struct st_span key, uint32_t kind)
{
	if (node == NULL || node->type != AUDIT_OBJECT)
		return NULL;
	for (const struct audit_node *child = node->first; child != NULL; child = child->next)
		if (child->kind == kind && audit_same(child->key, key))
			return child;
	return NULL;
}

bool audit_given(const struct audit_node *node)
{
	return node != NULL && node->type != AUDIT_NULL;
}

struct st_span audit_text(const struct audit_node *node)
{
	if (node == NULL || (node->type != AUDIT_STRING && node->type != AUDIT_NUMBER))
		return (struct st_span){(const uint8_t *)"", 0};
	return node->text;
}

bool audit_is_text(const struct audit_node *node, const char *text)
{
	return node != NULL && node->type == AUDIT_STRING && audit_span_is(node->text, text);
}

struct st_span audit_trimmed(struct st_span text)
{
	while (text.size > 0 && isspace(text.data[0]))
		text = (struct st_span){text.data + 1, text.size - 1};
	while (text.size > 0 && isspace(text.data[text.size - 1]))
		text.size--;
	return text;
}
