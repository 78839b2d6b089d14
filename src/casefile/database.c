/* Statements, transactions and sealed columns over SQLite; every other file of the back end speaks through these. */
#include "casefile/database.h"

#include <stdio.h>

/* A quota or a file size limit reaches us as a failed write, without its errno. */
static bool disk_takes_no_more(int code)
{
	return (code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE ||
	       code == SQLITE_IOERR_FSYNC;
}

enum st_status db_fail(const struct casefile *casefile, int code, struct st_error *err)
{
	if (disk_takes_no_more(code))
		return st_fail(err, ST_FATAL, "the disk is full%s: the case keeps all that was committed",
			(code & 0xff) == SQLITE_FULL ? "" : ", over a quota or failing");
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return db_damaged(casefile, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return st_fail(err, ST_FATAL, "another staunch holds %s", casefile->path);
	case SQLITE_READONLY:
		return st_fail(err, ST_FATAL, "%s cannot be written here", casefile->path);
	default:
		return st_fail(err, ST_FATAL, "%s: %s (SQLite %d)", casefile->path, sqlite3_errstr(code), code);
	}
}

enum st_status db_damaged(const struct casefile *casefile, struct st_error *err)
{
	return st_fail(err, ST_FATAL, "the case %s is damaged", casefile->path);
}

enum st_status db_run(struct casefile *casefile, const char *sql, struct st_error *err)
{
	int code = sqlite3_exec(casefile->db, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? ST_OK : db_fail(casefile, code, err);
}

enum st_status db_prepare(struct casefile *casefile, const char *sql, sqlite3_stmt **out, struct st_error *err)
{
	int code = sqlite3_prepare_v2(casefile->db, sql, -1, out, NULL);
	return code == SQLITE_OK ? ST_OK : db_fail(casefile, code, err);
}

enum st_status db_slot(
	struct casefile *casefile, enum db_slot slot, const char *sql, sqlite3_stmt **out, struct st_error *err)
{
	sqlite3_stmt **kept = &casefile->statements[slot];
	if (*kept == NULL)
		ST_TRY(db_prepare(casefile, sql, kept, err));
	sqlite3_reset(*kept);
	*out = *kept;
	return ST_OK;
}

enum st_status db_step(struct casefile *casefile, sqlite3_stmt *statement, bool *row, struct st_error *err)
{
	int code = sqlite3_step(statement);
	*row = code == SQLITE_ROW;
	return code == SQLITE_ROW || code == SQLITE_DONE ? ST_OK : db_fail(casefile, code, err);
}

enum st_status db_done(struct casefile *casefile, sqlite3_stmt *statement, struct st_error *err)
{
	bool row;
	enum st_status status = db_step(casefile, statement, &row, err);
	sqlite3_reset(statement);
	return status;
}

void db_finalize_(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}

enum st_status db_begin(struct casefile *casefile, enum db_transaction what, struct st_error *err)
{
	if (!casefile->writing)
		return st_fail(err, ST_FATAL, "the case was opened for reading only");
	if (casefile->open != DB_IDLE)
		return st_fail(err, ST_FATAL, "one change of the case was begun inside another");
	ST_TRY(db_run(casefile, "BEGIN IMMEDIATE", err));
	casefile->open = what;
	return ST_OK;
}

enum st_status db_need(const struct casefile *casefile, enum db_transaction what, struct st_error *err)
{
	return casefile->open == what ? ST_OK : st_fail(err, ST_FATAL, "a change of the case outside its transaction");
}

enum st_status db_commit(struct casefile *casefile, struct st_error *err)
{
	enum st_status status = db_run(casefile, "COMMIT", err);
	if (status != ST_OK)
		db_rollback(casefile);
	casefile->open = DB_IDLE;
	return status;
}

void db_rollback(struct casefile *casefile)
{
	if (!sqlite3_get_autocommit(casefile->db))
		sqlite3_exec(casefile->db, "ROLLBACK", NULL, NULL, NULL);
	casefile->open = DB_IDLE;
}

void db_bind_number(sqlite3_stmt *statement, int index, uint64_t value)
{
	sqlite3_bind_int64(statement, index, (sqlite3_int64)value);
}

void db_bind_bytes(sqlite3_stmt *statement, int index, const void *data, size_t size)
{
	sqlite3_bind_blob64(statement, index, size > 0 ? data : "", size, SQLITE_STATIC);
}

void db_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void db_bind_sealed(
	struct casefile *casefile, sqlite3_stmt *statement, int index, struct seal_place place, struct st_span plain)
{
	seal_value(&casefile->keys, place, plain, &casefile->sealed);
	db_bind_bytes(statement, index, casefile->sealed.data, casefile->sealed.size);
}

uint64_t db_number(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

struct st_span db_bytes(sqlite3_stmt *statement, int column)
{
	const void *data = sqlite3_column_blob(statement, column);
	int size = sqlite3_column_bytes(statement, column);
	return (struct st_span){data, data != NULL && size > 0 ? (size_t)size : 0};
}

void db_text(sqlite3_stmt *statement, int column, char *out, size_t size)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
}

enum st_status db_sealed(struct casefile *casefile, sqlite3_stmt *statement, int column, struct seal_place place,
	struct st_buf *out, struct st_error *err)
{
	return seal_open(&casefile->keys, place, db_bytes(statement, column), out) ? ST_OK : db_damaged(casefile, err);
}

enum st_status db_counter(struct casefile *casefile, const char *name, uint64_t *out, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	bool row;
	ST_TRY(db_prepare(casefile, "SELECT value FROM counters WHERE name = ?1", &statement, err));
	db_bind_text(statement, 1, name);
	ST_TRY(db_step(casefile, statement, &row, err));
	*out = row ? db_number(statement, 0) : 0;
	return ST_OK;
}

enum st_status db_set_counter(struct casefile *casefile, const char *name, uint64_t value, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile, "INSERT INTO counters VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
		&statement, err));
	db_bind_text(statement, 1, name);
	db_bind_number(statement, 2, value);
	return db_done(casefile, statement, err);
}
