/*
 * Evidence (contract 8): JSON Lines, each with the SHA-256 of the line before, the last of a run signed with Ed25519
 * (RFC 8032, libsodium). Whoever alters, drops or adds a line breaks the chain; whoever makes a new chain lacks the
 * key; and the head, printed at the end of a run and kept elsewhere, says which chain it was. Each line carries a code
 * of its own (BLAKE2b under a key derived for it), so that what a killed run left unsigned is told from what somebody
 * without the key put behind it. No I/O here.
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
#define PROBE_EVIDENCE_CODE_TEXT 33 /* 32 and a NUL */

struct probe_evidence {
	uint8_t sign[64], public_key[32], seal[32], name[32], line[32];
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
/* The code of a line: over its bytes before `,"mac":"CODE"}`. */
void probe_evidence_code(
	const struct probe_evidence *evidence, struct st_span line, char out[PROBE_EVIDENCE_CODE_TEXT]);
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
	PROBE_CHAIN_TAMPERED,  /* a line does not fit the one before it, is no line of ours, its code or a signature is
				* wrong, or it has no code and no signature behind it */
	PROBE_CHAIN_OTHER_KEY, /* signed with another key than this one */
};

struct probe_chain_report {
	enum probe_chain chain;
	uint64_t lines;                /* that fit */
	uint64_t bad_line;             /* from 1; 0 none */
	uint64_t whole_bytes;          /* of the lines that fit */
	uint64_t wrong_code, no_code;  /* the first line whose code is wrong; that has none and no signature yet; 0 */
	bool torn;                     /* bytes behind the last line feed */
	uint8_t head[ST_SHA256_BYTES]; /* of the last line that fits */
	bool head_found;               /* the head asked for is that of a line here */
	bool head_is_last;
};

/* head: 8 to 64 hex digits, or NULL. */
void probe_evidence_check(
	const struct probe_evidence *keys, struct st_span file, const char *head, struct probe_chain_report *out);

/* The same of lines that were added behind those that *out tells of: their chain goes on from its head and number. */
void probe_evidence_check_more(
	const struct probe_evidence *keys, struct st_span lines, const char *head, struct probe_chain_report *out);

/* The fields of a line that reading needs; of every other kind of line they are empty or 0. */
struct probe_evidence_row {
	uint64_t n;
	char prev[65], kind[16], time[21], key[65], signature[129], verdict[16];
	uint64_t objects_seen, ransom_notes;               /* of a verdict */
	char channel[16], channels[64], state[16], id[48]; /* of an alert (probe/alerts.h) */
	uint64_t window;                                   /* of an acknowledgement */
	struct st_buf target, known;                       /* known: sealed */
};
/* Texts that are longer than their field, where the chain needs it, make the line no line: false. Zero-initialised by
 * the caller, freed in either case. */
bool probe_evidence_row_read(struct st_span line, struct probe_evidence_row *row);
void probe_evidence_row_free(struct probe_evidence_row *row);
/* The next whole line without its line feed; false at the end or before a torn one. */
bool probe_evidence_next(struct st_span file, size_t *at, struct st_span *line);

#endif
