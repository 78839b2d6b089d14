/*
 * staunch keyholder: the process that has the seal key, and nothing else: no case, no index, no network. Two sockets:
 * one for the portal, one for courier and resolver. With --smtp or --resolve this process has no key: it starts
 * keyholder, courier and resolver, each by itself, and starts again what ends. The operator's questions (--wishes,
 * --allow) are asked of the same state file, also while the keyholder runs.
 */
#include "cli/cli.h"
#include "cli/roles.h"

#include "base/clock.h"
#include "base/print.h"
#include "casefile/key_file.h"
#include "portal/keyholder.h"
#include "process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WAITING_CONNECTIONS 64
#define MEMORY_BYTES (512 * MIB)

struct running {
	const struct cli_arguments *arguments;
	struct key_file key;
	struct keyholder_options options;
	char *state, *errands;
	struct keyholder *keyholder;
	struct keyholder_sockets sockets;
};

/* --- sockets --- */

static enum st_status make_address(const char *path, struct sockaddr_un *out, struct st_error *err)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof out->sun_path)
		return st_fail(err, ST_WRONG, "the path of a socket has at most %zu bytes", sizeof out->sun_path - 1);
	memcpy(out->sun_path, path, strlen(path) + 1);
	return ST_OK;
}

/* What a killed keyholder left is replaced, a living one's socket is not. */
static enum st_status remove_old(const char *path, const struct sockaddr_un *address, struct st_error *err)
{
	struct stat info;
	if (lstat(path, &info) != 0)
		return ST_OK;
	if (!S_ISSOCK(info.st_mode))
		return st_fail(err, ST_WRONG, "%s is there, and is no socket", path);
	st_auto_close int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof *address) == 0)
		return st_fail(err, ST_WRONG, "another keyholder answers at %s", path);
	return unlink(path) == 0 ? ST_OK : st_fail_errno(err, ST_WRONG, "cannot remove %s", path);
}

/* 0660: who may ask is told by the group of the folder. */
static enum st_status listen_at(const char *path, int *out, struct st_error *err)
{
	struct sockaddr_un address;
	ST_TRY(make_address(path, &address, err));
	ST_TRY(remove_old(path, &address, err));
	*out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before = umask(0117);
	bool bound = *out >= 0 && bind(*out, (const struct sockaddr *)&address, sizeof address) == 0 &&
		     listen(*out, WAITING_CONNECTIONS) == 0;
	int error = errno;
	umask(before);
	errno = error;
	return bound ? ST_OK : st_fail_errno(err, ST_WRONG, "cannot listen at %s", path);
}

/* --- the run --- */

static int state_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	st_auto_free char *folder = slash == NULL ? st_strndup(".", 1) : st_strndup(path, (size_t)(slash - path) + 1);
	return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static enum st_status lock_in(const struct running *r, struct st_error *err)
{
	st_auto_close int folder = state_folder(r->state);
	struct confine_limits limits = {.memory_bytes = MEMORY_BYTES, .folder = folder};
	if (cli_has(r->arguments, "unconfined")) {
		fputs("staunch: not confined\n", stderr);
		return ST_OK;
	}
	if (folder < 0)
		return st_fail_errno(err, ST_FATAL, "the folder of the state cannot be opened");
	return confine(CONFINE_KEYHOLDER, &limits, -1, 0, err);
}

static enum st_status serve(struct running *r, struct st_error *err)
{
	r->sockets.signals = cli_hear_signals();
	ST_TRY(listen_at(cli_value(r->arguments, "socket"), &r->sockets.portal, err));
	ST_TRY(listen_at(r->errands, &r->sockets.errands, err));
	ST_TRY(lock_in(r, err));
	puts("ready");
	fflush(stdout);
	return keyholder_serve(r->keyholder, &r->sockets, err);
}

/* --- the operator's questions --- */

