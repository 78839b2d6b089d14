/* Listings and objects. A path is found again by its keyed digest, so that the listing of a million objects needs no
 * path opened. */
#include "casefile/database.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define OBJECT_COLUMNS                                                                                       \
	"id, store, path, size_bytes, mtime_ns, device, inode, change_ns, status, reason, detail, segment, " \
	"duplicate_of, "                                                                                     \
	"stored_bytes, expanded_bytes, records, parts, not_searched_bytes, attempts, sha256"
/* objects.sha256: the keyed digest, then the content's SHA-256, sealed. */
#define DIGESTS_BYTES (ST_DIGEST_BYTES + SEAL_OVERHEAD_BYTES + ST_SHA256_BYTES)

static struct seal_place path_place(uint32_t object)
{
	return (struct seal_place){"objects.path", object, 0};
}

static struct seal_place content_place(uint32_t object)
{
	return (struct seal_place){"objects.sha256", object, 0};
}

static void path_digest(struct casefile *casefile, uint32_t store, struct st_span path, uint8_t out[ST_DIGEST_BYTES])
{
	struct st_buf *both = &casefile->sealed;
	both->size = 0;
	st_buf_add_u32(both, store);
	st_buf_add(both, path.data, path.size);
	st_digest(casefile->keys.path, both->data, both->size, out);
}

enum st_status casefile_listing_begin(struct casefile *casefile, uint32_t store, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *known = NULL;
	struct db_listing *listing = &casefile->listing;
	uint64_t last = 0;
	bool row = false;
	ST_TRY(db_begin(casefile, DB_LISTING, err));
	enum st_status status = db_counter(casefile, "object", &last, err);
	if (status == ST_OK)
		status = db_prepare(casefile, "SELECT 1 FROM objects WHERE store = ?1 LIMIT 1", &known, err);
	if (status == ST_OK) {
		db_bind_number(known, 1, store);
		status = db_step(casefile, known, &row, err);
		sqlite3_reset(known);
	}
	if (status != ST_OK) {
		db_rollback(casefile);
		return status;
	}
	listing->store = store;
	listing->first = !row;
	listing->next_object = (uint32_t)last + 1;
	listing->dropped.count = 0;
	listing->seen.size = 0;
	return ST_OK;
}

static void mark_seen(struct db_listing *listing, uint32_t object)
{
	size_t byte = object / 8;
	if (byte >= listing->seen.size) {
		size_t more = byte + 1 - listing->seen.size;
		st_buf_reserve(&listing->seen, more);
		memset(listing->seen.data + listing->seen.size, 0, more);
		listing->seen.size += more;
	}
	listing->seen.data[byte] |= (uint8_t)(1u << (object % 8));
}

static bool was_seen(const struct db_listing *listing, uint32_t object)
{
	size_t byte = object / 8;
	return byte < listing->seen.size && (listing->seen.data[byte] >> (object % 8) & 1) != 0;
}

static void bind_listed(sqlite3_stmt *statement, const struct casefile_object *object)
{
	db_bind_number(statement, 2, object->size_bytes);
	sqlite3_bind_int64(statement, 3, object->mtime_ns);
	db_bind_number(statement, 4, object->device);
	db_bind_number(statement, 5, object->inode);
	db_bind_number(statement, 6, object->change_ns);
	db_bind_number(statement, 7, object->status);
	db_bind_number(statement, 8, object->reason);
	db_bind_text(statement, 9, object->detail);
}

