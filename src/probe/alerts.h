/*
 * Who hears of a change that a watch finds, when, and in which words. Pure: what is due is computed from timelines, so
 * from evidence alone, and each try is a line of evidence. Exactly once is what two lines can promise when nothing is
 * killed between the moment a message leaves and the line that says so; then it is told again, with the same id.
 *
 * Sources: RFC 5322 (message), RFC 3834 (Auto-Submitted), RFC 5321 (addresses, lines of at most 998 bytes).
 */
#ifndef STAUNCH_PROBE_ALERTS_H
#define STAUNCH_PROBE_ALERTS_H

#include "base/settings.h"
#include "probe/target.h"
#include "probe/timeline.h"

/* "alerts" of a scope. */
struct probe_alerts {
	char *mail_from;
	char **mail_to;
	size_t mail_to_count; /* 0: no mail */
	struct probe_target mail_server;
	bool mail_starttls;          /* it must be offered, and hold */
	struct probe_target webhook; /* host NULL: none */
	char *webhook_path;          /* path and query: may be a secret, never printed */
	char **command;              /* NULL-ended; NULL: none. An absolute path and its arguments. */
	size_t command_count;
	int64_t remind_every_s;
};
/* The value of "alerts". False: err of the file says why; what was taken is freed by probe_alerts_free. */
bool probe_alerts_read(struct st_settings *file, struct probe_alerts *out);
void probe_alerts_free(struct probe_alerts *alerts);
bool probe_alerts_have(const struct probe_alerts *alerts, enum probe_channel channel);

/* 90s, 15m, 6h, 7d: whole seconds from least_s to most_s. */
bool probe_interval_parse(const char *text, int64_t least_s, int64_t most_s, int64_t *out);

/* What is to be told next, through which channel. */
struct probe_due {
	const struct probe_timeline *line;
	enum probe_channel channel;
	unsigned reminder; /* 0: the news itself; else the how-many-th time it is said again */
	unsigned attempt;  /* from 1 */
	char id[48];       /* the same for each attempt */
};
/* Of targets that are watched. False: nothing is due; *next is when something is (INT64_MAX: never, as far as is
 * known). A clock that went back makes a try or a reminder early, never late. */
bool probe_alerts_due(const struct probe_alerts *alerts, const struct probe_timelines *all, int64_t now,
	struct probe_due *out, int64_t *next);
/* Seconds from one try to the next: doubled from PROBE_ALERT_AGAIN_S up to PROBE_ALERT_AGAIN_MOST_S. */
#define PROBE_ALERT_AGAIN_S 2
#define PROBE_ALERT_AGAIN_MOST_S 3600
int64_t probe_alerts_again_s(unsigned tries);

/* staunch.alert/1, one line without a line feed: no name of an object, no value, nothing that a server said. */
void probe_alert_json(const struct probe_due *due, struct st_buf *out);
/* The mail, with CRLF. */
void probe_alert_mail(const struct probe_alerts *alerts, const struct probe_due *due, int64_t now, struct st_buf *out);
/* What happened, a clause for people: "open again". */
const char *probe_alert_words(const struct probe_due *due);
/* {"number","opened":[after,by],"closed":null or [after,by],...}; after null: not known. */
void probe_watch_window_json(struct st_json_writer *w, const struct probe_timeline *line, size_t index);

#endif
