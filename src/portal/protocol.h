/*
 * What the portal and the keyholder say to each other, over a unix stream socket, in frames of process/message.h (type,
 * size, body). The portal asks, the keyholder answers, one answer to each question and in order; a connection has one
 * question open at a time. A frame over CEIL_PORTAL_MESSAGE_BYTES, of an unknown type or that does not decode ends the
 * connection.
 *
 * The keyholder keeps codes, proofs, sessions, the release budget and the access log; the portal keeps none of them and
 * no key: what it holds is the secret in the browser's cookie, for the time of one request. Nothing that is answered
 * before a code or a DNS record is proven depends on whether anybody is in any case: the keyholder has no index, and
 * could not tell.
 *
 *   mailbox:  BEGIN_MAILBOX -> pending secret (cookie __Host-pend); the mail goes out by portal/errand.h
 *             CODE          -> session secret (cookie __Host-session)
 *   domain:   BEGIN_DOMAIN  -> pending secret, TXT name and text
 *             CHECK_DOMAIN  -> session secret; the answer waits for the resolver, up to CEIL_PORTAL_CHECK_MS
 *   reading:  OPEN          -> a secret for each case: portal_index_read()
 *   leaving:  END
 */
#ifndef STAUNCH_PORTAL_PROTOCOL_H
#define STAUNCH_PORTAL_PROTOCOL_H

#include "base/ceilings.h"
#include "base/hash.h"
#include "portal/identity.h"
#include "portal/index.h"

/* Types of frames: numbers are part of the protocol, append only. */
enum portal_ask {
	PORTAL_ASK_ABOUT = 1,     /* -> key_id, public_key: for opening indices and naming the key */
	PORTAL_ASK_BEGIN_MAILBOX, /* identity, language, client -> DONE, secret (pending): always, for any mailbox */
	PORTAL_ASK_CODE,          /* secret (pending), code, client -> DONE, session; WRONG (tries_left), EXPIRED,
				     TOO_MANY */
	PORTAL_ASK_BEGIN_DOMAIN,  /* identity (a domain), client -> DONE, secret (pending), txt_name, txt_value,
				     expires_at;  PUBLIC_DOMAIN, PART_OF_DOMAIN, NO_IDENTITY */
	PORTAL_ASK_CHECK_DOMAIN, /* secret (pending) -> DONE, session; NOT_FOUND, DISAGREE, BOGUS, UNREACHABLE, EXPIRED,
				    TOO_MANY; to be asked again after any but the last two */
	PORTAL_ASK_OPEN,    /* secret (session), cases -> DONE, session, openings; EXPIRED; BUSY (retry_after_s). Of
			       one case alone also log: who opened this party's part, in every case */
	PORTAL_ASK_EXPORT,  /* the same, for a file to take away: a domain's record is looked up again; also its
			       refusals; NOT_VERIFIED ends the session */
	PORTAL_ASK_SIGN,    /* secret (session), document, sha256, cases[0] -> DONE, statement, signature */
	PORTAL_ASK_GENUINE, /* notice, cases -> DONE (opening_count 0: not ours), notice_case, notice_at */
	PORTAL_ASK_REQUEST = 11, /* secret (session), cases[0], wish, text -> DONE. ERASE takes effect at once. */
	PORTAL_ASK_END,          /* secret (session or pending) -> DONE, also when there was none */
	PORTAL_ASKS
};
#define PORTAL_ANSWER 128 /* type of an answer: this and the type of its question */

enum portal_verdict {
	PORTAL_DONE,
	PORTAL_WRONG,             /* the code is another one; tries_left */
	PORTAL_EXPIRED,           /* no such secret, used, or too old: begin again */
	PORTAL_TOO_MANY,          /* tries are used up */
	PORTAL_NO_IDENTITY_GIVEN, /* neither an address nor a domain: told before anything else happens */
	PORTAL_REFUSED_PUBLIC,    /* free mail, disposable, public suffix: no organization's */
	PORTAL_REFUSED_PART,      /* a subdomain: prove the registrable domain, which `domain` names */
	PORTAL_NOT_FOUND,         /* the TXT record is not there, or not this token */
	PORTAL_DISAGREE,          /* not all authoritative servers say the same */
	PORTAL_BOGUS,             /* DNSSEC says the answer is forged */
	PORTAL_UNREACHABLE,       /* no answer from the name servers, or no resolver is connected */
	PORTAL_BUSY,              /* the budget of this hour is used up, or too much at a time; retry_after_s */
	PORTAL_NOT_VERIFIED,      /* the proof does not hold any more: the session is over */
	PORTAL_BROKEN,            /* the keyholder cannot write its state */
	PORTAL_VERDICTS
};

