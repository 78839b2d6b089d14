/* Where one message of an mbox ends and the next begins, by the rule of the reader (extract/mbox.c): a `From ` line
 * counts where a header follows it. Input that is no mbox is one message. */
#ifndef STAUNCH_REDACT_MBOX_CUT_H
#define STAUNCH_REDACT_MBOX_CUT_H

#include "base/bytes.h"

/* Zero-initialise. */
struct mbox_cut {
	bool known, is_mbox;
	size_t looked; /* bytes of what is held in which no message begins */
};
/* The bytes of the message at the front of what is held; 0: more is needed, or, when it has ended, nothing is left. */
size_t mbox_cut_next(struct mbox_cut *cut, struct st_span held, bool ended);

#endif
