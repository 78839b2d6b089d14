/* A URL with a shared access signature: what its words and each documented answer say of each right. No network. */
#include "scripted.h"

#define CONTAINER "https://contoso.blob.core.windows.net/exports"
#define BLOB CONTAINER "/2019/cases.json"
#define NOW INT64_C(1800000000) /* 2027-01-15 */
#define SIG "&sig=5%2B7nYV7zXzDkm0guFcrnUAcgHhJhew%2Ftp%2BFkd5b%2FAis%3D"
#define GOOD "&se=2027-12-31&sv=2022-11-02" SIG
#define CODE(status_, code_)                                                \
	.status = (status_), .headers = {                                   \
				     {PROBE_HEADER_X_MS_ERROR_CODE, code_}, \
	}
#define MARKED                                           \
	.headers = {                                     \
		{PROBE_HEADER_X_MS_REQUEST_ID, "1-2-3"}, \
	}
#define LISTED .status = 200, .facts = {{"EnumerationResults", ""}, {"EnumerationResults/Blobs/Blob/Name", "a b"}}

struct sas_case {
	const char *name, *url, *known;
	enum probe_level level;
	const struct scripted *answers;
	size_t count;
	const char *verdict, *asked, *reason;
};

static void play(const struct sas_case *c)
{
	struct probe_target target;
	struct st_error err = {0};
	struct st_span url = {(const uint8_t *)c->url, strlen(c->url)};
	if (probe_target_parse_signed(url, &target, &err) != ST_OK) {
		CHECK_FAIL("%s: %s", c->name, err.what);
		return;
	}
	const struct probe_service *service = probe_service_of(&target);
	const char *unfit = service->unfit(&target);
	if (unfit != NULL) {
		if (c->verdict[0] != 0 || strstr(unfit, c->reason) == NULL)
			CHECK_FAIL("%s: unfit, %s", c->name, unfit);
		probe_target_free(&target);
		return;
	}
	struct probe probe = {.level = c->level, .now_s = NOW};
	struct script script = {.answers = c->answers, .count = c->count};
	enum probe_level level = c->level;
	probe_begin(&probe, &target, service);
	probe.level = level;
	probe.now_s = NOW;
	if (c->known != NULL)
		probe.known_object = (struct st_span){(const uint8_t *)c->known, strlen(c->known)};
	script_play(&script, &probe);
	if (strcmp(script_verdict(&probe), c->verdict) != 0 || strcmp(script.asked, c->asked) != 0 ||
		strstr(probe.verdict.reason, c->reason) == NULL)
		CHECK_FAIL("%s: %s; asked %s; %s", c->name, script_verdict(&probe), script.asked, probe.verdict.reason);
	probe_end(&probe);
	probe_target_free(&target);
}

#define CASE(name_, url_, level_, answers_, verdict_, asked_, reason_)                                         \
	play(&(struct sas_case){name_, url_, NULL, level_, answers_, sizeof(answers_) / sizeof((answers_)[0]), \
		verdict_, asked_, reason_})

static const struct scripted nothing[] = {{.row = ""}};

static void a_signature_that_is_accepted_is_open_as_far_as_it_says(void)
{
	static const struct scripted answers[] = {
		{.row = "azure_sas.list", LISTED},
		{.row = "azure_sas.head", .status = 200, MARKED},
		{.row = "azure_sas.versions", LISTED},
	};
	CASE("list and read", CONTAINER "?sr=c&sp=rl" GOOD, PROBE_L2, answers,
		"open open not-tested open not-tested not-implied = open",
		"azure_sas.list azure_sas.head azure_sas.versions ", "may list read");
	CASE("and write", CONTAINER "?sr=c&sp=racwdl" GOOD, PROBE_L2, answers,
		"open open not-tested open not-tested implied = open",
		"azure_sas.list azure_sas.head azure_sas.versions ", "may list read write");
	/* An account's is asked about the container that the URL names. */
	CASE("of an account", CONTAINER "?ss=b&srt=sco&sp=rwl" GOOD, PROBE_L2, answers,
		"open open not-tested open not-tested implied = open",
		"azure_sas.list azure_sas.head azure_sas.versions ", "may list read write");
}

