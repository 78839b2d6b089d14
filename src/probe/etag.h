/* Entity tags (RFC 9110, 8.8.3) as numbers: listings and answers write the same tag with and without quotes. */
#ifndef STAUNCH_PROBE_ETAG_H
#define STAUNCH_PROBE_ETAG_H

#include "base/bytes.h"

/* Of the tag without `W/` and quotes; never 0 but for an empty one. */
uint64_t probe_etag(struct st_span tag);

#endif
