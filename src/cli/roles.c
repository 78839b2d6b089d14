#include "cli/roles.h"

static void begin(const char *name, const char *program, const char *errands, const struct cli_arguments *a,
	struct child_run *out)
{
	*out = (struct child_run){.name = name, .program = program, .quiet = true};
	child_add(out, "staunch");
	child_add(out, name);
	child_add_option(out, "--errands", errands);
	if (cli_has(a, "unconfined"))
		child_add(out, "--unconfined");
}

void role_courier(
	const struct cli_arguments *arguments, const char *program, const char *errands, struct child_run *out)
{
	begin("courier", program, errands, arguments, out);
	child_add_option(out, "--smtp", cli_value(arguments, "smtp"));
	child_add_option(out, "--from", cli_value(arguments, "from"));
	child_add_option(out, "--smtp-credentials", cli_value(arguments, "smtp-credentials"));
	child_add_option(out, "--ca", cli_value(arguments, "ca"));
	child_add_option(out, "--mails-a-minute", cli_value(arguments, "mails-a-minute"));
}

bool role_courier_is_whole(const struct cli_arguments *arguments)
{
	static const char *const names[] = {"from", "smtp-credentials", "ca", "mails-a-minute"};
	for (size_t i = 0; i < sizeof names / sizeof names[0] && !cli_has(arguments, "smtp"); i++)
		if (cli_has(arguments, names[i])) {
			cli_fail(CLI_WRONG, "--%s goes with --smtp", names[i]);
			return false;
		}
	return true;
}

bool role_wants_resolver(const struct cli_arguments *arguments)
{
	return cli_has(arguments, "resolve") || cli_has(arguments, "resolver") || cli_has(arguments, "zone") ||
	       cli_has(arguments, "trust-anchor") || cli_has(arguments, "registered");
}

void role_resolver(
	const struct cli_arguments *arguments, const char *program, const char *errands, struct child_run *out)
{
	begin("resolver", program, errands, arguments, out);
	child_add_option(out, "--resolver", cli_value(arguments, "resolver"));
	child_add_option(out, "--trust-anchor", cli_value(arguments, "trust-anchor"));
	child_add_option(out, "--registered", cli_value(arguments, "registered"));
	for (const char *const *zone = cli_values(arguments, "zone"); *zone != NULL; zone++)
		child_add_option(out, "--zone", *zone);
}
