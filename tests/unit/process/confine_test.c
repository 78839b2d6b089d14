/* The jails, tried from inside: every call in a child of its own, which must end as the contract says. */
#include "check.h"

#include "process/confine.h"
#include "process/confine_layers.h"
#include "process/message.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORT_TYPE 7
#define SURVIVED 42
#define NOT_CONFINED 43

struct outcome {
	int wait_status;
	int reported; /* number of the call; -1: nothing came */
};

static const char *own_folder; /* of the keyholder: where it may write */

/* Runs act in a confined child. */
static struct outcome in_jail(enum confine_role role, uint64_t memory_bytes, void (*act)(void))
{
	int ends[2];
	struct outcome outcome = {.reported = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		struct confine_limits limits = {.memory_bytes = memory_bytes,
			.output_bytes = 1 << 20,
			.folder = own_folder != NULL ? open(own_folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1};
		struct st_error err = {0};
		if (confine(role, &limits, ends[1], REPORT_TYPE, &err) != ST_OK) {
			fprintf(stderr, "%s\n", err.what);
			_exit(NOT_CONFINED);
		}
		act();
		_exit(SURVIVED);
	}
	close(ends[1]);
	waitpid(pid, &outcome.wait_status, 0);
	struct message_reader *reader = message_reader_open(ends[0]);
	struct message got;
	if (message_next(reader, &got) == MESSAGE_OK && got.type == REPORT_TYPE && got.body.size == 4)
		memcpy(&outcome.reported, got.body.data, 4);
	message_reader_close(reader);
	close(ends[0]);
	return outcome;
}

static bool exited_with(struct outcome outcome, int status)
{
	return WIFEXITED(outcome.wait_status) && WEXITSTATUS(outcome.wait_status) == status;
}

/* --- calls --- */

static void do_open(void)
{
	(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
}
static void do_stat(void)
{
	struct stat st;
	(void)!stat("/etc/passwd", &st);
}
static void do_socket(void)
{
	(void)!socket(AF_INET, SOCK_STREAM, 0);
}
static void do_socketpair(void)
{
	int ends[2];
	(void)!socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}
static void do_connect(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	(void)!connect(3, (const struct sockaddr *)&to, sizeof to);
}
static void do_exec(void)
{
	char name[] = "true", *arguments[] = {name, NULL};
	(void)!execv("/bin/true", arguments);
}
static void do_execveat(void)
{
	syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0);
}
static void do_fork(void)
{
	if (fork() == 0)
		_exit(0);
}
static void do_clone3(void)
{
	char arguments[88] = {0};
	if (syscall(SYS_clone3, arguments, sizeof arguments) == 0)
		_exit(0);
}
static void do_kill(void)
{
	(void)!kill(1, 0);
}
static void do_ptrace(void)
{
	(void)!ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static void do_prctl(void)
{
	(void)!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static void do_setrlimit(void)
{
	struct rlimit limit = {0, 0};
	(void)!setrlimit(RLIMIT_CPU, &limit);
}
static void do_sigaction(void)
{
	signal(SIGSYS, SIG_IGN);
}
static void do_seccomp(void)
{
	syscall(SYS_seccomp, 0, 0, NULL);
}
static void do_write_elsewhere(void)
{
	(void)!write(STDOUT_FILENO, "x", 1);
}
static void do_map_executable(void)
{
	(void)!mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void do_map_file(void)
{
	(void)!mmap(NULL, 4096, PROT_READ, MAP_SHARED, 0, 0);
}
static void do_make_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)!mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static void do_seek(void)
{
	(void)!lseek(0, 0, SEEK_SET);
}
static void do_dup(void)
{
	(void)!dup(0);
}
static void do_fcntl(void)
{
	(void)!fcntl(0, F_SETFL, O_APPEND);
}
static void do_ioctl(void)
{
	int n = 0;
	(void)!ioctl(0, FIONREAD, &n);
}
static void do_mount(void)
{
	syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL);
}
static void do_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
}
static void do_io_uring(void)
{
	syscall(SYS_io_uring_setup, 1, NULL);
}
static void do_keyctl(void)
{
	syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}
static void do_unshare(void)
{
	syscall(SYS_unshare, 0x10000000);
}
static void do_memfd(void)
{
	syscall(SYS_memfd_create, "x", 0);
}
static void do_type_into_terminal(void)
{
	char c = '!';
	(void)!ioctl(0, TIOCSTI, &c);
}
/* The same request with bits that the kernel ignores. */
static void do_type_with_high_bits(void)
{
	char c = '!';
	syscall(SYS_ioctl, 0, TIOCSTI | 0x100000000UL, &c);
}
static void do_user_name_space(void)
{
	if (syscall(SYS_clone, 0x10000000 | SIGCHLD, NULL, NULL, NULL, NULL) == 0)
		_exit(0);
}

struct attempt {
	void (*act)(void);
	const char *call, *or_call;
};

static void check_attempts(enum confine_role role, const struct attempt *attempts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct outcome outcome = in_jail(role, 0, attempts[i].act);
		const char *name = outcome.reported < 0 ? "nothing" : confine_syscall_name(outcome.reported);
		bool right = strcmp(name, attempts[i].call) == 0 ||
			     (attempts[i].or_call != NULL && strcmp(name, attempts[i].or_call) == 0);
		if (!right || !exited_with(outcome, CONFINE_EXIT_FORBIDDEN)) {
			CHECK_FAIL("%s: reported %s, wait status %#x", attempts[i].call, name, outcome.wait_status);
			return;
		}
	}
}
#define CHECK_ATTEMPTS(role, attempts) check_attempts(role, attempts, sizeof attempts / sizeof attempts[0])

