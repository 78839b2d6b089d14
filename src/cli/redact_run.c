/*
 * The confined child reads, redacts and writes into pipes; the parent carries them on, because a jail that forbids
 * writing files would forbid `>FILE` too. The key reaches the child by the memory of the fork, before it reads
 * anything.
 */
#include "cli/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ceilings.h"
#include "base/json_write.h"
#include "process/confine.h"

/* Small enough to stay in the nearest caches from the read until its bytes leave (256 KiB cost 0.3 ns a byte more). */
#define READ_BYTES (64 * KIB)
#define PIPE_BYTES (1024 * KIB)
#define LOG_BYTES (64 * KIB)
/* After so much at once the parent rests while the pipe fills: to be woken for every block costs both processes more
 * than the bytes do. The child would have to write 2 GB/s to fill the pipe meanwhile. */
#define MUCH_BYTES (32 * KIB)
#define REST_NS 500000
/* Free memory that the child keeps. */
#define KEPT_BYTES (4 * 1024 * KIB)
/* Status of the confined child that stands for "the jail could not be closed". */
#define EXIT_UNCONFINED 79

struct child {
	struct redact_run *run;
	int out, log;
	struct st_buf lines; /* of the log */
};

/* --- in the child --- */

static bool write_output(void *context, const void *data, size_t size)
{
	struct child *child = context;
	if (child->run->verify)
		return true;
	if (st_write_full(child->out, data, size) == 0)
		return true;
	child->run->told->write_errno = errno ? errno : EIO;
	return false;
}

static void flush_log(struct child *child)
{
	struct redact_told *told = child->run->told;
	if (child->lines.size > 0 && told->log_errno == 0 &&
		st_write_full(child->log, child->lines.data, child->lines.size) != 0)
		told->log_errno = errno ? errno : EIO;
	child->lines.size = 0;
}

static const char *action_name(enum redact_action action)
{
	static const char *const names[REDACT_ACTIONS] = {"token", "mask", "label", "keep", "drop"};
	return names[action];
}

static const char *kind_name(enum detect_kind kind)
{
	return kind < DETECT_KINDS ? detect_kind_name(kind) : "field";
}

static void log_event(struct child *child, const struct redact_event *event)
{
	struct st_json_writer w = {.out = &child->lines};
	st_json_object(&w);
	st_json_key_uint(&w, "start", event->start);
	st_json_key_uint(&w, "end", event->end);
	if (event->unsearched) {
		st_json_key_bool(&w, "unsearched", true);
	} else {
		st_json_key_text(&w, "kind", kind_name(event->kind));
		st_json_key_text(&w, "action", action_name(event->action));
		st_json_key(&w, "confidence");
		st_json_hundredths(&w, event->confidence);
	}
	st_json_object_end(&w);
	st_buf_add_byte(&child->lines, '\n');
	if (child->lines.size >= LOG_BYTES)
		flush_log(child);
}

static void log_counts(struct child *child)
{
	const struct redact_counts *counts = &child->run->told->counts;
	struct st_json_writer w = {.out = &child->lines};
	st_json_object(&w);
	st_json_key(&w, "counts");
	st_json_object(&w);
	st_json_key_uint(&w, "bytes_in", counts->bytes_in);
	st_json_key_uint(&w, "bytes_out", counts->bytes_out);
	st_json_key_uint(&w, "unsearched_bytes", counts->unsearched_bytes);
	st_json_key(&w, "replaced");
	st_json_object(&w);
	for (int kind = 0; kind <= DETECT_KINDS; kind++)
		if (counts->replaced[kind] > 0)
			st_json_key_uint(&w, kind_name((enum detect_kind)kind), counts->replaced[kind]);
	st_json_object_end(&w);
	st_json_object_end(&w);
	st_json_key_bool(&w, "complete", child->run->told->status == REDACT_OK);
	st_json_object_end(&w);
	st_buf_add_byte(&child->lines, '\n');
}

static void take_event(void *context, const struct redact_event *event)
{
	struct child *child = context;
	struct redact_told *told = child->run->told;
	if (!event->unsearched) {
		uint64_t *seen = &told->counts.replaced[event->kind];
		if (*seen < REDACT_SHOWN)
			told->shown[event->kind][*seen] = event->start;
		++*seen;
	}
	if (child->log >= 0)
		log_event(child, event);
}

