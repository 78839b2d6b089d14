/* Which objects a sample takes: a part of each stratum, by seed and name alone. */
#include "check.h"
#include "resolve/draw.h"

#define OBJECTS 6000

struct listing {
	char paths[OBJECTS][32];
	uint64_t sizes[OBJECTS];
	bool taken[OBJECTS];
	size_t stratum[OBJECTS], count, total;
};

static struct st_span span_of(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

/* Mails of about 2 KB, a tenth of them spreadsheets of about 60 KB. */
static struct listing *mailbox(void)
{
	struct listing *listing = st_alloc_zero(1, sizeof *listing);
	listing->count = OBJECTS;
	for (size_t i = 0; i < OBJECTS; i++) {
		bool sheet = i % 10 == 0;
		snprintf(listing->paths[i], sizeof listing->paths[i], "%02zu/%05zu.%s", i % 40, i,
			sheet ? "xlsx" : "EML");
		listing->sizes[i] = sheet ? 40000 + i * 7 : 1000 + i % 3000;
	}
	return listing;
}

static struct draw *settled(struct listing *listing, double share, uint64_t seed, uint32_t store, bool backwards)
{
	struct draw *draw = draw_open(share, seed, store);
	for (size_t i = 0; i < listing->count; i++) {
		size_t at = backwards ? listing->count - 1 - i : i;
		draw_count(draw, span_of(listing->paths[at]), listing->sizes[at]);
	}
	draw_shape(draw);
	for (size_t i = 0; i < listing->count; i++) {
		size_t at = backwards ? i : listing->count - 1 - i;
		draw_rank(draw, span_of(listing->paths[at]), listing->sizes[at]);
	}
	draw_settle(draw);
	return draw;
}

static size_t take(struct listing *listing, double share, uint64_t seed, uint32_t store, bool backwards)
{
	struct draw *draw = settled(listing, share, seed, store, backwards);
	listing->total = 0;
	for (size_t i = 0; i < listing->count; i++) {
		listing->taken[i] =
			draw_takes(draw, span_of(listing->paths[i]), listing->sizes[i], &listing->stratum[i]);
		listing->total += listing->taken[i];
	}
	size_t strata = draw_strata(draw);
	draw_close(draw);
	return strata;
}

static void the_same_seed_takes_the_same_objects_in_whatever_order_they_come(void)
{
	struct listing *one = mailbox(), *other = mailbox();
	take(one, 0.05, 7, 0, false);
	take(other, 0.05, 7, 0, true);
	CHECK(memcmp(one->taken, other->taken, sizeof one->taken) == 0);
	free(one);
	free(other);
}

static size_t both(const struct listing *one, const struct listing *other)
{
	size_t both = 0;
	for (size_t i = 0; i < one->count; i++)
		both += one->taken[i] && other->taken[i];
	return both;
}

/* Of 300 objects each, 15 by chance stand in both. */
static void another_seed_and_another_store_take_others(void)
{
	struct listing *one = mailbox(), *seed = mailbox(), *store = mailbox();
	take(one, 0.05, 7, 0, false);
	take(seed, 0.05, 8, 0, false);
	take(store, 0.05, 7, 1, false);
	CHECK(both(one, seed) < 60);
	CHECK(both(one, store) < 60);
	free(one);
	free(seed);
	free(store);
}

static void each_stratum_gives_its_share_to_the_object(void)
{
	struct listing *listing = mailbox();
	size_t strata = take(listing, 0.05, 3, 0, false);
	CHECK(strata > 3 && strata < 100);
	for (size_t h = 0; h < strata; h++) {
		size_t objects = 0, taken = 0;
		for (size_t i = 0; i < listing->count; i++) {
			objects += listing->stratum[i] == h;
			taken += listing->stratum[i] == h && listing->taken[i];
		}
		double want = (double)objects * 0.05;
		if (objects > 0 && ((double)taken < want - 0.5001 || (double)taken > want + 0.5001))
			CHECK_FAIL("stratum %zu: %zu of %zu", h, taken, objects);
	}
	free(listing);
}

static void types_differ_by_ending_in_any_case_and_strata_never_mix_them(void)
{
	struct listing *listing = mailbox();
	take(listing, 0.05, 3, 0, false);
	for (size_t i = 0; i < 2000; i++)
		for (size_t j = i + 1; j < i + 12 && j < 2000; j++)
			if ((i % 10 == 0) != (j % 10 == 0))
				CHECK(listing->stratum[i] != listing->stratum[j]);
	memcpy(strrchr(listing->paths[1], '.') + 1, "eml", 3);
	size_t before = listing->stratum[1];
	take(listing, 0.05, 3, 0, false);
	CHECK_INT(listing->stratum[1], before);
	free(listing);
}

static void a_larger_share_keeps_most_of_a_smaller_one(void)
{
	struct listing *small = mailbox(), *large = mailbox();
	take(small, 0.05, 9, 0, false);
	take(large, 0.2, 9, 0, false);
	CHECK(both(small, large) > small->total * 9 / 10);
	free(small);
	free(large);
}

static void few_objects_are_taken_twenty_at_least(void)
{
	struct listing *listing = mailbox();
	listing->count = 200;
	take(listing, 0.001, 1, 0, false);
	CHECK(listing->total >= DRAW_STORE_LEAST && listing->total <= DRAW_STORE_LEAST + DRAW_STRATUM_LEAST);
	listing->count = 12;
	take(listing, 0.001, 1, 0, false);
	CHECK_INT(listing->total, 12);
	free(listing);
}

/* One object of 8 MB among mails of 2 KB: its share by size is far more than one. With a second one of 100 times that,
 * all of the large ones together are more than the share, and only the stratum's part is taken. */
static void the_largest_are_always_taken_if_they_are_no_more_than_the_share(void)
{
	struct listing *listing = mailbox();
	for (size_t i = 0; i < listing->count; i++)
		listing->sizes[i] = 2000;
	listing->sizes[17] = 500000;
	for (uint64_t seed = 0; seed < 20; seed++) {
		take(listing, 0.05, seed, 0, false);
		CHECK(listing->taken[17]);
		CHECK_INT(listing->stratum[17], 0);
	}
	for (size_t i = 0; i < 200; i++)
		listing->sizes[i] = 5000000000;
	take(listing, 0.05, 1, 0, false);
	CHECK(listing->stratum[17] != 0);
	size_t large = 0;
	for (size_t i = 0; i < 200; i++)
		large += listing->taken[i];
	CHECK(large < 50);
	free(listing);
}

/* 2000 seeds at 10 %: each mail 200 times, with a deviation of 13; of 30 sheets 4 are taken at least. */
static void every_object_is_as_likely_as_another(void)
{
	struct listing *listing = mailbox();
	size_t times[300] = {0}, least = SIZE_MAX, most = 0;
	listing->count = 300;
	for (uint64_t seed = 0; seed < 2000; seed++) {
		take(listing, 0.1, seed, 0, false);
		for (size_t i = 0; i < 300; i++)
			times[i] += listing->taken[i];
	}
	for (size_t i = 0; i < 300; i++) {
		if (i % 10 == 0)
			continue;
		least = times[i] < least ? times[i] : least;
		most = times[i] > most ? times[i] : most;
	}
	if (least < 130 || most > 270)
		CHECK_FAIL("between %zu and %zu times of 2000", least, most);
	free(listing);
}

static void a_listing_of_nothing_but_different_endings_takes_no_more_than_twice_the_share(void)
{
	struct listing *listing = mailbox();
	for (size_t i = 0; i < listing->count; i++) {
		snprintf(listing->paths[i], sizeof listing->paths[i], "a.%zx", i * 2654435761u % 16777216);
		listing->sizes[i] = 100;
	}
	size_t strata = take(listing, 0.05, 1, 0, false);
	CHECK(strata < 260);
	CHECK(listing->total >= OBJECTS / 20 && listing->total <= OBJECTS / 10);
	free(listing);
}

static void any_bytes_are_a_name(void)
{
	static const char *const names[] = {
		"", ".", "/", "a.", ".a", "a/.b", "x.\xff\xfe", "a.b/c", "..", "a.aaaaaaaaaaaaaaaa"};
	struct draw *draw = draw_open(0.5, 1, 0);
	size_t stratum, count = sizeof names / sizeof names[0];
	for (size_t i = 0; i < count; i++)
		draw_count(draw, span_of(names[i]), i == 0 ? UINT64_MAX : 0);
	draw_shape(draw);
	for (size_t i = 0; i < count; i++)
		draw_rank(draw, span_of(names[i]), i == 0 ? UINT64_MAX : 0);
	draw_settle(draw);
	for (size_t i = 0; i < count; i++)
		CHECK(draw_takes(draw, span_of(names[i]), i == 0 ? UINT64_MAX : 0, &stratum));
	draw_close(draw);
}

/* Six mailboxes among mails: a share of them is less than one. */
static void a_type_of_few_objects_gives_some(void)
{
	struct listing *listing = mailbox();
	for (size_t i = 0; i < 6; i++)
		snprintf(listing->paths[i * 900 + 1], sizeof listing->paths[0], "box%zu.mbox", i);
	take(listing, 0.02, 1, 0, false);
	size_t taken = 0;
	for (size_t i = 0; i < 6; i++)
		taken += listing->taken[i * 900 + 1];
	CHECK_INT(taken, DRAW_STRATUM_LEAST);
	free(listing);
}

int main(void)
{
	RUN(the_same_seed_takes_the_same_objects_in_whatever_order_they_come);
	RUN(another_seed_and_another_store_take_others);
	RUN(each_stratum_gives_its_share_to_the_object);
	RUN(types_differ_by_ending_in_any_case_and_strata_never_mix_them);
	RUN(a_larger_share_keeps_most_of_a_smaller_one);
	RUN(few_objects_are_taken_twenty_at_least);
	RUN(the_largest_are_always_taken_if_they_are_no_more_than_the_share);
	RUN(every_object_is_as_likely_as_another);
	RUN(a_listing_of_nothing_but_different_endings_takes_no_more_than_twice_the_share);
	RUN(a_type_of_few_objects_gives_some);
	RUN(any_bytes_are_a_name);
	CHECK_END();
}
