/*
 * The inventory of a search server: its version, its indices (hidden ones and those behind data streams too; an alias
 * is none, so that nothing is listed twice), and of each how many documents it has by the count API. A target that
 * names an index, an alias or a data stream is one object, whatever stands behind it.
 */
#include "base/ceilings.h"
#include "cli/scan.h"
#include "probe/etag.h"

#include <stdlib.h>

struct index_row {
	struct probe_listed listed;
	char *name; /* NUL behind it */
	uint64_t documents;
	enum st_reason reason; /* why it cannot be read, if that shows already */
};

struct indices {
	struct scan *scan;
	struct scan_remote_store *store;
	struct index_row *rows;
	size_t count, capacity;
};

static enum st_status refuse(const struct check_answer *answer, const char *what, struct st_error *err)
{
	if (answer->answer.outcome != PROBE_ANSWERED)
		return st_fail(err, ST_WRONG, "%s: %s", what, probe_outcome_text(answer->answer.outcome));
	return st_fail(err, ST_WRONG, "%s: the server answers %u%s", what, answer->answer.status,
		answer->answer.status == 200 ? " with something that is no whole listing" : "");
}

/* --- the version --- */

static enum st_status ask_version(struct indices *indices, struct st_error *err)
{
	struct scan_remote_store *store = indices->store;
	struct probe_request request = {.row = store->service->shelf->hits->root};
	struct check_answer answer;
	bool old = false;
	enum st_status status = scan_remote_ask(indices->scan, store, &request, &answer, err);
	/* Who may search and not ask for the version gets what every version has. */
	if (status == ST_OK && answer.answer.outcome == PROBE_ANSWERED)
		store->order = answer.answer.status == 200 ? probe_order_of(&answer.facts, &old) : PROBE_SCROLL;
	else if (status == ST_OK)
		status = refuse(&answer, "the listing: its version", err);
	check_answer_free(&answer);
	if (old)
		return st_fail(
			err, ST_WRONG, "the listing: scan reads Elasticsearch from 2.0 on, this is an older one");
	return status;
}

/* --- the list --- */

static enum st_status add_row(void *context, const struct probe_listed *listed, struct st_error *err)
{
	struct indices *indices = context;
	if (scan_interrupted(indices->scan))
		return st_fail(err, ST_STOP, "stopped");
	if (indices->count == CEIL_INDICES)
		return st_fail(err, ST_WRONG, "the listing names more than %u indices", CEIL_INDICES);
	if (indices->count == indices->capacity) {
		indices->capacity = indices->capacity ? indices->capacity * 2 : 64;
		indices->rows = st_realloc(indices->rows, indices->capacity * sizeof *indices->rows);
	}
	struct index_row *row = &indices->rows[indices->count++];
	*row = (struct index_row){
		.listed = *listed, .name = st_strndup((const char *)listed->name.data, listed->name.size)};
	row->listed.name.data = (const uint8_t *)row->name;
	return ST_OK;
}

static enum st_status ask_list(
	struct indices *indices, const struct probe_row *row, unsigned *status_code, struct st_error *err)
{
	struct probe_request request = {.row = row};
	struct check_answer answer;
	st_auto_buf struct st_buf marker = {0};
	enum probe_page read = PROBE_PAGE_OTHER;
	struct check_roles *roles = &indices->scan->remote.roles;
	enum st_status status = scan_remote_ask(indices->scan, indices->store, &request, &answer, err);
	*status_code = answer.answer.status;
	if (status == ST_OK && answer.answer.status == 200 && answer.body >= 0 && answer.answer.body_whole)
		status = check_list(roles, &answer, PROBE_LISTING_INDICES, add_row, indices, &read, &marker, err);
	if (status == ST_OK && read != PROBE_PAGE_WHOLE)
		status = refuse(&answer, "the listing of indices", err);
	check_answer_free(&answer);
	return status;
}

static int by_name(const void *a, const void *b)
{
	const struct probe_listed *x = &((const struct index_row *)a)->listed,
				  *y = &((const struct index_row *)b)->listed;
	size_t size = x->name.size < y->name.size ? x->name.size : y->name.size;
	int order = memcmp(x->name.data, y->name.data, size);
	return order != 0 ? order : (x->name.size > y->name.size) - (x->name.size < y->name.size);
}

static void add_up(uint64_t *sum, uint64_t value)
{
	if (__builtin_add_overflow(*sum, value, sum) || *sum > UINT64_MAX / 4)
		*sum = UINT64_MAX / 4;
}

