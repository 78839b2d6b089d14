/*
 * Redis, redis.conf. Sources: redis.conf of 3.2, 6.2 and 7.0 (github.com/redis/redis, comments of bind, protected-mode,
 * requirepass, user, aclfile, port, tls-port, tls-auth-clients); redis.io "Security", "ACL". Without bind it listens on
 * every address. protected-mode, on by default since 3.2, lets only its own machine in while the default user has no
 * password: before 7.0 only as long as no address is bound, from 7.0 on whatever is bound.
 */
#include "audit/service.h"

struct answer {
	enum audit_auth auth;
	const char *reason;
	const struct audit_setting *by; /* its key alone is told: its value holds passwords */
};

static bool has_word(const struct audit_word *line, const char *word)
{
	size_t size = strlen(word);
	for (const char *at = line->text; (at = strstr(at, word)) != NULL; at++)
		if ((at == line->text || at[-1] == ' ') && (at[size] == ' ' || at[size] == 0))
			return true;
	return false;
}

static const struct audit_setting *default_user(const struct audit_config *config)
{
	const struct audit_setting *found = NULL;
	for (const struct audit_setting *at = NULL; (at = audit_setting_next(config, "user", at)) != NULL;)
		if (strncmp(at->value->text, "default ", 8) == 0)
			found = at;
	return found;
}

/* What somebody gets who sends no AUTH. */
static struct answer asks(const struct audit_config *config)
{
	const struct audit_setting *user = default_user(config), *password = audit_setting(config, "requirepass"),
				   *file = audit_setting(config, "aclfile"),
				   *include = audit_setting(config, "include");
	if (file != NULL)
		return (struct answer){AUDIT_AUTH_UNKNOWN, "its users stand in a file that is not in the input", file};
	if (user != NULL && user->value->kind != AUDIT_LITERAL)
		return (struct answer){AUDIT_AUTH_UNKNOWN, "its default user cannot be resolved", user};
	if (user != NULL && (!has_word(user->value, "on") || !has_word(user->value, "nopass")))
		return (struct answer){AUDIT_AUTH_REQUIRED, "its default user is off or has a password", user};
	if (user != NULL)
		return (struct answer){AUDIT_AUTH_NONE, "its default user has no password", user};
	if (password != NULL && password->value->size > 0)
		return (struct answer){AUDIT_AUTH_REQUIRED, "it wants a password", password};
	if (include != NULL && audit_config_files(config) < 2)
		return (struct answer){AUDIT_AUTH_UNKNOWN, "a file that it includes is not in the input", include};
	return (struct answer){AUDIT_AUTH_NONE, "it wants no password", password};
}

enum protects { PROTECTS, PROTECTS_NOT, PROTECTS_UNKNOWN };

/* Does protected-mode keep others out, as long as there is no password? */
static enum protects protects(const struct audit_config *config, const struct audit_setting *bind)
{
	const struct audit_setting *set = audit_setting(config, "protected-mode");
	enum audit_truth on = audit_setting_truth(set);
	int64_t version = audit_config_version(config);
	if (on == AUDIT_SAYS_NO || (version >= 0 && version < AUDIT_VERSION(3, 2)))
		return PROTECTS_NOT;
	if (on == AUDIT_SAYS_UNKNOWN || (on == AUDIT_SAYS_NOTHING && version < 0))
		return PROTECTS_UNKNOWN;
	if (bind == NULL || version >= AUDIT_VERSION(7, 0))
		return PROTECTS;
	return version < 0 ? PROTECTS_UNKNOWN : PROTECTS_NOT;
}

static void judge_plain(const struct audit_config *config, struct audit_judgement *out, const struct answer *answer)
{
	const struct audit_setting *bind = audit_setting(config, "bind"), *port = audit_setting(config, "port"),
				   *mode = audit_setting(config, "protected-mode");
	enum audit_listens where = AUDIT_LISTENS_WIDE;
	enum audit_auth auth = answer->auth;
	const char *reason = answer->reason;
	uint16_t low, high = 65535;
	if (audit_port_of(port, 6379, &low))
		high = low;
	if (low == 0 && high == 0)
		return;     /* only the socket, or TLS */
	if (bind != NULL) { /* the last one counts alone */
		struct audit_config last = *config;
		last.settings = (struct audit_settings){(struct audit_setting *)(uintptr_t)bind, 1, 1};
		where = audit_listens(&last, "bind");
	}
	bool protected = false;
	if (where != AUDIT_LISTENS_LOCAL && auth != AUDIT_AUTH_REQUIRED) {
		enum protects kept = protects(config, bind);
		protected = kept == PROTECTS && auth == AUDIT_AUTH_NONE;
		if (kept == PROTECTS_UNKNOWN && auth == AUDIT_AUTH_NONE) {
			auth = AUDIT_AUTH_UNKNOWN;
			reason = "whether protected-mode keeps others out depends on its version";
		}
	}
	struct audit_share *share = protected ? audit_share_ports(out, low, high, auth, false,
							"protected-mode lets its own machine in alone")
					      : audit_share_where(out, low, high, where, auth, reason);
	if (answer->by != NULL)
		audit_decided_by_key(out, share, answer->by);
	else
		audit_decided_by_default(out, share, config, "requirepass: not written");
	if (answer->auth != AUDIT_AUTH_REQUIRED)
		audit_decided(out, share, config, mode, "protected-mode: not written");
	audit_decided(out, share, config, bind, "bind: every address, by default");
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	const struct audit_setting *tls = audit_setting(config, "tls-port"),
				   *clients = audit_setting(config, "tls-auth-clients");
	struct answer answer = asks(config);
	uint16_t port;
	judge_plain(config, out, &answer);
	if (tls == NULL || !audit_port_of(tls, 0, &port) || port == 0)
		return;
	bool certificates = clients == NULL || audit_setting_truth(clients) == AUDIT_SAYS_YES;
	struct audit_share *share = audit_share_ports(out, port, port,
		certificates                     ? AUDIT_AUTH_REQUIRED
		: answer.auth == AUDIT_AUTH_NONE ? AUDIT_AUTH_UNKNOWN
						 : answer.auth,
		true, certificates ? "every client needs a certificate" : answer.reason);
	audit_decided(out, share, config, clients, "tls-auth-clients: yes, by default");
}

static const char *const keys[] = {"bind", "port", "protected-mode", "requirepass", "aclfile", "user", "save",
	"appendonly", "appendfsync", "dbfilename", "maxmemory", "maxmemory-policy", "tls-port", "daemonize",
	"rename-command", "masterauth", "replicaof", "slaveof", "databases", "tcp-backlog", "tcp-keepalive", "loglevel",
	"pidfile", "supervised", "unixsocket", NULL};
static const struct audit_remedy remedies[] = {{"requirepass", "<a long secret>"}, {"protected-mode", "yes"},
	{"user", NULL}, {"bind", "127.0.0.1"}, {NULL, NULL}};

const struct audit_service audit_redis = {
	.name = "redis",
	.formats = 1u << AUDIT_FORMAT_WORDS,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
