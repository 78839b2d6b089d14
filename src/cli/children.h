/*
 * Processes that belong together: started by this one, in their order, and ended with it. What keyholder, portal and
 * demo share.
 */
#ifndef STAUNCH_CLI_CHILDREN_H
#define STAUNCH_CLI_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHILD_ARGUMENTS 96

struct child_run {
	const char *name;                       /* for messages: "keyholder" */
	const char *program;                    /* an absolute path */
	const char *folder;                     /* where it runs; NULL: here */
	bool quiet;                             /* its stdout is /dev/null */
	const char *arguments[CHILD_ARGUMENTS]; /* the first is its name; NULL-ended */
	size_t argument_count;
};

/* One more argument; more than fit end this process: the caller's options are fewer. */
void child_add(struct child_run *run, const char *argument);
/* An option with its value, when there is one. */
void child_add_option(struct child_run *run, const char *option, const char *value);

/* Starts it: a process group of its own, no signals blocked, ended by SIGTERM when this process is gone. -1: no
 * process.
 */
pid_t child_start(const struct child_run *run);
/* SIGTERM one after the other, the last first; SIGKILL to one that takes longer than 3 s. A pid of 0 is left out. */
void children_stop(pid_t *pids, size_t count);

/*
 * Starts all, in order, and starts again what ends: after a second, then two, up to half a minute. Until a signal of
 * cli_hear_signals() comes: CLI_OK. One that ends with exit status 2, or with 4 in its first seconds, would do so
 * again: everything ends, with that status.
 */
int children_keep(const struct child_run *runs, size_t count, int signals);

#endif
