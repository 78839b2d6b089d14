/*
 * Bytes in, text with its path out. What an object is, its first bytes say, never its name. Runs only in a confined
 * worker. Containers nest to CEIL_NESTING_DEPTH; every limit that is met is a status with its reason, never silence.
 *
 * Part 0 is the object itself; members of containers are parts 1, 2, ... in the order met. Containers other than
 * messages give no text. Within one part: text blocks in order, each record as soon as its end is known, then part_end.
 * Parts nest properly: a member's begin and end lie between its parent's. A message is a container with text of its own
 * (its headers); with its joined members it is one record.
 */
#ifndef STAUNCH_EXTRACT_EXTRACT_H
#define STAUNCH_EXTRACT_EXTRACT_H

#include "base/bytes.h"
#include "base/coverage.h"
#include "base/hash.h"
#include "extract/stream.h"
#include "process/helper.h"

/* One block of UTF-8 text (invalid bytes of a UTF-8 source are passed on as they are). Offsets of text count the bytes
 * of this UTF-8 stream from 0; `stored` leads back to the bytes of the innermost stored part. */
struct extract_text {
	const uint8_t *data;
	size_t size;
	uint64_t start;        /* offset of data[0] in the part's text */
	uint64_t stored_start; /* offset of data[0] in the stored part */
	const uint32_t
		*stored; /* NULL: byte for byte; else size + 1 values, stored offset of data[i] minus stored_start */
	/* Text that is rebuilt (markup left out): size values, where the stored bytes of data[i] end, minus
	 * stored_start. NULL: where those of the next byte begin. */
	const uint32_t *stored_ends;
	bool transcoded; /* the stored bytes are another encoding: mentions have the form `encoded` in UTF-16/32 */
};

struct extract_part {
	uint32_t index;      /* 0 for the object */
	uint32_t parent;     /* itself for the object */
	struct st_span name; /* raw bytes of the member's own name, empty for the object; borrowed for the call */
	bool joined; /* has no records: its mentions belong to the record of the nearest part around it that is not
		      * joined itself, which reports that record when it ends */
};

struct extract_part_result {
	const char
		*format; /* "csv", "json", "jsonl", "text", "log", "zip", "gz", "tar", "empty", "unknown" ...; static */
	const char *charset;        /* "utf-8", "utf-16le", "windows-1252" ...; "" for containers */
	enum st_read_status status; /* ST_READ, ST_PARTIAL, ST_UNREAD */
	enum st_reason reason;
	uint64_t stored_bytes; /* bytes of this part read from its container or source */
	uint64_t records;
	uint64_t not_searched_bytes; /* text read that no detector can search (NUL runs) */
	bool rebuilt; /* offsets are those of the text, not of stored bytes (contract 4, "unit":"text") */
};

/* What somebody says in a conversation: [start, end) in text offsets, and who it is: a word or an address, as written.
 */
struct extract_turn {
	uint64_t start, end;
	struct st_span speaker; /* borrowed for the call */
};

struct extract_events {
	void (*part_begin)(void *context, const struct extract_part *part);
	void (*text)(void *context, uint32_t part, const struct extract_text *text);
	/* The next record of this part: [start, end) in text offsets, all of it already given; digest of its canonical
	 * form (contract 3). Records never overlap and come in order; text between them belongs to no record. */
	void (*record)(
		void *context, uint32_t part, uint64_t start, uint64_t end, const uint8_t sha256[ST_SHA256_BYTES]);
	/* A value of a field that options name, by its number there, at a text offset; of the record that is reported
	 * next. May be NULL; borrowed for the call. */
	void (*field)(void *context, uint32_t part, uint32_t field, uint64_t at, struct st_span value);
	/* What stands from this text offset of the part on, until its next place: "page 3", "comment", "quoted". In
	 * order; told before the text that stands there. Words of the reader and, behind a NUL, a name out of the
	 * document (base/places.h); borrowed for the call. */
	void (*place)(void *context, uint32_t part, uint64_t start, struct st_span label);
	/* A column of the part's table is called so: its number for `cell`, or 0 when nobody asks for it. */
	unsigned (*column)(void *context, uint32_t part, struct st_span name);
	/* From this text offset on, until the next, stands a value of that column (0: of none). In order; told before
	 * the text that stands there. */
	void (*cell)(void *context, uint32_t part, uint64_t start, unsigned column);
	void (*part_end)(void *context, uint32_t part, const struct extract_part_result *result);
	/* A turn inside of the record that ends next, all of it already given. In the order of their ends; NULL: nobody
	 * asks. */
	void (*turn)(void *context, uint32_t part, const struct extract_turn *turn);
	/* Who wrote a message: the address in its From, canonical. Told before its parts; NULL: nobody asks. */
	void (*author)(void *context, uint32_t part, struct st_span address);
	/* What tells copies of a message, or of what a message carries, from others: the digest of its record; of any
	 * other attachment its content's, all of it (text as canonical document), and its decoded size. Once for a
	 * part, before the part around it ends: behind part_end for what was not read to its end. */
	void (*content)(void *context, uint32_t part, const uint8_t sha256[ST_SHA256_BYTES], uint64_t bytes);
	/* Bytes of the object consumed so far; called at least every few MiB, so that work is not taken for a hang. */
	void (*progress)(void *context, uint64_t stored_bytes);
};

