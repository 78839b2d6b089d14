/* A policy in memory: what its reader (policy_read.c) fills and policy.c asks. */
#ifndef STAUNCH_REDACT_POLICY_PARTS_H
#define STAUNCH_REDACT_POLICY_PARTS_H

#include "redact/policy.h"

struct policy_field {
	struct st_span pattern; /* owned */
	enum redact_action action;
};

struct redact_policy {
	enum redact_action kinds[DETECT_KINDS]; /* REDACT_ACTIONS: nothing is said */
	struct policy_field *fields;            /* room for CEIL_REDACT_POLICY_ENTRIES */
	size_t field_count;
	struct st_span *allowed;  /* exact values, sorted once all are read; owned */
	struct st_span *patterns; /* with a *; owned */
	size_t allowed_count, pattern_count, allow_entries;
	struct detect_rules *rules;
	bool needs_key;
};

/* Owned bytes of its own. */
struct st_span policy_keep(struct st_span text);
/* Adds a value to the allow-list, in each canonical form that it may be written for. */
bool policy_allow(struct redact_policy *policy, struct st_span value, const char **why);
bool policy_read(struct redact_policy *policy, struct st_span text, struct st_error *err);

#endif
