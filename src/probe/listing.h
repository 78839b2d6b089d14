/*
 * Pages of listings of network stores, as a worker tells them: what a store's own listing says of each object. Names
 * are raw bytes, decoded from the page's XML or JSON.
 */
#ifndef STAUNCH_PROBE_LISTING_H
#define STAUNCH_PROBE_LISTING_H

#include "base/bytes.h"

enum probe_listing {
	PROBE_LISTING_AZURE,   /* EnumerationResults (Microsoft Learn, "List Blobs") */
	PROBE_LISTING_S3,      /* ListBucketResult, version 1 and 2 (Amazon S3 API reference, "ListObjectsV2") */
	PROBE_LISTING_GCS,     /* the same with a Generation for each object (Google, XML API, "List objects") */
	PROBE_LISTING_INDICES, /* the JSON of _cat/indices (Elasticsearch Reference, "cat indices API") */
	PROBE_LISTINGS
};

/* What a page was. */
enum probe_page {
	PROBE_PAGE_WHOLE, /* read to its end */
	PROBE_PAGE_CUT,   /* it breaks off, or is not well-formed: what came is no page */
	PROBE_PAGE_OTHER, /* no listing at all */
	PROBE_PAGES
};

/* Times beyond cannot be told in nanoseconds. */
#define PROBE_LISTED_TIME_S INT64_C(9223372035)

struct probe_listed {
	struct st_span name;
	uint64_t size_bytes;
	int64_t mtime_s;   /* 0: not told, or outside of what nanoseconds in 64 bits hold (1678 to 2262) */
	uint64_t etag;     /* probe_etag, 0 none; of PROBE_LISTING_GCS the generation, never 0 */
	bool is_versioned; /* a snapshot or an older version: not to be read by its name alone */
	uint64_t items;    /* of an index: its documents with their nested ones, as the server keeps them */
	bool is_closed;    /* an index that its owner has closed: it answers nothing */
};

void probe_listed_encode(struct st_buf *out, const struct probe_listed *listed);
/* False: no such row. The name is borrowed from the frame. */
bool probe_listed_decode(struct st_cursor *in, struct probe_listed *out);

#endif
