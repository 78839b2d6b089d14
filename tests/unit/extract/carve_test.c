/* Carving: which runs of unknown bytes are text, where they are stored, which deflate streams become members; that no
 * border of a window or a block changes that, and that the fast ways see what the plain ones see. */
#include "carving.h"

#include <zlib.h>

#define MAGIC  \
	"\x7f" \
	"ELF\0" /* names the format, and is no text */

static void add(struct st_buf *buf, const void *data, size_t size)
{
	st_buf_add(buf, data, size);
}

static void add_text(struct st_buf *buf, const char *text)
{
	add(buf, text, strlen(text));
}

static void add_wide(struct st_buf *buf, const char *ascii, bool big)
{
	for (; *ascii; ascii++) {
		st_buf_add_byte(buf, big ? 0 : (uint8_t)*ascii);
		st_buf_add_byte(buf, big ? (uint8_t)*ascii : 0);
	}
}

/* zlib, gzip or raw deflate, as inflate_window_bits says. */
static void add_packed(struct st_buf *buf, const void *data, size_t size, enum inflate_format format, int level)
{
	z_stream z = {0};
	if (deflateInit2(&z, level, Z_DEFLATED, inflate_window_bits(format), 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t room = deflateBound(&z, size) + 64;
	st_buf_reserve(buf, room);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)size;
	z.next_out = buf->data + buf->size;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	buf->size += z.total_out;
	deflateEnd(&z);
}

/* Bytes that look like nothing, always the same ones. */
static void add_noise(struct st_buf *buf, size_t size)
{
	uint32_t seed = 2019;
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525u + 1013904223u;
		st_buf_add_byte(buf, (uint8_t)(0x80 | (seed >> 24 & 0x3f))); /* continuation bytes lead nowhere */
	}
}

/* Reads it cut in every way, and says when that makes a difference. */
static struct carving carve_whole(const struct st_buf *data)
{
	static const size_t cuts[] = {1, 7, 64, 4096};
	struct carving whole = carve_cut(data->data, data->size, SIZE_MAX, true, NULL);
	if (whole.broken)
		CHECK_FAIL("blocks or places out of order: %.300s", carving_log(&whole));
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		auto_carving cut = carve_cut(data->data, data->size, cuts[i], true, NULL);
		if (strcmp(carving_log(&whole), carving_log(&cut)) != 0 || whole.not_searched != cut.not_searched)
			CHECK_FAIL("cut every %zu reads another way:\n%.300s\n%.300s", cuts[i], carving_log(&cut),
				carving_log(&whole));
	}
	return whole;
}

struct row {
	const char *bytes;
	size_t size;
	const char *want;
};
#define ROW(bytes, want)                                   \
	{                                                  \
		MAGIC bytes, sizeof(MAGIC bytes) - 1, want \
	}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct st_buf data = {(uint8_t *)(uintptr_t)rows[i].bytes, rows[i].size, rows[i].size};
		auto_carving c = carve_whole(&data);
		st_auto_free char *want = st_format("(%s elf partial-unsupported)", rows[i].want);
		if (strcmp(carving_log(&c), want) != 0)
			CHECK_FAIL("row %zu reads as\n%s\nnot as\n%s", i, carving_log(&c), want);
		if (!carving_ways_agree(data.data, data.size))
			CHECK_FAIL("row %zu: the fast way sees other places", i);
	}
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

static void a_run_has_12_characters_or_6_beside_a_nul_or_between_controls(void)
{
	static const struct row rows[] = {
		ROW("\xff"
		    "anna@contoso.com\xff",
			" anna@contoso.com:6-22"),
		ROW("\xff"
		    "abcdefghijkl\xff",
			" abcdefghijkl:6-18"),
		ROW("\xff"
		    "abcdefghijk\xff",
			""),
		ROW("\xff"
		    "a@b.it\xff",
			""),
		ROW("\xff"
		    "a@b.it\0",
			" a@b.it:6-12"),
		ROW("\xff\0"
		    "a@b.it\xff",
			" a@b.it:7-13"),
		ROW("\xff\1"
		    "a@b.it\2\xff",
			" a@b.it:7-13"),
		ROW("\xff\1"
		    "a@b.it\xff",
			""),
		ROW("\xff"
		    "a@b.it",
			" a@b.it:6-12"),
		ROW("\xff\0"
		    "a@b.i\0",
			""),
	};
	CHECK_ROWS(rows);
}

