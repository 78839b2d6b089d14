/*
 * Two small files that a user writes beside a configuration, both lists of sets (store x source x protocol x port):
 * exceptions, which somebody answers for until a day, and flows to keep, which no fix may break. What such a set holds
 * is worked out as for a rule (compile.h) and taken small: nothing that is not surely in it.
 */
#ifndef STAUNCH_AUDIT_FLOWS_H
#define STAUNCH_AUDIT_FLOWS_H

#include "audit/reach.h"

enum audit_flows_kind {
	AUDIT_EXCEPTIONS, /* {"exceptions": [{"store", "sources", "protocol", "ports", "reason", "owner", "until"}]} */
	AUDIT_KEEP,       /* {"keep": [{"store", "sources", "protocol", "ports"}]}; store "*": all */
	AUDIT_ACTIVITY_LOG, /* no such list: activity.h reads it */
};

struct audit_flow {
	const struct audit_word *store; /* its name, id, or address in a plan */
	struct audit_rule rule;         /* sources, protocol, ports */
	const struct audit_word *reason, *owner, *until;
	uint32_t line;
	bool expired;
	uint32_t rows; /* that it covers in part or whole */
};

struct audit_flows {
	struct audit_model words; /* owns the texts */
	struct audit_flow *items;
	uint32_t count, capacity;
};

/* now: seconds since 1970; an exception holds to the end of the day `until`, UTC. ST_WRONG with the line. */
enum st_status audit_flows_read(
	struct st_span file, enum audit_flows_kind kind, int64_t now_s, struct audit_flows *out, struct st_error *err);
void audit_flows_free(struct audit_flows *flows);
bool audit_flow_is_of(const struct audit_flow *flow, const struct audit_store *store);
/* ST_WRONG: a name means several stores of the model, and it cannot be told which. */
enum st_status audit_flows_check(
	const struct audit_flows *flows, const struct audit_model *model, struct st_error *err);

/* Is all of the flow surely let in, as far as it comes from the internet? */
bool audit_flow_admitted(const struct audit_flow *flow, const struct audit_reach *reach);

/* A part of a row that exceptions cut out of it. */
struct audit_piece {
	struct audit_set lines, sources;
	bool held; /* by the exception of this number */
	uint32_t exception;
};
struct audit_pieces {
	struct audit_piece *items;
	uint32_t count, capacity;
};
/* The row in pieces: those that an exception covers, and all the rest. Those in force go before expired ones. Counts in
 * `rows`. */
void audit_flows_cut(struct audit_flows *exceptions, const struct audit_store *store, const struct audit_tags *tags,
	const struct audit_reach_row *row, struct audit_pieces *out);
void audit_pieces_free(struct audit_pieces *pieces);

#endif
