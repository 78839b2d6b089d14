/* What an audit says, in a form that travels: the worker makes it, the command prints it and trusts none of its texts.
 */
#ifndef STAUNCH_AUDIT_RESULT_H
#define STAUNCH_AUDIT_RESULT_H

#include "audit/pool.h"
#include "base/error.h"

/* How much of the internet: contract 9. any: 99 % of a family. broad: a block wider than /8 (IPv6: /32), the width at
 * which AWS calls a policy public, or 1 % of public IPv4. shared: a service tag whose addresses others can rent. */
enum audit_class { AUDIT_LISTED, AUDIT_SHARED, AUDIT_BROAD, AUDIT_ANY, AUDIT_CLASSES };
enum audit_verdict { AUDIT_OPEN, AUDIT_CLOSED, AUDIT_CANNOT_TELL, AUDIT_VERDICTS };
enum audit_auth { AUDIT_AUTH_NONE, AUDIT_AUTH_REQUIRED, AUDIT_AUTH_UNKNOWN, AUDIT_AUTHS };
enum audit_protocol {
	AUDIT_PROTOCOL_TCP,
	AUDIT_PROTOCOL_UDP,
	AUDIT_PROTOCOL_ICMP,
	AUDIT_PROTOCOL_ESP,
	AUDIT_PROTOCOL_AH,
	AUDIT_PROTOCOL_OTHER, /* what else there is: GRE and so on */
	AUDIT_PROTOCOL_ANY,
	AUDIT_PROTOCOLS
};

enum audit_change {
	AUDIT_RULE_ADDED,
	AUDIT_RULE_CHANGED,
	AUDIT_RULE_REMOVED,
	AUDIT_ATTACHMENT_CHANGED, /* other groups, another public address, another kind of it */
	AUDIT_STORE_ADDED,
	AUDIT_SETTING_ADDED,
	AUDIT_SETTING_CHANGED,
	AUDIT_SETTING_REMOVED,
	AUDIT_STORE_REMOVED,
	AUDIT_CHANGES
};
/* How the edits opened it: one did, each by itself would have, only all together. */
enum audit_how { AUDIT_HOW_ONE, AUDIT_HOW_EACH, AUDIT_HOW_TOGETHER, AUDIT_HOWS };

const char *audit_class_name(enum audit_class class);
const char *audit_verdict_name(enum audit_verdict verdict);
const char *audit_auth_name(enum audit_auth auth);
const char *audit_protocol_name(enum audit_protocol protocol);
const char *audit_change_name(enum audit_change change);
const char *audit_how_name(enum audit_how how);

#define AUDIT_NO_STORE UINT32_MAX

/* What somebody may do who has not proven who he is. */
#define AUDIT_RIGHT_LIST 1u
#define AUDIT_RIGHT_READ 2u
/* What an exception (exception.h) says of a row. */
enum audit_excepted { AUDIT_NOT_EXCEPTED, AUDIT_EXCEPTED, AUDIT_EXCEPTION_EXPIRED, AUDIT_EXCEPTEDS };

struct audit_texts {
	struct st_span *items;
	uint32_t count, capacity;
};

struct audit_range {
	uint16_t low, high;
};

/* Whose rule it is: what it is edited with. Of a network ACL and of routes there is no `set`: see below. */
enum audit_cloud {
	AUDIT_CLOUD_AZURE,
	AUDIT_CLOUD_AWS_GROUP,
	AUDIT_CLOUD_AWS_ACL,
	AUDIT_CLOUD_AWS_ROUTES,
	AUDIT_CLOUDS
};