static void characters_are_ascii_with_tab_and_line_ends_and_whole_ones_of_utf_8(void)
{
	static const struct row rows[] = {
		ROW("\xff"
		    "one\ttwo\r\nthree\xff",
			" one\ttwo\r\nthree:6-20"),
		ROW("\xff"
		    "info@b\xc3\xbc"
		    "cher.example\xff",
			" info@b\xc3\xbc"
			"cher.example:6-26"),
		ROW("\xff\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 \xf0\x9f\x98\x80 \xe2\x82\xac"
		    "5,00 now\xff",
			" \xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 \xf0\x9f\x98\x80 \xe2\x82\xac"
			"5,00 now:6-31"),
		ROW("\xff"
		    "anna@contoso.com\xc3\xff",
			" anna@contoso.com:6-22"),
		ROW("\xff"
		    "anna@contoso.com\xe2\x82",
			" anna@contoso.com:6-22"),
		/* single-byte sets: what stands between their letters */
		ROW("\xff"
		    "M\xfcnchen: anna@contoso.com\xff",
			" nchen: anna@contoso.com:8-31"),
		ROW("\xff"
		    "user=anna@contoso.com\x1b[0m\xff",
			" user=anna@contoso.com:6-27"),
	};
	CHECK_ROWS(rows);
}

static void two_runs_are_never_one(void)
{
	static const struct row rows[] = {
		ROW("\xff"
		    "name is anna@\xff"
		    "contoso.com and so on\xff",
			" name is anna@:6-19 contoso.com and so on:20-41"),
		ROW("\xff"
		    "anna@contoso.com\0bob@contoso.com\0\xff",
			" anna@contoso.com:6-22 bob@contoso.com:23-38"),
	};
	CHECK_ROWS(rows);
}

static void utf_16_is_told_by_six_ascii_characters_in_either_order_at_any_offset(void)
{
	static const struct row rows[] = {
		ROW("\xff"
		    "a\0@\0b\0.\0i\0t\0\xff",
			" a@b.it:6-18"),
		ROW("\xff\0a\0@\0b\0.\0i\0t\xff", " a@b.it:6-18"),
		ROW("\xff\xff\0a\0@\0b\0.\0i\0t\xff", " a@b.it:7-19"),
		ROW("\xff"
		    "a\0@\0b\0.\0c\0\xff",
			""),
		/* letters beyond ASCII, also in front of what it is told by */
		ROW("\xff"
		    "m\0\xfc\0l\0l\0e\0r\0@\0b\0.\0i\0t\0\xff",
			" m\xc3\xbcller@b.it:6-28"),
		ROW("\xff"
		    "a\0b\0c\0d\0e\0f\0\x30\x04\xac\x20\x14\x20g\0\xff",
			" abcdef\xd0\xb0\xe2\x82\xac\xe2\x80\x94g:6-26"),
		ROW("\xff"
		    "a\0b\0c\0d\0e\0f\0\x2d\x4eg\0\xff",
			" abcdef:6-18"),
		/* the last letter of a text right before it */
		ROW("\xff"
		    "first field: a\0@\0b\0.\0i\0t\0\xff",
			" first field: :6-19 a@b.it:19-31"),
		ROW("\xff"
		    "a\0@\0b\0.\0i\0t\0another field\xff",
			" a@b.it:6-18 another field:18-31"),
	};
	CHECK_ROWS(rows);
}

/* NULs around letters that stand between NULs belong to either; the one that is alone is theirs, else they stand even.
 */
