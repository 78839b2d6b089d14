/*
 * phone_number: how people write numbers, and what else is written in digits. Numbers are invented inside the ranges
 * that numbering plans keep for fiction, or invented altogether.
 */
#include "one_kind.h"

static const struct detect_options no_region;
static const char *const italy[] = {"IT", NULL};
static const struct detect_options in_italy = {.regions = italy};
#define CHECK_PHONES(table) EXPECT_ALL(detector_phone_number, &no_region, table)
#define CHECK_PHONES_IN(region, table)                                               \
	do {                                                                         \
		static const char *const regions_[] = {region, NULL};                \
		static const struct detect_options options_ = {.regions = regions_}; \
		EXPECT_ALL(detector_phone_number, &options_, table);                 \
	} while (0)

static void a_plus_and_a_valid_number_are_enough(void)
{
	static const struct finding table[] = {
		{"call «+39 347 1234567».", "+393471234567", 95, DETECT_PLAIN},
		{"«+393471234567»", "+393471234567", 95, DETECT_PLAIN},
		{"«+39-02-1234567», «+39.02.1234567», «+39/02/1234567»", "+39021234567 +39021234567 +39021234567", 95,
			DETECT_PLAIN},
		{"«+39 06 1234 5678»;«+49 30 123456»", "+390612345678 +4930123456", 95, DETECT_PLAIN},
		{"(«+44 20 7946 0018»)", "+442079460018", 95, DETECT_PLAIN},
		{"«+44 (0)20 7946 0018» «+49 (0) 30 123456»", "+442079460018 +4930123456", 95, DETECT_PLAIN},
		{"«(+39) 02 1234567»", "+39021234567", 95, DETECT_PLAIN},
		{"«+(39) 02 1234567»", "+39021234567", 95, DETECT_PLAIN},
		{"«+39 (02) 1234567»", "+39021234567", 95, DETECT_PLAIN},
		{"«+39 (0)2 1234567» «+39 (0)347 1234567»", "+39021234567 +393471234567", 95, DETECT_PLAIN},
		{"«+1 (212) 555-0134» «+1 212.555.0134»", "+12125550134 +12125550134", 95, DETECT_PLAIN},
		{"tel:«+39-02-1234567»;ext=12", "+39021234567", 95, DETECT_PLAIN},
		{"«+1 212 555 0134» x123, «+1 212 555 0134»x12, «+1 212 555 0134» ext. 12",
			"+12125550134 +12125550134 +12125550134", 95, DETECT_PLAIN},
		{"{\"phone\":\"«+393471234567»\"}", "+393471234567", 95, DETECT_PLAIN},
		{"a,«+39 347 1234567»,42", "+393471234567", 95, DETECT_PLAIN},
		{"«+39 347 1234567» 2026", "+393471234567", 95, DETECT_PLAIN},
		{"«+49 30 123456» 2026-05-13", "+4930123456", 95, DETECT_PLAIN},
		{"«+49 30 123456» 10:33", "+4930123456", 95, DETECT_PLAIN},
		{"\\n«+39 347 1234567»\\n", "+393471234567", 95, DETECT_PLAIN},
		{"«+39\xc2\xa0"
		 "347\xe2\x80\x89"
		 "123\xe2\x80\x91"
		 "4567» no-break space, thin space, no-break hyphen",
			"+393471234567", 95, DETECT_PLAIN},
		{"«+33 1 99 00 12 34»/«+33 6 12 00 12 34»", "+33199001234 +33612001234", 95, DETECT_PLAIN},
	};
	CHECK_PHONES(table);
}

static void two_zeros_stand_for_the_plus(void)
{
	static const struct finding table[] = {
		{"«0039 347 1234567»", "+393471234567", 95, DETECT_PLAIN},
		{"«00 39 02 1234567»", "+39021234567", 95, DETECT_PLAIN},
		{"«(0039) 02 1234567»", "+39021234567", 95, DETECT_PLAIN},
		{"«0044 (0)20 7946 0018»", "+442079460018", 95, DETECT_PLAIN},
		{"tel «00393471234567»", "+393471234567", 95, DETECT_PLAIN},
		{"Anna,«00393471234567»,Milano", "+393471234567", 60, DETECT_PLAIN},
		{"id=00393471234567", NULL, 0, DETECT_PLAIN},
		{"0000393471234567", NULL, 0, DETECT_PLAIN},
		{"00:12:33.001 0012", NULL, 0, DETECT_PLAIN},
	};
	CHECK_PHONES(table);
}

