/* JSON into trees: lines, elements of lists, encodings, what is refused. */
#include "audit/document.h"
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

static int input(const char *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	if (fd < 0 || st_write_full(fd, data, size) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		exit(1);
	return fd;
}

static void show(struct st_buf *out, const struct audit_node *node)
{
	static const char *const types[] = {"null", "false", "true", "", "", "[", "{", "?"};
	st_buf_format(
		out, "%s%.*s@%u", types[node->type], (int)node->text.size, (const char *)node->text.data, node->line);
	for (const struct audit_node *child = node->first; child != NULL; child = child->next) {
		st_buf_format(out, " %.*s=", (int)child->key.size, (const char *)child->key.data);
		show(out, child);
	}
	if (node->type == AUDIT_ARRAY || node->type == AUDIT_OBJECT)
		st_buf_format(out, node->type == AUDIT_ARRAY ? "]" : "}");
}

/* Everything that the bytes hold, as text. */
static void tell(const char *data, size_t size, struct st_buf *out)
{
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct st_error err = {0};
	int fd = input(data, size);
	struct audit_document *document = audit_document_open(fd, (struct st_span){NULL, 0}, &pool);
	enum audit_found found;
	while ((found = audit_document_next(document, &tree, &list, &err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE) {
		st_buf_format(out, "%s<%.*s>", found == AUDIT_ELEMENT ? "element" : "whole", (int)list.size,
			(const char *)list.data);
		show(out, tree);
		st_buf_add_byte(out, ';');
	}
	if (found == AUDIT_BROKEN)
		st_buf_format(out, "broken: %s", err.what);
	st_buf_add_byte(out, 0);
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
}

static void read_as(const char *data, size_t size, const char *want)
{
	st_auto_buf struct st_buf out = {0};
	tell(data, size, &out);
	CHECK_TEXT((const char *)out.data, want);
}

static void read_text(const char *text, const char *want)
{
	read_as(text, strlen(text), want);
}

static void every_value_has_its_line(void)
{
	read_text("{\n\"a\": 1,\n\"b\": [true,\n\n null, \"x\\ny\"]\n}",
		"whole<>{@1 a=1@2 b=[@3 =true@3 =null@5 =x\ny@5]};");
}

/* Each element says its line, over many blocks; between two of them stand none to four line feeds. */
static void lines_are_counted_across_blocks(void)
{
	st_auto_buf struct st_buf text = {0};
	unsigned line = 1, state = 5, elements = 60000;
	st_buf_add_byte(&text, '[');
	for (unsigned i = 0; i < elements; i++) {
		st_buf_format(&text, "%s{\"at\":%u}", i > 0 ? "," : "", line);
		state = state * 1664525u + 1013904223u;
		for (unsigned feeds = state >> 30; feeds > 0; feeds--, line++)
			st_buf_add_byte(&text, '\n');
	}
	st_buf_add_byte(&text, ']');
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct st_error err = {0};
	int fd = input((const char *)text.data, text.size);
	struct audit_document *document = audit_document_open(fd, (struct st_span){(const uint8_t *)"", 0}, &pool);
	for (unsigned i = 0; i < elements; i++) {
		CHECK(audit_document_next(document, &tree, &list, &err) == AUDIT_ELEMENT);
		const struct audit_node *at = audit_get(tree, "at");
		if (strtoul((const char *)at->text.data, NULL, 10) != tree->line || at->line != tree->line)
			CHECK_FAIL("element %u is told at line %u, and stands at %s", i, tree->line, at->text.data);
	}
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
}

static void lists_are_given_element_by_element(void)
{
	read_text("[{\"a\":1},\n{\"a\":2}]", "element<>{@1 a=1@1};element<>{@2 a=2@2};whole<>[@1];");
	read_text("{\"value\":[{\"a\":1}],\"nextLink\":null}",
		"element<value>{@1 a=1@1};whole<>{@1 value=[@1] nextLink=null@1};");
	read_text("{\"resources\":[{\"a\":1}]}", "whole<>{@1 resources=[@1 ={@1 a=1@1}]};");
	read_text("{\"a\":1}\n{\"b\":2}\n", "whole<>{@1 a=1@1};whole<>{@2 b=2@2};");
}

static void encodings_of_windows_are_read(void)
{
	static const char marked[] = "\xef\xbb\xbf{\"a\":\"\xc3\xa9\"}";
	static const char wide[] = "\xff\xfe{\0\n\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}\0";
	static const char other[] = "\0{\0\n\0\"\0a\0\"\0:\0\"\x20\xac\0\"\0}";
	read_as(marked, sizeof marked - 1, "whole<>{@1 a=\xc3\xa9@1};");
	read_as(wide, sizeof wide - 1, "whole<>{@1 a=\xc3\xa9@2};");
	read_as(other, sizeof other - 1, "whole<>{@1 a=\xe2\x82\xac@2};");
}

static void a_key_that_stands_twice_is_refused(void)
{
	read_text("{\"a\":1,\n\"b\":2,\n\"a\":3}", "broken: line 3: a key stands twice in one object");
	read_text("{\"a\":1,\n\"A\":3}", "broken: line 2: a key stands twice in one object");
	read_text("{\"a\":1,\n\"\\u0061\":3}", "broken: line 2: a key stands twice in one object");
	read_text("{\"tags\":{\"a\":1,\"A\":3}}", "whole<>{@1 tags={@1 a=1@1 A=3@1}};");
	read_text("{\"tags\":{\"a\":1,\"a\":3}}", "broken: line 1: a key stands twice in one object");
	read_text("{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0,\"l\":0,"
		  "\"m\":0,"
		  "\"n\":0,\"o\":0,\"p\":0,\"q\":0,\n\"B\":1}",
		"broken: line 2: a key stands twice in one object");
}

static void what_is_no_json_is_refused_with_its_line(void)
{
	read_text("{\"a\":1,\n,}", "broken: line 2: this is not JSON");
	read_text("{\"a\":1", "broken: line 1: this is not JSON");
	read_text("", "");
	char deep[600];
	memset(deep, '[', sizeof deep);
	read_as(deep, sizeof deep, "broken: line 1: deeper than any configuration");
}

static void long_texts_across_blocks_stay_whole(void)
{
	enum { SIZE = 700000 };
	char *text = malloc(SIZE + 32);
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct st_error err = {0};
	memcpy(text, "{\n\"k\":\"", 7);
	memset(text + 7, 'x', SIZE);
	memcpy(text + 7 + SIZE, "\",\n\"z\":1}", 9);
	int fd = input(text, 16 + SIZE);
	struct audit_document *document = audit_document_open(fd, (struct st_span){NULL, 0}, &pool);
	CHECK_INT(audit_document_next(document, &tree, &list, &err), AUDIT_WHOLE);
	CHECK_INT(audit_get(tree, "k")->text.size, SIZE);
	CHECK_INT(audit_get(tree, "k")->line, 2);
	CHECK_INT(audit_get(tree, "z")->line, 3);
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
	free(text);
}

/* Each element is larger than a block, and its keys and texts begin in one and end in another. */
static void texts_of_an_element_stay_until_it_was_given(void)
{
	st_auto_buf struct st_buf text = {0};
	unsigned elements = 3, members = 90000;
	st_buf_add_byte(&text, '[');
	for (unsigned i = 0; i < elements * members; i++)
		st_buf_format(&text, "%s\"key %u\":\"%s %u\"%s", i % members == 0 ? "{" : "", i,
			i % 3 == 0 ? "esc\\u0061ped" : "plain", i,
			(i + 1) % members != 0       ? ","
			: i + 1 < elements * members ? "},"
						     : "}");
	st_buf_add_byte(&text, ']');
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct st_error err = {0};
	int fd = input((const char *)text.data, text.size);
	struct audit_document *document = audit_document_open(fd, (struct st_span){(const uint8_t *)"", 0}, &pool);
	for (unsigned i = 0; i < elements * members;) {
		CHECK(audit_document_next(document, &tree, &list, &err) == AUDIT_ELEMENT);
		for (const struct audit_node *child = tree->first; child != NULL; child = child->next, i++) {
			st_auto_free char *key = st_format("key %u", i);
			st_auto_free char *value = st_format("%s %u", i % 3 == 0 ? "escaped" : "plain", i);
			if (!audit_span_is(child->key, key) || !audit_span_is(child->text, value) ||
				(i % 1009 == 0 && audit_get(tree, key) != child))
				CHECK_FAIL("member %u is %.*s: %.*s", i, (int)child->key.size,
					(const char *)child->key.data, (int)child->text.size,
					(const char *)child->text.data);
		}
	}
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
}

/* --- elements that are read at once --- */

/* UTF-16 is always read step by step: what is told of it is what has to be told of the same text in ASCII. */
static void same_in_steps(const char *text, size_t size)
{
	st_auto_buf struct st_buf wide = {0}, at_once = {0}, in_steps = {0};
	for (size_t i = 0; i < size; i++) {
		st_buf_add_byte(&wide, (uint8_t)text[i]);
		st_buf_add_byte(&wide, 0);
	}
	tell(text, size, &at_once);
	tell((const char *)wide.data, wide.size, &in_steps);
	if (strcmp((const char *)at_once.data, (const char *)in_steps.data) != 0)
		CHECK_FAIL("read at once: %.300s\nin steps:     %.300s\nof %.*s", at_once.data, in_steps.data,
			(int)(size < 300 ? size : 300), text);
}

static void an_element_read_at_once_is_what_steps_make_of_it(void)
{
	static const char *const texts[] = {"[{}]", "[{},{}]", "[{\"a\":[]}]", "[{\"a\":{}},{\"b\":[{}]}]",
		"[{\"a\":[1,[2,[3]],{\"b\":-0}]}]", "[{\"a\":\"W/\\\"x\\\"\\n\\\\\"}]",
		"[{\"a\":\"\\u0041\"},{\"b\":1}]", "[{\"a\\tb\":1,\"a\tb\":2}]", "[{\"a\":1.5e3},{\"b\":01}]",
		"[{\"a\":-},{}]", "[{\"a\":12x}]", "[{\"a\":tru}]", "[{\"a\":truex}]",
		"[{\"a\":true,\"b\":false,\"c\":null}]", "[{\"a\":1,}]", "[{\"a\":[1,]}]", "[{\"a\" 1}]", "[{\"a\":}]",
		"[{,}]", "[{\"a\":1]]", "[{\"a\":[1}}]", "[{\"a\":1}", "[{\"a\":\"x", "[{\"a\":\"x\\",
		"[{\"a\":1}{\"b\":1}]", "[{\"a\":1} ,\r\n\t {\n\"b\"\n:\n2\n}\n,\n3,{\"c\":3}]", "[,{}]", "[{}", "[{},",
		"[{},]", "[{\"a\":1,\"a\":2}]", "[{\"a\":{\"b\":1,\n\"B\":2}}]", "[{\"tags\":{\"b\":1,\"B\":2}}]",
		"{\"value\":[{\"a\":1},\n{\"a\":2}],\"data\":[{\"b\":\"\"}]}", "{\"value\":{\"a\":1}}",
		"[{\"a\":\"\\x\"}]", "[{\"\":0,\"\\/\":{\"\\b\\f\\r\":[\"\\\\\",\"\\\"\"]}}]",
		"[[{\"a\":1}],{\"b\":2}]", "[{\"a\":1}]\n[{\"b\":2}]\n{}"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		same_in_steps(texts[i], strlen(texts[i]));
	/* each with one byte changed for another that means something */
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		st_auto_free char *copy = st_format("%s", texts[i]);
		for (size_t at = 0; copy[at] != 0; at++) {
			for (const char *other = "{}[],:\"\\0 \n\x01"; *other != 0; other++) {
				char kept = copy[at];
				copy[at] = *other;
				same_in_steps(copy, strlen(copy));
				copy[at] = kept;
			}
		}
	}
}

/* Depth, a text and a number that are too long to be read at once. */
static void what_is_not_plain_is_read_in_steps(void)
{
	enum { LONG = 70000 };
	for (int depth = 120; depth < 132; depth++) {
		st_auto_buf struct st_buf text = {0};
		st_buf_format(&text, "[{\"a\":");
		for (int i = 0; i < depth; i++)
			st_buf_add_byte(&text, '[');
		for (int i = 0; i < depth; i++)
			st_buf_add_byte(&text, ']');
		st_buf_format(&text, "}]");
		same_in_steps((const char *)text.data, text.size);
	}
	for (int number = 0; number < 2; number++) {
		st_auto_buf struct st_buf text = {0};
		st_buf_format(&text, number ? "[{\"a\":1" : "[{\"a\":\"");
		for (int i = 0; i < LONG; i++)
			st_buf_add_byte(&text, '7');
		st_buf_format(&text, number ? ",\"b\":2},{\"c\":1}]" : "\",\"b\":2},{\"c\":1}]");
		same_in_steps((const char *)text.data, text.size);
	}
}

/* The end of a block at every byte of an element; behind it, elements that are larger and smaller than the first. */
static void an_element_may_lie_anywhere_in_a_block(void)
{
	static const char element[] = "{\"k\":[true,null,-12],\n\"et\\\"ag\":\"W/\\\"1\\\"\",\"s\":\"plain\"}";
	static const char want[] =
		"{@1 k=[@1 =true@1 =null@1 =-12@1] et\"ag=W/\"1\"@2 s=plain@2};element<>{@2 b={@2}};"
		"element<>{@2 k=[@2 =true@2 =null@2 =-12@2] et\"ag=W/\"1\"@3 s=plain@3};whole<>[@1];";
	enum { BLOCK = 1 << 20, SIZE = sizeof element - 1, PIECE = 60000 };
	for (size_t before = BLOCK - SIZE - 8; before <= BLOCK + 2; before++) {
		st_auto_buf struct st_buf text = {0}, told = {0};
		st_buf_format(&text, "[{\"filler\":[");
		while (text.size + 8 < before) {
			size_t size = before - text.size - 8 < PIECE ? before - text.size - 8 : PIECE;
			st_buf_add_byte(&text, '"');
			st_buf_reserve(&text, size);
			memset(text.data + text.size, 'x', size);
			text.size += size;
			st_buf_format(&text, "\",");
		}
		st_buf_format(&text, "1]},%s,{\"b\":{}},%s]", element, element);
		tell((const char *)text.data, text.size, &told);
		const char *first = strstr((const char *)told.data, ";element<>");
		if (first == NULL || strcmp(first + strlen(";element<>"), want) != 0)
			CHECK_FAIL("with %zu bytes before it an element is %s", before, first != NULL ? first : "none");
	}
}

/* Columns are those of the text, quotes included, up to the first byte that is not ASCII. */
static void an_element_read_at_once_tells_columns(void)
{
	static const char text[] =
		"[{\"a\":\"x\",\n \"b\": [12, \"y\\\"\"]},\n{\"c\":\"z\"},{\"d\":\"\xc3\xa9\"},{\"e\":1}]";
	static const char want[] = "a1:7-10 2:8-10 2:12-17 c3:6-9 d0:0-0 e0:0-0 ";
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct st_error err = {0};
	st_auto_buf struct st_buf out = {0};
	struct audit_document *document =
		audit_document_open(-1, (struct st_span){(const uint8_t *)text, sizeof text - 1}, &pool);
	while (audit_document_next(document, &tree, &list, &err) == AUDIT_ELEMENT) {
		for (const struct audit_node *child = tree->first; child != NULL; child = child->next) {
			const struct audit_node *at = child->type == AUDIT_ARRAY ? child->first : child;
			for (; at != NULL; at = child->type == AUDIT_ARRAY ? at->next : NULL)
				st_buf_format(&out, "%.*s%u:%u-%u ", (int)at->key.size, (const char *)at->key.data,
					at->column > 0 ? at->line : 0, at->column, at->end_column);
		}
	}
	st_buf_add_byte(&out, 0);
	CHECK_TEXT((const char *)out.data, want);
	audit_document_close(document);
	audit_pool_free(&pool);
}

int main(void)
{
	RUN(every_value_has_its_line);
	RUN(lines_are_counted_across_blocks);
	RUN(lists_are_given_element_by_element);
	RUN(encodings_of_windows_are_read);
	RUN(a_key_that_stands_twice_is_refused);
	RUN(what_is_no_json_is_refused_with_its_line);
	RUN(long_texts_across_blocks_stay_whole);
	RUN(texts_of_an_element_stay_until_it_was_given);
	RUN(an_element_read_at_once_is_what_steps_make_of_it);
	RUN(what_is_not_plain_is_read_in_steps);
	RUN(an_element_may_lie_anywhere_in_a_block);
	RUN(an_element_read_at_once_tells_columns);
	CHECK_END();
}
