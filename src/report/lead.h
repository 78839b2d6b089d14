/*
 * Leads: urls found in leaked data that point to further stores. Decided from the canonical form alone (contract 4), as
 * src/detect/url.c and connection_string.c write it; nothing is ever looked up or followed.
 */
#ifndef STAUNCH_REPORT_LEAD_H
#define STAUNCH_REPORT_LEAD_H

#include "base/bytes.h"

/* Written into cases: append only. */
enum lead_type {
	LEAD_AZURE_BLOB,
	LEAD_AZURE_DATA_LAKE,
	LEAD_AZURE_FILE,
	LEAD_AZURE_TABLE,
	LEAD_AZURE_QUEUE,
	LEAD_S3,
	LEAD_GOOGLE_STORAGE,
	LEAD_OBJECT_STORE, /* any other maker's */
	LEAD_SHARE_LINK,
	LEAD_DATABASE,
	LEAD_QUEUE,
	LEAD_SEARCH,
	LEAD_FILE_SERVER, /* ftp, ftps, sftp with a login */
	LEAD_REGISTRY,    /* of container images */
	LEAD_REPOSITORY,
	LEAD_KEY_VAULT,
	LEAD_WEB_LOGIN, /* any other address with a password in front of its host */
	LEAD_TYPES
};
const char *lead_type_name(enum lead_type type); /* "azure_blob"; NULL out of range */

/* What stands beside it, the strongest last. Written into cases: append only. */
enum lead_credential {
	LEAD_CREDENTIAL_NONE,
	LEAD_CREDENTIAL_UNKNOWN,
	LEAD_CREDENTIAL_PASSWORD,
	LEAD_CREDENTIAL_ACCESS_SIGNATURE,
	LEAD_CREDENTIAL_STORAGE_KEY,
	LEAD_CREDENTIALS
};
const char *lead_credential_name(enum lead_credential credential);
/* Of a secret's canonical form: access_signature:..., storage_key:..., password:...; else unknown. */
enum lead_credential lead_credential_of_secret(struct st_span canonical);

/* What a signature says of itself, without its value. */
struct lead_signature {
	char permissions[20], version[12]; /* sp=rl, sv=2022-11-02; "" when not said or not of that form */
	int64_t starts, expires;           /* UTC seconds; 0 not said */
};

#define LEAD_TARGET_BYTES 520
struct lead {
	enum lead_type type;
	enum lead_credential credential;
	bool is_signed;
	struct lead_signature signature;
	size_t target_size;
	uint8_t target[LEAD_TARGET_BYTES]; /* the store: host, and container, bucket or database; no user, no secret */
};

/* Does this canonical url point to a store? */
bool lead_of(struct st_span url, struct lead *out);
/* Adds the target as a report may show it: the host stays (an IP address masked as one), of a container, database or
 * site the first character, of a share link nothing. */
void lead_mask(struct st_buf *out, enum lead_type type, struct st_span target);

/* --- lead_tables.c --- */

/* Where the store's name stands. */
enum lead_place {
	LEAD_PLACE_HOST,   /* the host is the store */
	LEAD_PLACE_PATH,   /* host and first segment of the path */
	LEAD_PLACE_BUCKET, /* labels in front of `label` or of the region, else the first segment of the path */
	LEAD_PLACE_LINK,   /* the whole path is one link */
	LEAD_PLACE_SITE    /* SharePoint: a link, or the site */
};

struct lead_host {
	const char *suffix; /* of the host, from a label's begin */
	const char *label;  /* NULL, or the label before it, or how one there begins (s3, s3-eu-west-1) */
	enum lead_type type;
	enum lead_place place;
	uint8_t regions;    /* BUCKET without label: labels between bucket and suffix */
	const char *scheme; /* BUCKET: what the target is written with, NULL: https and the host */
};
extern const struct lead_host lead_hosts[]; /* ended by an entry without a suffix */

#endif
