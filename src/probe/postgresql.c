/*
 * PostgreSQL. Sources: its manual, "Frontend/Backend Protocol" (StartupMessage, AuthenticationOk and the requests for
 * authentication, ParameterStatus is_superuser, simple query), "The pg_hba.conf File", and its table of error codes.
 *
 * A user must be named to be answered at all: `postgres`, of the database `postgres`. No password is ever sent. What is
 * let in without one (trust) is that user to that database from this address; another user may be treated otherwise,
 * and so may this one from elsewhere. A trusted name that is no user is refused only after AuthenticationOk.
 */
#include "probe/tcp.h"

enum { ROW_START, ROW_RIGHTS, ROW_LIST, ROW_COUNT };

/* user postgres, database postgres, application_name staunch */
#define START                                   \
	PROBE_STEP("\x00\x00\x00\x42\0\x03\0\0" \
		   "user\0postgres\0"           \
		   "database\0postgres\0"       \
		   "application_name\0staunch\0\0")
#define TERMINATE PROBE_STEP("X\0\0\0\x04")

static const struct probe_bytes start[] = {START};
/* How many tables may this user read? */
static const struct probe_bytes may_read[] = {START,
	PROBE_STEP("Q\x00\x00\x01\x19"
		   "START TRANSACTION READ ONLY; SELECT count(*) FROM pg_catalog.pg_class c JOIN "
		   "pg_catalog.pg_namespace n ON n.oid = "
		   "c.relnamespace WHERE c.relkind IN ('r', 'p', 'm', 'v') AND n.nspname !~ "
		   "'^(pg_|information_schema$)' AND "
		   "pg_catalog.has_table_privilege(c.oid, 'SELECT'); ROLLBACK\0"),
	TERMINATE};
static const struct probe_bytes list[] = {START,
	PROBE_STEP("Q\x00\x00\x00\x88"
		   "START TRANSACTION READ ONLY; SELECT datname FROM pg_catalog.pg_database WHERE "
		   "datallowconn AND NOT datistemplate LIMIT 10; ROLLBACK\0"),
	TERMINATE};

static const struct probe_row rows[] = {
	[ROW_START] = {.id = "postgresql.start",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_POSTGRESQL,
		.keep = 1,
		.body_bytes = 32 << 10,
		.steps = start,
		.step_count = PROBE_COUNT(start)},
	[ROW_RIGHTS] = {.id = "postgresql.rights",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_POSTGRESQL,
		.keep = 1,
		.body_bytes = 32 << 10,
		.steps = may_read,
		.step_count = PROBE_COUNT(may_read)},
	[ROW_LIST] = {.id = "postgresql.list",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_POSTGRESQL,
		.keep = 10,
		.body_bytes = 64 << 10,
		.steps = list,
		.step_count = PROBE_COUNT(list)},
};

/* AuthenticationCleartextPassword 3, MD5 5, GSS 7, SSPI 9, SASL 10, Kerberos 2, crypt 4. */
static bool wants_password(struct probe *probe, const struct probe_answer *answer)
{
	int64_t code = probe_fact_number(answer, "0.auth");
	if (code == 10 && probe_fact_starts(answer, "0.mechanism", "SCRAM"))
		probe_refused(probe, "it wants a password (SCRAM) of user postgres; no other user was asked for");
	else if (code == 5 || code == 3)
		probe_refused(probe, "it wants a password (%s) of user postgres; no other user was asked for",
			code == 5 ? "MD5" : "in clear");
	else if (code == 2 || code == 4 || code == 7 || code == 9 || code == 10)
		probe_refused(probe, "it wants a login of user postgres; no other user was asked for");
	return probe->verdict.refused_as_a_whole;
}

static void take_error(struct probe *probe, const struct probe_answer *answer)
{
	struct st_span text = probe_fact(answer->facts, "0.message", 0);
	bool plain = text.data != NULL && (memmem(text.data, text.size, "no encryption", 13) != NULL ||
						  memmem(text.data, text.size, "SSL off", 7) != NULL);
	if (probe_fact_number(answer, "0.auth") == 0)
		probe_unclear(probe, PROBE_READ,
			"it wants no password of user postgres, but does not let it in; another user may get in");
	else if (probe_fact_is(answer->facts, "0.error", "28000") && plain)
		probe_unclear(probe, PROBE_READ,
			"no entry of pg_hba.conf for this address without TLS; there may be one with");
	else if (probe_fact_is(answer->facts, "0.error", "28000"))
		probe_unclear(probe, PROBE_READ, "no entry of pg_hba.conf for this address; others may get in");
	else if (probe_fact_is(answer->facts, "0.error", "53300"))
		probe_unclear(probe, PROBE_READ, "it has too many connections");
	else
		probe_unclear(probe, PROBE_READ, "it answers with an error that says nothing of access");
}

static void take_start(struct probe *probe, const struct probe_answer *answer)
{
	probe_tell_product(probe, "PostgreSQL", probe_fact(answer->facts, "0.parameter.server_version", 0));
	probe->step = ROW_COUNT;
	if (wants_password(probe, answer))
		return;
	if (probe_has(answer, "0.error") || probe_fact_number(answer, "0.auth") != 0 || !probe_has(answer, "0.ready")) {
		take_error(probe, answer);
		return;
	}
	probe->step = ROW_RIGHTS;
	if (probe_fact_is(answer->facts, "0.parameter.is_superuser", "on")) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_set(probe, PROBE_WRITE, PROBE_OPEN);
		probe_say(probe, "user postgres is let in without a password (trust), and is a superuser");
		probe->step = ROW_LIST;
	} else {
		probe_unclear(probe, PROBE_READ,
			"user postgres is let in without a password (trust); what it may read is not known");
	}
}

static void take_rights(struct probe *probe, const struct probe_answer *answer)
{
	int64_t tables = probe_fact_number(answer, "1.row");
	if (tables > 0 && !probe_has(answer, "1.error")) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_say(probe, "user postgres is let in without a password (trust), and may read tables");
	} else {
		probe_unclear(probe, PROBE_READ,
			"user postgres is let in without a password (trust), but reads nothing in database postgres");
	}
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_has(answer, "1.row") && probe_has(answer, "1.done") && !probe_has(answer, "1.error")) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "1.row");
		probe_saw_notes(probe, answer, "1.row");
		if (probe->verdict.rights[PROBE_READ] != PROBE_OPEN)
			probe_say(probe, "user postgres is let in without a password (trust), and sees the databases");
	} else {
		probe_unclear(probe, PROBE_LIST, "it does not list its databases");
	}
}

static bool next(struct probe *probe, struct probe_request *out)
{
	if (probe->verdict.refused_as_a_whole || probe->step >= ROW_COUNT)
		return false;
	*out = (struct probe_request){.row = &rows[probe->step++]};
	return probe_allows(probe, out->row, false);
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_tcp_unanswered(probe, answer))
		probe->step = ROW_COUNT;
	else if (answer->request->row == &rows[ROW_START])
		take_start(probe, answer);
	else if (answer->request->row == &rows[ROW_RIGHTS])
		take_rights(probe, answer);
	else
		take_list(probe, answer);
}

const struct probe_service probe_postgresql = {
	.name = "postgresql",
	.title = "PostgreSQL",
	.tcp = true,
	.port = 5432,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "let no entry of pg_hba.conf trust another host, then check again",
};