static void a_worker_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_open, "openat", "open"},
		{do_stat, "newfstatat", "stat"},
		{do_socket, "socket", NULL},
		{do_socketpair, "socketpair", NULL},
		{do_connect, "connect", NULL},
		{do_exec, "execve", NULL},
		{do_execveat, "execveat", NULL},
		{do_fork, "clone", "fork"},
		{do_clone3, "clone3", NULL},
		{do_kill, "kill", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_prctl, "prctl", NULL},
		{do_setrlimit, "prlimit64", "setrlimit"},
		{do_sigaction, "rt_sigaction", NULL},
		{do_seccomp, "seccomp", NULL},
		{do_write_elsewhere, "write", NULL},
		{do_map_executable, "mmap", NULL},
		{do_map_file, "mmap", NULL},
		{do_make_executable, "mprotect", NULL},
		{do_seek, "lseek", NULL},
		{do_dup, "dup", NULL},
		{do_fcntl, "fcntl", NULL},
		{do_ioctl, "ioctl", NULL},
		{do_mount, "mount", NULL},
		{do_bpf, "bpf", NULL},
		{do_io_uring, "io_uring_setup", NULL},
		{do_keyctl, "keyctl", NULL},
		{do_unshare, "unshare", NULL},
		{do_memfd, "memfd_create", NULL},
	};
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer build answers with EPERM instead");
	CHECK_ATTEMPTS(CONFINE_WORKER, attempts);
}

static void *socket_of_thread(void *context)
{
	do_socket();
	return context;
}

/* A thread is no freer than its process. */
static void do_socket_in_thread(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, socket_of_thread, NULL) == 0)
		pthread_join(thread, NULL);
}

static void the_case_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_socket_in_thread, "socket", NULL},
		{do_socket, "socket", NULL},
		{do_socketpair, "socketpair", NULL},
		{do_connect, "connect", NULL},
		{do_exec, "execve", NULL},
		{do_execveat, "execveat", NULL},
		{do_fork, "clone", "fork"},
		{do_kill, "kill", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_mount, "mount", NULL},
		{do_bpf, "bpf", NULL},
		{do_io_uring, "io_uring_setup", NULL},
		{do_keyctl, "keyctl", NULL},
		{do_unshare, "unshare", NULL},
		{do_type_into_terminal, "ioctl", NULL},
		{do_type_with_high_bits, "ioctl", NULL},
	};
	CHECK_ATTEMPTS(CONFINE_CASE, attempts);
}

