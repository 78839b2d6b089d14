/*
 * MySQL and MariaDB, my.cnf. Sources: dev.mysql.com, "Server Command Options" and "Server System Variables"
 * (skip-grant-tables, skip-networking, bind-address *, port 3306) and work log 4321: from 8.0 on skip-grant-tables
 * turns the network off; mariadb.com, "mariadbd Options": there it does not. Versions from 10 on are MariaDB's. Which
 * accounts there are, and whether one has no password, stands in no file.
 */
#include "audit/service.h"

/* A server reads several sections; the last that sets it counts. */
static const struct audit_setting *server_setting(const struct audit_config *config, const char *key)
{
	static const char *const sections[] = {"mysqld", "server", "mariadb", "mariadbd", "mysqld_safe"};
	const struct audit_setting *found = NULL;
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		st_auto_free char *whole = st_format("%s.%s", sections[i], key);
		const struct audit_setting *here = audit_setting(config, whole);
		if (here != NULL && (found == NULL || here > found))
			found = here;
	}
	return found;
}

/* An option without a value is on. */
static enum audit_truth is_on(const struct audit_setting *setting)
{
	if (setting != NULL && setting->value->kind == AUDIT_LITERAL && setting->value->size == 0)
		return AUDIT_SAYS_YES;
	return audit_setting_truth(setting);
}

struct answer {
	enum audit_auth auth;
	const char *reason;
	bool cut_off; /* no network */
};

static struct answer asks(const struct audit_config *config, const struct audit_setting *skip)
{
	int64_t version = audit_config_version(config);
	bool local = version >= AUDIT_VERSION(8, 0) && version < AUDIT_VERSION(10, 0);
	const struct audit_setting *include = audit_setting(config, "!include");
	switch (is_on(skip)) {
	case AUDIT_SAYS_YES:
		if (version < 0)
			return (struct answer){AUDIT_AUTH_UNKNOWN,
				"whether nobody is asked or the network is off depends on its version", false};
		return (struct answer){AUDIT_AUTH_NONE, "it asks nobody: the tables of rights are not read", local};
	case AUDIT_SAYS_UNKNOWN:
		return (struct answer){
			AUDIT_AUTH_UNKNOWN, "whether it reads its tables of rights cannot be resolved", false};
	default:
		break;
	}
	if (include != NULL && audit_config_files(config) < 2)
		return (struct answer){AUDIT_AUTH_UNKNOWN, "a file that it includes is not in the input", false};
	return (struct answer){AUDIT_AUTH_REQUIRED, "it asks for an account", false};
}

static void judge(const struct audit_config *config, struct audit_judgement *out)
{
	const struct audit_setting *skip = server_setting(config, "skip-grant-tables"),
				   *off = server_setting(config, "skip-networking"),
				   *bind = server_setting(config, "bind-address");
	struct answer answer = asks(config, skip);
	enum audit_listens where = bind == NULL ? AUDIT_LISTENS_WIDE : audit_listens(config, bind->key->text);
	uint16_t low, high = 65535;
	bool silent = answer.cut_off || is_on(off) == AUDIT_SAYS_YES;
	if (audit_port_of(server_setting(config, "port"), 3306, &low))
		high = low;
	struct audit_share *share =
		audit_share_where(out, low, high, silent ? AUDIT_LISTENS_NOWHERE : where, answer.auth, answer.reason);
	if (skip == NULL && answer.auth == AUDIT_AUTH_UNKNOWN)
		audit_decided_by(out, share, audit_setting(config, "!include"));
	else
		audit_decided(out, share, config, skip, "skip-grant-tables: off, by default");
	if (is_on(off) == AUDIT_SAYS_YES)
		audit_decided_by(out, share, off);
	else
		audit_decided(out, share, config, bind, "bind-address: *, by default");
}

static const char *const keys[] = {"mysqld.", "server.", "mariadb.", "mariadbd.", "mysqld_safe.", "client.", "mysql.",
	"mysqldump.", "!include", NULL};
static const struct audit_remedy remedies[] = {{"mysqld.skip-grant-tables", NULL}, {"server.skip-grant-tables", NULL},
	{"mariadb.skip-grant-tables", NULL}, {"mysqld.skip-networking", "on"}, {NULL, NULL}};

const struct audit_service audit_mysql = {
	.name = "mysql",
	.formats = 1u << AUDIT_FORMAT_INI,
	.keys = keys,
	.judge = judge,
	.remedies = remedies,
};
