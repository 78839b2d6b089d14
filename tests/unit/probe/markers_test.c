/* Markers: circles of every length and way into them are found; a listing that only looks like one is not. */
#include "probe/markers.h"

#include "base/ceilings.h"

#include "check.h"

#include <stdio.h>

static const char *take(struct probe_markers *markers, uint64_t number, uint64_t names)
{
	char text[32];
	int size = snprintf(text, sizeof text, "m%llu", (unsigned long long)number);
	return probe_markers_take(markers, (struct st_span){(const uint8_t *)text, (size_t)size}, names);
}

static void a_circle_is_found_whatever_its_length_and_the_way_into_it(void)
{
	for (uint64_t way = 0; way < 20; way++)
		for (uint64_t length = 1; length < 70; length++) {
			struct probe_markers markers = {0};
			const char *why = NULL;
			uint64_t page = 0;
			while (why == NULL && page < 1000) {
				why = take(&markers, page < way ? 1000 + page : (page - way) % length, 1);
				page++;
			}
			CHECK_TEXT(why, "its markers go in a circle");
			CHECK(page <= 3 * (way + length) + 1);
		}
}

static void different_markers_go_on(void)
{
	struct probe_markers markers = {0};
	const char *why = NULL;
	for (uint64_t page = 0; page < 100000 && why == NULL; page++)
		why = take(&markers, page, 1);
	CHECK(why == NULL);
}

static void some_pages_may_name_nothing_and_not_all(void)
{
	struct probe_markers markers = {0};
	for (uint64_t page = 0; page < 3 * CEIL_LISTING_EMPTY_PAGES; page++)
		CHECK(take(&markers, page, page % (CEIL_LISTING_EMPTY_PAGES / 2) == 0) == NULL);
	markers = (struct probe_markers){0};
	for (uint64_t page = 1; page < CEIL_LISTING_EMPTY_PAGES; page++)
		CHECK(take(&markers, page, 0) == NULL);
	CHECK_TEXT(take(&markers, CEIL_LISTING_EMPTY_PAGES, 0), "page after page names nothing");
}

int main(void)
{
	RUN(a_circle_is_found_whatever_its_length_and_the_way_into_it);
	RUN(different_markers_go_on);
	RUN(some_pages_may_name_nothing_and_not_all);
	CHECK_END();
}
