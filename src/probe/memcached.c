/*
 * memcached. Sources: its doc/protocol.txt (text protocol; lru_crawler metadump), its wiki, "BinaryProtocolRevamped"
 * and "SASLHowto"; doc/protocol.txt, "Authentication" (1.5.15 and later). It has no rights but all or none: who may ask
 * may read, write and list, unless it is started without dumps (-X).
 *
 * `get` of a key that nobody has shows whether values are given, and gives none. With SASL it speaks the binary
 * protocol alone and is silent to text.
 */
#include "probe/tcp.h"

#include <inttypes.h>

enum { ROW_ASK, ROW_BINARY, ROW_DUMP, ROW_COUNT };

static const struct probe_bytes ask[] = {PROBE_STEP("version\r\nstats\r\nget staunch:none\r\n")};
/* GET (0x00), 12 bytes of key, without extras. */
static const struct probe_bytes binary[] = {
	PROBE_STEP("\x80\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		   "staunch:none")};
static const struct probe_bytes dump[] = {PROBE_STEP("lru_crawler metadump all\r\n")};

static const struct probe_row rows[] = {
	[ROW_ASK] = {.id = "memcached.ask",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_MEMCACHED,
		.keep = 2,
		.body_bytes = 64 << 10,
		.steps = ask,
		.step_count = PROBE_COUNT(ask)},
	[ROW_BINARY] = {.id = "memcached.binary",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_MEMCACHED,
		.keep = 1,
		.body_bytes = 1 << 10,
		.steps = binary,
		.step_count = PROBE_COUNT(binary)},
	[ROW_DUMP] = {.id = "memcached.dump",
		.level = PROBE_L3,
		.right = PROBE_LIST,
		.form = PROBE_FORM_MEMCACHED,
		.keep = 10,
		.body_bytes = 1 << 20,
		.steps = dump,
		.step_count = PROBE_COUNT(dump)},
};

static void take_ask(struct probe *probe, const struct probe_answer *answer)
{
	int64_t items = probe_fact_number(answer, "0.stat.curr_items");
	probe_tell_product(probe, "memcached", probe_fact(answer->facts, "0.version", 0));
	if (probe_fact_is(answer->facts, "0.error", "CLIENT_ERROR unauthenticated")) {
		probe_refused(probe, "it wants a password (CLIENT_ERROR unauthenticated)");
	} else if (!probe_has(answer, "0.version") || items < 0 || !probe_has(answer, "0.stat.pid") ||
		   probe_fact_count(answer->facts, "0.end") != 2 || probe_has(answer, "0.error")) {
		probe_unclear(probe, PROBE_READ, "it does not answer version, stats and get as memcached does");
		probe->step = ROW_COUNT;
	} else {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_set(probe, PROBE_WRITE, PROBE_OPEN);
		probe_say(probe, "commands are answered without a password; it holds %" PRId64 " items", items);
	}
}

static void take_binary(struct probe *probe, const struct probe_answer *answer)
{
	int64_t status = probe_fact_number(answer, "0.binary");
	if (status == 0x20 || status == 0x21) {
		probe_refused(probe, "it speaks the binary protocol alone and wants a SASL login");
	} else if (status == 1 || status == 0) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		probe_set(probe, PROBE_WRITE, PROBE_OPEN);
		probe_say(probe, "values are given without a login (binary protocol)");
	} else {
		probe_unclear(probe, PROBE_READ, "it answers with a status that says nothing of access");
	}
}

static void take_dump(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_has(answer, "0.name") || (probe_has(answer, "0.end") && !probe_has(answer, "0.error"))) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "0.name");
	} else {
		/* Older than 1.4.31, or started without dumps: other commands may list all the same. */
		probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
	}
}

static bool wants(const struct probe *probe, int row)
{
	bool open = probe->verdict.rights[PROBE_READ] == PROBE_OPEN;
	return row == ROW_ASK || (row == ROW_BINARY ? !open : open && probe->number[0] == 0);
}

static bool next(struct probe *probe, struct probe_request *out)
{
	while (!probe->verdict.refused_as_a_whole && probe->step < ROW_COUNT) {
		int row = probe->step++;
		*out = (struct probe_request){.row = &rows[row]};
		if (wants(probe, row) && probe_allows(probe, out->row, false))
			return true;
	}
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	bool first = answer->request->row == &rows[ROW_ASK];
	/* number[0]: the text protocol is not spoken. */
	if (probe_tcp_unanswered(probe, answer)) {
		if (first && answer->outcome == PROBE_ANSWERED &&
			(answer->body_bytes == 0 || probe_has(answer, "silent")))
			probe->number[0] = 1;
		else
			probe->step = ROW_COUNT;
	} else if (first) {
		take_ask(probe, answer);
	} else if (answer->request->row == &rows[ROW_BINARY]) {
		take_binary(probe, answer);
	} else {
		take_dump(probe, answer);
	}
}

const struct probe_service probe_memcached = {
	.name = "memcached",
	.title = "memcached",
	.tcp = true,
	.port = 11211,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "bind it to its own network (-l), then check again",
};
