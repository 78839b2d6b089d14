/* Generated table of words that names are made of or that stand around them (tools/person_words.txt). */
#ifndef STAUNCH_DETECT_PERSON_WORDS_TABLES_H
#define STAUNCH_DETECT_PERSON_WORDS_TABLES_H

#include <stdint.h>

#define PERSON_WORD_SLOT_BITS 12
/* The low byte: enum person_class, and these. */
#define PERSON_WORD_CLASS 7u
#define PERSON_WORD_THING 8u
#define PERSON_WORD_GIVEN 16u
#define PERSON_WORD_USED 128u

/* Open addressing by the upper bits of domain_hash(); 24 bits below them, and the low byte. */
extern const uint32_t person_word_slots[1 << PERSON_WORD_SLOT_BITS];

#endif
