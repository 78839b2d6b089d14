/* What the operator may type: addresses, anchors, dates. */
#include "check.h"

#include "dns/options.h"

#include <unistd.h>

static const struct {
	const char *typed, *canonical; /* NULL: refused */
	bool is_public;
} places[] = {
	{"198.51.100.7", "198.51.100.7@53", true},
	{"198.51.100.7@5300", "198.51.100.7@5300", true},
	{"2001:db8::1", "2001:db8::1@53", true},
	{"2001:db8::1@5300", "2001:db8::1@5300", true},
	{"127.0.0.1", "127.0.0.1@53", false},
	{"10.1.2.3", "10.1.2.3@53", false},
	{"169.254.169.254", "169.254.169.254@53", false},
	{"::1", "::1@53", false},
	{"fd00::1", "fd00::1@53", false},
	{"::ffff:10.0.0.1", "::ffff:10.0.0.1@53", false},
	{"", NULL, false},
	{"localhost", NULL, false},
	{"127.0.0.1:53", NULL, false},
	{"127.0.0.1@", NULL, false},
	{"127.0.0.1@0", NULL, false},
	{"127.0.0.1@65536", NULL, false},
	{"127.0.0.1@53x", NULL, false},
	{"127.0.0.1@ 53", NULL, false},
	{"127.0.0.1@+53", NULL, false},
	{"127.1", NULL, false},
	{"2001:db8::1%eth0", NULL, false},
};

static void every_address_is_taken_whole_or_refused(void)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct dns_place place;
		char text[DNS_PLACE_TEXT];
		bool taken = dns_place_parse(places[i].typed, &place, text);
		if (taken != (places[i].canonical != NULL))
			CHECK_FAIL("\"%s\" is %s", places[i].typed, taken ? "taken" : "refused");
		if (!taken)
			continue;
		CHECK_TEXT(text, places[i].canonical);
		if (dns_place_is_public(&place) != places[i].is_public)
			CHECK_FAIL("\"%s\" is %spublic", places[i].typed, places[i].is_public ? "not " : "");
	}
}

static void an_anchor_is_a_ds_or_dnskey_in_one_line(void)
{
	static const struct {
		const char *line;
		bool sound;
	} rows[] = {
		{". IN DS 20326 8 2 e06d44b8", true},
		{". 172800 IN DNSKEY 257 3 8 AwEAAaz/tAm8", true},
		{"contoso.com. DS 1 13 2 ab cd", true},
		{"contoso.com. IN A 192.0.2.1", false},
		{"IN DS 1 13 2 ab", false},
		{". IN DS 1 13", false},
		{". IN DS 1 13 2", false},
		{". IN DS 1 13 2 ", false},
		{". IN DS a 13 2 ab", false},
		{". IN DS 1 13 2 ( ab )", false},
		{"$INCLUDE keys", false},
		{"a..b IN DS 1 13 2 ab", false},
		{"", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (dns_anchor_is_sound(rows[i].line) != rows[i].sound)
			CHECK_FAIL("\"%s\" is %ssound", rows[i].line, rows[i].sound ? "not " : "");
}

/* Options with a file of dates that holds text. */
static enum st_status read_ages(const char *text, struct dns_options *out)
{
	char path[] = "/tmp/staunch-dns-XXXXXX", anchors[] = "/tmp/staunch-dns-XXXXXX";
	int fd = mkstemp(path), other = mkstemp(anchors);
	bool written =
		write(fd, text, strlen(text)) == (ssize_t)strlen(text) && write(other, ". IN DS 1 13 2 ab\n", 18) == 18;
	char program[] = "staunch-resolver", e[] = "--errands", nowhere[] = "none", r[] = "--registered",
	     t[] = "--trust-anchor";
	char *arguments[] = {program, e, nowhere, r, path, t, anchors, NULL};
	struct st_error err = {0};
	enum st_status status = written ? dns_options_read(7, arguments, out, &err) : ST_FATAL;
	close(fd);
	close(other);
	unlink(path);
	unlink(anchors);
	return status;
}

static void dates_are_found_by_domain_the_latest_counts_and_others_are_not_known(void)
{
	struct dns_options o;
	CHECK_INT(read_ages("# all\n\nFabrikam.com\t2020-01-02\nfabrikam.com. 2021-03-04 ; again\r\nfabrikam.com "
			    "1999-01-01\n",
			  &o),
		ST_OK);
	CHECK_INT(dns_registered_at(&o, "fabrikam.com"), 1614816000);
	CHECK_INT(dns_registered_at(&o, "mail.fabrikam.com"), 0);
	CHECK_INT(dns_registered_at(&o, "contoso.com"), 0);
	CHECK_INT(dns_registered_at(&o, ""), 0);
	dns_options_free(&o);
}

static void a_line_that_is_no_date_is_refused(void)
{
	static const char *const wrong[] = {"fabrikam.com", "fabrikam.com 2021-02-30", "fabrikam.com 2021-3-4",
		"fabrikam.com 1969-12-31", "fabrikam.com 2021-03-04 2022-01-01", "2021-03-04 fabrikam.com",
		"fabri kam.com 2021-03-04"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct dns_options o;
		if (read_ages(wrong[i], &o) != ST_WRONG)
			CHECK_FAIL("\"%s\" is taken", wrong[i]);
		dns_options_free(&o);
	}
}

int main(void)
{
	RUN(every_address_is_taken_whole_or_refused);
	RUN(an_anchor_is_a_ds_or_dnskey_in_one_line);
	RUN(dates_are_found_by_domain_the_latest_counts_and_others_are_not_known);
	RUN(a_line_that_is_no_date_is_refused);
	return check_any_failed;
}
