/*
 * Which objects of a listing a sample takes: stratified by type and by size, without replacement, the same for the same
 * seed and listing whoever asks in whatever order. Pure functions of names and sizes; nothing here reads a case.
 *
 * An object's rank is a hash of seed, store and path. In each stratum the objects with the lowest ranks are taken, as
 * many as its share asks for: ranks are as good as random to whoever does not choose names after the seed, so that this
 * is simple random sampling without replacement (Cochran, Sampling Techniques, 3rd ed. 1977, chapters 2 and 5; taking
 * by rank: Ohlsson, Sequential Poisson sampling, 1998).
 *
 * Memory does not grow with the number of objects: the first pass counts by type and size, the second keeps the ranks
 * near each stratum's limit, about the square root of its objects.
 */
#ifndef STAUNCH_RESOLVE_DRAW_H
#define STAUNCH_RESOLVE_DRAW_H

#include "base/bytes.h"

/* A stratum has so many objects that a share of it is at least this many; what is fewer is joined with its neighbours.
 */
#define DRAW_STRATUM 8
/* At least so many are taken in a stratum, and in a store, if it has them. */
#define DRAW_STRATUM_LEAST 3
#define DRAW_STORE_LEAST 20

struct draw;
/* share: of the objects, above 0 and below 1. store: its number; equal paths of two stores are drawn apart. */
struct draw *draw_open(double share, uint64_t seed, uint32_t store);
void draw_close(struct draw *draw); /* NULL is fine */

/* First pass: every object that can be drawn. */
void draw_count(struct draw *draw, struct st_span path, uint64_t size_bytes);
/* Ends the first pass: strata and their shares. */
void draw_shape(struct draw *draw);
/* Second pass: the same objects again, in any order. */
void draw_rank(struct draw *draw, struct st_span path, uint64_t size_bytes);
void draw_settle(struct draw *draw);

/* After both: is this object of the listing taken? Its stratum in *stratum. */
bool draw_takes(const struct draw *draw, struct st_span path, uint64_t size_bytes, size_t *stratum);
size_t draw_strata(const struct draw *draw);
/* Objects of a stratum and their bytes, and the number of its type: strata of one type differ in size only. */
uint64_t draw_population(const struct draw *draw, size_t stratum);
double draw_bytes(const struct draw *draw, size_t stratum);
size_t draw_type(const struct draw *draw, size_t stratum);

#endif
