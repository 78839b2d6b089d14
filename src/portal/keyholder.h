/*
 * The keyholder: answers the portal's questions (protocol.h) out of its key and its state, and hands out errands
 * (errand.h). keyholder_answer is a function of state, question and clock, without sockets; keyholder_serve.c is the
 * loop around it.
 */
#ifndef STAUNCH_PORTAL_KEYHOLDER_H
#define STAUNCH_PORTAL_KEYHOLDER_H

#include "portal/errand.h"
#include "portal/protocol.h"

/* How long, how often: each is enforced in keyholder.c. */
#define KEYHOLDER_CODE_S 600 /* a code (OWASP ASVS 5.0, 6.5.5: at most 10 minutes) */
#define KEYHOLDER_CODE_TRIES 5
#define KEYHOLDER_DOMAIN_S (7 * 86400)  /* a token for DNS: records take days to be set */
#define KEYHOLDER_DOMAIN_TRIES 200      /* lookups for one token */
#define KEYHOLDER_IDLE_S 900            /* a session without questions */
#define KEYHOLDER_SESSION_S 3600        /* a session, however busy */
#define KEYHOLDER_MAIL_GAP_S 600        /* between two codes to one mailbox */
#define KEYHOLDER_MAILS_A_DAY 5         /* to one mailbox */
#define KEYHOLDER_CLIENT_TEN_MINUTES 20 /* proofs begun by one network in ten minutes */
#define KEYHOLDER_GENUINE_A_MINUTE 60   /* questions for notices, from everybody */
#define KEYHOLDER_SIGNATURES 50         /* in one session */
#define KEYHOLDER_WISHES_A_DAY 10       /* of one party */
#define KEYHOLDER_PENDING_MOST 100000   /* proofs waiting at a time */
#define KEYHOLDER_MAILS_WAITING 4096    /* mails in memory; more are not sent */
#define KEYHOLDER_MAIL_AGAIN_S 5        /* before a mail is tried again, the first time */
#define KEYHOLDER_OPENINGS_USUAL 1000   /* sessions that may open records in one hour */
#define KEYHOLDER_MAILS_USUAL 3600      /* mails in one hour */

struct keyholder_options {
	const uint8_t *seal_key; /* 32 bytes, copied */
	const char *key_id, *state_path;
	uint32_t openings_per_hour, mails_per_hour;
	bool hold_undated; /* a domain waits for a person unless it is known to be older than the exposure */
};
struct keyholder;
enum st_status keyholder_open(const struct keyholder_options *options, struct keyholder **out, struct st_error *err);
void keyholder_close(struct keyholder *keyholder);

/* Answers. true: *answer is complete. false: *lookup has to be done first (its number is not set); then
 * keyholder_looked_up answers the same question. The state is on disk before either returns. */
bool keyholder_answer(struct keyholder *keyholder, const struct portal_question *question, int64_t now,
	struct portal_answer *answer, struct portal_lookup *lookup);
void keyholder_looked_up(struct keyholder *keyholder, const struct portal_question *question,
	const struct portal_looked_up *looked_up, int64_t now, struct portal_answer *answer);

/* The next mail that may go out now; false: none. One that is not delivered is given back: at once (its courier is
 * gone), or for later (the server cannot take it now): then it waits as long as it is old, at least
 * KEYHOLDER_MAIL_AGAIN_S, which doubles the pause each time (RFC 5321, 4.5.4.1). Mails wait in memory. */
bool keyholder_next_mail(struct keyholder *keyholder, int64_t now, struct portal_mail *out);
void keyholder_mail_back(struct keyholder *keyholder, const struct portal_mail *mail);
void keyholder_mail_later(struct keyholder *keyholder, const struct portal_mail *mail, int64_t now);
/* What was left out since the last call: numbers, for the operator. */
struct keyholder_left_out {
	uint64_t no_room,
		too_late; /* KEYHOLDER_MAILS_WAITING waited already; the code ended before the mail could go */
};
struct keyholder_left_out keyholder_left_out(struct keyholder *keyholder);
void keyholder_tick(struct keyholder *keyholder, int64_t now); /* now and then: forgets what is over */

/* For the operator. */
enum st_status keyholder_wishes(struct keyholder *keyholder,
	void (*each)(void *context, uint64_t number, int64_t at, const uint8_t *case_id, enum portal_wish wish,
		const char *identity, const char *text),
	void *context, struct st_error *err);
/* Lets a domain through that was registered after the exposure. */
enum st_status keyholder_allow(struct keyholder *keyholder, const struct portal_identity *domain, struct st_error *err);

/* The code of a notice: twelve letters of Crockford's base 32 (day, serial, check), "7K3Q-92MD-X4TC"; no identity in
 * it. day: days since 2020-01-01 UTC; serial below 32768. */
void portal_notice_code(const uint8_t seal_key[32], const uint8_t case_id[PORTAL_ID_BYTES], uint16_t day,
	uint16_t serial, char out[15]);

/* --- the loop (keyholder_serve.c) --- */

struct keyholder_sockets {
	int portal, errands; /* listening, non-blocking */
	int signals;         /* signalfd(2); readable: end */
};
/* Serves until a signal. ST_OK: it ended as asked. */
enum st_status keyholder_serve(
	struct keyholder *keyholder, const struct keyholder_sockets *sockets, struct st_error *err);

#endif
