/*
 * Numbers that only the words around them make something: case numbers, dates of birth, the postal codes and house
 * numbers of addresses. One detector wakes for all three, and asks each about the first digit of a run of letters and
 * digits. Each answers as a check() does, and names its kind. Private to detect.
 */
#ifndef STAUNCH_DETECT_WORDED_NUMBER_H
#define STAUNCH_DETECT_WORDED_NUMBER_H

#include "detect/detector.h"

bool case_number_at(const struct detect_window *window, size_t at, struct detect_candidate *out);
bool date_of_birth_at(const struct detect_window *window, size_t at, struct detect_candidate *out);
bool postal_address_at(const struct detect_window *window, size_t at, struct detect_candidate *out);
/*
 * Where planes have said that one may stand: the first tests of each, of a window that ends 64 bytes before and behind
 * the number. No: nothing stands there, whatever lies further off. case_number_may asks for a label unless the text may
 * have `fields`, whose names are labels.
 */
bool case_number_may(const struct detect_window *window, size_t at, bool fields);
bool date_of_birth_may(const struct detect_window *window, size_t at);
bool postal_address_may(const struct detect_window *window, size_t at);
bool address_line_may(const struct detect_window *window, size_t at, size_t digits);
/* An address without a postal code; at a house number of so many digits. */
bool address_line_at(const struct detect_window *window, size_t at, size_t digits, struct detect_candidate *out);

#endif