/* What stands behind the one name that was typed, as one: an alias and a data stream are several indices. */
static void join_rows(struct indices *indices)
{
	const char *typed = indices->store->target.path + 1;
	struct index_row all = {.name = st_strndup(typed, strlen(typed))};
	st_auto_buf struct st_buf tags = {0};
	all.listed.name = (struct st_span){(const uint8_t *)all.name, strlen(all.name)};
	all.listed.is_closed = indices->count > 0;
	for (size_t i = 0; i < indices->count; i++) {
		const struct probe_listed *one = &indices->rows[i].listed;
		st_buf_add_span(&tags, one->name.data, one->name.size);
		st_buf_add_u64(&tags, one->etag);
		add_up(&all.listed.size_bytes, one->size_bytes);
		add_up(&all.listed.items, one->items);
		all.listed.is_closed = all.listed.is_closed && one->is_closed;
		if (one->mtime_s > all.listed.mtime_s)
			all.listed.mtime_s = one->mtime_s;
		free(indices->rows[i].name);
	}
	if (indices->count > 0)
		all.listed.etag = probe_etag((struct st_span){tags.data, tags.size});
	indices->rows = st_realloc(indices->rows, sizeof *indices->rows);
	indices->rows[0] = all;
	indices->count = indices->capacity = 1;
}

static enum st_status list_rows(struct indices *indices, struct st_error *err)
{
	const struct probe_shelf *shelf = indices->store->service->shelf;
	unsigned code = 0;
	enum st_status status = ask_list(indices, shelf->first, &code, err);
	if (status == ST_WRONG && code == 400)
		status = ask_list(indices, shelf->hits->list_plain, &code, err);
	ST_TRY(status);
	qsort(indices->rows, indices->count, sizeof *indices->rows, by_name);
	if (indices->store->target.path[0] != 0)
		join_rows(indices);
	return ST_OK;
}

/* --- counts --- */

static enum st_reason reason_of(const struct check_answer *answer)
{
	if (answer->answer.outcome == PROBE_TIMED_OUT)
		return ST_REASON_TIMEOUT;
	switch (answer->answer.outcome == PROBE_ANSWERED ? answer->answer.status : 0) {
	case 401:
	case 403:
		return ST_REASON_PERMISSION;
	case 404:
		return ST_REASON_SOURCE_CHANGED;
	default:
		return ST_REASON_SOURCE_ERROR;
	}
}

static bool number_of(struct st_span text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9' || *out > UINT64_MAX / 40)
			return false;
		else
			*out = *out * 10 + (uint64_t)(text.data[i] - '0');
	return text.size > 0;
}

static enum st_status count_row(struct indices *indices, struct index_row *row, struct st_error *err)
{
	const struct scan_remote_store *store = indices->store;
	struct probe_request request = {.row = store->service->shelf->hits->count, .object = row->listed.name};
	struct check_answer answer;
	if (store->target.path[0] == 0 && !probe_index_is_sound(row->listed.name)) {
		row->reason = ST_REASON_OUT_OF_SCOPE;
		return ST_OK;
	}
	if (row->listed.is_closed) { /* it answers nobody, its owner neither */
		row->reason = ST_REASON_UNSUPPORTED;
		return ST_OK;
	}
	ST_TRY(scan_remote_ask(indices->scan, store, &request, &answer, err));
	bool counted = answer.answer.status == 200 && number_of(probe_fact(&answer.facts, "count", 0), &row->documents);
	if (!counted)
		row->reason = reason_of(&answer);
	else if (row->documents == 0 && row->listed.items > 0)
		row->reason = ST_REASON_PERMISSION; /* it has documents, and shows none of them */
	check_answer_free(&answer);
	return ST_OK;
}

/* --- into the case --- */

static enum st_status put_row(
	struct indices *indices, const struct index_row *row, struct st_sha256 *manifest, struct st_error *err)
{
	st_auto_buf struct st_buf line = {0};
	probe_listed_encode(&line, &row->listed);
	st_buf_add_u64(&line, row->documents);
	st_buf_add_byte(&line, (uint8_t)row->reason);
	st_sha256_add(manifest, line.data, line.size);
	struct casefile_object object = {
		.path = row->listed.name,
		.size_bytes = row->listed.size_bytes,
		.mtime_ns = row->listed.mtime_s * 1000000000,
		.device = row->documents,
		.inode = row->listed.etag,
		.status = row->reason == ST_REASON_NONE ? ST_PENDING : ST_UNREAD,
		.reason = row->reason,
	};
	return casefile_listing_add(indices->scan->casefile, &object, err);
}

static enum st_status list_all(struct indices *indices, struct st_sha256 *manifest, struct st_error *err)
{
	ST_TRY(scan_remote_close_left(indices->scan, indices->store, err));
	ST_TRY(ask_version(indices, err));
	ST_TRY(list_rows(indices, err));
	for (size_t i = 0; i < indices->count; i++)
		ST_TRY(count_row(indices, &indices->rows[i], err));
	for (size_t i = 0; i < indices->count; i++)
		ST_TRY(put_row(indices, &indices->rows[i], manifest, err));
	return ST_OK;
}

enum st_status scan_remote_list_indices(
	struct scan *scan, struct scan_remote_store *store, struct st_sha256 *manifest, struct st_error *err)
{
	struct indices indices = {.scan = scan, .store = store};
	enum st_status status = list_all(&indices, manifest, err);
	for (size_t i = 0; i < indices.count; i++)
		free(indices.rows[i].name);
	free(indices.rows);
	return status;
}
