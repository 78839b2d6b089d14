/* Opening, creating and closing a case: whose file it is, whose key, who else writes. */
#include "base/ceilings.h"
#include "casefile/database.h"
#include "casefile/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far beyond any byte of the file and away from SQLite's own locks at 1 GiB. */
#define LOCK_OFFSET ((off_t)1 << 62)
#define HEADER_BYTES 100
#define MESSAGE_BUSY "another staunch is writing this case"

/* Stands where the header will be while a new case is written: a creation that was killed is begun again. */
static const char unfinished[] = "staunch: this case was never finished\n";

enum found { FOUND_NOTHING, FOUND_CASE };

static uint32_t header_number(const uint8_t *header, size_t at)
{
	return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 | (uint32_t)header[at + 2] << 8 |
	       header[at + 3];
}

/* Reads the header before SQLite does: application id and format (sqlite.org/fileformat2.html, 1.3). */
static enum st_status examine(int fd, const char *path, enum found *found, struct st_error *err)
{
	struct stat info;
	uint8_t header[HEADER_BYTES] = {0};
	*found = FOUND_NOTHING;
	if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return st_fail(err, ST_WRONG, "%s is no file that could be a case", path);
	ssize_t size = st_pread_full(fd, header, sizeof header, 0);
	if (size < 0)
		return st_fail_errno(err, ST_FATAL, "cannot read %s", path);
	if (size == 0 || memcmp(header, unfinished, sizeof unfinished - 1) == 0)
		return ST_OK;
	if (size < HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0 ||
		header_number(header, 68) != DB_APPLICATION_ID)
		return st_fail(err, ST_WRONG, "%s is not a case: another program made it", path);
	uint32_t format = header_number(header, 60);
	if (format == 0 || format > DB_FORMAT)
		return st_fail(err, ST_WRONG, "%s was made by a newer staunch (case format %u, this one knows %d)",
			path, format, DB_FORMAT);
	*found = FOUND_CASE;
	return ST_OK;
}

static enum st_status lock_for_writing(int fd, const char *path, struct st_error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_OFFSET, .l_len = 1};
	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return ST_OK;
	if (errno == EAGAIN || errno == EACCES)
		return st_fail(err, ST_FATAL, MESSAGE_BUSY);
	return st_fail_errno(err, ST_FATAL, "cannot lock %s", path);
}

static enum st_status write_image(int fd, const char *path, const uint8_t *image, size_t size, struct st_error *err)
{
	uint8_t page[DB_PAGE_BYTES] = {0};
	memcpy(page, unfinished, sizeof unfinished - 1);
	bool written = ftruncate(fd, 0) == 0 && fchmod(fd, 0600) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
		       st_write_full(fd, page, sizeof page) == 0 &&
		       st_write_full(fd, image + sizeof page, size - sizeof page) == 0 && fsync(fd) == 0 &&
		       lseek(fd, 0, SEEK_SET) == 0 && st_write_full(fd, image, sizeof page) == 0 && fsync(fd) == 0;
	return written ? ST_OK : st_fail_errno(err, ST_FATAL, "cannot write %s", path);
}

/* The folder too must be on disk before the case counts as made. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	st_auto_free char *folder = slash == NULL ? st_strndup(".", 1) : st_strndup(path, (size_t)(slash - path) + 1);
	st_auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

static enum st_status key_for_new_case(const char *key_path, struct key_file *key, bool *made, struct st_error *err)
{
	struct stat info;
	*made = false;
	if (lstat(key_path, &info) == 0)
		return key_file_read(key_path, KEY_CASE, key, err);
	ST_TRY(key_file_create(key_path, KEY_CASE, key, err));
	*made = true;
	return ST_OK;
}

static enum st_status create(struct casefile *casefile, const char *key_path, struct st_error *err)
{
	struct key_file key;
	uint8_t case_id[SEAL_CASE_ID_BYTES];
	uint8_t *image = NULL;
	size_t size = 0;
	bool key_made;
	ST_TRY(key_for_new_case(key_path, &key, &key_made, err));
	randombytes_buf(case_id, sizeof case_id);
	seal_derive(key.key, case_id, &casefile->keys);
	sodium_memzero(key.key, sizeof key.key);
	enum st_status status = db_make_image(case_id, key.id, &casefile->keys, &image, &size, err);
	if (status == ST_OK)
		status = write_image(casefile->lock_fd, casefile->path, image, size, err);
	sqlite3_free(image);
	if (status != ST_OK && key_made)
		unlink(key_path); /* no value was ever sealed with it */
	if (status == ST_OK) {
		sync_folder(casefile->path);
		sync_folder(key_path);
	}
	casefile->created = status == ST_OK;
	return status;
}

