/* Gathers records and mentions into large frames, frames into large sends, and keeps their order: records go out before
 * the mentions in them. */
#include "worker/outbox.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "process/message.h"

#include <unistd.h>

#define FRAME_BYTES (64 * KIB)
#define PROGRESS_MS 100
#define ALIVE_MS 500

static void push(struct outbox *out)
{
	if (message_send_batch(out->socket, &out->frames) != 0)
		_exit(0);
	out->told_at_ms = st_now_ms();
}

static void add_frame(struct outbox *out, enum worker_message type, const struct st_buf *body)
{
	message_add(&out->frames, type, body->data, body->size);
	if (out->frames.size >= FRAME_BYTES)
		push(out);
}

void outbox_begin(struct outbox *out, uint32_t job)
{
	out->job = job;
	out->stored_bytes = 0;
	out->told_at_ms = st_now_ms();
	out->records.size = out->mentions.size = 0;
	out->records_count = out->mentions_count = 0;
}

/* The count stands before what it counts and is known last. */
static void set_u32(struct st_buf *buf, size_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		buf->data[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

static void flush_records(struct outbox *out)
{
	if (out->records_count == 0)
		return;
	set_u32(&out->records, 8, out->records_count);
	add_frame(out, WORKER_RECORDS, &out->records);
	out->records.size = 0;
	out->records_count = 0;
}

static void flush_mentions(struct outbox *out)
{
	flush_records(out);
	if (out->mentions_count == 0)
		return;
	set_u32(&out->mentions, 4, out->mentions_count);
	add_frame(out, WORKER_MENTIONS, &out->mentions);
	out->mentions.size = 0;
	out->mentions_count = 0;
}

void outbox_add(struct outbox *out, enum worker_message type, const struct st_buf *body)
{
	flush_mentions(out);
	add_frame(out, type, body);
}

void outbox_send(struct outbox *out, enum worker_message type, const struct st_buf *body)
{
	outbox_add(out, type, body);
	if (out->frames.size > 0)
		push(out);
}

void outbox_record(struct outbox *out, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES])
{
	if (out->records_count > 0 && out->records_part != part)
		flush_records(out);
	if (out->records_count == 0) {
		st_buf_add_u32(&out->records, out->job);
		st_buf_add_u32(&out->records, part);
		st_buf_add_u32(&out->records, 0);
		out->records_part = part;
	}
	st_buf_add(&out->records, sha256, ST_SHA256_BYTES);
	out->records_count++;
	if (out->records.size >= FRAME_BYTES)
		flush_records(out);
}

void outbox_mention(struct outbox *out, const struct outbox_mention *mention)
{
	struct st_buf *buf = &out->mentions;
	if (out->mentions_count == 0) {
		st_buf_add_u32(buf, out->job);
		st_buf_add_u32(buf, 0);
	}
	st_buf_add_byte(buf, mention->kind);
	st_buf_add_byte(buf, mention->form);
	st_buf_add_byte(buf, mention->confidence);
	st_buf_add_varint(buf, mention->part);
	st_buf_add_varint(buf, mention->record);
	st_buf_add_varint(buf, mention->start);
	st_buf_add_varint(buf, mention->length);
	st_buf_add_varint(buf, mention->canonical.size);
	st_buf_add(buf, mention->canonical.data, mention->canonical.size);
	out->mentions_count++;
	if (buf->size >= FRAME_BYTES)
		flush_mentions(out);
}

static void send_progress(struct outbox *out)
{
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, out->job);
	st_buf_add_u64(&body, out->stored_bytes);
	add_frame(out, WORKER_PROGRESS, &body);
	push(out);
}

void outbox_progress(struct outbox *out, uint64_t stored_bytes)
{
	out->stored_bytes = stored_bytes;
	if (st_now_ms() - out->told_at_ms >= PROGRESS_MS)
		send_progress(out);
}

void outbox_alive(struct outbox *out)
{
	if (st_now_ms() - out->told_at_ms >= ALIVE_MS)
		send_progress(out);
}
