/* The table of requests is the set of requests that can exist (contract 8); what may be put into a row, and how. */
#include "probe/address.h"
#include "probe/requests.h"
#include "probe/services.h"

#include "check.h"

#include <arpa/inet.h>

/* An {object} that holds others: what it says of itself, or the names in it. */
static bool tells_numbers_or_tags(const char *id)
{
	return strcmp(id, "couchdb.database") == 0 || strcmp(id, "docker_registry.tags") == 0;
}

static void every_row_is_a_reading_request_without_a_credential(void)
{
	const struct probe_row *row, *other;
	size_t count = 0;
	for (size_t i = 0; (row = probe_row_at(i)) != NULL; i++, count++) {
		const char *why;
		if (!probe_row_is_sound(row, &why))
			CHECK_FAIL("%s: %s", row->id, why);
		for (size_t j = 0; j < i && (other = probe_row_at(j)) != NULL; j++)
			if (strcmp(row->id, other->id) == 0)
				CHECK_FAIL("two rows are %s", row->id);
		CHECK(probe_row_named(row->id) == row);
		/* What shows content is for L4. */
		if (row->method != NULL && strstr(row->path, "{object}") != NULL && row->body_bytes > 0 &&
			strncmp(row->id, "elasticsearch.", 14) != 0 && !tells_numbers_or_tags(row->id) &&
			row->level < PROBE_L4)
			CHECK_FAIL("%s reads an object below L4", row->id);
	}
	CHECK(count > 10);
}

static void a_row_that_writes_or_carries_a_credential_is_told(void)
{
	static const struct probe_row rows[] = {
		{.id = "a", .method = "PUT", .path = ""},
		{.id = "b", .method = "get", .path = ""},
		{.id = "c", .method = "GET", .path = "", .body = "x"},
		{.id = "d", .method = "GET", .path = "", .headers = "Authorization: Basic x\n"},
		{.id = "e", .method = "GET", .path = "", .headers = "Cookie: x\n"},
		{.id = "f", .method = "GET", .path = "", .headers = "Accept: x"},
		{.id = "g", .method = NULL, .path = ""},
		{.id = "h", .method = "GET", .path = "/{object}", .from_root = true},
		{.id = "i", .method = "GET", .path = "", .body_bytes = 1u << 30},
		{.method = "GET", .path = ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *why;
		if (probe_row_is_sound(&rows[i], &why))
			CHECK_FAIL("row %zu is taken as sound", i);
	}
}

static void names_are_encoded_and_never_lead_out_of_the_target(void)
{
	static const struct {
		const char *object, *url; /* url NULL: nothing can be asked */
	} cases[] = {
		{"k1", "/acc/exports/k1"},
		{"a b/\xc3\xbc&?#%.txt", "/acc/exports/a%20b/%C3%BC%26%3F%23%25.txt"},
		{"/leading", "/acc/exports//leading"},
		{"%2e%2e/x", "/acc/exports/%252e%252e/x"},
		{"\r\nHost: evil", "/acc/exports/%0D%0AHost%3A%20evil"},
		{"..", NULL},
		{"../priv", NULL},
		{"a/../../b", NULL},
		{"a/./b", NULL},
		{"", NULL},
	};
	struct probe_target target;
	CHECK_OK(probe_target_parse("https://h.example/acc/exports", &target, &err));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		st_auto_buf struct st_buf url = {0};
		struct probe_request request = {.row = probe_row_named("azure_blob.head"),
			.object = {(const uint8_t *)cases[i].object, strlen(cases[i].object)}};
		bool built = probe_request_url(&target, &request, &url);
		if (built != (cases[i].url != NULL) || (built && strcmp((const char *)url.data, cases[i].url) != 0))
			CHECK_FAIL("\"%s\": %d %s", cases[i].object, built, (const char *)url.data);
	}
	probe_target_free(&target);
}

static void addresses_that_are_nobodys_on_the_internet_are_told(void)
{
	static const struct {
		const char *address;
		bool is_public;
	} cases[] = {
		{"8.8.8.8", true},
		{"1.1.1.1", true},
		{"172.15.255.255", true},
		{"172.32.0.0", true},
		{"100.63.0.1", true},
		{"100.128.0.1", true},
		{"0.0.0.0", false},
		{"10.1.2.3", false},
		{"127.0.0.1", false},
		{"127.255.255.254", false},
		{"169.254.169.254", false},
		{"168.63.129.16", false},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"192.168.1.1", false},
		{"100.64.0.1", false},
		{"100.100.100.200", false},
		{"192.0.0.192", false},
		{"198.19.0.1", false},
		{"224.0.0.1", false},
		{"255.255.255.255", false},
		{"2606:4700::1111", true},
		{"::", false},
		{"::1", false},
		{"::ffff:127.0.0.1", false},
		{"::ffff:8.8.8.8", true},
		{"::7f00:1", false},
		{"fd00:ec2::254", false},
		{"fc00::1", false},
		{"fe80::1", false},
		{"fec0::1", false},
		{"ff02::1", false},
		{"64:ff9b::a9fe:a9fe", false},
		{"64:ff9b::808:808", true},
		{"2002:7f00:1::", false},
		{"100::1", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[16];
		int size = strchr(cases[i].address, ':') != NULL ? 16 : 4;
		CHECK(inet_pton(size == 16 ? AF_INET6 : AF_INET, cases[i].address, bytes) == 1);
		if (probe_address_is_public(bytes, size) != cases[i].is_public)
			CHECK_FAIL("%s is public: %d", cases[i].address, !cases[i].is_public);
	}
}

static void levels_allow_what_they_say(void)
{
	const struct probe_row *list = probe_row_named("azure_blob.list"), *head = probe_row_named("azure_blob.head");
	struct probe probe = {.level = PROBE_L1};
	CHECK(!probe_allows(&probe, list, false));
	CHECK(!probe_allows(&probe, head, false));
	CHECK(probe_allows(&probe, head, true)); /* a name known before is no news */
	probe.level = PROBE_L2;
	CHECK(probe_allows(&probe, list, false) && probe_allows(&probe, head, false));
	CHECK(!probe_allows(&probe, probe_row_named("azure_blob.byte"), true));
}

static void a_row_over_tcp_has_the_place_of_its_target(void)
{
	struct probe_target target;
	st_auto_buf struct st_buf url = {0};
	CHECK_OK(probe_target_parse("redis://cache.example:6379", &target, &err));
	probe_row_url(&target, probe_row_named("redis.scan"), &url);
	CHECK_TEXT((const char *)url.data, "/");
	probe_target_free(&target);
}

int main(void)
{
	RUN(every_row_is_a_reading_request_without_a_credential);
	RUN(a_row_that_writes_or_carries_a_credential_is_told);
	RUN(names_are_encoded_and_never_lead_out_of_the_target);
	RUN(addresses_that_are_nobodys_on_the_internet_are_told);
	RUN(levels_allow_what_they_say);
	RUN(a_row_over_tcp_has_the_place_of_its_target);
	CHECK_END();
}
