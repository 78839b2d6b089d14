/*
 * `staunch redact`: the same bytes with what is personal replaced (contract 7); `--new-key` makes a key, `--verify`
 * looks for what a redacted file still holds.
 */
#include "cli/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "casefile/key_file.h"
#include "cli/detect_options.h"
#include "cli/redact_estimate.h"
#include "redact/policy.h"

static int make_key(const char *path)
{
	struct key_file key;
	struct st_error err;
	if (key_file_create(path, KEY_REDACT, &key, &err) != ST_OK)
		return cli_fail_error(&err);
	printf("redact key %s\n", key.id);
	sodium_memzero(&key, sizeof key);
	return CLI_OK;
}

/* --- options --- */

static bool read_format(const char *name, enum redact_format *out)
{
	for (int format = 0; name && format < REDACT_FORMATS; format++) {
		*out = (enum redact_format)format;
		if (strcmp(name, redact_format_name(*out)) == 0)
			return true;
	}
	*out = REDACT_AUTO;
	return name == NULL ||
	       cli_fail(CLI_WRONG, "--format is one of auto, text, json, jsonl, csv, mail, html, sql") == CLI_OK;
}

static bool read_mode(const struct cli_arguments *arguments, enum redact_action *out)
{
	static const struct {
		const char *name;
		enum redact_action action;
	} modes[] = {{"token", REDACT_TOKEN}, {"mask", REDACT_MASK}, {"label", REDACT_LABEL}};
	const char *name = cli_value(arguments, "mode");
	bool has_key = cli_has(arguments, "key");
	*out = has_key ? REDACT_TOKEN : REDACT_LABEL;
	for (size_t i = 0; name && i < sizeof modes / sizeof *modes; i++) {
		*out = modes[i].action;
		if (strcmp(name, modes[i].name) != 0)
			continue;
		if (*out == REDACT_TOKEN && !has_key) {
			cli_fail(CLI_WRONG, "--mode token needs --key FILE; staunch redact --new-key FILE makes one");
			return false;
		}
		return true;
	}
	return name == NULL || cli_fail(CLI_WRONG, "--mode is one of token, mask, label") == CLI_OK;
}

static bool read_key(const char *path, struct redact_run *run)
{
	struct key_file key;
	struct st_error err;
	if (!path)
		return true;
	if (key_file_read(path, KEY_REDACT, &key, &err) != ST_OK) {
		cli_fail_error(&err);
		return false;
	}
	_Static_assert(KEY_FILE_KEY_BYTES == REDACT_KEY_BYTES, "a key file holds one key");
	memcpy(run->key, key.key, sizeof run->key);
	run->has_key = true;
	sodium_memzero(&key, sizeof key);
	return true;
}

static bool read_known(const struct cli_arguments *arguments, struct redact_run *run)
{
	run->two_pass = cli_has(arguments, "two-pass");
	if (!redact_known_of_case(cli_value(arguments, "known"), cli_value(arguments, "case-key"), &run->known))
		return false;
	if (run->two_pass && run->known == NULL)
		run->known = redact_known_open();
	return true;
}

/* Identifiers that hold something personal stay different from each other only as tokens. */
static bool read_bulk(const struct cli_arguments *arguments, struct redact_run *run)
{
	run->bulk = cli_has(arguments, "bulk");
	if (!run->bulk)
		return true;
	if (run->options.mode != REDACT_TOKEN || run->two_pass || cli_has(arguments, "by-line") ||
		cli_has(arguments, "verify"))
		return cli_fail(CLI_WRONG,
			       "--bulk is for tokens (--key FILE), and without --two-pass, --by-line and --verify") ==
		       CLI_OK;
	run->options.format = REDACT_JSONL;
	return true;
}

static void use_policy(struct redact_run *run)
{
	run->options.policy = run->policy;
	if (run->policy != NULL && redact_policy_rules(run->policy) != NULL)
		run->options.detect.rules = redact_policy_rules(run->policy);
}

static bool open_input(const char *path, bool twice, int *out)
{
	struct stat about;
	*out = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*out < 0) {
		cli_fail(CLI_WRONG, "cannot open %s: %s", path, strerror(errno));
		return false;
	}
	if (fstat(*out, &about) == 0 && S_ISDIR(about.st_mode)) {
		cli_fail(CLI_WRONG, "%s is a folder; staunch redact reads one file", path);
		return false;
	}
	if (twice && !S_ISREG(about.st_mode)) {
		cli_fail(CLI_WRONG, "--two-pass reads its input twice: a file, no pipe");
		return false;
	}
	return true;
}

