/* Results: blocks of sorted rows under a generation number, which the last small transaction makes the current one.
 * Large results are committed bit by bit under a number that no reader asks for yet. */
#include "casefile/database.h"

#include "base/ceilings.h"

#include <stdio.h>
#include <stdlib.h>

#define PARTIAL_COMMIT_BYTES (32 * MIB) /* uncommitted blocks the log may hold */

/* The seal says which way a block is written: none passes for the other. */
static struct seal_place block_place(uint64_t generation, enum casefile_rows rows, uint64_t number, bool packed)
{
	return (struct seal_place){
		packed ? "blocks.packed" : "blocks.bytes", generation, (uint64_t)rows << 56 | number};
}

/* Records are digests: nothing makes them smaller. */
static bool pack_rows(struct casefile *casefile, enum casefile_rows rows, struct st_span block)
{
	return rows != CASEFILE_RECORDS && pack_block(&casefile->pack, block, &casefile->packed);
}

enum st_status db_remove_unfinished_results(struct casefile *casefile, struct st_error *err)
{
	return db_run(casefile,
		"DELETE FROM blocks WHERE generation > (SELECT coalesce(max(generation), 0) FROM results)", err);
}

static enum st_status last_generation(struct casefile *casefile, uint64_t *generation, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	bool row;
	ST_TRY(db_prepare(casefile, "SELECT coalesce(max(generation), 0) FROM results", &statement, err));
	ST_TRY(db_step(casefile, statement, &row, err));
	*generation = db_number(statement, 0);
	return ST_OK;
}

/* A case of an earlier format becomes one of ours with the first results that only we can read. */
static enum st_status raise_format(struct casefile *casefile, struct st_error *err)
{
	char sql[48];
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", DB_FORMAT);
	return db_run(casefile, sql, err);
}

static enum st_status begin_results(struct casefile *casefile, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	struct db_results *results = &casefile->results;
	bool row;
	*results = (struct db_results){0};
	ST_TRY(raise_format(casefile, err));
	ST_TRY(db_remove_unfinished_results(casefile, err));
	ST_TRY(last_generation(casefile, &results->generation, err));
	results->generation++;
	ST_TRY(db_prepare(casefile, "SELECT coalesce(max(id), 0) FROM runs", &statement, err));
	ST_TRY(db_step(casefile, statement, &row, err));
	results->last_run = (int64_t)db_number(statement, 0);
	return ST_OK;
}

enum st_status casefile_results_begin(struct casefile *casefile, struct st_error *err)
{
	ST_TRY(db_begin(casefile, DB_RESULTS, err));
	enum st_status status = begin_results(casefile, err);
	if (status != ST_OK)
		db_rollback(casefile);
	return status;
}

static enum st_status commit_some(struct casefile *casefile, struct st_error *err)
{
	casefile->results.pending_bytes = 0;
	ST_TRY(db_commit(casefile, err));
	return db_begin(casefile, DB_RESULTS, err);
}

enum st_status casefile_results_block(struct casefile *casefile, enum casefile_rows rows,
	const uint8_t first[ST_DIGEST_BYTES], struct st_span block, struct st_error *err)
{
	struct db_results *results = &casefile->results;
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_need(casefile, DB_RESULTS, err));
	ST_TRY(db_slot(casefile, DB_PUT_BLOCK,
		"INSERT INTO blocks (generation, kind, number, first, bytes) VALUES (?1, ?2, ?3, ?4, ?5)", &statement,
		err));
	uint64_t number = results->numbers[rows]++;
	db_bind_number(statement, 1, results->generation);
	db_bind_number(statement, 2, rows);
	db_bind_number(statement, 3, number);
	db_bind_bytes(statement, 4, first, ST_DIGEST_BYTES);
	bool packed = pack_rows(casefile, rows, block);
	struct st_span written = packed ? (struct st_span){casefile->packed.data, casefile->packed.size} : block;
	db_bind_sealed(casefile, statement, 5, block_place(results->generation, rows, number, packed), written);
	ST_TRY(db_done(casefile, statement, err));
	results->pending_bytes += block.size;
	return results->pending_bytes < PARTIAL_COMMIT_BYTES ? ST_OK : commit_some(casefile, err);
}

