/*
 * The smallest edit that closes an exposure without touching the network itself: rules that admit it keep all but their
 * sources, which become the virtual network, or those of the flows to keep that the rule let in. Proven by evaluating
 * the store with it: nothing of the exposure is let in any more, nor may be. Rules that would then decide in their
 * place are edited, too.
 */
#ifndef STAUNCH_AUDIT_FIX_H
#define STAUNCH_AUDIT_FIX_H

#include "audit/config.h"
#include "audit/reach.h"
#include "audit/flows.h"

/* Of one store: the flows to keep (NULL: none), and what looking for its fixes has taken so far. */
struct audit_fixing {
	const struct audit_flows *keep;
	uint64_t intervals; /* compared */
	bool unfinished;    /* a fix was not looked for to the end: CEIL_AUDIT_FIX_INTERVALS */
};

/* Fills exposure->fix_*; leaves them empty when no such edit closes it, or none that keeps the flows. */
void audit_tell_fix(const struct audit_store *store, const struct audit_reach *reach, const struct audit_reach_row *row,
	struct audit_fixing *fixing, struct audit_result *out, struct audit_exposure *exposure);

/*
 * The first remedy of the service (service.h) with which, judged again, nobody of the row is answered without proof,
 * and nothing of it is in doubt. config NULL: nothing is told.
 */
void audit_tell_setting_fix(const struct audit_config *config, const struct audit_share *share,
	const struct audit_reach_row *row, struct audit_result *out, struct audit_exposure *exposure);

#endif
