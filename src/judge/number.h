/* Digits in groups, as written. Private to judge. */
#ifndef STAUNCH_JUDGE_NUMBER_H
#define STAUNCH_JUDGE_NUMBER_H

#include "judge/view.h"

#define NUMBER_DIGITS 24
#define NUMBER_GROUPS 10

struct number {
	size_t count, groups;
	uint8_t digit[NUMBER_DIGITS];
	size_t digits[NUMBER_GROUPS]; /* up to the end of each group */
	size_t end[NUMBER_GROUPS];    /* its end in the view */
	uint32_t sign[NUMBER_GROUPS]; /* the first sign before it; 0 before the first */
	bool more;                    /* the last group goes on */
};
void number_read(const struct view *view, size_t at, struct number *out);

#endif
