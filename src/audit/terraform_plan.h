/*
 * One side of what `terraform show -json` or `tofu show -json` prints of a plan or a state: its resources with their
 * values, what of them is known only after apply, and the ids behind references that are not known yet. Source:
 * developer.hashicorp.com, "JSON Output Format" (format_version 1.x; unknown properties are to be ignored, another
 * major version is to be refused).
 */
#ifndef STAUNCH_AUDIT_TERRAFORM_PLAN_H
#define STAUNCH_AUDIT_TERRAFORM_PLAN_H

#include "audit/model.h"

enum audit_side { AUDIT_AFTER, AUDIT_BEFORE };

/* A resource as it is, or will be; every instance of count and for_each by itself. */
struct audit_instance {
	struct st_span address, module, type, name; /* module: address of the one it stands in; empty: the root */
	const struct audit_node *index;             /* of count or for_each; NULL: none */
	const struct audit_node *values, *unknown;  /* unknown has true where a value is known after apply; or NULL */
	bool changes;                               /* what is planned for it is more than nothing */
	const struct audit_word *id;                /* its own, or one that was made up */
	const struct audit_node *config;            /* its expressions; NULL: not in the plan */
};

struct audit_plan {
	struct audit_model *model;
	struct audit_pool *pool;
	uint32_t file;
	bool quiet;       /* leaves no doubts: another plan of the same tree does */
	uint64_t *budget; /* instances that may still be looked at for references, see CEIL_AUDIT_PLAN_STEPS */
	const struct audit_node *root; /* of the configuration; NULL: none */
	struct audit_instance *items;
	uint32_t count, capacity;
};

bool audit_is_terraform(const struct audit_node *tree);
/* Has it two sides? */
bool audit_is_terraform_plan(const struct audit_node *tree);
/* NULL: a version that is read here; else what is wrong. */
const char *audit_terraform_wrong(const struct audit_node *tree);
/* Fills items. pool keeps what is made. What of the plan cannot be told becomes a doubt of the model. */
void audit_plan_open(struct audit_plan *plan, const struct audit_node *tree, enum audit_side side);
void audit_plan_close(struct audit_plan *plan);

/* A value of the instance, of one in its list `block` when that is not NULL. An AUDIT_UNKNOWN node where it is known
 * after apply; NULL: not given. */
const struct audit_node *audit_plan_value(const struct audit_plan *plan, const struct audit_instance *instance,
	const char *block, uint32_t at, const char *key);
/* The id that an attribute refers to, known or found by its reference to a resource of this type; an unresolved word
 * when it cannot be told; NULL when it is not given. */
const struct audit_word *audit_plan_reference(const struct audit_plan *plan, const struct audit_instance *instance,
	const char *block, uint32_t at, const char *key, const char *type);
/* The same of a list: every id that is known or found goes to ids. False: there may be more. */
bool audit_plan_references(const struct audit_plan *plan, const struct audit_instance *instance, const char *key,
	const char *type, struct audit_words *ids);
/* The instance whose id this is, of this type; NULL: none in the plan. */
const struct audit_instance *audit_plan_find(
	const struct audit_plan *plan, const struct audit_word *id, const char *type);

#endif
