/* A table of clusters: sources that are equal in all that is told are one. */
#include "audit/cluster.h"

#include <stdlib.h>

enum audit_class audit_class_of(const struct audit_set *sources, const struct audit_tags *tags)
{
	struct audit_extent extent = audit_set_extent(sources);
	if (extent.v4_all || extent.v6_all)
		return AUDIT_ANY;
	/* 2^32 less the holes, 1 %: see audit_set_extent for 99 % */
	if (extent.v4_widest > (uint64_t)1 << 24 || extent.v6_wide || extent.v4_count > 37000000)
		return AUDIT_BROAD;
	for (size_t i = 0; i < tags->count; i++)
		if (tags->shared[i] &&
			(audit_set_has(sources, AUDIT_TAG_V4 + i) || audit_set_has(sources, AUDIT_TAG_V6 + i)))
			return AUDIT_SHARED;
	return AUDIT_LISTED;
}

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

static bool same_cluster(const struct audit_cluster *a, const struct audit_cluster *b)
{
	return a->hash == b->hash && a->class == b->class && a->verdict == b->verdict &&
	       a->rule_count == b->rule_count &&
	       (a->rule_count == 0 || memcmp(a->rules, b->rules, a->rule_count * sizeof(void *)) == 0) &&
	       audit_set_equal(&a->sources, &b->sources);
}

void audit_cluster_free(struct audit_cluster *cluster)
{
	audit_set_free(&cluster->sources);
	free(cluster->rules);
	free(cluster->groups);
	free(cluster);
}

static void grow_clusters(struct audit_reach *reach)
{
	size_t slots = reach->cluster_slots ? reach->cluster_slots * 2 : 32;
	struct audit_cluster **table = st_alloc_zero(slots, sizeof *table);
	for (size_t i = 0; i < reach->cluster_slots; i++) {
		for (struct audit_cluster *cluster = reach->clusters[i], *next; cluster != NULL; cluster = next) {
			next = cluster->next;
			cluster->next = table[cluster->hash & (slots - 1)];
			table[cluster->hash & (slots - 1)] = cluster;
		}
	}
	free(reach->clusters);
	reach->clusters = table;
	reach->cluster_slots = slots;
}

const struct audit_cluster *audit_cluster_intern(struct audit_reach *reach, struct audit_cluster *cluster)
{
	uint64_t hash = hash_bytes(0xcbf29ce484222325u, &cluster->verdict, sizeof cluster->verdict);
	hash = hash_bytes(hash, cluster->rules, cluster->rule_count * sizeof *cluster->rules);
	for (size_t i = 0; i < cluster->sources.count; i++)
		hash = hash_bytes(hash, &cluster->sources.items[i], sizeof cluster->sources.items[i]);
	cluster->hash = hash ^ hash >> 31;
	if (reach->cluster_count >= reach->cluster_slots)
		grow_clusters(reach);
	struct audit_cluster **slot = &reach->clusters[cluster->hash & (reach->cluster_slots - 1)];
	for (struct audit_cluster *old = *slot; old != NULL; old = old->next) {
		if (same_cluster(old, cluster)) {
			audit_cluster_free(cluster);
			return old;
		}
	}
	cluster->next = *slot;
	*slot = cluster;
	reach->cluster_count++;
	return cluster;
}
