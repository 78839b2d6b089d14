/*
 * What runs beside a keyholder, or a portal: each a command of this program of its own, started by children.h with the
 * options that are its own.
 */
#ifndef STAUNCH_CLI_ROLES_H
#define STAUNCH_CLI_ROLES_H

#include "cli/children.h"
#include "cli/cli.h"

/* The options of the courier, as keyholder, portal and courier have them. */
#define COURIER_OPTIONS                                                                                             \
	{.name = "smtp",                                                                                            \
		.argument = "URL",                                                                                  \
		.help = "the mail server: smtp://HOST[:PORT] (STARTTLS, but on this machine) or smtps://"},         \
		{.name = "from",                                                                                    \
			.argument = "ADDRESS",                                                                      \
			.help = "whom mails are from (default: noreply@ this machine)"},                            \
		{.name = "smtp-credentials",                                                                        \
			.argument = "FILE",                                                                         \
			.help = "user and password, a line each, for the mail server (0600)"},                      \
		{.name = "ca", .argument = "FILE", .help = "certificates to trust instead of the machine's (PEM)"}, \
	{                                                                                                           \
		.name = "mails-a-minute", .argument = "N",                                                          \
		.help = "mails that the courier sends in one minute (default 120)"                                  \
	}

/* The same of the resolver. */
#define RESOLVER_OPTIONS                                                                                          \
	{.name = "resolver",                                                                                      \
		.argument = "ADDRESS@PORT",                                                                       \
		.help = "the name server that it asks (default: from the root on, by itself)"},                   \
		{.name = "zone",                                                                                  \
			.argument = "NAME=ADDRESS@PORT",                                                          \
			.help = "where the servers of a zone are, for split networks",                            \
			.repeats = true},                                                                         \
		{.name = "registered",                                                                            \
			.argument = "FILE",                                                                       \
			.help = "when domains were registered: lines of DOMAIN YYYY-MM-DD"},                      \
	{                                                                                                         \
		.name = "trust-anchor", .argument = "FILE", .help = "the root of DNSSEC (default: the machine's)" \
	}

/* `staunch courier`, and `staunch resolver`, with what was given of those options; quiet, for `ready` is the
 * keyholder's word. program: this one. */
void role_courier(
	const struct cli_arguments *arguments, const char *program, const char *errands, struct child_run *out);
void role_resolver(
	const struct cli_arguments *arguments, const char *program, const char *errands, struct child_run *out);
/* False, with a line on stderr: an option of the courier is given, and no --smtp. */
bool role_courier_is_whole(const struct cli_arguments *arguments);
/* Was one asked for? */
bool role_wants_resolver(const struct cli_arguments *arguments);

#endif
