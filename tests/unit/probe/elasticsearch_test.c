/* Elasticsearch and OpenSearch: each step apart. The answers are those of the documentation, versions 1.x to 8.x. */
#include "scripted.h"

#define TARGET "elasticsearch://es4.example:9200"
#define WARNING                                                                                             \
	"299 Elasticsearch-7.16.1-abc \"Elasticsearch built-in security features are not enabled. Without " \
	"authentication, your cluster could be accessible to anyone.\""
#define ROOT                                                           \
	{                                                              \
		.row = "elasticsearch.root", .status = 200, .facts = { \
			{"version.number", "7.16.1"},                  \
			{"tagline", "You Know, for Search"}            \
		}                                                      \
	}
#define REFUSED(row_, status_)                                                                    \
	{                                                                                         \
		.row = row_, .status = status_, .facts = { {"error.type", "security_exception"} } \
	}

static void an_unsecured_cluster_is_open_and_its_own_warning_implies_writing(void)
{
	static const struct scripted answers[] = {
		{.row = "elasticsearch.root",
			.status = 200,
			.facts = {{"version.number", "7.16.1"}, {"tagline", "You Know, for Search"}},
			.headers = {{PROBE_HEADER_WARNING, WARNING}}},
		{.row = "elasticsearch.cat",
			.status = 200,
			.facts = {{"[].index", ".kibana"}, {"[].docs.count", "3"}, {"[].index", "cases"},
				{"[].docs.count", "250000"}, {"[].index", "closed"}, {"[].docs.count", "null"}}},
		{.row = "elasticsearch.search-index", .status = 200, .facts = {{"hits.total.value", "10000"}}},
	};
	SCRIPT_CASE("unsecured", TARGET, NULL, PROBE_L2, answers,
		"open open not-tested not-tested not-tested implied = open",
		"elasticsearch.root elasticsearch.cat elasticsearch.search-index ",
		"3 indices, 250003 documents with nested ones; the server");
}

static void ransom_notes_among_the_indices_are_said(void)
{
	static const struct scripted answers[] = {
		ROOT,
		{.row = "elasticsearch.cat", .status = 200, .facts = {{"[].index", "read_me"}, {"[].docs.count", "1"}}},
		{.row = "elasticsearch.search-index", .status = 200, .facts = {{"hits.total", "1"}}},
	};
	SCRIPT_CASE("wiped", TARGET, NULL, PROBE_L2, answers,
		"open open not-tested not-tested not-tested cannot-tell = open", NULL, "ransom");
}

static void a_cluster_that_asks_for_credentials_at_each_step_is_closed(void)
{
	static const struct scripted answers[] = {
		REFUSED("elasticsearch.root", 401), REFUSED("elasticsearch.cat", 401)};
	SCRIPT_CASE("401", TARGET, NULL, PROBE_L2, answers,
		"closed closed not-tested not-tested not-tested not-implied = closed",
		"elasticsearch.root elasticsearch.cat ", "credentials");
}

static void an_anonymous_role_may_see_the_server_and_nothing_in_it(void)
{
	static const struct scripted answers[] = {ROOT, REFUSED("elasticsearch.cat", 403),
		REFUSED("elasticsearch.search-known", 403), REFUSED("elasticsearch.search", 403)};
	SCRIPT_CASE("no index is known, all are asked for", TARGET, NULL, PROBE_L2, answers,
		"closed closed not-tested not-tested not-tested not-implied = closed",
		"elasticsearch.root elasticsearch.cat elasticsearch.search ", NULL);
	SCRIPT_CASE("an index is known", TARGET, "cases", PROBE_L2, answers,
		"closed closed not-tested not-tested not-tested not-implied = closed",
		"elasticsearch.root elasticsearch.cat elasticsearch.search-known ", NULL);
}

