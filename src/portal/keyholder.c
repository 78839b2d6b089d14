#include "portal/keyholder.h"

#include "base/clock.h"
#include "portal/crockford.h"
#include "portal/state.h"
#include "portal/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define CODE_LETTERS 8
#define NOTICE_LETTERS 12
/* OWASP, Password Storage Cheat Sheet: Argon2id with 19 MiB and 2 passes. */
#define ARGON_PASSES 2
#define ARGON_BYTES (19 * MIB)
#define TOUCH_S 30         /* a session's last use is written down as often */
#define LOG_AGAIN_S 900    /* one line of the log for as long as somebody reads on */
#define NOTICE_EPOCH 18262 /* days from 1970 to 2020 */

struct waiting_mail {
	struct portal_mail mail;
	int64_t not_before;
	bool again; /* it went out before: the budget of the hour has paid for it */
};

struct keyholder {
	uint8_t key[32], pepper[32];
	char key_id[17];
	uint32_t openings_per_hour, mails_per_hour;
	bool hold_undated;
	struct state *state;
	struct waiting_mail *mails; /* room for KEYHOLDER_MAILS_WAITING; the oldest first, but for those given back */
	size_t mail_count;
	struct keyholder_left_out left_out;
	int64_t mail_hour;
	uint32_t mails_sent; /* in that hour */
	uint64_t next_mail;
};

enum st_status keyholder_open(const struct keyholder_options *options, struct keyholder **out, struct st_error *err)
{
	*out = NULL;
	if (sodium_init() < 0)
		return st_fail(err, ST_FATAL, "no source of random numbers");
	struct keyholder *k = st_alloc_zero(1, sizeof *k);
	memcpy(k->key, options->seal_key, sizeof k->key);
	snprintf(k->key_id, sizeof k->key_id, "%s", options->key_id);
	portal_derive(k->key, "staunch portal codes 1", (struct st_span){0}, k->pepper);
	k->openings_per_hour = options->openings_per_hour;
	k->mails_per_hour = options->mails_per_hour;
	k->hold_undated = options->hold_undated;
	k->mails = st_alloc_zero(KEYHOLDER_MAILS_WAITING, sizeof *k->mails);
	k->next_mail = 1;
	enum st_status status = state_open(options->state_path, k->key, &k->state, err);
	if (status == ST_OK)
		*out = k;
	else
		keyholder_close(k);
	return status;
}

void keyholder_close(struct keyholder *keyholder)
{
	if (keyholder == NULL)
		return;
	state_close(keyholder->state);
	sodium_memzero(keyholder->mails, KEYHOLDER_MAILS_WAITING * sizeof *keyholder->mails);
	free(keyholder->mails);
	sodium_memzero(keyholder, sizeof *keyholder);
	free(keyholder);
}

static struct st_span text_span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

/* --- mails --- */

static void queue_mail(struct keyholder *k, const struct portal_mail *mail, int64_t not_before, bool again)
{
	if (k->mail_count == KEYHOLDER_MAILS_WAITING) {
		k->left_out.no_room++; /* its owner asks again; nobody can tell from outside */
		return;
	}
	k->mails[k->mail_count++] = (struct waiting_mail){.mail = *mail, .not_before = not_before, .again = again};
}

static void drop_mail(struct keyholder *k, size_t i)
{
	memmove(&k->mails[i], &k->mails[i + 1], (--k->mail_count - i) * sizeof k->mails[0]);
	sodium_memzero(&k->mails[k->mail_count], sizeof k->mails[0]);
}

static void drop_late_mails(struct keyholder *k, int64_t now)
{
	for (size_t i = k->mail_count; i > 0; i--) {
		if (k->mails[i - 1].mail.expires_at > now)
			continue;
		drop_mail(k, i - 1);
		k->left_out.too_late++;
	}
}

