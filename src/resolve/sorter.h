/* Rows of one fixed width, sorted by their bytes in bounded memory: what does not fit lies in sealed runs meanwhile. */
#ifndef STAUNCH_RESOLVE_SORTER_H
#define STAUNCH_RESOLVE_SORTER_H

#include "resolve/resolve.h"

#define SORTER_ROW_BYTES 40 /* no row is wider */

struct sorter;
/* Holds at most `memory_bytes` of rows. Files have names of their own, numbered from next_run; none is left behind. */
struct sorter *sorter_open(const struct resolve_work *work, uint64_t next_run, size_t width, size_t memory_bytes);
enum st_status sorter_add(struct sorter *sorter, const uint8_t *row, struct st_error *err);
/* All rows are there: from now on they are taken out. */
enum st_status sorter_sort(struct sorter *sorter, struct st_error *err);
/* The next row in order, borrowed until the next call; NULL at the end. Equal rows come as often as they were added. */
enum st_status sorter_next(struct sorter *sorter, const uint8_t **row, struct st_error *err);
void sorter_close(struct sorter *sorter); /* NULL is fine */

#endif
