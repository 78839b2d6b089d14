/* See fault.h. */
#include "worker/fault.h"

#ifdef STAUNCH_FAULT_HOOKS

#include "base/ceilings.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

static void do_crash(int socket)
{
	(void)socket;
	volatile uintptr_t nowhere = 16;
	*(volatile int *)nowhere = 1;
}

static void do_hang(int socket)
{
	(void)socket;
	for (volatile int i = 0;; i++)
		;
}

/* Takes memory until there is none; the bound is for builds whose address space is not limited. */
static void do_memory(int socket)
{
	(void)socket;
	for (uint64_t taken = 0; taken < 2 * CEIL_WORKER_MEMORY_BYTES; taken += MIB)
		memset(st_alloc(MIB), 1, MIB);
	_exit(ST_EXIT_MEMORY);
}

/* Works for ever and gets nowhere. */
static void do_spin_alloc(int socket)
{
	(void)socket;
	for (;;) {
		void *volatile block = st_alloc(MIB);
		memset(block, 1, MIB);
		free(block);
	}
}

static void do_open(int socket)
{
	(void)socket;
	(void)!open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static void do_create(int socket)
{
	(void)socket;
	(void)!open("staunch-fault", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static void do_write(int socket)
{
	(void)socket;
	(void)!write(STDOUT_FILENO, "x", 1);
}

static void do_socket(int unused)
{
	(void)unused;
	(void)!socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void do_connect(int socket)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)!connect(socket, (const struct sockaddr *)&address, sizeof address);
}

static void do_exec(int socket)
{
	(void)socket;
	char name[] = "true";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};
	execve("/bin/true", arguments, environment);
}

static void do_fork(int socket)
{
	(void)socket;
	if (fork() == 0)
		_exit(0);
}

static void do_ptrace(int socket)
{
	(void)socket;
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void do_prctl(int socket)
{
	(void)socket;
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void do_mprotect(int socket)
{
	(void)socket;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static void do_mmap(int socket)
{
	(void)socket;
	mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void do_sigaction(int socket)
{
	(void)socket;
	signal(SIGSYS, SIG_IGN);
}

static void do_kill(int socket)
{
	(void)socket;
	kill(1, 0);
}

static void do_abort(int socket)
{
	(void)socket;
	abort();
}

static void do_garbage(int socket)
{
	static const uint8_t frames[] = {99, 0, 0, 0, 2, 0, 0, 0, 1, 2, 36, 0, 0, 0, 255, 255, 255, 255};
	(void)!write(socket, frames, sizeof frames);
}

static void do_exit(int socket)
{
	(void)socket;
	_exit(0);
}

static const struct {
	const char *name;
	void (*act)(int socket);
} faults[] = {
	{"crash", do_crash},
	{"hang", do_hang},
	{"memory", do_memory},
	{"spin-alloc", do_spin_alloc},
	{"open", do_open},
	{"create", do_create},
	{"write", do_write},
	{"socket", do_socket},
	{"connect", do_connect},
	{"exec", do_exec},
	{"fork", do_fork},
	{"ptrace", do_ptrace},
	{"prctl", do_prctl},
	{"mprotect", do_mprotect},
	{"mmap", do_mmap},
	{"sigaction", do_sigaction},
	{"kill", do_kill},
	{"abort", do_abort},
	{"garbage", do_garbage},
	{"exit", do_exit},
};

void fault_check(int socket, const void *text, size_t size)
{
	static const char mark[] = "STAUNCH-FAULT ";
	size_t mark_size = sizeof mark - 1;
	if (size < mark_size || memcmp(text, mark, mark_size) != 0)
		return;
	const char *name = (const char *)text + mark_size;
	size_t length = 0;
	while (mark_size + length < size && (name[length] == '-' || (name[length] >= 'a' && name[length] <= 'z')))
		length++;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (strlen(faults[i].name) == length && memcmp(name, faults[i].name, length) == 0)
			faults[i].act(socket);
}

#endif
