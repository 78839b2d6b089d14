/* The sieve: makes the planes of a piece of text, and asks each detector where in it anything can be. */
#include "detect/sieve.h"

#include <stdlib.h>

#include "detect/planes.h"

struct sieve {
	const struct detector *detectors[SIEVE_DETECTORS];
	size_t count;
	/* of the piece */
	struct planes planes;
	uint64_t found[SIEVE_DETECTORS][PLANE_WORDS + 4];
	uint64_t any[PLANE_WORDS + 4]; /* of any detector */
};

bool sieve_here(void)
{
	return planes_here();
}

struct sieve *sieve_open(const struct detector *const *detectors, size_t count, bool regions)
{
	if (count > SIEVE_DETECTORS || !sieve_here())
		return NULL;
	struct sieve *sieve = aligned_alloc(64, (sizeof *sieve + 63) / 64 * 64);
	if (!sieve)
		return NULL;
	memset(sieve, 0, sizeof *sieve);
	sieve->count = count;
	sieve->planes.regions = regions;
	sieve->planes.fields = true;
	for (size_t n = 0; n < count; n++)
		sieve->detectors[n] = detectors[n];
	return sieve;
}

void sieve_close(struct sieve *sieve)
{
	free(sieve);
}

PLANES_TARGET static void unite(struct sieve *sieve)
{
	const size_t words = (sieve->planes.size + SIEVE_PLACES - 1) / SIEVE_PLACES;
	for (size_t w = 0; w < words; w += 4) {
		plane_bits any = plane_load(sieve->found[0] + w);
		for (size_t n = 1; n < sieve->count; n++)
			any |= plane_load(sieve->found[n] + w);
		plane_store(sieve->any + w, any);
	}
	sieve->any[words - 1] &= ~(uint64_t)0 >> (63 - (sieve->planes.size - 1) % SIEVE_PLACES);
}

size_t sieve_run(struct sieve *sieve, const uint8_t *text, size_t size, size_t at, size_t places, bool *digit_before)
{
	if (places > (size_t)PLANE_WORDS * PLANE_PLACES)
		places = (size_t)PLANE_WORDS * PLANE_PLACES;
	sieve->planes.digit_before = *digit_before;
	planes_fill(&sieve->planes, text, size, at, places);
	*digit_before = sieve->planes.digit_before;
	for (size_t n = 0; n < sieve->count; n++)
		sieve->detectors[n]->places(&sieve->planes, sieve->found[n]);
	unite(sieve);
	return places;
}

void sieve_fields(struct sieve *sieve, bool fields)
{
	sieve->planes.fields = fields;
}

uint64_t sieve_candidates(const struct sieve *sieve, size_t word)
{
	return sieve->any[word];
}

unsigned sieve_at(const struct sieve *sieve, size_t word, unsigned place)
{
	unsigned awake = 0;
	for (size_t n = 0; n < sieve->count; n++)
		awake |= (unsigned)(sieve->found[n][word] >> place & 1) << n;
	return awake;
}
