/*
 * staunch portal --demo: an invented store goes through scan, seal, keyholder and portal on loopback, with a page in
 * place of mail servers and name servers. All of it lies in one folder that is removed at the end, whatever the end is.
 */
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/children.h"
#include "cli/cli.h"
#include "cli/portal.h"
#include "process/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 8020
#define CHILDREN 4
#define READY_MS 10000

struct demo {
	char *folder, *self, *portal_program;
	char *listen, *mails; /* "127.0.0.1:8020", "127.0.0.1:8021" */
	pid_t children[CHILDREN];
	size_t count;
	int signals;
};

/* --- processes --- */

/* In the demo's folder, quiet on stdout; dies with this process. */
static pid_t start(const struct demo *demo, const char *program, const char *const *arguments)
{
	struct child_run run = {.program = program, .folder = demo->folder, .quiet = true};
	for (; *arguments != NULL; arguments++)
		child_add(&run, *arguments);
	return child_start(&run);
}

/* To the end; its exit status, -1 for a signal. */
static int complete(const struct demo *demo, const char *const *arguments)
{
	int status = 0;
	pid_t pid = start(demo, demo->self, arguments);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool keep_running(struct demo *demo, const char *program, const char *const *arguments)
{
	pid_t pid = start(demo, program, arguments);
	if (pid > 0)
		demo->children[demo->count++] = pid;
	return pid > 0;
}

static bool stop_asked(struct demo *demo)
{
	struct signalfd_siginfo info;
	return read(demo->signals, &info, sizeof info) == (ssize_t)sizeof info;
}

/* Until something is there, one of the children is gone, or somebody asks to stop. */
static bool wait_for(struct demo *demo, const char *name)
{
	st_auto_free char *path = st_format("%s/%s", demo->folder, name);
	for (uint64_t begin_ms = st_now_ms(); st_now_ms() - begin_ms < READY_MS;) {
		if (access(path, F_OK) == 0)
			return true;
		if (stop_asked(demo) || waitpid(-1, NULL, WNOHANG) > 0)
			return false;
		poll(NULL, 0, 20);
	}
	return false;
}

/* --- the folder --- */

static void remove_all(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(folder), entry->d_name, 0) != 0)
			remove_all(dirfd(folder), entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* --- one after the other --- */

static bool make_index(struct demo *demo)
{
	static const char *const scan[] = {"staunch", "scan", "support", "--case", "demo.case", "--own-domain",
		"northwind.example", "--progress", "never", NULL};
	static const char *const new_key[] = {"staunch", "keyholder", "--new-key", "seal.key", NULL};
	static const char *const seal[] = {"staunch", "seal", "--case", "demo.case", "--key", "seal.key", "--output",
		"demo.index", "--name", "Northwind support cases (demo)", "--exposed-since", "2019-12-05",
		"--closed-on", "2019-12-31", NULL};
	int scanned = complete(demo, scan);
	return (scanned == CLI_OK || scanned == CLI_INCOMPLETE) && complete(demo, new_key) == CLI_OK &&
	       complete(demo, seal) == CLI_OK;
}

static bool start_all(struct demo *demo)
{
	static const char *const keyholder[] = {"staunch", "keyholder", "--key", "seal.key", "--socket", "keyholder",
		"--errands", "errands", "--state", "state", NULL};
	const char *const sink[] = {"staunch-portal", "sink", demo->mails, "errands", NULL};
	const char *const portal[] = {"staunch-portal", "--index", "demo.index", "--keyholder", "keyholder", "--listen",
		demo->listen, "--about", "about.json", "--plain", "yes", NULL};
	return keep_running(demo, demo->self, keyholder) && wait_for(demo, "keyholder") && wait_for(demo, "errands") &&
	       keep_running(demo, demo->portal_program, sink) && keep_running(demo, demo->portal_program, portal);
}

static int wait_for_the_end(struct demo *demo)
{
	printf("The portal:        http://%s/\n"
	       "Its mails:         http://%s/\n\n"
	       "Ask with anna.rossi@contoso.com; the code stands on the page of mails. Nobody of that name exists.\n"
	       "An organization:   fabrikam.com, under \"Prove a domain\". Nothing found: pat.lee@example.com.\n"
	       "Ctrl-C ends everything and removes what was made.\n",
		demo->listen, demo->mails);
	fflush(stdout);
	for (;;) {
		struct pollfd ready = {.fd = demo->signals, .events = POLLIN};
		poll(&ready, 1, 500);
		if (stop_asked(demo))
			return CLI_OK;
		for (size_t i = 0; i < demo->count; i++)
			if (waitpid(demo->children[i], NULL, WNOHANG) != 0)
				return cli_fail(CLI_ENVIRONMENT, "a part of the demo ended by itself");
	}
}

static int run_demo(struct demo *demo)
{
	struct st_error err = {0};
	demo->portal_program = cli_portal_path(&err);
	if (demo->portal_program == NULL || portal_demo_files(demo->folder, &err) != 0)
		return cli_fail_error(&err);
	if (!make_index(demo))
		return cli_fail(CLI_ENVIRONMENT, "the invented case cannot be made");
	if (!start_all(demo))
		return cli_fail(CLI_ENVIRONMENT, "the demo cannot be started");
	return wait_for_the_end(demo);
}

/* "127.0.0.1:8020" and the port behind it. */
static bool choose_addresses(struct demo *demo, const char *listen)
{
	uint64_t port = PORT;
	if (listen != NULL && strncmp(listen, "127.0.0.1:", 10) != 0)
		return false;
	if (listen != NULL && (!cli_number("listen", listen + 10, &port) || port == 0 || port >= 65535))
		return false;
	demo->listen = st_format("127.0.0.1:%u", (unsigned)port);
	demo->mails = st_format("127.0.0.1:%u", (unsigned)port + 1);
	return true;
}

int portal_demo(const char *listen)
{
	struct demo demo = {.signals = -1};
	const char *place = getenv("TMPDIR");
	if (!choose_addresses(&demo, listen))
		return cli_fail(CLI_WRONG, "--demo listens at 127.0.0.1:PORT");
	demo.folder = st_format("%s/staunch-demo-XXXXXX", place != NULL && place[0] == '/' ? place : "/tmp");
	demo.self = cli_own_path(NULL);
	demo.signals = cli_hear_signals();
	if (demo.self == NULL || demo.signals < 0 || mkdtemp(demo.folder) == NULL)
		return cli_fail(CLI_ENVIRONMENT, "no folder for the demo can be made");
	int exit = run_demo(&demo);
	children_stop(demo.children, demo.count); /* the portal before the keyholder */
	remove_all(AT_FDCWD, demo.folder);
	close(demo.signals);
	free(demo.folder);
	free(demo.self);
	free(demo.portal_program);
	free(demo.listen);
	free(demo.mails);
	return exit;
}
