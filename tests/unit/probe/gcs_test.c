/* Google Cloud Storage: what each documented answer says of each right. No network: tests/e2e/check_gcs_test.py has
 * that. */
#include "scripted.h"

#define TARGET "https://storage.googleapis.com/contoso-exports"
#define HOSTED "https://contoso-exports.storage.googleapis.com"
#define DENIED                                                 \
	.status = 403, .facts = {                              \
			       {"Error", ""},                  \
			       {"Error/Code", "AccessDenied"}, \
	}
#define DENIED_JSON                                                    \
	.status = 401, .facts = {                                      \
			       {"error.errors.[].reason", "required"}, \
	}
#define KIND                                                 \
	{                                                    \
		"kind", "storage#testIamPermissionsResponse" \
	}
#define LISTED .status = 200, .facts = {{"ListBucketResult", ""}, {"ListBucketResult/Contents/Key", "a b"}}

static void an_open_bucket_is_told_by_its_permissions_its_listing_and_one_head(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.permissions",
			.status = 200,
			.facts = {KIND, {"permissions.[]", "storage.objects.get"},
				{"permissions.[]", "storage.objects.list"}}},
		{.row = "gcs.list", LISTED},
		{.row = "gcs.head", .status = 200},
		{.row = "gcs.versions",
			.status = 200,
			.facts = {{"kind", "storage#objects"}, {"items.[].timeDeleted", "2019-12-31T08:15:30.123Z"}}},
	};
	SCRIPT_CASE("open", TARGET, NULL, PROBE_L2, answers, "open open closed open not-tested not-implied = open",
		"gcs.permissions gcs.list gcs.head gcs.versions ", "replaced or deleted");
	/* At L1 no name is asked for: the permissions prove it alone. */
	SCRIPT_CASE("at L1", TARGET, NULL, PROBE_L1, answers,
		"open open closed not-tested not-tested not-implied = open", "gcs.permissions ", NULL);
}

static void writing_is_implied_by_a_permission_and_never_tried(void)
{
	static const char *const permissions[] = {"storage.objects.create", "storage.objects.delete",
		"storage.objects.update", "storage.buckets.update", "storage.buckets.delete",
		"storage.buckets.setIamPolicy"};
	for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++) {
		const struct scripted answers[] = {
			{.row = "gcs.permissions", .status = 200, .facts = {KIND, {"permissions.[]", permissions[i]}}},
			{.row = "gcs.list", DENIED},
		};
		SCRIPT_CASE(permissions[i], TARGET, NULL, PROBE_L2, answers,
			"closed cannot-tell closed closed not-tested implied = open", "gcs.permissions gcs.list ",
			NULL);
	}
}

static void a_private_bucket_is_closed_only_with_a_name_that_is_refused_too(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.permissions", .status = 200, .facts = {KIND}},
		{.row = "gcs.list", DENIED},
		{.row = "gcs.head", .status = 403},
	};
	SCRIPT_CASE("no name is known", TARGET, NULL, PROBE_L2, answers,
		"closed cannot-tell closed closed not-tested not-implied = cannot-tell", "gcs.permissions gcs.list ",
		"no name is known");
	SCRIPT_CASE("a name is known", TARGET, "k1", PROBE_L2, answers,
		"closed closed closed closed not-tested not-implied = closed", "gcs.permissions gcs.list gcs.head ",
		"so is the object");
	static const struct scripted gone[] = {
		{.row = "gcs.permissions", .status = 200, .facts = {KIND}},
		{.row = "gcs.list", DENIED},
		{.row = "gcs.head", .status = 404},
	};
	SCRIPT_CASE("the known name is gone", TARGET, "k1", PROBE_L2, gone,
		"closed cannot-tell closed closed not-tested not-implied = cannot-tell", NULL, "is gone");
}

static void the_policy_tells_any_google_user_and_who_writes_whatever_the_order_of_its_fields(void)
{
	static const struct scripted role_first[] = {
		{.row = "gcs.permissions",
			.status = 200,
			.facts = {KIND, {"permissions.[]", "storage.buckets.getIamPolicy"}}},
		{.row = "gcs.list", DENIED},
		{.row = "gcs.policy",
			.status = 200,
			.facts = {{"kind", "storage#policy"}, {"bindings.[].role", "roles/storage.objectAdmin"},
				{"bindings.[].members.[]", "user:anna@contoso.example"},
				{"bindings.[].role", "roles/storage.objectViewer"},
				{"bindings.[].members.[]", "group:all@contoso.example"},
				{"bindings.[].members.[]", "allAuthenticatedUsers"}}},
	};
	SCRIPT_CASE("role first", TARGET, NULL, PROBE_L2, role_first,
		"closed cannot-tell open closed open not-implied = open", NULL, NULL);
	static const struct scripted members_first[] = {
		{.row = "gcs.permissions", .status = 404, .facts = {{"error.errors.[].reason", "unknown"}}},
		{.row = "gcs.list", DENIED},
		{.row = "gcs.policy",
			.status = 200,
			.facts = {{"kind", "storage#policy"}, {"bindings.[].members.[]", "allUsers"},
				{"bindings.[].role", "roles/storage.objectCreator"},
				{"bindings.[].members.[]", "user:anna@contoso.example"},
				{"bindings.[].role", "roles/storage.objectViewer"}}},
		{.row = "gcs.versions", DENIED_JSON},
	};
	SCRIPT_CASE("members first", TARGET, NULL, PROBE_L2, members_first,
		"closed cannot-tell open closed closed implied = open", NULL, NULL);
}

