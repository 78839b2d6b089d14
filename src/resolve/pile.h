/* Rows of any length, sorted by their bytes in bounded memory: what does not fit lies in sealed runs meanwhile. */
#ifndef STAUNCH_RESOLVE_PILE_H
#define STAUNCH_RESOLVE_PILE_H

#include "resolve/resolve.h"

#define PILE_ROW_BYTES 65000 /* no row is longer */

struct pile;
/* Holds at most about `memory_bytes`, one row at least. Files have names of their own; none is left behind. */
struct pile *pile_open(const struct resolve_work *work, size_t memory_bytes);
/* ST_FATAL for a longer row: never cut. */
enum st_status pile_add(struct pile *pile, struct st_span row, struct st_error *err);
/* All rows are there: from now on they are taken out. */
enum st_status pile_sort(struct pile *pile, struct st_error *err);
/* The next row in the order of memcmp, borrowed until the next call; size 0 at the end. An empty row is not kept. Equal
 * rows come as often as they were added. */
enum st_status pile_next(struct pile *pile, struct st_span *row, struct st_error *err);
uint64_t pile_rows(const struct pile *pile); /* added so far */
void pile_close(struct pile *pile);          /* NULL is fine */

#endif
