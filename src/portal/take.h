/* Files that a visitor takes away, and the zip they come in with their signature. Pure. */
#ifndef STAUNCH_PORTAL_TAKE_H
#define STAUNCH_PORTAL_TAKE_H

#include "portal/page.h"

struct take {
	const struct portal_head *head;
	const struct payload *payload;
	const char *identity; /* in full: the file is the owner's */
	const char *key_id;
	int64_t at; /* UTC seconds */
};
/* {"schema":"staunch.portal-export/1", ...}: what the page says, record by record. */
void take_json(const struct take *take, struct st_buf *out);
/* One row for each value: record,document,date,sha256,alone,copies,kind,value,masked (RFC 4180; formulas defused). */
void take_csv(const struct take *take, struct st_buf *out);
/* The negative answer as a text, in the visitor's language. */
void take_absence(const struct take *take, enum words_language language, bool organization, struct st_buf *out);

/* A plain zip of stored entries (APPNOTE.TXT of PKWARE); at most 8, names are constants of ours. */
struct take_file {
	const char *name;
	struct st_span data;
};
void take_zip(const struct take_file *files, size_t count, struct st_buf *out);
/* An Ed25519 public key as PEM (RFC 8410, 4), for openssl-pkeyutl(1). */
void take_pem(const uint8_t public_key[32], struct st_buf *out);
/* How to check the signature, in the visitor's language. */
void take_readme(enum words_language language, const char *document, struct st_buf *out);

#endif
