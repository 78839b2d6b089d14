/* Files of rows: tables and JSON in every shape that is read, and what becomes of broken ones. */
#include "worker/rows.h"

#include "check.h"

#include "base/bytes.h"

static const char *const places[] = {"a", "b", "n/x", "list/[]", "deep/", NULL};
static const char *const lists[] = {"rows", "inner", NULL};

/* "a=1 b=2|a=3|broken" */
static void show(void *context, const struct rows_row *row)
{
	struct st_buf *out = context;
	bool first = true;
	if (row->number > 1)
		st_buf_add_byte(out, '|');
	if (row->broken) {
		st_buf_format(out, "broken");
		return;
	}
	for (size_t i = 0; places[i] != NULL; i++) {
		if (row->text[i].size == 0)
			continue;
		st_buf_format(out, "%s%s=", first ? "" : " ", places[i]);
		for (size_t j = 0; j < row->text[i].size; j++)
			st_buf_add_byte(out, row->text[i].data[j] == '\n' ? ';' : row->text[i].data[j]);
		first = false;
	}
}

static const struct {
	const char *text, *rows;
	enum rows_end end;
} cases[] = {
	{"a,b\n1,2\n3,4\n", "a=1 b=2|a=3 b=4", ROWS_WHOLE},
	{"\xef\xbb\xbf"
	 "b;x;a\r\n1;2;3\r\n4;5;6\r\n",
		"a=3 b=1|a=6 b=4", ROWS_WHOLE},
	{"\"a\",\"b\"\n\"x, \"\"y\"\"\",\"p\nq\"\n", "a=x, \"y\" b=p;q", ROWS_WHOLE},
	{"a,b\n1\n1,2,3\n1,2", "broken|broken|a=1 b=2", ROWS_WHOLE},
	{"a,b\n\n1,2\n", "a=1 b=2", ROWS_WHOLE},
	{"a,a,b\n1,2,3\n", "a=1 b=3", ROWS_WHOLE},
	{"x,y\n1,2\n", "", ROWS_NONE},
	{"", "", ROWS_NONE},
	{"{\"a\":1,\"b\":\"two\"}\n{\"a\":3}", "a=1 b=two|a=3", ROWS_WHOLE},
	{"[{\"a\":1},{\"n\":{\"x\":true}},{\"list\":[\"p\",\"q\"]}]", "a=1|n/x=true|list/[]=p;q;", ROWS_WHOLE},
	{"{\"rows\":[{\"a\":1},{\"b\":2}],\"a\":9}", "a=1|b=2", ROWS_WHOLE},
	{"{\"a\":9,\"rows\":[{\"b\":1,\"inner\":[{\"n\":{\"x\":2}}]}]}", "a=9 b=1 n/x=2", ROWS_WHOLE},
	{"{\"rows\":[],\"a\":1}", "", ROWS_WHOLE},
	{"{\"rows\":\"text\",\"a\":1}", "a=1", ROWS_WHOLE},
	{"{\"deep\":{\"p\":{\"q\":1}}}\n{\"deep\":{}}", "deep/=1|", ROWS_WHOLE},
	{"{\"a\":null,\"b\":\"\"}", "", ROWS_WHOLE},
	{"{\"a\":1,\"a\":2}", "broken", ROWS_WHOLE},
	{"{\"a\":1}\nnonsense\n{\"a\":2}\n", "a=1|broken|a=2", ROWS_WHOLE},
	{"[{\"a\":1},{\"a\":", "a=1|broken", ROWS_CUT},
	{"[{\"a\":1},x{\"a\":2}]\n", "a=1|broken", ROWS_CUT},
	{"{\"a\":1", "broken", ROWS_CUT},
	{"{\"x\":{\"a\":1}}", "", ROWS_WHOLE},
};

static void every_shape_gives_its_rows(void)
{
	static const struct rows_form form = {.places = places, .lists = lists};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf out = {0};
		struct stream *stream = stream_open_memory(cases[i].text, strlen(cases[i].text));
		enum rows_end end = rows_read(stream, &form, show, &out);
		stream_close(stream);
		st_buf_add_byte(&out, 0);
		if (end != cases[i].end || strcmp((const char *)out.data, cases[i].rows) != 0)
			CHECK_FAIL("%s gives %s, end %d", cases[i].text, (const char *)out.data, end);
	}
}

static void a_text_that_is_too_long_breaks_its_row_alone(void)
{
	static const struct rows_form form = {.places = places, .lists = lists};
	static const char *const begin[] = {"a,b\n", "{\"a\":\""}, *const end[] = {
									   ",2\n3,4\n", "\"}\n{\"a\":3,\"b\":4}"};
	for (int i = 0; i < 2; i++) {
		st_auto_buf struct st_buf file = {0}, out = {0};
		st_buf_format(&file, "%s", begin[i]);
		for (int j = 0; j < 5000; j++)
			st_buf_add_byte(&file, 'x');
		st_buf_format(&file, "%s", end[i]);
		struct stream *stream = stream_open_memory(file.data, file.size);
		rows_read(stream, &form, show, &out);
		stream_close(stream);
		st_buf_add_byte(&out, 0);
		CHECK_TEXT((const char *)out.data, "broken|a=3 b=4");
	}
}

int main(void)
{
	RUN(every_shape_gives_its_rows);
	RUN(a_text_that_is_too_long_breaks_its_row_alone);
	CHECK_END();
}
