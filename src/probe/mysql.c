/*
 * MySQL and MariaDB. Sources: their manuals, "Client/Server Protocol" (HandshakeV10, HandshakeResponse41,
 * AuthSwitchRequest, OK and ERR packets, COM_QUERY with the text protocol), and the lists of error numbers.
 *
 * The server greets everybody: that proves nothing. An empty password is a login, so it is tried, for `root` alone,
 * only where the scope's basis lets credentials be tried. Then the server's own table says what that user may do; SHOW
 * GRANTS is not asked for, because it may hold the hash of a password.
 */
#include "probe/tcp.h"

enum { ROW_GREETING, ROW_LOGIN, ROW_LOGIN_AGAIN, ROW_RIGHTS, ROW_RIGHTS_AGAIN, ROW_LIST, ROW_LIST_AGAIN, ROW_COUNT };

/* root, an empty answer to the challenge, mysql_native_password. Capabilities: long password, long flag, protocol 4.1,
 * transactions, secure connection, authentication plugins; utf8. */
#define ROOT                                                        \
	PROBE_STEP("\x3c\0\0\x01\x05\xa2\x08\0\0\0\0\x01\x21"       \
		   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
		   "root\0\0mysql_native_password\0")
/* The empty answer once more, to another method that the server asks for. */
#define EMPTY PROBE_STEP("\0\0\0\x03")
#define QUIT PROBE_STEP("\x01\0\0\0\x01")
#define PRIVILEGES                                                                                                     \
	PROBE_STEP("\xb3\x00\x00\0\x03"                                                                                \
		   "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE IN ('SELECT', " \
		   "'INSERT') AND "                                                                                    \
		   "GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')")
#define DATABASES PROBE_STEP("\x0f\x00\x00\0\x03SHOW DATABASES")

static const struct probe_bytes greeting[] = {PROBE_WAIT};
static const struct probe_bytes login[] = {PROBE_WAIT, ROOT};
static const struct probe_bytes login_again[] = {PROBE_WAIT, ROOT, EMPTY};
static const struct probe_bytes may[] = {PROBE_WAIT, ROOT, PRIVILEGES, QUIT};
static const struct probe_bytes may_again[] = {PROBE_WAIT, ROOT, EMPTY, PRIVILEGES, QUIT};
static const struct probe_bytes list[] = {PROBE_WAIT, ROOT, DATABASES, QUIT};
static const struct probe_bytes list_again[] = {PROBE_WAIT, ROOT, EMPTY, DATABASES, QUIT};

#define ROW(name, at, of, bytes)                                                                         \
	{                                                                                                \
		.id = "mysql." name, .level = (at), .right = (of), .form = PROBE_FORM_MYSQL, .keep = 10, \
		.body_bytes = 64 << 10, .steps = (bytes), .step_count = PROBE_COUNT(bytes)               \
	}

static const struct probe_row rows[] = {
	[ROW_GREETING] = ROW("greeting", PROBE_L1, PROBE_READ, greeting),
	[ROW_LOGIN] = ROW("login", PROBE_L1, PROBE_READ, login),
	[ROW_LOGIN_AGAIN] = ROW("login_again", PROBE_L1, PROBE_READ, login_again),
	[ROW_RIGHTS] = ROW("rights", PROBE_L1, PROBE_READ, may),
	[ROW_RIGHTS_AGAIN] = ROW("rights_again", PROBE_L1, PROBE_READ, may_again),
	[ROW_LIST] = ROW("list", PROBE_L2, PROBE_LIST, list),
	[ROW_LIST_AGAIN] = ROW("list_again", PROBE_L2, PROBE_LIST, list_again),
};

/* ER_HOST_NOT_PRIVILEGED 1130, ER_HOST_IS_BLOCKED 1129, ER_CON_COUNT_ERROR 1040, ER_ACCESS_DENIED_ERROR 1045 and
 * ER_ACCESS_DENIED_NO_PASSWORD_ERROR 1698, ER_SECURE_TRANSPORT_REQUIRED 3159. */
