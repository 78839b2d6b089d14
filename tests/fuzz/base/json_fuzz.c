/* Any bytes as JSON: the events are the same for every cutting, lie in the input and come in order, and end. */
#include "base/json_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Writes all events down, recovering from errors. */
static void trace(const uint8_t *data, size_t size, size_t cut, struct st_buf *out)
{
	struct st_json_reader *reader = st_json_open(20);
	struct st_json_event e = {0};
	uint64_t last_end = 0;
	size_t at = 0;
	while (e.token != ST_JSON_END) {
		enum st_json_token token = st_json_next(reader, &e);
		if (token == ST_JSON_MORE && at == size) {
			st_json_feed_end(reader);
		} else if (token == ST_JSON_MORE) {
			size_t step = size - at < cut ? size - at : cut;
			st_json_feed(reader, data + at, step);
			at += step;
		} else {
			must(e.start <= e.end && e.end <= at && (e.end >= last_end || token == ST_JSON_ERROR));
			must(e.depth >= 0 && e.depth <= 20 && e.text.size <= 65536);
			last_end = e.end;
			st_buf_add_u64(out, e.start);
			st_buf_add_u64(out, e.end);
			st_buf_add_u32(out, (uint32_t)(e.token * 4 + e.last * 2 + e.escaped));
			st_buf_add_u32(out, (uint32_t)e.depth);
			st_buf_add_span(out, e.text.data, e.text.size);
		}
		if (token == ST_JSON_ERROR || token == ST_JSON_TOO_DEEP)
			st_json_resync(reader);
	}
	st_json_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	st_auto_buf struct st_buf whole = {0}, cut = {0};
	if (size < 1)
		return 0;
	trace(data + 1, size - 1, SIZE_MAX, &whole);
	trace(data + 1, size - 1, (size_t)data[0] % 32 + 1, &cut);
	must(whole.size == cut.size && memcmp(whole.data, cut.data, whole.size) == 0);
	return 0;
}
