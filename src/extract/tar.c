/*
 * tar: v7, ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"), GNU long names and
 * sparse files (GNU tar manual, "Basic Tar Format"). Names are the raw bytes. Directories are no members; links,
 * devices and FIFOs are unread(not-a-file). A damaged header makes the archive partial(corrupt), and reading goes on at
 * the next block that is a header. Archives that were concatenated are read to the end. POSIX ends an archive with zero
 * blocks: without any it was cut off. Sparse members give their stored bytes without the holes.
 */
#include "extract/limits.h"
#include "extract/reader.h"

#define BLOCK_BYTES 512
/* A pax header or long name that is larger is not read: no writer makes one. */
#define EXTENSION_BYTES (1 * MIB)

enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_SIZE = 124,
	AT_CHECKSUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	AT_PREFIX = 345,
	AT_SPARSE_MORE = 482,
	AT_SPARSE_NEXT_MORE = 504
};

struct tar {
	struct reader_input *input;
	struct stream member;
	uint64_t left;      /* bytes of the current entry's data */
	uint64_t padding;   /* then to the next block */
	struct st_buf name; /* from an extension header, for the next entry */
	bool has_size;      /* the same for its size */
	uint64_t size;
	bool ended; /* a zero block was seen */
	enum st_reason reason;
};

static void note(struct tar *tar, enum st_reason reason)
{
	if (tar->reason == ST_REASON_NONE)
		tar->reason = reason;
}

/* Octal with leading spaces, or base 256 when the high bit is set (GNU, star). false when it is neither. */
static bool number(const uint8_t *field, size_t width, uint64_t *out)
{
	uint64_t value = 0;
	size_t i = 0;
	if ((field[0] & 0x80) != 0) {
		value = field[0] & 0x7f;
		for (i = 1; i < width; i++) {
			if (value >> 55 != 0)
				return false;
			value = value << 8 | field[i];
		}
		*out = value;
		return true;
	}
	while (i < width && field[i] == ' ')
		i++;
	for (; i < width && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(field[i] - '0');
	*out = value;
	return i == width || field[i] == ' ' || field[i] == 0;
}

/* The sum of all bytes with the field itself as spaces; old writers summed signed bytes. */
static bool checksum_matches(const uint8_t *block)
{
	uint64_t stored, sum = 0;
	int64_t signed_sum = 0;
	if (block[AT_CHECKSUM] == 0 || !number(block + AT_CHECKSUM, 8, &stored))
		return false;
	for (size_t i = 0; i < BLOCK_BYTES; i++) {
		uint8_t byte = i >= AT_CHECKSUM && i < AT_CHECKSUM + 8 ? ' ' : block[i];
		sum += byte;
		signed_sum += (int8_t)byte;
	}
	return stored == sum || (int64_t)stored == signed_sum;
}

static bool is_zero(const uint8_t *block, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (block[i] != 0)
			return false;
	}
	return true;
}

static int tar_bid(const struct reader_input *input)
{
	const uint8_t *head = input->head.data;
	uint64_t mode;
	if (input->head.size < AT_MAGIC + 5)
		return 0;
	bool has_magic = memcmp(head + AT_MAGIC, "ustar", 5) == 0;
	if (input->head.size < BLOCK_BYTES)
		return has_magic ? 80 : 0;
	if (!checksum_matches(head))
		return has_magic ? 60 : 0;
	/* a checksum alone could be chance: v7 has nothing more than sane octal fields */
	return has_magic || (head[AT_NAME] != 0 && number(head + AT_MODE, 8, &mode)) ? 100 : 0;
}

/* --- the data of an entry --- */

static ssize_t tar_member_read(struct stream *stream, void *data, size_t capacity)
{
	struct tar *tar = stream->self;
	struct stream *from = tar->input->stream;
	if (tar->left == 0)
		return 0;
	ssize_t got = from->read(from, data, capacity < tar->left ? capacity : (size_t)tar->left);
	if (got <= 0) {
		stream->reason = got < 0 ? from->reason : ST_REASON_TRUNCATED;
		return -1;
	}
	tar->left -= (uint64_t)got;
	return got;
}

