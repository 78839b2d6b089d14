/* The courier's loop: one mail at a time from the keyholder to the mail server, and what became of it back. */
#include "cli/courier.h"

#include "base/clock.h"
#include "fetch/protocol.h"
#include "portal/letter.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECT_AGAIN_MS 500
#define LOOK_MS 1000  /* at the clock, when nothing comes */
#define IDLE_MS 60000 /* behind so long a pause the server is looked up anew */
#define TELL_MS 60000

/* --- the keyholder --- */

static void disconnect(struct courier *c)
{
	message_reader_close(c->reader);
	if (c->errands >= 0)
		close(c->errands);
	c->reader = NULL;
	c->errands = -1;
	c->again_ms = st_now_ms() + CONNECT_AGAIN_MS;
	c->orphans = c->count; /* whoever gave them is gone, or will give them again */
}

static void connect_again(struct courier *c)
{
	const uint8_t hello = PORTAL_MAILS;
	if (st_now_ms() < c->again_ms)
		return;
	c->again_ms = st_now_ms() + CONNECT_AGAIN_MS;
	if (portal_client_open(c->errands_path, &c->errands, NULL) != ST_OK) {
		c->errands = -1;
		return;
	}
	fcntl(c->errands, F_SETFL, fcntl(c->errands, F_GETFL) | O_NONBLOCK);
	c->reader = message_reader_open(c->errands);
	if (message_send(c->errands, PORTAL_ERRAND_HELLO, &hello, 1, -1) != 0)
		disconnect(c);
}

static void answer(struct courier *c, uint64_t number, enum portal_mail_outcome outcome)
{
	st_auto_buf struct st_buf body = {0};
	portal_mailed_encode(&(struct portal_mailed){.number = number, .outcome = (uint8_t)outcome}, &body);
	/* A keyholder that is gone shows when all that it sent has been read: mails of it may still wait there. */
	if (c->errands >= 0)
		(void)message_send(c->errands, PORTAL_ERRAND_MAILED, body.data, body.size, -1);
}

/* False: nothing more can be read of this connection. */
static bool take_mail(struct courier *c, const struct message *message)
{
	if (message->fd >= 0)
		close(message->fd);
	return message->type == PORTAL_ERRAND_MAIL && c->count < COURIER_HAND &&
	       portal_mail_decode(message->body, &c->hand[c->count]);
}

/* All that has come and fits into the hand. */
static void hear(struct courier *c)
{
	struct message message;
	while (c->errands >= 0 && c->count < COURIER_HAND) {
		enum message_result result = message_next(c->reader, &message);
		if (result == MESSAGE_AGAIN)
			return;
		bool taken = result == MESSAGE_OK && take_mail(c, &message);
		c->count += taken;
		if (result == MESSAGE_OK)
			message_reader_forget(c->reader);
		if (!taken)
			disconnect(c);
	}
}

/* --- the mail server --- */

/* Codes of SMTP that are about us, not about one mail (RFC 4954, 4; RFC 3207, 4): a login that is wanted, or refused.
 */
static bool is_about_login(unsigned status)
{
	return status == 530 || status == 534 || status == 535 || status == 538;
}

static enum portal_mail_outcome judge(const struct check_answer *answer, struct courier_told *told)
{
	unsigned status = answer->answer.status;
	bool answered = answer->answer.outcome == PROBE_ANSWERED;
	if (answered && status >= 200 && status < 300)
		return PORTAL_MAIL_TAKEN;
	bool spoke = status >= 400 && (answered || answer->answer.outcome == PROBE_BROKEN);
	if (spoke)
		snprintf(told->why, sizeof told->why, "the mail server answered %u", status);
	else if (answer->why[0] != 0)
		snprintf(told->why, sizeof told->why, "%.120s", answer->why);
	else
		snprintf(told->why, sizeof told->why, "%s", probe_outcome_text(answer->answer.outcome));
	if (!spoke || is_about_login(status))
		return PORTAL_MAIL_NONE;
	return status < 500 ? PORTAL_MAIL_LATER : PORTAL_MAIL_REFUSED;
}

/* A fetch process with the credential; after a pause a new one, which looks the name up anew. */
static enum st_status ready_fetch(struct courier *c, struct st_error *err)
{
	struct check_role *fetch = &c->roles.fetch;
	if (st_now_ms() - c->used_ms > IDLE_MS)
		check_role_stop(&c->roles, fetch);
	if (fetch->socket >= 0)
		return ST_OK;
	ST_TRY(check_role_start(&c->roles, fetch, err));
	if (c->credential.size > 0)
		(void)message_send(fetch->socket, FETCH_CREDENTIAL, c->credential.data, c->credential.size, -1);
	return ST_OK;
}

