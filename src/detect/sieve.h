/*
 * Finds the places where a detector can begin, a piece of 4 KiB at a time: the planes of the piece are made once, and
 * each detector says with them where it can find anything (detector.h, `places`). The loop byte by byte in detect.c
 * finds the same, slower, and tests hold the two together.
 */
#ifndef STAUNCH_DETECT_SIEVE_H
#define STAUNCH_DETECT_SIEVE_H

#include "detect/detector.h"

#define SIEVE_PLACES 64 /* a word: one bit a place */
#define SIEVE_DETECTORS 16

struct sieve;
bool sieve_here(void); /* does this processor have what it needs? */
/* NULL when the processor has no AVX2, or there are more detectors than there is room for. */
struct sieve *sieve_open(const struct detector *const *detectors, size_t count, bool regions);
/*
 * Sifts the places of text from `at` on: `places` of them, or as many as fit; returns how many. What lies outside of
 * the text counts as 0. *digit_before: in the run of letters and digits that goes on from before, and then in the one
 * that goes on behind them, a digit stands.
 */
size_t sieve_run(struct sieve *sieve, const uint8_t *text, size_t size, size_t at, size_t places, bool *digit_before);
/* Whether values may stand in fields (fields.h): true until it is said. */
void sieve_fields(struct sieve *sieve, bool fields);
/* The places of the 64 from at + 64 * word on where any detector has a candidate; bit n for detector n at one of them.
 */
uint64_t sieve_candidates(const struct sieve *sieve, size_t word);
unsigned sieve_at(const struct sieve *sieve, size_t word, unsigned place);
void sieve_close(struct sieve *sieve);

#endif
