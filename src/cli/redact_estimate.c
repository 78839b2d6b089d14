/*
 * `staunch redact --estimate`: draws passages of a redacted file, has them judged by a detector that shares no code
 * with those that redact, or by a person, and says what share of all passages holds residue, with its 95 % interval,
 * who judged, and how many invented values the judge saw. The text is hostile: a confined child reads it.
 */
#include "cli/redact_estimate.h"

#include "base/ceilings.h"
#include "base/json_write.h"
#include "process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define USUAL_PASSAGES 1000
#define USUAL_ASKED 50
#define CONTROLS 300
/* Of what a person is asked, controls are one of so many. */
#define ASKED_SHARE 5
#define MILLION 1e6
#define EXIT_UNCONFINED 79
/* A person's items: text, masked, with its context; a masked byte is three. */
#define ITEMS_BYTES \
	((uint64_t)CEIL_ESTIMATE_ASKED * 2 * 3 * (CEIL_ESTIMATE_PASSAGE_BYTES + 3 * CEIL_ESTIMATE_CONTEXT_BYTES))

static bool read_number(const struct cli_arguments *arguments, const char *name, uint64_t most, uint64_t *out)
{
	const char *text = cli_value(arguments, name);
	if (!text)
		return true;
	if (!cli_number(name, text, out))
		return false;
	if (*out <= most)
		return true;
	cli_fail(CLI_WRONG, "--%s is at most %llu", name, (unsigned long long)most);
	return false;
}

/* One of two words; `first` when none is given. */
static bool read_choice(
	const struct cli_arguments *arguments, const char *name, const char *first, const char *second, bool *is_second)
{
	const char *text = cli_value(arguments, name);
	*is_second = text && strcmp(text, second) == 0;
	if (!text || *is_second || strcmp(text, first) == 0)
		return true;
	cli_fail(CLI_WRONG, "with --estimate, --%s is %s or %s", name, first, second);
	return false;
}

/* Passages are drawn from all of the file: a pipe cannot be. */
static int open_file(const struct cli_arguments *arguments, uint64_t *size_bytes)
{
	const char *path = cli_operand_count(arguments) > 0 ? cli_operand(arguments, 0) : "-";
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat about;
	if (fd < 0) {
		cli_fail(CLI_WRONG, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
		cli_fail(CLI_WRONG, "passages are drawn from a file: %s is none", path);
		close(fd);
		return -1;
	}
	*size_bytes = (uint64_t)about.st_size;
	return fd;
}

/* --- the child --- */

static void child(const struct passages_options *options, enum estimate_judge judge, int to)
{
	struct st_error err;
	struct confine_limits limits = {0};
	struct passages_result result;
	if (confine(CONFINE_WORKER, &limits, to, 0, &err) != ST_OK)
		_exit(EXIT_UNCONFINED);
	bool done = judge == ESTIMATE_PERSON
			    ? person_prepare(options, to)
			    : passages_judge(options, &result) && st_write_full(to, &result, sizeof result) == 0;
	_exit(done ? CLI_OK : CLI_WRONG);
}

/* Everything that comes out of the pipe, up to most_bytes and one more. */
static void read_all(int from, uint64_t most_bytes, struct st_buf *out)
{
	for (;;) {
		st_buf_reserve(out, 64 * KIB);
		ssize_t got = read(from, out->data + out->size, 64 * KIB);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || out->size > most_bytes)
			return;
		out->size += (size_t)got;
	}
}

static int judge_child(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cli_fail(CLI_ENVIRONMENT, "the confined process is lost");
	if (WIFEXITED(status) && WEXITSTATUS(status) == CLI_OK)
		return CLI_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_UNCONFINED)
		return cli_fail(CLI_ENVIRONMENT,
			"this machine offers no sandbox for reading unknown input; see: staunch doctor");
	if (WIFEXITED(status) && WEXITSTATUS(status) == CLI_WRONG)
		return cli_fail(CLI_WRONG, "cannot read the file to its end");
	return cli_fail(CLI_ENVIRONMENT, "the confined process was ended: there is no estimate");
}

static int run_child(const struct passages_options *options, enum estimate_judge judge, struct st_buf *out)
{
	int pipe_fds[2];
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return cli_fail(CLI_ENVIRONMENT, "cannot make a pipe");
	pid_t pid = fork();
	if (pid == 0) {
		close(pipe_fds[0]);
		child(options, judge, pipe_fds[1]);
	}
	close(pipe_fds[1]);
	if (pid > 0)
		read_all(pipe_fds[0], judge == ESTIMATE_PERSON ? ITEMS_BYTES : sizeof(struct passages_result), out);
	close(pipe_fds[0]);
	return pid > 0 ? judge_child(pid) : cli_fail(CLI_ENVIRONMENT, "cannot start a process");
}

