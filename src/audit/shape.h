/*
 * Input shapes: each takes a tree and adds what it knows to the model. A shape that meets a value it does not
 * understand marks it as unresolved, or leaves a doubt; it never leaves anything out in silence.
 */
#ifndef STAUNCH_AUDIT_SHAPE_H
#define STAUNCH_AUDIT_SHAPE_H

#include "audit/model.h"

/*
 * Azure network resources as the az CLI prints them (properties flattened), as REST and the portal's JSON view give
 * them (below `properties`) and as Resource Graph does (types in lower case): network security groups, their rules,
 * network interfaces, virtual networks and subnets, public addresses. Sources: learn.microsoft.com, "Network security
 * groups", "How network security groups filter network traffic", "Virtual network service tags"; REST reference of
 * Microsoft.Network. prefix: what ids without a subscription begin with ("" or the place of a template). False: no such
 * resource.
 */
bool audit_shape_azure(struct audit_model *model, const struct audit_node *resource, uint32_t file);
/* Any other resource of Azure. Those that groups can be attached to in ways not read here (scale sets, gateways, ...)
 * are remembered: a group is then never taken to be attached to nothing but the interfaces in the input. */
bool audit_shape_azure_known(struct audit_model *model, const struct audit_node *resource);

/* An entry of a list of effective groups (shape_effective.c). False: it is none. */
bool audit_shape_effective(struct audit_model *model, const struct audit_node *entry, uint32_t file);

/* --- shared by shapes of Azure --- */

/* key below `properties`, or beside it. NULL when not given or null. */
const struct audit_node *audit_azure_property(const struct audit_node *resource, const char *key);
/* The id; of a resource that has none, one that nothing refers to. */
const struct audit_word *audit_azure_id(struct audit_model *model, const struct audit_node *node, uint32_t file);
/* The id of something that stands in a resource: its own, or PARENT/KIND/NAME as Azure makes it. */
const struct audit_word *audit_azure_part_id(
	struct audit_model *model, const struct audit_word *parent, const char *kind, const struct audit_node *node);
/* The last component of its name. */
const struct audit_word *audit_azure_name(struct audit_model *model, const struct audit_node *node);
/* The id in {"id": ...}; an unresolved one as such; NULL when there is none. */
const struct audit_word *audit_azure_reference(struct audit_model *model, const struct audit_node *node);
/* The text that a plan of Terraform puts beside a resource (shape_terraform.c); NULL. */
const struct audit_word *audit_azure_address(struct audit_model *model, const struct audit_node *node);
/* shape_balancer.c: a load balancer; a pool or an inbound NAT rule of one by itself. */
void audit_azure_balancer(struct audit_model *model, const struct audit_node *node, uint32_t file);
void audit_azure_balancer_part(struct audit_model *model, const struct audit_node *node, uint32_t file);
struct audit_place audit_place_of(uint32_t file, const struct audit_node *node);
/* Adds an inbound rule of this node to the group; outbound ones are left out. conditional: whether it exists is not
 * known. list: JSON pointer of the list it stands in, NULL: it stands by itself. */
void audit_azure_rule(struct audit_model *model, struct audit_group *group, const struct audit_node *rule,
	const struct audit_word *list, uint32_t file, bool conditional);
/* Last component of a type in any spelling: "Microsoft.Network/networkSecurityGroups" -> "networkSecurityGroups". */
bool audit_azure_type_is(const struct audit_node *resource, const char *type);

#endif
