/*
 * Configurations of services and of storage: settings as they were written, each with its line, and what follows from
 * them: who may ask what on which ports, and what of the settings decides it.
 *
 * A judgement is made of settings alone, so that an edit is tried by judging again with it.
 */
#ifndef STAUNCH_AUDIT_CONFIG_H
#define STAUNCH_AUDIT_CONFIG_H

#include "audit/compile.h"
#include "audit/model.h"
#include "audit/result.h"

/* A key may stand several times: the values of a list, lines of which the first that fits decides. */
struct audit_setting {
	const struct audit_word *key, *value;
	struct audit_place at;
	const struct audit_word *address; /* of the resource in a plan; NULL: it is in none */
};

struct audit_settings {
	struct audit_setting *items; /* owned by whoever declares it */
	uint32_t count, capacity;
};

struct audit_service;

/* One configuration of one service, or one container with all that its account says. */
struct audit_config {
	const struct audit_service *service;
	const struct audit_word *id, *name;
	struct audit_place at;
	struct audit_settings settings;
};

/* A file of a service as it was read; `inventory` says whose it is, or the file itself which service's. */
struct audit_config_file {
	const struct audit_word *name; /* its path, without a date */
	uint32_t file;
	unsigned format;                     /* enum audit_format */
	const struct audit_service *service; /* as its keys say; NULL: they do not */
	struct audit_settings settings;
	const struct audit_node *tree; /* of JSON that names no resource; NULL: text */
	bool joined;
};

/* A container and what it stands in, until the last file is read. */
struct audit_container {
	struct audit_config config;
	const struct audit_word *account; /* its id; NULL: not told */
};

/* Configurations that answer at one place. */
struct audit_host {
	const struct audit_word *id, *name;
	struct audit_place at;
	struct audit_words behind;    /* ids or names of interfaces and groups; none: as if behind a public address */
	struct audit_config *configs; /* owned by the model */
	uint32_t config_count, config_capacity;
	const struct audit_word *doubt; /* why nothing of it can be told; NULL: it can */
};

/* A setting that decides, in words that hold no secret, and where it stands. */
struct audit_decider {
	struct st_span text;
	struct audit_place at;
};

/* What is said to some sources on some ports. Shares of a judgement do not overlap. */
struct audit_share {
	struct audit_set lines, sources;
	bool reached; /* false: nothing answers these sources there, whoever they are */
	enum audit_auth auth;
	unsigned rights;     /* AUDIT_RIGHT_*, of whoever has not proven who he is */
	bool for_the_public; /* made to be seen by all: shown, never a failure */
	struct st_span reason;
	struct audit_decider *by;
	uint32_t by_count, by_capacity;
};

struct audit_judgement {
	struct audit_pool pool;
	struct audit_share *shares;
	uint32_t count, capacity;
};

/* Judges anew whatever out held. */
void audit_judge(const struct audit_config *config, struct audit_judgement *out);
void audit_judgement_free(struct audit_judgement *judgement);
enum audit_verdict audit_share_verdict(const struct audit_share *share);

/* --- settings --- */

void audit_settings_add(struct audit_settings *settings, const struct audit_word *key, const struct audit_word *value,
	struct audit_place at);
void audit_settings_free(struct audit_settings *settings);
/* The last one with this key: where keys may stand twice, the last is what counts. NULL: none. */
const struct audit_setting *audit_setting(const struct audit_config *config, const char *key);
/* The one behind `after` (NULL: the first) with this key, in their order. */
const struct audit_setting *audit_setting_next(
	const struct audit_config *config, const char *key, const struct audit_setting *after);
/* One whose key begins so. */
const struct audit_setting *audit_setting_below(const struct audit_config *config, const char *prefix);

enum audit_truth { AUDIT_SAYS_NO, AUDIT_SAYS_YES, AUDIT_SAYS_NOTHING, AUDIT_SAYS_UNKNOWN };
/* true, yes, on, 1, enabled and their opposites; anything else, and what cannot be resolved, is unknown. */
enum audit_truth audit_setting_truth(const struct audit_setting *setting);

/* Version of the service, as the inventory says: 1000000 * major + 1000 * minor + patch; -1: not told. */
#define AUDIT_VERSION_KEY "(version)"
int64_t audit_config_version(const struct audit_config *config);
#define AUDIT_VERSION(major, minor) ((major)*1000000L + (minor)*1000L)

/* --- judging --- */

/* Everybody, tags and all. */
void audit_everybody(struct audit_set *out);
struct audit_share *audit_share_add(
	struct audit_judgement *out, enum audit_auth auth, bool reached, const char *reason);
/* The same with everybody as its sources and these TCP ports. */
struct audit_share *audit_share_ports(struct audit_judgement *out, uint16_t low, uint16_t high, enum audit_auth auth,
	bool reached, const char *reason);
/* "key: value" of a setting whose value is no secret; NULL is left out. */
void audit_decided_by(struct audit_judgement *out, struct audit_share *share, const struct audit_setting *setting);
/* The same without its value. */
void audit_decided_by_key(struct audit_judgement *out, struct audit_share *share, const struct audit_setting *setting);
/* Of what is not written: what holds then ("key: value, by default"). The place is that of the configuration. */
void audit_decided_by_default(
	struct audit_judgement *out, struct audit_share *share, const struct audit_config *config, const char *text);
/* `set` if it stands there, else the default. */
void audit_decided(struct audit_judgement *out, struct audit_share *share, const struct audit_config *config,
	const struct audit_setting *set, const char *default_text);

/* --- where it listens --- */

enum audit_listens { AUDIT_LISTENS_NOWHERE, AUDIT_LISTENS_LOCAL, AUDIT_LISTENS_WIDE, AUDIT_LISTENS_UNKNOWN };
/* Of one address as services write them: with a port or brackets or a scheme, "localhost", "*", a name. Only loopback
 * (RFC 1122 3.2.1.3, RFC 4291 2.5.3) is local: a private address may stand behind a translated public one. */
enum audit_listens audit_listens_at(struct st_span address);
/* All values with this key together, taken apart at blanks and commas. NOWHERE: there is none. */
enum audit_listens audit_listens(const struct audit_config *config, const char *key);
/* One share for everybody on these ports, as somebody who listens so says it: closed where he listens to himself alone,
 * in doubt where that is and something would be given. */
struct audit_share *audit_share_where(struct audit_judgement *out, uint16_t low, uint16_t high,
	enum audit_listens where, enum audit_auth auth, const char *reason);
/* Files of this configuration that are in the input. */
uint32_t audit_config_files(const struct audit_config *config);
/* A port of a setting; 0 and false: it is none, and any may be meant. NULL: the default. */
bool audit_port_of(const struct audit_setting *setting, uint16_t by_default, uint16_t *out);
/* "9200" or "9200-9300"; false: neither. */
bool audit_port_range(struct st_span text, uint16_t *low, uint16_t *high);

#endif
