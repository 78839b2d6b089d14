/*
 * CouchDB, local.ini. Sources (docs.couchdb.org): "Authentication" and "The Admin Party" (before 3.0 whoever comes is
 * an administrator as long as [admins] is empty); "3.0.x Branch" (a server needs an administrator to start; new
 * databases are for administrators: default_security admin_only); "Base Configuration" (default_security); "CouchDB
 * HTTP Server" (bind_address 127.0.0.1, port 5984, require_valid_user false; [httpd] in 1.x).
 */
#include "audit/service.h"

static const struct audit_setting *one_of(const struct audit_config *config, const char *const *keys)
{
	const struct audit_setting *found = NULL;
	for (; *keys != NULL && found == NULL; keys++)
		found = audit_setting(config, *keys);
	return found;
}

struct answer {
	enum audit_auth auth;
	const char *reason;
	const struct audit_setting *by;
	const char *by_default;
	bool key_only; /* its value is a password */
};

static struct answer asks(const struct audit_config *config)
{
	static const char *const valids[] = {"chttpd.require_valid_user", "couch_httpd_auth.require_valid_user",
		"chttpd_auth.require_valid_user", NULL};
	const struct audit_setting *valid = one_of(config, valids), *admin = audit_setting_below(config, "admins."),
				   *open = audit_setting(config, "couchdb.default_security");
	static const char none[] = "require_valid_user: false, by default";
	int64_t version = audit_config_version(config);
	bool everyone =
		open != NULL && (audit_word_is(open->value, "everyone") || audit_word_is(open->value, "admin_local"));
	bool admins_only = open != NULL && audit_word_is(open->value, "admin_only");
	if (audit_setting_truth(valid) == AUDIT_SAYS_YES)
		return (struct answer){AUDIT_AUTH_REQUIRED, "every request needs a user", valid, NULL, false};
	if (audit_setting_truth(valid) == AUDIT_SAYS_UNKNOWN)
		return (struct answer){
			AUDIT_AUTH_UNKNOWN, "whether requests need a user cannot be resolved", valid, NULL, false};
	if (admin == NULL && version < AUDIT_VERSION(3, 0))
		return (struct answer){
			AUDIT_AUTH_NONE, "it has no administrator: everybody is one", NULL, "[admins]: empty", false};
	if (everyone)
		return (struct answer){
			AUDIT_AUTH_NONE, "databases are everybody's unless they say otherwise", open, NULL, false};
	if (admins_only || version >= AUDIT_VERSION(3, 0))
		return (struct answer){AUDIT_AUTH_REQUIRED,
			"databases are the administrators' unless they say otherwise", open,
			"default_security: admin_only, by default", false};
	if (version < 0)
		return (struct answer){AUDIT_AUTH_UNKNOWN,
			"its version decides who may read a database, and is not in the input", admin, NULL, true};
	return (struct answer){
		AUDIT_AUTH_NONE, "databases are everybody's unless they say otherwise", valid, none, false};
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	static const char *const binds[] = {"chttpd.bind_address", "httpd.bind_address", NULL};
	static const char *const ports[] = {"chttpd.port", "httpd.port", NULL};
	const struct audit_setting *bind = one_of(config, binds);
	enum audit_listens where = bind == NULL ? AUDIT_LISTENS_LOCAL : audit_listens(config, bind->key->text);
	struct answer answer = asks(config);
	uint16_t low, high = 65535;
	if (audit_port_of(one_of(config, ports), 5984, &low))
		high = low;
	struct audit_share *share = audit_share_where(out, low, high, where, answer.auth, answer.reason);
	if (answer.key_only)
		audit_decided_by_key(out, share, answer.by);
	else
		audit_decided(out, share, config, answer.by, answer.by_default);
	audit_decided(out, share, config, bind, "bind_address: 127.0.0.1, by default");
}

static const char *const keys[] = {"couchdb.", "chttpd.", "httpd.", "admins.", "couch_httpd_auth.", "chttpd_auth.",
	"couch_peruser.", "cluster.", "ssl.", "log.", "replicator.", "vendor.", NULL};
static const struct audit_remedy remedies[] = {
	{"chttpd.require_valid_user", "true"}, {"chttpd.bind_address", "127.0.0.1"}, {NULL, NULL}};

const struct audit_service audit_couchdb = {
	.name = "couchdb",
	.formats = 1u << AUDIT_FORMAT_INI,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
