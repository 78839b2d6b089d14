/* CouchDB: its welcome proves nothing; lists, databases and the anonymous session do. */
#include "scripted.h"

#define WELCOME                                                                                                \
	{                                                                                                      \
		"couchdb.root", 200, .facts = {{"couchdb", "Welcome"}, {"version", "3.3.3"}}, .body_bytes = 90 \
	}
#define NOBODY                                                                                                       \
	{                                                                                                            \
		"couchdb.session", 200, .facts = { {"ok", "true"}, {"userCtx.name", "null"}, {"userCtx.roles", ""} } \
	}
#define ADMIN                                                                                                 \
	{                                                                                                     \
		"couchdb.session", 200, .facts = { {"userCtx.name", "null"}, {"userCtx.roles.[]", "_admin"} } \
	}
#define LISTED                                                                                     \
	{                                                                                          \
		"couchdb.databases", 200, .facts = { {"", ""}, {"[]", "cases"}, {"[]", "drafts"} } \
	}
#define REFUSED(row)                                             \
	{                                                        \
		row, 401, .facts = { {"error", "unauthorized"} } \
	}
#define NUMBERS                                                                                 \
	{                                                                                       \
		"couchdb.database", 200, .facts = { {"db_name", "cases"}, {"doc_count", "12"} } \
	}

static void a_list_and_a_database_that_answers_are_open(void)
{
	static const struct scripted party[] = {
		WELCOME, ADMIN, LISTED, NUMBERS, {.row = "couchdb.security", .status = 200}};
	SCRIPT_CASE("admin party", "couchdb://h.example", NULL, PROBE_L2, party,
		"open open open not-tested not-tested implied = open",
		"couchdb.root couchdb.session couchdb.databases couchdb.database couchdb.security ", "administrator");
	static const struct scripted listed[] = {
		WELCOME, NOBODY, LISTED, REFUSED("couchdb.database"), REFUSED("couchdb.security")};
	SCRIPT_CASE("names alone", "couchdb://h.example", NULL, PROBE_L2, listed,
		"open cannot-tell closed not-tested not-tested cannot-tell = open", NULL, "databases are listed");
	static const struct scripted known[] = {
		WELCOME, NOBODY, REFUSED("couchdb.databases"), NUMBERS, REFUSED("couchdb.security")};
	SCRIPT_CASE("one public database", "couchdb://h.example", "cases", PROBE_L2, known,
		"closed open closed not-tested not-tested cannot-tell = open", NULL, "known from earlier evidence");
	static const struct scripted documents[] = {WELCOME, NOBODY,
		{"couchdb.documents", 200, .facts = {{"rows", ""}, {"rows.[].id", "CASE-1"}}},
		{"couchdb.document", 200, .headers = {{PROBE_HEADER_ETAG, "\"1-a\""}}},
		{.row = "couchdb.own_security", .status = 200}};
	SCRIPT_CASE("a database as the target", "couchdb://h.example/cases", NULL, PROBE_L2, documents,
		"open open open not-tested not-tested cannot-tell = open",
		"couchdb.root couchdb.session couchdb.documents couchdb.document couchdb.own_security ",
		"documents are listed");
}

static void refusals_are_closed_when_they_are_of_everything(void)
{
	static const struct scripted whole[] = {REFUSED("couchdb.root")};
	SCRIPT_CASE("every request wants a login", "couchdb://h.example", NULL, PROBE_L2, whole,
		"closed closed not-tested not-tested not-tested cannot-tell = closed", "couchdb.root ",
		"every request");
	static const struct scripted list[] = {WELCOME, NOBODY, REFUSED("couchdb.databases")};
	SCRIPT_CASE("the list alone", "couchdb://h.example", NULL, PROBE_L2, list,
		"closed cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL,
		"single ones may be public");
	static const struct scripted both[] = {WELCOME, NOBODY, REFUSED("couchdb.databases"),
		REFUSED("couchdb.database"), REFUSED("couchdb.security")};
	SCRIPT_CASE("and what was open before", "couchdb://h.example", "cases", PROBE_L2, both,
		"closed closed closed not-tested not-tested cannot-tell = closed", NULL, "earlier evidence");
	static const struct scripted own[] = {
		WELCOME, NOBODY, REFUSED("couchdb.documents"), REFUSED("couchdb.own_security")};
	SCRIPT_CASE("a database of members", "couchdb://h.example/cases", NULL, PROBE_L2, own,
		"closed closed closed not-tested not-tested cannot-tell = closed", NULL, "members");
}

static void what_proves_nothing_cannot_be_told(void)
{
	static const struct scripted welcome[] = {WELCOME, NOBODY};
	SCRIPT_CASE("welcome at L1", "couchdb://h.example", NULL, PROBE_L1, welcome,
		"cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell", NULL,
		"proves nothing");
	static const struct scripted other[] = {{"couchdb.root", 200, .facts = {{"name", "x"}}, .body_bytes = 9}};
	SCRIPT_CASE("another server", "couchdb://h.example", NULL, PROBE_L2, other,
		"cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell", "couchdb.root ",
		"welcome");
	static const struct scripted yes[] = {WELCOME, {"couchdb.session", 200, .facts = {{"couchdb", "Welcome"}}},
		{.row = "couchdb.databases", .status = 404}};
	SCRIPT_CASE("404 to the list", "couchdb://h.example", NULL, PROBE_L2, yes,
		"cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, "404");
	static const struct scripted logged_in[] = {WELCOME,
		{"couchdb.session", 200, .facts = {{"userCtx.name", "owner"}, {"userCtx.roles.[]", "_admin"}}}};
	SCRIPT_CASE("a session of somebody", "couchdb://h.example", NULL, PROBE_L1, logged_in,
		"cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
	static const struct scripted gone[] = {{.row = "couchdb.root", .outcome = PROBE_TIMED_OUT},
		{.row = "couchdb.session", .outcome = PROBE_TIMED_OUT},
		{.row = "couchdb.databases", .outcome = PROBE_TIMED_OUT}};
	SCRIPT_CASE("no answer", "couchdb://h.example", NULL, PROBE_L2, gone,
		"cannot-tell not-tested not-tested not-tested not-tested cannot-tell = cannot-tell", NULL,
		"no answer in time");
}

int main(void)
{
	RUN(a_list_and_a_database_that_answers_are_open);
	RUN(refusals_are_closed_when_they_are_of_everything);
	RUN(what_proves_nothing_cannot_be_told);
	CHECK_END();
}