static bool open_log(const char *path, int *out)
{
	*out = -1;
	if (!path)
		return true;
	*out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	if (*out >= 0 && fchmod(*out, 0600) == 0)
		return true;
	cli_fail(CLI_WRONG, "cannot write %s: %s", path, strerror(errno));
	return false;
}

/* --- what is said of a run --- */

/* A line for each kind of residue: how often, and where the first stand. Never what. */
static int say_residue(const struct redact_told *told)
{
	bool any = false;
	for (int kind = 0; kind < DETECT_KINDS; kind++) {
		uint64_t count = told->counts.replaced[kind];
		if (count == 0)
			continue;
		any = true;
		printf("%s %" PRIu64 " at", detect_kind_name((enum detect_kind)kind), count);
		for (uint64_t i = 0; i < count && i < REDACT_SHOWN; i++)
			printf(" %" PRIu64, told->shown[kind][i]);
		puts(count > REDACT_SHOWN ? " ..." : "");
	}
	if (any)
		return CLI_FOUND;
	if (told->counts.unsearched_bytes > 0)
		return cli_fail(CLI_INCOMPLETE, "%" PRIu64 " bytes cannot be searched", told->counts.unsearched_bytes);
	return CLI_OK;
}

static int say_status(const struct redact_told *told)
{
	switch (told->status) {
	case REDACT_OK:
		break;
	case REDACT_UNSEARCHED:
		return cli_fail(CLI_INCOMPLETE,
			"what begins at byte %" PRIu64
			" cannot be searched, and nothing from there on was written; --pass-unsearched passes it",
			told->counts.unsearched_at);
	case REDACT_TOO_LARGE:
		return cli_fail(CLI_INCOMPLETE, "a document of this format and size cannot be redacted");
	case REDACT_WRITE_FAILED:
		return cli_fail(CLI_ENVIRONMENT, "cannot write the output");
	}
	if (told->counts.unsearched_bytes > 0)
		cli_fail(CLI_OK, "%" PRIu64 " bytes cannot be searched and were passed as they are",
			told->counts.unsearched_bytes);
	return CLI_OK;
}

/* What is wrong with answers that were to become _bulk lines; the redaction of what came before is said first. */
static int say_bulk(const struct redact_told *told)
{
	switch (told->bulk) {
	case BULK_OK:
	case BULK_WRITE_FAILED: /* the redaction said why */
		break;
	case BULK_NO_JSON:
		return cli_fail(
			CLI_INCOMPLETE, "what begins at byte %" PRIu64 " of the input is no whole JSON", told->bulk_at);
	case BULK_TOO_LARGE:
		return cli_fail(CLI_INCOMPLETE, "the hit that begins at byte %" PRIu64 " of the input is too large",
			told->bulk_at);
	case BULK_STRANGE:
		return cli_fail(CLI_WRONG,
			"what ends at byte %" PRIu64 " of the input is no answer with hits and no hit", told->bulk_at);
	}
	if (told->sourceless > 0)
		return cli_fail(
			CLI_INCOMPLETE, "hits without their _source, which are left out: %" PRIu64, told->sourceless);
	return CLI_OK;
}

/* --- the command --- */

static int run_to_output(const struct cli_arguments *arguments, struct redact_run *run)
{
	struct redact_output output;
	struct st_error err;
	if (redact_output_open(&output, cli_value(arguments, "output"), &err) != ST_OK) {
		redact_output_close(&output, false, NULL);
		return cli_fail_error(&err);
	}
	run->out = output.fd;
	int exit = redact_run(run);
	if (exit == CLI_OK && run->told->finished)
		exit = say_status(run->told);
	if (exit == CLI_OK && run->bulk)
		exit = say_bulk(run->told);
	bool done = exit == CLI_OK && run->told->finished;
	if (redact_output_close(&output, done, &err) != ST_OK)
		return cli_fail_error(&err);
	return exit;
}