static void take_error(struct probe *probe, int64_t number)
{
	if (number == 1045 || number == 1698)
		probe_refused(probe, "it wants a password of user root; no other user was tried");
	else if (number == 1130)
		probe_unclear(probe, PROBE_READ, "it lets no user in from this address (1130); others may get in");
	else if (number == 1129)
		probe_unclear(
			probe, PROBE_READ, "it has blocked this address for errors of earlier connections (1129)");
	else if (number == 1040)
		probe_unclear(probe, PROBE_READ, "it has too many connections");
	else if (number == 3159)
		probe_unclear(probe, PROBE_READ, "it wants TLS before a login, which was not tried");
	else
		probe_unclear(probe, PROBE_READ, "it answers with an error that says nothing of access");
}

static void take_greeting(struct probe *probe, const struct probe_answer *answer)
{
	probe->step = ROW_COUNT;
	if (probe_has(answer, "0.error")) {
		take_error(probe, probe_fact_number(answer, "0.error"));
	} else if (!probe_has(answer, "0.greeting")) {
		probe_unclear(probe, PROBE_READ, "it does not greet as MySQL does");
	} else {
		probe_tell_product(probe, "MySQL", probe_fact(answer->facts, "0.greeting", 0));
		if (probe->credentials)
			probe->step = ROW_LOGIN;
		probe_unclear(probe, PROBE_READ,
			"it greets, as it does everybody; an empty password is a login, which a finder may not try");
	}
}

static void take_login(struct probe *probe, const struct probe_answer *answer, bool again)
{
	const char *error = again ? "2.error" : "1.error";
	probe->step = ROW_COUNT;
	if (probe_has(answer, error)) {
		take_error(probe, probe_fact_number(answer, error));
	} else if (probe_has(answer, again ? "2.ok" : "1.ok")) {
		probe->number[0] = again;
		probe->step = again ? ROW_RIGHTS_AGAIN : ROW_RIGHTS;
		probe_unclear(
			probe, PROBE_READ, "root is let in with an empty password; what it may read is not known");
	} else if (!again && probe_has(answer, "1.switch")) {
		probe->step = ROW_LOGIN_AGAIN;
	} else {
		probe_unclear(probe, PROBE_READ, "it answers an empty password with neither OK nor an error");
	}
}

static void take_rights(struct probe *probe, const struct probe_answer *answer)
{
	const char *path = probe->number[0] != 0 ? "3.row" : "2.row";
	probe->step = probe->number[0] != 0 ? ROW_LIST_AGAIN : ROW_LIST;
	for (uint32_t i = 0; i < 2; i++) {
		struct st_span word = probe_fact(answer->facts, path, i);
		if (word.size == 6 && memcmp(word.data, "SELECT", 6) == 0)
			probe_set(probe, PROBE_READ, PROBE_OPEN);
		if (word.size == 6 && memcmp(word.data, "INSERT", 6) == 0)
			probe_set(probe, PROBE_WRITE, PROBE_OPEN);
	}
	if (probe->verdict.rights[PROBE_READ] == PROBE_OPEN)
		probe_say(probe, "root is let in with an empty password, and may read everything");
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	const char *path = probe->number[0] != 0 ? "3.row" : "2.row";
	if (probe_has(answer, path)) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, path);
		probe_saw_notes(probe, answer, path);
		if (probe->verdict.rights[PROBE_READ] != PROBE_OPEN)
			probe_say(probe, "root is let in with an empty password, and sees databases");
	} else {
		probe_unclear(probe, PROBE_LIST, "root is let in with an empty password, but is shown no databases");
	}
	probe->step = ROW_COUNT;
}

static bool next(struct probe *probe, struct probe_request *out)
{
	if (probe->verdict.refused_as_a_whole || probe->step >= ROW_COUNT)
		return false;
	*out = (struct probe_request){.row = &rows[probe->step]};
	probe->step = ROW_COUNT; /* take() says what comes next */
	return probe_allows(probe, out->row, false);
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	if (probe_tcp_unanswered(probe, answer))
		probe->step = ROW_COUNT;
	else if (row == &rows[ROW_GREETING])
		take_greeting(probe, answer);
	else if (row == &rows[ROW_LOGIN] || row == &rows[ROW_LOGIN_AGAIN])
		take_login(probe, answer, row == &rows[ROW_LOGIN_AGAIN]);
	else if (row == &rows[ROW_RIGHTS] || row == &rows[ROW_RIGHTS_AGAIN])
		take_rights(probe, answer);
	else
		take_list(probe, answer);
}

const struct probe_service probe_mysql = {
	.name = "mysql",
	.title = "MySQL",
	.tcp = true,
	.port = 3306,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "give root a password, or let it in from its own machine alone, then check again",
};
