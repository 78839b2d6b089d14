/*
 * staunch courier: takes mails from the keyholder's second socket and hands them to one mail server. This process
 * writes the mails and has no network; a fetch process beside it has the server's port and gets one mail at a time.
 */
#include "cli/courier.h"

#include "base/ceilings.h"
#include "base/mail.h"
#include "cli/roles.h"
#include "probe/mail_server.h"
#include "process/confine.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CREDENTIAL_BYTES 4096

/* --- what was typed --- */

/* noreply@ this machine, as it names itself; whoever reads the mail cannot answer it. */
static char *usual_from(void)
{
	char host[256] = "";
	if (gethostname(host, sizeof host - 1) != 0 || strchr(host, '.') == NULL)
		return NULL;
	return st_format("noreply@%s", host);
}

static enum st_status take_from(struct courier *courier, const char *given, struct st_error *err)
{
	courier->from = given != NULL ? st_strndup(given, strlen(given)) : usual_from();
	if (courier->from == NULL)
		return st_fail(err, ST_WRONG, "courier needs --from ADDRESS: this machine has no name with a domain");
	if (!st_mail_address_is_sound(courier->from))
		return st_fail(err, ST_WRONG, "--from is one address as portal@contoso.example, in ASCII");
	return ST_OK;
}

/* Nobody else may read it; a service manager hands root's files to a group of one. */
static enum st_status open_credential(const char *path, int *out, struct st_error *err)
{
	struct stat info;
	*out = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*out < 0 || fstat(*out, &info) != 0)
		return st_fail_errno(err, ST_WRONG, "cannot read %s", path);
	if (!S_ISREG(info.st_mode) || info.st_size > CREDENTIAL_BYTES)
		return st_fail(err, ST_WRONG, "%s is no small file with a user and a password", path);
	bool own = info.st_uid == geteuid() && (info.st_mode & 077) == 0;
	bool given = info.st_uid == 0 && (info.st_mode & 027) == 0;
	return own || given ? ST_OK : st_fail(err, ST_WRONG, "%s can be read by others: chmod 600 it first", path);
}

/* Up to the end of the line; false: none, or a control character in it. */
static bool take_line(struct st_span *rest, struct st_buf *out)
{
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
	size_t text = size > 0 && rest->data[size - 1] == '\r' ? size - 1 : size;
	for (size_t i = 0; i < text; i++)
		if (rest->data[i] < ' ' || rest->data[i] == 0x7f)
			return false;
	st_buf_reserve(out, text + 1);
	st_buf_add(out, rest->data, text);
	out->data[text] = 0;
	rest->data += end != NULL ? size + 1 : size;
	rest->size -= end != NULL ? size + 1 : size;
	return text > 0;
}

static enum st_status take_credential(struct courier *courier, const char *path, struct st_error *err)
{
	st_auto_close int fd = -1;
	uint8_t text[CREDENTIAL_BYTES];
	if (path == NULL)
		return ST_OK;
	ST_TRY(open_credential(path, &fd, err));
	ssize_t got = st_pread_full(fd, text, sizeof text, 0);
	struct st_span rest = {text, got > 0 ? (size_t)got : 0};
	struct probe_auth_entry entry = {.target = courier->server, .kind = PROBE_AUTH_BASIC};
	bool sound = take_line(&rest, &entry.value[PROBE_AUTH_USER]) &&
		     take_line(&rest, &entry.value[PROBE_AUTH_PASSWORD]) && rest.size == 0;
	if (sound)
		probe_auth_encode(&entry, &courier->credential);
	st_buf_wipe(&entry.value[PROBE_AUTH_USER]);
	st_buf_wipe(&entry.value[PROBE_AUTH_PASSWORD]);
	sodium_memzero(text, sizeof text);
	return sound ? ST_OK
		     : st_fail(err, ST_WRONG, "%s has a user in its first line and a password in its second", path);
}

