/* What the writer and the reader of the sealed index share. Private to src/portal. */
#ifndef STAUNCH_PORTAL_INDEX_FORM_H
#define STAUNCH_PORTAL_INDEX_FORM_H

#include "portal/index.h"

#define INDEX_MAGIC "STINDEX1"
#define INDEX_MAGIC_BYTES 8
#define INDEX_SIGNATURE_BYTES 64
#define INDEX_TAG_BYTES 16
#define INDEX_LINK_HEAD_BYTES 6 /* u16 bytes used, u32 links that follow */
#define INDEX_LARGEST 4096
#define INDEX_ENTRIES_MOST (1ull << 36) /* more are refused: sizes of files stay far from overflowing */

static const size_t index_class_bytes[PORTAL_CLASSES] = {256, 1024, INDEX_LARGEST};

static inline size_t index_class_room(size_t class)
{
	return index_class_bytes[class] - INDEX_TAG_BYTES - INDEX_LINK_HEAD_BYTES;
}

/* Where a class begins in a file: digests, then payloads. */
static inline uint64_t index_class_start(const uint64_t entries[PORTAL_CLASSES], size_t class)
{
	uint64_t start = PORTAL_HEAD_BYTES;
	for (size_t i = 0; i < class; i++)
		start += entries[i] * (PORTAL_DIGEST_BYTES + index_class_bytes[i]);
	return start;
}

/* Digest, case, salt, version: what a payload is bound to. */
#define INDEX_BOUND_BYTES (PORTAL_DIGEST_BYTES + 2 * PORTAL_ID_BYTES + 1)
void index_bind(
	const struct portal_case *id, const uint8_t digest[PORTAL_DIGEST_BYTES], uint8_t out[INDEX_BOUND_BYTES]);

#endif
