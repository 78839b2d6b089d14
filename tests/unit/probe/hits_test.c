/* Searches as requests: which kind a version gets, what may be put into them, what may be deleted. */
#include "probe/hits.h"
#include "probe/requests.h"
#include "probe/services.h"

#include "check.h"

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void a_version_gets_what_it_knows(void)
{
	static const struct {
		const char *number, *distribution;
		enum probe_order order;
		bool old;
	} cases[] = {
		{"1.7.6", NULL, PROBE_SCROLL, true},
		{"2.4.6", NULL, PROBE_SCROLL, false},
		{"6.8.23", NULL, PROBE_SCROLL, false},
		{"7.9.3", NULL, PROBE_SCROLL, false},
		{"7.10.2", NULL, PROBE_SCROLL, false}, /* also OpenSearch that says it were this */
		{"7.11.2", NULL, PROBE_SCROLL, false},
		{"7.12.0", NULL, PROBE_SHARD_DOC, false},
		{"8.6.2", NULL, PROBE_SHARD_DOC, false},
		{"10.0.0-SNAPSHOT", NULL, PROBE_SHARD_DOC, false},
		{"1.3.20", "opensearch", PROBE_SCROLL, false},
		{"2.3.0", "opensearch", PROBE_SCROLL, false},
		{"2.4.0", "opensearch", PROBE_SEQ_NO, false},
		{"3.4.0", "opensearch", PROBE_SEQ_NO, false},
		{"x", NULL, PROBE_SCROLL, false},
		{"8", NULL, PROBE_SCROLL, false},
		{NULL, NULL, PROBE_SCROLL, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_facts facts = {0};
		bool old;
		if (cases[i].number != NULL)
			probe_facts_add(&facts, "version.number", span(cases[i].number), 4);
		if (cases[i].distribution != NULL)
			probe_facts_add(&facts, "version.distribution", span(cases[i].distribution), 4);
		enum probe_order order = probe_order_of(&facts, &old);
		if (order != cases[i].order || old != cases[i].old)
			CHECK_FAIL(
				"%s: order %d, old %d", cases[i].number != NULL ? cases[i].number : "none", order, old);
		probe_facts_free(&facts);
	}
}

static void a_name_is_one_index_or_none(void)
{
	static const struct {
		const char *name, *url; /* NULL: nothing may be asked */
	} cases[] = {
		{"support-1", "/support-1/_count"},
		{".ds-logs-app-2019.12.05-000001", "/.ds-logs-app-2019.12.05-000001/_count"},
		{"b\xc3\xbc", "/b%C3%BC/_count"},
		{"a%2fb", "/a%252fb/_count"},
		{"_all", NULL},
		{"_template", NULL},
		{"*", NULL},
		{"a,b", NULL},
		{"a/b", NULL},
		{"..", NULL},
		{".", NULL},
		{"-a", NULL},
		{"+a", NULL},
		{"<a-{now}>", NULL},
		{"a b", NULL},
		{"a?x", NULL},
		{"a#x", NULL},
		{"a:b", NULL},
		{"a\\b", NULL},
		{"a\n", NULL},
		{"", NULL},
	};
	struct probe_target target;
	CHECK_OK(probe_target_parse("elasticsearch://h.example", &target, &err));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf url = {0};
		struct probe_request request = {
			.row = probe_row_named("elasticsearch.count"), .object = span(cases[i].name)};
		bool built = probe_request_url(&target, &request, &url);
		if (built != (cases[i].url != NULL) || (built && strcmp((const char *)url.data, cases[i].url) != 0))
			CHECK_FAIL("\"%s\": %d %s", cases[i].name, built, (const char *)url.data);
	}
	probe_target_free(&target);
}

static void a_target_with_a_path_is_asked_at_its_path(void)
{
	static const char *const rows[][2] = {{"elasticsearch.count", "/logs/_count"},
		{"elasticsearch.pit", "/logs/_pit?keep_alive=5m"}, {"elasticsearch.scroll", "/logs/_search?scroll=5m"},
		{"elasticsearch.pit-next", "/_search"}, {"elasticsearch.time-close", "/_search/point_in_time"}};
	struct probe_target target;
	CHECK_OK(probe_target_parse("elasticsearch://h.example/logs", &target, &err));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		st_auto_buf struct st_buf url = {0};
		struct probe_request request = {.row = probe_row_named(rows[i][0]), .object = span("other")};
		CHECK(probe_request_url(&target, &request, &url));
		CHECK_TEXT((const char *)url.data, rows[i][1]);
	}
	probe_target_free(&target);
}

static void bodies_hold_nothing_but_names_and_numbers(void)
{
	static const struct {
		const char *row, *context, *body;
	} cases[] = {
		{"elasticsearch.pit-next", "aB0+/=_-",
			"{\"size\":7,\"pit\":{\"id\":\"aB0+/"
			"=_-\",\"keep_alive\":\"5m\"},\"sort\":[{\"_shard_doc\":\"asc\"}],"
			"\"track_total_hits\":false,\"search_after\":[-1]}"},
		{"elasticsearch.scroll", "", "{\"size\":7,\"sort\":[\"_doc\"]}"},
		{"elasticsearch.scroll-close", "x==", "{\"scroll_id\":[\"x==\"]}"},
		{"elasticsearch.time-close", "x", "{\"pit_id\":[\"x\"]}"},
		{"elasticsearch.pit", "", ""},
		{"elasticsearch.pit-close", "", NULL},
		{"elasticsearch.pit-close", "x\"}", NULL},
		{"elasticsearch.pit-close", "x y", NULL},
		{"elasticsearch.scroll-next", "x\\u0022", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf body = {0};
		struct probe_request request = {.row = probe_row_named(cases[i].row),
			.context = span(cases[i].context),
			.after = -1,
			.size = 7};
		bool built = probe_request_body(&request, &body);
		st_buf_add_byte(&body, 0);
		if (built != (cases[i].body != NULL) || (built && strcmp((const char *)body.data, cases[i].body) != 0))
			CHECK_FAIL("%s, \"%s\": %d %s", cases[i].row, cases[i].context, built, (const char *)body.data);
	}
}

static void nothing_is_deleted_but_a_context_by_its_name(void)
{
	static const struct probe_row rows[] = {
		{.id = "a", .method = "DELETE", .path = "/_pit", .from_root = true},
		{.id = "b", .method = "DELETE", .path = "/_pit", .from_root = true, .body = "{}"},
		{.id = "c", .method = "DELETE", .path = "{index}", .body = "{context}"},
		{.id = "d", .method = "DELETE", .path = "/_search/scroll/_all", .from_root = true, .body = "{context}"},
		{.id = "e", .method = "DELETE", .path = "/_pit", .body = "{context}"},
		{.id = "f",
			.method = "DELETE",
			.path = "/_pit",
			.from_root = true,
			.query = "x=y",
			.body = "{context}"},
	};
	const struct probe_row *row;
	const char *why;
	size_t deletes = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (probe_row_is_sound(&rows[i], &why))
			CHECK_FAIL("row %s is taken as sound", rows[i].id);
	for (size_t i = 0; (row = probe_row_at(i)) != NULL; i++)
		deletes += row->method != NULL && strcmp(row->method, "DELETE") == 0;
	CHECK_INT(deletes, 3);
}

int main(void)
{
	RUN(a_version_gets_what_it_knows);
	RUN(a_name_is_one_index_or_none);
	RUN(a_target_with_a_path_is_asked_at_its_path);
	RUN(bodies_hold_nothing_but_names_and_numbers);
	RUN(nothing_is_deleted_but_a_context_by_its_name);
	CHECK_END();
}
