/* Answers to searches: what each hit is called, where it stands, and how the next is asked for. */
#include "extract/hits_page.h"

#include "check.h"

#define PAGE(hits)                                                                                                    \
	"{\"_scroll_id\":\"c0\",\"timed_out\":false,\"_shards\":{\"failed\":0},\"hits\":{\"total\":7,\"hits\":[" hits \
	"]}}"
#define HIT(id, rest) "{\"_index\":\"i\",\"_id\":\"" id "\"" rest "}"
#define SOURCE ",\"_source\":{\"sort\":[9],\"_id\":\"x\",\"hits\":{\"hits\":[{}]}}"

static const struct {
	const char *name, *body;
	enum st_reason reason;
	const char *context; /* "": none */
	long total;          /* -1: not told */
	const char *hits;    /* "name:sort" or "name:-", with ! where there is no source; divided by '|' */
} cases[] = {
	{"scroll", PAGE(HIT("a", SOURCE ",\"sort\":[4]") "," HIT("b", SOURCE)), ST_REASON_NONE, "c0", 7, "a:4|b:-"},
	{"pit, total as an object",
		"{\"pit_id\":\"p\",\"hits\":{\"total\":{\"value\":3,\"relation\":\"eq\"},\"hits\":[" HIT(
			"a", SOURCE ",\"sort\":[-1,\"t\"]") "]}}",
		ST_REASON_NONE, "p", 3, "a:-1"},
	{"opened", "{\"id\":\"q\"}", ST_REASON_NONE, "q", -1, ""},
	{"of another index", PAGE("{\"_index\":\".ds-i-1\",\"_id\":\"a\"" SOURCE "}"), ST_REASON_NONE, "c0", 7,
		".ds-i-1/a:-"},
	{"no source, sorts that are no numbers", PAGE(HIT("a", ",\"sort\":[\"5\"]") "," HIT("b", ",\"sort\":[1.5]")),
		ST_REASON_NONE, "c0", 7, "a:-!|b:-!"},
	{"a source that is no object", PAGE(HIT("a", ",\"_source\":null")), ST_REASON_NONE, "c0", 7, "a:-!"},
	{"a number too large", PAGE(HIT("a", SOURCE ",\"sort\":[99999999999999999999]")), ST_REASON_NONE, "c0", 7,
		"a:-"},
	{"names written with escapes", PAGE("{\"_i\\u0064\":\"\\u0061\",\"\\u005findex\":\"i\"" SOURCE "}"),
		ST_REASON_NONE, "c0", 7, "a:-"},
	{"a key that begins like ours", PAGE(HIT("a", SOURCE ",\"_idea_of_something_long\":\"z\"")), ST_REASON_NONE,
		"c0", 7, "a:-"},
	{"hits that are no objects", PAGE("1"), ST_REASON_CORRUPT, "c0", 7, ""},
	{"more than asked for", PAGE("{},{},{},{}"), ST_REASON_CORRUPT, "c0", 7, ":-!|:-!|:-!"},
	{"cut off", "{\"_scroll_id\":\"c0\",\"hits\":{\"total\":7,\"hits\":[" HIT("a", SOURCE) ",{\"_id\"",
		ST_REASON_CORRUPT, "c0", 7, "a:-"},
	{"a total that is none", "{\"hits\":{\"total\":-1,\"hits\":[]}}", ST_REASON_CORRUPT, "", -1, ""},
	{"no JSON", "<html>", ST_REASON_CORRUPT, "", -1, ""},
	{"a list", "[]", ST_REASON_CORRUPT, "", -1, ""},
	{"nothing", "", ST_REASON_CORRUPT, "", -1, ""},
};

static void what_a_page_says_is_taken(void)
{
	struct hits_page page = {0};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf hits = {0};
		hits_page_read((struct st_span){(const uint8_t *)cases[i].body, strlen(cases[i].body)},
			(struct st_span){(const uint8_t *)"i", 1}, 3, &page);
		for (size_t k = 0; k < page.count; k++) {
			const struct hit *hit = &page.hits[k];
			st_buf_format(&hits, "%s%.*s:", k > 0 ? "|" : "", (int)hit->name_size,
				(const char *)page.names.data + hit->name);
			if (hit->has_sort)
				st_buf_format(&hits, "%lld", (long long)hit->sort);
			else
				st_buf_add_byte(&hits, '-');
			if (!hit->has_source)
				st_buf_add_byte(&hits, '!');
		}
		st_buf_add_byte(&hits, 0);
		st_buf_add_byte(&page.context, 0);
		if (page.reason != cases[i].reason || strcmp((const char *)page.context.data, cases[i].context) != 0 ||
			(page.has_total ? (long)page.total : -1) != cases[i].total ||
			strcmp((const char *)hits.data, cases[i].hits) != 0)
			CHECK_FAIL("%s: reason %d, context \"%s\", total %ld, hits \"%s\"", cases[i].name, page.reason,
				(const char *)page.context.data, page.has_total ? (long)page.total : -1,
				(const char *)hits.data);
	}
	hits_page_free(&page);
}

static void what_shards_did_not_answer_is_told(void)
{
	static const char body[] =
		"{\"timed_out\":true,\"_shards\":{\"total\":5,\"failed\":2},\"hits\":{\"total\":1,\"hits\":[]}}";
	struct hits_page page = {0};
	hits_page_read((struct st_span){(const uint8_t *)body, sizeof body - 1},
		(struct st_span){(const uint8_t *)"i", 1}, 3, &page);
	CHECK(page.timed_out);
	CHECK_INT(page.shards_failed, 2);
	hits_page_free(&page);
}

static void hits_become_lines_where_they_stand(void)
{
	char body[] = PAGE(HIT("a", SOURCE "\n,\"n\":\"\\n\"") "," HIT("b", "") "," HIT("c", SOURCE));
	static const char want[] = HIT("a", SOURCE " ,\"n\":\"\\n\"") "\n" HIT("c", SOURCE) "\n";
	struct hits_page page = {0};
	hits_page_read((struct st_span){(const uint8_t *)body, sizeof body - 1},
		(struct st_span){(const uint8_t *)"i", 1}, 3, &page);
	CHECK_INT(page.count, 3);
	size_t size = hits_page_lines((uint8_t *)body, &page);
	body[size] = 0;
	CHECK_TEXT(body, want);
	CHECK_INT(page.hits[1].size, 0);
	CHECK_INT(page.hits[2].start, strchr(want, '\n') + 1 - want);
	hits_page_free(&page);
}

int main(void)
{
	RUN(what_a_page_says_is_taken);
	RUN(what_shards_did_not_answer_is_told);
	RUN(hits_become_lines_where_they_stand);
	CHECK_END();
}
