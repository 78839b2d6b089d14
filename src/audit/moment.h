/*
 * When, by an activity log: the operations that may have been the edits which opened or closed a row, and what only one
 * of the two knows: operations that no state of the input shows, edits that the log does not name.
 *
 * An operation may have been an edit when it wrote (of what is gone: deleted) the rule, or wrote the group of it,
 * inside of the days between the two states that differ by it, and did not fail. One such operation is the moment; of
 * several none is known to be it, and the moment lies between the first and the last of them.
 */
#ifndef STAUNCH_AUDIT_MOMENT_H
#define STAUNCH_AUDIT_MOMENT_H

#include "audit/activity.h"
#include "audit/change.h"

/* out: of audit_tell_change or audit_tell_history with these snapshots. */
void audit_tell_moments(struct audit_activity *activity, const struct audit_snapshot *snapshots, uint32_t count,
	struct audit_result *out);

#endif
