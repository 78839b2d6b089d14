#include "cli/scan_remote.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/print.h"
#include "cli/scan.h"
#include "fetch/protocol.h"
#include "probe/requests.h"
#include "report/amount.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A case takes at most a tenth of the text read (DESIGN 8), its runs as much again while the scan goes on. */
#define DISK_SHARE 5
/* What is on its way between a fetch process and its worker: as much as anybody may ask for. */
#define PIPE_BYTES (1 << 20)

bool scan_is_remote(const char *name)
{
	return strstr(name, "://") != NULL;
}

/* --- scope --- */

static enum st_status check_target(
	const struct scan_remote *remote, const struct scan_remote_store *store, const char *name, struct st_error *err)
{
	if (!probe_scope_admits(remote->scope, &store->target))
		return st_fail(err, ST_WRONG, "not in the scope: %s", name);
	if (store->service == NULL)
		return st_fail(
			err, ST_WRONG, "nothing says which service this is; write SERVICE+https://HOST/PATH: %s", name);
	if (store->service->shelf == NULL)
		return st_fail(err, ST_WRONG, "scan does not read stores of %s: %s", store->service->title, name);
	const struct probe_hits *hits = store->service->shelf->hits;
	const char *unfit = store->service->unfit != NULL ? store->service->unfit(&store->target) : NULL;
	if (unfit == NULL && hits != NULL)
		unfit = hits->unfit(&store->target);
	return unfit == NULL ? ST_OK : st_fail(err, ST_WRONG, "%s", unfit);
}

static enum st_status check_targets(
	const struct scan_remote *remote, const struct cli_arguments *arguments, struct st_error *err)
{
	bool used = remote->auth == NULL;
	for (size_t i = 0; i < cli_operand_count(arguments); i++) {
		struct scan_remote_store *store = NULL;
		if (!scan_is_remote(cli_operand(arguments, i)))
			continue;
		ST_TRY(scan_remote_store_open(cli_operand(arguments, i), &store, err));
		enum st_status status = check_target(remote, store, cli_operand(arguments, i), err);
		used = used || check_auth_find(remote->auth, &store->target, PROBE_AS_OWNER) != 0;
		scan_remote_store_close(store);
		ST_TRY(status);
	}
	return used ? ST_OK
		    : st_fail(err, ST_WRONG,
			      "--auth holds no credential of the owner's for any of these sources; nothing was sent");
}

enum st_status scan_remote_read_scope(
	struct scan_remote *remote, const struct cli_arguments *arguments, struct st_error *err)
{
	const char *scope = cli_value(arguments, "scope"), *purpose = cli_value(arguments, "purpose");
	const char *auth = cli_value(arguments, "auth");
	bool any = false;
	for (size_t i = 0; i < cli_operand_count(arguments); i++)
		any = any || scan_is_remote(cli_operand(arguments, i));
	if (!any)
		return scope == NULL && auth == NULL
			       ? ST_OK
			       : st_fail(err, ST_WRONG,
					 "--scope and --auth are for sources over the network: there is none");
	if (scope == NULL || purpose == NULL || purpose[0] == 0)
		return st_fail(err, ST_WRONG, "a source over the network needs --scope FILE and --purpose TEXT");
	if (cli_has(arguments, "store-depth"))
		return st_fail(err, ST_WRONG, "--store-depth is for folders");
	st_auto_buf struct st_buf file = {0};
	ST_TRY(check_read_file(scope, CEIL_SCOPE_FILE_BYTES, &file, err));
	ST_TRY(probe_scope_read((struct st_span){file.data, file.size}, &remote->scope, err));
	ST_TRY(probe_scope_in_force(remote->scope, st_utc_seconds(), err));
	ST_TRY(probe_scope_allows_level(remote->scope, PROBE_L5, err));
	ST_TRY(check_auth_open(auth, remote->scope, &remote->auth, err));
	return check_targets(remote, arguments, err);
}

static uint32_t credential_of(const struct scan *scan, const struct scan_remote_store *store)
{
	return check_auth_find(scan->remote.auth, &store->target, PROBE_AS_OWNER);
}

/* Written into the case: what follows was seen with the owner's credential. */
static enum st_status tell_credentials(struct scan *scan, const struct cli_arguments *arguments, struct st_error *err)
{
	for (size_t i = 0; i < cli_operand_count(arguments) && scan->remote.auth != NULL; i++) {
		struct scan_remote_store *store = NULL;
		if (!scan_is_remote(cli_operand(arguments, i)))
			continue;
		ST_TRY(scan_remote_store_open(cli_operand(arguments, i), &store, err));
		uint32_t credential = credential_of(scan, store);
		st_auto_free char *text =
			st_format("%s: read with a credential of the owner's (%s)", store->target.canonical,
				credential != 0 ? check_auth_kind(scan->remote.auth, credential) : "none");
		scan_remote_store_close(store);
		if (credential != 0)
			ST_TRY(casefile_event(scan->casefile, "credential", text, err));
	}
	return ST_OK;
}