static enum st_status insert_object(struct casefile *casefile, const struct casefile_object *object,
	const uint8_t digest[ST_DIGEST_BYTES], struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	struct db_listing *listing = &casefile->listing;
	if (listing->next_object >= CEIL_OBJECTS)
		return st_fail(err, ST_WRONG, "a case holds at most %u objects", CEIL_OBJECTS);
	uint32_t id = listing->next_object++;
	ST_TRY(db_slot(casefile, DB_INSERT_OBJECT,
		"INSERT INTO objects (id, size_bytes, mtime_ns, device, inode, change_ns, status, reason, detail, "
		"store,"
		" path_digest, path) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		&statement, err));
	db_bind_number(statement, 1, id);
	bind_listed(statement, object);
	db_bind_number(statement, 10, listing->store);
	db_bind_bytes(statement, 11, digest, ST_DIGEST_BYTES);
	db_bind_sealed(casefile, statement, 12, path_place(id), object->path);
	int code = sqlite3_step(statement);
	sqlite3_reset(statement);
	if ((code & 0xff) == SQLITE_CONSTRAINT)
		return st_fail(err, ST_WRONG, "the listing names one object twice");
	mark_seen(listing, id);
	return code == SQLITE_DONE ? ST_OK : db_fail(casefile, code, err);
}

static void drop_segment(struct db_listing *listing, uint32_t segment)
{
	if (segment != 0)
		db_add_segment(&listing->dropped, segment);
}

#define FORGET_READING                                                                                 \
	"segment = 0, duplicate_of = 0, stored_bytes = 0, expanded_bytes = 0, records = 0, parts = 0," \
	" not_searched_bytes = 0, attempts = 0, sha256 = NULL"

/* The second condition lets SQLite use the partial index. What was not read because the same bytes were read there has
 * to be read itself now. */
static enum st_status release_duplicates(struct casefile *casefile, uint32_t object, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_slot(casefile, DB_RELEASE_COPIES,
		"UPDATE objects SET status = 0, reason = 0, detail = '', " FORGET_READING
		" WHERE duplicate_of = ?1 AND duplicate_of <> 0 AND id <> ?1",
		&statement, err));
	db_bind_number(statement, 1, object);
	return db_done(casefile, statement, err);
}

static enum st_status reset_object(
	struct casefile *casefile, uint32_t id, const struct casefile_object *object, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_slot(casefile, DB_RESET_OBJECT,
		"UPDATE objects SET size_bytes = ?2, mtime_ns = ?3, device = ?4, inode = ?5, change_ns = ?6, status = "
		"?7,"
		" reason = ?8, detail = ?9, " FORGET_READING " WHERE id = ?1",
		&statement, err));
	db_bind_number(statement, 1, id);
	bind_listed(statement, object);
	ST_TRY(db_done(casefile, statement, err));
	return release_duplicates(casefile, id, err);
}

static bool unchanged(sqlite3_stmt *found, const struct casefile_object *object)
{
	return db_number(found, 2) == object->size_bytes && (int64_t)db_number(found, 3) == object->mtime_ns &&
	       db_number(found, 4) == object->device && db_number(found, 5) == object->inode &&
	       db_number(found, 6) == object->change_ns;
}

enum st_status casefile_listing_add(
	struct casefile *casefile, const struct casefile_object *object, struct st_error *err)
{
	struct db_listing *listing = &casefile->listing;
	sqlite3_stmt *found = NULL;
	uint8_t digest[ST_DIGEST_BYTES];
	ST_TRY(db_need(casefile, DB_LISTING, err));
	path_digest(casefile, listing->store, object->path, digest);
	if (listing->first)
		return insert_object(casefile, object, digest, err);
	ST_TRY(db_slot(casefile, DB_FIND_OBJECT,
		"SELECT id, segment, size_bytes, mtime_ns, device, inode, change_ns FROM objects WHERE path_digest = "
		"?1",
		&found, err));
	bool row;
	db_bind_bytes(found, 1, digest, sizeof digest);
	ST_TRY(db_step(casefile, found, &row, err));
	uint32_t id = row ? (uint32_t)db_number(found, 0) : 0;
	uint32_t segment = row ? (uint32_t)db_number(found, 1) : 0;
	bool same = row && unchanged(found, object);
	sqlite3_reset(found);
	if (id == 0)
		return insert_object(casefile, object, digest, err);
	if (was_seen(listing, id))
		return st_fail(err, ST_WRONG, "the listing names one object twice");
	mark_seen(listing, id);
	if (same)
		return ST_OK;
	drop_segment(listing, segment);
	return reset_object(casefile, id, object, err);
}

/* Removes what the listing no longer names. */
static enum st_status remove_vanished(struct casefile *casefile, struct st_error *err)
{
	struct db_listing *listing = &casefile->listing;
	db_auto_statement sqlite3_stmt *all = NULL, *removal = NULL;
	ST_TRY(db_prepare(casefile, "SELECT id, segment FROM objects WHERE store = ?1", &all, err));
	ST_TRY(db_prepare(casefile, "DELETE FROM objects WHERE id = ?1", &removal, err));
	st_auto_buf struct st_buf vanished = {0};
	db_bind_number(all, 1, listing->store);
	for (;;) {
		bool row;
		ST_TRY(db_step(casefile, all, &row, err));
		if (!row)
			break;
		uint32_t id = (uint32_t)db_number(all, 0);
		if (was_seen(listing, id))
			continue;
		drop_segment(listing, (uint32_t)db_number(all, 1));
		st_buf_add_u32(&vanished, id);
	}
	if (vanished.size == 0)
		return ST_OK;
	struct st_cursor in = {vanished.data, vanished.data + vanished.size, false};
	while (in.at < in.end) {
		uint32_t id = st_cursor_u32(&in);
		db_bind_number(removal, 1, id);
		ST_TRY(db_done(casefile, removal, err));
		ST_TRY(release_duplicates(casefile, id, err));
	}
	return ST_OK;
}