static void between_nuls_the_order_of_utf_16_is_the_one_whose_nul_stands_alone(void)
{
	static const struct row rows[] = {
		ROW("\xff\0\0a\0@\0b\0.\0i\0t\0\xff", " a@b.it:8-20"),
		ROW("\xff\xff\0a\0@\0b\0.\0i\0t\0\0\xff", " a@b.it:7-19"),
		ROW("\xff\0\0a\0@\0b\0.\0i\0t\0\0\xff", " a@b.it:8-20"),
		ROW("\xff\0\0\0a\0@\0b\0.\0i\0t\0\0\xff", " a@b.it:8-20"),
	};
	CHECK_ROWS(rows);
}

static void what_is_in_no_run_is_not_searched(void)
{
	static const char bytes[] = MAGIC "\xff"
					  "anna@contoso.com\xff\xff";
	auto_carving c = carve_cut(bytes, sizeof bytes - 1, SIZE_MAX, true, NULL);
	CHECK_INT(c.not_searched, 5 + 1 + 2);
}

/* --- streams --- */

static const char letter[] = "mail dora@contoso.com about it, again and again and again and again\n";

static void deflate_streams_are_members_named_by_their_offset(void)
{
	static const struct {
		enum inflate_format format;
		int level;
	} ways[] = {{INFLATE_ZLIB, 1}, {INFLATE_ZLIB, 5}, {INFLATE_ZLIB, 6}, {INFLATE_ZLIB, 9}, {INFLATE_ZLIB, 0},
		{INFLATE_GZIP, 6}};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		st_auto_buf struct st_buf data = {0};
		add(&data, MAGIC "\xff", 6);
		add_packed(&data, letter, sizeof letter - 1, ways[i].format, ways[i].level);
		add(&data,
			"\xff"
			"anna@contoso.com\xff",
			18);
		auto_carving c = carve_whole(&data);
		st_auto_free char *want = st_format(
			"( (deflate-at-6 %s:0-%zu text read) anna@contoso.com:%zu-%zu elf partial-unsupported)", letter,
			sizeof letter - 1, data.size - 17, data.size - 1);
		CHECK_TEXT(carving_log(&c), want);
		CHECK_INT(c.not_searched, 5 + 1 + 2);
	}
}

static void add_local_header(struct st_buf *data, size_t packed, size_t size, uint32_t crc, uint16_t flags)
{
	st_buf_add_u32(data, ZIP_LOCAL_SIGNATURE);
	st_buf_add_u16(data, 20);
	st_buf_add_u16(data, flags);
	st_buf_add_u16(data, Z_DEFLATED);
	st_buf_add_u32(data, 0);
	st_buf_add_u32(data, crc);
	st_buf_add_u32(data, (uint32_t)packed);
	st_buf_add_u32(data, (uint32_t)size);
	st_buf_add_u16(data, 5);
	st_buf_add_u16(data, 0);
	add_text(data, "a.txt");
}

static void zip_entries_are_members_with_and_without_their_sizes_in_front(void)
{
	for (unsigned flags = 0; flags <= 8; flags += 8) {
		st_auto_buf struct st_buf data = {0}, packed = {0};
		size_t size = sizeof letter - 1;
		add_packed(&packed, letter, size, INFLATE_RAW, 6);
		add(&data, MAGIC "\xff", 6);
		add_local_header(&data, flags ? 0 : packed.size, flags ? 0 : size,
			flags ? 0 : (uint32_t)crc32(0, (const Bytef *)letter, (uInt)size), (uint16_t)flags);
		add(&data, packed.data, packed.size);
		add(&data, "\xff\xff", 2);
		auto_carving c = carve_whole(&data);
		st_auto_free char *want =
			st_format("( (deflate-at-6 %s:0-%zu text read) elf partial-unsupported)", letter, size);
		CHECK_TEXT(carving_log(&c), want);
	}
}

static void signatures_by_chance_are_no_members(void)
{
	static const struct row rows[] = {
		ROW("\xff\x78\x9c\x03\0\0\0\0\1\xff", ""), /* an empty stream */
		ROW("\xff\x78\x9c\x78\x01\x78\xda\x78\x5e\x1f\x8b\x08\0\xff\xff\xff", ""),
		ROW("\xffPK\3\4\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\xff", ""),
		ROW("\x78\x9c", ""),
		ROW("\x1f\x8b\x08", ""),
		ROW("PK\3\4", ""),
	};
	CHECK_ROWS(rows);
}

