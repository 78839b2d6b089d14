/* The launcher process: one loop over requests of the case process and ends of its children. It parses nothing else. */
#include "process/launcher_child.h"

#include "base/ceilings.h"
#include "process/confine.h"
#include "process/confine_layers.h"
#include "process/helper_child.h"
#include "process/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLE_BYTES 32
/* The socket of what is started. */
#define CHILD_SOCKET_FD 3
/* The launcher's own descriptors once it has settled; everything above is closed. */
enum { CONTROL_FD = 3, EXITS_FD, PROGRAM_FD, SIGNAL_FD, FETCH_FD, FIRST_UNUSED_FD };
#define FETCH_ROLE "fetch"

struct child {
	uint32_t id;
	pid_t pid;
	bool ended;
	int wait_status;
};

struct roster {
	struct child *children;
	size_t count;
	uint32_t last_id;
	pid_t self;
	bool confined;
	struct confine_filter *helper_filter; /* built for the first helper */
};

void launcher_close_from(unsigned first)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	/* Kernels before 5.9. */
	struct rlimit limit = {0};
	getrlimit(RLIMIT_NOFILE, &limit);
	rlim_t end = limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
	for (rlim_t fd = first; fd < end; fd++)
		close((int)fd);
}

/* Dies with its parent, also when that died before the request was made (prctl(2), PR_SET_PDEATHSIG). */
static void die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
		_exit(1);
}

/* stdin and stdout on /dev/null; stderr too if there is none. */
static int settle_standard_fds(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -1;
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -1;
	if (fcntl(STDERR_FILENO, F_GETFD) < 0 && dup2(null, STDERR_FILENO) < 0)
		return -1;
	return 0;
}

static int settle_fds(const struct launcher_child *start)
{
	if (settle_standard_fds() != 0 || dup3(start->control, CONTROL_FD, O_CLOEXEC) < 0 ||
		dup3(start->exits, EXITS_FD, O_CLOEXEC) < 0 || dup3(start->program, PROGRAM_FD, O_CLOEXEC) < 0)
		return -1;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGCHLD, SIG_DFL);
	int raw = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (raw < 0 || (raw != SIGNAL_FD && dup3(raw, SIGNAL_FD, O_CLOEXEC) < 0))
		return -1;
	if (start->fetch >= 0 && dup3(start->fetch, FETCH_FD, O_CLOEXEC) < 0)
		return -1;
	launcher_close_from(start->fetch >= 0 ? FIRST_UNUSED_FD : FETCH_FD);
	return fcntl(EXITS_FD, F_SETFL, O_NONBLOCK);
}

/* Between fork and exec of a child. */
static void become(const char *role, int socket, pid_t launcher) __attribute__((noreturn));
static void become(const char *role, int socket, pid_t launcher)
{
	die_with(launcher);
	sigset_t none;
	sigemptyset(&none);
	bool fetch = strcmp(role, FETCH_ROLE) == 0;
	int program = fcntl(fetch ? FETCH_FD : PROGRAM_FD, F_DUPFD_CLOEXEC, LAUNCHER_FREE_FD);
	int own = fcntl(socket, F_DUPFD_CLOEXEC, LAUNCHER_FREE_FD);
	if (program < 0 || own < 0 || dup2(own, CHILD_SOCKET_FD) < 0 ||
		dup3(program, CHILD_SOCKET_FD + 1, O_CLOEXEC) < 0)
		_exit(126);
	launcher_close_from(CHILD_SOCKET_FD + 2);
	sigprocmask(SIG_SETMASK, &none, NULL);
	char name[] = "staunch-worker", word[] = "worker", copy[ROLE_BYTES + 1], fetch_name[] = "staunch-fetch";
	memcpy(copy, role, strlen(role) + 1);
	char *plain[] = {name, word, NULL}, *with_role[] = {name, word, copy, NULL};
	char *for_fetch[] = {fetch_name, copy, NULL};
	char *const *arguments = fetch ? for_fetch : strcmp(role, word) == 0 ? plain : with_role;
	/* Nothing of the caller's environment. UTC and the C locale keep libc from looking for files. */
	char time_zone[] = "TZ=UTC0", locale[] = "LC_ALL=C";
	char *bare[] = {time_zone, locale, NULL};
	extern char **environ; /* sanitizers take their options from it */
	char *const *environment = CONFINE_SANITIZED ? environ : bare;
	syscall(SYS_execveat, CHILD_SOCKET_FD + 1, "", arguments, environment, AT_EMPTY_PATH);
	_exit(126);
}

