/* Registrable domains, free-mail and disposable providers, role mailboxes. */
#include "base/bytes.h"
#include "detect/detect.h"

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static bool registrable_is(const char *host, const char *wanted)
{
	struct st_span got = detect_registrable_domain(span(host));
	return got.size == strlen(wanted) && memcmp(got.data, wanted, got.size) == 0;
}

static void registrable_domains_follow_the_public_suffix_list(void)
{
	static const char *const rows[][2] = {
		{"contoso.com", "contoso.com"},
		{"mail.eu.contoso.com", "contoso.com"},
		{"com", ""},
		{"co.uk", ""},
		{"mail.contoso.co.uk", "contoso.co.uk"},
		/* a wildcard makes every name below a suffix; an exception takes one out */
		{"ck", ""},
		{"anything.ck", ""},
		{"contoso.anything.ck", "contoso.anything.ck"},
		{"www.ck", "www.ck"},
		{"mail.www.ck", "www.ck"},
		/* the private section */
		{"contoso.blogspot.com", "contoso.blogspot.com"},
		{"blogspot.com", ""},
		{"store.blob.core.windows.net", "store.blob.core.windows.net"},
		/* names of our own */
		{"contoso.example", "contoso.example"},
		{"mail.contoso.local", "contoso.local"},
		{"local", ""},
		{"mail.contoso.corp", "contoso.corp"},
		/* an unknown top-level domain is a suffix of one label */
		{"a.b.nosuchtop", "b.nosuchtop"},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"www.xn--85x722f.com.cn", "xn--85x722f.com.cn"},
		/* no names */
		{"", ""},
		{".", ""},
		{".com", ""},
		{"contoso..com", ""},
		{"contoso.com.", ""},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!registrable_is(rows[i][0], rows[i][1]))
			CHECK_FAIL("%s: %.*s, not %s", rows[i][0],
				(int)detect_registrable_domain(span(rows[i][0])).size,
				(const char *)detect_registrable_domain(span(rows[i][0])).data, rows[i][1]);
}

/* One line of test_psl.txt: checkPublicSuffix('host', 'registrable' or null). Rows in Unicode have twins in A-labels.
 */
static bool psl_row(const char *line, char host[256], char wanted[256])
{
	if (strncmp(line, "checkPublicSuffix('", 19) != 0)
		return false;
	wanted[0] = 0;
	if (sscanf(line + 19, "%255[^']', '%255[^']'", host, wanted) < 1)
		return false;
	for (char *p = host; *p; p++) {
		if (*p & 0x80)
			return false;
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 32);
	}
	return true;
}

static void the_tests_of_the_public_suffix_list_pass(void)
{
	FILE *file = fopen(CASES_FOLDER "/../../../../shared/data/domains/test_psl.txt", "r");
	if (!file)
		SKIP("../shared/data/domains is not here");
	char *line = NULL, host[256], wanted[256];
	size_t capacity = 0, rows = 0;
	while (getline(&line, &capacity, file) > 0) {
		if (!psl_row(line, host, wanted))
			continue;
		rows++;
		if (!registrable_is(host, wanted))
			CHECK_FAIL("%s: %.*s, not %s", host, (int)detect_registrable_domain(span(host)).size,
				(const char *)detect_registrable_domain(span(host)).data, wanted);
	}
	free(line);
	fclose(file);
	CHECK(rows > 50);
}

static void users_of_free_mail_are_no_organization(void)
{
	static const char *const free_mail[] = {"gmail.com", "outlook.com", "hotmail.com", "libero.it", "orange.fr",
		"web.de", "gmx.de", "yahoo.co.uk", "icloud.com", "proton.me", "laposte.net", "t-online.de"};
	static const char *const others[] = {"contoso.com", "fabrikam.it", "example.com", "contoso.example", "", "com",
		/* half of their hashes are those of disposable domains */
		"firm815273.example", "firm4167582.example", "unit32018.example"};
	for (size_t i = 0; i < COUNT(free_mail); i++)
		if (!detect_is_free_mail(span(free_mail[i])))
			CHECK_FAIL("%s is free mail", free_mail[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		if (detect_is_free_mail(span(others[i])) || detect_is_disposable(span(others[i])))
			CHECK_FAIL("%s is an organization", others[i]);
}

static void throw_away_mailboxes_are_known(void)
{
	static const char *const disposable[] = {
		"mailinator.com", "yopmail.com", "guerrillamail.com", "10minutemail.com"};
	for (size_t i = 0; i < COUNT(disposable); i++)
		if (!detect_is_disposable(span(disposable[i])))
			CHECK_FAIL("%s is disposable", disposable[i]);
	CHECK(!detect_is_disposable(span("gmail.com")));
}

static void role_mailboxes_of_five_languages_are_no_persons(void)
{
	static const char *const roles[] = {"info", "postmaster", "abuse", "webmaster", "hostmaster", "security", "noc",
		"noreply", "no-reply", "no_reply", "do-not-reply", "donotreply", "mailer-daemon", "support", "sales",
		"support+42", "info2", "amministrazione", "ufficio.stampa", "non-rispondere", "segreteria",
		"service.client", "ne-pas-repondre", "comptabilite", "buchhaltung", "nicht-antworten", "vertrieb",
		"kundenservice", "administracion", "no-responder", "ventas", "atencion", "usenet", "news", "www",
		"uucp", "ftp", "marketing"};
	static const char *const people[] = {"anna", "anna.rossi", "info.rossi", "bob", "mario", "support.smith",
		"salesa", "", "abusedname", "j.post.smith", "verylongmailboxnamethatisnoneofourlist"};
	for (size_t i = 0; i < COUNT(roles); i++)
		if (!detect_is_role_mailbox(span(roles[i])))
			CHECK_FAIL("%s is a role", roles[i]);
	for (size_t i = 0; i < COUNT(people); i++)
		if (detect_is_role_mailbox(span(people[i])))
			CHECK_FAIL("%s is a person", people[i]);
}

int main(void)
{
	RUN(registrable_domains_follow_the_public_suffix_list);
	RUN(the_tests_of_the_public_suffix_list_pass);
	RUN(users_of_free_mail_are_no_organization);
	RUN(throw_away_mailboxes_are_known);
	RUN(role_mailboxes_of_five_languages_are_no_persons);
	CHECK_END();
}
