/*
 * `staunch audit`: would this configuration open it? Files are opened here and read in the jail of a worker in the role
 * `audit`, because a gate reads what a pull request says; what comes back is rows, checked and printed escaped.
 */
#include "cli/audit.h"

#include "audit/flows.h"
#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/report.h"
#include "process/confine.h"
#include "process/launcher.h"
#include "process/message.h"
#include "worker/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the verdict of the command --- */

/* Ports that are made for the public, and protocols that carry neither data nor administration. What is known to keep
 * data is neither, whatever its port. */
static bool is_public_service(const struct audit_exposure *exposure)
{
	if (exposure->protocol == AUDIT_PROTOCOL_ANY || exposure->service.size > 0)
		return false;
	if (exposure->protocol > AUDIT_PROTOCOL_UDP)
		return true;
	for (uint32_t i = 0; i < exposure->port_count; i++) {
		struct audit_range range = exposure->ports[i];
		if (range.low != range.high || (range.low != 80 && range.low != 443))
			return false;
	}
	return true;
}

/* Nobody has answered for it: what an exception covers is no finding until it expires, and then it is one again,
 * however long it has been open. */
static bool is_new(const struct audit_exposure *exposure)
{
	return exposure->excepted == AUDIT_EXCEPTION_EXPIRED ||
	       (exposure->excepted == AUDIT_NOT_EXCEPTED && !exposure->known_before);
}

bool audit_fails(const struct audit_run *run, const struct audit_exposure *exposure)
{
	return exposure->verdict == AUDIT_OPEN && is_new(exposure) && run->fail_on[exposure->class] &&
	       !is_public_service(exposure);
}

bool audit_in_doubt(const struct audit_run *run, const struct audit_exposure *exposure)
{
	return exposure->verdict == AUDIT_CANNOT_TELL && is_new(exposure) && run->fail_on[exposure->class] &&
	       !is_public_service(exposure);
}

int audit_exit(const struct audit_run *run)
{
	bool doubt = run->result.cannot_tell.count > 0;
	for (uint32_t i = 0; i < run->result.exposure_count; i++) {
		if (audit_fails(run, &run->result.exposures[i]))
			return CLI_FOUND;
		doubt |= audit_in_doubt(run, &run->result.exposures[i]);
	}
	return doubt && !run->allow_unknown ? CLI_INCOMPLETE : CLI_OK;
}

/* --- asking the worker --- */

/* The next frame; any wait is bounded. */
static enum st_status next_frame(struct message_reader *reader, int socket, struct message *out, struct st_error *err)
{
	struct pollfd ready = {.fd = socket, .events = POLLIN};
	for (;;) {
		enum message_result result = message_next(reader, out);
		if (result == MESSAGE_OK && out->fd >= 0)
			close(out->fd);
		if (result == MESSAGE_OK)
			return ST_OK;
		if (result != MESSAGE_AGAIN)
			return st_fail(err, ST_FATAL, "the worker ended before it answered");
		int polled = poll(&ready, 1, CEIL_AUDIT_MS);
		if (polled == 0)
			return st_fail(err, ST_FATAL, "the audit takes longer than any should");
		if (polled < 0 && errno != EINTR)
			return st_fail_errno(err, ST_FATAL, "the worker cannot be heard");
	}
}

/* Frames that end everything, in whatever state. */
static enum st_status judge(const struct message *message, const char *file, struct st_error *err)
{
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	if (message->type == WORKER_FORBIDDEN)
		return st_fail(err, ST_FATAL, "the worker was ended by its jail: system call %s",
			confine_syscall_name((int)st_cursor_u32(&in)));
	if (message->type == WORKER_ERROR) {
		struct st_span text = st_cursor_span(&in);
		return st_fail(err, ST_FATAL, "%.*s", (int)text.size, (const char *)text.data);
	}
	if (message->type != WORKER_AUDIT_WRONG)
		return ST_OK;
	enum st_status status = st_cursor_byte(&in) == ST_WRONG ? ST_WRONG : ST_FATAL;
	struct st_span text = st_cursor_span(&in);
	if (file == NULL)
		return st_fail(err, status, "%.*s", (int)text.size, (const char *)text.data);
	return st_fail(err, status, "%s: %.*s", file, (int)text.size, (const char *)text.data);
}

