/* The second opinion: what it sees, what it leaves alone, and that nothing crashes it. Everybody is invented. */
#include "judge/judge.h"

#include "check.h"

#define MOST 32

struct row {
	const char *text;     /* what must be seen stands in guillemets */
	enum judge_kind kind; /* JUDGE_KINDS: nothing may be seen */
};

/* The text without guillemets, and what stood between them. */
static struct st_span bare(const char *marked, uint8_t *out, size_t *start, size_t *end)
{
	size_t size = 0;
	*start = *end = 0;
	for (const char *at = marked; *at;) {
		bool open = memcmp(at, "«", 2) == 0, close = memcmp(at, "»", 2) == 0;
		if (open)
			*start = size;
		if (close)
			*end = size;
		if (open || close)
			at += 2;
		else
			out[size++] = (uint8_t)*at++;
	}
	return (struct st_span){out, size};
}

static bool check_row(const struct row *row)
{
	uint8_t text[1024];
	size_t start, end;
	struct judge_finding found[MOST];
	struct st_span span = bare(row->text, text, &start, &end);
	size_t count = judge_text(span, found, MOST);
	if (row->kind == JUDGE_KINDS ? count == 0
				     : count == 1 && found[0].kind == row->kind && found[0].start <= start &&
					       found[0].end >= end && end > start)
		return true;
	CHECK_FAIL("%s: %zu findings, first %s %zu to %zu", row->text, count,
		count ? judge_kind_name(found[0].kind) : "none", count ? found[0].start : 0, count ? found[0].end : 0);
	return false;
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!check_row(&rows[i]))
			return;
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof *rows)

static void addresses_in_any_writing_are_seen(void)
{
	static const struct row rows[] = {
		{"write to «anna.rossi@contoso.com», please", JUDGE_EMAIL_ADDRESS},
		{"«XYZ @contoso com» was left in 2019", JUDGE_EMAIL_ADDRESS},
		{"«maria @ fabrikam . it» oggi", JUDGE_EMAIL_ADDRESS},
		{"(«joe [at] contoso [dot] com»)", JUDGE_EMAIL_ADDRESS},
		{"«joe(at)contoso(dot)com»", JUDGE_EMAIL_ADDRESS},
		{"«joe at contoso dot com»", JUDGE_EMAIL_ADDRESS},
		{"«joe_at_contoso_dot_com»", JUDGE_EMAIL_ADDRESS},
		{"«luca chiocciola contoso punto it»", JUDGE_EMAIL_ADDRESS},
		{"«zoe arobase contoso point fr»", JUDGE_EMAIL_ADDRESS},
		{"«ugo Klammeraffe contoso Punkt de»", JUDGE_EMAIL_ADDRESS},
		{"«x&#64;contoso.com»", JUDGE_EMAIL_ADDRESS},
		{"u=«eve%40contoso.com»&v=1", JUDGE_EMAIL_ADDRESS},
		{"u=«eve%2540contoso.com»&v=1", JUDGE_EMAIL_ADDRESS},
		{"«bob=40contoso.com»", JUDGE_EMAIL_ADDRESS},
		{"«bob@con=\r\ntoso.com»", JUDGE_EMAIL_ADDRESS},
		{"\"«anna\\u0040contoso.com»\"", JUDGE_EMAIL_ADDRESS},
		{"«dan＠contoso.com»", JUDGE_EMAIL_ADDRESS},
		{"«ev\xe2\x80\x8b"
		 "e@contoso.com»",
			JUDGE_EMAIL_ADDRESS},
	};
	CHECK_ROWS(rows);
}

