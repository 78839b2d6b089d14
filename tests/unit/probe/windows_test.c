/* Exposure windows from observations: brackets, relapse, the word of others. Times are seconds, small on purpose. */
#include "probe/windows.h"

#include "check.h"

#define OPEN PROBE_OPEN
#define CLOSED PROBE_CLOSED

static struct probe_observation own(int64_t at, enum probe_state state)
{
	return (struct probe_observation){.from = at, .to = at, .state = state, .line = (uint64_t)at};
}

static struct probe_observation sighting(int64_t from, int64_t to)
{
	return (struct probe_observation){
		.from = from, .to = to, .state = OPEN, .witness = PROBE_WITNESS_SIGHTING, .line = (uint64_t)to};
}

static void put_bound(char *out, size_t size, const struct probe_bound *bound)
{
	static const char *const marks[] = {"", "a", "s"};
	size_t used = strlen(out);
	if (bound->known)
		snprintf(out + used, size - used, "%lld%s", (long long)bound->at, marks[bound->witness]);
	else
		snprintf(out + used, size - used, "?");
}

/* "(1,5]-(9,12] " for each window; s: by a sighting, a: by an audit; "stated" when nobody else saw it; "undecided N".
 */
static const char *shown(struct probe_observation *observations, size_t count)
{
	static char out[512];
	struct probe_exposures found;
	probe_exposures_find(observations, count, &found);
	out[0] = 0;
	for (size_t i = 0; i < found.count; i++) {
		const struct probe_bound *bounds[] = {&found.windows[i].opened_after, &found.windows[i].opened_by,
			&found.windows[i].closed_after, &found.windows[i].closed_by};
		static const char *const before[] = {"(", ",", "]-(", ","};
		for (int j = 0; j < 4; j++) {
			strncat(out, before[j], sizeof out - strlen(out) - 1);
			put_bound(out, sizeof out, bounds[j]);
		}
		strncat(out, found.windows[i].confirmed ? "] " : "]stated ", sizeof out - strlen(out) - 1);
	}
	if (found.undecided > 0)
		snprintf(out + strlen(out), sizeof out - strlen(out), "undecided %d", (int)found.undecided);
	probe_exposures_free(&found);
	return out;
}

#define SHOWN(...)                                       \
	shown((struct probe_observation[]){__VA_ARGS__}, \
		sizeof((struct probe_observation[]){__VA_ARGS__}) / sizeof(struct probe_observation))

static void nothing_observed_is_no_window(void)
{
	CHECK_TEXT(shown(NULL, 0), "");
	CHECK_TEXT(SHOWN(own(1, CLOSED), own(5, CLOSED)), "");
	CHECK_TEXT(SHOWN(own(1, PROBE_CANNOT_TELL), own(5, PROBE_NOT_TESTED)), "");
}

static void a_bound_that_nobody_observed_is_not_known(void)
{
	CHECK_TEXT(SHOWN(own(5, OPEN)), "(?,5]-(5,?] ");
	CHECK_TEXT(SHOWN(own(5, OPEN), own(9, OPEN), own(12, CLOSED)), "(?,5]-(9,12] ");
}

static void brackets_lie_between_the_last_and_the_first_of_either_kind(void)
{
	CHECK_TEXT(SHOWN(own(1, CLOSED), own(2, CLOSED), own(5, OPEN), own(9, OPEN), own(12, CLOSED), own(15, CLOSED)),
		"(2,5]-(9,12] ");
}

static void what_cannot_be_told_moves_nothing(void)
{
	CHECK_TEXT(SHOWN(own(1, CLOSED), own(3, PROBE_CANNOT_TELL), own(5, OPEN), own(7, PROBE_CANNOT_TELL),
			   own(9, CLOSED)),
		"(1,5]-(5,9] ");
}

static void open_again_after_closed_is_a_second_window(void)
{
	CHECK_TEXT(SHOWN(own(5, OPEN), own(9, CLOSED), own(20, OPEN), own(22, CLOSED)), "(?,5]-(5,9] (9,20]-(20,22] ");
}