static bool feed_lines(void *context, const void *data, size_t size)
{
	return redact_feed(context, data, size);
}

static bool feed_block(struct redact *redact, struct bulk *bulk, const uint8_t *block, size_t size)
{
	return bulk != NULL ? bulk_feed(bulk, block, size) : redact_feed(redact, block, size);
}

/* Reads the input to its end. */
static void redact_input(struct child *child, struct redact *redact)
{
	st_auto_free uint8_t *block = st_alloc(READ_BYTES);
	struct redact_told *told = child->run->told;
	struct bulk *bulk = child->run->bulk ? bulk_open(feed_lines, redact) : NULL;
	ssize_t got;
	do {
		do
			got = read(child->run->in, block, READ_BYTES);
		while (got < 0 && errno == EINTR);
	} while (got > 0 && feed_block(redact, bulk, block, (size_t)got));
	if (bulk != NULL)
		told->bulk = bulk_finish(bulk, &told->bulk_at, &told->sourceless);
	bulk_close(bulk);
	if (got < 0) { /* what is held was not decided at the true end: it stays here */
		told->read_errno = errno ? errno : EIO;
		return;
	}
	told->status = redact_finish(redact, &told->counts);
	if (child->log >= 0) {
		log_counts(child);
		flush_log(child);
	}
	told->finished = true;
}

static bool drop_output(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return true;
}

/* Reads the input for what it proves, and leaves the file where it was. */
static void learn_input(struct child *child, struct redact *redact, off_t from)
{
	st_auto_free uint8_t *block = st_alloc(READ_BYTES);
	ssize_t got;
	for (off_t at = from;; at += got) {
		do
			got = pread(child->run->in, block, READ_BYTES, at);
		while (got < 0 && errno == EINTR);
		if (got <= 0 || !redact_feed(redact, block, (size_t)got))
			break;
	}
	if (got < 0)
		child->run->told->read_errno = errno ? errno : EIO;
	redact_finish(redact, NULL); /* what is wrong with the input, the second pass says */
	child->run->told->known_full = redact_known_full(child->run->known);
}

/* What looks at the input first; NULL: nothing. Opened before the jail closes. */
static struct redact *open_learner(struct redact_run *run)
{
	struct redact_options options = run->options;
	if (!run->two_pass)
		return NULL;
	options.mode = REDACT_LABEL;
	options.key = NULL;
	options.policy = NULL;
	options.event = NULL;
	options.write = drop_output;
	options.known = options.learn = run->known;
	return redact_open(&options);
}

static int be_child(struct redact_run *run, int out, int log)
{
	struct child child = {.run = run, .out = out, .log = log};
	struct st_error err;
	struct confine_limits limits = {.log_fd = log > 0 ? log : 0};
	run->options.write = write_output;
	run->options.event = take_event;
	run->options.context = &child;
	run->options.key = run->has_key ? run->key : NULL;
	mallopt(M_TRIM_THRESHOLD,
		KEPT_BYTES); /* else each message of a mailbox takes its memory from the kernel anew */
	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	struct redact *learner = open_learner(run);
	off_t from = run->two_pass ? lseek(run->in, 0, SEEK_CUR) : 0;
	run->options.known = run->known;
	struct redact *redact = redact_open(&run->options); /* libcrypto reads its settings before the jail closes */
	sodium_memzero(run->key, sizeof run->key);
	if (!run->unconfined && confine(CONFINE_WORKER, &limits, out, 0, &err) != ST_OK)
		return EXIT_UNCONFINED;
	if (learner != NULL)
		learn_input(&child, learner, from);
	if (run->told->read_errno == 0 && !run->told->known_full)
		redact_input(&child, redact);
	redact_close(learner);
	redact_close(redact);
	st_buf_free(&child.lines);
	return CLI_OK;
}

/* --- in the parent --- */

