/*
 * One command of the program: a table entry that describes itself; help and the check of the manual pages come from it.
 * A new command is one file and one line in main.c.
 */
#ifndef STAUNCH_CLI_CLI_H
#define STAUNCH_CLI_CLI_H

#include "base/bytes.h"
#include "base/error.h"

/* Exit status (contract 1). */
enum cli_exit { CLI_OK = 0, CLI_FOUND = 1, CLI_WRONG = 2, CLI_INCOMPLETE = 3, CLI_ENVIRONMENT = 4, CLI_STOPPED = 130 };

struct cli_option {
	const char *name;     /* long name without dashes */
	char letter;          /* 0 none */
	const char *argument; /* "FILE"; NULL: a switch */
	const char *help;     /* one line */
	bool repeats;
	bool hidden;
};

struct cli_arguments; /* parsed command line */

struct cli_command {
	const char *name;
	const char *summary;              /* one line: the question it answers */
	const char *operands;             /* "SOURCE..." as help shows it */
	int operands_min, operands_max;   /* max -1: any number */
	const struct cli_option *options; /* ended by an entry without a name; --help is always there */
	int (*run)(const struct cli_arguments *arguments); /* returns a cli_exit */
};

extern const struct cli_command cli_command_audit;
extern const struct cli_command cli_command_case;
extern const struct cli_command cli_command_check;
extern const struct cli_command cli_command_courier;
extern const struct cli_command cli_command_detect;
extern const struct cli_command cli_command_doctor;
extern const struct cli_command cli_command_keyholder;
extern const struct cli_command cli_command_portal;
extern const struct cli_command cli_command_redact;
extern const struct cli_command cli_command_resolver;
extern const struct cli_command cli_command_report;
extern const struct cli_command cli_command_scan;
extern const struct cli_command cli_command_scope;
extern const struct cli_command cli_command_seal;

bool cli_has(const struct cli_arguments *arguments, const char *option);
const char *cli_value(const struct cli_arguments *arguments, const char *option); /* last given; NULL if not given */
/* All values of a repeating option, comma-separated ones split, NULL-ended; borrowed. Never NULL. */
const char *const *cli_values(const struct cli_arguments *arguments, const char *option);
size_t cli_operand_count(const struct cli_arguments *arguments);
const char *cli_operand(const struct cli_arguments *arguments, size_t index);

/* One line on stderr, "staunch: ...", escaped; returns exit, so that a failure is `return cli_fail(CLI_WRONG, "...")`.
 */
int cli_fail(enum cli_exit exit, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* From a status: ST_WRONG is 2, everything else 4. */
int cli_fail_error(const struct st_error *err);
/* A whole number with an optional K, M, G (1024); false with a line on stderr. */
bool cli_number(const char *option, const char *text, uint64_t *out);
/* Absolute path of the worker program: beside staunch in a build tree, in libexec/staunch when installed; caller frees.
 * NULL with *err when there is none. */
char *cli_worker_path(struct st_error *err);
/* The same of staunch-fetch, the program with sockets. */
char *cli_fetch_path(struct st_error *err);
/* The same of staunch-portal, the program that answers HTTP. */
char *cli_portal_path(struct st_error *err);
/* The same of staunch-resolver, the program that asks name servers. */
char *cli_resolver_path(struct st_error *err);
/* The same of this program. */
char *cli_own_path(struct st_error *err);
/* A signalfd(2) of SIGINT, SIGTERM and SIGHUP, which are blocked from now on: Ctrl-C reaches the whole process group,
 * but what is forked afterwards does not hear it. Non-blocking; the caller closes. */
int cli_hear_signals(void);
/* Is stream a terminal that wants colour (NO_COLOR, TERM=dumb, not a terminal: no)? */
bool cli_colour(int fd);
/* Does the locale print UTF-8? */
bool cli_utf8(void);

#endif
