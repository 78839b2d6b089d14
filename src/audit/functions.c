/* One function of C for each function of the language, in a table. */
#include "audit/functions.h"

#include "base/ceilings.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

typedef struct audit_node *function(struct audit_arguments *a);

static struct audit_node *make(struct audit_arguments *a, enum audit_type type)
{
	return audit_node_new(a->pool, type, a->line);
}

static struct audit_node *boolean(struct audit_arguments *a, bool value)
{
	return make(a, value ? AUDIT_TRUE : AUDIT_FALSE);
}

static struct audit_node *text_of(struct audit_arguments *a, enum audit_type type, const struct st_buf *text)
{
	struct audit_node *node = make(a, type);
	uint64_t cost = text->size / 16, *budget = a->scope->budget;
	*budget = *budget > cost ? *budget - cost : 0;
	node->text = audit_pool_copy(a->pool, (struct st_span){text->data, text->size});
	return node;
}

static struct audit_node *integer(struct audit_arguments *a, int64_t value)
{
	st_auto_buf struct st_buf text = {0};
	st_buf_format(&text, "%lld", (long long)value);
	return text_of(a, AUDIT_NUMBER, &text);
}

static struct audit_node *copied(struct audit_arguments *a, const struct audit_node *from)
{
	struct audit_node *node = make(a, from->type);
	*node = *from;
	node->next = NULL;
	return node;
}

