/*
 * MongoDB, mongod.conf in YAML or as key = value. Sources (mongodb.com, MongoDB Manual): "Configuration File Options"
 * (net.bindIp, net.bindIpAll, net.port by role; security.authorization disabled by default; security.keyFile implies
 * it; security.transitionToAuth accepts connections without credentials; net.tls.CAFile and
 * allowConnectionsWithoutCertificates); "IP Binding" of 3.6: localhost by default from 3.6 on, every address before.
 */
#include "audit/service.h"

static const struct audit_setting *one_of(const struct audit_config *config, const char *const *keys)
{
	const struct audit_setting *found = NULL;
	for (; *keys != NULL && found == NULL; keys++)
		found = audit_setting(config, *keys);
	return found;
}

/* NULL: nothing written of where it listens. */
static const struct audit_setting *bound(const struct audit_config *config, enum audit_listens *where)
{
	static const char *const binds[] = {"net.bindIp", "bind_ip", "bindip", NULL};
	static const char *const alls[] = {"net.bindIpAll", "bind_ip_all", NULL};
	const struct audit_setting *bind = one_of(config, binds), *all = one_of(config, alls);
	int64_t version = audit_config_version(config);
	if (all != NULL && audit_setting_truth(all) != AUDIT_SAYS_NO) {
		*where = audit_setting_truth(all) == AUDIT_SAYS_YES ? AUDIT_LISTENS_WIDE : AUDIT_LISTENS_UNKNOWN;
		return all;
	}
	*where = bind != NULL                     ? audit_listens(config, bind->key->text)
		 : version < 0                    ? AUDIT_LISTENS_UNKNOWN
		 : version >= AUDIT_VERSION(3, 6) ? AUDIT_LISTENS_LOCAL
						  : AUDIT_LISTENS_WIDE;
	return bind;
}

/* Every client has to have a certificate. */
static const struct audit_setting *wants_certificates(const struct audit_config *config)
{
	static const char *const cas[] = {"net.tls.CAFile", "net.ssl.CAFile", NULL};
	static const char *const modes[] = {"net.tls.mode", "net.ssl.mode", NULL};
	static const char *const withouts[] = {
		"net.tls.allowConnectionsWithoutCertificates", "net.ssl.allowConnectionsWithoutCertificates", NULL};
	const struct audit_setting *mode = one_of(config, modes), *without = one_of(config, withouts);
	bool all =
		mode != NULL && (audit_word_is(mode->value, "requireTLS") || audit_word_is(mode->value, "requireSSL"));
	bool none = without == NULL || audit_setting_truth(without) == AUDIT_SAYS_NO;
	return all && none ? one_of(config, cas) : NULL;
}

struct answer {
	enum audit_auth auth;
	const char *reason;
	const struct audit_setting *by;
};

static struct answer asks(const struct audit_config *config)
{
	static const char *const autos[] = {"security.authorization", "auth", NULL};
	static const char *const files[] = {"security.keyFile", "keyfile", NULL};
	static const char *const moves[] = {"security.transitionToAuth", "transitiontoauth", NULL};
	const struct audit_setting *set = one_of(config, autos), *file = one_of(config, files),
				   *move = one_of(config, moves), *certificate = wants_certificates(config);
	enum audit_truth on = audit_setting_truth(set);
	if (certificate != NULL)
		return (struct answer){AUDIT_AUTH_REQUIRED, "every client needs a certificate", certificate};
	if (move != NULL && audit_setting_truth(move) != AUDIT_SAYS_NO)
		return (struct answer){
			audit_setting_truth(move) == AUDIT_SAYS_YES ? AUDIT_AUTH_NONE : AUDIT_AUTH_UNKNOWN,
			"it accepts connections without credentials while it is moved to access control", move};
	if (on == AUDIT_SAYS_YES)
		return (struct answer){AUDIT_AUTH_REQUIRED, "access control is on", set};
	if (file != NULL && on == AUDIT_SAYS_NOTHING)
		return (struct answer){AUDIT_AUTH_REQUIRED, "a key file turns access control on", file};
	if (on == AUDIT_SAYS_UNKNOWN)
		return (struct answer){AUDIT_AUTH_UNKNOWN, "whether access control is on cannot be resolved", set};
	return (struct answer){AUDIT_AUTH_NONE, "access control is off", set};
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	static const char *const ports[] = {"net.port", "port", NULL};
	static const char *const roles[] = {"sharding.clusterRole", NULL};
	const struct audit_setting *role = one_of(config, roles);
	uint16_t usual = role != NULL && audit_word_is(role->value, "shardsvr")    ? 27018
			 : role != NULL && audit_word_is(role->value, "configsvr") ? 27019
										   : 27017;
	uint16_t low, high = 65535;
	enum audit_listens where;
	const struct audit_setting *bind = bound(config, &where);
	struct answer answer = asks(config);
	if (audit_port_of(one_of(config, ports), usual, &low))
		high = low;
	struct audit_share *share = audit_share_where(out, low, high, where, answer.auth, answer.reason);
	if (answer.by != NULL && answer.auth == AUDIT_AUTH_REQUIRED)
		audit_decided_by_key(out, share, answer.by);
	else
		audit_decided(out, share, config, answer.by, "security.authorization: disabled, by default");
	audit_decided(out, share, config, bind,
		where == AUDIT_LISTENS_LOCAL  ? "net.bindIp: localhost, by default"
		: where == AUDIT_LISTENS_WIDE ? "net.bindIp: every address, by default"
					      : "net.bindIp: not written");
}

static const char *const keys[] = {"net.", "security.", "storage.", "systemLog.", "replication.", "sharding.",
	"processManagement.", "operationProfiling.", "setParameter.", "bind_ip", "auth", "noauth", "dbpath", "logpath",
	"keyfile", "replset", NULL};
static const struct audit_remedy remedies[] = {{"security.authorization", "enabled"},
	{"security.transitionToAuth", NULL}, {"net.bindIp", "127.0.0.1"}, {"auth", "true"}, {NULL, NULL}};

const struct audit_service audit_mongodb = {
	.name = "mongodb",
	.formats = 1u << AUDIT_FORMAT_YAML | 1u << AUDIT_FORMAT_EQUALS,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
