/* The schema, in one place, and the bytes of an empty case. They are made in memory and written to disk as a whole, so
 * that a new case never shows a journal and is there or not. */
#include "casefile/database.h"

#include <stdio.h>

const char db_key_check[] = "staunch: this key opens this case";

/* Sealed columns: settings.value, events.detail, stores.name, stores.manifest, objects.path, objects.sha256
 * (behind a keyed digest), part_pages.bytes, blocks.bytes (packed or not, pack.h), results.figures. Digests are keyed.
 * All else is numbers, states and words of the program's own. */
static const char schema[] =
	"CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), case_id BLOB NOT NULL, key_id TEXT NOT NULL,"
	"  key_check BLOB NOT NULL) STRICT;"
	"CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL, detail BLOB NOT NULL) "
	"STRICT;"
	"CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events stay'); END;"
	"CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events stay'); END;"
	"CREATE TABLE stores (id INTEGER PRIMARY KEY, name BLOB NOT NULL, kind TEXT NOT NULL, manifest BLOB,"
	"  started_at INTEGER NOT NULL DEFAULT 0, finished_at INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE TABLE objects (id INTEGER PRIMARY KEY, store INTEGER NOT NULL, path_digest BLOB NOT NULL,"
	"  path BLOB NOT NULL, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, device INTEGER NOT NULL,"
	"  inode INTEGER NOT NULL, change_ns INTEGER NOT NULL, status INTEGER NOT NULL, reason INTEGER NOT NULL,"
	"  detail TEXT NOT NULL, segment INTEGER NOT NULL DEFAULT 0, duplicate_of INTEGER NOT NULL DEFAULT 0,"
	"  stored_bytes INTEGER NOT NULL DEFAULT 0, expanded_bytes INTEGER NOT NULL DEFAULT 0,"
	"  records INTEGER NOT NULL DEFAULT 0, parts INTEGER NOT NULL DEFAULT 0,"
	"  not_searched_bytes INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, sha256 BLOB) STRICT;"
	"CREATE UNIQUE INDEX objects_by_path ON objects (path_digest);"
	"CREATE INDEX objects_by_original ON objects (duplicate_of) WHERE duplicate_of <> 0;"
	"CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, content INTEGER NOT NULL,"
	"  rows INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;"
	"CREATE TABLE part_pages (id INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL,"
	"  bytes BLOB NOT NULL) STRICT;"
	"CREATE INDEX part_pages_by_segment ON part_pages (high, low);"
	"CREATE TABLE blocks (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, kind INTEGER NOT NULL,"
	"  number INTEGER NOT NULL, first BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX blocks_by_number ON blocks (generation, kind, number);"
	"CREATE INDEX blocks_by_first ON blocks (generation, kind, first);"
	"CREATE TABLE results (generation INTEGER PRIMARY KEY, made_at INTEGER NOT NULL, figures BLOB NOT NULL) "
	"STRICT;";

static int run_schema(sqlite3 *db)
{
	char pragmas[160];
	snprintf(pragmas, sizeof pragmas,
		"PRAGMA page_size = %d; PRAGMA application_id = %d; PRAGMA user_version = %d;", DB_PAGE_BYTES,
		DB_APPLICATION_ID, DB_FORMAT);
	int code = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
	return code == SQLITE_OK ? sqlite3_exec(db, schema, NULL, NULL, NULL) : code;
}

static int add_identity(sqlite3 *db, const uint8_t *case_id, const char *key_id, const struct seal_keys *keys)
{
	st_auto_buf struct st_buf check = {0};
	struct st_span text = {(const uint8_t *)db_key_check, strlen(db_key_check)};
	seal_value(keys, (struct seal_place){"identity.key_check", 1, 0}, text, &check);
	db_auto_statement sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, "INSERT INTO identity VALUES (1, ?1, ?2, ?3)", -1, &statement, NULL);
	if (code != SQLITE_OK)
		return code;
	db_bind_bytes(statement, 1, case_id, SEAL_CASE_ID_BYTES);
	db_bind_text(statement, 2, key_id);
	db_bind_bytes(statement, 3, check.data, check.size);
	code = sqlite3_step(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

enum st_status db_make_image(const uint8_t case_id[SEAL_CASE_ID_BYTES], const char *key_id,
	const struct seal_keys *keys, uint8_t **image, size_t *size, struct st_error *err)
{
	sqlite3 *db = NULL;
	sqlite3_int64 bytes = 0;
	*image = NULL;
	int code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (code == SQLITE_OK)
		code = run_schema(db);
	if (code == SQLITE_OK)
		code = add_identity(db, case_id, key_id, keys);
	if (code == SQLITE_OK)
		*image = sqlite3_serialize(db, "main", &bytes, 0);
	sqlite3_close(db);
	if (*image == NULL || bytes < DB_PAGE_BYTES)
		return st_fail(err, ST_FATAL, "cannot make an empty case: %s", sqlite3_errstr(code));
	(*image)[18] = (*image)[19] = 2; /* write and read version: WAL (sqlite.org/fileformat2.html, 1.3.3) */
	*size = (size_t)bytes;
	return ST_OK;
}
