/*
 * staunch-worker: the program that meets hostile bytes. Started by the launcher as `staunch-worker worker [ROLE]` with
 * its socket as descriptor 3; it confines itself before the first object and ends with the socket.
 */
#include "base/ceilings.h"
#include "detect/rules.h"
#include "process/confine.h"
#include "worker/about.h"
#include "worker/audit.h"
#include "worker/body.h"
#include "worker/imports.h"
#include "worker/listing.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

struct start {
	bool unconfined;
	uint64_t memory_bytes;
};

/* A NULL-ended list that lives as long as the process; NULL when it is empty. */
static const char *const *take_list(struct st_cursor *in)
{
	uint32_t count = st_cursor_u32(in);
	if (in->bad || count == 0 || count > CEIL_MESSAGE_BYTES / 4)
		return NULL;
	const char **list = st_alloc_zero((size_t)count + 1, sizeof *list);
	for (uint32_t i = 0; i < count && !in->bad; i++) {
		struct st_span text = st_cursor_span(in);
		list[i] = st_strndup((const char *)text.data, text.size);
	}
	return list;
}

static void fail_to_start(struct worker *worker, const struct st_error *err)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_span(&body, err->what, strlen(err->what));
	outbox_send(&worker->out, WORKER_ERROR, &body);
	_exit(4);
}

/* The rules live as long as the process. */
static void take_rules(struct worker *worker, struct st_span file)
{
	struct detect_rules *rules;
	struct st_error err = {0};
	if (file.size == 0)
		return;
	if (detect_rules_open(file, &rules, &err) != ST_OK)
		fail_to_start(worker, &err);
	worker->detect.rules = rules;
}

static bool read_start(struct worker *worker, struct start *start)
{
	struct message message;
	if (message_next(worker->reader, &message) != MESSAGE_OK || message.type != WORKER_START)
		return false;
	struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
	start->unconfined = st_cursor_byte(&in) != 0;
	start->memory_bytes = st_cursor_u64(&in);
	worker->detect.regions = take_list(&in);
	worker->detect.own_domains = take_list(&in);
	worker->detect.keep_tentative = true;
	worker->volatile_fields = take_list(&in);
	struct st_span format = st_cursor_span(&in);
	worker->format = format.size > 0 ? st_strndup((const char *)format.data, format.size) : NULL;
	take_rules(worker, st_cursor_span(&in));
	worker->id_fields = take_list(&in);
	struct st_span units = st_cursor_span(&in);
	worker->field_units = (const uint8_t *)st_strndup((const char *)units.data, units.size);
	return !in.bad;
}

/* Prepares libraries for a life without open(2): what they load lazily is loaded now. */
static void warm(struct worker *worker)
{
	/* The first hash reads the configuration of libcrypto. */
	worker->hash = st_sha256_new();
	extract_prepare();
	if (getrandom(worker->domains.key, sizeof worker->domains.key, 0) != sizeof worker->domains.key)
		_exit(4);
	worker->names = words_open(NULL, NULL);
	worker->idle[worker->idle_count++] = finder_open(&worker->detect, &worker->out, &worker->domains);
}

static void enter_jail(struct worker *worker, const struct start *start)
{
	struct st_error err = {0};
	struct confine_limits limits = {.memory_bytes = start->memory_bytes};
	int landlock_abi = confine_available().landlock_abi;
	if (!start->unconfined && confine(CONFINE_WORKER, &limits, WORKER_SOCKET_FD, WORKER_FORBIDDEN, &err) != ST_OK)
		fail_to_start(worker, &err);
	st_auto_buf struct st_buf body = {0};
	st_buf_add_byte(&body, (uint8_t)landlock_abi);
	st_buf_add_byte(&body, !start->unconfined);
	outbox_send(&worker->out, WORKER_READY, &body);
}

