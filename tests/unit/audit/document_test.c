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

static void read_as(const char *data, size_t size, const char *want)
{
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct st_error err = {0};
	st_auto_buf struct st_buf out = {0};
	int fd = input(data, size);
	struct audit_document *document = audit_document_open(fd, (struct st_span){NULL, 0}, &pool);
	enum audit_found found;
	while ((found = audit_document_next(document, &tree, &list, &err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE) {
		st_buf_format(&out, "%s<%.*s>", found == AUDIT_ELEMENT ? "element" : "whole", (int)list.size,
			(const char *)list.data);
		show(&out, tree);
		st_buf_add_byte(&out, ';');
	}
	if (found == AUDIT_BROKEN)
		st_buf_format(&out, "broken: %s", err.what);
	st_buf_add_byte(&out, 0);
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
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
	unsigned elements = 3, members = 30000;
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
				audit_get(tree, key) != child)
				CHECK_FAIL("member %u is %.*s: %.*s", i, (int)child->key.size,
					(const char *)child->key.data, (int)child->text.size,
					(const char *)child->text.data);
		}
	}
	audit_document_close(document);
	audit_pool_free(&pool);
	close(fd);
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
	CHECK_END();
}
