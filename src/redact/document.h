/*
 * Documents that are redacted whole: HTML and mail. Bytes of one document in, the redacted document out, valid as
 * before: markup stays, header fields keep their names and order, encoded words and transfer encodings are written
 * anew, boundaries stay. Texts inside go through redact_open of redact.h again (a part of type text/csv is a table).
 * The messages of an mbox are documents of their own: each leaves before the next is held.
 */
#ifndef STAUNCH_REDACT_DOCUMENT_H
#define STAUNCH_REDACT_DOCUMENT_H

#include "redact/redact.h"
#include "redact/replace.h"

struct document;

/* format: REDACT_HTML or REDACT_MAIL. Options, what they borrow and the replacer outlive it. Output and events go to
 * the functions of the options; events have offsets of the input as fed. Caller closes. */
struct document *document_open(
	const struct redact_options *options, struct replacer *replacer, enum redact_format format);
/* False: the run has ended; document_finish says why. The output is the same for every cutting. */
bool document_feed(struct document *document, const void *data, size_t size);
/* The end: what is held is redacted and written. REDACT_UNSEARCHED when a part cannot be searched (an attachment that
 * is no text, an encrypted part) and the options do not pass it: nothing of that message left. Fills all of *counts. */
enum redact_status document_finish(struct document *document, struct redact_counts *counts);
/* Wipes what it held. NULL is fine. */
void document_close(struct document *document);

/* How sure the first bytes make it, 0 to 100, for REDACT_AUTO. */
int document_html_bid(struct st_span head, bool head_is_all);
int document_mail_bid(struct st_span head, bool head_is_all);

#endif
