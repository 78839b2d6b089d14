/* Generated tables of surnames: sets of hashes. The larger has prints of 16 bits behind 13 bits of bucket, so that about
 * one word in 3,000 that is in no list seems to be: it is asked only behind a given name or beside other evidence. */
#ifndef STAUNCH_DETECT_SURNAMES_TABLES_H
#define STAUNCH_DETECT_SURNAMES_TABLES_H

#include <stdint.h>

#define SURNAMES_BUCKET_BITS 13

extern const uint32_t surnames_starts[(1 << SURNAMES_BUCKET_BITS) + 1];
extern const uint16_t surnames_prints[];
/* Common words that are in no list of names, in the same form. */
extern const uint32_t no_surnames_starts[(1 << SURNAMES_BUCKET_BITS) + 1];
extern const uint16_t no_surnames_prints[];
/* Surnames that are common words, too (domain_in_set). */
extern const uint32_t surname_words_starts[257];
extern const uint32_t surname_words_prints[];

#endif
