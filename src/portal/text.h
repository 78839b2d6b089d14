/* Texts that come from a file or a peer: what may be shown at all, and copies of known size. Private to src/portal. */
#ifndef STAUNCH_PORTAL_TEXT_H
#define STAUNCH_PORTAL_TEXT_H

#include "base/bytes.h"

/* Valid UTF-8 without control characters (C0, DEL, C1). */
bool portal_text_is_sound(struct st_span text);
/* The same, where line feeds and tabs may stand. */
bool portal_lines_are_sound(struct st_span text);
/* Copies a text into an array with its NUL; false: it does not fit, or holds a NUL. */
bool portal_text_copy(struct st_span text, char *out, size_t size);

#endif
