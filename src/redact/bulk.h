/*
 * Answers to searches of Elasticsearch and OpenSearch in, lines for their _bulk out (Elasticsearch Reference, "Search
 * API", response body; "Bulk API", request body). A stream; one hit is held at a time. Pure.
 *
 *   {"hits":{"hits":[{"_index":"a","_id":"1","_source":{...}}, ...]}}     one or many, also over several lines
 *   {"_index":"a","_id":"1","_source":{...}}                              hits alone, one after the other
 *
 *   {"index":{"_index":"a","_id":"1"}}                                    and its routing, where it has one
 *   {...}                                                                 the source, on one line
 */
#ifndef STAUNCH_REDACT_BULK_H
#define STAUNCH_REDACT_BULK_H

#include "base/bytes.h"

enum bulk_status {
	BULK_OK,
	BULK_NO_JSON,      /* from `at` on the input is no JSON, breaks off, or is nested too deep */
	BULK_TOO_LARGE,    /* a hit above CEIL_REDACT_DOCUMENT_BYTES begins at `at` */
	BULK_STRANGE,      /* at `at` ends an object that is neither a hit nor an answer with hits */
	BULK_WRITE_FAILED, /* the output was refused */
};

struct bulk;
/* Lines in order; false ends the run. Caller closes. */
struct bulk *bulk_open(bool (*write)(void *context, const void *data, size_t size), void *context);
/* False: the run has ended; bulk_finish says why. */
bool bulk_feed(struct bulk *bulk, const void *data, size_t size);
/* *at: the byte of the input, where something is wrong. *sourceless: hits that came without their _source, of which
 * nothing can be loaded and nothing was written. */
enum bulk_status bulk_finish(struct bulk *bulk, uint64_t *at, uint64_t *sourceless);
void bulk_close(struct bulk *bulk);

#endif
