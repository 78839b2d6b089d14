/* Rules of the user: what a pattern can match at most, which files are refused and why, and that the cutting of the
 * input leaves no trace. */
#include "base/ceilings.h"
#include "detect/rule_width.h"
#include "detect/rules.h"

#include "check.h"
#include "collect.h"

/* --- width --- */

static void the_most_that_a_pattern_can_match_or_look_at_is_known(void)
{
	static const struct {
		const char *pattern;
		size_t least, most, behind;
	} rows[] = {
		{"abc", 3, 3, 0},
		{"\xc3\xbc", 2, 2, 0},
		{"(?i)abc", 3, 3, 0},
		{"(?i)sk", 2, 6, 0}, /* U+017F and U+212A */
		{"(?i)\xc3\xbc", 1, 4, 0},
		{"(?i:k)k", 2, 4, 0},
		{"((?i)k)k", 2, 4, 0},
		{"(?i)(?-i:k)k", 2, 4, 0},
		{".", 1, 4, 0},
		{"\\d\\w\\s", 3, 3, 0},
		{"\\D\\h\\pL\\p{Lu}", 4, 16, 0},
		{"\\x41\\x{20ac}\\.", 3, 6, 0},
		{"[a-f0-9]{8}", 8, 8, 0},
		{"[]x]", 1, 1, 0},
		{"[^a]", 1, 4, 0},
		{"[\xc3\xa4-\xc3\xbc]", 1, 4, 0},
		{"[[:digit:]][[:^digit:]]", 2, 5, 0},
		{"[\\]\\-a]", 1, 1, 0},
		{"a?b{2,3}c{4}", 6, 8, 0},
		{"a??b{2,3}+", 2, 4, 0},
		{"(?:ab|cde|f)", 1, 3, 0},
		{"(ab){3}", 6, 6, 0},
		{"(?>ab)", 2, 2, 0},
		{"((((a))))", 1, 1, 0},
		{"a(?=bcd)", 1, 4, 0},
		{"a(?!b{1,20})", 1, 21, 0},
		{"(?<=abc)d", 1, 4, 3},
		{"(?<!ab)c", 1, 3, 2},
		{"\\bab\\b", 2, 10, 8},
		{"^ab$", 2, 6, 4},
		{"a|", 0, 1, 0},
		{"", 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rule_width width;
		const char *why;
		size_t at;
		struct st_span pattern = {(const uint8_t *)rows[i].pattern, strlen(rows[i].pattern)};
		if (!rule_width(pattern, &width, &why, &at))
			CHECK_FAIL("%s: refused: %s at %zu", rows[i].pattern, why, at);
		else if (width.least != rows[i].least || width.most != rows[i].most || width.behind != rows[i].behind)
			CHECK_FAIL("%s: %zu, %zu, %zu", rows[i].pattern, width.least, width.most, width.behind);
	}
}

static void what_has_no_bound_is_refused_with_its_place(void)
{
	static const struct {
		const char *pattern, *why; /* words of the refusal */
		size_t at;
	} rows[] = {
		{"a*", "upper bound", 1},
		{"ab+", "upper bound", 2},
		{"a{2,}", "upper bound", 4},
		{"(a|b*)", "upper bound", 4},
		{"(a)\\1", "back reference", 5},
		{"\\k<n>", "back reference", 2},
		{"\\g{1}", "back reference", 2},
		{"(?R)", "reference to a group", 2},
		{"(?1)", "reference to a group", 2},
		{"(?&n)", "reference to a group", 2},
		{"(?P>n)", "reference to a group", 2},
		{"(?(1)a|b)", "condition", 2},
		{"(?C1)", "callout", 2},
		{"(*ACCEPT)", "verb", 1},
		{"(?<n>a)", "name", 2},
		{"(?P<n>a)", "name", 2},
		{"(?|a|b)", "not known here", 2},
		{"(?#x)a", "not known here", 2},
		{"(?x) a", "option", 2},
		{"\\Aa", "input", 2},
		{"a\\z", "input", 3},
		{"a\\Kb", "begin of the match", 3},
		{"\\R", "width of their own", 2},
		{"\\X", "width of their own", 2},
		{"\\C", "byte out of a character", 2},
		{"\\Qa\\E", "escape each", 2},
		{"\\q", "not known", 2},
		{"\\012", "octal", 2},
		{"\\x4", "\\x", 3},
		{"a{", "brace", 2},
		{"a{,3}", "brace", 2},
		{"a{3", "brace", 3},
		{"{3}", "brace", 0},
		{"a{3,2}", "wrong way", 6},
		{"a{0}", "zero", 4},
		{"*a", "nothing to repeat", 0},
		{"\\b?", "may match nothing", 2},
		{"(?:a?){2}", "may match nothing", 6},
		{"(?=a)?", "may match nothing", 5},
		{"(a", "not closed", 2},
		{"a)", "without its opening", 1},
		{"[a", "not closed", 2},
		{"[", "not closed", 1},
		{"[[.a.]]", "collating", 1},
		{"a\\", "backslash", 2},
		{"\\p{L", "not closed", 4},
		{"a\xff", "UTF-8", 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rule_width width;
		const char *why = NULL;
		size_t at = 0;
		struct st_span pattern = {(const uint8_t *)rows[i].pattern, strlen(rows[i].pattern)};
		if (rule_width(pattern, &width, &why, &at))
			CHECK_FAIL("%s: taken", rows[i].pattern);
		else if (strstr(why, rows[i].why) == NULL || at != rows[i].at)
			CHECK_FAIL("%s: \"%s\" at %zu", rows[i].pattern, why, at);
	}
}

static void groups_inside_groups_end_at_a_ceiling(void)
{
	char deep[4000];
	struct rule_width width;
	const char *why = "";
	size_t at;
	memset(deep, '(', sizeof deep);
	CHECK(!rule_width((struct st_span){(const uint8_t *)deep, sizeof deep}, &width, &why, &at));
	CHECK(strstr(why, "too many") != NULL);
}

/* --- files --- */

static struct detect_rules *open_rules(const char *text, char why[256])
{
	struct detect_rules *rules = NULL;
	struct st_error err = {0};
	why[0] = 0;
	if (detect_rules_open((struct st_span){(const uint8_t *)text, strlen(text)}, &rules, &err) != ST_OK)
		snprintf(why, 256, "%s", err.what);
	return rules;
}

#define FILE_OF(rules) "{\"schema\":\"staunch.rules/1\",\n\"rules\":[\n" rules "]}"
#define GOOD "{\"name\":\"one\",\"kind\":\"case_number\",\"pattern\":\"A-[0-9]{4}\",\"confidence\":0.9}"

static void a_file_that_is_wrong_is_refused_by_line_and_rule(void)
{
	static const struct {
		const char *file, *why; /* begins with this */
	} rows[] = {
		{"", "line 1: no JSON object"},
		{"[]", "line 1: no JSON object"},
		{"{}", "line 1: a rules file is"},
		{"{\"schema\":\"staunch.rules/2\",\"rules\":[]}", "line 1: \"schema\" is staunch.rules/1"},
		{"{\"schema\":\"staunch.rules/1\"}", "line 1: a rules file is"},
		{"{\"schema\":\"staunch.rules/1\",\"rules\":[]}", "line 1: no rule"},
		{"{\"schema\":\"staunch.rules/1\",\"rules\":[" GOOD "]} x", "line 1, rule 1 (one): no JSON"},
		{"{\"schema\":\"staunch.rules/1\",\"rules\":[" GOOD, "line 1, rule 1 (one): no JSON"},
		{"{\"schema\":\"staunch.rules/1\",\"more\":1}", "line 1: a rules file is"},
		{FILE_OF("{\"kind\":\"case_number\"}"),
			"line 3, rule 1: a rule has name, kind, pattern and confidence"},
		{FILE_OF("{\"name\":\"A\"}"), "line 3, rule 1: \"name\" is 1 to 24"},
		{FILE_OF("{\"name\":\"a\\u0000\"}"), "line 3, rule 1: a NUL"},
		{FILE_OF("{\"name\":\"a\",\"name\":\"b\"}"), "line 3, rule 1 (a): a field stands there twice"},
		{FILE_OF(GOOD ",\n" GOOD), "line 4, rule 2: an earlier rule has the same name"},
		{FILE_OF("{\"name\":\"a\",\n\"kind\":\"email_address\"}"),
			"line 4, rule 1 (a): \"kind\": this one has a detector"},
		{FILE_OF("{\"name\":\"a\",\"kind\":\"colour\"}"),
			"line 3, rule 1 (a): \"kind\" is case_number, secret"},
		{FILE_OF("{\"name\":\"a\",\"colour\":1}"), "line 3, rule 1 (a): fields are"},
		{FILE_OF("{\"name\":\"a\",\"confidence\":0.4}"), "line 3, rule 1 (a): \"confidence\" is a number from"},
		{FILE_OF("{\"name\":\"a\",\"confidence\":1.5}"), "line 3, rule 1 (a): \"confidence\" is a number from"},
		{FILE_OF("{\"name\":\"a\",\"confidence\":9e9}"), "line 3, rule 1 (a): \"confidence\" is a number from"},
		{FILE_OF("{\"name\":\"a\",\"confidence\":\"1\"}"),
			"line 3, rule 1 (a): \"confidence\" is a number from"},
		{FILE_OF("{\"name\":\"a\",\"context\":[]}"), "line 3, rule 1 (a): \"context\" is a list of"},
		{FILE_OF("{\"name\":\"a\",\"context\":[\"x\"]}"), "line 3, rule 1 (a): \"context\" is a list of"},
		{FILE_OF("{\"name\":\"a\",\"canonical\":\"lower\"}"),
			"line 3, rule 1 (a): \"canonical\" is upper, digits"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\"a?\"}"), "line 3, rule 1 (a): \"pattern\" can match nothing"},
		{FILE_OF("{\"name\":\"a\",\n\n\"pattern\":\"ab*\"}"),
			"line 5, rule 1 (a): \"pattern\", byte 2: a repetition without an upper bound"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\"a{513}\"}"),
			"line 3, rule 1 (a): \"pattern\" looks at up to 513 bytes in all"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\".{200}\"}"),
			"line 3, rule 1 (a): \"pattern\" looks at up to 800 bytes in all"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\"(?:(?:a{999}){999}){999}\"}"),
			"line 3, rule 1 (a): \"pattern\" looks at up to more than"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\"(?<=a{129})b\"}"),
			"line 3, rule 1 (a): \"pattern\" looks at up to 129 bytes before its match"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\"[z-a]\"}"),
			"line 3, rule 1 (a): \"pattern\", byte 3: range out of order"},
		{FILE_OF("{\"name\":\"a\",\"pattern\":\"(?<=a{1,3})b\"}"), "line 3, rule 1 (a): \"pattern\", byte"},
		{FILE_OF("{\"name\":\"a\",\"kind\":\"secret\",\"pattern\":\"b\",\"confidence\":1,\"canonical\":"
			 "\"upper\"}"),
			"line 3, rule 1 (a): a secret is never kept whole"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char why[256];
		struct detect_rules *rules = open_rules(rows[i].file, why);
		if (rules != NULL || strncmp(why, rows[i].why, strlen(rows[i].why)) != 0)
			CHECK_FAIL("%s: \"%s\", not \"%s\"", rows[i].file, why, rows[i].why);
		detect_rules_close(rules);
	}
}

