/* A credential goes with requests inside of what it is written for, and with no others. */
#include "given.h"

#define ENTRY                                           \
	FILE_OF("{\"target\":\"https://h.example:8443/" \
		"a\",\"kind\":\"basic\",\"user\":\"u\",\"password\":\"secret-word\"}")

static void it_is_for_its_scheme_host_port_and_path_alone(void)
{
	static const struct {
		bool tls;
		const char *host;
		uint16_t port;
		const char *target;
		bool is_for;
	} cases[] = {
		{true, "h.example", 8443, "/a", true},
		{true, "h.example", 8443, "/a?comp=list", true},
		{true, "h.example", 8443, "/a/b%20c?x=/..", true},
		{true, "h.example", 8443, "/ab", false},
		{true, "h.example", 8443, "/", false},
		{true, "h.example", 8443, "/?x=/a", false},
		{true, "h.example", 8443, "/a/../b", false},
		{true, "h.example", 8443, "/a/%2e%2E/b", false},
		{false, "h.example", 8443, "/a", false},
		{true, "h.example.example", 8443, "/a", false},
		{true, "h.exampl", 8443, "/a", false},
		{true, "h.example", 443, "/a", false},
	};
	struct fetch_credential credential;
	give(&credential, ENTRY);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (fetch_credential_is_for(&credential, cases[i].tls, cases[i].host, cases[i].port, cases[i].target) !=
			cases[i].is_for)
			CHECK_FAIL("%s://%s:%u%s: %s", cases[i].tls ? "https" : "http", cases[i].host, cases[i].port,
				cases[i].target, cases[i].is_for ? "not sent" : "sent");
	fetch_credential_wipe(&credential);
	CHECK(!fetch_credential_is_for(&credential, true, "h.example", 8443, "/a"));
}

static void only_one_is_taken_and_only_a_whole_one(void)
{
	struct fetch_credential credential;
	static const uint8_t short_frame[] = {0, 1, 4, 0, 0, 0, 'h'};
	struct st_cursor in = {.at = short_frame, .end = short_frame + sizeof short_frame};
	give(&credential, ENTRY);
	CHECK(!fetch_credential_take(&credential, &in));
	fetch_credential_wipe(&credential);
	in = (struct st_cursor){.at = short_frame, .end = short_frame + sizeof short_frame};
	CHECK(!fetch_credential_take(&credential, &in));
	fetch_credential_wipe(&credential);
}

static void what_a_server_says_back_is_known(void)
{
	static const struct {
		const char *text;
		bool is_in;
	} cases[] = {
		{"you said secret-word", true},
		{"Basic dTpzZWNyZXQtd29yZA==", true}, /* u:secret-word */
		{"u", false},
		{"nginx", false},
	};
	struct fetch_credential credential;
	give(&credential, ENTRY);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (fetch_credential_is_in(&credential,
			    (struct st_span){(const uint8_t *)cases[i].text, strlen(cases[i].text)}) != cases[i].is_in)
			CHECK_FAIL("%s", cases[i].text);
	fetch_credential_wipe(&credential);
}

int main(void)
{
	RUN(it_is_for_its_scheme_host_port_and_path_alone);
	RUN(only_one_is_taken_and_only_a_whole_one);
	RUN(what_a_server_says_back_is_known);
	CHECK_END();
}