bool keyholder_next_mail(struct keyholder *keyholder, int64_t now, struct portal_mail *out)
{
	struct keyholder *k = keyholder;
	if (k->mail_hour != now / 3600) {
		k->mail_hour = now / 3600;
		k->mails_sent = 0;
	}
	drop_late_mails(k, now);
	for (size_t i = 0; i < k->mail_count; i++) {
		const struct waiting_mail *waiting = &k->mails[i];
		if (waiting->not_before > now || (!waiting->again && k->mails_sent >= k->mails_per_hour))
			continue;
		k->mails_sent += !waiting->again;
		*out = waiting->mail;
		drop_mail(k, i);
		return true;
	}
	sodium_memzero(out, sizeof *out);
	return false;
}

void keyholder_mail_back(struct keyholder *keyholder, const struct portal_mail *mail)
{
	queue_mail(keyholder, mail, 0, true);
}

void keyholder_mail_later(struct keyholder *keyholder, const struct portal_mail *mail, int64_t now)
{
	int64_t age = now - (mail->expires_at - KEYHOLDER_CODE_S);
	queue_mail(keyholder, mail, now + (age > KEYHOLDER_MAIL_AGAIN_S ? age : KEYHOLDER_MAIL_AGAIN_S), true);
}

struct keyholder_left_out keyholder_left_out(struct keyholder *keyholder)
{
	struct keyholder_left_out out = keyholder->left_out;
	keyholder->left_out = (struct keyholder_left_out){0};
	return out;
}

/* --- codes --- */

/* Argon2id(HMAC(pepper, code)): 40 bits are few, so trying them must cost, and needs the key. */
static bool hash_code(const struct keyholder *k, uint64_t code, const uint8_t salt[16], uint8_t out[32])
{
	uint8_t bytes[8], mac[ST_SHA256_BYTES];
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(code >> (8 * i));
	st_hmac_sha256(k->pepper, sizeof k->pepper, bytes, sizeof bytes, mac);
	int failed = crypto_pwhash(
		out, 32, (const char *)mac, sizeof mac, salt, ARGON_PASSES, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13);
	sodium_memzero(mac, sizeof mac);
	sodium_memzero(bytes, sizeof bytes);
	return failed == 0;
}

static uint64_t random_code(void)
{
	uint64_t code;
	randombytes_buf(&code, sizeof code);
	return code >> (64 - 5 * CODE_LETTERS);
}

/* --- limits --- */

static bool client_may(struct keyholder *k, const struct portal_question *q, int64_t now)
{
	uint8_t tag[STATE_TAG_BYTES];
	state_tag(k->state, "client", (struct st_span){q->client, sizeof q->client}, tag);
	return limit_take(k->state, tag, now, 0, 600, KEYHOLDER_CLIENT_TEN_MINUTES);
}

static bool mailbox_may(struct keyholder *k, const struct portal_identity *identity, int64_t now)
{
	uint8_t tag[STATE_TAG_BYTES];
	state_tag(k->state, "mail", text_span(identity->text), tag);
	return limit_take(k->state, tag, now, KEYHOLDER_MAIL_GAP_S, 86400, KEYHOLDER_MAILS_A_DAY);
}

/* --- a mailbox --- */

/* What is answered depends on the address's form and on nothing else: with limits reached, a proof waits that no code
 * completes. */
static enum portal_verdict begin_mailbox(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	struct pending pending = {.tries_left = KEYHOLDER_CODE_TRIES, .expires_at = now + KEYHOLDER_CODE_S};
	struct portal_mail mail = {.expires_at = pending.expires_at};
	pending.identity = portal_identity_read(text_span(q->identity));
	enum portal_identity_kind kind = pending.identity.kind;
	if (kind != PORTAL_MAILBOX && kind != PORTAL_ROLE_MAILBOX && kind != PORTAL_SILENT_MAILBOX)
		return PORTAL_NO_IDENTITY_GIVEN;
	if (pending_count(k->state) >= KEYHOLDER_PENDING_MOST)
		return PORTAL_BUSY;
	uint64_t code = random_code();
	randombytes_buf(a->secret, sizeof a->secret);
	randombytes_buf(pending.salt, sizeof pending.salt);
	a->expires_at = pending.expires_at;
	bool may = client_may(k, q, now) && mailbox_may(k, &pending.identity, now);
	if (!hash_code(k, code, pending.salt, pending.hash) || !pending_put(k->state, a->secret, &pending))
		return PORTAL_BROKEN;
	if (may) {
		mail.number = k->next_mail++;
		snprintf(mail.to, sizeof mail.to, "%s", pending.identity.text);
		snprintf(mail.language, sizeof mail.language, "%s", q->language);
		crockford_write(code, CODE_LETTERS, mail.code);
		queue_mail(k, &mail, 0, false);
	}
	sodium_memzero(&mail, sizeof mail);
	sodium_memzero(&pending, sizeof pending);
	return PORTAL_DONE;
}

