/* Estimates of invented populations of objects, of which everything is known. */
#include "check.h"
#include "base/bytes.h"
#include "base/ceilings.h"
#include "resolve/estimate.h"

#include <math.h>

#define SEEDS 400

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* A simple random sample of `drawn` of `objects` (Knuth, TAOCP 3.4.2, algorithm S). */
static void draw(bool *taken, size_t objects, size_t drawn, uint64_t *seed)
{
	for (size_t i = 0; i < objects; i++) {
		taken[i] = next(seed) % (objects - i) < drawn;
		drawn -= taken[i];
	}
}

static void t_quantiles_are_those_of_the_tables(void)
{
	static const struct {
		double freedom, quantile;
	} table[] = {{3, 3.1824}, {5, 2.5706}, {10, 2.2281}, {30, 2.0423}, {100, 1.9840}, {1e6, 1.9600}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (fabs(limit_t(table[i].freedom) / table[i].quantile - 1) > 0.005)
			CHECK_FAIL("t(%g) is %g", table[i].freedom, limit_t(table[i].freedom));
}

static void poisson_limits_are_those_of_the_tables(void)
{
	static const struct {
		double count, limit;
	} table[] = {{0, 3.689}, {1, 5.572}, {5, 11.668}, {20, 30.888}, {100, 121.627}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (fabs(limit_poisson(table[i].count) / table[i].limit - 1) > 0.01)
			CHECK_FAIL("of %g: %g", table[i].count, limit_poisson(table[i].count));
}

static void lower_poisson_limits_are_near_those_of_the_tables(void)
{
	static const struct {
		double count, limit;
	} table[] = {{0, 0}, {1, 0.025}, {5, 1.623}, {20, 12.217}, {100, 81.364}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (fabs(limit_poisson_low(table[i].count) - table[i].limit) > 0.02)
			CHECK_FAIL("of %g: %g", table[i].count, limit_poisson_low(table[i].count));
}

static double choose(double n, double k)
{
	return k < 0 || k > n ? 0 : exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1));
}

/* Whatever the truth: the chance that the limits hold it is 95 % or more, counted over every sample there can be. */
static void limits_of_counts_hold_whatever_the_truth(void)
{
	static const size_t sizes[][2] = {{40, 10}, {100, 60}, {90, 1}, {30, 30}, {500, 25}};
	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
		size_t objects = sizes[s][0], drawn = sizes[s][1];
		for (size_t have = 0; have <= objects; have++) {
			double holds = 0;
			for (size_t seen = 0; seen <= drawn && seen <= have; seen++) {
				uint64_t low, high;
				if (drawn - seen > objects - have)
					continue;
				limit_count(objects, drawn, seen, &low, &high);
				if (low <= have && have <= high)
					holds += choose((double)have, (double)seen) *
						 choose((double)(objects - have), (double)(drawn - seen)) /
						 choose((double)objects, (double)drawn);
			}
			if (holds < 0.9499)
				CHECK_FAIL("%zu of %zu, %zu drawn: %g", have, objects, drawn, holds);
		}
	}
}

static void limits_of_many_are_near_those_of_few(void)
{
	uint64_t low, high;
	limit_count(1000000, 10000, 2000, &low, &high);
	CHECK(low > 191000 && low < 193500 && high > 206500 && high < 209000);
	limit_count(1000000, 10000, 10000, &low, &high);
	CHECK(low > 999000 && high == 1000000);
	limit_count(0, 0, 0, &low, &high);
	CHECK(low == 0 && high == 0);
}

/* What a population is: of each object its size, a sum, and the numbers of its values. */
struct population {
	size_t objects, values_each;
	double size[2000], sum[2000];
	uint32_t value[2000][4];
	double total;
	size_t distinct;
	uint32_t owners[8000][8];
	size_t owner_count[8000];
};

static struct estimate *estimate_of(const struct population *of, size_t drawn, uint64_t *seed)
{
	bool taken[2000];
	uint32_t number[2000];
	struct estimate_stratum stratum = {of->objects, drawn, 0, 0};
	for (size_t i = 0; i < of->objects; i++)
		stratum.size += of->size[i];
	struct estimate *estimate = estimate_open(&stratum, 1, 1, 1);
	draw(taken, of->objects, drawn, seed);
	for (size_t i = 0; i < of->objects; i++)
		number[i] = taken[i] ? estimate_object(estimate, 0, of->size[i]) : ESTIMATE_NONE;
	estimate_weigh(estimate);
	for (size_t i = 0; i < of->objects; i++)
		if (taken[i])
			estimate_add(estimate, 0, number[i], of->sum[i]);
	for (size_t v = 0; v < 8000; v++) {
		uint32_t seen[ESTIMATE_SEEN];
		size_t count = 0;
		for (size_t i = 0; i < of->owner_count[v] && count < ESTIMATE_SEEN; i++)
			if (taken[of->owners[v][i]])
				seen[count++] = number[of->owners[v][i]];
		estimate_key(estimate, 0, seen, count);
	}
	estimate_finish(estimate);
	return estimate;
}

