/*
 * A shared access signature of Azure Storage: what a URL says that whoever has it may do. Nothing is looked up. Sources
 * (Microsoft Learn): "Create an account SAS", "Create a service SAS", "Create a user delegation SAS", "Versioning for
 * Azure Storage" (ISO 8601 times), "Shared access signature error codes".
 *
 * All of it but the signature may be told; the signature is a secret: it stands in `query`, which goes to its target in
 * the message to the fetch role and nowhere else.
 */
#ifndef STAUNCH_PROBE_SAS_H
#define STAUNCH_PROBE_SAS_H

#include "base/bytes.h"
#include "base/error.h"

enum probe_sas_kind {
	PROBE_SAS_ACCOUNT,    /* of a whole account: ss and srt say where */
	PROBE_SAS_SERVICE,    /* of one container or blob, by the account's key */
	PROBE_SAS_DELEGATION, /* the same, by the key of a user */
	PROBE_SAS_KINDS
};

/* A mark is what tells two signatures apart, in names and evidence: of the SHA-256 of the signature. */
#define PROBE_SAS_MARK_TEXT 9

/* Clocks differ by so much before Azure refuses. */
#define PROBE_SAS_CLOCK_S (15 * 60)

struct probe_sas {
	char *query;     /* secret: as it is added to a URL, without '?' */
	char *signature; /* secret: the value of sig, decoded */
	enum probe_sas_kind kind;
	char version[16];                            /* sv */
	char permissions[24], services[8], types[8]; /* sp, ss, srt; "" not said */
	char resource[4];                            /* sr: b, c, d, bs, bv; "" not said */
	char addresses[80];                          /* sip; "" any */
	int64_t start, expiry;                       /* st, se: UTC seconds; 0 not said */
	bool https_only, by_policy;                  /* spr=https; si: a policy of the container may say the rest */
	char mark[PROBE_SAS_MARK_TEXT];
};

/* The part of a URL behind its '?'. ST_WRONG: not of this kind, or with a parameter that is no part of a signature
 * (comp, restype, ...): it would change what a row asks for. No error repeats what was given. Freed with
 * probe_sas_free. */
enum st_status probe_sas_parse(struct st_span query, struct probe_sas **out, struct st_error *err);
void probe_sas_free(struct probe_sas *sas); /* overwrites it; NULL is fine */

/* By its own words. A policy may grant what sp does not say: then `unknown`. */
enum probe_sas_grant { PROBE_SAS_NO, PROBE_SAS_YES, PROBE_SAS_UNKNOWN };
enum probe_sas_grant probe_sas_lists(const struct probe_sas *sas);
enum probe_sas_grant probe_sas_reads(const struct probe_sas *sas);
/* Anything but reading and listing: add, create, write, delete, tags, move, permissions, policies of immutability. */
enum probe_sas_grant probe_sas_writes(const struct probe_sas *sas);
/* Does it say nothing about blobs, as one for queues does? */
bool probe_sas_is_of_blobs(const struct probe_sas *sas);

/* Does a text that came from outside hold the signature, as it was given or decoded? A part of it is enough. */
bool probe_sas_is_in(const struct probe_sas *sas, const void *text, size_t size);
/* "service SAS of a container, sp=rl, until 2026-12-31T00:00:00Z, https only": for people. No secret. */
void probe_sas_tell(const struct probe_sas *sas, struct st_buf *out);
const char *probe_sas_kind_name(enum probe_sas_kind kind); /* "account", "service", "user-delegation" */

#endif
