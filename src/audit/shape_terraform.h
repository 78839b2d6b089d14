/*
 * Resources of the azurerm provider in a plan or a state of Terraform or OpenTofu (terraform_plan.h), each made into
 * the REST shape that it is or will be and handed to the shapes of Azure: network security groups with their rules
 * inside and beside them, subnets, interfaces, public addresses, what associates them, storage accounts and containers.
 * What is known only after apply is unresolved: it widens an allow and never passes. Source: registry.terraform.io,
 * hashicorp/azurerm, the page of each resource.
 */
#ifndef STAUNCH_AUDIT_SHAPE_TERRAFORM_H
#define STAUNCH_AUDIT_SHAPE_TERRAFORM_H

#include "audit/terraform_plan.h"

/* pool keeps what is made; take is called with resources for whichever shape knows them. */
struct audit_terraform {
	struct audit_model *model;
	struct audit_pool *pool;
	uint32_t file;
	void (*take)(void *context, const struct audit_node *resource, uint32_t file);
	void *context;
};
void audit_shape_terraform(
	const struct audit_terraform *terraform, const struct audit_node *tree, enum audit_side side);

/* --- of the aws provider, each made into what `aws ec2 describe-*` prints (shape_aws.h) --- */

/* Is it read with the networks of AWS? */
bool audit_terraform_is_aws(const struct audit_instance *instance);
/* before: the side that is there today; NULL: there is none. Source: registry.terraform.io, hashicorp/aws: security
 * groups with rules inside and beside them, network ACLs, route tables, instances, network interfaces, subnets, elastic
 * addresses, managed prefix lists. */
void audit_terraform_aws(
	const struct audit_terraform *terraform, const struct audit_plan *plan, const struct audit_plan *before);

#endif
