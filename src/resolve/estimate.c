/* Gathers sums over the drawn objects, what each object stands for, and what is seen in one to four of them. */
#include "resolve/estimate_state.h"

#include "base/bytes.h"
#include "base/ceilings.h"

#include <math.h>
#include <stdlib.h>

/* Drawn objects of a type, below which its figures are not said to follow the size. */
#define LEAST_SLOPE 12

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
		*squares += estimate_slope_share(stratum) * unit->aside * unit->aside;
	}
	*missing +=
		estimate_is_whole(stratum) ? 0 : stratum->of.size - (double)stratum->of.population * stratum->mean_size;
}

/* No object stands for less than itself; the others of its stratum then make up for what it stands for too much. What
 * the weights miss of the size after that is returned. */
static double settle_weights(struct estimate *estimate, const struct stratum *stratum)
{
	double others = 0, size = 0;
	if (estimate_is_whole(stratum))
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
		drawn += estimate_is_whole(&estimate->strata[h]) ? 0 : estimate->strata[h].of.drawn;
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
			double aside = estimate_slope_share(stratum) * unit->aside;
			unit->weight += missing * aside / unit->objects / squares;
			unit->leverage = aside * unit->aside / squares;
		}
		left += settle_weights(estimate, stratum);
	}
	estimate->strata[from].size_missed = left;
}

void estimate_weigh(struct estimate *estimate)
{
	for (size_t h = 0; h < estimate->stratum_count; h = estimate_end_of_type(estimate, h))
		weigh_type(estimate, h, estimate_end_of_type(estimate, h));
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

/* Left out, an object takes a value seen in `count` objects from f(count) to f(count - 1). */
static void add_key(struct estimate *estimate, size_t set, const uint32_t *objects, size_t count, double scale)
{
	struct set *of = &estimate->set[set];
	double product = scale;
	if (count == 0)
		return;
	of->f[0] += scale;
	if (count >= ESTIMATE_SEEN)
		return;
	for (size_t i = 0; i < count; i++)
		product *= ratio_of(estimate, objects[i]);
	for (size_t i = 0; i < count; i++) {
		struct influence *influence = influence_of(estimate, set, objects[i]);
		double others = count == 1 ? -scale : scale;
		for (size_t k = 0; k < count; k++)
			others *= k == i ? 1 : ratio_of(estimate, objects[k]);
		influence->f[count - 1] += others;
		if (count < ESTIMATE_ORDERS)
			influence->f[count] -= product;
		influence->paired += count == 2 ? product : 0;
		influence->tripled += count == 3 ? product : 0;
		of->twice_once += count == 2 ? others : 0;
	}
	if (count < ESTIMATE_ORDERS)
		of->f[count] += product;
	of->twice += count == 2 ? scale : 0;
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
