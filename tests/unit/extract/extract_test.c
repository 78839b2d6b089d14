/* How one object becomes parts: numbering, nesting, forced formats, limits, progress, and the streams it comes from. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "recorder.h"

static const struct extract_options by_content = {.format = NULL};

static void read_bytes(struct recorder *seen, const void *data, size_t size, const struct extract_options *options,
	const struct extract_limits *limits)
{
	struct extract_limits usual = extract_limits_default();
	struct stream *stream = stream_open_memory(data, size);
	recorder_run(seen, stream, options, limits != NULL ? limits : &usual);
	stream_close(stream);
}

/* --- containers made here --- */

static void add_tar_entry(struct st_buf *tar, const char *name, char type, const void *data, size_t size)
{
	uint8_t block[512] = {0};
	unsigned sum = 0;
	memcpy(block, name, strlen(name));
	memcpy(block + 100, "0000644", 8);
	snprintf((char *)block + 124, 12, "%011zo", size);
	block[156] = (uint8_t)type;
	memcpy(block + 257, "ustar\00000", 8);
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
	st_buf_add(tar, block, sizeof(block));
	st_buf_add(tar, data, size);
	memset(block, 0, sizeof(block));
	st_buf_add(tar, block, (512 - size % 512) % 512);
}

static void end_tar(struct st_buf *tar)
{
	static const uint8_t zeros[1024];
	st_buf_add(tar, zeros, sizeof(zeros));
}

static struct st_buf gzipped(const void *data, size_t size)
{
	struct st_buf out = {0};
	z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	st_buf_reserve(&out, deflateBound(&z, (uLong)size) + 32);
	z.next_out = out.data;
	z.avail_out = (uInt)out.capacity;
	deflate(&z, Z_FINISH);
	out.size = z.total_out;
	deflateEnd(&z);
	return out;
}

static struct st_buf nested_gz(int levels)
{
	struct st_buf data = {0};
	st_buf_add(&data, "write to anna@contoso.com\n", 26);
	for (int i = 0; i < levels; i++) {
		struct st_buf outer = gzipped(data.data, data.size);
		st_buf_free(&data);
		data = outer;
	}
	return data;
}

/* --- sentences --- */

static void an_empty_object_is_read_and_its_format_is_empty(void)
{
	struct recorder seen;
	read_bytes(&seen, "", 0, &by_content, NULL);
	CHECK_INT(seen.count, 1);
	CHECK_TEXT(seen.parts[0].result.format, "empty");
	CHECK_INT(seen.result.status, ST_READ);
	CHECK_INT(seen.result.parts, 0);
	recorder_free(&seen);
}

static void a_plain_text_is_part_zero_and_nothing_else(void)
{
	struct recorder seen;
	read_bytes(&seen, "hello anna@contoso.com\n", 23, &by_content, NULL);
	CHECK_INT(seen.count, 1);
	CHECK(seen.broken == NULL);
	CHECK_INT(seen.result.status, ST_READ);
	CHECK_INT(seen.result.stored_bytes, 23);
	CHECK_INT(seen.result.expanded_bytes, 0);
	CHECK(recorder_found(&seen, "anna@contoso.com"));
	recorder_free(&seen);
}

static void members_are_numbered_in_order_and_nest_in_their_container(void)
{
	st_auto_buf struct st_buf inner = {0}, outer = {0};
	add_tar_entry(&inner, "one", '0', "first text\n", 11);
	add_tar_entry(&inner, "two", '0', "second text\n", 12);
	end_tar(&inner);
	st_auto_buf struct st_buf packed = gzipped(inner.data, inner.size);
	add_tar_entry(&outer, "inner.tgz", '0', packed.data, packed.size);
	add_tar_entry(&outer, "three", '0', "third text\n", 11);
	end_tar(&outer);
	struct recorder seen;
	read_bytes(&seen, outer.data, outer.size, &by_content, NULL);
	static const uint32_t parents[] = {0, 0, 1, 2, 2, 0};
	static const char *const formats[] = {"tar", "gz", "tar", "text", "text", "text"};
	CHECK(seen.broken == NULL);
	CHECK_INT(seen.count, 6);
	for (uint32_t i = 0; i < 6; i++) {
		CHECK_INT(seen.parts[i].parent, parents[i]);
		if (i < 3)
			CHECK_TEXT(seen.parts[i].result.format, formats[i]);
	}
	CHECK_INT(seen.result.status, ST_READ);
	CHECK_INT(seen.result.parts, 5);
	CHECK_INT(seen.result.stored_bytes, outer.size);
	CHECK(memcmp(seen.parts[5].name.data, "three", 5) == 0);
	recorder_free(&seen);
}

