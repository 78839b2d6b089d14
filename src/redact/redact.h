/*
 * Bytes in, the same bytes with what is personal replaced out (contract 7). A stream: feed blocks of any size, the
 * output is the same for every cutting. Pure: no files, no clock, no globals. Bytes leave only when no open candidate
 * can still change them.
 *
 *   bytes -> charset -> detect ------------> mentions --+
 *         \-> structure of the format (shape.h) -> places +-> pieces -> replaced (replace.h) -> bytes
 *
 * A document that can only be understood whole (HTML, mail) is held up to CEIL_REDACT_DOCUMENT_BYTES and redacted by
 * document.h; everything else flows in bounded memory.
 */
#ifndef STAUNCH_REDACT_REDACT_H
#define STAUNCH_REDACT_REDACT_H

#include "base/bytes.h"
#include "detect/detect.h"

enum redact_format {
	REDACT_AUTO, /* by the first CEIL_SNIFF_BYTES bytes */
	REDACT_TEXT,
	REDACT_JSON,
	REDACT_JSONL,
	REDACT_CSV,
	REDACT_MAIL,
	REDACT_HTML,
	REDACT_SQL,
	REDACT_FORMATS
};
const char *redact_format_name(enum redact_format format); /* "jsonl"; NULL out of range */

/* What becomes of a value. The first three are also the modes of a run. */
enum redact_action { REDACT_TOKEN, REDACT_MASK, REDACT_LABEL, REDACT_KEEP, REDACT_DROP, REDACT_ACTIONS };

#define REDACT_KEY_BYTES 32

struct redact_policy; /* policy.h */
struct redact_known;  /* known.h */

/* What was done, for --log: never a value. Offsets are bytes of the input as given, end exclusive. */
struct redact_event {
	uint64_t start, end;
	enum detect_kind kind; /* DETECT_KINDS: a whole field, by policy */
	enum redact_action action;
	uint8_t confidence;
	bool unsearched; /* bytes that no detector can search, passed because the options say so */
};

struct redact_options {
	enum redact_format format;
	enum redact_action mode; /* REDACT_TOKEN, _MASK or _LABEL; token needs a key */
	const uint8_t *key;      /* REDACT_KEY_BYTES; NULL none; copied */
	struct detect_options detect;
	const struct redact_policy *policy; /* NULL: every kind in `mode`; borrowed */
	const struct redact_known *known;   /* NULL none; borrowed: values proven elsewhere */
	struct redact_known *learn;         /* NULL none; borrowed: takes note of what counts, for a second pass */
	bool by_line;                       /* each line is an input of its own and leaves with its line feed */
	bool pass_unsearched;               /* what cannot be searched passes and is told; else it ends the run */
	/* Told of each replacement in order of start; an input that is no text at all is told as unsearched at its end.
	 * NULL: nobody asks. */
	void (*event)(void *context, const struct redact_event *event);
	/* Output in order; false ends the run (REDACT_WRITE_FAILED). */
	bool (*write)(void *context, const void *data, size_t size);
	void *context;
};

enum redact_status {
	REDACT_OK,
	REDACT_UNSEARCHED, /* bytes that cannot be searched: what left before them is good, nothing behind them leaves
			    */
	REDACT_TOO_LARGE,  /* a document above CEIL_REDACT_DOCUMENT_BYTES */
	REDACT_WRITE_FAILED,
};

struct redact_counts {
	uint64_t bytes_in, bytes_out, unsearched_bytes; /* bytes_in: with REDACT_UNSEARCHED as unsearched_at */
	uint64_t unsearched_at;                         /* with REDACT_UNSEARCHED: where they begin */
	uint64_t replaced[DETECT_KINDS + 1];            /* by kind; the last: whole fields by policy */
};

struct redact;
/* Options are copied, but for what is borrowed. Caller closes. */
struct redact *redact_open(const struct redact_options *options);
/* False: the run has ended; redact_finish says why. */
bool redact_feed(struct redact *redact, const void *data, size_t size);
/* End of the input: everything still held is decided and written. *counts may be NULL. */
enum redact_status redact_finish(struct redact *redact, struct redact_counts *counts);
/* Wipes what it held of key and input. NULL is fine. */
void redact_close(struct redact *redact);

#endif
