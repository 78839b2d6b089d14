/* Targets and scopes as typed: what is a target, what lies inside another, what is refused with which words. */
#include "probe/scope.h"

#include "check.h"

static void a_target_has_one_canonical_form(void)
{
	static const struct {
		const char *typed, *canonical;
	} cases[] = {
		{"https://Contoso.Blob.Core.Windows.Net/Exports/", "https://contoso.blob.core.windows.net:443/Exports"},
		{"http://es4.example:9200", "http://es4.example:9200"},
		{"HTTP://127.0.0.1/a%20b", "http://127.0.0.1:80/a%20b"},
		{"http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"},
		{"elasticsearch://es4.example", "elasticsearch://es4.example:9200"},
		{"azure-blob+https://front.example/c", "azure-blob+https://front.example:443/c"},
		{"elasticsearch+http://h.example/i", "elasticsearch+http://h.example:9200/i"},
		{"opensearch://h.example", "opensearch://h.example:9200"},
		{"https://h.example/$root", "https://h.example:443/$root"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_target target;
		struct st_error err = {0};
		if (probe_target_parse(cases[i].typed, &target, &err) != ST_OK)
			CHECK_FAIL("%s: %s", cases[i].typed, err.what);
		else if (strcmp(target.canonical, cases[i].canonical) != 0)
			CHECK_FAIL("%s is %s, not %s", cases[i].typed, target.canonical, cases[i].canonical);
		probe_target_free(&target);
	}
}

static void what_is_no_target_is_refused(void)
{
	static const char *const cases[] = {"", "contoso", "contoso.example/exports", "://x", "https://", "https:///x",
		"https://h.example:0/", "https://h.example:65536/", "https://h.example:/", "https://h.example:80x/",
		"https://user@h.example/", "https://h.example/?a=b", "https://h.example/#f", "https://h.example/a/../b",
		"https://h.example/a/%2e%2E/b", "https://h.example/.%2e", "https://h.example/a//b",
		"https://h.example/a b", "https://h.example/%zz", "https://h.example/\xc3\xa9", "https://h..example/",
		"https://.example/", "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://[::1/",
		"https://[::1]x/", "https://[127.0.0.1]/", "https://::1/", "gopher://h.example/",
		"redis+https://h.example:1/", "https://h.example/x?SIG=abc", "https://h.example/x%3Fsig%3Dabc",
		"https://h.example\\@other.example/"};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_target target;
		if (probe_target_parse(cases[i], &target, NULL) != ST_WRONG)
			CHECK_FAIL("\"%s\" is taken as a target", cases[i]);
	}
}

static void a_scope_covers_what_lies_below_a_slash(void)
{
	static const struct {
		const char *outer, *inner;
		bool within;
	} cases[] = {
		{"https://h.example/a", "https://h.example/a", true},
		{"https://h.example/a/", "https://h.example/a/b/c", true},
		{"https://h.example", "https://h.example:443/a", true},
		{"https://H.example/a", "https://h.EXAMPLE/a", true},
		{"https://h.example/a", "https://h.example/ab", false},
		{"https://h.example/a", "https://h.example/A", false},
		{"https://h.example/a/b", "https://h.example/a", false},
		{"https://h.example/a", "http://h.example/a", false},
		{"https://h.example/a", "https://h.example:8443/a", false},
		{"https://h.example/a", "https://x.h.example/a", false},
		{"https://h.example/a", "s3+https://h.example/a", false},
		{"elasticsearch://h.example", "http://h.example:9200", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_target outer, inner;
		CHECK_OK(probe_target_parse(cases[i].outer, &outer, &err));
		CHECK_OK(probe_target_parse(cases[i].inner, &inner, &err));
		if (probe_target_within(&outer, &inner) != cases[i].within)
			CHECK_FAIL("%s within %s: %d", cases[i].inner, cases[i].outer, !cases[i].within);
		probe_target_free(&outer);
		probe_target_free(&inner);
	}
}

#define SCOPE(more_)                                                                                                 \
	"{\"schema\":\"staunch.scope/1\",\"owner\":\"Contoso\",\"authoriser\":\"A\",\"not_before\":\"2026-01-01\","  \
	"\"not_after\":\"2026-01-31\",\"contact\":\"c@contoso.example\",\"targets\":[\"https://h.example/a\"]" more_ \
	"}"

static enum st_status read_scope(const char *text, struct probe_scope **out, struct st_error *err)
{
	return probe_scope_read((struct st_span){(const uint8_t *)text, strlen(text)}, out, err);
}

static void a_scope_without_limits_has_careful_ones_and_its_days_are_whole(void)
{
	struct probe_scope *scope;
	CHECK_OK(read_scope(SCOPE(",\"basis\":\"own-asset\""), &scope, &err));
	CHECK_INT(scope->max_level, PROBE_L2);
	CHECK_INT(scope->requests_per_second, 2);
	CHECK(!scope->inside);
	CHECK_INT(scope->not_before, 1767225600);
	CHECK_INT(scope->not_after, 1769903999);
	CHECK(probe_scope_in_force(scope, 1769903999, NULL) == ST_OK);
	CHECK(probe_scope_in_force(scope, 1769904000, NULL) == ST_WRONG);
	CHECK(probe_scope_in_force(scope, 1767225599, NULL) == ST_WRONG);
	probe_scope_free(scope);
}

static void a_scope_that_says_too_little_or_something_else_is_refused_by_line_and_reason(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "line 1"},
		{"[]", "JSON object"},
		{"{}", "needs schema"},
		{SCOPE(""), "needs schema"},
		{SCOPE(",\"basis\":\"finder\",\"max_level\":\"L4\""), "ends at L2"},
		{SCOPE(",\"basis\":\"mandate\""), "reference"},
		{SCOPE(",\"basis\":\"own-asset\",\n\"max_leval\":\"L1\""), "line 2"},
		{SCOPE(",\"basis\":\"own-asset\",\"basis\":\"finder\""), "twice"},
		{SCOPE(",\"basis\":\"own-asset\",\"max_level\":\"L6\""), "L0 to L5"},
		{SCOPE(",\"basis\":\"own-asset\",\"budget\":{\"requests_per_second\":1e9}"), "0.01 to 100"},
		{SCOPE(",\"basis\":\"own-asset\",\"reference\":\"a\\nb\""), "one line"},
		{SCOPE(",\"basis\":\"own-asset\",\"reference\":\"\\u0000\""), "NUL"},
		{SCOPE(",\"basis\":\"own-asset\"") " x", "behind the scope"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_scope *scope = NULL;
		struct st_error err = {0};
		if (read_scope(cases[i].text, &scope, &err) != ST_WRONG || strstr(err.what, cases[i].why) == NULL)
			CHECK_FAIL("%s: \"%s\" has no \"%s\"", cases[i].text, err.what, cases[i].why);
	}
}

int main(void)
{
	RUN(a_target_has_one_canonical_form);
	RUN(what_is_no_target_is_refused);
	RUN(a_scope_covers_what_lies_below_a_slash);
	RUN(a_scope_without_limits_has_careful_ones_and_its_days_are_whole);
	RUN(a_scope_that_says_too_little_or_something_else_is_refused_by_line_and_reason);
	CHECK_END();
}