static void a_forced_format_holds_for_the_object_whatever_its_bytes_say(void)
{
	static const char text[] = "{\"a\": 1}\n{\"a\": 2}\n";
	struct extract_options options = {.format = "text"};
	struct recorder seen;
	read_bytes(&seen, text, sizeof(text) - 1, &options, NULL);
	CHECK(strcmp(seen.parts[0].result.format, "json") != 0 && strcmp(seen.parts[0].result.format, "jsonl") != 0);
	CHECK_INT(seen.result.status, ST_READ);
	recorder_free(&seen);
	options.format = "auto";
	st_auto_buf struct st_buf packed = gzipped(text, sizeof(text) - 1);
	read_bytes(&seen, packed.data, packed.size, &options, NULL);
	CHECK_TEXT(seen.parts[0].result.format, "gz");
	recorder_free(&seen);
}

static void sixteen_containers_are_read_and_the_seventeenth_is_not(void)
{
	struct recorder seen;
	st_auto_buf struct st_buf sixteen = nested_gz(CEIL_NESTING_DEPTH), more = nested_gz(CEIL_NESTING_DEPTH + 1);
	read_bytes(&seen, sixteen.data, sixteen.size, &by_content, NULL);
	CHECK_INT(seen.result.status, ST_READ);
	CHECK(recorder_found(&seen, "anna@contoso.com"));
	recorder_free(&seen);
	read_bytes(&seen, more.data, more.size, &by_content, NULL);
	CHECK_INT(seen.result.status, ST_UNREAD);
	CHECK_INT(seen.result.reason, ST_REASON_LIMIT_DEPTH);
	CHECK_INT(seen.parts[CEIL_NESTING_DEPTH].result.reason, ST_REASON_LIMIT_DEPTH);
	recorder_free(&seen);
}

static void an_object_that_expands_too_far_stops_with_what_was_read_before(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf tar = {0}, filler = {0};
	for (int i = 0; i < 40000; i++)
		st_buf_add(&filler, "0123456789 filler text line\n", 28);
	add_tar_entry(&tar, "small", '0', "write to bruno@contoso.com\n", 27);
	add_tar_entry(&tar, "large", '0', filler.data, filler.size);
	add_tar_entry(&tar, "behind", '0', "write to carla@contoso.com\n", 27);
	end_tar(&tar);
	st_auto_buf struct st_buf packed = gzipped(tar.data, tar.size);
	limits.expanded_bytes = 200000;
	limits.expanded_factor = 2;
	struct recorder seen;
	read_bytes(&seen, packed.data, packed.size, &by_content, &limits);
	CHECK_INT(seen.result.status, ST_PARTIAL);
	CHECK_INT(seen.result.reason, ST_REASON_LIMIT_SIZE);
	CHECK(recorder_found(&seen, "bruno@contoso.com"));
	CHECK(!recorder_found(&seen, "carla@contoso.com"));
	CHECK(seen.result.expanded_bytes < 400000);
	recorder_free(&seen);
	limits = extract_limits_default();
	limits.ratio = 3;
	limits.ratio_from_bytes = 100000;
	read_bytes(&seen, packed.data, packed.size, &by_content, &limits);
	CHECK_INT(seen.result.reason, ST_REASON_LIMIT_RATIO);
	recorder_free(&seen);
}

static void entries_beyond_the_ceiling_are_a_reason_of_their_archive(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf inner = {0}, tar = {0};
	for (int i = 0; i < 12; i++)
		add_tar_entry(&inner, "folder-or-file", i % 2 ? '5' : '0', "", 0);
	end_tar(&inner);
	add_tar_entry(&tar, "inner.tar", '0', inner.data, inner.size);
	add_tar_entry(&tar, "behind", '0', "write to dario@contoso.com\n", 27);
	end_tar(&tar);
	limits.archive_entries = 10;
	struct recorder seen;
	read_bytes(&seen, tar.data, tar.size, &by_content, &limits);
	CHECK_INT(seen.parts[1].result.status, ST_PARTIAL);
	CHECK_INT(seen.parts[1].result.reason, ST_REASON_LIMIT_ENTRIES);
	CHECK_INT(seen.result.status, ST_PARTIAL);
	CHECK_INT(seen.result.reason, ST_REASON_LIMIT_ENTRIES);
	CHECK(recorder_found(&seen, "dario@contoso.com"));
	recorder_free(&seen);
}

