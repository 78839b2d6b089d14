/* Sets of stores that hold the same records, each kept once: no bitmap that ends at 32 or 64 stores. */
#ifndef STAUNCH_RESOLVE_STORE_SETS_H
#define STAUNCH_RESOLVE_STORE_SETS_H

#include "resolve/resolve.h"

/* The stores of one record while it is merged. */
struct record_stores {
	uint64_t serial;             /* a store is in the list when its mark is this */
	uint64_t *mark;              /* by store */
	struct resolve_where *where; /* by store: first place of the record in it */
	uint32_t *list;
	uint32_t count;
};
void record_stores_open(struct record_stores *stores, uint32_t store_count);
void record_stores_close(struct record_stores *stores);

struct store_sets;
struct store_sets *store_sets_open(void);
/* Counts one record for the set of its stores (sorts the list). */
enum st_status store_sets_add(struct store_sets *sets, struct record_stores *stores, struct st_error *err);
/* Hands the sets over, most records first, and frees the rest. */
void store_sets_close(struct store_sets *sets, struct resolve_store_set **out, size_t *count);

#endif
