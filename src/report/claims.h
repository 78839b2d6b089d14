/*
 * What others said, next to what we count. A claim has a unit ("e-mails", "projects", "users") and a value; the unit
 * decides which figure of ours stands beside it, and a sentence says the difference. Nobody is called wrong: most
 * claims are true of something, and the sentence says of what.
 */
#ifndef STAUNCH_REPORT_CLAIMS_H
#define STAUNCH_REPORT_CLAIMS_H

#include "base/error.h"
#include "report/report.h"

/*
 * A file of claims: a JSON array of {"claim","unit","value","source"}, or lines `unit TAB value TAB source TAB claim`;
 * blank lines and those that begin with # say nothing. Values are whole numbers, also as texts with groups of three
 * (335,000), of bytes also with a unit (2.4 TB). ST_WRONG names the claim or line, never what stands there. Caller
 * frees *out with report_claims_free.
 */
enum st_status report_claims_read(struct st_span file, struct report_claim **out, size_t *count, struct st_error *err);
void report_claims_free(struct report_claim *claims, size_t count);

/* Which figure stands beside a claim. */
enum claim_figure {
	CLAIM_NONE,   /* we count nothing of that name */
	CLAIM_COPIES, /* raw and distinct */
	CLAIM_VALUES, /* of a kind: mentions and distinct */
	CLAIM_RANGE,  /* persons, organizations */
	CLAIM_SINGLE  /* objects, bytes, stores */
};
struct claim_ours {
	enum claim_figure figure;
	char name[64];          /* of what we count: "messages", "email_address" */
	uint64_t raw, distinct; /* VALUES: mentions and distinct values; SINGLE: all and read */
	struct report_range range;
};
void report_claim_ours(const struct report *report, const struct report_claim *claim, struct claim_ours *out);
/* "335,000 messages as stored, 133,211 distinct"; adds to out. */
void report_claim_figure(const struct claim_ours *ours, struct st_buf *out);
/* What the difference is, in a sentence; adds to out. */
void report_claim_difference(const struct report *report, const struct report_claim *claim,
	const struct claim_ours *ours, struct st_buf *out);

#endif
