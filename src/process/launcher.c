/* The case process's side of the launcher: asks for processes, hears of their ends. */
#include "process/launcher.h"

#include "process/launcher_child.h"
#include "process/message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct launcher {
	pid_t pid;
	int control; /* requests and their answers, frames */
	int exits;   /* ends, one packet each: what is not read stays readable for poll */
	struct message_reader *reader;
};

/* Both ends above the three standard descriptors, whatever of those the caller was started without. */
static int make_pair(int type, int ends[2])
{
	int raw[2];
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, raw) != 0)
		return -1;
	for (int i = 0; i < 2; i++)
		ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, LAUNCHER_FREE_FD);
	close(raw[0]);
	close(raw[1]);
	if (ends[0] >= 0 && ends[1] >= 0)
		return 0;
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	errno = EMFILE; /* what else can fcntl lack; the closes may have changed it */
	return -1;
}

static enum st_status wait_ready(struct launcher *launcher, struct st_error *err)
{
	struct message answer;
	if (message_next(launcher->reader, &answer) != MESSAGE_OK)
		return st_fail(err, ST_FATAL, "the launcher ended before it began");
	if (answer.fd >= 0)
		close(answer.fd);
	if (answer.type == LAUNCHER_READY)
		return ST_OK;
	int size = answer.body.size < 200 ? (int)answer.body.size : 200;
	return st_fail(err, ST_FATAL, "the launcher cannot work: %.*s", size, (const char *)answer.body.data);
}

static int open_program(const char *path)
{
	st_auto_close int raw = open(path, O_PATH | O_CLOEXEC);
	return raw >= 0 ? fcntl(raw, F_DUPFD_CLOEXEC, LAUNCHER_FREE_FD) : -1;
}

/* fetch_path NULL: no such role. */
static enum st_status start(
	const char *worker_path, const char *fetch_path, bool confined, struct launcher **out, struct st_error *err)
{
	st_auto_close int program = open_program(worker_path);
	if (program < 0)
		return st_fail_errno(err, ST_FATAL, "the worker program cannot be opened");
	st_auto_close int fetch = fetch_path != NULL ? open_program(fetch_path) : -1;
	if (fetch_path != NULL && fetch < 0)
		return st_fail_errno(err, ST_FATAL, "the fetch program cannot be opened");
	int control[2], exits[2];
	if (make_pair(SOCK_STREAM, control) != 0)
		return st_fail_errno(err, ST_FATAL, "no socket for the launcher");
	if (make_pair(SOCK_SEQPACKET, exits) != 0) {
		close(control[0]);
		close(control[1]);
		return st_fail_errno(err, ST_FATAL, "no socket for the launcher");
	}
	struct launcher_child child = {.parent = getpid(),
		.program = program,
		.fetch = fetch,
		.control = control[1],
		.exits = exits[1],
		.confined = confined};
	pid_t pid = fork();
	if (pid == 0)
		launcher_child_run(&child);
	int fork_errno = errno;
	close(control[1]);
	close(exits[1]);
	if (pid < 0) {
		close(control[0]);
		close(exits[0]);
		errno = fork_errno;
		return st_fail_errno(err, ST_FATAL, "the launcher cannot be forked");
	}
	struct launcher *launcher = st_alloc(sizeof *launcher);
	*launcher = (struct launcher){.pid = pid, .control = control[0], .exits = exits[0]};
	launcher->reader = message_reader_open(launcher->control);
	enum st_status status = wait_ready(launcher, err);
	if (status != ST_OK) {
		launcher_stop(launcher);
		return status;
	}
	*out = launcher;
	return ST_OK;
}

enum st_status launcher_start(const char *worker_path, struct launcher **out, struct st_error *err)
{
	return start(worker_path, NULL, true, out, err);
}

enum st_status launcher_start_unconfined(const char *worker_path, struct launcher **out, struct st_error *err)
{
	return start(worker_path, NULL, false, out, err);
}

enum st_status launcher_start_with_fetch(
	const char *worker_path, const char *fetch_path, bool confined, struct launcher **out, struct st_error *err)
{
	return start(worker_path, fetch_path, confined, out, err);
}

enum st_status launcher_spawn(
	struct launcher *launcher, const char *role, uint32_t *id, int *socket, struct st_error *err)
{
	struct message answer;
	if (message_send(launcher->control, LAUNCHER_SPAWN, role, strlen(role), -1) != 0 ||
		message_next(launcher->reader, &answer) != MESSAGE_OK)
		return st_fail(err, ST_FATAL, "the launcher is gone");
	struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
	if (answer.type == LAUNCHER_SPAWNED && answer.fd >= 0) {
		*id = st_cursor_u32(&in);
		*socket = answer.fd;
		return ST_OK;
	}
	if (answer.fd >= 0)
		close(answer.fd);
	errno = answer.type == LAUNCHER_FAILED ? (int)st_cursor_u32(&in) : EPROTO;
	return st_fail_errno(err, ST_FATAL, "a process cannot be started");
}

/* The second half of the launcher's answer. */
static int take_errors(struct launcher *launcher)
{
	struct message answer;
	if (message_next(launcher->reader, &answer) != MESSAGE_OK)
		return -1;
	if (answer.type == LAUNCHER_ERRORS || answer.fd < 0)
		return answer.fd;
	close(answer.fd);
	return -1;
}

enum st_status launcher_help(struct launcher *launcher, enum helper helper, uint32_t number, int input, uint32_t *id,
	int *output, int *errors, struct st_error *err)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_byte(&body, (uint8_t)helper);
	st_buf_add_u32(&body, number);
	struct message answer;
	if (message_send(launcher->control, LAUNCHER_HELP, body.data, body.size, input) != 0 ||
		message_next(launcher->reader, &answer) != MESSAGE_OK)
		return st_fail(err, ST_FATAL, "the launcher is gone");
	struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
	*id = st_cursor_u32(&in);
	*output = answer.fd;
	if (answer.type == LAUNCHER_HELPING && answer.fd >= 0) {
		*errors = take_errors(launcher);
		if (*errors >= 0)
			return ST_OK;
	}
	if (answer.fd >= 0)
		close(answer.fd);
	bool refused = answer.type == LAUNCHER_FAILED;
	errno = refused ? (int)*id : EPROTO;
	return st_fail_errno(err, refused ? ST_SKIP : ST_FATAL, "%s cannot be started", helper_program(helper));
}

void launcher_kill(struct launcher *launcher, uint32_t id)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, id);
	/* A launcher that is gone took its processes along. */
	(void)message_send(launcher->control, LAUNCHER_KILL, body.data, body.size, -1);
}

int launcher_fd(const struct launcher *launcher)
{
	return launcher->exits;
}

bool launcher_next_exit(struct launcher *launcher, struct launcher_exit *out)
{
	uint8_t packet[LAUNCHER_EXIT_BYTES];
	ssize_t got;
	do
		got = recv(launcher->exits, packet, sizeof packet, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof packet)
		return false;
	struct st_cursor in = {.at = packet, .end = packet + sizeof packet};
	out->id = st_cursor_u32(&in);
	out->wait_status = (int)st_cursor_u32(&in);
	return true;
}

bool launcher_alive(const struct launcher *launcher)
{
	siginfo_t info = {0};
	return waitid(P_PID, (id_t)launcher->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void launcher_stop(struct launcher *launcher)
{
	if (launcher == NULL)
		return;
	message_reader_close(launcher->reader);
	close(launcher->control);
	close(launcher->exits);
	while (waitpid(launcher->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(launcher);
}
