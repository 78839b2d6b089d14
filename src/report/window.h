/*
 * Exposure windows as they are told (contract 6, "window"): for each store brackets of its opening and closing, each
 * bound with who observed it. A bound that nobody observed is told as not known.
 */
#ifndef STAUNCH_REPORT_WINDOW_H
#define STAUNCH_REPORT_WINDOW_H

#include "base/json_write.h"

struct report_bound {
	const char *witness; /* "check", "audit", "sighting"; NULL: not known */
	int64_t at;          /* UTC seconds */
};

struct report_window {
	struct report_bound opened_after, opened_by, closed_after, closed_by;
	bool confirmed;     /* false: nobody but others says that it was open */
	uint64_t opens;     /* observations of it being open that are no sighting */
	uint64_t sightings; /* in it */
	int64_t sighted_first, sighted_last;
};

/* An edit that opened a store, as an audit found it (contract 9, `opened_by`). Texts NULL: not told. */
struct report_opening {
	char *store, *change, *rule, *group, *address, *file, *commit;
	char *operation, *first, *last, *correlation, *caller; /* of an activity log; the caller is masked */
	uint64_t line;
};

#define REPORT_OPENINGS 8 /* of one row of an audit */

struct report_openings {
	struct report_opening *items;
	size_t count;
	uint64_t unreadable; /* events of audits that could not be read */
};

struct report_exposure {
	char *store;
	struct report_window *windows; /* in the order of time; none: never seen open */
	size_t window_count;
	uint64_t checks;              /* verdicts of our own, whatever they say */
	uint64_t audits;              /* what configurations of a known day or moment say */
	uint64_t sightings;           /* of others; not used of them: */
	uint64_t reachable;           /* that only say that something answers */
	uint64_t by_address;          /* of an address that a name led to later */
	uint64_t undecided;           /* of a day on which it was found closed, too */
	char *engines;                /* who saw it: "shadowserver, shodan"; "" nobody */
	int64_t first_seen_by_others; /* open; 0 never */
};

/* How brackets are made, in plain words. */
const char *report_window_method(void);
/* An array of windows: opened and closed as [after, by] with null for what is not known, sources in the same shape. */
void report_windows_json(struct st_json_writer *w, const struct report_window *windows, size_t count);
/* The same and the counts: the object of one store without its braces. */
void report_exposure_json(struct st_json_writer *w, const struct report_exposure *exposure);
/* What opened this store: an array. */
void report_openings_json(struct st_json_writer *w, const struct report_openings *openings, const char *store);
/* "rule changed: AllowSearch (nsg.json:14)", escaped. */
void report_opening_text(const struct report_opening *opening, struct st_buf *out);
/* "2019-12-05T08:14:22Z, a***@contoso.com, correlation c-1", escaped; false: no log names it. */
bool report_opening_event_text(const struct report_opening *opening, struct st_buf *out);
/* "in (2019-12-04 02:00, 2019-12-05 02:00]", "before 2019-12-05 02:00, start unknown" */
void report_opened_text(const struct report_window *window, struct st_buf *out);
/* "in (..., ...]", "before ...", "not seen closed" */
void report_closed_text(const struct report_window *window, struct st_buf *out);
/* "measured", "stated by others" */
const char *report_certainty(const struct report_bound *bound);

#endif
