/*
 * `check --watch`: rounds of a check, one evidence file, alerts. What it knows stands in the evidence and nowhere else,
 * so that it goes on where it was killed. The interval is measured by a clock that nobody sets and that runs while the
 * machine sleeps (CLOCK_BOOTTIME, clock_gettime(2)): however long it slept, one round follows, not many.
 */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "probe/alerts.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* At most so long until the clocks are looked at again: a machine that wakes is late by no more. */
#define SLICE_MS 10000
/* A round is refused when the evidence could outgrow what can be read again. */
#define EVIDENCE_ROOM_BYTES (16 * MIB)
/* Others that wait to write (an acknowledgement) are let in this often during a round. */
#define YIELD_EVERY_MS 1000

static uint64_t boot_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Up to a tenth later, so that many watches do not ask at one moment; never earlier. */
static uint64_t next_round_ms(const struct check_watch *watch)
{
	uint64_t interval_ms = (uint64_t)watch->interval_s * 1000;
	return boot_ms() + interval_ms + randombytes_uniform((uint32_t)(interval_ms / 10) + 1);
}

/* A watch that is started anew keeps to the interval: nobody is asked more often because we were killed. A target that
 * was never asked, or in a future that some clock made up, is asked at once. */
static uint64_t first_round_ms(const struct check_watch *watch)
{
	const struct check *check = watch->check;
	int64_t now = st_utc_seconds(), wait_s = watch->interval_s;
	for (size_t i = 0; i < check->result_count; i++) {
		const struct probe_timeline *line =
			probe_timeline_of(&check->evidence.timelines, check->results[i].target->canonical);
		int64_t last, left_s = 0;
		if (line != NULL && probe_time_parse(line->last_at, &last) && last <= now)
			left_s = last + watch->interval_s - now;
		wait_s = left_s < wait_s ? left_s : wait_s;
	}
	return boot_ms() + (wait_s > 0 ? (uint64_t)wait_s * 1000 : 0);
}

static void mark_watched(const struct check_watch *watch)
{
	struct check *check = watch->check;
	for (size_t i = 0; i < check->result_count; i++)
		probe_timeline_get(&check->evidence.timelines, check->results[i].target->canonical)->watched = true;
}

/* From here on these channels hear of changes. */
static enum st_status keep_watch(struct check_watch *watch, struct st_error *err)
{
	struct check *check = watch->check;
	st_auto_buf struct st_buf channels = {0};
	for (int i = 0; i < PROBE_CHANNELS; i++)
		if (probe_alerts_have(&check->scope->alerts, (enum probe_channel)i))
			st_buf_format(&channels, "%s%s", channels.size > 0 ? " " : "",
				probe_channel_name((enum probe_channel)i));
	struct st_json_writer w = check_evidence_begin(&check->evidence, "watch", NULL);
	st_json_key_text(&w, "run", check->run);
	st_json_key_uint(&w, "interval_s", (uint64_t)watch->interval_s);
	st_json_key_uint(&w, "targets", check->result_count);
	st_json_key(&w, "channels");
	st_json_string(&w, channels.data, channels.size);
	ST_TRY(check_evidence_end(&check->evidence, &w, err));
	return check_evidence_sign(&check->evidence, err);
}

static void tell_round(const struct check_watch *watch)
{
	st_auto_buf struct st_buf out = {0};
	if (watch->json)
		check_tell_json(watch->check, 0, &out);
	else
		check_tell_round(watch->check, &out);
	fwrite(out.data, 1, out.size, stdout);
	fflush(stdout);
}

/* Behind each target's verdict: what it changed is told now, not when all others were asked. */
static enum st_status between(void *context, struct st_error *err)
{
	struct check_watch *watch = context;
	struct check *check = watch->check;
	int64_t next;
	mark_watched(watch);
	ST_TRY(check_alerts_send(watch, &next, err));
	if (st_now_ms() - watch->held_since_ms < YIELD_EVERY_MS || check->roles.stopped)
		return ST_OK;
	check_evidence_release(&check->evidence);
	check_wait(&check->roles, CHECK_YIELD_MS);
	ST_TRY(check_evidence_resume(&check->evidence, &check->roles, -1, err));
	watch->held_since_ms = st_now_ms();
	return ST_OK;
}

