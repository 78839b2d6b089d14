/*
 * What one format reader is, and what readers share. One file per format; the table stands in extract.c.
 * A text reader reads a stream of one part and gives text and records; a container reader opens members, which go
 * through the same table again.
 */
#ifndef STAUNCH_EXTRACT_READER_H
#define STAUNCH_EXTRACT_READER_H

#include "base/ceilings.h"
#include "extract/csv_shape.h"
#include "extract/extract.h"
#include "extract/json_shape.h"

struct extract_run; /* the whole object: options, events, limits, open containers; owned by extract.c */

enum charset {
	CHARSET_UTF8,
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_UTF32LE,
	CHARSET_UTF32BE,
	CHARSET_WINDOWS_1252,
	CHARSET_ISO_8859_1,
	CHARSET_ISO_8859_2,
	CHARSET_ISO_8859_5,
	CHARSET_ISO_8859_7,
	CHARSET_ISO_8859_9,
	CHARSET_ISO_8859_15,
	CHARSET_WINDOWS_1250,
	CHARSET_WINDOWS_1251,
	CHARSET_WINDOWS_1253,
	CHARSET_WINDOWS_1254,
	CHARSET_KOI8_R,
	CHARSET_BINARY /* no text at all */
};

/* What the container around a part knows of it. */
struct reader_hint {
	bool joined;      /* the text of a message: no record, no message of its own (extract.h) */
	bool is_message;  /* message/rfc822, a message of an mbox: a header block is enough */
	bool is_header;   /* the same without its body (text/rfc822-headers), whatever its fields say of one */
	bool lines;       /* JSON Lines, whatever they look like */
	bool has_charset; /* declared, and one with a table of ours */
	enum charset charset;
};

/* What was found out about the first bytes while readers bid, so that who reads does not look again. */
struct reader_seen {
	int charset; /* what charset_guess_once() found, + 1; 0 before it was asked */
	bool json_known, csv_known;
	struct json_sniff json;
	struct csv_dialect csv;
};

/* What a reader gets: the part, its stream with the first bytes already looked at. */
struct reader_input {
	struct extract_run *run;
	uint32_t part;
	struct stream *stream;    /* begins at offset 0 of the part: the looked-at bytes come again */
	struct st_span head;      /* up to CEIL_SNIFF_BYTES first bytes; the whole part if shorter */
	bool head_is_all;         /* the part ends with head */
	int depth;                /* containers around this part */
	struct reader_seen *seen; /* NULL: nobody keeps it */
	struct reader_hint hint;
	struct quotes *quotes; /* NULL, or told by a reader of pages what its lines are (quotes.h) */
};

/* A bid that nobody overbids. */
#define READER_CERTAIN 98

struct reader {
	const char *format;
	/* How sure the first bytes make this reader: 0 not mine, 100 certain (a magic number). Highest wins, then table
	 * order. Must not read the stream. */
	int (*bid)(const struct reader_input *input);
	int most; /* what bid never exceeds, 0 for 100: a reader that cannot win is not asked */
	/* Reads to the end; fills status, reason, charset, not_searched_bytes, and format when it is another than the
	 * reader's own (the rest is filled by extract.c). */
	void (*read)(struct reader_input *input, struct extract_part_result *result);
	bool container;  /* gives members */
	bool has_text;   /* a container that gives text of its own, too */
	bool seeks;      /* a container that is read better with pread: held in memory when its stream has none */
	bool opens_less; /* a container that is read where none may be opened, too: it then gives text and no members */
};

extern const struct reader reader_plain_text; /* also logs: one record a line */
extern const struct reader reader_csv;
extern const struct reader reader_json; /* one document, an array, hits.hits, or JSON Lines */
extern const struct reader reader_html;
extern const struct reader reader_odf_flat; /* fodt, fods, fodp: a document, its pictures are members */
extern const struct reader reader_rtf;      /* with embedded objects as members */
extern const struct reader reader_zip;
extern const struct reader reader_gzip;
extern const struct reader reader_tar;
extern const struct reader reader_7z;
extern const struct reader reader_rar; /* RAR 1.5 to 4 */
extern const struct reader reader_rar5;
extern const struct reader reader_iso9660;
extern const struct reader reader_cpio;
extern const struct reader reader_ar; /* also .deb */
extern const struct reader reader_xz;
extern const struct reader reader_lzma;
extern const struct reader reader_lzip;
extern const struct reader reader_bzip2;
extern const struct reader reader_zstd;
extern const struct reader reader_lz4;
extern const struct reader reader_mail; /* one message; one record with its inline text parts */
extern const struct reader reader_mbox;
extern const struct reader reader_pdf;       /* by programs of others, with its attachments as members */
extern const struct reader reader_encrypted; /* OpenPGP and CMS: named, never read */
extern const struct reader reader_unknown;   /* bids always, and least: names what nobody reads, and carves it */

