/* Who asks: the canonical form, and what each kind may become. Each row is one spelling. */
#include "check.h"

#include "portal/identity.h"

static const struct {
	const char *typed;
	enum portal_identity_kind kind;
	const char *text, *domain;
} rows[] = {
	{"Anna.Rossi@Contoso.COM", PORTAL_MAILBOX, "anna.rossi@contoso.com", "contoso.com"},
	{"  anna@mail.contoso.com\r\n", PORTAL_MAILBOX, "anna@mail.contoso.com", "contoso.com"},
	{"anna+shop@gmail.com", PORTAL_MAILBOX, "anna+shop@gmail.com", "gmail.com"},
	{"a.n.n.a@gmail.com", PORTAL_MAILBOX, "a.n.n.a@gmail.com", "gmail.com"},
	{"postmaster@contoso.com", PORTAL_ROLE_MAILBOX, "postmaster@contoso.com", "contoso.com"},
	{"postmaster@mail.contoso.com", PORTAL_SILENT_MAILBOX, "postmaster@mail.contoso.com", "contoso.com"},
	{"postmaster@gmail.com", PORTAL_SILENT_MAILBOX, "postmaster@gmail.com", "gmail.com"},
	{"Contoso.com", PORTAL_ORGANIZATION, "contoso.com", "contoso.com"},
	{"b\xc3\xbc"
	 "cher.example",
		PORTAL_ORGANIZATION, "xn--bcher-kva.example", "xn--bcher-kva.example"},
	{"mail.contoso.com", PORTAL_PART_OF_DOMAIN, "mail.contoso.com", "contoso.com"},
	{"gmail.com", PORTAL_PUBLIC_DOMAIN, "gmail.com", "gmail.com"},
	{"mailinator.com", PORTAL_PUBLIC_DOMAIN, "mailinator.com", "mailinator.com"},
	{"", PORTAL_NO_IDENTITY, "", ""},
	{"contoso", PORTAL_NO_IDENTITY, "", ""},
	{"anna at contoso dot com", PORTAL_NO_IDENTITY, "", ""},
	{"anna@contoso.com, eva@contoso.com", PORTAL_NO_IDENTITY, "", ""},
	{"anna@contoso.com\nBcc: eva@contoso.com", PORTAL_NO_IDENTITY, "", ""},
	{"Anna <anna@contoso.com>", PORTAL_NO_IDENTITY, "", ""},
	{"\"a b\"@contoso.com", PORTAL_NO_IDENTITY, "", ""},
	{"a%b@contoso.com", PORTAL_NO_IDENTITY, "", ""},
	{"a!b@contoso.com", PORTAL_NO_IDENTITY, "", ""},
	{"dan\xef\xbc\xa0"
	 "contoso.com",
		PORTAL_NO_IDENTITY, "", ""},
	{"\xff\xfe", PORTAL_NO_IDENTITY, "", ""},
};

static void every_spelling_has_its_kind_and_form(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct portal_identity got =
			portal_identity_read((struct st_span){(const uint8_t *)rows[i].typed, strlen(rows[i].typed)});
		if (got.kind != rows[i].kind || strcmp(got.text, rows[i].text) != 0 ||
			strcmp(got.domain, rows[i].domain) != 0)
			CHECK_FAIL("\"%s\" is %d \"%s\" \"%s\"", rows[i].typed, got.kind, got.text, got.domain);
	}
}

static void a_homograph_is_another_domain(void)
{
	static const char look_alike[] = "anna@c\xd0\xbentoso.com"; /* a Cyrillic o */
	struct portal_identity got =
		portal_identity_read((struct st_span){(const uint8_t *)look_alike, sizeof look_alike - 1});
	CHECK(strcmp(got.domain, "contoso.com") != 0);
	CHECK(got.kind == PORTAL_NO_IDENTITY || strncmp(got.domain, "xn--", 4) == 0);
}

int main(void)
{
	RUN(every_spelling_has_its_kind_and_form);
	RUN(a_homograph_is_another_domain);
	CHECK_END();
}
