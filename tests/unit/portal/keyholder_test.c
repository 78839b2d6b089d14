/* The keyholder with a clock of the test: what ends when, and how often. No sockets. */
#include "check.h"

#include "portal/keyholder.h"

#include <stdio.h>
#include <unistd.h>

static const uint8_t key[32] = {3};
static const struct portal_case which = {.case_id = {1}, .salt = {2}, .exposed_at = 1000};
static int64_t now = 1700000000;

struct world {
	char path[64];
	struct keyholder *keyholder;
};

static bool open_world(struct world *world, uint32_t openings, uint32_t mails)
{
	struct st_error failure = {0};
	snprintf(world->path, sizeof world->path, "/tmp/keyholder-test.XXXXXX");
	int fd = mkstemp(world->path);
	if (fd < 0)
		return false;
	close(fd);
	struct keyholder_options options = {key, "0123456789abcdef", world->path, openings, mails, false};
	if (keyholder_open(&options, &world->keyholder, &failure) == ST_OK)
		return true;
	printf("# %s\n", failure.what);
	return false;
}

static void close_world(struct world *world)
{
	char beside[80];
	keyholder_close(world->keyholder);
	unlink(world->path);
	snprintf(beside, sizeof beside, "%s-wal", world->path);
	unlink(beside);
	snprintf(beside, sizeof beside, "%s-shm", world->path);
	unlink(beside);
}

static struct portal_answer ask(struct world *world, struct portal_question question)
{
	struct portal_answer answer;
	struct portal_lookup lookup;
	if (!keyholder_answer(world->keyholder, &question, now, &answer, &lookup)) {
		struct portal_looked_up done = {.verdict = PORTAL_DONE};
		keyholder_looked_up(world->keyholder, &question, &done, now, &answer);
	}
	return answer;
}

static struct portal_question about(enum portal_ask what, const uint8_t *secret)
{
	struct portal_question question = {.ask = what, .cases = {which}, .case_count = 1};
	memcpy(question.secret, secret, sizeof question.secret);
	return question;
}

static struct portal_answer begin(struct world *world, const char *address, uint8_t client)
{
	struct portal_question question = {.ask = PORTAL_ASK_BEGIN_MAILBOX, .language = "en", .client = {client}};
	snprintf(question.identity, sizeof question.identity, "%s", address);
	return ask(world, question);
}

static struct portal_answer enter(struct world *world, const uint8_t *pending, const char *code)
{
	struct portal_question question = about(PORTAL_ASK_CODE, pending);
	snprintf(question.code, sizeof question.code, "%s", code);
	return ask(world, question);
}

static bool prove(struct world *world, const char *address, uint8_t client, struct portal_answer *session)
{
	struct portal_mail mail;
	struct portal_answer pending = begin(world, address, client);
	if (pending.verdict != PORTAL_DONE || !keyholder_next_mail(world->keyholder, now, &mail))
		return false;
	*session = enter(world, pending.secret, mail.code);
	return session->verdict == PORTAL_DONE && strcmp(mail.to, address) == 0;
}

static void a_code_ends_after_ten_minutes(void)
{
	struct world world;
	struct portal_mail mail;
	CHECK(open_world(&world, 10, 10));
	for (int late = 0; late < 2; late++) {
		struct portal_answer pending = begin(&world, late ? "anna@contoso.com" : "eva@contoso.com", 1);
		CHECK(keyholder_next_mail(world.keyholder, now, &mail));
		CHECK_INT(mail.expires_at, now + 600);
		now += late ? 600 : 599;
		CHECK_INT(enter(&world, pending.secret, mail.code).verdict, late ? PORTAL_EXPIRED : PORTAL_DONE);
	}
	close_world(&world);
}