/* --- for text readers (charset.c) --- */

const char *charset_name(enum charset charset);
/* By byte order mark, then valid UTF-8, then a NUL stride, then the single-byte set that makes the likeliest letters.
 */
enum charset charset_guess(struct st_span head, bool head_is_all);
/* The same for the head of a part, looked at once however many readers ask; a declared charset is not heard. */
enum charset charset_guess_once(const struct reader_input *input);
/* The same for a part, where a declared charset decides between single-byte sets: labels are wrong about the rest. */
enum charset charset_of_part(const struct reader_input *input);
/* The set that a MIME label (RFC 2045, IANA) names. False: unknown, or one that needs no table (UTF-8, US-ASCII). */
bool charset_named(struct st_span name, enum charset *out);

/* Pulls a stream and gives UTF-8 blocks with the way back to stored offsets, sending each to events->text. Text readers
 * read from it and only keep record boundaries. Zero-initialise, then text_source_open. */
struct text_source;
struct text_source *text_source_open(const struct reader_input *input, enum charset charset);
/* The same for a reader that rebuilds the text: blocks are only given to it, and it sends its own. */
struct text_source *text_source_open_quiet(const struct reader_input *input, enum charset charset);
/* Next block, already sent to events->text; valid until the next call. false at the end or on failure (see
 * stream->reason). */
bool text_source_next(struct text_source *source, struct extract_text *out);
uint64_t text_source_not_searched(const struct text_source *source); /* bytes in NUL runs so far */
void text_source_close(struct text_source *source);

/* --- for all readers (extract.c) --- */
const struct extract_options *extract_run_options(const struct extract_run *run);
const struct extract_events *extract_run_events(struct extract_run *run, void **context);
/* Counts a record and reports it. */
void extract_run_record(
	struct extract_run *run, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES]);
/* A value of a field that the options name, at a text offset; of the record that is reported next (id_fields.h). */
void extract_run_field(struct extract_run *run, uint32_t part, uint32_t field, uint64_t at, struct st_span value);
/* The part with all its joined members is one record: [0, end) of its own text, and theirs. The last call of a reader.
 */
void extract_run_spanning_record(struct reader_input *input, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES]);
/* A container reader has met an entry, whatever it is (directories too). Returns false when the container has more of
 * them than CEIL_ARCHIVE_ENTRIES: it then stops with *stop as its reason. */
bool extract_run_entry(struct reader_input *container, enum st_reason *stop);
/* A container reader hands over one member: name, its stream (seekable or not); sniffed, limited, read and closed here.
 * Returns false when a limit of the whole object is met: the container then stops with *stop as its reason. */
bool extract_run_member(
	struct reader_input *container, struct st_span name, struct stream *stream, enum st_reason *stop);
/* Bytes that a container reader decompressed for itself, beside its members: they count against the same limits.
 * Returns false when one is met, with *stop as its reason. */
bool extract_run_expanded(struct extract_run *run, uint64_t bytes, enum st_reason *stop);
/* A container shows only after it was opened that it gives text of its own, too (reader.has_text). */
void extract_run_has_text(struct extract_run *run);
struct canonical_text;
/* A member of which more is known than its name. */
struct extract_member {
	struct st_span name;
	struct stream *stream;
	struct reader_hint hint;
	const struct st_buf *places; /* NULL, or what is told of the text before it (extract_lines) */
	struct canonical_text *text; /* gets the member's own text, too; or NULL */
	/* set by extract_run_give */
	bool is_record; /* the member as a whole is one record (a message), with this digest */
	uint8_t sha256[ST_SHA256_BYTES];
};
/* extract_run_member with hints. */
bool extract_run_give(struct reader_input *container, struct extract_member *member, enum st_reason *stop);
/* The same for a member that cannot be read: listed with its reason. */
void extract_run_unread_member(struct reader_input *container, struct st_span name, enum st_reason reason);
/* The number of the next member. */
uint32_t extract_run_next_part(const struct extract_run *run);
/* Tells what identifies a message or what it carries (events->content). */
void extract_run_content(struct extract_run *run, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES], uint64_t bytes);
/* How a container ends: reason none is read, otherwise partial when it gave members before, else unread. */
void extract_run_container_end(
	const struct reader_input *container, enum st_reason reason, struct extract_part_result *result);

#endif
