/* The formats that libarchive reads for us, by their magic numbers, and what is particular to each. */
#include "extract/libarchive.h"
#include "extract/libarchive_weak.h"

static bool begins_with(struct st_span bytes, const char *magic, size_t size)
{
	return bytes.size >= size && memcmp(bytes.data, magic, size) == 0;
}

/* --- 7z (7zFormat.txt of the LZMA SDK) --- */

static int bid_7z(const struct reader_input *input)
{
	return begins_with(input->head, "7z\xbc\xaf\x27\x1c", 6) ? 100 : 0;
}

static void read_7z(struct reader_input *input, struct extract_part_result *result)
{
	static const struct libarchive_format format = {
		.enable = archive_read_support_format_7zip, .shape = archive_shape_7z, .drains = true, .seeks = true};
	libarchive_read(input, &format, result);
}

const struct reader reader_7z = {.format = "7z", .bid = bid_7z, .read = read_7z, .container = true, .seeks = true};

/* --- RAR --- */

static int bid_rar(const struct reader_input *input)
{
	return begins_with(input->head, "Rar!\x1a\x07\x00", 7) ? 100 : 0;
}

static void read_rar(struct reader_input *input, struct extract_part_result *result)
{
	static const struct libarchive_format format = {
		.enable = archive_read_support_format_rar, .shape = archive_shape_rar, .look = archive_file_rar};
	libarchive_read(input, &format, result);
}

const struct reader reader_rar = {.format = "rar", .bid = bid_rar, .read = read_rar, .container = true, .seeks = true};

static int bid_rar5(const struct reader_input *input)
{
	return begins_with(input->head, "Rar!\x1a\x07\x01\x00", 8) ? 100 : 0;
}

static void read_rar5(struct reader_input *input, struct extract_part_result *result)
{
	static const struct libarchive_format format = {.enable = archive_read_support_format_rar5,
		.shape = archive_shape_rar5,
		.look = archive_file_rar5,
		.drains = true};
	libarchive_read(input, &format, result);
}

const struct reader reader_rar5 = {
	.format = "rar5", .bid = bid_rar5, .read = read_rar5, .container = true, .seeks = true};

/* --- ISO 9660 (ECMA-119): the first volume descriptor stands in sector 16 --- */

#define ISO_MAGIC_AT 32769

static int bid_iso9660(const struct reader_input *input)
{
	struct st_span head = input->head;
	if (head.size < ISO_MAGIC_AT)
		return 0;
	return begins_with((struct st_span){head.data + ISO_MAGIC_AT, head.size - ISO_MAGIC_AT}, "CD001", 5) ? 99 : 0;
}

/* An image may hold two directories, the plain or Rock Ridge one and that of Joliet; libarchive follows one of them. */
static void read_iso9660(struct reader_input *input, struct extract_part_result *result)
{
	static const char *const other_trees[] = {"iso9660:!rockridge", "iso9660:!joliet", NULL};
	static const struct libarchive_format format = {.enable = archive_read_support_format_iso9660,
		.shape = archive_shape_iso9660,
		.other_trees = other_trees};
	libarchive_read(input, &format, result);
}

const struct reader reader_iso9660 = {
	.format = "iso9660", .bid = bid_iso9660, .most = 99, .read = read_iso9660, .container = true, .seeks = true};

/* --- cpio: portable ASCII (POSIX.1-2017, pax, "Octet-Oriented cpio"), new ASCII (cpio(5)), binary --- */

#define ODC_BYTES 76
#define NEWC_BYTES 110
#define BINARY_BYTES 26

static bool is_number(const uint8_t *p, size_t size, bool hex)
{
	for (size_t i = 0; i < size; i++) {
		bool octal = p[i] >= '0' && p[i] <= '7';
		bool rest =
			(p[i] >= '8' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f') || (p[i] >= 'A' && p[i] <= 'F');
		if (!octal && !(hex && rest))
			return false;
	}
	return true;
}

/* A magic of two bytes: the name must be there, too, and end where it is said to. */
static bool begins_binary(struct st_span bytes, bool big)
{
	if (bytes.size < BINARY_BYTES + 2)
		return false;
	const uint8_t *p = bytes.data;
	size_t name = big ? (size_t)(p[20] << 8 | p[21]) : (size_t)(p[21] << 8 | p[20]);
	return name > 1 && name <= CEIL_NAME_BYTES && BINARY_BYTES + name <= bytes.size && p[BINARY_BYTES] != 0 &&
	       p[BINARY_BYTES + name - 1] == 0;
}

static bool begins_cpio(struct st_span bytes)
{
	if (begins_with(bytes, "070701", 6) || begins_with(bytes, "070702", 6))
		return bytes.size >= NEWC_BYTES && is_number(bytes.data, NEWC_BYTES, true);
	if (begins_with(bytes, "070707", 6))
		return bytes.size >= ODC_BYTES && is_number(bytes.data, ODC_BYTES, false);
	if (begins_with(bytes, "\xc7\x71", 2))
		return begins_binary(bytes, false);
	return begins_with(bytes, "\x71\xc7", 2) && begins_binary(bytes, true);
}

static int bid_cpio(const struct reader_input *input)
{
	return begins_cpio(input->head) ? 100 : 0;
}

static void read_cpio(struct reader_input *input, struct extract_part_result *result)
{
	static const struct libarchive_format format = {.enable = archive_read_support_format_cpio,
		.look = archive_file_cpio,
		.begins = begins_cpio,
		.folder_content = true};
	libarchive_read(input, &format, result);
}

const struct reader reader_cpio = {.format = "cpio", .bid = bid_cpio, .read = read_cpio, .container = true};

/* --- ar: System V and BSD (ar(5)), also .deb (deb(5)) --- */

static int bid_ar(const struct reader_input *input)
{
	return begins_with(input->head, "!<arch>\n", 8) ? 100 : 0;
}

static void read_ar(struct reader_input *input, struct extract_part_result *result)
{
	static const struct libarchive_format format = {.enable = archive_read_support_format_ar};
	libarchive_read(input, &format, result);
}

const struct reader reader_ar = {.format = "ar", .bid = bid_ar, .read = read_ar, .container = true};
