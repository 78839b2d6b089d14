/* Inside of the SQLite back end: the open database, its statements and sealed columns. Only src/casefile includes this.
 */
#ifndef STAUNCH_CASEFILE_DATABASE_H
#define STAUNCH_CASEFILE_DATABASE_H

#include "casefile/casefile.h"
#include "casefile/pack.h"
#include "casefile/seal.h"

#include <sqlite3.h>

#define DB_APPLICATION_ID 0x53744361 /* "StCa": tells a case from any other SQLite file */
#define DB_FORMAT 2                  /* user_version: larger ones are refused; 1 has no packed blocks */
#define DB_PAGE_BYTES 8192

/* Statements that run once for each row are prepared once. */
enum db_slot {
	DB_FIND_OBJECT,
	DB_INSERT_OBJECT,
	DB_RESET_OBJECT,
	DB_RELEASE_COPIES,
	DB_PUT_OBJECT,
	DB_GET_OBJECT,
	DB_WAITING,
	DB_PUT_RUN,
	DB_PUT_PAGE,
	DB_PUT_BLOCK,
	DB_SLOTS
};

enum db_transaction { DB_IDLE, DB_COMMIT, DB_LISTING, DB_RESULTS };

struct db_segments { /* a growing list of segment numbers */
	uint32_t *numbers;
	size_t count, capacity;
};

struct db_listing {
	uint32_t store;
	bool first; /* the store has no objects yet: nothing to look up */
	uint32_t next_object;
	struct st_buf seen; /* one bit for each object number met */
	struct db_segments dropped;
};

/* Parts of the open commit, sealed as one row when it ends or the page is full. */
struct db_page {
	struct st_buf bytes;
	uint32_t low, high; /* segments in it */
	bool filled;
};

struct db_results {
	uint64_t generation;
	int64_t last_run;                /* rowid of the last run that the merge has seen */
	uint64_t numbers[CASEFILE_ROWS]; /* next block of each kind of row */
	size_t pending_bytes;            /* put since the last partial commit */
};

struct casefile {
	sqlite3 *db;
	char *path;
	int lock_fd; /* -1 when reading; closed last: closing it earlier would drop SQLite's own locks on the file */
	bool created, writing;
	struct seal_keys keys;
	sqlite3_stmt *statements[DB_SLOTS];
	struct st_buf sealed; /* scratch of the binding of the moment */
	struct pack pack;
	struct st_buf packed; /* scratch: a block on its way in or out */
	enum db_transaction open;
	struct db_listing listing;
	struct db_page page;
	struct db_results results;
	uint64_t next_segment, next_run; /* as of the open commit */
};

/* --- database.c --- */
/* The status and one line for a failed SQLite call; texts never carry data. */
enum st_status db_fail(const struct casefile *casefile, int code, struct st_error *err);
enum st_status db_damaged(const struct casefile *casefile, struct st_error *err);
enum st_status db_run(struct casefile *casefile, const char *sql, struct st_error *err);
enum st_status db_prepare(struct casefile *casefile, const char *sql, sqlite3_stmt **out, struct st_error *err);
enum st_status db_slot(
	struct casefile *casefile, enum db_slot slot, const char *sql, sqlite3_stmt **out, struct st_error *err);
/* One step: *row says whether there is one. */
enum st_status db_step(struct casefile *casefile, sqlite3_stmt *statement, bool *row, struct st_error *err);
/* One step of a statement that gives no row; resets it. */
enum st_status db_done(struct casefile *casefile, sqlite3_stmt *statement, struct st_error *err);
void db_finalize_(sqlite3_stmt **statement);
#define db_auto_statement __attribute__((cleanup(db_finalize_)))

enum st_status db_begin(struct casefile *casefile, enum db_transaction what, struct st_error *err);
enum st_status db_need(const struct casefile *casefile, enum db_transaction what, struct st_error *err);
enum st_status db_commit(struct casefile *casefile, struct st_error *err); /* rolls back when it fails */
void db_rollback(struct casefile *casefile);

void db_bind_number(sqlite3_stmt *statement, int index, uint64_t value);
void db_bind_bytes(sqlite3_stmt *statement, int index, const void *data, size_t size); /* borrowed until the step */
void db_bind_text(sqlite3_stmt *statement, int index, const char *text);
/* Seals into casefile->sealed: one such binding at a time between steps. */
void db_bind_sealed(
	struct casefile *casefile, sqlite3_stmt *statement, int index, struct seal_place place, struct st_span plain);
uint64_t db_number(sqlite3_stmt *statement, int column);
struct st_span db_bytes(sqlite3_stmt *statement, int column);              /* borrowed until the next step */
void db_text(sqlite3_stmt *statement, int column, char *out, size_t size); /* cut to size, always NUL-ended */
enum st_status db_sealed(struct casefile *casefile, sqlite3_stmt *statement, int column, struct seal_place place,
	struct st_buf *out, struct st_error *err);

/* Named numbers that only grow. */
enum st_status db_counter(struct casefile *casefile, const char *name, uint64_t *out, struct st_error *err);
enum st_status db_set_counter(struct casefile *casefile, const char *name, uint64_t value, struct st_error *err);

/* --- create.c --- */
/* The bytes of an empty case: schema, ids, the sealed check of its key. Caller frees *image with sqlite3_free. */
enum st_status db_make_image(const uint8_t case_id[SEAL_CASE_ID_BYTES], const char *key_id,
	const struct seal_keys *keys, uint8_t **image, size_t *size, struct st_error *err);
extern const char db_key_check[]; /* the text sealed as proof that a key is the right one */

/* --- parts.c --- */
enum st_status db_flush_page(struct casefile *casefile, struct st_error *err);
void db_drop_page(struct casefile *casefile);
void db_add_segment(struct db_segments *segments, uint32_t number);
/* Rewrites the pages that hold parts of these segments without them. */
enum st_status db_remove_parts(struct casefile *casefile, struct db_segments *segments, struct st_error *err);

/* --- results.c --- */
/* Removes the blocks of results that never ended. */
enum st_status db_remove_unfinished_results(struct casefile *casefile, struct st_error *err);

/* --- figures.c --- */
void db_encode_figures(const struct casefile_figures *figures, struct st_buf *out);
bool db_decode_figures(struct st_span bytes, struct casefile_figures *out);

#endif
