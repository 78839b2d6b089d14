/* The evidence file: opened, found intact, appended to; and `check --verify`. */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "casefile/key_file.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum st_status read_all(int fd, const char *path, uint64_t limit_bytes, struct st_buf *out, struct st_error *err)
{
	for (;;) {
		st_buf_reserve(out, 64 * KIB);
		ssize_t got = read(fd, out->data + out->size, 64 * KIB);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
		out->size += (size_t)got;
		if (out->size > limit_bytes)
			return st_fail(
				err, ST_WRONG, "%s is larger than %llu bytes", path, (unsigned long long)limit_bytes);
		if (got == 0)
			return ST_OK;
	}
}

enum st_status check_read_file(const char *path, uint64_t limit_bytes, struct st_buf *out, struct st_error *err)
{
	st_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
	return read_all(fd, path, limit_bytes, out, err);
}

static char *key_path_of(const char *path, const char *key_path)
{
	return key_path != NULL ? st_format("%s", key_path) : st_format("%s.key", path);
}

static enum st_status load_key(
	struct probe_evidence *chain, const char *path, const char *key_path, bool make, struct st_error *err)
{
	struct key_file key;
	st_auto_free char *name = key_path_of(path, key_path);
	if (make && access(name, F_OK) != 0)
		ST_TRY(key_file_create(name, KEY_EVIDENCE, &key, err));
	else
		ST_TRY(key_file_read(name, KEY_EVIDENCE, &key, err));
	probe_evidence_keys(chain, key.key);
	sodium_memzero(&key, sizeof key);
	return ST_OK;
}

/* A line that a kill tore is no evidence of anything; that it was there is. */
static enum st_status drop_torn(struct check_evidence *evidence, struct st_span torn, struct st_error *err)
{
	uint8_t sha256[ST_SHA256_BYTES];
	char hex[2 * ST_SHA256_BYTES + 1];
	st_sha256_of(torn.data, torn.size, sha256);
	st_hex(sha256, sizeof sha256, hex);
	if (ftruncate(evidence->fd, (off_t)evidence->bytes) != 0)
		return st_fail_errno(err, ST_FATAL, "the torn last line of the evidence cannot be removed");
	struct st_json_writer w = check_evidence_begin(evidence, "cut", NULL);
	st_json_key_uint(&w, "bytes", torn.size);
	st_json_key_text(&w, "sha256", hex);
	return check_evidence_end(evidence, &w, err);
}

/* Lines behind those that were taken already: checked, then taken. */
static enum st_status go_on(struct check_evidence *evidence, struct st_span lines, struct st_error *err)
{
	struct probe_chain_report report = {.lines = evidence->chain.count};
	memcpy(report.head, evidence->chain.head, sizeof report.head);
	probe_evidence_check_more(&evidence->chain, lines, NULL, &report);
	if (report.chain == PROBE_CHAIN_TAMPERED)
		return st_fail(err, ST_WRONG,
			"%s is no intact evidence: line %llu does not fit; nothing is added to it", evidence->path,
			(unsigned long long)report.bad_line);
	if (report.chain == PROBE_CHAIN_OTHER_KEY)
		return st_fail(err, ST_WRONG, "%s is signed with another key", evidence->path);
	memcpy(evidence->chain.head, report.head, sizeof report.head);
	evidence->chain.count = report.lines;
	size_t whole = (size_t)report.whole_bytes;
	evidence->bytes += whole;
	probe_timelines_take_file(&evidence->timelines, (struct st_span){lines.data, whole});
	return report.torn ? drop_torn(evidence, (struct st_span){lines.data + whole, lines.size - whole}, err) : ST_OK;
}

static enum st_status lock_within(
	struct check_evidence *evidence, struct check_roles *roles, int limit_ms, struct st_error *err)
{
	uint64_t until_ms = limit_ms < 0 ? UINT64_MAX : st_now_ms() + (uint64_t)limit_ms;
	while (flock(evidence->fd, LOCK_EX | LOCK_NB) != 0) {
		if (st_now_ms() >= until_ms)
			return st_fail(err, ST_FATAL, "another check writes %s", evidence->path);
		check_wait(roles, CHECK_YIELD_MS / 2);
		if (roles->stopped)
			return ST_STOP;
	}
	return ST_OK;
}

