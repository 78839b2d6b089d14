/*
 * Exports of the Azure Activity Log: who wrote or deleted which network or storage resource, and when. Read are what
 * `az monitor activity-log list` and the REST API give (an array, or {"value": [...]}) and what diagnostic settings
 * write (one entry a line, or {"records": [...]}). Sources: learn.microsoft.com, "Azure activity log event schema"
 * (eventTimestamp, operationName, resourceId, status, correlationId, operationId, caller; `time`, `resultType` of
 * storage accounts and event hubs) and "Microsoft.Network" in "Azure resource provider operations".
 *
 * A caller is a person: of him a masked form is kept, and nothing else of his claims, address or request.
 */
#ifndef STAUNCH_AUDIT_ACTIVITY_H
#define STAUNCH_AUDIT_ACTIVITY_H

#include "audit/model.h"
#include "base/error.h"

enum audit_event_end {
	AUDIT_EVENT_BEGUN, /* the log does not say how it ended */
	AUDIT_EVENT_DONE,
	AUDIT_EVENT_FAILED,
};

#define AUDIT_NEVER_S INT64_MAX

/* One operation: the entries of the log that share its correlation and operation ids, its resource and its name. */
struct audit_event {
	const struct audit_word *resource, *operation, *correlation, *caller; /* the last two NULL: not told */
	const struct audit_word *number;                                      /* operationId; NULL: not told */
	int64_t first_s, last_s; /* seconds since 1970, of its first and its last entry; not done: AUDIT_NEVER_S */
	enum audit_event_end end;
	bool deletes;
	bool shown;    /* some state of the input shows what it did */
	uint32_t line; /* of its first entry in the log */
};

struct audit_activity {
	struct audit_model words; /* owns the texts */
	struct audit_event *items;
	uint32_t count, capacity;
	uint64_t entries, unreadable; /* of whatever resource; those without a time or an operation */
	int64_t first_s, last_s;      /* of all entries */
	bool goes_on;                 /* in pages that are not in the file */
};

/* In the order of their times. ST_WRONG with the line: it is no such log. */
enum st_status audit_activity_read(int fd, struct audit_activity *out, struct st_error *err);
void audit_activity_free(struct audit_activity *activity);

/* "2019-12-05T08:14:22.1234567Z" or with "+01:00" (RFC 3339) in seconds since 1970, the fraction cut off. */
bool audit_time_of(struct st_span text, int64_t *out);
/* "a***@contoso.com"; of the id of a program its first four characters. */
void audit_mask_caller(struct st_span caller, struct st_buf *out);

#endif