static void the_launcher_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_socket, "socket", NULL},
		{do_connect, "connect", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_mount, "mount", NULL},
		{do_bpf, "bpf", NULL},
		{do_io_uring, "io_uring_setup", NULL},
		{do_keyctl, "keyctl", NULL},
		{do_unshare, "unshare", NULL},
		{do_user_name_space, "clone", NULL},
		{do_type_into_terminal, "ioctl", NULL},
	};
	CHECK_ATTEMPTS(CONFINE_LAUNCHER, attempts);
}

static void do_bind(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	(void)!bind(3, (const struct sockaddr *)&to, sizeof to);
}
static void do_listen(void)
{
	(void)!listen(3, 1);
}
static void do_write_a_file(void)
{
	(void)!open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}
static void do_unlink(void)
{
	(void)!unlink("/nonexistent");
}
static void do_packet_socket(void)
{
	(void)!socket(AF_PACKET, SOCK_RAW, 0);
}

static void the_network_role_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_exec, "execve", NULL},
		{do_execveat, "execveat", NULL},
		{do_fork, "clone", "fork"},
		{do_ptrace, "ptrace", NULL},
		{do_bind, "bind", NULL},
		{do_listen, "listen", NULL},
		{do_write_a_file, "openat", NULL},
		{do_unlink, "unlink", "unlinkat"},
		{do_packet_socket, "socket", NULL},
		{do_mount, "mount", NULL},
		{do_bpf, "bpf", NULL},
		{do_io_uring, "io_uring_setup", NULL},
	};
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer build answers with EPERM instead");
	CHECK_ATTEMPTS(CONFINE_FETCH, attempts);
}

static void do_prlimit(void)
{
	struct rlimit limit;
	(void)!prlimit(0, RLIMIT_CORE, NULL, &limit);
}
static void do_write_code(void)
{
	(void)!mprotect(NULL, 4096, PROT_READ | PROT_EXEC);
}

static void the_keyholder_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_socket, "socket", NULL},
		{do_connect, "connect", NULL},
		{do_socketpair, "socketpair", NULL},
		{do_bind, "bind", NULL},
		{do_listen, "listen", NULL},
		{do_exec, "execve", NULL},
		{do_fork, "clone", "fork"},
		{do_kill, "kill", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_mount, "mount", NULL},
		{do_bpf, "bpf", NULL},
		{do_io_uring, "io_uring_setup", NULL},
		{do_prlimit, "prlimit64", NULL},
		{do_write_code, "mprotect", NULL},
	};
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer build answers with EPERM instead");
	own_folder = "/tmp";
	CHECK_ATTEMPTS(CONFINE_KEYHOLDER, attempts);
}

static void the_courier_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_socket, "socket", NULL},
		{do_socketpair, "socketpair", NULL},
		{do_bind, "bind", NULL},
		{do_listen, "listen", NULL},
		{do_exec, "execve", NULL},
		{do_fork, "clone", "fork"},
		{do_kill, "kill", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_mount, "mount", NULL},
		{do_open, "openat", "open"},
		{do_write_code, "mprotect", NULL},
	};
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer build answers with EPERM instead");
	CHECK_ATTEMPTS(CONFINE_COURIER, attempts);
}

static void what_answers_http_is_refused_and_the_call_is_named(void)
{
	static const struct attempt attempts[] = {
		{do_socket, "socket", NULL},
		{do_connect, "connect", NULL},
		{do_socketpair, "socketpair", NULL},
		{do_bind, "bind", NULL},
		{do_listen, "listen", NULL},
		{do_exec, "execve", NULL},
		{do_fork, "clone", "fork"},
		{do_kill, "kill", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_mount, "mount", NULL},
		{do_open, "openat", "open"},
		{do_write_code, "mprotect", NULL},
	};
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer build answers with EPERM instead");
	CHECK_ATTEMPTS(CONFINE_PORTAL, attempts);
}