static void the_order_in_which_they_come_does_not_matter(void)
{
	CHECK_TEXT(SHOWN(own(22, CLOSED), own(9, CLOSED), own(20, OPEN), sighting(3, 3), own(5, OPEN)),
		"(?,3s]-(5,9] (9,20]-(20,22] ");
}

static void a_sighting_moves_the_opening_and_nothing_else(void)
{
	CHECK_TEXT(SHOWN(own(1, CLOSED), sighting(3, 3), own(5, OPEN), own(9, CLOSED)), "(1,3s]-(5,9] ");
	CHECK_TEXT(SHOWN(own(1, CLOSED), own(5, OPEN), sighting(7, 7), own(9, CLOSED)), "(1,5]-(5,9] ");
}

static void a_window_of_sightings_alone_is_stated_by_others(void)
{
	CHECK_TEXT(SHOWN(sighting(3, 3), sighting(6, 6), own(9, CLOSED)), "(?,3s]-(?,9]stated ");
	CHECK_TEXT(SHOWN(sighting(3, 3)), "(?,3s]-(?,?]stated ");
}

static void a_sighting_behind_the_closing_is_a_stated_window_of_its_own(void)
{
	CHECK_TEXT(SHOWN(own(5, OPEN), own(9, CLOSED), sighting(12, 12)), "(?,5]-(5,9] (9,12s]-(?,?]stated ");
}

static void a_sighting_of_a_day_counts_from_the_end_of_that_day(void)
{
	CHECK_TEXT(SHOWN(sighting(100, 199), own(300, OPEN)), "(?,199s]-(300,?] ");
	CHECK_TEXT(SHOWN(sighting(100, 199), own(150, OPEN)), "(?,150]-(150,?] ");
}

static void a_sighting_of_a_day_on_which_it_was_found_closed_is_undecided(void)
{
	CHECK_TEXT(SHOWN(own(50, OPEN), own(150, CLOSED), sighting(100, 199)), "(?,50]-(50,150] undecided 1");
	CHECK_TEXT(SHOWN(own(50, CLOSED), sighting(50, 50)), "undecided 1");
}

static void an_audit_is_no_sighting(void)
{
	struct probe_observation audit = own(3, OPEN);
	audit.witness = PROBE_WITNESS_AUDIT;
	CHECK_TEXT(SHOWN(own(1, CLOSED), audit, own(9, CLOSED)), "(1,3a]-(3a,9] ");
	/* of a day nobody knows when: a bracket begins with its first second and ends with its last */
	struct probe_observation day[] = {{.from = 10, .to = 19, .state = CLOSED, .witness = PROBE_WITNESS_AUDIT},
		{.from = 20, .to = 29, .state = OPEN, .witness = PROBE_WITNESS_AUDIT},
		{.from = 30, .to = 39, .state = CLOSED, .witness = PROBE_WITNESS_AUDIT}};
	CHECK_TEXT(shown(day, 3), "(10a,29a]-(20a,39a] ");
}

int main(void)
{
	RUN(nothing_observed_is_no_window);
	RUN(a_bound_that_nobody_observed_is_not_known);
	RUN(brackets_lie_between_the_last_and_the_first_of_either_kind);
	RUN(what_cannot_be_told_moves_nothing);
	RUN(open_again_after_closed_is_a_second_window);
	RUN(the_order_in_which_they_come_does_not_matter);
	RUN(a_sighting_moves_the_opening_and_nothing_else);
	RUN(a_window_of_sightings_alone_is_stated_by_others);
	RUN(a_sighting_behind_the_closing_is_a_stated_window_of_its_own);
	RUN(a_sighting_of_a_day_counts_from_the_end_of_that_day);
	RUN(a_sighting_of_a_day_on_which_it_was_found_closed_is_undecided);
	RUN(an_audit_is_no_sighting);
	CHECK_END();
}
