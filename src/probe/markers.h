/*
 * The markers of one listing, in constant memory: does it go in a circle, does it name nothing for ever? What a service
 * may do: Azure and S3 both may give pages without a name and a marker all the same (Microsoft Learn, "List Blobs";
 * Amazon S3 API reference, "ListObjectsV2"). Circles of any length are found by R. P. Brent's method (BIT 20, 1980):
 * one marker is kept, and another one after 1, 2, 4, 8 ... pages.
 */
#ifndef STAUNCH_PROBE_MARKERS_H
#define STAUNCH_PROBE_MARKERS_H

#include "base/bytes.h"
#include "base/hash.h"

struct probe_markers {
	uint64_t pages, renewed_at, empty_pages; /* empty_pages: in a row */
	uint8_t kept[ST_DIGEST_BYTES];
};

/* After each page but the last: the marker of the next one, and how many names the page gave. NULL: go on; else why
 * not, a clause. A circle is found within three times the pages that it and the way into it have. */
const char *probe_markers_take(struct probe_markers *markers, struct st_span marker, uint64_t names);

#endif
