/*
 * Holds a document until it is complete, redacts it in rounds until nothing more is found, and lets it go. The second
 * round is the proof that the first one left nothing; what it still finds (a value that two replaced ones had hidden)
 * is replaced, too.
 */
#include "redact/document.h"

#include <stdlib.h>

#include "base/ceilings.h"
#include "redact/document_job.h"
#include "redact/mbox_cut.h"
#include "redact/message_ids.h"

#define LEAVING_BYTES (64 * KIB)

struct document {
	struct redact_options options;
	struct replacer *replacer;
	enum redact_format format;
	struct st_buf held;
	size_t taken;     /* bytes at the front of held that have left */
	uint64_t held_at; /* offset in the input of what has not */
	struct mbox_cut cut;
	struct seen seen;
	struct passage_search search;
	struct message_ids *ids;
	struct st_buf leaving; /* small messages wait for each other, no longer than the block that they came with */
	struct redact_counts counts;
	enum redact_status status;
};

struct document *document_open(
	const struct redact_options *options, struct replacer *replacer, enum redact_format format)
{
	struct document *d = st_alloc_zero(1, sizeof *d);
	d->options = *options;
	d->replacer = replacer;
	d->format = format;
	passage_search_open(&d->search, &d->options);
	d->ids = message_ids_open(options->mode == REDACT_TOKEN ? replacer : NULL);
	return d;
}

void document_close(struct document *d)
{
	if (d == NULL)
		return;
	st_buf_wipe(&d->held);
	st_buf_wipe(&d->leaving);
	seen_free(&d->seen.domains);
	seen_free(&d->seen.names);
	seen_free(&d->seen.cases);
	passage_search_close(&d->search);
	message_ids_close(d->ids);
	free(d);
}

/* --- events --- */

static uint64_t given(const struct document_origin *origin, uint32_t offset, bool is_end)
{
	for (; origin != NULL; origin = origin->outer) {
		offset = offset < origin->size ? offset : origin->size;
		if (origin->rough)
			offset = is_end ? origin->size : 0;
		else if (origin->map != NULL && is_end && offset > 0)
			offset = origin->map[offset - 1] + 1 > origin->map[offset] ? origin->map[offset - 1] + 1
										   : origin->map[offset];
		else if (origin->map != NULL)
			offset = origin->map[offset];
		offset += origin->base;
	}
	return offset;
}

void document_event(struct document_job *job, struct redact_event event, const struct document_origin *origin)
{
	event.start = job->given_at + given(origin, (uint32_t)event.start, false);
	event.end = job->given_at + given(origin, (uint32_t)event.end, true);
	if (!event.unsearched)
		job->replaced[event.kind]++;
	if (job->options->event != NULL)
		st_buf_add(&job->events, &event, sizeof event);
}

void document_tell(struct document_job *job, const struct passage *passage, const struct document_origin *origin)
{
	const struct passage_edit *edits;
	size_t count = passage_edits(passage, &edits);
	for (size_t i = 0; i < count; i++) {
		if (!edits[i].leads)
			continue;
		struct redact_event event = {.start = edits[i].start,
			.end = edits[i].last > edits[i].end ? edits[i].last : edits[i].end,
			.kind = (enum detect_kind)edits[i].kind,
			.action = (enum redact_action)edits[i].action,
			.confidence = edits[i].confidence};
		document_event(job, event, origin);
	}
}

void document_unsearched(struct document_job *job, uint32_t start, uint32_t end, const struct document_origin *origin)
{
	struct redact_event event = {.start = start, .end = end, .kind = DETECT_KINDS, .action = REDACT_KEEP};
	event.unsearched = true;
	uint64_t at = job->given_at + given(origin, start, false);
	if (!job->options->pass_unsearched) {
		job->unsearched_at = job->refused && job->unsearched_at < at ? job->unsearched_at : at;
		job->refused = true;
		return;
	}
	job->unsearched_bytes += job->given_at + given(origin, end, true) - at;
	document_event(job, event, origin);
}

static int by_start(const void *left, const void *right)
{
	const struct redact_event *a = left, *b = right;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->end > b->end) - (a->end < b->end);
}

static void send_events(struct document *d, struct document_job *job)
{
	struct redact_event *events = (void *)job->events.data;
	size_t count = job->events.size / sizeof *events;
	if (count > 1)
		qsort(events, count, sizeof *events, by_start);
	for (size_t i = 0; i < count; i++)
		d->options.event(d->options.context, &events[i]);
}

/* --- rounds --- */

static bool one_round(struct document *d, struct document_job *job, struct st_span bytes,
	const struct document_origin *origin, struct st_buf *out)
{
	if (d->format == REDACT_HTML)
		return html_redact(job, bytes, NULL, origin, out);
	return mail_redact(job, bytes, false, origin, 0, out);
}

