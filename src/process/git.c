/* Fork, jail, exec by descriptor; what it writes goes into memory, so that nobody waits for anybody. */
#include "process/git.h"

#include "base/ceilings.h"
#include "process/confine.h"
#include "process/launcher_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM_FD 3
#define ALIVE_FD 4 /* closed by the end of the process, however it ends */
#define FREE_FD 16
#define EXIT_NOT_RUN 127
#define ARGUMENTS 64

/* Before the command. Each names a program that git would start, or text it would change, if the repository said so. */
static const char *const settings[] = {"--no-pager", "--no-replace-objects", "--literal-pathspecs", "-c",
	"core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.attributesFile=/dev/null", "-c",
	"core.alternateRefsCommand=", "-c", "core.sshCommand=false", "-c", "protocol.allow=never", "-c",
	"credential.helper=", "-c", "gpg.program=false", "-c", "log.showSignature=false", "-c", "diff.external=", "-c",
	"core.commitGraph=false"};

static const char *const kept[] = {"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY",
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_CEILING_DIRECTORIES",
	"GIT_DISCOVERY_ACROSS_FILESYSTEM", "HOME", "XDG_CONFIG_HOME"};

static const char *const added[] = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
	"GIT_ALLOW_PROTOCOL=none", "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_ATTR_NOSYSTEM=1",
	"GIT_GRAFT_FILE=/dev/null", "GIT_PAGER=cat"};

struct run {
	int program, input, output, errors, alive;
	uint64_t limit_bytes;
	bool confined;
	char *arguments[ARGUMENTS], *environment[32]; /* copies */
};

static void set_up(struct run *run, const char *const *arguments)
{
	size_t count = 0;
	run->arguments[count++] = st_strndup("git", 3);
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		run->arguments[count++] = st_strndup(settings[i], strlen(settings[i]));
	for (; *arguments != NULL && count < ARGUMENTS - 1; arguments++)
		run->arguments[count++] = st_strndup(*arguments, strlen(*arguments));
	count = 0;
	for (size_t i = 0; i < sizeof added / sizeof added[0]; i++)
		run->environment[count++] = st_strndup(added[i], strlen(added[i]));
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		const char *value = getenv(kept[i]);
		if (value != NULL)
			run->environment[count++] = st_format("%s=%s", kept[i], value);
	}
}

static void tear_down(struct run *run)
{
	for (size_t i = 0; run->arguments[i] != NULL; i++)
		free(run->arguments[i]);
	for (size_t i = 0; run->environment[i] != NULL; i++)
		free(run->environment[i]);
}

/* Copies above all meanings first: any of them may stand where another is to go. */
static bool settle(const struct run *run)
{
	int from[] = {run->input, run->output, run->errors, run->program, run->alive};
	for (int i = 0; i < 5; i++)
		if ((from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, FREE_FD)) < 0)
			return false;
	for (int i = 0; i < 3; i++)
		if (dup2(from[i], i) < 0)
			return false;
	return dup3(from[3], PROGRAM_FD, O_CLOEXEC) >= 0 && dup2(from[4], ALIVE_FD) >= 0;
}

static void become(const struct run *run) __attribute__((noreturn));
static void become(const struct run *run)
{
	struct st_error err = {0};
	sigset_t none;
	if (!settle(run))
		_exit(EXIT_NOT_RUN);
	launcher_close_from(ALIVE_FD + 1);
	if (run->confined && confine_git(PROGRAM_FD, run->limit_bytes, CEIL_GIT_CPU_S, &err) != ST_OK) {
		(void)!write(STDERR_FILENO, err.what, strlen(err.what));
		_exit(EXIT_NOT_RUN);
	}
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	syscall(SYS_execveat, PROGRAM_FD, "", run->arguments, run->environment, AT_EMPTY_PATH);
	_exit(EXIT_NOT_RUN);
}

