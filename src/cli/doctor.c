/* staunch doctor: what this machine has. It starts a worker as a scan would, because only that shows that it works. */
#include "base/ceilings.h"
#include "base/json_write.h"
#include "cli/cli.h"
#include "cli/doctor_portal.h"
#include "fetch/protocol.h"
#include "process/confine.h"
#include "process/git.h"
#include "process/helping.h"
#include "process/launcher.h"
#include "process/message.h"
#include "worker/protocol.h"

#include <idn2.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <utf8proc.h>

#define ANSWER_MS 10000

struct library {
	char name[24], version[40];
};

struct libraries {
	struct library list[16];
	size_t count;
};

struct helper_state {
	const char *name;
	char version[40];
	bool found, confined; /* confined: it ran in its jail and told its version */
};

struct doctor {
	struct confine_layers layers;
	bool worker_found, worker_confined;
	struct st_error error; /* why a worker does not start */
	unsigned processors;
	uint64_t memory_bytes;
	uint64_t memory_limit_bytes; /* of the control group; 0 none */
	struct libraries ours, worker, fetch, portal_libraries, resolver_libraries;
	struct doctor_portal portal, resolver;
	bool fetch_found, fetch_confined;
	bool audit_confined;
	char git_version[40]; /* of a git that ran in its jail; empty: none did */
	struct helper_state helpers[HELPERS - HELPER_WORKERS];
};

/* --- the machine --- */

static void add_library(struct libraries *libraries, const char *name, const char *version)
{
	if (libraries->count == sizeof libraries->list / sizeof libraries->list[0])
		return;
	struct library *library = &libraries->list[libraries->count++];
	snprintf(library->name, sizeof library->name, "%s", name);
	snprintf(library->version, sizeof library->version, "%s", version);
}

static void look_at_libraries(struct doctor *doctor)
{
	const struct scmp_version *seccomp = seccomp_version();
	st_auto_free char *seccomp_text = st_format("%u.%u.%u", seccomp->major, seccomp->minor, seccomp->micro);
	char pcre2_text[64] = "";
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= (int)sizeof pcre2_text)
		pcre2_config(PCRE2_CONFIG_VERSION, pcre2_text);
	pcre2_text[strcspn(pcre2_text, " ")] = 0; /* its date */
	add_library(&doctor->ours, "sqlite3", sqlite3_libversion());
	add_library(&doctor->ours, "libcrypto", OpenSSL_version(OPENSSL_VERSION_STRING));
	add_library(&doctor->ours, "libsodium", sodium_version_string());
	add_library(&doctor->ours, "libseccomp", seccomp_text);
	add_library(&doctor->ours, "libidn2", idn2_check_version(NULL));
	add_library(&doctor->ours, "utf8proc", utf8proc_version());
	add_library(&doctor->ours, "pcre2", pcre2_text);
}

/* Limit of the control group of a container, where it says one (Linux, cgroup-v2). */
static uint64_t group_memory_limit(void)
{
	FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
	unsigned long long limit = 0;
	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu", &limit) != 1)
		limit = 0;
	fclose(file);
	return limit;
}

static void look_at_machine(struct doctor *doctor)
{
	cpu_set_t set;
	long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
	doctor->processors = sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
	doctor->memory_bytes = pages > 0 && page_bytes > 0 ? (uint64_t)pages * (uint64_t)page_bytes : 0;
	doctor->memory_limit_bytes = group_memory_limit();
	doctor->layers = confine_available();
}

/* --- a worker, tried --- */

/* The first frame of a process, within ANSWER_MS. */
static bool first_answer(struct message_reader *reader, int socket, struct message *answer)
{
	struct pollfd ready = {.fd = socket, .events = POLLIN};
	if (poll(&ready, 1, ANSWER_MS) <= 0 || message_next(reader, answer) != MESSAGE_OK)
		return false;
	if (answer->fd >= 0)
		close(answer->fd);
	return true;
}

static void read_libraries(struct libraries *libraries, const struct message *answer)
{
	struct st_cursor in = {.at = answer->body.data, .end = answer->body.data + answer->body.size};
	struct st_span text = st_cursor_span(&in);
	st_auto_free char *copy = st_strndup((const char *)text.data, text.size);
	char *rest = copy;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *space = strchr(line, ' ');
		if (space == NULL)
			continue;
		*space = 0;
		add_library(libraries, line, space + 1);
	}
}

