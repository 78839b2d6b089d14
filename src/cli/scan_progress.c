/*
 * The panel of a running scan: on stderr, redrawn in place on a terminal, a line every ten seconds elsewhere, or JSON
 * lines. Figures still estimated carry ~ (HyperLogLog); the exact ones come with the report.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "base/json_write.h"
#include "base/print.h"
#include "cli/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum progress_mode { PROGRESS_NEVER, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_PANEL };
enum { PANEL_EVERY_MS = 500, PLAIN_EVERY_MS = 10000, PANEL_WIDTH = 79 };

struct scan_progress {
	enum progress_mode mode;
	uint64_t started_at_ms, drawn_at_ms;
	int lines_drawn;
	const char *phase;
	uint64_t records, unread, unread_by[ST_REASONS];
	struct resolve_sketch distinct_records, persons, organizations;
};

static enum progress_mode automatic(void)
{
	const char *term = getenv("TERM");
	bool terminal = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	return terminal ? PROGRESS_PANEL : PROGRESS_PLAIN;
}

struct scan_progress *scan_progress_open(const char *mode)
{
	static const struct {
		const char *name;
		enum progress_mode mode;
	} modes[] = {{"never", PROGRESS_NEVER}, {"plain", PROGRESS_PLAIN}, {"json", PROGRESS_JSON}};
	struct scan_progress *progress = st_alloc_zero(1, sizeof *progress);
	progress->started_at_ms = progress->drawn_at_ms = st_now_ms();
	if (mode == NULL || strcmp(mode, "auto") == 0) {
		progress->mode = automatic();
		return progress;
	}
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(mode, modes[i].name) == 0) {
			progress->mode = modes[i].mode;
			return progress;
		}
	}
	free(progress);
	return NULL;
}

void scan_progress_mention(struct scan_progress *progress, const uint8_t digest_key[ST_DIGEST_KEY_BYTES],
	enum detect_kind kind, struct st_span canonical, const char *const *own_domains)
{
	if (progress->mode == PROGRESS_NEVER || kind != DETECT_EMAIL_ADDRESS)
		return;
	struct scan_party party;
	uint8_t digest[ST_DIGEST_BYTES];
	scan_party_of(canonical, own_domains, &party);
	if (!party.role) {
		st_digest(digest_key, canonical.data, canonical.size, digest);
		resolve_sketch_add(&progress->persons, digest);
	}
	if (party.organization.size > 0) {
		st_digest(digest_key, party.organization.data, party.organization.size, digest);
		resolve_sketch_add(&progress->organizations, digest);
	}
}

void scan_progress_record(struct scan_progress *progress, const uint8_t digest_key[ST_DIGEST_KEY_BYTES],
	const uint8_t sha256[ST_SHA256_BYTES])
{
	uint8_t digest[ST_DIGEST_BYTES];
	progress->records++;
	if (progress->mode == PROGRESS_NEVER)
		return;
	st_digest(digest_key, sha256, ST_SHA256_BYTES, digest);
	resolve_sketch_add(&progress->distinct_records, digest);
}

void scan_progress_unread(struct scan_progress *progress, enum st_reason reason)
{
	progress->unread++;
	progress->unread_by[reason]++;
}

void scan_progress_phase(struct scan_progress *progress, const char *phase)
{
	progress->phase = phase;
	progress->drawn_at_ms = 0;
}

/* --- what there is to say --- */

struct state {
	const struct scan_store *store; /* the one being read */
	size_t store_number;
	uint64_t objects, objects_done, bytes, bytes_done;
	size_t busy;
	const struct scan_slot *slowest;
	uint64_t elapsed_ms, rate_bytes;
};

static struct state state_of(const struct scan_progress *progress, const struct scan *scan)
{
	struct state state = {.elapsed_ms = st_now_ms() - progress->started_at_ms};
	for (size_t i = 0; i < scan->store_count; i++) {
		const struct scan_store *store = &scan->stores[i];
		state.objects += store->objects;
		state.bytes += store->bytes;
		state.objects_done += store->objects_done;
		state.bytes_done += store->bytes_done;
		if (store->listed_now && (state.store == NULL || state.store->objects_done == state.store->objects)) {
			state.store = store;
			state.store_number = i + 1;
		}
	}
	for (size_t i = 0; i < scan->slot_count; i++) {
		const struct scan_slot *slot = &scan->slots[i];
		if (slot->state != SCAN_SLOT_BUSY)
			continue;
		state.busy++;
		state.bytes_done += slot->seen_bytes < slot->task.size_bytes ? slot->seen_bytes : slot->task.size_bytes;
		if (state.slowest == NULL || slot->task.size_bytes > state.slowest->task.size_bytes)
			state.slowest = slot;
	}
	state.rate_bytes = state.elapsed_ms > 0 ? state.bytes_done * 1000 / state.elapsed_ms : 0;
	return state;
}

