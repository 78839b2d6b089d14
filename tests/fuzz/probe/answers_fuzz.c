/* Any bytes as what a server says over TCP, in every protocol (first byte) and cut into steps of any size (second
 * byte): bounded facts, no reading beyond the bytes; and whatever service asked for them takes them to a verdict with a
 * reason. */
#include "worker/answers.h"

#include "base/ceilings.h"
#include "probe/services.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void frame(const uint8_t *data, size_t size, size_t step, struct st_buf *out)
{
	for (size_t at = 0; at < size; at += step)
		st_buf_add_span(out, data + at, size - at < step ? size - at : step);
}

/* Every row of the form, as if it had been sent. */
static void judge(
	const struct probe_service *service, enum probe_form form, const struct probe_facts *facts, size_t size)
{
	static char path[] = "", host[] = "h.example";
	struct probe_target target = {.path = path, .host = host, .port = service->port};
	for (size_t i = 0; i < service->row_count; i++) {
		struct probe probe = {.level = PROBE_L4, .credentials = true};
		struct probe_request request = {.row = &service->rows[i]}, next;
		struct probe_answer answer = {.request = &request,
			.outcome = PROBE_ANSWERED,
			.body_bytes = size,
			.body_whole = true,
			.facts = facts};
		if (service->rows[i].form != form)
			continue;
		probe_begin(&probe, &target, service);
		(void)service->next(&probe, &next);
		service->take(&probe, &answer);
		for (int j = 0; j < 3 && service->next(&probe, &next); j++)
			must(next.row >= service->rows && next.row < service->rows + service->row_count);
		must(probe_verdict(&probe) != PROBE_OPEN || facts->count > 0);
		probe_end(&probe);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	enum probe_form form =
		(enum probe_form)(PROBE_FORM_REDIS + data[0] % (PROBE_FORM_MONGODB - PROBE_FORM_REDIS + 1));
	struct probe_facts facts = {0};
	st_auto_buf struct st_buf body = {0};
	frame(data + 2, size - 2, data[1] == 0 ? size : data[1], &body);
	struct stream *stream = stream_open_memory(body.data, body.size);
	answers_read(stream, form, 10, &facts);
	stream_close(stream);
	must(facts.count <= CEIL_FACT_PATHS && facts.held_bytes <= CEIL_FACTS_BYTES && facts.body < PROBE_BODIES);
	for (uint32_t i = 0; i < facts.count; i++)
		must(strlen(facts.list[i].path) <= CEIL_FACT_PATH_BYTES && facts.list[i].value_count <= 10);
	const struct probe_service *service;
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++)
		if (service->tcp)
			judge(service, form, &facts, body.size);
	probe_facts_free(&facts);
	return 0;
}
