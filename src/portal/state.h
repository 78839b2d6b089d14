/*
 * What the keyholder remembers, in one SQLite file (0600): everything in it is a keyed digest, sealed, or a number. Who
 * has the file alone reads nothing; who also has the key reads no identity of a pending proof or a session, because
 * those are sealed under the secret in the browser's cookie, of which only a digest is here. Private to src/portal.
 *
 * Each question is one transaction. What it writes is on the disk before it is answered, so that neither the end of the
 * process nor a power cut forgets a try, a code that was used, a limit, a line of the log or a wish; but when a session
 * was last used may be lost.
 */
#ifndef STAUNCH_PORTAL_STATE_H
#define STAUNCH_PORTAL_STATE_H

#include "portal/protocol.h"

#define STATE_TAG_BYTES 16

struct state;
/* Made if it is not there. ST_WRONG: another file, another key's, readable by others. */
enum st_status state_open(const char *path, const uint8_t key[32], struct state **out, struct st_error *err);
void state_close(struct state *state);
bool state_begin(struct state *state);
bool state_commit(struct state *state); /* false: nothing may be answered; on disk when it returns true */
void state_rollback(struct state *state);
/* What is over is removed; called now and then. */
void state_prune(struct state *state, int64_t now);

/* Keyed digest of an identity, an address or a client: what limits, log and erasures know it by. */
void state_tag(const struct state *state, const char *what, struct st_span text, uint8_t out[STATE_TAG_BYTES]);

/* A proof that is asked for. */
struct pending {
	struct portal_identity identity;
	uint8_t salt[16], hash[32]; /* of the code; domains: none */
	uint8_t token[32];          /* domains: what the TXT record holds, sealed like the identity */
	uint32_t tries_left;
	int64_t expires_at;
};
bool pending_put(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], const struct pending *pending);
bool pending_get(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], struct pending *out);
bool pending_tries(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], uint32_t tries_left);
void pending_drop(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES]);
uint64_t pending_count(struct state *state);

struct session {
	struct portal_identity identity;
	uint8_t token[32]; /* domains: the record that proved it, to be looked up again */
	int64_t token_expires_at, registered_at, started_at, used_at, logged_at, opened_hour;
	uint8_t logged[STATE_TAG_BYTES]; /* which cases were written into the log at logged_at */
	uint32_t signatures;             /* made in this session */
};
bool session_put(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], const struct session *session);
/* Writes used_at alone, and not through to the disk: a power cut ends the session sooner. */
bool session_touch(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], int64_t used_at);
bool session_get(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], struct session *out);
void session_drop(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES]);

/* Takes one of `most` in the window that `now` falls into, and not sooner than gap_s after the last; false: none left.
 */
bool limit_take(struct state *state, const uint8_t tag[STATE_TAG_BYTES], int64_t now, int64_t gap_s, int64_t window_s,
	uint32_t most);

bool log_put(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const struct portal_log_entry *entry);
/* The latest first; returns how many. */
size_t log_list(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const uint8_t other[STATE_TAG_BYTES],
	struct portal_log_entry *out, size_t most);

bool erased_put(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const uint8_t case_id[PORTAL_ID_BYTES]);
bool erased_is(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const uint8_t case_id[PORTAL_ID_BYTES]);

/* Wishes wait for a person, sealed with the keyholder's key. */
struct wish {
	uint64_t number;
	int64_t at;
	uint8_t case_id[PORTAL_ID_BYTES];
	enum portal_wish wish;
	char identity[PORTAL_IDENTITY_TEXT];
	char text[CEIL_PORTAL_WISH_BYTES + 1];
};
bool wish_put(struct state *state, const struct wish *wish);
/* All of them, in order; false: one does not open. */
bool wish_list(struct state *state, void (*each)(void *context, const struct wish *wish), void *context);

/* Domains registered after the exposure that a person let through. */
bool allowed_put(struct state *state, const uint8_t tag[STATE_TAG_BYTES]);
bool allowed_is(struct state *state, const uint8_t tag[STATE_TAG_BYTES]);

#endif