static void one_that_only_writes_is_open_without_a_write(void)
{
	static const struct scripted answers[] = {
		{.row = "azure_sas.list", CODE(403, "AuthorizationPermissionMismatch")},
	};
	CASE("write only", CONTAINER "?sr=c&sp=w" GOOD, PROBE_L2, answers,
		"closed closed not-tested not-tested not-tested implied = open", "azure_sas.list ", "may write");
	/* Reading is granted by its own words, once the signature is known to be accepted. */
	CASE("read only", CONTAINER "?sr=c&sp=r" GOOD, PROBE_L2, answers,
		"closed open not-tested not-tested not-tested not-implied = open", "azure_sas.list ", "may read");
	CASE("by a policy", CONTAINER "?sr=c&si=backup&sv=2022-11-02" SIG, PROBE_L2, answers,
		"closed cannot-tell not-tested cannot-tell not-tested cannot-tell = cannot-tell",
		"azure_sas.list azure_sas.versions ", "");
}

static void what_its_words_say_needs_no_packet(void)
{
	CASE("expired", CONTAINER "?sr=c&sp=rl&se=2022-09-24T00%3A00%3A00Z&sv=2022-11-02" SIG, PROBE_L2, nothing,
		"closed closed not-tested closed not-tested not-implied = closed", "",
		"it expired at 2022-09-24T00:00:00Z: nothing was sent");
	CASE("not yet", CONTAINER "?sr=c&sp=rl&st=2027-06-01" GOOD, PROBE_L2, nothing,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", "", "not yet");
	CASE("never", CONTAINER "?sr=c&sp=rl&st=2028-06-01" GOOD, PROBE_L2, nothing,
		"closed closed not-tested closed not-tested not-implied = closed", "", "expired");
	CASE("queues", CONTAINER "?ss=q&srt=sco&sp=rl" GOOD, PROBE_L2, nothing,
		"closed closed not-tested closed not-tested not-implied = closed", "", "other services");
	CASE("https only", "http://contoso.blob.core.windows.net/exports?sr=c&sp=rl&spr=https" GOOD, PROBE_L2, nothing,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", "", "https only");
	/* Within what clocks may differ by, the service is asked. */
	static const struct scripted refused[] = {{.row = "azure_sas.list", CODE(403, "AuthenticationFailed")}};
	CASE("a minute ago", CONTAINER "?sr=c&sp=rl&se=2027-01-15T07:59:00Z&sv=2022-11-02" SIG, PROBE_L2, refused,
		"closed closed not-tested closed not-tested not-implied = closed", "azure_sas.list ", "refused");
}

static void a_signature_that_is_refused_opens_nothing_and_others_cannot_be_told(void)
{
	static const struct {
		unsigned status;
		const char *code, *verdict, *reason;
	} cases[] = {
		{403, "AuthenticationFailed", "closed closed not-tested closed not-tested not-implied = closed",
			"refused"},
		{403, "KeyBasedAuthenticationNotPermitted",
			"closed closed not-tested closed not-tested not-implied = closed", "made with its keys"},
		{403, "AuthorizationFailure",
			"cannot-tell not-tested not-tested cannot-tell not-tested cannot-tell = cannot-tell",
			"firewall"},
		{403, "AuthorizationSourceIPMismatch",
			"cannot-tell not-tested not-tested cannot-tell not-tested cannot-tell = cannot-tell",
			"10.0.0.4"},
		{403, "AuthorizationProtocolMismatch",
			"cannot-tell not-tested not-tested cannot-tell not-tested cannot-tell = cannot-tell",
			"https only"},
		{302, "", "cannot-tell not-tested not-tested cannot-tell not-tested cannot-tell = cannot-tell",
			"redirects"},
		{500, "", "cannot-tell not-tested not-tested cannot-tell not-tested cannot-tell = cannot-tell", "500"},
		{200, "", "cannot-tell not-tested not-tested cannot-tell not-tested cannot-tell = cannot-tell",
			"no listing"},
		{404, "ContainerNotFound", "closed cannot-tell not-tested closed not-tested cannot-tell = cannot-tell",
			"no such container"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct scripted answers[] = {
			{.row = "azure_sas.list", CODE(cases[i].status, cases[i].code)},
			{.row = "azure_sas.versions", CODE(cases[i].status, cases[i].code)},
		};
		bool over = strstr(cases[i].verdict, "= closed") != NULL;
		CASE(cases[i].code, CONTAINER "?sr=c&sp=rl&sip=10.0.0.4" GOOD, PROBE_L2, answers, cases[i].verdict,
			over ? "azure_sas.list " : "azure_sas.list azure_sas.versions ", cases[i].reason);
	}
}

static void a_blob_is_asked_for_itself_and_an_account_for_its_containers(void)
{
	static const struct scripted blob[] = {
		{.row = "azure_sas.blob", .status = 200, MARKED},
		{.row = "azure_sas.blob_byte", .status = 206, MARKED},
	};
	CASE("blob", BLOB "?sr=b&sp=rw" GOOD, PROBE_L1, blob,
		"not-tested open not-tested not-tested not-tested implied = open", "azure_sas.blob ", "may read write");
	CASE("blob, a byte", BLOB "?sr=b&sp=r" GOOD, PROBE_L4, blob,
		"not-tested open not-tested not-tested not-tested not-implied = open",
		"azure_sas.blob azure_sas.blob_byte ", "may read");
	static const struct scripted gone[] = {{.row = "azure_sas.blob", CODE(404, "BlobNotFound")}};
	CASE("blob, gone", BLOB "?sr=b&sp=r" GOOD, PROBE_L2, gone,
		"not-tested cannot-tell not-tested not-tested not-tested not-implied = cannot-tell", "azure_sas.blob ",
		"no such blob");
	static const struct scripted account[] = {{.row = "azure_sas.containers", LISTED}};
	CASE("account", "https://contoso.blob.core.windows.net/?ss=b&srt=sco&sp=rl" GOOD, PROBE_L2, account,
		"open open not-tested not-tested not-tested not-implied = open", "azure_sas.containers ",
		"may list read");
	CASE("account of the emulator", "http://127.0.0.1:10000/devstoreaccount1?ss=b&srt=sco&sp=rl" GOOD, PROBE_L2,
		account, "open open not-tested not-tested not-tested not-implied = open", "azure_sas.containers ",
		"may list read");
	CASE("no container", "https://contoso.blob.core.windows.net/?sr=c&sp=rl" GOOD, PROBE_L2, nothing, "", "",
		"neither");
	CASE("no blob", CONTAINER "?sr=b&sp=r" GOOD, PROBE_L2, nothing, "", "", "one blob");
}

static void what_says_200_to_anything_proves_no_signature(void)
{
	static const struct scripted answers[] = {{.row = "azure_sas.blob", .status = 200}};
	CASE("200", BLOB "?sr=b&sp=rw" GOOD, PROBE_L2, answers,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", "azure_sas.blob ",
		"");
}

int main(void)
{
	RUN(a_signature_that_is_accepted_is_open_as_far_as_it_says);
	RUN(one_that_only_writes_is_open_without_a_write);
	RUN(what_its_words_say_needs_no_packet);
	RUN(a_signature_that_is_refused_opens_nothing_and_others_cannot_be_told);
	RUN(a_blob_is_asked_for_itself_and_an_account_for_its_containers);
	RUN(what_says_200_to_anything_proves_no_signature);
	CHECK_END();
}
