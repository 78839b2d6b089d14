/* The owner's policy: what becomes of kinds and fields, which values stay, and which files are refused with which
 * line. */
#include "base/ceilings.h"
#include "redact/policy.h"

#include "check.h"

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static struct redact_policy *policy_of(const char *text)
{
	struct redact_policy *policy = NULL;
	struct st_error err = {0};
	if (redact_policy_open(span(text), &policy, &err) != ST_OK)
		CHECK_FAIL("%s: refused: %s", text, err.what);
	return policy;
}

static enum redact_action action(
	const struct redact_policy *policy, enum detect_kind kind, const char *field, const char *value)
{
	return redact_policy_action(policy, REDACT_TOKEN, kind, redact_policy_field(policy, span(field)), span(value));
}

static void a_field_goes_before_a_kind_and_a_kind_before_the_mode(void)
{
	struct redact_policy *policy = policy_of("kinds: {email_address: mask, url: keep, ip_address: drop}\n"
						 "fields:\n"
						 "  customer.mail: drop\n"
						 "  \"rows[].comment\": label\n"
						 "  \"*.id\": keep\n");
	CHECK(policy != NULL);
	CHECK_INT(action(policy, DETECT_EMAIL_ADDRESS, "", "a@contoso.com"), REDACT_MASK);
	CHECK_INT(action(policy, DETECT_URL, "", "https://contoso.com/"), REDACT_KEEP);
	CHECK_INT(action(policy, DETECT_IP_ADDRESS, "x", "203.0.113.7"), REDACT_DROP);
	CHECK_INT(action(policy, DETECT_IBAN, "", "X"), REDACT_TOKEN);
	CHECK_INT(action(policy, DETECT_EMAIL_ADDRESS, "customer.mail", "a@contoso.com"), REDACT_DROP);
	CHECK_INT(action(policy, DETECT_EMAIL_ADDRESS, "rows[].id", "a@contoso.com"), REDACT_KEEP);
	CHECK_INT(action(policy, DETECT_EMAIL_ADDRESS, "id", "a@contoso.com"), REDACT_KEEP);
	CHECK_INT(action(policy, DETECT_EMAIL_ADDRESS, "rows[].idx", "a@contoso.com"), REDACT_MASK);
	CHECK_INT(redact_policy_field(policy, span("customer.mail")), REDACT_DROP);
	CHECK_INT(redact_policy_field(policy, span("rows[].comment")), REDACT_LABEL);
	CHECK_INT(redact_policy_field(policy, span("a.id")), REDACT_KEEP);
	CHECK_INT(redact_policy_field(policy, span("customer.Mail")), REDACT_ACTIONS);
	CHECK_INT(redact_policy_field(policy, span("")), REDACT_ACTIONS);
	CHECK(!redact_policy_needs_key(policy));
	redact_policy_close(policy);
}

static void the_first_field_that_matches_wins(void)
{
	struct redact_policy *policy = policy_of("fields: {\"a.*.c\": mask, \"*\": drop}\n");
	CHECK(policy != NULL);
	CHECK_INT(redact_policy_field(policy, span("a.b.c")), REDACT_MASK);
	CHECK_INT(redact_policy_field(policy, span("a.b[].x.c")), REDACT_MASK);
	CHECK_INT(redact_policy_field(policy, span("a.b.d")), REDACT_DROP);
	redact_policy_close(policy);
}