/* The child read hostile text: what it says must at least add up. */
static bool adds_up(const struct passages_result *r, const struct passages_options *options)
{
	uint64_t all = (options->size_bytes + CEIL_ESTIMATE_PASSAGE_BYTES - 1) / CEIL_ESTIMATE_PASSAGE_BYTES;
	bool counts = r->passages == all && r->drawn <= options->wanted && r->drawn <= all && r->residue <= r->drawn &&
		      r->unread <= r->drawn - r->residue && r->by_detectors <= r->residue;
	return counts && r->planted_seen <= r->planted && r->planted <= r->drawn && r->clean_accused <= r->clean;
}

static int by_detector(const struct passages_options *options, struct st_buf *said, struct passages_result *out)
{
	if (said->size != sizeof *out)
		return cli_fail(CLI_ENVIRONMENT, "the confined process did not say all");
	memcpy(out, said->data, sizeof *out);
	return adds_up(out, options) ? CLI_OK : cli_fail(CLI_ENVIRONMENT, "the confined process said what cannot be");
}

/* Questions go to the terminal, so that the answer may go to a file. */
static int by_person(const struct passages_options *options, struct st_buf *said, struct passages_result *out)
{
	const char *why = NULL;
	st_auto_close int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0)
		return cli_fail(CLI_WRONG, "--judge person asks at a terminal, and there is none");
	if (!person_ask((struct st_span){said->data, said->size}, terminal, out, &why))
		return cli_fail(CLI_ENVIRONMENT, "%s", why);
	return adds_up(out, options) ? CLI_OK : cli_fail(CLI_ENVIRONMENT, "the confined process said what cannot be");
}

/* --- what comes out --- */

static void add_share(struct st_buf *out, double share)
{
	st_buf_format(out, share > 0 && share < 0.0001 ? "%.2g %%" : "%.2f %%", share * 100);
}

static void add_interval(struct st_buf *out, struct passages_limits limits)
{
	add_share(out, limits.share);
	st_buf_format(out, ", 95 %% interval ");
	add_share(out, limits.low);
	st_buf_format(out, " to ");
	add_share(out, limits.high);
	st_buf_add_byte(out, '\n');
}

static void add_judge(const struct estimate_answer *answer, struct st_buf *out)
{
	const struct passages_result *r = &answer->result;
	bool person = answer->judge == ESTIMATE_PERSON;
	st_buf_format(out, "judge     %s\n",
		person ? "a person, who was not told what the detectors found"
		       : "a detector that shares no code with those that redact");
	if (r->planted > 0) {
		st_buf_format(out, "          saw %llu of %llu invented values planted in these passages: ",
			(unsigned long long)r->planted_seen, (unsigned long long)r->planted);
		add_interval(out, passages_recall(r));
	}
	if (r->clean > 0)
		st_buf_format(out, "          called %llu of %llu masked controls personal\n",
			(unsigned long long)r->clean_accused, (unsigned long long)r->clean);
	if (!person)
		st_buf_format(out, "          cannot see: %s\n", judge_blind_spots());
	st_buf_format(out, "          An estimate speaks only of what its judge can see.\n");
}

void estimate_text(const struct estimate_answer *answer, struct st_buf *out)
{
	const struct passages_result *r = &answer->result;
	st_buf_format(out,
		"residue   %llu of %llu passages drawn (of %llu, %d bytes each): ", (unsigned long long)r->residue,
		(unsigned long long)r->drawn, (unsigned long long)r->passages, CEIL_ESTIMATE_PASSAGE_BYTES);
	add_interval(out, passages_limits(r));
	if (r->by_detectors > 0)
		st_buf_format(out, "          in %llu of them our own detectors find something, too\n",
			(unsigned long long)r->by_detectors);
	for (unsigned kind = 0; kind < JUDGE_KINDS; kind++)
		if (r->values[kind] > 0)
			st_buf_format(out, "          %-16s %llu seen\n", judge_kind_name(kind),
				(unsigned long long)r->values[kind]);
	if (r->unread > 0)
		st_buf_format(out, "no answer %llu passages%s; the upper end counts them as residue\n",
			(unsigned long long)r->unread, answer->judge == ESTIMATE_PERSON ? "" : ": not text");
	add_judge(answer, out);
	st_buf_format(out,
		"seed      %llu; exact limits (hypergeometric); a passage counts when a value begins in it\n",
		(unsigned long long)answer->seed);
}

/* In millionths, ends outwards: the writer knows no fractions. */
static void json_limits(struct st_json_writer *w, const char *name, struct passages_limits limits)
{
	st_json_key(w, name);
	st_json_object(w);
	st_json_key_uint(w, "ppm", (uint64_t)(limits.share * MILLION + 0.5));
	st_json_key_uint(w, "low_ppm", (uint64_t)(limits.low * MILLION));
	st_json_key_uint(w, "high_ppm", (uint64_t)ceil(limits.high * MILLION));
	st_json_object_end(w);
}