static void clock_text(uint64_t ms, char out[16])
{
	uint64_t seconds = ms / 1000;
	snprintf(out, 16, "%02u:%02u:%02u", (unsigned)(seconds / 3600 % 1000), (unsigned)(seconds / 60 % 60),
		(unsigned)(seconds % 60));
}

static void bytes_text(uint64_t bytes, char out[16])
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
	double value = (double)bytes;
	size_t unit = 0;
	while (value >= 1000 && unit + 1 < sizeof units / sizeof units[0]) {
		value /= 1000;
		unit++;
	}
	snprintf(out, 16, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

static void grouped(uint64_t value, char out[32])
{
	char digits[24];
	int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value), at = 0;
	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = 0;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 100 : (unsigned)((double)part * 100 / (double)whole);
}

static void bar_text(unsigned done_percent, char out[32])
{
	unsigned filled = done_percent * 30 / 100;
	for (unsigned i = 0; i < 30; i++)
		out[i] = i < filled ? '#' : '.';
	out[30] = 0;
}

/* --- the panel --- */

static void add_line(struct st_buf *out, const char *text)
{
	size_t size = strlen(text);
	st_buf_add(out, text, size < PANEL_WIDTH ? size : PANEL_WIDTH);
	st_buf_add(out, "\x1b[K\n", 4);
}

static void add_head(
	struct st_buf *out, const struct scan_progress *progress, const struct scan *scan, const struct state *state)
{
	char elapsed[16], line[256];
	clock_text(state->elapsed_ms, elapsed);
	st_auto_free char *name =
		state->store ? st_escaped_text(state->store->name, strlen(state->store->name)) : st_strndup("", 0);
	snprintf(line, sizeof line, "%-40.40s  store %zu of %zu  %12s elapsed",
		progress->phase ? progress->phase : name, state->store_number, scan->store_count, elapsed);
	add_line(out, line);
}

static void add_bars(struct st_buf *out, const struct state *state)
{
	char done[32], all[32], bar[32], rate[16], line[256];
	unsigned share = percent(state->objects_done, state->objects);
	grouped(state->objects_done, done);
	grouped(state->objects, all);
	bar_text(share, bar);
	snprintf(line, sizeof line, "  objects %11s of %11s %4u %%  %s", done, all, share, bar);
	add_line(out, line);
	share = percent(state->bytes_done, state->bytes);
	bytes_text(state->bytes_done, done);
	bytes_text(state->bytes, all);
	bytes_text(state->rate_bytes, rate);
	bar_text(share, bar);
	snprintf(line, sizeof line, "  bytes   %11s of %11s %4u %%  %.24s %s/s", done, all, share, bar, rate);
	add_line(out, line);
}

static void add_time_left(struct st_buf *out, const struct state *state)
{
	char left[16], line[64];
	line[0] = 0;
	if (state->rate_bytes > 0 && state->elapsed_ms > 5000 && state->bytes > state->bytes_done) {
		clock_text((state->bytes - state->bytes_done) * 1000 / state->rate_bytes, left);
		snprintf(line, sizeof line, "  about %s left at this pace", left);
	}
	add_line(out, line);
	add_line(out, "");
}

static void add_figures(struct st_buf *out, const struct scan_progress *progress)
{
	char a[32], b[32], line[256];
	grouped(progress->records, a);
	grouped(resolve_sketch_estimate(&progress->persons), b);
	snprintf(line, sizeof line, "  records   %13s          persons       ~ %s", a, b);
	add_line(out, line);
	grouped(resolve_sketch_estimate(&progress->distinct_records), a);
	grouped(resolve_sketch_estimate(&progress->organizations), b);
	snprintf(line, sizeof line, "  distinct  ~ %11s          organizations ~ %s", a, b);
	add_line(out, line);
}

