/*
 * The launcher: forked before anything else is opened, it alone forks and execs the roles and reaps them. The case
 * process talks to it over a socket pair and gets back a socket to each new role.
 */
#ifndef STAUNCH_PROCESS_LAUNCHER_H
#define STAUNCH_PROCESS_LAUNCHER_H

#include "base/bytes.h"
#include "base/error.h"
#include "process/helper.h"

struct launcher;

/* Forks the launcher. worker_path is opened at once and executed by descriptor, so that a later swap of the file
 * changes nothing. Call before threads and before anything secret is in memory. */
enum st_status launcher_start(const char *worker_path, struct launcher **out, struct st_error *err);
/* For --unconfined only: the same without a jail of the launcher's own, for machines that have none. */
enum st_status launcher_start_unconfined(const char *worker_path, struct launcher **out, struct st_error *err);
/* The same with a second program, for the role "fetch", started as `staunch-fetch fetch`: the launcher's own jail then
 * allows sockets, because what it starts inherits it. */
enum st_status launcher_start_with_fetch(
	const char *worker_path, const char *fetch_path, bool confined, struct launcher **out, struct st_error *err);
/* A new process `staunch-worker worker ROLE` with its socket as descriptor 3 and nothing else open but 0-2 (stdin and
 * stdout on /dev/null, stderr kept); id is the launcher's number for it, never reused. *socket is the caller's. */
enum st_status launcher_spawn(
	struct launcher *launcher, const char *role, uint32_t *id, int *socket, struct st_error *err);
/* A helper program in its jail (process/helper.h), with input as its standard input. *output gets what it writes,
 * memory at offset 0 of which the reader may be sure only when its end is told; *errors is the reading end of a pipe,
 * without waiting. Both are the caller's. ST_SKIP: it cannot be started, most often because it is not installed. */
enum st_status launcher_help(struct launcher *launcher, enum helper helper, uint32_t number, int input, uint32_t *id,
	int *output, int *errors, struct st_error *err);
void launcher_kill(struct launcher *launcher, uint32_t id); /* SIGKILL; its end is reported as any other */

struct launcher_exit {
	uint32_t id;
	int wait_status; /* as waitpid(2) gives it */
};
int launcher_fd(const struct launcher *launcher); /* readable when an exit waits */
/* Next exit without blocking; false if none. */
bool launcher_next_exit(struct launcher *launcher, struct launcher_exit *out);
bool launcher_alive(const struct launcher *launcher);
/* Ends the launcher, which kills and reaps what is left. */
void launcher_stop(struct launcher *launcher);

#endif