static enum st_status put_figures(
	struct casefile *casefile, const struct casefile_figures *figures, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	st_auto_buf struct st_buf bytes = {0};
	uint64_t generation = casefile->results.generation;
	db_encode_figures(figures, &bytes);
	ST_TRY(db_prepare(casefile, "INSERT INTO results VALUES (?1, ?2, ?3)", &statement, err));
	db_bind_number(statement, 1, generation);
	sqlite3_bind_int64(statement, 2, figures->made_at);
	db_bind_sealed(casefile, statement, 3, (struct seal_place){"results.figures", generation, 0},
		(struct st_span){bytes.data, bytes.size});
	return db_done(casefile, statement, err);
}

static enum st_status forget_earlier(struct casefile *casefile, struct st_error *err)
{
	static const char *const removals[] = {"DELETE FROM blocks WHERE generation < ?1",
		"DELETE FROM results WHERE generation < ?1", "DELETE FROM runs WHERE id <= ?2"};
	for (size_t i = 0; i < sizeof removals / sizeof removals[0]; i++) {
		db_auto_statement sqlite3_stmt *statement = NULL;
		ST_TRY(db_prepare(casefile, removals[i], &statement, err));
		int index = i < 2 ? 1 : 2;
		sqlite3_bind_int64(statement, index,
			i < 2 ? (sqlite3_int64)casefile->results.generation : casefile->results.last_run);
		ST_TRY(db_done(casefile, statement, err));
	}
	return ST_OK;
}

enum st_status casefile_results_end(
	struct casefile *casefile, const struct casefile_figures *figures, struct st_error *err)
{
	ST_TRY(db_need(casefile, DB_RESULTS, err));
	enum st_status status = put_figures(casefile, figures, err);
	if (status == ST_OK)
		status = forget_earlier(casefile, err);
	if (status == ST_OK)
		return db_commit(casefile, err);
	casefile_results_drop(casefile);
	return status;
}

void casefile_results_drop(struct casefile *casefile)
{
	if (casefile->open != DB_RESULTS)
		return;
	db_rollback(casefile);
	db_remove_unfinished_results(casefile, NULL);
}

enum st_status casefile_figures(
	struct casefile *casefile, struct casefile_figures *out, bool *found, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	st_auto_buf struct st_buf bytes = {0};
	*out = (struct casefile_figures){0};
	ST_TRY(db_prepare(
		casefile, "SELECT generation, figures FROM results ORDER BY generation DESC LIMIT 1", &statement, err));
	ST_TRY(db_step(casefile, statement, found, err));
	if (!*found)
		return ST_OK;
	struct seal_place place = {"results.figures", db_number(statement, 0), 0};
	ST_TRY(db_sealed(casefile, statement, 1, place, &bytes, err));
	if (db_decode_figures((struct st_span){bytes.data, bytes.size}, out))
		return ST_OK;
	casefile_figures_free(out);
	return db_damaged(casefile, err);
}

/* --- reading blocks --- */

struct casefile_blocks {
	struct casefile *casefile;
	enum casefile_rows rows;
	uint64_t generation, next, end;
	struct st_buf bytes;
};

