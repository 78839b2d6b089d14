/* Signatures against the examples that the vendors publish, and the cases in which canonical forms differ from what is
 * sent. */
#include "given.h"

/* Key and secret of the examples in the Amazon S3 API Reference; they open nothing. */
#define AWS_EXAMPLE(more_)                                                                       \
	FILE_OF("{\"target\":\"https://examplebucket.s3.amazonaws.com\",\"kind\":\"aws-sigv4\"," \
		"\"key\":\"AKIAIOSFODNN7EXAMPLE\",\"secret\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"," more_ "}")
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct sign_request base = {.method = "GET",
	.host = "examplebucket.s3.amazonaws.com",
	.target = "/",
	.headers = "",
	.now = 1369353600 /* 2013-05-24T00:00:00Z */};

static const char *text_of(struct st_buf *buf)
{
	st_buf_add_byte(buf, 0);
	return (const char *)buf->data;
}

/* Amazon S3 API Reference, "Signature Calculations for the Authorization Header: ... Examples". */
static void signatures_are_those_of_amazons_examples(void)
{
	static const struct {
		const char *target, *signature;
	} cases[] = {
		{"/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		{"/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
		{"/?prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	};
	struct fetch_credential credential;
	give(&credential, AWS_EXAMPLE("\"region\":\"us-east-1\""));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sign_request request = base;
		st_auto_buf struct st_buf lines = {0};
		st_auto_free char *wanted =
			st_format("x-amz-date: 20130524T000000Z\nx-amz-content-sha256: " EMPTY_SHA256
				  "\nAuthorization: AWS4-HMAC-SHA256 "
				  "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
				  "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=%s\n",
				cases[i].signature);
		request.target = cases[i].target;
		sign_request(&credential, &request, &lines);
		CHECK_TEXT(text_of(&lines), wanted);
	}
	fetch_credential_wipe(&credential);
}

static void what_is_signed_is_the_canonical_form_whatever_is_sent(void)
{
	static const struct {
		const char *service, *target, *path, *query;
	} cases[] = {
		{"s3", "/a%20b/c+d%2Be.txt", "/a%20b/c%2Bd%2Be.txt", ""},
		{"s3", "/year=2019/!(x)'*$%C3%A8", "/year%3D2019/%21%28x%29%27%2A%24%C3%A8", ""},
		{"s3", "/$web/a~b_c-d.e", "/%24web/a~b_c-d.e", ""},
		{"es", "/logs-*/_search", "/logs-%2A/_search", ""},
		{"es", "/a%20b", "/a%2520b", ""},
		{"s3", "/?acl", "/", "acl="},
		{"s3", "/b?versions&max-keys=10&encoding-type=url", "/b", "encoding-type=url&max-keys=10&versions="},
		{"s3", "/b?continuation-token=a%2Fb%3D%2B%20", "/b", "continuation-token=a%2Fb%3D%2B%20"},
		{"s3", "/b?a=2&a=1&a-b=0&aB=3", "/b", "a=1&a=2&a-b=0&aB=3"},
		{"s3", "/b?x=a:b/c", "/b", "x=a%3Ab%2Fc"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_credential credential;
		st_auto_free char *json =
			st_format(AWS_EXAMPLE("\"region\":\"eu-west-1\",\"service\":\"%s\""), cases[i].service);
		struct sign_request request = base;
		st_auto_buf struct st_buf got = {0};
		give(&credential, json);
		request.target = cases[i].target;
		sign_aws_canonical(&credential, &request, &got);
		st_auto_free char *wanted = st_format(
			"GET\n%s\n%s\nhost:examplebucket.s3.amazonaws.com\nx-amz-content-sha256:" EMPTY_SHA256
			"\nx-amz-date:20130524T000000Z\n\nhost;x-amz-content-sha256;x-amz-date\n" EMPTY_SHA256,
			cases[i].path, cases[i].query);
		fetch_credential_wipe(&credential);
		CHECK_TEXT(text_of(&got), wanted);
	}
}

static void session_tokens_bodies_and_headers_of_the_row_are_signed(void)
{
	struct fetch_credential credential;
	struct sign_request request = base;
	st_auto_buf struct st_buf got = {0}, lines = {0};
	give(&credential,
		AWS_EXAMPLE("\"region\":\"eu-west-1\",\"service\":\"es\",\"session_token\":\"FwoG/token==\""));
	request.method = "POST";
	request.target = "/i/_search?size=1";
	request.headers = "Content-Type: application/json\nX-Amz-Meta: x\n";
	request.body = (struct st_span){(const uint8_t *)"{}", 2};
	sign_aws_canonical(&credential, &request, &got);
	CHECK_TEXT(text_of(&got),
		"POST\n/i/_search\nsize=1\ncontent-type:application/json\nhost:examplebucket.s3.amazonaws.com\n"
		"x-amz-content-sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n"
		"x-amz-date:20130524T000000Z\nx-amz-meta:x\nx-amz-security-token:FwoG/token==\n\n"
		"content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta;x-amz-security-token\n"
		"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	sign_request(&credential, &request, &lines);
	CHECK(strstr(text_of(&lines), "\nx-amz-security-token: FwoG/token==\n") != NULL);
	fetch_credential_wipe(&credential);
}

#define AZURE                                                                                            \
	FILE_OF("{\"target\":\"https://myaccount.blob.core.windows.net\",\"kind\":\"azure-shared-key\"," \
		"\"account\":\"myaccount\",\"key\":\"a2V5\"}")

/* Microsoft Learn, "Authorize with Shared Key": "Get Container Metadata" is its example. */
static void azures_string_is_that_of_microsofts_example(void)
{
	struct fetch_credential credential;
	struct sign_request request = {.method = "GET",
		.host = "myaccount.blob.core.windows.net",
		.target = "/mycontainer?comp=metadata&restype=container&timeout=20",
		.headers = "x-ms-version: 2015-02-21\n",
		.now = 1435361952 /* Fri, 26 Jun 2015 23:39:12 GMT */};
	st_auto_buf struct st_buf got = {0}, lines = {0};
	give(&credential, AZURE);
	sign_azure_string(&credential, &request, &got);
	CHECK_TEXT(text_of(&got),
		"GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
		"/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20");
	sign_request(&credential, &request, &lines);
	CHECK(strstr(text_of(&lines),
		      "x-ms-date: Fri, 26 Jun 2015 23:39:12 GMT\nAuthorization: SharedKey myaccount:") != NULL);
	fetch_credential_wipe(&credential);
}

static void azure_signs_ranges_conditions_and_decoded_parameters(void)
{
	struct fetch_credential credential;
	struct sign_request request = {.method = "GET",
		.host = "h",
		.target = "/c/a%20b?marker=x%2Fy%21&include=versions,snapshots",
		.headers = "Range: bytes=0-99\nIf-Match: \"0x1\"\n",
		.now = 1369353600};
	st_auto_buf struct st_buf got = {0};
	give(&credential, AZURE);
	sign_azure_string(&credential, &request, &got);
	CHECK_TEXT(text_of(&got),
		"GET\n\n\n\n\n\n\n\n\"0x1\"\n\n\nbytes=0-99\nx-ms-date:Fri, 24 May 2013 00:00:00 GMT\n"
		"x-ms-version:2021-12-02\n/myaccount/c/a%20b\ninclude:versions,snapshots\nmarker:x/y!");
	fetch_credential_wipe(&credential);
}

static void tokens_and_passwords_are_header_lines(void)
{
	static const struct {
		const char *values, *lines;
	} cases[] = {
		/* RFC 7617, 2: the example. */
		{"\"kind\":\"basic\",\"user\":\"Aladdin\",\"password\":\"open sesame\"",
			"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n"},
		{"\"kind\":\"bearer\",\"token\":\"mF_9.B5f-4.1JqM\"", "Authorization: Bearer mF_9.B5f-4.1JqM\n"},
		{"\"kind\":\"gcs-bearer\",\"token\":\"ya29.x\"", "Authorization: Bearer ya29.x\n"},
		{"\"kind\":\"azure-bearer\",\"token\":\"eyJ0\"",
			"x-ms-version: 2021-12-02\nAuthorization: Bearer eyJ0\n"},
		{"\"kind\":\"api-key\",\"key\":\"VnVhQ2Z\"", "Authorization: ApiKey VnVhQ2Z\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fetch_credential credential;
		st_auto_free char *json = st_format(FILE_OF("{\"target\":\"https://h.example\",%s}"), cases[i].values);
		st_auto_buf struct st_buf lines = {0};
		give(&credential, json);
		sign_request(&credential, &base, &lines);
		fetch_credential_wipe(&credential);
		CHECK_TEXT(text_of(&lines), cases[i].lines);
	}
}

int main(void)
{
	RUN(signatures_are_those_of_amazons_examples);
	RUN(what_is_signed_is_the_canonical_form_whatever_is_sent);
	RUN(session_tokens_bodies_and_headers_of_the_row_are_signed);
	RUN(azures_string_is_that_of_microsofts_example);
	RUN(azure_signs_ranges_conditions_and_decoded_parameters);
	RUN(tokens_and_passwords_are_header_lines);
	CHECK_END();
}
