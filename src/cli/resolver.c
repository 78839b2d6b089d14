/*
 * staunch resolver: checks what was typed and becomes staunch-resolver, the program that asks name servers for the
 * keyholder (dns/main.c): its arguments are the options below, each with a value.
 */
#include "cli/children.h"
#include "cli/cli.h"
#include "cli/roles.h"

#include <unistd.h>

#define MOST_ZONES 32

static int become(const struct cli_arguments *arguments)
{
	static const char *const single[][2] = {{"errands", "--errands"}, {"resolver", "--resolver"},
		{"trust-anchor", "--trust-anchor"}, {"registered", "--registered"}};
	struct child_run run = {.name = "resolver"};
	struct st_error err = {0};
	size_t zones = 0;
	child_add(&run, "staunch-resolver");
	for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
		child_add_option(&run, single[i][1], cli_value(arguments, single[i][0]));
	for (const char *const *zone = cli_values(arguments, "zone"); *zone != NULL; zone++) {
		if (++zones > MOST_ZONES)
			return cli_fail(CLI_WRONG, "at most %d zones", MOST_ZONES);
		child_add_option(&run, "--zone", *zone);
	}
	child_add_option(&run, "--unconfined", cli_has(arguments, "unconfined") ? "yes" : NULL);
	st_auto_free char *program = cli_resolver_path(&err);
	if (program == NULL)
		return cli_fail_error(&err);
	union {
		const char **texts;
		char *const *arguments;
	} as = {.texts = run.arguments};
	execv(program, as.arguments);
	return cli_fail(CLI_ENVIRONMENT, "staunch-resolver cannot be started");
}

static int run(const struct cli_arguments *arguments)
{
	if (!cli_has(arguments, "errands"))
		return cli_fail(CLI_WRONG, "resolver needs --errands PATH, the keyholder's second socket");
	return become(arguments);
}

static const struct cli_option options[] = {
	{.name = "errands", .argument = "PATH", .help = "the keyholder's second socket"},
	RESOLVER_OPTIONS,
	{.name = "unconfined", .help = "without the jail, for machines that have none"},
	{0},
};

const struct cli_command cli_command_resolver = {
	.name = "resolver",
	.summary = "prove domains by DNS for a keyholder, as a process of its own",
	.operands = "",
	.options = options,
	.run = run,
};
