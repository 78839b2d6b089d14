/* `staunch scan`: what was in it? Reads the command line, lists the sources into the case, then lets the workers read.
 */
#include "cli/rules_file.h"
#include "cli/sample.h"
#include "cli/scan.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "base/print.h"
#include "process/confine.h"

#include <ctype.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define MERGE_MEMORY_BYTES (192 * MIB)
#define MOST_STALL_S 86400
#define MOST_SEED ((uint64_t)9007199254740991) /* 2^53 - 1: a number that every JSON reader keeps */

struct scan_options {
	const char *const *regions, *const *own_domains, *const *volatile_fields;
	char **own_domains_lower;
	struct st_buf rules_file;
	struct detect_rules *rules;
	struct scan_id_fields id_fields;
	uint64_t store_depth, jobs, stall_s, seed;
	uint32_t share_ppm; /* SAMPLE_ALL_PPM: everything */
	bool has_seed;
	struct st_buf as_json; /* what decides the figures: kept in the case, compared on resume */
};

/* --- options --- */

static unsigned processors(void)
{
	cpu_set_t set;
	return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static char **lower_case(const char *const *words)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	char **out = st_alloc_zero(count + 1, sizeof *out);
	for (size_t i = 0; i < count; i++) {
		out[i] = st_strndup(words[i], strlen(words[i]));
		for (char *c = out[i]; *c != 0; c++)
			*c = (char)tolower((unsigned char)*c);
	}
	return out;
}

static void write_words(struct st_json_writer *w, const char *key, const char *const *words)
{
	st_json_key(w, key);
	st_json_array(w);
	for (; *words != NULL; words++)
		st_json_text(w, *words);
	st_json_array_end(w);
}

static bool number_option(const struct cli_arguments *arguments, const char *name, uint64_t standard, uint64_t *out)
{
	*out = standard;
	const char *text = cli_value(arguments, name);
	return text == NULL || cli_number(name, text, out);
}

/* Rules decide what is found: their names, and the digest of their file, stand in the case. */
static void write_rules(struct st_json_writer *w, const struct scan_options *options)
{
	uint8_t sha256[ST_SHA256_BYTES];
	char hex[2 * ST_SHA256_BYTES + 1];
	if (options->rules == NULL)
		return;
	st_sha256_of(options->rules_file.data, options->rules_file.size, sha256);
	st_hex(sha256, sizeof sha256, hex);
	st_json_key(w, "rules");
	st_json_array(w);
	for (size_t i = 0; i < detect_rules_count(options->rules); i++)
		st_json_text(w, detect_rules_name(options->rules, i));
	st_json_array_end(w);
	st_json_key_text(w, "rules_sha256", hex);
}

/* "5", "0.5": up to four decimals. */
static bool share_option(const char *text, uint32_t *share_ppm)
{
	uint64_t whole = 0, part = 0, unit = 10000;
	size_t at = 0;
	for (; text[at] >= '0' && text[at] <= '9' && at < 3; at++)
		whole = whole * 10 + (uint64_t)(text[at] - '0');
	bool digits = at > 0;
	if (text[at] == '.')
		for (at++; text[at] >= '0' && text[at] <= '9' && unit > 1; at++)
			part += (uint64_t)(text[at] - '0') * (unit /= 10);
	uint64_t all = whole * 10000 + part;
	*share_ppm = (uint32_t)all;
	return digits && text[at] == 0 && all > 0 && all <= SAMPLE_ALL_PPM;
}

static bool sample_options(const struct cli_arguments *arguments, struct scan_options *options)
{
	const char *share = cli_value(arguments, "sample"), *seed = cli_value(arguments, "seed");
	options->share_ppm = SAMPLE_ALL_PPM;
	options->has_seed = seed != NULL;
	if (seed != NULL && share == NULL)
		return cli_fail(CLI_WRONG, "--seed is for --sample PERCENT") == CLI_OK;
	if (share != NULL && !share_option(share, &options->share_ppm))
		return cli_fail(CLI_WRONG, "--sample is a percentage above 0, up to 100: 5, 0.5") == CLI_OK;
	if (!number_option(arguments, "seed", 0, &options->seed))
		return false;
	if (options->seed > MOST_SEED)
		return cli_fail(CLI_WRONG, "--seed is a number up to 9007199254740991") == CLI_OK;
	return true;
}

