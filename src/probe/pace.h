/*
 * How fast and how much (contract 8, "budget"): a pure clockwork. The caller says what time it is and waits; nothing
 * here sleeps. Retry-After: RFC 9110, 10.2.3 (seconds only: a date says the same less exactly).
 */
#ifndef STAUNCH_PROBE_PACE_H
#define STAUNCH_PROBE_PACE_H

#include "probe/probe.h"

struct probe_pace {
	double requests_per_second;
	uint64_t budget_bytes, used_bytes;
	uint64_t next_ms;  /* not before */
	unsigned failures; /* in a row, of the host at hand */
	bool host_open;    /* of the breaker: nothing more goes to this host */
	uint64_t requests;
};

void probe_pace_begin(struct probe_pace *pace, double requests_per_second, uint64_t budget_bytes);
/* Another host: its failures are its own. */
void probe_pace_host(struct probe_pace *pace);
/* Milliseconds to wait before the next request; UINT64_MAX: it must not be sent, *why says so. */
uint64_t probe_pace_wait(const struct probe_pace *pace, uint64_t now_ms, const char **why);
void probe_pace_sent(struct probe_pace *pace, uint64_t now_ms);
/* What came back. True: the same request may be tried again, after the wait; tries: how often it was sent. */
bool probe_pace_answered(struct probe_pace *pace, const struct probe_answer *answer, unsigned tries, uint64_t now_ms);

/* The whole seconds that the header asks for; 0: NULL, or a date. */
uint64_t probe_retry_after_s(const char *header);

#endif
