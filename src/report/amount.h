/* Amounts as a person reads them. */
#ifndef STAUNCH_REPORT_AMOUNT_H
#define STAUNCH_REPORT_AMOUNT_H

#include <stdint.h>

/* 346684 is "346,684". */
void number_text(uint64_t value, char out[32]);
/* Decimal units, as disks and clouds count: "48.2 GB". */
void bytes_text(uint64_t bytes, char out[32]);
/* "96.7 %"; never rounded up to 100 or to a whole that it is not. */
void percent_text(uint64_t part, uint64_t whole, char out[32]);

#endif
