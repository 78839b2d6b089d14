/*
 * Credentials of `--auth FILE`: schema staunch.auth/1, entries each written for one target prefix, matched as
 * scope.json matches (exact scheme, host, port, path at a `/`). Read where they are about to be handed to a fetch
 * process, and wiped right after; no error of this file repeats what stood in it.
 */
#ifndef STAUNCH_PROBE_AUTH_H
#define STAUNCH_PROBE_AUTH_H

#include "probe/target.h"

/* Whose answer is asked for. */
enum probe_as { PROBE_AS_ANYBODY /* no credential */, PROBE_AS_OWNER, PROBE_AS_STRANGER, PROBE_AS };

enum probe_auth_kind {
	PROBE_AUTH_BASIC,        /* RFC 7617: user, password */
	PROBE_AUTH_BEARER,       /* RFC 6750: token */
	PROBE_AUTH_API_KEY,      /* Elasticsearch, "API key service": key, as _security/api_key gives it encoded */
	PROBE_AUTH_AWS_SIGV4,    /* AWS Signature Version 4: key, secret, session_token, region, service */
	PROBE_AUTH_SHARED_KEY,   /* Azure Storage, "Authorize with Shared Key": account, key */
	PROBE_AUTH_AZURE_BEARER, /* Azure Storage, "Authorize with Microsoft Entra ID": token */
	PROBE_AUTH_GCS_BEARER,   /* Google Cloud Storage, OAuth 2.0: token */
	PROBE_AUTH_KINDS
};

enum probe_auth_value {
	PROBE_AUTH_USER,
	PROBE_AUTH_PASSWORD,
	PROBE_AUTH_TOKEN,
	PROBE_AUTH_KEY,
	PROBE_AUTH_SECRET,
	PROBE_AUTH_SESSION_TOKEN,
	PROBE_AUTH_REGION,
	PROBE_AUTH_SERVICE,
	PROBE_AUTH_ACCOUNT,
	PROBE_AUTH_VALUES
};

struct probe_auth_entry {
	struct probe_target target;
	enum probe_as as;
	enum probe_auth_kind kind;
	struct st_buf value[PROBE_AUTH_VALUES]; /* with a NUL behind each that is there; size without it */
};

struct probe_auth {
	struct probe_auth_entry *entries;
	size_t count;
};

/* ST_WRONG with "credentials, line N: why". Wipes what it filled unless ST_OK. */
enum st_status probe_auth_read(struct st_span file, struct probe_auth *out, struct st_error *err);
/* Overwrites and frees everything. */
void probe_auth_wipe(struct probe_auth *auth);
const char *probe_auth_kind_name(enum probe_auth_kind kind); /* "aws-sigv4" */
const char *probe_as_name(enum probe_as as);                 /* "anybody", "owner", "stranger" */

/* The entry as the fetch role takes it (fetch/protocol.h, FETCH_CREDENTIAL). */
void probe_auth_encode(const struct probe_auth_entry *entry, struct st_buf *out);

#endif
