/* Listings of remote stores: page by page from the fetch process, read by a worker, written into the case as rows. */
#include "cli/scan_remote.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/scan.h"
#include "probe/requests.h"

struct listing {
	struct scan *scan;
	const struct scan_remote_store *store;
	struct st_sha256 *manifest;
	struct st_buf waiting; /* probe_listed_encode(), of the page that was read last: not in the case yet */
};

/* Into the case. */
static enum st_status add_listed(struct listing *listing, const struct probe_listed *listed, struct st_error *err)
{
	struct casefile_object object = {
		.path = listed->name,
		.size_bytes = listed->size_bytes,
		.mtime_ns = listed->mtime_s * 1000000000,
		.inode = listed->etag,
		.status = ST_PENDING,
	};
	return casefile_listing_add(listing->scan->casefile, &object, err);
}

/* The page at hand waits until the next one is on its way to be read. */
static enum st_status keep_listed(void *context, const struct probe_listed *listed, struct st_error *err)
{
	struct listing *listing = context;
	if (listed->is_versioned)
		return st_fail(err, ST_WRONG, "the listing names older versions, which it was not asked for");
	probe_listed_encode(&listing->waiting, listed);
	return ST_OK;
}

/* While a worker reads a page, the one before goes into the case. */
static enum st_status add_waiting(void *context, struct st_error *err)
{
	struct listing *listing = context;
	if (listing->waiting.size == 0)
		return ST_OK;
	struct st_cursor in = {
		.at = listing->waiting.data, .end = listing->waiting.data + listing->waiting.size, .bad = false};
	struct probe_listed listed;
	enum st_status status = scan_interrupted(listing->scan) ? st_fail(err, ST_STOP, "stopped") : ST_OK;
	st_sha256_add(listing->manifest, listing->waiting.data, listing->waiting.size);
	while (status == ST_OK && in.at < in.end && probe_listed_decode(&in, &listed))
		status = add_listed(listing, &listed, err);
	listing->waiting.size = 0;
	return status;
}

/* What broke off, or is the server's own failure, may not be so again. A body of all that was asked for was no page. */
static bool may_pass(const struct check_answer *answer, const struct probe_row *row)
{
	enum probe_outcome outcome = answer->answer.outcome;
	unsigned status = answer->answer.status;
	if (outcome != PROBE_ANSWERED)
		return outcome == PROBE_NO_CONNECTION || outcome == PROBE_BROKEN || outcome == PROBE_TIMED_OUT;
	bool cut = status == 200 && !answer->answer.body_whole && answer->answer.body_bytes < row->body_bytes;
	return cut || status == 500 || status == 502 || status == 504;
}

enum st_status scan_remote_ask(struct scan *scan, const struct scan_remote_store *store,
	const struct probe_request *request, struct check_answer *out, struct st_error *err)
{
	struct scan_remote *remote = &scan->remote;
	st_auto_buf struct st_buf url = {0};
	*out = (struct check_answer){.body = -1};
	if (!probe_request_url(&store->target, request, &url))
		return st_fail(err, ST_WRONG, "the listing gives a marker that cannot be asked for");
	for (unsigned tries = 1;; tries++) {
		const char *why;
		uint64_t wait_ms = probe_pace_wait(&remote->pace, st_now_ms(), &why);
		if (wait_ms == UINT64_MAX)
			return st_fail(err, ST_WRONG, "the listing stops: %s", why);
		check_wait(&remote->roles, wait_ms);
		if (remote->roles.stopped)
			return st_fail(err, ST_STOP, "stopped");
		probe_pace_sent(&remote->pace, st_now_ms());
		remote->network.pages++;
		check_answer_free(out);
		ST_TRY(check_ask(&remote->roles, &store->target, request, (const char *)url.data, out, err));
		bool again = probe_pace_answered(&remote->pace, &out->answer, tries, st_now_ms());
		if (!again && (tries >= CEIL_LISTING_TRIES || !may_pass(out, request->row)))
			return ST_OK;
		if (!again)
			check_wait(&remote->roles, (uint64_t)250 << tries);
	}
}

static enum st_status ask_listing(
	void *context, const struct probe_request *request, struct check_answer *out, struct st_error *err)
{
	struct listing *listing = context;
	uint64_t began_ms = st_now_ms();
	enum st_status status = scan_remote_ask(listing->scan, listing->store, request, out, err);
	listing->scan->remote.network.listing_asked_ms += st_now_ms() - began_ms;
	return status;
}

static enum st_status list_pages(
	struct scan *scan, const struct scan_remote_store *store, struct st_sha256 *manifest, struct st_error *err)
{
	struct listing listing = {.scan = scan, .store = store, .manifest = manifest};
	struct check_pages pages = {.roles = &scan->remote.roles,
		.shelf = store->service->shelf,
		.ask = ask_listing,
		.each = keep_listed,
		.meanwhile = add_waiting,
		.context = &listing};
	uint64_t began_ms = st_now_ms();
	enum st_status status = check_pages(&pages, err);
	if (status == ST_OK)
		status = add_waiting(&listing, err);
	scan->remote.network.listing_ms += st_now_ms() - began_ms;
	scan->remote.network.names += pages.rows;
	st_buf_free(&listing.waiting);
	return status;
}

enum st_status scan_remote_list(
	struct scan *scan, struct scan_remote_store *store, uint8_t manifest[ST_SHA256_BYTES], struct st_error *err)
{
	struct st_sha256 *digest = st_sha256_new();
	bool indices = store->service->shelf->hits != NULL;
	st_sha256_begin(digest);
	probe_pace_host(&scan->remote.pace);
	enum st_status status =
		indices ? scan_remote_list_indices(scan, store, digest, err) : list_pages(scan, store, digest, err);
	st_sha256_end(digest, manifest);
	st_sha256_free(digest);
	return status;
}
