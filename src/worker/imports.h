/* Files that somebody else wrote about stores, sightings and inventories, read in the worker and told row by row. */
#ifndef STAUNCH_WORKER_IMPORTS_H
#define STAUNCH_WORKER_IMPORTS_H

#include "worker/rows.h"
#include "worker/worker.h"

/* What is asked of each kind of file. */
extern const struct rows_form imports_sightings, imports_inventory;

/* Answers one WORKER_ROWS. */
void worker_imports(struct worker *worker, const struct message *message);

#endif
