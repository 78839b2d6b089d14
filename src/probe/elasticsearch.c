/*
 * Elasticsearch and OpenSearch. Sources: Elasticsearch Reference 1.7 to 8.x and OpenSearch documentation ("cat
 * indices", "Search API", "Security settings"); elasticsearch pull requests 53248 (expand_wildcards of _cat/indices)
 * and 35849 (hits.total became an object in 7.0); the warning header of unsecured clusters, 7.13 and later.
 *
 * Each step apart: `/` may be anonymous where the indices are not. That documents can be read is shown by a search that
 * asks for none of them (size=0). The server's own warning that security is off stands in the evidence as a header.
 * For scan: the inventory, counts of documents, and contexts that are opened, read and closed (probe/hits.h).
 */
#include "probe/hits.h"

#include "base/ceilings.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define CAT "format=json&bytes=b&h=health,status,index,docs.count,store.size,creation.date.string"
#define JSON_HEADER "Accept: application/json\n"

/* For scan: what tells whether an index is still the one that was read, and how large it is. */
#define INVENTORY                                                                          \
	"format=json&bytes=b&h=index,uuid,status,docs.count,pri.store.size,creation.date," \
	"pri.indexing.index_total,pri.indexing.delete_total"
#define BODY_HEADER JSON_HEADER "Content-Type: application/json\n"
#define KEPT "5m" /* a context that nobody asks for any more; longer than a range may take with all its tries */

enum {
	ROW_ROOT,
	ROW_CAT,
	ROW_CAT_PLAIN,
	ROW_READ_SELF,
	ROW_READ_INDEX,
	ROW_READ_KNOWN,
	CHECK_ROWS, /* those before it are check's */
	ROW_INVENTORY = CHECK_ROWS,
	ROW_INVENTORY_PLAIN,
	ROW_COUNT,
	ROW_SCROLL,
	ROW_SCROLL_NEXT,
	ROW_SCROLL_CLOSE,
	ROW_PIT,
	ROW_PIT_FIRST,
	ROW_PIT_NEXT,
	ROW_PIT_BARE,
	ROW_PIT_CLOSE,
	ROW_TIME,
	ROW_TIME_FIRST,
	ROW_TIME_NEXT,
	ROW_TIME_BARE,
	ROW_TIME_CLOSE,
};

#define SCAN_ROW(name_, method_, path_)                                                                            \
	.id = "elasticsearch." name_, .method = method_, .path = path_, .headers = BODY_HEADER, .level = PROBE_L5, \
	.right = PROBE_READ, .body_bytes = CEIL_ANSWER_BODY_BYTES
/* A point in time names its indices itself; a path with one would be refused. */
#define SEARCH(name_, sort_, more_)                                                             \
	SCAN_ROW(name_, "POST", "/_search"),                                                    \
		.from_root = true,                                                              \
		.body = "{\"size\":{size},\"pit\":{\"id\":\"{context}\",\"keep_alive\":\"" KEPT \
			"\"},\"sort\":[{\"" sort_ "\":\"asc\"}]," more_ "}"
#define FIRST "\"track_total_hits\":true"
#define NEXT "\"track_total_hits\":false,\"search_after\":[{after}]"
#define BARE "\"track_total_hits\":true,\"search_after\":[{after}],\"_source\":false"

