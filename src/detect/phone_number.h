/* What the two files of phone_number share: how numbers are grouped when people write them. */
#ifndef STAUNCH_DETECT_PHONE_NUMBER_H
#define STAUNCH_DETECT_PHONE_NUMBER_H

#include "detect/digits.h"
#include "detect/phone_plan.h"

/* A date, or a social security number or postal code of the United States opens the groups. */
bool phone_opens_otherwise(const struct digit_run *run, size_t groups);
/* Groups as people write a national number, and no date, amount, list of years or dotted quad. */
bool phone_typical_grouping(const struct detect_window *window, const struct digit_run *run, size_t groups);
/* What a territory's own habit asks beyond that. */
bool phone_own_grouping(const struct digit_run *run, size_t groups, const struct phone_territory *territory);

#endif
