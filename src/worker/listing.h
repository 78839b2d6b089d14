/* A page of a listing, read in the worker: every object it names, and where the next page begins. */
#ifndef STAUNCH_WORKER_LISTING_H
#define STAUNCH_WORKER_LISTING_H

#include "extract/stream.h"
#include "probe/listing.h"

struct listing_page {
	enum probe_page page;
	struct st_buf rows; /* probe_listed_encode(), one behind the other */
	uint64_t count;
	struct st_buf marker; /* of the next page; empty: this was the last */
};

/* Fills *out, which is zero-initialised. An object without a name, or with a size that is no number, makes the page
 * PROBE_PAGE_CUT: a listing that leaves objects out is none. */
void listing_read(struct stream *stream, enum probe_listing form, struct listing_page *out);
/* The same for PROBE_LISTING_INDICES, which listing_read hands on: never more than one page. */
void listing_read_indices(struct stream *stream, struct listing_page *out);
void listing_page_free(struct listing_page *page);

#endif
