/* S3: what each documented answer says of each right. No network: tests/e2e/check_s3_test.py asks a real server. */
#include "scripted.h"

#define TARGET "https://contoso-exports.s3.eu-west-1.amazonaws.com/"
#define ERROR(code_)                   \
	.facts = {                     \
		{"Error/Code", code_}, \
	}
#define DENIED(row_)                                              \
	{                                                         \
		.row = row_, .status = 403, ERROR("AccessDenied") \
	}
#define URI "AccessControlPolicy/AccessControlList/Grant/Grantee/URI"
#define PERMISSION "AccessControlPolicy/AccessControlList/Grant/Permission"

static const struct scripted private_bucket[] = {
	DENIED("s3.bucket"), DENIED("s3.list"), DENIED("s3.acl"), DENIED("s3.head"), DENIED("s3.versions")};

static void listing_and_reading_are_told_apart(void)
{
	static const struct scripted open[] = {
		{.row = "s3.bucket", .status = 200},
		{.row = "s3.list",
			.status = 200,
			.facts = {{"ListBucketResult", ""}, {"ListBucketResult/EncodingType", "url"},
				{"ListBucketResult/Contents/Key", "a+b%2Fc"}}},
		DENIED("s3.acl"),
		{.row = "s3.head", .status = 200},
		{.row = "s3.versions", .status = 200, .facts = {{"ListVersionsResult", ""}}},
	};
	SCRIPT_CASE("open", TARGET, NULL, PROBE_L2, open, "open open closed open not-tested cannot-tell = open",
		"s3.list s3.acl s3.head s3.versions ", NULL);
	static const struct scripted list_only[] = {
		{.row = "s3.bucket", .status = 200},
		{.row = "s3.list",
			.status = 200,
			.facts = {{"ListBucketResult", ""}, {"ListBucketResult/Contents/Key", "k1.txt"}}},
		DENIED("s3.acl"),
		DENIED("s3.head"),
		DENIED("s3.versions"),
	};
	/* One listed object that is refused is not all of them. */
	SCRIPT_CASE("list, not read", TARGET, NULL, PROBE_L2, list_only,
		"open cannot-tell closed closed not-tested cannot-tell = open", NULL, NULL);
	static const struct scripted read_only[] = {
		DENIED("s3.bucket"),
		DENIED("s3.list"),
		DENIED("s3.acl"),
		{.row = "s3.head", .status = 200, .headers = {{PROBE_HEADER_ETAG, "\"1\""}}},
		DENIED("s3.versions"),
	};
	SCRIPT_CASE("read, not list", TARGET, "k1", PROBE_L2, read_only,
		"closed open closed closed not-tested cannot-tell = open", NULL, "name is known");
}

static void a_private_bucket_is_closed_only_with_a_name_that_is_refused_too(void)
{
	SCRIPT_CASE("no name is known", TARGET, NULL, PROBE_L2, private_bucket,
		"closed cannot-tell closed closed not-tested cannot-tell = cannot-tell", NULL, "no name is known");
	SCRIPT_CASE("a name is known", TARGET, "k1", PROBE_L2, private_bucket,
		"closed closed closed closed not-tested cannot-tell = closed", NULL, "so is the object");
}

static void a_bucket_that_is_not_there_can_be_claimed_by_others(void)
{
	static const struct scripted none[] = {
		{.row = "s3.bucket", .status = 404},
		{.row = "s3.list", .status = 404, ERROR("NoSuchBucket")},
		{.row = "s3.acl", .status = 404, ERROR("NoSuchBucket")},
		{.row = "s3.head", .status = 404},
		{.row = "s3.versions", .status = 404, ERROR("NoSuchBucket")},
	};
	SCRIPT_CASE("no bucket", TARGET, NULL, PROBE_L2, none,
		"closed cannot-tell closed closed not-tested cannot-tell = cannot-tell", NULL, "no such bucket");
	SCRIPT_CASE("no bucket, a name is known", TARGET, "k1", PROBE_L2, none,
		"closed closed closed closed not-tested cannot-tell = closed", NULL, NULL);
}

