/* Bodies of answers, flattened: the paths that services ask for, and what is not told of hostile ones. */
#include "base/ceilings.h"
#include "worker/body.h"

#include "check.h"

static void read_text(const char *text, size_t size, enum probe_form form, uint32_t keep, struct probe_facts *out)
{
	struct stream *stream = stream_open_memory(text, size);
	*out = (struct probe_facts){0};
	body_read(stream, form, keep, out);
	stream_close(stream);
}

/* "path=value" pairs, a line each, in the order of paths. */
static const char *told(const struct probe_facts *facts)
{
	static char text[4000];
	text[0] = 0;
	for (uint32_t i = 0; i < facts->count; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "%s*%llu", facts->list[i].path,
			(unsigned long long)facts->list[i].count);
		for (uint32_t j = 0; j < facts->list[i].value_count; j++) {
			used = strlen(text);
			snprintf(text + used, sizeof text - used, "=%.*s", (int)facts->list[i].values[j].text.size,
				(const char *)facts->list[i].values[j].text.data);
		}
		used = strlen(text);
		snprintf(text + used, sizeof text - used, "\n");
	}
	return text;
}

static const struct {
	const char *name, *text;
	enum probe_form form;
	enum probe_body body;
	const char *told;
} cases[] = {
	{"an Azure listing",
		"\xef\xbb\xbf<?xml "
		"version=\"1.0\"?><E><Blobs><Blob><Name>a&amp;b</Name></Blob><Blob><Name>c</Name></Blob></"
		"Blobs><NextMarker/></E>",
		PROBE_FORM_XML, PROBE_BODY_WHOLE,
		"E*1\nE/Blobs/Blob/Name*2=a&b=c\nE/Blobs/Blob*2==\nE/Blobs*1=\nE/NextMarker*1=\n"},
	{"a prefix is no part of a name", "<s:L xmlns:s=\"x\"><s:K>1</s:K></s:L>", PROBE_FORM_XML, PROBE_BODY_WHOLE,
		"L*1\nL/K*1=1\n"},
	{"XML that breaks off", "<L><K>1</K><K>2", PROBE_FORM_XML, PROBE_BODY_CUT, "L*1\nL/K*1=1\n"},
	{"a document type is refused", "<!DOCTYPE L [<!ENTITY a \"b\">]><L>&a;</L>", PROBE_FORM_XML, PROBE_BODY_OTHER,
		""},
	{"no XML at all", "It works!", PROBE_FORM_XML, PROBE_BODY_OTHER, ""},
	{"objects and arrays", "{\"a\":{\"b\":[1,{\"c\":\"x\"},null]},\"d\":true}", PROBE_FORM_JSON, PROBE_BODY_WHOLE,
		"*1\na*1\na.b*1\na.b.[]*3=1=null\na.b.[].c*1=x\nd*1=true\n"},
	{"an array of rows", "[{\"index\":\"i\",\"docs.count\":\"5\"},{\"index\":\"j\"}]", PROBE_FORM_JSON,
		PROBE_BODY_WHOLE, "*1\n[]*2\n[].index*2=i=j\n[].docs.count*1=5\n"},
	{"JSON that breaks off", "{\"a\":1,\"b\":", PROBE_FORM_JSON, PROBE_BODY_CUT, "*1\na*1=1\n"},
	{"any: XML", " <L/>", PROBE_FORM_ANY, PROBE_BODY_WHOLE, "L*1\n"},
	{"any: JSON", "\n{\"a\":1}", PROBE_FORM_ANY, PROBE_BODY_WHOLE, "*1\na*1=1\n"},
	{"any: neither", "+PONG", PROBE_FORM_ANY, PROBE_BODY_WHOLE, "bytes*1=+PONG\n"},
};

static void bodies_become_values_by_path(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_facts facts;
		read_text(cases[i].text, strlen(cases[i].text), cases[i].form, 10, &facts);
		if (facts.body != cases[i].body || strcmp(told(&facts), cases[i].told) != 0)
			CHECK_FAIL("%s: body %d\n%s", cases[i].name, facts.body, told(&facts));
		probe_facts_free(&facts);
	}
}

static void answers_of_an_exchange_are_told_by_their_step(void)
{
	static const char exchange[] = "\x12\0\0\0@RSYNCD: 31.0 md5\n\0\0\0\0\x0c\0\0\0@RSYNCD: OK\n";
	struct probe_facts facts;
	read_text(exchange, sizeof exchange - 1, PROBE_FORM_RSYNC, 10, &facts);
	CHECK_TEXT(told(&facts), "0.version*1=31.0\n2.ok*1=\n");
	CHECK_INT(facts.body, PROBE_BODY_WHOLE);
	probe_facts_free(&facts);
	/* A size beyond what is there. */
	read_text("\xff\xff\xff\xff@RSYNCD: 31.0\n", 17, PROBE_FORM_RSYNC, 10, &facts);
	CHECK_TEXT(told(&facts), "silent*1\n");
	CHECK_INT(facts.body, PROBE_BODY_OTHER);
	probe_facts_free(&facts);
}

static void only_so_many_values_are_kept_and_all_are_counted(void)
{
	st_auto_buf struct st_buf text = {0};
	struct probe_facts facts;
	st_buf_add(&text, "<L>", 3);
	for (int i = 0; i < 5000; i++)
		st_buf_format(&text, "<K>%d</K>", i);
	st_buf_add(&text, "</L>", 4);
	read_text((const char *)text.data, text.size, PROBE_FORM_XML, 3, &facts);
	CHECK_INT(probe_fact_count(&facts, "L/K"), 5000);
	CHECK(probe_fact(&facts, "L/K", 2).data != NULL && probe_fact(&facts, "L/K", 3).data == NULL);
	CHECK(!facts.full);
	probe_facts_free(&facts);
}

static void values_and_paths_beyond_their_ceilings_are_left_out_and_it_is_said(void)
{
	st_auto_buf struct st_buf text = {0};
	struct probe_facts facts;
	st_buf_add_byte(&text, '{');
	for (unsigned i = 0; i < 2 * CEIL_FACT_PATHS; i++)
		st_buf_format(&text, "\"key%u\":1,", i);
	st_buf_add(&text, "\"long\":\"", 8);
	for (size_t i = 0; i < 2 * CEIL_FACT_BYTES; i++)
		st_buf_add_byte(&text, 'x');
	st_buf_add(&text, "\"}", 2);
	read_text((const char *)text.data, text.size, PROBE_FORM_JSON, 3, &facts);
	CHECK_INT(facts.count, CEIL_FACT_PATHS);
	CHECK(facts.full);
	probe_facts_free(&facts);
}

int main(void)
{
	RUN(bodies_become_values_by_path);
	RUN(answers_of_an_exchange_are_told_by_their_step);
	RUN(only_so_many_values_are_kept_and_all_are_counted);
	RUN(values_and_paths_beyond_their_ceilings_are_left_out_and_it_is_said);
	CHECK_END();
}