static void more_rules_or_bytes_than_the_ceilings_are_refused(void)
{
	st_auto_buf struct st_buf file = {0};
	char why[256];
	static const char head[] = "{\"schema\":\"staunch.rules/1\",\"rules\":[";
	st_buf_add(&file, head, sizeof head - 1);
	for (int i = 0; i <= CEIL_RULES; i++) {
		st_auto_free char *rule = st_format(
			"%s{\"name\":\"r%d\",\"kind\":\"secret\",\"pattern\":\"x\",\"confidence\":1}", i ? "," : "", i);
		st_buf_add(&file, rule, strlen(rule));
	}
	st_buf_add(&file, "]}", 3);
	CHECK(open_rules((const char *)file.data, why) == NULL);
	CHECK(strstr(why, "more than 48 rules") != NULL);
	st_buf_reserve(&file, CEIL_RULES_FILE_BYTES + 1);
	memset(file.data, ' ', CEIL_RULES_FILE_BYTES + 1);
	struct detect_rules *rules;
	struct st_error err = {0};
	CHECK(detect_rules_open((struct st_span){file.data, CEIL_RULES_FILE_BYTES + 1}, &rules, &err) == ST_WRONG);
	CHECK(strstr(err.what, "64 KiB") != NULL);
}

/* --- what they find --- */