static bool read_options(const struct cli_arguments *arguments, struct scan_options *options)
{
	if (!rules_file_read(cli_value(arguments, "rules"), &options->rules_file, &options->rules))
		return false;
	if (!scan_id_fields_read(cli_values(arguments, "id-field"), &options->id_fields))
		return false;
	options->regions = cli_values(arguments, "region");
	options->volatile_fields = cli_values(arguments, "volatile");
	options->own_domains_lower = lower_case(cli_values(arguments, "own-domain"));
	options->own_domains = (const char *const *)options->own_domains_lower;
	struct st_json_writer w = {.out = &options->as_json};
	st_json_object(&w);
	write_words(&w, "region", options->regions);
	write_words(&w, "own_domain", options->own_domains);
	write_words(&w, "volatile", options->volatile_fields);
	write_rules(&w, options);
	if (options->id_fields.field_count > 0)
		write_words(&w, "id_field", cli_values(arguments, "id-field"));
	st_json_object_end(&w);
	return sample_options(arguments, options) &&
	       number_option(arguments, "store-depth", 0, &options->store_depth) &&
	       number_option(arguments, "jobs", processors(), &options->jobs) &&
	       number_option(arguments, "stall-timeout", CEIL_STALL_MS / 1000, &options->stall_s);
}

static void free_options(struct scan_options *options)
{
	for (char **word = options->own_domains_lower; word != NULL && *word != NULL; word++)
		free(*word);
	free(options->own_domains_lower);
	st_buf_free(&options->rules_file);
	detect_rules_close(options->rules);
	scan_id_fields_free(&options->id_fields);
	st_buf_free(&options->as_json);
}

static void add_words(struct st_buf *out, const char *const *words)
{
	uint32_t count = 0;
	while (words[count] != NULL)
		count++;
	st_buf_add_u32(out, count);
	for (; *words != NULL; words++)
		st_buf_add_span(out, *words, strlen(*words));
}

static void write_start_message(struct scan *scan, const struct scan_options *options)
{
	struct st_buf *out = &scan->start_message;
	st_buf_add_byte(out, scan->unconfined);
	st_buf_add_u64(out, CEIL_WORKER_MEMORY_BYTES);
	add_words(out, options->regions);
	add_words(out, options->own_domains);
	add_words(out, options->volatile_fields);
	st_buf_add_span(out, "", 0);
	st_buf_add_span(out, options->rules_file.data, options->rules_file.size);
	scan_id_fields_tell(&options->id_fields, out);
}

/* --- what the case was made with --- */

static enum st_status same_or_refuse(
	struct scan *scan, const char *name, struct st_span now, bool rescan, const char *what, struct st_error *err)
{
	st_auto_buf struct st_buf before = {0};
	ST_TRY(casefile_get(scan->casefile, name, &before, err));
	if (before.size > 0 && !rescan && (before.size != now.size || memcmp(before.data, now.data, now.size) != 0))
		return st_fail(
			err, ST_WRONG, "this case was read with other %s; --rescan reads everything again", what);
	return casefile_set(scan->casefile, name, now, err);
}

struct object_ids {
	uint32_t *list;
	size_t count;
	bool only_failed;
};

static enum st_status collect_id(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct object_ids *ids = context;
	if (ids->only_failed && (object->status != ST_UNREAD || !scan_remote_may_come(object->reason)))
		return ST_OK;
	ids->list = st_realloc(ids->list, (ids->count + 1) * sizeof *ids->list);
	ids->list[ids->count++] = object->id;
	return ST_OK;
}

