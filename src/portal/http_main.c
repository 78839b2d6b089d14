/*
 * staunch-portal: answers HTTP for `staunch portal`, which starts it. A program of its own, so that neither the case's
 * database nor the detectors are loaded where strangers' requests are read. The keeper opens the indices, the listening
 * socket and, for each answering process, a connection to the keyholder; then it forks them, and starts anew which
 * ends. The answering processes have these descriptors and can open no other. One that loses the keyholder answers 503
 * and ends, so that the keeper connects the next one.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "base/hash.h"
#include "portal/demo_sink.h"
#include "portal/http_route.h"
#include "portal/http_server.h"
#include "portal/style.h"
#include "process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_WRONG 2
#define EXIT_ENVIRONMENT 4
#define RESTART_MS 1000 /* at most one new process of a kind in so long: a crash is no fork bomb */
#define PROCESSES 4
#define STYLE_DIGITS 16

struct child {
	pid_t pid; /* 0: none */
	uint64_t started_ms;
};

struct keeper {
	struct portal portal;
	const char *keyholder, *listen;
	int listening, life[2]; /* children read from life[0]: it is closed when the keeper is gone */
	struct child children[CEIL_PORTAL_PROCESSES];
	unsigned count;
};

static int fail(const struct st_error *err)
{
	fprintf(stderr, "staunch: portal: %s\n", err->what);
	return err->status == ST_WRONG ? EXIT_WRONG : EXIT_ENVIRONMENT;
}

/* --- before the first request --- */

/* Which key the indices must be of. */
static enum st_status ask_about(struct portal *portal, struct st_error *err)
{
	struct portal_question question = {.ask = PORTAL_ASK_ABOUT};
	struct portal_answer *answer = st_alloc_zero(1, sizeof *answer);
	enum st_status status = portal_client_ask(portal->keyholder, &question, answer, CEIL_PORTAL_ANSWER_MS, err);
	if (status == ST_OK) {
		memcpy(portal->key_id, answer->key_id, sizeof portal->key_id);
		memcpy(portal->public_key, answer->public_key, sizeof portal->public_key);
	}
	free(answer);
	return status == ST_RETRY ? st_fail(err, ST_FATAL, "the keyholder does not answer") : status;
}

static enum st_status open_index(struct portal *portal, const char *path, struct st_error *err)
{
	struct portal_index *index = NULL;
	if (portal->count == CEIL_PORTAL_CASES)
		return st_fail(err, ST_WRONG, "at most %d indices", CEIL_PORTAL_CASES);
	ST_TRY(portal_index_open(path, portal->public_key, &index, err));
	const struct portal_head *head = portal_index_head(index);
	for (size_t i = 0; i < portal->count; i++) {
		if (memcmp(head->id.case_id, portal->cases[i].head->id.case_id, PORTAL_ID_BYTES) != 0)
			continue;
		portal_index_close(index);
		return st_fail(err, ST_WRONG, "two indices are of the same case");
	}
	portal->indices[portal->count] = index;
	portal->cases[portal->count] = (struct page_case){.head = head, .number = portal->count + 1};
	portal->count++;
	return ST_OK;
}

/* Without --about: the name of the first case, and nobody to write to. */
static void default_about(struct portal *portal)
{
	const char *name = portal->cases[0].head->name;
	if (portal->about.controller == NULL)
		portal->about.controller = st_strndup(name, strlen(name));
}

static void name_style(struct portal *portal)
{
	uint8_t digest[ST_SHA256_BYTES];
	char hex[2 * ST_SHA256_BYTES + 1];
	st_sha256_of(portal_style, strlen(portal_style), digest);
	st_hex(digest, sizeof digest, hex);
	snprintf(portal->style_path, sizeof portal->style_path, "/static/portal-%.*s.css", STYLE_DIGITS, hex);
}

/* --- an answering process --- */

struct answering {
	struct http_server *server;
};

static void on_gone(void *context)
{
	struct answering *answering = context;
	http_server_stop(answering->server);
}

