/* Any bytes as a file of claims: read or refused, and what is read stands in the page, in JSON and beside a figure
 * without a control, a tag or a crash. */
#include "base/ceilings.h"
#include "base/utf8.h"
#include "report/claims.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void look_at(const struct st_buf *out, bool page)
{
	must(st_utf8_valid_prefix(out->data, out->size) == out->size);
	for (size_t i = 0; i < out->size; i++)
		must(out->data[i] == '\n' || (out->data[i] >= ' ' && out->data[i] != 0x7f));
	must(!page || memmem(out->data, out->size, "<img", 4) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct report_style plain = {false, true};
	struct report_unit units[] = {{"message", 335000, 133211}};
	struct report_kind kinds[] = {{"email_address", 548000, 400000, 71500}};
	struct report report = {.case_name = "fuzz",
		.version = "0",
		.detectors_sha256 = "",
		.own_domains = "",
		.units = units,
		.unit_count = 1,
		.kinds = kinds,
		.kind_count = 1,
		.records_raw = 335000,
		.records_distinct = 133211,
		.persons = {1, 2, 3}};
	struct st_error err = {0};
	uint8_t *copy = malloc(size ? size : 1); /* alone on the heap, so that a step over its end is seen */
	st_auto_buf struct st_buf page = {0}, json = {0}, text = {0};
	memcpy(copy, data, size);
	if (report_claims_read((struct st_span){copy, size}, &report.claims, &report.claim_count, &err) == ST_OK) {
		must(report.claim_count <= CEIL_CLAIMS);
		report_html(&report, &page);
		report_json(&report, &json);
		report_text(&report, &plain, &text);
		look_at(&page, true);
		look_at(&json, false);
		look_at(&text, false);
	} else {
		must(report.claims == NULL && report.claim_count == 0 && err.what[0] != 0);
	}
	report_claims_free(report.claims, report.claim_count);
	free(copy);
	return 0;
}
