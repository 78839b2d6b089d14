/* Time: monotonic milliseconds for pace and limits, UTC for what is written down (RFC 3339). */
#ifndef STAUNCH_BASE_CLOCK_H
#define STAUNCH_BASE_CLOCK_H

#include <stdint.h>

uint64_t st_now_ms(void);                        /* CLOCK_MONOTONIC */
int64_t st_utc_seconds(void);                    /* seconds since 1970-01-01 UTC */
void st_utc_text(int64_t seconds, char out[21]); /* 2019-12-31T09:15:00Z and a NUL */

#endif
