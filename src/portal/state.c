#include "portal/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x53744b68 /* "StKh" */
#define FORMAT 1
#define KEEP_LIMITS_S (2 * 86400)

enum slot {
	PENDING_PUT,
	PENDING_GET,
	PENDING_TRIES,
	PENDING_DROP,
	PENDING_COUNT,
	PENDING_PRUNE,
	SESSION_PUT,
	SESSION_TOUCH,
	SESSION_GET,
	SESSION_DROP,
	SESSION_PRUNE,
	LIMIT_GET,
	LIMIT_PUT,
	LIMIT_PRUNE,
	LOG_PUT,
	LOG_LIST,
	ERASED_PUT,
	ERASED_IS,
	WISH_PUT,
	WISH_LIST,
	ALLOWED_PUT,
	ALLOWED_IS,
	BEGIN,
	COMMIT,
	ROLLBACK,
	SLOTS
};

static const char *const texts[SLOTS] = {
	[PENDING_PUT] = "INSERT INTO pending VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[PENDING_GET] = "SELECT sealed, salt, hash, tries, expires FROM pending WHERE id = ?1",
	[PENDING_TRIES] = "UPDATE pending SET tries = ?2 WHERE id = ?1",
	[PENDING_DROP] = "DELETE FROM pending WHERE id = ?1",
	[PENDING_COUNT] = "SELECT count(*) FROM pending",
	[PENDING_PRUNE] = "DELETE FROM pending WHERE expires < ?1",
	[SESSION_PUT] =
		"INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO UPDATE SET"
		" used = ?5, logged_at = ?6, logged = ?7, hour = ?8, signatures = ?9",
	[SESSION_TOUCH] = "UPDATE sessions SET used = ?2 WHERE id = ?1",
	[SESSION_GET] = "SELECT sealed, registered, started, used, logged_at, logged, hour, signatures, token_expires"
			" FROM sessions WHERE id = ?1",
	[SESSION_DROP] = "DELETE FROM sessions WHERE id = ?1",
	[SESSION_PRUNE] = "DELETE FROM sessions WHERE started < ?1",
	[LIMIT_GET] = "SELECT window, used, last FROM limits WHERE tag = ?1",
	[LIMIT_PUT] = "INSERT INTO limits VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET window = ?2, used = ?3, "
		      "last = ?4",
	[LIMIT_PRUNE] = "DELETE FROM limits WHERE last < ?1",
	[LOG_PUT] = "INSERT INTO log (tag, case_id, at, what, who) VALUES (?1, ?2, ?3, ?4, ?5)",
	[LOG_LIST] = "SELECT case_id, at, what, who FROM log WHERE tag IN (?1, ?2) ORDER BY id DESC LIMIT ?3",
	[ERASED_PUT] = "INSERT OR IGNORE INTO erased VALUES (?1, ?2)",
	[ERASED_IS] = "SELECT 1 FROM erased WHERE tag = ?1 AND case_id = ?2",
	[WISH_PUT] = "INSERT INTO wishes (at, sealed) VALUES (?1, ?2)",
	[WISH_LIST] = "SELECT id, at, sealed FROM wishes ORDER BY id",
	[ALLOWED_PUT] = "INSERT OR IGNORE INTO allowed VALUES (?1)",
	[ALLOWED_IS] = "SELECT 1 FROM allowed WHERE tag = ?1",
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
};

static const char schema[] =
	"CREATE TABLE identity (key_check BLOB NOT NULL) STRICT;"
	"CREATE TABLE pending (id BLOB PRIMARY KEY, sealed BLOB NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL,"
	"  tries INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE sessions (id BLOB PRIMARY KEY, sealed BLOB NOT NULL, registered INTEGER NOT NULL,"
	"  started INTEGER NOT NULL, used INTEGER NOT NULL, logged_at INTEGER NOT NULL, logged BLOB NOT NULL,"
	"  hour INTEGER NOT NULL, signatures INTEGER NOT NULL, token_expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE limits (tag BLOB PRIMARY KEY, window INTEGER NOT NULL, used INTEGER NOT NULL,"
	"  last INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE log (id INTEGER PRIMARY KEY, tag BLOB NOT NULL, case_id BLOB NOT NULL, at INTEGER NOT NULL,"
	"  what INTEGER NOT NULL, who INTEGER NOT NULL) STRICT;"
	"CREATE INDEX log_by_tag ON log (tag);"
	"CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log stays'); END;"
	"CREATE TRIGGER log_stays_as_it_is BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log stays'); END;"
	"CREATE TABLE erased (tag BLOB NOT NULL, case_id BLOB NOT NULL, PRIMARY KEY (tag, case_id)) STRICT, WITHOUT "
	"ROWID;"
	"CREATE TABLE wishes (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;"
	"CREATE TABLE allowed (tag BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;";