static void numbers_are_seen(void)
{
	static const struct row rows[] = {
		{"call «+44 20 7946 0018» now", JUDGE_PHONE_NUMBER},
		{"«0049 30 23125 123»", JUDGE_PHONE_NUMBER},
		{"Tel. «030 23125123»", JUDGE_PHONE_NUMBER},
		{"«01 99 00 12 34»", JUDGE_PHONE_NUMBER},
		{"«4111 1111 1111 1111» declined", JUDGE_PAYMENT_CARD},
		{"card number: «4111111111111111»", JUDGE_PAYMENT_CARD},
		{"«DE89 3704 0044 0532 0130 00» bitte", JUDGE_IBAN},
		{"«de89370400440532013000»", JUDGE_IBAN},
		{"«RSSMRA85T10A562S»", JUDGE_NATIONAL_ID},
		{"SSN: «536-90-4399»", JUDGE_NATIONAL_ID},
		{"«12345678Z»", JUDGE_NATIONAL_ID},
		{"from «203.0.113.9»:443", JUDGE_IP_ADDRESS},
		{"[«2001:db8::17»]", JUDGE_IP_ADDRESS},
	};
	CHECK_ROWS(rows);
}

static void what_words_make_personal_is_seen(void)
{
	static const struct row rows[] = {
		{"Dear «Anna Archer»,", JUDGE_PERSON_NAME},
		{"chiamare la signora «Bellini» domani", JUDGE_PERSON_NAME},
		{"Frau «Gruber» hat angerufen", JUDGE_PERSON_NAME},
		{"From: «Carla Bellini» <[email_address]>", JUDGE_PERSON_NAME},
		{"Kind regards,\n«Hugo Chevalier»\n", JUDGE_PERSON_NAME},
		{"date of birth: «1985-03-12»", JUDGE_DATE_OF_BIRTH},
		{"nata a Bari il «12 marzo 1985»", JUDGE_DATE_OF_BIRTH},
		{"lives at «12 Mill Lane»", JUDGE_POSTAL_ADDRESS},
		{"«Hauptstraße 5», Kassel", JUDGE_POSTAL_ADDRESS},
		{"«Via Roma 12»", JUDGE_POSTAL_ADDRESS},
		{"ticket no. «48213»", JUDGE_CASE_NUMBER},
		{"DB_PASSWORD=«Xkq7vhb2»", JUDGE_SECRET},
		{"postgres://svc:«hunter22»@db/app", JUDGE_SECRET},
		{"key «AKIAQRSTVWXZ23456789» here", JUDGE_SECRET},
	};
	CHECK_ROWS(rows);
}

static void what_is_not_personal_and_what_redaction_wrote_is_left_alone(void)
{
	static const struct row rows[] = {
		{"", JUDGE_KINDS},
		{"icon@2x.png pkg@1.2.3 @Override", JUDGE_KINDS},
		{"meet at noon. com ports", JUDGE_KINDS},
		{"thanks @alice is here", JUDGE_KINDS},
		{"2026-05-13T10:33:12.123Z INFO took 1234 ms, 17 of 4,711 rows", JUDGE_KINDS},
		{"version 16.0.12325.20344, 3.12.4.1", JUDGE_KINDS},
		{"4111 1111 1111 1112", JUDGE_KINDS},
		{"Dear all, the meadow is green", JUDGE_KINDS},
		{"mail [email_address:BCDFGHJKLMNPQRST], phone [phone_number], card [****1111]", JUDGE_KINDS},
		{"From: [person_name] <[email_address]>", JUDGE_KINDS},
	};
	CHECK_ROWS(rows);
}

static void any_bytes_are_accepted(void)
{
	uint8_t text[2 * JUDGE_TEXT_BYTES];
	struct judge_finding found[MOST];
	uint32_t state = 7;
	for (int round = 0; round < 300; round++) {
		size_t size = (size_t)round * 29 % sizeof text;
		for (size_t i = 0; i < size; i++) {
			state = state * 1664525 + 1013904223;
			/* half of it from what has a meaning here */
			text[i] = state >> 31 ? (uint8_t) "@.%&#=\\ \r\n+-0149aZ[]<>:/"[state >> 8 & 0x17]
					      : (uint8_t)(state >> 16);
		}
		size_t count = judge_text((struct st_span){text, size}, found, MOST);
		for (size_t i = 0; i < count; i++)
			CHECK(found[i].start < found[i].end && found[i].end <= size);
	}
}

int main(void)
{
	RUN(addresses_in_any_writing_are_seen);
	RUN(numbers_are_seen);
	RUN(what_words_make_personal_is_seen);
	RUN(what_is_not_personal_and_what_redaction_wrote_is_left_alone);
	RUN(any_bytes_are_accepted);
	CHECK_END();
}
