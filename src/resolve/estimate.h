/*
 * From what stands in the drawn objects to what stands in all of them, with 95 % intervals. Objects are the clusters:
 * what stands together in one object was drawn together. Knows nothing of cases, kinds or names.
 *
 * Sums (records, mentions, bytes): the stratified expansion estimator with its finite population correction (Cochran
 * 1977, 5.9; Saerndal, Swensson, Wretman, Model Assisted Survey Sampling, 1992, 3.7). Degrees of freedom after
 * Satterthwaite, with the fourth moment, so that few large objects widen the interval. The interval is put on the part
 * that was not seen, on a logarithmic scale (Chao 1987), so that it never denies what was seen.
 *
 * Counts of objects (unread for a reason): exact hypergeometric limits (Buonaccorsi 1987) over all that was drawn.
 *
 * Different values (addresses, persons, distinct records) cannot be scaled up: whether a value was seen says little of
 * how many were not. Let N be the number of objects that hold a value, P0 the chance that none of them is drawn, and
 * r = (objects - drawn) / drawn of a stratum. Over the values seen in one drawn object, f1 = sum of r; over those seen
 * in two, f2 = sum of the products of both r. Then E f1 = sum N P0 and E f2 = sum N(N-1)/2 P0, whatever the N. What was
 * not seen, sum P0, is at most E f1 because N >= 1, and at least (E f1)^2 / (2 E f2 + E f1) by Cauchy and Schwarz. The
 * lower one is the bound of Chao and Lin (Biometrics 68, 2012) for drawing without replacement, here with unequal r;
 * the upper one is the upper end of GEE's range (Charikar et al., PODS 2000). With f3 likewise over the values seen in
 * three, sum P0 <= E f1 - 2 (E f2)^2 / (2 E f2 + 3 E f3): of all ways in which values may stand in objects that give
 * these three, the one with most unseen has N = 1 and one other N (Harris, Annals of Mathematical Statistics 30, 1959).
 *
 * Both ends move outwards by what chance may have done: the jackknife over objects within strata; a Poisson count of
 * pairs that were drawn together, which the jackknife cannot see where all objects are alike; copies of which no pair
 * was drawn; strata that showed nothing. Each alone to its limit, then by the root of the sum of squares (Zou and
 * Donner, Statistics in Medicine 27, 2008). The interval is as wide as the data leave it: they cannot tell a store
 * where each value stands in one object from one where most stand in a few. The value shown is the geometric middle of
 * the two bounds, no more.
 */
#ifndef STAUNCH_RESOLVE_ESTIMATE_H
#define STAUNCH_RESOLVE_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct estimate_stratum {
	uint64_t population, drawn; /* drawn 0 only where the population is 0 */
	double size;                /* of all its objects together */
	size_t type;                /* strata of one type share the slope of the regression on size */
};

struct estimate_result {
	double value, low, high;
	bool bounded; /* false: too few of the drawn objects say anything; `high` is not known */
};

struct estimate;
/* sums: how many figures of estimate_add; sets: of estimate_key. */
struct estimate *estimate_open(const struct estimate_stratum *strata, size_t stratum_count, size_t sums, size_t sets);
void estimate_close(struct estimate *estimate); /* NULL is fine */

/* Each drawn object once, before anything is said of values; its number. ESTIMATE_NONE: more than the stratum has. */
#define ESTIMATE_NONE UINT32_MAX
uint32_t estimate_object(struct estimate *estimate, size_t stratum, double size);
/* Once all of them are known, and before estimate_key and estimate_piece: for how many objects each stands. */
void estimate_weigh(struct estimate *estimate);

void estimate_add(struct estimate *estimate, size_t sum, uint32_t object, double value);
/* A value of a set and the different objects it was seen in; each value once. Of more than ESTIMATE_SEEN objects any
 * ESTIMATE_SEEN do. */
#define ESTIMATE_SEEN 5
void estimate_key(struct estimate *estimate, size_t set, const uint32_t *objects, size_t count);
/* The same for values that come in pieces (a person by several addresses): digest of the value, objects of one piece.
 * Counted by estimate_finish. */
void estimate_piece(struct estimate *estimate, size_t set, uint64_t digest, const uint32_t *objects, size_t count);
/* Before the results are asked for. */
void estimate_finish(struct estimate *estimate);

struct estimate_result estimate_sum(const struct estimate *estimate, size_t sum);
/* Of a sum to which each object added 0 or 1. */
struct estimate_result estimate_count(const struct estimate *estimate, size_t sum);
struct estimate_result estimate_distinct(const struct estimate *estimate, size_t set);

/* --- limits.c --- */
/* 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5); freedom at least 3. */
double limit_t(double freedom);
/* 97.5 % limits of the mean of a Poisson count, above and below (Wilson and Hilferty's curve for chi-squared). */
double limit_poisson(double count);
double limit_poisson_low(double count);
/* 95 % limits of how many of `objects` have what `seen` of `drawn` have. */
void limit_count(uint64_t objects, uint64_t drawn, uint64_t seen, uint64_t *low, uint64_t *high);

#endif
