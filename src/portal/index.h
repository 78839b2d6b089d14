/*
 * The sealed index: the only thing that the portal's host gets of a case. Without keys it is a header that anybody may
 * read (it says what the negative answer of contract 10 says) and entries that look like noise: no identity, no way
 * from one entry to another, no number of parties (dummies fill it up). Immutable; made as a whole by `staunch seal`.
 *
 *   file    = head[PORTAL_HEAD_BYTES], then for each class (256, 1024, 4096): digests[n][16], ascending; payloads[n]
 *   head    = "STINDEX1", u32 size of body, body, Ed25519 signature of all before it, zeros
 *   payload = XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) of {u16 bytes used, u32 links that follow, data, zeros};
 *             associated data: digest, case id, salt, version
 *
 * A party's payload is a chain: link 0 in the smallest class that holds all, or links of 4096 bytes. Digest and key of
 * each link come from the party's secret for this case and audience (portal_link_digest, portal_link_key), which only
 * the keyholder can make: BLAKE2b-256 keyed with a key derived from the seal key, case id, salt and audience.
 * Numbers little endian. Any bytes may be given to the reader: a damaged or hostile file is ST_WRONG, never a crash.
 */
#ifndef STAUNCH_PORTAL_INDEX_H
#define STAUNCH_PORTAL_INDEX_H

#include "base/bytes.h"
#include "base/error.h"
#include "portal/payload.h"
#include "resolve/resolve.h"

#define PORTAL_ID_BYTES 16 /* of a case, and the salt of one sealing */
#define PORTAL_SECRET_BYTES 32
#define PORTAL_DIGEST_BYTES 16
#define PORTAL_CLASSES 3
#define PORTAL_HEAD_BYTES 16384
#define PORTAL_INDEX_VERSION 1

/* Which sealing of which case: the same case keeps its id, each sealing has a new salt, so that two of them show
 * nothing side by side. */
struct portal_case {
	uint8_t case_id[PORTAL_ID_BYTES], salt[PORTAL_ID_BYTES];
	int64_t exposed_at; /* first moment of the exposure, UTC seconds; 0 unknown. For domains registered later. */
};

/* What anybody may read. Counts for the sentence of contract 10. Texts are UTF-8 without control characters. */
struct portal_head {
	struct portal_case id;
	char key_id[17];   /* of the seal key */
	int64_t sealed_at; /* UTC seconds */
	char *name;        /* public name of the case, as the operator gave it */
	char *coverage;    /* one line: "12,485 objects listed, 11,960 read ..." */
	uint64_t objects_listed, objects_read, objects_unread, objects_duplicate;
	uint64_t records_read, records_distinct;
	uint64_t unattributed;       /* distinct records that are unattributed or in review: "M are unattributed" */
	uint64_t not_searched_bytes; /* text that no detector knows */
	uint32_t kinds_searched;     /* bits by enum detect_kind */
	int64_t closed_at;           /* end of the exposure; 0 unknown or not over */
	uint64_t entries[PORTAL_CLASSES];       /* with dummies: rounded up, they say nothing */
	uint8_t tables_sha256[ST_SHA256_BYTES]; /* of the digests of all classes, checked on opening: a false "nothing
						   found" is the worst of all errors */
};

/* --- keys, used by `seal` and the keyholder (portal/keys.c) --- */

/* The party's secret; identity in canonical form (portal/identity.h). */
void portal_party_secret(const uint8_t seal_key[32], const struct portal_case *id, enum portal_audience audience,
	struct st_span identity, uint8_t out[PORTAL_SECRET_BYTES]);
void portal_link_digest(const uint8_t secret[PORTAL_SECRET_BYTES], uint32_t link, uint8_t out[PORTAL_DIGEST_BYTES]);
void portal_link_key(const uint8_t secret[PORTAL_SECRET_BYTES], uint32_t link, uint8_t out[32]);
/* BLAKE2b-256 over label and context, keyed: for what else the keyholder needs keys and digests for. */
void portal_derive(const uint8_t key[32], const char *label, struct st_span context, uint8_t out[32]);
/* Ed25519 pair derived from the seal key; the public half stands on the operator's site and comes with
 * PORTAL_ASK_ABOUT. */
void portal_signing_pair(const uint8_t seal_key[32], uint8_t public_key[32], uint8_t secret_key[64]);

/* --- writing --- */

struct portal_writer;
/* path appears only when portal_writer_finish returns ST_OK. work: where sorting lies meanwhile, sealed. */
enum st_status portal_writer_open(const char *path, const struct resolve_work *work, const uint8_t seal_key[32],
	const struct portal_case *id, struct portal_writer **out, struct st_error *err);
/* Any order; memory does not grow with the number of parties. The same secret twice is ST_WRONG at the end. */
enum st_status portal_writer_add(struct portal_writer *writer, const uint8_t secret[PORTAL_SECRET_BYTES],
	struct st_span payload, struct st_error *err);
/* head: what anybody may read; id, key_id, entries and tables_sha256 are filled in here. Frees the writer in any case.
 */
enum st_status portal_writer_finish(struct portal_writer *writer, const struct portal_head *head, struct st_error *err);
void portal_writer_abandon(struct portal_writer *writer); /* NULL is fine */

/* --- reading: needs no keyholder to open; lookups are pread(2) or reads of a mapping, no allocation per entry --- */

struct portal_index;
/* public_key: the file must be signed by it (from PORTAL_ASK_ABOUT); NULL: not checked, for tools. */
enum st_status portal_index_open(
	const char *path, const uint8_t public_key[32], struct portal_index **out, struct st_error *err);
/* The same over a descriptor, which stays the caller's. */
enum st_status portal_index_open_fd(
	int fd, const uint8_t public_key[32], struct portal_index **out, struct st_error *err);
const struct portal_head *portal_index_head(const struct portal_index *index); /* lives as long as the index */
/* One sealed entry by digest. All classes are always looked through. false: there is none. The span lies in the
 * mapping. */
bool portal_index_lookup(
	const struct portal_index *index, const uint8_t digest[PORTAL_DIGEST_BYTES], struct st_span *sealed);
/* The whole payload of a party: looks up, opens and joins its chain. *found false: this secret has no entry. ST_WRONG:
 * an entry that does not open with the secret it was found by, or a chain that is cut: the index is damaged. out is
 * wiped and filled; decode with payload_decode. */
enum st_status portal_index_read(const struct portal_index *index, const uint8_t secret[PORTAL_SECRET_BYTES],
	bool *found, struct st_buf *out, struct st_error *err);
void portal_index_close(struct portal_index *index); /* NULL is fine */

/* Head as bytes and back, for tests and fuzzing. */
void portal_head_encode(const struct portal_head *head, struct st_buf *out);
bool portal_head_decode(struct st_span bytes, struct portal_head *out);
void portal_head_free(struct portal_head *head);

#endif
