/*
 * gzip (RFC 1952): one member, the decompressed bytes of all gzip members one after the other, under the name that the
 * first of them carries, or "data". CRC-32 and length of each are checked. Bytes behind the last that are no padding of
 * zeros were not read: the container is then partial(corrupt).
 */
#include <stdlib.h>

#include "extract/inflate.h"
#include "extract/reader.h"

#define FLAG_EXTRA 0x04
#define FLAG_NAME 0x08
#define HEADER_BYTES 10

struct gzip {
	struct stream stream;
	struct window from;
	struct inflate inflate;
	bool garbage;
};

static int gzip_bid(const struct reader_input *input)
{
	struct st_span head = input->head;
	if (head.size < 2 || head.data[0] != 0x1f || head.data[1] != 0x8b)
		return 0;
	return head.size > 2 && head.data[2] != Z_DEFLATED ? 0 : 100;
}

/* Raw bytes: RFC 1952 says ISO 8859-1, writers put what the file system had. */
static struct st_span stored_name(struct st_span head)
{
	static const struct st_span unnamed = {(const uint8_t *)"data", 4};
	size_t at = HEADER_BYTES;
	if (head.size < at || (head.data[3] & FLAG_NAME) == 0)
		return unnamed;
	if ((head.data[3] & FLAG_EXTRA) != 0) {
		if (head.size < at + 2)
			return unnamed;
		at += 2u + window_u16(head.data + at);
	}
	const uint8_t *end = at < head.size ? memchr(head.data + at, 0, head.size - at) : NULL;
	if (end == NULL || end == head.data + at)
		return unnamed;
	return (struct st_span){head.data + at, (size_t)(end - head.data) - at};
}

/* After one gzip member: true when another begins. */
static bool next_member(struct gzip *gzip)
{
	size_t have = window_fill(&gzip->from, 2);
	const uint8_t *at = window_bytes(&gzip->from);
	if (have >= 2 && at[0] == 0x1f && at[1] == 0x8b) {
		inflate_again(&gzip->inflate);
		return true;
	}
	while (!gzip->garbage && (have = window_fill(&gzip->from, 1)) > 0) {
		at = window_bytes(&gzip->from);
		for (size_t i = 0; i < have; i++)
			gzip->garbage |= at[i] != 0;
		gzip->from.at += have;
	}
	return false;
}

static ssize_t gzip_member_read(struct stream *stream, void *data, size_t capacity)
{
	struct gzip *gzip = stream->self;
	for (;;) {
		ssize_t got = inflate_read(&gzip->inflate, data, capacity);
		if (got > 0)
			return got;
		if (got == 0 && next_member(gzip))
			continue;
		stream->reason = got < 0 ? gzip->inflate.reason : gzip->from.reason;
		return stream->reason == ST_REASON_NONE ? 0 : -1;
	}
}

static void gzip_read(struct reader_input *input, struct extract_part_result *result)
{
	struct gzip *gzip = st_alloc_zero(1, sizeof(*gzip));
	enum st_reason reason = ST_REASON_NONE;
	gzip->stream = (struct stream){.read = gzip_member_read, .self = gzip};
	window_open(&gzip->from, input->stream, false);
	inflate_open(&gzip->inflate, &gzip->from, INFLATE_GZIP, UINT64_MAX, extract_run_limits(input->run));
	if (extract_run_entry(input, &reason))
		extract_run_member(input, stored_name(input->head), &gzip->stream, &reason);
	if (reason == ST_REASON_NONE)
		reason = gzip->stream.reason;
	if (reason == ST_REASON_NONE && gzip->garbage)
		reason = ST_REASON_CORRUPT;
	extract_run_container_end(input, reason, result);
	inflate_close(&gzip->inflate);
	window_close(&gzip->from);
	free(gzip);
}

const struct reader reader_gzip = {
	.format = "gz",
	.bid = gzip_bid,
	.read = gzip_read,
	.container = true,
};