static void json_judge(struct st_json_writer *w, const struct estimate_answer *answer)
{
	const struct passages_result *r = &answer->result;
	bool person = answer->judge == ESTIMATE_PERSON;
	st_json_key(w, "judge");
	st_json_object(w);
	st_json_key_text(w, "by", person ? "person" : "detector");
	st_json_key_bool(w, "shares_code_with_detectors", false);
	st_json_key_uint(w, "planted", r->planted);
	st_json_key_uint(w, "planted_seen", r->planted_seen);
	json_limits(w, "recall", passages_recall(r));
	if (person) {
		st_json_key_uint(w, "clean", r->clean);
		st_json_key_uint(w, "clean_accused", r->clean_accused);
		st_json_key_uint(w, "skipped", r->skipped);
	}
	st_json_key_text(w, "cannot_see", person ? NULL : judge_blind_spots());
	st_json_object_end(w);
}

void estimate_json(const struct estimate_answer *answer, struct st_buf *out)
{
	const struct passages_result *r = &answer->result;
	struct st_json_writer w = {.out = out, .indent = 2};
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.redact-estimate/1");
	st_json_key_uint(&w, "seed", answer->seed);
	st_json_key_text(&w, "intervals", "95%");
	st_json_key_text(&w, "method", "hypergeometric");
	st_json_key(&w, "passages");
	st_json_object(&w);
	st_json_key_uint(&w, "bytes", CEIL_ESTIMATE_PASSAGE_BYTES);
	st_json_key_uint(&w, "all", r->passages);
	st_json_key_uint(&w, "drawn", r->drawn);
	st_json_key_uint(&w, "residue", r->residue);
	st_json_key_uint(&w, "by_detectors", r->by_detectors);
	st_json_key_uint(&w, "no_answer", r->unread);
	st_json_object_end(&w);
	json_limits(&w, "residual", passages_limits(r));
	st_json_key(&w, "values");
	st_json_array(&w);
	for (unsigned kind = 0; kind < JUDGE_KINDS; kind++) {
		if (r->values[kind] == 0)
			continue;
		st_json_object(&w);
		st_json_key_text(&w, "kind", judge_kind_name(kind));
		st_json_key_uint(&w, "seen", r->values[kind]);
		st_json_object_end(&w);
	}
	st_json_array_end(&w);
	json_judge(&w, answer);
	st_json_object_end(&w);
	st_buf_add_byte(out, '\n');
}

static int say(const struct estimate_answer *answer, bool json)
{
	st_auto_buf struct st_buf out = {0};
	(json ? estimate_json : estimate_text)(answer, &out);
	if (fwrite(out.data, 1, out.size, stdout) != out.size)
		return cli_fail(CLI_ENVIRONMENT, "cannot write the output");
	if (answer->result.residue > 0)
		return CLI_FOUND;
	return answer->result.unread > 0 ? CLI_INCOMPLETE : CLI_OK;
}

int redact_estimate(const struct cli_arguments *arguments, const struct detect_options *detect)
{
	bool json, person;
	if (!read_choice(arguments, "format", "text", "json", &json) ||
		!read_choice(arguments, "judge", "detector", "person", &person))
		return CLI_WRONG;
	struct passages_options options = {
		.wanted = person ? USUAL_ASKED : USUAL_PASSAGES, .seed = 1, .detect = detect};
	if (!read_number(
		    arguments, "passages", person ? CEIL_ESTIMATE_ASKED : CEIL_ESTIMATE_PASSAGES, &options.wanted) ||
		!read_number(arguments, "seed", UINT64_MAX, &options.seed))
		return CLI_WRONG;
	if (options.wanted == 0)
		return cli_fail(CLI_WRONG, "--passages is at least 1");
	options.controls = person ? (options.wanted + ASKED_SHARE - 1) / ASKED_SHARE : CONTROLS;
	st_auto_close int fd = open_file(arguments, &options.size_bytes);
	if (fd < 0)
		return CLI_WRONG;
	if (options.size_bytes == 0)
		return cli_fail(CLI_WRONG, "the file is empty: there is nothing to estimate");
	options.fd = fd;
	struct estimate_answer answer = {.seed = options.seed, .bytes = options.size_bytes};
	answer.judge = person ? ESTIMATE_PERSON : ESTIMATE_DETECTOR;
	st_auto_secret struct st_buf said = {0};
	int exit = run_child(&options, answer.judge, &said);
	if (exit == CLI_OK)
		exit = person ? by_person(&options, &said, &answer.result)
			      : by_detector(&options, &said, &answer.result);
	return exit == CLI_OK ? say(&answer, json) : exit;
}
