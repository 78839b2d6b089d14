/* SHA-256 of the stored bytes of an object, taken while its reader reads them. */
#ifndef STAUNCH_WORKER_HASH_STREAM_H
#define STAUNCH_WORKER_HASH_STREAM_H

#include "base/hash.h"
#include "extract/stream.h"

struct hash_stream;
/* Both are borrowed and outlive it; the hash is begun. Caller closes with hash_stream_close. */
struct hash_stream *hash_stream_open(struct stream *inner, struct st_sha256 *hash);
struct stream *hash_stream_of(struct hash_stream *hashed); /* what the reader is given */
/* Called after each block of the passes below, which may be long. */
typedef void hash_stream_tick(void *context);
/* Reads on to the end where the stream can seek and its reader did not come by, at most rest_limit_bytes; true when
 * every stored byte was hashed and out is set. */
bool hash_stream_finish(struct hash_stream *hashed, uint64_t rest_limit_bytes, hash_stream_tick *tick, void *context,
	uint8_t out[ST_SHA256_BYTES]);
void hash_stream_close(struct hash_stream *hashed);

/* One sequential pass over a seekable stream; false when it could not be read to its end. */
bool hash_whole(struct stream *stream, struct st_sha256 *hash, hash_stream_tick *tick, void *context,
	uint8_t out[ST_SHA256_BYTES]);

#endif
