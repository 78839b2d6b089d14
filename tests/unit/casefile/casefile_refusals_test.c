/* What is not a case, not this case's key, or not free to be written is refused with its own status and one clear line.
 */
#include "casefile/casefile.h"
#include "casefile/key_file.h"

#include "check.h"
#include "folder.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <sqlite3.h>

static void write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || st_write_full(fd, data, size) != 0)
		abort();
	close(fd);
}

static void make_case(const struct folder *folder)
{
	struct casefile *casefile;
	struct st_error err = {0};
	if (casefile_open(folder->file, NULL, CASEFILE_WRITE, &casefile, &err) != ST_OK)
		abort();
	casefile_set(casefile, "options", span_of("x"), &err);
	casefile_close(casefile);
}

static void check_refused(
	const char *path, const char *key, enum casefile_mode mode, enum st_status status, const char *word)
{
	struct casefile *casefile = NULL;
	struct st_error err = {0};
	enum st_status got = casefile_open(path, key, mode, &casefile, &err);
	if (got != status || strstr(err.what, word) == NULL || strchr(err.what, '\n') != NULL)
		CHECK_FAIL("%s: status %d, \"%s\" without \"%s\"", path, got, err.what, word);
	casefile_close(casefile);
}

static void a_file_of_another_program_is_refused_and_left_alone(void)
{
	struct folder folder = folder_make();
	static const enum casefile_mode modes[] = {CASEFILE_READ, CASEFILE_WRITE, CASEFILE_UPDATE};
	static const char *const contents[] = {"x", "%PDF-1.7 and more", "SQLite format 3",
		"a text longer than the header of any database, by which it could have been taken for one, were it not "
		"for its "
		"first bytes"};
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		for (size_t mode = 0; mode < 3; mode++) {
			write_file(folder.file, contents[i], strlen(contents[i]));
			check_refused(folder.file, NULL, modes[mode], ST_WRONG, "another program");
			CHECK(folder_holds(folder.path, contents[i])[0] != 0);
		}
	}
	sqlite3 *db;
	unlink(folder.file);
	CHECK_INT(sqlite3_open(folder.file, &db), SQLITE_OK);
	CHECK_INT(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	check_refused(folder.file, NULL, CASEFILE_WRITE, ST_WRONG, "another program");
	check_refused(folder.path, NULL, CASEFILE_READ, ST_WRONG, "no file");
	folder_remove(folder.path);
}

static void a_case_of_a_newer_version_is_refused(void)
{
	struct folder folder = folder_make();
	make_case(&folder);
	int fd = open(folder.file, O_RDWR);
	CHECK_INT(pwrite(fd, "\0\0\0\3", 4, 60), 4); /* user_version (sqlite.org/fileformat2.html, 1.3) */
	close(fd);
	check_refused(folder.file, NULL, CASEFILE_WRITE, ST_WRONG, "newer staunch");
	check_refused(folder.file, NULL, CASEFILE_READ, ST_WRONG, "newer staunch");
	folder_remove(folder.path);
}

static void a_case_that_is_not_there_is_made_only_for_writing(void)
{
	struct folder folder = folder_make();
	check_refused(folder.file, NULL, CASEFILE_READ, ST_WRONG, "no case");
	check_refused(folder.file, NULL, CASEFILE_UPDATE, ST_WRONG, "no case");
	CHECK(access(folder.file, F_OK) != 0 && access(folder.key, F_OK) != 0);
	check_refused("/nowhere/a.case", NULL, CASEFILE_WRITE, ST_WRONG, "cannot open");
	check_refused("postgresql://db/a", NULL, CASEFILE_WRITE, ST_WRONG, "files only");
	folder_remove(folder.path);
}

static void a_wrong_key_a_missing_key_and_a_key_of_another_purpose_are_told_apart(void)
{
	struct folder folder = folder_make();
	char other[160], redact[160];
	struct key_file key;
	snprintf(other, sizeof other, "%s/other.key", folder.path);
	snprintf(redact, sizeof redact, "%s/redact.key", folder.path);
	CHECK_OK(key_file_create(other, KEY_CASE, &key, &err));
	CHECK_OK(key_file_create(redact, KEY_REDACT, &key, &err));
	make_case(&folder);
	check_refused(folder.file, other, CASEFILE_READ, ST_WRONG, "not the key of this case");
	check_refused(folder.file, other, CASEFILE_WRITE, ST_WRONG, "not the key of this case");
	check_refused(folder.file, redact, CASEFILE_READ, ST_WRONG, "purpose redact");
	check_refused(folder.file, "/nowhere.key", CASEFILE_READ, ST_WRONG, "cannot read the key file");
	chmod(folder.key, 0644);
	check_refused(folder.file, NULL, CASEFILE_READ, ST_WRONG, "chmod 600");
	folder_remove(folder.path);
}