enum st_status casefile_listing_end(struct casefile *casefile, struct st_error *err)
{
	struct db_listing *listing = &casefile->listing;
	ST_TRY(db_need(casefile, DB_LISTING, err));
	enum st_status status = listing->first ? ST_OK : remove_vanished(casefile, err);
	if (status == ST_OK)
		status = db_remove_parts(casefile, &listing->dropped, err);
	if (status == ST_OK)
		status = db_set_counter(casefile, "object", listing->next_object - 1, err);
	if (status == ST_OK)
		return db_commit(casefile, err);
	db_rollback(casefile);
	return status;
}

void casefile_listing_drop(struct casefile *casefile)
{
	if (casefile->open == DB_LISTING)
		db_rollback(casefile);
}

static enum st_status open_content(
	struct casefile *casefile, struct st_span digests, struct casefile_object *out, struct st_error *err)
{
	st_auto_buf struct st_buf plain = {0};
	struct st_span sealed = {digests.data + ST_DIGEST_BYTES, digests.size - ST_DIGEST_BYTES};
	if (!seal_open(&casefile->keys, content_place(out->id), sealed, &plain) || plain.size != ST_SHA256_BYTES)
		return db_damaged(casefile, err);
	memcpy(out->content_sha256, plain.data, ST_SHA256_BYTES);
	out->has_content_sha256 = true;
	return ST_OK;
}

static enum st_status load_object(struct casefile *casefile, sqlite3_stmt *row, struct casefile_object *out,
	struct st_buf *path, struct st_error *err)
{
	struct st_span sha256 = db_bytes(row, 19);
	*out = (struct casefile_object){
		.id = (uint32_t)db_number(row, 0),
		.store = (uint32_t)db_number(row, 1),
		.size_bytes = db_number(row, 3),
		.mtime_ns = (int64_t)db_number(row, 4),
		.device = db_number(row, 5),
		.inode = db_number(row, 6),
		.change_ns = db_number(row, 7),
		.status = (enum st_read_status)db_number(row, 8),
		.reason = (enum st_reason)db_number(row, 9),
		.segment = (uint32_t)db_number(row, 11),
		.duplicate_of = (uint32_t)db_number(row, 12),
		.stored_bytes = db_number(row, 13),
		.expanded_bytes = db_number(row, 14),
		.records = db_number(row, 15),
		.parts = db_number(row, 16),
		.not_searched_bytes = db_number(row, 17),
		.attempts = (uint8_t)db_number(row, 18),
		.has_sha256 = sha256.size == ST_DIGEST_BYTES || sha256.size == DIGESTS_BYTES,
	};
	if ((unsigned)out->status >= ST_READ_STATUSES || (unsigned)out->reason >= ST_REASONS)
		return db_damaged(casefile, err);
	db_text(row, 10, out->detail, sizeof out->detail);
	if (out->has_sha256)
		memcpy(out->sha256_keyed, sha256.data, ST_DIGEST_BYTES);
	if (sha256.size == DIGESTS_BYTES)
		ST_TRY(open_content(casefile, sha256, out, err));
	ST_TRY(db_sealed(casefile, row, 2, path_place(out->id), path, err));
	out->path = (struct st_span){path->data, path->size};
	return ST_OK;
}

typedef enum st_status each_object(void *context, const struct casefile_object *object, struct st_error *err);
typedef enum st_status load_row(struct casefile *casefile, sqlite3_stmt *row, struct casefile_object *out,
	struct st_buf *path, struct st_error *err);

/* Every row of a statement that is bound. */
static enum st_status tell_rows(struct casefile *casefile, sqlite3_stmt *statement, load_row *load, each_object *each,
	void *context, struct st_error *err)
{
	st_auto_buf struct st_buf path = {0};
	for (;;) {
		struct casefile_object object;
		bool row;
		ST_TRY(db_step(casefile, statement, &row, err));
		if (!row)
			return ST_OK;
		ST_TRY(load(casefile, statement, &object, &path, err));
		enum st_status status = each(context, &object, err);
		if (status != ST_OK)
			return status == ST_STOP ? ST_OK : status;
	}
}

enum st_status casefile_objects(
	struct casefile *casefile, int64_t store, each_object *each, void *context, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile, "SELECT " OBJECT_COLUMNS " FROM objects WHERE ?1 < 0 OR store = ?1 ORDER BY id",
		&statement, err));
	sqlite3_bind_int64(statement, 1, store);
	return tell_rows(casefile, statement, load_object, each, context, err);
}