static const struct probe_row rows[] = {
	[ROW_ROOT] = {.id = "elasticsearch.root",
		.method = "GET",
		.path = "/",
		.from_root = true,
		.headers = JSON_HEADER,
		.level = PROBE_L1,
		.right = PROBE_LIST,
		.form = PROBE_FORM_ANY,
		.keep = 4,
		.body_bytes = 64 << 10},
	/* Hidden indices and those behind data streams too; aliases are none and would count twice. */
	[ROW_CAT] = {.id = "elasticsearch.cat",
		.method = "GET",
		.path = "/_cat/indices{path}",
		.query = CAT "&expand_wildcards=all",
		.from_root = true,
		.headers = JSON_HEADER,
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_ANY,
		.keep = 600,
		.body_bytes = 2 << 20},
	/* Before 7.7. */
	[ROW_CAT_PLAIN] = {.id = "elasticsearch.cat1",
		.method = "GET",
		.path = "/_cat/indices{path}",
		.query = CAT,
		.from_root = true,
		.headers = JSON_HEADER,
		.level = PROBE_L2,
		.right = PROBE_LIST,
		.form = PROBE_FORM_ANY,
		.keep = 600,
		.body_bytes = 2 << 20},
	[ROW_READ_SELF] = {.id = "elasticsearch.search",
		.method = "GET",
		.path = "/_search",
		.query = "size=0",
		.headers = JSON_HEADER,
		.level = PROBE_L2,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 4,
		.body_bytes = 256 << 10},
	[ROW_READ_INDEX] = {.id = "elasticsearch.search-index",
		.method = "GET",
		.path = "/{object}/_search",
		.query = "size=0",
		.headers = JSON_HEADER,
		.level = PROBE_L2,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 4,
		.body_bytes = 256 << 10},
	[ROW_READ_KNOWN] = {.id = "elasticsearch.search-known",
		.method = "GET",
		.path = "/{object}/_search",
		.query = "size=0",
		.headers = JSON_HEADER,
		.level = PROBE_L2,
		.right = PROBE_READ,
		.form = PROBE_FORM_JSON,
		.keep = 4,
		.body_bytes = 256 << 10,
		.known_name = true},
	[ROW_INVENTORY] = {SCAN_ROW("inventory", "GET", "/_cat/indices{path}"),
		.query = INVENTORY "&expand_wildcards=all", .from_root = true},
	/* Before 7.7. */
	[ROW_INVENTORY_PLAIN] = {SCAN_ROW("inventory1", "GET", "/_cat/indices{path}"), .query = INVENTORY,
		.from_root = true},
	[ROW_COUNT] = {SCAN_ROW("count", "GET", "{index}/_count"), .form = PROBE_FORM_JSON, .keep = 1},
	[ROW_SCROLL] = {SCAN_ROW("scroll", "POST", "{index}/_search"), .query = "scroll=" KEPT,
		.body = "{\"size\":{size},\"sort\":[\"_doc\"]}"},
	[ROW_SCROLL_NEXT] = {SCAN_ROW("scroll-next", "POST", "/_search/scroll"), .from_root = true,
		.body = "{\"scroll\":\"" KEPT "\",\"scroll_id\":\"{context}\"}"},
	[ROW_SCROLL_CLOSE] = {SCAN_ROW("scroll-close", "DELETE", "/_search/scroll"), .from_root = true,
		.body = "{\"scroll_id\":[\"{context}\"]}"},
	[ROW_PIT] = {SCAN_ROW("pit", "POST", "{index}/_pit"), .query = "keep_alive=" KEPT},
	[ROW_PIT_FIRST] = {SEARCH("pit-first", "_shard_doc", FIRST)},
	[ROW_PIT_NEXT] = {SEARCH("pit-next", "_shard_doc", NEXT)},
	[ROW_PIT_BARE] = {SEARCH("pit-bare", "_shard_doc", BARE)},
	[ROW_PIT_CLOSE] = {SCAN_ROW("pit-close", "DELETE", "/_pit"), .from_root = true,
		.body = "{\"id\":\"{context}\"}"},
	/* OpenSearch, which calls the same by other names. */
	[ROW_TIME] = {SCAN_ROW("time", "POST", "{index}/_search/point_in_time"), .query = "keep_alive=" KEPT},
	[ROW_TIME_FIRST] = {SEARCH("time-first", "_seq_no", FIRST)},
	[ROW_TIME_NEXT] = {SEARCH("time-next", "_seq_no", NEXT)},
	[ROW_TIME_BARE] = {SEARCH("time-bare", "_seq_no", BARE)},
	[ROW_TIME_CLOSE] = {SCAN_ROW("time-close", "DELETE", "/_search/point_in_time"), .from_root = true,
		.body = "{\"pit_id\":[\"{context}\"]}"},
};

