/*
 * Templates of Azure Resource Manager, and what `bicep build` makes: resources as a list or by symbolic names
 * (languageVersion 2.0), children inside and beside their parents, `condition`, `copy`, nested deployments of both
 * scopes, parameters from files or defaults. Source: learn.microsoft.com, "Understand the structure and syntax of ARM
 * templates". Each resource is handed to shape_azure_nsg.c as the REST shape it will be deployed as.
 */
#ifndef STAUNCH_AUDIT_SHAPE_ARM_H
#define STAUNCH_AUDIT_SHAPE_ARM_H

#include "audit/model.h"

bool audit_is_template(const struct audit_node *tree);
bool audit_is_template_parameters(const struct audit_node *tree);
/* given: name -> {value}, of parameter files; NULL: none. Trees it makes live in pool. */
void audit_shape_arm(struct audit_model *model, struct audit_pool *pool, const struct audit_node *tree,
	const struct audit_node *given, uint32_t file);

#endif
