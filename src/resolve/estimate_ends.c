/* The ends of intervals: variances, what few objects cannot tell, what no object showed. */
#include "resolve/estimate_state.h"

#include "base/bytes.h"

#include <math.h>
#include <stdlib.h>

/* In how many of the drawn objects something must have been seen before an upper limit is told, ... */
#define LEAST_OBJECTS 15
/* ... as many of them by their weight, unless the error is so small a part of what was not seen; */
#define SMALL_ERROR 0.15
/* and how many must be drawn before anything is said of the others. */
#define LEAST_DRAWN 100

/* Part of the values seen that is little to be new. */
#define LITTLE_NEW 0.5

/* Certainty of one end of an interval of 95 %, and of its only end where the other one cannot be wrong. */
#define ONE_SIDE 0.975
#define ONLY_SIDE 0.95

/* --- variances --- */

struct variance {
	double value, squares; /* sum over units, and of their squares */
	double units;
};

/* Slope of z on size within the strata of a type. */
static double slope_of(const struct estimate *estimate, size_t from, size_t to, const double *z)
{
	double products = 0, squares = 0;
	for (size_t h = from; h < to; h++) {
		const struct stratum *stratum = &estimate->strata[h];
		for (uint32_t u = stratum->first_unit; u < stratum->first_unit + stratum->units; u++) {
			double aside = estimate_slope_share(stratum) * estimate->units[u].aside;
			products += aside * z[u];
			squares += aside * estimate->units[u].aside;
		}
	}
	return squares > 0 ? products / squares : 0;
}

/* Of the weighted sum of z, from what the size of the objects does not explain (Saerndal et al. 6.6). A unit that alone
 * decides the slope hides its own error: its leverage makes up for that. */
static void add_stratum_variance(const struct estimate *estimate, const struct stratum *stratum, const double *z,
	double slope, struct variance *out)
{
	double n = (double)stratum->of.drawn, mean = 0, g = (double)stratum->units;
	if (estimate_is_whole(stratum) || n < 1)
		return;
	for (uint32_t u = 0; u < stratum->units; u++)
		mean += z[stratum->first_unit + u] / n;
	double unseen = 1 - n / (double)stratum->of.population;
	for (uint32_t u = 0; u < stratum->units; u++) {
		const struct unit *unit = &estimate->units[stratum->first_unit + u];
		double rest = z[stratum->first_unit + u] - (g > 1 ? unit->objects * mean : 0) - slope * unit->aside;
		rest *= unit->weight / (unit->leverage < 0.9 ? 1 - unit->leverage : 0.1);
		double part = unseen * rest * rest * (g > 1 ? g / (g - 1) : 1);
		out->value += part;
		out->squares += part * part;
	}
	out->units += g;
}

/* z for each byte, where no slope is told: what it would miss if it followed the size. */
static double share_of_size(const struct estimate *estimate, size_t from, size_t to, const double *z)
{
	double sum = 0, size = 0;
	for (size_t h = from; h < to; h++) {
		const struct stratum *stratum = &estimate->strata[h];
		for (uint32_t u = stratum->first_unit; u < stratum->first_unit + stratum->units; u++) {
			sum += z[u] * estimate->units[u].weight;
			size += estimate->units[u].size * estimate->units[u].weight;
		}
	}
	return size > 0 ? sum / size : 0;
}

static struct variance variance_of(const struct estimate *estimate, const double *z)
{
	struct variance variance = {0};
	for (size_t from = 0; from < estimate->stratum_count;) {
		size_t to = estimate_end_of_type(estimate, from);
		double slope = slope_of(estimate, from, to, z);
		double missed = (slope != 0 ? slope : share_of_size(estimate, from, to, z)) *
				estimate->strata[from].size_missed;
		variance.value += missed * missed;
		for (; from < to; from++)
			add_stratum_variance(estimate, &estimate->strata[from], z, slope, &variance);
	}
	return variance;
}

