/* Any bytes as a page or a mail: no crash, the same for every cutting, a second run changes nothing, and what comes out
 * is bounded by what went in. The first byte chooses format and size of the blocks. */
#include <stdlib.h>

#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(void *context, const void *data, size_t size)
{
	st_buf_add(context, data, size);
	return true;
}

static enum redact_status run(uint8_t choice, const void *data, size_t size, size_t block, struct st_buf *out)
{
	struct redact_options options = {.format = choice & 1 ? REDACT_MAIL : REDACT_HTML,
		.mode = choice & 2 ? REDACT_LABEL : REDACT_MASK,
		.pass_unsearched = true,
		.write = take,
		.context = out};
	struct redact *redact = redact_open(&options);
	for (size_t at = 0; at < size; at += block)
		redact_feed(redact, (const uint8_t *)data + at, size - at < block ? size - at : block);
	enum redact_status status = redact_finish(redact, NULL);
	redact_close(redact);
	return status;
}

static bool same(const struct st_buf *a, const struct st_buf *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct st_buf once = {0}, other = {0};
	if (size < 2)
		return 0;
	enum redact_status status = run(data[0], data + 1, size - 1, size, &once);
	if (once.size > 64 * size + 4096)
		abort();
	/* one of the two for each input: what takes time is to open the detectors */
	if (data[0] & 4) {
		if (status != run(data[0], data + 1, size - 1, data[0] % 31u + 1, &other) || !same(&once, &other))
			abort();
	} else if (status == REDACT_OK) {
		if (run(data[0], once.data, once.size, once.size + 1, &other) != REDACT_OK || !same(&once, &other))
			abort();
	}
	st_buf_free(&once);
	st_buf_free(&other);
	return 0;
}
