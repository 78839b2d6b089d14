/*
 * Services whose configuration says whether they ask who is there: one file (auth_NAME.c) and one line in services.c
 * for each. A service is told by its keys; defaults are those of the version that the inventory names, and where they
 * differ and it names none, it cannot be told.
 */
#ifndef STAUNCH_AUDIT_SERVICE_H
#define STAUNCH_AUDIT_SERVICE_H

#include "audit/config.h"

enum audit_format {
	AUDIT_FORMAT_NONE, /* nothing but comments */
	AUDIT_FORMAT_YAML,
	AUDIT_FORMAT_INI,    /* [section] and key = value: "section.key" */
	AUDIT_FORMAT_WORDS,  /* directive, blank, the rest of the line */
	AUDIT_FORMAT_EQUALS, /* key = value */
	AUDIT_FORMAT_HBA,    /* lines of pg_hba.conf, each a setting "hba" */
	AUDIT_FORMAT_TREE,   /* JSON, not text */
	AUDIT_FORMATS
};

/* An edit that closes; value NULL: the setting is taken out. Never a secret: what somebody has to think of himself
 * stands in angle brackets. */
struct audit_remedy {
	const char *key, *value;
};

struct audit_service {
	const char *name;
	unsigned formats;        /* bits of enum audit_format */
	bool alone;              /* nothing else answers there: no host, a place in a cloud */
	const char *const *keys; /* that tell it: whole, or with a dot at the end all below; NULL at the end */
	void (*judge)(const struct audit_config *config, struct audit_judgement *out);
	const struct audit_remedy *remedies; /* tried in this order; key NULL at the end */
	/* What a setting that decides would have to say instead, tried before them; NULL: it is no such setting. The
	 * caller frees. May be NULL. */
	char *(*mend)(const struct audit_config *config, const struct audit_setting *setting);
};

const struct audit_service *audit_service_named(struct st_span name);
/* The one that most of these settings belong to; NULL: they are nobody's. */
const struct audit_service *audit_service_of(enum audit_format format, const struct audit_settings *settings);

extern const struct audit_service audit_azure_blob, audit_elasticsearch, audit_opensearch, audit_kibana, audit_mongodb,
	audit_redis, audit_postgresql, audit_mysql, audit_etcd, audit_couchdb, audit_s3;

#endif