static void uniform_access_closes_single_objects_too(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.permissions", .status = 200, .facts = {KIND, {"permissions.[]", "storage.buckets.get"}}},
		{.row = "gcs.list", DENIED},
		{.row = "gcs.settings",
			.status = 200,
			.facts = {{"iamConfiguration.uniformBucketLevelAccess.enabled", "true"}}},
	};
	SCRIPT_CASE("uniform", TARGET, NULL, PROBE_L2, answers,
		"closed closed closed closed not-tested not-implied = closed", "gcs.permissions gcs.list gcs.settings ",
		"no grants of their own");
	const struct scripted fine[] = {
		answers[0],
		answers[1],
		{.row = "gcs.settings",
			.status = 200,
			.facts = {{"iamConfiguration.uniformBucketLevelAccess.enabled", "false"}}},
	};
	SCRIPT_CASE("fine-grained", TARGET, NULL, PROBE_L2, fine,
		"closed cannot-tell closed closed not-tested not-implied = cannot-tell", NULL, "no name is known");
}

static void what_refuses_this_caller_only_is_not_closed(void)
{
	static const struct scripted pays[] = {
		{.row = "gcs.permissions", .status = 400, .facts = {{"error.errors.[].reason", "required"}}},
		{.row = "gcs.list", .status = 400, .facts = {{"Error/Code", "UserProjectMissing"}}},
		{.row = "gcs.policy", .status = 400, .facts = {{"error.errors.[].reason", "required"}}},
		{.row = "gcs.versions", .status = 400, .facts = {{"error.errors.[].reason", "required"}}},
	};
	SCRIPT_CASE("requester pays", TARGET, NULL, PROBE_L2, pays,
		"cannot-tell not-tested cannot-tell cannot-tell not-tested cannot-tell = cannot-tell", NULL,
		"requester pays");
	static const struct scripted perimeter[] = {
		{.row = "gcs.permissions",
			.status = 403,
			.facts = {{"error.errors.[].reason", "securityPolicyViolated"}}},
		{.row = "gcs.list", .status = 403, .facts = {{"Error/Code", "SecurityPolicyViolated"}}},
		{.row = "gcs.policy", .status = 403, .facts = {{"error.errors.[].reason", "securityPolicyViolated"}}},
		{.row = "gcs.versions", .status = 403, .facts = {{"error.errors.[].reason", "securityPolicyViolated"}}},
	};
	SCRIPT_CASE("perimeter", TARGET, NULL, PROBE_L2, perimeter,
		"cannot-tell not-tested cannot-tell cannot-tell not-tested cannot-tell = cannot-tell", NULL,
		"perimeter");
	/* The policy grants what is refused here: a filter stands before it. */
	static const struct scripted filtered[] = {
		{.row = "gcs.permissions",
			.status = 200,
			.facts = {KIND, {"permissions.[]", "storage.objects.list"},
				{"permissions.[]", "storage.objects.get"}}},
		{.row = "gcs.list", DENIED},
		{.row = "gcs.head", .status = 403},
		{.row = "gcs.versions", DENIED_JSON},
	};
	SCRIPT_CASE("filtered", TARGET, "k1", PROBE_L2, filtered,
		"cannot-tell cannot-tell closed cannot-tell not-tested not-implied = cannot-tell", NULL,
		"others may get in");
}

static void a_listed_object_that_is_refused_says_nothing_of_the_others(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.permissions", .status = 200, .facts = {KIND, {"permissions.[]", "storage.objects.list"}}},
		{.row = "gcs.list", LISTED},
		{.row = "gcs.head", .status = 403},
		{.row = "gcs.versions", .status = 200, .facts = {{"kind", "storage#objects"}}},
	};
	SCRIPT_CASE("list, no read", TARGET, NULL, PROBE_L2, answers,
		"open cannot-tell closed open not-tested not-implied = open", NULL, NULL);
}

static void no_bucket_is_closed_and_may_be_taken_by_others(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.permissions", .status = 404, .facts = {{"error.errors.[].reason", "notFound"}}},
		{.row = "gcs.list", .status = 404, .facts = {{"Error/Code", "NoSuchBucket"}}},
	};
	SCRIPT_CASE("none", TARGET, NULL, PROBE_L2, answers,
		"closed cannot-tell closed closed not-tested cannot-tell = cannot-tell", "gcs.permissions gcs.list ",
		"whoever makes one");
}

