#include "probe/windows.h"

#include <stdlib.h>

const char *probe_witness_name(enum probe_witness witness)
{
	static const char *const names[PROBE_WITNESSES] = {"check", "audit", "sighting"};
	return names[witness];
}

static int compare(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* By time; own words before those of others, so that a sighting of the same instant is seen to be undecided. */
static int by_time(const void *a, const void *b)
{
	const struct probe_observation *left = a, *right = b;
	int order = compare(left->to, right->to);
	if (order == 0)
		order = (left->witness == PROBE_WITNESS_SIGHTING) - (right->witness == PROBE_WITNESS_SIGHTING);
	return order != 0 ? order : left->line < right->line ? -1 : left->line > right->line;
}

/* When it was at the latest, of the end of a bracket. */
static struct probe_bound bound_of(const struct probe_observation *observation)
{
	return (struct probe_bound){
		.known = true, .at = observation->to, .witness = observation->witness, .line = observation->line};
}

/* When it was at the earliest, of the beginning of one. */
static struct probe_bound earliest_of(const struct probe_observation *observation)
{
	struct probe_bound bound = bound_of(observation);
	bound.at = observation->from;
	return bound;
}

struct walk {
	struct probe_exposures *out;
	struct probe_bound last_closed;
	int64_t closed_until; /* of it, at the latest */
	bool inside;          /* the last window is not closed yet */
};

static struct probe_exposure *current(struct walk *walk, const struct probe_observation *observation)
{
	struct probe_exposures *out = walk->out;
	if (!walk->inside) {
		out->windows = st_realloc(out->windows, (out->count + 1) * sizeof *out->windows);
		out->windows[out->count++] =
			(struct probe_exposure){.opened_after = walk->last_closed, .opened_by = bound_of(observation)};
		walk->inside = true;
	}
	return &out->windows[out->count - 1];
}

static void take_open(struct walk *walk, const struct probe_observation *observation)
{
	struct probe_exposure *window = current(walk, observation);
	window->confirmed = true;
	window->opens++;
	window->closed_after = earliest_of(observation);
}

static void take_sighting(struct walk *walk, const struct probe_observation *observation)
{
	if (walk->last_closed.known && walk->closed_until >= observation->from) {
		walk->out->undecided++;
		return;
	}
	struct probe_exposure *window = current(walk, observation);
	if (window->sightings++ == 0)
		window->sighted_first = observation->to;
	window->sighted_last = observation->to;
}

static void take_closed(struct walk *walk, const struct probe_observation *observation)
{
	if (walk->inside)
		walk->out->windows[walk->out->count - 1].closed_by = bound_of(observation);
	walk->inside = false;
	walk->last_closed = earliest_of(observation);
	walk->closed_until = observation->to;
}

void probe_exposures_find(struct probe_observation *observations, size_t count, struct probe_exposures *out)
{
	*out = (struct probe_exposures){0};
	struct walk walk = {.out = out};
	if (count > 1)
		qsort(observations, count, sizeof *observations, by_time);
	for (size_t i = 0; i < count; i++) {
		const struct probe_observation *observation = &observations[i];
		if (observation->witness == PROBE_WITNESS_SIGHTING) {
			if (observation->state == PROBE_OPEN)
				take_sighting(&walk, observation);
		} else if (observation->state == PROBE_OPEN) {
			take_open(&walk, observation);
		} else if (observation->state == PROBE_CLOSED) {
			take_closed(&walk, observation);
		}
	}
}

void probe_exposures_free(struct probe_exposures *windows)
{
	free(windows->windows);
	*windows = (struct probe_exposures){0};
}