static const char six_rules[] = FILE_OF(
	"{\"name\":\"ticket\",\"kind\":\"case_number\",\"pattern\":\"\\\\bTCK-[0-9]{4,6}\\\\b\",\"confidence\":0.95},"
	"{\"name\":\"pratica\",\"kind\":\"case_number\",\"pattern\":\"(?i)pratica n\xc2\xb0? "
	"?\\\\d{1,5}/\\\\d{4}\",\"confidence\":"
	"0.9,\"canonical\":\"digits\"},"
	"{\"name\":\"key\",\"kind\":\"secret\",\"pattern\":\"[0-9A-F]{4}(?:-[0-9A-F]{4}){1,9}\",\"confidence\":0.8,"
	"\"context\":[\"vpn\",\"key\"]},"
	"{\"name\":\"line\",\"kind\":\"case_number\",\"pattern\":\"^[a-z]{3,20}:$\",\"confidence\":0.6,\"canonical\":"
	"\"upper\"},"
	"{\"name\":\"look\",\"kind\":\"vat_number\",\"pattern\":\"(?<=VAT )[^ \\\\n]{5,60}(?= "
	"\\\\S)\",\"confidence\":0.7},"
	"{\"name\":\"wide\",\"kind\":\"date_of_birth\",\"pattern\":\"<.{1,100}>\",\"confidence\":0.5}");