static void a_broken_stream_is_searched_as_it_is_stored_too(void)
{
	st_auto_buf struct st_buf data = {0}, content = {0};
	for (size_t i = 0; i < 64; i++)
		add_text(&content, letter);
	add(&data, MAGIC "\xff", 6);
	add_packed(&data, content.data, content.size, INFLATE_ZLIB, 0); /* stored: its text can be seen */
	memset(data.data + data.size - 4, 0xff, 4);                     /* its checksum */
	auto_carving c = carve_cut(data.data, data.size, SIZE_MAX, true, NULL);
	CHECK(strstr(carving_log(&c), "text partial-corrupt)") != NULL);
	/* header of zlib, of a stored block */
	st_auto_free char *place = st_format(":%d-%zu elf", 6 + 2 + 5, 6 + 2 + 5 + content.size);
	CHECK(strstr(carving_log(&c), place) != NULL);
}

static void streams_in_streams_are_members_of_members_and_quines_end(void)
{
	st_auto_buf struct st_buf inner = {0}, data = {0};
	add(&inner, MAGIC "\xff", 6);
	add_packed(&inner, letter, sizeof letter - 1, INFLATE_ZLIB, 6);
	add(&data, MAGIC "\xff\xff", 7);
	add_packed(&data, inner.data, inner.size, INFLATE_GZIP, 6);
	auto_carving c = carve_whole(&data);
	st_auto_free char *want = st_format(
		"( (deflate-at-7 (deflate-at-6 %s:0-%zu text read) elf partial-unsupported) elf partial-unsupported)",
		letter, sizeof letter - 1);
	CHECK_TEXT(carving_log(&c), want);
}

static void limits_stop_members_and_never_the_text(void)
{
	st_auto_buf struct st_buf data = {0};
	add(&data, MAGIC "\xff", 6);
	for (int i = 0; i < 3; i++)
		add_packed(&data, letter, sizeof letter - 1, INFLATE_ZLIB, 6);
	add(&data,
		"\xff"
		"anna@contoso.com\xff",
		18);
	struct extract_limits limits = extract_limits_default();
	limits.archive_entries = 2;
	auto_carving few = carve_cut(data.data, data.size, SIZE_MAX, true, &limits);
	CHECK(strstr(carving_log(&few), "anna@contoso.com:") != NULL);
	CHECK(strstr(carving_log(&few), "elf partial-limit-entries)") != NULL);
	limits = extract_limits_default();
	limits.nesting_depth = 0;
	auto_carving flat = carve_cut(data.data, data.size, SIZE_MAX, true, &limits);
	CHECK(strstr(carving_log(&flat), "deflate-at") == NULL);
	CHECK(strstr(carving_log(&flat), "anna@contoso.com:") != NULL);
	CHECK(strstr(carving_log(&flat), "elf partial-limit-depth)") != NULL);
	limits = extract_limits_default();
	limits.expanded_bytes = 100;
	limits.expanded_factor = 1;
	auto_carving large = carve_cut(data.data, data.size, SIZE_MAX, true, &limits);
	CHECK(strstr(carving_log(&large), "anna@contoso.com:") != NULL);
}

