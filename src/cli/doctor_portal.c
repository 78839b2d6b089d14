/*
 * What a portal needs, tried: the program that answers HTTP puts itself into its jail, says which libevent it has, and
 * ends; so do the roles of this program, keyholder and courier.
 */
#include "cli/cli.h"
#include "cli/doctor_portal.h"
#include "process/confine.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *program, int output)
{
	char name[] = "staunch-portal", word[] = "about";
	char *const arguments[] = {name, word, NULL};
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDERR_FILENO) >= 0 &&
		dup2(output, STDOUT_FILENO) >= 0)
		execv(program, arguments);
	_exit(CLI_ENVIRONMENT);
}

/* "libevent 2.1.12-stable\n" */
static void read_version(int fd, struct doctor_portal *out)
{
	static const char front[] = "libevent ";
	char text[80] = "";
	size_t size = 0;
	for (ssize_t got; size < sizeof text - 1 && (got = read(fd, text + size, sizeof text - 1 - size)) > 0;)
		size += (size_t)got;
	char *end = strchr(text, '\n');
	if (end == NULL || strncmp(text, front, sizeof front - 1) != 0)
		return;
	*end = 0;
	size = strlen(text) - (sizeof front - 1);
	if (size < sizeof out->version)
		memcpy(out->version, text + sizeof front - 1, size + 1);
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

void doctor_portal(struct doctor_portal *out)
{
	*out = (struct doctor_portal){
		.keyholder_confined = enters_jail(CONFINE_KEYHOLDER), .courier_confined = enters_jail(CONFINE_COURIER)};
	st_auto_free char *program = cli_portal_path(NULL);
	int ends[2];
	out->found = program != NULL;
	if (!out->found || pipe2(ends, O_CLOEXEC) != 0)
		return;
	pid_t pid = fork();
	if (pid == 0)
		become(program, ends[1]);
	close(ends[1]);
	if (pid > 0) {
		int status = 0;
		read_version(ends[0], out);
		out->confined = waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	close(ends[0]);
}
