/*
 * A stream that hashes what passes. Bytes are hashed once and in order: whatever is read at the edge of what is hashed
 * already, by read or by pread, moves the edge; what a reader skips is read in one pass at the end.
 */
#include "worker/hash_stream.h"

#include "base/ceilings.h"

#include <stdlib.h>

#define PASS_BYTES (256 * KIB)

struct hash_stream {
	struct stream outer;
	struct stream *inner;
	struct st_sha256 *hash;
	uint64_t position; /* of read */
	uint64_t hashed;   /* every byte before this one */
	bool ended;        /* read has come to the end */
};

static void pass(struct hash_stream *h, const void *data, size_t size, uint64_t offset)
{
	if (offset > h->hashed || offset + size <= h->hashed)
		return;
	size_t known = (size_t)(h->hashed - offset);
	st_sha256_add(h->hash, (const uint8_t *)data + known, size - known);
	h->hashed = offset + size;
}

static ssize_t hashing_read(struct stream *stream, void *data, size_t capacity)
{
	struct hash_stream *h = stream->self;
	ssize_t got = h->inner->read(h->inner, data, capacity);
	if (got > 0) {
		pass(h, data, (size_t)got, h->position);
		h->position += (uint64_t)got;
	} else if (got == 0 && capacity > 0) {
		h->ended = true;
	} else {
		stream->reason = h->inner->reason;
	}
	return got;
}

static ssize_t hashing_pread(struct stream *stream, void *data, size_t capacity, uint64_t offset)
{
	struct hash_stream *h = stream->self;
	ssize_t got = h->inner->pread(h->inner, data, capacity, offset);
	if (got > 0)
		pass(h, data, (size_t)got, offset);
	else if (got < 0)
		stream->reason = h->inner->reason;
	return got;
}

struct hash_stream *hash_stream_open(struct stream *inner, struct st_sha256 *hash)
{
	struct hash_stream *h = st_alloc_zero(1, sizeof *h);
	h->inner = inner;
	h->hash = hash;
	h->outer = (struct stream){.read = hashing_read,
		.pread = inner->pread != NULL ? hashing_pread : NULL,
		.size = inner->size,
		.self = h};
	return h;
}

struct stream *hash_stream_of(struct hash_stream *hashed)
{
	return &hashed->outer;
}

/* Hashes from `offset` to the end of a seekable stream. */
static bool hash_rest(
	struct stream *stream, uint64_t offset, struct st_sha256 *hash, hash_stream_tick *tick, void *context)
{
	st_auto_free uint8_t *block = st_alloc(PASS_BYTES);
	while (offset < stream->size) {
		ssize_t got = stream->pread(stream, block, PASS_BYTES, offset);
		if (got <= 0)
			return false;
		st_sha256_add(hash, block, (size_t)got);
		offset += (uint64_t)got;
		tick(context);
	}
	return true;
}

bool hash_stream_finish(struct hash_stream *hashed, uint64_t rest_limit_bytes, hash_stream_tick *tick, void *context,
	uint8_t out[ST_SHA256_BYTES])
{
	struct stream *inner = hashed->inner;
	bool whole = hashed->ended && hashed->hashed == hashed->position;
	if (!whole && inner->pread != NULL && inner->size - hashed->hashed <= rest_limit_bytes)
		whole = hash_rest(inner, hashed->hashed, hashed->hash, tick, context);
	st_sha256_end(hashed->hash, out);
	return whole;
}

void hash_stream_close(struct hash_stream *hashed)
{
	free(hashed);
}

bool hash_whole(struct stream *stream, struct st_sha256 *hash, hash_stream_tick *tick, void *context,
	uint8_t out[ST_SHA256_BYTES])
{
	st_sha256_begin(hash);
	bool whole = hash_rest(stream, 0, hash, tick, context);
	st_sha256_end(hash, out);
	return whole;
}