/* store -1: of all. only_failed: those of which the network gave nothing. */
static enum st_status forget_readings(struct scan *scan, int64_t store, bool only_failed, struct st_error *err)
{
	struct object_ids ids = {.only_failed = only_failed};
	enum st_status status = casefile_objects(scan->casefile, store, collect_id, &ids, err);
	if (status == ST_OK)
		status = casefile_commit_begin(scan->casefile, err);
	st_auto_buf struct st_buf path = {0};
	for (size_t i = 0; i < ids.count && status == ST_OK; i++) {
		struct casefile_object object;
		status = casefile_object(scan->casefile, ids.list[i], &object, &path, err);
		/* A folder that could not be listed has nothing to be read again but its listing. */
		if (object.path.size > 0 && object.path.data[object.path.size - 1] == '/')
			continue;
		object.status = ST_PENDING;
		object.reason = ST_REASON_NONE;
		object.segment = object.duplicate_of = 0;
		if (status == ST_OK)
			status = casefile_put_object(scan->casefile, &object, err);
	}
	free(ids.list);
	if (status == ST_OK)
		return casefile_commit_end(scan->casefile, err);
	casefile_commit_drop(scan->casefile);
	return status;
}

static enum st_status check_case(
	struct scan *scan, const struct scan_options *options, bool rescan, struct st_error *err)
{
	const char *tables = detect_tables_sha256();
	struct st_span detectors = {(const uint8_t *)tables, strlen(tables)};
	ST_TRY(same_or_refuse(scan, "detectors_sha256", detectors, rescan, "detector tables", err));
	struct st_span json = {options->as_json.data, options->as_json.size};
	ST_TRY(same_or_refuse(
		scan, "options", json, rescan, "--region, --own-domain, --volatile, --rules or --id-field", err));
	if (scan->unconfined)
		ST_TRY(casefile_event(scan->casefile, "unconfined", "scan", err));
	if (!rescan)
		return ST_OK;
	ST_TRY(casefile_event(scan->casefile, "rescan", "", err));
	return forget_readings(scan, -1, false, err);
}

/* --- stores and listings --- */

static struct scan_store *store_by_name(struct scan *scan, const char *name)
{
	for (size_t i = 0; i < scan->store_count; i++)
		if (strcmp(scan->stores[i].name, name) == 0)
			return &scan->stores[i];
	return NULL;
}

static enum st_status load_stores(struct scan *scan, struct st_error *err)
{
	struct casefile_store *stores;
	ST_TRY(casefile_stores(scan->casefile, &stores, &scan->store_count, err));
	scan->stores = st_alloc_zero(scan->store_count + 1, sizeof *scan->stores);
	for (size_t i = 0; i < scan->store_count; i++) {
		scan->stores[i].id = stores[i].id;
		scan->stores[i].name = st_strndup(stores[i].name, strlen(stores[i].name));
	}
	casefile_stores_free(stores, scan->store_count);
	return ST_OK;
}

static enum st_status add_listed(void *context, const struct source_entry *entry, struct st_error *err)
{
	struct scan *scan = context;
	if (++scan->listed % 256 == 0 && scan_interrupted(scan))
		return st_fail(err, ST_STOP, "stopped");
	struct casefile_object object = {
		.path = entry->path,
		.size_bytes = entry->size_bytes,
		.mtime_ns = entry->mtime_ns,
		.device = entry->device,
		.inode = entry->inode,
		.change_ns = entry->change_ns,
		.status = entry->reason == ST_REASON_NONE ? ST_PENDING : ST_UNREAD,
		.reason = entry->reason,
	};
	return casefile_listing_add(scan->casefile, &object, err);
}

static enum st_status list_store(struct scan *scan, const struct scan_store *store, struct st_error *err)
{
	uint8_t manifest[ST_SHA256_BYTES];
	int64_t started_at = st_utc_seconds();
	ST_TRY(casefile_listing_begin(scan->casefile, store->id, err));
	if (store->remote != NULL)
		scan_remote_use(scan, store->remote);
	if (store->remote != NULL)
		ST_TRY(scan_remote_list(scan, store->remote, manifest, err));
	else
		ST_TRY(source_list(store->source, store->depth_limit, add_listed, scan, manifest, err));
	ST_TRY(casefile_listing_end(scan->casefile, err));
	return casefile_store_manifest(scan->casefile, store->id, manifest, started_at, err);
}

