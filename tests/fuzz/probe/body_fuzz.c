/* Any bytes as the body of an answer, in every form: bounded facts, which survive their frame unchanged. */
#include "base/ceilings.h"
#include "worker/body.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_bounds(const struct probe_facts *facts)
{
	uint64_t held = 0;
	must(facts->count <= CEIL_FACT_PATHS);
	for (uint32_t i = 0; i < facts->count; i++) {
		must(strlen(facts->list[i].path) <= CEIL_FACT_PATH_BYTES);
		must(facts->list[i].value_count <= facts->list[i].count);
		for (uint32_t j = 0; j < facts->list[i].value_count; j++)
			held += facts->list[i].values[j].text.size;
	}
	must(held <= CEIL_FACTS_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct probe_facts facts = {0}, got;
	st_auto_buf struct st_buf frame = {0}, again = {0};
	struct stream *stream = stream_open_memory(data + 1, size - 1);
	body_read(stream, (enum probe_form)(data[0] % PROBE_FORMS), data[0] / PROBE_FORMS, &facts);
	stream_close(stream);
	check_bounds(&facts);
	probe_facts_encode(&facts, &frame);
	must(frame.size <= CEIL_MESSAGE_BYTES - 16);
	struct st_cursor in = {.at = frame.data, .end = frame.data + frame.size};
	must(probe_facts_decode(&in, &got));
	probe_facts_encode(&got, &again);
	must(again.size == frame.size && memcmp(again.data, frame.data, frame.size) == 0);
	probe_facts_free(&got);
	/* A worker that was taken over may send any frame. */
	in = (struct st_cursor){.at = data, .end = data + size};
	if (probe_facts_decode(&in, &got)) {
		check_bounds(&got);
		probe_facts_free(&got);
	}
	probe_facts_free(&facts);
	return 0;
}
