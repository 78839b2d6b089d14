#include "probe/timeline.h"

#include <stdlib.h>
#include <time.h>

static const char *const news_names[PROBE_NEWS_KINDS] = {
	"none", "opened", "reopened", "closed", "cannot-tell", "is-open", "is-closed"};
static const char *const channel_names[PROBE_CHANNELS] = {"mail", "webhook", "command"};

const char *probe_news_name(enum probe_news news)
{
	return news_names[news];
}

const char *probe_channel_name(enum probe_channel channel)
{
	return channel_names[channel];
}

bool probe_time_parse(const char *text, int64_t *out)
{
	struct tm t = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &t);
	if (end == NULL || *end != 0 || strlen(text) != 20)
		return false;
	*out = (int64_t)timegm(&t);
	return true;
}

/* --- windows --- */

static void copy_time(char out[21], const char *time)
{
	memcpy(out, time, 21);
}

static void set_bracket(
	struct probe_watch_window *window, struct probe_bracket *bracket, const char *after, const char *by)
{
	copy_time(bracket->after, after);
	copy_time(bracket->by, by);
	/* Times of one form sort as letters do. */
	window->clock_went_back = window->clock_went_back || strcmp(after, by) > 0;
}

static struct probe_watch_window *window_at_hand(struct probe_timeline *line)
{
	return line->window_count > 0 ? &line->windows[line->window_count - 1] : NULL;
}

static void open_window(struct probe_timeline *line, const struct probe_evidence_row *row)
{
	line->windows = st_realloc(line->windows, (line->window_count + 1) * sizeof *line->windows);
	struct probe_watch_window *window = &line->windows[line->window_count++];
	*window = (struct probe_watch_window){.opened_line = row->n};
	set_bracket(window, &window->opened, line->last_closed, row->time);
}

static void take_open(struct probe_timeline *line, const struct probe_evidence_row *row)
{
	if (line->state != PROBE_OPEN)
		open_window(line, row);
	struct probe_watch_window *window = window_at_hand(line);
	if (row->ransom_notes == 0) {
		copy_time(line->last_unwiped, row->time);
		if (row->objects_seen > 0) {
			window->objects = row->objects_seen;
			copy_time(window->objects_at, row->time);
		}
	} else if (window->wiped.by[0] == 0) {
		set_bracket(window, &window->wiped, line->last_unwiped, row->time);
	}
	line->state = PROBE_OPEN;
	copy_time(line->last_open, row->time);
	line->first_closed[0] = 0;
}

static void take_closed(struct probe_timeline *line, const struct probe_evidence_row *row)
{
	struct probe_watch_window *window = window_at_hand(line);
	if (line->state == PROBE_OPEN && window != NULL) {
		set_bracket(window, &window->closed, line->last_open, row->time);
		window->closed_line = row->n;
		copy_time(line->first_closed, row->time);
	}
	line->state = PROBE_CLOSED;
	copy_time(line->last_closed, row->time);
}

/* --- news --- */

bool probe_timeline_untold(const struct probe_timeline *line, enum probe_channel channel)
{
	const struct probe_delivery *delivery = &line->deliveries[channel];
	return line->news != PROBE_NEWS_NONE && !delivery->delivered && delivery->watched_line != 0 &&
	       (line->news_line > delivery->watched_line || line->told == PROBE_OPEN);
}

static void bring(struct probe_timeline *line, enum probe_news news, enum probe_state told,
	const struct probe_evidence_row *row, const uint8_t sha256[ST_SHA256_BYTES])
{
	for (int i = 0; i < PROBE_CHANNELS; i++) {
		struct probe_delivery *delivery = &line->deliveries[i];
		delivery->missed += probe_timeline_untold(line, (enum probe_channel)i);
		delivery->delivered = false;
		delivery->reminders = delivery->tries = 0;
		delivery->tried_at[0] = 0;
	}
	line->news = news;
	line->told = told;
	line->news_line = row->n;
	copy_time(line->news_at, row->time);
	st_hex(sha256, 16, line->news_id);
}

/* before: the state that was known when the row came. */
static void judge_news(struct probe_timeline *line, enum probe_state before, enum probe_state now,
	const struct probe_evidence_row *row, const uint8_t sha256[ST_SHA256_BYTES])
{
	if (now == line->told)
		return;
	if (now == PROBE_CLOSED && line->told == PROBE_NOT_TESTED) {
		line->told = PROBE_CLOSED; /* the first word of a store that is as it should be is no news */
		return;
	}
	enum probe_news news = now == PROBE_OPEN      ? before == PROBE_OPEN     ? PROBE_NEWS_IS_OPEN
							: line->window_count > 1 ? PROBE_NEWS_REOPENED
										 : PROBE_NEWS_OPENED
			       : before == PROBE_OPEN ? PROBE_NEWS_CLOSED
						      : PROBE_NEWS_IS_CLOSED;
	bring(line, news, now, row, sha256);
}

static void take_unclear(
	struct probe_timeline *line, const struct probe_evidence_row *row, const uint8_t sha256[ST_SHA256_BYTES])
{
	if (line->unclear++ == 0)
		copy_time(line->unclear_since, row->time);
	if (line->unclear >= PROBE_UNCLEAR_ROUNDS && line->told != PROBE_CANNOT_TELL)
		bring(line, PROBE_NEWS_CANNOT_TELL, PROBE_CANNOT_TELL, row, sha256);
}