static bool role_is_sound(struct st_span role)
{
	if (role.size == 0 || role.size > ROLE_BYTES)
		return false;
	for (size_t i = 0; i < role.size; i++)
		if ((role.data[i] < 'a' || role.data[i] > 'z') && role.data[i] != '-')
			return false;
	return true;
}

static bool is_full(const struct roster *roster)
{
	return roster->count >= CEIL_PROCESSES || roster->last_id == UINT32_MAX;
}

static void enrol(struct roster *roster, pid_t pid)
{
	roster->children = st_realloc(roster->children, (roster->count + 1) * sizeof *roster->children);
	roster->children[roster->count++] = (struct child){.id = ++roster->last_id, .pid = pid};
}

static int spawn(struct roster *roster, struct st_span role, int *socket)
{
	if (!role_is_sound(role))
		return EINVAL;
	if (is_full(roster))
		return EAGAIN;
	char name[ROLE_BYTES + 1] = {0};
	memcpy(name, role.data, role.size);
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return errno;
	pid_t pid = fork();
	if (pid == 0)
		become(name, ends[1], roster->self);
	int fork_errno = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return fork_errno;
	}
	enrol(roster, pid);
	*socket = ends[0];
	return 0;
}

static int answer_spawn(struct roster *roster, struct st_span role)
{
	st_auto_close int socket = -1;
	st_auto_buf struct st_buf body = {0};
	int error = spawn(roster, role, &socket);
	st_buf_add_u32(&body, error == 0 ? roster->last_id : (uint32_t)error);
	return message_send(CONTROL_FD, error == 0 ? LAUNCHER_SPAWNED : LAUNCHER_FAILED, body.data, body.size, socket);
}

/* What a helper is given and gives. */
struct helper_ends {
	int program, input, output; /* output: memory that grows to the limit of its jail */
	int errors[2];              /* a pipe that nobody reads meanwhile: what does not fit is dropped */
};