static enum st_status expect(struct message_reader *reader, int socket, uint32_t type, const char *file,
	struct message *message, struct st_error *err)
{
	ST_TRY(next_frame(reader, socket, message, err));
	ST_TRY(judge(message, file, err));
	return message->type == type ? ST_OK : st_fail(err, ST_FATAL, "the worker does not keep to the protocol");
}

/* Content of a commit, in memory. */
static int open_content(struct st_span content, struct st_error *err)
{
	int fd = memfd_create("content", MFD_CLOEXEC);
	if (fd >= 0 && st_write_full(fd, content.data, content.size) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	st_fail_errno(err, ST_FATAL, "no memory for a file of the repository");
	if (fd >= 0)
		close(fd);
	return -1;
}

static int open_file(const char *path, struct st_error *err)
{
	struct stat about;
	if (strcmp(path, "-") == 0)
		return dup(STDIN_FILENO);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		st_fail_errno(err, ST_WRONG, "cannot open %s", path);
	} else if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
		st_fail(err, ST_WRONG, "%s is a folder; name the files in it", path);
		close(fd);
		fd = -1;
	}
	return fd;
}

static enum st_status send_file(const struct audit_run *run, uint32_t number, uint32_t snapshot,
	struct message_reader *reader, int socket, struct st_error *err)
{
	struct message message;
	st_auto_buf struct st_buf body = {0};
	const struct audit_file *file = &run->files[number];
	st_auto_close int fd =
		file->content.data != NULL ? open_content(file->content, err) : open_file(file->path, err);
	if (fd < 0)
		return err->status;
	st_buf_add_u32(&body, number);
	st_buf_add_u32(&body, snapshot);
	st_buf_add_span(&body, run->files[number].path, strlen(run->files[number].path));
	if (message_send(socket, WORKER_AUDIT_FILE, body.data, body.size, fd) != 0)
		return st_fail(err, ST_FATAL, "the worker is gone");
	st_auto_free char *name = run->commits ? st_format("%.12s:%s", run->labels[file->snapshot], file->path)
					       : st_format("%s", file->path);
	return expect(reader, socket, WORKER_AUDIT_TOOK, name, &message, err);
}

static enum st_status send_aside(
	const char *path, enum audit_flows_kind kind, struct message_reader *reader, int socket, struct st_error *err)
{
	struct message message;
	st_auto_buf struct st_buf body = {0};
	st_auto_close int fd = path != NULL ? open_file(path, err) : -1;
	if (path == NULL)
		return ST_OK;
	if (fd < 0)
		return err->status;
	st_buf_add_byte(&body, (uint8_t)kind);
	st_buf_add_u64(&body, (uint64_t)st_utc_seconds());
	if (message_send(socket, WORKER_AUDIT_ASIDE, body.data, body.size, fd) != 0)
		return st_fail(err, ST_FATAL, "the worker is gone");
	return expect(reader, socket, WORKER_AUDIT_TOOK, path, &message, err);
}

static enum st_status take_answer(
	struct audit_run *run, struct message_reader *reader, int socket, struct st_error *err)
{
	struct message message;
	if (message_send(socket, WORKER_AUDIT_TELL, "", 0, -1) != 0)
		return st_fail(err, ST_FATAL, "the worker is gone");
	for (;;) {
		ST_TRY(next_frame(reader, socket, &message, err));
		ST_TRY(judge(&message, NULL, err));
		if (message.type == WORKER_AUDIT_DONE)
			break;
		if (message.type == WORKER_AUDIT_SIDES && !run->sides)
			return st_fail(err, ST_RETRY, "a plan is to be read twice");
		if (message.type != WORKER_AUDIT_ANSWER ||
			run->answer.size + message.body.size > CEIL_AUDIT_ANSWER_BYTES)
			return st_fail(err, ST_FATAL, "the worker does not keep to the protocol");
		st_buf_add(&run->answer, message.body.data, message.body.size);
	}
	return audit_result_decode(
		(struct st_span){run->answer.data, run->answer.size}, run->file_count, &run->result, err);
}