/* Takes what is left of an entry and its padding; false at the end of the archive's bytes. */
static bool skip_entry(struct tar *tar)
{
	uint8_t scratch[8192];
	ssize_t got;
	while (tar->left > 0) {
		if (tar_member_read(&tar->member, scratch, sizeof(scratch)) < 0) {
			note(tar, tar->member.reason);
			return false;
		}
	}
	if (tar->padding > 0) {
		got = stream_read_full(tar->input->stream, scratch, (size_t)tar->padding);
		if (got < 0 || (uint64_t)got < tar->padding) {
			note(tar, got < 0 ? tar->input->stream->reason : ST_REASON_TRUNCATED);
			return false;
		}
	}
	tar->padding = 0;
	return true;
}

/* --- extension headers --- */

/* One "LENGTH KEY=VALUE\n" of a pax header. */
static void take_pax_record(struct tar *tar, struct st_span key, struct st_span value)
{
	if ((key.size == 4 && memcmp(key.data, "path", 4) == 0) ||
		(key.size == 15 && memcmp(key.data, "GNU.sparse.name", 15) == 0)) {
		tar->name.size = 0;
		st_buf_add(&tar->name, value.data, value.size);
	} else if (key.size == 4 && memcmp(key.data, "size", 4) == 0) {
		tar->has_size = true;
		tar->size = 0;
		for (size_t i = 0;
			i < value.size && value.data[i] >= '0' && value.data[i] <= '9' && tar->size < UINT64_MAX / 100;
			i++)
			tar->size = tar->size * 10 + (uint64_t)(value.data[i] - '0');
	}
}

static void take_pax(struct tar *tar, struct st_span text)
{
	size_t at = 0;
	while (at < text.size) {
		size_t length = 0, i = at;
		for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9' && length < EXTENSION_BYTES; i++)
			length = length * 10 + (size_t)(text.data[i] - '0');
		if (i >= text.size || text.data[i] != ' ' || length > text.size - at || length < i - at + 3) {
			note(tar, ST_REASON_CORRUPT);
			return;
		}
		const uint8_t *key = text.data + i + 1;
		const uint8_t *end = text.data + at + length - 1; /* the line feed */
		const uint8_t *equals = memchr(key, '=', (size_t)(end - key));
		if (equals == NULL || *end != '\n') {
			note(tar, ST_REASON_CORRUPT);
			return;
		}
		take_pax_record(tar, (struct st_span){key, (size_t)(equals - key)},
			(struct st_span){equals + 1, (size_t)(end - equals - 1)});
		at += length;
	}
}

/* x, X: pax for the next entry; L: its long name; g, K, V: nothing that names or sizes a member. */
static bool take_extension(struct tar *tar, uint8_t type)
{
	st_auto_buf struct st_buf body = {0};
	if (tar->left > EXTENSION_BYTES)
		note(tar, ST_REASON_CORRUPT);
	if (tar->left > EXTENSION_BYTES || type == 'g' || type == 'K' || type == 'V')
		return skip_entry(tar);
	st_buf_reserve(&body, (size_t)tar->left);
	ssize_t got = stream_read_full(&tar->member, body.data, (size_t)tar->left);
	body.size = got > 0 ? (size_t)got : 0;
	if (type == 'L') {
		size_t size = strnlen((const char *)body.data, body.size);
		tar->name.size = 0;
		st_buf_add(&tar->name, body.data, size);
	} else {
		take_pax(tar, (struct st_span){body.data, body.size});
	}
	return skip_entry(tar);
}

/* --- entries --- */

