/* The generated tables of domain_tables.c, for domain.c only. */
#ifndef STAUNCH_DETECT_DOMAIN_TABLES_H
#define STAUNCH_DETECT_DOMAIN_TABLES_H

#include <stdint.h>

#define DOMAIN_SUFFIX_SLOTS 32768

enum { DOMAIN_RULE = 1, DOMAIN_WILDCARD = 2, DOMAIN_EXCEPTION = 4, DOMAIN_TOP = 8 };

/* Open addressing by domain_hash() with linear steps; a slot is an offset into the text, 0 an empty one. */
extern const char domain_suffix_text[];
extern const uint32_t domain_suffix_slots[DOMAIN_SUFFIX_SLOTS];

/* Bits 63-56 of the hash choose the run [starts[n], starts[n + 1]); all of it is looked for there. */
extern const uint32_t domain_free_mail_starts[257];
extern const uint64_t domain_free_mail_prints[];
extern const uint32_t domain_disposable_starts[257];
extern const uint64_t domain_disposable_prints[];

#endif