static void add_start(const struct audit_run *run, bool unconfined, struct st_buf *start)
{
	st_buf_add_byte(start, unconfined);
	st_buf_add_u64(start, CEIL_WORKER_MEMORY_BYTES);
	st_buf_add_byte(start, run->compare || run->sides);
	st_buf_add_u32(start, run->sides ? 2 : run->snapshot_count);
	for (uint32_t i = 0; i < run->snapshot_count || (run->sides && i < 2); i++)
		st_buf_add_span(start, run->labels[i], run->sides ? 0 : strlen(run->labels[i]));
	st_buf_add_byte(start, run->sides);
}

static enum st_status converse(
	struct audit_run *run, struct message_reader *reader, int socket, bool unconfined, struct st_error *err)
{
	struct message message;
	st_auto_buf struct st_buf start = {0};
	add_start(run, unconfined, &start);
	if (message_send(socket, WORKER_AUDIT_START, start.data, start.size, -1) != 0)
		return st_fail(err, ST_FATAL, "the worker is gone");
	ST_TRY(expect(reader, socket, WORKER_READY, NULL, &message, err));
	ST_TRY(send_aside(run->exceptions, AUDIT_EXCEPTIONS, reader, socket, err));
	ST_TRY(send_aside(run->keep, AUDIT_KEEP, reader, socket, err));
	ST_TRY(send_aside(run->activity_log, AUDIT_ACTIVITY_LOG, reader, socket, err));
	for (uint32_t side = 0; side <= run->sides; side++)
		for (uint32_t i = 0; i < run->file_count; i++)
			ST_TRY(send_file(run, i, run->sides ? side : run->files[i].snapshot, reader, socket, err));
	return take_answer(run, reader, socket, err);
}

static enum st_status ask_worker(
	struct audit_run *run, struct launcher *launcher, bool unconfined, struct st_error *err)
{
	uint32_t id;
	st_auto_close int socket = -1;
	ST_TRY(launcher_spawn(launcher, "audit", &id, &socket, err));
	fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
	struct message_reader *reader = message_reader_open(socket);
	enum st_status status = converse(run, reader, socket, unconfined, err);
	message_reader_close(reader);
	launcher_kill(launcher, id);
	return status;
}

static enum st_status ask(struct audit_run *run, bool unconfined, struct st_error *err)
{
	st_auto_free char *path = cli_worker_path(err);
	struct launcher *launcher = NULL;
	if (path == NULL)
		return ST_FATAL;
	ST_TRY(unconfined ? launcher_start_unconfined(path, &launcher, err) : launcher_start(path, &launcher, err));
	enum st_status status = ask_worker(run, launcher, unconfined, err);
	run->sides = status == ST_RETRY;
	if (status == ST_RETRY)
		status = ask_worker(run, launcher, unconfined, err);
	launcher_stop(launcher);
	return status;
}

/* --- the command --- */

static bool read_classes(const struct cli_arguments *arguments, struct audit_run *run)
{
	const char *const *values = cli_values(arguments, "fail-on");
	if (values[0] == NULL) {
		run->fail_on[AUDIT_ANY] = run->fail_on[AUDIT_BROAD] = run->fail_on[AUDIT_SHARED] = true;
		return true;
	}
	for (size_t i = 0; values[i] != NULL; i++) {
		bool known = false;
		for (int class = AUDIT_SHARED; class < AUDIT_CLASSES; class ++) {
			if (strcmp(values[i], audit_class_name((enum audit_class) class)) != 0)
				continue;
			run->fail_on[class] = known = true;
		}
		if (!known) {
			cli_fail(CLI_WRONG, "--fail-on takes any, broad, shared");
			return false;
		}
	}
	return true;
}

static const struct {
	const char *name;
	void (*write)(const struct audit_run *run, struct st_buf *out);
} formats[] = {{"text", audit_write_text}, {"json", audit_write_json}, {"sarif", audit_write_sarif},
	{"junit", audit_write_junit}};

/* -1: none of them. */
static int format_of(const struct cli_arguments *arguments)
{
	const char *name = cli_value(arguments, "format");
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (name == NULL || strcmp(name, formats[i].name) == 0)
			return (int)i;
	return -1;
}

void audit_flush(const struct audit_run *run)
{
	struct audit_output *output = run->output;
	if (output == NULL)
		return;
	if (output->status == ST_OK)
		output->status = report_output_flush(output->to, false, &output->err);
	if (output->status != ST_OK) /* nobody reads any more, or nobody can */
		output->to->buf.size = 0;
}

