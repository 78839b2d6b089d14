/* Pace: how long to wait, when to stop asking. Time is given, nothing sleeps. */
#include "probe/pace.h"

#include "base/ceilings.h"

#include "check.h"

static struct probe_answer answered(unsigned status, const char *retry_after)
{
	struct probe_answer answer = {.outcome = PROBE_ANSWERED, .status = status};
	answer.header[PROBE_HEADER_RETRY_AFTER] = retry_after;
	return answer;
}

static void requests_keep_their_distance(void)
{
	struct probe_pace pace;
	const char *why;
	probe_pace_begin(&pace, 4, 1000);
	CHECK_INT(probe_pace_wait(&pace, 5000, &why), 0);
	probe_pace_sent(&pace, 5000);
	CHECK_INT(probe_pace_wait(&pace, 5000, &why), 250);
	CHECK_INT(probe_pace_wait(&pace, 5249, &why), 1);
	CHECK_INT(probe_pace_wait(&pace, 6000, &why), 0);
}

static void a_busy_server_is_asked_again_later_and_not_for_ever(void)
{
	static const struct {
		const char *retry_after;
		unsigned tries;
		bool again;
		uint64_t wait_ms;
	} cases[] = {
		{"7", 1, true, 7000},
		{NULL, 1, true, 2000},
		{NULL, 2, true, 4000},
		{NULL, CEIL_REQUEST_TRIES, false, 250},
		{"Wed, 21 Oct 2026 07:28:00 GMT", 1, true, 2000},
		{"86400", 1, false, UINT64_MAX},
		{"99999999999999999999", 1, false, UINT64_MAX},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_pace pace;
		const char *why;
		struct probe_answer busy = answered(503, cases[i].retry_after);
		probe_pace_begin(&pace, 4, 1000);
		probe_pace_sent(&pace, 0);
		bool again = probe_pace_answered(&pace, &busy, cases[i].tries, 0);
		uint64_t wait_ms = probe_pace_wait(&pace, 0, &why);
		if (again != cases[i].again || wait_ms != cases[i].wait_ms)
			CHECK_FAIL("case %zu: again %d, wait %llu", i, again, (unsigned long long)wait_ms);
	}
}

static void a_host_that_fails_too_often_is_left_alone_and_another_is_not(void)
{
	struct probe_pace pace;
	const char *why;
	struct probe_answer dead = {.outcome = PROBE_NO_CONNECTION}, fine = answered(200, NULL);
	probe_pace_begin(&pace, 100, 1000);
	for (int i = 0; i < CEIL_HOST_FAILURES - 1; i++)
		probe_pace_answered(&pace, &dead, 1, 0);
	CHECK(probe_pace_wait(&pace, 10000, &why) == 0);
	probe_pace_answered(&pace, &fine, 1, 0); /* in a row, or not at all */
	for (int i = 0; i < CEIL_HOST_FAILURES; i++)
		probe_pace_answered(&pace, &dead, 1, 0);
	CHECK(probe_pace_wait(&pace, 10000, &why) == UINT64_MAX && why != NULL);
	probe_pace_host(&pace);
	CHECK(probe_pace_wait(&pace, 10000, &why) == 0);
}

static void the_budget_of_bytes_ends_the_asking(void)
{
	struct probe_pace pace;
	const char *why;
	struct probe_answer answer = answered(200, NULL);
	answer.body_bytes = 600;
	probe_pace_begin(&pace, 100, 1000);
	probe_pace_answered(&pace, &answer, 1, 0);
	CHECK(probe_pace_wait(&pace, 10000, &why) == 0);
	probe_pace_answered(&pace, &answer, 1, 0);
	CHECK(probe_pace_wait(&pace, 10000, &why) == UINT64_MAX);
	CHECK(strstr(why, "budget") != NULL);
}

int main(void)
{
	RUN(requests_keep_their_distance);
	RUN(a_busy_server_is_asked_again_later_and_not_for_ever);
	RUN(a_host_that_fails_too_often_is_left_alone_and_another_is_not);
	RUN(the_budget_of_bytes_ends_the_asking);
	CHECK_END();
}
