/*
 * A row of one of the lists of figures: a name out of a closed list, and what was counted under it. The same row goes
 * from the scan through the case into every report.
 */
#ifndef STAUNCH_BASE_TALLY_H
#define STAUNCH_BASE_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* Written into cases: append only. */
enum tally_list {
	TALLY_COUNTRIES,  /* ISO 3166 codes and "unknown": persons, organizations, persons by basis */
	TALLY_CATEGORIES, /* of data: persons, records */
	TALLY_SPECIAL,    /* the category `special`, by subject: records */
	TALLY_LABELS,     /* of sensitivity: records, mentions */
	TALLY_DOCUMENTS,  /* types of document: records */
	TALLY_SPEAKERS,   /* of conversations: records, mentions (turns), values of persons */
	TALLY_LISTS
};

/* Written into cases: append only. The bases stand in the order in which they are named. */
enum tally_value {
	TALLY_PERSONS,
	TALLY_ORGANIZATIONS,
	TALLY_RECORDS,
	TALLY_MENTIONS,
	TALLY_VALUES_SAID,
	TALLY_BY_PHONE,
	TALLY_BY_NATIONAL_ID,
	TALLY_BY_ADDRESS,
	TALLY_BY_CCTLD,
	TALLY_VALUES
};

struct tally {
	enum tally_list list;
	char name[24];
	uint64_t values[TALLY_VALUES];
};

struct tallies {
	uint32_t known; /* bit per list: it was built, empty or not */
	struct tally *rows;
	size_t count;
};

/* Adds a row; its values are 0. Freed by the owner of rows. */
struct tally *tallies_add(struct tallies *tallies, enum tally_list list, const char *name);

#endif
