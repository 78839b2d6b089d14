/*
 * Numbering plans: is this digit string a telephone number, and what is its E.164 form? The tables come from
 * libphonenumber's metadata (tools/gen_phone_tables.py); the rules are ITU-T E.164 (at most 15 digits) and those of
 * libphonenumber: a number is valid when its general pattern and the pattern and lengths of one type accept it.
 */
#ifndef STAUNCH_DETECT_PHONE_PLAN_H
#define STAUNCH_DETECT_PHONE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* E.164 allows 15 digits; German numbers of old plans run to 17 in the metadata. */
#define PHONE_NUMBER_DIGITS 18
/* Digits looked at for one number, prefixes of carriers included. */
#define PHONE_DIALLED_DIGITS 24

struct phone_territory {
	char id[4];             /* ISO 3166, "001" for numbers of no territory */
	uint16_t code;          /* country calling code */
	bool main_for_code;     /* its national prefix speaks for the code */
	uint16_t international; /* place of a prefix program, 0 for none */
	uint16_t national;      /* the same */
	bool national_expected; /* every national spelling begins with the national prefix */
	char transform[8];      /* what replaces a matched prefix with groups: "9$1"; empty: it is dropped */
};

struct phone_number {
	uint8_t count;
	uint8_t digits[PHONE_NUMBER_DIGITS]; /* values 0 to 9: country calling code, national number */
	bool prefix_dropped;                 /* a national prefix stood before the national number */
};

/* Generated. */
extern const uint16_t phone_plan_states[][10];
extern const uint16_t phone_plan_first_state[1000];
extern const uint16_t phone_plan_programs[];
extern const struct phone_territory phone_plan_territories[];
/* By country calling code: 1 + the place of its first territory that is main_for_code; 0: none. */
extern const uint8_t phone_plan_main_territory[1000];
extern const size_t phone_plan_territory_count;

/* Digits (values, not characters) that begin with a country calling code. A national prefix that stayed in the middle
 * ("+44 020 ...") is dropped. */
bool phone_plan_international(const uint8_t *digits, size_t count, struct phone_number *out);
/* Digits as dialled inside the territory. */
bool phone_plan_national(
	const struct phone_territory *territory, const uint8_t *digits, size_t count, struct phone_number *out);
/* Length of the territory's international prefix at the front of the digits; 0 when there is none. */
size_t phone_plan_international_prefix(const struct phone_territory *territory, const uint8_t *digits, size_t count);
/* By ISO 3166 code in upper case; NULL when unknown. */
const struct phone_territory *phone_plan_territory(const char *id);

#endif
