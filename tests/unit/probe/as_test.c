/* What answers to a credential say: of any account, by a stranger's, and of the store's settings, by the owner's. */
#include "probe/services.h"

#include "check.h"

struct told {
	unsigned status;
	const char *header; /* x-ms-error-code or x-ms-blob-public-access */
	const char *facts[8][2];
};

static void fill(
	const struct told *told, enum probe_header which, struct probe_answer *answer, struct probe_facts *facts)
{
	for (size_t i = 0; i < 8 && told->facts[i][0] != NULL; i++)
		probe_facts_add(facts, told->facts[i][0],
			(struct st_span){(const uint8_t *)told->facts[i][1], strlen(told->facts[i][1])}, 100);
	answer->status = told->status;
	answer->facts = facts;
	answer->header[which] = told->header;
}

static void a_refused_credential_is_not_a_refused_account(void)
{
	static const struct {
		struct told told;
		bool refused;
	} cases[] = {
		{{401, NULL, {{0}}}, true},
		{{403, NULL, {{"Error/Code", "InvalidAccessKeyId"}}}, true},
		{{403, NULL, {{"Error/Code", "SignatureDoesNotMatch"}}}, true},
		{{403, NULL, {{"Error/Code", "RequestTimeTooSkewed"}}}, true},
		{{403, "AuthenticationFailed", {{0}}}, true},
		{{403, NULL, {{"Error/Code", "AccessDenied"}}}, false},
		{{403, "AuthorizationPermissionMismatch", {{0}}}, false},
		{{404, "ResourceNotFound", {{0}}}, false},
		{{200, NULL, {{0}}}, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_facts facts = {0};
		struct probe_answer answer = {.outcome = PROBE_ANSWERED};
		fill(&cases[i].told, PROBE_HEADER_X_MS_ERROR_CODE, &answer, &facts);
		if (probe_credential_is_refused(&answer) != cases[i].refused)
			CHECK_FAIL("case %zu: %u", i, cases[i].told.status);
		answer.outcome = PROBE_TIMED_OUT;
		if (probe_credential_is_refused(&answer))
			CHECK_FAIL("case %zu: refused without an answer", i);
		probe_facts_free(&facts);
	}
}

static void any_account_gets_in_when_a_strangers_lists_or_reads(void)
{
	static const struct {
		enum probe_state list, read;
		bool refused;
		enum probe_state any;
	} cases[] = {
		{PROBE_OPEN, PROBE_NOT_TESTED, false, PROBE_OPEN},
		{PROBE_CLOSED, PROBE_OPEN, false, PROBE_OPEN},
		{PROBE_OPEN, PROBE_CLOSED, true, PROBE_OPEN},
		{PROBE_CLOSED, PROBE_CLOSED, false, PROBE_CLOSED},
		{PROBE_CLOSED, PROBE_CLOSED, true, PROBE_CANNOT_TELL},
		{PROBE_CLOSED, PROBE_CANNOT_TELL, false, PROBE_CANNOT_TELL},
		{PROBE_CANNOT_TELL, PROBE_NOT_TESTED, false, PROBE_CANNOT_TELL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe view = {0};
		view.verdict.rights[PROBE_LIST] = cases[i].list;
		view.verdict.rights[PROBE_READ] = cases[i].read;
		if (probe_any_authenticated(&view, cases[i].refused) != cases[i].any)
			CHECK_FAIL("case %zu", i);
	}
}

static void owner_sees(const char *name, const char *row, const struct told *told, const char *wanted)
{
	const struct probe_service *service = probe_service_named(name);
	struct probe_facts facts = {0};
	struct probe_request request = {0};
	struct probe_answer answer = {.outcome = PROBE_ANSWERED, .request = &request};
	struct probe_owner_view view = {0};
	st_auto_buf struct st_buf got = {0};
	for (size_t i = 0; i < service->row_count; i++)
		if (strcmp(service->rows[i].id, row) == 0)
			request.row = &service->rows[i];
	CHECK(request.row != NULL && request.row->owner_only);
	fill(told, PROBE_HEADER_X_MS_BLOB_PUBLIC_ACCESS, &answer, &facts);
	service->take_owner(&view, &answer);
	for (size_t i = 0; i < view.count; i++)
		st_buf_format(&got, "%s=%s ", view.list[i].name, view.list[i].value);
	st_buf_add_byte(&got, 0);
	probe_facts_free(&facts);
	CHECK_TEXT((const char *)got.data, wanted);
}

#define URI "AccessControlPolicy/AccessControlList/Grant/Grantee/URI"
#define PERMISSION "AccessControlPolicy/AccessControlList/Grant/Permission"
#define ALL "http://acs.amazonaws.com/groups/global/AllUsers"
#define AUTHENTICATED "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
#define BLOCK "PublicAccessBlockConfiguration"

static void the_owner_sees_grants_block_and_policy_of_a_bucket(void)
{
	owner_sees("s3", "s3.owner_acl",
		&(struct told){200, NULL,
			{{PERMISSION, "FULL_CONTROL"}, {URI, ALL}, {PERMISSION, "READ"}, {URI, AUTHENTICATED},
				{PERMISSION, "WRITE"}, {"AccessControlPolicy", ""}}},
		"acl_all_users=read acl_authenticated_users=write ");
	owner_sees("s3", "s3.owner_acl",
		&(struct told){200, NULL,
			{{URI, "http://evil.example/xAllUsers"}, {PERMISSION, "READ"}, {"AccessControlPolicy", ""}}},
		"acl_all_users=none acl_authenticated_users=none ");
	owner_sees("s3", "s3.owner_acl", &(struct told){403, NULL, {{"Error/Code", "AccessDenied"}}}, "");
	owner_sees("s3", "s3.owner_block",
		&(struct told){200, NULL,
			{{BLOCK, ""}, {BLOCK "/BlockPublicAcls", "true"}, {BLOCK "/IgnorePublicAcls", "true"},
				{BLOCK "/BlockPublicPolicy", "true"}, {BLOCK "/RestrictPublicBuckets", "true"}}},
		"public_access_block=all ");
	owner_sees("s3", "s3.owner_block", &(struct told){200, NULL, {{BLOCK, ""}, {BLOCK "/BlockPublicAcls", "TRUE"}}},
		"public_access_block=some ");
	owner_sees("s3", "s3.owner_block",
		&(struct told){404, NULL, {{"Error/Code", "NoSuchPublicAccessBlockConfiguration"}}},
		"public_access_block=none ");
	owner_sees("s3", "s3.owner_block", &(struct told){404, NULL, {{"Error/Code", "NoSuchBucket"}}}, "");
	owner_sees("s3", "s3.owner_policy",
		&(struct told){200, NULL, {{"PolicyStatus", ""}, {"PolicyStatus/IsPublic", "true"}}},
		"policy_status=public ");
	owner_sees("s3", "s3.owner_policy", &(struct told){404, NULL, {{"Error/Code", "NoSuchBucketPolicy"}}},
		"policy_status=none ");
}

static void the_owner_sees_the_access_level_of_a_container(void)
{
	owner_sees("azure_blob", "azure_blob.owner_acl", &(struct told){200, "container", {{0}}},
		"anonymous_access=container ");
	owner_sees("azure_blob", "azure_blob.owner_acl", &(struct told){200, NULL, {{0}}}, "anonymous_access=none ");
	owner_sees("azure_blob", "azure_blob.owner_acl", &(struct told){200, "everybody", {{0}}},
		"anonymous_access=unknown ");
	owner_sees("azure_blob", "azure_blob.owner_acl", &(struct told){403, NULL, {{0}}}, "");
}

/* What only the owner may ask stands in the table, and no service asks for it by itself. */
static void no_service_asks_anonymously_what_is_the_owners(void)
{
	const struct probe_service *service;
	struct probe_target plain, is_signed;
	const char *url = "https://contoso.blob.core.windows.net/x?sv=2021-12-02&sp=rl&sr=c&se=2099-01-01&sig=a2V5";
	CHECK_OK(probe_target_parse("http://127.0.0.1:8080/x", &plain, &err));
	CHECK_OK(probe_target_parse_signed((struct st_span){(const uint8_t *)url, strlen(url)}, &is_signed, &err));
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++) {
		struct probe probe = {0};
		struct probe_request request;
		bool signs = strcmp(service->name, "azure_sas") == 0;
		probe_begin(&probe, signs ? &is_signed : &plain, service);
		probe.level = PROBE_L5;
		probe.credentials = true;
		for (int n = 0; n < 100 && service->next(&probe, &request); n++)
			if (request.row->owner_only)
				CHECK_FAIL("%s asks for %s", service->name, request.row->id);
		probe_end(&probe);
	}
	probe_target_free(&plain);
	probe_target_free(&is_signed);
}

int main(void)
{
	RUN(a_refused_credential_is_not_a_refused_account);
	RUN(any_account_gets_in_when_a_strangers_lists_or_reads);
	RUN(the_owner_sees_grants_block_and_policy_of_a_bucket);
	RUN(the_owner_sees_the_access_level_of_a_container);
	RUN(no_service_asks_anonymously_what_is_the_owners);
	CHECK_END();
}
