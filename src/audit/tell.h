/* From reach to what is said: rows of exposures with witnesses, shadowed rules, dead denies, what cannot be told. */
#ifndef STAUNCH_AUDIT_TELL_H
#define STAUNCH_AUDIT_TELL_H

#include "audit/reach.h"
#include "audit/result.h"

/* All stores of the model. ST_FATAL: the two evaluators disagree about a packet, and nothing is to be believed. */
enum st_status audit_tell(const struct audit_model *model, struct audit_result *out, struct st_error *err);

/* Rules of a group that nothing reaches because rules before them decide it all, and denies for a destination that no
 * packet has. */
void audit_tell_shadowed(const struct audit_group *group, struct audit_result *out);

struct audit_rule_at audit_rule_told(
	struct audit_result *result, const struct audit_group *group, const struct audit_rule *rule);

#endif
