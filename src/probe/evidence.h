/*
 * Evidence (contract 8): JSON Lines, each with the SHA-256 of the line before, the last of a run signed with Ed25519
 * (RFC 8032, libsodium). Whoever alters, drops or adds a line breaks the chain; whoever makes a new chain lacks the
 * key; and the head, printed at the end of a run and kept elsewhere, says which chain it was. No I/O here.
 *
 * Names of objects are personal data: they stand as keyed hashes; the one name that a later run must ask for again
 * stands sealed (XChaCha20-Poly1305), bound to its target.
 */
#ifndef STAUNCH_PROBE_EVIDENCE_H
#define STAUNCH_PROBE_EVIDENCE_H

#include "base/hash.h"
#include "base/json_write.h"
#include "probe/probe.h"

#define PROBE_EVIDENCE_KEY_BYTES 32
#define PROBE_EVIDENCE_HEAD_TEXT 65 /* 64 hex digits and a NUL */

struct probe_evidence {
	uint8_t sign[64], public_key[32], seal[32], name[32];
	uint64_t count;                /* lines so far */
	uint8_t head[ST_SHA256_BYTES]; /* hash of the last line; zero before the first */
};

/* From the 32 bytes of a key file of the purpose `evidence`; the caller wipes that. */
void probe_evidence_keys(struct probe_evidence *evidence, const uint8_t key[PROBE_EVIDENCE_KEY_BYTES]);
void probe_evidence_wipe(struct probe_evidence *evidence);

/* One line: begin opens the object and writes n, prev, time, kind; the caller adds fields; end closes it, adds the line
 * feed and moves the head. w->out is emptied by begin. Returns the line's number. */
uint64_t probe_evidence_begin(
	const struct probe_evidence *evidence, struct st_json_writer *w, int64_t now, const char *kind);
void probe_evidence_end(struct probe_evidence *evidence, struct st_json_writer *w);
/* The last line of a run: the signature over the head so far. */
void probe_evidence_sign(struct probe_evidence *evidence, int64_t now, struct st_buf *line);

/* Keyed hash of a name, 32 hex digits and a NUL. */
void probe_evidence_name(const struct probe_evidence *evidence, struct st_span name, char out[33]);
/* Base64 of the sealed name, for this target only; and back. */
void probe_evidence_seal(
	const struct probe_evidence *evidence, const char *target, struct st_span name, struct st_buf *out);
bool probe_evidence_unseal(
	const struct probe_evidence *evidence, const char *target, const char *sealed, size_t size, struct st_buf *out);

/* --- reading --- */

enum probe_chain {
	PROBE_CHAIN_INTACT, /* and its last line is a signature by this key */
	PROBE_CHAIN_CUT,    /* intact but for a torn last line, or not signed behind its last lines: a run was killed */
	PROBE_CHAIN_TAMPERED,  /* a line does not fit the one before it, is no line of ours, or a signature is wrong */
	PROBE_CHAIN_OTHER_KEY, /* signed with another key than this one */
};

struct probe_chain_report {
	enum probe_chain chain;
	uint64_t lines;                /* that fit */
	uint64_t bad_line;             /* from 1; 0 none */
	uint64_t whole_bytes;          /* of the lines that fit */
	bool torn;                     /* bytes behind the last line feed */
	uint8_t head[ST_SHA256_BYTES]; /* of the last line that fits */
	bool head_found;               /* the head asked for is that of a line here */
	bool head_is_last;
};

/* head: 8 to 64 hex digits, or NULL. */
void probe_evidence_check(
	const struct probe_evidence *keys, struct st_span file, const char *head, struct probe_chain_report *out);

/* What earlier runs found about one target. */
struct probe_history {
	bool known;               /* it stands in the evidence */
	enum probe_state verdict; /* the last that was open or closed; PROBE_NOT_TESTED: neither ever */
	char last_open[21];       /* "": never; RFC 3339 */
	char first_closed[21];    /* behind that; "" never */
	struct st_buf object;     /* a name that was listed; empty: none */
};
void probe_evidence_history(
	const struct probe_evidence *keys, struct st_span file, const char *target, struct probe_history *out);
void probe_history_free(struct probe_history *history);

#endif