static int run_verify(struct redact_run *run)
{
	run->verify = true;
	run->options.mode = REDACT_LABEL;
	run->options.pass_unsearched = true;
	run->out = STDOUT_FILENO;
	int exit = redact_run(run);
	return exit != CLI_OK ? exit : say_residue(run->told);
}

static int run_with(const struct cli_arguments *arguments, struct redact_run *run)
{
	const char *verify = cli_value(arguments, "verify");
	const char *in = verify ? verify : cli_operand_count(arguments) > 0 ? cli_operand(arguments, 0) : "-";
	run->in = run->log = -1;
	if (!read_format(cli_value(arguments, "format"), &run->options.format) ||
		!read_mode(arguments, &run->options.mode) || !read_key(cli_value(arguments, "key"), run) ||
		!read_known(arguments, run) || !read_bulk(arguments, run) ||
		!redact_policy_of_file(cli_value(arguments, "policy"), run->has_key, &run->policy) ||
		!open_input(in, run->two_pass, &run->in) || !open_log(cli_value(arguments, "log"), &run->log))
		return CLI_WRONG;
	use_policy(run);
	run->options.by_line = cli_has(arguments, "by-line");
	run->options.pass_unsearched = cli_has(arguments, "pass-unsearched");
	run->unconfined = cli_has(arguments, "unconfined");
	run->told = mmap(NULL, sizeof *run->told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->told == MAP_FAILED)
		return cli_fail(CLI_ENVIRONMENT, "out of memory");
	int exit = verify ? run_verify(run) : run_to_output(arguments, run);
	munmap(run->told, sizeof *run->told);
	return exit;
}

static int run_redact(const struct cli_arguments *arguments)
{
	if (cli_has(arguments, "new-key"))
		return make_key(cli_value(arguments, "new-key"));
	struct redact_run run = {.in = -1, .log = -1};
	int exit = CLI_WRONG;
	if (detect_options_read(arguments, &run.options.detect))
		exit = cli_has(arguments, "estimate") ? redact_estimate(arguments, &run.options.detect)
						      : run_with(arguments, &run);
	detect_options_free(&run.options.detect);
	redact_policy_close(run.policy);
	redact_known_close(run.known);
	sodium_memzero(run.key, sizeof run.key);
	if (run.in >= 0)
		close(run.in);
	if (run.log >= 0)
		close(run.log);
	return exit;
}

static const struct cli_option options[] = {
	{.name = "output",
		.letter = 'o',
		.argument = "FILE",
		.help = "write here; the file appears when it is complete"},
	{.name = "format",
		.argument = "NAME",
		.help = "what the input is: auto, text, json, jsonl, csv, mail, html, sql"},
	{.name = "mode", .argument = "NAME", .help = "token (with a key), mask, label"},
	{.name = "key", .argument = "FILE", .help = "the key of tokens"},
	{.name = "new-key", .argument = "FILE", .help = "make a key and nothing else"},
	{.name = "policy", .argument = "FILE", .help = "what becomes of kinds and fields: staunch-redact-policy(5)"},
	{.name = "known", .argument = "CASE", .help = "a case whose names and domains are known"},
	{.name = "case-key", .argument = "FILE", .help = "the key of that case (CASE.key beside it)"},
	{.name = "two-pass", .help = "read a file twice: what its first reading proves, the second knows"},
	{.name = "log", .argument = "FILE", .help = "one JSON line for each replacement, without values"},
	{.name = "by-line", .help = "each line stands alone and leaves with its line feed"},
	{.name = "bulk", .help = "answers of Elasticsearch in, lines for its _bulk out"},
	{.name = "pass-unsearched", .help = "pass what no detector can search instead of ending there"},
	{.name = "verify", .argument = "FILE", .help = "look for what this redacted file still holds"},
	REDACT_ESTIMATE_OPTIONS,
	{.name = "region",
		.argument = "CC,...",
		.help = "countries whose national phone numbers count: IT,FR",
		.repeats = true},
	{.name = "own-domain", .argument = "DOMAIN", .help = "a domain of your own", .repeats = true},
	{.name = "unconfined", .help = "read the input without a sandbox", .hidden = true},
	{0},
};

const struct cli_command cli_command_redact = {
	.name = "redact",
	.summary = "give me the same bytes with what is personal replaced",
	.operands = "[FILE]",
	.operands_max = 1,
	.options = options,
	.run = run_redact,
};
