/* From reach to what is said: rows of exposures with witnesses, shadowed rules, dead denies, what cannot be told. */
#ifndef STAUNCH_AUDIT_TELL_H
#define STAUNCH_AUDIT_TELL_H

#include "audit/flows.h"
#include "audit/result.h"

/* What of a telling is kept for comparisons: stores, and of each exposure its place in them and its sets. */
struct audit_trace {
	struct audit_store *stores;
	uint32_t store_count, store_capacity;
	struct audit_trace_row {
		uint32_t store;
		struct audit_set lines, sources; /* sources without tags */
		struct audit_tag_name *tags;
		size_t tag_count;
	} * rows; /* one for each exposure */
	uint32_t row_count, row_capacity;
};
void audit_trace_free(struct audit_trace *trace);

/* Files that the user gave beside the configuration; either may be NULL. */
struct audit_aside {
	struct audit_flows *exceptions;
	const struct audit_flows *keep;
};

/* All stores of the model. aside and trace may be NULL. ST_FATAL: the two evaluators disagree about a packet, and
 * nothing is to be believed. Where out->early says so, exposures are handed on store by store. */
enum st_status audit_tell(const struct audit_model *model, const struct audit_aside *aside, struct audit_result *out,
	struct audit_trace *trace, struct st_error *err);

/* Of the rules that somebody on the internet could match: those that nothing reaches because rules before them decide
 * it all, and denies for a destination that no packet has. */
void audit_tell_shadowed(const struct audit_model *model, struct audit_result *out);
/* A note about no rule. */
void audit_tell_note(struct audit_result *result, struct audit_notes *notes, struct st_span store, struct st_span text,
	struct audit_place at);

struct audit_rule_at audit_rule_told(
	struct audit_result *result, const struct audit_group *group, const struct audit_rule *rule);

#endif