struct state {
	sqlite3 *db;
	uint8_t key[32]; /* of the state, derived from the seal key */
	sqlite3_stmt *statements[SLOTS];
	bool owed; /* this transaction holds what has to outlive a power cut */
};

/* --- statements --- */

static sqlite3_stmt *slot(struct state *state, enum slot which)
{
	sqlite3_stmt **statement = &state->statements[which];
	if (*statement == NULL)
		(void)sqlite3_prepare_v3(state->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return *statement;
}

static void bind(sqlite3_stmt *statement, int index, const void *data, size_t size)
{
	if (statement != NULL)
		sqlite3_bind_blob64(statement, index, data, size, SQLITE_TRANSIENT);
}

static void bind_number(sqlite3_stmt *statement, int index, int64_t number)
{
	if (statement != NULL)
		sqlite3_bind_int64(statement, index, number);
}

/* Steps; SQLITE_ROW leaves the statement at its row, to be ended by done(). */
static int step(sqlite3_stmt *statement)
{
	return statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;
}

static void done(sqlite3_stmt *statement)
{
	if (statement != NULL) {
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
	}
}

static bool run(sqlite3_stmt *statement)
{
	int code = step(statement);
	done(statement);
	return code == SQLITE_DONE;
}

/* Runs what must not be forgotten, whatever happens to the machine: tries, limits, sessions, the log, wishes. */
static bool keep(struct state *state, sqlite3_stmt *statement)
{
	state->owed = true;
	return run(statement);
}

/* A column of exactly this size; false when it has another. */
static bool take(sqlite3_stmt *statement, int column, void *out, size_t size)
{
	const void *data = sqlite3_column_blob(statement, column);
	if (data == NULL || (size_t)sqlite3_column_bytes(statement, column) != size)
		return false;
	memcpy(out, data, size);
	return true;
}

bool state_begin(struct state *state)
{
	return run(slot(state, BEGIN));
}

/* Brings the write-ahead log to the disk, as `synchronous = FULL` would after every commit: when a session was last
 * used is written often, and may be lost (sqlite.org/pragma.html#pragma_synchronous,
 * c3ref/c_fcntl_begin_atomic_write.html, SQLITE_FCNTL_JOURNAL_POINTER). */
static bool sync_log(struct state *state)
{
	sqlite3_file *log = NULL;
	int code = sqlite3_file_control(state->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	return code == SQLITE_OK && log != NULL && log->pMethods != NULL &&
	       log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

bool state_commit(struct state *state)
{
	if (!run(slot(state, COMMIT))) {
		state_rollback(state);
		return false;
	}
	bool kept = !state->owed || sync_log(state);
	state->owed = false;
	return kept;
}

void state_rollback(struct state *state)
{
	(void)run(slot(state, ROLLBACK));
	state->owed = false;
}

static void prune(struct state *state, enum slot which, int64_t before)
{
	sqlite3_stmt *statement = slot(state, which);
	bind_number(statement, 1, before);
	(void)run(statement);
}

void state_prune(struct state *state, int64_t now)
{
	prune(state, PENDING_PRUNE, now);
	prune(state, SESSION_PRUNE, now - 3600);
	prune(state, LIMIT_PRUNE, now - KEEP_LIMITS_S);
}

/* --- names of rows, and what is sealed in them --- */

static void keyed(const struct state *state, const char *what, struct st_span text, uint8_t out[32])
{
	portal_derive(state->key, what, text, out);
}

void state_tag(const struct state *state, const char *what, struct st_span text, uint8_t out[STATE_TAG_BYTES])
{
	uint8_t whole[32];
	keyed(state, what, text, whole);
	memcpy(out, whole, STATE_TAG_BYTES);
}

static void bind_id(struct state *state, sqlite3_stmt *statement, const char *what, const uint8_t *secret)
{
	uint8_t id[32];
	keyed(state, what, (struct st_span){secret, PORTAL_SECRET_BYTES}, id);
	bind(statement, 1, id, sizeof id);
}

/* Who it is, and what proves it, of one size whatever it is. */
#define HIDDEN_BYTES (1 + PORTAL_IDENTITY_TEXT + 256 + 32)
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

static void hidden_key(const struct state *state, const char *what, const uint8_t *secret, uint8_t key[32])
{
	uint8_t named[32];
	keyed(state, what, (struct st_span){secret, PORTAL_SECRET_BYTES}, named);
	portal_derive(named, "what is hidden in it", (struct st_span){secret, PORTAL_SECRET_BYTES}, key);
	sodium_memzero(named, sizeof named);
}

/* One key seals one text: each secret is used once. */
static void hide(const struct state *state, const char *what, const uint8_t *secret,
	const struct portal_identity *identity, const uint8_t token[32], uint8_t out[HIDDEN_BYTES + TAG_BYTES])
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	uint8_t plain[HIDDEN_BYTES] = {(uint8_t)identity->kind}, key[32];
	memcpy(plain + 1, identity->text, strlen(identity->text));
	memcpy(plain + 1 + PORTAL_IDENTITY_TEXT, identity->domain, strlen(identity->domain));
	memcpy(plain + HIDDEN_BYTES - 32, token, 32);
	hidden_key(state, what, secret, key);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain, sizeof plain, NULL, 0, NULL, nonce, key);
	sodium_memzero(plain, sizeof plain);
	sodium_memzero(key, sizeof key);
}

static bool show(const struct state *state, const char *what, const uint8_t *secret, sqlite3_stmt *statement,
	struct portal_identity *identity, uint8_t token[32])
{
	static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
	uint8_t sealed[HIDDEN_BYTES + TAG_BYTES], plain[HIDDEN_BYTES], key[32];
	hidden_key(state, what, secret, key);
	bool opened = take(statement, 0, sealed, sizeof sealed) &&
		      crypto_aead_xchacha20poly1305_ietf_decrypt(
			      plain, NULL, NULL, sealed, sizeof sealed, NULL, 0, nonce, key) == 0;
	if (opened) {
		identity->kind = (enum portal_identity_kind)plain[0];
		memcpy(identity->text, plain + 1, PORTAL_IDENTITY_TEXT - 1);
		memcpy(identity->domain, plain + 1 + PORTAL_IDENTITY_TEXT, sizeof identity->domain - 1);
		memcpy(token, plain + HIDDEN_BYTES - 32, 32);
	}
	sodium_memzero(plain, sizeof plain);
	sodium_memzero(key, sizeof key);
	return opened;
}

/* --- proofs that are asked for --- */

#define PENDING "pending"
#define SESSION "session"

bool pending_put(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], const struct pending *pending)
{
	sqlite3_stmt *statement = slot(state, PENDING_PUT);
	uint8_t hidden[HIDDEN_BYTES + TAG_BYTES];
	hide(state, PENDING, secret, &pending->identity, pending->token, hidden);
	bind_id(state, statement, PENDING, secret);
	bind(statement, 2, hidden, sizeof hidden);
	bind(statement, 3, pending->salt, sizeof pending->salt);
	bind(statement, 4, pending->hash, sizeof pending->hash);
	bind_number(statement, 5, pending->tries_left);
	bind_number(statement, 6, pending->expires_at);
	return keep(state, statement);
}