/* What a program of others gave. Hostile text, as all that comes out of a document. */
struct extract_helped {
	enum helped how;
	uint8_t exit_status;   /* with HELPED */
	struct stream *output; /* also what one that was stopped wrote before; NULL when it did not run */
	struct st_buf errors;  /* the first CEIL_HELPER_ERRORS_BYTES of its stderr */
	int output_fd;         /* who runs helpers keeps it here */
};

/* How readers get at such programs (process/helper.h): they start none themselves. */
struct extract_help {
	void *context;
	/* A document for them, in pieces; documents nest. */
	void (*document)(void *context, enum helping_input what, struct st_span bytes);
	/* Runs one to its end on the document begun last; the caller gives the outcome back with `release`. */
	void (*run)(void *context, enum helper helper, uint32_t number, struct extract_helped *out);
	void (*release)(void *context, struct extract_helped *helped);
};

/* A page of documents: text of one JSON value a line, and where which of them begins. */
struct extract_lines {
	struct st_span text;
	const struct st_buf *places; /* u64 text offset, span label, one behind the other; see extract_events.place */
};

/* An object that comes as answers to searches instead of as bytes (hits.c). */
struct extract_pages {
	void *context;
	/* The next page, valid until the next call. False: there is none; *reason says what was not read. */
	bool (*next)(void *context, struct extract_lines *out, enum st_reason *reason);
};

struct extract_options {
	const char *const *volatile_fields; /* NULL-ended names left out of canonical JSON records; NULL for none */
	const char *const *id_fields;       /* NULL-ended names of fields whose values are told; NULL for none */
	const char *format; /* NULL or "auto": by content; "text" "json" "jsonl" "csv" "html": forced for the object
			     * itself */
	/* What is known of an object that came out of a message: the charset it was labelled with (NULL: none), and
	 * whether it is text of the message, which is never a message of its own. */
	const char *charset;
	bool joined;
	bool no_digests; /* nobody compares copies: plain text and pages are not hashed, and tell no records */
	const struct extract_help *help;   /* NULL: none, and what needs one is unread(no-helper) */
	const struct extract_pages *pages; /* NULL: the object's stream is read; else it is empty, and these are */
	uint64_t stored_size; /* size of the object if known, else 0: the limits on expansion are relative to it */
};

struct extract_result {
	/* Of the object as a whole: read if every part was; unread if none gave text; else partial. */
	enum st_read_status status;
	enum st_reason reason; /* the first that kept a part from being read */
	uint64_t stored_bytes;
	uint64_t expanded_bytes; /* what came out of containers, all levels together; 0 when the object is none */
	uint64_t records, parts /* members, without the object */, not_searched_bytes;
};

/* Before the jail, once a process: the libraries behind the readers load what they would look for later. False: there
 * is no locale C.UTF-8, and archives that libarchive reads will be unread(no-helper). */
bool extract_prepare(void);

/* Does what begins so hold text in another way than as its bytes: an archive, an office document, something encrypted?
 * By the same table as extract_object. */
bool extract_is_wrapped(struct st_span head, bool head_is_all);
/* Reads the whole object. Never fails: what cannot be read is said in *result and in the parts. */
void extract_object(struct stream *stream, const struct extract_options *options, const struct extract_events *events,
	void *context, struct extract_result *result);

#endif
