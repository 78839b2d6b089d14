/*
 * scope.json (contract 8): who may be examined, on what ground, until when, how far and how fast. What it does not
 * allow is refused before any packet. Read by our own JSON reader; unknown fields are refused, so that a misspelt limit
 * is not a limit that never was.
 */
#ifndef STAUNCH_PROBE_SCOPE_H
#define STAUNCH_PROBE_SCOPE_H

#include "probe/alerts.h"
#include "probe/probe.h"

enum probe_basis { PROBE_OWN_ASSET, PROBE_MANDATE, PROBE_FINDER, PROBE_BASES };

struct probe_scope {
	char *owner, *authoriser, *reference, *contact;
	enum probe_basis basis;
	int64_t not_before, not_after; /* UTC seconds, both included */
	enum probe_level max_level;
	bool inside; /* vantage */
	double requests_per_second;
	uint64_t budget_bytes;
	struct probe_target *targets;
	size_t target_count;
	struct probe_alerts alerts; /* who hears of a change; of `check --watch` */
};

/* ST_WRONG with "line N: why". The caller frees. Fills *out only on ST_OK. */
enum st_status probe_scope_read(struct st_span file, struct probe_scope **out, struct st_error *err);
void probe_scope_free(struct probe_scope *scope);

/* Is it in force now? ST_WRONG says since when not. */
enum st_status probe_scope_in_force(const struct probe_scope *scope, int64_t now, struct st_error *err);
/* ST_WRONG: nobody allowed this level. */
enum st_status probe_scope_allows_level(const struct probe_scope *scope, enum probe_level level, struct st_error *err);
bool probe_scope_admits(const struct probe_scope *scope, const struct probe_target *target);
const char *probe_basis_name(enum probe_basis basis);
/* A draft for these targets, which says what must be filled in, and is refused until it is. */
void probe_scope_draft(const char *const *targets, size_t count, int64_t now, struct st_buf *out);

#endif
