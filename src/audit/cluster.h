/* The clusters of a reach, each kept once, so that rows that let in the same are found by their pointers. */
#ifndef STAUNCH_AUDIT_CLUSTER_H
#define STAUNCH_AUDIT_CLUSTER_H

#include "audit/reach.h"

/* The one of the reach that is equal to it, or itself; takes it. */
const struct audit_cluster *audit_cluster_intern(struct audit_reach *reach, struct audit_cluster *cluster);
void audit_cluster_free(struct audit_cluster *cluster);

#endif