static const char *unfit_to_read(const struct probe_target *target)
{
	const char *path = target->path;
	bool one = path[0] == 0 ||
		   (strchr(path + 1, '/') == NULL && strchr("_-+", path[1]) == NULL && strpbrk(path, ",*%") == NULL);
	return one ? NULL : "name a server, or one index, alias or data stream of it: elasticsearch://HOST:9200/NAME";
}

static const struct probe_hits hits = {
	.root = &rows[ROW_ROOT],
	.list_plain = &rows[ROW_INVENTORY_PLAIN],
	.count = &rows[ROW_COUNT],
	.steps = {[PROBE_SCROLL] = {[PROBE_STEP_FIRST] = &rows[ROW_SCROLL],
			  [PROBE_STEP_NEXT] = &rows[ROW_SCROLL_NEXT],
			  [PROBE_STEP_CLOSE] = &rows[ROW_SCROLL_CLOSE]},
		[PROBE_SHARD_DOC] = {&rows[ROW_PIT], &rows[ROW_PIT_FIRST], &rows[ROW_PIT_NEXT], &rows[ROW_PIT_BARE],
			&rows[ROW_PIT_CLOSE]},
		[PROBE_SEQ_NO] = {&rows[ROW_TIME], &rows[ROW_TIME_FIRST], &rows[ROW_TIME_NEXT], &rows[ROW_TIME_BARE],
			&rows[ROW_TIME_CLOSE]}},
	.unfit = unfit_to_read,
};

static const struct probe_shelf shelf = {.form = PROBE_LISTING_INDICES, .first = &rows[ROW_INVENTORY], .hits = &hits};

/* What the service has of its own in number[]. */
enum { NUMBER_PLAIN_CAT, NUMBER_ROOT_REFUSED, NUMBER_UNSECURED, NUMBER_DOCUMENTS };

static bool warns(const struct probe_answer *answer)
{
	const char *warning = answer->header[PROBE_HEADER_WARNING];
	return warning != NULL && strstr(warning, "security features are not enabled") != NULL;
}

static bool answers(const struct probe_answer *answer)
{
	struct st_span tagline = probe_fact(answer->facts, "tagline", 0);
	return answer->header[PROBE_HEADER_X_ELASTIC_PRODUCT] != NULL || warns(answer) ||
	       (tagline.data != NULL && probe_fact_count(answer->facts, "version.number") > 0) ||
	       probe_fact_count(answer->facts, "error.root_cause") > 0 ||
	       probe_fact_is(answer->facts, "error.type", "security_exception");
}