enum st_status scan_remote_begin(struct scan *scan, const struct cli_arguments *arguments, struct st_error *err)
{
	struct scan_remote *remote = &scan->remote;
	st_auto_free char *event = st_format("%s", cli_value(arguments, "purpose"));
	ST_TRY(casefile_event(scan->casefile, "purpose", event, err));
	ST_TRY(tell_credentials(scan, arguments, err));
	remote->roles.auth = remote->auth;
	probe_pace_begin(&remote->pace, remote->scope->requests_per_second, remote->scope->budget_bytes);
	remote->interval_ms = (uint32_t)(1000.0 * (double)scan->slot_count / remote->scope->requests_per_second);
	return ST_OK;
}

void scan_remote_free(struct scan_remote *remote)
{
	check_roles_free(&remote->roles);
	check_auth_close(remote->auth);
	probe_scope_free(remote->scope);
}

/* --- stores --- */

enum st_status scan_remote_store_open(const char *name, struct scan_remote_store **out, struct st_error *err)
{
	struct scan_remote_store *store = st_alloc_zero(1, sizeof *store);
	enum st_status status = probe_target_parse(name, &store->target, err);
	if (status != ST_OK) {
		free(store);
		return status;
	}
	store->service = probe_service_of(&store->target);
	*out = store;
	return ST_OK;
}

void scan_remote_store_close(struct scan_remote_store *store)
{
	if (store == NULL)
		return;
	probe_target_free(&store->target);
	free(store);
}

void scan_remote_use(struct scan *scan, const struct scan_remote_store *store)
{
	check_role_use(&scan->remote.roles, &scan->remote.roles.fetch, credential_of(scan, store));
}

/* --- before the first byte --- */

static enum st_status weigh(struct scan *scan, uint64_t objects, uint64_t bytes, bool indices, struct st_error *err)
{
	const struct probe_scope *scope = scan->remote.scope;
	struct statvfs disk;
	char wanted[32], room[32], budget[32];
	uint64_t free_bytes = UINT64_MAX;
	if (fstatvfs(scan->work.dir_fd, &disk) == 0)
		free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	bytes_text(bytes, wanted);
	bytes_text(free_bytes, room);
	bytes_text(scope->budget_bytes, budget);
	if (bytes > scope->budget_bytes)
		return st_fail(err, ST_WRONG,
			"%s are to be read, and the scope's budget is %s: raise it, or draw a --sample", wanted,
			budget);
	if (bytes / DISK_SHARE > free_bytes)
		return st_fail(err, ST_FATAL, "%s are to be read, and the disk of the case has %s left", wanted, room);
	fprintf(stderr,
		"staunch: %llu objects, %s to be read over the network (what its owner may be billed for%s); %s of "
		"disk\n",
		(unsigned long long)objects, wanted, indices ? "; of indices, what they take on the server's disk" : "",
		room);
	return ST_OK;
}

enum st_status scan_remote_weigh(struct scan *scan, struct st_error *err)
{
	uint64_t objects = 0, bytes = 0;
	bool indices = false;
	if (scan->remote.scope == NULL)
		return ST_OK;
	for (size_t i = 0; i < scan->store_count; i++) {
		const struct scan_store *store = &scan->stores[i];
		if (store->remote == NULL)
			continue;
		indices = indices || store->remote->service->shelf->hits != NULL;
		objects += store->objects - store->objects_done;
		bytes += store->bytes - store->bytes_done;
	}
	return objects == 0 ? ST_OK : weigh(scan, objects, bytes, indices, err);
}

/* --- objects --- */

static enum st_status start_fetch(
	struct scan *scan, struct scan_slot *slot, const struct scan_remote_store *store, struct st_error *err)
{
	slot->fetch.name = "fetch";
	check_role_use(&scan->remote.roles, &slot->fetch, credential_of(scan, store));
	if (slot->fetch.socket >= 0)
		return ST_OK;
	return check_role_start(&scan->remote.roles, &slot->fetch, err);
}

static void frame_open(const struct scan *scan, const struct scan_slot *slot, const struct scan_remote_store *store,
	const struct st_buf *url, struct st_buf *out)
{
	const struct probe_target *target = &store->target;
	const char *headers = store->service->shelf->object->headers;
	st_buf_add_u32(out, slot->job);
	st_buf_add_byte(out, target->transport == PROBE_HTTPS);
	st_buf_add_byte(out, target->literal);
	st_buf_add_span(out, target->host, strlen(target->host));
	st_buf_add_u16(out, target->port);
	st_buf_add_span(out, url->data, url->size - 1);
	st_buf_add_span(out, headers, headers != NULL ? strlen(headers) : 0);
	st_buf_add_u64(out, slot->object.size_bytes);
	st_buf_add_u64(out, slot->object.inode);
	st_buf_add_u32(out, scan->remote.interval_ms);
	st_buf_add_byte(out, store->service->shelf->by_generation);
}

