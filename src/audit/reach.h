/*
 * Who on the internet reaches a store, exactly: for each destination, protocol and port the set of sources, with the
 * rules that admit them, once as it surely is and once as it may be.
 *
 * A rule admits what no rule before it decided (first match). The sources told with it are all it would admit if no
 * other allow stood before it, so that an office's own rule does not show as a hole in the internet's.
 */
#ifndef STAUNCH_AUDIT_REACH_H
#define STAUNCH_AUDIT_REACH_H

#include "audit/result.h"
#include "audit/store.h"

/* Sources that are admitted by the same rules, with the same meaning. */
struct audit_cluster {
	enum audit_class class;
	enum audit_verdict verdict;
	struct audit_set sources;
	const struct audit_rule **rules;
	const struct audit_group **groups; /* of each */
	size_t rule_count;
	struct audit_cluster *next;
	uint64_t hash;
};

struct audit_reach_row {
	const struct audit_cluster *cluster;
	struct audit_set lines;                        /* protocols and ports, see compile.h */
	const struct audit_destination **destinations; /* of the store, as found */
	size_t destination_count;
};

struct audit_reach {
	struct audit_tags tags;
	struct audit_destinations destinations;
	struct audit_set source_ports; /* low: one of each piece that rules treat alike */
	struct audit_reach_row *rows;
	size_t row_count, row_capacity;
	const char *doubt;               /* it could not be told at all, and why */
	struct audit_cluster **clusters; /* owned */
	size_t cluster_slots, cluster_count;
	uint64_t intervals; /* compared for it */
	/* Of the rules that somebody on the internet may match, gate by gate: kept for audit_reach_again. */
	const struct audit_rule **compiled_rules;
	struct audit_compiled *compiled;
	size_t compiled_count;
};

void audit_reach_of(const struct audit_store *store, struct audit_reach *out);
/*
 * The same of an edited store: its gates have the rules of the one that was looked at before, of which some have other
 * sources or another access. On these lines alone (NULL: on all), with a ceiling for the intervals compared: beyond, it
 * is in doubt. All that was given stays borrowed until the answer is freed.
 */
struct audit_reach_before {
	const struct audit_store *store;
	const struct audit_reach *reach;
};
void audit_reach_again(const struct audit_store *store, const struct audit_reach_before *before,
	const struct audit_set *lines, uint64_t intervals, struct audit_reach *out);
void audit_reach_free(struct audit_reach *reach);
enum audit_class audit_class_of(const struct audit_set *sources, const struct audit_tags *tags);

#endif