/* The two commonest reasons and the rest. */
static void unread_text(const struct scan_progress *progress, char *out, size_t size)
{
	int first = 0, second = 0;
	for (int i = 1; i < ST_REASONS; i++) {
		if (progress->unread_by[i] > progress->unread_by[first]) {
			second = first;
			first = i;
		} else if (progress->unread_by[i] > progress->unread_by[second]) {
			second = i;
		}
	}
	out[0] = 0;
	if (first == 0)
		return;
	uint64_t other = progress->unread - progress->unread_by[first];
	int used = snprintf(out, size, "%s %llu", st_reason_name((enum st_reason)first),
		(unsigned long long)progress->unread_by[first]);
	if (second != 0 && used > 0 && (size_t)used < size) {
		other -= progress->unread_by[second];
		used += snprintf(out + used, size - (size_t)used, ", %s %llu", st_reason_name((enum st_reason)second),
			(unsigned long long)progress->unread_by[second]);
	}
	if (other > 0 && used > 0 && (size_t)used < size)
		snprintf(out + used, size - (size_t)used, ", other %llu", (unsigned long long)other);
}

static void add_tail(
	struct st_buf *out, const struct scan_progress *progress, const struct scan *scan, const struct state *state)
{
	char count[32], reasons[128], size[16], line[256];
	grouped(progress->unread, count);
	unread_text(progress, reasons, sizeof reasons);
	bool warn = progress->unread > 0 && cli_colour(STDERR_FILENO);
	snprintf(line, sizeof line, "%s  not read  %13s%s          %s", warn ? "\x1b[33m" : "", count,
		warn ? "\x1b[39m" : "", reasons);
	add_line(out, line);
	int used = snprintf(line, sizeof line, "  workers   %5zu of %zu busy", state->busy, scan->slot_count);
	if (state->slowest != NULL && used > 0) {
		bytes_text(state->slowest->task.size_bytes, size);
		grouped(state->slowest->task.object, count);
		snprintf(line + used, sizeof line - (size_t)used, "          largest: object #%s, %s, %u %%", count,
			size, percent(state->slowest->seen_bytes, state->slowest->task.size_bytes));
	}
	add_line(out, line);
}

static void draw_panel(struct scan_progress *progress, const struct scan *scan, const struct state *state)
{
	st_auto_buf struct st_buf out = {0};
	if (progress->lines_drawn > 0) {
		char up[16];
		int size = snprintf(up, sizeof up, "\x1b[%dA", progress->lines_drawn);
		st_buf_add(&out, up, (size_t)size);
	}
	add_head(&out, progress, scan, state);
	add_bars(&out, state);
	add_time_left(&out, state);
	add_figures(&out, progress);
	add_tail(&out, progress, scan, state);
	progress->lines_drawn = 9;
	st_write_full(STDERR_FILENO, out.data, out.size);
}

static void print_line(const struct scan_progress *progress, const struct state *state)
{
	char elapsed[16], done[32], all[32], bytes[16], of[16], rate[16];
	clock_text(state->elapsed_ms, elapsed);
	grouped(state->objects_done, done);
	grouped(state->objects, all);
	bytes_text(state->bytes_done, bytes);
	bytes_text(state->bytes, of);
	bytes_text(state->rate_bytes, rate);
	st_auto_free char *name =
		state->store ? st_escaped_text(state->store->name, strlen(state->store->name)) : st_strndup("", 0);
	fprintf(stderr, "%s  %s  %s/%s objects  %s of %s  %llu not read  %s/s\n", elapsed,
		progress->phase ? progress->phase : name, done, all, bytes, of, (unsigned long long)progress->unread,
		rate);
}

