/*
 * Documents that are redacted whole: HTML and mail. Bytes of one document in, the redacted document out, valid as
 * before: markup stays, header fields keep their names and order, encoded words and transfer encodings are written
 * anew, boundaries stay. Texts inside go through redact_stream of redact.h again (a part of type text/csv is a table).
 */
#ifndef STAUNCH_REDACT_DOCUMENT_H
#define STAUNCH_REDACT_DOCUMENT_H

#include "redact/redact.h"
#include "redact/replace.h"

/* Appends the redacted document to out. Events have offsets of the document as given. REDACT_UNSEARCHED when a part
 * cannot be searched (an attachment that is no text, an encrypted part) and the options do not pass it. */
enum redact_status document_html(const struct redact_options *options, struct replacer *replacer,
	struct st_span document, struct st_buf *out, struct redact_counts *counts);
enum redact_status document_mail(const struct redact_options *options, struct replacer *replacer,
	struct st_span document, struct st_buf *out, struct redact_counts *counts);
/* How sure the first bytes make it, 0 to 100, for REDACT_AUTO. */
int document_html_bid(struct st_span head, bool head_is_all);
int document_mail_bid(struct st_span head, bool head_is_all);

#endif