static enum st_status ask_about(struct doctor *doctor, struct launcher *launcher, struct st_error *err)
{
	uint32_t id;
	st_auto_close int socket = -1;
	struct message answer;
	ST_TRY(launcher_spawn(launcher, "about", &id, &socket, err));
	struct message_reader *reader = message_reader_open(socket);
	bool told = first_answer(reader, socket, &answer) && answer.type == WORKER_ABOUT;
	if (told)
		read_libraries(&doctor->worker, &answer);
	message_reader_close(reader);
	return told ? ST_OK : st_fail(err, ST_FATAL, "the worker program does not answer");
}

static enum st_status judge_ready(struct doctor *doctor, const struct message *answer, struct st_error *err)
{
	struct st_cursor in = {.at = answer->body.data, .end = answer->body.data + answer->body.size};
	if (answer->type == WORKER_ERROR) {
		struct st_span text = st_cursor_span(&in);
		return st_fail(err, ST_FATAL, "%.*s", (int)text.size, (const char *)text.data);
	}
	(void)st_cursor_byte(&in);
	doctor->worker_confined = answer->type == WORKER_READY && st_cursor_byte(&in) != 0;
	return doctor->worker_confined ? ST_OK : st_fail(err, ST_FATAL, "the worker is not confined");
}

static enum st_status try_worker(struct doctor *doctor, struct launcher *launcher, struct st_error *err)
{
	uint32_t id;
	st_auto_close int socket = -1;
	struct message answer;
	st_auto_buf struct st_buf start = {0};
	ST_TRY(launcher_spawn(launcher, "worker", &id, &socket, err));
	st_buf_add_byte(&start, 0);
	st_buf_add_u64(&start, CEIL_WORKER_MEMORY_BYTES);
	/* No regions, own domains, volatile fields, format, rules, fields of units and their units. */
	for (int i = 0; i < 7; i++)
		st_buf_add_u32(&start, 0);
	struct message_reader *reader = message_reader_open(socket);
	enum st_status status = ST_FATAL;
	if (message_send(socket, WORKER_START, start.data, start.size, -1) != 0 ||
		!first_answer(reader, socket, &answer))
		st_fail(err, ST_FATAL, "the worker ends or does not answer");
	else
		status = judge_ready(doctor, &answer, err);
	message_reader_close(reader);
	return status;
}

/* --- the role that reads configurations, and git for it, tried --- */

/* It starts and confines itself; it is given no file. */
static void try_audit(struct doctor *doctor, struct launcher *launcher)
{
	uint32_t id;
	st_auto_close int socket = -1;
	struct message answer;
	st_auto_buf struct st_buf start = {0};
	if (launcher_spawn(launcher, "audit", &id, &socket, NULL) != ST_OK)
		return;
	st_buf_add_byte(&start, 0);
	st_buf_add_u64(&start, CEIL_WORKER_MEMORY_BYTES);
	st_buf_add_byte(&start, 0);
	st_buf_add_u32(&start, 1); /* one snapshot, without a name */
	st_buf_add_u32(&start, 0);
	st_buf_add_byte(&start, 0);
	struct message_reader *reader = message_reader_open(socket);
	if (message_send(socket, WORKER_AUDIT_START, start.data, start.size, -1) == 0 &&
		first_answer(reader, socket, &answer) && answer.type == WORKER_READY) {
		struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
		(void)st_cursor_byte(&in);
		doctor->audit_confined = st_cursor_byte(&in) != 0;
	}
	message_reader_close(reader);
}

/* "git version 2.39.5" */
static void try_git(struct doctor *doctor)
{
	static const char front[] = "git version ";
	static const char *const arguments[] = {"version", NULL};
	struct git git = {.limit_bytes = 4 * KIB};
	st_auto_buf struct st_buf said = {0};
	if (git_ask(&git, arguments, (struct st_span){NULL, 0}, &said, NULL) != ST_OK || said.size < sizeof front ||
		memcmp(said.data, front, sizeof front - 1) != 0)
		return;
	st_buf_add_byte(&said, 0);
	const char *version = (const char *)said.data + sizeof front - 1;
	snprintf(doctor->git_version, sizeof doctor->git_version, "%.*s", (int)strspn(version, "0123456789."), version);
}