enum st_status check_evidence_open(
	struct check_evidence *evidence, const char *path, const char *key_path, int wait_ms, struct st_error *err)
{
	*evidence = (struct check_evidence){.fd = -1};
	if (path == NULL) {
		uint8_t key[PROBE_EVIDENCE_KEY_BYTES];
		randombytes_buf(key, sizeof key);
		probe_evidence_keys(&evidence->chain, key);
		sodium_memzero(key, sizeof key);
		return ST_OK;
	}
	bool there = access(path, F_OK) == 0;
	evidence->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
	if (evidence->fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot open the evidence %s", path);
	evidence->kept = true;
	evidence->path = st_format("%s", path);
	struct check_roles nobody = {.signal_fd = -1};
	ST_TRY(lock_within(evidence, &nobody, wait_ms, err));
	st_auto_buf struct st_buf file = {0};
	ST_TRY(read_all(evidence->fd, path, CEIL_EVIDENCE_FILE_BYTES, &file, err));
	ST_TRY(load_key(&evidence->chain, path, key_path, !there || file.size == 0, err));
	return go_on(evidence, (struct st_span){file.data, file.size}, err);
}

/* --- beside other writers --- */

void check_evidence_release(struct check_evidence *evidence)
{
	evidence->released = true;
	(void)flock(evidence->fd, LOCK_UN);
}

enum st_status check_evidence_watch(struct check_evidence *evidence, struct st_error *err)
{
	/* Beside the lock that every writer takes for the time it writes. It ends with the process. */
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
	if (fcntl(evidence->fd, F_OFD_SETLK, &lock) != 0)
		return st_fail(err, ST_FATAL, "another watch writes %s", evidence->path);
	return ST_OK;
}

enum st_status check_evidence_resume(
	struct check_evidence *evidence, struct check_roles *roles, int limit_ms, struct st_error *err)
{
	ST_TRY(lock_within(evidence, roles, limit_ms, err));
	evidence->released = false;
	struct stat own, named;
	if (fstat(evidence->fd, &own) != 0 || stat(evidence->path, &named) != 0 || own.st_ino != named.st_ino ||
		own.st_dev != named.st_dev || (uint64_t)own.st_size < evidence->bytes)
		return st_fail(err, ST_WRONG, "%s is no longer the file that this watch writes", evidence->path);
	uint64_t added = (uint64_t)own.st_size - evidence->bytes;
	if ((uint64_t)own.st_size > CEIL_EVIDENCE_FILE_BYTES)
		return st_fail(err, ST_WRONG, "%s is larger than %llu bytes", evidence->path,
			(unsigned long long)CEIL_EVIDENCE_FILE_BYTES);
	st_auto_buf struct st_buf lines = {0};
	st_buf_reserve(&lines, (size_t)added + 1);
	ssize_t got = st_pread_full(evidence->fd, lines.data, (size_t)added, evidence->bytes);
	if (got != (ssize_t)added)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", evidence->path);
	lines.size = (size_t)added;
	return added > 0 ? go_on(evidence, (struct st_span){lines.data, lines.size}, err) : ST_OK;
}

/* --- lines --- */

struct st_json_writer check_evidence_begin(struct check_evidence *evidence, const char *kind, uint64_t *number)
{
	struct st_json_writer w = {.out = &evidence->line};
	uint64_t n = probe_evidence_begin(&evidence->chain, &w, st_utc_seconds(), kind);
	if (number != NULL)
		*number = n;
	return w;
}

static enum st_status write_line(struct check_evidence *evidence, struct st_error *err)
{
	if (evidence->fd >= 0 && st_write_full(evidence->fd, evidence->line.data, evidence->line.size) != 0)
		return st_fail_errno(err, ST_FATAL, "the evidence cannot be written");
	evidence->bytes += evidence->line.size;
	probe_timelines_take(&evidence->timelines, (struct st_span){evidence->line.data, evidence->line.size - 1},
		evidence->chain.head);
	return ST_OK;
}

enum st_status check_evidence_end(struct check_evidence *evidence, struct st_json_writer *w, struct st_error *err)
{
	probe_evidence_end(&evidence->chain, w);
	return write_line(evidence, err);
}

enum st_status check_evidence_sign(struct check_evidence *evidence, struct st_error *err)
{
	probe_evidence_sign(&evidence->chain, st_utc_seconds(), &evidence->line);
	ST_TRY(write_line(evidence, err));
	if (evidence->fd >= 0 && fsync(evidence->fd) != 0)
		return st_fail_errno(err, ST_FATAL, "the evidence cannot be written");
	return ST_OK;
}

void check_evidence_close(struct check_evidence *evidence)
{
	if (evidence->fd >= 0)
		close(evidence->fd);
	st_buf_free(&evidence->line);
	free(evidence->path);
	probe_timelines_free(&evidence->timelines);
	probe_evidence_wipe(&evidence->chain);
}

/* --- check --verify --- */

static bool head_is_sound(const char *head)
{
	size_t size = head != NULL ? strlen(head) : 8;
	return head == NULL || (size >= 8 && size <= 64 && strspn(head, "0123456789abcdefABCDEF") == size);
}

static const char *judgement(const struct probe_chain_report *report, const char *head)
{
	if (report->chain == PROBE_CHAIN_TAMPERED)
		return "tampered";
	if (report->chain == PROBE_CHAIN_OTHER_KEY)
		return "other-key";
	if (head != NULL && !report->head_found)
		return "other-head";
	return report->chain == PROBE_CHAIN_CUT ? "cut" : "intact";
}

static void tell_verified(const struct probe_chain_report *report, const char *what, bool json)
{
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	st_hex(report->head, sizeof report->head, head);
	if (json) {
		st_auto_buf struct st_buf out = {0};
		struct st_json_writer w = {.out = &out, .indent = 2};
		st_json_object(&w);
		st_json_key_text(&w, "schema", "staunch.evidence/1");
		st_json_key_text(&w, "evidence", what);
		st_json_key_uint(&w, "lines", report->lines);
		st_json_key_uint(&w, "bad_line", report->bad_line);
		st_json_key_text(&w, "head", head);
		st_json_object_end(&w);
		st_buf_add_byte(&out, '\n');
		fwrite(out.data, 1, out.size, stdout);
		return;
	}
	printf("%s   %llu lines   head %s\n", what, (unsigned long long)report->lines, head);
	if (report->bad_line > 0)
		printf("line %llu does not fit the lines before it\n", (unsigned long long)report->bad_line);
	if (report->torn)
		printf("the last line is torn: a run was stopped while it wrote\n");
	else if (strcmp(what, "cut") == 0)
		printf("no signature behind the last line: a run was stopped, or lines are missing\n");
}

int check_verify(const char *path, const char *key_path, const char *head, bool json)
{
	struct st_error err = {0};
	struct probe_evidence keys = {0};
	struct probe_chain_report report;
	st_auto_buf struct st_buf file = {0};
	if (!head_is_sound(head))
		return cli_fail(CLI_WRONG, "--head is 8 to 64 hexadecimal digits");
	if (check_read_file(path, CEIL_EVIDENCE_FILE_BYTES, &file, &err) != ST_OK ||
		load_key(&keys, path, key_path, false, &err) != ST_OK)
		return cli_fail_error(&err);
	probe_evidence_check(&keys, (struct st_span){file.data, file.size}, head, &report);
	probe_evidence_wipe(&keys);
	const char *what = judgement(&report, head);
	tell_verified(&report, what, json);
	return strcmp(what, "intact") == 0 ? CLI_OK : strcmp(what, "cut") == 0 ? CLI_INCOMPLETE : CLI_FOUND;
}
