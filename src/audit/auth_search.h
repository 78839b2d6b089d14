/* What Elasticsearch and OpenSearch have in common: where they listen, and on which ports. */
#ifndef STAUNCH_AUDIT_AUTH_SEARCH_H
#define STAUNCH_AUDIT_AUTH_SEARCH_H

#include "audit/service.h"

struct audit_search_answer {
	enum audit_auth auth;
	const char *reason;
	const struct audit_setting *by;
	const char *default_text; /* of what is not written */
};

/* One share for HTTP and one for the transport between nodes, or one for both where they are answered alike. */
void audit_judge_search(const struct audit_config *config, struct audit_judgement *out,
	const struct audit_search_answer *answer, enum audit_listens by_default);

#endif
