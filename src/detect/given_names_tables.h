/* Generated tables of given names: sets of hashes (domain_tables.h says of which form). */
#ifndef STAUNCH_DETECT_GIVEN_NAMES_TABLES_H
#define STAUNCH_DETECT_GIVEN_NAMES_TABLES_H

#include <stdint.h>

extern const uint32_t given_names_starts[257];
extern const uint32_t given_names_prints[];
/* Those of them that are hardly anything else: no places, products or common words. */
extern const uint32_t given_names_plain_starts[257];
extern const uint32_t given_names_plain_prints[];

#endif
