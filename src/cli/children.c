#include "cli/children.h"

#include "base/clock.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_MS 3000
#define YOUNG_MS 5000 /* an environment that fails so early does not mend */
#define AGAIN_MS 1000
#define AGAIN_MOST_MS 30000
#define SETTLED_MS 60000 /* who lived so long begins with a short pause again */
#define KEPT_MOST 4

void child_add(struct child_run *run, const char *argument)
{
	if (run->argument_count >= CHILD_ARGUMENTS - 1)
		abort();
	run->arguments[run->argument_count++] = argument;
}

void child_add_option(struct child_run *run, const char *option, const char *value)
{
	if (value == NULL)
		return;
	child_add(run, option);
	child_add(run, value);
}

pid_t child_start(const struct child_run *run)
{
	pid_t parent = getpid(), pid = fork();
	if (pid != 0)
		return pid;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int nothing = run->quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : STDOUT_FILENO;
	union {
		const char *const *texts;
		char *const *arguments;
	} as = {.texts = run->arguments};
	/* A group of its own: Ctrl-C is heard by the parent alone, and the others are ended in order. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent && setpgid(0, 0) == 0 &&
		(run->folder == NULL || chdir(run->folder) == 0) && nothing >= 0 &&
		(!run->quiet || dup2(nothing, STDOUT_FILENO) >= 0))
		execv(run->program, as.arguments);
	_exit(CLI_ENVIRONMENT);
}

void children_stop(pid_t *pids, size_t count)
{
	for (size_t i = count; i > 0; i--) {
		pid_t pid = pids[i - 1];
		if (pid <= 0)
			continue;
		kill(pid, SIGTERM);
		uint64_t begin_ms = st_now_ms();
		while (waitpid(pid, NULL, WNOHANG) == 0) {
			if (st_now_ms() - begin_ms > STOP_MS)
				kill(pid, SIGKILL);
			poll(NULL, 0, 10);
		}
		pids[i - 1] = 0;
	}
}

/* --- kept running --- */

struct kept {
	int fd; /* pidfd_open(2): readable when it has ended; -1 none */
	uint64_t started_ms, again_ms, pause_ms;
};

struct keeping {
	const struct child_run *runs;
	size_t count;
	pid_t pids[KEPT_MOST];
	struct kept list[KEPT_MOST];
};

static void start_one(struct keeping *k, size_t i)
{
	struct kept *kept = &k->list[i];
	k->pids[i] = child_start(&k->runs[i]);
	kept->started_ms = st_now_ms();
	kept->fd = k->pids[i] > 0 ? (int)syscall(SYS_pidfd_open, k->pids[i], 0) : -1;
	if (k->pids[i] <= 0)
		kept->again_ms = kept->started_ms + AGAIN_MOST_MS;
}

/* Whether it would end so again, whenever it is started. */
static bool is_hopeless(int status, uint64_t lived_ms)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == CLI_WRONG || (WEXITSTATUS(status) == CLI_ENVIRONMENT && lived_ms < YOUNG_MS));
}

/* -1: go on; else the exit status of all. */
static int look_at(struct keeping *k, size_t i)
{
	struct kept *kept = &k->list[i];
	int status = 0;
	if (k->pids[i] <= 0 || waitpid(k->pids[i], &status, WNOHANG) != k->pids[i])
		return -1;
	uint64_t now_ms = st_now_ms(), lived_ms = now_ms - kept->started_ms;
	if (kept->fd >= 0)
		close(kept->fd);
	kept->fd = -1;
	k->pids[i] = 0;
	if (is_hopeless(status, lived_ms))
		return WEXITSTATUS(status);
	kept->pause_ms = lived_ms >= SETTLED_MS || kept->pause_ms == 0 ? AGAIN_MS
			 : kept->pause_ms * 2 < AGAIN_MOST_MS          ? kept->pause_ms * 2
								       : AGAIN_MOST_MS;
	kept->again_ms = now_ms + kept->pause_ms;
	fprintf(stderr, "staunch: the %s ended (%s %d), and is started again in %u s\n", k->runs[i].name,
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (unsigned)(kept->pause_ms / 1000));
	return -1;
}

/* Until something ended, a pause is over, or a signal came (true). */
static bool wait_for_something(const struct keeping *k, int signals)
{
	struct pollfd fds[KEPT_MOST + 1] = {{.fd = signals, .events = POLLIN}};
	uint64_t now_ms = st_now_ms(), until_ms = now_ms + SETTLED_MS;
	for (size_t i = 0; i < k->count; i++) {
		fds[i + 1] = (struct pollfd){.fd = k->list[i].fd, .events = POLLIN};
		/* without pidfd_open(2) ends are looked for */
		uint64_t due_ms = k->pids[i] <= 0     ? k->list[i].again_ms
				  : k->list[i].fd < 0 ? now_ms + AGAIN_MS
						      : until_ms;
		until_ms = due_ms < until_ms ? due_ms : until_ms;
	}
	(void)poll(fds, k->count + 1, until_ms > now_ms ? (int)(until_ms - now_ms) : 0);
	return fds[0].revents != 0;
}

static int keep(struct keeping *k, int signals)
{
	for (;;) {
		for (size_t i = 0; i < k->count; i++) {
			int status = look_at(k, i);
			if (status >= 0)
				return status;
			if (k->pids[i] <= 0 && st_now_ms() >= k->list[i].again_ms)
				start_one(k, i);
		}
		if (wait_for_something(k, signals))
			return CLI_OK;
	}
}

int children_keep(const struct child_run *runs, size_t count, int signals)
{
	struct keeping k = {.runs = runs, .count = count};
	if (count > KEPT_MOST)
		abort();
	for (size_t i = 0; i < KEPT_MOST; i++)
		k.list[i].fd = -1;
	int exit = keep(&k, signals);
	children_stop(k.pids, count);
	for (size_t i = 0; i < count; i++)
		if (k.list[i].fd >= 0)
			close(k.list[i].fd);
	return exit;
}
