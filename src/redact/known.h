/*
 * Values proven elsewhere: in a case (--known CASE) or in a first pass over the same file. A tentative mention
 * (detect.h) counts when its value, or the domain of its address, is known.
 */
#ifndef STAUNCH_REDACT_KNOWN_H
#define STAUNCH_REDACT_KNOWN_H

#include "detect/detect.h"

struct redact_known;
struct redact_known *redact_known_open(void);
/* Canonical forms are kept as keyed digests; false: more than CEIL_REDACT_KNOWN, and nothing was added. */
bool redact_known_add(struct redact_known *known, enum detect_kind kind, struct st_span canonical);
/* Does this make a tentative mention count? Pure. */
bool redact_known_confirms(const struct redact_known *known, const struct detect_mention *mention);
void redact_known_close(struct redact_known *known);

#endif
