/*
 * mbox: messages one after the other, each behind a `From ` line. Such a line inside a body is quoted by some writers
 * and not by others, so that one only counts where a header follows it; of `>From ` one sign is taken away. A member is
 * a message with its `From ` line, which holds the address of its sender.
 */
#include <stdlib.h>

#include "extract/mail_shape.h"
#include "extract/reader.h"
#include "extract/window.h"

/* Signs before `From ` that are looked at. */
#define QUOTE_BYTES 64

struct mbox {
	struct stream stream;
	struct window window;
	bool line_start;
	bool first; /* nothing of the message was given */
};

static bool begins_message(struct st_span head, bool head_is_all)
{
	if (!mail_is_from_line(head.data, head.size))
		return false;
	struct mail_shape shape = mail_shape(head, head_is_all);
	return mail_is_header(&shape);
}

static int bid(const struct reader_input *input)
{
	if (input->hint.joined || input->hint.is_message)
		return 0;
	return begins_message(input->head, input->head_is_all) ? READER_CERTAIN : 0;
}

/* Does the next message begin `ahead` bytes on? */
static bool at_message(struct mbox *mbox, size_t ahead)
{
	const uint8_t *p = window_bytes(&mbox->window) + ahead;
	if (window_fill(&mbox->window, ahead + 5) < ahead + 5)
		return false;
	p = window_bytes(&mbox->window) + ahead;
	if (!mail_is_from_line(p, 5))
		return false;
	size_t have = window_fill(&mbox->window, ahead + CEIL_MBOX_LOOK_BYTES);
	p = window_bytes(&mbox->window) + ahead;
	size_t size = have - ahead < CEIL_MBOX_LOOK_BYTES ? have - ahead : CEIL_MBOX_LOOK_BYTES;
	return begins_message((struct st_span){p, size}, size < CEIL_MBOX_LOOK_BYTES);
}

/* Bytes of a blank line here. */
static size_t blank_line(struct mbox *mbox)
{
	size_t have = window_fill(&mbox->window, 2);
	const uint8_t *p = window_bytes(&mbox->window);
	if (have > 0 && p[0] == '\n')
		return 1;
	return have > 1 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

/* One sign of `>From `, `>>From `... is not the message's. */
static void unquote(struct mbox *mbox)
{
	size_t have = window_fill(&mbox->window, QUOTE_BYTES), at = 0;
	const uint8_t *p = window_bytes(&mbox->window);
	while (at < have && p[at] == '>')
		at++;
	if (at > 0 && mail_is_from_line(p + at, have - at))
		mbox->window.at++;
}

/* At the start of a line: true when the message ended before it. */
static bool message_ends(struct mbox *mbox)
{
	if (mbox->first)
		return false;
	size_t blank = blank_line(mbox);
	if (at_message(mbox, 0) || (blank > 0 && at_message(mbox, blank))) {
		if (!at_message(mbox, 0))
			mbox->window.at += blank;
		return true;
	}
	unquote(mbox);
	return false;
}

/* Bytes that are certainly of this message: up to the next line that must be looked at. */
static size_t plain_bytes(struct mbox *mbox, size_t have)
{
	const uint8_t *p = window_bytes(&mbox->window), *at = p, *end = p + have;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		if (at == end || *at == 'F' || *at == '>' || *at == '\n' || *at == '\r') {
			mbox->line_start = true;
			return (size_t)(at - p);
		}
	}
	return have;
}

static ssize_t message_read(struct stream *stream, void *data, size_t capacity)
{
	struct mbox *mbox = stream->self;
	if (mbox->line_start && message_ends(mbox))
		return 0;
	size_t have = window_fill(&mbox->window, 1);
	if (have == 0) {
		stream->reason = mbox->window.reason;
		return stream->reason == ST_REASON_NONE ? 0 : -1;
	}
	mbox->line_start = mbox->first = false;
	size_t size = plain_bytes(mbox, have < capacity ? have : capacity);
	memcpy(data, window_bytes(&mbox->window), size);
	mbox->window.at += size;
	return (ssize_t)size;
}

static void drain(struct mbox *mbox)
{
	uint8_t scratch[8192];
	mbox->stream.reason = ST_REASON_NONE;
	while (message_read(&mbox->stream, scratch, sizeof(scratch)) > 0)
		;
}

static void read_mbox(struct reader_input *input, struct extract_part_result *result)
{
	struct mbox *mbox = st_alloc_zero(1, sizeof(*mbox));
	enum st_reason reason = ST_REASON_NONE;
	window_open(&mbox->window, input->stream, false);
	for (unsigned number = 1; reason == ST_REASON_NONE && window_fill(&mbox->window, 1) > 0; number++) {
		st_auto_free char *name = st_format("message-%u", number);
		mbox->stream = (struct stream){.read = message_read, .self = mbox};
		mbox->first = mbox->line_start = true;
		struct extract_member member = {.name = {(const uint8_t *)name, strlen(name)}, .stream = &mbox->stream};
		member.hint.is_message = true;
		if (extract_run_entry(input, &reason) && extract_run_give(input, &member, &reason))
			drain(mbox);
	}
	if (reason == ST_REASON_NONE)
		reason = mbox->window.reason;
	extract_run_container_end(input, reason, result);
	window_close(&mbox->window);
	free(mbox);
}

const struct reader reader_mbox = {.format = "mbox", .bid = bid, .read = read_mbox, .container = true};