static void fill_session(const struct session *session, struct portal_answer *a)
{
	a->identity = session->identity;
	a->expires_at = session->started_at + KEYHOLDER_SESSION_S;
	a->idle_at = session->used_at + KEYHOLDER_IDLE_S;
	a->scope = session->identity.kind == PORTAL_SILENT_MAILBOX ? PORTAL_SCOPE_NONE
		   : session->identity.kind == PORTAL_ROLE_MAILBOX ? PORTAL_SCOPE_COUNTS
								   : PORTAL_SCOPE_RECORDS;
}

/* A proof that held: it is used up, and a session begins under a new secret. */
static enum portal_verdict begin_session(struct keyholder *k, const struct portal_question *q,
	const struct pending *pending, int64_t registered_at, int64_t now, struct portal_answer *a)
{
	struct session session = {.identity = pending->identity,
		.registered_at = registered_at,
		.token_expires_at = pending->expires_at,
		.started_at = now,
		.used_at = now,
		.opened_hour = -1};
	memcpy(session.token, pending->token, sizeof session.token);
	pending_drop(k->state, q->secret);
	randombytes_buf(a->secret, sizeof a->secret);
	if (!session_put(k->state, a->secret, &session))
		return PORTAL_BROKEN;
	fill_session(&session, a);
	return PORTAL_DONE;
}

static bool find_pending(
	struct keyholder *k, const struct portal_question *q, bool domain, int64_t now, struct pending *out)
{
	if (!pending_get(k->state, q->secret, out))
		return false;
	if ((out->identity.kind == PORTAL_ORGANIZATION) != domain)
		return false;
	if (out->expires_at > now)
		return true;
	pending_drop(k->state, q->secret);
	return false;
}

static enum portal_verdict take_code(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	struct pending pending;
	uint8_t hash[32];
	uint64_t code;
	if (!find_pending(k, q, false, now, &pending))
		return PORTAL_EXPIRED;
	if (pending.tries_left == 0)
		return PORTAL_TOO_MANY;
	a->tries_left = pending.tries_left;
	if (!crockford_read(q->code, CODE_LETTERS, &code))
		return PORTAL_WRONG; /* not a code at all: no try of one */
	a->tries_left = --pending.tries_left;
	/* the try counts before its outcome is known, whatever happens to this process */
	if (!pending_tries(k->state, q->secret, pending.tries_left) || !state_commit(k->state) ||
		!state_begin(k->state) || !hash_code(k, code, pending.salt, hash))
		return PORTAL_BROKEN;
	if (sodium_memcmp(hash, pending.hash, sizeof hash) == 0) {
		a->tries_left = 0;
		return begin_session(k, q, &pending, 0, now, a);
	}
	return pending.tries_left == 0 ? PORTAL_TOO_MANY : PORTAL_WRONG;
}

/* --- a domain --- */