static void versions_before_7_7_are_asked_again_without_the_parameter(void)
{
	static const struct scripted answers[] = {
		ROOT,
		{.row = "elasticsearch.cat", .status = 400, .facts = {{"error.type", "illegal_argument_exception"}}},
		{.row = "elasticsearch.cat1",
			.status = 200,
			.facts = {{"bytes", "yellow open cases 5 1 250000 0 1gb 1gb"}}},
		{.row = "elasticsearch.search", .status = 200, .facts = {{"hits.total", "250000"}}},
	};
	SCRIPT_CASE("1.x answers a table", TARGET, NULL, PROBE_L2, answers,
		"open open not-tested not-tested not-tested cannot-tell = open",
		"elasticsearch.root elasticsearch.cat elasticsearch.cat1 elasticsearch.search ", NULL);
}

static void one_index_is_asked_for_alone(void)
{
	struct probe_target target;
	st_auto_buf struct st_buf url = {0};
	CHECK_OK(probe_target_parse("http://es4.example:9200/cases-2019", &target, &err));
	struct probe_request request = {.row = probe_row_named("elasticsearch.cat1")};
	CHECK(probe_request_url(&target, &request, &url));
	CHECK(strncmp((const char *)url.data, "/_cat/indices/cases-2019?", 25) == 0);
	request.row = probe_row_named("elasticsearch.search");
	CHECK(probe_request_url(&target, &request, &url));
	CHECK_TEXT((const char *)url.data, "/cases-2019/_search?size=0");
	probe_target_free(&target);
}

static void something_else_at_the_port_is_not_open(void)
{
	static const struct scripted page[] = {
		{.row = "elasticsearch.root", .status = 200, .facts = {{"html", ""}}},
		{.row = "elasticsearch.cat", .status = 200, .facts = {{"bytes", "It works!"}}},
		{.row = "elasticsearch.search", .status = 200, .facts = {{"bytes", "It works!"}}},
	};
	SCRIPT_CASE("a page", TARGET, NULL, PROBE_L2, page,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
	static const struct scripted always[] = {
		{.row = "elasticsearch.root", .status = 200, .facts = {{"html/body", "welcome"}}},
		{.row = "elasticsearch.cat", .status = 200, .facts = {{"html/body", "welcome"}}},
		{.row = "elasticsearch.search", .status = 200, .facts = {{"html/body", "welcome"}}},
	};
	SCRIPT_CASE("the same HTML to everything", TARGET, NULL, PROBE_L2, always,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL,
		"no list of indices");
	static const struct scripted nothing[] = {
		{.row = "elasticsearch.root", .status = 200},
		{.row = "elasticsearch.cat", .status = 200},
		{.row = "elasticsearch.search", .status = 200},
	};
	SCRIPT_CASE("200 and nothing", TARGET, NULL, PROBE_L2, nothing,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
}

static void a_cluster_without_an_index_is_open_when_it_says_what_it_is(void)
{
	static const struct scripted fresh[] = {
		ROOT,
		{.row = "elasticsearch.cat", .status = 200, .facts = {{"", ""}}},
		{.row = "elasticsearch.search", .status = 200, .facts = {{"hits.total", "0"}}},
	};
	SCRIPT_CASE("a fresh cluster", TARGET, NULL, PROBE_L2, fresh,
		"open open not-tested not-tested not-tested cannot-tell = open", NULL, "0 indices");
	static const struct scripted unknown[] = {
		{.row = "elasticsearch.root", .status = 200, .facts = {{"", ""}}},
		{.row = "elasticsearch.cat", .status = 200, .facts = {{"", ""}}},
		{.row = "elasticsearch.search", .status = 200, .facts = {{"", ""}}},
	};
	SCRIPT_CASE("{} to everything", TARGET, NULL, PROBE_L2, unknown,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
}

int main(void)
{
	RUN(an_unsecured_cluster_is_open_and_its_own_warning_implies_writing);
	RUN(ransom_notes_among_the_indices_are_said);
	RUN(a_cluster_that_asks_for_credentials_at_each_step_is_closed);
	RUN(an_anonymous_role_may_see_the_server_and_nothing_in_it);
	RUN(versions_before_7_7_are_asked_again_without_the_parameter);
	RUN(one_index_is_asked_for_alone);
	RUN(something_else_at_the_port_is_not_open);
	RUN(a_cluster_without_an_index_is_open_when_it_says_what_it_is);
	CHECK_END();
}