static void a_rule_reports_under_its_kind_by_its_name(void)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{"TCK-1234 xTCK-1234 TCK-1234567", "case_number 0 8 TCK-1234 plain 95\n"},
		{"Pratica n\xc2\xb0 12/2022", "case_number 0 19 122022 plain 90\n"},
		{"VPN: 00AA-11BB", "secret 5 14 key:00AA plain 80\n"},
		{"vpn\n00AA-11BB", ""}, /* the context stands on its line */
		{"00AA-11BB", ""}, {"x\nabc:\ny", "case_number 2 6 ABC: plain 60\n"}, {"x abc:", ""},
		{"VAT \xc3\xbcqrst x", "vat_number 4 10 \xc3\xbcqrst plain 70\n"},
		{"VAT a\xffqrst x", ""}, /* what is no UTF-8 ends a match */
	};
	char why[256];
	struct detect_rules *rules = open_rules(six_rules, why);
	CHECK_TEXT(why, "");
	struct detect_options options = {.rules = rules};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct collected got = collect(&options, -1, rows[i].text, strlen(rows[i].text), 0, 0);
		if (strcmp((const char *)got.lines.data, rows[i].lines) != 0)
			CHECK_FAIL("\"%s\": %s", rows[i].text, (const char *)got.lines.data);
		st_buf_free(&got.lines);
	}
	CHECK_INT(detect_rules_count(rules), 6);
	CHECK_TEXT(detect_rules_name(rules, 4), "look");
	detect_rules_close(rules);
}

static void without_rules_nothing_changes(void)
{
	static const char text[] = "TCK-1234 anna@contoso.com";
	struct collected got = collect(NULL, -1, text, sizeof text - 1, 0, 0);
	CHECK_TEXT((const char *)got.lines.data, "email_address 9 25 anna@contoso.com plain 99\n");
	st_buf_free(&got.lines);
}

/* Words that the rules and the detectors like, and bytes that are no UTF-8, in a row that a seed decides. */
static void fill_text(struct st_buf *out, size_t size, uint64_t seed)
{
	static const char *const words[] = {"TCK-1234", "TCK-", "12345", " ", "\n", "pratica n\xc2\xb0 ", "/2022",
		"VPN key ", "00AA-11BB", "-22CC", "abc:", "VAT ", "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", "\xff",
		"\xc3", "<", ">", "\r\n", "anna@contoso.com", "https://contoso.com/a?b=", "\xe2\x82\xac", "x",
		"+39 333 1234567", "a b c d e f"};
	while (out->size < size) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		const char *word = words[(seed >> 33) % (sizeof words / sizeof *words)];
		st_buf_add(out, word, strlen(word));
	}
}

static void the_cutting_of_the_input_leaves_no_trace(void)
{
	static const size_t blocks[] = {1, 7, 64, 4096, 65536};
	char why[256];
	struct detect_rules *rules = open_rules(six_rules, why);
	struct detect_options options = {.rules = rules};
	CHECK_TEXT(why, "");
	for (uint64_t seed = 1; seed <= 6; seed++) {
		st_auto_buf struct st_buf text = {0};
		fill_text(&text, seed * 9000, seed);
		struct collected whole = collect(&options, -1, text.data, text.size, 0, 0);
		CHECK(whole.count > text.size / 200 && !whole.unsorted && !whole.wrong_text);
		for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
			struct collected cut =
				collect(&options, -1, text.data, text.size, blocks[i], i == 2 ? seed : 0);
			if (cut.lines.size != whole.lines.size ||
				memcmp(cut.lines.data, whole.lines.data, whole.lines.size) != 0)
				CHECK_FAIL("seed %d: blocks of %zu find %zu, not %zu", (int)seed, blocks[i], cut.count,
					whole.count);
			st_buf_free(&cut.lines);
		}
		st_buf_free(&whole.lines);
	}
	detect_rules_close(rules);
}

