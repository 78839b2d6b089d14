/*
 * What one detector is: one file, one line in the table of detect.c, one folder in tests/cases/detect.
 * The engine shows it every place where one of its trigger bytes stands; it answers with at most one candidate.
 */
#ifndef STAUNCH_DETECT_DETECTOR_H
#define STAUNCH_DETECT_DETECTOR_H

#include "base/ceilings.h"
#include "detect/detect.h"

struct detect_field;
struct planes;

/* The text around a trigger. The engine promises at least CEIL_DETECT_REACH_BYTES on either side of `at`, or the true
 * begin or end of the input; a detector never looks further, so that its answer does not depend on how the text was
 * cut. */
struct detect_window {
	const uint8_t *data;
	size_t size;
	const struct detect_options *options;
	const struct detect_field *field; /* NULL, or the column in which the trigger stands (fields.h): its name counts
					   * as a label before the value, see labels.h */
};

struct detect_candidate {
	size_t start, end; /* in the window, end exclusive; start <= at < end is not required (labels), overlap with the
			    * reach is */
	enum detect_kind kind; /* the detector's own unless it says otherwise */
	enum detect_form form;
	uint8_t confidence;
	bool tentative;
	const char *scheme;
	uint8_t rule; /* 1 + its number; only rules set it, for detectors the engine does */
	uint16_t canonical_size;
	uint16_t holder_size; /* of an e-mail address: the name beside it, whose canonical form follows behind the other
			       */
	uint8_t canonical[CEIL_CANONICAL_BYTES];
};

struct detector {
	enum detect_kind kind;
	const char *describe; /* one line for people */
	const char *triggers; /* bytes that start an examination, NUL-ended */
	bool run_start;       /* examine only the first trigger byte of a run of ASCII letters and digits */
	/* NULL, or: can anything start at this trigger when `next` follows it (0 at the end of the input)? Asked once
	 * for every pair, when the engine builds its table, so that most triggers cost no call. */
	bool (*may_start)(uint8_t trigger, uint8_t next);
	/*
	 * Sets in `found` the bits of all places where check() can say yes. More may be set; the engine asks
	 * triggers and may_start again. With run_start: of those places alone for which triggers and may_start hold and
	 * that are the first such of their run (PLANE_FIRST for digits). `found` holds nothing of use when it is
	 * called. Only a matter of speed: planes.h.
	 */
	void (*places)(struct planes *planes, uint64_t *found);
	/* Pure: no allocation, no I/O, no state. Fills *out and returns true, or false. */
	bool (*check)(const struct detect_window *window, size_t at, struct detect_candidate *out);
};

/* Does a terminal's colour or erase code (ESC [ 1 ; 31 m) end before `at`, raw or as escaped in JSON and C? Its letter
 * is no part of what follows: coloured logs would else give addresses of nobody. */
bool behind_terminal_code(const uint8_t *data, size_t at);

extern const struct detector detector_email_address;
extern const struct detector detector_phone_number;
extern const struct detector detector_payment_card;
extern const struct detector detector_iban;
extern const struct detector detector_ip_address;
extern const struct detector detector_person_name;
extern const struct detector detector_official_number; /* national_id and vat_number */
extern const struct detector detector_url;
extern const struct detector detector_connection_string;
extern const struct detector detector_secret;
extern const struct detector detector_organization_name;
extern const struct detector detector_worded_number; /* case_number, date_of_birth, postal_address */

#endif
