/*
 * What reading over the network took: of listings, and of objects. Times are sums over processes that work side by
 * side, so they may be longer than the scan.
 */
#ifndef STAUNCH_BASE_NETWORK_H
#define STAUNCH_BASE_NETWORK_H

#include "base/bytes.h"

struct st_network {
	uint64_t pages, names;                 /* of listings, each try of a page counted */
	uint64_t listing_ms, listing_asked_ms; /* all of it; of that, until a page had come */
	uint64_t requests, bytes;              /* for ranges of objects; bytes that were passed on */
	uint64_t object_ms;                    /* from the opening of an object to its end */
	uint64_t object_asked_ms;              /* of that, a request was out, or held back by the pace */
	uint64_t object_blocked_ms;            /* and a range that had come waited for its worker */
};

void st_network_encode(const struct st_network *network, struct st_buf *out);
/* False, and all zero: there is none. */
bool st_network_decode(struct st_span from, struct st_network *out);
/* Adds; a sum that does not fit stays at its most. */
void st_network_add(struct st_network *sum, const struct st_network *more);
/* 0 to 100, rounded down. */
unsigned st_network_percent(uint64_t part_ms, uint64_t whole_ms);

#endif
