/* Lines of evidence as observations: whose they are, which count, which are passed over. */
#include "probe/observed.h"

#include "check.h"

#define VERDICT(time, verdict)                    \
	"{\"n\":1,\"prev\":\"\",\"time\":\"" time \
	"\",\"kind\":\"verdict\",\"target\":\"redis://a.example:6379\",\"verdict\":\"" verdict "\"}\n"
#define SIGHTING(from, to, says, known_by)                                                                       \
	"{\"n\":2,\"kind\":\"sighting\",\"target\":\"redis://a.example:6379\",\"engine\":\"x\",\"says\":\"" says \
	"\",\"known_by\":\"" known_by "\",\"from\":\"" from "\",\"to\":\"" to "\"}\n"

/* "first_after,first_by-closed_by windows" of a.example, as days of December 2019; -1 not known. */
static const char *windows_of(const char *lines)
{
	static char out[64];
	struct probe_observed_all all = {0};
	struct probe_exposures found = {0};
	probe_observed_read(&all, (struct st_span){(const uint8_t *)lines, strlen(lines)});
	const struct probe_observed *observed = probe_observed_of(&all, "redis://a.example:6379");
	if (observed != NULL)
		probe_observed_windows(observed, &found);
	snprintf(out, sizeof out, "%d of %d:", observed != NULL ? (int)observed->count : -1, (int)found.count);
	for (size_t i = 0; i < found.count; i++) {
		const struct probe_bound *bounds[] = {
			&found.windows[i].opened_after, &found.windows[i].opened_by, &found.windows[i].closed_by};
		for (int j = 0; j < 3; j++)
			snprintf(out + strlen(out), sizeof out - strlen(out), " %d",
				bounds[j]->known ? (int)((bounds[j]->at - 1575158400) / 86400) + 1 : -1);
	}
	probe_exposures_free(&found);
	probe_observed_free(&all);
	return out;
}

static void verdicts_and_sightings_of_open_make_windows(void)
{
	CHECK_TEXT(windows_of(VERDICT("2019-12-01T00:00:00Z", "closed")
				   SIGHTING("2019-12-03T00:00:00Z", "2019-12-03T00:00:00Z", "open", "name") VERDICT(
					   "2019-12-05T00:00:00Z", "open") VERDICT("2019-12-07T00:00:00Z", "closed")),
		"4 of 1: 1 3 7");
}

static void a_sighting_of_something_or_by_an_address_alone_moves_nothing(void)
{
	CHECK_TEXT(windows_of(SIGHTING("2019-12-03T00:00:00Z", "2019-12-03T00:00:00Z", "reachable", "name") SIGHTING(
			   "2019-12-02T00:00:00Z", "2019-12-02T00:00:00Z", "open", "address-in-evidence")
				   VERDICT("2019-12-05T00:00:00Z", "open")),
		"3 of 1: -1 5 -1");
}

static void lines_of_other_kinds_and_broken_ones_say_nothing(void)
{
	CHECK_TEXT(windows_of("{\"n\":1,\"kind\":\"run\"}\n{\"target\":\n\n{\"kind\":\"verdict\",\"target\":7}\n"),
		"-1 of 0:");
	CHECK_TEXT(windows_of(VERDICT("2019-12-01", "open") VERDICT("never", "open")), "-1 of 0:");
	CHECK_TEXT(windows_of(SIGHTING("2019-12-03T00:00:00Z", "2019-12-02T00:00:00Z", "open", "name")), "-1 of 0:");
	CHECK_TEXT(
		windows_of("{\"kind\":\"verdict\",\"target\":\"redis://a.example:6379\",\"verdict\":\"open\",\"time\":"
			   "\"2019-12-01T00:00:00Z\"}"),
		"-1 of 0:");
}

int main(void)
{
	RUN(verdicts_and_sightings_of_open_make_windows);
	RUN(a_sighting_of_something_or_by_an_address_alone_moves_nothing);
	RUN(lines_of_other_kinds_and_broken_ones_say_nothing);
	CHECK_END();
}
