/*
 * Header lines that carry a credential. Pure: no clock, no network. Sources:
 * - basic: RFC 7617. bearer: RFC 6750. api-key: Elasticsearch Reference, "API keys" (Authorization: ApiKey ...).
 * - aws-sigv4: IAM User Guide, "Create a signed AWS API request"; Amazon S3 API Reference, "Authenticating Requests:
 *   Using the Authorization Header" (x-amz-content-sha256 is required; the path of an object is encoded once).
 *   libcurl 7.88 signs by itself, but not what is asked here: without x-amz-content-sha256 (curl issue 8810), with a
 * query that is not sorted (9717) or has no value ("acl", 8107) Ceph refuses it; of keys with "=" see 13754.
 * - azure-shared-key: Microsoft Learn, "Authorize with Shared Key", Blob service, version 2015-02-21 and later.
 * - azure-bearer: Microsoft Learn, "Authorize with Microsoft Entra ID": needs x-ms-version 2017-11-09 or later.
 */
#ifndef STAUNCH_FETCH_SIGN_H
#define STAUNCH_FETCH_SIGN_H

#include "fetch/credential.h"

struct sign_request {
	const char *method;
	const char *host;    /* the value of Host, with the port unless it is the scheme's */
	const char *target;  /* "/path?query", percent-encoded, as it goes out */
	const char *headers; /* "Name: value\n" of each that is sent besides */
	struct st_span body;
	int64_t now; /* UTC seconds */
};

/* Adds "Name: value\n" lines, to be sent besides. The caller wipes them. */
void sign_request(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *lines);

/* What is signed; for tests against the vendors' documents. */
void sign_aws_canonical(
	const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *out);
void sign_azure_string(
	const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *out);

/* --- used by the kinds --- */

void sign_basic(const struct fetch_credential *credential, struct st_buf *out); /* base64 of user:password */
void sign_aws(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *lines);
void sign_azure(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *lines);
/* Azure's x-ms-version, where the request has none: requests with a credential need one. */
void sign_azure_version(const struct sign_request *request, struct st_buf *lines);
/* The value of a header among the request's lines; NULL data: not there. Names are compared without case. */
struct st_span sign_header(const struct sign_request *request, const char *name);
/* %XX to bytes; everything else stays. */
void sign_decode(struct st_span text, struct st_buf *out);
/* All but unreserved characters as %XX (RFC 3986, 2.3); slashes: of a path, they stay. */
void sign_encode(struct st_span text, bool slashes, struct st_buf *out);
/* Names and values, to be sorted by name, then value: headers, parameters of a query. */
#define SIGN_PAIRS 32
struct sign_pairs {
	struct st_buf list[SIGN_PAIRS]; /* name, \1, value, NUL: \1 is below all that either holds */
	size_t count;
};
/* Beyond SIGN_PAIRS nothing is added: rows of the table have fewer. Names of headers go in in lower case. */
void sign_pairs_add(struct sign_pairs *pairs, struct st_span name, struct st_span value);
void sign_pairs_sort(struct sign_pairs *pairs);
/* before NAME between VALUE after, for each. */
void sign_pairs_write(
	const struct sign_pairs *pairs, const char *before, char between, const char *after, struct st_buf *out);
void sign_pairs_wipe(struct sign_pairs *pairs);
/* Headers of the request whose names begin so (in lower case). */
void sign_pairs_headers(struct sign_pairs *pairs, const struct sign_request *request, const char *begin);
/* What stands behind the '?', decoded: each given to `add`. */
void sign_parameters(const struct sign_request *request, struct sign_pairs *pairs,
	void (*add)(struct sign_pairs *pairs, struct st_span name, struct st_span value));
struct st_span sign_span(const char *text);

#endif
