/*
 * etcd. Sources: its documentation, "gRPC gateway" (/v3, before 3.4 /v3beta, before 3.3 /v3alpha), "API reference"
 * (RangeRequest: keys_only, count_only), "Role-based access control" (a permission to read a range is one to read its
 * values; nobody is let in without a user once authentication is on), "v2 API" and "v2 Authentication".
 *
 * The two interfaces hold two stores that know nothing of each other: each is asked, and closed is only what is closed
 * in both. /version is answered to everybody.
 */
#include "probe/tcp.h"

#include <inttypes.h>

enum {
	ROW_VERSION,
	ROW_COUNT_3,
	ROW_COUNT_BETA,
	ROW_COUNT_ALPHA,
	ROW_LIST_3,
	ROW_LIST_BETA,
	ROW_LIST_ALPHA,
	ROW_V2,
	ROW_END
};

/* All keys: from NUL to the end of everything. */
#define ALL "\"key\":\"AA==\",\"range_end\":\"AA==\""
#define RANGE(name, at, of, where, more)                                                                    \
	{                                                                                                   \
		.id = "etcd." name, .method = "POST", .path = where "/kv/range",                            \
		.headers = "Content-Type: application/json\n", .body = "{" ALL "," more "}", .level = (at), \
		.right = (of), .form = PROBE_FORM_JSON, .keep = 10, .body_bytes = 256 << 10                 \
	}
#define COUNT "\"count_only\":true"
#define LIST "\"limit\":\"10\",\"keys_only\":true"

static const struct probe_row rows[] = {
	[ROW_VERSION] = {.id = "etcd.version",
		.method = "GET",
		.path = "/version",
		.level = PROBE_L1,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 1,
		.body_bytes = 8 << 10},
	[ROW_COUNT_3] = RANGE("count", PROBE_L1, PROBE_READ, "/v3", COUNT),
	[ROW_COUNT_BETA] = RANGE("count_v3beta", PROBE_L1, PROBE_READ, "/v3beta", COUNT),
	[ROW_COUNT_ALPHA] = RANGE("count_v3alpha", PROBE_L1, PROBE_READ, "/v3alpha", COUNT),
	[ROW_LIST_3] = RANGE("list", PROBE_L2, PROBE_LIST, "/v3", LIST),
	[ROW_LIST_BETA] = RANGE("list_v3beta", PROBE_L2, PROBE_LIST, "/v3beta", LIST),
	[ROW_LIST_ALPHA] = RANGE("list_v3alpha", PROBE_L2, PROBE_LIST, "/v3alpha", LIST),
	[ROW_V2] = {.id = "etcd.list_v2",
		.method = "GET",
		.path = "/v2/keys/",
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_JSON,
		.keep = 10,
		.body_bytes = 256 << 10},
};

/* number[]: what is known of each interface. */
enum { V3, V2, KEYS, PREFIX };
enum { NOT_ASKED, OPEN, REFUSED, ABSENT, UNCLEAR };

