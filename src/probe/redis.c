/*
 * Redis and what speaks like it. Sources: redis.io, "Security" (protected mode, requirepass), "ACL", and the pages of
 * the commands; they are sent inline ("Sending commands to a Redis server", inline commands).
 *
 * Nothing that logs in: no AUTH, so that a password, empty or not, is never tried. GETRANGE of a key that nobody has
 * shows whether values may be read, and gives none. Rights of ACLs can depend on the key: what is shown is shown of the
 * names that were asked for.
 */
#include "probe/tcp.h"

#include <inttypes.h>

enum { ROW_ASK, ROW_SCAN, ROW_COUNT };

static const struct probe_bytes ask[] = {
	PROBE_STEP("PING\r\nECHO staunch\r\nINFO server\r\nDBSIZE\r\nGETRANGE staunch:none 0 0\r\n")};
static const struct probe_bytes scan[] = {PROBE_STEP("SCAN 0 COUNT 10\r\n")};

/* Replies to `ask`, in order. */
#define PONG "0."
#define ECHO "1."
#define INFO "2."
#define SIZE "3."
#define RANGE "4."

static const struct probe_row rows[] = {
	[ROW_ASK] = {.id = "redis.ask",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_REDIS,
		.keep = 1,
		.body_bytes = 64 << 10,
		.steps = ask,
		.step_count = PROBE_COUNT(ask)},
	[ROW_SCAN] = {.id = "redis.scan",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_REDIS,
		.keep = 10,
		.body_bytes = 256 << 10,
		.steps = scan,
		.step_count = PROBE_COUNT(scan)},
};

/* What an error reply says of access; true: of the service as a whole. */
static bool refused(struct probe *probe, const struct probe_answer *answer, const char *path, enum probe_right right)
{
	if (probe_fact_starts(answer, path, "NOAUTH") || probe_fact_starts(answer, path, "WRONGPASS")) {
		probe_refused(probe, "it wants a password (NOAUTH)");
		return true;
	}
	if (probe_fact_starts(answer, path, "DENIED")) {
		probe_refused(
			probe, "protected mode: it has no password, and refuses all but its own machine (DENIED)");
		return true;
	}
	if (probe_fact_starts(answer, path, "NOPERM"))
		probe_set(probe, right, PROBE_CLOSED);
	else
		probe_unclear(probe, right, "it answers with an error that says nothing of access");
	return false;
}

/* A server that says the same to everything gives no proof. */
static bool is_redis(const struct probe_answer *answer)
{
	return probe_fact_is(answer->facts, PONG "simple", "PONG") &&
	       probe_fact_is(answer->facts, ECHO "bulk", "staunch");
}

static void take_ask(struct probe *probe, const struct probe_answer *answer)
{
	probe_tell_product(probe, "Redis", probe_fact(answer->facts, INFO "info.redis_version", 0));
	if (probe_has(answer, PONG "error") && refused(probe, answer, PONG "error", PROBE_READ))
		return;
	if (probe_has(answer, ECHO "error") && refused(probe, answer, ECHO "error", PROBE_READ))
		return;
	if (!is_redis(answer)) {
		probe_unclear(probe, PROBE_READ, "it does not answer PING and ECHO as Redis does");
		probe->step = ROW_COUNT;
		return;
	}
	int64_t keys = probe_fact_number(answer, SIZE "integer");
	if (probe_has(answer, RANGE "error") && refused(probe, answer, RANGE "error", PROBE_READ))
		return;
	if (probe_has(answer, RANGE "bulk")) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		if (keys >= 0)
			probe_say(probe, "commands are answered without a password; it holds %" PRId64 " keys", keys);
		else
			probe_say(probe, "commands that read are answered without a password");
	} else if (probe->verdict.rights[PROBE_READ] == PROBE_NOT_TESTED) {
		probe_unclear(probe, PROBE_READ, "PING is answered without a password, a command that reads is not");
	}
}

static void take_scan(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_has(answer, "0.error")) {
		(void)refused(probe, answer, "0.error", PROBE_LIST);
	} else if (probe_has(answer, "0.array") && probe_has(answer, "0.[].bulk") && probe_has(answer, "0.[].array")) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "0.[].[].bulk");
		if (probe->verdict.rights[PROBE_READ] != PROBE_OPEN)
			probe_say(probe, "the names of its keys are listed without a password");
	} else {
		probe_unclear(probe, PROBE_LIST, "it does not answer SCAN as Redis does");
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
	else if (answer->request->row == &rows[ROW_ASK])
		take_ask(probe, answer);
	else
		take_scan(probe, answer);
}

const struct probe_service probe_redis = {
	.name = "redis",
	.title = "Redis",
	.tcp = true,
	.port = 6379,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "bind it to its own network and set requirepass or ACLs, then check again",
};
