/* bzip2 (its manual, and the block and end magics) through libbz2, which verifies the CRC of every block and of the
 * whole stream. */
#include <bzlib.h>
#include <limits.h>
#include <stdlib.h>

#include "extract/compressed.h"

/* BZ2_bzDecompressInit, "allocates 100k + 4 * block size" (manual, 2.4): the largest block has 900 kB. */
#define STATE_BYTES ((uint64_t)100000 + 4 * 900000)

struct bzip2_state {
	bz_stream z;
	bool open;
};

/* "BZh", a level, and the magic of a block (pi) or of the end of an empty stream (the root of pi). */
static bool begins(struct st_span bytes)
{
	return bytes.size >= 10 && memcmp(bytes.data, "BZh", 3) == 0 && bytes.data[3] >= '1' && bytes.data[3] <= '9' &&
	       (memcmp(bytes.data + 4, "1AY&SY", 6) == 0 || memcmp(bytes.data + 4, "\x17rE8P\x90", 6) == 0);
}

static bool again(void *state)
{
	struct bzip2_state *bzip2 = state;
	if (bzip2->open)
		BZ2_bzDecompressEnd(&bzip2->z);
	bzip2->z = (bz_stream){0};
	bzip2->open = BZ2_bzDecompressInit(&bzip2->z, 0, 0) == BZ_OK;
	return bzip2->open;
}

static void close_state(void *state)
{
	struct bzip2_state *bzip2 = state;
	if (bzip2->open)
		BZ2_bzDecompressEnd(&bzip2->z);
	free(bzip2);
}

static void *open_state(uint64_t memory_bytes)
{
	if (memory_bytes < STATE_BYTES)
		return NULL;
	struct bzip2_state *bzip2 = st_alloc_zero(1, sizeof(*bzip2));
	if (again(bzip2))
		return bzip2;
	close_state(bzip2);
	return NULL;
}

static unsigned room(size_t size)
{
	return size > UINT_MAX ? UINT_MAX : (unsigned)size;
}

static enum decode_status run(void *state, struct decode_io *io)
{
	struct bzip2_state *bzip2 = state;
	unsigned in = room(io->in_size), out = room(io->out_size);
	bzip2->z.next_in = (char *)(uintptr_t)io->in; /* libbz2 does not write there */
	bzip2->z.avail_in = in;
	bzip2->z.next_out = (char *)io->out;
	bzip2->z.avail_out = out;
	int status = BZ2_bzDecompress(&bzip2->z);
	io->in += in - bzip2->z.avail_in;
	io->in_size -= in - bzip2->z.avail_in;
	io->out += out - bzip2->z.avail_out;
	io->out_size -= out - bzip2->z.avail_out;
	if (status == BZ_OK)
		return DECODE_MORE;
	if (status == BZ_STREAM_END)
		return DECODE_ENDED;
	io->reason = status == BZ_MEM_ERROR ? ST_REASON_MEMORY : ST_REASON_CORRUPT;
	return DECODE_FAILED;
}

static uint64_t memory_bytes(const void *state)
{
	(void)state;
	return STATE_BYTES;
}

static const struct decoder bzip2 = {"bz2", begins, open_state, run, again, memory_bytes, close_state};

static int bid(const struct reader_input *input)
{
	return begins(input->head) ? 100 : 0;
}

static void read_bzip2(struct reader_input *input, struct extract_part_result *result)
{
	compressed_read(input, &bzip2, result);
}

const struct reader reader_bzip2 = {.format = "bz2", .bid = bid, .read = read_bzip2, .container = true};