static void give(struct population *to, size_t object, size_t value)
{
	for (size_t i = 0; i < to->owner_count[value]; i++)
		if (to->owners[value][i] == object)
			return;
	if (to->owner_count[value] == 8)
		return;
	to->distinct += to->owner_count[value] == 0;
	to->owners[value][to->owner_count[value]++] = (uint32_t)object;
}

struct tally {
	size_t shown, holds;
	double mean;
};

static void note(struct tally *tally, const struct estimate_result *result, double truth)
{
	tally->mean += result->value / truth / SEEDS;
	tally->shown += result->bounded;
	tally->holds += result->low <= truth + 1e-6 && (!result->bounded || truth <= result->high + 1e-6);
}

static void run(const struct population *of, size_t drawn, struct tally *sum, struct tally *distinct)
{
	uint64_t seed = 11;
	*sum = *distinct = (struct tally){0};
	for (int i = 0; i < SEEDS; i++) {
		struct estimate *estimate = estimate_of(of, drawn, &seed);
		struct estimate_result total = estimate_sum(estimate, 0), values = estimate_distinct(estimate, 0);
		note(sum, &total, of->total);
		note(distinct, &values, (double)of->distinct);
		estimate_close(estimate);
	}
}

static void set(struct population *of, size_t object, double size, double sum)
{
	of->size[object] = size;
	of->sum[object] = sum;
	of->total += sum;
}

/* Sums from 0 to 19, whatever the size; each value in one object. */
static void sums_without_a_rule_and_values_in_one_object_each(void)
{
	struct population *of = st_alloc_zero(1, sizeof *of);
	struct tally sum, distinct;
	uint64_t seed = 5;
	of->objects = 1500;
	for (size_t i = 0; i < of->objects; i++) {
		set(of, i, (double)(100 + next(&seed) % 900), (double)(next(&seed) % 20));
		for (size_t v = 0; v < i % 5; v++)
			give(of, i, i * 5 + v);
	}
	run(of, 120, &sum, &distinct);
	CHECK(fabs(sum.mean - 1) < 0.01);
	CHECK_INT(sum.shown, SEEDS);
	CHECK(sum.holds >= SEEDS * 93 / 100);
	CHECK_INT(distinct.shown, SEEDS);
	CHECK(distinct.holds >= SEEDS * 95 / 100);
	CHECK(fabs(distinct.mean - 1) < 0.1);
	free(of);
}

/* The sum is in proportion to the size, and a tenth of the objects is twenty times as large: what size explains is no
 * error. Each value stands in one to eight objects. */
static void sums_that_follow_the_size_and_values_in_several_objects(void)
{
	struct population *of = st_alloc_zero(1, sizeof *of);
	struct tally sum, distinct;
	uint64_t seed = 6;
	of->objects = 2000;
	for (size_t i = 0; i < of->objects; i++) {
		double size = (double)(100 + next(&seed) % 100) * (i % 10 == 0 ? 20 : 1);
		set(of, i, size, floor(size / 10));
		for (size_t v = 0; v < 4; v++)
			give(of, i, next(&seed) % (v % 2 ? 900 : 7000));
	}
	run(of, 200, &sum, &distinct);
	CHECK(fabs(sum.mean - 1) < 0.005);
	CHECK(sum.shown > SEEDS * 9 / 10);
	CHECK(sum.holds >= SEEDS * 93 / 100);
	CHECK(distinct.holds >= SEEDS * 95 / 100);
	free(of);
}

/* One object in 500 has a thousand times what the others have. No sample tells how much that is: then it says so. */
static void a_few_objects_that_outweigh_all_others_are_not_bounded_when_seen(void)
{
	struct population *of = st_alloc_zero(1, sizeof *of);
	struct tally sum, distinct;
	of->objects = 2000;
	for (size_t i = 0; i < of->objects; i++)
		set(of, i, 1000, i % 500 == 7 ? 5000 : i % 10 == 0 ? 5 : 0);
	uint64_t seed = 4;
	size_t wrong = 0;
	for (int i = 0; i < SEEDS; i++) {
		struct estimate *estimate = estimate_of(of, 400, &seed);
		struct estimate_result total = estimate_sum(estimate, 0);
		wrong += total.bounded && total.value > 5000;
		CHECK(total.low <= of->total);
		estimate_close(estimate);
	}
	CHECK_INT(wrong, 0);
	run(of, 30, &sum, &distinct);
	CHECK_INT(sum.shown, 0); /* too few drawn to say anything */
	free(of);
}

