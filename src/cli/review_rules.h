/*
 * Rules of `case review`: what a person decided where the data alone does not say whose it is. One line each:
 *
 *   prefix /customers/0042 -> contoso.com     objects below this path are of this organization, or of this mailbox
 *   withhold /board                           objects below this path are shown to nobody
 *   employer contoso.com                      the organization employs who has addresses at its domain
 *
 * A path prefix ends at a slash; STORE:/path means one store only. The longest prefix that fits decides; at equal
 * length `withhold` wins. Rules never take a value from whom its address names, and never give one of somebody else.
 */
#ifndef STAUNCH_CLI_REVIEW_RULES_H
#define STAUNCH_CLI_REVIEW_RULES_H

#include "base/bytes.h"
#include "casefile/casefile.h"

enum review_kind { REVIEW_PREFIX, REVIEW_WITHHOLD, REVIEW_EMPLOYER };

struct review_rule {
	enum review_kind kind;
	char *store; /* NULL: any */
	char *path;  /* without the slash in front and behind; NULL for employer */
	char *party; /* canonical; NULL for withhold */
	bool organization;
};

struct review_rules {
	struct review_rule *rules;
	size_t count;
};

/* One line; false with what is wrong in *why (static). Free with review_rule_free in any case. */
bool review_rule_parse(struct st_span line, struct review_rule *out, const char **why);
void review_rule_free(struct review_rule *rule);
/* The line of a rule, as parsed. */
void review_rule_text(const struct review_rule *rule, struct st_buf *out);

/* The rules in force in a case. Free with review_rules_free in any case. */
enum st_status review_rules_load(struct casefile *casefile, struct review_rules *out, struct st_error *err);
enum st_status review_rules_save(struct casefile *casefile, const struct review_rules *rules, struct st_error *err);
void review_rules_free(struct review_rules *rules);

/* The rule that decides for an object; NULL: none. path: within the store, raw. */
const struct review_rule *review_rules_find(const struct review_rules *rules, const char *store, struct st_span path);
bool review_rules_employer(const struct review_rules *rules, struct st_span domain);

#endif
