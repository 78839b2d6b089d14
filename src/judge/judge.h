/*
 * The second opinion: looks for what may still be personal in redacted text. It shares no code, table or constant with
 * src/detect (the lint refuses the include), so that what the detectors overlook is not overlooked here for the same
 * reason. Written from the standards named in each file; simple, slow, and it rather says too much than too little.
 * What it cannot see no estimate that rests on it can speak of: judge_blind_spots() says so in words.
 * Pure: no allocation that lasts, no I/O, no state. Any bytes are accepted.
 */
#ifndef STAUNCH_JUDGE_JUDGE_H
#define STAUNCH_JUDGE_JUDGE_H

#include "base/bytes.h"

/* Names of kinds are those of contract 4. */
enum judge_kind {
	JUDGE_EMAIL_ADDRESS,
	JUDGE_PHONE_NUMBER,
	JUDGE_PERSON_NAME,
	JUDGE_POSTAL_ADDRESS,
	JUDGE_IP_ADDRESS,
	JUDGE_PAYMENT_CARD,
	JUDGE_IBAN,
	JUDGE_NATIONAL_ID,
	JUDGE_CASE_NUMBER,
	JUDGE_SECRET,
	JUDGE_DATE_OF_BIRTH,
	JUDGE_KINDS
};
const char *judge_kind_name(enum judge_kind kind);
const char *judge_blind_spots(void);

/* Longest text that is looked at in one call; the rest is not read. */
#define JUDGE_TEXT_BYTES 4096

struct judge_finding {
	enum judge_kind kind;
	size_t start, end; /* bytes of the text, end exclusive */
};
/* Findings in order, not overlapping; at most `most`. Their number. */
size_t judge_text(struct st_span text, struct judge_finding *out, size_t most);

#endif
