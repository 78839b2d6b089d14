/* The launcher, with this program in the place of the worker: what it starts, what it hands over, how all of it ends.
 */
#include "check.h"

#include "process/confine.h"
#include "process/confine_layers.h"
#include "process/launcher.h"
#include "process/message.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static const char *self_path;

/* --- the started side --- */

/* Everything a started process can say about itself, one line each. */
static void tell(struct st_buf *out)
{
	char line[256];
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0) {
			snprintf(line, sizeof line, "fd %d\n", fd);
			st_buf_add(out, line, strlen(line));
		}
	for (char **e = environ; *e != NULL; e++) {
		snprintf(line, sizeof line, "env %s\n", *e);
		st_buf_add(out, line, strlen(line));
	}
	struct rlimit core;
	getrlimit(RLIMIT_CORE, &core);
	sigset_t blocked;
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	int death = 0;
	prctl(PR_GET_PDEATHSIG, &death, 0, 0, 0);
	snprintf(line, sizeof line, "core %d chld-blocked %d death %d no-new-privs %d\n", (int)core.rlim_max,
		sigismember(&blocked, SIGCHLD), death, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	st_buf_add(out, line, strlen(line));
}

static int act_as_worker(int argc, char **argv)
{
	const char *role = argc > 2 ? argv[2] : "worker";
	struct st_buf text = {0};
	if (strcmp(role, "worker") == 0)
		tell(&text);
	else
		st_buf_add(&text, role, strlen(role));
	pid_t pid = getpid();
	st_buf_add(&text, "", 1);
	message_send(3, 1, text.data, text.size, -1);
	message_send(3, 2, &pid, sizeof pid, -1);
	st_buf_free(&text);
	if (strcmp(role, "status") == 0)
		_exit(9);
	if (strcmp(role, "deaf") == 0)
		for (;;)
			pause();
	char byte;
	while (read(3, &byte, 1) > 0)
		;
	_exit(0);
}

/* --- the case side --- */

/* First message of a started process (caller frees) and its pid. */
static char *hear(int socket, pid_t *pid)
{
	struct message_reader *reader = message_reader_open(socket);
	struct message got;
	char *text = NULL;
	if (message_next(reader, &got) == MESSAGE_OK)
		text = strndup((const char *)got.body.data, got.body.size);
	if (message_next(reader, &got) == MESSAGE_OK && got.body.size == sizeof *pid)
		memcpy(pid, got.body.data, sizeof *pid);
	message_reader_close(reader);
	return text != NULL ? text : strdup("");
}

static bool wait_exit(struct launcher *launcher, struct launcher_exit *out)
{
	struct pollfd ready = {.fd = launcher_fd(launcher), .events = POLLIN};
	for (int i = 0; i < 100; i++) {
		if (launcher_next_exit(launcher, out))
			return true;
		poll(&ready, 1, 100);
	}
	return false;
}

/* A zombie counts as gone: it is for its parent to reap. */
static bool gone_within_two_seconds(pid_t pid)
{
	for (int i = 0; i < 100; i++) {
		if (kill(pid, 0) != 0)
			return true;
		char path[64], line[512] = "";
		snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
		FILE *file = fopen(path, "re");
		if (file != NULL) {
			(void)!fgets(line, sizeof line, file);
			fclose(file);
			const char *state = strrchr(line, ')');
			if (state != NULL && state[1] == ' ' && state[2] == 'Z')
				return true;
		}
		usleep(20000);
	}
	return false;
}

static struct launcher *start(void)
{
	struct launcher *launcher = NULL;
	struct st_error err = {0};
	if (launcher_start(self_path, &launcher, &err) != ST_OK)
		CHECK_FAIL("%s", err.what);
	return launcher;
}

static void what_is_started_has_four_descriptors_and_nothing_of_the_caller(void)
{
	setenv("SECRET_OF_THE_CALLER", "1", 1);
	int leak = dup2(STDERR_FILENO, 77); /* inherited, not close-on-exec */
	struct launcher *launcher = start();
	uint32_t id;
	int socket;
	pid_t pid = 0;
	CHECK_OK(launcher_spawn(launcher, "worker", &id, &socket, &err));
	char *text = hear(socket, &pid);
	if (!CONFINE_SANITIZED) {
		CHECK(strncmp(text, "fd 0\nfd 1\nfd 2\nfd 3\nenv ", 24) == 0);
		CHECK(strstr(text, "SECRET") == NULL);
	}
	CHECK(strstr(text, "fd 77") == NULL);
	CHECK(strstr(text, "core 0 chld-blocked 0 death 9 no-new-privs 1\n") != NULL);
	char path[64], title[64] = "";
	snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
	FILE *file = fopen(path, "re");
	if (file != NULL) { /* without /proc nobody else sees the title either */
		size_t size = fread(title, 1, sizeof title, file);
		fclose(file);
		CHECK(size == 22 && memcmp(title, "staunch-worker\0worker", 22) == 0);
	}
	free(text);
	close(socket);
	close(leak);
	launcher_stop(launcher);
}