static void a_bucket_as_a_host_is_asked_in_xml_alone(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.list", LISTED},
		{.row = "gcs.acl", DENIED},
		{.row = "gcs.head", .status = 405},
		{.row = "gcs.status", .status = 206},
		{.row = "gcs.byte", .status = 206, .body_bytes = 1},
		{.row = "gcs.versions_xml", LISTED},
	};
	SCRIPT_CASE("hosted", HOSTED, NULL, PROBE_L4, answers, "open open closed open not-tested cannot-tell = open",
		"gcs.list gcs.acl gcs.head gcs.status gcs.byte gcs.versions_xml ", NULL);
	/* Who may read access lists is told that there are none. */
	static const struct scripted uniform[] = {
		{.row = "gcs.list", DENIED},
		{.row = "gcs.acl", .status = 400, .facts = {{"Error/Code", "InvalidArgument"}}},
		{.row = "gcs.versions_xml", DENIED},
	};
	SCRIPT_CASE("uniform", HOSTED, NULL, PROBE_L2, uniform,
		"closed cannot-tell cannot-tell closed not-tested cannot-tell = cannot-tell", NULL, "no name is known");
}

static void what_says_200_to_anything_is_no_bucket(void)
{
	static const struct scripted answers[] = {
		{.row = "gcs.permissions", .status = 200},
		{.row = "gcs.list", .status = 200},
		{.row = "gcs.policy", .status = 200},
		{.row = "gcs.versions", .status = 200},
	};
	SCRIPT_CASE("200", TARGET, NULL, PROBE_L2, answers,
		"cannot-tell not-tested cannot-tell cannot-tell not-tested cannot-tell = cannot-tell", NULL,
		"no listing");
}

static void which_targets_are_buckets(void)
{
	static const struct {
		const char *target, *unfit; /* unfit NULL: it is one */
	} cases[] = {
		{"https://storage.googleapis.com/contoso-exports", NULL},
		{"https://contoso-exports.storage.googleapis.com", NULL},
		{"https://files.contoso.example.storage.googleapis.com/", NULL},
		{"https://storage.europe-west3.rep.googleapis.com/contoso-exports", NULL},
		{"gcs+https://files.contoso.example/contoso-exports", NULL},
		{"gcs+https://files.contoso.example", NULL},
		{"https://storage.googleapis.com", "name a bucket"},
		{"https://storage.googleapis.com/contoso-exports/2019", "the bucket alone"},
		{"https://contoso-exports.storage.googleapis.com/2019", "the bucket alone"},
		{"https://storage.googleapis.com/storage/v1/b/contoso-exports/o", "name the bucket"},
		{"https://www.googleapis.com/storage/v1/b/contoso-exports", "name the bucket"},
		{"https://storage.cloud.google.com/contoso-exports", "name the bucket"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_target target;
		CHECK_OK(probe_target_parse(cases[i].target, &target, &err));
		const struct probe_service *service = probe_service_of(&target);
		if (service == NULL || strcmp(service->name, "gcs") != 0) {
			CHECK_FAIL("%s is not told to be a bucket", cases[i].target);
			continue;
		}
		const char *unfit = service->unfit(&target);
		if ((unfit == NULL) != (cases[i].unfit == NULL) ||
			(unfit != NULL && strstr(unfit, cases[i].unfit) == NULL))
			CHECK_FAIL("%s: %s", cases[i].target, unfit != NULL ? unfit : "fit");
		probe_target_free(&target);
	}
}

static void the_json_interface_is_asked_at_the_root_and_the_generation_stands_in_the_url(void)
{
	struct probe_target target;
	st_auto_buf struct st_buf url = {0};
	CHECK_OK(probe_target_parse(TARGET, &target, &err));
	struct probe_request request = {.row = probe_row_named("gcs.policy")};
	CHECK(probe_request_url(&target, &request, &url));
	CHECK_TEXT((const char *)url.data, "/storage/v1/b/contoso-exports/iam?optionsRequestedPolicyVersion=3");
	request = (struct probe_request){.row = probe_row_named("gcs.object"),
		.object = {(const uint8_t *)"a b/\xc3\xa8", 6},
		.generation = 1577780130123456};
	CHECK(probe_request_url(&target, &request, &url));
	CHECK_TEXT((const char *)url.data, "/contoso-exports/a%20b/%C3%A8?generation=1577780130123456");
	request.generation = 0; /* none was listed: nothing is asked for */
	CHECK(!probe_request_url(&target, &request, &url));
	probe_target_free(&target);
}

int main(void)
{
	RUN(an_open_bucket_is_told_by_its_permissions_its_listing_and_one_head);
	RUN(writing_is_implied_by_a_permission_and_never_tried);
	RUN(a_private_bucket_is_closed_only_with_a_name_that_is_refused_too);
	RUN(the_policy_tells_any_google_user_and_who_writes_whatever_the_order_of_its_fields);
	RUN(uniform_access_closes_single_objects_too);
	RUN(what_refuses_this_caller_only_is_not_closed);
	RUN(a_listed_object_that_is_refused_says_nothing_of_the_others);
	RUN(no_bucket_is_closed_and_may_be_taken_by_others);
	RUN(a_bucket_as_a_host_is_asked_in_xml_alone);
	RUN(what_says_200_to_anything_is_no_bucket);
	RUN(which_targets_are_buckets);
	RUN(the_json_interface_is_asked_at_the_root_and_the_generation_stands_in_the_url);
	CHECK_END();
}
