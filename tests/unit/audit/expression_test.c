/* Template expressions: what each is worth, and how what cannot be told is spelled. */
#include "audit/document.h"
#include "audit/expression.h"
#include "base/ceilings.h"
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

static const char template[] =
	"{\"parameters\":{\"name\":{\"type\":\"string\"},\"count\":{\"defaultValue\":3},\"list\":{\"defaultValue\":["
	"\"a\",\"b\"]},"
	"\"rule\":{\"defaultValue\":{\"port\":\"9200\",\"more\":[1,2]}},\"given\":{\"defaultValue\":\"no\"},\"vault\":"
	"{\"defaultValue\":\"no\"}},\"variables\":{\"prefix\":\"[concat('app-', parameters('count'))]\",\"self\":"
	"\"[variables('self')]\"},\"given\":{\"given\":{\"value\":\"yes\"},\"vault\":{\"reference\":{}}}}";

static void show(struct st_buf *out, const struct audit_node *node)
{
	static const char *const types[] = {"null", "false", "true", "", "'", "(", "{", "?"};
	st_buf_format(out, "%s%.*s", types[node->type], (int)node->text.size, (const char *)node->text.data);
	for (const struct audit_node *child = node->first; child != NULL; child = child->next) {
		st_buf_format(out, child == node->first ? "" : " ");
		if (node->type == AUDIT_OBJECT)
			st_buf_format(out, "%.*s:", (int)child->key.size, (const char *)child->key.data);
		show(out, child);
	}
	if (node->type == AUDIT_ARRAY || node->type == AUDIT_OBJECT)
		st_buf_add_byte(out, node->type == AUDIT_ARRAY ? ')' : '}');
}

/* What the JSON text `value` is worth in the template, in the second turn of a loop named `c`. */
static void worth(const char *value, const char *want)
{
	struct audit_pool pool = {0};
	struct audit_node *tree, *node;
	struct st_span list;
	struct st_error err = {0};
	uint64_t budget = CEIL_AUDIT_EXPRESSION_VALUES;
	st_auto_buf struct st_buf out = {0}, text = {0};
	st_buf_format(&text, "%s{\"v\":%s}", template, value);
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || st_write_full(fd, text.data, text.size) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		exit(1);
	struct audit_document *document = audit_document_open(fd, (struct st_span){NULL, 0}, &pool);
	CHECK_INT(audit_document_next(document, &tree, &list, &err), AUDIT_WHOLE);
	CHECK_INT(audit_document_next(document, &node, &list, &err), AUDIT_WHOLE);
	struct audit_loop loop = {.name = audit_span("c"), .index = 1};
	struct audit_scope scope = {.pool = &pool,
		.parameters = audit_get(tree, "parameters"),
		.variables = audit_get(tree, "variables"),
		.given = audit_get(tree, "given"),
		.loop = &loop,
		.id_prefix = "/t",
		.budget = &budget};
	show(&out, audit_evaluate(&scope, audit_get(node, "v")));
	st_buf_add_byte(&out, 0);
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
	if (strcmp((const char *)out.data, want) != 0)
		CHECK_FAIL("%s is worth %s, not %s", value, (const char *)out.data, want);
}

