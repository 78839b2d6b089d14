/*
 * What changed between one state of a configuration and the next, and which edit opened what. Found by trying: an edit
 * is sufficient when the state before with it alone lets in what is new, necessary when the state after without it does
 * not.
 */
#ifndef STAUNCH_AUDIT_CHANGE_H
#define STAUNCH_AUDIT_CHANGE_H

#include "audit/tell.h"

/* Do they decide the same, as far as their texts say? */
bool audit_same_rule(const struct audit_rule *a, const struct audit_rule *b);

struct audit_snapshot {
	struct audit_model *model;
	struct st_span date; /* "2019-12-05", or a commit; empty: the files name none */
	bool broken;         /* a step that cannot be read: passed over */
};

/* The last snapshot, compared with the first as its baseline; those between are steps on the way, by which it is told
 * where each new row came: opened_by names the first step from which on all of it is there, opened_after the one before
 * that. Two snapshots have no names. aside, here and below, is of the last. */
enum st_status audit_tell_change(const struct audit_snapshot *snapshots, uint32_t count,
	const struct audit_aside *aside, struct audit_result *out, struct st_error *err);
/* All snapshots in the order of their dates: what is open in the last, and what was open and is closed, with windows.
 */
enum st_status audit_tell_history(const struct audit_snapshot *snapshots, uint32_t count,
	const struct audit_aside *aside, struct audit_result *out, struct st_error *err);

#endif
