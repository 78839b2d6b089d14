/*
 * staunch-resolver: takes the keyholder's LOOKUP errands and proves domains. A program of its own, so that no other one
 * has libunbound and nothing else of the portal meets what name servers say. The keeper talks to the keyholder and
 * reads no DNS; for each lookup it forks one process, which locks itself in, asks, answers with one byte and ends. So
 * nothing that was said about one domain is known to the proof of another, or to the next one of the same, and who
 * hangs, grows or crashes costs its own proof: UNREACHABLE.
 */
#include "base/clock.h"
#include "dns/names.h"
#include "dns/options.h"
#include "dns/proof.h"
#include "portal/errand.h"
#include "process/confine.h"
#include "process/message.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_WRONG 2
#define EXIT_ENVIRONMENT 4
#define CONNECT_MS 500 /* between two tries to reach the keyholder */
#define GRACE_MS 1000  /* beyond its own deadline, until a process is ended */
#define CPU_S 10       /* processor time of one proof */
#define MEMORY_BYTES (256 * MIB)

struct child {
	pid_t pid; /* 0: none */
	int result;
	uint64_t number, end_ms;
	int64_t registered_at;
};

struct keeper {
	struct dns_options options;
	int signals, socket; /* socket: -1 while there is no keyholder */
	struct message_reader *reader;
	struct child children[CEIL_DNS_LOOKUPS];
	uint64_t connect_ms; /* not before */
	bool told;
};

static int fail(const struct st_error *err)
{
	fprintf(stderr, "staunch: resolver: %s\n", err->what);
	return err->status == ST_WRONG ? EXIT_WRONG : EXIT_ENVIRONMENT;
}

static enum st_status lock_in(enum confine_role role, const struct dns_options *options, struct st_error *err)
{
	struct confine_limits limits = {.memory_bytes = MEMORY_BYTES,
		.cpu_s = CPU_S,
		.ports = options->ports,
		.port_count = options->port_count};
	return options->unconfined ? ST_OK : confine(role, &limits, -1, 0, err);
}

/* --- one lookup, in a process of its own --- */

static void prove_and_end(const struct keeper *keeper, const struct portal_lookup *lookup, int result)
{
	uint64_t deadline_ms = st_now_ms() + CEIL_DNS_LOOKUP_MS;
	struct names *names = NULL;
	struct st_error err = {0};
	if (names_open(&keeper->options, &names, &err) != ST_OK ||
		lock_in(CONFINE_RESOLVER, &keeper->options, &err) != ST_OK) {
		fail(&err);
		_exit(EXIT_ENVIRONMENT);
	}
	uint8_t verdict = (uint8_t)dns_prove(names, &keeper->options, lookup, deadline_ms);
	_exit(write(result, &verdict, 1) == 1 ? 0 : EXIT_ENVIRONMENT);
}

/* The process has the pipe and nothing of the keyholder's. */
static void become_proof(struct keeper *keeper, const struct portal_lookup *lookup, int result, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < CEIL_DNS_LOOKUPS; i++)
		if (keeper->children[i].pid != 0)
			close(keeper->children[i].result);
	close(keeper->socket);
	close(keeper->signals);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(EXIT_ENVIRONMENT);
	prove_and_end(keeper, lookup, result);
}

static void say(struct keeper *keeper, uint64_t number, enum portal_verdict verdict, int64_t registered_at)
{
	const struct portal_looked_up answer = {
		.number = number, .verdict = (uint8_t)verdict, .registered_at = registered_at};
	st_auto_buf struct st_buf body = {0};
	portal_looked_up_encode(&answer, &body);
	if (keeper->socket >= 0)
		(void)message_send(keeper->socket, PORTAL_ERRAND_LOOKED_UP, body.data, body.size, -1);
}

static void begin_lookup(struct keeper *keeper, const struct portal_lookup *lookup)
{
	int ends[2];
	size_t i = 0;
	while (keeper->children[i].pid != 0)
		i++;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		say(keeper, lookup->number, PORTAL_UNREACHABLE, 0);
		return;
	}
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		close(ends[0]);
		become_proof(keeper, lookup, ends[1], parent);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		say(keeper, lookup->number, PORTAL_UNREACHABLE, 0);
		return;
	}
	keeper->children[i] = (struct child){.pid = pid,
		.result = ends[0],
		.number = lookup->number,
		.end_ms = st_now_ms() + CEIL_DNS_LOOKUP_MS + GRACE_MS,
		.registered_at = dns_registered_at(&keeper->options, lookup->domain)};
}

/* What the process said, if it is one of the verdicts of a lookup: it may have been taken over, for its own domain. */
static enum portal_verdict verdict_of(int result)
{
	uint8_t verdict = 0;
	if (read(result, &verdict, 1) != 1)
		return PORTAL_UNREACHABLE;
	bool known = verdict == PORTAL_DONE || verdict == PORTAL_NOT_FOUND || verdict == PORTAL_DISAGREE ||
		     verdict == PORTAL_BOGUS;
	return known ? (enum portal_verdict)verdict : PORTAL_UNREACHABLE;
}