/* --- fetch, tried --- */

/* It starts, confines itself and says which libcurl it has; it is asked for nothing. */
static void try_fetch(struct doctor *doctor, struct launcher *launcher)
{
	uint32_t id;
	st_auto_close int socket = -1;
	struct message answer;
	st_auto_buf struct st_buf start = {0};
	if (launcher_spawn(launcher, "fetch", &id, &socket, NULL) != ST_OK)
		return;
	st_buf_add_byte(&start, 0);
	st_buf_add_u64(&start, CEIL_FETCH_MEMORY_BYTES);
	for (int i = 0; i < 4; i++) /* nobody asks, no certificates of its own, no ports */
		st_buf_add_u32(&start, 0);
	struct message_reader *reader = message_reader_open(socket);
	if (message_send(socket, FETCH_START, start.data, start.size, -1) == 0 &&
		first_answer(reader, socket, &answer) && answer.type == FETCH_READY) {
		struct st_cursor in = {.at = answer.body.data, .end = answer.body.data + answer.body.size};
		(void)st_cursor_byte(&in);
		doctor->fetch_confined = st_cursor_byte(&in) != 0;
		struct st_span version = st_cursor_span(&in);
		st_auto_free char *text = st_strndup((const char *)version.data, in.bad ? 0 : version.size);
		add_library(&doctor->fetch, "libcurl", text);
	}
	message_reader_close(reader);
}

/* --- helpers, tried --- */

static bool wait_for_helper(struct launcher *launcher, struct helping *helping, struct helping_result *result)
{
	struct pollfd ready = {.fd = launcher_fd(launcher), .events = POLLIN};
	struct launcher_exit ended;
	while (helping->running && poll(&ready, 1, ANSWER_MS) > 0)
		while (helping->running && launcher_next_exit(launcher, &ended))
			if (ended.id == helping->id)
				*result = helping_ended(helping, ended.wait_status);
	return !helping->running;
}

/* "NAME version 1.2.3" on whichever output the program uses for it. */
static void read_version(const struct helping_result *result, struct helper_state *state)
{
	char text[400] = "";
	ssize_t got = result->output_bytes > 0 ? pread(result->output, text, sizeof text - 1, 0)
					       : read(result->errors, text, sizeof text - 1);
	const char *at = got > 0 ? strstr(text, "version ") : NULL;
	size_t size = at != NULL ? strspn(at + 8, "0123456789.") : 0;
	if (size > 0 && size < sizeof state->version)
		memcpy(state->version, at + 8, size);
	state->confined = result->how == HELPED && size > 0;
}

static void look_at_helper(struct launcher *launcher, enum helper helper, struct helper_state *state)
{
	struct helping helping = {0};
	struct helping_result result;
	state->name = helper_program(helper);
	helping_input(&helping, HELPING_BEGIN, (struct st_span){NULL, 0});
	if (helping_start(&helping, launcher, helper, 0, &result, NULL) == ST_OK) {
		state->found = helping.running;
		if (helping.running && wait_for_helper(launcher, &helping, &result))
			read_version(&result, state);
	}
	helping_close(&helping, launcher);
}

static void look_at_helpers(struct doctor *doctor, struct launcher *launcher)
{
	for (int i = 0; i < HELPERS - HELPER_WORKERS; i++)
		look_at_helper(launcher, (enum helper)(HELPER_WORKERS + i), &doctor->helpers[i]);
}

static enum st_status look_at_worker(struct doctor *doctor, struct st_error *err)
{
	st_auto_free char *path = cli_worker_path(err);
	if (path == NULL)
		return ST_FATAL;
	doctor->worker_found = true;
	try_git(doctor);
	st_auto_free char *fetch = cli_fetch_path(NULL);
	doctor->fetch_found = fetch != NULL;
	struct launcher *launcher = NULL;
	ST_TRY(launcher_start_with_fetch(path, fetch, true, &launcher, err));
	enum st_status status = try_worker(doctor, launcher, err);
	if (status == ST_OK)
		status = ask_about(doctor, launcher, err);
	try_audit(doctor, launcher);
	if (doctor->fetch_found)
		try_fetch(doctor, launcher);
	look_at_helpers(doctor, launcher);
	launcher_stop(launcher);
	return status;
}

/* --- told --- */

