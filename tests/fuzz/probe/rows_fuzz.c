/* Any bytes as a file of sightings or an inventory: rows that are numbered without a gap, and told as they were read.
 */
#include "base/ceilings.h"
#include "probe/inventory.h"
#include "worker/rows.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1700000000

static void must(bool holds)
{
	if (!holds)
		abort();
}

struct seen {
	uint64_t rows;
	bool inventory;
	struct st_buf held, frame;
};

static void take(void *context, const struct rows_row *row)
{
	struct seen *seen = context;
	struct probe_row_fields fields = {.row = row->number, .broken = row->broken, .text = row->text};
	must(row->number == ++seen->rows);
	seen->frame.size = 0;
	st_buf_reserve(&seen->frame, 1);
	if (seen->inventory) {
		struct probe_entry entry, back;
		probe_entry_read(&fields, &entry);
		probe_entry_encode(&seen->frame, &entry);
		struct st_cursor in = {.at = seen->frame.data, .end = seen->frame.data + seen->frame.size};
		must(probe_entry_decode(&in, &back) && in.at == in.end);
	} else {
		struct probe_sighting sighting, back;
		probe_sighting_read(&fields, NOW, &seen->held, &sighting);
		probe_sighting_encode(&seen->frame, &sighting);
		struct st_cursor in = {.at = seen->frame.data, .end = seen->frame.data + seen->frame.size};
		must(probe_sighting_decode(&in, NOW, &back) && in.at == in.end && back.at.to <= NOW);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const lists[] = {"matches", "data", "results", "entries", "Buckets", NULL};
	struct seen seen = {.inventory = size > 0 && data[0] % 2 == 1};
	struct rows_form form = {.places = seen.inventory ? probe_entry_places : probe_sighting_places, .lists = lists};
	if (size < 1)
		return 0;
	struct stream *stream = stream_open_memory(data + 1, size - 1);
	enum rows_end end = rows_read(stream, &form, take, &seen);
	stream_close(stream);
	must(end != ROWS_NONE || seen.rows == 0);
	/* A worker that was taken over may send any frame. */
	struct probe_sighting sighting;
	struct probe_entry entry;
	struct st_cursor in = {.at = data, .end = data + size};
	while (probe_sighting_decode(&in, NOW, &sighting))
		must(sighting.name_count <= PROBE_SIGHTING_NAMES && sighting.at.to <= NOW);
	in = (struct st_cursor){.at = data, .end = data + size};
	while (probe_entry_decode(&in, &entry))
		must(entry.kind < PROBE_ENTRY_KINDS && entry.guard.size <= CEIL_GUARD_BYTES);
	st_buf_free(&seen.held);
	st_buf_free(&seen.frame);
	return 0;
}
