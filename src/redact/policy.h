/*
 * What the owner wants of each kind and field: a YAML file (staunch-redact-policy(5)), strictly read. Pure.
 *
 *   kinds:  {email_address: token, phone_number: mask, url: keep}
 *   fields: {customer.mail: drop, "rows[].comment": mask, "*.id": keep}
 *   allow:  [support@contoso.com, "*@example.com"]
 *   rules:  as in staunch-rules(5), bounded width
 */
#ifndef STAUNCH_REDACT_POLICY_H
#define STAUNCH_REDACT_POLICY_H

#include "base/error.h"
#include "detect/rules.h"
#include "redact/redact.h"

struct redact_policy;
/* text: the file, typed by the owner; ST_WRONG says "line N: why", one line, the name of the file is the caller's to
 * put before it. Caller closes. YAML 1.1 (yaml.org/spec/1.1) without aliases, anchors, tags and a second document. */
enum st_status redact_policy_open(struct st_span text, struct redact_policy **out, struct st_error *err);
/* What is said of a field, by its path (empty: none): what becomes of all of its value, whatever it is; REDACT_KEEP:
 * what is found in it stays; REDACT_ACTIONS: nothing is said. Pure. */
enum redact_action redact_policy_field(const struct redact_policy *policy, struct st_span field);
/* What becomes of a value of this kind in a field of which `field` is said: REDACT_KEEP where it is allowed (never a
 * secret: its canonical form is only its beginning), then what is said of the field, of the kind, `mode`. Pure. */
enum redact_action redact_policy_action(const struct redact_policy *policy, enum redact_action mode,
	enum detect_kind kind, enum redact_action field, struct st_span canonical);
/* Does it ask for tokens, which need a key? */
bool redact_policy_needs_key(const struct redact_policy *policy);
/* Rules in the file, for detect_options; NULL none. */
const struct detect_rules *redact_policy_rules(const struct redact_policy *policy);
void redact_policy_close(struct redact_policy *policy); /* NULL is fine */

#endif