static void another_region_is_named_and_not_followed(void)
{
	static const struct scripted elsewhere[] = {
		{.row = "s3.bucket", .status = 301, .headers = {{PROBE_HEADER_X_AMZ_BUCKET_REGION, "us-east-2"}}},
		{.row = "s3.list",
			.status = 301,
			.facts = {{"Error/Code", "PermanentRedirect"}},
			.headers = {{PROBE_HEADER_X_AMZ_BUCKET_REGION, "us-east-2"}}},
		{.row = "s3.acl", .status = 301, ERROR("PermanentRedirect")},
		{.row = "s3.versions", .status = 301, ERROR("PermanentRedirect")},
	};
	SCRIPT_CASE("elsewhere", TARGET, NULL, PROBE_L2, elsewhere,
		"cannot-tell not-tested cannot-tell cannot-tell not-tested cannot-tell = cannot-tell", NULL,
		"region us-east-2");
	static const struct scripted hostile[] = {
		{.row = "s3.bucket", .status = 301, .headers = {{PROBE_HEADER_X_AMZ_BUCKET_REGION, "x; rm -rf"}}},
	};
	SCRIPT_CASE("a region that is none is not repeated", TARGET, NULL, PROBE_L1, hostile,
		"cannot-tell not-tested cannot-tell not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
}

static void a_server_without_the_second_version_is_asked_for_the_first(void)
{
	static const struct scripted old[] = {
		{.row = "s3.bucket", .status = 200},
		{.row = "s3.list", .status = 501, ERROR("NotImplemented")},
		{.row = "s3.list1",
			.status = 200,
			.facts = {{"ListBucketResult", ""}, {"ListBucketResult/Contents/Key", "k1"}}},
		{.row = "s3.acl", .status = 501, ERROR("NotImplemented")},
		{.row = "s3.head", .status = 200},
		{.row = "s3.versions", .status = 501, ERROR("NotImplemented")},
	};
	SCRIPT_CASE("V1", TARGET, NULL, PROBE_L2, old,
		"open open cannot-tell cannot-tell not-tested cannot-tell = open",
		"s3.list s3.list1 s3.acl s3.head s3.versions ", NULL);
}

static void an_access_list_says_who_else_may_do_what(void)
{
	static const struct scripted grants[] = {
		DENIED("s3.bucket"),
		DENIED("s3.list"),
		{.row = "s3.acl",
			.status = 200,
			.facts = {{"AccessControlPolicy", ""}, {PERMISSION, "FULL_CONTROL"},
				{URI, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},
				{PERMISSION, "READ"}, {URI, "http://acs.amazonaws.com/groups/global/AllUsers"},
				{PERMISSION, "READ_ACP"}}},
		DENIED("s3.head"),
		DENIED("s3.versions"),
	};
	SCRIPT_CASE("authenticated users read", TARGET, NULL, PROBE_L2, grants,
		"closed cannot-tell open closed open not-implied = open", NULL, NULL);
	static const struct scripted writable[] = {
		DENIED("s3.bucket"),
		DENIED("s3.list"),
		{.row = "s3.acl",
			.status = 200,
			.facts = {{"AccessControlPolicy", ""}, {PERMISSION, "FULL_CONTROL"},
				{URI, "http://acs.amazonaws.com/groups/global/AllUsers"}, {PERMISSION, "WRITE"}}},
		DENIED("s3.versions"),
	};
	SCRIPT_CASE("everybody writes", TARGET, NULL, PROBE_L2, writable,
		"closed cannot-tell open closed not-tested implied = open", NULL, NULL);
}

static void endpoints_that_hold_buckets_in_the_path_need_one(void)
{
	static const struct {
		const char *target;
		bool s3, fit;
	} cases[] = {
		{"https://s3.eu-west-1.amazonaws.com/", true, false},
		{"https://s3.eu-west-1.amazonaws.com/contoso", true, true},
		{"https://contoso.s3.amazonaws.com", true, true},
		{"https://contoso.nyc3.digitaloceanspaces.com", true, true},
		{"https://contoso.oss-eu-central-1.aliyuncs.com", true, true},
		{"https://oss-eu-central-1.aliyuncs.com", true, false},
		{"https://www.example.com/s3", false, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_target target;
		CHECK_OK(probe_target_parse(cases[i].target, &target, &err));
		const struct probe_service *service = probe_service_of(&target);
		bool s3 = service != NULL && strcmp(service->name, "s3") == 0;
		bool fit = !s3 || service->unfit(&target) == NULL;
		if (s3 != cases[i].s3 || fit != cases[i].fit)
			CHECK_FAIL("%s: s3 %d, fit %d", cases[i].target, s3, fit);
		probe_target_free(&target);
	}
}

int main(void)
{
	RUN(listing_and_reading_are_told_apart);
	RUN(a_private_bucket_is_closed_only_with_a_name_that_is_refused_too);
	RUN(a_bucket_that_is_not_there_can_be_claimed_by_others);
	RUN(another_region_is_named_and_not_followed);
	RUN(a_server_without_the_second_version_is_asked_for_the_first);
	RUN(an_access_list_says_who_else_may_do_what);
	RUN(endpoints_that_hold_buckets_in_the_path_need_one);
	CHECK_END();
}
