/* Runs zlib over a window, a piece at a time, and ends what expands beyond the ratio of a bomb. */
#include <limits.h>
#include <stdlib.h>

#include "extract/inflate.h"

/* MAX_WBITS, alone for zlib, negative for raw deflate, plus 16 for gzip: zlib.h, inflateInit2. */
#define WINDOW_BITS 15

/* What zlib needs per stream is some 40 KiB: without it the process cannot work at all. */
static voidpf zlib_alloc(voidpf opaque, uInt items, uInt size)
{
	(void)opaque;
	return st_alloc_zero(items, size);
}

static void zlib_free(voidpf opaque, voidpf memory)
{
	(void)opaque;
	free(memory);
}

void inflate_prepare(z_stream *z)
{
	*z = (z_stream){.zalloc = zlib_alloc, .zfree = zlib_free};
}

int inflate_window_bits(enum inflate_format format)
{
	return format == INFLATE_RAW ? -WINDOW_BITS : format == INFLATE_GZIP ? WINDOW_BITS + 16 : WINDOW_BITS;
}

void inflate_open(struct inflate *state, struct window *from, enum inflate_format format, uint64_t left,
	const struct extract_limits *limits)
{
	*state = (struct inflate){.from = from, .limits = limits, .left = left};
	inflate_prepare(&state->z);
	if (inflateInit2(&state->z, inflate_window_bits(format)) != Z_OK)
		state->reason = ST_REASON_UNSUPPORTED;
}

static bool take_input(struct inflate *state)
{
	struct window *from = state->from;
	size_t have = state->left == 0 ? 0 : window_fill(from, 1);
	if (have == 0) {
		state->reason = state->left == 0 ? ST_REASON_CORRUPT : ST_REASON_TRUNCATED;
		if (from->reason != ST_REASON_NONE)
			state->reason = from->reason;
		return false;
	}
	if (have > state->left)
		have = (size_t)state->left;
	state->z.next_in = from->buffer + from->at;
	state->z.avail_in = (uInt)have;
	from->at += have;
	state->left -= state->left == UINT64_MAX ? 0 : have;
	state->in += have;
	return true;
}

void inflate_give_back(struct inflate *state)
{
	size_t unused = state->z.avail_in;
	state->from->at -= unused;
	state->left += state->left == UINT64_MAX ? 0 : unused;
	state->in -= unused;
	state->z.avail_in = 0;
}

ssize_t inflate_read(struct inflate *state, void *data, size_t capacity)
{
	uInt room = capacity > INT_MAX ? INT_MAX : (uInt)capacity;
	state->z.next_out = data;
	state->z.avail_out = room;
	while (state->z.avail_out == room && state->reason == ST_REASON_NONE && !state->ended) {
		if (state->z.avail_in == 0 && !take_input(state))
			break;
		int status = inflate(&state->z, Z_NO_FLUSH);
		if (status == Z_STREAM_END) {
			inflate_give_back(state);
			state->ended = true;
		} else if (status != Z_OK && status != Z_BUF_ERROR)
			state->reason = ST_REASON_CORRUPT;
	}
	size_t got = room - state->z.avail_out;
	state->out += got;
	if (state->reason == ST_REASON_NONE &&
		extract_is_bomb(state->limits, state->out, state->in - state->z.avail_in))
		state->reason = ST_REASON_LIMIT_RATIO;
	if (got > 0)
		return (ssize_t)got;
	return state->reason == ST_REASON_NONE ? 0 : -1;
}

void inflate_again(struct inflate *state)
{
	state->ended = false;
	if (inflateReset(&state->z) != Z_OK)
		state->reason = ST_REASON_CORRUPT;
}

void inflate_close(struct inflate *state)
{
	inflateEnd(&state->z);
}
