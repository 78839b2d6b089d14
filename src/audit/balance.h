/*
 * What load balancers let through. A rule takes packets for a port of a public frontend to a port of each member of its
 * pool, an inbound NAT rule to one member; source address and port stay the client's, and the groups of the member see
 * its private address and the port behind the translation ("Network security groups", "Load Balancer components"). So
 * to an interface without a public address of its own packets come on those ports alone, which is one more gate before
 * its groups.
 */
#ifndef STAUNCH_AUDIT_BALANCE_H
#define STAUNCH_AUDIT_BALANCE_H

#include "audit/model.h"

/* After the last resource: joins load balancers to interfaces. Whoever says he is in a pool of a load balancer that is
 * not in the input, or that cannot be resolved, gets no such gate: all ports may lead to him. */
void audit_balance_finish(struct audit_model *model);

#endif
