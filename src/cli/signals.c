/* Ctrl-C and its like, as a descriptor. */
#include "cli/cli.h"

#include <signal.h>
#include <sys/signalfd.h>

int cli_hear_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