bool pending_get(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], struct pending *out)
{
	sqlite3_stmt *statement = slot(state, PENDING_GET);
	memset(out, 0, sizeof *out);
	bind_id(state, statement, PENDING, secret);
	bool found = step(statement) == SQLITE_ROW &&
		     show(state, PENDING, secret, statement, &out->identity, out->token) &&
		     take(statement, 1, out->salt, sizeof out->salt) && take(statement, 2, out->hash, sizeof out->hash);
	if (found) {
		out->tries_left = (uint32_t)sqlite3_column_int64(statement, 3);
		out->expires_at = sqlite3_column_int64(statement, 4);
	}
	done(statement);
	return found;
}

bool pending_tries(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], uint32_t tries_left)
{
	sqlite3_stmt *statement = slot(state, PENDING_TRIES);
	bind_id(state, statement, PENDING, secret);
	bind_number(statement, 2, tries_left);
	return keep(state, statement);
}

void pending_drop(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES])
{
	sqlite3_stmt *statement = slot(state, PENDING_DROP);
	bind_id(state, statement, PENDING, secret);
	(void)keep(state, statement);
}

uint64_t pending_count(struct state *state)
{
	sqlite3_stmt *statement = slot(state, PENDING_COUNT);
	uint64_t count = step(statement) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 0) : UINT64_MAX;
	done(statement);
	return count;
}

