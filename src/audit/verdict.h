/*
 * Network times authentication: what reach.c found of a store's network, cut by what the services behind it say to
 * those sources on those ports. What no configuration in the input speaks of stays as the network has it.
 */
#ifndef STAUNCH_AUDIT_VERDICT_H
#define STAUNCH_AUDIT_VERDICT_H

#include "audit/config.h"
#include "audit/reach.h"

struct audit_judged {
	struct audit_judgement *items; /* one for each configuration of the store */
	uint32_t count;
};

void audit_judge_store(const struct audit_store *store, struct audit_judged *out);
void audit_judged_free(struct audit_judged *judged);

struct audit_answer_row {
	const struct audit_reach_row *row; /* its lines and sources are those of this row alone */
	const struct audit_config *config; /* NULL: nothing is known of what answers there */
	const struct audit_share *share;   /* of that configuration */
	enum audit_verdict verdict;
	enum audit_auth auth;
	unsigned rights; /* all of them where nothing is known */
};

/* Rows in the order of the reach, of each first what services answer for. Each lives as long as the call. */
void audit_each_row(const struct audit_store *store, const struct audit_judged *judged, const struct audit_reach *reach,
	void (*each)(void *context, const struct audit_answer_row *row), void *context);

#endif
