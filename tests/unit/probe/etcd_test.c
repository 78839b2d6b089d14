/* etcd: two interfaces over two stores, each asked. */
#include "scripted.h"

#define VERSION                                                                                      \
	{                                                                                            \
		"etcd.version", 200, .facts = { {"etcdserver", "3.4.23"}, {"etcdcluster", "3.4.0"} } \
	}
#define COUNTED(row)                                                                              \
	{                                                                                         \
		row, 200, .facts = { {"header", ""}, {"header.revision", "14"}, {"count", "12"} } \
	}
#define LISTED(row)                                \
	{                                          \
		row, 200, .facts = {               \
			{"header.revision", "14"}, \
			{"kvs.[].key", "L2E="},    \
			{"kvs.[].key", "L2I="},    \
			{"count", "12"}            \
		}                                  \
	}
#define NO_USER(row)                                                                              \
	{                                                                                         \
		row, 400, .facts = { {"error", "etcdserver: user name is empty"}, {"code", "3"} } \
	}
#define ABSENT(row_)                       \
	{                                  \
		.row = row_, .status = 404 \
	}
#define V2_OPEN                                                                                                    \
	{                                                                                                          \
		"etcd.list_v2", 200, .facts = { {"action", "get"}, {"node", ""}, {"node.nodes.[].key", "/cases"} } \
	}
#define V2_CLOSED                                                      \
	{                                                              \
		"etcd.list_v2", 401, .facts = { {"errorCode", "110"} } \
	}

static void a_range_without_a_user_is_open(void)
{
	static const struct scripted v3[] = {
		VERSION, COUNTED("etcd.count"), LISTED("etcd.list"), ABSENT("etcd.list_v2")};
	SCRIPT_CASE("version 3", "etcd://h.example", NULL, PROBE_L2, v3,
		"open open not-tested not-tested not-tested implied = open",
		"etcd.version etcd.count etcd.list etcd.list_v2 ", "12 keys");
	static const struct scripted counted[] = {VERSION, COUNTED("etcd.count")};
	SCRIPT_CASE("L1", "etcd://h.example", NULL, PROBE_L1, counted,
		"not-tested open not-tested not-tested not-tested implied = open", "etcd.version etcd.count ", NULL);
	static const struct scripted beta[] = {VERSION, ABSENT("etcd.count"), COUNTED("etcd.count_v3beta"),
		LISTED("etcd.list_v3beta"), ABSENT("etcd.list_v2")};
	SCRIPT_CASE("3.3", "etcd://h.example", NULL, PROBE_L2, beta,
		"open open not-tested not-tested not-tested implied = open",
		"etcd.version etcd.count etcd.count_v3beta etcd.list_v3beta etcd.list_v2 ", NULL);
	static const struct scripted v2[] = {VERSION, NO_USER("etcd.count"), V2_OPEN};
	SCRIPT_CASE("version 2, while 3 wants a user", "etcd://h.example", NULL, PROBE_L2, v2,
		"open open not-tested not-tested not-tested cannot-tell = open", NULL, "version 2");
}

static void a_user_that_both_want_is_closed(void)
{
	static const struct scripted no_v2[] = {VERSION, NO_USER("etcd.count"), ABSENT("etcd.list_v2")};
	SCRIPT_CASE("version 3, no version 2", "etcd://h.example", NULL, PROBE_L2, no_v2,
		"closed closed not-tested not-tested not-tested cannot-tell = closed", NULL, "wants a user");
	static const struct scripted both[] = {VERSION, NO_USER("etcd.count"), V2_CLOSED};
	SCRIPT_CASE("both", "etcd://h.example", NULL, PROBE_L2, both,
		"closed closed not-tested not-tested not-tested cannot-tell = closed", NULL, NULL);
	static const struct scripted front[] = {{.row = "etcd.version", .status = 401}};
	SCRIPT_CASE("a front", "etcd://h.example", NULL, PROBE_L2, front,
		"closed closed not-tested not-tested not-tested cannot-tell = closed", "etcd.version ", NULL);
}

static void what_proves_nothing_cannot_be_told(void)
{
	static const struct scripted l1[] = {VERSION, NO_USER("etcd.count")};
	SCRIPT_CASE("version 2 is not asked at L1", "etcd://h.example", NULL, PROBE_L1, l1,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, "at L2");
	static const struct scripted other[] = {{"etcd.version", 200, .facts = {{"version", "1"}}}};
	SCRIPT_CASE("another server", "etcd://h.example", NULL, PROBE_L2, other,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", "etcd.version ",
		NULL);
	static const struct scripted empty[] = {VERSION, {.row = "etcd.count", .status = 200}, ABSENT("etcd.list_v2")};
	SCRIPT_CASE("200 without a word", "etcd://h.example", NULL, PROBE_L2, empty,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, "neither");
	static const struct scripted none[] = {VERSION, ABSENT("etcd.count"), ABSENT("etcd.count_v3beta"),
		ABSENT("etcd.count_v3alpha"), ABSENT("etcd.list_v2")};
	SCRIPT_CASE("no interface at all", "etcd://h.example", NULL, PROBE_L2, none,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
	static const struct scripted broken[] = {VERSION, {.row = "etcd.count", .status = 500}, ABSENT("etcd.list_v2")};
	SCRIPT_CASE("500", "etcd://h.example", NULL, PROBE_L2, broken,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
}

int main(void)
{
	RUN(a_range_without_a_user_is_open);
	RUN(a_user_that_both_want_is_closed);
	RUN(what_proves_nothing_cannot_be_told);
	CHECK_END();
}
