/* AWS Signature Version 4, by the Authorization header (sources: fetch/sign.h). */
#include "fetch/sign.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>

#define DATE_BYTES 8

/* "20260102T030405Z" */
static void time_text(int64_t now, char out[17])
{
	char utc[21];
	size_t size = 0;
	st_utc_text(now, utc);
	for (const char *at = utc; *at != 0 && size < 16; at++)
		if (*at != '-' && *at != ':')
			out[size++] = *at;
	out[size] = 0;
}

static void body_hash(const struct sign_request *request, char out[2 * ST_SHA256_BYTES + 1])
{
	uint8_t sha256[ST_SHA256_BYTES];
	st_sha256_of(request->body.size > 0 ? request->body.data : (const uint8_t *)"", request->body.size, sha256);
	st_hex(sha256, sizeof sha256, out);
}

/* host, content-type, and everything that begins with x-amz- (IAM User Guide, "Create a canonical request"). */
static void signed_headers(
	const struct fetch_credential *credential, const struct sign_request *request, struct sign_pairs *pairs)
{
	char when[17], hash[2 * ST_SHA256_BYTES + 1];
	const struct st_buf *session = &credential->value[PROBE_AUTH_SESSION_TOKEN];
	struct st_span type = sign_header(request, "content-type");
	time_text(request->now, when);
	body_hash(request, hash);
	sign_pairs_add(pairs, sign_span("host"), sign_span(request->host));
	sign_pairs_add(pairs, sign_span("x-amz-content-sha256"), sign_span(hash));
	sign_pairs_add(pairs, sign_span("x-amz-date"), sign_span(when));
	if (session->size > 0)
		sign_pairs_add(
			pairs, sign_span("x-amz-security-token"), (struct st_span){session->data, session->size});
	if (type.data != NULL)
		sign_pairs_add(pairs, sign_span("content-type"), type);
	sign_pairs_headers(pairs, request, "x-amz-");
	sign_pairs_sort(pairs);
}

/* "host;x-amz-date" */
static void add_names(const struct sign_pairs *pairs, struct st_buf *out)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const char *name = (const char *)pairs->list[i].data;
		if (i > 0)
			st_buf_add_byte(out, ';');
		st_buf_add(out, name, strcspn(name, "\1"));
	}
}

/* S3 encodes the path of an object once; every other service encodes what is sent once more. */
static void add_path(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *out)
{
	struct st_span path = {(const uint8_t *)request->target, strcspn(request->target, "?")};
	st_auto_buf struct st_buf plain = {0};
	if (strcmp(fetch_credential_value(credential, PROBE_AUTH_SERVICE), "s3") != 0) {
		sign_encode(path, true, out);
		return;
	}
	sign_decode(path, &plain);
	sign_encode((struct st_span){plain.data, plain.size}, true, out);
}

static void add_parameter(struct sign_pairs *pairs, struct st_span name, struct st_span value)
{
	st_auto_buf struct st_buf encoded = {0}, behind = {0};
	sign_encode(name, false, &encoded);
	sign_encode(value, false, &behind);
	sign_pairs_add(pairs, (struct st_span){encoded.data, encoded.size}, (struct st_span){behind.data, behind.size});
}

/* Sorted after encoding; "acl" is "acl=". */
static void add_query(const struct sign_request *request, struct st_buf *out)
{
	struct sign_pairs pairs = {0};
	size_t begin = out->size;
	sign_parameters(request, &pairs, add_parameter);
	sign_pairs_sort(&pairs);
	sign_pairs_write(&pairs, "", '=', "&", out);
	out->size -= out->size > begin; /* the last & */
	sign_pairs_wipe(&pairs);
}

