/*
 * Text that is hard on the detectors, the same for every run of a seed: what the tests know of values, spliced, cut,
 * mutated and re-encoded, beside slices of real-looking text. For programs that compare two ways of finding.
 */
#ifndef STAUNCH_BENCH_HOSTILE_TEXT_H
#define STAUNCH_BENCH_HOSTILE_TEXT_H

#include "base/bytes.h"

struct hostile_pool;
/* Empty; caller closes. */
struct hostile_pool *hostile_pool_open(void);
void hostile_pool_close(struct hostile_pool *pool);
/* The content of a file: text to draw slices from. table: of the rows of a table of cases (tests/cases), with its
 * escapes undone, each cell becomes a value to be spliced. Copied. */
void hostile_pool_add(struct hostile_pool *pool, struct st_span content, bool table);
size_t hostile_pool_values(const struct hostile_pool *pool);

enum hostile_density { HOSTILE_DENSE, HOSTILE_PLAIN }; /* HOSTILE_PLAIN: slices of text, their digits drawn anew */
/* Adds `size` bytes or a few more; they depend on the pool, the seed and nothing else. */
void hostile_text(
	const struct hostile_pool *pool, uint64_t seed, enum hostile_density density, size_t size, struct st_buf *out);
/* The next of a sequence of numbers; *state is not 0. */
uint64_t hostile_next(uint64_t *state);

#endif