/* SQLite takes some names for more than files. */
static char *plain_path(const char *path)
{
	return path[0] == '/' ? st_strndup(path, strlen(path)) : st_format("./%s", path);
}

static char *immutable_uri(const char *path)
{
	struct st_buf uri = {0};
	st_buf_add(&uri, "file:", 5);
	for (; *path != 0; path++) {
		char hex[4];
		snprintf(hex, sizeof hex, "%%%02X", (unsigned char)*path);
		if (strchr("?#%", *path) != NULL)
			st_buf_add(&uri, hex, 3);
		else
			st_buf_add_byte(&uri, (uint8_t)*path);
	}
	st_buf_add(&uri, "?immutable=1", 13);
	return (char *)uri.data;
}

static int connect_with(struct casefile *casefile, const char *name, int flags)
{
	int code = sqlite3_open_v2(name, &casefile->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (code != SQLITE_OK)
		return code;
	sqlite3_db_config(casefile->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(casefile->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_timeout(casefile->db, 10000);
	char pragmas[160];
	snprintf(pragmas, sizeof pragmas,
		"PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA cache_size = -%u;"
		"SELECT count(*) FROM identity",
		(unsigned)(CEIL_CASE_CACHE_BYTES / KIB));
	return sqlite3_exec(casefile->db, pragmas, NULL, NULL, NULL);
}

/* On a medium that cannot be written SQLite finds no place for its shared memory; without a log left to read, the file
 * alone is the whole case. */
static enum st_status connect_reading(struct casefile *casefile, const char *name, struct st_error *err)
{
	int code = connect_with(casefile, name, SQLITE_OPEN_READONLY);
	if ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY) {
		st_auto_free char *wal = st_format("%s-wal", name);
		struct stat info;
		if (stat(wal, &info) != 0 || info.st_size == 0) {
			st_auto_free char *uri = immutable_uri(name);
			sqlite3_close(casefile->db);
			casefile->db = NULL;
			code = connect_with(casefile, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
		}
	}
	if (code != SQLITE_OK)
		return db_fail(casefile, code, err);
	/* one transaction for all reading: figures, coverage and rows are of one moment */
	return db_run(casefile, "BEGIN; SELECT count(*) FROM identity", err);
}

static enum st_status connect_writing(struct casefile *casefile, const char *name, struct st_error *err)
{
	int code = connect_with(casefile, name, SQLITE_OPEN_READWRITE);
	if (code != SQLITE_OK)
		return db_fail(casefile, code, err);
	casefile->writing = true;
	return db_run(
		casefile, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;", err);
}

/* A wrong key is told apart from a damaged case by the key's id. */
static enum st_status unlock(struct casefile *casefile, const char *key_path, struct st_error *err)
{
	struct key_file key;
	char key_id[KEY_FILE_ID_TEXT];
	bool row;
	st_auto_buf struct st_buf check = {0};
	db_auto_statement sqlite3_stmt *statement = NULL;
	ST_TRY(key_file_read(key_path, KEY_CASE, &key, err));
	ST_TRY(db_prepare(casefile, "SELECT case_id, key_id, key_check FROM identity", &statement, err));
	ST_TRY(db_step(casefile, statement, &row, err));
	struct st_span case_id = row ? db_bytes(statement, 0) : (struct st_span){0};
	if (case_id.size != SEAL_CASE_ID_BYTES)
		return db_damaged(casefile, err);
	db_text(statement, 1, key_id, sizeof key_id);
	if (strcmp(key.id, key_id) != 0)
		return st_fail(err, ST_WRONG, "the key %s (id %s) is not the key of this case (id %s)", key_path,
			key.id, key_id);
	seal_derive(key.key, case_id.data, &casefile->keys);
	sodium_memzero(key.key, sizeof key.key);
	return db_sealed(casefile, statement, 2, (struct seal_place){"identity.key_check", 1, 0}, &check, err);
}

static enum st_status open_file(
	struct casefile *casefile, enum casefile_mode mode, enum found *found, struct st_error *err)
{
	int flags = mode == CASEFILE_READ ? O_RDONLY : O_RDWR;
	if (mode == CASEFILE_WRITE)
		flags |= O_CREAT;
	int fd = open(casefile->path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd < 0 && errno == ENOENT && mode != CASEFILE_WRITE)
		return st_fail(err, ST_WRONG, "there is no case %s", casefile->path);
	if (fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot open the case %s", casefile->path);
	if (mode == CASEFILE_READ) {
		enum st_status status = examine(fd, casefile->path, found, err);
		close(fd); /* before SQLite locks the file */
		return status;
	}
	casefile->lock_fd = fd;
	ST_TRY(lock_for_writing(fd, casefile->path, err));
	return examine(fd, casefile->path, found, err);
}

static enum st_status open_all(
	struct casefile *casefile, const char *key_path, enum casefile_mode mode, struct st_error *err)
{
	enum found found = FOUND_NOTHING;
	ST_TRY(open_file(casefile, mode, &found, err));
	if (found == FOUND_NOTHING && mode != CASEFILE_WRITE)
		return st_fail(err, ST_WRONG, "%s is not a case: it is empty", casefile->path);
	if (found == FOUND_NOTHING) {
		enum st_status status = create(casefile, key_path, err);
		if (status != ST_OK) {
			unlink(casefile->path);
			return status;
		}
	}
	st_auto_free char *name = plain_path(casefile->path);
	if (mode == CASEFILE_READ)
		ST_TRY(connect_reading(casefile, name, err));
	else
		ST_TRY(connect_writing(casefile, name, err));
	ST_TRY(unlock(casefile, key_path, err));
	return mode == CASEFILE_READ ? ST_OK : db_remove_unfinished_results(casefile, err);
}

enum st_status casefile_open(
	const char *path, const char *key_path, enum casefile_mode mode, struct casefile **out, struct st_error *err)
{
	*out = NULL;
	if (sodium_init() < 0)
		return st_fail(err, ST_FATAL, "no source of random numbers");
	if (strncmp(path, "postgresql://", 13) == 0)
		return st_fail(err, ST_WRONG, "this staunch keeps cases in files only");
	struct casefile *casefile = st_alloc_zero(1, sizeof *casefile);
	casefile->lock_fd = -1;
	casefile->path = st_strndup(path, strlen(path));
	st_auto_free char *beside = st_format("%s.key", path);
	enum st_status status = open_all(casefile, key_path != NULL ? key_path : beside, mode, err);
	if (status != ST_OK) {
		casefile_close(casefile);
		return status;
	}
	*out = casefile;
	return ST_OK;
}

void casefile_close(struct casefile *casefile)
{
	if (casefile == NULL)
		return;
	if (casefile->open == DB_RESULTS)
		casefile_results_drop(casefile);
	if (casefile->db != NULL)
		db_rollback(casefile);
	for (size_t i = 0; i < DB_SLOTS; i++)
		sqlite3_finalize(casefile->statements[i]);
	sqlite3_close_v2(casefile->db);
	if (casefile->lock_fd >= 0)
		close(casefile->lock_fd);
	db_drop_page(casefile);
	st_buf_free(&casefile->page.bytes);
	st_buf_free(&casefile->listing.seen);
	free(casefile->listing.dropped.numbers);
	if (casefile->sealed.capacity > 0)
		sodium_memzero(casefile->sealed.data, casefile->sealed.capacity);
	st_buf_free(&casefile->sealed);
	if (casefile->packed.capacity > 0)
		sodium_memzero(casefile->packed.data, casefile->packed.capacity);
	st_buf_free(&casefile->packed);
	pack_free(&casefile->pack);
	sodium_memzero(&casefile->keys, sizeof casefile->keys);
	free(casefile->path);
	free(casefile);
}

bool casefile_created(const struct casefile *casefile)
{
	return casefile->created;
}

const char *casefile_path(const struct casefile *casefile)
{
	return casefile->path;
}

void casefile_digest_key(const struct casefile *casefile, uint8_t out[ST_DIGEST_KEY_BYTES])
{
	memcpy(out, casefile->keys.digest, ST_DIGEST_KEY_BYTES);
}
