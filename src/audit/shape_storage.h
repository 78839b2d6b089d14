/*
 * Azure Storage: accounts and containers as the az command line (`az storage account list`, `az storage container-rm
 * list`, `az storage container list`), REST, Resource Graph and templates give them. Sources: REST reference of
 * Microsoft.Storage (storageAccounts, blobServices/containers); "Get Container ACL" for the levels.
 */
#ifndef STAUNCH_AUDIT_SHAPE_STORAGE_H
#define STAUNCH_AUDIT_SHAPE_STORAGE_H

#include "audit/model.h"

/* Takes an account or a container. False: it is neither. */
bool audit_shape_storage(struct audit_model *model, const struct audit_node *resource, uint32_t file);
/* After the last file: each container with what its account says, and accounts whose containers nobody told. */
void audit_shape_storage_finish(struct audit_model *model);

#endif
