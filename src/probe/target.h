/*
 * What a person typed as a target of `check`, or wrote into a scope: a URL, or SERVICE://HOST:PORT. Nothing is looked
 * up. Sources of the rules: RFC 3986 (parts of a URL), contract 8 (exact scheme, host, port, path prefix at `/`).
 */
#ifndef STAUNCH_PROBE_TARGET_H
#define STAUNCH_PROBE_TARGET_H

#include "base/bytes.h"
#include "base/error.h"
#include "probe/sas.h"

enum probe_transport { PROBE_HTTP, PROBE_HTTPS, PROBE_TCP, PROBE_TLS };

struct probe_target {
	char *canonical; /* lower-case scheme and host, explicit port, path without a slash at its end */
	char *scheme;    /* as typed, in lower case: "https", "redis", "azure_blob+https" */
	char *service;   /* named by the scheme, with underscores; NULL: told by the host or by what it answers */
	char *host;      /* lower case; an IPv6 address without brackets */
	uint16_t port;
	char *path; /* "" or "/exports/2019"; percent-encoded as RFC 3986 wants it, no dot segments */
	enum probe_transport transport;
	bool literal; /* the host is an address, typed as such */
	struct probe_sas
		*sas; /* what this target is asked with, of a file; NULL: nothing. `canonical` ends in its mark */
};

/* ST_WRONG with one clear line: no scheme, credentials or a signature in it, a query, a fragment, a dot segment, a bad
 * host or port. The caller frees with probe_target_free. A service without transport is HTTP when `http` says so of its
 * name, else plain TCP; "+https" and "+tls" ask for TLS. Fills *out only on ST_OK. */
enum st_status probe_target_parse(const char *text, struct probe_target *out, struct st_error *err);
void probe_target_free(struct probe_target *target);
/* A URL with its shared access signature behind '?': what stands before is parsed as above, the signature goes into
 * `sas`, and canonical gets "#sas-" and its mark, so that evidence tells it from the store asked anonymously. */
enum st_status probe_target_parse_signed(struct st_span url, struct probe_target *out, struct st_error *err);
/* The URL as it was given, without the signature: "https://HOST/PATH#sas-1a2b3c4d". The caller frees. */
char *probe_target_signed_name(struct st_span url, const struct probe_target *target);

/* A file of such URLs, one a line; blank lines and those with '#' first are left out. */
struct probe_signed_list {
	struct probe_target *targets;
	char **names; /* probe_target_signed_name */
	size_t count;
};
/* ST_WRONG with "signatures, line N: why", which repeats nothing of it. Fills *out only on ST_OK. */
enum st_status probe_signed_read(struct st_span file, struct probe_signed_list *out, struct st_error *err);
void probe_signed_free(struct probe_signed_list *list);

/* Is `inner` what `outer` names, or below it? Scheme, host and port are the same to the letter, the path at a `/`. */
bool probe_target_within(const struct probe_target *outer, const struct probe_target *inner);
/* Does a request's path stay at or below the target's? Both percent-encoded. */
bool probe_path_within(const char *outer, const char *path, size_t size);

#endif
