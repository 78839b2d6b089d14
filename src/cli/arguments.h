/* The command line, checked against a command's own table of options. Parsing prints nothing but its one line on
 * stderr. */
#ifndef STAUNCH_CLI_ARGUMENTS_H
#define STAUNCH_CLI_ARGUMENTS_H

#include "cli/cli.h"

enum cli_parsed { CLI_PARSED, CLI_PARSED_HELP, CLI_PARSED_VERSION, CLI_PARSED_WRONG };

/* Parses what stands after the command's name. On CLI_PARSED *out is the caller's, to be freed with cli_arguments_free;
 * argv is borrowed and must outlive it. On CLI_PARSED_WRONG the line on stderr is written. */
enum cli_parsed cli_parse(const struct cli_command *command, int argc, char *const *argv, struct cli_arguments **out);
void cli_arguments_free(struct cli_arguments *arguments);

/* Secrets never stand in arguments, where every user of the machine can read them (contract 1): true, with a line on
 * stderr that does not repeat the value, when one of them holds a SAS signature. */
bool cli_refuse_secrets(int argc, char *const *argv);

/* Help from the tables; commands ends with NULL. */
void cli_print_commands(const struct cli_command *const *commands);
void cli_print_help(const struct cli_command *command);

#endif