static void a_session_ends_after_fifteen_idle_minutes_and_after_an_hour(void)
{
	struct world world;
	struct portal_answer session;
	CHECK(open_world(&world, 10, 10));
	CHECK(prove(&world, "anna@contoso.com", 1, &session));
	CHECK_INT(session.idle_at, now + 900);
	CHECK_INT(session.expires_at, now + 3600);
	for (int i = 0; i < 4; i++) {
		now += 890;
		CHECK_INT(ask(&world, about(PORTAL_ASK_OPEN, session.secret)).verdict, PORTAL_DONE);
	}
	now += 45; /* an hour and five seconds */
	CHECK_INT(ask(&world, about(PORTAL_ASK_OPEN, session.secret)).verdict, PORTAL_EXPIRED);
	now += 600;
	CHECK(prove(&world, "anna@contoso.com", 1, &session));
	now += 901;
	CHECK_INT(ask(&world, about(PORTAL_ASK_OPEN, session.secret)).verdict, PORTAL_EXPIRED);
	close_world(&world);
}

static void one_mailbox_gets_a_code_each_ten_minutes_and_five_a_day(void)
{
	struct world world;
	struct portal_mail mail;
	int mails = 0;
	now = (now / 86400 + 1) * 86400;
	CHECK(open_world(&world, 10, 100));
	for (int minute = 0; minute < 24 * 60; minute += 5, now += 300) {
		CHECK_INT(begin(&world, "anna@contoso.com", (uint8_t)(minute / 5)).verdict, PORTAL_DONE);
		bool sent = keyholder_next_mail(world.keyholder, now, &mail);
		CHECK_INT(sent, minute % 10 == 0 && minute < 50);
		mails += sent;
		if (minute > 60)
			minute += 115, now += 115 * 60;
	}
	CHECK_INT(mails, 5);
	close_world(&world);
}

static void a_network_that_asks_for_everybody_gets_no_more_mails_and_the_same_answers(void)
{
	struct world world;
	struct portal_mail mail;
	int mails = 0;
	now = (now / 600 + 1) * 600;
	CHECK(open_world(&world, 10, 1000));
	for (int i = 0; i < 25; i++) {
		char address[32];
		snprintf(address, sizeof address, "person%d@contoso.com", i);
		CHECK_INT(begin(&world, address, 9).verdict, PORTAL_DONE);
		mails += keyholder_next_mail(world.keyholder, now, &mail);
	}
	CHECK_INT(mails, KEYHOLDER_CLIENT_TEN_MINUTES);
	CHECK_INT(begin(&world, "eva@contoso.com", 8).verdict, PORTAL_DONE);
	CHECK(keyholder_next_mail(world.keyholder, now, &mail));
	close_world(&world);
}

static void mails_beyond_the_hours_wait_and_die_with_their_codes(void)
{
	struct world world;
	struct portal_mail mail;
	now = (now / 3600 + 1) * 3600;
	CHECK(open_world(&world, 10, 2));
	CHECK_INT(begin(&world, "a@contoso.com", 1).verdict, PORTAL_DONE);
	CHECK_INT(begin(&world, "b@contoso.com", 2).verdict, PORTAL_DONE);
	CHECK_INT(begin(&world, "c@contoso.com", 3).verdict, PORTAL_DONE);
	CHECK(keyholder_next_mail(world.keyholder, now, &mail));
	CHECK(keyholder_next_mail(world.keyholder, now, &mail));
	CHECK(!keyholder_next_mail(world.keyholder, now, &mail));
	now += 3600;
	CHECK(!keyholder_next_mail(world.keyholder, now, &mail));
	close_world(&world);
}

/* A mailbox that is begun with, and the mail that comes of it. */
static struct portal_mail mail_to(struct world *world, const char *address, uint8_t client)
{
	struct portal_mail mail = {0};
	if (begin(world, address, client).verdict == PORTAL_DONE)
		(void)keyholder_next_mail(world->keyholder, now, &mail);
	return mail;
}

static void a_mail_that_cannot_go_now_is_tried_again_ever_later_and_no_other_waits_for_it(void)
{
	struct world world;
	struct portal_mail mail, other;
	CHECK(open_world(&world, 10, 100));
	mail = mail_to(&world, "a@contoso.com", 1);
	CHECK(mail.code[0] != 0);
	for (int age_s = 0; age_s <= 160; age_s += age_s > 5 ? age_s : 5) {
		int pause_s = age_s > 5 ? age_s : 5;
		keyholder_mail_later(world.keyholder, &mail, now);
		now += pause_s - 1;
		CHECK(!keyholder_next_mail(world.keyholder, now, &other));
		now++;
		CHECK(keyholder_next_mail(world.keyholder, now, &other));
		CHECK_TEXT(other.code, mail.code);
	}
	keyholder_mail_later(world.keyholder, &mail, now);
	CHECK_TEXT(mail_to(&world, "b@contoso.com", 2).to, "b@contoso.com");
	close_world(&world);
}

