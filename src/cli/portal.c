/* staunch portal: checks what was typed and becomes staunch-portal, the program that answers HTTP (portal/http_main.c).
 */
#include "base/ceilings.h"
#include "cli/cli.h"
#include "cli/portal.h"

#include <stdlib.h>
#include <unistd.h>

#define MOST_ARGUMENTS (2 * CEIL_PORTAL_CASES + 16)

static int become(const struct cli_arguments *arguments)
{
	const char *list[MOST_ARGUMENTS] = {"staunch-portal"};
	static const char *const single[] = {"keyholder", "listen", "about", "processes"};
	static const char *const names[] = {"--keyholder", "--listen", "--about", "--processes"};
	struct st_error err = {0};
	size_t count = 1;
	for (const char *const *index = cli_values(arguments, "index"); *index != NULL; index++) {
		if (count / 2 >= CEIL_PORTAL_CASES)
			return cli_fail(CLI_WRONG, "at most %d indices", CEIL_PORTAL_CASES);
		list[count++] = "--index";
		list[count++] = *index;
	}
	for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
		if (!cli_has(arguments, single[i]))
			continue;
		list[count++] = names[i];
		list[count++] = cli_value(arguments, single[i]);
	}
	st_auto_free char *program = cli_portal_path(&err);
	if (program == NULL)
		return cli_fail_error(&err);
	union {
		const char **texts;
		char *const *arguments;
	} as = {.texts = list};
	execv(program, as.arguments);
	return cli_fail(CLI_ENVIRONMENT, "staunch-portal cannot be started");
}

static int run(const struct cli_arguments *arguments)
{
	uint64_t processes = 0;
	if (cli_has(arguments, "demo"))
		return portal_demo(cli_value(arguments, "listen"));
	if (!cli_has(arguments, "index") || !cli_has(arguments, "keyholder") || !cli_has(arguments, "listen"))
		return cli_fail(CLI_WRONG, "portal needs --index, --keyholder and --listen; or --demo");
	if (cli_has(arguments, "processes") && !cli_number("processes", cli_value(arguments, "processes"), &processes))
		return CLI_WRONG;
	if (cli_has(arguments, "processes") && (processes == 0 || processes > CEIL_PORTAL_PROCESSES))
		return cli_fail(CLI_WRONG, "--processes is 1 to %d", CEIL_PORTAL_PROCESSES);
	return become(arguments);
}

static const struct cli_option options[] = {
	{.name = "index",
		.argument = "FILE",
		.help = "a sealed index (staunch seal); several: a case each",
		.repeats = true},
	{.name = "keyholder", .argument = "PATH", .help = "socket of staunch keyholder"},
	{.name = "listen",
		.argument = "WHERE",
		.help = "unix:PATH, or a loopback address with a port: nginx stands in front"},
	{.name = "about", .argument = "FILE", .help = "who is responsible, as the pages say it (staunch.portal/1)"},
	{.name = "processes", .argument = "N", .help = "processes that answer (4)"},
	{.name = "demo", .help = "everything on this machine, with invented data and a page that shows the mails"},
	{0},
};

const struct cli_command cli_command_portal = {
	.name = "portal",
	.summary = "let each party see its own part, and only that",
	.operands = "",
	.operands_min = 0,
	.operands_max = 0,
	.options = options,
	.run = run,
};