static enum st_status add_store(struct scan *scan, const char *name, int depth_limit, struct st_error *err)
{
	struct source *source;
	ST_TRY(source_open(name, &source, err));
	struct scan_store *store = store_by_name(scan, source_name(source));
	if (store != NULL && store->source != NULL) {
		source_close(source);
		return st_fail(err, ST_WRONG, "the same source is given twice: %s", name);
	}
	enum st_status place = scan_same_place(scan, source_name(source), err);
	if (place != ST_OK) {
		source_close(source);
		return place;
	}
	if (store == NULL) {
		scan->stores = st_realloc(scan->stores, (scan->store_count + 1) * sizeof *scan->stores);
		store = &scan->stores[scan->store_count++];
		*store = (struct scan_store){.name = st_strndup(source_name(source), strlen(source_name(source)))};
		ST_TRY(casefile_store_add(
			scan->casefile, store->name, source_kind_name(source_kind(source)), &store->id, err));
	}
	store->source = source;
	store->depth_limit = depth_limit;
	store->listed_now = true;
	return list_store(scan, store, err);
}

static enum st_status add_remote_store(struct scan *scan, const char *typed, struct st_error *err)
{
	struct scan_remote_store *remote;
	size_t size = strlen(typed);
	while (size > 0 && typed[size - 1] == '/')
		size--;
	st_auto_free char *name = st_strndup(typed, size);
	struct scan_store *store = store_by_name(scan, name);
	if (store != NULL && store->remote != NULL)
		return st_fail(err, ST_WRONG, "the same source is given twice: %s", name);
	ST_TRY(scan_remote_store_open(name, &remote, err));
	enum st_status status = scan_remote_sign(&scan->remote, remote, err);
	if (status != ST_OK) {
		scan_remote_store_close(remote);
		return status;
	}
	if (store == NULL) {
		scan->stores = st_realloc(scan->stores, (scan->store_count + 1) * sizeof *scan->stores);
		store = &scan->stores[scan->store_count++];
		*store = (struct scan_store){.name = st_strndup(name, size)};
		store->remote = remote;
		ST_TRY(casefile_store_add(scan->casefile, store->name, remote->service->name, &store->id, err));
	}
	store->remote = remote;
	store->listed_now = true;
	ST_TRY(forget_readings(scan, store->id, true, err));
	return list_store(scan, store, err);
}

static enum st_status add_substores(struct scan *scan, const char *name, int depth, struct st_error *err)
{
	struct source *source;
	char **names = NULL;
	size_t count = 0;
	ST_TRY(source_open(name, &source, err));
	enum st_status status = source_substores(source, depth, &names, &count, err);
	source_close(source);
	for (size_t i = 0; i < count; i++) {
		if (status == ST_OK)
			status = add_store(scan, names[i], 0, err);
		free(names[i]);
	}
	free(names);
	return status;
}

static enum st_status add_sources(struct scan *scan, const struct cli_arguments *arguments,
	const struct scan_options *options, struct st_error *err)
{
	int depth = (int)options->store_depth;
	for (size_t i = 0; i < cli_operand_count(arguments); i++) {
		const char *name = cli_operand(arguments, i);
		if (scan_is_remote(name)) {
			ST_TRY(add_remote_store(scan, name, err));
			continue;
		}
		if (depth > 0)
			ST_TRY(add_substores(scan, name, depth, err));
		ST_TRY(add_store(scan, name, depth, err));
	}
	return ST_OK;
}

/* --- the queue --- */

static enum st_status load_object(void *context, const struct casefile_object *object, struct st_error *err)
{
	(void)err;
	struct scan *scan = context;
	struct scan_store *store = &scan->stores[object->store];
	scan_queue_size(&scan->queue, object->size_bytes);
	if (object->status == ST_PENDING && !sample_takes(scan->sample, object->id))
		return ST_OK;
	store->objects++;
	store->bytes += object->size_bytes;
	if (object->status == ST_PENDING && store->listed_now) {
		store->queued = store->last_waiting == 0 ? object->id - 1 : store->queued;
		store->last_waiting = object->id;
		return ST_OK;
	}
	store->objects_done++;
	store->bytes_done += object->size_bytes;
	bool original = object->status == ST_READ || object->status == ST_PARTIAL;
	if (original && object->duplicate_of == 0 && object->has_sha256)
		scan_queue_claim(&scan->queue, object->sha256_keyed, object->id);
	if (object->status == ST_UNREAD)
		scan_progress_unread(scan->progress, object->reason);
	return ST_OK;
}

/* --- setting up and taking down --- */

