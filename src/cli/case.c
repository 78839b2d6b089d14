/* staunch case: what a person decides in a case. An action is one file and one line here. */
#include "cli/case.h"

static const struct {
	const char *name;
	int (*run)(const struct cli_arguments *arguments);
} actions[] = {
	{"review", case_review},
};

static int run(const struct cli_arguments *arguments)
{
	const char *name = cli_operand(arguments, 0);
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(actions[i].name, name) == 0)
			return actions[i].run(arguments);
	return cli_fail(CLI_WRONG, "case knows no action %s; there is: review", name);
}

static const struct cli_option options[] = {
	{.name = "case", .argument = "FILE", .help = "the case"},
	{.name = "case-key", .argument = "FILE", .help = "its key, when it is not FILE.key beside it"},
	{.name = "add",
		.argument = "RULE",
		.repeats = true,
		.help = "review: `prefix /PATH -> PARTY`, `withhold /PATH` or `employer DOMAIN`"},
	{.name = "remove",
		.argument = "RULE",
		.repeats = true,
		.help = "review: take a rule back, written as it is listed"},
	{.name = "dry-run", .help = "review: show what would change, and change nothing"},
	{.name = "reveal", .argument = "REASON", .help = "review: name the folders; written into the case"},
	{0},
};

const struct cli_command cli_command_case = {
	.name = "case",
	.summary = "decide what the data alone does not say",
	.operands = "review",
	.operands_min = 1,
	.operands_max = 1,
	.options = options,
	.run = run,
};