static void who_starts_what_answers_http_runs_no_program_and_makes_no_socket_of_the_internet(void)
{
	static const struct attempt attempts[] = {
		{do_socket, "socket", NULL},
		{do_bind, "bind", NULL},
		{do_listen, "listen", NULL},
		{do_exec, "execve", NULL},
		{do_ptrace, "ptrace", NULL},
		{do_mount, "mount", NULL},
	};
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer build answers with EPERM instead");
	CHECK_ATTEMPTS(CONFINE_PORTAL_KEEPER, attempts);
}

/* --- what each may do --- */

static bool with_landlock;

static void work_of_the_keyholder(void)
{
	char path[128];
	snprintf(path, sizeof path, "%s/state", own_folder);
	int own = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (own < 0 || write(own, "x", 1) != 1 || fdatasync(own) != 0 || ftruncate(own, 0) != 0 || unlink(path) != 0)
		_exit(1);
	if (with_landlock && (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES))
		_exit(2);
	if (with_landlock &&
		(open("/tmp/keyholder-elsewhere", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 || errno != EACCES))
		_exit(3);
}

static void the_keyholder_writes_its_own_folder_and_reads_nothing_else(void)
{
	char folder[] = "/tmp/confine-test.XXXXXX";
	CHECK(mkdtemp(folder) != NULL);
	own_folder = folder;
	with_landlock = confine_landlock_abi() > 0;
	struct outcome outcome = in_jail(CONFINE_KEYHOLDER, 0, work_of_the_keyholder);
	rmdir(folder);
	own_folder = NULL;
	CHECK_INT(outcome.reported, -1);
	CHECK(exited_with(outcome, SURVIVED));
}

/* The keyholder's socket may be gone and come back while it is in its jail. */
static void work_of_the_courier(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/tmp/no-keyholder-is-here"};
	int own = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (own < 0 || connect(own, (const struct sockaddr *)&to, sizeof to) == 0 || errno != ENOENT)
		_exit(1);
	free(malloc(8 << 20));
}

static void the_courier_connects_to_unix_sockets(void)
{
	struct outcome outcome = in_jail(CONFINE_COURIER, 0, work_of_the_courier);
	CHECK_INT(outcome.reported, -1);
	CHECK(exited_with(outcome, SURVIVED));
}

static void work_of_fetch(void)
{
	int own = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), memory = memfd_create("body", MFD_CLOEXEC);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	if (own < 0 || memory < 0 || write(memory, "x", 1) != 1)
		_exit(1);
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EAFNOSUPPORT)
		_exit(2);
	/* Refused by the port's owner, or by Landlock, which was told of no port. */
	if (connect(own, (const struct sockaddr *)&to, sizeof to) == 0 || (errno != ECONNREFUSED && errno != EACCES))
		_exit(3);
	if (with_landlock && open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		_exit(4);
	if (open("/etc/hosts", O_RDONLY | O_CLOEXEC) < 0 && errno != ENOENT)
		_exit(5);
}

static void the_network_role_has_sockets_memory_and_the_resolvers_files(void)
{
	with_landlock = confine_landlock_abi() > 0;
	struct outcome outcome = in_jail(CONFINE_FETCH, 1u << 30, work_of_fetch);
	CHECK_INT(outcome.reported, -1);
	CHECK(exited_with(outcome, SURVIVED));
}

static int job_fd = -1;

static void work_of_a_worker(void)
{
	char block[64];
	void *large = malloc(8 << 20);
	memset(large, 1, 8 << 20);
	large = realloc(large, 32 << 20);
	free(large);
	if (pread(job_fd, block, sizeof block, 0) != 5)
		_exit(1);
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	close(job_fd);
	fputs("this is dropped\n", stderr);
}

static void a_worker_reads_what_it_was_handed_and_takes_memory(void)
{
	char path[] = "/tmp/staunch-confine-XXXXXX";
	job_fd = mkstemp(path);
	unlink(path);
	CHECK_INT(write(job_fd, "hello", 5), 5);
	struct outcome outcome = in_jail(CONFINE_WORKER, (uint64_t)1 << 30, work_of_a_worker);
	close(job_fd);
	if (!exited_with(outcome, SURVIVED))
		CHECK_FAIL("wait status %#x, call %d (%s)", outcome.wait_status, outcome.reported,
			confine_syscall_name(outcome.reported));
}