static void full_width_and_invisible_characters_are_encoded_forms(void)
{
	static const struct finding table[] = {
		{"«＋３９　３４７　１２３４５６７»", "+393471234567", 95, DETECT_ENCODED},
		{"«+３９ 347 1234567»", "+393471234567", 95, DETECT_ENCODED},
		{"«+39 347 12\xe2\x80\x8b"
		 "34567»",
			"+393471234567", 95, DETECT_ENCODED},
		{"«+\xe2\x80\x8b"
		 "39 347 1234567»",
			"+393471234567", 95, DETECT_ENCODED},
		{"\xe2\x80\xaa«+39 347 1234567»\xe2\x80\xac", "+393471234567", 95, DETECT_PLAIN},
		{"phone=«%2B393471234567»&x=1", "+393471234567", 95, DETECT_ENCODED},
		{"phone=«%2B39+347+1234567»&x=1", "+393471234567", 95, DETECT_ENCODED},
		{"phone=«%2b39%20347%201234567»", "+393471234567", 95, DETECT_ENCODED},
		{"<td>«&#43;39 347&nbsp;1234567»</td>", "+393471234567", 95, DETECT_ENCODED},
		{"\"«\\u002B393471234567»\"", "+393471234567", 95, DETECT_ENCODED},
	};
	CHECK_PHONES(table);
}

static void a_national_number_needs_a_region_and_a_grouping(void)
{
	static const struct finding table[] = {
		{"chiama «02 1234567» domani", "+39021234567", 70, DETECT_PLAIN},
		{"«347 1234567», «347-1234567», «347/1234567», «347.1234567»",
			"+393471234567 +393471234567 +393471234567 +393471234567", 70, DETECT_PLAIN},
		{"«(02) 1234567»", "+39021234567", 70, DETECT_PLAIN},
		{"«347 12 34 567»", "+393471234567", 70, DETECT_PLAIN},
		{"«06 1234.5678»", "+390612345678", 70, DETECT_PLAIN},
		{"«02 1234567» - «06 12345678»", "+39021234567 +390612345678", 70, DETECT_PLAIN},
		{"«02 1234567»/8", "+39021234567", 70, DETECT_PLAIN},
		{"nome;«347 1234567»;Milano", "+393471234567", 70, DETECT_PLAIN},
		{"3471234567", NULL, 0, DETECT_PLAIN},
		{"ordine 3471234567 spedito", NULL, 0, DETECT_PLAIN},
	};
	EXPECT_ALL(detector_phone_number, &in_italy, table);
	static const struct finding nowhere[] = {
		{"chiama 02 1234567 domani, 347 1234567", NULL, 0, DETECT_PLAIN},
		{"tel. 02 1234567", NULL, 0, DETECT_PLAIN},
	};
	CHECK_PHONES(nowhere);
}

