/*
 * Networks of AWS as `aws ec2 describe-*` prints them: security groups and their rules, network ACLs, instances,
 * network interfaces, subnets, route tables, addresses, managed prefix lists and what get-managed-prefix-list-entries
 * says of them. Files come in any order; audit_shape_aws_finish joins them. Sources: docs.aws.amazon.com, EC2 API
 * reference of these calls; VPC user guide, "Security group rules" (they allow only, and all groups of an interface
 * count together), "Network ACL rules" (in the order of their numbers, stateless), "Route tables" (the longest prefix
 * counts; a subnet whose table has a route to an internet gateway is public), "Internet gateways".
 *
 * An answer has to get out of a network ACL: an egress rule is a rule about packets that come in, whose sources are its
 * addresses and whose source ports are its ports. Somebody outside chooses his port, so one that passes is enough. TCP
 * needs it; a packet of another protocol has arrived without an answer.
 */
#ifndef STAUNCH_AUDIT_SHAPE_AWS_H
#define STAUNCH_AUDIT_SHAPE_AWS_H

#include "audit/model.h"

/* False: none of these resources. */
bool audit_shape_aws(struct audit_model *model, const struct audit_node *resource, uint32_t file);
/* A whole document: entries of a prefix list, whose id only the name of its file says, and empty lists. */
bool audit_shape_aws_whole(
	struct audit_model *model, const struct audit_node *tree, struct st_span file_name, uint32_t file);
void audit_shape_aws_finish(struct audit_model *model);
void audit_aws_free(struct audit_aws *aws); /* NULL: nothing */

#endif
