/* The jail of helpers, with this program in the place of one: what it may, what it may not, how it ends; and the real
 * programs behind the launcher. */
#include "check.h"

#include "process/confine_layers.h"
#include "process/helper_child.h"
#include "process/helping.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define DONE_WHAT_IT_TRIED 40
#define REFUSED_WITH 50 /* plus which error: see the probes */

/* --- the helper's side: one probe each --- */

static int refusal(long result)
{
	if (result >= 0)
		return DONE_WHAT_IT_TRIED;
	return errno == EACCES ? REFUSED_WITH + 1 : errno == ENOSYS ? REFUSED_WITH + 2 : REFUSED_WITH + 3;
}

static int try_open(void)
{
	return refusal(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}
static int try_list(void)
{
	return refusal(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}
static int try_create(void)
{
	return refusal(open("/tmp/staunch-helper-probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}
static int try_overwrite(void)
{
	return refusal(open("/etc/ld.so.cache", O_WRONLY | O_CLOEXEC));
}
static int try_unlink(void)
{
	return refusal(unlink("/tmp/staunch-helper-probe"));
}
static int try_chmod(void)
{
	return refusal(chmod("/tmp", 0777));
}
static int try_socket(void)
{
	return refusal(socket(AF_INET, SOCK_STREAM, 0));
}
static int try_local_socket(void)
{
	return refusal(socket(AF_UNIX, SOCK_STREAM, 0));
}
static int try_exec(void)
{
	char name[] = "true", *arguments[] = {name, NULL};
	return refusal(execv("/bin/true", arguments));
}
static int try_execveat(void)
{
	char name[] = "true", *arguments[] = {name, NULL};
	return refusal(syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, arguments + 1, 0));
}
static int try_exec_own_descriptor(void)
{
	char name[] = "true", *arguments[] = {name, NULL};
	int program = open("/usr/bin/true", O_PATH | O_CLOEXEC);
	if (program >= 0 && program != 3 && dup2(program, 3) != 3)
		return REFUSED_WITH;
	return refusal(syscall(SYS_execveat, 3, "", arguments, arguments + 1, AT_EMPTY_PATH));
}
static int try_fork(void)
{
	return refusal(fork());
}
static void *nothing(void *context)
{
	return context;
}
static int try_thread(void)
{
	pthread_t thread;
	return pthread_create(&thread, NULL, nothing, NULL) == 0 ? DONE_WHAT_IT_TRIED : REFUSED_WITH;
}
static int try_kill(void)
{
	return refusal(kill(getppid(), 0));
}
static int try_ptrace(void)
{
	return refusal(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int try_prctl(void)
{
	return refusal(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0));
}
static int try_mount(void)
{
	return refusal(syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL));
}
static int try_keyctl(void)
{
	return refusal(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
}
static int try_io_uring(void)
{
	return refusal(syscall(SYS_io_uring_setup, 1, NULL));
}
static int try_bpf(void)
{
	return refusal(syscall(SYS_bpf, 0, NULL, 0));
}
static int try_unshare(void)
{
	return refusal(syscall(SYS_unshare, 0x10000000));
}
static int try_raise_limit(void)
{
	struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
	return refusal(setrlimit(RLIMIT_FSIZE, &more));
}
static int read_input(void)
{
	char text[64];
	ssize_t got = read(STDIN_FILENO, text, sizeof text);
	return got > 0 && write(STDOUT_FILENO, text, (size_t)got) == got ? 0 : 1;
}
/* Standard input and output by name, as qpdf and pdfdetach do it. */
static int reopen(void)
{
	char text[64];
	int in = open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC);
	int out = open("/proc/self/fd/1", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t got = in >= 0 && out >= 0 ? read(in, text, sizeof text) : -1;
	return got > 0 && write(out, text, (size_t)got) == got ? 0 : 1;
}
static int tell_state(void)
{
	for (int fd = 0; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			dprintf(STDOUT_FILENO, "fd %d\n", fd);
	for (char **e = environ; *e != NULL; e++)
		dprintf(STDOUT_FILENO, "%s\n", *e);
	return 0;
}
static int write_for_ever(void)
{
	char block[65536] = "";
	while (write(STDOUT_FILENO, block, sizeof block) > 0)
		;
	return 1;
}
static int complain_for_ever(void)
{
	char block[4096] = "";
	for (int i = 0; i < 4096; i++)
		(void)!write(STDERR_FILENO, block, sizeof block);
	return 0;
}
static int compute_for_ever(void)
{
	volatile unsigned i = 1;
	while (i != 0)
		i |= 1;
	return 0;
}
static int take_memory(void)
{
	for (int i = 0; i < 4096; i++) {
		/* volatile: a compiler may leave out memory that nobody looks at */
		volatile uint8_t *block = malloc(1 << 20);
		if (block == NULL)
			return 5;
		for (size_t at = 0; at < 1 << 20; at += 4096)
			block[at] = 1;
	}
	return 0;
}
static int crash(void)
{
	volatile uintptr_t nowhere = 16;
	*(volatile int *)nowhere = 1;
	return 0;
}

static const struct probe {
	const char *name;
	int (*act)(void);
	int signal; /* that ends it; 0 none */
	int status; /* else */
} probes[] = {
	{"open", try_open, 0, REFUSED_WITH + 1},
	{"list", try_list, 0, REFUSED_WITH + 1},
	{"create", try_create, 0, REFUSED_WITH + 1},
	{"overwrite", try_overwrite, 0, REFUSED_WITH + 1},
	{"unlink", try_unlink, 0, REFUSED_WITH + 2},
	{"chmod", try_chmod, 0, REFUSED_WITH + 2},
	{"socket", try_socket, SIGSYS, 0},
	{"local-socket", try_local_socket, SIGSYS, 0},
	{"exec", try_exec, SIGSYS, 0},
	{"execveat", try_execveat, 0, REFUSED_WITH + 2},
	{"exec-own-descriptor", try_exec_own_descriptor, 0, REFUSED_WITH + 1},
	{"fork", try_fork, SIGSYS, 0},
	{"thread", try_thread, SIGSYS, 0},
	{"kill", try_kill, SIGSYS, 0},
	{"ptrace", try_ptrace, SIGSYS, 0},
	{"prctl", try_prctl, SIGSYS, 0},
	{"mount", try_mount, SIGSYS, 0},
	{"keyctl", try_keyctl, SIGSYS, 0},
	{"io-uring", try_io_uring, SIGSYS, 0},
	{"bpf", try_bpf, SIGSYS, 0},
	{"unshare", try_unshare, SIGSYS, 0},
	{"raise-limit", try_raise_limit, 0, REFUSED_WITH + 3},
	{"input", read_input, 0, 0},
	{"reopen", reopen, 0, 0},
	{"state", tell_state, 0, 0},
	{"output", write_for_ever, SIGXFSZ, 0},
	{"complain", complain_for_ever, 0, 0},
	{"compute", compute_for_ever, SIGXCPU, 0},
	{"memory", take_memory, 0, 5},
	{"crash", crash, SIGSEGV, 0},
};
#define PROBES (sizeof probes / sizeof probes[0])

static const struct probe *probe_named(const char *name)
{
	for (size_t i = 0; i < PROBES; i++)
		if (strcmp(probes[i].name, name) == 0)
			return &probes[i];
	abort();
}

/* --- the launcher's side --- */

static bool filter_is_missing; /* in a forked child only */

struct outcome {
	int wait_status;
	char output[4096];
	ssize_t output_bytes;
	size_t errors_bytes;
};

/* Runs a probe as a helper; before: what the forked process does first, or NULL. */
static struct outcome probe(const char *name, void (*before)(void))
{
	struct outcome outcome = {0};
	char program[] = "helper_test", word[] = "probe", copy[32];
	int errors[2], input = memfd_create("in", MFD_CLOEXEC), output = memfd_create("out", MFD_CLOEXEC);
	snprintf(copy, sizeof copy, "%s", name);
	char *arguments[] = {program, word, copy, NULL};
	if (input < 0 || output < 0 || pipe2(errors, O_CLOEXEC | O_NONBLOCK) != 0 || write(input, "hello", 5) != 5)
		abort();
	lseek(input, 0, SEEK_SET);
	struct confine_filter *filter = confine_helper_filter(HELPER_PROGRAM_FD);
	struct helper_run run = {.program = open("/proc/self/exe", O_PATH | O_CLOEXEC),
		.arguments = arguments,
		.input = input,
		.output = output,
		.errors = errors[1],
		.confined = true,
		.limits = {.memory_bytes = 256 * MIB, .cpu_s = 1, .output_bytes = MIB, .filter = filter}};
	pid_t pid = fork();
	if (pid == 0) {
		if (before != NULL)
			before();
		if (filter_is_missing)
			run.limits.filter = NULL;
		helper_become(&run);
	}
	waitpid(pid, &outcome.wait_status, 0);
	close(errors[1]);
	outcome.output_bytes = lseek(output, 0, SEEK_END);
	(void)!pread(output, outcome.output, sizeof outcome.output - 1, 0);
	char block[4096];
	for (ssize_t got; (got = read(errors[0], block, sizeof block)) > 0;)
		outcome.errors_bytes += (size_t)got;
	close(errors[0]);
	close(run.program);
	free(filter);
	close(input);
	close(output);
	return outcome;
}

static bool as_expected(const struct probe *p, int wait_status)
{
	if (p->signal != 0)
		return WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == p->signal && !WCOREDUMP(wait_status);
	return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == p->status;
}

static bool has_both_walls(void)
{
	return !CONFINE_SANITIZED && confine_available().landlock_abi > 0;
}
#define NEEDS_BOTH_WALLS                                                         \
	do {                                                                     \
		if (!has_both_walls())                                           \
			SKIP("a sanitizer build, or a kernel without Landlock"); \
	} while (0)

static void a_helper_is_refused_whatever_it_tries(void)
{
	NEEDS_BOTH_WALLS;
	for (size_t i = 0; i < PROBES; i++) {
		struct outcome outcome = probe(probes[i].name, NULL);
		if (!as_expected(&probes[i], outcome.wait_status))
			CHECK_FAIL("%s: wait status %#x", probes[i].name, outcome.wait_status);
	}
	CHECK(access("/tmp/staunch-helper-probe", F_OK) != 0);
}

static void it_reads_its_input_and_writes_its_output(void)
{
	NEEDS_BOTH_WALLS;
	static const char *const names[] = {"input", "reopen"};
	for (size_t i = 0; i < 2; i++) {
		struct outcome outcome = probe(names[i], NULL);
		CHECK_TEXT(outcome.output, "hello");
		CHECK_INT(outcome.output_bytes, 5);
	}
}

static void it_has_three_descriptors_and_two_words_of_environment(void)
{
	NEEDS_BOTH_WALLS;
	setenv("SECRET_OF_THE_CALLER", "1", 1);
	struct outcome outcome = probe("state", NULL);
	CHECK_TEXT(outcome.output, "fd 0\nfd 1\nfd 2\nTZ=UTC0\nLC_ALL=C\n");
}

static void its_output_ends_at_the_limit_and_its_complaints_do_not_hold_it(void)
{
	NEEDS_BOTH_WALLS;
	CHECK_INT(probe("output", NULL).output_bytes, MIB);
	struct outcome outcome = probe("complain", NULL);
	CHECK(outcome.errors_bytes >= 4096 && outcome.errors_bytes <= MIB);
}

/* --- fails closed --- */

static void refuse(int call, int error)
{
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
	if (seccomp_rule_add(context, SCMP_ACT_ERRNO(error), call, 0) != 0 || seccomp_load(context) != 0)
		_exit(99);
	seccomp_release(context);
}
static void without_landlock_rules(void)
{
	refuse(SCMP_SYS(landlock_add_rule), EPERM);
}
static void without_landlock_in_force(void)
{
	refuse(SCMP_SYS(landlock_restrict_self), EPERM);
}
static void without_landlock_sets(void)
{
	refuse(SCMP_SYS(landlock_create_ruleset), EPERM);
}
static void without_filters(void)
{
	refuse(SCMP_SYS(seccomp), EPERM);
}
static void without_filter(void)
{
	filter_is_missing = true;
}
static void without_limits(void)
{
	refuse(SCMP_SYS(prlimit64), EPERM);
}
static void without_dropping_rights(void)
{
	refuse(SCMP_SYS(capset), EPERM);
}
static void without_no_new_privs(void)
{
	struct scmp_arg_cmp which = {0, SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS, 0};
	scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
	if (seccomp_rule_add_array(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, &which) != 0)
		_exit(99);
	seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0);
	if (seccomp_load(context) != 0)
		_exit(98);
}

static void a_layer_that_cannot_be_set_keeps_the_program_from_running(void)
{
	NEEDS_BOTH_WALLS;
	static const struct {
		const char *layer;
		void (*before)(void);
	} missing[] = {{"landlock_create_ruleset", without_landlock_sets},
		{"landlock_add_rule", without_landlock_rules}, {"landlock_restrict_self", without_landlock_in_force},
		{"seccomp", without_filters}, {"filter", without_filter}, {"limits", without_limits},
		{"capabilities", without_dropping_rights}, {"no_new_privs", without_no_new_privs}};
	for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
		if (missing[i].before == without_no_new_privs && geteuid() != 0)
			continue; /* such a filter is root's to load */
		struct outcome outcome = probe("state", missing[i].before);
		if (!WIFEXITED(outcome.wait_status) || WEXITSTATUS(outcome.wait_status) != HELPER_EXIT_NOT_RUN ||
			outcome.output_bytes != 0)
			CHECK_FAIL("%s: wait status %#x, %zd bytes", missing[i].layer, outcome.wait_status,
				outcome.output_bytes);
	}
}

/* --- the real ones, behind the launcher --- */

static bool wait_for(struct launcher *launcher, struct helping *helping, struct helping_result *result)
{
	struct launcher_exit ended;
	struct pollfd ready = {.fd = launcher_fd(launcher), .events = POLLIN};
	for (int i = 0; helping->running && i < 300; i++) {
		if (launcher_next_exit(launcher, &ended) && ended.id == helping->id)
			*result = helping_ended(helping, ended.wait_status);
		else
			poll(&ready, 1, 100);
	}
	return !helping->running;
}

static const char a_page[] =
	"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
	"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 44>>stream\n"
	"BT /F 12 Tf 9 99 Td (anna@contoso.com) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

static void text_of(int fd, uint64_t size, char *text, size_t capacity)
{
	size_t take = size < capacity - 1 ? (size_t)size : capacity - 1;
	memset(text, 0, capacity);
	if (fd >= 0)
		(void)!pread(fd, text, take, 0);
}

static void real_programs_read_a_document_in_the_jail(void)
{
	struct launcher *launcher = NULL;
	struct helping helping = {0};
	struct helping_result result;
	char text[4096];
	CHECK_OK(launcher_start("/proc/self/exe", &launcher, &err));
	CHECK(helping_input(&helping, HELPING_BEGIN, (struct st_span){NULL, 0}));
	CHECK(helping_input(&helping, HELPING_BYTES, (struct st_span){(const uint8_t *)a_page, sizeof a_page - 1}));
	static const struct {
		enum helper helper;
		const char *says;
	} runs[] = {{HELPER_PDF_TEXT, "anna@contoso.com\n"}, {HELPER_PDF_STRINGS, "\"/Type\": \"/Catalog\""},
		{HELPER_PDF_ATTACHMENTS, "0 embedded files"}, {HELPER_QPDF_VERSION, "qpdf version"}};
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		CHECK_OK(helping_start(&helping, launcher, runs[i].helper, 0, &result, &err));
		CHECK(wait_for(launcher, &helping, &result));
		text_of(result.output, result.output_bytes, text, sizeof text);
		if (result.how != HELPED || strstr(text, runs[i].says) == NULL)
			CHECK_FAIL("%s: end %d, status %d, output \"%.300s\"", helper_program(runs[i].helper),
				result.how, result.exit_status, text);
	}
	CHECK_INT(fcntl(result.output, F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	helping_close(&helping, launcher);
	launcher_stop(launcher);
}

static void documents_nest_and_nothing_runs_without_one(void)
{
	struct launcher *launcher = NULL;
	struct helping helping = {0};
	struct helping_result result;
	struct st_span none = {NULL, 0};
	CHECK_OK(launcher_start("/proc/self/exe", &launcher, &err));
	CHECK(helping_start(&helping, launcher, HELPER_PDF_TEXT, 0, &result, NULL) == ST_WRONG);
	CHECK(!helping_input(&helping, HELPING_BYTES, none));
	CHECK(!helping_input(&helping, HELPING_DONE, none));
	for (int i = 0; i < HELPING_INPUTS; i++)
		CHECK(helping_input(&helping, HELPING_BEGIN, none));
	CHECK(!helping_input(&helping, HELPING_BEGIN, none));
	CHECK(!helping_input(&helping, 77, none));
	for (int i = 0; i < HELPING_INPUTS; i++)
		CHECK(helping_input(&helping, HELPING_DONE, none));
	CHECK(!helping_input(&helping, HELPING_DONE, none));
	helping_close(&helping, launcher);
	launcher_stop(launcher);
}

/* A document over the ceiling is lost, those around it are not. */
static void a_document_over_the_ceiling_is_too_large(void)
{
	struct launcher *launcher = NULL;
	struct helping helping = {0};
	struct helping_result result = {.how = HELPED};
	CHECK_OK(launcher_start("/proc/self/exe", &launcher, &err));
	CHECK(helping_input(&helping, HELPING_BEGIN, (struct st_span){NULL, 0}));
	helping.documents[0].size_bytes = CEIL_HELPER_INPUT_BYTES - 3;
	CHECK(helping_input(&helping, HELPING_BYTES, (struct st_span){(const uint8_t *)"four", 4}));
	CHECK_OK(helping_start(&helping, launcher, HELPER_PDF_TEXT, 0, &result, &err));
	CHECK(!helping.running);
	CHECK_INT(result.how, HELPED_TOO_LARGE);
	helping_close(&helping, launcher);
	launcher_stop(launcher);
}

static void a_helper_that_is_stopped_took_too_long(void)
{
	struct helping helping = {.output = -1, .errors = -1, .running = true, .killed = true};
	CHECK_INT(helping_ended(&helping, SIGKILL).how, HELPED_TOO_LONG);
	helping.killed = false;
	CHECK_INT(helping_ended(&helping, SIGKILL).how, HELPED_CRASHED);
	CHECK_INT(helping_ended(&helping, SIGXCPU).how, HELPED_TOO_LONG);
	CHECK_INT(helping_ended(&helping, SIGXFSZ).how, HELPED_TOO_LARGE);
	CHECK_INT(helping_ended(&helping, HELPER_EXIT_NOT_RUN << 8).how, HELPED_NOT);
	CHECK_INT(helping_ended(&helping, 3 << 8).how, HELPED);
	CHECK_INT(helping_ended(&helping, 3 << 8).exit_status, 3);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "probe") == 0)
		_exit(probe_named(argv[2])->act());
	RUN(a_helper_is_refused_whatever_it_tries);
	RUN(it_reads_its_input_and_writes_its_output);
	RUN(it_has_three_descriptors_and_two_words_of_environment);
	RUN(its_output_ends_at_the_limit_and_its_complaints_do_not_hold_it);
	RUN(a_layer_that_cannot_be_set_keeps_the_program_from_running);
	RUN(real_programs_read_a_document_in_the_jail);
	RUN(documents_nest_and_nothing_runs_without_one);
	RUN(a_document_over_the_ceiling_is_too_large);
	RUN(a_helper_that_is_stopped_took_too_long);
	CHECK_END();
}
