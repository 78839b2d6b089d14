/* What answers to a credential say: of a stranger's, and of the owner's. */
#include "probe/probe.h"

void probe_owner_note(struct probe_owner_view *view, const char *name, const char *value)
{
	if (view->count == PROBE_OWNER_FINDINGS)
		return;
	view->list[view->count].name = name;
	view->list[view->count++].value = value;
}

/* 401 is asked for by credentials that are none (RFC 9110, 15.5.2); S3 and Azure say 403 and name it (Amazon S3 API
 * Reference, "Error responses"; Microsoft Learn, "Common REST API error codes"). */
bool probe_credential_is_refused(const struct probe_answer *answer)
{
	static const char *const codes[] = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed",
		"ExpiredToken", "InvalidToken", "InvalidSecurity", "AuthorizationHeaderMalformed",
		"AuthenticationFailed", "InvalidAuthenticationInfo", "KeyBasedAuthenticationNotPermitted"};
	const char *header = answer->header[PROBE_HEADER_X_MS_ERROR_CODE];
	if (answer->outcome != PROBE_ANSWERED)
		return false;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if ((header != NULL && strcmp(header, codes[i]) == 0) ||
			probe_fact_is(answer->facts, "Error/Code", codes[i]))
			return true;
	return answer->status == 401;
}

enum probe_state probe_any_authenticated(const struct probe *view, bool credential_refused)
{
	const enum probe_state *rights = view->verdict.rights;
	if (rights[PROBE_LIST] == PROBE_OPEN || rights[PROBE_READ] == PROBE_OPEN)
		return PROBE_OPEN;
	if (credential_refused)
		return PROBE_CANNOT_TELL;
	return rights[PROBE_LIST] == PROBE_CLOSED && rights[PROBE_READ] == PROBE_CLOSED ? PROBE_CLOSED
											: PROBE_CANNOT_TELL;
}