static enum st_status open_work(struct scan *scan, struct st_error *err)
{
	struct casefile_run *runs;
	size_t count;
	uint64_t next_run;
	scan->work.memory_bytes = MERGE_MEMORY_BYTES;
	casefile_digest_key(scan->casefile, scan->work.digest_key);
	ST_TRY(casefile_work_key(scan->casefile, scan->work.seal_key, err));
	scan->work.dir_fd = casefile_work_dir(scan->casefile, err);
	if (scan->work.dir_fd < 0)
		return ST_FATAL;
	ST_TRY(casefile_next_numbers(scan->casefile, &scan->next_segment, &next_run, err));
	ST_TRY(casefile_runs(scan->casefile, &runs, &count, err));
	scan->runs = st_alloc_zero(count + 1, sizeof *scan->runs);
	for (size_t i = 0; i < count; i++) {
		memcpy(scan->runs[i].name, runs[i].name, sizeof scan->runs[i].name);
		scan->runs[i].content = runs[i].content;
		scan->runs[i].rows = runs[i].rows;
		scan->runs[i].bytes = runs[i].bytes;
	}
	scan->run_count = count;
	free(runs);
	ST_TRY(resolve_work_clean(scan->work.dir_fd, scan->runs, scan->run_count, err));
	if (!casefile_created(scan->casefile))
		ST_TRY(casefile_remove_dead_parts(scan->casefile, err));
	scan->collector = resolve_collector_open(&scan->work, next_run);
	return ST_OK;
}

/* Each job ahead holds a descriptor here and one on its way: a quarter of all for those here. */
static size_t jobs_ahead(size_t slots)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	rlim_t share = limit.rlim_cur / 4 / slots;
	return share < CEIL_JOBS_AHEAD ? (size_t)share : CEIL_JOBS_AHEAD;
}

static void open_slots(struct scan *scan, size_t count)
{
	scan->slot_count = count;
	scan->jobs_ahead = jobs_ahead(count);
	scan->slots = st_alloc_zero(count, sizeof *scan->slots);
	for (size_t i = 0; i < count; i++)
		scan->slots[i].socket = scan->slots[i].fd = scan->slots[i].fetch.socket = -1;
}

/* Deep folders hold one descriptor a level, workers one socket each. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* With the program that fetches where a source is remote: then the launcher's jail allows sockets, to be inherited. */
static enum st_status start_launcher(
	struct scan *scan, const struct cli_arguments *arguments, const char *worker, struct st_error *err)
{
	if (scan->remote.scope == NULL)
		return scan->unconfined ? launcher_start_unconfined(worker, &scan->launcher, err)
					: launcher_start(worker, &scan->launcher, err);
	struct check_identity identity;
	st_auto_free char *fetch = cli_fetch_path(err);
	if (fetch == NULL)
		return ST_FATAL;
	ST_TRY(check_identify(scan->remote.scope, cli_value(arguments, "ca"), &identity, err));
	for (size_t i = 0; i < scan->remote.scope->target_count; i++)
		check_identity_port(&identity, scan->remote.scope->targets[i].port);
	enum st_status status = launcher_start_with_fetch(worker, fetch, !scan->unconfined, &scan->launcher, err);
	if (status == ST_OK)
		check_roles_set(&scan->remote.roles, scan->launcher, scan->signal_fd, &identity, scan->unconfined);
	check_identity_free(&identity);
	return status;
}

static enum st_status start(struct scan *scan, const struct cli_arguments *arguments,
	const struct scan_options *options, struct st_error *err)
{
	raise_descriptor_limit();
	open_slots(scan, options->jobs);
	write_start_message(scan, options);
	scan->signal_fd = cli_hear_signals();
	st_auto_free char *worker = cli_worker_path(err);
	if (worker == NULL)
		return ST_FATAL;
	ST_TRY(start_launcher(scan, arguments, worker, err));
	ST_TRY(scan_start_workers(scan, processors(), err));
	ST_TRY(casefile_open(
		cli_value(arguments, "case"), cli_value(arguments, "case-key"), CASEFILE_WRITE, &scan->casefile, err));
	struct confine_limits limits = {0};
	return scan->unconfined ? ST_OK : confine(CONFINE_CASE, &limits, -1, 0, err);
}

