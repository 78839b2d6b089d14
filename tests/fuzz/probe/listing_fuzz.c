/* Any bytes as a page of a listing: rows that can be told as they were read, or no page at all. */
#include "base/ceilings.h"
#include "worker/listing.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct listing_page page = {0};
	struct stream *stream = stream_open_memory(data + 1, size - 1);
	listing_read(stream, (enum probe_listing)(data[0] % PROBE_LISTINGS), &page);
	stream_close(stream);
	must(page.page == PROBE_PAGE_WHOLE || page.count == 0);
	struct st_cursor in = {.at = page.rows.data, .end = page.rows.data + page.rows.size};
	for (uint64_t i = 0; i < page.count; i++) {
		struct probe_listed listed;
		must(probe_listed_decode(&in, &listed));
	}
	must(in.at == in.end);
	listing_page_free(&page);
	/* A worker that was taken over may send any frame. */
	struct probe_listed listed;
	in = (struct st_cursor){.at = data, .end = data + size};
	while (probe_listed_decode(&in, &listed))
		must(listed.name.size > 0 && listed.name.size <= CEIL_LISTED_NAME_BYTES);
	return 0;
}
