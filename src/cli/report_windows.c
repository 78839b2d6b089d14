/* Exposure windows of a report: observations that checks and imports left in the case. */
#include "cli/check.h"
#include "cli/report.h"

#include <stdlib.h>

static int by_store(const void *a, const void *b)
{
	const struct report_exposure *left = a, *right = b;
	return strcmp(left->store, right->store);
}

enum st_status report_fill_windows(struct report_case *rc, struct report *report, struct st_error *err)
{
	struct probe_observed_all all = {0};
	enum st_status status = check_exposures_read(rc->casefile, &all, err);
	if (status == ST_OK)
		status = report_read_audits(rc->casefile, &all, &report->openings, err);
	report->exposures_known = status == ST_OK;
	report->exposures = st_alloc_zero(all.count + 1, sizeof *report->exposures);
	for (; report->exposure_count < all.count; report->exposure_count++)
		check_exposure_of(&all.targets[report->exposure_count], &report->exposures[report->exposure_count]);
	qsort(report->exposures, report->exposure_count, sizeof *report->exposures, by_store);
	probe_observed_free(&all);
	return status;
}

void report_windows_free(struct report *report)
{
	for (size_t i = 0; i < report->exposure_count; i++)
		check_exposure_free(&report->exposures[i]);
	free(report->exposures);
	report_openings_free(&report->openings);
	report->exposures = NULL;
	report->exposure_count = 0;
}
