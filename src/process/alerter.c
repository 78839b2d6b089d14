#include "process/alerter.h"

#include "base/clock.h"
#include "process/confine.h"
#include "process/launcher_child.h"
#include "process/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALERTER_RUN = 1 /* u32 limit_ms, then the input */, ALERTER_END = 32 /* u8 how, u32 number */ };
/* The process's own descriptors. */
enum { ASK_FD = 3, SIGNALS_FD, UNUSED_FD };

struct alerter {
	pid_t pid;
	int socket;
	struct message_reader *reader;
};

/* --- the process --- */

/* What the program starts as; in the forked process. failed: a pipe that exec closes. */
static void become(char *const *arguments, int input, int failed, pid_t parent) __attribute__((noreturn));
static void become(char *const *arguments, int input, int failed, pid_t parent)
{
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", zone[] = "TZ=UTC0", locale[] = "LC_ALL=C";
	char *environment[] = {path, zone, locale, NULL};
	sigset_t none;
	sigemptyset(&none);
	setsid();
	signal(SIGPIPE, SIG_DFL);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	bool good = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent && null >= 0 &&
		    dup2(input, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
		    dup2(null, STDERR_FILENO) >= 0 && chdir("/") == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0;
	if (good)
		execve(arguments[0], arguments, environment);
	int error = errno;
	ssize_t told = write(failed, &error, sizeof error);
	(void)told; /* who reads it takes silence as an end by exec, and the exit status as the program's */
	_exit(127);
}

static int memory_of(struct st_span input)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);
	if (fd >= 0 && (st_write_full(fd, input.data, input.size) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* 0: it runs; else errno. */
static int start_program(char *const *arguments, struct st_span input, pid_t *pid)
{
	st_auto_close int memory = memory_of(input);
	int failed[2];
	if (memory < 0 || pipe2(failed, O_CLOEXEC) != 0)
		return errno;
	pid_t parent = getpid();
	*pid = fork();
	if (*pid == 0)
		become(arguments, memory, failed[1], parent);
	int error = *pid < 0 ? errno : 0;
	close(failed[1]);
	if (*pid > 0 && read(failed[0], &error, sizeof error) == (ssize_t)sizeof error)
		(void)waitpid(*pid, NULL, 0);
	close(failed[0]);
	return error;
}

static void tell_end(enum alerter_end how, int number)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_byte(&body, (uint8_t)how);
	st_buf_add_u32(&body, (uint32_t)number);
	if (message_send(ASK_FD, ALERTER_END, body.data, body.size, -1) != 0)
		_exit(0);
}

/* Its whole session: what it started in the same one ends, too. */
static void kill_program(pid_t pid)
{
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
}

/* Waits for its end, for its time, or for whoever asked to be gone. */
static void await(pid_t pid, uint32_t limit_ms)
{
	uint64_t until_ms = st_now_ms() + limit_ms;
	bool killed = false;
	int status = 0;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		struct pollfd fds[] = {{.fd = SIGNALS_FD, .events = POLLIN}, {.fd = ASK_FD, .events = POLLRDHUP}};
		uint64_t now_ms = st_now_ms();
		bool late = now_ms >= until_ms;
		if (late || poll(fds, 2, (int)(until_ms - now_ms)) == 0 || fds[1].revents != 0) {
			killed = true;
			kill_program(pid);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
			break;
		}
		struct signalfd_siginfo info;
		ssize_t got = read(SIGNALS_FD, &info, sizeof info);
		(void)got; /* waitpid() above says whose end it was */
	}
	if (killed)
		tell_end(ALERTER_TOO_LONG, 0);
	else
		tell_end(WIFSIGNALED(status) ? ALERTER_SIGNALLED : ALERTER_EXITED,
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static bool settle(int socket, pid_t parent)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent ||
		sigprocmask(SIG_SETMASK, &set, NULL) != 0 || dup3(socket, ASK_FD, O_CLOEXEC) < 0)
		return false;
	int raw = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (raw < 0 || (raw != SIGNALS_FD && dup3(raw, SIGNALS_FD, O_CLOEXEC) < 0))
		return false;
	launcher_close_from(UNUSED_FD);
	return true;
}

static void run(char *const *arguments, int socket, pid_t parent) __attribute__((noreturn));
static void run(char *const *arguments, int socket, pid_t parent)
{
	confine_harden();
	setsid();
	prctl(PR_SET_NAME, "staunch-alert", 0, 0, 0);
	if (!settle(socket, parent))
		_exit(4);
	struct message_reader *reader = message_reader_open(ASK_FD);
	struct message message;
	while (message_next(reader, &message) == MESSAGE_OK && message.type == ALERTER_RUN) {
		struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
		uint32_t limit_ms = st_cursor_u32(&in);
		pid_t pid = -1;
		int error = in.bad ? EPROTO
				   : start_program(arguments, (struct st_span){in.at, (size_t)(in.end - in.at)}, &pid);
		if (error != 0)
			tell_end(ALERTER_NOT_STARTED, error);
		else
			await(pid, limit_ms);
	}
	_exit(0);
}

/* --- who asks --- */

enum st_status alerter_start(char *const *arguments, struct alerter **out, struct st_error *err)
{
	struct stat st;
	if (stat(arguments[0], &st) != 0 || !S_ISREG(st.st_mode) || access(arguments[0], X_OK) != 0)
		return st_fail(err, ST_WRONG, "the command for alerts cannot be executed: %s", arguments[0]);
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return st_fail_errno(err, ST_FATAL, "no socket for the command of alerts");
	pid_t parent = getpid();
	/* Above the descriptors that get fixed meanings. */
	int own = fcntl(ends[1], F_DUPFD_CLOEXEC, LAUNCHER_FREE_FD);
	pid_t pid = own >= 0 ? fork() : -1;
	if (pid == 0)
		run(arguments, own, parent);
	close(ends[1]);
	if (own >= 0)
		close(own);
	if (pid < 0) {
		close(ends[0]);
		return st_fail_errno(err, ST_FATAL, "no process for the command of alerts");
	}
	struct alerter *alerter = st_alloc(sizeof *alerter);
	*alerter = (struct alerter){.pid = pid, .socket = ends[0], .reader = message_reader_open(ends[0])};
	*out = alerter;
	return ST_OK;
}

bool alerter_run(struct alerter *alerter, struct st_span input, uint32_t limit_ms)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, limit_ms);
	st_buf_add(&body, input.data, input.size);
	return message_send(alerter->socket, ALERTER_RUN, body.data, body.size, -1) == 0;
}

int alerter_fd(const struct alerter *alerter)
{
	return alerter->socket;
}

bool alerter_ended(struct alerter *alerter, enum alerter_end *end, int *number)
{
	struct message message;
	if (message_next(alerter->reader, &message) != MESSAGE_OK)
		return false;
	if (message.fd >= 0)
		close(message.fd);
	struct st_cursor in = {.at = message.body.data, .end = message.body.data + message.body.size};
	uint8_t how = st_cursor_byte(&in);
	*number = (int)st_cursor_u32(&in);
	*end = (enum alerter_end)how;
	return message.type == ALERTER_END && !in.bad && how <= ALERTER_NOT_STARTED;
}

void alerter_stop(struct alerter *alerter)
{
	if (alerter == NULL)
		return;
	message_reader_close(alerter->reader);
	close(alerter->socket);
	while (waitpid(alerter->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(alerter);
}
