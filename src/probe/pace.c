#include "probe/pace.h"

#include "base/ceilings.h"

void probe_pace_begin(struct probe_pace *pace, double requests_per_second, uint64_t budget_bytes)
{
	*pace = (struct probe_pace){.requests_per_second = requests_per_second, .budget_bytes = budget_bytes};
}

void probe_pace_host(struct probe_pace *pace)
{
	pace->failures = 0;
	pace->host_open = false;
}

uint64_t probe_pace_wait(const struct probe_pace *pace, uint64_t now_ms, const char **why)
{
	*why = NULL;
	if (pace->host_open)
		*why = "not asked: the host failed or refused to be asked too often in a row";
	else if (pace->used_bytes >= pace->budget_bytes)
		*why = "not asked: the scope's budget of bytes is spent";
	if (*why != NULL)
		return UINT64_MAX;
	return pace->next_ms > now_ms ? pace->next_ms - now_ms : 0;
}

void probe_pace_sent(struct probe_pace *pace, uint64_t now_ms)
{
	pace->requests++;
	pace->next_ms = now_ms + (uint64_t)(1000 / pace->requests_per_second);
}

uint64_t probe_retry_after_s(const char *header)
{
	uint64_t seconds = 0;
	for (; header != NULL && *header >= '0' && *header <= '9' && seconds < 1000000; header++)
		seconds = seconds * 10 + (uint64_t)(*header - '0');
	return seconds;
}

bool probe_pace_answered(struct probe_pace *pace, const struct probe_answer *answer, unsigned tries, uint64_t now_ms)
{
	bool throttled = answer->outcome == PROBE_ANSWERED && (answer->status == 429 || answer->status == 503);
	bool failed = throttled || answer->outcome == PROBE_NO_CONNECTION || answer->outcome == PROBE_TIMED_OUT ||
		      answer->outcome == PROBE_BROKEN || answer->outcome == PROBE_TOO_LARGE;
	pace->used_bytes += answer->body_bytes;
	if (!failed) {
		pace->failures = 0;
		return false;
	}
	uint64_t asked_s = probe_retry_after_s(answer->header[PROBE_HEADER_RETRY_AFTER]),
		 own_s = (uint64_t)1 << (tries < 6 ? tries : 6);
	pace->failures++;
	if (pace->failures >= CEIL_HOST_FAILURES || asked_s > CEIL_RETRY_AFTER_S)
		pace->host_open = true;
	if (!throttled || pace->host_open || tries >= CEIL_REQUEST_TRIES)
		return false;
	uint64_t until_ms = now_ms + 1000 * (asked_s > 0 ? asked_s : own_s);
	if (until_ms > pace->next_ms)
		pace->next_ms = until_ms;
	return true;
}
