#include "base/clock.h"

#include <stdio.h>
#include <time.h>

uint64_t st_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t st_utc_seconds(void)
{
	return (int64_t)time(NULL);
}

void st_utc_text(int64_t seconds, char out[21])
{
	time_t when = (time_t)seconds;
	struct tm utc;
	if (gmtime_r(&when, &utc) == NULL || strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		snprintf(out, 21, "0000-00-00T00:00:00Z");
}