static int print(const struct cli_arguments *arguments, struct audit_run *run, int format)
{
	struct st_error err = {0};
	struct report_output output;
	struct audit_output written = {.to = &output};
	const char *path = cli_value(arguments, "output");
	if (report_output_open(&output, path, &err) != ST_OK)
		return cli_fail_error(&err);
	run->colour = output.path == NULL && output.fd == STDOUT_FILENO && cli_colour(STDOUT_FILENO);
	run->output = &written;
	formats[format].write(run, &output.buf);
	run->output = NULL;
	bool failed = written.status == ST_FATAL;
	if (report_output_close(&output, !failed, &err) == ST_FATAL || failed)
		return cli_fail_error(failed ? &written.err : &err);
	return audit_exit(run);
}

/* The case first: what cannot be kept there is not told as if it were. */
static int keep_and_print(const struct cli_arguments *arguments, struct audit_run *run, int format)
{
	struct st_error err = {0};
	const char *path = cli_value(arguments, "case");
	if (path != NULL && audit_keep_in_case(run, path, cli_value(arguments, "case-key"), &err) != ST_OK)
		return cli_fail_error(&err);
	return print(arguments, run, format);
}

static int run_audit(const struct cli_arguments *arguments)
{
	struct st_error err = {0};
	struct audit_run run = {0};
	int format = format_of(arguments);
	if (format < 0)
		return cli_fail(CLI_WRONG, "--format is one of text, json, sarif, junit");
	if (!read_classes(arguments, &run))
		return CLI_WRONG;
	int exit;
	if (!audit_collect(arguments, &run, &exit)) {
		audit_forget(&run);
		return exit;
	}
	run.exceptions = cli_value(arguments, "exceptions");
	run.keep = cli_value(arguments, "keep");
	run.activity_log = cli_value(arguments, "activity-log");
	run.allow_unknown = cli_has(arguments, "allow-unknown");
	exit = ask(&run, cli_has(arguments, "unconfined"), &err) == ST_OK ? keep_and_print(arguments, &run, format)
									  : cli_fail_error(&err);
	audit_result_free(&run.result);
	st_buf_free(&run.answer);
	audit_forget(&run);
	return exit;
}

static const struct cli_option options[] = {
	{.name = "baseline",
		.argument = "FILE",
		.help = "the configuration before: only what is newly reachable fails",
		.repeats = true},
	{.name = "inventory",
		.argument = "FILE",
		.help = "what answers behind which interface or group, by which configuration",
		.repeats = true},
	{.name = "git",
		.argument = "RANGE",
		.help = "FILEs as of two commits (A..B, A...B): what is newly reachable, and which commit did it"},
	{.name = "history", .argument = "DIR", .help = "snapshots whose names have a date (2019-12-05): since when"},
	{.name = "exceptions",
		.argument = "FILE",
		.help = "what somebody answers for, until a day; see staunch-audit(1)"},
	{.name = "activity-log",
		.argument = "FILE",
		.help = "export of the Azure Activity Log: at which moment it was opened and closed"},
	{.name = "keep", .argument = "FILE", .help = "flows that no fix may break; see staunch-audit(1)"},
	{.name = "case", .argument = "FILE", .help = "keep in this case what is or was open, and what opened it"},
	{.name = "case-key", .argument = "FILE", .help = "the key of that case (FILE.key beside it)"},
	{.name = "fail-on",
		.argument = "CLASS,...",
		.help = "what ends with 1: any, broad, shared (all three unless given)",
		.repeats = true},
	{.name = "allow-unknown", .help = "what cannot be told does not end with 3"},
	{.name = "format", .argument = "NAME", .help = "text, json, sarif or junit"},
	{.name = "output", .letter = 'o', .argument = "FILE", .help = "write there instead of to standard output"},
	{.name = "unconfined", .help = "read the input without a sandbox", .hidden = true},
	{0},
};

const struct cli_command cli_command_audit = {
	.name = "audit",
	.summary = "would this configuration open it? from exports and templates alone",
	.operands = "[FILE...]",
	.operands_min = 0,
	.operands_max = -1,
	.options = options,
	.run = run_audit,
};
