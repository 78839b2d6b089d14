/* A recursive descent over one string; depth and the number of values made are bounded. */
#include "audit/expression.h"

#include "audit/functions.h"
#include "base/ceilings.h"

#include <ctype.h>
#include <stdlib.h>

struct parser {
	struct audit_scope scope; /* with its depth counted up */
	struct st_span text;      /* between the brackets */
	size_t at;
	uint32_t line;
	bool broken;
};

static struct audit_node *make(struct parser *p, enum audit_type type)
{
	if (*p->scope.budget == 0)
		p->broken = true;
	else
		--*p->scope.budget;
	return audit_node_new(p->scope.pool, type, p->line);
}

struct audit_node *audit_text_node(struct audit_pool *pool, uint32_t line, const char *text)
{
	struct audit_node *node = audit_node_new(pool, AUDIT_STRING, line);
	node->text = audit_pool_copy(pool, audit_span(text));
	return node;
}

struct st_span audit_symbol(const struct audit_node *node)
{
	if (node != NULL && node->type == AUDIT_UNKNOWN)
		return node->text;
	return audit_text(node);
}

static void blanks(struct parser *p)
{
	while (p->at < p->text.size && isspace(p->text.data[p->at]))
		p->at++;
}

static bool take(struct parser *p, char wanted)
{
	blanks(p);
	if (p->at >= p->text.size || p->text.data[p->at] != (uint8_t)wanted)
		return false;
	p->at++;
	return true;
}

static struct audit_node *expression(struct parser *p);

/* 'text', a quote inside doubled. */
static struct audit_node *literal(struct parser *p)
{
	struct audit_node *node = make(p, AUDIT_STRING);
	st_auto_buf struct st_buf text = {0};
	for (;;) {
		if (p->at >= p->text.size) {
			p->broken = true;
			return node;
		}
		uint8_t byte = p->text.data[p->at++];
		if (byte == '\'') {
			if (p->at >= p->text.size || p->text.data[p->at] != '\'')
				break;
			p->at++;
		}
		st_buf_add_byte(&text, byte);
	}
	node->text = audit_pool_copy(p->scope.pool, (struct st_span){text.data, text.size});
	return node;
}

static struct audit_node *number(struct parser *p)
{
	size_t start = p->at;
	p->at++;
	while (p->at < p->text.size && isdigit(p->text.data[p->at]))
		p->at++;
	struct audit_node *node = make(p, AUDIT_NUMBER);
	node->text = (struct st_span){p->text.data + start, p->at - start};
	return node;
}

/* What cannot be told, spelled by the part of the expression that it is. */
static struct audit_node *unknown_from(struct parser *p, size_t start)
{
	struct audit_node *node = make(p, AUDIT_UNKNOWN);
	st_auto_buf struct st_buf text = {0};
	bool quoted = false;
	st_buf_add_byte(&text, '[');
	for (size_t i = start; i < p->at; i++) {
		quoted ^= p->text.data[i] == '\'';
		if (quoted || !isspace(p->text.data[i]))
			st_buf_add_byte(&text, p->text.data[i]);
	}
	st_buf_add_byte(&text, ']');
	node->text = audit_pool_copy(p->scope.pool, (struct st_span){text.data, text.size});
	return node;
}

static struct audit_node *moved(struct parser *p, const struct audit_node *from)
{
	struct audit_node *node = make(p, from->type);
	*node = *from;
	node->next = NULL;
	node->line = p->line;
	return node;
}

/* A parameter's or variable's value, evaluated where it stands. */
static struct audit_node *named_value(struct parser *p, const struct audit_scope *scope, const struct audit_node *value)
{
	struct audit_scope inner = *scope;
	inner.depth = p->scope.depth + 1;
	inner.loop = NULL;
	struct audit_node *made = audit_evaluate(&inner, value);
	return moved(p, made);
}