static void ends_are_told_with_their_ids(void)
{
	struct launcher *launcher = start();
	struct launcher_exit ended;
	uint32_t first, second;
	int one, two;
	CHECK_OK(launcher_spawn(launcher, "status", &first, &one, &err));
	CHECK(wait_exit(launcher, &ended));
	CHECK_INT(ended.id, first);
	CHECK(WIFEXITED(ended.wait_status) && WEXITSTATUS(ended.wait_status) == 9);
	CHECK_OK(launcher_spawn(launcher, "deaf", &second, &two, &err));
	CHECK(second != first);
	CHECK(!launcher_next_exit(launcher, &ended));
	launcher_kill(launcher, second + 100); /* nobody */
	launcher_kill(launcher, second);
	CHECK(wait_exit(launcher, &ended));
	CHECK_INT(ended.id, second);
	CHECK(WIFSIGNALED(ended.wait_status) && WTERMSIG(ended.wait_status) == SIGKILL);
	launcher_kill(launcher, second); /* gone already */
	CHECK(launcher_alive(launcher));
	close(one);
	close(two);
	launcher_stop(launcher);
}

static void many_ends_wait_for_a_caller_that_looks_late(void)
{
	enum { COUNT = 400 };
	struct launcher *launcher = start();
	bool seen[COUNT + 2] = {false};
	for (int i = 0; i < COUNT; i++) {
		uint32_t id;
		int socket;
		CHECK_OK(launcher_spawn(launcher, "status", &id, &socket, &err));
		close(socket);
	}
	struct launcher_exit ended;
	for (int i = 0; i < COUNT; i++) {
		CHECK(wait_exit(launcher, &ended));
		CHECK(ended.id >= 1 && ended.id <= COUNT && !seen[ended.id]);
		seen[ended.id] = true;
	}
	CHECK(!launcher_next_exit(launcher, &ended));
	launcher_stop(launcher);
}

static void a_role_that_is_no_name_is_refused(void)
{
	struct launcher *launcher = start();
	struct st_error err = {0};
	uint32_t id;
	int socket;
	CHECK(launcher_spawn(launcher, "", &id, &socket, &err) == ST_FATAL);
	CHECK(launcher_spawn(launcher, "../x y", &id, &socket, &err) == ST_FATAL);
	CHECK(launcher_spawn(launcher, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &id, &socket, &err) == ST_FATAL);
	CHECK(launcher_alive(launcher));
	launcher_stop(launcher);
}

static void a_program_that_is_not_there_is_an_error_at_once(void)
{
	struct launcher *launcher = NULL;
	struct st_error err = {0};
	CHECK(launcher_start("/nowhere/staunch-worker", &launcher, &err) == ST_FATAL);
	CHECK(strstr(err.what, "/nowhere") == NULL);
}

static void stopping_the_launcher_ends_its_processes(void)
{
	struct launcher *launcher = start();
	uint32_t id;
	int socket;
	pid_t pid = 0;
	CHECK_OK(launcher_spawn(launcher, "deaf", &id, &socket, &err));
	free(hear(socket, &pid));
	launcher_stop(launcher);
	CHECK(pid > 0 && kill(pid, 0) != 0);
	close(socket);
}

static void killing_the_case_process_ends_everything(void)
{
	int ends[2];
	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid_t parent = fork();
	if (parent == 0) {
		struct launcher *launcher = start();
		struct st_error err = {0};
		uint32_t id;
		int socket;
		pid_t pids[3] = {0};
		for (int i = 0; i < 3; i++) {
			if (launcher_spawn(launcher, "deaf", &id, &socket, &err) != ST_OK)
				_exit(1);
			free(hear(socket, &pids[i]));
		}
		message_send(ends[1], 1, pids, sizeof pids, -1);
		for (;;)
			pause();
	}
	close(ends[1]);
	struct message_reader *reader = message_reader_open(ends[0]);
	struct message got;
	CHECK_INT(message_next(reader, &got), MESSAGE_OK);
	pid_t pids[3];
	CHECK_INT(got.body.size, sizeof pids);
	memcpy(pids, got.body.data, sizeof pids);
	message_reader_close(reader);
	close(ends[0]);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	for (int i = 0; i < 3; i++)
		CHECK(gone_within_two_seconds(pids[i]));
}

static void the_launcher_has_no_jail_only_when_told(void)
{
	struct launcher *launcher = NULL;
	uint32_t id;
	int socket;
	pid_t pid = 0;
	CHECK_OK(launcher_start_unconfined(self_path, &launcher, &err));
	CHECK_OK(launcher_spawn(launcher, "worker", &id, &socket, &err));
	char *text = hear(socket, &pid);
	CHECK(strstr(text, "no-new-privs 0\n") != NULL);
	free(text);
	close(socket);
	launcher_stop(launcher);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "worker") == 0)
		return act_as_worker(argc, argv);
	self_path = argv[0];
	RUN(what_is_started_has_four_descriptors_and_nothing_of_the_caller);
	RUN(ends_are_told_with_their_ids);
	RUN(many_ends_wait_for_a_caller_that_looks_late);
	RUN(a_role_that_is_no_name_is_refused);
	RUN(a_program_that_is_not_there_is_an_error_at_once);
	RUN(stopping_the_launcher_ends_its_processes);
	RUN(killing_the_case_process_ends_everything);
	RUN(the_launcher_has_no_jail_only_when_told);
	CHECK_END();
}
