/*
 * What answers where: files of services joined to the places they configure, by an inventory (schema
 * staunch.inventory/1: {"entries":[{"store","service","version","license","behind","files","settings"}]}) or, where
 * there is none, each by itself.
 */
#ifndef STAUNCH_AUDIT_INVENTORY_H
#define STAUNCH_AUDIT_INVENTORY_H

#include "audit/config.h"

bool audit_is_inventory(const struct audit_node *tree);
/* A path without the date in its last component and the one separator that came with it, so that it is the same
 * through snapshots. */
const struct audit_word *audit_undated(struct audit_model *model, struct st_span path);
/* inventories: trees and the files they stand in; all files are in the model. What an inventory names and is not in the
 * input cannot be told. */
struct audit_inventory {
	const struct audit_node *tree;
	uint32_t file;
};
void audit_join_configs(struct audit_model *model, const struct audit_inventory *inventories, size_t count);

#endif