static void a_label_serves_where_there_is_no_grouping(void)
{
	static const struct finding table[] = {
		{"tel. «021234567»", "+39021234567", 70, DETECT_PLAIN},
		{"Tel: «021234567», Fax: «021234568»", "+39021234567 +39021234568", 70, DETECT_PLAIN},
		{"Telefono cellulare: «3471234567»", "+393471234567", 70, DETECT_PLAIN},
		{"cell.«3471234567»", "+393471234567", 70, DETECT_PLAIN},
		{"{\"phone\":\"«3471234567»\"}", "+393471234567", 70, DETECT_PLAIN},
		{"{\"mobilePhone\": «3471234567»}", "+393471234567", 70, DETECT_PLAIN},
		{"{\"phone_number_2\": «3471234567»}", "+393471234567", 70, DETECT_PLAIN},
		{"{\"homeTel\": \"«3471234567»\"}", "+393471234567", 70, DETECT_PLAIN},
		{"tel:«021234567»", "+39021234567", 70, DETECT_PLAIN},
		{"<telefono>«3471234567»</telefono>", "+393471234567", 70, DETECT_PLAIN},
		{"<b>Tel.</b> «3471234567»", "+393471234567", 70, DETECT_PLAIN},
		{"?tel=«3471234567»&id=3479999999", "+393471234567", 70, DETECT_PLAIN},
		{"Tel.\xc2\xa0«3471234567»", "+393471234567", 70, DETECT_PLAIN},
		{"Handy «3471234567»; portable «3471234567»; móvil «3471234567»; TÉL «3471234567»",
			"+393471234567 +393471234567 +393471234567 +393471234567", 70, DETECT_PLAIN},
		{"\\nTel «3471234567»", "+393471234567", 70, DETECT_PLAIN},
		{"电话«3471234567»", "+393471234567", 70, DETECT_PLAIN},
		{"{\"phone\":null,\"order\":3471234567}", NULL, 0, DETECT_PLAIN},
		{"phone\n3471234567", NULL, 0, DETECT_PLAIN},
		{"hotel 3471234567 cancelled 3471234567", NULL, 0, DETECT_PLAIN},
	};
	EXPECT_ALL(detector_phone_number, &in_italy, table);
	static const struct finding msisdn[] = {
		{"{\"msisdn\":\"«393471234567»\"}", "+393471234567", 60, DETECT_PLAIN},
		{"whatsapp «393471234567»", "+393471234567", 60, DETECT_PLAIN},
		{"{\"id\":\"393471234567\"}", NULL, 0, DETECT_PLAIN},
	};
	CHECK_PHONES(msisdn);
}

static void regions_have_their_own_prefixes(void)
{
	static const struct finding us[] = {
		{"«(212) 555-0134» «(212) 555-0135», «212-555-0134», «1-212-555-0134», «011 39 02 1234567»",
			"+12125550134 +12125550135 +12125550134 +12125550134 +39021234567", 70, DETECT_PLAIN}};
	static const struct finding de[] = {{"«030 123456» «(030) 123456», «0171 1234567» und 30 123456",
		"+4930123456 +4930123456 +491711234567", 70, DETECT_PLAIN}};
	static const struct finding fr[] = {{"«01 99 00 12 34», «01.99.00.12.34», «06-12-00-12-34»",
		"+33199001234 +33199001234 +33612001234", 70, DETECT_PLAIN}};
	static const struct finding gb[] = {
		{"«020 7946 0018» «(020) 7946 0018»", "+442079460018 +442079460018", 70, DETECT_PLAIN}};
	static const struct finding es[] = {
		{"«612 345 678», «91 234 56 78»", "+34612345678 +34912345678", 70, DETECT_PLAIN}};
	static const struct finding ru[] = {{"«8 (495) 123-45-67»", "+74951234567", 70, DETECT_PLAIN}};
	static const struct finding hu[] = {{"«06 1 234 5678»", "+3612345678", 70, DETECT_PLAIN}};
	static const struct finding ar[] = {{"«011 15-2345-6789»", "+5491123456789", 70, DETECT_PLAIN}};
	static const struct finding br[] = {
		{"«(11) 91234-5678», «0 15 11 91234-5678»", "+5511912345678 +5511912345678", 70, DETECT_PLAIN}};
	static const struct finding jp[] = {{"«03-1234-5678», «090-1234-5678», «010 39 02 1234567»",
		"+81312345678 +819012345678 +39021234567", 70, DETECT_PLAIN}};
	static const struct finding bb[] = {{"phone «4301234»", "+12464301234", 70, DETECT_PLAIN}};
	CHECK_PHONES_IN("US", us);
	CHECK_PHONES_IN("DE", de);
	CHECK_PHONES_IN("FR", fr);
	CHECK_PHONES_IN("GB", gb);
	CHECK_PHONES_IN("ES", es);
	CHECK_PHONES_IN("RU", ru);
	CHECK_PHONES_IN("HU", hu);
	CHECK_PHONES_IN("AR", ar);
	CHECK_PHONES_IN("BR", br);
	CHECK_PHONES_IN("JP", jp);
	CHECK_PHONES_IN("BB", bb);
}

