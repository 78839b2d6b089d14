/* The launcher's part of a helper: where its program is, and the way from fork to exec; private to src/process. */
#ifndef STAUNCH_PROCESS_HELPER_CHILD_H
#define STAUNCH_PROCESS_HELPER_CHILD_H

#include "process/confine.h"
#include "process/helper.h"

/* The jail or the exec failed: the program did not run. None of the helpers ends with it. */
#define HELPER_EXIT_NOT_RUN 126

/* The program's descriptor when it is executed: behind the three that it keeps. */
#define HELPER_PROGRAM_FD 3

struct helper_run {
	int program; /* opened; closed by exec */
	char *const *arguments;
	int input, output, errors;
	bool confined;
	struct confine_limits limits; /* with a filter for HELPER_PROGRAM_FD; program is set by helper_become */
};

/* An O_PATH descriptor of the helper's program; -1 with errno when it is not installed. The places are fixed: PATH is
 * not asked. */
int helper_open(enum helper helper);
/* Its arguments into list; numbers are written into `number`. */
#define HELPER_ARGUMENTS 12
void helper_arguments(enum helper helper, uint32_t n, char number[12], char *list[HELPER_ARGUMENTS]);
struct confine_limits helper_limits(void);
/* Between fork and exec, in a process that has no other threads: standard descriptors, signals, limits, jail, program.
 * A step that fails ends it with HELPER_EXIT_NOT_RUN. */
void helper_become(const struct helper_run *run) __attribute__((noreturn));

#endif
