/* Rules of AWS: each source of a permission becomes a rule of its own, as it is revoked by itself, too. */
#ifndef STAUNCH_AUDIT_AWS_RULES_H
#define STAUNCH_AUDIT_AWS_RULES_H

#include "audit/model.h"

/* The text the shape of a plan puts beside a resource; NULL: none. */
const struct audit_word *aws_address_of(struct audit_model *model, const struct audit_node *node);
/* The word of an id or another text; NULL: not given; an unresolved one as such. */
const struct audit_word *aws_word(struct audit_model *model, const struct audit_node *node);
/* group made one of this kind. */
struct audit_group *aws_group(struct audit_model *model, const struct audit_word *id, enum audit_group_kind kind);

/* IpPermissions of a security group ("IpPermission"). */
void aws_permissions(
	struct audit_model *model, struct audit_group *group, const struct audit_node *list, uint32_t file);
/* "SecurityGroupRule", of its group. */
void aws_lone_rule(struct audit_model *model, const struct audit_node *rule, uint32_t file);
/* "NetworkAclEntry": into one of the two. What the cloud adds behind all others ("*") is left out: nothing matches is a
 * deny here, too. */
void aws_entry(struct audit_model *model, struct audit_group *ingress, struct audit_group *egress,
	const struct audit_node *entry, uint32_t file);
/* "Route". */
void aws_route(struct audit_model *model, struct audit_group *group, const struct audit_node *route, uint32_t file);
/* The priority of a route to this prefix: the longest comes first. */
int32_t aws_route_priority(struct st_span prefix);
/* Everybody, or nobody: what a group that is not in the input lets in. */
void aws_missing_group(struct audit_model *model, struct audit_group *joined, const struct audit_word *id);

#endif
