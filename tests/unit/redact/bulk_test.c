/* Answers with hits become _bulk lines: which, and what is no answer; the cutting of the input leaves no trace. */
#include "base/ceilings.h"
#include "redact/bulk.h"

#include "check.h"

static bool keep(void *context, const void *data, size_t size)
{
	st_buf_add(context, data, size);
	return true;
}

static enum bulk_status bulk_of(const char *text, size_t block, struct st_buf *out, uint64_t *at, uint64_t *sourceless)
{
	struct bulk *bulk = bulk_open(keep, out);
	size_t size = strlen(text);
	for (size_t from = 0; from < size; from += block)
		bulk_feed(bulk, text + from, size - from < block ? size - from : block);
	enum bulk_status status = bulk_finish(bulk, at, sourceless);
	bulk_close(bulk);
	st_buf_add_byte(out, 0);
	return status;
}

static void hits_become_lines(void)
{
	static const struct {
		const char *in, *out;
		enum bulk_status status;
		unsigned at, sourceless;
	} rows[] = {
		{"{\"took\":3,\"hits\":{\"total\":1,\"hits\":[{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{\"x\":1}}]}"
		 "}",
			"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"x\":1}\n", BULK_OK, 0, 0},
		{"{\"hits\":{\"hits\":[{\"_source\":{\"a\" : [ 1,\n2 ], \"b\":\" s \\\" "
		 "\\\\\"},\"_id\":\"1\",\"_index\":\"a\"},"
		 "{\"_index\":\"b\",\"_id\":\"2\",\"_routing\":\"r\",\"sort\":[1],\"_source\":{}}]}}",
			"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"a\":[1,2],\"b\":\" s \\\" \\\\\"}\n"
			"{\"index\":{\"_index\":\"b\",\"_id\":\"2\",\"routing\":\"r\"}}\n{}\n",
			BULK_OK, 0, 0},
		{"{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}}\n{\"_index\":\"a\",\"_id\":\"2\",\"_source\":{\"_"
		 "id\":\"in\"}}",
			"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n"
			"{\"index\":{\"_index\":\"a\",\"_id\":\"2\"}}\n{\"_id\":\"in\"}\n",
			BULK_OK, 0, 0},
		{"{\"_source\":{\"hits\":{\"hits\":[{\"_source\":{}}]}},\"_index\":\"a\",\"_id\":\"1\"}",
			"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"hits\":{\"hits\":[{\"_source\":{}}]}}\n",
			BULK_OK, 0, 0},
		{"{\"hits\":{\"hits\":[]}}{\"hits\":{\"hits\":[{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}}]}}",
			"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n", BULK_OK, 0, 0},
		{"{\"hits\":{\"hits\":[{\"_index\":\"a\",\"_id\":\"1\"},{\"_index\":\"a\",\"_id\":\"2\",\"_source\":"
		 "null}]}}",
			"", BULK_OK, 0, 2},
		{"{\"error\":{\"type\":\"x\"}}", "", BULK_STRANGE, 22, 0},
		{"{\"hits\":{\"hits\":[{\"a\":1}]}}", "", BULK_STRANGE, 24, 0},
		{"[1]", "", BULK_STRANGE, 3, 0},
		{"7 ", "", BULK_STRANGE, 1, 0},
		{"", "", BULK_STRANGE, 0, 0},
		{"{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}}x",
			"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n", BULK_NO_JSON, 37, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t block = 1; block < 9; block++) {
			st_auto_buf struct st_buf out = {0};
			uint64_t at, sourceless;
			enum bulk_status status = bulk_of(rows[i].in, block, &out, &at, &sourceless);
			if (status != rows[i].status || at != rows[i].at || sourceless != rows[i].sourceless ||
				strcmp((const char *)out.data, rows[i].out) != 0)
				CHECK_FAIL("%s in blocks of %zu: %d at %u, %u without: %s", rows[i].in, block, status,
					(unsigned)at, (unsigned)sourceless, (const char *)out.data);
		}
	}
}

static void what_breaks_off_is_told(void)
{
	st_auto_buf struct st_buf out = {0};
	uint64_t at, sourceless;
	CHECK_INT(bulk_of("{\"hits\":{\"hits\":[{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}", 5, &out, &at,
			  &sourceless),
		BULK_NO_JSON);
	CHECK_INT(out.size, 1);
}

static void a_hit_that_is_too_large_is_refused_and_answers_of_any_size_are_not(void)
{
	static const char hit[] = "{\"_index\":\"a\",\"_id\":\"1\",\"_source\":{}},", begin[] = "{\"hits\":{\"hits\":[";
	st_auto_buf struct st_buf out = {0}, block = {0};
	uint64_t at, sourceless;
	struct bulk *bulk = bulk_open(keep, &out);
	for (int i = 0; i < 1000; i++)
		st_buf_add(&block, hit, sizeof hit - 1);
	bulk_feed(bulk, begin, sizeof begin - 1);
	for (size_t fed = 0; fed <= CEIL_REDACT_DOCUMENT_BYTES; fed += block.size, out.size = 0)
		CHECK(bulk_feed(bulk, block.data, block.size));
	bulk_feed(bulk, "{\"_source\":{\"a\":\"", 17);
	memset(block.data, 'x', block.size);
	bool going = true;
	for (size_t fed = 0; going && fed <= CEIL_REDACT_DOCUMENT_BYTES + block.size; fed += block.size)
		going = bulk_feed(bulk, block.data, block.size);
	CHECK(!going);
	CHECK_INT(bulk_finish(bulk, &at, &sourceless), BULK_TOO_LARGE);
	bulk_close(bulk);
}

int main(void)
{
	RUN(hits_become_lines);
	RUN(what_breaks_off_is_told);
	RUN(a_hit_that_is_too_large_is_refused_and_answers_of_any_size_are_not);
	CHECK_END();
}
