/* See fault.h. */
#include "worker/fault.h"

#ifdef STAUNCH_FAULT_HOOKS

#include "base/ceilings.h"
#include "base/coverage.h"
#include "process/helper.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void do_crash(struct outbox *out)
{
	(void)out;
	volatile uintptr_t nowhere = 16;
	*(volatile int *)nowhere = 1;
}

static void do_hang(struct outbox *out)
{
	(void)out;
	for (volatile int i = 0;; i++)
		;
}

/* Takes memory until there is none; the bound is for builds whose address space is not limited. */
static void do_memory(struct outbox *out)
{
	(void)out;
	for (uint64_t taken = 0; taken < 2 * CEIL_WORKER_MEMORY_BYTES; taken += MIB)
		memset(st_alloc(MIB), 1, MIB);
	_exit(ST_EXIT_MEMORY);
}

/* Works for ever and gets nowhere. */
static void do_spin_alloc(struct outbox *out)
{
	(void)out;
	for (;;) {
		void *volatile block = st_alloc(MIB);
		memset(block, 1, MIB);
		free(block);
	}
}

static void do_open(struct outbox *out)
{
	(void)out;
	(void)!open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static void do_create(struct outbox *out)
{
	(void)out;
	(void)!open("staunch-fault", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static void do_write(struct outbox *out)
{
	(void)out;
	(void)!write(STDOUT_FILENO, "x", 1);
}

static void do_socket(struct outbox *out)
{
	(void)out;
	(void)!socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void do_connect(struct outbox *out)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)!connect(out->socket, (const struct sockaddr *)&address, sizeof address);
}

static void do_exec(struct outbox *out)
{
	(void)out;
	char name[] = "true";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};
	execve("/bin/true", arguments, environment);
}

static void do_fork(struct outbox *out)
{
	(void)out;
	if (syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0) == 0)
		_exit(0);
}

/* fork() of newer C libraries calls with all signals blocked: the kernel then ends the process and no handler runs. */
static void do_masked(struct outbox *out)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	do_fork(out);
}

static void do_ptrace(struct outbox *out)
{
	(void)out;
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void do_prctl(struct outbox *out)
{
	(void)out;
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void do_mprotect(struct outbox *out)
{
	(void)out;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static void do_mmap(struct outbox *out)
{
	(void)out;
	mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void do_sigaction(struct outbox *out)
{
	(void)out;
	signal(SIGSYS, SIG_IGN);
}

static void do_kill(struct outbox *out)
{
	(void)out;
	kill(1, 0);
}

static void do_abort(struct outbox *out)
{
	(void)out;
	abort();
}

static void do_garbage(struct outbox *out)
{
	static const uint8_t frames[] = {99, 0, 0, 0, 2, 0, 0, 0, 1, 2, 36, 0, 0, 0, 255, 255, 255, 255};
	(void)!write(out->socket, frames, sizeof frames);
}

static void do_exit(struct outbox *out)
{
	(void)out;
	_exit(0);
}

/* Asks about the object again and again and never reads an answer. */
static void do_ask(struct outbox *out)
{
	static const uint8_t hash[36];
	for (;;) {
		st_auto_buf struct st_buf body = {0};
		st_buf_add_u32(&body, out->job);
		st_buf_add(&body, hash, ST_SHA256_BYTES);
		outbox_send(out, WORKER_HASH, &body);
	}
}

/* Says that more was read than there is. */
static void do_oversell(struct outbox *out)
{
	st_auto_buf struct st_buf end = {0}, done = {0};
	st_buf_add_u32(&end, out->job);
	st_buf_add_u32(&end, 0);
	st_buf_add_byte(&end, ST_READ);
	st_buf_add_byte(&end, ST_REASON_NONE);
	st_buf_add_span(&end, "", 0);
	st_buf_add_span(&end, "", 0);
	for (int i = 0; i < 3; i++)
		st_buf_add_u64(&end, 0);
	outbox_add(out, WORKER_PART_END, &end);
	st_buf_add_u32(&done, out->job);
	st_buf_add_byte(&done, ST_READ);
	st_buf_add_byte(&done, ST_REASON_NONE);
	st_buf_add(&done, (const uint8_t[ST_SHA256_BYTES]){1}, ST_SHA256_BYTES);
	st_buf_add_u64(&done, (uint64_t)1 << 40);
	for (int i = 0; i < 4; i++)
		st_buf_add_u64(&done, 0);
	outbox_send(out, WORKER_DONE, &done);
	do_hang(out);
}

/* Says that there are more mentions than the object could expand to. */
static void do_mentions(struct outbox *out)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, out->job);
	st_buf_add_u32(&body, UINT32_MAX);
	outbox_send(out, WORKER_MENTIONS, &body);
	do_hang(out);
}

static void ask_for_help(struct outbox *out, uint8_t helper)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, out->job);
	st_buf_add_byte(&body, helper);
	st_buf_add_u32(&body, 0);
	outbox_send(out, WORKER_HELP, &body);
}

static void begin_document(struct outbox *out, enum helping_input what)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, out->job);
	st_buf_add_byte(&body, (uint8_t)what);
	outbox_send(out, WORKER_HELP_INPUT, &body);
}

/* Asks for a program that no worker may have. */
static void do_help_other(struct outbox *out)
{
	begin_document(out, HELPING_BEGIN);
	ask_for_help(out, HELPER_WORKERS);
	do_hang(out);
}

/* Asks for help with a document that it never sent. */
static void do_help_nothing(struct outbox *out)
{
	ask_for_help(out, HELPER_PDF_TEXT);
	do_hang(out);
}

/* Asks for two at a time. */
static void do_help_twice(struct outbox *out)
{
	begin_document(out, HELPING_BEGIN);
	ask_for_help(out, HELPER_PDF_TEXT);
	ask_for_help(out, HELPER_PDF_TEXT);
	do_hang(out);
}

/* Begins documents inside documents. */
static void do_help_deep(struct outbox *out)
{
	for (int i = 0; i < CEIL_NESTING_DEPTH + 8; i++)
		begin_document(out, HELPING_BEGIN);
	do_hang(out);
}

static const struct {
	const char *name;
	void (*act)(struct outbox *out);
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
	{"masked", do_masked},
	{"ptrace", do_ptrace},
	{"prctl", do_prctl},
	{"mprotect", do_mprotect},
	{"mmap", do_mmap},
	{"sigaction", do_sigaction},
	{"kill", do_kill},
	{"abort", do_abort},
	{"garbage", do_garbage},
	{"exit", do_exit},
	{"ask", do_ask},
	{"oversell", do_oversell},
	{"mentions", do_mentions},
	{"help-other", do_help_other},
	{"help-nothing", do_help_nothing},
	{"help-twice", do_help_twice},
	{"help-deep", do_help_deep},
};

void fault_check(struct outbox *out, const void *text, size_t size)
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
			faults[i].act(out);
}

#endif
