/* Azure Storage: Shared Key of the Blob service, and the version that requests with a credential need (fetch/sign.h).
 */
#include "fetch/sign.h"

#include "base/clock.h"
#include "base/hash.h"

#include <ctype.h>
#include <sodium.h>

#define VERSION "2021-12-02"

/* RFC 9110, 5.6.7: "Sun, 22 Nov 2026 08:43:28 GMT". No locale, no zone files. */
static void date_text(int64_t now, char out[32])
{
	static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char utc[21];
	st_utc_text(now, utc);
	int month = (utc[5] - '0') * 10 + utc[6] - '1';
	st_auto_free char *text = st_format("%.3s, %.2s %.3s %.4s %.8s GMT", days + 3 * ((now / 86400) % 7), utc + 8,
		months + 3 * (month >= 0 && month < 12 ? month : 0), utc, utc + 11);
	size_t size = strlen(text) < 31 ? strlen(text) : 31;
	memcpy(out, text, size);
	out[size] = 0;
}

void sign_azure_version(const struct sign_request *request, struct st_buf *lines)
{
	if (sign_header(request, "x-ms-version").data == NULL)
		st_buf_format(lines, "x-ms-version: " VERSION "\n");
}

static void add_line(struct st_buf *out, struct st_span value)
{
	st_buf_add(out, value.data, value.size);
	st_buf_add_byte(out, '\n');
}

/* x-ms-... headers, sorted: those of the row, and the two that are added here. */
static void add_headers(const struct sign_request *request, struct st_buf *out)
{
	struct sign_pairs pairs = {0};
	char date[32];
	date_text(request->now, date);
	sign_pairs_add(&pairs, sign_span("x-ms-date"), sign_span(date));
	if (sign_header(request, "x-ms-version").data == NULL)
		sign_pairs_add(&pairs, sign_span("x-ms-version"), sign_span(VERSION));
	sign_pairs_headers(&pairs, request, "x-ms-");
	sign_pairs_sort(&pairs);
	sign_pairs_write(&pairs, "", ':', "\n", out);
	sign_pairs_wipe(&pairs);
}

static void add_parameter(struct sign_pairs *pairs, struct st_span name, struct st_span value)
{
	st_auto_buf struct st_buf lower = {0};
	for (size_t i = 0; i < name.size; i++)
		st_buf_add_byte(&lower, (uint8_t)tolower(name.data[i]));
	sign_pairs_add(pairs, (struct st_span){lower.data, lower.size}, value);
}

/* "/account/path" as it is sent, then a line "name:value" of each parameter: names in lower case, values decoded,
 * sorted by name. Rows have no name twice. */
static void add_resource(
	const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *out)
{
	struct sign_pairs pairs = {0};
	st_buf_format(out, "/%s%.*s", fetch_credential_value(credential, PROBE_AUTH_ACCOUNT),
		(int)strcspn(request->target, "?"), request->target);
	sign_parameters(request, &pairs, add_parameter);
	sign_pairs_sort(&pairs);
	sign_pairs_write(&pairs, "\n", ':', "", out);
	sign_pairs_wipe(&pairs);
}

void sign_azure_string(
	const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *out)
{
	static const char *const names[] = {"content-encoding", "content-language", NULL, "content-md5", "content-type",
		NULL, "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"};
	st_buf_format(out, "%s\n", request->method);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		/* The third is Content-Length, empty for none; the sixth Date, for which x-ms-date stands in. */
		if (names[i] != NULL)
			add_line(out, sign_header(request, names[i]));
		else if (i == 2 && request->body.size > 0)
			st_buf_format(out, "%zu\n", request->body.size);
		else
			st_buf_add_byte(out, '\n');
	}
	add_headers(request, out);
	add_resource(credential, request, out);
}

void sign_azure(const struct fetch_credential *credential, const struct sign_request *request, struct st_buf *lines)
{
	st_auto_buf struct st_buf text = {0};
	const struct st_buf *base64 = &credential->value[PROBE_AUTH_KEY];
	uint8_t key[128], digest[ST_SHA256_BYTES];
	char date[32], signature[64];
	size_t size = 0;
	sign_azure_string(credential, request, &text);
	(void)sodium_base642bin(key, sizeof key, (const char *)base64->data, base64->size, NULL, &size, NULL,
		sodium_base64_VARIANT_ORIGINAL);
	st_hmac_sha256(key, size, text.data, text.size, digest);
	explicit_bzero(key, sizeof key);
	sodium_bin2base64(signature, sizeof signature, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	date_text(request->now, date);
	st_buf_format(lines, "x-ms-date: %s\n", date);
	sign_azure_version(request, lines);
	st_buf_format(lines, "Authorization: SharedKey %s:%s\n", fetch_credential_value(credential, PROBE_AUTH_ACCOUNT),
		signature);
}