static const struct {
	const char *name;
	uint64_t value;
	const char *unit;
} ceilings[] = {
	{"worker memory", CEIL_WORKER_MEMORY_BYTES, "bytes"},
	{"objects per worker", CEIL_WORKER_OBJECTS, "objects"},
	{"time without progress", CEIL_STALL_MS, "ms"},
	{"containers in containers", CEIL_NESTING_DEPTH, "levels"},
	{"entries of one archive", CEIL_ARCHIVE_ENTRIES, "entries"},
	{"expanded size of one object", CEIL_EXPANDED_BYTES, "bytes"},
	{"expansion beyond that", CEIL_EXPANDED_FACTOR, "times"},
	{"ratio of a bomb", CEIL_RATIO, "times"},
	{"nested archive in memory", CEIL_SPOOL_BYTES, "bytes"},
	{"levels of JSON", CEIL_JSON_DEPTH, "levels"},
	{"helper memory", CEIL_HELPER_MEMORY_BYTES, "bytes"},
	{"helper processor time", CEIL_HELPER_CPU_S * 1000, "ms"},
	{"document for helpers", CEIL_HELPER_INPUT_BYTES, "bytes"},
	{"output of a helper", CEIL_HELPER_OUTPUT_BYTES, "bytes"},
	{"memory of the network role", CEIL_FETCH_MEMORY_BYTES, "bytes"},
	{"headers of an answer", CEIL_ANSWER_HEADER_BYTES, "bytes"},
	{"body of an answer", CEIL_ANSWER_BODY_BYTES, "bytes"},
	{"one request", CEIL_REQUEST_MS, "ms"},
	{"requests for a target", CEIL_TARGET_REQUESTS, "requests"},
};

#define CEILINGS (sizeof ceilings / sizeof ceilings[0])

