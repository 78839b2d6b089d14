/* Who speaks in a conversation: somebody of the organization whose data it is (agent), or somebody else (customer). */
#ifndef STAUNCH_WORKER_SPEAKER_H
#define STAUNCH_WORKER_SPEAKER_H

#include "base/bytes.h"

/* SPEAKER_UNKNOWN + 1 + place in marking_speakers */
enum speaker { SPEAKER_UNKNOWN, SPEAKER_AGENT, SPEAKER_CUSTOMER };

/* A word of five languages, or an address: at an own domain or below one it is an agent's, else a customer's. Without
 * own domains an address says nothing. */
enum speaker speaker_of(struct st_span who, const char *const *own_domains);
const char *speaker_name(enum speaker speaker); /* of marking_speakers; NULL for unknown */

#endif