/* The body of an answer to a check. */
static void tell_body(struct worker *worker, const struct message *message)
{
	st_auto_close int fd = message->fd;
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	uint32_t job = st_cursor_u32(&in);
	uint8_t form = st_cursor_byte(&in);
	uint32_t keep = st_cursor_u32(&in);
	uint64_t size = st_cursor_u64(&in);
	struct probe_facts facts = {0};
	if (!in.bad && fd >= 0 && form < PROBE_FORMS) {
		struct stream *stream = stream_open_fd(fd, size);
		body_read(stream, (enum probe_form)form, keep, &facts);
		stream_close(stream);
	}
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job);
	probe_facts_encode(&facts, &body);
	outbox_send(&worker->out, WORKER_FACTS, &body);
	probe_facts_free(&facts);
}

/* Rows in frames of a quarter of what one may hold at most. */
static void send_rows(struct worker *worker, uint32_t job, const struct listing_page *page)
{
	struct st_cursor in = {.at = page->rows.data, .end = page->rows.data + page->rows.size};
	for (uint64_t left = page->count; left > 0;) {
		st_auto_buf struct st_buf body = {0}, rows = {0};
		uint32_t count = 0;
		for (; left > 0 && rows.size < CEIL_MESSAGE_BYTES / 4; left--, count++) {
			struct probe_listed listed;
			(void)probe_listed_decode(&in, &listed);
			probe_listed_encode(&rows, &listed);
		}
		st_buf_add_u32(&body, job);
		st_buf_add_u32(&body, count);
		st_buf_add(&body, rows.data, rows.size);
		outbox_send(&worker->out, WORKER_LISTED, &body);
	}
}

static void tell_listing(struct worker *worker, const struct message *message)
{
	st_auto_close int fd = message->fd;
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	uint32_t job = st_cursor_u32(&in);
	uint8_t form = st_cursor_byte(&in);
	uint64_t size = st_cursor_u64(&in);
	struct listing_page page = {.page = PROBE_PAGE_CUT};
	st_buf_reserve(&page.rows, 1);
	if (!in.bad && fd >= 0 && form < PROBE_LISTINGS) {
		struct stream *stream = stream_open_fd(fd, size);
		listing_read(stream, (enum probe_listing)form, &page);
		stream_close(stream);
	}
	send_rows(worker, job, &page);
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, job);
	st_buf_add_byte(&body, (uint8_t)page.page);
	st_buf_add_span(&body, page.marker.data, page.marker.size);
	outbox_send(&worker->out, WORKER_LISTED_END, &body);
	listing_page_free(&page);
}

static int serve(struct worker *worker)
{
	for (;;) {
		struct message message;
		enum message_result result = worker_next(worker, &message);
		if (result == MESSAGE_CLOSED)
			return 0;
		if (result != MESSAGE_OK)
			return 1;
		if (message.type == WORKER_JOB)
			worker_job(worker, &message);
		else if (message.type == WORKER_JOBS)
			worker_keep_jobs(worker, &message);
		else if (message.type == WORKER_BODY)
			tell_body(worker, &message);
		else if (message.type == WORKER_LISTING)
			tell_listing(worker, &message);
		else if (message.type == WORKER_ROWS)
			worker_imports(worker, &message);
		else
			return 1;
	}
}

static int parse(void)
{
	struct worker worker = {.out.socket = WORKER_SOCKET_FD};
	struct start start;
	worker.reader = message_reader_open(WORKER_SOCKET_FD);
	message_reader_takes_several(worker.reader);
	if (!read_start(&worker, &start))
		return 1;
	warm(&worker);
	enter_jail(&worker, &start);
	return serve(&worker);
}

int main(int argc, char **argv)
{
	confine_harden();
	prctl(PR_SET_NAME, "staunch-worker", 0, 0, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("staunch-worker " STAUNCH_VERSION);
		return 0;
	}
	if (argc < 2 || argc > 3 || strcmp(argv[1], "worker") != 0) {
		fputs("staunch-worker: started by staunch, not by hand\n", stderr);
		return 2;
	}
	bool about = argc == 3 && strcmp(argv[2], "about") == 0;
	if (argc == 3 && strcmp(argv[2], "audit") == 0)
		_exit(worker_audit(WORKER_SOCKET_FD));
	/* No handlers of libraries at the end: the jail allows the end, and little else. */
	_exit(about ? worker_about(WORKER_SOCKET_FD) : parse());
}