static void fill_txt(const struct portal_identity *domain, const uint8_t token[32], int64_t expires_at, char name[300],
	char value[128])
{
	char text[64], until[21];
	sodium_bin2base64(text, sizeof text, token, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	st_utc_text(expires_at, until);
	snprintf(name, 300, "_exposure-challenge.%.255s", domain->domain);
	snprintf(value, 128, "v=1; token=%s; expiry=%s", text, until);
}

static enum portal_verdict begin_domain(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	struct pending pending = {.tries_left = KEYHOLDER_DOMAIN_TRIES, .expires_at = now + KEYHOLDER_DOMAIN_S};
	pending.identity = portal_identity_read(text_span(q->identity));
	if (pending.identity.kind == PORTAL_PUBLIC_DOMAIN)
		return PORTAL_REFUSED_PUBLIC;
	a->identity = pending.identity;
	if (pending.identity.kind == PORTAL_PART_OF_DOMAIN)
		return PORTAL_REFUSED_PART;
	if (pending.identity.kind != PORTAL_ORGANIZATION)
		return PORTAL_NO_IDENTITY_GIVEN;
	if (!client_may(k, q, now) || pending_count(k->state) >= KEYHOLDER_PENDING_MOST) {
		a->retry_after_s = 600;
		return PORTAL_BUSY;
	}
	randombytes_buf(a->secret, sizeof a->secret);
	randombytes_buf(pending.token, sizeof pending.token);
	a->expires_at = pending.expires_at;
	fill_txt(&pending.identity, pending.token, pending.expires_at, a->txt_name, a->txt_value);
	return pending_put(k->state, a->secret, &pending) ? PORTAL_DONE : PORTAL_BROKEN;
}

/* The session remembers the token with its own expiry: the record stays the same while it is needed. */
static void fill_lookup(
	const struct portal_identity *domain, const uint8_t token[32], int64_t expires_at, struct portal_lookup *lookup)
{
	memset(lookup, 0, sizeof *lookup);
	memcpy(lookup->domain, domain->domain, sizeof lookup->domain);
	fill_txt(domain, token, expires_at, lookup->txt_name, lookup->txt_value);
}

static enum portal_verdict check_domain(struct keyholder *k, const struct portal_question *q, int64_t now,
	struct portal_answer *a, struct portal_lookup *lookup, bool *wait)
{
	struct pending pending;
	if (!find_pending(k, q, true, now, &pending))
		return PORTAL_EXPIRED;
	if (pending.tries_left == 0)
		return PORTAL_TOO_MANY;
	a->tries_left = --pending.tries_left;
	if (!pending_tries(k->state, q->secret, pending.tries_left))
		return PORTAL_BROKEN;
	fill_lookup(&pending.identity, pending.token, pending.expires_at, lookup);
	*wait = true;
	return PORTAL_DONE;
}

static enum portal_verdict domain_checked(struct keyholder *k, const struct portal_question *q,
	const struct portal_looked_up *looked_up, int64_t now, struct portal_answer *a)
{
	struct pending pending;
	if (!find_pending(k, q, true, now, &pending))
		return PORTAL_EXPIRED;
	if (looked_up->verdict != PORTAL_DONE)
		return (enum portal_verdict)looked_up->verdict;
	return begin_session(k, q, &pending, looked_up->registered_at, now, a);
}

/* --- a session --- */

static bool find_session(struct keyholder *k, const struct portal_question *q, int64_t now, struct session *out)
{
	if (!session_get(k->state, q->secret, out))
		return false;
	if (now < out->started_at + KEYHOLDER_SESSION_S && now < out->used_at + KEYHOLDER_IDLE_S)
		return true;
	session_drop(k->state, q->secret);
	return false;
}

/* The party that a session may read of: the mailbox, or the organization. */
static struct st_span party_of(const struct portal_identity *identity)
{
	return text_span(identity->kind == PORTAL_MAILBOX || identity->kind == PORTAL_SILENT_MAILBOX
				 ? identity->text
				 : identity->domain);
}

static void party_tag(const struct keyholder *k, const struct portal_identity *identity, uint8_t out[STATE_TAG_BYTES])
{
	state_tag(k->state, "party", party_of(identity), out);
}

static enum portal_audience audience_of(const struct portal_identity *identity)
{
	return identity->kind == PORTAL_MAILBOX        ? PORTAL_PERSON
	       : identity->kind == PORTAL_ROLE_MAILBOX ? PORTAL_ORGANIZATION_COUNTS
						       : PORTAL_ORGANIZATION_RECORDS;
}

/* A domain that may have had another owner when the data lay open. */
static bool has_to_wait(const struct keyholder *k, const struct session *session, const struct portal_case *one)
{
	if (session->identity.kind != PORTAL_ORGANIZATION)
		return false;
	bool dated = session->registered_at > 0 && one->exposed_at > 0;
	return dated ? session->registered_at > one->exposed_at : k->hold_undated;
}

static void open_one(
	struct keyholder *k, const struct session *session, const struct portal_case *one, struct portal_opening *out)
{
	uint8_t tag[STATE_TAG_BYTES];
	const struct portal_identity *identity = &session->identity;
	*out = (struct portal_opening){.state = PORTAL_NOTHING, .audience = audience_of(identity)};
	if (identity->kind == PORTAL_SILENT_MAILBOX)
		return;
	party_tag(k, identity, tag);
	if (erased_is(k->state, tag, one->case_id)) {
		out->state = PORTAL_ERASED;
		return;
	}
	if (has_to_wait(k, session, one) && !allowed_is(k->state, tag)) {
		out->state = PORTAL_HELD;
		return;
	}
	out->state = PORTAL_OPENED;
	portal_party_secret(k->key, one, out->audience, party_of(identity), out->secret);
}

static bool write_log(struct keyholder *k, const struct session *session, const struct portal_question *q, int64_t now)
{
	uint8_t tag[STATE_TAG_BYTES];
	party_tag(k, &session->identity, tag);
	for (size_t i = 0; i < q->case_count; i++) {
		struct portal_log_entry entry = {
			.at = now, .what = (uint8_t)q->ask, .who = (uint8_t)session->identity.kind};
		memcpy(entry.case_id, q->cases[i].case_id, sizeof entry.case_id);
		if (!log_put(k->state, tag, &entry))
			return false;
	}
	return true;
}

/* One more session that opens records in this hour. */
static bool budget_allows(struct keyholder *k, struct session *session, int64_t now)
{
	uint8_t tag[STATE_TAG_BYTES];
	if (session->opened_hour == now / 3600)
		return true;
	state_tag(k->state, "budget", (struct st_span){0}, tag);
	if (!limit_take(k->state, tag, now, 0, 3600, k->openings_per_hour))
		return false;
	session->opened_hour = now / 3600;
	return true;
}

static void tag_cases(struct keyholder *k, const struct portal_question *q, uint8_t out[STATE_TAG_BYTES])
{
	uint8_t ids[CEIL_PORTAL_CASES * PORTAL_ID_BYTES];
	for (size_t i = 0; i < q->case_count; i++)
		memcpy(ids + i * PORTAL_ID_BYTES, q->cases[i].case_id, PORTAL_ID_BYTES);
	state_tag(k->state, "cases", (struct st_span){ids, q->case_count * PORTAL_ID_BYTES}, out);
}

/* Everything that is written down before a key goes out. */
static enum portal_verdict account(struct keyholder *k, const struct portal_question *q, struct session *session,
	int64_t now, struct portal_answer *a)
{
	uint8_t cases[STATE_TAG_BYTES];
	int64_t hour = session->opened_hour;
	bool touch = now - session->used_at >= TOUCH_S || now < session->used_at;
	tag_cases(k, q, cases);
	bool log = q->ask == PORTAL_ASK_EXPORT || now - session->logged_at >= LOG_AGAIN_S ||
		   memcmp(cases, session->logged, sizeof cases) != 0;
	if (!budget_allows(k, session, now)) {
		a->retry_after_s = (uint32_t)(3600 - now % 3600);
		return PORTAL_BUSY;
	}
	if (log && !write_log(k, session, q, now))
		return PORTAL_BROKEN;
	if (log && q->ask == PORTAL_ASK_OPEN) {
		session->logged_at = now;
		memcpy(session->logged, cases, sizeof cases);
	}
	if (touch)
		session->used_at = now;
	bool kept = log || hour != session->opened_hour ? session_put(k->state, q->secret, session)
							: !touch || session_touch(k->state, q->secret, now);
	return kept ? PORTAL_DONE : PORTAL_BROKEN;
}

/* A person also sees when the owner of the domain looked at its part, in which the person is. */
static void fill_log(struct keyholder *k, const struct session *session, struct portal_answer *a)
{
	uint8_t own[STATE_TAG_BYTES], domain[STATE_TAG_BYTES];
	party_tag(k, &session->identity, own);
	memcpy(domain, own, sizeof domain);
	if (session->identity.kind == PORTAL_MAILBOX && session->identity.domain[0] != 0)
		state_tag(k->state, "party", text_span(session->identity.domain), domain);
	a->log_count = log_list(k->state, own, domain, a->log, CEIL_PORTAL_LOG_ROWS);
}

static enum portal_verdict open_cases(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	struct session session;
	if (!find_session(k, q, now, &session))
		return PORTAL_EXPIRED;
	enum portal_verdict verdict = account(k, q, &session, now, a);
	fill_session(&session, a);
	if (verdict != PORTAL_DONE)
		return verdict;
	for (a->opening_count = 0; a->opening_count < q->case_count; a->opening_count++)
		open_one(k, &session, &q->cases[a->opening_count], &a->openings[a->opening_count]);
	if (q->ask == PORTAL_ASK_OPEN && q->case_count == 1)
		fill_log(k, &session, a);
	return PORTAL_DONE;
}

static enum portal_verdict export_cases(struct keyholder *k, const struct portal_question *q, int64_t now,
	struct portal_answer *a, struct portal_lookup *lookup, bool *wait)
{
	struct session session;
	if (!find_session(k, q, now, &session))
		return PORTAL_EXPIRED;
	if (session.identity.kind != PORTAL_ORGANIZATION)
		return open_cases(k, q, now, a);
	fill_lookup(&session.identity, session.token, session.token_expires_at, lookup);
	*wait = true;
	return PORTAL_DONE;
}

static enum portal_verdict export_checked(struct keyholder *k, const struct portal_question *q,
	const struct portal_looked_up *looked_up, int64_t now, struct portal_answer *a)
{
	if (looked_up->verdict == PORTAL_DONE)
		return open_cases(k, q, now, a);
	if (looked_up->verdict == PORTAL_UNREACHABLE)
		return PORTAL_UNREACHABLE;
	session_drop(k->state, q->secret);
	return PORTAL_NOT_VERIFIED;
}

/* What is signed says for whom and on what proof; the document itself is the portal's word (threat model). */
static enum portal_verdict sign(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	static const char *const documents[PORTAL_DOCUMENTS] = {"", "absence", "export-json", "export-csv"};
	uint8_t public_key[32], secret_key[64];
	char sha256[2 * ST_SHA256_BYTES + 1], case_id[2 * PORTAL_ID_BYTES + 1], at[21];
	struct session session;
	if (!find_session(k, q, now, &session))
		return PORTAL_EXPIRED;
	if (q->case_count != 1 || q->document == 0 || session.signatures >= KEYHOLDER_SIGNATURES)
		return PORTAL_TOO_MANY;
	session.signatures++;
	session.used_at = now;
	if (!write_log(k, &session, q, now) || !session_put(k->state, q->secret, &session))
		return PORTAL_BROKEN;
	st_hex(q->sha256, sizeof q->sha256, sha256);
	st_hex(q->cases[0].case_id, PORTAL_ID_BYTES, case_id);
	st_utc_text(now, at);
	struct st_span party = party_of(&session.identity);
	snprintf(a->statement, sizeof a->statement,
		"staunch-statement: 1\ndocument: %s\nissued: %s\ncase: %s\nsubject: %.*s\nproof: %s\nkey: %s\nsha256: "
		"%s\n",
		documents[q->document], at, case_id, (int)party.size, (const char *)party.data,
		session.identity.kind == PORTAL_ORGANIZATION ? "dns" : "mail", k->key_id, sha256);
	portal_signing_pair(k->key, public_key, secret_key);
	crypto_sign_detached(a->signature, NULL, (const uint8_t *)a->statement, strlen(a->statement), secret_key);
	memcpy(a->public_key, public_key, sizeof a->public_key);
	memcpy(a->key_id, k->key_id, sizeof a->key_id);
	sodium_memzero(secret_key, sizeof secret_key);
	fill_session(&session, a);
	return PORTAL_DONE;
}

static enum portal_verdict request(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	struct session session;
	struct wish wish = {.at = now, .wish = q->wish};
	uint8_t tag[STATE_TAG_BYTES], limit[STATE_TAG_BYTES];
	if (!find_session(k, q, now, &session))
		return PORTAL_EXPIRED;
	fill_session(&session, a);
	/* counts are a role's to see, not to change */
	if (session.identity.kind == PORTAL_ROLE_MAILBOX || session.identity.kind == PORTAL_SILENT_MAILBOX)
		return PORTAL_NOT_VERIFIED;
	struct st_span party = party_of(&session.identity);
	state_tag(k->state, "wishes", party, limit);
	if (q->case_count != 1 || q->wish == 0 || !portal_lines_are_sound(text_span(q->text)) ||
		!limit_take(k->state, limit, now, 0, 86400, KEYHOLDER_WISHES_A_DAY))
		return PORTAL_TOO_MANY;
	memcpy(wish.case_id, q->cases[0].case_id, sizeof wish.case_id);
	memcpy(wish.identity, party.data, party.size);
	memcpy(wish.text, q->text, sizeof wish.text);
	party_tag(k, &session.identity, tag);
	bool kept = wish_put(k->state, &wish) && write_log(k, &session, q, now) &&
		    (q->wish != PORTAL_ERASE || erased_put(k->state, tag, wish.case_id));
	sodium_memzero(&wish, sizeof wish);
	return kept ? PORTAL_DONE : PORTAL_BROKEN;
}

/* --- notices --- */

static uint64_t notice_check(const uint8_t seal_key[32], const uint8_t *case_id, uint32_t number)
{
	uint8_t key[32], mac[32], bytes[4];
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
	portal_derive(seal_key, "staunch portal notices 1", (struct st_span){case_id, PORTAL_ID_BYTES}, key);
	portal_derive(key, "notice", (struct st_span){bytes, sizeof bytes}, mac);
	sodium_memzero(key, sizeof key);
	return ((uint64_t)mac[0] | (uint64_t)mac[1] << 8 | (uint64_t)mac[2] << 16 | (uint64_t)mac[3] << 24) &
	       0x3fffffff;
}

void portal_notice_code(
	const uint8_t seal_key[32], const uint8_t case_id[PORTAL_ID_BYTES], uint16_t day, uint16_t serial, char out[15])
{
	uint32_t number = (uint32_t)(day & 0x7fff) << 15 | (serial & 0x7fff);
	crockford_write((uint64_t)number << 30 | notice_check(seal_key, case_id, number), NOTICE_LETTERS, out);
}

static enum portal_verdict genuine(
	struct keyholder *k, const struct portal_question *q, int64_t now, struct portal_answer *a)
{
	uint8_t tag[STATE_TAG_BYTES];
	uint64_t bits;
	state_tag(k->state, "genuine", (struct st_span){0}, tag);
	if (!limit_take(k->state, tag, now, 0, 60, KEYHOLDER_GENUINE_A_MINUTE)) {
		a->retry_after_s = (uint32_t)(60 - now % 60);
		return PORTAL_BUSY;
	}
	if (!crockford_read(q->notice, NOTICE_LETTERS, &bits))
		return PORTAL_DONE;
	uint32_t number = (uint32_t)(bits >> 30);
	for (size_t i = 0; i < q->case_count; i++) {
		if (notice_check(k->key, q->cases[i].case_id, number) != (bits & 0x3fffffff))
			continue;
		memcpy(a->notice_case, q->cases[i].case_id, sizeof a->notice_case);
		a->notice_at = ((int64_t)(number >> 15) + NOTICE_EPOCH) * 86400;
	}
	return PORTAL_DONE;
}

/* --- one question --- */

static enum portal_verdict about(struct keyholder *k, struct portal_answer *a)
{
	uint8_t secret_key[64];
	portal_signing_pair(k->key, a->public_key, secret_key);
	sodium_memzero(secret_key, sizeof secret_key);
	memcpy(a->key_id, k->key_id, sizeof a->key_id);
	return PORTAL_DONE;
}

static enum portal_verdict end(struct keyholder *k, const struct portal_question *q)
{
	session_drop(k->state, q->secret);
	pending_drop(k->state, q->secret);
	return PORTAL_DONE;
}

static enum portal_verdict decide(struct keyholder *k, const struct portal_question *q, int64_t now,
	struct portal_answer *a, struct portal_lookup *lookup, bool *wait)
{
	switch (q->ask) {
	case PORTAL_ASK_ABOUT:
		return about(k, a);
	case PORTAL_ASK_BEGIN_MAILBOX:
		return begin_mailbox(k, q, now, a);
	case PORTAL_ASK_CODE:
		return take_code(k, q, now, a);
	case PORTAL_ASK_BEGIN_DOMAIN:
		return begin_domain(k, q, now, a);
	case PORTAL_ASK_CHECK_DOMAIN:
		return check_domain(k, q, now, a, lookup, wait);
	case PORTAL_ASK_OPEN:
		return open_cases(k, q, now, a);
	case PORTAL_ASK_EXPORT:
		return export_cases(k, q, now, a, lookup, wait);
	case PORTAL_ASK_SIGN:
		return sign(k, q, now, a);
	case PORTAL_ASK_GENUINE:
		return genuine(k, q, now, a);
	case PORTAL_ASK_REQUEST:
		return request(k, q, now, a);
	case PORTAL_ASK_END:
		return end(k, q);
	case PORTAL_ASKS:
		break;
	}
	return PORTAL_EXPIRED;
}

/* Nothing is answered that is not on disk: on a failure the answer says that and no more. */
static void finish(struct keyholder *k, const struct portal_question *q, struct portal_answer *a)
{
	bool kept = a->verdict != PORTAL_BROKEN && state_commit(k->state);
	if (kept)
		return;
	if (a->verdict == PORTAL_BROKEN)
		state_rollback(k->state);
	sodium_memzero(a, sizeof *a);
	a->ask = q->ask;
	a->verdict = PORTAL_BROKEN;
}

bool keyholder_answer(struct keyholder *keyholder, const struct portal_question *question, int64_t now,
	struct portal_answer *answer, struct portal_lookup *lookup)
{
	bool wait = false;
	memset(answer, 0, sizeof *answer);
	answer->ask = question->ask;
	answer->verdict = PORTAL_BROKEN;
	if (state_begin(keyholder->state))
		answer->verdict = decide(keyholder, question, now, answer, lookup, &wait);
	finish(keyholder, question, answer);
	return !wait || answer->verdict != PORTAL_DONE;
}

void keyholder_looked_up(struct keyholder *keyholder, const struct portal_question *question,
	const struct portal_looked_up *looked_up, int64_t now, struct portal_answer *answer)
{
	memset(answer, 0, sizeof *answer);
	answer->ask = question->ask;
	answer->verdict = PORTAL_BROKEN;
	if (state_begin(keyholder->state))
		answer->verdict = question->ask == PORTAL_ASK_CHECK_DOMAIN
					  ? domain_checked(keyholder, question, looked_up, now, answer)
					  : export_checked(keyholder, question, looked_up, now, answer);
	finish(keyholder, question, answer);
}

void keyholder_tick(struct keyholder *keyholder, int64_t now)
{
	drop_late_mails(keyholder, now);
	if (!state_begin(keyholder->state))
		return;
	state_prune(keyholder->state, now);
	(void)state_commit(keyholder->state);
}

/* --- for the operator --- */

struct telling {
	void (*each)(void *context, uint64_t number, int64_t at, const uint8_t *case_id, enum portal_wish wish,
		const char *identity, const char *text);
	void *context;
};

static void tell(void *context, const struct wish *wish)
{
	const struct telling *telling = context;
	telling->each(telling->context, wish->number, wish->at, wish->case_id, wish->wish, wish->identity, wish->text);
}

enum st_status keyholder_wishes(struct keyholder *keyholder,
	void (*each)(void *context, uint64_t number, int64_t at, const uint8_t *case_id, enum portal_wish wish,
		const char *identity, const char *text),
	void *context, struct st_error *err)
{
	struct telling telling = {each, context};
	return wish_list(keyholder->state, tell, &telling)
		       ? ST_OK
		       : st_fail(err, ST_FATAL, "the state of the keyholder is damaged");
}

enum st_status keyholder_allow(struct keyholder *keyholder, const struct portal_identity *domain, struct st_error *err)
{
	uint8_t tag[STATE_TAG_BYTES];
	party_tag(keyholder, domain, tag);
	if (state_begin(keyholder->state) && allowed_put(keyholder->state, tag) && state_commit(keyholder->state))
		return ST_OK;
	return st_fail(err, ST_FATAL, "cannot write the state of the keyholder");
}
