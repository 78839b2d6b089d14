/* An index read to its end: what is asked, in which order, and what is made of the answers. The answers are written
 * into the pipe before; what was asked is read afterwards. */
#include "worker/pages.h"

#include "base/ceilings.h"
#include "process/message.h"

#include "check.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define HIT(id, sort) "{\"_id\":\"" id "\",\"_source\":{\"m\":1},\"sort\":[" sort "]}"
#define PAGE(total, hits) "{\"pit_id\":\"p\",\"hits\":{\"total\":" total ",\"hits\":[" hits "]}}"
#define OPENED "{\"id\":\"p\"}"

struct answer {
	enum st_reason reason;
	const char *body;
};

static const struct {
	const char *name;
	enum probe_order order;
	struct answer answers[8];
	const char *asked; /* STEP after/size of each: O F N B; "s" in front with a scroll; c: a context was told */
	const char *given; /* places of the documents that came */
	enum st_reason reason;
} cases[] = {
	{"points in time", PROBE_SHARD_DOC,
		{{0, OPENED}, {0, PAGE("3", HIT("a", "0") "," HIT("b", "4294967296"))},
			{0, PAGE("0", HIT("c", "4294967297"))}, {0, PAGE("0", "")}},
		"O c F N4294967296 N4294967297", "a b c", ST_REASON_NONE},
	{"documents of several shards with one number", PROBE_SEQ_NO,
		{{0, OPENED}, {0, PAGE("4", HIT("a", "0") "," HIT("b", "0"))},
			{0, PAGE("0", HIT("b", "0") "," HIT("a", "0") "," HIT("c", "0"))},
			{0, PAGE("0", HIT("c", "0") "," HIT("a", "0") "," HIT("b", "0") "," HIT("d", "1"))},
			{0, PAGE("0", HIT("d", "1"))}},
		"O c F N-1 N-1 N0", "a b c d", ST_REASON_NONE},
	{"a scroll", PROBE_SCROLL, {{0, PAGE("2", HIT("a", "0"))}, {0, PAGE("2", HIT("b", "0"))}, {0, PAGE("2", "")}},
		"sF c sN sN", "a b", ST_REASON_NONE},
	{"a point in time that is refused", PROBE_SHARD_DOC,
		{{ST_REASON_PERMISSION, ""}, {0, PAGE("1", HIT("a", "0"))}, {0, PAGE("1", "")}}, "O sF c sN", "a",
		ST_REASON_NONE},
	{"a question that is refused whatever it asks for", PROBE_SHARD_DOC, {{0, OPENED}, {ST_REASON_UNSUPPORTED, ""}},
		"O c F", "", ST_REASON_UNSUPPORTED},
	{"no budget for it", PROBE_SHARD_DOC, {{ST_REASON_OUT_OF_SCOPE, ""}}, "O", "", ST_REASON_OUT_OF_SCOPE},
	{"too large, then stepped over", PROBE_SHARD_DOC,
		{{0, OPENED}, {ST_REASON_LIMIT_SIZE, "{\"hi"}, {0, PAGE("2", "{\"_id\":\"a\",\"sort\":[3]}")},
			{0, PAGE("0", HIT("b", "5"))}, {0, PAGE("0", "")}},
		"O c F B-1 N3 N5", "b", ST_REASON_LIMIT_SIZE},
	{"a scroll that came too large", PROBE_SCROLL,
		{{0, PAGE("3", HIT("a", "0"))}, {ST_REASON_LIMIT_SIZE, "{\"hi"}, {0, PAGE("3", HIT("c", "0"))},
			{0, PAGE("3", "")}},
		"sF c sN sN sN", "a c", ST_REASON_LIMIT_SIZE},
	{"fewer than there were", PROBE_SHARD_DOC, {{0, OPENED}, {0, PAGE("2", HIT("a", "0"))}, {0, PAGE("0", "")}},
		"O c F N0", "a", ST_REASON_SOURCE_ERROR},
	{"more than there were", PROBE_SHARD_DOC,
		{{0, OPENED}, {0, PAGE("1", HIT("a", "0"))}, {0, PAGE("0", HIT("b", "1"))}}, "O c F N0", "a",
		ST_REASON_CORRUPT},
	{"the same again", PROBE_SHARD_DOC, {{0, OPENED}, {0, PAGE("9", HIT("a", "5"))}, {0, PAGE("0", HIT("a", "5"))}},
		"O c F N5", "a", ST_REASON_CORRUPT},
	{"no order", PROBE_SHARD_DOC, {{0, OPENED}, {0, PAGE("9", HIT("a", "\"x\""))}}, "O c F", "", ST_REASON_CORRUPT},
	{"the context is gone", PROBE_SHARD_DOC,
		{{0, OPENED}, {0, PAGE("2", HIT("a", "0"))}, {ST_REASON_SOURCE_CHANGED, ""}}, "O c F N0", "a",
		ST_REASON_SOURCE_ERROR},
	{"the index is gone", PROBE_SCROLL, {{ST_REASON_SOURCE_CHANGED, ""}}, "sF", "", ST_REASON_SOURCE_CHANGED},
	{"an index without sources", PROBE_SCROLL, {{0, PAGE("1", "{\"_id\":\"a\"}")}, {0, PAGE("1", "")}}, "sF c sN",
		"", ST_REASON_NO_TEXT},
	{"a context that is no name", PROBE_SCROLL,
		{{0, "{\"_scroll_id\":\"x\\\"}\",\"hits\":{\"total\":1,\"hits\":[]}}"}}, "sF", "",
		ST_REASON_SOURCE_ERROR},
	{"the process that asks is gone", PROBE_SCROLL, {{0, NULL}}, "sF", "", ST_REASON_SOURCE_ERROR},
};

