/*
 * staunch portal: checks what was typed and becomes staunch-portal, the program that answers HTTP (portal/http_main.c);
 * with --smtp it starts that and a courier, and starts again what ends.
 */
#include "base/ceilings.h"
#include "cli/cli.h"
#include "cli/portal.h"
#include "cli/roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The arguments of staunch-portal. */
static int fill(const struct cli_arguments *arguments, struct child_run *out)
{
	static const char *const single[][2] = {{"keyholder", "--keyholder"}, {"listen", "--listen"},
		{"about", "--about"}, {"processes", "--processes"}};
	size_t count = 0;
	child_add(out, "staunch-portal");
	for (const char *const *index = cli_values(arguments, "index"); *index != NULL; index++) {
		if (++count > CEIL_PORTAL_CASES)
			return cli_fail(CLI_WRONG, "at most %d indices", CEIL_PORTAL_CASES);
		child_add_option(out, "--index", *index);
	}
	for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
		child_add_option(out, single[i][1], cli_value(arguments, single[i][0]));
	return CLI_OK;
}

static int become(const struct child_run *portal)
{
	union {
		const char *const *texts;
		char *const *arguments;
	} as = {.texts = portal->arguments};
	execv(portal->program, as.arguments);
	return cli_fail(CLI_ENVIRONMENT, "staunch-portal cannot be started");
}

/* Whoever takes over a courier reads the codes that it is given: here that is this host's user. */
static int with_courier(const struct cli_arguments *arguments, const struct child_run *portal)
{
	struct child_run runs[2] = {*portal};
	struct st_error err = {0};
	const char *errands = cli_value(arguments, "errands");
	st_auto_free char *usual = st_format("%s.errands", cli_value(arguments, "keyholder"));
	st_auto_free char *program = cli_own_path(&err);
	if (program == NULL)
		return cli_fail_error(&err);
	role_courier(arguments, program, errands != NULL ? errands : usual, &runs[1]);
	fputs("staunch: portal: mails are sent by this user: who takes over the portal can read codes on their way; "
	      "staunch keyholder --smtp keeps them apart\n",
		stderr);
	st_auto_close int signals = cli_hear_signals();
	return children_keep(runs, 2, signals);
}

static int start(const struct cli_arguments *arguments)
{
	struct st_error err = {0};
	struct child_run portal = {.name = "portal"};
	st_auto_free char *program = cli_portal_path(&err);
	if (program == NULL)
		return cli_fail_error(&err);
	portal.program = program;
	int wrong = fill(arguments, &portal);
	if (wrong != CLI_OK)
		return wrong;
	return cli_has(arguments, "smtp") ? with_courier(arguments, &portal) : become(&portal);
}

static int run(const struct cli_arguments *arguments)
{
	uint64_t processes = 0;
	if (!role_courier_is_whole(arguments))
		return CLI_WRONG;
	if (cli_has(arguments, "errands") && !cli_has(arguments, "smtp"))
		return cli_fail(CLI_WRONG, "--errands goes with --smtp");
	if (cli_has(arguments, "demo") && cli_has(arguments, "smtp"))
		return cli_fail(CLI_WRONG, "--demo shows its mails on a page, and sends none");
	if (cli_has(arguments, "demo"))
		return portal_demo(cli_value(arguments, "listen"));
	if (!cli_has(arguments, "index") || !cli_has(arguments, "keyholder") || !cli_has(arguments, "listen"))
		return cli_fail(CLI_WRONG, "portal needs --index, --keyholder and --listen; or --demo");
	if (cli_has(arguments, "processes") && !cli_number("processes", cli_value(arguments, "processes"), &processes))
		return CLI_WRONG;
	if (cli_has(arguments, "processes") && (processes == 0 || processes > CEIL_PORTAL_PROCESSES))
		return cli_fail(CLI_WRONG, "--processes is 1 to %d", CEIL_PORTAL_PROCESSES);
	return start(arguments);
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
	{.name = "errands",
		.argument = "PATH",
		.help = "the keyholder's second socket, with --smtp (default: KEYHOLDER.errands)"},
	COURIER_OPTIONS,
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