/* --- sessions --- */

bool session_put(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], const struct session *session)
{
	sqlite3_stmt *statement = slot(state, SESSION_PUT);
	uint8_t hidden[HIDDEN_BYTES + TAG_BYTES];
	hide(state, SESSION, secret, &session->identity, session->token, hidden);
	bind_id(state, statement, SESSION, secret);
	bind(statement, 2, hidden, sizeof hidden);
	bind_number(statement, 3, session->registered_at);
	bind_number(statement, 4, session->started_at);
	bind_number(statement, 5, session->used_at);
	bind_number(statement, 6, session->logged_at);
	bind(statement, 7, session->logged, sizeof session->logged);
	bind_number(statement, 8, session->opened_hour);
	bind_number(statement, 9, session->signatures);
	bind_number(statement, 10, session->token_expires_at);
	return keep(state, statement);
}

bool session_touch(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], int64_t used_at)
{
	sqlite3_stmt *statement = slot(state, SESSION_TOUCH);
	bind_id(state, statement, SESSION, secret);
	bind_number(statement, 2, used_at);
	return run(statement);
}

bool session_get(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES], struct session *out)
{
	sqlite3_stmt *statement = slot(state, SESSION_GET);
	memset(out, 0, sizeof *out);
	bind_id(state, statement, SESSION, secret);
	bool found = step(statement) == SQLITE_ROW &&
		     show(state, SESSION, secret, statement, &out->identity, out->token) &&
		     take(statement, 5, out->logged, sizeof out->logged);
	if (found) {
		out->registered_at = sqlite3_column_int64(statement, 1);
		out->started_at = sqlite3_column_int64(statement, 2);
		out->used_at = sqlite3_column_int64(statement, 3);
		out->logged_at = sqlite3_column_int64(statement, 4);
		out->opened_hour = sqlite3_column_int64(statement, 6);
		out->signatures = (uint32_t)sqlite3_column_int64(statement, 7);
		out->token_expires_at = sqlite3_column_int64(statement, 8);
	}
	done(statement);
	return found;
}

void session_drop(struct state *state, const uint8_t secret[PORTAL_SECRET_BYTES])
{
	sqlite3_stmt *statement = slot(state, SESSION_DROP);
	bind_id(state, statement, SESSION, secret);
	(void)keep(state, statement);
}

/* --- limits --- */

bool limit_take(struct state *state, const uint8_t tag[STATE_TAG_BYTES], int64_t now, int64_t gap_s, int64_t window_s,
	uint32_t most)
{
	sqlite3_stmt *statement = slot(state, LIMIT_GET);
	int64_t window = now / window_s, used = 0, last = INT64_MIN / 2;
	bind(statement, 1, tag, STATE_TAG_BYTES);
	if (step(statement) == SQLITE_ROW) {
		used = sqlite3_column_int64(statement, 0) == window ? sqlite3_column_int64(statement, 1) : 0;
		last = sqlite3_column_int64(statement, 2);
	}
	done(statement);
	/* a clock that was set back must not lock anybody out for ever */
	if (used >= most || (now >= last && now - last < gap_s))
		return false;
	statement = slot(state, LIMIT_PUT);
	bind(statement, 1, tag, STATE_TAG_BYTES);
	bind_number(statement, 2, window);
	bind_number(statement, 3, used + 1);
	bind_number(statement, 4, now);
	return keep(state, statement);
}

/* --- the log of openings --- */

bool log_put(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const struct portal_log_entry *entry)
{
	sqlite3_stmt *statement = slot(state, LOG_PUT);
	bind(statement, 1, tag, STATE_TAG_BYTES);
	bind(statement, 2, entry->case_id, sizeof entry->case_id);
	bind_number(statement, 3, entry->at);
	bind_number(statement, 4, entry->what);
	bind_number(statement, 5, entry->who);
	return keep(state, statement);
}

