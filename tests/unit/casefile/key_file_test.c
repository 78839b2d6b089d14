/* Key files: one type, four purposes, closed to others, never overwritten. */
#include "casefile/key_file.h"

#include "check.h"
#include "folder.h"

static void a_key_written_is_the_key_read(void)
{
	struct folder folder = folder_make();
	struct key_file made, read;
	struct stat info;
	for (int purpose = 0; purpose < KEY_PURPOSES; purpose++) {
		CHECK_OK(key_file_create(folder.key, (enum key_purpose)purpose, &made, &err));
		CHECK(stat(folder.key, &info) == 0);
		CHECK_INT(info.st_mode & 07777, 0600);
		CHECK_OK(key_file_read(folder.key, (enum key_purpose)purpose, &read, &err));
		CHECK(memcmp(made.key, read.key, sizeof made.key) == 0);
		CHECK_TEXT(read.id, made.id);
		unlink(folder.key);
	}
	folder_remove(folder.path);
}

static void a_key_of_another_purpose_is_refused_and_both_are_named(void)
{
	struct folder folder = folder_make();
	struct key_file key;
	struct st_error said = {0};
	CHECK_OK(key_file_create(folder.key, KEY_REDACT, &key, &err));
	CHECK_INT(key_file_read(folder.key, KEY_CASE, &key, &said), ST_WRONG);
	CHECK(strstr(said.what, "purpose redact") != NULL && strstr(said.what, "purpose case") != NULL);
	folder_remove(folder.path);
}

static void a_key_file_is_never_overwritten_also_not_through_a_link(void)
{
	struct folder folder = folder_make();
	struct key_file key;
	CHECK_OK(key_file_create(folder.key, KEY_CASE, &key, &err));
	CHECK_INT(key_file_create(folder.key, KEY_CASE, &key, NULL), ST_WRONG);
	CHECK(symlink("elsewhere", folder.file) == 0);
	CHECK_INT(key_file_create(folder.file, KEY_CASE, &key, NULL), ST_WRONG);
	folder_remove(folder.path);
}

static void half_a_key_left_by_a_kill_is_never_the_key_and_is_written_anew(void)
{
	struct folder folder = folder_make();
	struct key_file made, read;
	st_auto_free char *beside = st_format("%s.new", folder.key);
	int fd = open(beside, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, "staunch-key 1\npur", 17) == 17 && close(fd) == 0);
	CHECK_INT(access(folder.key, F_OK), -1);
	CHECK_OK(key_file_create(folder.key, KEY_CASE, &made, &err));
	CHECK_OK(key_file_read(folder.key, KEY_CASE, &read, &err));
	CHECK_TEXT(read.id, made.id);
	CHECK_INT(access(beside, F_OK), -1);
	folder_remove(folder.path);
}

static void a_key_that_others_may_read_is_refused(void)
{
	static const mode_t modes[] = {0640, 0604, 0660, 0620, 0602, 0601};
	struct folder folder = folder_make();
	struct key_file key;
	CHECK_OK(key_file_create(folder.key, KEY_CASE, &key, &err));
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		chmod(folder.key, modes[i]);
		CHECK_INT(key_file_read(folder.key, KEY_CASE, &key, NULL), ST_WRONG);
	}
	folder_remove(folder.path);
}

static void only_the_exact_form_with_its_own_id_is_a_key_file(void)
{
	static const char good[] =
		"staunch-key 1\npurpose case\nid %s\nkey AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	static const char *const bad[] = {
		"",
		"\n",
		"staunch-key 1\n",
		"staunch-key 1\npurpose case\n",
		"staunch-key 1\npurpose case\nid \nkey \n",
		"staunch-key 2\npurpose case\nid 0000000000000000\nkey AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"staunch-key 1\npurpose other\nid 0000000000000000\nkey AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"staunch-key 1\npurpose case\nid 0000000000000000\nkey AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"staunch-key 1\npurpose case\nid 0000000000000000\nkey AAAA\n",
		"staunch-key 1\npurpose case\nid 0000000000000000\nkey AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	};
	struct key_file key;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (key_file_parse(span_of(bad[i]), &key))
			CHECK_FAIL("accepted: %s", bad[i]);
	}
	/* the id of 32 zero bytes with the purpose case, as the parser says it must be */
	char text[256];
	snprintf(text, sizeof text, good, "0000000000000000");
	CHECK(!key_file_parse(span_of(text), &key));
	snprintf(text, sizeof text, good, key.id);
	CHECK(key_file_parse(span_of(text), &key));
	size_t size = strlen(text);
	for (size_t i = 0; i < size; i++)
		CHECK(!key_file_parse((struct st_span){(const uint8_t *)text, i}, &key));
	for (size_t i = 0; i < size; i++) {
		text[i] ^= 1;
		if (key_file_parse((struct st_span){(const uint8_t *)text, size}, &key))
			CHECK_FAIL("accepted with byte %zu changed: %s", i, text);
		text[i] ^= 1;
	}
}

static void folders_pipes_and_large_files_are_no_keys(void)
{
	struct folder folder = folder_make();
	struct key_file key;
	CHECK_INT(key_file_read(folder.path, KEY_CASE, &key, NULL), ST_WRONG);
	CHECK_INT(key_file_read("/dev/null", KEY_CASE, &key, NULL), ST_WRONG);
	CHECK(mkfifo(folder.key, 0600) == 0);
	CHECK_INT(key_file_read(folder.key, KEY_CASE, &key, NULL), ST_WRONG);
	folder_remove(folder.path);
}

int main(void)
{
	RUN(a_key_written_is_the_key_read);
	RUN(a_key_of_another_purpose_is_refused_and_both_are_named);
	RUN(a_key_file_is_never_overwritten_also_not_through_a_link);
	RUN(half_a_key_left_by_a_kill_is_never_the_key_and_is_written_anew);
	RUN(a_key_that_others_may_read_is_refused);
	RUN(only_the_exact_form_with_its_own_id_is_a_key_file);
	RUN(folders_pipes_and_large_files_are_no_keys);
	CHECK_END();
}
