/* Help texts, made from the tables alone, so that they cannot differ from what is accepted. */
#include "cli/arguments.h"

#include <stdio.h>

#define HELP_COLUMN 30

static void print_row(const char *left, const char *right)
{
	int width = (int)strlen(left);
	if (width < HELP_COLUMN)
		printf("%-*s%s\n", HELP_COLUMN, left, right);
	else
		printf("%s\n%-*s%s\n", left, HELP_COLUMN, "", right);
}

static void print_option(const struct cli_option *option)
{
	char left[96];
	char letter[8] = "    ";
	if (option->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", option->letter);
	snprintf(left, sizeof left, "  %s--%s%s%s", letter, option->name, option->argument ? " " : "",
		option->argument ? option->argument : "");
	print_row(left, option->help);
}

void cli_print_help(const struct cli_command *command)
{
	bool options = command->options != NULL && command->options[0].name != NULL;
	printf("%s\n\nusage: staunch %s%s%s%s\n\n", command->summary, command->name, options ? " [OPTION...]" : "",
		command->operands ? " " : "", command->operands ? command->operands : "");
	for (const struct cli_option *option = command->options; option != NULL && option->name != NULL; option++) {
		if (!option->hidden)
			print_option(option);
	}
	print_row("      --help", "print this and end");
	print_row("      --version", "print the version and end");
	printf("\nA comma-separated list may stand wherever an option may be repeated.\n"
	       "Exit status: 0 done, 1 found, 2 wrong use, 3 incomplete or cannot tell, 4 the environment failed.\n");
}

void cli_print_commands(const struct cli_command *const *commands)
{
	printf("staunch measures what an open store exposed.\n\nusage: staunch COMMAND [OPTION...] [OPERAND...]\n\n");
	for (; *commands != NULL; commands++)
		printf("  %-12s%s\n", (*commands)->name, (*commands)->summary);
	printf("  %-12s%s\n\n  %-12s%s\n  %-12s%s\n", "help", "this list, or the help of one command: help COMMAND",
		"--help", "this list", "--version", "the version");
}