static void other_digits_are_no_numbers(void)
{
	static const struct finding table[] = {
		{"2026-05-13T10:33:12.123Z 2026-05-13 10:33:12 12.05.2026 10:33 13/05/2026 5/13/26", NULL, 0,
			DETECT_PLAIN},
		{"2026-05-13T10:33:12+0200 10:33:12 +02:00 +0200", NULL, 0, DETECT_PLAIN},
		{"192.168.100.200 10.0.0.1:8080 1.2.3.4", NULL, 0, DETECT_PLAIN},
		{"version 3.12.1234567 2.0.21", NULL, 0, DETECT_PLAIN},
		{"id=1a2b3c4d5e6f7a8b 02abc1234567", NULL, 0, DETECT_PLAIN},
		{"550e8400-e29b-41d4-a716-446655440000", NULL, 0, DETECT_PLAIN},
		{"3471234567@s.example.net 347 1234567@x", NULL, 0, DETECT_PLAIN},
		{"case 119081234567890 1747132392 1747132392123", NULL, 0, DETECT_PLAIN},
		{"1.234.567,89 EUR 347.123.456 1 234 567 EUR 02 123 456 789 €", NULL, 0, DETECT_PLAIN},
		{"a+393471234567 1+393471234567 YWJj+393471234567", NULL, 0, DETECT_PLAIN},
		{"+39 347 12345678901234567890", NULL, 0, DETECT_PLAIN},
		{"+999 123 456 789 +0 123 456 789", NULL, 0, DETECT_PLAIN},
		{"12 347 1234567 and 3 02 1234567", NULL, 0, DETECT_PLAIN},
		{"10 20 30 40 50 60 70 80 90 100 110", NULL, 0, DETECT_PLAIN},
		{"#347 1234567 $347 1234567 -347 1234567 x_347 1234567", NULL, 0, DETECT_PLAIN},
		{"347  1234567", NULL, 0, DETECT_PLAIN},
		{"347\n1234567", NULL, 0, DETECT_PLAIN},
		{"4111 1111 1111 1111", NULL, 0, DETECT_PLAIN},
		{"IT60 X054 2811 1010 0000 0123 456", NULL, 0, DETECT_PLAIN},
		{"[ 12.345678] cpu0: 3471234567 kB", NULL, 0, DETECT_PLAIN},
		{"GET /a/02/1234567 HTTP/1.1\" 200 1234567", NULL, 0, DETECT_PLAIN},
		{"", NULL, 0, DETECT_PLAIN},
	};
	EXPECT_ALL(detector_phone_number, &in_italy, table);
	CHECK_PHONES(table);
}

static void prose_and_logs_of_other_regions_hold_none(void)
{
	static const struct finding table[] = {
		{"Am 12.05.2026 um 10:33 Uhr wurden 12 345 Dateien gelesen, 2025 2026.", NULL, 0, DETECT_PLAIN},
		{"Il 3 maggio 2026 alle 10.33 sono stati letti 1.234.567 record.", NULL, 0, DETECT_PLAIN},
		{"Le 12/05/2026 à 10h33, 12 345 678 lignes, 3,5 %.", NULL, 0, DETECT_PLAIN},
		{"GET /v1/items?page=2 200 12345 0.123 \"-\" pid=1234 tid=140234567890", NULL, 0, DETECT_PLAIN},
		{"17;2026-05-13;12,50;1000;00123;4711", NULL, 0, DETECT_PLAIN},
		{"Invoice 2026-000123 of 2026-05-13: 1,234.00 USD", NULL, 0, DETECT_PLAIN},
	};
	CHECK_PHONES(table);
	CHECK_PHONES_IN("DE", table);
	CHECK_PHONES_IN("FR", table);
	CHECK_PHONES_IN("US", table);
	CHECK_PHONES_IN("NO", table);
	CHECK_PHONES_IN("AT", table);
}

int main(void)
{
	RUN(a_plus_and_a_valid_number_are_enough);
	RUN(two_zeros_stand_for_the_plus);
	RUN(full_width_and_invisible_characters_are_encoded_forms);
	RUN(a_national_number_needs_a_region_and_a_grouping);
	RUN(a_label_serves_where_there_is_no_grouping);
	RUN(regions_have_their_own_prefixes);
	RUN(other_digits_are_no_numbers);
	RUN(prose_and_logs_of_other_regions_hold_none);
	CHECK_END();
}
