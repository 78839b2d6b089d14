/* Any bytes as a policy: refused with one line that names one, or read; then every question about every kind has an
 * answer, and a secret is never allowed. */
#include "redact/policy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct st_span span(const char *text)
{
	return (struct st_span){(const uint8_t *)text, strlen(text)};
}

static void ask(const struct redact_policy *policy)
{
	static const char *const fields[] = {"", "id", "customer.mail", "rows[].comment", "a.b.c.d"};
	static const char *const values[] = {"", "anna@contoso.com", "*", "+390612345678", "\xff\xfe"};
	for (int kind = 0; kind < DETECT_KINDS; kind++)
		for (size_t i = 0; i < 5; i++)
			for (size_t j = 0; j < 5; j++)
				if (redact_policy_action(policy, REDACT_MASK, (enum detect_kind)kind,
					    redact_policy_field(policy, span(fields[i])),
					    span(values[j])) >= REDACT_ACTIONS)
					abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redact_policy *policy;
	struct st_error err = {0};
	if (redact_policy_open((struct st_span){data, size}, &policy, &err) == ST_OK) {
		ask(policy);
		redact_policy_close(policy);
	} else if (err.what[0] == 0 || strchr(err.what, '\n') != NULL) {
		abort();
	}
	return 0;
}
