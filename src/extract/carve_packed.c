/*
 * Deflate streams among other bytes: zlib (RFC 1950), gzip (RFC 1952), entries of zip archives by their local header.
 * A signature is two or three bytes and stands everywhere by chance, so that a stream is only believed when it comes to
 * its end with the right checksum, or goes on for PROOF_BYTES of content without a fault.
 */
#include "extract/carve.h"

#define PROOF_BYTES 1024
/* The content of the longest stream that is believed for its end alone. */
#define SCRATCH_BYTES 4096
/* In front of each chunk of a custom-format dump of PostgreSQL: a sign, 0, and the length in four bytes, the lowest
 * first (WriteInt in pg_backup_archiver.c). */
#define PG_LENGTH_BYTES 5
#define PG_CHUNK_MAX (1 * MIB)
/* A chunk of PNG has its name, and up to 79 bytes of keyword, language and flags, before what is compressed. */
#define PNG_TEXT_BACK_BYTES 100

/* --- signatures --- */

/* Methods and levels that zlib writes: a window of 32 KiB, no preset dictionary (RFC 1950, 2.2). */
static bool is_zlib(const uint8_t *p)
{
	return p[0] == 0x78 && (p[1] == 0x01 || p[1] == 0x5e || p[1] == 0x9c || p[1] == 0xda);
}

static bool is_signature(const uint8_t *p, size_t left)
{
	if (left < 4)
		return false;
	if (p[0] == 0x1f)
		return p[1] == 0x8b && p[2] == Z_DEFLATED && (p[3] & 0xe0) == 0;
	return is_zlib(p) || (p[0] == 'P' && window_u32(p) == ZIP_LOCAL_SIGNATURE);
}

size_t carve_find_packed_plainly(const struct carve_view *view, size_t from, size_t to)
{
	size_t at = from;
	while (at < to && !is_signature(view->data + at, view->size - at))
		at++;
	return at;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i equals(__m256i bytes, uint8_t byte)
{
	return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)byte));
}

/* Bit n: the two bytes at p[n] may begin a signature. 33 bytes are looked at. */
AVX2 static inline uint32_t pairs(const uint8_t *p)
{
	__m256i first = _mm256_loadu_si256((const void *)p), second = _mm256_loadu_si256((const void *)(p + 1));
	__m256i levels = _mm256_or_si256(_mm256_or_si256(equals(second, 0x01), equals(second, 0x5e)),
		_mm256_or_si256(equals(second, 0x9c), equals(second, 0xda)));
	__m256i zlib = _mm256_and_si256(equals(first, 0x78), levels);
	__m256i gzip = _mm256_and_si256(equals(first, 0x1f), equals(second, 0x8b));
	__m256i zip = _mm256_and_si256(equals(first, 'P'), equals(second, 'K'));
	return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(zlib, _mm256_or_si256(gzip, zip)));
}

AVX2 static size_t find_fast(const struct carve_view *view, size_t from, size_t to)
{
	size_t at = from;
	for (; at < to && view->size - at > 32; at += 32)
		for (uint32_t found = pairs(view->data + at); found != 0; found &= found - 1) {
			size_t place = at + (size_t)__builtin_ctz(found);
			if (place >= to)
				return to;
			if (is_signature(view->data + place, view->size - place))
				return place;
		}
	return carve_find_packed_plainly(view, at < to ? at : to, to);
}

size_t carve_find_packed(const struct carve_view *view, size_t from, size_t to)
{
	return __builtin_cpu_supports("avx2") ? find_fast(view, from, to) : carve_find_packed_plainly(view, from, to);
}
#else
size_t carve_find_packed(const struct carve_view *view, size_t from, size_t to)
{
	return carve_find_packed_plainly(view, from, to);
}
#endif

static bool stands_before(const struct carve_view *view, size_t at, size_t back_bytes, const char *type)
{
	size_t size = at < back_bytes ? at : back_bytes;
	return memmem(view->data + at - size, size, type, 4) != NULL;
}

bool carve_is_pixels(const struct carve_view *view, size_t at)
{
	return stands_before(view, at, 4, "IDAT");
}

bool carve_is_png_text(const struct carve_view *view, size_t at)
{
	return stands_before(view, at, PNG_TEXT_BACK_BYTES, "zTXt") ||
	       stands_before(view, at, PNG_TEXT_BACK_BYTES, "iTXt");
}

/* --- is it one --- */

static bool probe_open(struct carve_probe *probe, enum inflate_format format)
{
	int bits = inflate_window_bits(format);
	if (!probe->open) {
		inflate_prepare(&probe->z);
		probe->open = inflateInit2(&probe->z, bits) == Z_OK;
		return probe->open;
	}
	return inflateReset2(&probe->z, bits) == Z_OK;
}

void carve_probe_close(struct carve_probe *probe)
{
	if (probe->open)
		inflateEnd(&probe->z);
	probe->open = false;
}

/* Up to CARVE_PROBE_BYTES are tried. An empty stream is none. */
static bool inflates(
	struct carve_probe *probe, enum inflate_format format, const uint8_t *data, size_t size, bool *whole)
{
	uint8_t scratch[SCRATCH_BYTES], input[CARVE_PROBE_BYTES];
	if (!probe_open(probe, format))
		return false;
	size = size < sizeof input ? size : sizeof input;
	memcpy(input, data, size); /* zlib's input is not const */
	probe->z.next_in = input;
	probe->z.avail_in = (uInt)size;
	probe->z.next_out = scratch;
	probe->z.avail_out = sizeof scratch;
	int status = inflate(&probe->z, Z_SYNC_FLUSH);
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return false;
	*whole = status == Z_STREAM_END;
	return *whole ? probe->z.total_out > 0 : probe->z.total_out >= PROOF_BYTES;
}

