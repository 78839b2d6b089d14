/*
 * Values proven elsewhere: in a case (--known CASE) or in a first pass over the same file (--two-pass). They do two
 * things: a tentative mention (detect.h) counts when its value, or the domain of its address, is known; and a known
 * name is a mention wherever all its words stand side by side, in any order and in letters of any size, where no
 * detector looks: `rossi, anna`, `login=anna_rossi`. A part of a name, the surname alone, is none.
 *
 * Only keyed digests are kept, with a key of its own that nobody sees.
 */
#ifndef STAUNCH_REDACT_KNOWN_H
#define STAUNCH_REDACT_KNOWN_H

#include "detect/detect.h"

struct redact_known;
struct redact_known *redact_known_open(void);
/* Of e-mail addresses the domain and the name they are made of, of case numbers the value and their template, names;
 * other kinds confirm nothing and are passed over. False: more than CEIL_REDACT_KNOWN, and not all of it was added. */
bool redact_known_add(struct redact_known *known, enum detect_kind kind, struct st_span canonical);
/* Takes note of a mention of the first pass that counts: its value, and the name beside an address. */
bool redact_known_learn(struct redact_known *known, const struct detect_mention *mention);
/* Does this make a tentative mention count? Pure. */
bool redact_known_confirms(const struct redact_known *known, const struct detect_mention *mention);
bool redact_known_full(const struct redact_known *known);      /* something was not added */
uint64_t redact_known_count(const struct redact_known *known); /* digests held; of NULL: 0 */
/* All of it as bytes, to hand to another process, and back. NULL: the bytes are none of ours. */
void redact_known_save(const struct redact_known *known, struct st_buf *out);
struct redact_known *redact_known_load(struct st_span saved);
void redact_known_close(struct redact_known *known); /* wipes; NULL is fine */

/* --- known names in a text (UTF-8, as the detectors are fed) --- */
struct known_names;
/* Mentions come as those of detect: sorted, never overlapping, the same for every cutting; their form is DETECT_PLAIN,
 * their canonical form that of the name as it was added, text is empty. They may overlap those of detect: then all
 * bytes of both are personal. known is borrowed. */
struct known_names *known_names_open(const struct redact_known *known, detect_emit *emit, void *context);
void known_names_feed(struct known_names *names, const void *text, size_t size);
/* End of this input; the next feed begins a new one at offset 0. */
void known_names_finish(struct known_names *names);
/* Every mention that starts before this offset has been told; at most CEIL_KNOWN_NAME_BYTES behind what was fed. */
uint64_t known_names_settled(const struct known_names *names);
void known_names_close(struct known_names *names); /* NULL is fine */

#endif
