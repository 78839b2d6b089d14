/*
 * The one program of the user that hears of alerts. A process of its own, forked before the launcher and before any
 * jail, holds the arguments that the scope named and starts nothing else: who asks it gives bytes for the program's
 * standard input and hears how it ended. Not in a jail, because the program would inherit it: programs that page people
 * write files, run set-user-id helpers and open sockets of their own (docs/threat-model.md).
 *
 * The program gets: its arguments as the scope has them, no shell (execve(2)); the alert as standard input; /dev/null
 * as output and errors; a fixed environment; "/" as its folder; a session of its own, which is killed when its time is
 * over or we end; when we are killed, the program itself is (PR_SET_PDEATHSIG, prctl(2)).
 */
#ifndef STAUNCH_PROCESS_ALERTER_H
#define STAUNCH_PROCESS_ALERTER_H

#include "base/bytes.h"
#include "base/error.h"

struct alerter;

/* arguments: NULL-ended, borrowed; the first is an absolute path. ST_WRONG: it cannot be executed. */
enum st_status alerter_start(char *const *arguments, struct alerter **out, struct st_error *err);
/* Starts the program; its end can be read from alerter_fd. False: the process is gone, or the program runs still. */
bool alerter_run(struct alerter *alerter, struct st_span input, uint32_t limit_ms);
int alerter_fd(const struct alerter *alerter);

enum alerter_end { ALERTER_EXITED, ALERTER_SIGNALLED, ALERTER_TOO_LONG, ALERTER_NOT_STARTED };
/* How it ended; number: exit status, signal, or errno. False: the process is gone. Blocks until there is an end. */
bool alerter_ended(struct alerter *alerter, enum alerter_end *end, int *number);
/* Ends the process, which kills the program. */
void alerter_stop(struct alerter *alerter);

#endif