/* A match may begin at the last byte of a piece and be as wide as a rule can be. */
static void matches_across_pieces_are_found_at_every_offset(void)
{
	static const char file[] =
		FILE_OF("{\"name\":\"wide\",\"kind\":\"case_number\",\"pattern\":\"(?<=[#]{4})Q[0-9]{500}Z\","
			"\"confidence\":0.9,\"canonical\":\"as-is\"}");
	char why[256];
	struct detect_rules *rules = open_rules(file, why);
	struct detect_options options = {.rules = rules};
	CHECK_TEXT(why, "");
	for (size_t at = 3500; at < 4200; at += 7) {
		st_auto_buf struct st_buf text = {0};
		st_buf_reserve(&text, 9000);
		memset(text.data, '#', 9000);
		text.data[at] = 'Q';
		memset(text.data + at + 1, '5', 500);
		text.data[at + 501] = 'Z';
		text.size = 9000;
		struct collected got = collect(&options, DETECT_CASE_NUMBER, text.data, text.size, 0, 0);
		if (got.count != 1)
			CHECK_FAIL("at %zu: %zu found", at, got.count);
		st_buf_free(&got.lines);
	}
	detect_rules_close(rules);
}

static uint64_t exhausted_on(const char *pattern, const char *line, size_t lines, size_t block)
{
	char why[256];
	st_auto_free char *file = st_format(
		FILE_OF("{\"name\":\"slow\",\"kind\":\"case_number\",\"pattern\":\"%s\",\"confidence\":0.9}"), pattern);
	struct detect_rules *rules = open_rules(file, why);
	if (rules == NULL)
		return UINT64_MAX;
	struct detect_options options = {.rules = rules};
	struct collected into = {.only = DETECT_CASE_NUMBER};
	st_auto_buf struct st_buf text = {0};
	for (size_t i = 0; i < lines; i++)
		st_buf_add(&text, line, strlen(line));
	into.input = text.data;
	struct detect *detect = detect_open(&options, collect_mention, &into);
	collect_feed(detect, text.data, text.size, block, 0);
	uint64_t exhausted = detect_rule_exhausted(detect, 0);
	collect_feed(detect, "x", 1, 0, 0); /* another input */
	if (detect_rule_exhausted(detect, 0) != 0)
		exhausted = UINT64_MAX;
	detect_close(detect);
	st_buf_free(&into.lines);
	detect_rules_close(rules);
	return exhausted;
}

static void a_pattern_that_takes_too_many_steps_is_stopped_and_said(void)
{
	static const char nested[] = "(?:a{1,3}){1,30}(?:a{1,3}){1,30}b";
	CHECK_INT(exhausted_on(
			  nested, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa c b\n", 400, 0),
		8);
	CHECK_INT(exhausted_on(nested, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa c b\n",
			  400, 13),
		8);
	CHECK_INT(exhausted_on(nested, "a quiet line, and b\n", 400, 0), 0);
	CHECK_INT(exhausted_on("[A-Z]{2}-\\\\d{6}", "AB-12345 x AB-123456\n", 400, 0), 0);
}

int main(void)
{
	RUN(the_most_that_a_pattern_can_match_or_look_at_is_known);
	RUN(what_has_no_bound_is_refused_with_its_place);
	RUN(groups_inside_groups_end_at_a_ceiling);
	RUN(a_file_that_is_wrong_is_refused_by_line_and_rule);
	RUN(more_rules_or_bytes_than_the_ceilings_are_refused);
	RUN(a_rule_reports_under_its_kind_by_its_name);
	RUN(without_rules_nothing_changes);
	RUN(the_cutting_of_the_input_leaves_no_trace);
	RUN(matches_across_pieces_are_found_at_every_offset);
	RUN(a_pattern_that_takes_too_many_steps_is_stopped_and_said);
	CHECK_END();
}
