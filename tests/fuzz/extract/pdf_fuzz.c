/* What helper programs say of a PDF is hostile, too: any output of any of them breaks no rule of extract.h. The first
 * byte says how one of them ends, the second which one; then come their outputs, divided by the byte 0x1e. */
#include <stdio.h>

#include "../../unit/extract/recorder.h"
#include "../../unit/extract/scripted_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DIVIDER 0x1e

static void script(struct scripted_help *h, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	for (int i = 0; i < HELPER_WORKERS && data < end; i++) {
		const uint8_t *next = memchr(data, DIVIDER, (size_t)(end - data));
		h->answers[i].output = data;
		h->answers[i].output_bytes = (size_t)((next != NULL ? next : end) - data);
		data = next != NULL ? next + 1 : end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char document[] = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n";
	struct scripted_help h = {0};
	struct recorder seen;
	if (size < 2)
		return 0;
	script(&h, data + 2, size - 2);
	struct scripted_answer *answer = &h.answers[data[1] % HELPER_WORKERS];
	answer->how = (enum helped)(data[0] % HELPED_ENDS);
	answer->exit_status = data[0] / HELPED_ENDS;
	answer->errors = data[1] & 0x80 ? "Syntax Error: odd\n" : NULL;
	struct extract_help help = scripted_help_of(&h);
	struct extract_options options = {.help = &help};
	struct extract_limits limits = extract_limits_default();
	struct stream *stream = stream_open_memory(document, sizeof document - 1);
	limits.nesting_depth = 3;
	limits.expanded_bytes = 1 << 20;
	limits.archive_entries = 20;
	recorder_run(&seen, stream, &options, &limits);
	recorder_rule(&seen, !h.broken && h.open == 0, "documents for helpers nest");
	if (seen.broken != NULL) {
		fprintf(stderr, "broken: %s\n", seen.broken);
		abort();
	}
	recorder_free(&seen);
	stream_close(stream);
	st_buf_free(&h.document);
	return 0;
}