size_t log_list(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const uint8_t other[STATE_TAG_BYTES],
	struct portal_log_entry *out, size_t most)
{
	sqlite3_stmt *statement = slot(state, LOG_LIST);
	size_t count = 0;
	bind(statement, 1, tag, STATE_TAG_BYTES);
	bind(statement, 2, other, STATE_TAG_BYTES);
	bind_number(statement, 3, (int64_t)most);
	while (count < most && step(statement) == SQLITE_ROW) {
		if (!take(statement, 0, out[count].case_id, sizeof out[count].case_id))
			continue;
		out[count].at = sqlite3_column_int64(statement, 1);
		out[count].what = (uint8_t)sqlite3_column_int64(statement, 2);
		out[count++].who = (uint8_t)sqlite3_column_int64(statement, 3);
	}
	done(statement);
	return count;
}

/* --- what was erased, wished, allowed --- */

static bool put_tag(struct state *state, enum slot which, const uint8_t *tag, const uint8_t *case_id)
{
	sqlite3_stmt *statement = slot(state, which);
	bind(statement, 1, tag, STATE_TAG_BYTES);
	if (case_id != NULL)
		bind(statement, 2, case_id, PORTAL_ID_BYTES);
	return keep(state, statement);
}

/* SQLITE_DONE alone means that it is not there. */
static bool has_tag(struct state *state, enum slot which, const uint8_t *tag, const uint8_t *case_id)
{
	sqlite3_stmt *statement = slot(state, which);
	bind(statement, 1, tag, STATE_TAG_BYTES);
	if (case_id != NULL)
		bind(statement, 2, case_id, PORTAL_ID_BYTES);
	int code = step(statement);
	done(statement);
	return which == ERASED_IS ? code != SQLITE_DONE : code == SQLITE_ROW;
}

bool erased_put(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const uint8_t case_id[PORTAL_ID_BYTES])
{
	return put_tag(state, ERASED_PUT, tag, case_id);
}

bool erased_is(struct state *state, const uint8_t tag[STATE_TAG_BYTES], const uint8_t case_id[PORTAL_ID_BYTES])
{
	return has_tag(state, ERASED_IS, tag, case_id);
}

bool allowed_put(struct state *state, const uint8_t tag[STATE_TAG_BYTES])
{
	return put_tag(state, ALLOWED_PUT, tag, NULL);
}

bool allowed_is(struct state *state, const uint8_t tag[STATE_TAG_BYTES])
{
	return has_tag(state, ALLOWED_IS, tag, NULL);
}

struct wish_plain {
	uint8_t case_id[PORTAL_ID_BYTES], wish;
	char identity[PORTAL_IDENTITY_TEXT], text[CEIL_PORTAL_WISH_BYTES + 1];
};
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

static void wish_key(const struct state *state, uint8_t key[32])
{
	keyed(state, "wishes", (struct st_span){0}, key);
}

bool wish_put(struct state *state, const struct wish *wish)
{
	struct wish_plain plain;
	uint8_t sealed[NONCE_BYTES + sizeof plain + TAG_BYTES], key[32];
	memset(&plain, 0, sizeof plain);
	memcpy(plain.case_id, wish->case_id, sizeof plain.case_id);
	plain.wish = (uint8_t)wish->wish;
	memcpy(plain.identity, wish->identity, strlen(wish->identity));
	memcpy(plain.text, wish->text, strlen(wish->text));
	wish_key(state, key);
	randombytes_buf(sealed, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		sealed + NONCE_BYTES, NULL, (const uint8_t *)&plain, sizeof plain, NULL, 0, NULL, sealed, key);
	sqlite3_stmt *statement = slot(state, WISH_PUT);
	bind_number(statement, 1, wish->at);
	bind(statement, 2, sealed, sizeof sealed);
	sodium_memzero(&plain, sizeof plain);
	sodium_memzero(key, sizeof key);
	return keep(state, statement);
}

static bool open_wish(const struct state *state, sqlite3_stmt *statement, struct wish *out)
{
	struct wish_plain plain;
	uint8_t sealed[NONCE_BYTES + sizeof plain + TAG_BYTES], key[32];
	wish_key(state, key);
	bool opened = take(statement, 2, sealed, sizeof sealed) &&
		      crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)&plain, NULL, NULL, sealed + NONCE_BYTES,
			      sizeof sealed - NONCE_BYTES, NULL, 0, sealed, key) == 0;
	sodium_memzero(key, sizeof key);
	if (!opened)
		return false;
	*out = (struct wish){.number = (uint64_t)sqlite3_column_int64(statement, 0),
		.at = sqlite3_column_int64(statement, 1),
		.wish = (enum portal_wish)plain.wish};
	memcpy(out->case_id, plain.case_id, sizeof out->case_id);
	memcpy(out->identity, plain.identity, sizeof out->identity - 1);
	memcpy(out->text, plain.text, sizeof out->text - 1);
	sodium_memzero(&plain, sizeof plain);
	return true;
}