struct carried {
	int from, to;
	bool copies; /* the target takes no splice(2) */
	bool small;  /* a pipe that would be full before a rest is over */
	bool much;   /* came at once: more comes soon */
	int error;   /* errno of the write that failed */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Moves what stands in the pipe; at its end, or when the target takes no more, `from` is closed. */
static void carry(struct carried *carried)
{
	ssize_t got = -1;
	if (!carried->copies) {
		got = splice(carried->from, NULL, carried->to, NULL, PIPE_BYTES, SPLICE_F_MOVE);
		carried->copies = got < 0 && errno == EINVAL;
	}
	if (carried->copies) {
		uint8_t block[16 * KIB];
		got = read(carried->from, block, sizeof block);
		if (got > 0 && st_write_full(carried->to, block, (size_t)got) != 0)
			got = -1;
	}
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got < 0)
		carried->error = errno ? errno : EIO;
	if (got <= 0)
		close_fd(&carried->from);
	carried->much = !carried->small && got >= (ssize_t)MUCH_BYTES;
}

/* Lines that come for ever go through the parent, so that it can end them: asked to stop (SIGTERM), it hands on what
 * has come so far and closes the pipe, and the child ends as at the end of every input. */
struct feeding {
	int from, to;  /* to: -1 when it is over, or the child reads the input itself */
	bool copies;   /* the source takes no splice(2) */
	bool full;     /* the pipe took no more */
	bool draining; /* ends when nothing more is there */
	int error;     /* errno of the read that failed */
};

static void feed(struct feeding *feeding)
{
	ssize_t got = -1;
	if (!feeding->copies) {
		got = splice(feeding->from, NULL, feeding->to, NULL, PIPE_BYTES, SPLICE_F_NONBLOCK);
		feeding->copies = got < 0 && errno == EINVAL;
	}
	if (feeding->copies) { /* a pipe that can be written takes PIPE_BUF at once (pipe(7)) */
		uint8_t block[PIPE_BUF];
		got = read(feeding->from, block, sizeof block);
		if (got > 0 && st_write_full(feeding->to, block, (size_t)got) != 0)
			got = 0; /* the child has ended, and says why */
	}
	feeding->full = true; /* until poll says otherwise */
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got < 0 && errno != EPIPE)
		feeding->error = errno;
	if (got <= 0)
		close_fd(&feeding->to);
}

/* What poll(2) is asked of the input, and what follows from the answer. */
static struct pollfd ask_input(const struct feeding *feeding)
{
	if (feeding->to < 0)
		return (struct pollfd){.fd = -1};
	return feeding->full ? (struct pollfd){.fd = feeding->to, .events = POLLOUT}
			     : (struct pollfd){.fd = feeding->from, .events = POLLIN};
}

static void take_input(struct feeding *feeding, short answer)
{
	if (feeding->to < 0)
		return;
	if (feeding->full && answer)
		feeding->full = false;
	else if (answer)
		feed(feeding);
	else if (feeding->draining && !feeding->full)
		close_fd(&feeding->to);
}

/* True: it ends with what has come so far. */
static bool can_drain(struct feeding *feeding, int signals)
{
	struct signalfd_siginfo signal;
	if (read(signals, &signal, sizeof signal) != sizeof signal || signal.ssi_signo != SIGTERM)
		return false;
	if (feeding->to < 0 || feeding->draining)
		return false;
	feeding->draining = true;
	return true;
}

/* Waits until there is something to do; of the pipes of a child that writes fast only after a rest. */
static int wait_for(struct pollfd fds[4], struct carried *output, const struct feeding *feeding)
{
	static const struct timespec rest = {.tv_nsec = REST_NS}, none = {0};
	bool drained = feeding->draining && feeding->to >= 0 && !feeding->full;
	bool rests = output->much && feeding->to < 0;
	output->much = false;
	if (rests)
		fds[0].fd = fds[1].fd = -1;
	return ppoll(fds, 4, rests ? &rest : drained ? &none : NULL, NULL);
}

