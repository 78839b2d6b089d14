/* Settings, events, and the work folder with its throw-away key. */
#include "casefile/database.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORK_KEY "work_key" /* name of the setting that holds it */

/* A setting has no row number: its name is bound instead. */
static struct seal_place setting_place(const char *name)
{
	uint8_t digest[16];
	crypto_generichash(digest, sizeof digest, (const uint8_t *)name, strlen(name), NULL, 0);
	struct st_cursor in = {digest, digest + sizeof digest, false};
	uint64_t row = st_cursor_u64(&in);
	return (struct seal_place){"settings.value", row, st_cursor_u64(&in)};
}

enum st_status casefile_set(struct casefile *casefile, const char *name, struct st_span value, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(db_prepare(casefile, "INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
		&statement, err));
	db_bind_text(statement, 1, name);
	db_bind_sealed(casefile, statement, 2, setting_place(name), value);
	return db_done(casefile, statement, err);
}

enum st_status casefile_get(struct casefile *casefile, const char *name, struct st_buf *out, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	bool row;
	out->size = 0;
	ST_TRY(db_prepare(casefile, "SELECT value FROM settings WHERE name = ?1", &statement, err));
	db_bind_text(statement, 1, name);
	ST_TRY(db_step(casefile, statement, &row, err));
	return row ? db_sealed(casefile, statement, 0, setting_place(name), out, err) : ST_OK;
}

enum st_status casefile_event(struct casefile *casefile, const char *what, const char *detail, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *last = NULL, *statement = NULL;
	bool row;
	ST_TRY(db_prepare(casefile, "SELECT coalesce(max(id), 0) + 1 FROM events", &last, err));
	ST_TRY(db_step(casefile, last, &row, err));
	uint64_t id = db_number(last, 0);
	sqlite3_reset(last);
	ST_TRY(db_prepare(casefile, "INSERT INTO events VALUES (?1, ?2, ?3, ?4)", &statement, err));
	db_bind_number(statement, 1, id);
	sqlite3_bind_int64(statement, 2, st_utc_seconds());
	db_bind_text(statement, 3, what);
	db_bind_sealed(casefile, statement, 4, (struct seal_place){"events.detail", id, 0},
		(struct st_span){(const uint8_t *)detail, strlen(detail)});
	return db_done(casefile, statement, err);
}

enum st_status casefile_events(struct casefile *casefile,
	enum st_status (*each)(void *context, int64_t at, const char *what, const char *detail, struct st_error *err),
	void *context, struct st_error *err)
{
	db_auto_statement sqlite3_stmt *statement = NULL;
	st_auto_buf struct st_buf detail = {0};
	ST_TRY(db_prepare(casefile, "SELECT id, at, what, detail FROM events ORDER BY id", &statement, err));
	for (;;) {
		bool row;
		char what[64];
		ST_TRY(db_step(casefile, statement, &row, err));
		if (!row)
			return ST_OK;
		db_text(statement, 2, what, sizeof what);
		struct seal_place place = {"events.detail", db_number(statement, 0), 0};
		ST_TRY(db_sealed(casefile, statement, 3, place, &detail, err));
		st_buf_add_byte(&detail, 0);
		enum st_status status = each(context, (int64_t)db_number(statement, 1), what, (char *)detail.data, err);
		if (status != ST_OK)
			return status == ST_STOP ? ST_OK : status;
	}
}

enum st_status casefile_work_key(struct casefile *casefile, uint8_t out[32], struct st_error *err)
{
	st_auto_buf struct st_buf kept = {0};
	ST_TRY(casefile_get(casefile, WORK_KEY, &kept, err));
	if (kept.size == 0) {
		randombytes_buf(out, 32);
		return casefile_set(casefile, WORK_KEY, (struct st_span){out, 32}, err);
	}
	if (kept.size != 32)
		return db_damaged(casefile, err);
	memcpy(out, kept.data, 32);
	sodium_memzero(kept.data, kept.size);
	return ST_OK;
}

/* The log still holds the page with the key until it is emptied. */
enum st_status casefile_drop_work_key(struct casefile *casefile, struct st_error *err)
{
	ST_TRY(db_run(casefile, "DELETE FROM settings WHERE name = '" WORK_KEY "'", err));
	if (casefile->open == DB_IDLE)
		sqlite3_wal_checkpoint_v2(casefile->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return ST_OK;
}

static char *work_path(const struct casefile *casefile)
{
	return st_format("%s.work", casefile->path);
}

int casefile_work_dir(struct casefile *casefile, struct st_error *err)
{
	st_auto_free char *path = work_path(casefile);
	struct stat info;
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		st_fail_errno(err, ST_FATAL, "cannot make %s", path);
		return -1;
	}
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		st_fail_errno(err, ST_FATAL, "cannot open %s", path);
		return -1;
	}
	if (fstat(fd, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 077) == 0)
		return fd;
	close(fd);
	st_fail(err, ST_FATAL, "%s must belong to you alone (chmod 700)", path);
	return -1;
}

static bool empty_dir(int fd)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own >= 0 ? fdopendir(own) : NULL;
	if (dir == NULL) {
		if (own >= 0)
			close(own);
		return false;
	}
	bool removed = true;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			removed = unlinkat(fd, entry->d_name, 0) == 0 && removed;
	}
	closedir(dir);
	return removed;
}

enum st_status casefile_remove_work_dir(struct casefile *casefile, struct st_error *err)
{
	st_auto_free char *path = work_path(casefile);
	st_auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ST_OK : st_fail_errno(err, ST_FATAL, "cannot open %s", path);
	if (!empty_dir(fd) || rmdir(path) != 0)
		return st_fail_errno(err, ST_FATAL, "cannot remove %s", path);
	return ST_OK;
}
