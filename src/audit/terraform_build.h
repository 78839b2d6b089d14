/* What the files that make REST resources of a plan share (shape_terraform.c, terraform_balancer.c). */
#ifndef STAUNCH_AUDIT_TERRAFORM_BUILD_H
#define STAUNCH_AUDIT_TERRAFORM_BUILD_H

#include "audit/shape_terraform.h"

struct audit_building {
	const struct audit_terraform *out;
	struct audit_plan plan;
	struct audit_plan before; /* of the after side: what is there today */
	bool has_before;
	/* Of each instance that is a rule by itself, the id of its group in the plan; else NULL. */
	const struct audit_word **owners, **owners_before;
};

struct audit_node *audit_build_object(const struct audit_building *b, const char *key, uint32_t line);
/* A copy of a value under another key; nothing of NULL. */
void audit_build_put(
	const struct audit_building *b, struct audit_node *to, const char *key, const struct audit_node *value);
/* An argument of the provider, and the field of REST that it becomes. */
struct audit_build_field {
	const char *theirs, *ours;
};
/* Those of the instance's arguments (block NULL), or of the at-th of its blocks, that are given. */
void audit_build_put_fields(const struct audit_building *b, struct audit_node *to, const struct audit_instance *from,
	const char *block, uint32_t at, const struct audit_build_field *fields, size_t count);
void audit_build_put_text(const struct audit_building *b, struct audit_node *to, const char *key, struct st_span text);
/* {"id": ...}; an id that is not known as such; nothing of NULL. */
void audit_build_put_id(
	const struct audit_building *b, struct audit_node *to, const char *key, const struct audit_word *id);
/* As REST has it: type, name, id, address of the plan; *properties is what the caller fills. */
struct audit_node *audit_build_resource(const struct audit_building *b, const struct audit_instance *from,
	const char *type, struct st_span id, struct audit_node **properties);
void audit_build_give(const struct audit_building *b, const struct audit_node *made);

/* An azurerm_lb with all that names it. */
void audit_build_balancer(const struct audit_building *b, const struct audit_instance *balancer);
/* The pools and NAT rules that this configuration of the interface is associated with. */
void audit_build_put_balancing(const struct audit_building *b, const struct audit_instance *nic,
	struct st_span endpoint, struct audit_node *to);

#endif
