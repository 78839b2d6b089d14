/*
 * Which of several overlapping candidates becomes the mention (contract 4): the longest, then table order, then the
 * first to start; a url only where nothing else stands in it, so that no address, number or secret is lost in one. The
 * answer depends on the input alone, never on when it is asked.
 */
#ifndef STAUNCH_DETECT_OVERLAP_H
#define STAUNCH_DETECT_OVERLAP_H

#include "detect/detector.h"

enum overlap_state { OVERLAP_OPEN, OVERLAP_WON, OVERLAP_LOST };

struct overlap_entry {
	uint64_t start, end; /* bytes of the input */
	enum detect_kind kind;
	enum detect_form form;
	uint8_t confidence;
	bool tentative;
	enum overlap_state state;
	uint8_t rule;
	const char *scheme;
	uint16_t canonical_size, holder_size;
	uint8_t *canonical; /* owned; the holder's name behind it */
};

/* Candidates not yet decided or not yet handed out, sorted by start. Zero-initialised is empty. */
struct overlap {
	struct overlap_entry *entries;
	size_t count, capacity;
	bool tells_lost;  /* entries that lost are handed out, too, at once */
	uint64_t longest; /* no entry is longer */
	uint64_t floor;   /* candidates that start before this come too late (CEIL_OVERLAPPING_CANDIDATES) */
};

typedef void overlap_take(void *context, const struct overlap_entry *winner);

/* Adds a candidate; `base` is the input offset of its window. Candidates of later calls start at or after `horizon`. */
void overlap_add(struct overlap *overlap, const struct detect_candidate *candidate, enum detect_kind kind,
	uint64_t base, uint64_t horizon, overlap_take *take, void *context);
/* Decides everything that no candidate starting at or after `horizon` can change, and hands the winners out in order.
 */
void overlap_settle(struct overlap *overlap, uint64_t horizon, overlap_take *take, void *context);
/* Forgets everything; the memory stays for the next input. */
void overlap_clear(struct overlap *overlap);
void overlap_free(struct overlap *overlap);

#endif
