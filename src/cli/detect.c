/*
 * `staunch detect`: what would you find in this text? One JSON line per mention (contract 4). The input is hostile, so
 * a confined child reads it and writes lines into a pipe; the parent only copies the pipe to standard output, because a
 * jail that forbids writing files would forbid `>FILE` too.
 */
#include "base/ceilings.h"
#include "base/json_write.h"
#include "cli/cli.h"
#include "cli/detect_options.h"
#include "cli/detect_text.h"
#include "cli/rules_file.h"
#include "detect/detect.h"
#include "process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BYTES (256 * KIB)
#define WRITE_BYTES (64 * KIB)

struct run {
	struct detect_options options; /* lists owned */
	int in, out;
	struct detect_text text;
	struct st_buf lines;
	uint64_t *exhausted; /* by rule: shared with the parent, which may write to stderr; NULL without rules */
	bool found;
	int write_errno; /* of the first failure; nothing is written after it */
};

static void flush(struct run *run)
{
	if (run->lines.size > 0 && run->write_errno == 0 &&
		st_write_full(run->out, run->lines.data, run->lines.size) != 0)
		run->write_errno = errno ? errno : EIO;
	run->lines.size = 0;
}

static void write_mention(void *context, const struct detect_mention *mention)
{
	struct run *run = context;
	struct st_json_writer w = {.out = &run->lines};
	/* all of a UTF-16 or UTF-32 input is an encoded form of its text */
	bool encoded = mention->form == DETECT_PLAIN && run->text.unit > 1;
	run->found = true;
	st_json_object(&w);
	st_json_key_text(&w, "kind", detect_kind_name(mention->kind));
	st_json_key_uint(&w, "start", detect_text_to_input(&run->text, mention->start));
	st_json_key_uint(&w, "end", detect_text_to_input(&run->text, mention->end));
	st_json_key(&w, "text");
	st_json_string(&w, mention->text.data, mention->text.size);
	st_json_key(&w, "canonical");
	st_json_string(&w, mention->canonical.data, mention->canonical.size);
	st_json_key(&w, "confidence");
	st_json_hundredths(&w, mention->confidence);
	st_json_key_text(&w, "form", detect_form_name(encoded ? DETECT_ENCODED : mention->form));
	if (mention->scheme)
		st_json_key_text(&w, "scheme", mention->scheme);
	if (mention->rule)
		st_json_key_text(&w, "rule", detect_rules_name(run->options.rules, mention->rule - 1u));
	st_json_object_end(&w);
	st_buf_add_byte(&run->lines, '\n');
	if (run->lines.size >= WRITE_BYTES)
		flush(run);
}

/* Reads the input to its end; an errno of read(2), or 0. */
static int detect_input(struct run *run)
{
	st_auto_free uint8_t *block = st_alloc(READ_BYTES);
	st_auto_buf struct st_buf utf8 = {0};
	struct detect *detect = detect_open(&run->options, write_mention, run);
	ssize_t got;
	do {
		do
			got = read(run->in, block, READ_BYTES);
		while (got < 0 && errno == EINTR);
		if (got < 0)
			break;
		if (run->text.unit == 1) {
			detect_feed(detect, block, (size_t)got);
			continue;
		}
		utf8.size = 0;
		detect_text_add(&run->text, block, (size_t)got, got == 0, &utf8);
		detect_feed(detect, utf8.data, utf8.size);
		detect_text_forget(&run->text, detect_settled(detect));
	} while (got > 0 && run->write_errno == 0);
	int failed = got < 0 ? errno : 0;
	if (failed == 0 && run->write_errno == 0)
		detect_finish(detect);
	flush(run);
	for (size_t i = 0; i < detect_rules_count(run->options.rules); i++)
		run->exhausted[i] = detect_rule_exhausted(detect, i);
	detect_close(detect);
	return failed;
}

static int detect_and_judge(struct run *run)
{
	int failed = detect_input(run);
	detect_text_free(&run->text);
	st_buf_free(&run->lines);
	if (failed != 0)
		return CLI_WRONG;
	if (run->write_errno != 0 && run->write_errno != EPIPE)
		return CLI_ENVIRONMENT;
	return run->found ? CLI_FOUND : CLI_OK;
}

/* Status of the confined child that stands for "the jail could not be closed". */
#define EXIT_UNCONFINED 79

static void child(struct run *run)
{
	struct st_error err;
	struct confine_limits limits = {0};
	if (confine(CONFINE_WORKER, &limits, run->out, 0, &err) != ST_OK)
		_exit(EXIT_UNCONFINED);
	_exit(detect_and_judge(run));
}

/* Copies the child's lines to standard output; false when they do not arrive there. A reader that has seen enough
 * (detect | head) is no failure. */
static bool copy_out(int from)
{
	st_auto_free uint8_t *block = st_alloc(WRITE_BYTES);
	for (;;) {
		ssize_t got = read(from, block, WRITE_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		if (st_write_full(STDOUT_FILENO, block, (size_t)got) != 0)
			return errno == EPIPE;
	}
}

static int judge_child(pid_t pid, bool copied)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cli_fail(CLI_ENVIRONMENT, "the confined process is lost");
	if (!copied)
		return cli_fail(CLI_ENVIRONMENT, "cannot write the output");
	if (!WIFEXITED(status) || WEXITSTATUS(status) == CONFINE_EXIT_FORBIDDEN)
		return cli_fail(CLI_ENVIRONMENT, "the confined process was ended: the output is not complete");
	switch (WEXITSTATUS(status)) {
	case EXIT_UNCONFINED:
		return cli_fail(CLI_ENVIRONMENT,
			"this machine offers no sandbox for reading unknown input; see: staunch doctor");
	case ST_EXIT_MEMORY:
		return cli_fail(CLI_ENVIRONMENT, "out of memory: the output is not complete");
	case CLI_WRONG:
		return cli_fail(CLI_WRONG, "cannot read the input to its end");
	default:
		return WEXITSTATUS(status);
	}
}

