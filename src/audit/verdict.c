/* Rows of the network times shares of the services. */
#include "audit/verdict.h"

#include "audit/service.h"

#include <stdlib.h>

void audit_judge_store(const struct audit_store *store, struct audit_judged *out)
{
	uint32_t count = store->host != NULL ? store->host->config_count : 0;
	*out = (struct audit_judged){st_alloc_zero(count + 1, sizeof *out->items), count};
	for (uint32_t i = 0; i < count; i++)
		audit_judge(&store->host->configs[i], &out->items[i]);
}

void audit_judged_free(struct audit_judged *judged)
{
	for (uint32_t i = 0; i < judged->count; i++)
		audit_judgement_free(&judged->items[i]);
	free(judged->items);
	*judged = (struct audit_judged){0};
}

struct cutting {
	const struct audit_store *store;
	const struct audit_reach *reach;
	void (*each)(void *context, const struct audit_answer_row *row);
	void *context;
};

/* The part of a row that a share speaks of. */
static void cut_share(const struct cutting *cutting, const struct audit_reach_row *row,
	const struct audit_config *config, const struct audit_share *share)
{
	struct audit_cluster cluster = *row->cluster;
	struct audit_reach_row part = *row;
	cluster.sources = part.lines = (struct audit_set){0};
	audit_set_intersect(&part.lines, &row->lines, &share->lines);
	audit_set_intersect(&cluster.sources, &row->cluster->sources, &share->sources);
	part.cluster = &cluster;
	if (part.lines.count > 0 && cluster.sources.count > 0) {
		enum audit_verdict said = audit_share_verdict(share);
		cluster.class = audit_class_of(&cluster.sources, &cutting->reach->tags);
		struct audit_answer_row answer = {&part, config, share, cluster.verdict, share->auth, share->rights};
		if (said != AUDIT_OPEN)
			answer.verdict = said;
		cutting->each(cutting->context, &answer);
	}
	audit_set_free(&part.lines);
	audit_set_free(&cluster.sources);
}

void audit_each_row(const struct audit_store *store, const struct audit_judged *judged, const struct audit_reach *reach,
	void (*each)(void *context, const struct audit_answer_row *row), void *context)
{
	struct cutting cutting = {store, reach, each, context};
	struct audit_set scratch = {0};
	for (size_t i = 0; i < reach->row_count; i++) {
		struct audit_reach_row rest = reach->rows[i];
		/* of a service without a network nothing is known but itself */
		bool alone = judged->count > 0 && store->gate_count == 0 && store->interface == NULL;
		rest.lines = (struct audit_set){0};
		audit_set_copy(&rest.lines, &reach->rows[i].lines);
		for (uint32_t j = 0; j < judged->count; j++) {
			alone |= store->host->configs[j].service->alone;
			for (uint32_t k = 0; k < judged->items[j].count; k++) {
				const struct audit_share *share = &judged->items[j].shares[k];
				cut_share(&cutting, &reach->rows[i], &store->host->configs[j], share);
				audit_set_remove(&rest.lines, &share->lines, &scratch);
			}
		}
		struct audit_answer_row answer = {&rest, NULL, NULL, rest.cluster->verdict, AUDIT_AUTH_UNKNOWN,
			AUDIT_RIGHT_LIST | AUDIT_RIGHT_READ};
		if (rest.lines.count > 0 && !alone)
			each(context, &answer);
		audit_set_free(&rest.lines);
	}
	audit_set_free(&scratch);
}
