/*
 * A packet: the part of one party (a mailbox, or an organization by its registrable domain), to be handed over to it.
 * What goes in: the party's own values, where they stand, and the coverage of the whole case. What never does: a value
 * of anybody else in any form, how many of them there are, the words around a value, and names of files unless
 * packet_names.h finds nobody in them. Every format is made from the same rows. Knows no case.
 */
#ifndef STAUNCH_REPORT_PACKET_H
#define STAUNCH_REPORT_PACKET_H

#include "base/error.h"
#include "report/report.h"

#define PACKET_REFERENCE_TEXT 17

struct packet_value { /* of the party, in canonical form */
	const char *kind;
	char *text;
	uint64_t mentions; /* every copy counted */
};

/* One mention of a value of the party, at one place: copies of an object are places of their own. */
struct packet_row {
	uint32_t value;         /* index into values */
	uint32_t store, object; /* store: its number in the case, from 1 */
	uint32_t member;        /* number of the member of the object, 0 for the object itself */
	uint32_t length_bytes;
	uint64_t record, start; /* record: its number in the object or member, from 1; 0: in none */
	uint8_t confidence;     /* hundredths */
	bool rebuilt;           /* start counts the text that was put together, not stored bytes */
	const char *form;       /* "plain", "obfuscated", "encoded" */
	const char *format;     /* of the object or member: "csv", "message" */
	const char *where;      /* words of the reader: "page 3", "header"; "" unknown */
	const char *name;       /* a name in which nobody was found; "" withheld */
	int64_t stored_at;      /* modification time of the object in the store, UTC seconds */
	const char *sha256;     /* of the object's bytes, when nobody else is in it; "" withheld or unknown */
};

struct packet {
	const struct report *report; /* borrowed: coverage and provenance */
	bool organization;
	const char *party; /* canonical; not shown when there are no rows */
	char reference[PACKET_REFERENCE_TEXT];

	/* Distinct records of the case that hold no address of anybody. */
	uint64_t unattributed;

	struct packet_value *values; /* sorted */
	size_t value_count;
	struct packet_row *rows; /* by object, member, record, start */
	size_t row_count;        /* at most CEIL_PACKET_ROWS */
	uint64_t mentions;       /* of the party, also those beyond the rows */
	uint64_t records_raw, records_distinct;
};

/* Where a format goes, in pieces. */
struct packet_sink {
	enum st_status (*write)(void *context, const void *data, size_t size, struct st_error *err);
	void *context;
};

/* The files of a packet. Pure functions of the packet; without rows they say the same for every party. */
enum st_status packet_readme(const struct packet *packet, const struct packet_sink *sink, struct st_error *err);
enum st_status packet_csv(const struct packet *packet, const struct packet_sink *sink, struct st_error *err);
enum st_status packet_json(const struct packet *packet, const struct packet_sink *sink, struct st_error *err);
enum st_status packet_html(const struct packet *packet, const struct packet_sink *sink, struct st_error *err);

/* --- what the formats share (packet_text.c) --- */

/* The answer in one sentence: what there is, or contract 10's sentence that there is nothing. */
void packet_answer(const struct packet *packet, struct st_buf *out);
/* Coverage in lines for a person: "objects", "5 listed, 4 read ...". */
#define PACKET_COVERAGE_LINES 5
void packet_coverage(const struct packet *packet, size_t line, const char **name, struct st_buf *out);
/* How it was found, what is left out and why; sentences, NULL-ended. */
const char *const *packet_method(void);
/* "2019-12-05T09:15:00Z", "" for 0. */
void packet_time(int64_t seconds, char out[21]);
/* Hands over what buf holds once it is large, or at the end. */
enum st_status packet_flush(struct st_buf *buf, bool all, const struct packet_sink *sink, struct st_error *err);

#endif
