/*
 * What a portal needs, tried: the programs that answer HTTP and that ask name servers put themselves into their jails,
 * say which version of their library they have, and end; so do the roles of this program, keyholder and courier.
 */
#include "cli/cli.h"
#include "cli/doctor_portal.h"
#include "process/confine.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *program, int output)
{
	char name[] = "staunch", word[] = "about";
	char *const arguments[] = {name, word, NULL};
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0 &&
		dup2(output, STDOUT_FILENO) >= 0)
		execv(program, arguments);
	_exit(CLI_ENVIRONMENT);
}

/* front "libevent ": "libevent 2.1.12-stable\n" */
static void read_version(int fd, const char *front, struct doctor_portal *out)
{
	size_t front_size = strlen(front);
	char text[80] = "";
	size_t size = 0;
	for (ssize_t got; size < sizeof text - 1 && (got = read(fd, text + size, sizeof text - 1 - size)) > 0;)
		size += (size_t)got;
	char *end = strchr(text, '\n');
	if (end == NULL || strncmp(text, front, front_size) != 0)
		return;
	*end = 0;
	size = strlen(text) - front_size;
	if (size < sizeof out->version)
		memcpy(out->version, text + front_size, size + 1);
}

static bool enters_jail(enum confine_role role)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		/* of the keyholder: its state's; nothing is written here */
		struct confine_limits limits = {.folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
		_exit(confine(role, &limits, -1, 0, NULL) == ST_OK ? CLI_OK : CLI_ENVIRONMENT);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void try_program(const char *program, const char *front, struct doctor_portal *out)
{
	int ends[2];
	*out = (struct doctor_portal){0};
	out->found = program != NULL;
	if (!out->found || pipe2(ends, O_CLOEXEC) != 0)
		return;
	pid_t pid = fork();
	if (pid == 0)
		become(program, ends[1]);
	close(ends[1]);
	if (pid > 0) {
		int status = 0;
		read_version(ends[0], front, out);
		out->confined = waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	close(ends[0]);
}

void doctor_portal(struct doctor_portal *out)
{
	st_auto_free char *program = cli_portal_path(NULL);
	try_program(program, "libevent ", out);
	out->keyholder_confined = enters_jail(CONFINE_KEYHOLDER);
	out->courier_confined = enters_jail(CONFINE_COURIER);
}

void doctor_resolver(struct doctor_portal *out)
{
	st_auto_free char *program = cli_resolver_path(NULL);
	try_program(program, "libunbound ", out);
}
