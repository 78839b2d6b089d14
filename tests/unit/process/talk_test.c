/* Who speaks, and whose words stand where. */
#include "worker/talk.h"

#include "check.h"

static const char *const own[] = {"contoso.com", NULL};

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void a_speaker_is_a_word_or_an_address(void)
{
	static const struct {
		const char *who;
		enum speaker speaker;
	} cases[] = {{"agent", SPEAKER_AGENT}, {"Support", SPEAKER_AGENT}, {"customer", SPEAKER_CUSTOMER},
		{"CLIENTE", SPEAKER_CUSTOMER}, {"Kunde", SPEAKER_CUSTOMER}, {"anna@contoso.com", SPEAKER_AGENT},
		{"anna@mail.Contoso.com", SPEAKER_AGENT}, {"anna@notcontoso.com", SPEAKER_CUSTOMER},
		{"anna@fabrikam.com", SPEAKER_CUSTOMER}, {"system", SPEAKER_UNKNOWN}, {"", SPEAKER_UNKNOWN},
		{"anna@", SPEAKER_UNKNOWN}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (speaker_of(span(cases[i].who), own) != cases[i].speaker)
			CHECK_FAIL("%s is %d, not %d", cases[i].who, speaker_of(span(cases[i].who), own),
				cases[i].speaker);
	CHECK_INT(speaker_of(span("anna@contoso.com"), NULL), SPEAKER_UNKNOWN);
}

static void turns_belong_to_their_record_and_values_to_their_turn(void)
{
	struct talk talk = {0};
	struct talk_turn turn;
	talk_begin(&talk, SPEAKER_UNKNOWN);
	talk_add(&talk, &(struct talk_turn){30, 40, SPEAKER_AGENT}); /* an inner object ends before the one around it */
	talk_add(&talk, &(struct talk_turn){10, 20, SPEAKER_CUSTOMER});
	CHECK(talk_next(&talk, 0, 50, &turn) && turn.start == 10);
	CHECK(talk_next(&talk, 0, 50, &turn) && turn.start == 30);
	CHECK(!talk_next(&talk, 0, 50, &turn));
	CHECK_INT(talk_said_at(&talk, 5), SPEAKER_UNKNOWN);
	CHECK_INT(talk_said_at(&talk, 12), SPEAKER_CUSTOMER);
	CHECK_INT(talk_said_at(&talk, 25), SPEAKER_UNKNOWN);
	CHECK_INT(talk_said_at(&talk, 39), SPEAKER_AGENT);
	CHECK_INT(talk_said_at(&talk, 40), SPEAKER_UNKNOWN);
	for (uint64_t i = 0; i < 100000; i++) { /* what was told and asked is forgotten */
		talk_add(&talk, &(struct talk_turn){100 * i + 100, 100 * i + 150, SPEAKER_AGENT});
		CHECK(talk_next(&talk, 100 * i + 90, 100 * i + 190, &turn));
		talk_forget(&talk, 100 * i + 190);
	}
	CHECK(talk.capacity <= 4096);
	talk_free(&talk);
}

static void what_an_agent_quotes_is_whoever_the_quote_names(void)
{
	struct talk talk = {.own_domains = own};
	struct st_span none = {0};
	talk_begin(&talk, SPEAKER_AGENT);
	talk_place(&talk, 0, span("body"));
	talk_place(&talk, 100, span("quoted reply"));
	talk_place(&talk, 200, span("forwarded header"));
	talk_place(&talk, 300, span("quoted reply"));
	talk_place(&talk, 400, span("forwarded header"));
	talk_place(&talk, 500, span("quoted reply"));
	CHECK_INT(talk_said_in_mail(&talk, 10, none), SPEAKER_AGENT);
	CHECK_INT(talk_said_in_mail(&talk, 110, none), SPEAKER_CUSTOMER); /* nobody is named: the other side's */
	CHECK_INT(talk_said_in_mail(&talk, 210, span("carl@contoso.com")), SPEAKER_UNKNOWN);
	CHECK_INT(talk_said_in_mail(&talk, 250, span("anna@fabrikam.com")), SPEAKER_UNKNOWN); /* whom it was sent to */
	CHECK_INT(talk_said_in_mail(&talk, 310, none), SPEAKER_AGENT);
	CHECK_INT(talk_said_in_mail(&talk, 410, span("anna@fabrikam.com")), SPEAKER_UNKNOWN);
	CHECK_INT(talk_said_in_mail(&talk, 510, none), SPEAKER_CUSTOMER);
	talk_begin(&talk, SPEAKER_CUSTOMER);
	talk_place(&talk, 0, span("quoted reply"));
	CHECK_INT(talk_said_in_mail(&talk, 10, none), SPEAKER_UNKNOWN); /* of a customer's quotes nothing is known */
	talk_free(&talk);
}

int main(void)
{
	RUN(a_speaker_is_a_word_or_an_address);
	RUN(turns_belong_to_their_record_and_values_to_their_turn);
	RUN(what_an_agent_quotes_is_whoever_the_quote_names);
	CHECK_END();
}
