/*
 * One answer to a search, or to opening what a search goes on by: where each hit stands in its bytes, what it is
 * called, and how to ask for the next. Fields that are not known are passed over. Source: Elasticsearch Reference,
 * "Search API", response body; hits.total became an object in 7.0.
 */
#ifndef STAUNCH_EXTRACT_HITS_PAGE_H
#define STAUNCH_EXTRACT_HITS_PAGE_H

#include "base/bytes.h"
#include "base/coverage.h"

struct hit {
	uint32_t start, size;     /* of its object, in the body */
	uint32_t name, name_size; /* "ID", behind "INDEX/" if it is of another index than the one asked for */
	int64_t sort;
	bool has_sort;   /* its first sort value is a whole number */
	bool has_source; /* what was stored is there */
	bool skip;       /* for whoever reads: it is left out of the lines */
};

/* Zero-initialise; reading another page uses the memory again. */
struct hits_page {
	enum st_reason reason; /* none: it is whole. corrupt: it breaks off or is no such answer. limit-depth */
	bool timed_out, has_total;
	uint64_t shards_failed, total;
	struct st_buf context; /* what the search goes on by, as the server calls it; empty: it did not say */
	struct hit *hits;
	size_t count, capacity;
	struct st_buf names;
};

/* index: the one asked for. More than `most` hits are corrupt: nobody asked for them. What was found before an error
 * stays. body: less than 4 GiB. */
void hits_page_read(struct st_span body, struct st_span index, size_t most, struct hits_page *page);
/* Moves the hits that have a source and are not skipped to the front of the body, each on a line of its own; the bytes.
 * The spans of `page` then stand in what was moved; hits left out have size 0. */
size_t hits_page_lines(uint8_t *body, struct hits_page *page);
void hits_page_free(struct hits_page *page);

#endif
