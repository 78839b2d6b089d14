/* Any bytes as an evidence file: judged and searched without harm; no bytes of others are intact. */
#include "probe/timeline.h"

#include <sodium.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[PROBE_EVIDENCE_KEY_BYTES] = {7};
	struct probe_evidence evidence = {0};
	struct probe_chain_report report;
	struct probe_timelines lines = {0};
	struct st_span file = {data, size};
	if (sodium_init() < 0)
		abort();
	probe_evidence_keys(&evidence, key);
	probe_evidence_check(&evidence, file, "00000000", &report);
	if (report.chain == PROBE_CHAIN_INTACT || report.whole_bytes > size)
		abort();
	probe_timelines_take_file(&lines, file);
	for (size_t i = 0; i < lines.count; i++)
		if (lines.list[i].acknowledged_window > lines.list[i].window_count ||
			(lines.list[i].state == PROBE_OPEN && lines.list[i].window_count == 0))
			abort();
	probe_timelines_free(&lines);
	return 0;
}