static void a_key_that_is_there_serves_a_new_case_and_stays_as_it_is(void)
{
	struct folder folder = folder_make();
	struct key_file before, after;
	char redact[160], second[160];
	snprintf(redact, sizeof redact, "%s/redact.key", folder.path);
	snprintf(second, sizeof second, "%s/b.case", folder.path);
	CHECK_OK(key_file_create(folder.key, KEY_CASE, &before, &err));
	make_case(&folder);
	CHECK_OK(key_file_read(folder.key, KEY_CASE, &after, &err));
	CHECK(memcmp(before.key, after.key, sizeof after.key) == 0);
	CHECK_OK(key_file_create(redact, KEY_REDACT, &before, &err));
	check_refused(second, redact, CASEFILE_WRITE, ST_WRONG, "purpose redact");
	CHECK(access(second, F_OK) != 0); /* no half-made case is left */
	folder_remove(folder.path);
}

static void a_damaged_case_is_no_wrong_key(void)
{
	struct folder folder = folder_make();
	make_case(&folder);
	int fd = open(folder.file, O_RDWR);
	struct stat info;
	CHECK(fstat(fd, &info) == 0);
	uint8_t noise[256];
	memset(noise, 0xa5, sizeof noise);
	for (off_t at = 2048; at + 256 < info.st_size; at += 512)
		CHECK_INT(pwrite(fd, noise, sizeof noise, at), sizeof noise);
	close(fd);
	check_refused(folder.file, NULL, CASEFILE_READ, ST_FATAL, "damaged");
	check_refused(folder.file, NULL, CASEFILE_WRITE, ST_FATAL, "damaged");
	folder_remove(folder.path);
}

static void any_cut_or_changed_case_is_refused_without_a_crash(void)
{
	struct folder folder = folder_make();
	make_case(&folder);
	int fd = open(folder.file, O_RDONLY);
	struct stat info;
	CHECK(fstat(fd, &info) == 0);
	size_t size = (size_t)info.st_size;
	st_auto_free uint8_t *bytes = st_alloc(size);
	CHECK_INT(st_pread_full(fd, bytes, size, 0), size);
	close(fd);
	struct casefile *casefile;
	for (size_t cut = 1; cut < size; cut += 1021) {
		write_file(folder.file, bytes, cut);
		if (casefile_open(folder.file, NULL, CASEFILE_READ, &casefile, NULL) == ST_OK && cut < 8192)
			CHECK_FAIL("a case cut to %zu bytes opened", cut);
		casefile_close(casefile);
	}
	for (size_t at = 0; at < size; at += 509) {
		bytes[at] ^= 0xff;
		write_file(folder.file, bytes, size);
		casefile_open(folder.file, NULL, CASEFILE_READ, &casefile, NULL);
		casefile_close(casefile);
		bytes[at] ^= 0xff;
	}
	folder_remove(folder.path);
}

static void a_second_writer_fails_at_once_and_a_reader_does_not(void)
{
	struct folder folder = folder_make();
	make_case(&folder);
	int ready[2], done[2];
	CHECK(pipe(ready) == 0 && pipe(done) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct casefile *casefile;
		struct st_error err;
		char byte = casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err) == ST_OK &&
					    casefile_commit_begin(casefile, &err) == ST_OK
				    ? 'y'
				    : 'n';
		if (write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	char byte = 0;
	CHECK(read(ready[0], &byte, 1) == 1 && byte == 'y');
	check_refused(folder.file, NULL, CASEFILE_WRITE, ST_FATAL, "another staunch is writing this case");
	check_refused(folder.file, NULL, CASEFILE_UPDATE, ST_FATAL, "another staunch is writing this case");
	struct casefile *reader;
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_READ, &reader, &err));
	casefile_close(reader);
	CHECK(write(done[1], "x", 1) == 1);
	waitpid(child, NULL, 0);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &reader, &err)); /* its lock went with it */
	casefile_close(reader);
	folder_remove(folder.path);
}