static enum st_status find_start(struct casefile *casefile, struct casefile_blocks *blocks,
	const uint8_t from[ST_DIGEST_BYTES], struct st_error *err)
{
	db_auto_statement sqlite3_stmt *end = NULL, *start = NULL;
	bool row;
	ST_TRY(db_prepare(casefile, "SELECT count(*) FROM blocks WHERE generation = ?1 AND kind = ?2", &end, err));
	db_bind_number(end, 1, blocks->generation);
	db_bind_number(end, 2, blocks->rows);
	ST_TRY(db_step(casefile, end, &row, err));
	blocks->end = db_number(end, 0);
	if (from == NULL)
		return ST_OK;
	/* the last block that begins before the digest: one that begins with it may have a part of its row before it */
	ST_TRY(db_prepare(casefile,
		"SELECT number FROM blocks WHERE generation = ?1 AND kind = ?2 AND first < ?3"
		" ORDER BY first DESC, number DESC LIMIT 1",
		&start, err));
	db_bind_number(start, 1, blocks->generation);
	db_bind_number(start, 2, blocks->rows);
	db_bind_bytes(start, 3, from, ST_DIGEST_BYTES);
	ST_TRY(db_step(casefile, start, &row, err));
	blocks->next = row ? db_number(start, 0) : 0;
	return ST_OK;
}

enum st_status casefile_blocks_open(struct casefile *casefile, enum casefile_rows rows,
	const uint8_t from[ST_DIGEST_BYTES], struct casefile_blocks **out, struct st_error *err)
{
	struct casefile_blocks *blocks = st_alloc_zero(1, sizeof *blocks);
	blocks->casefile = casefile;
	blocks->rows = rows;
	enum st_status status = last_generation(casefile, &blocks->generation, err);
	if (status == ST_OK)
		status = find_start(casefile, blocks, from, err);
	if (status != ST_OK) {
		casefile_blocks_close(blocks);
		blocks = NULL;
	}
	*out = blocks;
	return status;
}

enum st_status casefile_results_blocks(
	struct casefile *casefile, enum casefile_rows rows, struct casefile_blocks **out, struct st_error *err)
{
	*out = NULL;
	ST_TRY(db_need(casefile, DB_RESULTS, err));
	struct casefile_blocks *blocks = st_alloc_zero(1, sizeof *blocks);
	blocks->casefile = casefile;
	blocks->rows = rows;
	blocks->generation = casefile->results.generation;
	blocks->end = casefile->results.numbers[rows];
	*out = blocks;
	return ST_OK;
}

/* A seal is checked before anything is opened, so that to ask for the other way costs little. */
static bool open_block(struct casefile_blocks *blocks, struct st_span sealed)
{
	struct casefile *casefile = blocks->casefile;
	const struct seal_keys *keys = &casefile->keys;
	uint64_t generation = blocks->generation, number = blocks->next;
	bool may_be_packed = blocks->rows != CASEFILE_RECORDS;
	if (may_be_packed &&
		seal_open(keys, block_place(generation, blocks->rows, number, true), sealed, &casefile->packed))
		return pack_open(&casefile->pack, (struct st_span){casefile->packed.data, casefile->packed.size},
			&blocks->bytes);
	return seal_open(keys, block_place(generation, blocks->rows, number, false), sealed, &blocks->bytes);
}

enum st_status casefile_blocks_next(struct casefile_blocks *blocks, struct st_span *block, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	struct casefile *casefile = blocks->casefile;
	bool row;
	*block = (struct st_span){0};
	if (blocks->next == blocks->end)
		return ST_OK;
	ST_TRY(db_prepare(casefile, "SELECT bytes FROM blocks WHERE generation = ?1 AND kind = ?2 AND number = ?3",
		&statement, err));
	db_bind_number(statement, 1, blocks->generation);
	db_bind_number(statement, 2, blocks->rows);
	db_bind_number(statement, 3, blocks->next);
	ST_TRY(db_step(casefile, statement, &row, err));
	if (!row)
		return st_fail(err, ST_FATAL, "the results were replaced while they were read");
	if (!open_block(blocks, db_bytes(statement, 0)))
		return db_damaged(casefile, err);
	blocks->next++;
	*block = (struct st_span){blocks->bytes.data, blocks->bytes.size};
	return ST_OK;
}

void casefile_blocks_close(struct casefile_blocks *blocks)
{
	if (blocks == NULL)
		return;
	st_buf_free(&blocks->bytes);
	free(blocks);
}
