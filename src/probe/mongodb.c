/*
 * MongoDB. Sources: its driver specifications (OP_MSG, OP_QUERY and their retirement: 6.0 takes OP_QUERY for hello
 * alone), its manual (hello, listDatabases with nameOnly, count; "Privilege Actions": count wants `find`), its list of
 * error codes (13 Unauthorized).
 *
 * hello is answered to everybody and proves nothing. count of local.startup_log, which every mongod has and where
 * nothing of a user's stands, wants the privilege to read, and gives a number alone. Without access control everybody
 * has every privilege; with it, nobody without a login has any ("Enable Access Control").
 */
#include "probe/tcp.h"

enum { ROW_HELLO, ROW_COUNT_MSG, ROW_LIST_MSG, ROW_COUNT_QUERY, ROW_LIST_QUERY, ROW_END };

/* A server since 3.6 (wire version 6) speaks OP_MSG. */
#define WIRE_OP_MSG 6

#define QUERY_HEAD "\x01\0\0\0\0\0\0\0\xd4\x07\0\0\x04\0\0\0"
#define QUERY_TAIL "\0\0\0\0\xff\xff\xff\xff"
#define MSG_HEAD "\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0"
#define DATABASES "\x10listDatabases\0\x01\0\0\0\x08nameOnly\0\x01"
#define STARTUP_LOG \
	"\x02"      \
	"count\0\x0c\0\0\0startup_log\0"

/* {isMaster: 1} on admin.$cmd: the form of hello that every version takes. */
static const struct probe_bytes hello[] = {
	PROBE_STEP("\x3a\0\0\0" QUERY_HEAD "admin.$cmd\0" QUERY_TAIL "\x13\0\0\0\x10isMaster\0\x01\0\0\0\0")};
/* {count: "startup_log", $db: "local"} */
static const struct probe_bytes count_msg[] = {
	PROBE_STEP("\x40\0\0\0" MSG_HEAD "\x2b\0\0\0" STARTUP_LOG "\x02$db\0\x06\0\0\0local\0\0")};
/* {listDatabases: 1, nameOnly: true, $db: "admin"} */
static const struct probe_bytes list_msg[] = {
	PROBE_STEP("\x47\0\0\0" MSG_HEAD "\x32\0\0\0" DATABASES "\x02$db\0\x06\0\0\0"
		   "admin\0\0")};
static const struct probe_bytes count_query[] = {
	PROBE_STEP("\x43\0\0\0" QUERY_HEAD "local.$cmd\0" QUERY_TAIL "\x1c\0\0\0" STARTUP_LOG "\0")};
static const struct probe_bytes list_query[] = {
	PROBE_STEP("\x4a\0\0\0" QUERY_HEAD "admin.$cmd\0" QUERY_TAIL "\x23\0\0\0" DATABASES "\0")};

static const struct probe_row rows[] = {
	[ROW_HELLO] = {.id = "mongodb.hello",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_MONGODB,
		.keep = 1,
		.body_bytes = 64 << 10,
		.steps = hello,
		.step_count = PROBE_COUNT(hello)},
	[ROW_COUNT_MSG] = {.id = "mongodb.count",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_MONGODB,
		.keep = 1,
		.body_bytes = 64 << 10,
		.steps = count_msg,
		.step_count = PROBE_COUNT(count_msg)},
	[ROW_LIST_MSG] = {.id = "mongodb.list",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_MONGODB,
		.keep = 10,
		.body_bytes = 256 << 10,
		.steps = list_msg,
		.step_count = PROBE_COUNT(list_msg)},
	[ROW_COUNT_QUERY] = {.id = "mongodb.old_count",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_MONGODB,
		.keep = 1,
		.body_bytes = 64 << 10,
		.steps = count_query,
		.step_count = PROBE_COUNT(count_query)},
	[ROW_LIST_QUERY] = {.id = "mongodb.old_list",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_MONGODB,
		.keep = 10,
		.body_bytes = 256 << 10,
		.steps = list_query,
		.step_count = PROBE_COUNT(list_query)},
};

static bool said_yes(const struct probe_answer *answer)
{
	return probe_fact_is(answer->facts, "0.ok", "1");
}

/* Before 3.0 there was a text alone. */
static bool said_unauthorized(const struct probe_answer *answer)
{
	return probe_fact_is(answer->facts, "0.code", "13") ||
	       probe_fact_starts(answer, "0.errmsg", "not authorized") ||
	       probe_fact_starts(answer, "0.errmsg", "unauthorized") ||
	       probe_fact_starts(answer, "0.errmsg", "need to login");
}

static void take_hello(struct probe *probe, const struct probe_answer *answer)
{
	if (!said_yes(answer) || (!probe_has(answer, "0.ismaster") && !probe_has(answer, "0.isWritablePrimary"))) {
		probe_unclear(probe, PROBE_READ, "it does not answer hello as MongoDB does");
		probe->step = ROW_END;
		return;
	}
	int64_t wire = probe_fact_number(answer, "0.maxWireVersion");
	probe_tell_product(probe, "MongoDB", (struct st_span){NULL, 0});
	probe->step = wire >= WIRE_OP_MSG ? ROW_COUNT_MSG : ROW_COUNT_QUERY;
	probe->number[0] = wire >= WIRE_OP_MSG ? ROW_LIST_MSG : ROW_LIST_QUERY;
	/* Where nothing more can be asked, this is what is known. */
	probe_say(probe, "hello is answered, which it is to everybody");
}

static void refused(struct probe *probe, const struct probe_answer *answer, enum probe_right right)
{
	if (said_unauthorized(answer))
		probe_refused(probe, "it wants a login (Unauthorized)");
	else
		probe_unclear(probe, right, "it answers with an error that says nothing of access");
}

static void take_count(struct probe *probe, const struct probe_answer *answer)
{
	if (said_yes(answer) && probe_has(answer, "0.n")) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_say(probe, "it reads for everybody: access control is off");
	} else {
		refused(probe, answer, PROBE_READ);
	}
}

static void take_list(struct probe *probe, const struct probe_answer *answer)
{
	if (said_yes(answer) && probe_has(answer, "0.databases")) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "0.databases.[].name");
		probe_saw_notes(probe, answer, "0.databases.[].name");
		if (probe->verdict.rights[PROBE_READ] == PROBE_OPEN)
			probe_set(probe, PROBE_WRITE, PROBE_OPEN);
		probe_say(probe, "its databases are listed without a login: access control is off");
	} else {
		refused(probe, answer, PROBE_LIST);
	}
}

static bool next(struct probe *probe, struct probe_request *out)
{
	if (probe->verdict.refused_as_a_whole || probe->step >= ROW_END)
		return false;
	int row = probe->step;
	/* hello tells what comes next; then the number, then the names. */
	probe->step = row == ROW_COUNT_MSG || row == ROW_COUNT_QUERY ? (int)probe->number[0] : ROW_END;
	*out = (struct probe_request){.row = &rows[row]};
	return probe_allows(probe, out->row, false);
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	if (probe_tcp_unanswered(probe, answer))
		probe->step = ROW_END;
	else if (row == &rows[ROW_HELLO])
		take_hello(probe, answer);
	else if (row == &rows[ROW_COUNT_MSG] || row == &rows[ROW_COUNT_QUERY])
		take_count(probe, answer);
	else
		take_list(probe, answer);
}

const struct probe_service probe_mongodb = {
	.name = "mongodb",
	.title = "MongoDB",
	.tcp = true,
	.port = 27017,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "enable access control (security.authorization) and bind it to its own network, then check again",
};
