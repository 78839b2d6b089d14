/*
 * What one party gets of one case: the content of its sealed payload, already cut down by release_decide when it was
 * sealed, so that whoever opens it has nothing to hide from the party. Encoded in our own form: a version byte, then
 * numbers as LEB128 and texts with their length, each checked on decoding; trailing bytes are an error.
 */
#ifndef STAUNCH_PORTAL_PAYLOAD_H
#define STAUNCH_PORTAL_PAYLOAD_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"

/* Sealed payloads are keyed for one audience each; a key for one opens no other. Written into indices: append only. */
enum portal_audience {
	PORTAL_PERSON = 1,               /* records of one mailbox */
	PORTAL_ORGANIZATION_COUNTS = 2,  /* figures of one registrable domain, no rows, no values */
	PORTAL_ORGANIZATION_RECORDS = 3, /* all that the domain may see; full addresses if the employer is confirmed */
};
#define PORTAL_AUDIENCES 4

/* One value of the party, or beside it in a record of the party alone. UTF-8, checked, no control characters; hostile
 * all the same: escape it for where it goes. */
struct payload_value {
	uint8_t kind;        /* enum detect_kind; contract 4 has the names */
	bool masked;         /* text is a mask */
	bool own;            /* the party's own address, or one at its domain */
	struct st_span text; /* empty: the kind alone may be told */
};

enum { PAYLOAD_ALONE = 1, PAYLOAD_NAME_WITHHELD = 2 };

/* One distinct record. */
struct payload_record {
	uint8_t flags;       /* PAYLOAD_ALONE: of this party alone; PAYLOAD_NAME_WITHHELD: its name could name others */
	struct st_span name; /* of the document; empty: not shown */
	int64_t date;        /* UTC seconds, of the document in the store; 0: not shown */
	bool has_digest;
	uint8_t sha256[ST_SHA256_BYTES]; /* of the record in canonical form (contract 3) */
	bool has_document_digest;
	uint8_t document_sha256[ST_SHA256_BYTES]; /* of the document's bytes, as they were in the store */
	uint32_t copies;                          /* places in which the record stands, at least 1 */
	struct payload_value *values;
	size_t value_count;
	uint32_t more_values; /* beyond CEIL_PAYLOAD_VALUES */
};

/* By kind, over all records, also those beyond the rows. */
struct payload_kind {
	uint8_t kind;
	uint64_t distinct, records;
	int64_t first, last; /* dates of the documents alone of the party; 0 unknown */
};

struct payload {
	enum portal_audience audience;
	bool employer_confirmed;     /* organizations: addresses stand in full */
	uint64_t records, alone;     /* distinct records of the party; those of it alone */
	uint64_t persons;            /* organizations: distinct addresses at the domain that are persons; else 0 */
	struct payload_kind *kinds;  /* by kind */
	size_t kind_count;           /* at most 255 */
	struct payload_record *rows; /* at most CEIL_PAYLOAD_ROWS; fewer than `records` when there are more */
	size_t row_count;
};

/* Adds the encoded payload to *out. */
void payload_encode(const struct payload *payload, struct st_buf *out);
/* The same in two steps, for rows that are written one by one: all but the rows, then each of row_count rows. */
void payload_encode_head(const struct payload *payload, struct st_buf *out);
void payload_encode_record(const struct payload_record *row, struct st_buf *out);
/* Takes one row; its values are allocated and freed by the caller, in any case. */
bool payload_take_record(struct st_cursor *in, struct payload_record *out);
/* Any bytes. false when they are no payload of this version; *out is then empty. Texts point into bytes, which must
 * outlive it; payload_free in any case. */
bool payload_decode(struct st_span bytes, struct payload *out);
void payload_free(struct payload *payload); /* what decoding allocated; NULL fields are fine */

#endif
