/*
 * What the owner wants of each kind and field: a YAML file (staunch-redact-policy(5)).
 *
 *   kinds:  {email_address: token, phone_number: mask, url: keep}
 *   fields: {customer.mail: drop, "rows[].comment": mask, "*.id": keep}
 *   allow:  [support@contoso.com, "*@example.com"]
 *   rules:  as in staunch-rules(5), bounded width
 */
#ifndef STAUNCH_REDACT_POLICY_H
#define STAUNCH_REDACT_POLICY_H

#include "base/error.h"
#include "redact/redact.h"

struct redact_policy;
/* text: the file, typed by the owner; an error names its line. Caller closes. */
enum st_status redact_policy_open(struct st_span text, struct redact_policy **out, struct st_error *err);
/* What becomes of a value of this kind that stands in this field (empty: none). Pure. */
enum redact_action redact_policy_action(const struct redact_policy *policy, enum redact_action mode,
	enum detect_kind kind, struct st_span field, struct st_span canonical);
/* What becomes of all of a field, whatever stands there: REDACT_DROP or a mode; REDACT_ACTIONS: nothing is said. */
enum redact_action redact_policy_field(const struct redact_policy *policy, struct st_span field);
/* Rules in the file, for detect_options; NULL none. */
const struct detect_rules *redact_policy_rules(const struct redact_policy *policy);
void redact_policy_close(struct redact_policy *policy);

#endif
