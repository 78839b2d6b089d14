/* Files of credentials: what one is, which are refused, and that no refusal repeats what stands in it. */
#include "probe/auth.h"

#include "check.h"

#define OPEN "{\"schema\":\"staunch.auth/1\",\"entries\":["
#define TARGET "{\"target\":\"https://h.example/a\","
#define SECRET "hunter2hunter2"

static enum st_status read_text(const char *text, struct probe_auth *out, struct st_error *err)
{
	return probe_auth_read((struct st_span){(const uint8_t *)text, strlen(text)}, out, err);
}

static void each_kind_has_its_values(void)
{
	struct probe_auth auth;
	CHECK_OK(read_text(OPEN "{\"kind\":\"aws-sigv4\",\"secret\":\"s\",\"region\":\"eu-west-1\",\"key\":\"k\","
				"\"target\":\"s3+https://h.example/b\",\"as\":\"stranger\"},"
				"{\"target\":\"http://127.0.0.1:11000/acc\",\"kind\":\"azure-shared-key\","
				"\"account\":\"acc\",\"key\":\"a2V5\"},"
				"{\"target\":\"http://es.example:9200\",\"in_the_clear\":true,\"kind\":\"basic\","
				"\"user\":\"elastic\",\"password\":\"a \\u00e8\\\"\"}]}",
		&auth, &err));
	CHECK_INT(auth.count, 3);
	CHECK_INT(auth.entries[0].as, PROBE_AS_STRANGER);
	CHECK_TEXT((const char *)auth.entries[0].value[PROBE_AUTH_SERVICE].data, "s3");
	CHECK_INT(auth.entries[1].as, PROBE_AS_OWNER);
	CHECK_INT(auth.entries[1].kind, PROBE_AUTH_SHARED_KEY);
	CHECK_TEXT((const char *)auth.entries[2].value[PROBE_AUTH_PASSWORD].data, "a \xc3\xa8\"");
	probe_auth_wipe(&auth);
}

static void what_could_send_a_secret_astray_or_break_a_header_is_refused(void)
{
	static const char *const cases[] = {
		"",
		"[]",
		"{}",
		OPEN "]}",
		OPEN "{}]}",
		OPEN TARGET "\"kind\":\"bearer\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":7}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\\nHost: x\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET " x\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\\u0000\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\",\"token\":\"x\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\",\"secret\":\"x\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"" SECRET "\":\"x\"}]}",
		OPEN TARGET "\"kind\":\"" SECRET "\",\"token\":\"x\"}]}",
		OPEN TARGET "\"as\":\"" SECRET "\",\"kind\":\"bearer\",\"token\":\"x\"}]}",
		OPEN TARGET "\"kind\":\"basic\",\"user\":\"a:b\",\"password\":\"" SECRET "\"}]}",
		OPEN TARGET "\"kind\":\"azure-shared-key\",\"account\":\"acc\",\"key\":\"" SECRET "!\"}]}",
		OPEN TARGET "\"kind\":\"aws-sigv4\",\"key\":\"k\",\"secret\":\"" SECRET "\"}]}",
		OPEN TARGET "\"kind\":\"aws-sigv4\",\"key\":\"k\",\"secret\":\"" SECRET "\",\"region\":\"a/b\"}]}",
		OPEN "{\"target\":\"https://" SECRET "@h.example\",\"kind\":\"bearer\",\"token\":\"x\"}]}",
		OPEN "{\"target\":\"https://h.example/?sig=" SECRET "\",\"kind\":\"bearer\",\"token\":\"x\"}]}",
		OPEN "{\"target\":\"http://h.example\",\"kind\":\"bearer\",\"token\":\"" SECRET "\"}]}",
		OPEN "{\"target\":\"http://127.0.0.1.example\",\"kind\":\"bearer\",\"token\":\"" SECRET "\"}]}",
		OPEN "{\"target\":\"redis://h.example\",\"kind\":\"bearer\",\"token\":\"" SECRET "\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\"}," TARGET
			    "\"kind\":\"bearer\",\"token\":\"y\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\"}," TARGET
			    "\"as\":\"stranger\",\"kind\":\"bearer\",\"token\":\"" SECRET "\"}]}",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET "\"}]} x",
		OPEN TARGET "\"kind\":\"bearer\",\"token\":\"" SECRET,
		"{\"schema\":\"" SECRET "\",\"entries\":[" TARGET "\"kind\":\"bearer\",\"token\":\"x\"}]}",
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_auth auth;
		struct st_error err = {0};
		if (read_text(cases[i], &auth, &err) != ST_WRONG)
			CHECK_FAIL("taken: %s", cases[i]);
		else if (strstr(err.what, SECRET) != NULL || strstr(err.what, "credentials, line") == NULL)
			CHECK_FAIL("%s: %s", cases[i], err.what);
	}
}

static void a_value_that_is_too_long_is_refused(void)
{
	struct probe_auth auth;
	st_auto_buf struct st_buf file = {0};
	st_buf_format(&file, OPEN TARGET "\"kind\":\"bearer\",\"token\":\"");
	for (int i = 0; i < 16385; i++)
		st_buf_add_byte(&file, 'x');
	st_buf_format(&file, "\"}]}");
	CHECK_INT(probe_auth_read((struct st_span){file.data, file.size}, &auth, NULL), ST_WRONG);
}

int main(void)
{
	RUN(each_kind_has_its_values);
	RUN(what_could_send_a_secret_astray_or_break_a_header_is_refused);
	RUN(a_value_that_is_too_long_is_refused);
	CHECK_END();
}
