/* What the two sides of the launcher say to each other; private to src/process. */
#ifndef STAUNCH_PROCESS_LAUNCHER_CHILD_H
#define STAUNCH_PROCESS_LAUNCHER_CHILD_H

#include "base/bytes.h"

#include <sys/types.h>

/* Descriptors below this one are given fixed meanings in the launcher and in what it starts. */
#define LAUNCHER_FREE_FD 16

enum launcher_message {
	/* case -> launcher */
	LAUNCHER_SPAWN = 1, /* the role's name */
	LAUNCHER_KILL,      /* u32 id */
	LAUNCHER_HELP,      /* u8 helper, u32 number, with its input; answered by HELPING and ERRORS, or by FAILED */
	/* launcher -> case */
	LAUNCHER_READY = 32,
	LAUNCHER_ERROR,   /* text; the launcher ends */
	LAUNCHER_SPAWNED, /* u32 id, with the socket */
	LAUNCHER_FAILED,  /* u32 errno */
	LAUNCHER_HELPING, /* u32 id, with its output */
	LAUNCHER_ERRORS,  /* u32 id, with a pipe of what it says on stderr */
};
/* A packet of the exits socket: u32 id, u32 wait status. */
#define LAUNCHER_EXIT_BYTES 8

struct launcher_child {
	pid_t parent;
	int program, control, exits; /* all at LAUNCHER_FREE_FD or above */
	int fetch;                   /* the same, or -1: no such role */
	bool confined;
};
/* The launcher itself, in the forked process. */
void launcher_child_run(const struct launcher_child *start) __attribute__((noreturn));
/* Closes every descriptor from this one on. */
void launcher_close_from(unsigned first);

#endif