static struct audit_node *parameter(struct parser *p, size_t start, const struct audit_node *name)
{
	const struct audit_node *declared = audit_get_span(p->scope.parameters, name->text);
	const struct audit_node *item = audit_get_span(p->scope.given, name->text), *given = audit_get(item, "value");
	const struct audit_node *fallback = audit_get(declared, "defaultValue");
	if (given != NULL && p->scope.given_scope != NULL)
		return named_value(p, p->scope.given_scope, given);
	if (given != NULL)
		return moved(p, given);
	/* given by reference to a vault, or in two ways: not known, whatever the default is */
	return fallback != NULL && item == NULL ? named_value(p, &p->scope, fallback) : unknown_from(p, start);
}

static struct audit_node *call(struct parser *p, size_t start, struct st_span name)
{
	struct audit_arguments arguments = {.pool = p->scope.pool, .scope = &p->scope, .line = p->line};
	while (!take(p, ')')) {
		if (arguments.count > 0 && !take(p, ','))
			p->broken = true;
		if (p->broken || arguments.count == AUDIT_ARGUMENTS) {
			p->broken = true;
			return unknown_from(p, start);
		}
		arguments.items[arguments.count++] = expression(p);
	}
	const struct audit_node *first = arguments.count > 0 ? arguments.items[0] : NULL;
	bool named = arguments.count == 1 && first->type == AUDIT_STRING;
	if (audit_span_is(name, "parameters"))
		return named ? parameter(p, start, first) : unknown_from(p, start);
	if (audit_span_is(name, "variables")) {
		const struct audit_node *value = named ? audit_get_span(p->scope.variables, first->text) : NULL;
		return value != NULL ? named_value(p, &p->scope, value) : unknown_from(p, start);
	}
	struct audit_node *made = audit_call(name, &arguments);
	if (*p->scope.budget < arguments.count)
		p->broken = true;
	return made != NULL ? made : unknown_from(p, start);
}

static struct audit_node *primary(struct parser *p)
{
	blanks(p);
	size_t start = p->at;
	if (take(p, '\''))
		return literal(p);
	if (p->at < p->text.size && (isdigit(p->text.data[p->at]) || p->text.data[p->at] == '-'))
		return number(p);
	while (p->at < p->text.size &&
		(isalnum(p->text.data[p->at]) || p->text.data[p->at] == '_' || p->text.data[p->at] == '.'))
		p->at++;
	struct st_span name = {p->text.data + start, p->at - start};
	if (name.size > 0 && take(p, '('))
		return call(p, start, name);
	if (audit_span_is(name, "true"))
		return make(p, AUDIT_TRUE);
	if (audit_span_is(name, "false"))
		return make(p, AUDIT_FALSE);
	if (audit_span_is(name, "null"))
		return make(p, AUDIT_NULL);
	p->broken = true;
	return unknown_from(p, start);
}

static struct audit_node *expression(struct parser *p)
{
	blanks(p);
	size_t start = p->at;
	if (++p->scope.depth > CEIL_AUDIT_EXPRESSION_DEPTH) {
		p->broken = true;
		return unknown_from(p, start);
	}
	struct audit_node *value = primary(p);
	while (!p->broken) {
		const struct audit_node *part = NULL;
		if (take(p, '.')) {
			size_t name = p->at;
			while (p->at < p->text.size && (isalnum(p->text.data[p->at]) || p->text.data[p->at] == '_'))
				p->at++;
			part = audit_get_span(value, (struct st_span){p->text.data + name, p->at - name});
		} else if (take(p, '[')) {
			part = audit_index(value, expression(p));
			p->broken |= !take(p, ']');
		} else {
			break;
		}
		value = part != NULL ? moved(p, part) : unknown_from(p, start);
	}
	p->scope.depth--;
	return value;
}