static void a_mail_whose_courier_is_gone_goes_at_once_and_costs_the_hour_nothing(void)
{
	struct world world;
	now = (now / 3600 + 1) * 3600;
	CHECK(open_world(&world, 10, 1));
	struct portal_mail mail = mail_to(&world, "a@contoso.com", 1), again;
	keyholder_mail_back(world.keyholder, &mail);
	CHECK(keyholder_next_mail(world.keyholder, now, &again));
	CHECK_INT((long)again.number, (long)mail.number);
	close_world(&world);
}

static void mails_that_are_left_out_are_counted_and_told_once(void)
{
	struct world world;
	CHECK(open_world(&world, 10, 1));
	struct portal_mail mail = mail_to(&world, "a@contoso.com", 1);
	for (int i = 0; i < KEYHOLDER_MAILS_WAITING + 3; i++)
		keyholder_mail_back(world.keyholder, &mail);
	struct keyholder_left_out told = keyholder_left_out(world.keyholder);
	CHECK_INT((long)told.no_room, 3);
	CHECK_INT((long)told.too_late, 0);
	keyholder_tick(world.keyholder, now + KEYHOLDER_CODE_S);
	told = keyholder_left_out(world.keyholder);
	CHECK_INT((long)told.no_room, 0);
	CHECK_INT((long)told.too_late, KEYHOLDER_MAILS_WAITING);
	told = keyholder_left_out(world.keyholder);
	CHECK_INT((long)(told.no_room + told.too_late), 0);
	close_world(&world);
}

static void a_notice_is_known_by_its_code_and_no_other(void)
{
	struct world world;
	char code[15];
	struct portal_question question = {.ask = PORTAL_ASK_GENUINE, .cases = {which}, .case_count = 1};
	CHECK(open_world(&world, 10, 10));
	portal_notice_code(key, which.case_id, 2516, 777, code);
	CHECK_INT(strlen(code), 14);
	memcpy(question.notice, code, sizeof code);
	CHECK_INT(ask(&world, question).notice_at, (18262 + 2516) * 86400ll);
	for (size_t i = 0; i < 14; i++) {
		if (code[i] == '-')
			continue;
		memcpy(question.notice, code, sizeof code);
		question.notice[i] = code[i] == '7' ? '8' : '7';
		struct portal_answer answer = ask(&world, question);
		if (answer.verdict == PORTAL_DONE && answer.notice_at != 0)
			CHECK_FAIL("%s is taken for genuine, as is %s", question.notice, code);
	}
	close_world(&world);
}

static void a_state_of_another_key_is_refused(void)
{
	struct world world;
	static const uint8_t other[32] = {4};
	struct st_error failure = {0};
	struct keyholder *keyholder;
	CHECK(open_world(&world, 10, 10));
	struct keyholder_options options = {other, "0123456789abcdef", world.path, 1, 1, false};
	CHECK_INT(keyholder_open(&options, &keyholder, &failure), ST_WRONG);
	close_world(&world);
}

int main(void)
{
	RUN(a_code_ends_after_ten_minutes);
	RUN(a_session_ends_after_fifteen_idle_minutes_and_after_an_hour);
	RUN(one_mailbox_gets_a_code_each_ten_minutes_and_five_a_day);
	RUN(a_network_that_asks_for_everybody_gets_no_more_mails_and_the_same_answers);
	RUN(mails_beyond_the_hours_wait_and_die_with_their_codes);
	RUN(a_mail_that_cannot_go_now_is_tried_again_ever_later_and_no_other_waits_for_it);
	RUN(a_mail_whose_courier_is_gone_goes_at_once_and_costs_the_hour_nothing);
	RUN(mails_that_are_left_out_are_counted_and_told_once);
	RUN(a_notice_is_known_by_its_code_and_no_other);
	RUN(a_state_of_another_key_is_refused);
	CHECK_END();
}