static void a_case_in_a_folder_that_cannot_be_written_is_read(void)
{
	if (geteuid() == 0 && setegid(65534) == 0 && seteuid(65534) != 0)
		SKIP("cannot give up root");
	struct folder folder = folder_make();
	make_case(&folder);
	chmod(folder.path, 0500);
	chmod(folder.file, 0400);
	struct casefile *casefile = NULL;
	struct st_error err = {0};
	st_auto_buf struct st_buf value = {0};
	enum st_status status = casefile_open(folder.file, NULL, CASEFILE_READ, &casefile, &err);
	if (status == ST_OK)
		status = casefile_get(casefile, "options", &value, &err);
	casefile_close(casefile);
	chmod(folder.path, 0700);
	folder_remove(folder.path);
	if (geteuid() == 65534 && getuid() == 0 && (seteuid(0) != 0 || setegid(0) != 0))
		abort();
	if (status != ST_OK)
		CHECK_FAIL("%s", err.what);
	CHECK_INT(value.size, 1);
}

/* In a child, where no file may grow beyond a limit: what write(2) says is what a full disk says. */
static int fill_until_full(const char *path, rlim_t limit_bytes)
{
	struct casefile *casefile;
	struct st_error err = {0};
	struct rlimit limit = {limit_bytes, limit_bytes};
	signal(SIGXFSZ, SIG_IGN);
	if (casefile_open(path, NULL, CASEFILE_WRITE, &casefile, &err) != ST_OK)
		return 10;
	if (casefile_set(casefile, "kept", span_of("kept"), &err) != ST_OK || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 11;
	static const uint8_t noise[4096];
	for (int i = 0; i < 10000; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		enum st_status status = casefile_set(casefile, name, (struct st_span){noise, sizeof noise}, &err);
		if (status == ST_FATAL && strstr(err.what, "disk is full") != NULL)
			return 0;
		if (status != ST_OK) {
			fprintf(stderr, "%s\n", err.what);
			return 12;
		}
	}
	return 13;
}

static void a_full_disk_is_one_line_and_the_case_stays_whole(void)
{
	struct folder folder = folder_make();
	pid_t child = fork();
	if (child == 0)
		_exit(fill_until_full(folder.file, 1 << 20));
	int status;
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	struct casefile *casefile;
	st_auto_buf struct st_buf value = {0};
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK_OK(casefile_get(casefile, "kept", &value, &err));
	CHECK_INT(value.size, 4);
	CHECK_OK(casefile_get(casefile, "n0", &value, &err));
	CHECK_INT(value.size, 4096);
	casefile_close(casefile);
	folder_remove(folder.path);
}

static void a_case_that_finds_no_room_at_all_leaves_nothing_behind(void)
{
	struct folder folder = folder_make();
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = {9000, 9000};
		struct casefile *casefile;
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, NULL) == ST_FATAL ? 0 : 1);
	}
	int status;
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(access(folder.file, F_OK) != 0 && access(folder.key, F_OK) != 0);
	folder_remove(folder.path);
}

static void a_creation_that_was_killed_is_begun_again(void)
{
	struct folder folder = folder_make();
	struct casefile *casefile;
	write_file(folder.file, "", 0);
	check_refused(folder.file, NULL, CASEFILE_READ, ST_WRONG, "empty");
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK(casefile_created(casefile));
	casefile_close(casefile);
	static const char unfinished[] = "staunch: this case was never finished\n";
	write_file(folder.file, unfinished, sizeof unfinished - 1);
	CHECK_OK(casefile_open(folder.file, NULL, CASEFILE_WRITE, &casefile, &err));
	CHECK(casefile_created(casefile));
	casefile_close(casefile);
	folder_remove(folder.path);
}

int main(void)
{
	RUN(a_file_of_another_program_is_refused_and_left_alone);
	RUN(a_case_of_a_newer_version_is_refused);
	RUN(a_case_that_is_not_there_is_made_only_for_writing);
	RUN(a_wrong_key_a_missing_key_and_a_key_of_another_purpose_are_told_apart);
	RUN(a_key_that_is_there_serves_a_new_case_and_stays_as_it_is);
	RUN(a_damaged_case_is_no_wrong_key);
	RUN(any_cut_or_changed_case_is_refused_without_a_crash);
	RUN(a_second_writer_fails_at_once_and_a_reader_does_not);
	RUN(a_case_in_a_folder_that_cannot_be_written_is_read);
	RUN(a_full_disk_is_one_line_and_the_case_stays_whole);
	RUN(a_case_that_finds_no_room_at_all_leaves_nothing_behind);
	RUN(a_creation_that_was_killed_is_begun_again);
	CHECK_END();
}
