/*
 * `staunch seal` in parts: seal.c reads the command line, seal_known.c learns what the case knows of names, domains and
 * documents, seal_records.c cuts each distinct record among its parties, seal_parties.c gathers what is each party's
 * and puts it into the index. Rows are sorted twice, on disk and sealed: by record, then by party; memory does not grow
 * with either.
 */
#ifndef STAUNCH_CLI_SEAL_H
#define STAUNCH_CLI_SEAL_H

#include "cli/report.h"
#include "cli/review_rules.h"
#include "portal/index.h"
#include "portal/split.h"
#include "resolve/pile.h"

/* --- seal_known.c --- */

/* What has to be known before the first record can be cut. */
struct seal_known;
/* One look at all entities for domains and words, one for documents. */
enum st_status seal_known_open(
	struct report_case *rc, const struct review_rules *rules, struct seal_known **out, struct st_error *err);
/* The document that split_record is asked about next: its reading, and its name without folders. */
void seal_known_document(struct seal_known *known, uint32_t segment, struct st_span name);
struct split_knowledge seal_known_knowledge(struct seal_known *known); /* borrows known */
void seal_known_close(struct seal_known *known);                       /* NULL is fine */

/* --- seal_records.c --- */

struct seal_sums {
	uint64_t records, unattributed; /* distinct; the latter are unattributed or in review */
};
/* What is done with them. */
struct seal_sink {
	/* Sealing: what each party gets goes into *parties, as rows of seal_parties.c. NULL: nowhere. */
	const struct portal_case *id;
	const uint8_t *seal_key;
	struct pile *parties;
	/* Reviewing: told of each record, may be NULL. object: a place of it; rule: the one that decides, or NULL;
	 * given: how many parties get something of it; ruled: the rule's party is one of them. */
	void (*record)(void *context, const char *store, const struct casefile_object *object,
		const struct review_rule *rule, size_t given, bool ruled);
	void *context;
};
/* Cuts all distinct records of the case. */
enum st_status seal_records(struct report_case *rc, const struct resolve_work *work, const struct review_rules *rules,
	struct seal_known *known, const struct seal_sink *sink, struct seal_sums *sums, struct st_error *err);

/* The work folder of a case whose scans are finished, for sorting; work->dir_fd -1 before. Close in any case. */
enum st_status seal_work_open(struct report_case *rc, struct resolve_work *work, struct st_error *err);
enum st_status seal_work_close(struct report_case *rc, struct resolve_work *work, struct st_error *err);

/* --- seal_parties.c --- */

/* One record, or more of the values of one, of one party. */
struct seal_row {
	uint64_t order; /* of records, as they were cut */
	bool organization, employer;
	struct st_span party;
	bool further;                        /* more values of the record in the row before: nothing to show */
	const struct payload_record *record; /* NULL when further */
	/* Values to be counted by kind, also those that are not shown. */
	const struct split_value *values;
	const struct split_part *part; /* which of them */
	size_t first, count;           /* which of the part's */
	bool row;                      /* may stand in the list */
};
#define SEAL_ROW_VALUES 2000 /* counted in one row; more go into further rows */
enum st_status seal_row_add(struct pile *parties, const struct portal_case *id, const uint8_t seal_key[32],
	const struct seal_row *row, struct st_error *err);
/* Takes the rows out again, party by party, into the index. *persons, *organizations: how many got an entry. */
enum st_status seal_parties(struct pile *parties, const struct portal_case *id, const uint8_t seal_key[32],
	struct portal_writer *writer, uint64_t *persons, uint64_t *organizations, struct st_error *err);

#endif
