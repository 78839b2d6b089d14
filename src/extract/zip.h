/*
 * What the two ways through a zip archive share (APPNOTE.TXT 6.3.10, PKWARE): by the central directory when the stream
 * can seek, by the local headers when it cannot or the directory is missing. Private to extract.
 */
#ifndef STAUNCH_EXTRACT_ZIP_H
#define STAUNCH_EXTRACT_ZIP_H

#include "extract/inflate.h"
#include "extract/reader.h"

#define ZIP_LOCAL_SIGNATURE 0x04034b50u
#define ZIP_CENTRAL_SIGNATURE 0x02014b50u
#define ZIP_END_SIGNATURE 0x06054b50u
#define ZIP_END64_SIGNATURE 0x06064b50u
#define ZIP_LOCATOR64_SIGNATURE 0x07064b50u
#define ZIP_DESCRIPTOR_SIGNATURE 0x08074b50u
#define ZIP_EXTRA_DATA_SIGNATURE 0x08064b50u /* APPNOTE 4.3.11: before an encrypted central directory */
#define ZIP_LOCAL_BYTES 30
#define ZIP_CENTRAL_BYTES 46

struct zip_entry {
	uint16_t made_by, flags, method;
	uint32_t crc, attributes;
	uint64_t stored_bytes, bytes;
	uint64_t offset; /* of the local header, as the directory says */
	uint16_t name_bytes, extra_bytes, comment_bytes;
	bool bad; /* says that a zip64 value follows, and it does not */
};

/* From the fixed part of a header; zip64 values (extra field 0x0001, APPNOTE 4.5.3) by zip_entry_zip64. */
void zip_entry_central(struct zip_entry *entry, const uint8_t header[ZIP_CENTRAL_BYTES]);
void zip_entry_local(struct zip_entry *entry, const uint8_t header[ZIP_LOCAL_BYTES]);
void zip_entry_zip64(struct zip_entry *entry, const uint8_t *extra, size_t size);
bool zip_is_encrypted(const struct zip_entry *entry);
/* The sizes stand behind the data, not in the local header (APPNOTE 4.4.4, bit 3). */
bool zip_has_descriptor(const struct zip_entry *entry);
/* Why an entry cannot be read, before its data is touched; none when it can. */
enum st_reason zip_refusal(const struct zip_entry *entry);
bool zip_is_folder(const struct zip_entry *entry, struct st_span name);

/* The data of one entry as a stream, from a window that stands at its first byte. */
struct zip_member {
	struct stream stream;
	struct inflate inflate; /* method 8; for method 0 only `left`, `in`, `out` and `reason` are used */
	bool deflated;
	uint32_t crc, want_crc;
	uint64_t want_bytes;
	bool checked; /* what is wanted is known; else the walker checks with the descriptor */
};

/* left: compressed bytes, UINT64_MAX when only the deflate stream knows. The caller closes. */
void zip_member_open(struct zip_member *member, const struct zip_entry *entry, struct window *from, uint64_t left,
	const struct extract_limits *limits);
/* Takes what no reader took; false when the entry's end cannot be found. */
bool zip_member_drain(struct zip_member *member);
void zip_member_close(struct zip_member *member);

/* --- an archive whose directory was found sound (zip.c), for the package that it may be --- */

struct zip;
uint64_t zip_entries(const struct zip *zip);
/* From the first entry of the directory on. */
void zip_rewind(struct zip *zip);
/* The next entry and its name, held in *text; false at the end. */
bool zip_next(struct zip *zip, struct zip_entry *entry, struct st_buf *text, struct st_span *name);
/* Do earlier entries claim bytes of this one, or does it lie where no data can be? */
bool zip_overlaps(const struct zip *zip, uint64_t index);
/* Puts a window at the entry's data; none when it stands there. `again`: its bytes were counted as covered before. */
enum st_reason zip_find_data(struct zip *zip, const struct zip_entry *entry, struct window *from, bool again);
/* Why not all could be read; of several the first counts. */
void zip_note(struct zip *zip, enum st_reason reason);
enum st_reason zip_reason(const struct zip *zip);
/* After the last entry: notes bytes behind the end, and returns how many in it no entry claims. */
uint64_t zip_settle(struct zip *zip);

/* Reads by local headers from the beginning; returns why not all could be read. */
enum st_reason zip_walk(struct reader_input *input);

#endif
