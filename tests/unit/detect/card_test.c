/* payment_card: what is one, byte for byte, and what only looks like one. The numbers are the schemes' own test numbers
 * or invented. */
#include "one_kind.h"

static const struct detect_options no_options;
#define CHECK_CARDS(table) EXPECT_ALL(detector_payment_card, &no_options, table)

static void a_grouped_number_of_an_issuer_is_a_card(void)
{
	static const struct finding table[] = {
		{"paid with «4111 1111 1111 1111» today", "4111111111111111", 90, DETECT_PLAIN},
		{"«5555-5555-5555-4444»", "5555555555554444", 90, DETECT_PLAIN},
		{"«4111.1111.1111.1111»", "4111111111111111", 90, DETECT_PLAIN},
		{"amex «3782 822463 10005».", "378282246310005", 0, DETECT_PLAIN},
		{"«3714-496353-98431»", "371449635398431", 90, DETECT_PLAIN},
		{"diners «3056 930902 5904»", "30569309025904", 90, DETECT_PLAIN},
		{"«2223 0031 2200 3222» Mastercard 2-series", "2223003122003222", 90, DETECT_PLAIN},
		{"«6011 1111 1111 1117»", "6011111111111117", 90, DETECT_PLAIN},
		{"«3530 1113 3330 0000» JCB", "3530111333300000", 90, DETECT_PLAIN},
		{"«6200 0000 0000 0005» UnionPay", "6200000000000005", 90, DETECT_PLAIN},
		{"«2200 0000 0000 0053» Mir", "2200000000000053", 90, DETECT_PLAIN},
		{"«4111\xc2\xa0"
		 "1111\xc2\xa0"
		 "1111\xc2\xa0"
		 "1111» no-break spaces",
			"4111111111111111", 90, DETECT_PLAIN},
		{"«4111 1111 1111 1111» 12/27 123", "4111111111111111", 90, DETECT_PLAIN},
		{"«4111 1111 1111 1111» 1227", "4111111111111111", 90, DETECT_PLAIN},
		{"12 «4111 1111 1111 1111»", "4111111111111111", 90, DETECT_PLAIN},
		{"«4111 1111 1111 1111», «5555 5555 5555 4444»", "4111111111111111 5555555555554444", 90, DETECT_PLAIN},
		{"\\n«4111 1111 1111 1111»\\n", "4111111111111111", 90, DETECT_PLAIN},
	};
	CHECK_CARDS(table);
}

static void contiguous_digits_need_a_label(void)
{
	static const struct finding table[] = {
		{"card_number=«4111111111111111»", "4111111111111111", 97, DETECT_PLAIN},
		{"{\"cardNumber\":\"«378282246310005»\"}", "378282246310005", 97, DETECT_PLAIN},
		{"{\"credit_card\": «5105105105105100»}", "5105105105105100", 97, DETECT_PLAIN},
		{"Carta di credito n. «5555555555554444»", "5555555555554444", 97, DETECT_PLAIN},
		{"Kreditkarte: «4012888888881881»", "4012888888881881", 97, DETECT_PLAIN},
		{"carte bancaire : «4012888888881881»", "4012888888881881", 97, DETECT_PLAIN},
		{"<pan>«6759649826438453»</pan>", "6759649826438453", 97, DETECT_PLAIN},
		{"VISA «4222222222222»", "4222222222222", 97, DETECT_PLAIN},
		{"4111111111111111", NULL, 0, DETECT_PLAIN},
		{"order 4111111111111111 shipped", NULL, 0, DETECT_PLAIN},
		{"trace=378282246310005 span=5105105105105100", NULL, 0, DETECT_PLAIN},
	};
	CHECK_CARDS(table);
}

static void full_width_and_invisible_characters_are_encoded_forms(void)
{
	static const struct finding table[] = {
		{"card «４１１１ １１１１ １１１１ １１１１»", "4111111111111111", 97, DETECT_ENCODED},
		{"«4111 1111 1111 11\xe2\x80\x8b"
		 "11»",
			"4111111111111111", 90, DETECT_ENCODED},
		{"cc=«4111%201111%201111%201111»&x=1", "4111111111111111", 97, DETECT_ENCODED},
		{"«4111&nbsp;1111&nbsp;1111&nbsp;1111»", "4111111111111111", 90, DETECT_ENCODED},
	};
	CHECK_CARDS(table);
}

static void near_misses_are_none(void)
{
	static const struct finding table[] = {
		{"4111 1111 1111 1112", NULL, 0, DETECT_PLAIN},           /* Luhn */
		{"card 4111111111111112", NULL, 0, DETECT_PLAIN},         /* Luhn */
		{"card 9111 1111 1111 1111", NULL, 0, DETECT_PLAIN},      /* no issuer */
		{"1234 5678 9012 3452", NULL, 0, DETECT_PLAIN},           /* no issuer */
		{"4111 1111 1111 1111 1111 1111", NULL, 0, DETECT_PLAIN}, /* a table of numbers */
		{"1024 4111 1111 1111 1111", NULL, 0, DETECT_PLAIN},      /* a table of numbers */
		{"4111-1111-1111-1111-2222", NULL, 0, DETECT_PLAIN},      /* longer than a card */
		{"ref-4111-1111-1111-1111", NULL, 0, DETECT_PLAIN},       /* part of a reference */
		{"4111 1111-1111 1111", NULL, 0, DETECT_PLAIN},           /* mixed signs */
		{"0.4111111111111111 card", NULL, 0, DETECT_PLAIN},
		{"card ratio 0.4111111111111111", NULL, 0, DETECT_PLAIN},
		{"x4111 1111 1111 1111", NULL, 0, DETECT_PLAIN},
		{"4111 1111 1111 1111x", NULL, 0, DETECT_PLAIN},
		{"4111\n1111\n1111\n1111", NULL, 0, DETECT_PLAIN},
		{"4111  1111  1111  1111", NULL, 0, DETECT_PLAIN},
		{"card 550e8400-e29b-41d4-a716-446655440000", NULL, 0, DETECT_PLAIN},
		{"card sha1 4111111111111111a94a8fe5ccb19ba61c4c0873", NULL, 0, DETECT_PLAIN},
		{"2026-05-13T10:33:12.123Z 1747132392123 1747132392123456", NULL, 0, DETECT_PLAIN},
		{"4111,1111,1111,1111", NULL, 0, DETECT_PLAIN},
		{"", NULL, 0, DETECT_PLAIN},
	};
	CHECK_CARDS(table);
}

int main(void)
{
	RUN(a_grouped_number_of_an_issuer_is_a_card);
	RUN(contiguous_digits_need_a_label);
	RUN(full_width_and_invisible_characters_are_encoded_forms);
	RUN(near_misses_are_none);
	CHECK_END();
}
