/*
 * A report: figures with their coverage, in one struct that knows no case, and one function for each format. Nothing
 * here reads a clock, a file or the terminal; names come in raw and go out escaped.
 */
#ifndef STAUNCH_REPORT_REPORT_H
#define STAUNCH_REPORT_REPORT_H

#include "base/bytes.h"
#include "base/coverage.h"
#include "base/ceilings.h"
#include "base/hash.h"
#include "base/network.h"
#include "base/tally.h"
#include "report/lead.h"
#include "report/window.h"

struct report_range {
	uint64_t min, best, max;
};

struct report_store {
	const char *name; /* as typed */
	uint8_t manifest_sha256[ST_SHA256_BYTES];
	int64_t started_at, finished_at; /* finished 0: still open */
	uint64_t raw, distinct, within;  /* records; within: repeats of a record of the same store */
};

/* An object, or a member of one, that was not read or only partly. */
struct report_unread {
	uint32_t object;
	bool member;
	const char *path; /* escaped chain; NULL: not revealed */
	enum st_read_status status;
	enum st_reason reason;
	char detail[32];
};

struct report_difference {
	uint32_t store, object;
	uint32_t holders;     /* stores of the row that hold the record */
	const char *path;     /* as above */
	uint64_t record;      /* in its part, from 1 */
	const char *document; /* what a search server calls it; NULL: not shown, or it is none */
};

struct report_copy {
	uint32_t *stores; /* indices into report.stores */
	uint64_t *distinct;
	size_t store_count;
	uint64_t shared, differing_total;
	bool identical;
	struct report_difference *differing;
	size_t differing_count;
};

struct report_kind {
	const char *kind;
	uint64_t mentions, mentions_distinct_records, distinct;
};

struct report_unit {
	const char *unit;
	uint64_t raw, distinct;
};

/* A further store that the data names (report/lead.h). */
struct report_lead {
	enum lead_type type;
	enum lead_credential credential;
	char *target; /* escaped; masked unless revealed */
	uint64_t mentions, mentions_distinct_records, records;
	struct lead_signature signatures[CEIL_LEAD_SIGNATURES]; /* those that expire last in front */
	size_t signature_count;
	struct report_lead_place {
		uint32_t store, object;
		const char *path; /* as above */
	} places[CEIL_LEAD_FIRST_PLACES];
	size_t place_count;
};

/* The largest rows of a list; all of it stands in --list. */
struct report_top_row {
	char *name; /* escaped; masked unless revealed */
	uint64_t records, mentions_distinct_records, mentions;
};
struct report_top {
	char *kind; /* of values; NULL: domains of organizations, `mentions` of them addresses */
	struct report_top_row *rows;
	size_t row_count;
	uint64_t total;
};

/* Distinct records that two stores share. */
struct report_pair {
	uint32_t a, b; /* indices into report.stores, a < b */
	uint64_t shared;
};

/* Dates of objects as their listings gave them (modification, UTC). */
#define REPORT_FIRST_YEAR 1970
#define REPORT_YEARS 300 /* a 64-bit count of nanoseconds ends in 2262 */
struct report_dates {
	int64_t first, last; /* seconds; 0 when none is dated */
	uint64_t dated, undated, years[REPORT_YEARS];
};

/* What somebody else said (report/claims.h). */
struct report_claim {
	char *claim, *unit, *source; /* as they came: any text, checked for length alone */
	uint64_t value;
};

/* A figure of all objects, from those that were drawn (95 % interval). */
struct report_estimated {
	char name[64]; /* "entities.email_address.distinct" */
	uint64_t value, low, high;
	bool bounded; /* false: too little was seen to say how high; `high` says nothing */
};

/* What a sample says (scan --sample). Everything else in a report is of the objects that were read. */
struct report_estimate {
	uint64_t sampled, listed, strata; /* objects of the sampled stores */
	struct report_sampled_store {
		uint32_t store, share_ppm;
		uint64_t seed, sampled, listed;
	} * stores;
	size_t store_count;
	struct report_estimated *figures;
	size_t figure_count;
};

struct report {
	const char *case_name, *version, *detectors_sha256;
	struct st_span options;  /* JSON, as the scan wrote it; may be empty */
	const char *own_domains; /* for a person: "contoso.com, fabrikam.com"; "" for none */
	int64_t generated_at;
	bool revealed;