static enum st_status load_outline(struct casefile *casefile, sqlite3_stmt *row, struct casefile_object *out,
	struct st_buf *path, struct st_error *err)
{
	(void)path;
	struct st_span sha256 = db_bytes(row, 8);
	*out = (struct casefile_object){
		.id = (uint32_t)db_number(row, 0),
		.store = (uint32_t)db_number(row, 1),
		.size_bytes = db_number(row, 2),
		.status = (enum st_read_status)db_number(row, 3),
		.reason = (enum st_reason)db_number(row, 4),
		.segment = (uint32_t)db_number(row, 5),
		.duplicate_of = (uint32_t)db_number(row, 6),
		.records = db_number(row, 7),
		.has_sha256 = sha256.size == ST_DIGEST_BYTES || sha256.size == DIGESTS_BYTES,
	};
	if (out->has_sha256)
		memcpy(out->sha256_keyed, sha256.data, ST_DIGEST_BYTES);
	bool known = (unsigned)out->status < ST_READ_STATUSES && (unsigned)out->reason < ST_REASONS;
	return known ? ST_OK : db_damaged(casefile, err);
}

enum st_status casefile_outlines(struct casefile *casefile, each_object *each, void *context, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile,
		"SELECT id, store, size_bytes, status, reason, segment, duplicate_of, records, sha256"
		" FROM objects ORDER BY id",
		&statement, err));
	return tell_rows(casefile, statement, load_outline, each, context, err);
}

enum st_status casefile_waiting(struct casefile *casefile, uint32_t store, uint32_t after, size_t most,
	each_object *each, void *context, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_slot(casefile, DB_WAITING,
		"SELECT " OBJECT_COLUMNS
		" FROM objects WHERE id > ?1 AND store = ?2 AND status = ?3 ORDER BY id LIMIT ?4",
		&statement, err));
	db_bind_number(statement, 1, after);
	db_bind_number(statement, 2, store);
	db_bind_number(statement, 3, ST_PENDING);
	db_bind_number(statement, 4, most);
	enum st_status status = tell_rows(casefile, statement, load_object, each, context, err);
	sqlite3_reset(statement);
	return status;
}

enum st_status casefile_object(
	struct casefile *casefile, uint32_t id, struct casefile_object *out, struct st_buf *path, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	bool row = false;
	ST_TRY(db_slot(
		casefile, DB_GET_OBJECT, "SELECT " OBJECT_COLUMNS " FROM objects WHERE id = ?1", &statement, err));
	db_bind_number(statement, 1, id);
	enum st_status status = db_step(casefile, statement, &row, err);
	if (row)
		status = load_object(casefile, statement, out, path, err);
	else if (status == ST_OK)
		status = st_fail(err, ST_SKIP, "the case has no object #%u", id);
	sqlite3_reset(statement); /* what it holds of the file others may need */
	return status;
}

/* Borrowed by the statement until it has run. */
static void bind_digests(
	struct casefile *casefile, sqlite3_stmt *statement, const struct casefile_object *object, struct st_buf *both)
{
	st_auto_buf struct st_buf sealed = {0};
	if (!object->has_sha256) {
		sqlite3_bind_null(statement, 13);
		return;
	}
	st_buf_add(both, object->sha256_keyed, ST_DIGEST_BYTES);
	if (object->has_content_sha256) {
		seal_value(&casefile->keys, content_place(object->id),
			(struct st_span){object->content_sha256, ST_SHA256_BYTES}, &sealed);
		st_buf_add(both, sealed.data, sealed.size);
	}
	db_bind_bytes(statement, 13, both->data, both->size);
}

enum st_status casefile_put_object(
	struct casefile *casefile, const struct casefile_object *object, struct st_error *err)
{
	sqlite3_stmt *statement = NULL;
	ST_TRY(db_need(casefile, DB_COMMIT, err));
	ST_TRY(db_slot(casefile, DB_PUT_OBJECT,
		"UPDATE objects SET status = ?2, reason = ?3, detail = ?4, segment = ?5, duplicate_of = ?6, "
		"stored_bytes = ?7,"
		" expanded_bytes = ?8, records = ?9, parts = ?10, not_searched_bytes = ?11, attempts = ?12, sha256 = "
		"?13"
		" WHERE id = ?1",
		&statement, err));
	db_bind_number(statement, 1, object->id);
	db_bind_number(statement, 2, object->status);
	db_bind_number(statement, 3, object->reason);
	db_bind_text(statement, 4, object->detail);
	db_bind_number(statement, 5, object->segment);
	db_bind_number(statement, 6, object->duplicate_of);
	db_bind_number(statement, 7, object->stored_bytes);
	db_bind_number(statement, 8, object->expanded_bytes);
	db_bind_number(statement, 9, object->records);
	db_bind_number(statement, 10, object->parts);
	db_bind_number(statement, 11, object->not_searched_bytes);
	db_bind_number(statement, 12, object->attempts);
	st_auto_buf struct st_buf digests = {0};
	bind_digests(casefile, statement, object, &digests);
	if (object->segment >= casefile->next_segment)
		casefile->next_segment = (uint64_t)object->segment + 1;
	return db_done(casefile, statement, err);
}