static void close_ends(struct helper_ends *ends)
{
	int fds[] = {ends->program, ends->output, ends->errors[0], ends->errors[1]};
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int open_ends(enum helper helper, struct helper_ends *ends)
{
	ends->program = helper_open(helper);
	if (ends->program < 0)
		return errno;
	ends->output = memfd_create("helped", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (ends->output < 0 || pipe2(ends->errors, O_CLOEXEC | O_NONBLOCK) != 0)
		return errno;
	return 0;
}

static int start_helper(struct roster *roster, enum helper helper, uint32_t number, struct helper_ends *ends)
{
	int error = is_full(roster) ? EAGAIN : open_ends(helper, ends);
	if (error != 0)
		return error;
	if (roster->helper_filter == NULL && roster->confined)
		roster->helper_filter = confine_helper_filter(HELPER_PROGRAM_FD);
	char text[12], *arguments[HELPER_ARGUMENTS];
	helper_arguments(helper, number, text, arguments);
	struct helper_run run = {.program = ends->program,
		.arguments = arguments,
		.input = ends->input,
		.output = ends->output,
		.errors = ends->errors[1],
		.confined = roster->confined,
		.limits = helper_limits()};
	run.limits.filter = roster->helper_filter; /* without one confine() fails, and the helper does not run */
	pid_t pid = fork();
	if (pid == 0) {
		die_with(roster->self);
		helper_become(&run);
	}
	if (pid < 0)
		return errno;
	enrol(roster, pid);
	return 0;
}

static int answer_help(struct roster *roster, const struct message *request)
{
	struct st_cursor in = {.at = request->body.data, .end = request->body.data + request->body.size};
	uint8_t helper = st_cursor_byte(&in);
	uint32_t number = st_cursor_u32(&in);
	struct helper_ends ends = {-1, request->fd, -1, {-1, -1}};
	st_auto_buf struct st_buf body = {0};
	int error = in.bad || helper >= HELPERS || request->fd < 0
			    ? EINVAL
			    : start_helper(roster, (enum helper)helper, number, &ends);
	st_buf_add_u32(&body, error == 0 ? roster->last_id : (uint32_t)error);
	int sent = message_send(
		CONTROL_FD, error == 0 ? LAUNCHER_HELPING : LAUNCHER_FAILED, body.data, body.size, ends.output);
	if (sent == 0 && error == 0)
		sent = message_send(CONTROL_FD, LAUNCHER_ERRORS, body.data, body.size, ends.errors[0]);
	close_ends(&ends);
	return sent;
}

static void kill_child(const struct roster *roster, struct st_span body)
{
	struct st_cursor in = {.at = body.data, .end = body.data + body.size};
	uint32_t id = st_cursor_u32(&in);
	for (size_t i = 0; !in.bad && i < roster->count; i++)
		if (roster->children[i].id == id && !roster->children[i].ended)
			kill(roster->children[i].pid, SIGKILL);
}

static void kill_all(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		if (!roster->children[i].ended)
			kill(roster->children[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/* Ends that signalfd has announced; a child not in the roster cannot be, and would be dropped. */
static void reap(struct roster *roster)
{
	struct signalfd_siginfo info[8];
	while (read(SIGNAL_FD, info, sizeof info) > 0)
		;
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		for (size_t i = 0; i < roster->count; i++)
			if (roster->children[i].pid == pid && !roster->children[i].ended) {
				roster->children[i].ended = true;
				roster->children[i].wait_status = status;
			}
}

/* Sends the ends that fit; the others wait in the roster. True when some do. */
static bool report_ends(struct roster *roster)
{
	for (size_t i = 0; i < roster->count;) {
		const struct child *child = &roster->children[i];
		if (!child->ended) {
			i++;
			continue;
		}
		st_auto_buf struct st_buf packet = {0};
		st_buf_add_u32(&packet, child->id);
		st_buf_add_u32(&packet, (uint32_t)child->wait_status);
		if (send(EXITS_FD, packet.data, packet.size, MSG_NOSIGNAL) < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
		roster->children[i] = roster->children[--roster->count];
	}
	return false;
}

/* All requests that have come. False when the case process is gone or speaks nonsense: everything ends then. */
static bool serve(struct roster *roster, struct message_reader *reader)
{
	struct message request;
	enum message_result result = message_next(reader, &request);
	if (result == MESSAGE_AGAIN)
		return true;
	if (result != MESSAGE_OK)
		return false;
	int sent = 0;
	if (request.type == LAUNCHER_SPAWN)
		sent = answer_spawn(roster, request.body);
	else if (request.type == LAUNCHER_HELP)
		sent = answer_help(roster, &request);
	else if (request.type == LAUNCHER_KILL)
		kill_child(roster, request.body);
	if (request.fd >= 0)
		close(request.fd);
	return sent == 0 && serve(roster, reader);
}

static void run(struct roster *roster)
{
	struct message_reader *reader = message_reader_open(CONTROL_FD);
	for (bool waiting = false;;) {
		struct pollfd fds[] = {{.fd = CONTROL_FD, .events = POLLIN}, {.fd = SIGNAL_FD, .events = POLLIN},
			{.fd = EXITS_FD, .events = waiting ? POLLOUT : 0}};
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents != 0 && !serve(roster, reader))
			break;
		reap(roster);
		waiting = report_ends(roster);
		if (fds[2].revents & (POLLHUP | POLLERR))
			break;
	}
}

void launcher_child_run(const struct launcher_child *start)
{
	confine_harden();
	die_with(start->parent);
	/* Its own session: Ctrl-C is for the case process, which ends things in order, and no terminal is at hand. */
	setsid();
	prctl(PR_SET_NAME, "staunch-launch", 0, 0, 0);
	struct st_error err = {0};
	if (settle_fds(start) != 0)
		st_fail_errno(&err, ST_FATAL, "its descriptors");
	else if (start->confined)
		(void)confine(start->fetch >= 0 ? CONFINE_LAUNCHER_OF_FETCH : CONFINE_LAUNCHER, NULL, -1, 0, &err);
	if (err.status != ST_OK) {
		int control = fcntl(CONTROL_FD, F_GETFD) < 0 ? start->control : CONTROL_FD;
		(void)message_send(control, LAUNCHER_ERROR, err.what, strlen(err.what), -1);
		_exit(4);
	}
	fcntl(CONTROL_FD, F_SETFL, O_NONBLOCK);
	struct roster roster = {.self = getpid(), .confined = start->confined};
	if (message_send(CONTROL_FD, LAUNCHER_READY, NULL, 0, -1) == 0)
		run(&roster);
	kill_all(&roster);
	_exit(0);
}
