#include "worker/imports.h"

#include "base/ceilings.h"
#include "probe/inventory.h"
#include "probe/sighting.h"
#include "worker/protocol.h"

#define BATCH_BYTES (CEIL_MESSAGE_BYTES / 4)

/* Lists: Shodan's search (matches) and host (data), BinaryEdge's query (events, and results in them), LeakIX's host
 * (Services, Leaks). */
static const char *const sighting_lists[] = {
	"matches", "data", "events", "results", "Services", "Leaks", "sightings", NULL};
const struct rows_form imports_sightings = {.places = probe_sighting_places, .lists = sighting_lists};

/* entries: ours; value: REST; data: Resource Graph; Buckets: aws s3api list-buckets. */
static const char *const inventory_lists[] = {"entries", "value", "data", "Buckets", NULL};
const struct rows_form imports_inventory = {.places = probe_entry_places, .lists = inventory_lists};

struct telling {
	struct worker *worker;
	uint32_t job, count;
	uint8_t what;
	int64_t now;
	struct st_buf rows, held;
};

static void send_batch(struct telling *t)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, t->job);
	st_buf_add_u32(&body, t->count);
	st_buf_add(&body, t->rows.data, t->rows.size);
	if (t->count > 0)
		outbox_send(&t->worker->out, WORKER_ROW, &body);
	t->count = 0;
	t->rows.size = 0;
}

static void take_row(void *context, const struct rows_row *row)
{
	struct telling *t = context;
	struct probe_row_fields fields = {.row = row->number, .broken = row->broken, .text = row->text};
	if (t->what == WORKER_ROWS_SIGHTINGS) {
		struct probe_sighting sighting;
		probe_sighting_read(&fields, t->now, &t->held, &sighting);
		probe_sighting_encode(&t->rows, &sighting);
	} else {
		struct probe_entry entry;
		probe_entry_read(&fields, &entry);
		probe_entry_encode(&t->rows, &entry);
	}
	t->count++;
	if (t->rows.size >= BATCH_BYTES)
		send_batch(t);
}

void worker_imports(struct worker *worker, const struct message *message)
{
	st_auto_close int fd = message->fd;
	struct st_cursor in = {.at = message->body.data, .end = message->body.data + message->body.size};
	struct telling t = {.worker = worker, .job = st_cursor_u32(&in), .what = st_cursor_byte(&in)};
	t.now = (int64_t)st_cursor_u64(&in);
	uint64_t size = st_cursor_u64(&in);
	enum rows_end end = ROWS_CUT;
	st_buf_reserve(&t.rows, 1);
	if (!in.bad && fd >= 0 && t.what < WORKER_ROWS_KINDS) {
		struct stream *stream = stream_open_fd(fd, size);
		end = rows_read(stream, t.what == WORKER_ROWS_SIGHTINGS ? &imports_sightings : &imports_inventory,
			take_row, &t);
		stream_close(stream);
	}
	send_batch(&t);
	st_buf_free(&t.rows);
	st_buf_free(&t.held);
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, t.job);
	st_buf_add_byte(&body, (uint8_t)end);
	outbox_send(&worker->out, WORKER_ROW_END, &body);
}