static enum st_status one_round(struct check_watch *watch, struct st_error *err)
{
	struct check *check = watch->check;
	ST_TRY(probe_scope_in_force(check->scope, st_utc_seconds(), err));
	if (check->evidence.bytes + EVIDENCE_ROOM_BYTES > CEIL_EVIDENCE_FILE_BYTES)
		return st_fail(err, ST_FATAL, "%s is nearly %llu bytes long: begin a new one", check->evidence.path,
			(unsigned long long)CEIL_EVIDENCE_FILE_BYTES);
	check_results_clear(check);
	/* What a name led to an hour ago it may lead to no longer; and no server meets a process that another met. */
	check_roles_renew(&check->roles);
	check->round++;
	check->between = between;
	check->between_context = watch;
	watch->held_since_ms = st_now_ms();
	ST_TRY(check_run(check, err));
	check_roles_renew(&check->roles);
	watch->stop_kept = check->roles.stopped;
	if (!check->roles.stopped)
		tell_round(watch);
	return ST_OK;
}

/* Until the next round or the next alert is due; the evidence is others' to write meanwhile. */
static enum st_status rest(struct check_watch *watch, uint64_t round_ms, struct st_error *err)
{
	struct check *check = watch->check;
	check_evidence_release(&check->evidence);
	while (!check->roles.stopped) {
		uint64_t now_ms = boot_ms(), wait_ms = round_ms > now_ms ? round_ms - now_ms : 0;
		struct probe_due due;
		int64_t next, now = st_utc_seconds();
		if (wait_ms == 0 ||
			probe_alerts_due(&check->scope->alerts, &check->evidence.timelines, now, &due, &next))
			break;
		uint64_t alert_ms =
			next == INT64_MAX || next - now > SLICE_MS ? SLICE_MS : (uint64_t)(next - now) * 1000;
		wait_ms = alert_ms < wait_ms ? alert_ms : wait_ms;
		check_wait(&check->roles, wait_ms < SLICE_MS ? wait_ms : SLICE_MS);
	}
	return check->roles.stopped ? ST_STOP : check_evidence_resume(&check->evidence, &check->roles, -1, err);
}

static enum st_status rounds(struct check_watch *watch, struct st_error *err)
{
	struct check *check = watch->check;
	uint64_t round_ms = first_round_ms(watch);
	while (!check->roles.stopped) {
		int64_t next;
		mark_watched(watch);
		ST_TRY(check_alerts_send(watch, &next, err));
		if (watch->alert_roles.stopped)
			check->roles.stopped = true;
		else if (boot_ms() >= round_ms) {
			ST_TRY(one_round(watch, err));
			round_ms = next_round_ms(watch);
		} else
			ST_TRY(rest(watch, round_ms, err));
	}
	return ST_STOP;
}

/* That nobody watched from here on is worth a line; a file that somebody else writes does without. */
static void keep_end(struct check_watch *watch)
{
	struct st_error err = {0};
	struct check_evidence *evidence = &watch->check->evidence;
	if (watch->stop_kept || check_evidence_resume(evidence, &watch->check->roles, 0, &err) != ST_OK)
		return;
	struct st_json_writer w = check_evidence_begin(evidence, "stopped", NULL);
	if (check_evidence_end(evidence, &w, &err) != ST_OK || check_evidence_sign(evidence, &err) != ST_OK)
		(void)cli_fail_error(&err);
}

int check_watch_run(struct check_watch *watch)
{
	struct st_error err = {0};
	struct check *check = watch->check;
	enum st_status status = check_evidence_watch(&check->evidence, &err);
	if (status != ST_OK)
		return cli_fail_error(&err);
	status = keep_watch(watch, &err);
	if (status == ST_OK && !watch->json) {
		printf("watching %zu target%s, a round every %lld s\n", check->result_count,
			check->result_count == 1 ? "" : "s", (long long)watch->interval_s);
		fflush(stdout);
	}
	if (status == ST_OK)
		status = rounds(watch, &err);
	if (status == ST_STOP || err.status == ST_WRONG)
		keep_end(watch);
	char head[PROBE_EVIDENCE_HEAD_TEXT];
	st_hex(check->evidence.chain.head, sizeof check->evidence.chain.head, head);
	if (status == ST_STOP)
		return cli_fail(CLI_STOPPED, "stopped; evidence head %s, signed", head);
	int exit = cli_fail_error(&err);
	fprintf(stderr, "staunch: evidence head %s\n", head);
	return exit;
}