static void an_allowed_value_stays_however_it_is_written(void)
{
	static const struct {
		const char *allow, *canonical;
		enum detect_kind kind;
		bool kept;
	} rows[] = {
		{"support@contoso.com", "support@contoso.com", DETECT_EMAIL_ADDRESS, true},
		{"Support@Contoso.COM", "support@contoso.com", DETECT_EMAIL_ADDRESS, true},
		{"info@b\xc3\xbc"
		 "cher.example",
			"info@xn--bcher-kva.example", DETECT_EMAIL_ADDRESS, true},
		{"support@contoso.com", "xsupport@contoso.com", DETECT_EMAIL_ADDRESS, false},
		{"support@contoso.com", "support@contoso.com.example", DETECT_EMAIL_ADDRESS, false},
		{"+39 06 6982 1234", "+390669821234", DETECT_PHONE_NUMBER, true},
		{"Rossi, Anna", "anna rossi", DETECT_PERSON_NAME, true},
		{"Anna Rossi", "anna rossi", DETECT_PERSON_NAME, true},
		{"Anna Rossi", "anna", DETECT_PERSON_NAME, false},
		{"gb82 west 1234 5698 7654 32", "GB82WEST12345698765432", DETECT_IBAN, true},
		{"*@example.com", "anyone@example.com", DETECT_EMAIL_ADDRESS, true},
		{"*@Example.com", "anyone@example.com", DETECT_EMAIL_ADDRESS, true},
		{"*@example.com", "anyone@sub.example.com", DETECT_EMAIL_ADDRESS, false},
		{"*@example.com", "anyone@example.com.evil.example", DETECT_EMAIL_ADDRESS, false},
		{"*@example.com", "a@evil.example?x=b@example.com", DETECT_EMAIL_ADDRESS, false},
		{"*@*.example.com", "a@mail.example.com", DETECT_EMAIL_ADDRESS, true},
		{"192.0.2.*", "192.0.2.77", DETECT_IP_ADDRESS, true},
		{"https://www.contoso.com/*", "https://www.contoso.com/a/b", DETECT_URL, true},
		{"AKIA", "AKIA", DETECT_SECRET, false},
		{"aws-key AKI*", "aws-key AKIA", DETECT_SECRET, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		st_auto_free char *text = st_format("allow: [\"%s\"]\n", rows[i].allow);
		struct redact_policy *policy = policy_of(text);
		if (policy != NULL &&
			(action(policy, rows[i].kind, "", rows[i].canonical) == REDACT_KEEP) != rows[i].kept)
			CHECK_FAIL("%s, %s: kept is not %d", rows[i].allow, rows[i].canonical, rows[i].kept);
		redact_policy_close(policy);
	}
}

static void an_allowed_value_stays_also_in_a_field_whose_values_are_replaced_one_by_one(void)
{
	struct redact_policy *policy = policy_of("allow: [desk@contoso.com]\nkinds: {email_address: drop}\n");
	CHECK(policy != NULL);
	CHECK_INT(action(policy, DETECT_EMAIL_ADDRESS, "x", "desk@contoso.com"), REDACT_KEEP);
	redact_policy_close(policy);
}

static void tokens_need_a_key_only_where_the_policy_asks_for_them(void)
{
	struct redact_policy *policy = policy_of("kinds: {iban: token}\n");
	CHECK(policy != NULL);
	CHECK(redact_policy_needs_key(policy));
	redact_policy_close(policy);
	policy = policy_of("fields: {a: token}\n");
	CHECK(policy != NULL);
	CHECK(redact_policy_needs_key(policy));
	redact_policy_close(policy);
}

static void rules_are_those_of_a_rules_file(void)
{
	struct redact_policy *policy =
		policy_of("rules:\n"
			  "  - name: ticket\n"
			  "    kind: case_number\n"
			  "    pattern: '\\bTCK-[0-9]{6,8}\\b'\n"
			  "    confidence: 0.95\n"
			  "    context: [ticket, \"case no\"]\n"
			  "    canonical: upper\n"
			  "  - {name: vpn, kind: secret, pattern: \"[0-9A-F]{8}\", confidence: 1}\n");
	CHECK(policy != NULL);
	CHECK_INT(detect_rules_count(redact_policy_rules(policy)), 2);
	CHECK_TEXT(detect_rules_name(redact_policy_rules(policy), 1), "vpn");
	redact_policy_close(policy);
	policy = policy_of("kinds: {url: keep}\n");
	CHECK(policy != NULL && redact_policy_rules(policy) == NULL);
	redact_policy_close(policy);
}

static void what_is_wrong_is_refused_with_its_line(void)
{
	static const struct {
		const char *text, *begin, *words;
	} rows[] = {
		{"", "line 1: ", "says nothing"},
		{"# only a comment\n", "line 2: ", "says nothing"},
		{"{}\n", "line 1: ", "says nothing"},
		{"- a\n", "line 1: ", "a map of"},
		{"kinds: {}\nkind: {}\n", "line 2: ", "kinds, fields, allow and rules"},
		{"kinds: {}\nkinds: {}\n", "line 2: ", "twice"},
		{"kinds:\n  email_address: mask\n  email: mask\n", "line 3: ", "no such kind"},
		{"kinds:\n  iban: mask\n  iban: mask\n", "line 3: ", "twice"},
		{"kinds:\n  iban: hide\n", "line 2: ", "token, mask, label, keep or drop"},
		{"kinds:\n  iban: [mask]\n", "line 2: ", "token, mask, label, keep or drop"},
		{"kinds: mask\n", "line 1: ", "map of kinds"},
		{"fields:\n  a: mask\n  b: drop\n  a: mask\n", "line 4: ", "twice"},
		{"fields:\n  *.id: keep\n", "line 2: ", "in quotes"},
		{"fields:\n  *id : keep\n", "line 2: ", "in quotes"},
		{"fields:\n  [a]: keep\n", "line 2: ", "no text"},
		{"fields:\n  \"\": keep\n", "line 2: ", "1 to 512"},
		{"fields:\n  \"a\\nb\": keep\n", "line 2: ", "one line"},
		{"allow:\n  - a@contoso.com\n  - {b: c}\n", "line 3: ", "list of values"},
		{"allow: a@contoso.com\n", "line 1: ", "list of values"},
		{"allow:\n  - \"*\"\n", "line 2: ", "nearly everything"},
		{"allow:\n  - \"*@*\"\n", "line 2: ", "nearly everything"},
		{"allow: &a [x]\n", "line 1: ", "anchors"},
		{"allow: [&a x, *a]\n", "line 1: ", "anchors"},
		{"allow: [!!str x]\n", "line 1: ", "anchors and tags"},
		{"a: &a [x,x]\nb: &b [*a,*a]\n", "line 1: ", "kinds, fields, allow and rules"},
		{"kinds: {url: keep}\n---\nkinds: {url: keep}\n", "line 2: ", "second document"},
		{"kinds: {url: keep\n", "line 2: ", "not YAML"},
		{"kinds:\n\turl: keep\n", "line 2: ", "not YAML"},
		{"\xff\xfe", "line 1: ", "not YAML"},
		{"rules:\n  - name: t\n    kind: case_number\n    pattern: 'A*'\n    confidence: 1\n",
			"line 4, rule 1 (t)", "upper bound"},
		{"rules:\n  - name: t\n    kind: case_number\n    pattern: 'A'\n    confidence: 2\n",
			"line 5, rule 1 (t)", "0.50 to 1"},
		{"rules:\n  - name: t\n    kind: email_address\n", "line 3, rule 1 (t)", "has a detector"},
		{"rules:\n  - name: t\n    colour: red\n", "line 3, rule 1 (t)", "fields are"},
		{"rules:\n  - name: {a: b}\n", "line 2: ", "texts and lists of texts"},
		{"rules:\n  - name\n", "line 2: ", "a rule is a map"},
		{"rules: []\n", "line 1", "no rule"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct redact_policy *policy;
		struct st_error err = {0};
		if (redact_policy_open(span(rows[i].text), &policy, &err) == ST_OK) {
			CHECK_FAIL("%s: read", rows[i].text);
			redact_policy_close(policy);
		} else if (strncmp(err.what, rows[i].begin, strlen(rows[i].begin)) != 0 ||
			   strstr(err.what, rows[i].words) == NULL || strchr(err.what, '\n') != NULL) {
			CHECK_FAIL("%s: %s", rows[i].text, err.what);
		}
	}
}

static void a_file_beyond_a_ceiling_is_refused(void)
{
	static const char line[] = "  - a@contoso.com\n";
	struct st_buf text = {0};
	struct redact_policy *policy;
	struct st_error err = {0};
	st_buf_format(&text, "allow:\n");
	for (int i = 0; i <= CEIL_REDACT_POLICY_ENTRIES; i++)
		st_buf_add(&text, line, sizeof line - 1);
	CHECK(redact_policy_open((struct st_span){text.data, text.size}, &policy, &err) == ST_WRONG);
	CHECK(strstr(err.what, "2048") != NULL);
	while (text.size <= CEIL_REDACT_POLICY_BYTES)
		st_buf_add_byte(&text, '#');
	CHECK(redact_policy_open((struct st_span){text.data, text.size}, &policy, &err) == ST_WRONG);
	CHECK_TEXT(err.what, "a policy is at most 64 KiB");
	st_buf_free(&text);
}

static void nesting_without_end_is_refused_at_once(void)
{
	struct st_buf text = {0};
	struct redact_policy *policy;
	struct st_error err = {0};
	st_buf_format(&text, "allow: ");
	for (int i = 0; i < 60000; i++)
		st_buf_add_byte(&text, '[');
	CHECK(redact_policy_open((struct st_span){text.data, text.size}, &policy, &err) == ST_WRONG);
	CHECK_TEXT(err.what, "line 1: \"allow\" is a list of values");
	st_buf_free(&text);
}

int main(void)
{
	RUN(a_field_goes_before_a_kind_and_a_kind_before_the_mode);
	RUN(the_first_field_that_matches_wins);
	RUN(an_allowed_value_stays_however_it_is_written);
	RUN(an_allowed_value_stays_also_in_a_field_whose_values_are_replaced_one_by_one);
	RUN(tokens_need_a_key_only_where_the_policy_asks_for_them);
	RUN(rules_are_those_of_a_rules_file);
	RUN(what_is_wrong_is_refused_with_its_line);
	RUN(a_file_beyond_a_ceiling_is_refused);
	RUN(nesting_without_end_is_refused_at_once);
	CHECK_END();
}
