/* Registries of container images: Basic refuses, Bearer does not tell. */
#include "scripted.h"

#define BASE                                                                           \
	{                                                                              \
		"docker_registry.base", 200, .facts = {{"", ""}}, .headers = {         \
			{PROBE_HEADER_DOCKER_DISTRIBUTION_API_VERSION, "registry/2.0"} \
		}                                                                      \
	}
#define CATALOG                                                 \
	{                                                       \
		"docker_registry.catalog", 200, .facts = {      \
			{"repositories", ""},                   \
			{"repositories.[]", "contoso/helpdesk"} \
		}                                               \
	}
#define TAGS                                            \
	{                                               \
		"docker_registry.tags", 200, .facts = { \
			{"name", "contoso/helpdesk"},   \
			{"tags", ""},                   \
			{"tags.[]", "latest"}           \
		}                                       \
	}
#define WANTS(row, how)                                                       \
	{                                                                     \
		row, 401, .headers = { {PROBE_HEADER_WWW_AUTHENTICATE, how} } \
	}

static void a_catalog_and_an_image_are_open(void)
{
	static const struct scripted open[] = {BASE, CATALOG, TAGS, {.row = "docker_registry.manifest", .status = 200}};
	SCRIPT_CASE("open", "docker-registry://h.example", NULL, PROBE_L2, open,
		"open open not-tested not-tested not-tested cannot-tell = open",
		"docker_registry.base docker_registry.catalog docker_registry.tags docker_registry.manifest ",
		"pulled");
	static const struct scripted names[] = {BASE, CATALOG, WANTS("docker_registry.tags", "Basic realm=x")};
	SCRIPT_CASE("names alone", "docker-registry://h.example", NULL, PROBE_L2, names,
		"open cannot-tell not-tested not-tested not-tested cannot-tell = open", NULL, "listed");
	static const struct scripted known[] = {BASE, {.row = "docker_registry.catalog", .status = 403}, TAGS,
		{.row = "docker_registry.manifest", .status = 200}};
	SCRIPT_CASE("known", "docker-registry://h.example", "contoso/helpdesk", PROBE_L2, known,
		"closed open not-tested not-tested not-tested cannot-tell = open", NULL, "known");
	static const struct scripted empty[] = {
		BASE, {"docker_registry.catalog", 200, .facts = {{"repositories", "null"}}}};
	SCRIPT_CASE("empty", "docker-registry://h.example", NULL, PROBE_L2, empty,
		"open cannot-tell not-tested not-tested not-tested cannot-tell = open", NULL, NULL);
}

static void basic_is_closed_and_bearer_cannot_be_told(void)
{
	static const struct scripted basic[] = {WANTS("docker_registry.base", "Basic realm=\"x\"")};
	SCRIPT_CASE("Basic", "docker-registry://h.example", NULL, PROBE_L2, basic,
		"closed closed not-tested not-tested not-tested cannot-tell = closed", "docker_registry.base ",
		"login");
	static const struct scripted bearer[] = {
		WANTS("docker_registry.base", "Bearer realm=\"https://auth.example/token\"")};
	SCRIPT_CASE("Bearer", "docker-registry://h.example", NULL, PROBE_L2, bearer,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell",
		"docker_registry.base ", "token");
	static const struct scripted both[] = {BASE, {.row = "docker_registry.catalog", .status = 403},
		{.row = "docker_registry.tags", .status = 403}};
	SCRIPT_CASE("the list, and what was open before", "docker-registry://h.example", "contoso/helpdesk", PROBE_L2,
		both, "closed closed not-tested not-tested not-tested cannot-tell = closed", NULL, NULL);
}

static void what_proves_nothing_cannot_be_told(void)
{
	static const struct scripted base[] = {BASE};
	SCRIPT_CASE("L1", "docker-registry://h.example", NULL, PROBE_L1, base,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell",
		"docker_registry.base ", NULL);
	static const struct scripted other[] = {{.row = "docker_registry.base", .status = 200}};
	SCRIPT_CASE("another server", "docker-registry://h.example", NULL, PROBE_L2, other,
		"not-tested cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell",
		"docker_registry.base ", NULL);
	static const struct scripted refused[] = {BASE, {.row = "docker_registry.catalog", .status = 404}};
	SCRIPT_CASE("no catalog", "docker-registry://h.example", NULL, PROBE_L2, refused,
		"cannot-tell cannot-tell not-tested not-tested not-tested cannot-tell = cannot-tell", NULL, NULL);
	static const struct scripted up[] = {
		BASE, CATALOG, {"docker_registry.tags", 200, .facts = {{"name", "x"}, {"tags.[]", "../../../admin"}}}};
	SCRIPT_CASE("a tag that leads elsewhere is not asked for", "docker-registry://h.example", NULL, PROBE_L2, up,
		"open cannot-tell not-tested not-tested not-tested cannot-tell = open", NULL, NULL);
}

int main(void)
{
	RUN(a_catalog_and_an_image_are_open);
	RUN(basic_is_closed_and_bearer_cannot_be_told);
	RUN(what_proves_nothing_cannot_be_told);
	CHECK_END();
}