/* For a normal population as many as there are units; few large ones leave few. */
static double freedom(const struct variance *variance)
{
	double rest = variance->squares - variance->value * variance->value / variance->units;
	double most = variance->units - 1;
	if (rest <= 0)
		return most;
	double freedom = 2 * variance->value * variance->value / rest;
	return freedom < most ? freedom : most;
}

/* Of all strata that were drawn from. */
struct overall {
	double drawn, ratio; /* ratio: objects not drawn for each that was */
};

static struct overall overall(const struct estimate *estimate)
{
	double population = 0, drawn = 0;
	for (size_t h = 0; h < estimate->stratum_count; h++) {
		if (estimate_is_whole(&estimate->strata[h]))
			continue;
		population += (double)estimate->strata[h].of.population;
		drawn += (double)estimate->strata[h].of.drawn;
	}
	return (struct overall){drawn, drawn > 0 ? (population - drawn) / drawn : 0};
}

/* In how many objects something was seen, and how many of equal parts would tell as much (Kish, Survey Sampling, 1965,
 * 8.2). */
struct support {
	double objects, equal;
};

static struct support support_of(const struct estimate *estimate, const double *parts)
{
	struct support out = {0};
	double sum = 0, squares = 0;
	for (size_t u = 0; u < estimate->unit_count; u++) {
		out.objects += parts[u] > 0 ? estimate->units[u].objects : 0;
		sum += parts[u];
		squares += parts[u] * parts[u];
	}
	out.equal = squares > 0 ? sum * sum / squares : 0;
	return out;
}

/* A sample in which all are alike does not show that all are: one more object of the usual kind is always in doubt. */
static void doubt_one(struct variance *variance, double unseen, const struct support *support)
{
	if (support->objects > 0)
		variance->value += unseen / support->objects * (unseen / support->objects);
}

/* What is seen in few objects, or mostly in a few large ones, tells nothing of the others: then the limits are what was
 * seen, and unknown. */
static bool is_bounded(
	const struct overall *all, double unseen, const struct variance *variance, const struct support *support)
{
	if (all->ratio <= 0)
		return true;
	if (all->drawn < LEAST_DRAWN || support->objects < LEAST_OBJECTS)
		return false;
	return support->equal >= LEAST_OBJECTS || sqrt(variance->value) <= SMALL_ERROR * unseen;
}

static double quantile_of(const struct variance *variance)
{
	double degrees = freedom(variance);
	return limit_t(degrees < 3 ? 3 : degrees);
}

/* By how much the unseen part may be larger or smaller, as a factor. */
static double spread(double unseen, const struct variance *variance)
{
	if (unseen <= 0 || variance->value <= 0)
		return 1;
	return exp(quantile_of(variance) * sqrt(log1p(variance->value / (unseen * unseen))));
}

/*
 * Strata in which nothing was seen have no variance, and yet may hold something. That many objects may: seeing none of
 * more has a chance under 1 - `certainty`, wherever among those strata they are.
 */
static double hidden_objects(const struct estimate *estimate, const double *parts, double certainty)
{
	double ratio = 0, objects = 0;
	for (size_t h = 0; h < estimate->stratum_count; h++) {
		const struct stratum *stratum = &estimate->strata[h];
		double population = (double)stratum->of.population, drawn = (double)stratum->of.drawn, sum = 0;
		for (uint32_t u = 0; u < stratum->units; u++)
			sum += parts[stratum->first_unit + u];
		if (sum > 0 || estimate_is_whole(stratum) || drawn <= 0)
			continue;
		objects += population - drawn;
		ratio = fmax(ratio, (population - drawn) / drawn);
	}
	return ratio > 0 ? fmin(objects, -log1p(-certainty) / log1p(1 / ratio)) : 0;
}

