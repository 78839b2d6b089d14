/* The closed list of helpers, and what a forked process does to become one. */
#include "process/helper.h"

#include "base/ceilings.h"
#include "process/helper_child.h"
#include "process/launcher_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER "#" /* stands for the number that the caller gives */

/*
 * pdftotext(1), default order: lines of a paragraph come joined where a word is hyphenated at their end, columns one
 * after the other. fd://0 is poppler's own name for standard input. qpdf(1) opens its input by name, and pdfdetach(1)
 * what it saves.
 */
static const struct {
	const char *program;
	const char *arguments[HELPER_ARGUMENTS - 2];
} helpers[HELPERS] = {
	[HELPER_PDF_TEXT] = {"pdftotext", {"-enc", "UTF-8", "-", "-"}},
	[HELPER_PDF_STRINGS] = {"qpdf", {"--json", "--json-key=qpdf", "--json-stream-data=none", "/proc/self/fd/0"}},
	[HELPER_PDF_METADATA] = {"pdfinfo", {"-meta", "-"}},
	[HELPER_PDF_ATTACHMENTS] = {"pdfdetach", {"-enc", "UTF-8", "-list", "fd://0"}},
	[HELPER_PDF_ATTACHMENT] = {"pdfdetach", {"-save", NUMBER, "-o", "/proc/self/fd/1", "fd://0"}},
	[HELPER_PDFTOTEXT_VERSION] = {"pdftotext", {"-v"}},
	[HELPER_PDFINFO_VERSION] = {"pdfinfo", {"-v"}},
	[HELPER_PDFDETACH_VERSION] = {"pdfdetach", {"-v"}},
	[HELPER_QPDF_VERSION] = {"qpdf", {"--version"}},
};

const char *helper_program(enum helper helper)
{
	return helpers[helper].program;
}

int helper_open(enum helper helper)
{
	static const char *const folders[] = {"/usr/bin", "/usr/local/bin"};
	int program = -1;
	for (size_t i = 0; program < 0 && i < sizeof folders / sizeof folders[0]; i++) {
		st_auto_free char *path = st_format("%s/%s", folders[i], helpers[helper].program);
		program = open(path, O_PATH | O_CLOEXEC);
	}
	return program;
}

/* execve takes its strings without const and does not write them. */
static char *constless(const char *text)
{
	union {
		const char *in;
		char *out;
	} both = {.in = text};
	return both.out;
}

void helper_arguments(enum helper helper, uint32_t n, char number[12], char *list[HELPER_ARGUMENTS])
{
	size_t count = 0;
	snprintf(number, 12, "%u", n);
	list[count++] = constless(helpers[helper].program);
	for (const char *const *a = helpers[helper].arguments; *a != NULL; a++)
		list[count++] = strcmp(*a, NUMBER) == 0 ? number : constless(*a);
	list[count] = NULL;
}

struct confine_limits helper_limits(void)
{
	return (struct confine_limits){
		.memory_bytes = CEIL_HELPER_MEMORY_BYTES,
		.cpu_s = CEIL_HELPER_CPU_S,
		.output_bytes = CEIL_HELPER_OUTPUT_BYTES,
	};
}

/* Copies above all meanings first: any of them may stand where another is to go. */
static bool settle(const struct helper_run *run)
{
	int from[] = {run->input, run->output, run->errors, run->program};
	for (int i = 0; i < 4; i++)
		if ((from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, LAUNCHER_FREE_FD)) < 0)
			return false;
	for (int i = 0; i < 3; i++)
		if (dup2(from[i], i) < 0)
			return false;
	return dup3(from[3], HELPER_PROGRAM_FD, O_CLOEXEC) >= 0;
}

void helper_become(const struct helper_run *run)
{
	struct confine_limits limits = run->limits;
	struct st_error err = {0};
	sigset_t none;
	if (!settle(run))
		_exit(HELPER_EXIT_NOT_RUN);
	launcher_close_from(HELPER_PROGRAM_FD + 1);
	limits.program = HELPER_PROGRAM_FD;
	if (run->confined && confine(CONFINE_HELPER, &limits, -1, 0, &err) != ST_OK)
		_exit(HELPER_EXIT_NOT_RUN);
	/* What we ignore it would ignore, too: a limit must end it. */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	char time_zone[] = "TZ=UTC0", locale[] = "LC_ALL=C";
	char *environment[] = {time_zone, locale, NULL};
	syscall(SYS_execveat, HELPER_PROGRAM_FD, "", run->arguments, environment, AT_EMPTY_PATH);
	_exit(HELPER_EXIT_NOT_RUN);
}