static void members_beyond_the_memory_for_them_are_said_to_be_too_many(void)
{
	st_auto_buf struct st_buf tar = {0};
	struct extract_limits limits = extract_limits_default();
	for (int i = 0; i < 12; i++)
		add_tar_entry(&tar, "a-name", '0', "write to dario@contoso.com\n", 27);
	end_tar(&tar);
	limits.members_bytes = 5 * (CEIL_MEMBER_BYTES + 6);
	struct recorder seen;
	read_bytes(&seen, tar.data, tar.size, &by_content, &limits);
	CHECK_INT(seen.count, 6);
	CHECK_INT(seen.result.status, ST_PARTIAL);
	CHECK_INT(seen.result.reason, ST_REASON_LIMIT_ENTRIES);
	recorder_free(&seen);
}

static void names_longer_than_the_ceiling_are_cut_and_their_members_read(void)
{
	st_auto_buf struct st_buf tar = {0}, name = {0};
	while (name.size < CEIL_NAME_BYTES + 100)
		st_buf_add(&name, "long/", 5);
	add_tar_entry(&tar, "././@LongLink", 'L', name.data, name.size);
	add_tar_entry(&tar, "long", '0', "write to emma@contoso.com\n", 26);
	end_tar(&tar);
	struct recorder seen;
	read_bytes(&seen, tar.data, tar.size, &by_content, NULL);
	CHECK_INT(seen.count, 2);
	CHECK_INT(seen.parts[1].name.size, CEIL_NAME_BYTES);
	CHECK(recorder_found(&seen, "emma@contoso.com"));
	CHECK_INT(seen.result.status, ST_READ);
	recorder_free(&seen);
}

