/*
 * lz4 frames (lz4_Frame_format.md 1.6.2, github.com/lz4/lz4) through liblz4, which verifies the checksums of headers,
 * blocks and content where a frame has them, and the content size where it says one. The legacy frame and frames that
 * need a dictionary are unsupported.
 */
#include <lz4frame.h>
#include <stdlib.h>

#include "extract/compressed.h"

#define MAGIC_BYTES 4
#define FLAGS_AT 4
#define FLAG_DICTIONARY 0x01
/* Two blocks of 4 MiB, the largest there are, and the last 128 KiB. */
#define STATE_BYTES (8 * MIB + 128 * KIB)

static bool begins(struct st_span bytes)
{
	return bytes.size >= MAGIC_BYTES &&
	       (memcmp(bytes.data, "\x04\x22\x4d\x18", MAGIC_BYTES) == 0 ||
		       ((bytes.data[0] & 0xf0) == 0x50 &&
			       memcmp(bytes.data + 1, "\x2a\x4d\x18", MAGIC_BYTES - 1) == 0));
}

static void close_state(void *state)
{
	LZ4F_freeDecompressionContext(state);
}

static void *open_state(uint64_t memory_bytes)
{
	LZ4F_dctx *context = NULL;
	if (memory_bytes < STATE_BYTES || LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return NULL;
	return context;
}

static enum decode_status run(void *state, struct decode_io *io)
{
	size_t in = io->in_size, out = io->out_size;
	size_t status = LZ4F_decompress(state, io->out, &out, io->in, &in, NULL);
	if (LZ4F_isError(status)) {
		bool memory = strcmp(LZ4F_getErrorName(status), "ERROR_allocation_failed") == 0;
		io->reason = memory ? ST_REASON_MEMORY : ST_REASON_CORRUPT;
		return DECODE_FAILED;
	}
	io->in += in;
	io->in_size -= in;
	io->out += out;
	io->out_size -= out;
	return status == 0 ? DECODE_ENDED : DECODE_MORE;
}

static bool again(void *state)
{
	LZ4F_resetDecompressionContext(state);
	return true;
}

static uint64_t memory_bytes(const void *state)
{
	(void)state;
	return STATE_BYTES;
}

static const struct decoder lz4 = {"lz4", begins, open_state, run, again, memory_bytes, close_state};

static int bid(const struct reader_input *input)
{
	const uint8_t *head = input->head.data;
	if (!begins(input->head))
		return 0;
	return head[0] == 0x04 ? 100 : 80; /* a skippable frame alone: zstd has the same */
}

static void read_lz4(struct reader_input *input, struct extract_part_result *result)
{
	struct st_span head = input->head;
	if (head.data[0] == 0x04 && head.size > FLAGS_AT && (head.data[FLAGS_AT] & FLAG_DICTIONARY) != 0) {
		extract_run_container_end(input, ST_REASON_UNSUPPORTED, result);
		return;
	}
	compressed_read(input, &lz4, result);
}

const struct reader reader_lz4 = {.format = "lz4", .bid = bid, .read = read_lz4, .container = true};