/* Objects of several strata, each a type of its own: of each object its sum, and its values shared with its neighbours.
 */
struct layer {
	size_t objects, drawn;
	double sum;            /* of those that have one, */
	size_t every;          /* which are one of so many */
	size_t values, shared; /* values of an object; so many objects in a row have the same ones */
};

static size_t first_value(const struct layer *layer, size_t object)
{
	return object / layer->shared * layer->values;
}

struct seen {
	uint32_t objects[ESTIMATE_SEEN];
	size_t count;
};

static void add_object(
	struct estimate *estimate, const struct layer *layer, size_t object, uint32_t number, struct seen *seen)
{
	if (layer->every > 0 && object % layer->every == 0)
		estimate_add(estimate, 0, number, layer->sum);
	for (size_t v = 0; v < layer->values; v++) {
		struct seen *value = &seen[first_value(layer, object) + v];
		if (value->count < ESTIMATE_SEEN)
			value->objects[value->count++] = number;
	}
}

static struct estimate *estimate_layers(const struct layer *layers, size_t count, uint64_t *seed)
{
	static bool taken[8][2000];
	static uint32_t numbers[8][2000];
	struct estimate_stratum strata[8] = {0};
	struct seen *seen = st_alloc_zero(8000, sizeof *seen);
	size_t values = 0;
	for (size_t i = 0; i < count; i++)
		strata[i] = (struct estimate_stratum){layers[i].objects, layers[i].drawn, (double)layers[i].objects, i};
	struct estimate *estimate = estimate_open(strata, count, 1, 1);
	for (size_t i = 0; i < count; i++) {
		draw(taken[i], layers[i].objects, layers[i].drawn, seed);
		for (size_t o = 0; o < layers[i].objects; o++)
			numbers[i][o] = taken[i][o] ? estimate_object(estimate, i, 1) : ESTIMATE_NONE;
	}
	estimate_weigh(estimate);
	for (size_t i = 0; i < count; i++) {
		for (size_t o = 0; o < layers[i].objects; o++)
			if (taken[i][o])
				add_object(estimate, &layers[i], o, numbers[i][o], seen + values);
		values += first_value(&layers[i], layers[i].objects + layers[i].shared - 1);
	}
	for (size_t v = 0; v < values; v++)
		estimate_key(estimate, 0, seen[v].objects, seen[v].count);
	estimate_finish(estimate);
	free(seen);
	return estimate;
}

/* Six pairs of lists among letters. By chance six lists of six pairs are drawn, or three whole pairs: all objects are
 * alike then, and no variance says that it was chance. */
static void lists_that_are_copies_of_one_another(void)
{
	static const struct layer layers[] = {{288, 144, 0, 0, 1, 1}, {12, 6, 0, 0, 30, 2}};
	struct tally distinct = {0};
	uint64_t seed = 8, told_wrong = 0;
	for (int i = 0; i < SEEDS; i++) {
		struct estimate *estimate = estimate_layers(layers, 2, &seed);
		struct estimate_result result = estimate_distinct(estimate, 0);
		note(&distinct, &result, 288 + 180);
		told_wrong += result.bounded && result.high < 288 + 180;
		estimate_close(estimate);
	}
	CHECK(distinct.holds >= SEEDS * 95 / 100);
	CHECK(told_wrong <= SEEDS * 3 / 100);
}

/* In some types every object has one, in others one in eight, and a sample of five shows none of them in every second.
 */
static void types_of_which_the_sample_shows_nothing(void)
{
	static const struct layer layers[] = {{60, 9, 1, 1, 0, 1}, {40, 6, 1, 1, 0, 1}, {60, 9, 1, 9, 0, 1},
		{50, 8, 1, 10, 0, 1}, {60, 9, 1, 12, 0, 1}, {200, 30, 0, 0, 0, 1}, {200, 30, 0, 0, 0, 1}};
	struct tally sum = {0};
	uint64_t seed = 9;
	for (int i = 0; i < SEEDS; i++) {
		struct estimate *estimate = estimate_layers(layers, sizeof layers / sizeof layers[0], &seed);
		struct estimate_result result = estimate_sum(estimate, 0);
		note(&sum, &result, 100 + 7 + 5 + 5);
		estimate_close(estimate);
	}
	CHECK_INT(sum.shown, SEEDS);
	CHECK(sum.holds >= SEEDS * 95 / 100);
}

