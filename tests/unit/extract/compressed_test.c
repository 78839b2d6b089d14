/* What the decoders of compressed files owe each other under one object: memory is limited over all that are open,
 * ratio and depth hold as for every container, and one byte at a time reads as all at once. */
#include <bzlib.h>
#include <lzma.h>
#include <zstd.h>

#include "check.h"
#include "recorder.h"

static const char said[] = "please write to anna@contoso.com about it\n";

static void pack_xz(struct st_buf *out, const void *data, size_t size, uint32_t dictionary_bytes)
{
	lzma_options_lzma options;
	lzma_lzma_preset(&options, 0);
	options.dict_size = dictionary_bytes;
	lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t at = 0;
	st_buf_reserve(out, lzma_stream_buffer_bound(size));
	if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, data, size, out->data, &at,
		    lzma_stream_buffer_bound(size)) != LZMA_OK)
		CHECK_FAIL("liblzma does not encode %zu bytes", size);
	out->size = at;
}

static void pack_zstd(struct st_buf *out, const void *data, size_t size)
{
	st_buf_reserve(out, ZSTD_compressBound(size));
	out->size = ZSTD_compress(out->data, ZSTD_compressBound(size), data, size, 1);
}

static void read_with(struct recorder *seen, const struct st_buf *data, const struct extract_limits *limits)
{
	static const struct extract_options as_found = {.format = NULL};
	struct stream *stream = stream_open_memory(data->data, data->size);
	recorder_run(seen, stream, &as_found, limits);
	stream_close(stream);
	if (seen->broken != NULL)
		CHECK_FAIL("broken: %s", seen->broken);
}

static void check_reading(
	const struct st_buf *data, const struct extract_limits *limits, const char *status, const char *reason)
{
	struct recorder seen;
	read_with(&seen, data, limits);
	CHECK_TEXT(st_read_status_name(seen.result.status), status);
	CHECK_TEXT(st_reason_name(seen.result.reason), reason);
	CHECK(recorder_found(&seen, "anna@contoso.com") == (strcmp(status, "read") == 0));
	recorder_free(&seen);
}

static void a_dictionary_beyond_the_limit_is_memory(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf packed = {0};
	pack_xz(&packed, said, sizeof(said) - 1, 16 << 20);
	limits.decode_bytes = 17 << 20;
	check_reading(&packed, &limits, "read", "");
	limits.decode_bytes = 15 << 20;
	check_reading(&packed, &limits, "unread", "memory");
	limits.decode_bytes = 0;
	check_reading(&packed, &limits, "unread", "memory");
}

static void decoders_inside_one_another_share_the_limit(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf inner = {0}, outer = {0};
	pack_xz(&inner, said, sizeof(said) - 1, 16 << 20);
	pack_xz(&outer, inner.data, inner.size, 16 << 20);
	limits.decode_bytes = 34 << 20;
	check_reading(&outer, &limits, "read", "");
	limits.decode_bytes = 31 << 20;
	check_reading(&outer, &limits, "unread", "memory");
}

/* Each member of a tar gives its memory back when it ends. */
static void memory_is_given_back(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf inner = {0}, outer = {0};
	limits.decode_bytes = 17 << 20;
	pack_xz(&inner, said, sizeof(said) - 1, 16 << 20);
	for (int i = 0; i < 3; i++) {
		char header[61];
		snprintf(header, sizeof(header), "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", i ? "b.xz/" : "a.xz/", 0, 0, 0,
			0100644, inner.size);
		st_buf_add(&outer, i ? header : "!<arch>\n", i ? 60 : 8);
		if (i == 0)
			continue;
		st_buf_add(&outer, inner.data, inner.size);
		st_buf_add(&outer, "\n", inner.size % 2);
	}
	check_reading(&outer, &limits, "read", "");
}

static void a_bomb_is_partial_and_ends_there(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf zeros = {0}, packed = {0};
	limits.ratio = 100;
	limits.ratio_from_bytes = 1 << 20;
	st_buf_reserve(&zeros, 8 << 20);
	memset(zeros.data, 'a', 8 << 20);
	pack_zstd(&packed, zeros.data, 8 << 20);
	struct recorder seen;
	read_with(&seen, &packed, &limits);
	CHECK_TEXT(st_reason_name(seen.result.reason), "limit-ratio");
	CHECK(seen.result.expanded_bytes < 3 << 20);
	recorder_free(&seen);
}

/* The limits of extract hold for what libarchive opens, too. */
static void entries_of_an_ar_archive_are_limited(void)
{
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf archive = {0};
	limits.archive_entries = 5;
	st_buf_add(&archive, "!<arch>\n", 8);
	for (int i = 0; i < 9; i++) {
		char header[61];
		snprintf(header, sizeof(header), "%-16d%-12d%-6d%-6d%-8o%-10zu`\n", i, 0, 0, 0, 0100644,
			sizeof(said) - 1);
		st_buf_add(&archive, header, 60);
		st_buf_add(&archive, said, sizeof(said) - 1);
		st_buf_add(&archive, "\n", (sizeof(said) - 1) % 2);
	}
	struct recorder seen;
	read_with(&seen, &archive, &limits);
	CHECK_INT(seen.result.parts, 5);
	CHECK_TEXT(st_read_status_name(seen.result.status), "partial");
	CHECK_TEXT(st_reason_name(seen.result.reason), "limit-entries");
	recorder_free(&seen);
}

struct dripping {
	struct stream stream;
	const struct st_buf *data;
	size_t at;
};

static ssize_t drip(struct stream *stream, void *data, size_t capacity)
{
	struct dripping *from = stream->self;
	if (capacity == 0 || from->at == from->data->size)
		return 0;
	*(uint8_t *)data = from->data->data[from->at++];
	return 1;
}

static void one_byte_at_a_time_reads_the_same(void)
{
	static const struct extract_options as_found = {.format = NULL};
	struct extract_limits limits = extract_limits_default();
	st_auto_buf struct st_buf packed = {0}, whole = {0};
	pack_zstd(&packed, said, sizeof(said) - 1);
	for (int i = 0; i < 3; i++)
		st_buf_add(&whole, packed.data, packed.size);
	struct dripping from = {.data = &whole};
	from.stream = (struct stream){.read = drip, .self = &from};
	struct recorder seen;
	recorder_run(&seen, &from.stream, &as_found, &limits);
	CHECK_TEXT(st_read_status_name(seen.result.status), "read");
	CHECK_INT(seen.parts[1].text_bytes, 3 * (sizeof(said) - 1));
	recorder_free(&seen);
}

int main(void)
{
	RUN(a_dictionary_beyond_the_limit_is_memory);
	RUN(decoders_inside_one_another_share_the_limit);
	RUN(memory_is_given_back);
	RUN(a_bomb_is_partial_and_ends_there);
	RUN(entries_of_an_ar_archive_are_limited);
	RUN(one_byte_at_a_time_reads_the_same);
	CHECK_END();
}
