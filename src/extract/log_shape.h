/* Is a text a log, one record a line? */
#ifndef STAUNCH_EXTRACT_LOG_SHAPE_H
#define STAUNCH_EXTRACT_LOG_SHAPE_H

#include "base/bytes.h"

/*
 * Of the first lines of text (at most 256 are looked at), those that begin with a blank (continuations) or # (headers)
 * and empty ones do not vote; of the others there are at least 8, and at least 80 % look like lines of a log: a date
 * with a time, or a syslog time, in the first 40 bytes; a time of day or an epoch at the front; the bracketed time of
 * an access log in the first 128; or three key=value pairs from the first byte on. text_is_all: the last line needs no
 * line end.
 */
bool log_shape(struct st_span text, bool text_is_all);

#endif
