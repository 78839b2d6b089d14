/*
 * Keys of one object that redaction would make equal, of which readers of JSON keep only the last: a key whose whole
 * text as written out stood in its object before gets `#2`, `#3` ... behind it. Asked of keys that hold a replacement,
 * made now or found; as no two of what was written are equal, a second run changes nothing. Memory is bounded: beyond
 * CEIL_REDACT_KEY_NAMES such keys in the objects open, each further one that this run replaced gets a number of its
 * own.
 */
#ifndef STAUNCH_REDACT_KEY_NAMES_H
#define STAUNCH_REDACT_KEY_NAMES_H

#include "redact/shape.h"

struct key_names;
struct key_names *key_names_open(void);
/* The key as it is written out, in pieces; then what to write before its closing quote (nothing, or `#2`). place: the
 * key's last part; replaced: this run did it. With object 0 nothing is ever added. */
void key_names_add(struct key_names *names, const void *data, size_t size);
void key_names_end(struct key_names *names, const struct shape_place *place, bool replaced, struct st_buf *out);
/* Another input begins. */
void key_names_clear(struct key_names *names);
void key_names_close(struct key_names *names);

#endif