static void take_memory(void)
{
	for (int i = 0; i < 4096; i++)
		memset(st_alloc(1 << 20), 1, 1 << 20);
}

static void memory_ends_at_the_limit_with_its_own_status(void)
{
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer needs the address space");
	struct outcome outcome = in_jail(CONFINE_WORKER, (uint64_t)256 << 20, take_memory);
	CHECK(exited_with(outcome, ST_EXIT_MEMORY));
}

static void abort_here(void)
{
	abort();
}

static void crash_here(void)
{
	volatile uintptr_t nowhere = 16;
	*(volatile int *)nowhere = 1;
}

static void free_twice(void)
{
	void *volatile block = malloc(4000);
	void *volatile other = malloc(4000);
	free(block);
	free(block);
	free(other);
}

static void a_crash_in_the_jail_looks_like_a_crash(void)
{
	if (CONFINE_SANITIZED)
		SKIP("a sanitizer catches it first");
	struct outcome outcome = in_jail(CONFINE_WORKER, 0, abort_here);
	CHECK(WIFSIGNALED(outcome.wait_status) && WTERMSIG(outcome.wait_status) == SIGABRT);
	CHECK(!WCOREDUMP(outcome.wait_status));
	outcome = in_jail(CONFINE_WORKER, 0, crash_here);
	CHECK(WIFSIGNALED(outcome.wait_status) && WTERMSIG(outcome.wait_status) == SIGSEGV);
	outcome = in_jail(CONFINE_WORKER, 0, free_twice);
	CHECK(WIFSIGNALED(outcome.wait_status) && WTERMSIG(outcome.wait_status) == SIGABRT);
}

static char folder[64];

static void need(bool condition, int status)
{
	if (!condition)
		_exit(status);
}

static void *write_in_thread(void *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bool written = fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0;
	return written && unlink(path) == 0 ? path : NULL;
}

/* Rows are sorted and written by a thread; libc asks for it by clone3 first. */
static void threads_of_a_case(void)
{
	char path[128];
	pthread_t thread;
	void *result = NULL;
	snprintf(path, sizeof path, "%s/t", folder);
	need(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS, 1);
	need(pthread_create(&thread, NULL, write_in_thread, path) == 0, 2);
	need(pthread_join(thread, &result) == 0 && result == path, 3);
}

/* What SQLite, the run files and the terminal want. */
static void work_of_a_case(void)
{
	char path[128], other[128];
	snprintf(path, sizeof path, "%s/a", folder);
	snprintf(other, sizeof other, "%s/b", folder);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	need(fd >= 0 && ftruncate(fd, 65536) == 0 && pwrite(fd, "x", 1, 9) == 1 && fsync(fd) == 0, 1);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	need(fcntl(fd, F_SETLK, &lock) == 0, 2);
	void *shared = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(shared != MAP_FAILED, 3);
	need(rename(path, other) == 0, 4);
	/* and from one folder to another */
	char inner[128], moved[160];
	snprintf(inner, sizeof inner, "%s/c", folder);
	snprintf(moved, sizeof moved, "%s/d", inner);
	need(mkdir(inner, 0700) == 0 && rename(other, moved) == 0 && unlink(moved) == 0 && rmdir(inner) == 0, 8);
	signal(SIGINT, SIG_IGN);
	struct winsize size;
	(void)!ioctl(1, TIOCGWINSZ, &size);
	need(kill(getpid(), 0) == 0, 5);
	need(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
			errno == EPERM,
		6);
	need(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 || CONFINE_SANITIZED, 7);
}