/* Until both pipes have ended; false: a signal asked to stop. */
static bool carry_all(struct carried *output, struct carried *log, struct feeding *feeding, int signals)
{
	while (output->from >= 0 || log->from >= 0) {
		struct pollfd fds[4] = {{.fd = output->from, .events = POLLIN}, {.fd = log->from, .events = POLLIN},
			{.fd = signals, .events = POLLIN}, ask_input(feeding)};
		if (wait_for(fds, output, feeding) < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		if (fds[2].revents & POLLIN && !can_drain(feeding, signals))
			return false;
		if (fds[0].revents)
			carry(output);
		if (fds[1].revents)
			carry(log);
		take_input(feeding, fds[3].revents);
		if (output->error)
			close_fd(&log->from); /* the child learns that nobody reads any more */
	}
	return true;
}

static int judge_child(const struct redact_run *run, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_UNCONFINED)
		return cli_fail(CLI_ENVIRONMENT,
			"this machine offers no sandbox for reading unknown input; see: staunch doctor");
	if (WIFEXITED(status) && WEXITSTATUS(status) == ST_EXIT_MEMORY)
		return cli_fail(CLI_ENVIRONMENT, "out of memory: the output is not complete");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CLI_OK)
		return cli_fail(CLI_ENVIRONMENT, "the confined process was ended: the output is not complete");
	if (run->told->known_full)
		return cli_fail(CLI_INCOMPLETE,
			"the first pass found more names, domains and case numbers than %u: nothing is written",
			CEIL_REDACT_KNOWN);
	if (run->told->read_errno != 0)
		return cli_fail(CLI_WRONG, "cannot read the input to its end");
	return CLI_OK;
}

static int judge(const struct redact_run *run, const struct carried *output, const struct carried *log, int status)
{
	if (output->error != 0 && output->error != EPIPE)
		return cli_fail(CLI_ENVIRONMENT, "cannot write the output: %s", strerror(output->error));
	if (log->error != 0)
		return cli_fail(CLI_ENVIRONMENT, "cannot write the log: %s", strerror(log->error));
	if (output->error == EPIPE) /* a reader that has seen enough */
		return CLI_OK;
	return judge_child(run, status);
}

static int carry_and_judge(struct redact_run *run, pid_t pid, struct carried *output, struct carried *log,
	struct feeding *feeding, int signals)
{
	int status;
	bool stopped = !carry_all(output, log, feeding, signals);
	if (stopped || output->error != 0)
		kill(pid, SIGKILL);
	close_fd(&output->from);
	close_fd(&log->from);
	close_fd(&feeding->to);
	if (feeding->error != 0)
		run->told->read_errno = feeding->error;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cli_fail(CLI_ENVIRONMENT, "the confined process is lost");
	return stopped ? CLI_STOPPED : judge(run, output, log, status);
}

static bool make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	(void)fcntl(fds[0], F_SETPIPE_SZ, PIPE_BYTES);
	return true;
}

int redact_run(struct redact_run *run)
{
	int out[2] = {-1, -1}, log[2] = {-1, -1}, in[2] = {-1, -1};
	if (!make_pipe(out) || (run->log >= 0 && !make_pipe(log)) ||
		(run->options.by_line && !run->two_pass && !make_pipe(in)))
		return cli_fail(CLI_ENVIRONMENT, "cannot make a pipe");
	int signals = cli_hear_signals();
	pid_t pid = fork();
	if (pid < 0)
		return cli_fail(CLI_ENVIRONMENT, "cannot start a process");
	if (pid == 0) {
		close_fd(&out[0]);
		close_fd(&log[0]);
		close_fd(&in[1]);
		/* Who writes the lines must learn when the parent has ended: the child keeps no end of theirs. */
		if (in[0] >= 0 && (dup2(in[0], run->in) < 0 || dup2(in[0], STDIN_FILENO) < 0))
			_exit(CLI_ENVIRONMENT);
		close_fd(&in[0]);
		_exit(be_child(run, out[1], log[1]));
	}
	sodium_memzero(run->key, sizeof run->key);
	close_fd(&out[1]);
	close_fd(&log[1]);
	close_fd(&in[0]);
	struct feeding feeding = {.from = run->in, .to = in[1], .full = true};
	struct carried output = {.from = out[0],
			       .to = run->out,
			       .small = fcntl(out[0], F_GETPIPE_SZ) < (int)PIPE_BYTES},
		       logged = {.from = log[0], .to = run->log};
	int exit = carry_and_judge(run, pid, &output, &logged, &feeding, signals);
	close_fd(&signals);
	return exit;
}