static void close_scan(struct scan *scan)
{
	scan_stop_workers(scan);
	scan_remote_tell(&scan->remote);
	scan_remote_free(&scan->remote);
	if (scan->launcher != NULL)
		launcher_stop(scan->launcher);
	if (scan->collector != NULL)
		resolve_collector_close(scan->collector);
	if (scan->work.dir_fd > 0)
		close(scan->work.dir_fd);
	casefile_close(scan->casefile);
	for (size_t i = 0; i < scan->store_count; i++) {
		source_close(scan->stores[i].source);
		scan_remote_store_close(scan->stores[i].remote);
		free(scan->stores[i].name);
	}
	free(scan->stores);
	free(scan->slots);
	scan_uncommitted_free(&scan->uncommitted);
	scan_uncommitted_free(&scan->leaving);
	free(scan->runs);
	st_buf_free(&scan->start_message);
	scan_queue_free(&scan->queue);
	sample_close(scan->sample);
	scan_progress_close(scan->progress);
	if (scan->signal_fd >= 0)
		close(scan->signal_fd);
}

/* --- the run --- */

static enum st_status prepare(struct scan *scan, const struct cli_arguments *arguments,
	const struct scan_options *options, struct st_error *err)
{
	ST_TRY(scan_check_sources(arguments, err));
	ST_TRY(scan_remote_read_scope(&scan->remote, arguments, err));
	ST_TRY(start(scan, arguments, options, err));
	ST_TRY(load_stores(scan, err));
	ST_TRY(check_case(scan, options, cli_has(arguments, "rescan"), err));
	if (scan->remote.scope != NULL)
		ST_TRY(scan_remote_begin(scan, arguments, err));
	ST_TRY(add_sources(scan, arguments, options, err));
	ST_TRY(scan_sample_begin(scan, options->share_ppm, options->has_seed ? &options->seed : NULL, err));
	ST_TRY(open_work(scan, err));
	ST_TRY(casefile_outlines(scan->casefile, load_object, scan, err));
	ST_TRY(scan_remote_weigh(scan, err));
	scan->stall_ms = options->stall_s * 1000;
	return ST_OK;
}

static enum st_status conclude(struct scan *scan, struct st_error *err)
{
	scan_progress_phase(scan->progress, "counting");
	scan_progress_tick(scan->progress, scan);
	scan_queue_free(&scan->queue); /* merging needs the memory */
	resolve_collector_release(scan->collector);
	ST_TRY(scan_results(scan, err));
	ST_TRY(casefile_remove_work_dir(scan->casefile, err));
	ST_TRY(casefile_drop_work_key(scan->casefile, err));
	int64_t now = st_utc_seconds();
	for (size_t i = 0; i < scan->store_count; i++)
		if (scan->stores[i].listed_now)
			ST_TRY(casefile_store_finished(scan->casefile, scan->stores[i].id, now, err));
	return ST_OK;
}

static int say_coverage(struct scan *scan, struct st_error *err)
{
	struct casefile_coverage coverage;
	if (casefile_coverage(scan->casefile, &coverage, err) != ST_OK)
		return cli_fail_error(err);
	scan_progress_end(scan->progress, &coverage, scan->remote.scope != NULL ? &scan->remote.network : NULL);
	if (coverage.unread + coverage.partial + coverage.pending == 0)
		return CLI_OK;
	if (scan->sample != NULL && coverage.pending > 0)
		return cli_fail(CLI_INCOMPLETE, "a sample: %llu of %llu objects not drawn; the figures are estimates",
			(unsigned long long)coverage.pending, (unsigned long long)coverage.listed);
	return cli_fail(CLI_INCOMPLETE, "incomplete: %llu of %llu objects not read, %llu partly",
		(unsigned long long)(coverage.unread + coverage.pending), (unsigned long long)coverage.listed,
		(unsigned long long)coverage.partial);
}