static void end_lookup(struct keeper *keeper, struct child *child)
{
	say(keeper, child->number, verdict_of(child->result), child->registered_at);
	close(child->result);
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

static void end_all(struct keeper *keeper)
{
	for (size_t i = 0; i < CEIL_DNS_LOOKUPS; i++)
		if (keeper->children[i].pid != 0)
			end_lookup(keeper, &keeper->children[i]);
}

/* --- the keyholder --- */

static void lose_keyholder(struct keeper *keeper)
{
	message_reader_close(keeper->reader);
	close(keeper->socket);
	keeper->socket = -1;
	keeper->connect_ms = st_now_ms() + CONNECT_MS;
	end_all(keeper);
}

static void find_keyholder(struct keeper *keeper)
{
	const uint8_t hello = PORTAL_LOOKUPS;
	int fd = -1;
	keeper->connect_ms = st_now_ms() + CONNECT_MS;
	if (portal_client_open(keeper->options.errands, &fd, NULL) != ST_OK)
		return;
	if (message_send(fd, PORTAL_ERRAND_HELLO, &hello, 1, -1) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		close(fd);
		return;
	}
	keeper->socket = fd;
	keeper->reader = message_reader_open(fd);
	if (!keeper->told)
		puts("ready");
	fflush(stdout);
	keeper->told = true;
}

static size_t free_children(const struct keeper *keeper)
{
	size_t count = 0;
	for (size_t i = 0; i < CEIL_DNS_LOOKUPS; i++)
		count += keeper->children[i].pid == 0;
	return count;
}

/* As many as there are processes for; the others wait in the socket. */
static void hear_keyholder(struct keeper *keeper)
{
	while (free_children(keeper) > 0) {
		struct message message;
		struct portal_lookup lookup;
		enum message_result result = message_next(keeper->reader, &message);
		if (result == MESSAGE_AGAIN)
			return;
		if (result == MESSAGE_OK && message.fd >= 0)
			close(message.fd);
		if (result != MESSAGE_OK || message.type != PORTAL_ERRAND_LOOKUP ||
			message.body.size > CEIL_PORTAL_MESSAGE_BYTES || !portal_lookup_decode(message.body, &lookup)) {
			lose_keyholder(keeper);
			return;
		}
		begin_lookup(keeper, &lookup);
	}
}

/* --- the loop --- */

static int wait_ms(const struct keeper *keeper)
{
	uint64_t now_ms = st_now_ms(), until_ms = now_ms + 60000;
	if (keeper->socket < 0 && keeper->connect_ms < until_ms)
		until_ms = keeper->connect_ms;
	for (size_t i = 0; i < CEIL_DNS_LOOKUPS; i++)
		if (keeper->children[i].pid != 0 && keeper->children[i].end_ms < until_ms)
			until_ms = keeper->children[i].end_ms;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

static void end_those_that_are_done(struct keeper *keeper, const struct pollfd *fds)
{
	for (size_t i = 0; i < CEIL_DNS_LOOKUPS; i++) {
		struct child *child = &keeper->children[i];
		if (child->pid != 0 &&
			(st_now_ms() >= child->end_ms || (fds[i].fd == child->result && fds[i].revents != 0)))
			end_lookup(keeper, child);
	}
}

static void keep(struct keeper *keeper)
{
	for (;;) {
		struct pollfd fds[CEIL_DNS_LOOKUPS + 2];
		struct pollfd *signals = &fds[CEIL_DNS_LOOKUPS], *keyholder = &fds[CEIL_DNS_LOOKUPS + 1];
		if (keeper->socket < 0 && st_now_ms() >= keeper->connect_ms)
			find_keyholder(keeper);
		for (size_t i = 0; i < CEIL_DNS_LOOKUPS; i++)
			fds[i] = (struct pollfd){
				.fd = keeper->children[i].pid != 0 ? keeper->children[i].result : -1, .events = POLLIN};
		*signals = (struct pollfd){.fd = keeper->signals, .events = POLLIN};
		*keyholder = (struct pollfd){.fd = free_children(keeper) > 0 ? keeper->socket : -1, .events = POLLIN};
		poll(fds, CEIL_DNS_LOOKUPS + 2, wait_ms(keeper));
		if (signals->revents != 0)
			break;
		end_those_that_are_done(keeper, fds);
		/* what was read while all were busy is told of by nobody else */
		if (keeper->socket >= 0 && free_children(keeper) > 0)
			hear_keyholder(keeper);
	}
	end_all(keeper);
}

static int hear_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The anchors and places are tried once before anything is promised. */
static enum st_status prepare(struct keeper *keeper, int argc, char **argv, struct st_error *err)
{
	struct names *trial = NULL;
	ST_TRY(dns_options_read(argc, argv, &keeper->options, err));
	ST_TRY(names_open(&keeper->options, &trial, err));
	names_close(trial);
	keeper->signals = hear_signals();
	if (keeper->signals < 0)
		return st_fail_errno(err, ST_FATAL, "signals cannot be heard");
	if (keeper->options.unconfined)
		fputs("staunch: not confined\n", stderr);
	return lock_in(CONFINE_RESOLVER_KEEPER, &keeper->options, err);
}

/* For `staunch doctor`: from within the jail. */
static int tell_about(void)
{
	struct dns_options none = {.ports = {DNS_PORT}, .port_count = 1};
	struct st_error err = {0};
	st_auto_free char *text = st_format("libunbound %s\n", names_version());
	if (lock_in(CONFINE_RESOLVER, &none, &err) != ST_OK)
		return fail(&err);
	return st_write_full(STDOUT_FILENO, text, strlen(text)) == 0 ? 0 : EXIT_ENVIRONMENT;
}

int main(int argc, char **argv)
{
	struct keeper *keeper = st_alloc_zero(1, sizeof *keeper);
	struct st_error err = {0};
	confine_harden();
	umask(077);
	tzset(); /* the jail has no files */
	st_hmac_warm_up();
	if (argc == 2 && strcmp(argv[1], "about") == 0)
		return tell_about();
	keeper->socket = keeper->signals = -1;
	if (prepare(keeper, argc, argv, &err) != ST_OK)
		return fail(&err);
	keep(keeper);
	dns_options_free(&keeper->options);
	free(keeper);
	return 0;
}