struct estimate_result estimate_sum(const struct estimate *estimate, size_t sum)
{
	st_auto_free double *z = st_alloc((estimate->unit_count + 1) * sizeof *z);
	st_auto_free double *parts = st_alloc((estimate->unit_count + 1) * sizeof *parts);
	double seen = 0, unseen = 0, holding = 0;
	for (size_t u = 0; u < estimate->unit_count; u++) {
		const struct unit *unit = &estimate->units[u];
		z[u] = estimate->values[u * estimate->sums + sum];
		parts[u] = (unit->weight - 1) * z[u];
		seen += z[u];
		unseen += parts[u];
		holding += z[u] > 0 ? unit->weight * unit->objects : 0;
	}
	struct variance variance = variance_of(estimate, z);
	struct support support = support_of(estimate, parts);
	doubt_one(&variance, unseen, &support);
	struct overall all = overall(estimate);
	if (!is_bounded(&all, unseen, &variance, &support))
		return (struct estimate_result){seen + unseen, seen, 0, false};
	double factor = spread(unseen, &variance);
	double hidden = holding > 0 ? hidden_objects(estimate, z, ONE_SIDE) * (seen + unseen) / holding : 0;
	double above = hypot(unseen * (factor - 1), hidden);
	return (struct estimate_result){seen + unseen, seen + unseen / factor, seen + unseen + above, true};
}

struct estimate_result estimate_count(const struct estimate *estimate, size_t sum)
{
	uint64_t known = 0, objects = 0, drawn = 0, seen = 0, low, high;
	double value = 0;
	for (size_t h = 0; h < estimate->stratum_count; h++) {
		const struct stratum *stratum = &estimate->strata[h];
		double here = 0;
		for (uint32_t u = 0; u < stratum->units; u++)
			here += estimate->values[(stratum->first_unit + u) * estimate->sums + sum];
		if (estimate_is_whole(stratum)) {
			known += (uint64_t)here;
			value += here;
			continue;
		}
		value += here * (double)stratum->of.population / (double)stratum->of.drawn;
		objects += stratum->of.population;
		drawn += stratum->of.drawn;
		seen += (uint64_t)here;
	}
	limit_count(objects, drawn, seen, &low, &high);
	return (struct estimate_result){value, (double)(known + low), (double)(known + high), true};
}

/* --- what was not seen of the values of a set --- */

/* What would be different if other objects had been drawn together. */
struct shift {
	double seen, once, twice;
};

/* Harris's bound: the most that can be unseen if f1 to f3 are what they are, and how it follows each of them. */
struct most_unseen {
	double value, by_twice, by_thrice;
};

static struct most_unseen most_unseen(double once, double twice, double thrice)
{
	double below = 2 * twice + 3 * thrice;
	if (twice <= 0)
		return (struct most_unseen){once, 0, 0};
	return (struct most_unseen){once - 2 * twice * twice / below,
		-4 * twice * (twice + 3 * thrice) / (below * below), 6 * twice * twice / (below * below)};
}

/* The error of seen + most_unseen. */
static struct variance error_of(const struct estimate *estimate, size_t set, const struct most_unseen *most)
{
	st_auto_free double *z = st_alloc((estimate->unit_count + 1) * sizeof *z);
	for (size_t u = 0; u < estimate->unit_count; u++) {
		const double *f = estimate->influences[u * estimate->sets + set].f;
		z[u] = (f[0] + f[1] + most->by_twice * f[2] + most->by_thrice * f[3]) / estimate->units[u].weight;
	}
	return variance_of(estimate, z);
}

/* How many pairs or triples of objects of equal shares would tell as much as those that share values (Kish). */
static double groups_of(const struct estimate *estimate, size_t set, int size)
{
	double sum = 0, squares = 0;
	for (size_t u = 0; u < estimate->unit_count; u++) {
		const struct influence *influence = &estimate->influences[u * estimate->sets + set];
		double part = size == 2 ? influence->paired : influence->tripled;
		sum += part;
		squares += part * part;
	}
	return squares > 0 ? sum * sum / squares / size : 0;
}