static void take_verdict(
	struct probe_timeline *line, const struct probe_evidence_row *row, const uint8_t sha256[ST_SHA256_BYTES])
{
	enum probe_state before = line->state;
	bool open = strcmp(row->verdict, "open") == 0, closed = strcmp(row->verdict, "closed") == 0;
	copy_time(line->last_at, row->time);
	if (row->known.size > 0) {
		line->known.size = 0;
		st_buf_add(&line->known, row->known.data, row->known.size);
	}
	if (!open && !closed) {
		take_unclear(line, row, sha256);
		return;
	}
	if (open)
		take_open(line, row);
	else
		take_closed(line, row);
	line->unclear = 0;
	judge_news(line, before, open ? PROBE_OPEN : PROBE_CLOSED, row, sha256);
}

/* --- alerts --- */

static void arrived(struct probe_delivery *delivery, const char *time)
{
	if (delivery->delivered)
		delivery->reminders++;
	delivery->delivered = true;
	delivery->missed = delivery->tries = 0;
	delivery->tried_at[0] = 0;
	copy_time(delivery->told_at, time);
}

/* Of the news at hand, and of its reminders, whose id begins with that of the news. */
static void take_alert(struct probe_timeline *line, const struct probe_evidence_row *row)
{
	if (line->news == PROBE_NEWS_NONE || strncmp(row->id, line->news_id, strlen(line->news_id)) != 0)
		return;
	for (int i = 0; i < PROBE_CHANNELS; i++) {
		struct probe_delivery *delivery = &line->deliveries[i];
		if (strcmp(row->channel, channel_names[i]) != 0)
			continue;
		if (strcmp(row->state, "sent") == 0) {
			arrived(delivery, row->time);
		} else if (strcmp(row->state, "trying") == 0) {
			delivery->tries++;
			copy_time(delivery->tried_at, row->time);
		}
	}
}

static bool names_channel(const char *channels, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = channels; (at = strstr(at, name)) != NULL; at += size)
		if ((at == channels || at[-1] == ' ') && (at[size] == 0 || at[size] == ' '))
			return true;
	return false;
}

static void take_watch(struct probe_timelines *all, const struct probe_evidence_row *row)
{
	for (int i = 0; i < PROBE_CHANNELS; i++) {
		if (all->watched_line[i] != 0 || !names_channel(row->channels, channel_names[i]))
			continue;
		all->watched_line[i] = row->n;
		for (size_t j = 0; j < all->count; j++)
			all->list[j].deliveries[i].watched_line = row->n;
	}
}

static void take_acknowledgement(struct probe_timeline *line, const struct probe_evidence_row *row)
{
	if (row->window > 0 && row->window <= line->window_count)
		line->acknowledged_window = (size_t)row->window;
}

bool probe_timeline_unacknowledged(const struct probe_timeline *line)
{
	return line->state == PROBE_OPEN && line->window_count > line->acknowledged_window;
}

/* --- all of them --- */

static struct probe_timeline *find(const struct probe_timelines *all, const char *target, size_t size, size_t from)
{
	for (size_t i = 0; i < all->count; i++) {
		struct probe_timeline *line = &all->list[(from + i) % all->count];
		if (strlen(line->target) == size && memcmp(line->target, target, size) == 0)
			return line;
	}
	return NULL;
}

struct probe_timeline *probe_timeline_of(const struct probe_timelines *all, const char *target)
{
	return find(all, target, strlen(target), 0);
}

static struct probe_timeline *begin(struct probe_timelines *all, const char *target, size_t size)
{
	all->list = st_realloc(all->list, (all->count + 1) * sizeof *all->list);
	struct probe_timeline *line = &all->list[all->count++];
	*line = (struct probe_timeline){.target = st_strndup(target, size), .state = PROBE_NOT_TESTED};
	for (int i = 0; i < PROBE_CHANNELS; i++)
		line->deliveries[i].watched_line = all->watched_line[i];
	return line;
}

struct probe_timeline *probe_timeline_get(struct probe_timelines *all, const char *target)
{
	struct probe_timeline *line = probe_timeline_of(all, target);
	return line != NULL ? line : begin(all, target, strlen(target));
}

static void take_row(
	struct probe_timelines *all, const struct probe_evidence_row *row, const uint8_t sha256[ST_SHA256_BYTES])
{
	const char *target = (const char *)row->target.data;
	bool verdict = strcmp(row->kind, "verdict") == 0;
	if (strcmp(row->kind, "watch") == 0)
		take_watch(all, row);
	if (row->target.size == 0 || memchr(target, 0, row->target.size) != NULL)
		return;
	struct probe_timeline *line = find(all, target, row->target.size, all->last);
	if (line == NULL && verdict)
		line = begin(all, target, row->target.size);
	if (line == NULL)
		return;
	all->last = (size_t)(line - all->list);
	if (verdict)
		take_verdict(line, row, sha256);
	else if (strcmp(row->kind, "alert") == 0)
		take_alert(line, row);
	else if (strcmp(row->kind, "acknowledged") == 0)
		take_acknowledgement(line, row);
}

void probe_timelines_take(struct probe_timelines *all, struct st_span line, const uint8_t sha256[ST_SHA256_BYTES])
{
	struct probe_evidence_row row = {0};
	if (probe_evidence_row_read(line, &row))
		take_row(all, &row, sha256);
	probe_evidence_row_free(&row);
}

void probe_timelines_take_file(struct probe_timelines *all, struct st_span file)
{
	struct st_span line;
	for (size_t at = 0; probe_evidence_next(file, &at, &line);) {
		uint8_t sha256[ST_SHA256_BYTES];
		st_sha256_of(line.data, line.size, sha256);
		probe_timelines_take(all, line, sha256);
	}
}

void probe_timelines_free(struct probe_timelines *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->list[i].target);
		free(all->list[i].windows);
		st_buf_free(&all->list[i].known);
	}
	free(all->list);
	*all = (struct probe_timelines){0};
}
