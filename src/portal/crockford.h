/* Base 32 of Douglas Crockford (crockford.com/base32.html): no I, L, O, U; letters of both cases; I and L read as 1, O
 * as 0; dashes and blanks are nothing. Private to src/portal. */
#ifndef STAUNCH_PORTAL_CROCKFORD_H
#define STAUNCH_PORTAL_CROCKFORD_H

#include "base/bytes.h"

/* `letters` letters of 5 bits from the low end of bits, the highest first, in groups of four. out has room for them,
 * the dashes and a NUL. */
void crockford_write(uint64_t bits, unsigned letters, char *out);
/* Exactly `letters` letters (at most 12); false for anything else. */
bool crockford_read(const char *text, unsigned letters, uint64_t *out);

#endif