static void the_case_writes_locks_maps_and_renames(void)
{
	snprintf(folder, sizeof folder, "/tmp/staunch-confine-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	struct outcome outcome = in_jail(CONFINE_CASE, 0, work_of_a_case);
	rmdir(folder);
	if (!exited_with(outcome, SURVIVED))
		CHECK_FAIL("wait status %#x, call %d (%s)", outcome.wait_status, outcome.reported,
			confine_syscall_name(outcome.reported));
}

static void the_case_has_threads_that_write(void)
{
	snprintf(folder, sizeof folder, "/tmp/staunch-confine-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	struct outcome outcome = in_jail(CONFINE_CASE, 0, threads_of_a_case);
	rmdir(folder);
	if (!exited_with(outcome, SURVIVED))
		CHECK_FAIL("wait status %#x, call %d (%s)", outcome.wait_status, outcome.reported,
			confine_syscall_name(outcome.reported));
}

static void work_of_a_launcher(void)
{
	int ends[2], status;
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, 1);
	char name[] = "true", *arguments[] = {name, NULL};
	pid_t pid = fork();
	if (pid == 0) {
		execv("/bin/true", arguments);
		_exit(1);
	}
	need(waitpid(pid, &status, 0) == pid && status == 0, 2);
	need(confine_available().landlock_abi == 0 || open("/tmp/staunch-launcher", O_WRONLY | O_CREAT, 0600) < 0, 3);
}

static void the_launcher_starts_programs_and_writes_nothing(void)
{
	struct outcome outcome = in_jail(CONFINE_LAUNCHER, 0, work_of_a_launcher);
	if (!exited_with(outcome, SURVIVED))
		CHECK_FAIL("wait status %#x, call %d (%s)", outcome.wait_status, outcome.reported,
			confine_syscall_name(outcome.reported));
}

static void a_role_without_a_report_says_why_on_stderr(void)
{
	int ends[2], status;
	char text[80] = "";
	CHECK_INT(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct st_error err = {0};
		dup2(ends[1], STDERR_FILENO);
		if (confine(CONFINE_CASE, NULL, -1, 0, &err) == ST_OK)
			do_socket();
		_exit(SURVIVED);
	}
	close(ends[1]);
	waitpid(pid, &status, 0);
	CHECK(read(ends[0], text, sizeof text - 1) > 0);
	close(ends[0]);
	char want[80];
	snprintf(want, sizeof want, "staunch: stopped by its own jail: system call %4d\n", (int)SYS_socket);
	CHECK_TEXT(text, want);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == CONFINE_EXIT_FORBIDDEN);
}

static void calls_have_names(void)
{
	CHECK_TEXT(confine_syscall_name(SYS_openat), "openat");
	CHECK_TEXT(confine_syscall_name(SYS_exit_group), "exit_group");
	CHECK_TEXT(confine_syscall_name(462), "mseal");
	CHECK_TEXT(confine_syscall_name(-1), "");
	CHECK_TEXT(confine_syscall_name(100000), "");
}

static void this_machine_has_the_first_wall(void)
{
	struct confine_layers layers = confine_available();
	CHECK(layers.seccomp);
	CHECK(layers.no_new_privs);
}

int main(void)
{
	RUN(calls_have_names);
	RUN(this_machine_has_the_first_wall);
	RUN(a_worker_is_refused_and_the_call_is_named);
	RUN(the_case_is_refused_and_the_call_is_named);
	RUN(the_launcher_is_refused_and_the_call_is_named);
	RUN(the_network_role_is_refused_and_the_call_is_named);
	RUN(the_keyholder_is_refused_and_the_call_is_named);
	RUN(the_courier_is_refused_and_the_call_is_named);
	RUN(the_courier_connects_to_unix_sockets);
	RUN(what_answers_http_is_refused_and_the_call_is_named);
	RUN(who_starts_what_answers_http_runs_no_program_and_makes_no_socket_of_the_internet);
	RUN(the_keyholder_writes_its_own_folder_and_reads_nothing_else);
	RUN(the_network_role_has_sockets_memory_and_the_resolvers_files);
	RUN(a_worker_reads_what_it_was_handed_and_takes_memory);
	RUN(memory_ends_at_the_limit_with_its_own_status);
	RUN(a_crash_in_the_jail_looks_like_a_crash);
	RUN(a_role_without_a_report_says_why_on_stderr);
	RUN(the_case_writes_locks_maps_and_renames);
	RUN(the_case_has_threads_that_write);
	RUN(the_launcher_starts_programs_and_writes_nothing);
	CHECK_END();
}
