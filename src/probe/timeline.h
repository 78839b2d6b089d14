/*
 * What the lines of evidence say of each target over time: a pure function of the rows, in their order, so that whoever
 * reads the file again knows the same (contract 8, "re-probe", "relapse").
 *
 * A window is open in (opened.after, opened.by] and closed in (closed.after, closed.by]: RFC 3339 times of the last
 * verdict that said otherwise and of the first that said so. A verdict that cannot tell moves no end of any bracket.
 * Closed and then open again is a second window of the same target, whatever is left in it.
 *
 * News is a change that is worth telling. cannot-tell is news when PROBE_UNCLEAR_ROUNDS verdicts in a row say so, and
 * never a change to closed; the next verdict that tells is news again.
 */
#ifndef STAUNCH_PROBE_TIMELINE_H
#define STAUNCH_PROBE_TIMELINE_H

#include "probe/evidence.h"

#define PROBE_UNCLEAR_ROUNDS 3

struct probe_bracket {
	char after[21]; /* "": not known */
	char by[21];    /* "": it has not happened, as far as is known */
};

struct probe_watch_window {
	struct probe_bracket opened, closed;
	uint64_t opened_line, closed_line; /* of the evidence; 0: not closed */
	struct probe_bracket wiped;        /* names that wipers leave were listed; by "": none were */
	uint64_t objects;                  /* names on the listed pages, when last any were seen without such notes */
	char objects_at[21];               /* "": not counted in this window */
	bool clock_went_back;              /* a bracket ends before it begins: some clock was wrong */
};

enum probe_news {
	PROBE_NEWS_NONE,
	PROBE_NEWS_OPENED,
	PROBE_NEWS_REOPENED,
	PROBE_NEWS_CLOSED,
	PROBE_NEWS_CANNOT_TELL,
	PROBE_NEWS_IS_OPEN,   /* told again, after it could not be told */
	PROBE_NEWS_IS_CLOSED, /* the same, or never told before */
	PROBE_NEWS_KINDS
};

enum probe_channel { PROBE_MAIL, PROBE_WEBHOOK, PROBE_COMMAND, PROBE_CHANNELS };

/* What became of telling it through one channel. */
struct probe_delivery {
	uint64_t watched_line; /* the first line `watch` that names the channel; 0: none does */
	bool delivered;        /* the news at hand */
	unsigned reminders;    /* of it, that arrived */
	unsigned tries;        /* of what is next: the news, then a reminder */
	unsigned missed;       /* earlier news that never arrived */
	char tried_at[21];     /* "" never */
	char told_at[21];      /* when news or a reminder last arrived */
};

struct probe_timeline {
	char *target;
	bool watched;           /* the caller's */
	enum probe_state state; /* the last that was open or closed; PROBE_NOT_TESTED: neither ever */
	char last_at[21];       /* of any verdict */
	char last_open[21];     /* "": never */
	char last_closed[21];
	char first_closed[21]; /* behind last_open; "" */
	char last_unwiped[21]; /* open, without notes of wipers */
	struct st_buf known;   /* a listed name, sealed; empty: none */
	struct probe_watch_window *windows;
	size_t window_count;
	unsigned unclear; /* verdicts in a row that cannot tell */
	char unclear_since[21];
	enum probe_news news;
	enum probe_state told; /* what the news, or the first verdict, said */
	uint64_t news_line;
	char news_at[21], news_id[33]; /* id: from the hash of the line that brought it */
	size_t acknowledged_window;    /* from 1; 0 none */
	struct probe_delivery deliveries[PROBE_CHANNELS];
};

/* Zero-initialised is empty. */
struct probe_timelines {
	struct probe_timeline *list;
	size_t count, last; /* last: found last, for lines come in the order of targets */
	uint64_t watched_line[PROBE_CHANNELS];
};

/* One line of evidence, without its line feed; sha256: its hash. Lines of other kinds change nothing. */
void probe_timelines_take(struct probe_timelines *all, struct st_span line, const uint8_t sha256[ST_SHA256_BYTES]);
/* All whole lines of a file that was checked. */
void probe_timelines_take_file(struct probe_timelines *all, struct st_span file);
/* NULL: nothing is known of it. Borrowed until the next take. */
struct probe_timeline *probe_timeline_of(const struct probe_timelines *all, const char *target);
/* The same, begun when there is none. */
struct probe_timeline *probe_timeline_get(struct probe_timelines *all, const char *target);
void probe_timelines_free(struct probe_timelines *all);

/* Is the window at hand open, as far as is known, and nobody has acknowledged it? */
bool probe_timeline_unacknowledged(const struct probe_timeline *line);
/* Is the news to be told through this channel still? What happened before anybody watched with it is told only when it
 * leaves the target open. */
bool probe_timeline_untold(const struct probe_timeline *line, enum probe_channel channel);
const char *probe_news_name(enum probe_news news);          /* "reopened" */
const char *probe_channel_name(enum probe_channel channel); /* "webhook" */
/* RFC 3339 in UTC, as written here: 2026-11-22T05:00:00Z. */
bool probe_time_parse(const char *text, int64_t *out);

#endif
