/* What is found without libarchive: ends, volumes, sealed headers and checksums of rar, 7z, iso9660 and cpio. */
#include <zlib.h>

#include "check.h"
#include "extract/archive_shape.h"

typedef void look(struct stream *stream, struct archive_shape *shape);

static struct archive_shape shape_of(look *walk, const void *data, size_t size)
{
	struct archive_shape shape = {0};
	struct stream *stream = stream_open_memory(data, size);
	walk(stream, &shape);
	stream_close(stream);
	return shape;
}

static void a_7z_ends_where_its_start_header_says(void)
{
	st_auto_buf struct st_buf file = {0}, start = {0};
	st_buf_add_u64(&start, 10);
	st_buf_add_u64(&start, 5);
	st_buf_add_u32(&start, 0);
	st_buf_add(&file, "7z\xbc\xaf\x27\x1c\0\4", 8);
	st_buf_add_u32(&file, (uint32_t)crc32(0, start.data, 20));
	st_buf_add(&file, start.data, start.size);
	st_buf_add(&file, "0123456789hhhhh", 15);
	struct archive_shape shape = shape_of(archive_shape_7z, file.data, file.size);
	CHECK(shape.reason == ST_REASON_NONE && shape.end == 47);
	shape = shape_of(archive_shape_7z, file.data, file.size - 1);
	CHECK(shape.reason == ST_REASON_TRUNCATED);
	shape = shape_of(archive_shape_7z, file.data, 31);
	CHECK(shape.reason == ST_REASON_TRUNCATED);
	file.data[12] ^= 1;
	shape = shape_of(archive_shape_7z, file.data, file.size);
	CHECK(shape.reason == ST_REASON_CORRUPT);
}

/* Offset and size that add up beyond 64 bits. */
static void sizes_of_7z_do_not_overflow(void)
{
	uint8_t file[32] = "7z\xbc\xaf\x27\x1c\0\4";
	memset(file + 12, 0xff, 16);
	uint32_t crc = (uint32_t)crc32(0, file + 12, 20);
	for (int i = 0; i < 4; i++)
		file[8 + i] = (uint8_t)(crc >> 8 * i);
	struct archive_shape shape = shape_of(archive_shape_7z, file, sizeof(file));
	CHECK(shape.reason == ST_REASON_TRUNCATED && shape.end == 0);
}

#define RAR4 "Rar!\x1a\x07\0"
#define RAR4_MAIN            \
	"\0\0\x73\0\0\x0d\0" \
	"\0\0\0\0\0\0"
#define RAR4_FILE                \
	"\0\0\x74\x04\x80\x21\0" \
	"\3\0\0\0"               \
	"\3\0\0\0"               \
	"\3"                     \
	"\x78\x56\x34\x12"       \
	"\0\0\0\0"               \
	"\x1d\x30"               \
	"\1\0"                   \
	"\0\0\0\0"               \
	"a"                      \
	"abc"
#define RAR4_END "\0\0\x7b\0\x40\7\0"

static void rar_4_is_walked_block_by_block(void)
{
	static const char file[] = RAR4 RAR4_MAIN RAR4_FILE RAR4_FILE RAR4_END "behind";
	struct archive_shape shape = shape_of(archive_shape_rar, file, sizeof(file) - 1);
	CHECK_INT(shape.files, 2);
	CHECK_INT(shape.end, sizeof(file) - 1 - 6);
	CHECK(shape.counted && !shape.volume && !shape.encrypted && shape.reason == ST_REASON_NONE);
	shape = shape_of(archive_shape_rar, file, sizeof(file) - 1 - 6 - 10);
	CHECK(shape.reason == ST_REASON_TRUNCATED);
	static const char volume[] = RAR4 "\0\0\x73\1\0\x0d\0"
					  "\0\0\0\0\0\0" RAR4_FILE;
	shape = shape_of(archive_shape_rar, volume, sizeof(volume) - 1);
	CHECK(shape.volume && shape.reason == ST_REASON_NONE);
	static const char sealed[] = RAR4 "\0\0\x73\x80\0\x0d\0"
					  "\0\0\0\0\0\0"
					  "noise and noise";
	shape = shape_of(archive_shape_rar, sealed, sizeof(sealed) - 1);
	CHECK(shape.encrypted && shape.reason == ST_REASON_NONE);
	static const char stuck[] = RAR4 RAR4_MAIN "\0\0\x74\0\0\0\0";
	shape = shape_of(archive_shape_rar, stuck, sizeof(stuck) - 1);
	CHECK(shape.reason == ST_REASON_CORRUPT);
}

static void a_file_of_rar_4_promises_its_checksum(void)
{
	static const char file[] = RAR4 RAR4_MAIN RAR4_FILE RAR4_END;
	struct archive_file promised = {0};
	struct stream *stream = stream_open_memory(file, sizeof(file) - 1);
	archive_file_rar(stream, 0, &promised);
	CHECK(promised.found && promised.encrypted && promised.has_crc && promised.crc == 0x12345678);
	promised = (struct archive_file){0};
	archive_file_rar(stream, sizeof(file) - 1 - 7, &promised);
	stream_close(stream);
	CHECK(!promised.found);
}

/* Lengths of seven bits a byte that never end, and sizes beyond the file. */
static void rar_5_breaks_off_at_what_cannot_be(void)
{
	static const char endless[] = "Rar!\x1a\x07\x01\0"
				      "\0\0\0\0"
				      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
	struct archive_shape shape = shape_of(archive_shape_rar5, endless, sizeof(endless) - 1);
	CHECK(shape.reason != ST_REASON_NONE && shape.end == 0);
	static const char beyond[] = "Rar!\x1a\x07\x01\0"
				     "\0\0\0\0"
				     "\x05\x02\x02\xff\xff\x7f"
				     "aaaaaaaaaa";
	shape = shape_of(archive_shape_rar5, beyond, sizeof(beyond) - 1);
	CHECK(shape.reason == ST_REASON_TRUNCATED);
	static const char whole[] = "Rar!\x1a\x07\x01\0"
				    "\0\0\0\0"
				    "\x03\1\0\0"
				    "\0\0\0\0"
				    "\x03\5\0\0"
				    "x";
	shape = shape_of(archive_shape_rar5, whole, sizeof(whole) - 1);
	CHECK(shape.reason == ST_REASON_NONE && shape.end == sizeof(whole) - 2 && !shape.volume);
}

static void an_image_shorter_than_its_volume_is_truncated(void)
{
	st_auto_buf struct st_buf image = {0};
	st_buf_reserve(&image, 20 * 2048);
	memset(image.data, 0, 20 * 2048);
	image.data[16 * 2048] = 1;
	image.data[16 * 2048 + 80] = 20;
	image.data[16 * 2048 + 129] = 8;
	struct archive_shape shape = shape_of(archive_shape_iso9660, image.data, 20 * 2048);
	CHECK(shape.end == 20 * 2048 && shape.reason == ST_REASON_NONE);
	shape = shape_of(archive_shape_iso9660, image.data, 19 * 2048);
	CHECK(shape.reason == ST_REASON_TRUNCATED);
}

int main(void)
{
	RUN(a_7z_ends_where_its_start_header_says);
	RUN(sizes_of_7z_do_not_overflow);
	RUN(rar_4_is_walked_block_by_block);
	RUN(a_file_of_rar_4_promises_its_checksum);
	RUN(rar_5_breaks_off_at_what_cannot_be);
	RUN(an_image_shorter_than_its_volume_is_truncated);
	CHECK_END();
}