static void write_answers(int pipe, const struct answer *answers)
{
	for (size_t i = 0; i < 8 && answers[i].body != NULL; i++) {
		st_auto_buf struct st_buf all = {0};
		st_buf_add_byte(&all, (uint8_t)answers[i].reason);
		st_buf_add_u32(&all, (uint32_t)strlen(answers[i].body));
		st_buf_add(&all, answers[i].body, strlen(answers[i].body));
		if (write(pipe, all.data, all.size) != (ssize_t)all.size)
			abort();
	}
	close(pipe);
}

static void read_asked(int socket, struct st_buf *out)
{
	struct message_reader *reader = message_reader_open(socket);
	struct message message;
	while (message_next(reader, &message) == MESSAGE_OK) {
		struct st_cursor in = {message.body.data, message.body.data + message.body.size, false};
		(void)st_cursor_u32(&in);
		uint8_t order = st_cursor_byte(&in), step = st_cursor_byte(&in);
		long long after = (long long)st_cursor_u64(&in);
		st_buf_format(out, "%s", out->size > 0 ? " " : "");
		if (message.type == WORKER_CONTEXT)
			st_buf_format(out, "c");
		else
			st_buf_format(out, "%s%c", order == PROBE_SCROLL ? "s" : "", "OFNBC"[step]);
		if (message.type == WORKER_PAGE && order != PROBE_SCROLL && step >= PROBE_STEP_NEXT)
			st_buf_format(out, "%lld", after);
	}
	message_reader_close(reader);
	st_buf_add_byte(out, 0);
}

static void add_places(const struct extract_lines *lines, struct st_buf *out)
{
	if (lines->places->size == 0)
		return;
	struct st_cursor in = {lines->places->data, lines->places->data + lines->places->size, false};
	while (in.at < in.end) {
		uint64_t start = st_cursor_u64(&in);
		struct st_span label = st_cursor_span(&in);
		bool begins = start < lines->text.size && lines->text.data[start] == '{' &&
			      (start == 0 || lines->text.data[start - 1] == '\n');
		st_buf_format(out, "%s%s%.*s", out->size > 0 ? " " : "", begins ? "" : "?",
			(int)(label.size - sizeof "document"), (const char *)label.data + sizeof "document");
	}
}

static void run(size_t i)
{
	int ends[2], sockets[2];
	struct outbox out = {0};
	struct extract_lines lines;
	enum st_reason reason;
	st_auto_buf struct st_buf asked = {0}, given = {0};
	CHECK(pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	write_answers(ends[1], cases[i].answers);
	out.socket = sockets[0];
	outbox_begin(&out, 7);
	/* So much a document that one is asked for at a time. */
	struct pages_index index = {{(const uint8_t *)"i", 1}, cases[i].order, 1, CEIL_HITS_AIM_BYTES};
	struct pages *pages = pages_open(ends[0], &index, &out);
	const struct extract_pages *api = pages_of(pages);
	while (api->next(api->context, &lines, &reason))
		add_places(&lines, &given);
	st_buf_add_byte(&given, 0);
	close(sockets[0]);
	read_asked(sockets[1], &asked);
	if (reason != cases[i].reason || strcmp((const char *)asked.data, cases[i].asked) != 0 ||
		strcmp((const char *)given.data, cases[i].given) != 0)
		CHECK_FAIL("%s: asked \"%s\", given \"%s\", reason %d", cases[i].name, (const char *)asked.data,
			(const char *)given.data, reason);
	pages_close(pages);
	st_buf_free(&out.frames);
	st_buf_free(&out.records);
	st_buf_free(&out.mentions);
	close(ends[0]);
	close(sockets[1]);
}

static void each_document_is_asked_for_once_or_told_as_missing(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		run(i);
}

int main(void)
{
	RUN(each_document_is_asked_for_once_or_told_as_missing);
	CHECK_END();
}
