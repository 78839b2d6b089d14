/* When an alert is due, and what it says. */
#include "probe/alerts.h"

#include "base/clock.h"
#include "base/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void probe_alerts_free(struct probe_alerts *alerts)
{
	for (size_t i = 0; i < alerts->mail_to_count; i++)
		free(alerts->mail_to[i]);
	for (size_t i = 0; i < alerts->command_count; i++)
		free(alerts->command[i]);
	free(alerts->mail_to);
	free(alerts->command);
	free(alerts->mail_from);
	free(alerts->webhook_path);
	probe_target_free(&alerts->mail_server);
	probe_target_free(&alerts->webhook);
	*alerts = (struct probe_alerts){0};
}

bool probe_alerts_have(const struct probe_alerts *alerts, enum probe_channel channel)
{
	return channel == PROBE_MAIL      ? alerts->mail_to_count > 0
	       : channel == PROBE_WEBHOOK ? alerts->webhook_path != NULL
					  : alerts->command != NULL;
}

bool probe_interval_parse(const char *text, int64_t least_s, int64_t most_s, int64_t *out)
{
	static const struct {
		char letter;
		int64_t s;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	int64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9' && number < 100000000; at++)
		number = number * 10 + (*at - '0');
	for (size_t i = 0; at > text && i < sizeof units / sizeof units[0]; i++)
		if (at[0] == units[i].letter && at[1] == 0) {
			*out = number * units[i].s;
			return *out >= least_s && *out <= most_s;
		}
	return false;
}

/* --- when --- */

int64_t probe_alerts_again_s(unsigned tries)
{
	int64_t wait_s = PROBE_ALERT_AGAIN_S;
	for (unsigned i = 1; i < tries && wait_s < PROBE_ALERT_AGAIN_MOST_S; i++)
		wait_s *= 2;
	return wait_s < PROBE_ALERT_AGAIN_MOST_S ? wait_s : PROBE_ALERT_AGAIN_MOST_S;
}

/* When wait_s behind a time of the evidence is; that time lies in the future: the clock went back, it is now. */
static int64_t behind(const char *time, int64_t wait_s, int64_t now)
{
	int64_t then;
	if (!probe_time_parse(time, &then) || then > now)
		return now;
	return then + wait_s;
}

/* INT64_MAX: nothing is to be told. */
static int64_t due_at(const struct probe_alerts *alerts, const struct probe_timeline *line, enum probe_channel channel,
	int64_t now, bool *reminder)
{
	const struct probe_delivery *delivery = &line->deliveries[channel];
	bool untold = probe_timeline_untold(line, channel);
	*reminder = !untold && delivery->delivered && probe_timeline_unacknowledged(line);
	if (!untold && !*reminder)
		return INT64_MAX;
	if (delivery->tries > 0)
		return behind(delivery->tried_at, probe_alerts_again_s(delivery->tries), now);
	return untold ? now : behind(delivery->told_at, alerts->remind_every_s, now);
}

static void fill(const struct probe_timeline *line, enum probe_channel channel, bool reminder, struct probe_due *out)
{
	const struct probe_delivery *delivery = &line->deliveries[channel];
	*out = (struct probe_due){.line = line,
		.channel = channel,
		.reminder = reminder ? delivery->reminders + 1 : 0,
		.attempt = delivery->tries + 1};
	if (reminder)
		snprintf(out->id, sizeof out->id, "%s-%u", line->news_id, out->reminder);
	else
		snprintf(out->id, sizeof out->id, "%s", line->news_id);
}

bool probe_alerts_due(const struct probe_alerts *alerts, const struct probe_timelines *all, int64_t now,
	struct probe_due *out, int64_t *next)
{
	*next = INT64_MAX;
	for (size_t i = 0; i < all->count; i++)
		for (int c = 0; c < PROBE_CHANNELS && all->list[i].watched; c++) {
			bool reminder = false;
			int64_t at = INT64_MAX;
			if (probe_alerts_have(alerts, (enum probe_channel)c))
				at = due_at(alerts, &all->list[i], (enum probe_channel)c, now, &reminder);
			if (at <= now) {
				fill(&all->list[i], (enum probe_channel)c, reminder, out);
				return true;
			}
			*next = at < *next ? at : *next;
		}
	return false;
}

/* --- what --- */

const char *probe_alert_words(const struct probe_due *due)
{
	static const char *const words[PROBE_NEWS_KINDS] = {
		[PROBE_NEWS_NONE] = "nothing new",
		[PROBE_NEWS_OPENED] = "open",
		[PROBE_NEWS_REOPENED] = "open again",
		[PROBE_NEWS_CLOSED] = "closed",
		[PROBE_NEWS_CANNOT_TELL] = "cannot tell",
		[PROBE_NEWS_IS_OPEN] = "still open, it can be told again",
		[PROBE_NEWS_IS_CLOSED] = "closed, it can be told again",
	};
	if (due->reminder > 0)
		return due->line->told == PROBE_CANNOT_TELL ? "reminder: was open, cannot tell"
							    : "reminder: open, and nobody has acknowledged it";
	return words[due->line->news];
}

static void add_bracket(struct st_json_writer *w, const char *key, const struct probe_bracket *bracket)
{
	st_json_key(w, key);
	if (bracket->by[0] == 0) {
		st_json_null(w);
		return;
	}
	st_json_array(w);
	st_json_text(w, bracket->after[0] != 0 ? bracket->after : NULL);
	st_json_text(w, bracket->by);
	st_json_array_end(w);
}

void probe_watch_window_json(struct st_json_writer *w, const struct probe_timeline *line, size_t index)
{
	const struct probe_watch_window *window = &line->windows[index];
	st_json_object(w);
	st_json_key_uint(w, "number", index + 1);
	add_bracket(w, "opened", &window->opened);
	add_bracket(w, "closed", &window->closed);
	add_bracket(w, "wiped", &window->wiped);
	st_json_key(w, "objects_seen");
	if (window->objects_at[0] != 0) {
		st_json_object(w);
		st_json_key_uint(w, "count", window->objects);
		st_json_key_text(w, "at", window->objects_at);
		st_json_object_end(w);
	} else {
		st_json_null(w);
	}
	st_json_key_bool(w, "acknowledged", index < line->acknowledged_window);
	st_json_key_bool(w, "clock_went_back", window->clock_went_back);
	st_json_key(w, "evidence_lines");
	st_json_array(w);
	st_json_uint(w, window->opened_line);
	if (window->closed_line > 0)
		st_json_uint(w, window->closed_line);
	st_json_array_end(w);
	st_json_object_end(w);
}

void probe_alert_json(const struct probe_due *due, struct st_buf *out)
{
	const struct probe_timeline *line = due->line;
	struct st_json_writer w = {.out = out};
	st_json_object(&w);
	st_json_key_text(&w, "schema", "staunch.alert/1");
	st_json_key_text(&w, "id", due->id);
	st_json_key_text(&w, "event", due->reminder > 0 ? "reminder" : probe_news_name(line->news));
	st_json_key_text(&w, "target", line->target);
	st_json_key_text(&w, "verdict", probe_state_name(line->told));
	st_json_key_text(&w, "at", line->news_at);
	st_json_key_uint(&w, "windows", line->window_count);
	st_json_key(&w, "window");
	if (line->window_count > 0)
		probe_watch_window_json(&w, line, line->window_count - 1);
	else
		st_json_null(&w);
	st_json_key_text(&w, "cannot_tell_since", line->told == PROBE_CANNOT_TELL ? line->unclear_since : NULL);
	st_json_key_uint(&w, "reminder", due->reminder);
	st_json_key_uint(&w, "attempt", due->attempt);
	st_json_key_uint(&w, "missed_before", line->deliveries[due->channel].missed);
	st_json_key_uint(&w, "evidence_line", line->news_line);
	st_json_object_end(&w);
}

/* --- mail --- */

#define SUBJECT_TARGET_BYTES 60
/* RFC 5322, 2.1.1: a line has at most 998 bytes. */
#define LINE_TARGET_BYTES 900

/* At most so many bytes, and nothing but printable ASCII. */
static void add_plain(struct st_buf *out, const char *text, size_t limit_bytes)
{
	size_t size = strlen(text);
	for (size_t i = 0; i < size && i < limit_bytes; i++)
		st_buf_add_byte(out, text[i] >= ' ' && text[i] < 0x7f ? (uint8_t)text[i] : '?');
	if (size > limit_bytes)
		st_buf_format(out, "...");
}

static void add_headers(const struct probe_alerts *alerts, const struct probe_due *due, int64_t now, struct st_buf *out)
{
	st_auto_buf struct st_buf subject = {0};
	st_buf_format(&subject, "[staunch] %s: ", probe_alert_words(due));
	add_plain(&subject, due->line->target, SUBJECT_TARGET_BYTES);
	st_buf_add_byte(&subject, 0);
	const struct st_mail mail = {.from = alerts->mail_from,
		.to = alerts->mail_to,
		.to_count = alerts->mail_to_count,
		.subject = (const char *)subject.data,
		.id = due->id};
	st_mail_head(&mail, now, out);
}

static void add_line(struct st_buf *out, const char *label, const struct probe_bracket *bracket)
{
	if (bracket->by[0] != 0)
		st_buf_format(out, "%-9s in (%s, %s]\r\n", label, bracket->after[0] != 0 ? bracket->after : "unknown",
			bracket->by);
}

void probe_alert_mail(const struct probe_alerts *alerts, const struct probe_due *due, int64_t now, struct st_buf *out)
{
	const struct probe_timeline *line = due->line;
	add_headers(alerts, due, now, out);
	st_buf_format(out, "%s\r\n\r\n", probe_alert_words(due));
	add_plain(out, line->target, LINE_TARGET_BYTES);
	st_buf_format(out, "\r\n");
	if (line->told == PROBE_CANNOT_TELL)
		st_buf_format(out, "it cannot be told since %s; that is no change to closed\r\n", line->unclear_since);
	for (size_t i = line->window_count > 0 ? line->window_count - 1 : 0; i < line->window_count; i++) {
		const struct probe_watch_window *window = &line->windows[i];
		st_buf_format(out, "window %zu of one incident\r\n", i + 1);
		add_line(out, "  opened", &window->opened);
		add_line(out, "  closed", &window->closed);
		add_line(out, "  wiped", &window->wiped);
	}
	st_buf_format(out, "evidence line %llu, alert %s, attempt %u\r\n", (unsigned long long)line->news_line, due->id,
		due->attempt);
	if (line->deliveries[due->channel].missed > 0)
		st_buf_format(out, "%u earlier change%s of this target could not be mailed\r\n",
			line->deliveries[due->channel].missed, line->deliveries[due->channel].missed == 1 ? "" : "s");
	if (probe_timeline_unacknowledged(line))
		st_buf_format(out, "\r\nReminders end when it is closed, or acknowledged:\r\n"
				   "staunch check --acknowledge TARGET --evidence FILE\r\n");
}
