/* The file dates of the listings: the one kind of date that a case has of every object. */
#include "cli/report.h"

#include <time.h>

void report_dates_add(struct report_case *rc, const struct casefile_object *object)
{
	struct report_dates *dates = &rc->file_dates;
	struct tm utc;
	time_t seconds = (time_t)(object->mtime_ns / 1000000000);
	/* what came by standard input has the time of its reading; second 0 is written where there is no date */
	bool read_now = object->store < rc->store_count && strcmp(rc->stores[object->store].kind, "stdin") == 0;
	if (read_now || seconds <= 0 || gmtime_r(&seconds, &utc) == NULL || utc.tm_year < REPORT_FIRST_YEAR - 1900 ||
		utc.tm_year >= REPORT_FIRST_YEAR - 1900 + REPORT_YEARS) {
		dates->undated++;
		return;
	}
	dates->first = dates->dated == 0 || seconds < dates->first ? seconds : dates->first;
	dates->last = dates->dated == 0 || seconds > dates->last ? seconds : dates->last;
	dates->years[utc.tm_year - (REPORT_FIRST_YEAR - 1900)]++;
	dates->dated++;
}
