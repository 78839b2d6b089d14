/*
 * Release: what of one record a party may see. One function decides, and every page, export, packet and notice asks it;
 * what it does not grant is not shown, not counted, not named. It is pure and denies by default: zero grants nothing.
 */
#ifndef STAUNCH_PORTAL_RELEASE_H
#define STAUNCH_PORTAL_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

/* What is known of whose a record is. */
enum release_state {
	RELEASE_UNKNOWN,      /* nobody said: nothing is released */
	RELEASE_UNATTRIBUTED, /* no sign of anybody in it */
	RELEASE_AMBIGUOUS,    /* signs that do not agree, or that a person has to look at: released to nobody */
	RELEASE_ATTRIBUTED,   /* the signs are of one party alone */
	RELEASE_SHARED,       /* of several parties, each known */
};

/* Who asks, as proven. */
enum release_audience {
	RELEASE_NOBODY,
	RELEASE_PERSON,       /* one mailbox */
	RELEASE_ROLE,         /* a role mailbox of an organization: counts only */
	RELEASE_ORGANIZATION, /* a registrable domain */
	RELEASE_EMPLOYER,     /* the same, and the operator confirmed that it employs who has the addresses */
	RELEASE_AUDIENCES
};

/* Why a value or a record is thought to be of the party that asks. */
enum release_evidence {
	RELEASE_NO_EVIDENCE,
	RELEASE_ADDRESS, /* the value is the party's own address, or one at its domain */
	RELEASE_BESIDE,  /* it stands in a record in which nobody but the party is */
	RELEASE_RULE,    /* a rule of `case review` says so */
};

/* What is known of the words of a document's name. */
enum release_words {
	RELEASE_WORDS_UNKNOWN,   /* not looked at: the name stays */
	RELEASE_WORDS_OF_OTHERS, /* one of them is also somebody else's */
	RELEASE_WORDS_UNSEEN,    /* none is a value of anybody else in the case */
	RELEASE_WORDS_COMMON,    /* each says what a file is, never whose, or is the party's own label */
};

#define RELEASE_CONFIDENCE_LEAST 50 /* hundredths; below, nothing is released */

/* One value, or the record as a whole, and who asks for it. */
struct release_finding {
	enum release_state state;       /* of the record */
	enum release_audience audience; /* of who asks */
	bool subject;                   /* is who asks a party of this record? */
	enum release_evidence evidence;
	uint8_t confidence;     /* hundredths, of the evidence */
	bool names_a_host;      /* even the mask of this value says somebody's name, as that of a url does */
	bool document_is_alone; /* no record of the whole document holds a sign of another party */
	enum release_words name_words;
};

/* What may be shown; bits. */
enum release_grant {
	RELEASE_COUNT = 1,            /* the record counts in figures for the party */
	RELEASE_VALUE_KIND = 2,       /* the kind of this value may be told, and counts */
	RELEASE_VALUE_MASK = 4,       /* the value, masked */
	RELEASE_VALUE_FULL = 8,       /* the value as it stands */
	RELEASE_DATE = 16,            /* date of the document */
	RELEASE_DIGEST = 32,          /* SHA-256 of the record in canonical form */
	RELEASE_NAME = 64,            /* its name */
	RELEASE_RECORD_ROW = 128,     /* the record may stand in a list as one row of its own */
	RELEASE_DOCUMENT_DIGEST = 256 /* SHA-256 of the whole document */
};
/* Those that speak of the record and its document, not of one value in it. */
#define RELEASE_OF_THE_RECORD                                                                           \
	((unsigned)(RELEASE_COUNT | RELEASE_DATE | RELEASE_DIGEST | RELEASE_NAME | RELEASE_RECORD_ROW | \
		    RELEASE_DOCUMENT_DIGEST))

/*
 * Grants, as bits of enum release_grant; 0 whenever anything is missing, unknown, out of range or below the least
 * confidence. Rules (issue 8; contract 10): ambiguous and unattributed records go to nobody; a shared record shows own
 * values (RELEASE_ADDRESS) only, and neither name, date nor digest; a record of one party alone shows date and digest,
 * and its name if that can name nobody else; the digest of the whole document only if all of that is the party's, since
 * a digest proves a guess at the rest; organizations get masks, full addresses only when the employer is
 * confirmed, and of other values the kind alone; role mailboxes get counts.
 */
unsigned release_decide(const struct release_finding *finding);

#endif
