/*
 * Stores whose objects are documents behind searches (Elasticsearch, OpenSearch): how an index is read to its end. A
 * search context is opened, read page by page, and closed again by whoever opened it; nothing else is ever deleted.
 * Sources: Elasticsearch Reference, "Paginate search results", "Point in time API" (`_shard_doc` as the order: 7.12),
 * "Clear scroll API"; OpenSearch documentation, "Point in Time API" (2.4).
 */
#ifndef STAUNCH_PROBE_HITS_H
#define STAUNCH_PROBE_HITS_H

#include "probe/probe.h"

/* What keeps a snapshot of an index, and in which order its documents come. Known by the server's version: a search of
 * the newer kinds would mean another thing to an older server. */
enum probe_order {
	PROBE_SCROLL,    /* every version from 2.0 on; a page that was lost cannot be asked for again */
	PROBE_SHARD_DOC, /* Elasticsearch from 7.12: point in time, one number for each document */
	PROBE_SEQ_NO,    /* OpenSearch from 2.4: point in time, one number for each document of a shard */
	PROBE_ORDERS
};

enum probe_step {
	PROBE_STEP_OPEN,  /* a point in time of an index; not for PROBE_SCROLL */
	PROBE_STEP_FIRST, /* the first page; with PROBE_SCROLL it opens the context */
	PROBE_STEP_NEXT,
	PROBE_STEP_BARE, /* the next documents without what is in them: to step over one that is too large */
	PROBE_STEP_CLOSE,
	PROBE_STEPS
};

struct probe_hits {
	const struct probe_row *root;       /* which version it is */
	const struct probe_row *list_plain; /* the listing for versions that do not know hidden indices */
	const struct probe_row *count;      /* documents of {index} */
	const struct probe_row *steps[PROBE_ORDERS][PROBE_STEPS]; /* NULL: there is no such step */
	/* Why this target cannot be read, or NULL. */
	const char *(*unfit)(const struct probe_target *target);
};

/* By the answer to `root`; PROBE_SCROLL where it does not tell. *old: a version that is not read at all. */
enum probe_order probe_order_of(const struct probe_facts *root, bool *old);
/* May this be the name of an index in a request? "_all" and the like are other requests; so are lists and patterns. */
bool probe_index_is_sound(struct st_span name);
/* May this stand in a request as the name of a context? */
bool probe_context_is_sound(struct st_span context);

#endif
