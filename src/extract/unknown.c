/*
 * What no reader reads, named by its magic number (as the format's own specification or file(1) gives it), so that
 * coverage says what was left out, and carved. Bids above text readers only where the magic cannot be text.
 */
#include "extract/carve.h"

struct magic {
	const char *format;
	uint16_t offset;
	uint8_t size;
	const char *bytes;
};

#define AT(offset, format, bytes)                        \
	{                                                \
		format, offset, sizeof(bytes) - 1, bytes \
	}

/* Each has a byte that no text has, or is at least five bytes that no text begins with. */
static const struct magic magics[] = {
	AT(0, "png", "\x89PNG\r\n\x1a\n"), AT(0, "jpg", "\xff\xd8\xff"), AT(0, "tiff", "II*\0"), AT(0, "tiff", "MM\0*"),
	AT(0, "psd", "8BPS\0\1"), AT(0, "ico", "\0\0\1\0"), AT(0, "jp2", "\0\0\0\x0cjP  \r\n\x87\n"),
	AT(0, "ole2", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), /* doc, xls, ppt, msg */
	AT(0, "sqlite", "SQLite format 3\0"), AT(4, "access", "Standard Jet DB\0"),
	AT(4, "access", "Standard ACE DB\0"), AT(0, "pgdump", "PGDMP\1"), AT(0, "parquet", "PAR1\x15"),
	AT(0, "avro", "Obj\1"), AT(0, "orc", "ORC\x0a\3"), AT(0, "hdf5", "\x89HDF\r\n\x1a\n"),
	AT(0, "evtx", "ElfFile\0"),
	AT(0, "elf",
		"\x7f"
		"ELF"),
	AT(0, "class", "\xca\xfe\xba\xbe"), AT(0, "macho", "\xcf\xfa\xed\xfe"), AT(0, "macho", "\xce\xfa\xed\xfe"),
	AT(0, "wasm", "\0asm\1\0\0\0"), AT(0, "dex", "dex\n035\0"),
	AT(0, "lz4", "\x02\x21\x4c\x18"), /* the legacy frame */
	AT(0, "lzop", "\x89LZO\0\r\n\x1a\n"), AT(0, "compress", "\x1f\x9d"), AT(0, "snappy", "\xff\6\0\0sNaPpY"),
	AT(0, "cab", "MSCF\0\0\0\0"), AT(0, "ar", "!<thin>\n"), AT(0, "rpm", "\xed\xab\xee\xdb"),
	AT(0, "qcow2", "QFI\xfb"), AT(0, "luks", "LUKS\xba\xbe"), AT(0, "matroska", "\x1a\x45\xdf\xa3"),
	AT(0, "ogg", "OggS\0"), AT(0, "flac", "fLaC\0\0\0\x22"), AT(0, "mp3", "ID3\3\0"), AT(0, "mp3", "ID3\4\0"),
	AT(0, "woff", "wOFF\0\1"), AT(0, "woff2", "wOF2\0\1"), AT(0, "truetype", "\0\1\0\0\0"),
	AT(0, "lnk", "\x4c\0\0\0\1\x14\2\0"), AT(0, "pcap", "\xd4\xc3\xb2\xa1"), AT(8, "pcapng", "\x4d\x3c\x2b\x1a"),
	AT(0, "pgp", "\x85\1\x0c\3"), AT(0, "tnef", "\x78\x9f\x3e\x22"), /* winmail.dat */
};

/* Short magics that could begin a text: they count only in what has no text at all. */
static const struct magic binary_magics[] = {
	AT(0, "exe", "MZ"),
	AT(0, "bmp", "BM"),
	AT(0, "bz2", "BZh"),
	AT(0, "zip", "PK"),
	AT(0, "gz", "\x1f\x8b"),
	AT(0, "mp3", "\xff\xfb"),
	AT(8, "webp", "WEBPVP8"),
	AT(0, "pst", "!BDN"),
	AT(0, "vhdx", "vhdxfile"),
	AT(0, "vhd", "conectix"),
	AT(4, "heic", "ftypheic"),
	AT(4, "heic", "ftypheix"),
	AT(4, "heic", "ftypmif1"),
	AT(4, "avif", "ftypavif"),
	AT(4, "mp4", "ftyp"),
	AT(8, "wav", "WAVEfmt "),
	AT(8, "avi", "AVI LIST"),
	AT(0, "registry", "regf"),
	AT(0, "gif", "GIF87a"),
	AT(0, "gif", "GIF89a"),
};

/* Formats that show or sound, and hold text only beside that (EXIF, XMP, tags). */
static const char *const media[] = {"png", "jpg", "tiff", "psd", "ico", "jp2", "bmp", "webp", "gif", "heic", "avif",
	"mp4", "mp3", "ogg", "flac", "wav", "avi", "matroska"};

static bool is_media(const char *format)
{
	for (size_t i = 0; format != NULL && i < sizeof(media) / sizeof(media[0]); i++)
		if (strcmp(format, media[i]) == 0)
			return true;
	return false;
}

static const char *find(const struct magic *table, size_t count, struct st_span head)
{
	for (size_t i = 0; i < count; i++) {
		if (head.size >= (size_t)table[i].offset + table[i].size &&
			memcmp(head.data + table[i].offset, table[i].bytes, table[i].size) == 0)
			return table[i].format;
	}
	return NULL;
}

static const char *strong_name(struct st_span head)
{
	return find(magics, sizeof(magics) / sizeof(magics[0]), head);
}

static bool is_binary(const struct reader_input *input)
{
	return charset_of_part(input) == CHARSET_BINARY;
}

static int unknown_bid(const struct reader_input *input)
{
	return strong_name(input->head) != NULL ? 95 : 1;
}

static void unknown_read(struct reader_input *input, struct extract_part_result *result)
{
	result->format = strong_name(input->head);
	if (result->format == NULL && is_binary(input)) {
		result->format = find(binary_magics, sizeof(binary_magics) / sizeof(binary_magics[0]), input->head);
		if (result->format == NULL)
			result->format = "binary";
	}
	carve_read(input, is_media(result->format), result);
}

const struct reader reader_unknown = {
	.format = "unknown",
	.bid = unknown_bid,
	.read = unknown_read,
	.container = true,
	.has_text = true,
	.opens_less = true,
};
