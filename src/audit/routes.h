/*
 * Default routes and what they make of the tag VirtualNetwork. It holds "address prefixes used on user-defined routes"
 * and "might also contain default routes" (learn.microsoft.com, "Virtual network service tags"), so that in a subnet
 * whose route table sends 0.0.0.0/0 to an appliance or a gateway the rules that name it, and AllowVnetInBound (65000)
 * of every group, may let in anybody. Routes that a gateway learns by BGP are in no route table.
 */
#ifndef STAUNCH_AUDIT_ROUTES_H
#define STAUNCH_AUDIT_ROUTES_H

#include "audit/model.h"

/* After the last resource: joins route tables to subnets and gives their groups a second form, in which VirtualNetwork
 * is unresolved and AllowVnetInBound is a rule. Leaves a remark for each such subnet. */
void audit_routes_finish(struct audit_model *model);

/* The form that the group has in the subnet (NULL: by itself, in any of the subnets it is attached to). */
const struct audit_group *audit_group_in(
	const struct audit_model *model, const struct audit_group *group, const struct audit_subnet *subnet);
/* Is it the second form of a group? */
bool audit_group_is_wide(const struct audit_group *group);

#endif