/* A rule, and where it stands: file by its number among those given, line from 1 (0: nowhere). */
struct audit_rule_at {
	struct st_span group, rule;
	int32_t priority; /* -1: not known */
	uint32_t file, line;
	bool setting;            /* of a service or a store, not of a network: "key: value" */
	struct st_span address;  /* of the resource it stands in, in a plan of Terraform; else empty */
	struct st_span set;      /* of a fix: the sources that it gets, with commas between them */
	struct st_span group_id; /* as the input has it */
	struct st_span
		pointer; /* RFC 6901, to the object that holds its fields; has_pointer false: not one of its own */
	bool has_pointer;
	bool many;     /* it names sources in the plural, too */
	bool computed; /* it has no pointer because a template makes it by an expression or a loop */
	/* Its one source in the text, quotes included: columns count from 1, end is behind it. Line 0: no literal by
	 * itself in a line of ASCII. */
	uint32_t edit_line, edit_column, edit_end;
	/* AWS: its protocol (a name, "-1" or "ip-47"), its ports ("*", "22", "20-30") and source as the API has them.
	 * `set` of a fix is empty where the rule is taken out, or denies from then on. */
	enum audit_cloud cloud;
	struct st_span protocol, ports, source;
};

/* Of an activity log: the first of the operations that may have been the edit. */
struct audit_event_told {
	struct st_span operation, correlation, caller, first, last; /* operation empty: none; last as in a moment */
	uint32_t line;                                              /* in the log */
	uint32_t count;                                             /* of all that may have been it */
};

struct audit_edit {
	enum audit_change change;
	struct audit_rule_at rule; /* of a removed rule where it stood before; of a store its place, without a rule */
	struct audit_event_told event;
};

/* When, as an activity log has it: between the first and the last operation that may have been it, UTC. */
struct audit_moment {
	bool told;
	struct st_span first, last; /* last empty: its end is not in the log */
	bool inside;                /* the log begins or ends inside of the window of the snapshots */
};

struct audit_exposure {
	struct st_span store;
	struct audit_texts destinations; /* none: whatever the rules do not name */
	enum audit_protocol protocol;
	struct audit_range *ports;
	uint32_t port_count, port_capacity;
	struct audit_texts sources; /* prefixes, "tag:NAME", or the text that could not be resolved */
	enum audit_class class;     /* of cannot-tell: what it would be at worst */
	enum audit_verdict verdict;
	enum audit_auth auth;
	struct {
		struct st_span source, destination; /* source empty: no witness */
		enum audit_protocol protocol;
		int32_t source_port, destination_port; /* -1: any, none */
	} witness;
	struct audit_rule_at *admitted_by;
	uint32_t admitted_count, admitted_capacity;
	struct st_span reason; /* why it cannot be told */
	uint32_t file, line;   /* of the store */
	uint32_t store_number; /* in the list of stores; AUDIT_NO_STORE: it is gone */
	bool known_before;     /* all of it was there in the baseline */
	/* dates of snapshots; empty: before the first, or not yet. Without a window of a comparison: names of the
	 * states between which it opened (commits), or empty. */
	bool has_window;
	struct st_span opened_after, opened_by, closed_after, closed_by;
	enum audit_how how;
	struct audit_edit *edits; /* what opened it */
	uint32_t edit_count, edit_capacity;
	enum audit_how close_how;
	struct audit_edit *closings; /* what closed it */
	uint32_t closing_count, closing_capacity;
	struct audit_moment opened_log, closed_log;
	/* Rules whose sources, set to `set`, close it, as was evaluated; other rows that they open, too. */
	struct audit_rule_at *fix_rules;
	uint32_t fix_count, fix_capacity, fix_also_closes;
	struct st_span service; /* whose settings were judged; empty: nothing is known of what answers there */
	unsigned rights;        /* AUDIT_RIGHT_*: of everybody, as far as is known */
	/* A setting that closes it, as was evaluated: key, value (empty: take it out), and where it stands or belongs.
	 */
	struct {
		struct st_span key, value;
		uint32_t file, line;
	} fix_setting;      /* key empty: there is none */
	uint32_t fix_keeps; /* flows to keep that still get in */
	enum audit_excepted excepted;
	uint32_t exception; /* which one; only where one says something */
};

/* Shadowed rules, dead denies, things that cannot be told. */
struct audit_note {
	struct st_span store, text;
	struct audit_rule_at rule; /* rule.rule empty: no rule */
	struct audit_rule_at by;   /* the rule that stands before it, of shadowed ones */
};

