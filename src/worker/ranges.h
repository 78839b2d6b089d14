/*
 * An object that lies elsewhere, as a seekable stream: blocks are asked of the case process (WORKER_RANGE), which
 * passes the question on to the fetch role; what that gets comes through the object's socket. A few blocks are kept,
 * and while the reader goes straight on, the next ones are on their way.
 */
#ifndef STAUNCH_WORKER_RANGES_H
#define STAUNCH_WORKER_RANGES_H

#include "extract/stream.h"
#include "worker/outbox.h"

struct ranges;
/* Borrows both; the job's number is the outbox's. */
struct ranges *ranges_open(int socket, uint64_t size, struct outbox *out);
struct stream *ranges_stream(struct ranges *ranges);
/* Why the object could not be read on, or none: what was read before may then be of another version. */
enum st_reason ranges_failed(const struct ranges *ranges);
void ranges_close(struct ranges *ranges);

#endif