	struct report_store *stores;
	size_t store_count;

	uint64_t listed, read, partial, unread, duplicate, pending, members;
	/* Of indices over the network: listed + appeared = read + unread. appeared: there when their index was read,
	 * and not yet when it was listed. */
	struct report_documents {
		bool known; /* there are such stores */
		uint64_t listed, appeared, read, unread;
	} documents;
	uint64_t bytes_listed, bytes_read, bytes_duplicate, bytes_partial;
	uint64_t unread_objects[ST_REASONS], unread_bytes[ST_REASONS], members_unread[ST_REASONS];
	uint64_t not_searched_bytes;
	struct st_network network;         /* all zero: nothing came over it */
	struct report_unread *unread_rows; /* at most CEIL_REPORT_UNREAD */
	size_t unread_row_count;

	uint64_t records_raw, records_distinct;
	struct report_unit *units;
	size_t unit_count;
	struct report_kind *kinds;
	size_t kind_count;
	struct report_range persons, staff, organizations;
	uint64_t role_mailboxes, unlinked_phones, unlinked_ips, unlinked_names;
	uint64_t case_templates, case_templates_beyond; /* of case numbers without a label; beyond: not counted */
	struct report_copy *copies;
	size_t copy_count;

	bool leads_known;          /* false: the case was made before leads were looked for */
	struct report_lead *leads; /* at most CEIL_REPORT_LEADS, most records first */
	size_t lead_count;
	uint64_t lead_total; /* all of them */

	bool pairs_known; /* false: an older case, or more stores than CEIL_REPORT_MATRIX */
	struct report_pair *pairs;
	size_t pair_count;

	bool dates_known;
	struct report_dates file_dates;

	struct report_top *tops; /* filled for the page alone */
	size_t top_count;
	struct report_claim *claims;
	size_t claim_count;

	bool exposures_known;              /* false: nobody looked */
	struct report_exposure *exposures; /* of each store that was checked, or that others saw */
	size_t exposure_count;
	struct report_openings openings; /* what audits say opened them */

	bool estimated; /* else `estimate` is empty */
	struct report_estimate estimate;
	struct tallies tallies; /* rows of a list side by side, in the order in which they are shown */
};

/* Every store read to its end, and nothing pending, unread or only partly read. */
bool report_complete(const struct report *report);

struct report_style {
	bool colour, utf8;
};
/* One page of 80 columns. */
void report_text(const struct report *report, const struct report_style *style, struct st_buf *out);
/* staunch.report/1 (contract 6). */
void report_json(const struct report *report, struct st_buf *out);
/* One HTML page in one file, without a request to anywhere. */
void report_html(const struct report *report, struct st_buf *out);
/* The figures as section,name,column,value. */
void report_csv(const struct report *report, struct st_buf *out);
/* One row of cells (RFC 4180), each escaped against control bytes and formulas. */
void report_csv_row(struct st_buf *out, const struct st_span *cells, size_t count);

/* Adds the masked form of a value: a***@contoso.com, +39 *** *** **12, IT60 **** **** 1234. What has no mask of its own
 * is
 * "***". */
void report_mask(struct st_buf *out, const char *kind, struct st_span value);

/* Adds a url's host and port: the name stays, an IP address is masked as one. */
void report_mask_host(struct st_buf *out, struct st_span host);

/* Is a signature, or the one of a lead that lasts longest, over at `now`? "yes", "no", "unknown". */
const char *report_signature_expired(const struct lead_signature *signature, int64_t now);
const char *report_lead_expired(const struct lead_signature *signatures, size_t count, int64_t now);

/* How persons and organizations were counted, in plain words. */
const char *report_persons_method(void);
const char *report_organizations_method(void);

/* How the category of words near a person was counted, and which row of categories it is. */
const char *report_special_method(void);
bool report_is_special(const struct tally *category);
/* What a country was told from: TALLY_BY_PHONE to TALLY_BY_CCTLD. Organizations are told by their domain alone. */
const char *report_basis_name(enum tally_value basis);
bool report_has_basis(const struct tally *country, enum tally_value basis);
/* What tells stores apart for a reader: the last component of the name, if no two are the same. Borrowed. */
const char *report_short_name(const struct report *report, uint32_t store);

#endif