/* As pg_dump -Fc writes: one zlib stream in chunks, each behind a sign and its length, the last of length 0. */
static void a_stream_that_is_cut_into_chunks_is_one_member(void)
{
	st_auto_buf struct st_buf data = {0}, content = {0}, packed = {0};
	uint32_t seed = 1;
	for (size_t i = 0; i < 4000; i++) {
		seed = seed * 1664525u + 1013904223u;
		st_auto_free char *line = st_format("%u\tperson%zu@contoso.com\n", seed, i);
		add_text(&content, line);
	}
	add_packed(&packed, content.data, content.size, INFLATE_ZLIB, 6);
	add(&data, "PGDMP\1\xe\0\4\xff", 10);
	for (size_t at = 0, size; at < packed.size; at += size) {
		size = packed.size - at < 4096 ? packed.size - at : 4096;
		st_buf_add_byte(&data, 0);
		st_buf_add_u32(&data, (uint32_t)size);
		add(&data, packed.data + at, size);
	}
	add(&data,
		"\0\0\0\0\0\xff"
		"anna@contoso.com\xff",
		23);
	CHECK(packed.size > 3 * 4096);
	auto_carving c = carve_whole(&data);
	st_buf_add_byte(&content, 0);
	st_auto_free char *want =
		st_format("( (deflate-at-15 %s:0-%zu csv read) anna@contoso.com:%zu-%zu pgdump partial-unsupported)",
			(const char *)content.data, content.size - 1, data.size - 17, data.size - 1);
	if (strcmp(carving_log(&c), want) != 0)
		CHECK_FAIL("%s", carving_log(&c) + strlen(carving_log(&c)) - 300);
}

static void what_stands_behind_a_stream_with_too_large_a_length_is_searched(void)
{
	st_auto_buf struct st_buf data = {0}, noise = {0};
	add(&data, MAGIC "\xff\0", 7);
	st_buf_add_u32(&data, 60000);
	add_noise(&noise, 5000); /* so that it is longer than what is tried */
	add_packed(&data, noise.data, noise.size, INFLATE_ZLIB, 0);
	add(&data,
		"\xff"
		"anna@contoso.com\xff",
		18);
	auto_carving c = carve_whole(&data);
	CHECK(strstr(carving_log(&c), "(deflate-at-11 ") != NULL);
	CHECK(strstr(carving_log(&c), " anna@contoso.com:") != NULL);
}

/* --- borders --- */

/* A field at each place around the border of a window and of what is seen of it is found whole, in each encoding. */
static void a_field_across_the_border_of_a_window_is_whole(void)
{
	static const char field[] = "anna@contoso.com";
	for (int encoding = 0; encoding < 4; encoding++)
		for (size_t border = 61440; border <= 65536; border += 4096)
			for (size_t at = border - 80; at < border + 40; at += encoding == 3 ? 3 : 1) {
				st_auto_buf struct st_buf data = {0};
				add(&data, MAGIC, 5);
				add_noise(&data, at - 5);
				if (encoding == 0)
					add_text(&data, field);
				else if (encoding < 3)
					add_wide(&data, field, encoding == 2);
				else
					add_packed(&data, field, strlen(field), INFLATE_ZLIB, 6);
				size_t end = data.size;
				add_noise(&data, 9000);
				auto_carving c = carve_cut(data.data, data.size, SIZE_MAX, true, NULL);
				st_auto_free char *want =
					encoding == 3
						? st_format("( (deflate-at-%zu %s:0-16 text read) elf "
							    "partial-unsupported)",
							  at, field)
						: st_format("( %s:%zu-%zu elf partial-unsupported)", field, at, end);
				if (strcmp(carving_log(&c), want) != 0) {
					CHECK_FAIL("encoding %d at %zu: %.300s, not %s", encoding, at, carving_log(&c),
						want);
					return;
				}
			}
}

static void a_run_longer_than_any_window_is_one(void)
{
	for (int encoding = 0; encoding < 3; encoding++) {
		st_auto_buf struct st_buf data = {0}, text = {0};
		while (text.size < 300000)
			add_text(&text, encoding == 0 ? "gr\xc3\xbc\xc3\x9f"
							"e an anna@contoso.com, "
						      : "we greet anna@contoso.com, ");
		st_buf_add_byte(&text, 0);
		add(&data, MAGIC "\xff", 6);
		if (encoding == 0)
			add(&data, text.data, text.size - 1);
		else
			add_wide(&data, (const char *)text.data, encoding == 2);
		size_t end = data.size;
		add(&data, "\xff\xff", 2);
		auto_carving c = carve_whole(&data);
		st_auto_free char *want =
			st_format("( %s:6-%zu elf partial-unsupported)", (const char *)text.data, end);
		CHECK(strcmp(carving_log(&c), want) == 0);
	}
}

