/*
 * HyperLogLog: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation
 * algorithm", 2007; the estimate is Algorithm 6 of Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv 1702.01284, which needs neither tables nor a switch between small and large.
 */
#include "resolve/resolve.h"

#include <math.h>

#define INDEX_BITS 14
#define REGISTERS (1 << INDEX_BITS)
#define RANKS (64 - INDEX_BITS + 1) /* highest value of a register */

void resolve_sketch_add(struct resolve_sketch *sketch, const uint8_t digest[ST_DIGEST_BYTES])
{
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value = value << 8 | digest[i];
	uint64_t rest = value << INDEX_BITS | (uint64_t)1 << (INDEX_BITS - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *slot = &sketch->registers[value >> (64 - INDEX_BITS)];
	if (rank > *slot)
		*slot = rank;
}

static double sigma(double x)
{
	double y = 1, z = x, before;
	if (x >= 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z > before);
	return z;
}

static double tau(double x)
{
	double y = 1, z = 1 - x, before;
	if (x <= 0 || x >= 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z < before);
	return z / 3;
}

uint64_t resolve_sketch_estimate(const struct resolve_sketch *sketch)
{
	uint32_t counts[RANKS + 1] = {0};
	for (size_t i = 0; i < REGISTERS; i++)
		counts[sketch->registers[i] <= RANKS ? sketch->registers[i] : RANKS]++;
	double m = REGISTERS, z = m * tau(1 - counts[RANKS] / m);
	for (int rank = RANKS - 1; rank >= 1; rank--)
		z = 0.5 * (z + counts[rank]);
	z += m * sigma(counts[0] / m);
	if (isinf(z))
		return 0;
	double estimate = m * m / (2 * log(2) * z);
	return estimate < 1e19 ? (uint64_t)(estimate + 0.5) : UINT64_MAX;
}
