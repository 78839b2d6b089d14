/*
 * An index of a search server, read to its end: asks the case process for the next answer (WORKER_PAGE), gets it
 * through the object's pipe, and gives its documents as lines. While one page is being read, the next is on its way;
 * nothing more is: memory is that of one answer.
 */
#ifndef STAUNCH_WORKER_PAGES_H
#define STAUNCH_WORKER_PAGES_H

#include "extract/extract.h"
#include "probe/hits.h"
#include "worker/outbox.h"

struct pages;
struct pages_index {
	struct st_span name;
	enum probe_order order;
	uint64_t documents, stored_bytes; /* as listed */
};
/* Borrows all; the job's number is the outbox's. */
struct pages *pages_open(int socket, const struct pages_index *index, struct outbox *out);
const struct extract_pages *pages_of(const struct pages *pages);
void pages_close(struct pages *pages);

#endif
