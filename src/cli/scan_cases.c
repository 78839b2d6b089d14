/*
 * Case numbers without a label (contract 4): a template of theirs counts when five different values of it stand in one
 * store, read or copied there. Workers tell up to five values of each template for every part, labelled or not, in rows
 * that come before all others in the merge, by template and value: so one template at a time is counted, with a few
 * bytes for each store, and what is known of it does not depend on the order of objects, on workers or on earlier
 * scans.
 */
#include "cli/scan.h"

#include <stdlib.h>

_Static_assert(DETECT_CASE_TEMPLATE == RESOLVE_EARLY_KIND, "templates come before the values that wait for them");

struct store_count {
	uint64_t template, value; /* the numbers of those counted last */
	uint8_t values;           /* of this template, up to DETECT_CASES_OF_TEMPLATE */
};

struct scan_cases {
	struct store_count *stores;
	uint32_t store_count;
	uint64_t template, value; /* numbers of the present ones, from 1 */
	uint8_t present[DETECT_TEMPLATE_BYTES];
	size_t present_size;
	bool known;          /* the present template counts */
	struct st_buf texts; /* templates that count, one behind the other */
	uint32_t *ends;      /* where each ends in texts; they are sorted by their bytes */
	size_t count, capacity;
	uint64_t beyond; /* templates that would count, but for CEIL_CASE_TEMPLATES */
};

struct scan_cases *scan_cases_open(uint32_t store_count)
{
	struct scan_cases *cases = st_alloc_zero(1, sizeof *cases);
	cases->store_count = store_count;
	cases->stores = st_alloc_zero(store_count, sizeof *cases->stores);
	return cases;
}

void scan_cases_close(struct scan_cases *cases)
{
	if (cases == NULL)
		return;
	free(cases->stores);
	free(cases->ends);
	st_buf_free(&cases->texts);
	free(cases);
}

bool scan_case_row(struct st_span key)
{
	uint8_t template[DETECT_TEMPLATE_BYTES];
	struct st_span said, value;
	bool year;
	if (!scan_pair(key, &said, &value))
		return false;
	size_t size = detect_case_template(value, template, &year);
	return size > 0 && !year && size == said.size && memcmp(template, said.data, size) == 0;
}

/* --- counting --- */

static void on_key(void *context, struct st_span key)
{
	struct scan_cases *cases = context;
	struct st_span template, value;
	cases->value++;
	if (!scan_pair(key, &template, &value) || template.size > sizeof cases->present)
		return;
	if (cases->template > 0 && template.size == cases->present_size &&
		memcmp(template.data, cases->present, template.size) == 0)
		return;
	cases->template ++;
	cases->known = false;
	cases->present_size = template.size;
	memcpy(cases->present, template.data, template.size);
}

static void keep(struct scan_cases *cases)
{
	cases->known = true;
	if (cases->count == CEIL_CASE_TEMPLATES) {
		cases->beyond++;
		return;
	}
	if (cases->count == cases->capacity) {
		cases->capacity = cases->capacity > 0 ? cases->capacity * 2 : 64;
		cases->ends = st_realloc(cases->ends, cases->capacity * sizeof *cases->ends);
	}
	st_buf_add(&cases->texts, cases->present, cases->present_size);
	cases->ends[cases->count++] = (uint32_t)cases->texts.size;
}

static void on_place(void *context, const struct resolve_segment *segment)
{
	struct scan_cases *cases = context;
	for (uint32_t i = 0; i < segment->copies && !cases->known; i++) {
		struct store_count *store = &cases->stores[segment->stores[i]];
		if (store->template != cases->template)
			*store = (struct store_count){.template = cases->template};
		if (store->value == cases->value)
			continue;
		store->value = cases->value;
		if (++store->values == DETECT_CASES_OF_TEMPLATE)
			keep(cases);
	}
}

/* --- asking --- */

static struct st_span template_at(const struct scan_cases *cases, size_t i)
{
	size_t start = i > 0 ? cases->ends[i - 1] : 0;
	return (struct st_span){cases->texts.data + start, cases->ends[i] - start};
}

static int compare(struct st_span a, struct st_span b)
{
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static bool is_known(const struct scan_cases *cases, struct st_span template)
{
	size_t low = 0, high = cases->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(template_at(cases, middle), template);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static uint8_t confidence(void *context, uint8_t kind, struct st_span canonical)
{
	const struct scan_cases *cases = context;
	uint8_t template[DETECT_TEMPLATE_BYTES];
	bool year;
	if (kind != DETECT_CASE_NUMBER || cases->count == 0)
		return 0;
	size_t size = detect_case_template(canonical, template, &year);
	return size > 0 && is_known(cases, (struct st_span){template, size}) ? DETECT_CONFIDENCE_MINED : 0;
}

struct resolve_early scan_cases_early(struct scan_cases *cases)
{
	return (struct resolve_early){on_key, on_place, confidence, cases};
}

void scan_cases_finish(const struct scan_cases *cases, struct casefile_figures *figures)
{
	figures->case_templates = cases->count;
	figures->case_templates_beyond = cases->beyond;
}
