/*
 * Elasticsearch, elasticsearch.yml. Sources (elastic.co, Elasticsearch Guide):
 * - "Security settings" of 5.6, 6.3, 6.8, 7.1, 7.17, 8.0 (xpack.security.enabled): false by default on a basic or trial
 *   licence before 8.0, true from 8.0 on; with X-Pack as a plugin (5.0 to 6.2) true. Security is part of the basic
 *   licence from 6.8.0 and 7.1.0 on ("Security for Elasticsearch is now free", 20 May 2019).
 * - "Networking" / "Network settings": network.host is _local_ since 2.0 ("Breaking changes in 2.0", Network changes),
 *   every address before; http.bind_host, http.host, network.bind_host, network.host in that order; http.port
 * 9200-9300, transport.port 9300-9400.
 * - "Enabling anonymous access": xpack.security.authc.anonymous.roles.
 */
#include "audit/auth_search.h"

#define V(major, minor) AUDIT_VERSION(major, minor)

/* What the settings say of their own version, where nobody else does: keys that older ones refuse to start with. */
static int64_t version_of(const struct audit_config *config)
{
	int64_t version = audit_config_version(config);
	if (version >= 0)
		return version;
	if (audit_setting(config, "xpack.security.enrollment.enabled") != NULL ||
		audit_setting_below(config, "xpack.security.autoconfiguration.") != NULL)
		return V(8, 0);
	return -1;
}

static bool is_modern(const struct audit_config *config)
{
	static const char *const modern[] = {"discovery.seed_hosts", "cluster.initial_master_nodes", "discovery.type"};
	for (size_t i = 0; i < sizeof modern / sizeof modern[0]; i++)
		if (audit_setting(config, modern[i]) != NULL)
			return true;
	return audit_setting_below(config, "xpack.") != NULL;
}

/* Plugins of others that ask for a password; whether they are installed and how they are set up stands elsewhere. */
static const struct audit_setting *foreign_plugin(const struct audit_config *config)
{
	static const char *const prefixes[] = {
		"searchguard.", "opendistro_security.", "readonlyrest.", "shield.", "http.basic."};
	const struct audit_setting *found = NULL;
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && found == NULL; i++)
		found = audit_setting_below(config, prefixes[i]);
	return found;
}

static struct audit_search_answer not_written(const struct audit_config *config, int64_t version)
{
	static const char off[] = "xpack.security.enabled: false, by default",
			  on[] = "xpack.security.enabled: true, by default";
	const struct audit_setting *license = audit_setting(config, "(license)");
	bool paid =
		license != NULL && !audit_word_is(license->value, "basic") && !audit_word_is(license->value, "trial");
	if (version < 0)
		return (struct audit_search_answer){AUDIT_AUTH_UNKNOWN,
			"its version decides the default, and is not in the input", NULL,
			"xpack.security.enabled: not written"};
	if (version >= V(8, 0))
		return (struct audit_search_answer){
			AUDIT_AUTH_REQUIRED, "security is on by default from 8.0 on", NULL, on};
	if (version < V(6, 3) && audit_setting_below(config, "xpack.") != NULL)
		return (struct audit_search_answer){
			AUDIT_AUTH_UNKNOWN, "X-Pack is a plugin whose licence is not in the input", NULL, on};
	if (version < V(6, 3))
		return (struct audit_search_answer){
			AUDIT_AUTH_NONE, "it has no security of its own", NULL, "no X-Pack"};
	if (paid)
		return (struct audit_search_answer){
			AUDIT_AUTH_REQUIRED, "a paid licence turns security on", license, on};
	return (struct audit_search_answer){AUDIT_AUTH_NONE, "security is off by default before 8.0", NULL, off};
}

/* Is a user without a name given something? */
static struct audit_search_answer anonymous(const struct audit_config *config, struct audit_search_answer secured)
{
	const struct audit_setting *role = NULL, *any = NULL;
	while ((role = audit_setting_next(config, "xpack.security.authc.anonymous.roles", role)) != NULL) {
		if (role->value->kind == AUDIT_LITERAL && role->value->size == 0)
			continue;
		any = role;
		if (role->value->kind == AUDIT_LITERAL && (strstr(role->value->text, "superuser") != NULL ||
								  strstr(role->value->text, "viewer") != NULL ||
								  strstr(role->value->text, "editor") != NULL))
			return (struct audit_search_answer){
				AUDIT_AUTH_NONE, "an anonymous user may read, by its role", role, NULL};
	}
	if (any == NULL)
		return secured;
	return (struct audit_search_answer){AUDIT_AUTH_UNKNOWN,
		"there is an anonymous user, and what its role allows is not in the input", any, NULL};
}

static struct audit_search_answer asks(const struct audit_config *config)
{
	int64_t version = version_of(config);
	const struct audit_setting *set = audit_setting(config, "xpack.security.enabled"),
				   *foreign = foreign_plugin(config);
	struct audit_search_answer answer = not_written(config, version);
	bool free_security = version < 0 || (version >= V(6, 8) && (version < V(7, 0) || version >= V(7, 1)));
	if (set != NULL && audit_word_is(set->value, "false"))
		answer = (struct audit_search_answer){AUDIT_AUTH_NONE, "security is off", set, NULL};
	else if (set != NULL && !audit_word_is(set->value, "true"))
		answer = (struct audit_search_answer){
			AUDIT_AUTH_UNKNOWN, "whether security is on cannot be resolved", set, NULL};
	else if (set != NULL && !free_security && audit_setting(config, "(license)") == NULL)
		answer = (struct audit_search_answer){AUDIT_AUTH_UNKNOWN,
			"security needs a paid licence in this version, and the licence is not in the input", set,
			NULL};
	else if (set != NULL)
		answer = (struct audit_search_answer){AUDIT_AUTH_REQUIRED, "security is on", set, NULL};
	if (answer.auth == AUDIT_AUTH_NONE && foreign != NULL)
		return (struct audit_search_answer){
			AUDIT_AUTH_UNKNOWN, "a plugin of somebody else may ask for a password", foreign, NULL};
	return answer.auth == AUDIT_AUTH_REQUIRED ? anonymous(config, answer) : answer;
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	int64_t version = version_of(config);
	struct audit_search_answer answer = asks(config);
	enum audit_listens by_default = version < 0 && !is_modern(config)   ? AUDIT_LISTENS_UNKNOWN
					: version >= 0 && version < V(2, 0) ? AUDIT_LISTENS_WIDE
									    : AUDIT_LISTENS_LOCAL;
	audit_judge_search(config, out, &answer, by_default);
}

static const char *const keys[] = {"xpack.", "network.", "http.", "transport.", "cluster.", "node.", "discovery.",
	"path.", "bootstrap.", "gateway.", "action.", "indices.", "ingest.", "thread_pool.", "searchguard.",
	"readonlyrest.", NULL};
static const struct audit_remedy remedies[] = {{"xpack.security.enabled", "true"},
	{"xpack.security.authc.anonymous.roles", NULL}, {"network.host", "_local_"}, {"http.host", "_local_"},
	{NULL, NULL}};

const struct audit_service audit_elasticsearch = {
	.name = "elasticsearch",
	.formats = 1u << AUDIT_FORMAT_YAML,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