static void add_libraries_json(struct st_json_writer *w, const char *key, const struct libraries *libraries)
{
	st_json_key(w, key);
	st_json_array(w);
	for (size_t i = 0; i < libraries->count; i++) {
		st_json_object(w);
		st_json_key_text(w, "name", libraries->list[i].name);
		st_json_key_text(w, "version", libraries->list[i].version);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void add_layers_json(struct st_json_writer *w, const struct doctor *doctor)
{
	st_json_key(w, "sandbox");
	st_json_object(w);
	st_json_key_bool(w, "seccomp", doctor->layers.seccomp);
	st_json_key_uint(w, "landlock_abi", (uint64_t)doctor->layers.landlock_abi);
	st_json_key_bool(w, "no_new_privs", doctor->layers.no_new_privs);
	st_json_object_end(w);
	st_json_key(w, "worker");
	st_json_object(w);
	st_json_key_bool(w, "found", doctor->worker_found);
	st_json_key_bool(w, "confined", doctor->worker_confined);
	st_json_key_text(w, "error", doctor->error.status == ST_OK ? NULL : doctor->error.what);
	st_json_object_end(w);
	st_json_key(w, "fetch");
	st_json_object(w);
	st_json_key_bool(w, "found", doctor->fetch_found);
	st_json_key_bool(w, "confined", doctor->fetch_confined);
	st_json_object_end(w);
	st_json_key(w, "portal");
	st_json_object(w);
	st_json_key_bool(w, "found", doctor->portal.found);
	st_json_key_bool(w, "confined", doctor->portal.confined);
	st_json_key_bool(w, "keyholder_confined", doctor->portal.keyholder_confined);
	st_json_key_bool(w, "courier_confined", doctor->portal.courier_confined);
	st_json_object_end(w);
	st_json_key(w, "resolver");
	st_json_object(w);
	st_json_key_bool(w, "found", doctor->resolver.found);
	st_json_key_bool(w, "confined", doctor->resolver.confined);
	st_json_object_end(w);
	st_json_key(w, "audit");
	st_json_object(w);
	st_json_key_bool(w, "confined", doctor->audit_confined);
	st_json_key_text(w, "git", doctor->git_version[0] != 0 ? doctor->git_version : NULL);
	st_json_object_end(w);
}

static void add_helpers_json(struct st_json_writer *w, const struct doctor *doctor)
{
	st_json_key(w, "helpers");
	st_json_array(w);
	for (size_t i = 0; i < HELPERS - HELPER_WORKERS && doctor->helpers[i].name != NULL; i++) {
		const struct helper_state *helper = &doctor->helpers[i];
		st_json_object(w);
		st_json_key_text(w, "name", helper->name);
		st_json_key_bool(w, "found", helper->found);
		st_json_key_text(w, "version", helper->version[0] != 0 ? helper->version : NULL);
		st_json_key_bool(w, "confined", helper->confined);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void add_ceilings_json(struct st_json_writer *w)
{
	st_json_key(w, "ceilings");
	st_json_array(w);
	for (size_t i = 0; i < CEILINGS; i++) {
		st_json_object(w);
		st_json_key_text(w, "name", ceilings[i].name);
		st_json_key_uint(w, "value", ceilings[i].value);
		st_json_key_text(w, "unit", ceilings[i].unit);
		st_json_object_end(w);
	}
	st_json_array_end(w);
}

static void tell_json(const struct doctor *doctor, struct st_buf *out)
{
	struct st_json_writer w = {.out = out, .indent = 2};
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.doctor/1");
	st_json_key_text(&w, "version", STAUNCH_VERSION);
	add_layers_json(&w, doctor);
	st_json_key(&w, "machine");
	st_json_object(&w);
	st_json_key_uint(&w, "processors", doctor->processors);
	st_json_key_uint(&w, "memory_bytes", doctor->memory_bytes);
	st_json_key(&w, "memory_limit_bytes");
	if (doctor->memory_limit_bytes > 0)
		st_json_uint(&w, doctor->memory_limit_bytes);
	else
		st_json_null(&w);
	st_json_object_end(&w);
	st_json_key(&w, "libraries");
	st_json_object(&w);
	add_libraries_json(&w, "staunch", &doctor->ours);
	add_libraries_json(&w, "staunch-worker", &doctor->worker);
	add_libraries_json(&w, "staunch-fetch", &doctor->fetch);
	add_libraries_json(&w, "staunch-portal", &doctor->portal_libraries);
	add_libraries_json(&w, "staunch-resolver", &doctor->resolver_libraries);
	st_json_object_end(&w);
	add_helpers_json(&w, doctor);
	add_ceilings_json(&w);
	st_json_object_end(&w);
	st_buf_add_byte(out, '\n');
}

static void line(struct st_buf *out, const char *name, char *text)
{
	st_auto_free char *value = text;
	st_auto_free char *row = st_format("  %-28s %s\n", name, value);
	st_buf_add(out, row, strlen(row));
}

static void heading(struct st_buf *out, const char *text)
{
	st_buf_add(out, text, strlen(text));
	st_buf_add_byte(out, '\n');
}

static char *amount(uint64_t value, const char *unit)
{
	bool bytes = strcmp(unit, "bytes") == 0;
	if (bytes && value >= GIB)
		return st_format("%.1f GiB", (double)value / (double)GIB);
	if (bytes && value >= MIB)
		return st_format("%.0f MiB", (double)value / (double)MIB);
	if (strcmp(unit, "ms") == 0)
		return st_format("%.0f s", (double)value / 1000);
	return st_format("%llu %s", (unsigned long long)value, unit);
}

static void tell_libraries(struct st_buf *out, const char *title, const struct libraries *libraries)
{
	if (libraries->count == 0)
		return;
	heading(out, title);
	for (size_t i = 0; i < libraries->count; i++)
		line(out, libraries->list[i].name, st_format("%s", libraries->list[i].version));
}

static void tell_sandbox(struct st_buf *out, const struct doctor *doctor)
{
	int abi = doctor->layers.landlock_abi;
	heading(out, "sandbox");
	line(out, "seccomp", st_format("%s", doctor->layers.seccomp ? "yes" : "no"));
	line(out, "Landlock", abi > 0 ? st_format("yes, ABI %d", abi) : st_format("no: the second wall is missing"));
	line(out, "no_new_privs", st_format("%s", doctor->layers.no_new_privs ? "yes" : "no"));
	heading(out, "worker");
	line(out, "program", st_format("%s", doctor->worker_found ? "found" : "not found"));
	line(out, "a worker starts confined", doctor->worker_confined ? st_format("yes") : st_format("no"));
	line(out, "the network role",
		st_format("%s", !doctor->fetch_found     ? "not found: nothing can be checked"
				: doctor->fetch_confined ? "starts confined"
							 : "does not start confined"));
	line(out, "the portal's program",
		st_format("%s", !doctor->portal.found     ? "not found: no pages"
				: doctor->portal.confined ? "starts confined"
							  : "does not start confined"));
	line(out, "the keyholder",
		st_format("%s confined", doctor->portal.keyholder_confined ? "starts" : "does not start"));
	line(out, "the courier, for mails",
		st_format("%s confined", doctor->portal.courier_confined ? "starts" : "does not start"));
	line(out, "the resolver of the portal",
		st_format("%s", !doctor->resolver.found     ? "not found: no domain is proven"
				: doctor->resolver.confined ? "starts confined"
							    : "does not start confined"));
	line(out, "the role for configurations",
		st_format("%s", doctor->audit_confined ? "starts confined" : "does not start confined"));
	line(out, "git, for audit --git",
		doctor->git_version[0] != 0 ? st_format("%s, runs confined", doctor->git_version)
					    : st_format("not found, or does not run confined"));
	if (doctor->error.status != ST_OK)
		line(out, "why not", st_format("%s", doctor->error.what));
}

static void tell_helpers(struct st_buf *out, const struct doctor *doctor)
{
	heading(out, "helper programs");
	for (size_t i = 0; i < HELPERS - HELPER_WORKERS && doctor->helpers[i].name != NULL; i++) {
		const struct helper_state *helper = &doctor->helpers[i];
		line(out, helper->name,
			!helper->found     ? st_format("not found: PDF files are not read, or not whole")
			: helper->confined ? st_format("%s, runs confined", helper->version)
					   : st_format("found, but does not run confined"));
	}
}

static void tell_text(const struct doctor *doctor, struct st_buf *out)
{
	heading(out, "staunch " STAUNCH_VERSION);
	tell_sandbox(out, doctor);
	heading(out, "machine");
	line(out, "processors", st_format("%u", doctor->processors));
	line(out, "memory", amount(doctor->memory_bytes, "bytes"));
	if (doctor->memory_limit_bytes > 0)
		line(out, "memory limit here", amount(doctor->memory_limit_bytes, "bytes"));
	tell_libraries(out, "libraries of staunch", &doctor->ours);
	tell_libraries(out, "libraries of staunch-worker", &doctor->worker);
	tell_libraries(out, "libraries of staunch-fetch", &doctor->fetch);
	tell_libraries(out, "libraries of staunch-portal", &doctor->portal_libraries);
	tell_libraries(out, "libraries of staunch-resolver", &doctor->resolver_libraries);
	tell_helpers(out, doctor);
	heading(out, "ceilings");
	for (size_t i = 0; i < CEILINGS; i++)
		line(out, ceilings[i].name, amount(ceilings[i].value, ceilings[i].unit));
}

static int run(const struct cli_arguments *arguments)
{
	const char *format = cli_value(arguments, "format");
	bool json = format != NULL && strcmp(format, "json") == 0;
	if (format != NULL && !json && strcmp(format, "text") != 0)
		return cli_fail(CLI_WRONG, "--format is text or json");
	struct doctor doctor = {0};
	st_auto_buf struct st_buf out = {0};
	/* The launcher is forked first, as in a scan. */
	if (look_at_worker(&doctor, &doctor.error) != ST_OK && doctor.error.status == ST_OK)
		st_fail(&doctor.error, ST_FATAL, "the worker program is not found");
	doctor_portal(&doctor.portal);
	if (doctor.portal.version[0] != 0)
		add_library(&doctor.portal_libraries, "libevent", doctor.portal.version);
	doctor_resolver(&doctor.resolver);
	if (doctor.resolver.version[0] != 0)
		add_library(&doctor.resolver_libraries, "libunbound", doctor.resolver.version);
	look_at_machine(&doctor);
	look_at_libraries(&doctor);
	if (json)
		tell_json(&doctor, &out);
	else
		tell_text(&doctor, &out);
	fwrite(out.data, 1, out.size, stdout);
	return doctor.layers.seccomp && doctor.worker_confined ? CLI_OK : CLI_ENVIRONMENT;
}

static const struct cli_option options[] = {
	{"format", 0, "FORMAT", "text or json", false, false},
	{0},
};

const struct cli_command cli_command_doctor = {
	.name = "doctor",
	.summary = "which sandbox layers, libraries and limits does this machine have?",
	.operands = "",
	.options = options,
	.run = run,
};
