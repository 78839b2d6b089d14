/* Sums over the drawn objects, and what is seen in one, two or three of them, with the variances of both. */
#include "resolve/estimate.h"

#include "base/bytes.h"
#include "base/ceilings.h"

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
/* Drawn objects of a type, below which its figures are not said to follow the size. */
#define LEAST_SLOPE 12

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

/* How a set's figures change when a unit is left out. */
struct influence {
	double seen, once;
	double paired; /* its part in `twice`, which is everybody's part counted twice */
};

struct set {
	double seen, once, twice; /* values seen; f1 and f2 of estimate.h */
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

struct estimate *estimate_open(const struct estimate_stratum *strata, size_t stratum_count, size_t sums, size_t sets)
{
	struct estimate *estimate = st_alloc_zero(1, sizeof *estimate);
	uint64_t drawn = 0;
	for (size_t i = 0; i < stratum_count; i++)
		drawn += strata[i].drawn;
	estimate->strata = st_alloc_zero(stratum_count + 1, sizeof *estimate->strata);
	estimate->stratum_count = stratum_count;
	estimate->sums = sums;
	estimate->sets = sets;
	for (size_t i = 0; i < stratum_count; i++) {
		struct stratum *stratum = &estimate->strata[i];
		double share = drawn > CEIL_SAMPLE_UNITS ? (double)CEIL_SAMPLE_UNITS / (double)drawn : 1;
		uint64_t units = (uint64_t)(share * (double)strata[i].drawn);
		stratum->of = strata[i];
		stratum->first_unit = (uint32_t)estimate->unit_count;
		stratum->units = (uint32_t)(units >= 2 ? units : strata[i].drawn < 2 ? strata[i].drawn : 2);
		estimate->unit_count += stratum->units;
	}
	estimate->units = st_alloc_zero(estimate->unit_count + 1, sizeof *estimate->units);
	estimate->values = st_alloc_zero(estimate->unit_count * sums + 1, sizeof *estimate->values);
	estimate->influences = st_alloc_zero(estimate->unit_count * sets + 1, sizeof *estimate->influences);
	estimate->set = st_alloc_zero(sets + 1, sizeof *estimate->set);
	estimate->pieces = st_alloc_zero(2 * (size_t)CEIL_SAMPLE_KEYS, sizeof *estimate->pieces);
	return estimate;
}

void estimate_close(struct estimate *estimate)
{
	if (estimate == NULL)
		return;
	free(estimate->strata);
	free(estimate->units);
	free(estimate->unit_of);
	free(estimate->values);
	free(estimate->influences);
	free(estimate->set);
	free(estimate->pieces);
	free(estimate);
}

uint32_t estimate_object(struct estimate *estimate, size_t stratum_index, double size)
{
	struct stratum *stratum = &estimate->strata[stratum_index];
	if (stratum->met >= stratum->of.drawn || estimate->objects >= ESTIMATE_NONE)
		return ESTIMATE_NONE;
	if (estimate->objects == estimate->capacity) {
		estimate->capacity = estimate->capacity ? estimate->capacity * 2 : 1024;
		estimate->unit_of = st_realloc(estimate->unit_of, estimate->capacity * sizeof *estimate->unit_of);
	}
	uint32_t unit = stratum->first_unit + (uint32_t)(stratum->met++ % stratum->units);
	estimate->units[unit].stratum = (uint32_t)stratum_index;
	estimate->units[unit].objects++;
	estimate->units[unit].size += size;
	estimate->unit_of[estimate->objects] = unit;
	return (uint32_t)estimate->objects++;
}

/* --- weights --- */

static bool is_whole(const struct stratum *stratum)
{
	return stratum->of.drawn >= stratum->of.population;
}

/* What a stratum's part of a slope counts: its share of the variance of a total (Cochran 7.10). */
static double slope_share(const struct stratum *stratum)
{
	double all = (double)stratum->of.population, n = (double)stratum->of.drawn;
	return is_whole(stratum) || n < 2 ? 0 : all * (all - n) / (n * (n - 1));
}

/* How far the drawn objects of a stratum are from its size, and how much their sizes differ. */
static void measure_stratum(struct estimate *estimate, struct stratum *stratum, double *missing, double *squares)
{
	double size = 0, n = (double)stratum->of.drawn;
	for (uint32_t u = 0; u < stratum->units; u++)
		size += estimate->units[stratum->first_unit + u].size;
	stratum->mean_size = n > 0 ? size / n : 0;
	for (uint32_t u = 0; u < stratum->units; u++) {
		struct unit *unit = &estimate->units[stratum->first_unit + u];
		unit->aside = unit->size - unit->objects * stratum->mean_size;
		unit->weight = n > 0 ? (double)stratum->of.population / n : 0;
		*squares += slope_share(stratum) * unit->aside * unit->aside;
	}
	*missing += is_whole(stratum) ? 0 : stratum->of.size - (double)stratum->of.population * stratum->mean_size;
}

/* The strata of one type stand next to each other. */
static size_t end_of_type(const struct estimate *estimate, size_t from)
{
	size_t to = from + 1;
	while (to < estimate->stratum_count && estimate->strata[to].of.type == estimate->strata[from].of.type)
		to++;
	return to;
}

/* No object stands for less than itself; the others of its stratum then make up for what it stands for too much. What
 * the weights miss of the size after that is returned. */
static double settle_weights(struct estimate *estimate, const struct stratum *stratum)
{
	double others = 0, size = 0;
	if (is_whole(stratum))
		return 0;
	for (uint32_t u = stratum->first_unit; u < stratum->first_unit + stratum->units; u++) {
		struct unit *unit = &estimate->units[u];
		unit->weight = unit->weight < 1 ? 1 : unit->weight;
		others += (unit->weight - 1) * unit->objects;
	}
	double scale = others > 0 ? (double)(stratum->of.population - stratum->of.drawn) / others : 0;
	for (uint32_t u = stratum->first_unit; u < stratum->first_unit + stratum->units; u++) {
		struct unit *unit = &estimate->units[u];
		unit->weight = 1 + (unit->weight - 1) * scale;
		size += unit->weight * unit->size;
	}
	return stratum->of.size - size;
}

static void weigh_type(struct estimate *estimate, size_t from, size_t to)
{
	double missing = 0, squares = 0, left = 0;
	size_t drawn = 0;
	for (size_t h = from; h < to; h++) {
		measure_stratum(estimate, &estimate->strata[h], &missing, &squares);
		drawn += is_whole(&estimate->strata[h]) ? 0 : estimate->strata[h].of.drawn;
	}
	if (drawn < LEAST_SLOPE) { /* a slope through few points explains too much */
		squares = 0;
		left = missing;
		for (size_t u = estimate->strata[from].first_unit;
			u < estimate->strata[to - 1].first_unit + estimate->strata[to - 1].units; u++)
			estimate->units[u].aside = 0;
	}
	for (size_t h = from; h < to && squares > 0; h++) {
		const struct stratum *stratum = &estimate->strata[h];
		for (uint32_t u = 0; u < stratum->units; u++) {
			struct unit *unit = &estimate->units[stratum->first_unit + u];
			double aside = slope_share(stratum) * unit->aside;
			unit->weight += missing * aside / unit->objects / squares;
			unit->leverage = aside * unit->aside / squares;
		}
		left += settle_weights(estimate, stratum);
	}
	estimate->strata[from].size_missed = left;
}

void estimate_weigh(struct estimate *estimate)
{
	for (size_t h = 0; h < estimate->stratum_count; h = end_of_type(estimate, h))
		weigh_type(estimate, h, end_of_type(estimate, h));
}

void estimate_add(struct estimate *estimate, size_t sum, uint32_t object, double value)
{
	estimate->values[estimate->unit_of[object] * estimate->sums + sum] += value;
}

/* --- values seen in one, two, three objects --- */

static double ratio_of(const struct estimate *estimate, uint32_t object)
{
	return estimate->units[estimate->unit_of[object]].weight - 1;
}

static struct influence *influence_of(const struct estimate *estimate, size_t set, uint32_t object)
{
	return &estimate->influences[estimate->unit_of[object] * estimate->sets + set];
}

static void seen_once(struct estimate *estimate, size_t set, const uint32_t *o, double scale)
{
	double r = scale * ratio_of(estimate, o[0]);
	struct influence *influence = influence_of(estimate, set, o[0]);
	estimate->set[set].once += r;
	influence->seen -= scale;
	influence->once -= r;
}

static void seen_twice(struct estimate *estimate, size_t set, const uint32_t *o, double scale)
{
	double r[2] = {ratio_of(estimate, o[0]), ratio_of(estimate, o[1])}, pair = scale * r[0] * r[1];
	estimate->set[set].twice += pair;
	for (int i = 0; i < 2; i++) {
		struct influence *influence = influence_of(estimate, set, o[i]);
		influence->paired += pair;
		influence->once += scale * r[1 - i];
	}
}

static void add_key(struct estimate *estimate, size_t set, const uint32_t *objects, size_t count, double scale)
{
	if (count == 0)
		return;
	estimate->set[set].seen += scale;
	if (count == 1)
		seen_once(estimate, set, objects, scale);
	else if (count == 2)
		seen_twice(estimate, set, objects, scale);
}

void estimate_key(struct estimate *estimate, size_t set, const uint32_t *objects, size_t count)
{
	add_key(estimate, set, objects, count, 1);
}

/* --- values that come in pieces --- */

static struct piece *find_piece(struct estimate *estimate, uint8_t set, uint64_t digest)
{
	size_t slots = 2 * (size_t)CEIL_SAMPLE_KEYS;
	for (uint64_t at = digest + set;; at++) {
		struct piece *piece = &estimate->pieces[at & (slots - 1)];
		if (!piece->used || (piece->digest == digest && piece->set == set))
			return piece;
	}
}

static bool is_kept(const struct estimate *estimate, uint64_t digest)
{
	return estimate->level == 0 || digest >> (64 - estimate->level) == 0;
}

/* Half of the values, by their digests, are forgotten; the others count twice. */
static void keep_half(struct estimate *estimate)
{
	size_t slots = 2 * (size_t)CEIL_SAMPLE_KEYS;
	struct piece *old = estimate->pieces;
	estimate->pieces = st_alloc_zero(slots, sizeof *estimate->pieces);
	estimate->piece_count = 0;
	estimate->level++;
	for (size_t i = 0; i < slots; i++) {
		if (!old[i].used || !is_kept(estimate, old[i].digest))
			continue;
		*find_piece(estimate, old[i].set, old[i].digest) = old[i];
		estimate->piece_count++;
	}
	free(old);
}

static void note_object(struct piece *piece, uint32_t object)
{
	for (unsigned i = 0; i < piece->count && i < ESTIMATE_SEEN - 1; i++)
		if (piece->objects[i] == object)
			return;
	if (piece->count < ESTIMATE_SEEN - 1)
		piece->objects[piece->count] = object;
	if (piece->count < ESTIMATE_SEEN)
		piece->count++;
}

void estimate_piece(struct estimate *estimate, size_t set, uint64_t digest, const uint32_t *objects, size_t count)
{
	if (count == 0 || !is_kept(estimate, digest))
		return;
	struct piece *piece = find_piece(estimate, (uint8_t)set, digest);
	if (!piece->used && estimate->piece_count >= CEIL_SAMPLE_KEYS) {
		keep_half(estimate);
		estimate_piece(estimate, set, digest, objects, count);
		return;
	}
	if (!piece->used) {
		*piece = (struct piece){.digest = digest, .set = (uint8_t)set, .used = true};
		estimate->piece_count++;
	}
	for (size_t i = 0; i < count; i++)
		note_object(piece, objects[i]);
}

void estimate_finish(struct estimate *estimate)
{
	double scale = ldexp(1, (int)estimate->level);
	for (size_t i = 0; i < 2 * (size_t)CEIL_SAMPLE_KEYS; i++) {
		const struct piece *piece = &estimate->pieces[i];
		if (piece->used)
			add_key(estimate, piece->set, piece->objects, piece->count, scale);
	}
	free(estimate->pieces);
	estimate->pieces = NULL;
}

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
			double aside = slope_share(stratum) * estimate->units[u].aside;
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
	if (is_whole(stratum) || n < 1)
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
		size_t to = end_of_type(estimate, from);
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
		if (is_whole(&estimate->strata[h]))
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

/* By how much the unseen part may be larger or smaller, as a factor. */
static double spread(double unseen, const struct variance *variance)
{
	double degrees = freedom(variance);
	if (unseen <= 0 || variance->value <= 0)
		return 1;
	return exp(limit_t(degrees < 3 ? 3 : degrees) * sqrt(log1p(variance->value / (unseen * unseen))));
}

struct estimate_result estimate_sum(const struct estimate *estimate, size_t sum)
{
	st_auto_free double *z = st_alloc((estimate->unit_count + 1) * sizeof *z);
	st_auto_free double *parts = st_alloc((estimate->unit_count + 1) * sizeof *parts);
	double seen = 0, unseen = 0;
	for (size_t u = 0; u < estimate->unit_count; u++) {
		z[u] = estimate->values[u * estimate->sums + sum];
		parts[u] = (estimate->units[u].weight - 1) * z[u];
		seen += z[u];
		unseen += parts[u];
	}
	struct variance variance = variance_of(estimate, z);
	struct support support = support_of(estimate, parts);
	doubt_one(&variance, unseen, &support);
	struct overall all = overall(estimate);
	if (!is_bounded(&all, unseen, &variance, &support))
		return (struct estimate_result){seen + unseen, seen, 0, false};
	double factor = spread(unseen, &variance);
	return (struct estimate_result){seen + unseen, seen + unseen / factor, seen + unseen * factor, true};
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
		if (is_whole(stratum)) {
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

/* The error of seen + once. */
static struct variance error_of(const struct estimate *estimate, size_t set)
{
	st_auto_free double *z = st_alloc((estimate->unit_count + 1) * sizeof *z);
	for (size_t u = 0; u < estimate->unit_count; u++) {
		const struct influence *influence = &estimate->influences[u * estimate->sets + set];
		z[u] = (influence->seen + influence->once) / estimate->units[u].weight;
	}
	return variance_of(estimate, z);
}

/*
 * The most that f2 may be expected to be. It comes from pairs of objects that share values, and those are few: as many
 * as so many pairs of equal shares (Kish) would tell, by the upper limit of a Poisson count; and beside them so many
 * pairs of objects that share all they have as can be there without one being drawn.
 */
static double most_twice(const struct estimate *estimate, size_t set)
{
	double sum = 0, squares = 0, alone = 0, alone_squares = 0, ratio = overall(estimate).ratio;
	const struct set *of = &estimate->set[set];
	for (size_t u = 0; u < estimate->unit_count; u++) {
		const struct influence *influence = &estimate->influences[u * estimate->sets + set];
		sum += influence->paired;
		squares += influence->paired * influence->paired;
		alone -= influence->seen;
		alone_squares += influence->seen * influence->seen / estimate->units[u].objects;
	}
	double pairs = squares > 0 ? sum * sum / squares / 2 : 0;
	double most = pairs > 0 ? of->twice * limit_poisson(pairs) / pairs : 0;
	/* what such a pair would share: what the object of a value that was seen once has on average */
	double share = alone > 0 ? alone_squares / alone : 0;
	return most + limit_poisson(0) * ratio * ratio * share;
}

static struct support support_of_set(const struct estimate *estimate, size_t set)
{
	st_auto_free double *parts = st_alloc((estimate->unit_count + 1) * sizeof *parts);
	for (size_t u = 0; u < estimate->unit_count; u++)
		parts[u] = -estimate->influences[u * estimate->sets + set].seen * (estimate->units[u].weight - 1);
	return support_of(estimate, parts);
}

struct estimate_result estimate_distinct(const struct estimate *estimate, size_t set)
{
	const struct set *of = &estimate->set[set];
	struct overall all = overall(estimate);
	if (of->once <= 0) /* of what stands in three times `ratio` objects, three of a hundred samples see nothing */
		return (struct estimate_result){
			of->seen, of->seen, of->seen + 3 * all.ratio, all.ratio <= 0 || all.drawn >= LEAST_DRAWN};
	struct variance error = error_of(estimate, set);
	struct support support = support_of_set(estimate, set);
	doubt_one(&error, of->once, &support);
	double value = of->once * sqrt(of->once / (2 * of->twice + of->once));
	if (!is_bounded(&all, of->once, &error, &support)) {
		/* what is seen in one object only is little beside what is seen in several: nearly all was seen */
		double most = of->once * limit_poisson(support.equal) / support.equal;
		bool known = all.drawn >= LEAST_DRAWN && most <= LITTLE_NEW * of->seen;
		return (struct estimate_result){of->seen + value, of->seen, of->seen + most, known};
	}
	double factor = spread(of->once, &error), fewest = of->once / factor;
	double low = fewest * fewest / (2 * most_twice(estimate, set) + fewest);
	return (struct estimate_result){of->seen + value, of->seen + low, of->seen + of->once * factor, true};
}