static struct st_span entry_name(struct tar *tar, const uint8_t *block)
{
	if (tar->name.size == 0) {
		const char *prefix = (const char *)block + AT_PREFIX;
		size_t prefix_size = memcmp(block + AT_MAGIC, "ustar", 6) == 0 ? strnlen(prefix, 155) : 0;
		st_buf_add(&tar->name, prefix, prefix_size);
		if (prefix_size > 0)
			st_buf_add_byte(&tar->name, '/');
		st_buf_add(&tar->name, block + AT_NAME, strnlen((const char *)block + AT_NAME, 100));
	}
	return (struct st_span){tar->name.data, tar->name.size};
}

/* Old GNU sparse files: blocks with more of the map stand before the data. */
static bool skip_sparse_map(struct tar *tar, const uint8_t *block)
{
	uint8_t map[BLOCK_BYTES];
	bool more = block[AT_SPARSE_MORE] != 0;
	while (more) {
		if (stream_read_full(tar->input->stream, map, BLOCK_BYTES) != BLOCK_BYTES) {
			note(tar, ST_REASON_TRUNCATED);
			return false;
		}
		more = map[AT_SPARSE_NEXT_MORE] != 0;
	}
	return true;
}

static bool read_entry(struct tar *tar, const uint8_t *block, uint8_t type)
{
	struct st_span name = entry_name(tar, block);
	enum st_reason stop = ST_REASON_NONE;
	bool is_folder =
		type == '5' || ((type == 0 || type == '0') && name.size > 0 && name.data[name.size - 1] == '/');
	if (!extract_run_entry(tar->input, &stop)) {
		tar->reason = stop;
		return false;
	}
	if (type == 'S' && !skip_sparse_map(tar, block))
		return false;
	if (type >= '1' && type <= '6' && type != '5') {
		tar->left = tar->padding = 0; /* the size of a link is that of its target */
		extract_run_unread_member(tar->input, name, ST_REASON_NOT_A_FILE);
		return true;
	}
	if (is_folder && tar->left == 0)
		return true;
	if (!extract_run_member(tar->input, name, &tar->member, &stop)) {
		tar->reason = stop;
		return false;
	}
	return skip_entry(tar);
}

static bool take_header(struct tar *tar, const uint8_t *block)
{
	uint8_t type = block[AT_TYPE];
	bool extension = type == 'x' || type == 'X' || type == 'g' || type == 'L' || type == 'K' || type == 'V';
	uint64_t size;
	if (!number(block + AT_SIZE, 12, &size) || size > INT64_MAX) {
		note(tar, ST_REASON_CORRUPT);
		return true;
	}
	if (!extension && tar->has_size)
		size = tar->size;
	tar->member = (struct stream){.read = tar_member_read, .self = tar};
	tar->left = size;
	tar->padding = (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
	if (extension)
		return take_extension(tar, type);
	bool more = read_entry(tar, block, type);
	tar->name.size = 0;
	tar->has_size = false;
	return more;
}

/* One block where a header should be; false at the end. */
static bool take_block(struct tar *tar)
{
	uint8_t block[BLOCK_BYTES];
	struct stream *from = tar->input->stream;
	ssize_t got = stream_read_full(from, block, BLOCK_BYTES);
	if (got > 0 && is_zero(block, (size_t)got)) {
		tar->ended = true;
		return true;
	}
	if (got < 0)
		note(tar, from->reason);
	else if (got < BLOCK_BYTES && (got > 0 || !tar->ended))
		note(tar, tar->ended ? ST_REASON_CORRUPT : ST_REASON_TRUNCATED);
	if (got < BLOCK_BYTES)
		return false;
	if (!checksum_matches(block)) {
		note(tar, ST_REASON_CORRUPT);
		return true;
	}
	return take_header(tar, block);
}

static void tar_read(struct reader_input *input, struct extract_part_result *result)
{
	struct tar tar = {.input = input};
	while (take_block(&tar))
		;
	extract_run_container_end(input, tar.reason, result);
	st_buf_free(&tar.name);
}

const struct reader reader_tar = {
	.format = "tar",
	.bid = tar_bid,
	.read = tar_read,
	.container = true,
};