/* A deflated entry that is not encrypted, behind a header of a length that can be. */
static bool take_entry(const uint8_t *p, size_t left, struct carve_packed *packed)
{
	struct zip_entry *entry = &packed->entry;
	if (left < ZIP_LOCAL_BYTES)
		return false;
	zip_entry_local(entry, p);
	packed->header_bytes = ZIP_LOCAL_BYTES + (size_t)entry->name_bytes + entry->extra_bytes;
	if (entry->method != Z_DEFLATED || packed->header_bytes >= left)
		return false;
	zip_entry_zip64(entry, p + ZIP_LOCAL_BYTES + entry->name_bytes, entry->extra_bytes);
	return zip_refusal(entry) == ST_REASON_NONE;
}

/* The length in front of a chunk; 0 when there is none. */
static uint64_t chunk_length(const uint8_t *p)
{
	uint32_t length = window_u32(p + 1);
	return p[0] == 0 && length <= PG_CHUNK_MAX ? length : 0;
}

bool carve_is_packed(struct carve_probe *probe, const struct carve_view *view, size_t at, struct carve_packed *packed)
{
	const uint8_t *p = view->data + at;
	size_t left = view->size - at;
	packed->header_bytes = 0;
	packed->format = p[0] == 'P' ? INFLATE_RAW : p[0] == 0x1f ? INFLATE_GZIP : INFLATE_ZLIB;
	if (packed->format == INFLATE_RAW && !take_entry(p, left, packed))
		return false;
	bool whole, is = inflates(probe, packed->format, p + packed->header_bytes, left - packed->header_bytes, &whole);
	bool cut = is && !whole && packed->format == INFLATE_ZLIB && at >= PG_LENGTH_BYTES;
	packed->chunk_bytes = cut ? chunk_length(p - PG_LENGTH_BYTES) : 0;
	return is;
}

/* --- its content --- */

static ssize_t packed_read(struct stream *stream, void *data, size_t capacity)
{
	struct carve_packed *packed = stream->self;
	ssize_t got = inflate_read(&packed->inflate, data, capacity);
	if (got < 0)
		stream->reason = packed->inflate.reason;
	return got;
}

/* The bytes of one chunk at a time, so that nothing is taken that lies behind the last. */
static ssize_t chunk_read(struct stream *stream, void *data, size_t capacity)
{
	struct carve_packed *packed = stream->self;
	struct window *from = packed->from;
	if (packed->chunk_left == 0 && window_fill(from, PG_LENGTH_BYTES) >= PG_LENGTH_BYTES) {
		packed->chunk_left = chunk_length(window_bytes(from));
		from->at += packed->chunk_left > 0 ? PG_LENGTH_BYTES : 0;
	}
	size_t size = packed->chunk_left > 0 ? window_fill(from, 1) : 0;
	size = size < packed->chunk_left ? size : (size_t)packed->chunk_left;
	size = size < capacity ? size : capacity;
	memcpy(data, window_bytes(from), size);
	from->at += size;
	packed->chunk_left -= size;
	if (size == 0 && from->reason != ST_REASON_NONE)
		stream->reason = from->reason;
	return stream->reason == ST_REASON_NONE ? (ssize_t)size : -1;
}

static void open_zlib(struct carve_packed *packed, const struct extract_limits *limits)
{
	struct window *from = packed->from;
	if (packed->chunk_bytes > 0) {
		packed->chunk_left = packed->chunk_bytes;
		packed->chunk_stream = (struct stream){.read = chunk_read, .self = packed};
		from = &packed->chunks;
		window_open(from, &packed->chunk_stream, false);
	}
	inflate_open(&packed->inflate, from, packed->format, UINT64_MAX, limits);
	packed->stream = (struct stream){.read = packed_read, .self = packed};
}

void carve_packed_open(struct carve_packed *packed, struct window *from, const struct extract_limits *limits)
{
	from->at += packed->header_bytes;
	packed->from = from;
	if (packed->format == INFLATE_RAW) {
		uint64_t left = zip_has_descriptor(&packed->entry) ? UINT64_MAX : packed->entry.stored_bytes;
		zip_member_open(&packed->member, &packed->entry, from, left, limits);
		return;
	}
	open_zlib(packed, limits);
}

struct stream *carve_packed_stream(struct carve_packed *packed)
{
	return packed->format == INFLATE_RAW ? &packed->member.stream : &packed->stream;
}

bool carve_packed_close(struct carve_packed *packed)
{
	uint8_t scratch[16384];
	struct stream *stream = carve_packed_stream(packed);
	while (stream->read(stream, scratch, sizeof scratch) > 0)
		;
	inflate_give_back(packed->format == INFLATE_RAW ? &packed->member.inflate : &packed->inflate);
	if (packed->format == INFLATE_RAW)
		zip_member_close(&packed->member);
	else
		inflate_close(&packed->inflate);
	if (packed->chunk_bytes > 0) {
		/* all that is left there came with the last read, and still stands in front of the window's place */
		packed->from->at -= packed->chunks.end - packed->chunks.at;
		window_close(&packed->chunks);
	}
	return stream->reason != ST_REASON_CORRUPT && stream->reason != ST_REASON_TRUNCATED;
}