static int run_confined(struct run *run)
{
	int pipe_fds[2];
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return cli_fail(CLI_ENVIRONMENT, "cannot make a pipe");
	pid_t pid = fork();
	if (pid < 0) {
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return cli_fail(CLI_ENVIRONMENT, "cannot start a process");
	}
	if (pid == 0) {
		close(pipe_fds[0]);
		run->out = pipe_fds[1];
		child(run);
	}
	close(pipe_fds[1]);
	bool copied = copy_out(pipe_fds[0]);
	close(pipe_fds[0]);
	return judge_child(pid, copied);
}

static int run_unconfined(struct run *run)
{
	run->out = STDOUT_FILENO;
	int exit = detect_and_judge(run);
	if (exit == CLI_WRONG)
		return cli_fail(CLI_WRONG, "cannot read the input to its end");
	return exit == CLI_ENVIRONMENT ? cli_fail(CLI_ENVIRONMENT, "cannot write the output") : exit;
}

static bool known_format(const char *format)
{
	static const char *const formats[] = {"auto", "text", "json", "jsonl", "csv", NULL};
	for (const char *const *known = formats; *known; known++)
		if (!format || strcmp(format, *known) == 0)
			return true;
	return false;
}

/* Opens the operand, or standard input; -1 with a line on stderr. */
static int open_input(const struct cli_arguments *arguments)
{
	const char *path = cli_operand_count(arguments) > 0 ? cli_operand(arguments, 0) : "-";
	if (strcmp(path, "-") == 0)
		return dup(STDIN_FILENO);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat about;
	if (fd < 0) {
		cli_fail(CLI_WRONG, "cannot open %s: %s", path, strerror(errno));
	} else if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
		cli_fail(CLI_WRONG, "%s is a folder; staunch scan reads folders", path);
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Says which rules did not search everything; the exit status then is that of an incomplete answer, unless something
 * was found. */
static int judge_rules(const struct run *run, int exit)
{
	bool any = false;
	for (size_t i = 0; i < detect_rules_count(run->options.rules); i++) {
		if (run->exhausted[i] == 0)
			continue;
		any = true;
		cli_fail(CLI_INCOMPLETE,
			"rule %s takes too many steps on this text: %llu pieces of 4 KiB were not searched to their "
			"end with it",
			detect_rules_name(run->options.rules, i), (unsigned long long)run->exhausted[i]);
	}
	return any && exit == CLI_OK ? CLI_INCOMPLETE : exit;
}

static int detect_ruled(const struct cli_arguments *arguments, struct run *run)
{
	size_t size = CEIL_RULES * sizeof *run->exhausted;
	run->exhausted = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->exhausted == MAP_FAILED)
		return cli_fail(CLI_ENVIRONMENT, "out of memory");
	int exit = cli_has(arguments, "unconfined") ? run_unconfined(run) : run_confined(run);
	exit = judge_rules(run, exit);
	munmap(run->exhausted, size);
	return exit;
}

static int detect_with(const struct cli_arguments *arguments, const struct detect_options *options)
{
	if (!known_format(cli_value(arguments, "format")))
		return cli_fail(CLI_WRONG, "--format is one of auto, text, json, jsonl, csv");
	struct run run = {.options = {.regions = options->regions, .own_domains = options->own_domains}};
	st_auto_buf struct st_buf file = {0};
	struct detect_rules *rules;
	if (!rules_file_read(cli_value(arguments, "rules"), &file, &rules))
		return CLI_WRONG;
	run.options.rules = rules;
	run.in = open_input(arguments);
	int exit = run.in < 0 ? CLI_WRONG : detect_ruled(arguments, &run);
	if (run.in >= 0)
		close(run.in);
	detect_rules_close(rules);
	return exit;
}

static int run_detect(const struct cli_arguments *arguments)
{
	struct detect_options options;
	int exit = detect_options_read(arguments, &options) ? detect_with(arguments, &options) : CLI_WRONG;
	detect_options_free(&options);
	return exit;
}

static const struct cli_option options[] = {
	{.name = "format", .argument = "NAME", .help = "what the input is: auto, text, json, jsonl, csv"},
	{.name = "region",
		.argument = "CC,...",
		.help = "countries whose national phone numbers count: IT,FR",
		.repeats = true},
	{.name = "own-domain", .argument = "DOMAIN", .help = "a domain of your own", .repeats = true},
	{.name = "rules", .argument = "FILE", .help = "find what these rules of yours describe, too: staunch-rules(5)"},
	{.name = "unconfined", .help = "read the input without a sandbox", .hidden = true},
	{0},
};

const struct cli_command cli_command_detect = {
	.name = "detect",
	.summary = "what would you find in this text? one JSON line for each mention",
	.operands = "[FILE]",
	.operands_max = 1,
	.options = options,
	.run = run_detect,
};