bool audit_integer(const struct audit_node *node, int64_t *out)
{
	char copy[24];
	struct st_span text = audit_text(node);
	if (text.size == 0 || text.size >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = 0;
	char *end;
	*out = strtoll(copy, &end, 10);
	return *end == 0 && !isspace((unsigned char)copy[0]) && *out > -(1LL << 40) && *out < 1LL << 40;
}

const struct audit_node *audit_index(const struct audit_node *value, const struct audit_node *at)
{
	int64_t number;
	if (at->type == AUDIT_STRING)
		return audit_get_span(value, at->text);
	if (value->type != AUDIT_ARRAY || !audit_integer(at, &number) || number < 0)
		return NULL;
	const struct audit_node *item = value->first;
	for (; item != NULL && number > 0; number--)
		item = item->next;
	return item;
}

static bool is_list(const struct audit_node *node)
{
	return node->type == AUDIT_ARRAY;
}

/* Is anything in it unknown, at any depth? Depth is that of evaluated trees, which is bounded. */
static bool has_unknown(const struct audit_node *node)
{
	if (node->type == AUDIT_UNKNOWN)
		return true;
	for (const struct audit_node *child = node->first; child != NULL; child = child->next)
		if (has_unknown(child))
			return true;
	return false;
}

/* --- text --- */

static void add_symbol(struct st_buf *out, const struct audit_node *node)
{
	struct st_span text = audit_symbol(node);
	if (node->type == AUDIT_TRUE || node->type == AUDIT_FALSE)
		text = audit_span(node->type == AUDIT_TRUE ? "True" : "False");
	st_buf_add(out, text.data, text.size);
}

static struct audit_node *concat_lists(struct audit_arguments *a)
{
	struct audit_node *out = make(a, AUDIT_ARRAY);
	for (size_t i = 0; i < a->count; i++) {
		if (!is_list(a->items[i]))
			return NULL;
		for (const struct audit_node *item = a->items[i]->first; item != NULL; item = item->next)
			audit_node_append(out, copied(a, item));
	}
	return out;
}

static struct audit_node *concat(struct audit_arguments *a)
{
	bool unknown = false;
	st_auto_buf struct st_buf text = {0};
	if (a->count > 0 && is_list(a->items[0]))
		return concat_lists(a);
	for (size_t i = 0; i < a->count; i++) {
		if (is_list(a->items[i]) || a->items[i]->type == AUDIT_OBJECT)
			return NULL;
		unknown |= a->items[i]->type == AUDIT_UNKNOWN;
		add_symbol(&text, a->items[i]);
		if (text.size > CEIL_AUDIT_TEXT_BYTES)
			return NULL;
	}
	return text_of(a, unknown ? AUDIT_UNKNOWN : AUDIT_STRING, &text);
}

/* format('{0}-{1}', a, b); a width or format behind the number is not known here. */
static struct audit_node *format(struct audit_arguments *a)
{
	bool unknown = false;
	st_auto_buf struct st_buf text = {0};
	if (a->count == 0 || a->items[0]->type != AUDIT_STRING)
		return NULL;
	struct st_span in = a->items[0]->text;
	for (size_t i = 0; i < in.size; i++) {
		uint8_t byte = in.data[i];
		if ((byte == '{' || byte == '}') && i + 1 < in.size && in.data[i + 1] == byte) {
			st_buf_add_byte(&text, byte);
			i++;
			continue;
		}
		if (byte != '{') {
			st_buf_add_byte(&text, byte);
			continue;
		}
		size_t number = 0, digits = 0;
		for (i++; i < in.size && isdigit(in.data[i]) && digits < 3; i++, digits++)
			number = number * 10 + (size_t)(in.data[i] - '0');
		if (digits == 0 || i >= in.size || in.data[i] != '}' || number + 1 >= a->count ||
			is_list(a->items[number + 1]) || a->items[number + 1]->type == AUDIT_OBJECT ||
			text.size > CEIL_AUDIT_TEXT_BYTES)
			return NULL;
		unknown |= a->items[number + 1]->type == AUDIT_UNKNOWN;
		add_symbol(&text, a->items[number + 1]);
	}
	return text_of(a, unknown ? AUDIT_UNKNOWN : AUDIT_STRING, &text);
}

static struct audit_node *change_case(struct audit_arguments *a, int (*change)(int))
{
	if (a->count != 1 || a->items[0]->type != AUDIT_STRING)
		return NULL;
	st_auto_buf struct st_buf text = {0};
	for (size_t i = 0; i < a->items[0]->text.size; i++)
		st_buf_add_byte(&text, (uint8_t)change(a->items[0]->text.data[i]));
	return text_of(a, AUDIT_STRING, &text);
}

static struct audit_node *to_lower(struct audit_arguments *a)
{
	return change_case(a, tolower);
}

static struct audit_node *to_upper(struct audit_arguments *a)
{
	return change_case(a, toupper);
}

static struct audit_node *trim(struct audit_arguments *a)
{
	if (a->count != 1 || a->items[0]->type != AUDIT_STRING)
		return NULL;
	struct audit_node *out = copied(a, a->items[0]);
	while (out->text.size > 0 && isspace(out->text.data[0]))
		out->text = (struct st_span){out->text.data + 1, out->text.size - 1};
	while (out->text.size > 0 && isspace(out->text.data[out->text.size - 1]))
		out->text.size--;
	return out;
}

static struct audit_node *to_string(struct audit_arguments *a)
{
	if (a->count != 1 || is_list(a->items[0]) || a->items[0]->type == AUDIT_OBJECT)
		return NULL;
	return concat(a);
}

static struct audit_node *to_int(struct audit_arguments *a)
{
	int64_t value;
	return a->count == 1 && audit_integer(a->items[0], &value) ? integer(a, value) : NULL;
}

static struct audit_node *to_bool(struct audit_arguments *a)
{
	if (a->count != 1)
		return NULL;
	if (a->items[0]->type == AUDIT_TRUE || a->items[0]->type == AUDIT_FALSE)
		return copied(a, a->items[0]);
	struct st_span text = audit_text(a->items[0]);
	if (audit_span_is(text, "true") || audit_span_is(text, "1"))
		return boolean(a, true);
	return audit_span_is(text, "false") || audit_span_is(text, "0") ? boolean(a, false) : NULL;
}

static const uint8_t *find_text(struct st_span in, struct st_span what)
{
	return what.size > 0 ? memmem(in.data, in.size, what.data, what.size) : NULL;
}

static struct audit_node *replace(struct audit_arguments *a)
{
	if (a->count != 3 || a->items[0]->type != AUDIT_STRING || a->items[1]->type != AUDIT_STRING ||
		a->items[2]->type != AUDIT_STRING)
		return NULL;
	struct st_span rest = a->items[0]->text, what = a->items[1]->text, by = a->items[2]->text;
	st_auto_buf struct st_buf text = {0};
	const uint8_t *found;
	while ((found = find_text(rest, what)) != NULL) {
		st_buf_add(&text, rest.data, (size_t)(found - rest.data));
		st_buf_add(&text, by.data, by.size);
		if (text.size > CEIL_AUDIT_TEXT_BYTES)
			return NULL;
		rest.size -= (size_t)(found - rest.data) + what.size;
		rest.data = found + what.size;
	}
	st_buf_add(&text, rest.data, rest.size);
	return text_of(a, AUDIT_STRING, &text);
}

static struct audit_node *split(struct audit_arguments *a)
{
	if (a->count != 2 || a->items[0]->type != AUDIT_STRING || a->items[1]->type != AUDIT_STRING ||
		a->items[1]->text.size != 1)
		return NULL;
	struct st_span rest = a->items[0]->text;
	struct audit_node *out = make(a, AUDIT_ARRAY);
	for (;;) {
		const uint8_t *found = find_text(rest, a->items[1]->text);
		struct audit_node *part = make(a, AUDIT_STRING);
		part->text = (struct st_span){rest.data, found != NULL ? (size_t)(found - rest.data) : rest.size};
		audit_node_append(out, part);
		if (found == NULL)
			return out;
		rest.size -= part->text.size + 1;
		rest.data = found + 1;
	}
}

static struct audit_node *join(struct audit_arguments *a)
{
	if (a->count != 2 || !is_list(a->items[0]) || a->items[1]->type != AUDIT_STRING || has_unknown(a->items[0]))
		return NULL;
	st_auto_buf struct st_buf text = {0};
	for (const struct audit_node *item = a->items[0]->first; item != NULL; item = item->next) {
		add_symbol(&text, item);
		if (item->next != NULL)
			st_buf_add(&text, a->items[1]->text.data, a->items[1]->text.size);
	}
	return text_of(a, AUDIT_STRING, &text);
}

static bool both_texts(const struct audit_arguments *a)
{
	return a->count == 2 && a->items[0]->type == AUDIT_STRING && a->items[1]->type == AUDIT_STRING;
}

static struct audit_node *starts_with(struct audit_arguments *a)
{
	if (!both_texts(a))
		return NULL;
	struct st_span in = a->items[0]->text, what = a->items[1]->text;
	return boolean(a, in.size >= what.size && audit_same((struct st_span){in.data, what.size}, what));
}

static struct audit_node *ends_with(struct audit_arguments *a)
{
	if (!both_texts(a))
		return NULL;
	struct st_span in = a->items[0]->text, what = a->items[1]->text;
	return boolean(a,
		in.size >= what.size && audit_same((struct st_span){in.data + in.size - what.size, what.size}, what));
}

/* --- truth --- */

/* Deep, numbers by value; objects in the order of their keys as written, else not known. */
static int same(const struct audit_node *x, const struct audit_node *y)
{
	if (x->type == AUDIT_UNKNOWN || y->type == AUDIT_UNKNOWN)
		return -1;
	if (x->type != y->type)
		return 0;
	if (x->type == AUDIT_STRING || x->type == AUDIT_NUMBER)
		return x->text.size == y->text.size && memcmp(x->text.data, y->text.data, x->text.size) == 0;
	if (x->type != AUDIT_ARRAY && x->type != AUDIT_OBJECT)
		return 1;
	if (x->count != y->count)
		return 0;
	for (const struct audit_node *i = x->first, *j = y->first; i != NULL && j != NULL; i = i->next, j = j->next) {
		int here = x->type == AUDIT_OBJECT && !audit_same(i->key, j->key) ? -1 : same(i, j);
		if (here != 1)
			return here;
	}
	return 1;
}

static struct audit_node *equals(struct audit_arguments *a)
{
	int value = a->count == 2 ? same(a->items[0], a->items[1]) : -1;
	return value < 0 ? NULL : boolean(a, value == 1);
}

static struct audit_node * not(struct audit_arguments * a)
{
	if (a->count != 1 || (a->items[0]->type != AUDIT_TRUE && a->items[0]->type != AUDIT_FALSE))
		return NULL;
	return boolean(a, a->items[0]->type == AUDIT_FALSE);
}

/* One value that decides, whatever the others are; else all have to be known. */
static struct audit_node *all_or_any(struct audit_arguments *a, enum audit_type decides)
{
	bool known = true;
	for (size_t i = 0; i < a->count; i++) {
		if (a->items[i]->type == decides)
			return boolean(a, decides == AUDIT_TRUE);
		known &= a->items[i]->type == AUDIT_TRUE || a->items[i]->type == AUDIT_FALSE;
	}
	return known ? boolean(a, decides == AUDIT_FALSE) : NULL;
}

static struct audit_node * and (struct audit_arguments * a)
{
	return all_or_any(a, AUDIT_FALSE);
}

static struct audit_node * or (struct audit_arguments * a)
{
	return all_or_any(a, AUDIT_TRUE);
}

static struct audit_node *choose(struct audit_arguments *a)
{
	if (a->count != 3)
		return NULL;
	if (a->items[0]->type == AUDIT_TRUE || a->items[0]->type == AUDIT_FALSE)
		return copied(a, a->items[a->items[0]->type == AUDIT_TRUE ? 1 : 2]);
	return same(a->items[1], a->items[2]) == 1 ? copied(a, a->items[1]) : NULL;
}

static struct audit_node *compare(struct audit_arguments *a, bool less, bool equal)
{
	int64_t x, y;
	if (a->count != 2 || !audit_integer(a->items[0], &x) || !audit_integer(a->items[1], &y))
		return NULL;
	return boolean(a, (equal && x == y) || (less ? x < y : x > y));
}

static struct audit_node *greater(struct audit_arguments *a)
{
	return compare(a, false, false);
}

static struct audit_node *greater_or_equals(struct audit_arguments *a)
{
	return compare(a, false, true);
}

static struct audit_node *less(struct audit_arguments *a)
{
	return compare(a, true, false);
}

static struct audit_node *less_or_equals(struct audit_arguments *a)
{
	return compare(a, true, true);
}

static struct audit_node *truth(struct audit_arguments *a)
{
	return a->count == 0 ? boolean(a, true) : NULL;
}

static struct audit_node *falsehood(struct audit_arguments *a)
{
	return a->count == 0 ? boolean(a, false) : NULL;
}

static struct audit_node *nothing(struct audit_arguments *a)
{
	return a->count == 0 ? make(a, AUDIT_NULL) : NULL;
}

/* --- numbers --- */

static struct audit_node *arithmetic(struct audit_arguments *a, int sign)
{
	int64_t x, y;
	if (a->count != 2 || !audit_integer(a->items[0], &x) || !audit_integer(a->items[1], &y))
		return NULL;
	return integer(a, x + sign * y);
}

static struct audit_node *add(struct audit_arguments *a)
{
	return arithmetic(a, 1);
}

static struct audit_node *sub(struct audit_arguments *a)
{
	return arithmetic(a, -1);
}

static struct audit_node *mul(struct audit_arguments *a)
{
	int64_t x, y, product;
	if (a->count != 2 || !audit_integer(a->items[0], &x) || !audit_integer(a->items[1], &y) ||
		__builtin_mul_overflow(x, y, &product))
		return NULL;
	return integer(a, product);
}

/* copyIndex(), copyIndex(offset), copyIndex('name'), copyIndex('name', offset). */
static struct audit_node *copy_index(struct audit_arguments *a)
{
	const struct audit_loop *loop = a->scope->loop;
	int64_t offset = 0;
	size_t at = a->count > 0 && a->items[0]->type == AUDIT_STRING ? 1 : 0;
	if (at == 1)
		while (loop != NULL && !audit_same(loop->name, a->items[0]->text))
			loop = loop->outer;
	if (loop == NULL || a->count > at + 1 || (a->count == at + 1 && !audit_integer(a->items[at], &offset)))
		return NULL;
	return integer(a, loop->index + offset);
}

/* --- lists --- */

static struct audit_node *length(struct audit_arguments *a)
{
	if (a->count != 1)
		return NULL;
	if (is_list(a->items[0]) || a->items[0]->type == AUDIT_OBJECT)
		return integer(a, a->items[0]->count);
	return a->items[0]->type == AUDIT_STRING ? integer(a, (int64_t)a->items[0]->text.size) : NULL;
}

static struct audit_node *empty(struct audit_arguments *a)
{
	if (a->count != 1 || a->items[0]->type == AUDIT_UNKNOWN)
		return NULL;
	return boolean(a,
		a->items[0]->type == AUDIT_NULL || (a->items[0]->type == AUDIT_STRING && a->items[0]->text.size == 0) ||
			((is_list(a->items[0]) || a->items[0]->type == AUDIT_OBJECT) && a->items[0]->count == 0));
}

static struct audit_node *create_array(struct audit_arguments *a)
{
	struct audit_node *out = make(a, AUDIT_ARRAY);
	for (size_t i = 0; i < a->count; i++)
		audit_node_append(out, copied(a, a->items[i]));
	return out;
}

static struct audit_node *to_array(struct audit_arguments *a)
{
	if (a->count != 1 || a->items[0]->type == AUDIT_UNKNOWN)
		return NULL;
	return is_list(a->items[0]) ? copied(a, a->items[0]) : create_array(a);
}

static struct audit_node *create_object(struct audit_arguments *a)
{
	struct audit_node *out = make(a, AUDIT_OBJECT);
	for (size_t i = 0; i + 1 < a->count; i += 2) {
		if (a->items[i]->type != AUDIT_STRING || audit_get_span(out, a->items[i]->text) != NULL)
			return NULL;
		struct audit_node *value = copied(a, a->items[i + 1]);
		audit_node_name(value, a->items[i]->text);
		audit_node_append(out, value);
	}
	return a->count % 2 == 0 ? out : NULL;
}

static struct audit_node *union_of(struct audit_arguments *a)
{
	struct audit_node *out = make(a, AUDIT_ARRAY);
	for (size_t i = 0; i < a->count; i++) {
		if (!is_list(a->items[i]) || out->count > CEIL_AUDIT_COPIES)
			return NULL;
		for (const struct audit_node *item = a->items[i]->first; item != NULL; item = item->next) {
			bool there = false;
			for (const struct audit_node *old = out->first; old != NULL && !there; old = old->next)
				there = same(old, item) == 1;
			if (!there)
				audit_node_append(out, copied(a, item));
		}
	}
	return out;
}

static struct audit_node *first_or_last(struct audit_arguments *a, bool last)
{
	if (a->count != 1)
		return NULL;
	if (is_list(a->items[0]) && a->items[0]->count > 0)
		return copied(a, last ? a->items[0]->last : a->items[0]->first);
	if (a->items[0]->type != AUDIT_STRING || a->items[0]->text.size == 0)
		return NULL;
	struct audit_node *out = copied(a, a->items[0]);
	out->text = (struct st_span){out->text.data + (last ? out->text.size - 1 : 0), 1};
	return out;
}

static struct audit_node *first(struct audit_arguments *a)
{
	return first_or_last(a, false);
}

static struct audit_node *last(struct audit_arguments *a)
{
	return first_or_last(a, true);
}

static struct audit_node *range(struct audit_arguments *a)
{
	int64_t from, count;
	if (a->count != 2 || !audit_integer(a->items[0], &from) || !audit_integer(a->items[1], &count) || count < 0 ||
		count > CEIL_AUDIT_COPIES)
		return NULL;
	struct audit_node *out = make(a, AUDIT_ARRAY);
	for (int64_t i = 0; i < count; i++)
		audit_node_append(out, integer(a, from + i));
	return out;
}

static struct audit_node *contains(struct audit_arguments *a)
{
	if (a->count != 2 || a->items[1]->type == AUDIT_UNKNOWN || has_unknown(a->items[0]))
		return NULL;
	if (a->items[0]->type == AUDIT_OBJECT && a->items[1]->type == AUDIT_STRING)
		return boolean(a, audit_get_span(a->items[0], a->items[1]->text) != NULL);
	if (both_texts(a))
		return boolean(
			a, a->items[1]->text.size == 0 || find_text(a->items[0]->text, a->items[1]->text) != NULL);
	if (!is_list(a->items[0]))
		return NULL;
	for (const struct audit_node *item = a->items[0]->first; item != NULL; item = item->next)
		if (same(item, a->items[1]) == 1)
			return boolean(a, true);
	return boolean(a, false);
}

static struct audit_node *coalesce(struct audit_arguments *a)
{
	for (size_t i = 0; i < a->count; i++) {
		if (a->items[i]->type == AUDIT_UNKNOWN)
			return NULL;
		if (a->items[i]->type != AUDIT_NULL)
			return copied(a, a->items[i]);
	}
	return a->count > 0 ? make(a, AUDIT_NULL) : NULL;
}

/* --- ids --- */

/* resourceId([subscription], [group], 'Namespace/type[/type]', 'name'[, 'name']): what joins resources of one template.
 * A subscription or group before the type names something outside of it all the same; names that are not known stand as
 * their expressions. */
static struct audit_node *resource_id(struct audit_arguments *a)
{
	size_t type = 0;
	while (type < a->count && (a->items[type]->type != AUDIT_STRING ||
					  memchr(a->items[type]->text.data, '/', a->items[type]->text.size) == NULL))
		type++;
	if (type >= a->count)
		return NULL;
	st_auto_buf struct st_buf text = {0};
	st_buf_format(&text, "%s/providers/", a->scope->id_prefix);
	struct st_span types = a->items[type]->text;
	size_t at = 0, name = type + 1, slashes = 0;
	for (; at < types.size; at++) {
		if (types.data[at] == '/' && ++slashes >= 2) {
			if (name >= a->count)
				return NULL;
			st_buf_add_byte(&text, '/');
			add_symbol(&text, a->items[name++]);
		}
		st_buf_add_byte(&text, types.data[at]);
	}
	for (; name < a->count; name++) {
		st_buf_add_byte(&text, '/');
		add_symbol(&text, a->items[name]);
	}
	return text_of(a, AUDIT_STRING, &text);
}

static const struct {
	const char *name;
	function *call;
} functions[] = {{"add", add}, {"and", and}, {"array", to_array}, {"bool", to_bool}, {"coalesce", coalesce},
	{"concat", concat}, {"contains", contains}, {"copyIndex", copy_index}, {"createArray", create_array},
	{"createObject", create_object}, {"empty", empty}, {"endsWith", ends_with}, {"equals", equals},
	{"false", falsehood}, {"first", first}, {"format", format}, {"greater", greater},
	{"greaterOrEquals", greater_or_equals}, {"if", choose}, {"int", to_int}, {"join", join}, {"last", last},
	{"length", length}, {"less", less}, {"lessOrEquals", less_or_equals}, {"mul", mul}, {"not", not },
	{"null", nothing}, {"or", or }, {"range", range}, {"replace", replace}, {"resourceId", resource_id},
	{"split", split}, {"startsWith", starts_with}, {"string", to_string}, {"sub", sub}, {"toLower", to_lower},
	{"toUpper", to_upper}, {"trim", trim}, {"true", truth}, {"union", union_of}};

struct audit_node *audit_call(struct st_span name, struct audit_arguments *arguments)
{
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (audit_span_is(name, functions[i].name))
			return functions[i].call(arguments);
	return NULL;
}
