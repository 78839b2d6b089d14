/* What the files of phone_number share: how numbers are grouped when people write them, and where one can begin. */
#ifndef STAUNCH_DETECT_PHONE_NUMBER_H
#define STAUNCH_DETECT_PHONE_NUMBER_H

#include "detect/digits.h"
#include "detect/phone_plan.h"

struct planes;

/* A country code and a national number without a plus, as mobile networks store it (MSISDN). */
#define PHONE_MSISDN_DIGITS 11
/* No plan has shorter numbers that people give to each other. */
#define PHONE_SHORTEST_DIGITS 4

/* What the byte before the first digit says. */
enum phone_place {
	PHONE_PLACE_NONE,   /* no number begins here */
	PHONE_PLACE_ESCAPE, /* letters that may end a backslash escape */
	PHONE_PLACE_FREE,
	PHONE_PLACE_CLOSER, /* a plus sign, a parenthesis, or what may hide one */
};

enum phone_place phone_place_after(uint8_t before);
/* detector.h, `places`. */
void phone_number_places(struct planes *planes, uint64_t *found);

/* A date, or a social security number or postal code of the United States opens the groups. */
bool phone_opens_otherwise(const struct digit_run *run, size_t groups);
/* Groups as people write a national number, and no date, amount, list of years or dotted quad. */
bool phone_typical_grouping(const struct detect_window *window, const struct digit_run *run, size_t groups);
/* What a territory's own habit asks beyond that. */
bool phone_own_grouping(const struct digit_run *run, size_t groups, const struct phone_territory *territory);
/* One dot among the digits, and not right behind a country code, which is how registries of domains write numbers (RFC
 * 5733): a decimal. `skip` digits stand before the country code. */
bool phone_is_decimal(const struct digit_run *run, size_t groups, size_t skip);
/* Digits in one piece and a unit: "+63266093 us". */
bool phone_is_quantity(const struct detect_window *window, const struct digit_run *run, size_t groups);
/* A sign stands inside the country code behind 00, where nobody puts one: 004-9725447-3074876. */
bool phone_divides_code(const struct digit_run *run);

#endif
