/*
 * OpenSearch, opensearch.yml. Sources (docs.opensearch.org): "Disabling the Security plugin"
 * (plugins.security.disabled, before 2.0 opendistro_security.disabled); "Anonymous authentication" (config.yml,
 * config.dynamic.http); "Network settings" (network.host _local_). The plugin belongs to the distribution but not to
 * the minimal one: a file without any of its settings does not say whether it is there. A node refuses to start on
 * settings of a plugin it lacks.
 */
#include "audit/auth_search.h"

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	const struct audit_setting *off = audit_setting(config, "plugins.security.disabled"),
				   *any = audit_setting_below(config, "plugins.security.");
	const struct audit_setting *anonymous = audit_setting(config, "config.dynamic.http.anonymous_auth_enabled");
	if (off == NULL)
		off = audit_setting(config, "opendistro_security.disabled");
	if (any == NULL)
		any = audit_setting_below(config, "opendistro_security.");
	struct audit_search_answer answer = {AUDIT_AUTH_UNKNOWN,
		"whether the security plugin is installed is not in the input", NULL,
		"plugins.security: nothing written"};
	if (off != NULL && audit_word_is(off->value, "true"))
		answer = (struct audit_search_answer){AUDIT_AUTH_NONE, "the security plugin is off", off, NULL};
	else if (off != NULL && !audit_word_is(off->value, "false"))
		answer = (struct audit_search_answer){
			AUDIT_AUTH_UNKNOWN, "whether the security plugin is off cannot be resolved", off, NULL};
	else if (anonymous != NULL && audit_setting_truth(anonymous) != AUDIT_SAYS_NO)
		answer = (struct audit_search_answer){AUDIT_AUTH_UNKNOWN,
			"there is an anonymous user, and what its role allows is not in the input", anonymous, NULL};
	else if (any != NULL)
		answer = (struct audit_search_answer){AUDIT_AUTH_REQUIRED, "the security plugin is on", any, NULL};
	audit_judge_search(config, out, &answer, AUDIT_LISTENS_LOCAL);
}

static const char *const keys[] = {"plugins.", "opendistro_security.", "opendistro.", "config.dynamic.", "network.",
	"http.", "transport.", "cluster.", "node.", "discovery.", "path.", "bootstrap.", NULL};
static const struct audit_remedy remedies[] = {
	{"plugins.security.disabled", "false"}, {"network.host", "_local_"}, {"http.host", "_local_"}, {NULL, NULL}};

const struct audit_service audit_opensearch = {
	.name = "opensearch",
	.formats = 1u << AUDIT_FORMAT_YAML,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
