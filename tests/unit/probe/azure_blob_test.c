/* Azure Blob Storage: what each documented answer says of each right. No network: tests/e2e/check_test.py has that. */
#include "scripted.h"

#define TARGET "https://contoso.blob.core.windows.net/exports"
#define CODE(code_)                                    \
	.headers = {                                   \
		{PROBE_HEADER_X_MS_ERROR_CODE, code_}, \
	}

static void an_open_container_is_told_by_its_listing_and_one_head(void)
{
	static const struct scripted answers[] = {
		{.row = "azure_blob.properties", .status = 200},
		{.row = "azure_blob.list",
			.status = 200,
			.facts = {{"EnumerationResults", ""}, {"EnumerationResults/Blobs/Blob/Name", "a b"}}},
		{.row = "azure_blob.acl", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.head", .status = 200},
		{.row = "azure_blob.versions", .status = 200, .facts = {{"EnumerationResults", ""}}},
	};
	SCRIPT_CASE("open", TARGET, NULL, PROBE_L2, answers, "open open closed open not-tested not-implied = open",
		"azure_blob.list azure_blob.acl azure_blob.head azure_blob.versions ", NULL);
}

static void a_private_container_is_closed_only_with_a_name_that_is_refused_too(void)
{
	static const struct scripted answers[] = {
		{.row = "azure_blob.properties", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.list", .status = 404, .facts = {{"Error/Code", "ResourceNotFound"}}},
		{.row = "azure_blob.acl", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.head", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.versions", .status = 401, CODE("NoAuthenticationInformation")},
	};
	SCRIPT_CASE("no name is known", TARGET, NULL, PROBE_L2, answers,
		"closed cannot-tell closed closed not-tested not-implied = cannot-tell", NULL, "no name is known");
	SCRIPT_CASE("a name is known", TARGET, "k1", PROBE_L2, answers,
		"closed closed closed closed not-tested not-implied = closed", NULL, "so is the blob");
	/* Without a page of names, at L1. */
	SCRIPT_CASE("at L1", TARGET, "k1", PROBE_L1, answers,
		"closed closed closed not-tested not-tested not-implied = closed",
		"azure_blob.properties azure_blob.acl azure_blob.head ", NULL);
}

static void a_blob_that_is_only_gone_is_not_closed(void)
{
	static const struct scripted answers[] = {
		{.row = "azure_blob.properties", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.list", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.acl", .status = 404, CODE("ResourceNotFound")},
		{.row = "azure_blob.head", .status = 404, CODE("BlobNotFound")},
		{.row = "azure_blob.versions", .status = 404, CODE("ResourceNotFound")},
	};
	SCRIPT_CASE("gone", TARGET, "k1", PROBE_L2, answers,
		"closed cannot-tell closed closed not-tested not-implied = cannot-tell", NULL, "is gone");
}

static void public_access_that_is_not_permitted_ends_the_conversation(void)
{
	static const struct scripted answers[] = {
		{.row = "azure_blob.list", .status = 409, CODE("PublicAccessNotPermitted")},
	};
	SCRIPT_CASE("not permitted", TARGET, NULL, PROBE_L2, answers,
		"closed closed closed closed not-tested not-implied = closed", "azure_blob.list ",
		"PublicAccessNotPermitted");
}

static void the_firewall_and_plain_http_say_nothing_of_access(void)
{
	static const struct scripted firewall[] = {
		{.row = "azure_blob.properties", .status = 403, CODE("AuthorizationFailure")},
		{.row = "azure_blob.list", .status = 403, CODE("AuthorizationFailure")},
		{.row = "azure_blob.acl", .status = 403, CODE("AuthorizationFailure")},
		{.row = "azure_blob.versions", .status = 403, CODE("AuthorizationFailure")},
	};
	SCRIPT_CASE("firewall", TARGET, NULL, PROBE_L2, firewall,
		"cannot-tell not-tested cannot-tell cannot-tell not-tested not-implied = cannot-tell", NULL,
		"firewall");
	static const struct scripted https_only[] = {
		{.row = "azure_blob.properties", .status = 400, CODE("AccountRequiresHttps")},
		{.row = "azure_blob.list", .status = 400, CODE("AccountRequiresHttps")},
		{.row = "azure_blob.acl", .status = 400, CODE("AccountRequiresHttps")},
		{.row = "azure_blob.versions", .status = 400, CODE("AccountRequiresHttps")},
	};
	SCRIPT_CASE("https only", "http://contoso.blob.core.windows.net/exports", NULL, PROBE_L2, https_only,
		"cannot-tell not-tested cannot-tell cannot-tell not-tested not-implied = cannot-tell", NULL,
		"https only");
}

static void an_account_alone_is_no_store(void)
{
	struct probe_target target;
	CHECK_OK(probe_target_parse("https://contoso.blob.core.windows.net/", &target, &err));
	const struct probe_service *service = probe_service_of(&target);
	CHECK(service != NULL && strcmp(service->name, "azure_blob") == 0);
	CHECK(service->unfit(&target) != NULL);
	probe_target_free(&target);
	/* The address of a static website is not that of the container behind it. */
	CHECK_OK(probe_target_parse("https://contoso.z6.web.core.windows.net/", &target, &err));
	service = probe_service_of(&target);
	CHECK(service != NULL && strstr(service->unfit(&target), "$web") != NULL);
	probe_target_free(&target);
}

static void old_versions_and_snapshots_on_the_page_are_said(void)
{
#define VERSION(value)                                           \
	{                                                        \
		"EnumerationResults/Blobs/Blob/VersionId", value \
	}
#define CURRENT                                                          \
	{                                                                \
		"EnumerationResults/Blobs/Blob/IsCurrentVersion", "true" \
	}
	static const struct {
		const char *facts[4][2], *reason;
	} cases[] = {
		{{VERSION("1"), CURRENT}, "its contents are listed without credentials"},
		{{VERSION("1"), VERSION("2"), CURRENT}, "replaced or deleted"},
		{{VERSION("1")}, "replaced or deleted"},
		{{{"EnumerationResults/Blobs/Blob/Snapshot", "2019-12-31T08:15:30.0000000Z"}}, "replaced or deleted"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scripted answers[] = {
			{.row = "azure_blob.list", .status = 200, .facts = {{"EnumerationResults", ""}}},
			{.row = "azure_blob.acl", .status = 404, CODE("ResourceNotFound")},
			{.row = "azure_blob.versions", .status = 200, .facts = {{"EnumerationResults", ""}}},
		};
		memcpy(&answers[2].facts[1], cases[i].facts, sizeof cases[i].facts);
		SCRIPT_CASE(cases[i].reason, TARGET, NULL, PROBE_L2, answers,
			"open not-tested closed open not-tested not-implied = open", NULL, cases[i].reason);
	}
}

/* Containers of their own kind: the root of an account, and what a static website is made of. */
static void root_and_web_are_containers(void)
{
	static const char *const names[] = {"$root", "$web"};
	for (size_t i = 0; i < 2; i++) {
		struct probe_target target;
		st_auto_buf struct st_buf url = {0};
		st_auto_free char *text = st_format("https://contoso.blob.core.windows.net/%s", names[i]);
		st_auto_free char *wanted = st_format("/%s?restype=container&comp=list&maxresults=10", names[i]);
		st_auto_free char *blob = st_format("/%s/k1", names[i]);
		CHECK_OK(probe_target_parse(text, &target, &err));
		CHECK(probe_service_of(&target)->unfit(&target) == NULL);
		struct probe_request request = {.row = probe_row_named("azure_blob.list")};
		CHECK(probe_request_url(&target, &request, &url));
		CHECK_TEXT((const char *)url.data, wanted);
		request = (struct probe_request){
			.row = probe_row_named("azure_blob.head"), .object = {(const uint8_t *)"k1", 2}};
		CHECK(probe_request_url(&target, &request, &url));
		CHECK_TEXT((const char *)url.data, blob);
		probe_target_free(&target);
	}
}

int main(void)
{
	RUN(an_open_container_is_told_by_its_listing_and_one_head);
	RUN(a_private_container_is_closed_only_with_a_name_that_is_refused_too);
	RUN(a_blob_that_is_only_gone_is_not_closed);
	RUN(public_access_that_is_not_permitted_ends_the_conversation);
	RUN(the_firewall_and_plain_http_say_nothing_of_access);
	RUN(an_account_alone_is_no_store);
	RUN(old_versions_and_snapshots_on_the_page_are_said);
	RUN(root_and_web_are_containers);
	CHECK_END();
}
