/*
 * Alerts of a watch: a line of evidence before each try, the try, a line that says what became of it. Mail and webhook
 * go through a fetch process of their own, so that no server that is watched shares one with them.
 */
#include "cli/check.h"

#include "base/ceilings.h"
#include "base/clock.h"
#include "base/print.h"
#include "cli/cli.h"
#include "probe/alerts.h"

#include <stdio.h>
#include <unistd.h>

/* What came of one try; why: a clause of ours, nothing that the other side said. */
struct outcome {
	bool sent;
	char why[96];
};

static void take_answer(const struct check_answer *answer, struct outcome *out)
{
	unsigned status = answer->answer.status;
	out->sent = answer->answer.outcome == PROBE_ANSWERED && status >= 200 && status < 300;
	if (answer->answer.outcome != PROBE_ANSWERED)
		snprintf(out->why, sizeof out->why, "%s", probe_outcome_text(answer->answer.outcome));
	else
		snprintf(out->why, sizeof out->why, "answered %u", status);
}

static enum st_status by_webhook(
	struct check_watch *watch, const struct probe_due *due, struct outcome *out, struct st_error *err)
{
	const struct probe_alerts *alerts = &watch->check->scope->alerts;
	st_auto_buf struct st_buf body = {0};
	probe_alert_json(due, &body);
	st_buf_add_byte(&body, 0);
	struct probe_row row = {.id = "alert.webhook",
		.method = "POST",
		.path = "",
		.headers = "Content-Type: application/json\n",
		.body = (const char *)body.data};
	struct probe_request request = {.row = &row};
	struct check_answer answer;
	ST_TRY(check_ask(&watch->alert_roles, &alerts->webhook, &request, alerts->webhook_path, &answer, err));
	take_answer(&answer, out);
	check_answer_free(&answer);
	return ST_OK;
}

static enum st_status by_mail(
	struct check_watch *watch, const struct probe_due *due, struct outcome *out, struct st_error *err)
{
	const struct probe_alerts *alerts = &watch->check->scope->alerts;
	st_auto_buf struct st_buf message = {0};
	probe_alert_mail(alerts, due, st_utc_seconds(), &message);
	struct check_mail mail = {.server = &alerts->mail_server,
		.starttls = alerts->mail_starttls,
		.helo = strchr(alerts->mail_from, '@') + 1,
		.from = alerts->mail_from,
		.to = alerts->mail_to,
		.to_count = alerts->mail_to_count,
		.message = {message.data, message.size}};
	struct check_answer answer;
	ST_TRY(check_mail_send(&watch->alert_roles, &mail, &answer, err));
	take_answer(&answer, out);
	check_answer_free(&answer);
	return ST_OK;
}

static void by_command(struct check_watch *watch, const struct probe_due *due, struct outcome *out)
{
	st_auto_buf struct st_buf body = {0};
	enum alerter_end end;
	int number = 0;
	probe_alert_json(due, &body);
	st_buf_add_byte(&body, '\n');
	bool told = alerter_run(watch->alerter, (struct st_span){body.data, body.size}, CEIL_ALERT_COMMAND_MS) &&
		    check_readable(&watch->alert_roles, alerter_fd(watch->alerter),
			    CEIL_ALERT_COMMAND_MS + CEIL_FETCH_LATE_MS) &&
		    alerter_ended(watch->alerter, &end, &number);
	out->sent = told && end == ALERTER_EXITED && number == 0;
	if (!told)
		snprintf(out->why, sizeof out->why, "the process that starts it is gone");
	else if (end == ALERTER_TOO_LONG)
		snprintf(out->why, sizeof out->why, "still running after %d s, ended", CEIL_ALERT_COMMAND_MS / 1000);
	else
		snprintf(out->why, sizeof out->why, "%s %d",
			end == ALERTER_EXITED      ? "exit status"
			: end == ALERTER_SIGNALLED ? "ended by signal"
						   : "cannot be started, errno",
			number);
}

static enum st_status deliver(
	struct check_watch *watch, const struct probe_due *due, struct outcome *out, struct st_error *err)
{
	*out = (struct outcome){0};
	if (due->channel == PROBE_MAIL)
		return by_mail(watch, due, out, err);
	if (due->channel == PROBE_WEBHOOK)
		return by_webhook(watch, due, out, err);
	by_command(watch, due, out);
	return ST_OK;
}

/* The state of an alert, in evidence: on the disk before anything leaves. */
static enum st_status keep(struct check_watch *watch, const struct probe_due *due, const char *target,
	const char *state, const char *why, struct st_error *err)
{
	struct check_evidence *evidence = &watch->check->evidence;
	struct st_json_writer w = check_evidence_begin(evidence, "alert", NULL);
	st_json_key_text(&w, "target", target);
	st_json_key_text(&w, "channel", probe_channel_name(due->channel));
	st_json_key_text(&w, "id", due->id);
	st_json_key_uint(&w, "attempt", due->attempt);
	st_json_key_text(&w, "state", state);
	if (why != NULL)
		st_json_key_text(&w, "why", why);
	ST_TRY(check_evidence_end(evidence, &w, err));
	if (evidence->fd >= 0 && fsync(evidence->fd) != 0)
		return st_fail_errno(err, ST_FATAL, "the evidence cannot be written");
	return ST_OK;
}

static void say(const struct check_watch *watch, const struct probe_due *due, const char *target, const char *words,
	const struct outcome *outcome)
{
	st_auto_free char *shown = st_escaped_text(target, strlen(target));
	const char *channel = probe_channel_name(due->channel);
	if (!watch->json && outcome->sent) {
		printf("  alert       %s: %s   by %s\n", words, shown, channel);
		fflush(stdout);
	}
	if (!outcome->sent)
		fprintf(stderr, "staunch: alert by %s failed (%s), again in %lld s: %s\n", channel, outcome->why,
			(long long)probe_alerts_again_s(due->attempt), shown);
}

enum st_status check_alerts_send(struct check_watch *watch, int64_t *next, struct st_error *err)
{
	const struct probe_timelines *lines = &watch->check->evidence.timelines;
	struct probe_due due;
	bool any = false;
	while (!watch->alert_roles.stopped &&
		probe_alerts_due(&watch->check->scope->alerts, lines, st_utc_seconds(), &due, next)) {
		struct outcome outcome;
		/* What it borrows moves when the lines below are taken. */
		st_auto_free char *target = st_format("%s", due.line->target);
		const char *words = probe_alert_words(&due);
		ST_TRY(keep(watch, &due, target, "trying", NULL, err));
		due.line = probe_timeline_of(lines, target);
		ST_TRY(deliver(watch, &due, &outcome, err));
		/* Stopped, and nobody knows whether it arrived: it is sent again. */
		if (watch->alert_roles.stopped && !outcome.sent)
			break;
		ST_TRY(keep(
			watch, &due, target, outcome.sent ? "sent" : "failed", outcome.sent ? NULL : outcome.why, err));
		say(watch, &due, target, words, &outcome);
		any = true;
	}
	check_roles_renew(&watch->alert_roles);
	return any ? check_evidence_sign(&watch->check->evidence, err) : ST_OK;
}