static void print_json(const struct scan_progress *progress, const struct state *state)
{
	st_auto_buf struct st_buf out = {0};
	struct st_json_writer w = {.out = &out};
	st_json_object(&w);
	st_json_key_uint(&w, "elapsed_ms", state->elapsed_ms);
	st_json_key_text(&w, "phase", progress->phase ? progress->phase : "read");
	st_json_key_uint(&w, "objects_done", state->objects_done);
	st_json_key_uint(&w, "objects", state->objects);
	st_json_key_uint(&w, "bytes_done", state->bytes_done);
	st_json_key_uint(&w, "bytes", state->bytes);
	st_json_key_uint(&w, "records", progress->records);
	st_json_key_uint(&w, "records_distinct_estimate", resolve_sketch_estimate(&progress->distinct_records));
	st_json_key_uint(&w, "persons_estimate", resolve_sketch_estimate(&progress->persons));
	st_json_key_uint(&w, "organizations_estimate", resolve_sketch_estimate(&progress->organizations));
	st_json_key_uint(&w, "unread", progress->unread);
	st_json_object_end(&w);
	st_buf_add_byte(&out, '\n');
	st_write_full(STDERR_FILENO, out.data, out.size);
}

void scan_progress_tick(struct scan_progress *progress, const struct scan *scan)
{
	if (progress->mode == PROGRESS_NEVER)
		return;
	uint64_t now_ms = st_now_ms();
	uint64_t every_ms = progress->mode == PROGRESS_PANEL ? PANEL_EVERY_MS : PLAIN_EVERY_MS;
	if (progress->drawn_at_ms != 0 && now_ms - progress->drawn_at_ms < every_ms)
		return;
	progress->drawn_at_ms = now_ms;
	struct state state = state_of(progress, scan);
	if (progress->mode == PROGRESS_PANEL)
		draw_panel(progress, scan, &state);
	else if (progress->mode == PROGRESS_JSON)
		print_json(progress, &state);
	else
		print_line(progress, &state);
}

/* --- the last three lines --- */

static void print_read(const struct casefile_coverage *coverage)
{
	char read[32], listed[32], bytes[16], of[16];
	grouped(coverage->read, read);
	grouped(coverage->listed, listed);
	bytes_text(coverage->bytes_read, bytes);
	bytes_text(coverage->bytes_listed, of);
	fprintf(stderr, "read      %s of %s objects, %s of %s    %llu copies, %llu partly\n", read, listed, bytes, of,
		(unsigned long long)coverage->duplicate, (unsigned long long)coverage->partial);
}

static void print_unread(const struct casefile_coverage *coverage)
{
	struct scan_progress unread = {.unread = coverage->unread};
	memcpy(unread.unread_by, coverage->unread_objects, sizeof unread.unread_by);
	char count[32], bytes[16], reasons[128];
	grouped(coverage->unread, count);
	bytes_text(coverage->bytes_unread, bytes);
	unread_text(&unread, reasons, sizeof reasons);
	fprintf(stderr, "not read  %s objects, %s%s%s\n", count, bytes, reasons[0] ? "    " : "", reasons);
}

/* Of times that processes spent side by side, what they waited for. */
static void print_network(const struct st_network *network)
{
	char pages[32], names[32], requests[32], bytes[16];
	grouped(network->pages, pages);
	grouped(network->names, names);
	grouped(network->requests, requests);
	bytes_text(network->bytes, bytes);
	fprintf(stderr,
		"network   %s pages, %s names: %.1f s, %u %% waiting    %s requests, %s: %.1f s, %u %% waiting, %u %% "
		"for "
		"workers\n",
		pages, names, (double)network->listing_ms / 1000,
		st_network_percent(network->listing_asked_ms, network->listing_ms), requests, bytes,
		(double)network->object_ms / 1000, st_network_percent(network->object_asked_ms, network->object_ms),
		st_network_percent(network->object_blocked_ms, network->object_ms));
}

void scan_progress_end(
	struct scan_progress *progress, const struct casefile_coverage *coverage, const struct st_network *network)
{
	if (progress->mode == PROGRESS_NEVER || progress->mode == PROGRESS_JSON)
		return;
	if (progress->lines_drawn > 0)
		fprintf(stderr, "\x1b[%dA\x1b[J", progress->lines_drawn);
	char elapsed[16];
	clock_text(st_now_ms() - progress->started_at_ms, elapsed);
	struct rusage own;
	getrusage(RUSAGE_SELF, &own);
	print_read(coverage);
	print_unread(coverage);
	if (network != NULL)
		print_network(network);
	fprintf(stderr, "time      %s, %ld MB at most beside the workers    next: staunch report\n", elapsed,
		own.ru_maxrss / 1024);
}

void scan_progress_close(struct scan_progress *progress)
{
	free(progress);
}