static enum st_status take_arguments(
	struct courier *courier, const struct cli_arguments *arguments, struct st_error *err)
{
	const char *minute = cli_value(arguments, "mails-a-minute"), *smtp = cli_value(arguments, "smtp");
	uint64_t number = COURIER_A_MINUTE_USUAL;
	courier->errands_path = cli_value(arguments, "errands");
	if (courier->errands_path == NULL || smtp == NULL)
		return st_fail(
			err, ST_WRONG, "courier needs --errands PATH, the keyholder's second socket, and --smtp URL");
	if (!probe_mail_server_parse(smtp, &courier->server, &courier->starttls))
		return st_fail(err, ST_WRONG, "--smtp is " PROBE_MAIL_SERVER_WANTED);
	if (minute != NULL && (!cli_number("mails-a-minute", minute, &number) || number == 0 || number > UINT32_MAX))
		return st_fail(err, ST_WRONG, "--mails-a-minute takes a number from 1 on");
	courier->a_minute = (uint32_t)number;
	return take_from(courier, cli_value(arguments, "from"), err);
}

/* --- the run --- */

/* Everything that opens a file or starts a process, then the jail. */
static enum st_status start(struct courier *courier, const struct cli_arguments *arguments, struct st_error *err)
{
	char agent[] = "staunch/" STAUNCH_VERSION, nobody[] = "";
	uint16_t port = courier->server.port;
	struct check_identity who = {.agent = agent, .from = nobody, .ports = &port, .port_count = 1};
	const char *certificates = cli_value(arguments, "ca");
	bool unconfined = cli_has(arguments, "unconfined");
	struct confine_limits limits = {0};
	if (certificates != NULL)
		ST_TRY(check_read_file(certificates, CEIL_MESSAGE_BYTES / 2, &who.certificates, err));
	enum st_status status = check_roles_start(&courier->roles, &who, unconfined, err);
	st_buf_free(&who.certificates);
	ST_TRY(status);
	/* Behind the fork of the launcher, which knows no secret. */
	ST_TRY(take_credential(courier, cli_value(arguments, "smtp-credentials"), err));
	courier->roles.private_allowed = true; /* the operator named the server */
	courier->roles.grace_ms = 2000;
	/* Once now: a machine that cannot confine it says so at once. */
	ST_TRY(check_role_start(&courier->roles, &courier->roles.fetch, err));
	check_role_stop(&courier->roles, &courier->roles.fetch);
	tzset(); /* the jail has no files */
	return unconfined ? ST_OK : confine(CONFINE_COURIER, &limits, -1, 0, err);
}

static int run(const struct cli_arguments *arguments)
{
	struct courier *courier = st_alloc_zero(1, sizeof *courier);
	struct st_error err = {0};
	courier->errands = -1;
	confine_harden();
	enum st_status status = sodium_init() < 0 ? st_fail(&err, ST_FATAL, "no source of random numbers") : ST_OK;
	if (status == ST_OK)
		status = take_arguments(courier, arguments, &err);
	if (status == ST_OK)
		status = start(courier, arguments, &err);
	if (status == ST_OK)
		status = courier_serve(courier, &err);
	check_roles_stop(&courier->roles);
	probe_target_free(&courier->server);
	st_buf_wipe(&courier->credential);
	free(courier->from);
	sodium_memzero(courier, sizeof *courier);
	free(courier);
	return status == ST_OK ? CLI_OK : cli_fail_error(&err);
}

static const struct cli_option options[] = {
	{.name = "errands", .argument = "PATH", .help = "the keyholder's second socket"},
	COURIER_OPTIONS,
	{.name = "unconfined", .help = "without the jail, for machines that have none"},
	{0},
};

const struct cli_command cli_command_courier = {
	.name = "courier",
	.summary = "send the mails of a keyholder, as a process of its own",
	.operands = "",
	.options = options,
	.run = run,
};
