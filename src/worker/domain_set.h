/* The domains of certain addresses in the parts of one object, so that a later part can rely on them. */
#ifndef STAUNCH_WORKER_DOMAIN_SET_H
#define STAUNCH_WORKER_DOMAIN_SET_H

#include "base/bytes.h"
#include "base/hash.h"

/* Zero-initialise, set key to random bytes: whoever writes the data must not aim at collisions. */
struct domain_set {
	uint8_t key[ST_DIGEST_KEY_BYTES];
	uint8_t (*slots)[ST_DIGEST_BYTES]; /* all zero: free */
	size_t count, capacity;
};
/* Beyond CEIL_SEEN_DOMAINS nothing is added. */
void domain_set_add(struct domain_set *set, struct st_span domain);
bool domain_set_has(const struct domain_set *set, struct st_span domain);
void domain_set_clear(struct domain_set *set);

#endif