bool wish_list(struct state *state, void (*each)(void *context, const struct wish *wish), void *context)
{
	sqlite3_stmt *statement = slot(state, WISH_LIST);
	bool sound = true;
	int code;
	while (sound && (code = step(statement)) == SQLITE_ROW) {
		struct wish wish;
		sound = open_wish(state, statement, &wish);
		if (sound)
			each(context, &wish);
		sodium_memzero(&wish, sizeof wish);
	}
	done(statement);
	return sound;
}

/* --- the file --- */

static int64_t ask_number(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;
	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static bool make_schema(struct state *state, const uint8_t check[32])
{
	char pragmas[128];
	sqlite3_stmt *statement = NULL;
	snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
		FORMAT);
	bool made =
		sqlite3_exec(state->db, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_exec(state->db, schema, NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(state->db, "INSERT INTO identity VALUES (?1)", -1, &statement, NULL) == SQLITE_OK;
	bind(statement, 1, check, 32);
	made = made && run(statement);
	sqlite3_finalize(statement);
	return made;
}

static bool is_ours(struct state *state, const uint8_t check[32])
{
	sqlite3_stmt *statement = NULL;
	uint8_t kept[32];
	bool same =
		sqlite3_prepare_v2(state->db, "SELECT key_check FROM identity", -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW && take(statement, 0, kept, sizeof kept) &&
		sodium_memcmp(kept, check, sizeof kept) == 0;
	sqlite3_finalize(statement);
	return same;
}

static enum st_status prepare_file(struct state *state, const char *path, struct st_error *err)
{
	uint8_t check[32];
	keyed(state, "key check", (struct st_span){0}, check);
	if (sqlite3_exec(state->db,
		    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
		    "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; BEGIN IMMEDIATE",
		    NULL, NULL, NULL) != SQLITE_OK)
		return st_fail(err, ST_WRONG, "%s is no state of a keyholder, or it is in use", path);
	bool empty = ask_number(state->db, "SELECT count(*) FROM sqlite_schema") == 0;
	if (empty && !make_schema(state, check))
		return st_fail(err, ST_FATAL, "cannot write %s", path);
	if (!empty && (ask_number(state->db, "PRAGMA application_id") != APPLICATION_ID ||
			      ask_number(state->db, "PRAGMA user_version") != FORMAT))
		return st_fail(err, ST_WRONG, "%s is no state of a keyholder, or of a newer one", path);
	if (!is_ours(state, check))
		return st_fail(err, ST_WRONG, "%s belongs to another key", path);
	return state_commit(state) ? ST_OK : st_fail(err, ST_FATAL, "cannot write %s", path);
}

static enum st_status check_file(const char *path, struct st_error *err)
{
	struct stat info;
	st_auto_close int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &info) != 0)
		return st_fail_errno(err, ST_WRONG, "cannot open the state %s", path);
	if (!S_ISREG(info.st_mode) || (info.st_mode & 077) != 0)
		return st_fail(err, ST_WRONG, "others may read or write the state %s: chmod 600 it", path);
	return ST_OK;
}

enum st_status state_open(const char *path, const uint8_t key[32], struct state **out, struct st_error *err)
{
	*out = NULL;
	ST_TRY(check_file(path, err));
	struct state *state = st_alloc_zero(1, sizeof *state);
	portal_derive(key, "staunch portal state 1", (struct st_span){0}, state->key);
	st_auto_free char *name = path[0] == '/' ? st_strndup(path, strlen(path)) : st_format("./%s", path);
	int code = sqlite3_open_v2(name, &state->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	enum st_status status = ST_OK;
	if (code != SQLITE_OK)
		status = st_fail(err, ST_WRONG, "cannot open the state %s", path);
	if (status == ST_OK) {
		sqlite3_db_config(state->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(state->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_busy_timeout(state->db, 5000);
		status = prepare_file(state, path, err);
	}
	if (status == ST_OK)
		*out = state;
	else
		state_close(state);
	return status;
}

void state_close(struct state *state)
{
	if (state == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		sqlite3_finalize(state->statements[i]);
	sqlite3_close(state->db);
	sodium_memzero(state->key, sizeof state->key);
	free(state);
}
