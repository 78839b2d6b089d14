/* Quantiles and exact limits of estimates. */
#include "resolve/estimate.h"

#include <math.h>

#define TAIL 0.025
#define NORMAL_QUANTILE 1.959963984540054

double limit_t(double freedom)
{
	const double z = NORMAL_QUANTILE;
	double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z, n = freedom;
	return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
	       (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n) +
	       (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * n * n * n * n);
}

double limit_poisson(double count)
{
	double half = count + 1, root = 1 - 1 / (9 * half) + NORMAL_QUANTILE / (3 * sqrt(half));
	return half * root * root * root;
}

double limit_poisson_low(double count)
{
	double root = count > 0 ? 1 - 1 / (9 * count) - NORMAL_QUANTILE / (3 * sqrt(count)) : 0;
	return root > 0 ? count * root * root * root : 0;
}

static double log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Chance of at most `seen` among `drawn` of `objects`, of which `have` have it. */
static double at_most(uint64_t objects, uint64_t drawn, uint64_t have, uint64_t seen)
{
	double sum = 0, n = (double)objects, m = (double)drawn, a = (double)have;
	double all = log_choose(n, m);
	uint64_t least = drawn + have > objects ? drawn + have - objects : 0;
	for (uint64_t x = least; x <= seen && x <= have && x <= drawn; x++) {
		double k = (double)x;
		sum += exp(log_choose(a, k) + log_choose(n - a, m - k) - all);
	}
	return sum < 1 ? sum : 1;
}

/* Where there are very many, the sum above would take long and the normal curve is as good. */
static void normal_limits(uint64_t objects, uint64_t drawn, uint64_t seen, uint64_t *low, uint64_t *high)
{
	double n = (double)drawn, share = (double)seen / n, all = (double)objects;
	double half = all * NORMAL_QUANTILE * sqrt((1 - n / all) * share * (1 - share) / (n - 1));
	double lower = all * share - half, upper = all * share + half, most = (double)(objects - (drawn - seen));
	*low = lower > (double)seen ? (uint64_t)lower : seen;
	*high = upper < most ? (uint64_t)ceil(upper) : (uint64_t)most;
}

void limit_count(uint64_t objects, uint64_t drawn, uint64_t seen, uint64_t *low, uint64_t *high)
{
	if (seen > 1000 && drawn - seen > 1000) {
		normal_limits(objects, drawn, seen, low, high);
		return;
	}
	if (drawn - seen < seen) { /* the same question of those that do not have it, with a shorter sum */
		uint64_t not_low, not_high;
		limit_count(objects, drawn, drawn - seen, &not_low, &not_high);
		*low = objects - not_high;
		*high = objects - not_low;
		return;
	}
	uint64_t from = seen, to = objects - (drawn - seen);
	while (from < to) { /* the largest `have` that shows so few often enough */
		uint64_t middle = from + (to - from + 1) / 2;
		if (at_most(objects, drawn, middle, seen) > TAIL)
			from = middle;
		else
			to = middle - 1;
	}
	*high = from;
	from = seen;
	to = *high;
	while (from < to) { /* the smallest that shows so many often enough */
		uint64_t middle = from + (to - from) / 2;
		if (seen == 0 || 1 - at_most(objects, drawn, middle, seen - 1) > TAIL)
			to = middle;
		else
			from = middle + 1;
	}
	*low = from;
}