/*
 * Which objects are drawn together is chance. The jackknife shows it, twice over (Efron and Stein, Annals of Statistics
 * 9, 1981), but for the cases in which chance made all objects alike: all of them in pairs, or none. So many pairs as
 * were seen is a Poisson count: what the sample would show if as many had been drawn as one of its limits says, as a
 * part of what was. Of values that stand in n objects, f1 is 2 / (n - 1) of f2, and n is 2 + 3 f3 / f2.
 */
static struct shift shift_of(const struct set *of, double part)
{
	double others = of->f[2] > 0 ? 1 + 3 * of->f[3] / of->f[2] : 1;
	return (struct shift){part * of->twice / others, part * of->twice_once / others, part * of->f[2]};
}

static struct shift more_pairs(const struct set *of, double pairs)
{
	return shift_of(of, pairs > 0 ? limit_poisson(pairs) / pairs - 1 : 0);
}

static struct shift fewer_pairs(const struct set *of, double pairs)
{
	return shift_of(of, pairs > 0 ? 1 - limit_poisson_low(pairs) / pairs : 0);
}

/* Of another sort than those seen: pairs of objects that share all they have, of which none happened to be drawn. Each
 * has what the object of a value seen once has on average. */
static struct shift copies(const struct estimate *estimate, size_t set)
{
	struct shift out = {0};
	double alone = 0;
	for (size_t u = 0; u < estimate->unit_count; u++) {
		const struct unit *unit = &estimate->units[u];
		double values = -estimate->influences[u * estimate->sets + set].f[0], ratio = unit->weight - 1;
		if (ratio <= 0 || values <= 0)
			continue;
		alone += values;
		out.seen += values * values / unit->objects;
		out.once += values * values / unit->objects * 2 * ratio;
		out.twice += values * values / unit->objects * ratio * ratio;
	}
	double scale = alone > 0 ? limit_poisson(0) / alone : 0;
	return (struct shift){out.seen * scale, out.once * scale, out.twice * scale};
}

/* A set, and what is known of how well its sample speaks. */
struct view {
	const struct estimate *estimate;
	const struct set *of;
	size_t set;
	struct overall all;
	struct support support; /* of the values seen in one object */
	double pairs, triples;
	double hidden,
		hidden_only; /* values of objects of strata that showed none: at one side of two, at the only side */
};

/* What objects of strata where no value was seen once may hold, each as much as those elsewhere. */
static double hidden_values(const struct estimate *estimate, const double *alone, double certainty)
{
	double values = 0, objects = 0;
	for (size_t u = 0; u < estimate->unit_count; u++) {
		values += alone[u];
		objects += alone[u] > 0 ? estimate->units[u].objects : 0;
	}
	return hidden_objects(estimate, alone, certainty) * (objects > 0 ? values / objects : 1);
}

static struct view view_of(const struct estimate *estimate, size_t set)
{
	st_auto_free double *alone = st_alloc((estimate->unit_count + 1) * sizeof *alone);
	st_auto_free double *parts = st_alloc((estimate->unit_count + 1) * sizeof *parts);
	for (size_t u = 0; u < estimate->unit_count; u++) {
		double ratio = estimate->units[u].weight - 1;
		alone[u] = ratio > 0 ? -estimate->influences[u * estimate->sets + set].f[0] : 0;
		parts[u] = alone[u] * ratio;
	}
	return (struct view){.estimate = estimate,
		.of = &estimate->set[set],
		.set = set,
		.all = overall(estimate),
		.support = support_of(estimate, parts),
		.pairs = groups_of(estimate, set, 2),
		.triples = groups_of(estimate, set, 3),
		.hidden = hidden_values(estimate, alone, ONE_SIDE),
		.hidden_only = hidden_values(estimate, alone, ONLY_SIDE)};
}

/* The bound of Chao and Lin. */
static double least_unseen(double once, double twice)
{
	return once > 0 ? once * once / (2 * twice + once) : 0;
}