/* AWS: vpc-... and search-....es.amazonaws.com; Elastic's own cloud. */
static bool names(const struct probe_target *target)
{
	static const char *const ends[] = {
		".es.amazonaws.com", ".aos.amazonaws.com", ".found.io", ".elastic-cloud.com"};
	size_t size = strlen(target->host);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (size > strlen(ends[i]) && strcmp(target->host + size - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static enum probe_state refused(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 401 || answer->status == 403)
		return PROBE_CLOSED;
	if (answer->status >= 300 && answer->status < 400)
		probe_say(probe, "it redirects elsewhere (%u), which is not followed", answer->status);
	else
		probe_say(probe, "it answers %u, which says nothing of access", answer->status);
	return PROBE_CANNOT_TELL;
}

/* "Elasticsearch 7.17.9"; the number only where it is one. */
static void take_product(struct probe *probe, const struct probe_answer *answer)
{
	struct st_span number = probe_fact(answer->facts, "version.number", 0);
	bool open_search = probe_fact_is(answer->facts, "version.distribution", "opensearch");
	if (number.data == NULL || number.size > 24)
		return;
	for (size_t i = 0; i < number.size; i++)
		if (!isalnum(number.data[i]) && strchr(".-_", number.data[i]) == NULL)
			return;
	probe->product.size = 0;
	st_buf_format(&probe->product, "%s %.*s", open_search ? "OpenSearch" : "Elasticsearch", (int)number.size,
		(const char *)number.data);
}

static void take_root(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->status == 200 && answers(answer)) {
		take_product(probe, answer);
		if (warns(answer))
			probe->number[NUMBER_UNSECURED] = 1;
		if (probe->level < PROBE_L2) {
			probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
			probe_say(probe,
				"the server answers who it is without credentials; its indices were not asked for");
		}
		return;
	}
	probe->number[NUMBER_ROOT_REFUSED] = answer->status == 401;
	if (probe->level < PROBE_L2)
		probe_set(probe, PROBE_LIST, refused(probe, answer));
}

static uint64_t number_of(struct st_span text)
{
	uint64_t value = 0;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
			return 0;
	return value;
}

static bool is_hidden(struct st_span name)
{
	return name.size > 0 && name.data[0] == '.';
}

/* The first index that is nobody's housekeeping is the one to ask for; else the first. */
static void take_indices(struct probe *probe, const struct probe_answer *answer)
{
	struct st_span name, chosen = {NULL, 0};
	for (uint32_t i = 0; (name = probe_fact(answer->facts, "[].index", i)).data != NULL; i++) {
		probe->number[NUMBER_DOCUMENTS] += number_of(probe_fact(answer->facts, "[].docs.count", i));
		if (chosen.data == NULL || (is_hidden(chosen) && !is_hidden(name)))
			chosen = name;
	}
	probe->ransom_notes = 0;
	probe_saw_notes(probe, answer, "[].index");
	probe->objects_seen = probe_fact_count(answer->facts, "[].index");
	probe->seen_object.size = 0;
	if (chosen.data != NULL)
		st_buf_add(&probe->seen_object, chosen.data, chosen.size);
}

static void say_open(struct probe *probe)
{
	/* docs.count of the server: every nested part of a document is one. */
	probe_say(probe, "%llu %s, %llu documents with nested ones%s%s%s", (unsigned long long)probe->objects_seen,
		probe->objects_seen == 1 ? "index" : "indices", (unsigned long long)probe->number[NUMBER_DOCUMENTS],
		probe->number[NUMBER_UNSECURED] ? "; the server itself warns that its security is off" : "",
		probe->ransom_notes > 0 ? "; ransom notes among them: somebody wiped data here" : "",
		probe->verdict.rights[PROBE_READ] == PROBE_OPEN ? "; searches are answered" : "");
}

/* A table of the first versions, which do not know format=json: lines that begin with a colour of health. */
static bool is_old_table(const struct probe_answer *answer)
{
	struct st_span text = probe_fact(answer->facts, "bytes", 0);
	return text.size > 6 && (memcmp(text.data, "green ", 6) == 0 || memcmp(text.data, "yellow", 6) == 0 ||
					memcmp(text.data, "red   ", 6) == 0);
}

/* Rows that name indices; of a cluster that said what it is also a list of none. A page of HTML is neither. */
static bool is_table(const struct probe *probe, const struct probe_answer *answer)
{
	const struct probe_facts *facts = answer->facts;
	bool none = facts->body == PROBE_BODY_WHOLE && facts->count == 1 && probe_fact_count(facts, "") == 1;
	return probe_fact_count(facts, "[].index") > 0 ||
	       (none && (probe->product.size > 0 || answer->header[PROBE_HEADER_X_ELASTIC_PRODUCT] != NULL));
}

static void take_cat(struct probe *probe, const struct probe_answer *answer)
{
	if (answer->request->row == &rows[ROW_CAT] && answer->status == 400) {
		probe->number[NUMBER_PLAIN_CAT] = 1;
	} else if (answer->status == 200 && (is_old_table(answer) || is_table(probe, answer))) {
		probe_set(probe, PROBE_LIST, PROBE_OPEN);
		take_indices(probe, answer);
		say_open(probe);
	} else if (answer->status == 200) {
		probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
		probe_say(probe, "200, but no list of indices");
	} else if (answer->status == 404 && probe->target->path[0] != 0) {
		probe_set(probe, PROBE_LIST, PROBE_CANNOT_TELL);
		probe_say(probe, "the server answers without credentials; there is no such index");
	} else {
		enum probe_state state = refused(probe, answer);
		probe_set(probe, PROBE_LIST, state);
		if (state == PROBE_CLOSED && answer->status == 401 && probe->number[NUMBER_ROOT_REFUSED]) {
			probe->verdict.refused_as_a_whole = true;
			probe_set(probe, PROBE_READ, PROBE_CLOSED);
			probe_say(probe, "every step asks for credentials");
		}
	}
}

static void take_search(struct probe *probe, const struct probe_answer *answer)
{
	bool found = answer->status == 200 && (probe_fact_count(answer->facts, "hits.total") > 0 ||
						      probe_fact_count(answer->facts, "hits.total.value") > 0);
	if (found) {
		probe_set(probe, PROBE_READ, PROBE_OPEN);
		if (probe->verdict.rights[PROBE_LIST] == PROBE_OPEN)
			say_open(probe);
		else
			probe_say(probe, "searches are answered without credentials");
	} else if (answer->status == 404) {
		probe_set(probe, PROBE_READ, PROBE_CANNOT_TELL);
		probe_say(probe, "the index known from earlier evidence is gone");
	} else {
		enum probe_state state = answer->status == 200 ? PROBE_CANNOT_TELL : refused(probe, answer);
		probe_set(probe, PROBE_READ, state);
	}
}

static bool wants(struct probe *probe, int row, struct probe_request *out)
{
	bool of_index = probe->target->path[0] != 0, seen = probe->seen_object.size > 0;
	*out = (struct probe_request){.row = &rows[row]};
	if (probe->verdict.refused_as_a_whole)
		return false;
	switch (row) {
	case ROW_CAT_PLAIN:
		if (probe->number[NUMBER_PLAIN_CAT] == 0)
			return false;
		break;
	case ROW_READ_SELF:
		if (!of_index && (seen || probe->known_object.data != NULL))
			return false;
		break;
	case ROW_READ_INDEX:
		if (of_index || !seen)
			return false;
		out->object = (struct st_span){probe->seen_object.data, probe->seen_object.size};
		break;
	case ROW_READ_KNOWN:
		if (of_index || seen || probe->known_object.data == NULL)
			return false;
		out->object = probe->known_object;
		out->known = true;
		break;
	default:
		break;
	}
	return probe_allows(probe, &rows[row], out->known);
}

static bool next(struct probe *probe, struct probe_request *out)
{
	while (probe->step < CHECK_ROWS)
		if (wants(probe, probe->step++, out))
			return true;
	/* Whoever may do all that on a server whose security is off may write as well. */
	if (probe->verdict.rights[PROBE_READ] == PROBE_OPEN)
		probe_set(probe, PROBE_WRITE, probe->number[NUMBER_UNSECURED] ? PROBE_OPEN : PROBE_CANNOT_TELL);
	else if (probe_verdict(probe) == PROBE_CLOSED)
		probe_set(probe, PROBE_WRITE, PROBE_CLOSED);
	return false;
}

static void take(struct probe *probe, const struct probe_answer *answer)
{
	if (probe_unanswered(probe, answer))
		return;
	const struct probe_row *row = answer->request->row;
	if (row == &rows[ROW_ROOT])
		take_root(probe, answer);
	else if (row == &rows[ROW_CAT] || row == &rows[ROW_CAT_PLAIN])
		take_cat(probe, answer);
	else
		take_search(probe, answer);
}

const struct probe_service probe_elasticsearch = {
	.name = "elasticsearch",
	.title = "Elasticsearch",
	.port = 9200,
	.names = names,
	.answers = answers,
	.rows = rows,
	.row_count = sizeof rows / sizeof rows[0],
	.next = next,
	.take = take,
	.shelf = &shelf,
	.advice = "close the port to the internet and enable security, then check again",
};
