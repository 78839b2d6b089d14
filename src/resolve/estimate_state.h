/* What estimate.c gathers and estimate_ends.c makes figures of; nobody else includes it. */
#ifndef STAUNCH_RESOLVE_ESTIMATE_STATE_H
#define STAUNCH_RESOLVE_ESTIMATE_STATE_H

#include "resolve/estimate.h"

/* One drawn object, or several of one stratum where very many are drawn. */
struct unit {
	uint32_t stratum, objects;
	double size, aside; /* aside: its size beyond what is usual in its stratum */
	double weight;      /* each of its objects stands for so many */
	double leverage;
};

struct stratum {
	struct estimate_stratum of;
	double mean_size;
	double size_missed; /* of the first stratum of a type: size of all that the weights do not add up to */
	uint32_t first_unit, units;
	uint64_t met; /* objects given so far */
};

/* f1 to f3 of estimate.h are told of each set; f0 stands for the values seen. */
#define ESTIMATE_ORDERS 4

/* How a set's figures change when a unit is left out, and its part in f2 and f3, which are everybody's counted twice
 * and three times. */
struct influence {
	double f[ESTIMATE_ORDERS];
	double paired, tripled;
};

struct set {
	double f[ESTIMATE_ORDERS];
	double twice;      /* values seen in two objects */
	double twice_once; /* what they would add to f1 if none of them had been seen in both */
};

struct piece {
	uint64_t digest;
	uint32_t objects[ESTIMATE_SEEN - 1];
	uint8_t set, count; /* ESTIMATE_SEEN: so many or more */
	bool used;
};

struct estimate {
	struct stratum *strata;
	size_t stratum_count, sums, sets;
	struct unit *units;
	size_t unit_count;
	uint32_t *unit_of; /* by object */
	size_t objects, capacity;
	double *values;               /* unit by unit, `sums` each */
	struct influence *influences; /* unit by unit, `sets` each */
	struct set *set;
	struct piece *pieces; /* open addressing */
	size_t piece_count;
	unsigned level; /* of the pieces those are kept whose digest begins with so many zero bits */
};

static inline bool estimate_is_whole(const struct stratum *stratum)
{
	return stratum->of.drawn >= stratum->of.population;
}

/* What a stratum's part of a slope counts: its share of the variance of a total (Cochran 7.10). */
static inline double estimate_slope_share(const struct stratum *stratum)
{
	double all = (double)stratum->of.population, n = (double)stratum->of.drawn;
	return estimate_is_whole(stratum) || n < 2 ? 0 : all * (all - n) / (n * (n - 1));
}

/* The strata of one type stand next to each other. */
static inline size_t estimate_end_of_type(const struct estimate *estimate, size_t from)
{
	size_t to = from + 1;
	while (to < estimate->stratum_count && estimate->strata[to].of.type == estimate->strata[from].of.type)
		to++;
	return to;
}

#endif