struct audit_notes {
	struct audit_note *items;
	uint32_t count, capacity;
};

struct audit_store_told {
	struct st_span name, reason; /* reason: why it is closed or cannot be told; may be empty */
	enum audit_verdict verdict;
	uint32_t file, line;
};

/* An exception, and what came of it. */
struct audit_exception_told {
	struct st_span store, reason, owner, until;
	uint32_t line; /* in the file of exceptions */
	bool expired;
	uint32_t rows; /* that it takes out, or would */
};

#define AUDIT_KEPT_SLOTS 256 /* a power of two */
/* An activity log as a whole. */
struct audit_log_told {
	bool given, goes_on; /* goes_on: in pages that are not in the file */
	uint64_t entries, unreadable;
	uint32_t events, failed;    /* operations on networks and storage; those that did not succeed */
	uint32_t elsewhere;         /* those on what is in no state, or before the first of them or after the last */
	struct st_span first, last; /* times of all entries; empty: there are none */
};

#define AUDIT_INSIDE_WORDS 4

struct audit_word;
struct audit_handing;
struct audit_result {
	struct audit_pool pool;
	struct audit_pool rows; /* texts of exposures that are handed on early */
	/* Who takes exposures as soon as their store is told, and what is held for him; NULL: they stay. */
	const struct audit_handing *early;
	struct st_buf *held;
	bool in_row;                           /* what is told is a row that is handed on early */
	struct st_span kept[AUDIT_KEPT_SLOTS]; /* texts told last, by where they were: most are told again */
	const void *kept_from[AUDIT_KEPT_SLOTS];
	const struct audit_word *inside[AUDIT_INSIDE_WORDS]; /* see fix.c */
	struct audit_exposure *exposures;
	uint32_t exposure_count, exposure_capacity;
	struct audit_store_told *stores;
	uint32_t store_count, store_capacity;
	struct audit_notes shadowed, dead_denies, cannot_tell;
	uint32_t snapshots; /* dates that were looked at; 0: there are none */
	bool compared;      /* with a baseline, or with the state before a plan */
	struct audit_exception_told *exceptions;
	uint32_t exception_count, exception_capacity;
	struct audit_log_told log;
	struct audit_notes unseen;         /* operations of the log that no state of the input shows */
	struct audit_notes default_routes; /* subnets in which VirtualNetwork may be anybody */
	struct audit_notes unlogged;       /* edits between states that the log does not name */
	struct audit_notes unfinished;     /* groups of which not all shadowed rules were looked for */
};

/* Room for one more in an array {items, count, capacity}: its index. */
#define AUDIT_PUSH(items, count, capacity) \
	((void)((items) = audit_grow((items), (count), &(capacity), sizeof *(items))), &(items)[(count)++])
void *audit_grow(void *items, uint32_t count, uint32_t *capacity, size_t item_bytes);

void audit_result_free(struct audit_result *result);
/* Whoever takes an answer piece by piece: `take` empties the buffer once it holds so many bytes, and at the end. */
struct audit_handing {
	size_t bytes;
	bool (*take)(void *context, struct st_buf *piece);
	void *context;
};
/* Encodes the exposures told so far for the one who takes them early, and forgets them; audit_result_encode then adds
 * the rest. False: a piece was not taken. */
bool audit_result_pass(struct audit_result *result);
/* A copy of the text that lives as long as what is told with it. */
struct st_span audit_result_keep(struct audit_result *result, struct st_span text);
/* to NULL: all of it stays in out. False: a piece was not taken. */
bool audit_result_encode(const struct audit_result *result, struct st_buf *out, const struct audit_handing *to);
/* bytes stay borrowed by the result's texts. files: how many there are; every number is checked. ST_FATAL: it is none.
 */
enum st_status audit_result_decode(
	struct st_span bytes, uint32_t files, struct audit_result *out, struct st_error *err);

#endif
