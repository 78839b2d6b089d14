/* The hints of a detector, asked byte by byte: what the sieve asks of 64 places at a time. A check() that may say yes
 * where no hint holds asks this last, so that both ways find the same. Private to detect. */
#ifndef STAUNCH_DETECT_HINT_H
#define STAUNCH_DETECT_HINT_H

#include "detect/detector.h"

/* Does one of the hints hold at `at`? */
bool hint_holds(const struct detect_window *window, size_t at, const struct detect_hint *hints);

#endif