static void print_wish(void *context, uint64_t number, int64_t at, const uint8_t *case_id, enum portal_wish wish,
	const char *identity, const char *text)
{
	char when[21], hex[2 * PORTAL_ID_BYTES + 1];
	(void)context;
	st_auto_free char *shown = st_escaped_text(text, strlen(text)),
			  *who = st_escaped_text(identity, strlen(identity));
	st_utc_text(at, when);
	st_hex(case_id, PORTAL_ID_BYTES, hex);
	printf("%" PRIu64 "  %s  case %s  %s  %s\n    %s\n", number, when, hex,
		wish == PORTAL_ERASE ? "erase  " : "correct", who, shown);
}

static enum st_status allow(struct running *r, const char *text, struct st_error *err)
{
	struct portal_identity domain = portal_identity_read((struct st_span){(const uint8_t *)text, strlen(text)});
	if (domain.kind != PORTAL_ORGANIZATION)
		return st_fail(err, ST_WRONG, "--allow takes the registrable domain of an organization");
	return keyholder_allow(r->keyholder, &domain, err);
}

static enum st_status run_all(struct running *r, struct st_error *err)
{
	ST_TRY(keyholder_open(&r->options, &r->keyholder, err));
	if (cli_has(r->arguments, "wishes"))
		return keyholder_wishes(r->keyholder, print_wish, NULL, err);
	if (cli_value(r->arguments, "allow") != NULL)
		return allow(r, cli_value(r->arguments, "allow"), err);
	return serve(r, err);
}

/* --- with courier and resolver --- */

static void role_keyholder(const struct cli_arguments *arguments, const char *program, struct child_run *out)
{
	static const char *const passed[][2] = {{"key", "--key"}, {"socket", "--socket"}, {"errands", "--errands"},
		{"state", "--state"}, {"openings", "--openings"}, {"mails", "--mails"}};
	*out = (struct child_run){.name = "keyholder", .program = program};
	child_add(out, "staunch");
	child_add(out, "keyholder");
	for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
		child_add_option(out, passed[i][1], cli_value(arguments, passed[i][0]));
	if (cli_has(arguments, "hold-undated"))
		child_add(out, "--hold-undated");
	if (cli_has(arguments, "unconfined"))
		child_add(out, "--unconfined");
}

static char *errands_path(const struct cli_arguments *arguments)
{
	const char *given = cli_value(arguments, "errands"), *socket_path = cli_value(arguments, "socket");
	return given != NULL ? st_strndup(given, strlen(given))
			     : st_format("%s.errands", socket_path != NULL ? socket_path : "");
}

static int run_roles(const struct cli_arguments *arguments)
{
	struct child_run runs[3];
	struct st_error err = {0};
	size_t count = 1;
	st_auto_free char *program = cli_own_path(&err), *errands = errands_path(arguments);
	if (program == NULL)
		return cli_fail_error(&err);
	if (cli_value(arguments, "key") == NULL || cli_value(arguments, "socket") == NULL)
		return cli_fail(CLI_WRONG, "keyholder needs --key FILE and --socket PATH");
	role_keyholder(arguments, program, &runs[0]);
	if (cli_has(arguments, "smtp"))
		role_courier(arguments, program, errands, &runs[count++]);
	if (role_wants_resolver(arguments))
		role_resolver(arguments, program, errands, &runs[count++]);
	st_auto_close int signals = cli_hear_signals();
	return children_keep(runs, count, signals);
}

/* --- the command line --- */

static int new_key(const char *path)
{
	struct key_file key;
	struct st_error err = {0};
	if (key_file_create(path, KEY_SEAL, &key, &err) != ST_OK)
		return cli_fail_error(&err);
	printf("seal key    %s   keep a copy: without it every sealed index is noise\n", key.id);
	sodium_memzero(&key, sizeof key);
	return CLI_OK;
}

static bool read_limit(const struct cli_arguments *arguments, const char *name, uint32_t usual, uint32_t *out)
{
	const char *text = cli_value(arguments, name);
	uint64_t number = usual;
	if (text != NULL && !cli_number(name, text, &number))
		return false;
	if (number == 0 || number > UINT32_MAX) {
		cli_fail(CLI_WRONG, "--%s takes a number from 1 to %u", name, UINT32_MAX);
		return false;
	}
	*out = (uint32_t)number;
	return true;
}

