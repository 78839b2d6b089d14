/* Which country a domain and a telephone number name, and which say none. */
#include "detect/detect.h"

#include "check.h"

struct country_case {
	const char *value, *country; /* "" none */
};

static void a_domain_is_in_the_country_of_its_last_label(void)
{
	static const struct country_case cases[] = {{"contoso.it", "IT"}, {"mail.fabrikam.co.uk", "GB"},
		{"fabrikam.fr", "FR"}, {"adatum.us", "US"}, {"contoso.com", ""}, {"contoso.eu", ""},
		{"fabrikam.io", ""}, {"fabrikam.tv", ""}, {"contoso.su", ""}, {"contoso.example", ""},
		{"contoso.zz", ""}, {"contoso.xn--p1ai", ""}, {"it", ""}, {"", ""}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char got[3] = "";
		struct st_span host = {(const uint8_t *)cases[i].value, strlen(cases[i].value)};
		if (!detect_domain_country(host, got))
			got[0] = 0;
		if (strcmp(got, cases[i].country) != 0)
			CHECK_FAIL("%s: \"%s\", not \"%s\"", cases[i].value, got, cases[i].country);
	}
}

static void a_number_is_in_the_country_of_its_code_and_area(void)
{
	static const struct country_case cases[] = {{"+39069999123", "IT"}, {"+390669812345", "VA"},
		{"+442079460123", "GB"}, {"+441534123456", "JE"}, {"+14255550123", "US"}, {"+14165550123", "CA"},
		{"+18765550123", "JM"}, {"+18005550123", ""}, {"+74951234567", "RU"}, {"+77272581234", "KZ"},
		{"+33199001234", "FR"}, {"+493023125123", "DE"}, {"+3581812345", "AX"}, {"+35891234567", "FI"},
		{"+4721234567", "NO"}, {"+80012345678", ""}, {"+59059012345", ""}, {"+9", ""}, {"39069999123", ""},
		{"", ""}, {"+39x", ""}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char got[3] = "";
		struct st_span number = {(const uint8_t *)cases[i].value, strlen(cases[i].value)};
		if (!detect_phone_country(number, got))
			got[0] = 0;
		if (strcmp(got, cases[i].country) != 0)
			CHECK_FAIL("%s: \"%s\", not \"%s\"", cases[i].value, got, cases[i].country);
	}
}

static void a_code_is_a_country_when_it_is_assigned(void)
{
	CHECK(detect_is_country("IT") && detect_is_country("ZW") && detect_is_country("AD"));
	CHECK(!detect_is_country("UK") && !detect_is_country("EU") && !detect_is_country("ZZ"));
}

int main(void)
{
	RUN(a_domain_is_in_the_country_of_its_last_label);
	RUN(a_number_is_in_the_country_of_its_code_and_area);
	RUN(a_code_is_a_country_when_it_is_assigned);
	CHECK_END();
}
