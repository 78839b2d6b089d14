/*
 * Kibana, kibana.yml. Sources (elastic.co, Kibana Guide): "Configure Kibana" (server.host localhost, server.port 5601,
 * elasticsearch.username, elasticsearch.serviceAccountToken); "Authentication in Kibana", anonymous authentication
 * (xpack.security.authc.providers.anonymous, from 7.11 on). Kibana asks whom Elasticsearch asks: without credentials of
 * its own here, whether Elasticsearch asks anybody stands in another file.
 */
#include "audit/service.h"

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	const struct audit_setting *host = audit_setting(config, "server.host"),
				   *port = audit_setting(config, "server.port"),
				   *off = audit_setting(config, "xpack.security.enabled"),
				   *own = audit_setting(config, "elasticsearch.username"),
				   *anonymous =
					   audit_setting_below(config, "xpack.security.authc.providers.anonymous.");
	enum audit_listens where = host == NULL ? AUDIT_LISTENS_LOCAL : audit_listens(config, "server.host");
	enum audit_auth auth = AUDIT_AUTH_UNKNOWN;
	const char *reason = "it has no credentials, and whether Elasticsearch asks for any is not in this file";
	uint16_t low, high = 65535;
	if (own == NULL)
		own = audit_setting(config, "elasticsearch.serviceAccountToken");
	if (audit_port_of(port, 5601, &low))
		high = low;
	if (anonymous != NULL) {
		auth = AUDIT_AUTH_NONE;
		reason = "it lets anybody in as an anonymous user";
	} else if (off != NULL && audit_setting_truth(off) != AUDIT_SAYS_YES) {
		reason = "it asks nobody, and what Elasticsearch asks is not in this file";
	} else if (own != NULL) {
		auth = AUDIT_AUTH_REQUIRED;
		reason = "it has credentials for Elasticsearch, which asks users for theirs";
	}
	struct audit_share *share = audit_share_where(out, low, high, where, auth, reason);
	audit_decided_by_key(out, share, anonymous != NULL ? anonymous : off != NULL ? off : own);
	audit_decided(out, share, config, host, "server.host: localhost, by default");
}

static const char *const keys[] = {"server.", "elasticsearch.", "kibana.", "xpack.encryptedSavedObjects.",
	"xpack.reporting.", "xpack.security.authc.providers.", "i18n.", "logging.", "ops.", "telemetry.", NULL};
static const struct audit_remedy remedies[] = {{"server.host", "localhost"}, {NULL, NULL}};

const struct audit_service audit_kibana = {
	.name = "kibana",
	.formats = 1u << AUDIT_FORMAT_YAML,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