static bool says(const struct probe_answer *answer, const char *path, const char *word)
{
	struct st_span text = probe_fact(answer->facts, path, 0);
	return text.data != NULL && memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* gRPC status 3 or 16 with this text (the first up to 3.4, by the gateway 400). */
static bool is_refusal(const struct probe_answer *answer)
{
	bool text = says(answer, "error", "user name is empty") || says(answer, "message", "user name is empty") ||
		    says(answer, "error", "permission denied") || says(answer, "message", "permission denied") ||
		    says(answer, "error", "invalid auth token") || says(answer, "message", "invalid auth token");
	return answer->status == 401 || answer->status == 403 || text;
}

static int kind_of(const struct probe_answer *answer, bool right_form)
{
	if (answer->status == 200 && right_form)
		return OPEN;
	if (is_refusal(answer))
		return REFUSED;
	return answer->status == 404 ? ABSENT : UNCLEAR;
}

static void take_version(struct probe *probe, const struct probe_answer *answer)
{
	bool is_etcd = answer->status == 200 && probe_has(answer, "etcdserver");
	if (is_etcd) {
		probe_tell_product(probe, "etcd", probe_fact(answer->facts, "etcdserver", 0));
		probe_unclear(probe, PROBE_READ, "its version is answered, which it is to everybody");
	} else if (answer->status == 401 || answer->status == 403) {
		probe_refused(probe, "it refuses even its version (%u)", answer->status);
	} else {
		probe_unclear(probe, PROBE_READ, "it does not tell its version as etcd does");
		probe->step = ROW_END;
	}
}

static void take_range(struct probe *probe, const struct probe_answer *answer, int row)
{
	bool listed = row >= ROW_LIST_3;
	int kind = kind_of(
		answer, probe_has(answer, "header.revision") && (listed || answer->facts->body == PROBE_BODY_WHOLE));
	if (kind == ABSENT && row < ROW_COUNT_ALPHA)
		return; /* the next prefix is tried */
	probe->number[V3] = (uint64_t)kind;
	probe->number[PREFIX] = (uint64_t)((row - ROW_COUNT_3) % 3);
	probe->step = kind == OPEN && !listed ? ROW_LIST_3 + (row - ROW_COUNT_3) : ROW_V2;
	if (kind != OPEN)
		return;
	/* One permission covers keys and values; without authentication, everybody has every permission. */
	int64_t keys = probe_fact_number(answer, "count");
	probe_set(probe, PROBE_READ, PROBE_OPEN);
	probe_set(probe, PROBE_WRITE, PROBE_OPEN);
	if (listed) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		probe_saw_names(probe, answer, "kvs.[].key");
	} else {
		probe_say(probe, "ranges are answered without a user; it holds %" PRId64 " keys", keys < 0 ? 0 : keys);
	}
}

static void take_v2(struct probe *probe, const struct probe_answer *answer)
{
	int kind = kind_of(answer, probe_has(answer, "action") && probe_has(answer, "node"));
	probe->number[V2] = (uint64_t)kind;
	if (kind != OPEN)
		return;
	probe_set(probe, PROBE_LIST, PROBE_OPEN);
	probe_set(probe, PROBE_READ, PROBE_OPEN);
	probe_saw_names(probe, answer, "node.nodes.[].key");
	if (probe->number[V3] != OPEN)
		probe_say(probe, "keys of its version 2 interface are answered without a user");
}

/* When nothing is left to ask. */
static void conclude(struct probe *probe)
{
	uint64_t v3 = probe->number[V3], v2 = probe->number[V2];
	bool closed3 = v3 == REFUSED || v3 == ABSENT, closed2 = v2 == REFUSED || v2 == ABSENT;
	if (v3 == OPEN || v2 == OPEN || v3 == NOT_ASKED)
		return;
	if (closed3 && closed2 && (v3 == REFUSED || v2 == REFUSED))
		probe_refused(
			probe, "it wants a user (%s)", v3 == REFUSED ? "user name is empty" : "version 2 interface");
	else if (v3 == REFUSED && v2 == NOT_ASKED)
		probe_unclear(probe, PROBE_READ, "version 3 wants a user; version 2 is asked for at L2");
	else
		probe_unclear(probe, PROBE_READ, "neither interface shows whether it answers without a user");
}

static bool next(struct probe *probe, struct probe_request *out)
{
	if (probe->verdict.refused_as_a_whole)
		return false;
	while (probe->step < ROW_END) {
		int row = probe->step++;
		*out = (struct probe_request){.row = &rows[row]};
		if (row >= ROW_LIST_3 && row <= ROW_LIST_ALPHA && probe->number[V3] != OPEN)
			continue;
		if (probe_allows(probe, out->row, false))
			return true;
	}
	conclude(probe);
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_row *row = answer->request->row;
	int number = (int)(row - rows);
	if (probe_unanswered(probe, answer))
		probe->step = ROW_END;
	else if (number == ROW_VERSION)
		take_version(probe, answer);
	else if (number == ROW_V2)
		take_v2(probe, answer);
	else
		take_range(probe, answer, number);
}

const struct probe_service probe_etcd = {
	.name = "etcd",
	.title = "etcd",
	.port = 2379,
	.rows = rows,
	.row_count = PROBE_COUNT(rows),
	.unfit = probe_unfit_path,
	.next = next,
	.take = take,
	.advice = "enable authentication and client certificates, then check again",
};