/* True: `bytes` holds the redacted document, in which nothing more is found. */
static bool all_rounds(struct document *d, struct document_job *job, struct st_buf *bytes)
{
	struct document_origin origin = {.size = (uint32_t)bytes->size};
	struct document_origin all = {.size = (uint32_t)bytes->size, .rough = true};
	for (int round = 0; round < CEIL_REDACT_ROUNDS; round++) {
		uint64_t unsearched = job->unsearched_bytes;
		size_t events = job->events.size;
		st_auto_buf struct st_buf out = {0};
		bool changed = one_round(
			d, job, (struct st_span){bytes->data, bytes->size}, round == 0 ? &origin : &all, &out);
		if (job->refused)
			return false;
		/* what passes unsearched was told in the first round */
		if (round > 0) {
			struct redact_event *event = (void *)job->events.data;
			size_t kept = events / sizeof *event;
			for (size_t i = kept; i < job->events.size / sizeof *event; i++)
				if (!event[i].unsearched)
					event[kept++] = event[i];
			job->events.size = kept * sizeof *event;
			job->unsearched_bytes = unsearched;
		}
		if (!changed)
			return true;
		struct st_buf before = *bytes;
		*bytes = out;
		out = before;
		if (bytes->size > CEIL_REDACT_GROWN * CEIL_REDACT_DOCUMENT_BYTES)
			return false;
	}
	return false;
}

static void write_out(struct document *d, const struct st_buf *bytes)
{
	if (bytes->size > 0 && d->status != REDACT_WRITE_FAILED &&
		!d->options.write(d->options.context, bytes->data, bytes->size))
		d->status = REDACT_WRITE_FAILED;
}

static void flush(struct document *d)
{
	write_out(d, &d->leaving);
	d->leaving.size = 0;
}

static void let_go(struct document *d, const struct st_buf *bytes)
{
	if (d->leaving.size + bytes->size > LEAVING_BYTES)
		flush(d);
	if (bytes->size > LEAVING_BYTES)
		write_out(d, bytes);
	else if (bytes->size > 0)
		st_buf_add(&d->leaving, bytes->data, bytes->size);
}

static bool send_document(struct document *d, struct st_buf *bytes)
{
	struct document_job job = {.options = &d->options,
		.replacer = d->replacer,
		.seen = &d->seen,
		.search = &d->search,
		.ids = d->ids,
		.given_at = d->held_at};
	bool good = all_rounds(d, &job, bytes);
	if (good) {
		for (size_t i = 0; i <= DETECT_KINDS; i++)
			d->counts.replaced[i] += job.replaced[i];
		d->counts.unsearched_bytes += job.unsearched_bytes;
		d->counts.bytes_out += bytes->size;
		send_events(d, &job);
		let_go(d, bytes);
	} else {
		bool grown = !job.refused && bytes->size > CEIL_REDACT_GROWN * CEIL_REDACT_DOCUMENT_BYTES;
		d->status = grown ? REDACT_TOO_LARGE : REDACT_UNSEARCHED;
		d->counts.unsearched_at = job.refused ? job.unsearched_at : d->held_at;
	}
	st_buf_free(&job.events);
	return d->status == REDACT_OK;
}

/* The next size bytes of what is held are a document. */
static bool take_document(struct document *d, size_t size)
{
	struct st_buf bytes = {0};
	if (size > CEIL_REDACT_DOCUMENT_BYTES) {
		d->status = REDACT_TOO_LARGE;
		return false;
	}
	st_buf_reserve(&bytes, size);
	st_buf_add(&bytes, d->held.data + d->taken, size);
	bool good = send_document(d, &bytes);
	st_buf_wipe(&bytes);
	d->taken += size;
	d->held_at += size;
	return good;
}

static void take_messages(struct document *d, bool ended)
{
	size_t size;
	if (d->held.size == 0)
		return;
	do {
		struct st_span rest = {d->held.data + d->taken, d->held.size - d->taken};
		size = mbox_cut_next(&d->cut, rest, ended);
	} while (size > 0 && take_document(d, size));
	/* once for all messages of a block: what stays moves */
	st_buf_drop_front(&d->held, d->taken);
	d->taken = 0;
}

/* --- the stream --- */

#define FEED_BYTES ((size_t)1 << 20)

bool document_feed(struct document *d, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	while (size > 0 && d->status == REDACT_OK) {
		/* messages are taken out before more comes in, whatever the size of the blocks */
		size_t some = size < FEED_BYTES ? size : FEED_BYTES;
		st_buf_add(&d->held, bytes, some);
		d->counts.bytes_in += some;
		bytes += some;
		size -= some;
		if (d->format == REDACT_MAIL)
			take_messages(d, false);
		if (d->status == REDACT_OK && d->held.size > CEIL_REDACT_DOCUMENT_BYTES + FEED_BYTES)
			d->status = REDACT_TOO_LARGE;
	}
	flush(d);
	return d->status == REDACT_OK;
}

enum redact_status document_finish(struct document *d, struct redact_counts *counts)
{
	if (d->status == REDACT_OK && d->format == REDACT_MAIL)
		take_messages(d, true);
	else if (d->status == REDACT_OK && d->held.size > 0)
		take_document(d, d->held.size);
	flush(d);
	if (d->status == REDACT_UNSEARCHED)
		d->counts.bytes_in = d->counts.unsearched_at;
	if (counts != NULL)
		*counts = d->counts;
	return d->status;
}
