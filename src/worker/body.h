/* The body of an answer, flattened into values by their path (probe/facts.h). Hostile bytes, read in the jail. */
#ifndef STAUNCH_WORKER_BODY_H
#define STAUNCH_WORKER_BODY_H

#include "extract/stream.h"
#include "probe/facts.h"

/* Reads the stream to its end or to its ceiling; *out is empty before. keep: values kept for each path. */
void body_read(struct stream *stream, enum probe_form form, uint32_t keep, struct probe_facts *out);

#endif
