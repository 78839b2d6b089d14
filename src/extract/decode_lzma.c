/*
 * xz (The .xz File Format 1.1.0, tukaani.org), lzma ("LZMA_Alone", LZMA SDK lzma.txt) and lzip (lzip manual, "File
 * format") through liblzma. liblzma verifies the checks of xz and lzip; lzma has none. A check that liblzma does not
 * know leaves the content unverified: unsupported.
 */
#include <lzma.h>
#include <stdlib.h>

#include "extract/compressed.h"

/* Its dictionary may be any size below 4 GiB: beyond the memory limit liblzma refuses before it allocates. */
struct lzma_state {
	lzma_stream z;
	lzma_ret (*start)(lzma_stream *z, uint64_t memory_bytes);
	uint64_t limit;
	enum st_reason unverified;
};

static bool xz_begins(struct st_span bytes)
{
	return bytes.size >= 6 && memcmp(bytes.data,
					  "\xfd"
					  "7zXZ",
					  6) == 0;
}

static bool lzip_begins(struct st_span bytes)
{
	return bytes.size >= 6 && memcmp(bytes.data, "LZIP", 4) == 0 && bytes.data[4] <= 1;
}

static lzma_ret start_xz(lzma_stream *z, uint64_t memory_bytes)
{
	return lzma_stream_decoder(z, memory_bytes, LZMA_TELL_UNSUPPORTED_CHECK);
}

static lzma_ret start_lzma(lzma_stream *z, uint64_t memory_bytes)
{
	return lzma_alone_decoder(z, memory_bytes);
}

static lzma_ret start_lzip(lzma_stream *z, uint64_t memory_bytes)
{
	return lzma_lzip_decoder(z, memory_bytes, 0);
}

static bool again(void *state)
{
	struct lzma_state *lzma = state;
	lzma->unverified = ST_REASON_NONE;
	return lzma->start(&lzma->z, lzma->limit) == LZMA_OK;
}

static void close_state(void *state)
{
	struct lzma_state *lzma = state;
	lzma_end(&lzma->z);
	free(lzma);
}

static void *open_with(lzma_ret (*start)(lzma_stream *, uint64_t), uint64_t memory_bytes)
{
	struct lzma_state *lzma = st_alloc_zero(1, sizeof(*lzma));
	lzma->start = start;
	lzma->limit = memory_bytes > 0 ? memory_bytes : 1;
	if (again(lzma))
		return lzma;
	close_state(lzma);
	return NULL;
}

static void *open_xz(uint64_t memory_bytes)
{
	return open_with(start_xz, memory_bytes);
}

static void *open_lzma(uint64_t memory_bytes)
{
	return open_with(start_lzma, memory_bytes);
}

static void *open_lzip(uint64_t memory_bytes)
{
	return open_with(start_lzip, memory_bytes);
}

static enum st_reason reason_of(lzma_ret status)
{
	switch (status) {
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return ST_REASON_MEMORY;
	case LZMA_OPTIONS_ERROR: /* a filter or version that this liblzma does not know */
		return ST_REASON_UNSUPPORTED;
	default:
		return ST_REASON_CORRUPT;
	}
}

static enum decode_status run(void *state, struct decode_io *io)
{
	struct lzma_state *lzma = state;
	lzma->z.next_in = io->in;
	lzma->z.avail_in = io->in_size;
	lzma->z.next_out = io->out;
	lzma->z.avail_out = io->out_size;
	lzma_ret status = lzma_code(&lzma->z, LZMA_RUN);
	io->in = lzma->z.next_in;
	io->in_size = lzma->z.avail_in;
	io->out = lzma->z.next_out;
	io->out_size = lzma->z.avail_out;
	if (status == LZMA_UNSUPPORTED_CHECK)
		io->reason = ST_REASON_UNSUPPORTED;
	else if (status != LZMA_OK && status != LZMA_BUF_ERROR && status != LZMA_STREAM_END)
		io->reason = reason_of(status);
	if (status == LZMA_STREAM_END)
		return DECODE_ENDED;
	return status == LZMA_OK || status == LZMA_BUF_ERROR || status == LZMA_UNSUPPORTED_CHECK ? DECODE_MORE
												 : DECODE_FAILED;
}

static uint64_t memory_bytes(const void *state)
{
	const struct lzma_state *lzma = state;
	return lzma_memusage(&lzma->z);
}

static const struct decoder xz = {"xz", xz_begins, open_xz, run, again, memory_bytes, close_state};
static const struct decoder lzip = {"lzip", lzip_begins, open_lzip, run, again, memory_bytes, close_state};
static const struct decoder lzma = {"lzma", NULL, open_lzma, run, again, memory_bytes, close_state};

/* --- readers --- */

static int xz_bid(const struct reader_input *input)
{
	return xz_begins(input->head) ? 100 : 0;
}

static int lzip_bid(const struct reader_input *input)
{
	return lzip_begins(input->head) ? 100 : 0;
}

/* What encoders write into the dictionary field: a power of two, or one and a half of it, or all ones. */
static bool is_usual_dictionary(uint32_t bytes)
{
	uint32_t half = bytes & (bytes - 1);
	if (bytes < 4096)
		return false;
	return bytes == UINT32_MAX || half == 0 || ((half & (half - 1)) == 0 && half << 1 == (bytes & ~half) << 2);
}

/* lzma has no magic number: properties, dictionary and size that encoders write, and the zero that a range coder begins
 * with. No text has these bytes. */
static int lzma_bid(const struct reader_input *input)
{
	const uint8_t *head = input->head.data;
	if (input->head.size < 14 || head[0] >= 9 * 5 * 5 || head[13] != 0)
		return 0;
	uint32_t dictionary =
		(uint32_t)head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16 | (uint32_t)head[4] << 24;
	uint64_t size = 0;
	for (int i = 7; i >= 0; i--)
		size = size << 8 | head[5 + i];
	if (!is_usual_dictionary(dictionary) || (size != UINT64_MAX && (size == 0 || size > (uint64_t)1 << 38)))
		return 0;
	return head[0] == 0x5d ? 97 : 90;
}

static void xz_read(struct reader_input *input, struct extract_part_result *result)
{
	compressed_read(input, &xz, result);
}

static void lzip_read(struct reader_input *input, struct extract_part_result *result)
{
	compressed_read(input, &lzip, result);
}

static void lzma_read(struct reader_input *input, struct extract_part_result *result)
{
	compressed_read(input, &lzma, result);
}

const struct reader reader_xz = {.format = "xz", .bid = xz_bid, .read = xz_read, .container = true};
const struct reader reader_lzip = {.format = "lzip", .bid = lzip_bid, .read = lzip_read, .container = true};
const struct reader reader_lzma = {.format = "lzma", .bid = lzma_bid, .most = 97, .read = lzma_read, .container = true};
