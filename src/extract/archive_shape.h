/*
 * What the outer structure of an archive says of itself, looked at by us because libarchive keeps it to itself: where
 * the archive ends, how many files it names, whether it is one volume of several. Private to extract.
 */
#ifndef STAUNCH_EXTRACT_ARCHIVE_SHAPE_H
#define STAUNCH_EXTRACT_ARCHIVE_SHAPE_H

#include "extract/stream.h"

struct archive_shape {
	uint64_t end;   /* bytes of the archive; 0 when it does not say */
	uint64_t files; /* headers of files and folders, when counted */
	bool counted;
	bool volume;           /* goes on in, or began in, another file */
	bool encrypted;        /* headers included: nothing of it can be known */
	enum st_reason reason; /* truncated or corrupt: the structure breaks off */
};

/* What the header of one file promises, where libarchive does not hold the content to it. */
struct archive_file {
	bool found;
	bool encrypted;
	bool has_crc; /* CRC-32 of the content */
	bool has_sum; /* the sum of its bytes */
	uint32_t crc, sum;
};

/* All need a stream that can seek, and leave its position alone. */

/* 7zFormat.txt of the LZMA SDK, "SignatureHeader": CRC, offset and size of the header at the end. */
void archive_shape_7z(struct stream *stream, struct archive_shape *shape);
/* Blocks of RAR 1.5 to 4 as its technical note (technote.txt of the program's package) lists them. */
void archive_shape_rar(struct stream *stream, struct archive_shape *shape);
/* Blocks of RAR 5, www.rarlab.com/technote.htm, "General archive block format". */
void archive_shape_rar5(struct stream *stream, struct archive_shape *shape);
/* The next file header at or behind an offset where a block begins (0: the first). */
void archive_file_rar(struct stream *stream, uint64_t at, struct archive_file *file);
void archive_file_rar5(struct stream *stream, uint64_t at, struct archive_file *file);
/* The header of new ASCII cpio with checksum, magic 070702 (cpio(5), "New CRC Format"). */
void archive_file_cpio(struct stream *stream, uint64_t at, struct archive_file *file);
/* ECMA-119, 8.4: volume space size times logical block size. */
void archive_shape_iso9660(struct stream *stream, struct archive_shape *shape);

#endif
