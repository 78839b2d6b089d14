/* The stores of a case: one row for each SOURCE. */
#include "casefile/database.h"

#include <stdlib.h>

enum st_status casefile_store_add(
	struct casefile *casefile, const char *name, const char *kind, uint32_t *id, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *next = NULL, *statement = NULL;
	bool row;
	ST_TRY(db_prepare(casefile, "SELECT coalesce(max(id) + 1, 0) FROM stores", &next, err));
	ST_TRY(db_step(casefile, next, &row, err));
	*id = (uint32_t)db_number(next, 0);
	sqlite3_reset(next);
	ST_TRY(db_prepare(casefile, "INSERT INTO stores (id, name, kind) VALUES (?1, ?2, ?3)", &statement, err));
	db_bind_number(statement, 1, *id);
	db_bind_sealed(casefile, statement, 2, (struct seal_place){"stores.name", *id, 0},
		(struct st_span){(const uint8_t *)name, strlen(name)});
	db_bind_text(statement, 3, kind);
	return db_done(casefile, statement, err);
}

static enum st_status load_store(
	struct casefile *casefile, sqlite3_stmt *statement, struct casefile_store *store, struct st_error *err)
{
	st_auto_buf struct st_buf value = {0};
	store->id = (uint32_t)db_number(statement, 0);
	ST_TRY(db_sealed(casefile, statement, 1, (struct seal_place){"stores.name", store->id, 0}, &value, err));
	store->name = st_strndup((const char *)value.data, value.size);
	db_text(statement, 2, store->kind, sizeof store->kind);
	store->started_at = (int64_t)db_number(statement, 4);
	store->finished_at = (int64_t)db_number(statement, 5);
	if (sqlite3_column_type(statement, 3) == SQLITE_NULL)
		return ST_OK;
	ST_TRY(db_sealed(casefile, statement, 3, (struct seal_place){"stores.manifest", store->id, 0}, &value, err));
	if (value.size != ST_SHA256_BYTES)
		return db_damaged(casefile, err);
	memcpy(store->manifest_sha256, value.data, ST_SHA256_BYTES);
	return ST_OK;
}

enum st_status casefile_stores(
	struct casefile *casefile, struct casefile_store **out, size_t *count, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	struct casefile_store *stores = NULL;
	size_t loaded = 0;
	*out = NULL;
	*count = 0;
	ST_TRY(db_prepare(casefile, "SELECT id, name, kind, manifest, started_at, finished_at FROM stores ORDER BY id",
		&statement, err));
	for (;;) {
		bool row;
		enum st_status status = db_step(casefile, statement, &row, err);
		if (status == ST_OK && row) {
			stores = st_realloc(stores, (loaded + 1) * sizeof *stores);
			stores[loaded] = (struct casefile_store){0};
			status = load_store(casefile, statement, &stores[loaded++], err);
		}
		if (status != ST_OK) {
			casefile_stores_free(stores, loaded);
			return status;
		}
		if (!row)
			break;
	}
	*out = stores;
	*count = loaded;
	return ST_OK;
}

void casefile_stores_free(struct casefile_store *stores, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(stores[i].name);
	free(stores);
}

enum st_status casefile_store_manifest(struct casefile *casefile, uint32_t store,
	const uint8_t manifest_sha256[ST_SHA256_BYTES], int64_t started_at, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile, "UPDATE stores SET manifest = ?2, started_at = ?3, finished_at = 0 WHERE id = ?1",
		&statement, err));
	db_bind_number(statement, 1, store);
	db_bind_sealed(casefile, statement, 2, (struct seal_place){"stores.manifest", store, 0},
		(struct st_span){manifest_sha256, ST_SHA256_BYTES});
	sqlite3_bind_int64(statement, 3, started_at);
	return db_done(casefile, statement, err);
}

enum st_status casefile_store_finished(
	struct casefile *casefile, uint32_t store, int64_t finished_at, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile, "UPDATE stores SET finished_at = ?2 WHERE id = ?1", &statement, err));
	db_bind_number(statement, 1, store);
	sqlite3_bind_int64(statement, 2, finished_at);
	return db_done(casefile, statement, err);
}