static void values_are_evaluated(void)
{
	static const char *const cases[][2] = {{"\"plain\"", "'plain"}, {"\"[[x]\"", "'[x]"}, {"5", "5"},
		{"\"[x\"", "'[x"}, {"\"[parameters('given')]\"", "'yes"}, {"\"[ Parameters( 'GIVEN' ) ]\"", "'yes"},
		{"\"[parameters('list')]\"", "('a 'b)"}, {"\"[parameters('list')[1]]\"", "'b"},
		{"\"[parameters('rule').port]\"", "'9200"}, {"\"[parameters('rule')['more'][0]]\"", "1"},
		{"\"[variables('prefix')]\"", "'app-3"}, {"\"[concat('it''s', 1, true())]\"", "'it's1True"},
		{"\"[concat(createArray(1), parameters('list'))]\"", "(1 'a 'b)"},
		{"\"[format('{0}/{1}-{{}}', 'a', 2)]\"", "'a/2-{}"}, {"\"[if(equals(1, 1), 'a', 'b')]\"", "'a"},
		{"\"[if(not(empty('')), 'a', 'b')]\"", "'b"}, {"\"[and(true(), equals('a', 'A'))]\"", "false"},
		{"\"[or(false(), greater(2, 1))]\"", "true"}, {"\"[length(parameters('list'))]\"", "2"},
		{"\"[greater(length('abc'), 0)]\"", "true"}, {"\"[split('a,b', ',')]\"", "('a 'b)"},
		{"\"[join(createArray('a', 'b'), '-')]\"", "'a-b"}, {"\"[toUpper(replace('a.b', '.', '-'))]\"", "'A-B"},
		{"\"[union(createArray(1, 2), createArray(2, 3))]\"", "(1 2 3)"}, {"\"[range(2, 3)]\"", "(2 3 4)"},
		{"\"[last(parameters('list'))]\"", "'b"}, {"\"[add(sub(5, 2), mul(2, 3))]\"", "9"},
		{"\"[int('7')]\"", "7"}, {"\"[string(7)]\"", "'7"}, {"\"[bool('true')]\"", "true"},
		{"\"[coalesce(null(), 'x')]\"", "'x"}, {"\"[contains(parameters('list'), 'b')]\"", "true"},
		{"\"[copyIndex()]\"", "1"}, {"\"[copyIndex('c', 10)]\"", "11"},
		{"\"[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]\"",
			"'/t/providers/Microsoft.Network/virtualNetworks/v/subnets/s"},
		{"\"[createObject('a', 1)]\"", "{a:1}"},
		{"[\"[add(1, 1)]\", {\"k\": \"[toLower('X')]\"}]", "(2 {k:'x})"},
		{"{\"copy\": [{\"name\": \"p\", \"count\": 2, \"input\": \"[copyIndex('p')]\"}]}", "{p:(0 1)}"},
		{"{\"copy\": [{\"name\": \"p\", \"count\": 0, \"input\": 1}]}", "{p:()}"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		worth(cases[i][0], cases[i][1]);
}

static void what_cannot_be_told_is_spelled(void)
{
	static const char *const cases[][2] = {{"\"[parameters('name')]\"", "?[parameters('name')]"},
		{"\"[concat(parameters( 'name' ), '/r')]\"", "?[parameters('name')]/r"},
		{"\"[parameters('vault')]\"", "?[parameters('vault')]"},
		{"\"[variables('none')]\"", "?[variables('none')]"},
		{"\"[resourceGroup().location]\"", "?[resourceGroup().location]"},
		{"\"[reference('x').ipAddress]\"", "?[reference('x').ipAddress]"},
		{"\"[uniqueString('a')]\"", "?[uniqueString('a')]"},
		{"\"[if(parameters('name'), 1, 2)]\"", "?[if(parameters('name'),1,2)]"},
		{"\"[if(parameters('name'), 'a', 'a')]\"", "'a"}, {"\"[or(parameters('name'), true())]\"", "true"},
		{"\"[and(parameters('name'), false())]\"", "false"},
		{"\"[length(parameters('name'))]\"", "?[length(parameters('name'))]"},
		{"\"[concat('a'\"", "'[concat('a'"}, {"\"[concat('a', ]\"", "?[concat('a', ]"}, {"\"[]\"", "?[]"},
		{"\"['a' 'b']\"", "?['a' 'b']"}, {"\"[parameters('list')[9]]\"", "?[parameters('list')[9]]"},
		{"\"[parameters('list').x]\"", "?[parameters('list').x]"},
		{"\"[add(9999999999999, 1)]\"", "?[add(9999999999999,1)]"},
		{"\"[range(0, 100000)]\"", "?[range(0,100000)]"}, {"\"[copyIndex('other')]\"", "?[copyIndex('other')]"},
		{"{\"copy\": [{\"name\": \"p\", \"count\": \"[parameters('name')]\", \"input\": 1}]}", "{p:?(copy)}"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		worth(cases[i][0], cases[i][1]);
}

static void expressions_without_an_end_have_one(void)
{
	worth("\"[variables('self')]\"", "?(too large)");
	st_auto_buf struct st_buf deep = {0};
	st_buf_format(&deep, "\"[");
	for (int i = 0; i < 5000; i++)
		st_buf_format(&deep, "not(");
	st_buf_format(&deep, "]\"");
	st_buf_add_byte(&deep, 0);
	st_auto_buf struct st_buf want = {0};
	st_buf_format(&want, "?%.*s", (int)deep.size - 3, (const char *)deep.data + 1);
	st_buf_add_byte(&want, 0);
	worth((const char *)deep.data, (const char *)want.data);
}

int main(void)
{
	RUN(values_are_evaluated);
	RUN(what_cannot_be_told_is_spelled);
	RUN(expressions_without_an_end_have_one);
	CHECK_END();
}
