/* The table of commands. A new command is one file and one line here. */
#include "cli/arguments.h"
#include "process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cli_command *const commands[] = {
	&cli_command_scan,
	&cli_command_report,
	&cli_command_detect,
	&cli_command_redact,
	&cli_command_check,
	&cli_command_scope,
	&cli_command_audit,
	&cli_command_case,
	&cli_command_seal,
	&cli_command_keyholder,
	&cli_command_portal,
	&cli_command_courier,
	&cli_command_resolver,
	&cli_command_doctor,
	NULL,
};

static const struct cli_command *find_command(const char *name)
{
	for (const struct cli_command *const *command = commands; *command != NULL; command++) {
		if (strcmp((*command)->name, name) == 0)
			return *command;
	}
	return NULL;
}

/* A closed 0, 1 or 2 would be handed to the next file opened: the case must never become somebody's stderr. */
static bool open_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
			open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return false;
	}
	return true;
}

static int print_version(void)
{
	puts("staunch " STAUNCH_VERSION);
	return CLI_OK;
}

static int help(int argc, char *const *argv)
{
	if (argc == 0) {
		cli_print_commands(commands);
		return CLI_OK;
	}
	const struct cli_command *command = find_command(argv[0]);
	if (command == NULL || argc > 1)
		return cli_fail(CLI_WRONG, "help takes the name of one command; see: staunch help");
	cli_print_help(command);
	return CLI_OK;
}

static int run_command(const struct cli_command *command, int argc, char *const *argv)
{
	struct cli_arguments *arguments = NULL;
	switch (cli_parse(command, argc, argv, &arguments)) {
	case CLI_PARSED_HELP:
		cli_print_help(command);
		return CLI_OK;
	case CLI_PARSED_VERSION:
		return print_version();
	case CLI_PARSED_WRONG:
		return CLI_WRONG;
	case CLI_PARSED:
		break;
	}
	int exit = command->run(arguments);
	cli_arguments_free(arguments);
	return exit;
}

static int dispatch(int argc, char *const *argv)
{
	if (argc < 2)
		return cli_fail(CLI_WRONG, "which command? see: staunch help");
	const char *name = argv[1];
	if (strcmp(name, "help") == 0)
		return help(argc - 2, argv + 2);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help(0, NULL);
	if (strcmp(name, "--version") == 0)
		return print_version();
	const struct cli_command *command = find_command(name);
	if (command == NULL)
		return cli_fail(
			CLI_WRONG, "unknown %s %s; see: staunch help", name[0] == '-' ? "option" : "command", name);
	return run_command(command, argc - 2, argv + 2);
}

/* Output that did not arrive is a failure, except to a reader that has seen enough (staunch report | head). */
static int finish_output(int exit)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return exit;
	return errno == EPIPE ? exit : cli_fail(CLI_ENVIRONMENT, "cannot write the output");
}

int main(int argc, char **argv)
{
	confine_harden();
	signal(SIGXFSZ, SIG_IGN); /* a quota is an error of write(2), not a death */
	umask(077);
	if (!open_standard_descriptors() || sodium_init() < 0)
		return CLI_ENVIRONMENT;
	setlocale(LC_CTYPE, ""); /* for cli_utf8 only: numbers and messages are the same everywhere */
	if (cli_refuse_secrets(argc, argv))
		return CLI_WRONG;
	return finish_output(dispatch(argc, argv));
}