static int run_scan(struct scan *scan, const struct cli_arguments *arguments, const struct scan_options *options)
{
	struct st_error err = {0};
	enum scan_end end = SCAN_DONE;
	enum st_status status = prepare(scan, arguments, options, &err);
	if (status == ST_OK)
		status = scan_run(scan, &end, &err);
	if (status == ST_OK && end == SCAN_DONE)
		status = conclude(scan, &err);
	if (status == ST_STOP || (status == ST_OK && end == SCAN_STOPPED))
		return cli_fail(CLI_STOPPED, "stopped at a checkpoint; run the same command to resume");
	if (status == ST_FATAL && scan->work.dir_fd > 0)
		return cli_fail(CLI_ENVIRONMENT, "%s; when that is mended, the same command goes on", err.what);
	return status == ST_OK ? say_coverage(scan, &err) : cli_fail_error(&err);
}

static int run(const struct cli_arguments *arguments)
{
	struct scan_options options = {0};
	if (cli_value(arguments, "case") == NULL)
		return cli_fail(CLI_WRONG, "scan needs --case FILE, where the findings are kept");
	bool sound = read_options(arguments, &options);
	if (!sound || options.jobs == 0 || options.jobs > SCAN_MOST_JOBS || options.store_depth > 64 ||
		options.stall_s == 0 || options.stall_s > MOST_STALL_S) {
		free_options(&options);
		return sound ? cli_fail(CLI_WRONG,
				       "--jobs is 1 to 1024, --store-depth 0 to 64, --stall-timeout 1 to 86400")
			     : CLI_WRONG; /* said already */
	}
	struct scan scan = {.signal_fd = -1,
		.unconfined = cli_has(arguments, "unconfined"),
		.rescan = cli_has(arguments, "rescan")};
	scan.own_domains = options.own_domains;
	scan.rules = options.rules;
	scan.units = (const char *const *)options.id_fields.units;
	scan.unit_count = options.id_fields.unit_count;
	scan.progress = scan_progress_open(cli_value(arguments, "progress"));
	int status = scan.progress == NULL ? cli_fail(CLI_WRONG, "--progress is auto, never, plain or json")
					   : run_scan(&scan, arguments, &options);
	close_scan(&scan);
	free_options(&options);
	return status;
}

static const struct cli_option scan_options_table[] = {
	{"case", 0, "FILE", "the case that keeps the findings; made if it is not there", false, false},
	{"case-key", 0, "FILE", "its key; CASE.key beside it if not given", false, false},
	{"own-domain", 0, "DOMAIN", "a domain of your own: its people are staff, not customers", true, false},
	{"region", 0, "CC,...", "countries whose national phone numbers count", true, false},
	{"rules", 0, "FILE", "find what these rules of yours describe, too: staunch-rules(5)", false, false},
	{"id-field", 0, "NAME=FIELD", "count the different values of this field of JSON or CSV as the unit NAME", true,
		false},
	{"volatile", 0, "FIELD", "a JSON field that differs between copies of the same record", true, false},
	{"store-depth", 0, "N", "each folder N levels below a SOURCE is a store of its own", false, false},
	{"jobs", 0, "N", "workers; as many as there are processors if not given", false, false},
	{"progress", 0, "MODE", "auto, never, plain or json, on stderr", false, false},
	{"stall-timeout", 0, "SECONDS", "a worker that does not move for this long is stopped (60)", false, false},
	{"sample", 0, "PERCENT", "read so much of each store, drawn at random, and estimate the rest", false, false},
	{"seed", 0, "N", "the number that decides what is drawn; drawn itself if not given", false, false},
	{"scope", 0, "FILE", "of a source over the network: who allowed it; see staunch scope", false, false},
	{"sas", 0, "FILE",
		"URLs of these sources with a shared access signature (Azure), one a line; - is standard input", false,
		false},
	{"purpose", 0, "TEXT", "of a source over the network: why it is read; written into the case", false, false},
	{"auth", 0, "FILE", "the owner's credentials for private sources; see staunch-auth(5)", false, false},
	{"ca", 0, "FILE", "certificates to trust instead of the machine's (PEM)", false, false},
	{"rescan", 0, NULL, "read everything again, with these options and detectors", false, false},
	{"unconfined", 0, NULL, "read hostile data without a sandbox; written into the case", false, false},
	{NULL, 0, NULL, NULL, false, false},
};

const struct cli_command cli_command_scan = {
	.name = "scan",
	.summary = "what was in it? reads sources into a case",
	.operands = "SOURCE...",
	.operands_min = 1,
	.operands_max = -1,
	.options = scan_options_table,
	.run = run,
};
