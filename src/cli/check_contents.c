/*
 * L3: what a store holds, by its own listing: how many objects, how many bytes, from when to when. Names go into the
 * file that the caller asked for, and nowhere else.
 */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/print.h"
#include "probe/services.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NAMES_BYTES (256 * KIB)

struct counting {
	struct check *check;
	struct check_result *result;
	struct probe view; /* whose level counts; of no rights */
};

/* --- the file of names --- */

enum st_status check_names_open(struct check_names *names, const char *path, struct st_error *err)
{
	static const char header[] = "target,name,bytes,modified\r\n";
	names->fd = -1;
	if (path == NULL)
		return ST_OK;
	names->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (names->fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot make %s, which must not be there yet", path);
	st_buf_add(&names->buf, header, sizeof header - 1);
	return ST_OK;
}

static enum st_status flush(struct check_names *names, size_t from_bytes, struct st_error *err)
{
	if (names->fd < 0 || names->buf.size < from_bytes)
		return ST_OK;
	if (st_write_full(names->fd, names->buf.data, names->buf.size) != 0)
		return st_fail_errno(err, ST_FATAL, "the list of names cannot be written");
	names->buf.size = 0;
	return ST_OK;
}

enum st_status check_names_close(struct check_names *names, struct st_error *err)
{
	enum st_status status = flush(names, 0, err);
	if (names->fd >= 0 && close(names->fd) != 0 && status == ST_OK)
		status = st_fail_errno(err, ST_FATAL, "the list of names cannot be written");
	names->fd = -1;
	st_buf_free(&names->buf);
	return status;
}

static enum st_status write_name(struct check_names *names, const struct probe_target *target,
	const struct probe_listed *listed, struct st_error *err)
{
	st_auto_buf struct st_buf name = {0};
	char when[21] = "";
	if (names->fd < 0)
		return ST_OK;
	if (listed->mtime_s != 0)
		st_utc_text(listed->mtime_s, when);
	st_escape_name(&name, listed->name.data, listed->name.size);
	st_escape_csv(&names->buf, target->canonical, strlen(target->canonical));
	st_buf_add_byte(&names->buf, ',');
	st_escape_csv(&names->buf, name.data, name.size);
	st_buf_format(&names->buf, ",%llu,%s\r\n", (unsigned long long)listed->size_bytes, when);
	return flush(names, NAMES_BYTES, err);
}

/* --- pages --- */

static enum st_status ask(
	void *context, const struct probe_request *request, struct check_answer *out, struct st_error *err)
{
	struct counting *counting = context;
	struct check_contents *contents = &counting->result->contents;
	ST_TRY(check_request(counting->check, counting->result, &counting->view, request, out, err));
	if (counting->check->roles.stopped)
		return st_fail(err, ST_STOP, "stopped");
	contents->pages++;
	/* Every page stands in the evidence; told is the first. */
	while (contents->pages > 1 && counting->result->row_count > contents->rows_before + 1)
		check_row_drop(counting->result);
	return ST_OK;
}

static enum st_status count(void *context, const struct probe_listed *listed, struct st_error *err)
{
	struct counting *counting = context;
	struct check_contents *contents = &counting->result->contents;
	if (listed->is_versioned)
		return st_fail(err, ST_WRONG, "the listing names older versions, which it was not asked for");
	if (listed->size_bytes > UINT64_MAX - contents->bytes)
		return st_fail(err, ST_WRONG, "the listing's sizes are more than there can be");
	contents->objects++;
	contents->bytes += listed->size_bytes;
	if (listed->mtime_s != 0) {
		if (contents->dated == 0 || listed->mtime_s < contents->oldest)
			contents->oldest = listed->mtime_s;
		if (contents->dated == 0 || listed->mtime_s > contents->newest)
			contents->newest = listed->mtime_s;
		contents->dated++;
	}
	return write_name(&counting->check->names, counting->result->target, listed, err);
}

static enum st_status keep(struct check *check, const struct check_result *result, struct st_error *err)
{
	const struct check_contents *contents = &result->contents;
	struct st_json_writer w = check_evidence_begin(&check->evidence, "contents", NULL);
	st_json_key_text(&w, "target", result->target->canonical);
	check_contents_fields(&w, contents);
	return check_evidence_end(&check->evidence, &w, err);
}

/* Anonymously where anybody may list; else as the owner. */
static bool choose(struct check *check, struct check_result *result)
{
	uint32_t owner = check_auth_find(check->auth, result->target, PROBE_AS_OWNER);
	bool anybody = result->probe.verdict.rights[PROBE_LIST] == PROBE_OPEN;
	if (!anybody && owner == 0)
		return false;
	check_become(check, anybody ? PROBE_AS_ANYBODY : PROBE_AS_OWNER, anybody ? 0 : owner);
	return true;
}

enum st_status check_contents(struct check *check, struct check_result *result, struct st_error *err)
{
	const struct probe_shelf *shelf = result->service->shelf;
	struct counting counting = {.check = check, .result = result};
	if (check->level < PROBE_L3 || shelf == NULL || shelf->first == NULL || !choose(check, result))
		return ST_OK;
	result->contents = (struct check_contents){.taken = true, .as = check->as, .rows_before = result->row_count};
	probe_begin(&counting.view, result->target, result->service);
	counting.view.level = check->level;
	struct check_pages pages = {
		.roles = &check->roles, .shelf = shelf, .ask = ask, .each = count, .context = &counting};
	struct st_error why = {0};
	enum st_status status = check_pages(&pages, &why);
	/* What a server does ends the contents, not the check. */
	result->contents.complete = status == ST_OK;
	if (status == ST_WRONG)
		result->contents.why =
			st_format("%s", counting.view.verdict.reason[0] != 0 ? counting.view.verdict.reason : why.what);
	if (status != ST_OK)
		check_role_stop(&check->roles, &check->roles.worker); /* it may still be telling */
	probe_end(&counting.view);
	check_become(check, PROBE_AS_ANYBODY, 0);
	if (status != ST_OK && status != ST_WRONG) {
		*err = why;
		return check->roles.stopped ? ST_OK : status;
	}
	return keep(check, result, err);
}

void check_contents_fields(struct st_json_writer *w, const struct check_contents *contents)
{
	char oldest[21], newest[21];
	st_utc_text(contents->oldest, oldest);
	st_utc_text(contents->newest, newest);
	st_json_key_text(w, "as", probe_as_name(contents->as));
	st_json_key_bool(w, "complete", contents->complete);
	st_json_key_text(w, "reason", contents->why);
	st_json_key_uint(w, "pages", contents->pages);
	st_json_key_uint(w, "objects", contents->objects);
	st_json_key_uint(w, "bytes", contents->bytes);
	st_json_key_text(w, "oldest", contents->dated > 0 ? oldest : NULL);
	st_json_key_text(w, "newest", contents->dated > 0 ? newest : NULL);
	st_json_key_uint(w, "undated", contents->objects - contents->dated);
}
