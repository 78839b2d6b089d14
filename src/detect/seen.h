/*
 * Domains that certain mentions of this input named, and the mentions that wait to learn whether theirs is among them
 * (contract 4: a space for the dot needs a domain seen elsewhere in the input).
 */
#ifndef STAUNCH_DETECT_SEEN_H
#define STAUNCH_DETECT_SEEN_H

#include "base/hash.h"
#include "detect/detect.h"

/* A set of domains by digest, at most CEIL_SEEN_DOMAINS; zero-initialised is empty. */
struct seen_domains {
	uint8_t (*slots)[ST_DIGEST_BYTES]; /* all zero: empty */
	size_t count, capacity;
};
void seen_add(struct seen_domains *seen, struct st_span domain);
bool seen_has(const struct seen_domains *seen, struct st_span domain);
void seen_clear(struct seen_domains *seen);
void seen_free(struct seen_domains *seen);

/* What of an input makes tentative mentions certain: domains of addresses; its address book, names in canonical form;
 * case numbers behind a label, and up to five of each template. */
struct seen {
	struct seen_domains domains, names, cases;
};
/* Takes note of a case number. */
void seen_case(struct seen *seen, const struct detect_mention *mention);
bool seen_confirms(const struct seen *seen, const struct detect_mention *mention);

struct held_mention {
	struct detect_mention mention; /* its spans point into bytes */
	uint8_t *bytes;                /* owned: text, then canonical */
};
/* A queue; zero-initialised is empty. */
struct held_mentions {
	struct held_mention *ring;
	size_t first, count, capacity;
	size_t bytes;
};
/* Copies the mention to the end of the queue. */
void held_push(struct held_mentions *held, const struct detect_mention *mention);
/* Is the queue over one of its ceilings, so that its first mention must be decided on what was seen so far? */
bool held_full(const struct held_mentions *held);
/* Takes the first mention out: emits it unless it is tentative and nothing seen confirms it. */
void held_pop(struct held_mentions *held, const struct seen *seen, detect_emit *emit, void *context);
void held_mentions_free(struct held_mentions *held);

/* The part of a canonical e-mail address behind its '@'. */
struct st_span mention_domain(struct st_span canonical);

#endif
