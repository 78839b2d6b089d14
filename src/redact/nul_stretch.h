/*
 * Stretches of NULs, which no detector can search: what was UTF-32 or a binary inside of text. The same measure as in
 * coverage (not_searched): NULs with at most three other bytes between them, and at least eight of them. Private to
 * redact. Pure.
 */
#ifndef STAUNCH_REDACT_NUL_STRETCH_H
#define STAUNCH_REDACT_NUL_STRETCH_H

#include "base/bytes.h"

enum nul_answer { NUL_FEW, NUL_STRETCH, NUL_MORE };

/* Does a stretch begin at this NUL? NUL_FEW: no, and *used bytes up to the last NUL belong together. NUL_MORE: only
 * more text will show; never with `last`, or 32 bytes and more. */
enum nul_answer nul_stretch_begins(struct st_span text, bool last, size_t *used);
/* The bytes up to the last NUL of a stretch that stands open before the text. True: it ends with them. */
bool nul_stretch_ends(struct st_span text, bool last, size_t *used);

#endif