/* Each value in four objects, two fifths drawn: those seen in two and in three say that few are missing. */
static void values_of_several_objects_each_are_mostly_seen(void)
{
	static const struct layer layers[] = {{1992, 800, 0, 0, 1, 4}};
	struct tally distinct = {0};
	uint64_t seed = 10;
	double most = 0;
	for (int i = 0; i < SEEDS; i++) {
		struct estimate *estimate = estimate_layers(layers, 1, &seed);
		struct estimate_result result = estimate_distinct(estimate, 0);
		note(&distinct, &result, 498);
		most += result.high / 498 / SEEDS;
		estimate_close(estimate);
	}
	CHECK(distinct.holds >= SEEDS * 95 / 100);
	if (most > 1.35) /* 1.54 if each of those seen once were one of many */
		CHECK_FAIL("the upper end is %g times the truth", most);
}

static void everything_drawn_is_exact(void)
{
	struct population *of = st_alloc_zero(1, sizeof *of);
	uint64_t seed = 1;
	of->objects = 50;
	for (size_t i = 0; i < of->objects; i++) {
		set(of, i, 10, (double)i);
		give(of, i, i / 2);
	}
	struct estimate *estimate = estimate_of(of, 50, &seed);
	struct estimate_result sum = estimate_sum(estimate, 0), distinct = estimate_distinct(estimate, 0);
	CHECK(sum.bounded && distinct.bounded);
	CHECK_INT(sum.low, 1225);
	CHECK_INT(sum.high, 1225);
	CHECK_INT(distinct.low, 25);
	CHECK_INT(distinct.high, 25);
	estimate_close(estimate);
	free(of);
}

/* More drawn objects than rows are held for, and more keys than are held. */
static void very_many_objects_and_keys_take_no_more_memory(void)
{
	size_t drawn = CEIL_SAMPLE_UNITS * 3, keys = CEIL_SAMPLE_KEYS * 3;
	struct estimate_stratum stratum = {drawn * 10, drawn, (double)drawn * 1000, 0};
	struct estimate *estimate = estimate_open(&stratum, 1, 1, 1);
	uint64_t seed = 3, digest = 1;
	for (size_t i = 0; i < drawn; i++)
		CHECK_INT(estimate_object(estimate, 0, (double)(50 + next(&seed) % 100)), i);
	CHECK_INT(estimate_object(estimate, 0, 1), ESTIMATE_NONE);
	estimate_weigh(estimate);
	for (uint32_t i = 0; i < drawn; i++)
		estimate_add(estimate, 0, i, 2);
	for (size_t i = 0; i < keys; i++) {
		uint32_t object = (uint32_t)(i % drawn);
		digest = digest * 6364136223846793005u + 1442695040888963407u;
		estimate_piece(estimate, 0, digest ^ digest >> 29, &object, 1);
		estimate_piece(estimate, 0, digest ^ digest >> 29, &object, 1);
	}
	estimate_finish(estimate);
	struct estimate_result sum = estimate_sum(estimate, 0), distinct = estimate_distinct(estimate, 0);
	double want = (double)drawn * 20, most = (double)keys * 10;
	if (fabs(sum.value / want - 1) > 1e-9 || sum.low > want || sum.high < want)
		CHECK_FAIL("sum %g, %g to %g", sum.value, sum.low, sum.high);
	if (distinct.low > most || distinct.high < most * 0.99 || distinct.high > most * 1.1)
		CHECK_FAIL("distinct %g, %g to %g", distinct.value, distinct.low, distinct.high);
	estimate_close(estimate);
}

int main(void)
{
	RUN(t_quantiles_are_those_of_the_tables);
	RUN(poisson_limits_are_those_of_the_tables);
	RUN(lower_poisson_limits_are_near_those_of_the_tables);
	RUN(limits_of_counts_hold_whatever_the_truth);
	RUN(limits_of_many_are_near_those_of_few);
	RUN(sums_without_a_rule_and_values_in_one_object_each);
	RUN(sums_that_follow_the_size_and_values_in_several_objects);
	RUN(a_few_objects_that_outweigh_all_others_are_not_bounded_when_seen);
	RUN(lists_that_are_copies_of_one_another);
	RUN(types_of_which_the_sample_shows_nothing);
	RUN(values_of_several_objects_each_are_mostly_seen);
	RUN(everything_drawn_is_exact);
	RUN(very_many_objects_and_keys_take_no_more_memory);
	CHECK_END();
}
