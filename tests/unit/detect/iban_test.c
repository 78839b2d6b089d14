/* iban: every country of the registry, the ways people write one, and what must not be swallowed. Account numbers are
 * invented or the registry's own examples. */
#include "one_kind.h"

static const struct detect_options no_options;
#define CHECK_IBANS(table) EXPECT_ALL(detector_iban, &no_options, table)

static void printed_and_contiguous_forms_are_found(void)
{
	static const struct finding table[] = {
		{"IBAN «IT60X0542811101000000123456».", "IT60X0542811101000000123456", 98, DETECT_PLAIN},
		{"«IT60 X054 2811 1010 0000 0123 456»", "IT60X0542811101000000123456", 98, DETECT_PLAIN},
		{"«IT 60 X 05428 11101 000000123456» (modo italiano)", "IT60X0542811101000000123456", 90, DETECT_PLAIN},
		{"«DE89 3704 0044 0532 0130 00», BIC COBADEFF", "DE89370400440532013000", 98, DETECT_PLAIN},
		{"«DE89-3704-0044-0532-0130-00»", "DE89370400440532013000", 98, DETECT_PLAIN},
		{"iban:«de89370400440532013000»", "DE89370400440532013000", 98, DETECT_PLAIN},
		{"{\"iban\":\"«FR1420041010050500013M02606»\"}", "FR1420041010050500013M02606", 98, DETECT_PLAIN},
		{"«fr14 2004 1010 0505 0001 3m02 606»", "FR1420041010050500013M02606", 98, DETECT_PLAIN},
		{"«GB29NWBK60161331926819» and «NO9386011117947»", "GB29NWBK60161331926819 NO9386011117947", 98,
			DETECT_PLAIN},
		{"«DE89\xc2\xa0"
		 "3704\xc2\xa0"
		 "0044\xc2\xa0"
		 "0532\xc2\xa0"
		 "0130\xc2\xa0"
		 "00»",
			"DE89370400440532013000", 98, DETECT_PLAIN},
		{"«DE89 3704 0044\xe2\x80\x8b 0532 0130 00»", "DE89370400440532013000", 98, DETECT_ENCODED},
		{"\\t«DE89370400440532013000»\\n", "DE89370400440532013000", 98, DETECT_PLAIN},
	};
	CHECK_IBANS(table);
}

static void it_stops_at_the_length_of_its_country(void)
{
	static const struct finding table[] = {
		{"«DE89 3704 0044 0532 0130 00» 12 Euro", "DE89370400440532013000", 98, DETECT_PLAIN},
		{"«NO93 8601 1117 947» paid", "NO9386011117947", 98, DETECT_PLAIN},
		{"«BE68 5390 0754 7034» BIC", "BE68539007547034", 98, DETECT_PLAIN},
		{"«GB29 NWBK 6016 1331 9268 19» on Monday", "GB29NWBK60161331926819", 98, DETECT_PLAIN},
		{"DE89 3704 0044 0532 0130 001", NULL, 0, DETECT_PLAIN},
		{"DE89370400440532013000X", NULL, 0, DETECT_PLAIN},
	};
	CHECK_IBANS(table);
}

static void near_misses_are_none(void)
{
	static const struct finding table[] = {
		{"IT61X0542811101000000123456", NULL, 0, DETECT_PLAIN},  /* check digits */
		{"DE89 3704 0044 0532 0130 01", NULL, 0, DETECT_PLAIN},  /* check digits */
		{"XX60X0542811101000000123456", NULL, 0, DETECT_PLAIN},  /* no country */
		{"IT60105428111010000001234567", NULL, 0, DETECT_PLAIN}, /* structure */
		{"xIT60X0542811101000000123456", NULL, 0, DETECT_PLAIN},
		{"DE89 3704 0044 0532 0130", NULL, 0, DETECT_PLAIN}, /* cut short */
		{"DE89  3704  0044  0532  0130  00", NULL, 0, DETECT_PLAIN},
		{"in 12 days de 89 trains be 10 late", NULL, 0, DETECT_PLAIN},
		{"DE89\n3704 0044 0532 0130 00", NULL, 0, DETECT_PLAIN},
		{"md5 de89a94a8fe5ccb19ba61c4c0873d391", NULL, 0, DETECT_PLAIN},
		{"SE35 5000 0000 0549 1000 0004", NULL, 0, DETECT_PLAIN}, /* SE35 5000 0000 0549 1000 0003 is one */
	};
	CHECK_IBANS(table);
}

static unsigned mod_97(const char *text)
{
	unsigned rest = 0;
	for (; *text; text++)
		rest = (*text <= '9' ? rest * 10 + (unsigned)(*text - '0')
				     : rest * 100 + (unsigned)(*text - 'A') + 10) %
		       97;
	return rest;
}

/* Lengths as the registry prints them, written down apart from the table under test. */
static void every_country_of_the_registry_has_its_length(void)
{
	static const char lengths[] =
		"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18"
		"FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21"
		"LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22"
		"RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";
	/* One of these three fillings fits each country's structure of letters and digits after tries of both kinds. */
	for (const char *country = lengths; *country; country += 4) {
		size_t length = (size_t)(country[2] - '0') * 10 + (size_t)(country[3] - '0');
		bool any = false;
		for (unsigned letters = 0; letters < 64 && !any; letters++) {
			char account[40], rotated[48], iban[48];
			static const unsigned places[6][2] = {{0, 1}, {1, 2}, {2, 4}, {27, 30}, {23, 24}, {24, 25}};
			memset(account, '7', sizeof account);
			account[length - 4] = 0;
			for (unsigned p = 0; p < 6; p++)
				for (unsigned i = places[p][0]; letters >> p & 1 && i < places[p][1]; i++)
					if (i < length - 4)
						account[i] = 'B';
			for (unsigned p = 0; p < 2; p++)
				if (letters >> 3 & 1 && length == 30 + p)
					memcpy(account + length - 7, "BBB", 3);
			snprintf(rotated, sizeof rotated, "%s%.2s00", account, country);
			snprintf(iban, sizeof iban, "%.2s%02u%s", country, 98 - mod_97(rotated), account);
			static struct found found;
			find_all(&detector_iban, &no_options, iban, strlen(iban), &found);
			any = found.count == 1 && found.candidate[0].end == length;
		}
		if (!any)
			CHECK_FAIL("%.4s: no filling of that length is an IBAN", country);
	}
}

int main(void)
{
	RUN(printed_and_contiguous_forms_are_found);
	RUN(it_stops_at_the_length_of_its_country);
	RUN(near_misses_are_none);
	RUN(every_country_of_the_registry_has_its_length);
	CHECK_END();
}