enum portal_scope { PORTAL_SCOPE_NONE, PORTAL_SCOPE_COUNTS, PORTAL_SCOPE_RECORDS };
enum portal_document { PORTAL_ABSENCE = 1, PORTAL_EXPORT_JSON, PORTAL_EXPORT_CSV, PORTAL_DOCUMENTS };
enum portal_wish { PORTAL_CORRECT = 1, PORTAL_ERASE, PORTAL_WISHES };

struct portal_question {
	enum portal_ask ask;
	char identity[PORTAL_IDENTITY_TEXT]; /* as typed, at most 320 bytes; the keyholder makes it canonical itself */
	char language[3];                    /* "en", "it", "fr": of the mail */
	uint8_t client[16]; /* keyed digest of the client's network (/24 of IPv4, /56 of IPv6), made by the portal with
			       a key of its own run: for limits only, never kept longer than they need */
	uint8_t secret[PORTAL_SECRET_BYTES]; /* from the cookie */
	char code[32];                       /* as typed: blanks and dashes dropped, I L O read as 1 1 0 */
	struct portal_case cases[CEIL_PORTAL_CASES];
	size_t case_count;
	enum portal_document document;
	uint8_t sha256[ST_SHA256_BYTES]; /* of the document to be signed */
	enum portal_wish wish;
	char text[CEIL_PORTAL_WISH_BYTES + 1]; /* what should be corrected; UTF-8 */
	char notice[32];                       /* code of a notice, as typed */
};

/* Of one case, to a session. */
enum portal_opening_state {
	PORTAL_OPENED,  /* secret is set: an entry that is not in the index is a negative answer */
	PORTAL_NOTHING, /* this identity has nothing of its own (a role mailbox elsewhere): a negative answer */
	PORTAL_HELD,    /* the domain was registered after the exposure: a person decides */
	PORTAL_ERASED,  /* the owner had it erased */
};
struct portal_opening {
	enum portal_opening_state state;
	enum portal_audience audience;
	uint8_t secret[PORTAL_SECRET_BYTES];
};

struct portal_log_entry {
	int64_t at; /* UTC seconds */
	uint8_t case_id[PORTAL_ID_BYTES];
	uint8_t what; /* enum portal_ask: OPEN, EXPORT, SIGN, REQUEST */
	uint8_t who;  /* enum portal_identity_kind: PORTAL_MAILBOX oneself, PORTAL_ORGANIZATION the domain's owner,
			 PORTAL_ROLE_MAILBOX a role mailbox of it */
};

struct portal_answer {
	enum portal_ask ask; /* of the question */
	enum portal_verdict verdict;
	uint8_t secret[PORTAL_SECRET_BYTES]; /* pending or session: for the cookie, and nowhere else */
	uint32_t tries_left, retry_after_s;
	/* of a session */
	struct portal_identity identity; /* of BEGIN_DOMAIN and refusals: domain */
	enum portal_scope scope;
	int64_t expires_at, idle_at; /* the session ends at the earlier of the two; of BEGIN: expires_at of the proof */
	struct portal_opening openings[CEIL_PORTAL_CASES]; /* beside the question's cases */
	size_t opening_count;
	char txt_name[300], txt_value[128];
	char key_id[17];
	uint8_t public_key[32], signature[64];
	char statement[1024]; /* what was signed: lines of `name: value`, UTF-8; ends with the document's SHA-256 */
	uint8_t notice_case[PORTAL_ID_BYTES];
	int64_t notice_at; /* day of the notice, UTC seconds; 0: the code is not ours */
	struct portal_log_entry log[CEIL_PORTAL_LOG_ROWS];
	size_t log_count;
};

/* Bodies of frames, and back. Decoding takes any bytes: false when they are no such message. Texts are checked for
 * length and NULs; all else is the reader's to check. */
void portal_question_encode(const struct portal_question *question, struct st_buf *out);
bool portal_question_decode(uint32_t type, struct st_span body, struct portal_question *out);
void portal_answer_encode(const struct portal_answer *answer, struct st_buf *out);
bool portal_answer_decode(uint32_t type, struct st_span body, struct portal_answer *out);

/* --- the portal's side (portal/client.c) --- */

/* Connects to the keyholder's socket. */
enum st_status portal_client_open(const char *socket_path, int *out, struct st_error *err);
/* Asks and waits for the answer, at most timeout_ms. ST_RETRY: the keyholder is gone or silent; close and connect anew
 * (asking again is safe but for CODE, which may have been used). Wipes nothing: the caller wipes both structs. */
enum st_status portal_client_ask(int socket, const struct portal_question *question, struct portal_answer *answer,
	int timeout_ms, struct st_error *err);

#endif