static int answer_requests(struct keeper *keeper)
{
	struct portal *portal = &keeper->portal;
	struct answering answering = {0};
	struct st_error err = {0};
	answering.server = http_server_open(keeper->listening, &portal->site, portal_handle, portal, &err);
	if (answering.server == NULL)
		return fail(&err);
	http_server_watch(answering.server, keeper->life[0], on_gone, &answering);
	portal->gone = on_gone;
	portal->gone_context = &answering;
	if (portal->keyholder < 0) /* it answers 503 until the keyholder may be there again */
		http_server_stop_after(answering.server, RESTART_MS);
	if (confine(CONFINE_PORTAL, NULL, -1, 0, &err) != ST_OK)
		return fail(&err);
	http_server_run(answering.server);
	http_server_close(answering.server);
	return 0;
}

/* --- the keeper --- */

static void start_child(struct keeper *keeper, unsigned number)
{
	struct portal *portal = &keeper->portal;
	struct child *child = &keeper->children[number];
	atomic_store(&portal->lanes->busy[number], 0);
	portal->number = number;
	if (portal->keyholder < 0 && portal_client_open(keeper->keyholder, &portal->keyholder, NULL) != ST_OK)
		portal->keyholder = -1;
	child->started_ms = st_now_ms();
	child->pid = fork();
	if (child->pid == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGINT, SIG_IGN); /* Ctrl-C is the keeper's: it closes life */
		signal(SIGTERM, SIG_DFL);
		close(keeper->life[1]);
		exit(answer_requests(keeper));
	}
	if (child->pid < 0)
		child->pid = 0;
	if (portal->keyholder >= 0)
		close(portal->keyholder);
	portal->keyholder = -1;
}

/* How long until the next one may be started; -1: all run. */
static int start_children(struct keeper *keeper)
{
	int wait_ms = -1;
	for (unsigned i = 0; i < keeper->count; i++) {
		uint64_t ago_ms = st_now_ms() - keeper->children[i].started_ms;
		if (keeper->children[i].pid != 0)
			continue;
		if (keeper->children[i].started_ms == 0 || ago_ms >= RESTART_MS)
			start_child(keeper, i);
		else if (wait_ms < 0 || wait_ms > RESTART_MS - (int)ago_ms)
			wait_ms = RESTART_MS - (int)ago_ms;
	}
	return wait_ms;
}

/* True: one of them could not put itself into its jail, and no later one will. */
static bool reap(struct keeper *keeper)
{
	bool hopeless = false;
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		for (unsigned i = 0; i < keeper->count; i++)
			if (keeper->children[i].pid == pid)
				keeper->children[i].pid = 0;
		hopeless |= WIFEXITED(status) && WEXITSTATUS(status) == EXIT_ENVIRONMENT;
	}
	return hopeless;
}

static void stop_children(struct keeper *keeper)
{
	close(keeper->life[1]);
	uint64_t begin_ms = st_now_ms();
	for (unsigned i = 0; i < keeper->count; i++) {
		while (keeper->children[i].pid != 0 && waitpid(keeper->children[i].pid, NULL, WNOHANG) == 0) {
			if (st_now_ms() - begin_ms > 2 * RESTART_MS)
				kill(keeper->children[i].pid, SIGKILL);
			poll(NULL, 0, 10);
		}
	}
}