static void the_fast_ways_see_what_the_plain_ones_see(void)
{
	static const uint8_t likely[] = {0, 0, 0, 'a', '@', '\n', 'P', 'K', 3, 4, 0x78, 0x9c, 0x1f, 0x8b, 8, 0xc3, 0xe2,
		0xf0, 0x80, 0xbf, 0xc1, 0xf5, 0x7f, 0x1b, 0xff, 'z', '~', ' '};
	uint32_t seed = 1;
	uint8_t data[300];
	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof data; i++) {
			seed = seed * 1664525u + 1013904223u;
			data[i] = round % 2    ? likely[(seed >> 16) % sizeof likely]
				  : seed >> 28 ? (uint8_t)('a' + (seed >> 24) % 26)
					       : (uint8_t)(seed >> 16);
		}
		size_t size = seed % sizeof data;
		if (!carving_ways_agree(data, size)) {
			CHECK_FAIL("round %d, %zu bytes", round, size);
			return;
		}
	}
}

/* --- media --- */

static void images_are_named_and_searched_for_what_is_written_beside_them(void)
{
	st_auto_buf struct st_buf png = {0};
	static const char front[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\0\0\0\x30zTXtComment\0";
	static const char pixels[] = "\xff\xff\xff\xff\0\0\0\x30IDAT",
			  author[] = "\xff\xff\xfftEXtAuthor\0anna@contoso.com\xff";
	add(&png, front, sizeof front); /* and the method of compression, 0 */
	add_packed(&png, letter, sizeof letter - 1, INFLATE_ZLIB, 6);
	add(&png, pixels, sizeof pixels - 1);
	add_packed(&png, letter, sizeof letter - 1, INFLATE_ZLIB, 6);
	add(&png, author, sizeof author - 1);
	auto_carving c = carve_whole(&png);
	CHECK(strstr(carving_log(&c), "(deflate-at-37 ") != NULL);
	CHECK(strstr(strstr(carving_log(&c), "deflate-at") + 1, "deflate-at") == NULL);
	CHECK(strstr(carving_log(&c), "anna@contoso.com:") != NULL);
	CHECK(strstr(carving_log(&c), "png partial-no-text)") != NULL);
}

static void a_signed_message_holds_its_text_in_clear(void)
{
	static const char cms[] =
		"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x0b\x30\x09"
		"\x04\x82\x01\x10mail anna@contoso.com\r\n\xff";
	auto_carving c = carve_cut(cms, sizeof cms - 1, SIZE_MAX, true, NULL);
	CHECK(strstr(carving_log(&c), "mail anna@contoso.com\r\n:28-51 cms partial-unsupported)") != NULL);
}

int main(void)
{
	RUN(a_run_has_12_characters_or_6_beside_a_nul_or_between_controls);
	RUN(characters_are_ascii_with_tab_and_line_ends_and_whole_ones_of_utf_8);
	RUN(two_runs_are_never_one);
	RUN(utf_16_is_told_by_six_ascii_characters_in_either_order_at_any_offset);
	RUN(between_nuls_the_order_of_utf_16_is_the_one_whose_nul_stands_alone);
	RUN(what_is_in_no_run_is_not_searched);
	RUN(deflate_streams_are_members_named_by_their_offset);
	RUN(zip_entries_are_members_with_and_without_their_sizes_in_front);
	RUN(a_stream_that_is_cut_into_chunks_is_one_member);
	RUN(what_stands_behind_a_stream_with_too_large_a_length_is_searched);
	RUN(signatures_by_chance_are_no_members);
	RUN(a_broken_stream_is_searched_as_it_is_stored_too);
	RUN(streams_in_streams_are_members_of_members_and_quines_end);
	RUN(limits_stop_members_and_never_the_text);
	RUN(a_field_across_the_border_of_a_window_is_whole);
	RUN(a_run_longer_than_any_window_is_one);
	RUN(the_fast_ways_see_what_the_plain_ones_see);
	RUN(a_signed_message_holds_its_text_in_clear);
	RUN(images_are_named_and_searched_for_what_is_written_beside_them);
	CHECK_END();
}