static int open_program(void)
{
	static const char *const places[] = {"/usr/bin/git", "/usr/local/bin/git", "/bin/git"};
	int program = -1;
	for (size_t i = 0; program < 0 && i < sizeof places / sizeof places[0]; i++)
		program = open(places[i], O_PATH | O_CLOEXEC);
	return program;
}

static int memory(const char *name, struct st_span content)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	if (fd >= 0 && content.size > 0 &&
		(st_write_full(fd, content.data, content.size) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Its wait status; -1: it was ended because it took too long. */
static int wait_for(pid_t pid, int alive)
{
	struct pollfd gone = {.fd = alive, .events = POLLIN};
	int status = 0, polled;
	do {
		polled = poll(&gone, 1, CEIL_GIT_MS);
	} while (polled < 0 && errno == EINTR);
	if (polled == 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return polled == 0 ? -1 : status;
}

/* The first line that git wrote to standard error, without what it puts before it. */
static enum st_status told(const struct run *run, int status, struct st_error *err)
{
	char text[300];
	if (status == -1)
		return st_fail(err, ST_WRONG, "git: takes longer than it may");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return st_fail(err, ST_WRONG, "git: its answer is larger than an audit takes");
	ssize_t got = st_pread_full(run->errors, text, sizeof text - 1, 0);
	text[got > 0 ? got : 0] = 0;
	const char *line = strncmp(text, "fatal: ", 7) == 0 ? text + 7 : text;
	int size = (int)strcspn(line, "\n");
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_RUN)
		return st_fail(err, ST_FATAL, "git: cannot be run in its jail%s%.*s", size > 0 ? ": " : "", size, line);
	return st_fail(err, ST_WRONG, "git: %.*s", size > 0 ? size : 20, size > 0 ? line : "ended without a word");
}

static enum st_status read_answer(const struct run *run, struct st_buf *out, struct st_error *err)
{
	struct stat about;
	if (fstat(run->output, &about) != 0 || (uint64_t)about.st_size > run->limit_bytes)
		return st_fail(err, ST_WRONG, "git: its answer is larger than an audit takes");
	size_t size = (size_t)about.st_size;
	st_buf_reserve(out, size);
	if (st_pread_full(run->output, out->data + out->size, size, 0) != (ssize_t)size)
		return st_fail_errno(err, ST_FATAL, "git: its answer cannot be read");
	out->size += size;
	return ST_OK;
}

static enum st_status start_and_wait(struct run *run, int *status, struct st_error *err)
{
	int pipe_ends[2];
	if (pipe2(pipe_ends, O_CLOEXEC) != 0)
		return st_fail_errno(err, ST_FATAL, "git: no pipe");
	run->alive = pipe_ends[1];
	pid_t pid = fork();
	if (pid == 0)
		become(run);
	close(pipe_ends[1]);
	*status = pid > 0 ? wait_for(pid, pipe_ends[0]) : 0;
	close(pipe_ends[0]);
	return pid > 0 ? ST_OK : st_fail_errno(err, ST_FATAL, "git: cannot be started");
}

enum st_status git_ask(const struct git *git, const char *const *arguments, struct st_span input, struct st_buf *out,
	struct st_error *err)
{
	st_auto_close int program = open_program();
	st_auto_close int in = memory("git-input", input);
	st_auto_close int answer = memory("git-output", (struct st_span){NULL, 0});
	st_auto_close int errors = memory("git-errors", (struct st_span){NULL, 0});
	int status = 0;
	if (program < 0)
		return st_fail(err, ST_FATAL, "git is not installed in /usr/bin or /usr/local/bin");
	if (in < 0 || answer < 0 || errors < 0)
		return st_fail_errno(err, ST_FATAL, "git: no memory for its answer");
	struct run run = {.program = program,
		.input = in,
		.output = answer,
		.errors = errors,
		.limit_bytes = git->limit_bytes,
		.confined = !git->unconfined};
	set_up(&run, arguments);
	enum st_status done = start_and_wait(&run, &status, err);
	tear_down(&run);
	ST_TRY(done);
	if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return told(&run, status, err);
	return read_answer(&run, out, err);
}