static int hear(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int keep(struct keeper *keeper)
{
	struct signalfd_siginfo signal_info;
	st_auto_close int signals = hear();
	int exit_status = 0;
	for (bool going = signals >= 0; going;) {
		int wait_ms = start_children(keeper);
		struct pollfd ready = {.fd = signals, .events = POLLIN};
		poll(&ready, 1, wait_ms);
		while (read(signals, &signal_info, sizeof signal_info) == (ssize_t)sizeof signal_info)
			going &= signal_info.ssi_signo == SIGCHLD;
		if (reap(keeper)) {
			exit_status = EXIT_ENVIRONMENT;
			going = false;
		}
	}
	stop_children(keeper);
	if (strncmp(keeper->listen, "unix:", 5) == 0)
		unlink(keeper->listen + 5);
	return exit_status;
}

static struct portal_lanes *shared_lanes(unsigned count)
{
	struct portal_lanes *lanes =
		mmap(NULL, sizeof *lanes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lanes == MAP_FAILED)
		exit(ST_EXIT_MEMORY);
	lanes->count = count;
	return lanes;
}

struct wanted {
	const char *indices[CEIL_PORTAL_CASES];
	size_t index_count;
	const char *about;
};

static enum st_status prepare(struct keeper *keeper, const struct wanted *wanted, struct st_error *err)
{
	struct portal *portal = &keeper->portal;
	if (wanted->about != NULL)
		ST_TRY(about_read(wanted->about, &portal->about, err));
	ST_TRY(portal_client_open(keeper->keyholder, &portal->keyholder, err));
	ST_TRY(ask_about(portal, err));
	for (size_t i = 0; i < wanted->index_count; i++)
		ST_TRY(open_index(portal, wanted->indices[i], err));
	default_about(portal);
	name_style(portal);
	randombytes_buf(portal->form_key, sizeof portal->form_key);
	randombytes_buf(portal->client_key, sizeof portal->client_key);
	portal->lanes = shared_lanes(keeper->count);
	keeper->listening = http_listen(keeper->listen, err);
	if (keeper->listening < 0)
		return err->status;
	if (pipe2(keeper->life, O_CLOEXEC) != 0)
		return st_fail_errno(err, ST_FATAL, "no pipe");
	return confine(CONFINE_PORTAL_KEEPER, NULL, -1, 0, err);
}

/* For `staunch doctor`: from within the jail. */
static int tell_about(void)
{
	struct st_error err = {0};
	st_auto_free char *text = st_format("libevent %s\n", http_server_version());
	if (confine(CONFINE_PORTAL, NULL, -1, 0, &err) != ST_OK)
		return fail(&err);
	return st_write_full(STDOUT_FILENO, text, strlen(text)) == 0 ? 0 : EXIT_ENVIRONMENT;
}

static void read_arguments(int argc, char **argv, struct keeper *keeper, struct wanted *wanted)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (strcmp(name, "--index") == 0 && wanted->index_count < CEIL_PORTAL_CASES)
			wanted->indices[wanted->index_count++] = value;
		else if (strcmp(name, "--keyholder") == 0)
			keeper->keyholder = value;
		else if (strcmp(name, "--listen") == 0)
			keeper->listen = value;
		else if (strcmp(name, "--about") == 0)
			wanted->about = value;
		else if (strcmp(name, "--plain") == 0)
			keeper->portal.site.plain = strcmp(value, "yes") == 0;
		else if (strcmp(name, "--processes") == 0)
			keeper->count = (unsigned)strtoul(value, NULL, 10);
	}
}

int main(int argc, char **argv)
{
	struct keeper *keeper = st_alloc_zero(1, sizeof *keeper);
	struct wanted wanted = {0};
	struct st_error err = {0};
	confine_harden();
	umask(077);
	tzset(); /* the jail has no files */
	st_hmac_warm_up();
	if (argc == 2 && strcmp(argv[1], "about") == 0)
		return tell_about();
	if (argc == 4 && strcmp(argv[1], "sink") == 0)
		return demo_sink(argv[2], argv[3]);
	keeper->count = PROCESSES;
	keeper->portal.keyholder = -1;
	read_arguments(argc, argv, keeper, &wanted);
	if (sodium_init() < 0 || keeper->keyholder == NULL || keeper->listen == NULL || wanted.index_count == 0 ||
		keeper->count == 0 || keeper->count > CEIL_PORTAL_PROCESSES) {
		fprintf(stderr, "staunch-portal is started by `staunch portal`\n");
		return EXIT_WRONG;
	}
	if (prepare(keeper, &wanted, &err) != ST_OK)
		return fail(&err);
	fprintf(stderr, "staunch: portal: %zu %s, listening on %s\n", keeper->portal.count,
		keeper->portal.count == 1 ? "case" : "cases", keeper->listen);
	return keep(keeper);
}
