/*
 * Zstandard (RFC 8878) through libzstd, which verifies the content checksum of frames that have one and the content
 * size of those that say it. Skippable frames (3.1.2), with which seekable and parallel writers begin, hold no content.
 */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "extract/compressed.h"

/* Buffers beside the window: two blocks of 128 KiB and the tables. */
#define BESIDE_WINDOW_BYTES (1 * MIB)

static uint32_t magic_of(struct st_span bytes)
{
	const uint8_t *p = bytes.data;
	return bytes.size < 4 ? 0 : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool begins(struct st_span bytes)
{
	uint32_t magic = magic_of(bytes);
	return magic == ZSTD_MAGICNUMBER || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static void close_state(void *state)
{
	ZSTD_freeDCtx(state);
}

static void *open_state(uint64_t memory_bytes)
{
	int log = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound;
	int least = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).lowerBound;
	while (log > least && ((uint64_t)1 << log) + BESIDE_WINDOW_BYTES > memory_bytes)
		log--;
	if (memory_bytes < 2 * BESIDE_WINDOW_BYTES)
		return NULL;
	ZSTD_DCtx *context = ZSTD_createDCtx();
	if (context != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, log)))
		return context;
	close_state(context);
	return NULL;
}

static enum st_reason reason_of(size_t status)
{
	switch (ZSTD_getErrorCode(status)) {
	case ZSTD_error_memory_allocation:
	case ZSTD_error_frameParameter_windowTooLarge:
		return ST_REASON_MEMORY;
	case ZSTD_error_dictionary_wrong: /* made with a dictionary that is not in the file */
	case ZSTD_error_version_unsupported:
	case ZSTD_error_frameParameter_unsupported:
		return ST_REASON_UNSUPPORTED;
	default:
		return ST_REASON_CORRUPT;
	}
}

static enum decode_status run(void *state, struct decode_io *io)
{
	ZSTD_inBuffer in = {.src = io->in, .size = io->in_size};
	ZSTD_outBuffer out = {.dst = io->out, .size = io->out_size};
	size_t status = ZSTD_decompressStream(state, &out, &in);
	io->in += in.pos;
	io->in_size -= in.pos;
	io->out += out.pos;
	io->out_size -= out.pos;
	if (ZSTD_isError(status)) {
		io->reason = reason_of(status);
		return DECODE_FAILED;
	}
	return status == 0 ? DECODE_ENDED : DECODE_MORE;
}

static bool again(void *state)
{
	return !ZSTD_isError(ZSTD_DCtx_reset(state, ZSTD_reset_session_only));
}

static uint64_t memory_bytes(const void *state)
{
	return ZSTD_sizeof_DCtx(state);
}

static const struct decoder zstd = {"zstd", begins, open_state, run, again, memory_bytes, close_state};

/* lz4 has the same skippable frames: the first frame that is none decides, when the head still holds it. */
static int bid(const struct reader_input *input)
{
	struct st_span rest = input->head;
	while (rest.size >= 8 && (magic_of(rest) & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START) {
		uint64_t size = 8 + (uint64_t)magic_of((struct st_span){rest.data + 4, 4});
		if (size >= rest.size)
			return 90;
		rest = (struct st_span){rest.data + size, rest.size - (size_t)size};
	}
	return magic_of(rest) == ZSTD_MAGICNUMBER ? 100 : 0;
}

static void read_zstd(struct reader_input *input, struct extract_part_result *result)
{
	compressed_read(input, &zstd, result);
}

const struct reader reader_zstd = {.format = "zstd", .bid = bid, .read = read_zstd, .container = true};