static struct audit_node *evaluate_text(const struct audit_scope *scope, const struct audit_node *node)
{
	struct parser p = {.scope = *scope, .text = {node->text.data + 1, node->text.size - 2}, .line = node->line};
	p.scope.depth++;
	struct audit_node *value = expression(&p);
	value->computed = true;
	blanks(&p);
	if (!p.broken && p.at == p.text.size)
		return value;
	struct audit_node *unknown = audit_node_new(scope->pool, AUDIT_UNKNOWN, node->line);
	unknown->text = node->text;
	unknown->computed = true;
	return unknown;
}

/* --- nodes --- */

int64_t audit_copy_count(const struct audit_scope *scope, const struct audit_node *copy)
{
	const struct audit_node *given = audit_get(copy, "count");
	int64_t count;
	if (given == NULL)
		return -1;
	return audit_integer(audit_evaluate(scope, given), &count) && count >= 0 && count <= CEIL_AUDIT_COPIES ? count
													       : -1;
}

static void append_value(struct audit_node *parent, struct audit_node *value, struct st_span key)
{
	audit_node_name(value, key);
	value->next = NULL;
	audit_node_append(parent, value);
}

/* "copy": [{"name": N, "count": C, "input": I}] beside properties: the property N is a list of C values. */
static void expand_copies(const struct audit_scope *scope, const struct audit_node *copies, struct audit_node *out)
{
	for (const struct audit_node *copy = copies->first; copy != NULL; copy = copy->next) {
		struct st_span name = audit_text(audit_get(copy, "name"));
		const struct audit_node *input = audit_get(copy, "input");
		int64_t count = audit_copy_count(scope, copy);
		if (count < 0 || input == NULL) {
			struct audit_node *unknown = audit_node_new(scope->pool, AUDIT_UNKNOWN, copy->line);
			unknown->text = audit_span("(copy)");
			append_value(out, unknown, name);
			continue;
		}
		struct audit_node *list = audit_node_new(scope->pool, AUDIT_ARRAY, copy->line);
		for (int64_t i = 0; i < count; i++) {
			struct audit_loop loop = {name, i, scope->loop};
			struct audit_scope inner = *scope;
			inner.loop = &loop;
			append_value(list, audit_evaluate(&inner, input), (struct st_span){NULL, 0});
		}
		list->computed = true;
		append_value(out, list, name);
	}
}

static struct audit_node *evaluate_children(const struct audit_scope *scope, const struct audit_node *node)
{
	struct audit_node *made = audit_node_new(scope->pool, node->type, node->line);
	for (const struct audit_node *child = node->first; child != NULL; child = child->next) {
		if (node->type == AUDIT_OBJECT && child->type == AUDIT_ARRAY && audit_span_is(child->key, "copy"))
			expand_copies(scope, child, made);
		else
			append_value(made, audit_evaluate(scope, child), child->key);
	}
	return made;
}

struct audit_node *audit_evaluate(const struct audit_scope *scope, const struct audit_node *node)
{
	struct audit_scope inner = *scope;
	inner.depth++;
	if (*scope->budget == 0 || inner.depth > CEIL_AUDIT_EXPRESSION_DEPTH) {
		struct audit_node *unknown = audit_node_new(scope->pool, AUDIT_UNKNOWN, node->line);
		unknown->text = audit_span("(too large)");
		return unknown;
	}
	--*scope->budget;
	if (node->type == AUDIT_ARRAY || node->type == AUDIT_OBJECT)
		return evaluate_children(&inner, node);
	struct st_span text = node->text;
	if (node->type == AUDIT_STRING && text.size >= 2 && text.data[0] == '[' && text.data[text.size - 1] == ']' &&
		text.data[1] != '[')
		return evaluate_text(&inner, node);
	struct audit_node *made = audit_node_new(scope->pool, node->type, node->line);
	made->text = text;
	if (node->type == AUDIT_STRING && text.size >= 2 && text.data[0] == '[' && text.data[1] == '[')
		made->text = (struct st_span){text.data + 1, text.size - 1};
	return made;
}