void sign_aws_canonical(
	const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *out)
{
	struct sign_pairs headers = {0};
	char hash[2 * ST_SHA256_BYTES + 1];
	signed_headers(credential, request, &headers);
	st_buf_format(out, "%s\n", request->method);
	add_path(credential, request, out);
	st_buf_add_byte(out, '\n');
	add_query(request, out);
	st_buf_add_byte(out, '\n');
	sign_pairs_write(&headers, "", ':', "\n", out);
	st_buf_add_byte(out, '\n');
	add_names(&headers, out);
	body_hash(request, hash);
	st_buf_format(out, "\n%s", hash);
	sign_pairs_wipe(&headers);
}

/* HMAC of HMAC of ... : the key of one day, region and service. */
static void signing_key(const struct fetch_credential *credential, const char *date, uint8_t out[ST_SHA256_BYTES])
{
	st_auto_secret struct st_buf first = {0};
	const struct st_buf *secret = &credential->value[PROBE_AUTH_SECRET];
	const char *region = fetch_credential_value(credential, PROBE_AUTH_REGION);
	const char *service = fetch_credential_value(credential, PROBE_AUTH_SERVICE);
	uint8_t next[ST_SHA256_BYTES];
	st_buf_reserve(&first, secret->size + 4);
	st_buf_add(&first, "AWS4", 4);
	st_buf_add(&first, secret->data, secret->size);
	st_hmac_sha256(first.data, first.size, date, DATE_BYTES, out);
	st_hmac_sha256(out, ST_SHA256_BYTES, region, strlen(region), next);
	st_hmac_sha256(next, ST_SHA256_BYTES, service, strlen(service), out);
	st_hmac_sha256(out, ST_SHA256_BYTES, "aws4_request", 12, next);
	memcpy(out, next, sizeof next);
	explicit_bzero(next, sizeof next);
}

static char *place_of(const struct fetch_credential *credential, const char *when)
{
	return st_format("%.8s/%s/%s/aws4_request", when, fetch_credential_value(credential, PROBE_AUTH_REGION),
		fetch_credential_value(credential, PROBE_AUTH_SERVICE));
}

static void signature(const struct fetch_credential *credential, const struct sign_request *request, const char *when,
	char out[2 * ST_SHA256_BYTES + 1])
{
	st_auto_secret struct st_buf canonical = {0};
	st_auto_free char *place = place_of(credential, when);
	uint8_t sha256[ST_SHA256_BYTES], key[ST_SHA256_BYTES];
	const struct st_buf *session = &credential->value[PROBE_AUTH_SESSION_TOKEN];
	st_buf_reserve(&canonical, session->size + 4 * strlen(request->target) + 4096);
	sign_aws_canonical(credential, request, &canonical);
	st_sha256_of(canonical.data, canonical.size, sha256);
	st_hex(sha256, sizeof sha256, out);
	st_auto_free char *text = st_format("AWS4-HMAC-SHA256\n%s\n%s\n%s", when, place, out);
	signing_key(credential, when, key);
	st_hmac_sha256(key, sizeof key, text, strlen(text), sha256);
	explicit_bzero(key, sizeof key);
	st_hex(sha256, sizeof sha256, out);
}

void sign_aws(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *lines)
{
	struct sign_pairs headers = {0};
	char when[17], hash[2 * ST_SHA256_BYTES + 1];
	const struct st_buf *session = &credential->value[PROBE_AUTH_SESSION_TOKEN];
	time_text(request->now, when);
	body_hash(request, hash);
	st_buf_reserve(lines, session->size + credential->value[PROBE_AUTH_KEY].size + 2048);
	st_buf_format(lines, "x-amz-date: %s\nx-amz-content-sha256: %s\n", when, hash);
	if (session->size > 0) {
		st_buf_add(lines, "x-amz-security-token: ", 22);
		st_buf_add(lines, session->data, session->size);
		st_buf_add_byte(lines, '\n');
	}
	st_auto_free char *place = place_of(credential, when);
	st_buf_format(lines, "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=",
		fetch_credential_value(credential, PROBE_AUTH_KEY), place);
	signed_headers(credential, request, &headers);
	add_names(&headers, lines);
	sign_pairs_wipe(&headers);
	signature(credential, request, when, hash);
	st_buf_format(lines, ", Signature=%s\n", hash);
}
