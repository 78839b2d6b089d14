/*
 * The pieces of the line of protocols and ports that all rules treat alike, in order, and which rules stand in each. A
 * rule begins and ends somewhere: from piece to piece only the rules change that do so there, so that a thousand rules
 * on a thousand pieces are not a million questions.
 */
#ifndef STAUNCH_AUDIT_SWEEP_H
#define STAUNCH_AUDIT_SWEEP_H

#include "audit/compile.h"

/* Zero-initialised is empty. */
struct audit_sweep {
	uint64_t *edges; /* line, rule, which of its two sets: as one number, so that they sort */
	size_t edge_count, edge_capacity, at;
	size_t rule_count;
	bool sorted;
	uint8_t *here; /* of each rule: bit 0 LOWER, bit 1 UPPER where it stands in the piece, match above; 0: not */
	const uint8_t *match;    /* of each rule at the destination looked at, enum audit_match */
	uint64_t hash;           /* of `here` */
	audit_address low, high; /* the piece */
};

/* rules: those of which lines are given, by their numbers from 0. */
void audit_sweep_open(struct audit_sweep *sweep, size_t rules);
void audit_sweep_add(struct audit_sweep *sweep, size_t rule, const struct audit_set lines[2]);
/* From the first piece on; match is borrowed: rules with AUDIT_NO stand nowhere and cut nothing. */
void audit_sweep_begin(struct audit_sweep *sweep, const uint8_t *match);
/* The next piece; false: there is none. */
bool audit_sweep_next(struct audit_sweep *sweep);
void audit_sweep_close(struct audit_sweep *sweep);

#endif
