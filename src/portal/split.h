/*
 * One record, and who gets what of it: finds its parties by their addresses and asks release_decide for each of them.
 * Pure. A record is one party's alone only while nothing in it is a sign of somebody else: another address, a second
 * name, a second national id or date of birth; for an organization an address elsewhere, another organization's name, a
 * second VAT number. Role mailboxes of the operator's own domains are no sign; addresses that carry another address are
 * nobody's, and a sign.
 */
#ifndef STAUNCH_PORTAL_SPLIT_H
#define STAUNCH_PORTAL_SPLIT_H

#include "base/bytes.h"
#include "portal/release.h"

/* A value of the record, each (kind, text) once. */
struct split_value {
	uint8_t kind, confidence; /* enum detect_kind; hundredths */
	struct st_span text;      /* canonical */
};

/* The host behind the @ of an address; empty when there is none. The label of a registrable domain, "fabrikam" of
 * fabrikam.it; the whole where it has no dot. */
struct st_span split_host(struct st_span address);
struct st_span split_label(struct st_span domain);

/* What a value beside a party says of who stands there: nothing, somebody else, or somebody else if there are two of
 * its kind. Of all kinds but addresses, for which split_address is asked. */
enum split_sign { SPLIT_NO_SIGN, SPLIT_SIGN, SPLIT_SIGN_IF_TWO };
enum split_sign split_sign_of(uint8_t kind, struct st_span text, struct st_span party, bool organization);

/* What `case review` decided. */
enum split_ruling { SPLIT_NO_RULE, SPLIT_TO_PARTY, SPLIT_TO_NOBODY };

struct split_record {
	const struct split_value *values;
	size_t value_count;
	enum split_ruling ruling;
	struct st_span ruled;    /* SPLIT_TO_PARTY: a registrable domain, or a mailbox */
	bool ruled_organization; /* which of the two */
};

/* What is known of the case as a whole, and of the document that the record stands in. */
struct split_knowledge {
	bool (*is_own_domain)(void *context, struct st_span domain);    /* of the operator */
	bool (*carries_another)(void *context, struct st_span address); /* an address in the local part */
	bool (*is_employer)(void *context, struct st_span domain);      /* confirmed by the operator */
	bool (*document_is_alone)(void *context, struct st_span party); /* of one party, mailbox or domain */
	enum release_words (*name_words)(void *context, struct st_span party);
	void *context;
};

/* What one party gets of the record. Borrowed for the call. */
struct split_part {
	struct st_span party; /* canonical mailbox or registrable domain */
	bool organization;
	enum release_state state;
	enum release_audience audience;
	unsigned record; /* RELEASE_COUNT, RECORD_ROW, DATE, DIGEST, NAME, DOCUMENT_DIGEST */
	/* Values of which something is granted: their numbers in the record, ascending, and the grants beside. */
	const uint32_t *values;
	const unsigned *grants;
	const bool *own;
	size_t value_count;
};

/* Calls for each party with a grant, persons and organizations. Returns how many calls there were: 0 is a record that
 * is unattributed or in review. Cost: n log n of its values. */
size_t split_record(const struct split_record *record, const struct split_knowledge *knowledge,
	void (*each)(void *context, const struct split_part *part), void *context);

/* Whose is an address? Also for finding out which documents are one party's alone. */
struct split_address {
	struct st_span person;       /* the address, if it is a person's; else empty */
	struct st_span organization; /* the registrable domain, if that is an organization of others; else empty */
	bool own_role;               /* a role mailbox of the operator: no sign of anybody */
};
struct split_address split_address(const struct split_knowledge *knowledge, struct st_span address);

#endif