static int check_arguments(struct running *r)
{
	const struct cli_arguments *arguments = r->arguments;
	const char *key = cli_value(arguments, "key"), *socket_path = cli_value(arguments, "socket");
	const char *state = cli_value(arguments, "state");
	struct st_error err = {0};
	bool asked = cli_has(arguments, "wishes") || cli_value(arguments, "allow") != NULL;
	if (key == NULL)
		return cli_fail(CLI_WRONG, "keyholder needs --key FILE, or --new-key FILE to make one");
	if (socket_path == NULL && !asked)
		return cli_fail(CLI_WRONG, "keyholder needs --socket PATH");
	r->options.hold_undated = cli_has(arguments, "hold-undated");
	if (!read_limit(arguments, "openings", KEYHOLDER_OPENINGS_USUAL, &r->options.openings_per_hour) ||
		!read_limit(arguments, "mails", KEYHOLDER_MAILS_USUAL, &r->options.mails_per_hour))
		return CLI_WRONG;
	if (key_file_read(key, KEY_SEAL, &r->key, &err) != ST_OK)
		return cli_fail_error(&err);
	r->state = state != NULL ? st_strndup(state, strlen(state)) : st_format("%s.state", key);
	r->errands = errands_path(arguments);
	r->options.seal_key = r->key.key;
	r->options.key_id = r->key.id;
	r->options.state_path = r->state;
	return CLI_OK;
}

static int run(const struct cli_arguments *arguments)
{
	struct running r = {.arguments = arguments, .sockets = {-1, -1, -1}};
	struct st_error err = {0};
	if (cli_value(arguments, "new-key") != NULL)
		return new_key(cli_value(arguments, "new-key"));
	confine_harden();
	if (!role_courier_is_whole(arguments))
		return CLI_WRONG;
	bool asked = cli_has(arguments, "wishes") || cli_has(arguments, "allow");
	if (!asked && (cli_has(arguments, "smtp") || role_wants_resolver(arguments)))
		return run_roles(arguments);
	int exit = check_arguments(&r);
	if (exit == CLI_OK && run_all(&r, &err) != ST_OK)
		exit = cli_fail_error(&err);
	keyholder_close(r.keyholder);
	sodium_memzero(&r.key, sizeof r.key);
	free(r.state);
	free(r.errands);
	return exit;
}

static const struct cli_option options[] = {
	{.name = "new-key", .argument = "FILE", .help = "make a seal key, and nothing else"},
	{.name = "key", .argument = "FILE", .help = "the seal key"},
	{.name = "socket", .argument = "PATH", .help = "where the portal asks"},
	{.name = "errands",
		.argument = "PATH",
		.help = "where courier and resolver take errands (default: SOCKET.errands)"},
	{.name = "state", .argument = "FILE", .help = "what it remembers, unreadable (default: KEY.state)"},
	{.name = "openings", .argument = "N", .help = "sessions that may open records in one hour (default 1000)"},
	{.name = "mails", .argument = "N", .help = "mails handed to the courier in one hour (default 3600)"},
	COURIER_OPTIONS,
	{.name = "resolve", .help = "start a resolver, which proves domains by DNS"},
	RESOLVER_OPTIONS,
	{.name = "hold-undated",
		.help = "let a domain wait for --allow unless it is known to have been registered before the exposure"},
	{.name = "wishes", .help = "print what parties asked to have corrected or erased"},
	{.name = "allow", .argument = "DOMAIN", .help = "let a domain through that was registered after the exposure"},
	{.name = "unconfined", .help = "without the jail, for machines that have none"},
	{0},
};

const struct cli_command cli_command_keyholder = {
	.name = "keyholder",
	.summary = "hold the key, verify who asks, and open only what is theirs",
	.operands = "",
	.options = options,
	.run = run,
};