static void what_nobody_reads_is_named_by_its_magic_number(void)
{
	static const struct {
		const char *format, *bytes;
		size_t size;
		enum st_reason reason;
	} rows[] = {
		{"png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, ST_REASON_NO_TEXT},
		{"jpg", "\xff\xd8\xff\xe0\0\x10JFIF\0", 11, ST_REASON_NO_TEXT},
		{"gif", "GIF89a\1\0\1\0\0\xff\0;", 14, ST_REASON_NO_TEXT},
		{"webp", "RIFF\0\0\0\0WEBPVP8 \0\0\0\xff\xff", 21, ST_REASON_NO_TEXT},
		{"heic",
			"\0\0\0\x18"
			"ftypheic\0\0\0\0\xff\xff",
			18, ST_REASON_NO_TEXT},
		{"mp4",
			"\0\0\0\x18"
			"ftypisom\0\0\0\0\xff\xff",
			18, ST_REASON_NO_TEXT},
		{"tiff", "II*\0\x8\0\0\0", 8, ST_REASON_NO_TEXT},
		{"bmp", "BM\x36\0\0\0\0\0\0\0\x36\0\0\0", 14, ST_REASON_NO_TEXT},
		{"ogg", "OggS\0\2\0\0", 8, ST_REASON_NO_TEXT},
		{"ole2", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0", 12, ST_REASON_UNSUPPORTED},
		{"sqlite", "SQLite format 3\0\x10\0", 18, ST_REASON_UNSUPPORTED},
		{"elf",
			"\x7f"
			"ELF\2\1\1\0\0\0",
			10, ST_REASON_UNSUPPORTED},
		{"cab", "MSCF\0\0\0\0\1\2", 10, ST_REASON_UNSUPPORTED},
		{"rpm", "\xed\xab\xee\xdb\3\0", 6, ST_REASON_UNSUPPORTED},
		{"ar", "!<thin>\n//", 10, ST_REASON_UNSUPPORTED},
		{"lz4", "\x02\x21\x4c\x18\1\0", 6, ST_REASON_UNSUPPORTED},
		{"class", "\xca\xfe\xba\xbe\0\0\0\x34", 8, ST_REASON_UNSUPPORTED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recorder seen;
		read_bytes(&seen, rows[i].bytes, rows[i].size, &by_content, NULL);
		CHECK_TEXT(seen.parts[0].result.format, rows[i].format);
		CHECK_INT(seen.result.status, ST_PARTIAL);
		CHECK_INT(seen.result.reason, rows[i].reason);
		recorder_free(&seen);
	}
}

static void progress_comes_every_few_mebibytes_of_stored_or_expanded_bytes(void)
{
	struct recorder seen;
	st_auto_buf struct st_buf filler = {0};
	while (filler.size < 40 * MIB)
		st_buf_add(&filler, "0123456789 filler text line that compresses well, again and again\n", 66);
	read_bytes(&seen, filler.data, filler.size, &by_content, NULL);
	CHECK(seen.broken == NULL);
	CHECK(seen.progress_calls >= 10);
	recorder_free(&seen);
	st_auto_buf struct st_buf packed = gzipped(filler.data, filler.size);
	CHECK(packed.size < MIB);
	read_bytes(&seen, packed.data, packed.size, &by_content, NULL);
	CHECK_INT(seen.result.status, ST_READ);
	CHECK(seen.progress_calls >= 10);
	recorder_free(&seen);
}

static int memory_file(const void *data, size_t size)
{
	int fd = memfd_create("extract_test", MFD_CLOEXEC);
	return fd >= 0 && st_write_full(fd, data, size) == 0 ? fd : -1;
}

static void a_file_that_shrank_is_partial_with_source_changed(void)
{
	st_auto_buf struct st_buf text = {0};
	while (text.size < 300000)
		st_buf_add(&text, "write to flora@contoso.com today\n", 33);
	st_auto_close int fd = memory_file(text.data, text.size);
	CHECK(fd >= 0);
	struct extract_limits limits = extract_limits_default();
	struct stream *stream = stream_open_fd(fd, text.size + 5000);
	struct recorder seen;
	recorder_run(&seen, stream, &by_content, &limits);
	CHECK_INT(seen.result.status, ST_PARTIAL);
	CHECK_INT(seen.result.reason, ST_REASON_SOURCE_CHANGED);
	CHECK_INT(seen.result.stored_bytes, text.size);
	CHECK(recorder_found(&seen, "flora@contoso.com"));
	recorder_free(&seen);
	stream_close(stream);
}

static void an_unreadable_descriptor_is_a_source_error(void)
{
	struct extract_limits limits = extract_limits_default();
	struct recorder seen;
	st_auto_close int folder = open("/", O_RDONLY | O_CLOEXEC);
	struct stream *stream = stream_open_fd(folder, 100);
	recorder_run(&seen, stream, &by_content, &limits);
	CHECK_INT(seen.result.status, ST_UNREAD);
	CHECK_INT(seen.result.reason, ST_REASON_SOURCE_ERROR);
	recorder_free(&seen);
	stream_close(stream);
}

static void a_pipe_gives_what_the_file_gives(void)
{
	st_auto_buf struct st_buf data = nested_gz(3);
	struct extract_limits limits = extract_limits_default();
	struct recorder seen;
	int ends[2];
	CHECK(pipe(ends) == 0);
	CHECK(st_write_full(ends[1], data.data, data.size) == 0);
	close(ends[1]);
	struct stream *stream = stream_open_pipe(ends[0]);
	recorder_run(&seen, stream, &by_content, &limits);
	CHECK_INT(seen.result.status, ST_READ);
	CHECK_INT(seen.count, 4);
	CHECK_INT(seen.result.stored_bytes, data.size);
	CHECK(recorder_found(&seen, "anna@contoso.com"));
	recorder_free(&seen);
	stream_close(stream);
	close(ends[0]);
}

int main(void)
{
	RUN(an_empty_object_is_read_and_its_format_is_empty);
	RUN(a_plain_text_is_part_zero_and_nothing_else);
	RUN(members_are_numbered_in_order_and_nest_in_their_container);
	RUN(a_forced_format_holds_for_the_object_whatever_its_bytes_say);
	RUN(sixteen_containers_are_read_and_the_seventeenth_is_not);
	RUN(an_object_that_expands_too_far_stops_with_what_was_read_before);
	RUN(entries_beyond_the_ceiling_are_a_reason_of_their_archive);
	RUN(members_beyond_the_memory_for_them_are_said_to_be_too_many);
	RUN(names_longer_than_the_ceiling_are_cut_and_their_members_read);
	RUN(what_nobody_reads_is_named_by_its_magic_number);
	RUN(progress_comes_every_few_mebibytes_of_stored_or_expanded_bytes);
	RUN(a_file_that_shrank_is_partial_with_source_changed);
	RUN(an_unreadable_descriptor_is_a_source_error);
	RUN(a_pipe_gives_what_the_file_gives);
	CHECK_END();
}