static enum st_status hand_over(
	struct courier *c, const struct portal_mail *mail, enum portal_mail_outcome *outcome, struct st_error *err)
{
	uint8_t id[LETTER_ID_BYTES];
	char to[PORTAL_IDENTITY_TEXT];
	char *const list[] = {to};
	st_auto_secret struct st_buf letter = {0};
	struct check_answer answer;
	randombytes_buf(id, sizeof id);
	memcpy(to, mail->to, sizeof to);
	letter_write(mail, c->from, id, st_utc_seconds(), &letter);
	struct check_mail sending = {.server = &c->server,
		.starttls = c->starttls,
		.helo = strchr(c->from, '@') + 1,
		.from = c->from,
		.to = list,
		.to_count = 1,
		.message = {letter.data, letter.size}};
	ST_TRY(ready_fetch(c, err));
	ST_TRY(check_mail_send(&c->roles, &sending, &answer, err));
	c->used_ms = st_now_ms();
	*outcome = judge(&answer, &c->told);
	check_answer_free(&answer);
	if (*outcome == PORTAL_MAIL_NONE)
		check_role_stop(&c->roles, &c->roles.fetch);
	return ST_OK;
}

/* --- one after the other --- */

static bool may_send(struct courier *c)
{
	uint64_t minute = st_now_ms() / 60000;
	if (minute != c->minute)
		c->sent = 0;
	c->minute = minute;
	return c->sent < c->a_minute;
}

static void count(struct courier_told *told, enum portal_mail_outcome outcome)
{
	told->refused += outcome == PORTAL_MAIL_REFUSED;
	told->later += outcome == PORTAL_MAIL_LATER || outcome == PORTAL_MAIL_NONE;
}

static enum st_status send_first(struct courier *c, struct st_error *err)
{
	struct portal_mail mail = c->hand[0];
	enum portal_mail_outcome outcome = PORTAL_MAIL_REFUSED;
	bool orphan = c->orphans > 0, late = mail.expires_at <= st_utc_seconds();
	enum st_status status = ST_OK;
	memmove(c->hand, c->hand + 1, --c->count * sizeof mail);
	sodium_memzero(&c->hand[c->count], sizeof mail);
	c->orphans -= orphan;
	if (!letter_is_sound(&mail)) {
		c->told.unsound++;
	} else if (!late) {
		c->sent++;
		status = hand_over(c, &mail, &outcome, err);
		if (status == ST_OK)
			count(&c->told, outcome);
	}
	if (status == ST_OK && !orphan && !c->roles.stopped)
		answer(c, mail.number, outcome);
	sodium_memzero(&mail, sizeof mail);
	return status;
}

/* Numbers, at most once a minute: no address, no code, nothing that the server said but its status. */
static void tell(struct courier *c)
{
	struct courier_told *told = &c->told;
	if (told->refused + told->later + told->unsound == 0 || st_now_ms() < c->tell_ms)
		return;
	fprintf(stderr,
		"staunch: courier: mails refused for good: %llu, to be tried again: %llu, not written: %llu; the last: "
		"%s\n",
		(unsigned long long)told->refused, (unsigned long long)told->later, (unsigned long long)told->unsound,
		told->why[0] != 0 ? told->why : "no address that a mail can go to");
	*told = (struct courier_told){0};
	c->tell_ms = st_now_ms() + TELL_MS;
}

enum st_status courier_serve(struct courier *courier, struct st_error *err)
{
	struct courier *c = courier;
	enum st_status status = ST_OK;
	while (!c->roles.stopped && status == ST_OK) {
		if (c->errands < 0)
			connect_again(c);
		hear(c);
		bool send = c->count > 0 && may_send(c);
		if (send)
			status = send_first(c, err);
		else if (c->count == COURIER_HAND || c->errands < 0)
			check_wait(&c->roles, c->errands < 0 ? CONNECT_AGAIN_MS : LOOK_MS);
		else
			(void)check_readable(&c->roles, c->errands, LOOK_MS);
		tell(c);
	}
	disconnect(c);
	return c->roles.stopped ? ST_OK : status;
}