static double lower_end(const struct view *view, double factor)
{
	double once = view->of->f[1], twice = view->of->f[2], least = least_unseen(once, twice), below = 0;
	struct shift shifts[] = {
		{0, once * (1 - 1 / factor), 0}, more_pairs(view->of, view->pairs), copies(view->estimate, view->set)};
	for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++)
		below = hypot(
			below, least + shifts[i].seen - least_unseen(once - shifts[i].once, twice + shifts[i].twice));
	return view->of->f[0] + fmax(least - below, 0);
}

/* The most that can be unseen, and what chance may add. */
struct upper {
	double value, above;
};

/* From the values seen in one object alone. */
static struct upper upper_by_one(const struct view *view, double factor)
{
	double once = view->of->f[1];
	struct shift fewer = fewer_pairs(view->of, view->pairs);
	return (struct upper){once, hypot(fmax(once * (factor - 1), fewer.seen + fewer.once), view->hidden)};
}

/* From those seen in two and three as well: less, where most values stand in several objects; and surer or less sure.
 */
static struct upper upper_by_three(const struct view *view)
{
	const double *f = view->of->f;
	double ratio = sqrt(f[2] / view->of->twice), triple = view->of->twice / view->pairs * ratio * ratio * ratio;
	if (view->triples > 0)
		triple = f[3] / view->triples;
	struct most_unseen most = most_unseen(f[1], f[2], f[3]);
	struct most_unseen more =
		most_unseen(f[1], f[2], f[3] + (limit_poisson(view->triples) - view->triples) * triple);
	struct variance error = error_of(view->estimate, view->set, &most);
	struct shift fewer = fewer_pairs(view->of, view->pairs);
	doubt_one(&error, f[1], &view->support);
	double by_objects =
		quantile_of(&error) * sqrt(error.value); /* a difference, which may be none: no factor of it */
	double by_pairs = fewer.seen + fewer.once - most.by_twice * fewer.twice;
	double by_triples = more.value - most.value;
	return (struct upper){most.value, hypot(fmax(by_objects, hypot(by_pairs, by_triples)), view->hidden)};
}

static struct upper upper_end(const struct view *view, double factor, double least)
{
	struct upper by_one = upper_by_one(view, factor), by_three;
	if (view->pairs < LEAST_OBJECTS)
		return by_one;
	by_three = upper_by_three(view);
	by_three.value = fmax(by_three.value, least);
	return by_three.value + by_three.above < by_one.value + by_one.above ? by_three : by_one;
}

/* No value was seen in one object only. */
static struct estimate_result nothing_seen_once(const struct view *view)
{
	struct shift fewer = fewer_pairs(view->of, view->pairs);
	double seen = view->of->f[0], above = hypot(fewer.seen + fewer.once, view->hidden_only);
	return (struct estimate_result){
		seen, seen, seen + above, view->all.ratio <= 0 || view->all.drawn >= LEAST_DRAWN};
}

/* What is seen in one object only is little beside what is seen in several, or nothing is known. */
static struct estimate_result little_seen_once(const struct view *view, double value)
{
	double seen = view->of->f[0];
	struct upper upper = upper_by_one(view, limit_poisson(view->support.equal) / view->support.equal);
	double most = upper.value + upper.above;
	bool known = view->all.drawn >= LEAST_DRAWN && most <= LITTLE_NEW * seen;
	return (struct estimate_result){seen + value, seen, seen + most, known};
}

struct estimate_result estimate_distinct(const struct estimate *estimate, size_t set)
{
	struct view view = view_of(estimate, set);
	double seen = view.of->f[0], once = view.of->f[1], least = least_unseen(once, view.of->f[2]);
	if (once <= 0)
		return nothing_seen_once(&view);
	struct variance error = error_of(estimate, set, &(struct most_unseen){once, 0, 0});
	doubt_one(&error, once, &view.support);
	if (!is_bounded(&view.all, once, &error, &view.support))
		return little_seen_once(&view, sqrt(once * least));
	double factor = spread(once, &error);
	struct upper upper = upper_end(&view, factor, least);
	double low = lower_end(&view, factor), high = seen + upper.value + upper.above;
	return (struct estimate_result){seen + sqrt(upper.value * least), low, high, true};
}