enum st_status scan_remote_open(struct scan *scan, struct scan_slot *slot, struct st_span path, int *fd,
	enum st_reason *reason, struct st_error *err)
{
	const struct scan_remote_store *store = scan->stores[slot->task.store].remote;
	bool hits = scan_reads_hits(scan, slot->task.store);
	const struct probe_shelf *shelf = store->service->shelf;
	struct probe_request request = {
		.row = shelf->object, .object = path, .generation = shelf->by_generation ? slot->object.inode : 0};
	st_auto_buf struct st_buf url = {0}, frame = {0};
	int ends[2];
	*fd = -1;
	*reason = ST_REASON_OUT_OF_SCOPE;
	if (!hits && !probe_request_url(&store->target, &request, &url))
		return ST_OK;
	ST_TRY(start_fetch(scan, slot, store, err));
	if (pipe2(ends, O_CLOEXEC) != 0)
		return st_fail_errno(err, ST_FATAL, "no pipe for an object");
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* smaller is slower, no more */
	if (hits)
		scan_remote_open_hits(scan, slot, &frame);
	else
		frame_open(scan, slot, store, &url, &frame);
	/* A fetch process that is gone shows as an object that cannot be read. */
	(void)message_send(slot->fetch.socket, FETCH_OPEN, frame.data, frame.size, ends[1]);
	close(ends[1]);
	*fd = ends[0];
	return ST_OK;
}

bool scan_remote_range(struct scan *scan, struct scan_slot *slot, uint64_t offset, uint32_t length)
{
	struct scan_remote *remote = &scan->remote;
	uint64_t size = slot->before.size_bytes;
	if (scan->stores[slot->task.store].remote == NULL || scan_reads_hits(scan, slot->task.store) || length == 0 ||
		length > CEIL_RANGE_BYTES || offset > size || length > size - offset)
		return false;
	remote->asked_bytes += length;
	bool spent = remote->asked_bytes > remote->scope->budget_bytes;
	st_auto_buf struct st_buf frame = {0};
	st_buf_add_u32(&frame, slot->job);
	st_buf_add_byte(&frame, spent ? (uint8_t)ST_REASON_OUT_OF_SCOPE : (uint8_t)ST_REASON_NONE);
	st_buf_add_u64(&frame, offset);
	st_buf_add_u32(&frame, length);
	if (slot->fetch.socket >= 0)
		(void)message_send(slot->fetch.socket, FETCH_RANGE, frame.data, frame.size, -1);
	return true;
}

static void take_closed(struct scan_remote *remote, struct st_cursor *in)
{
	(void)st_cursor_u32(in);
	(void)st_cursor_u32(in);
	remote->bytes += st_cursor_u64(in);
	remote->requests += st_cursor_u32(in);
	remote->network_ms += st_cursor_u64(in);
	remote->blocked_ms += st_cursor_u64(in);
}

/* What an answer had stands for what was taken of the budget for it. */
static void take_paged(struct scan_remote *remote, struct scan_slot *slot, struct st_cursor *in)
{
	uint32_t job = st_cursor_u32(in), status = st_cursor_u32(in);
	uint64_t bytes = st_cursor_u64(in);
	if (job != slot->job || bytes > CEIL_RANGE_TRIES * (uint64_t)CEIL_ANSWER_BODY_BYTES)
		return;
	remote->asked_bytes += bytes;
	remote->asked_bytes -= slot->page_bytes;
	slot->page_bytes = 0;
	if (status >= 300) /* what was refused opened nothing */
		slot->context_asked = false;
}

bool scan_remote_drain(struct scan *scan, struct scan_slot *slot)
{
	struct message message;
	for (;;) {
		enum message_result result = message_next(slot->fetch.reader, &message);
		if (result == MESSAGE_AGAIN)
			return true;
		if (result != MESSAGE_OK || message.fd >= 0 ||
			(message.type != FETCH_CLOSED && message.type != FETCH_PAGED))
			return false;
		struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
		if (message.type == FETCH_CLOSED)
			take_closed(&scan->remote, &in);
		else
			take_paged(&scan->remote, slot, &in);
	}
}

void scan_remote_close(struct scan *scan, struct scan_slot *slot)
{
	st_auto_buf struct st_buf frame = {0};
	if (slot->fetch.socket >= 0) {
		st_buf_add_u32(&frame, slot->job);
		bool sent = message_send(slot->fetch.socket, FETCH_CLOSE, frame.data, frame.size, -1) == 0;
		if (!sent || !scan_remote_drain(scan, slot))
			scan_remote_stop(scan, slot);
	}
	if (scan_reads_hits(scan, slot->task.store))
		scan_remote_close_context(scan, slot);
}

void scan_remote_stop(struct scan *scan, struct scan_slot *slot)
{
	check_role_stop(&scan->remote.roles, &slot->fetch);
}
