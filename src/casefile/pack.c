/* One Zstandard frame a block, at the level that costs least: a block of results takes a fifth of a millisecond. */
#include "casefile/pack.h"

#include "base/ceilings.h"

#include <zstd.h>

enum { LEVEL = 1 };

bool pack_block(struct pack *pack, struct st_span plain, struct st_buf *out)
{
	if (pack->packer == NULL)
		pack->packer = ZSTD_createCCtx();
	if (pack->packer == NULL || plain.size == 0 || plain.size > CEIL_PACKED_BLOCK_BYTES)
		return false;
	out->size = 0;
	st_buf_reserve(out, ZSTD_compressBound(plain.size));
	size_t size = ZSTD_compressCCtx(pack->packer, out->data, out->capacity, plain.data, plain.size, LEVEL);
	if (ZSTD_isError(size) || size > plain.size / 16 * 15)
		return false;
	out->size = size;
	return true;
}

bool pack_open(struct pack *pack, struct st_span packed, struct st_buf *out)
{
	if (pack->unpacker == NULL)
		pack->unpacker = ZSTD_createDCtx();
	unsigned long long size = packed.size > 0 ? ZSTD_getFrameContentSize(packed.data, packed.size) : 0;
	if (pack->unpacker == NULL || size == 0 || size > CEIL_PACKED_BLOCK_BYTES) /* unknown is larger */
		return false;
	out->size = 0;
	st_buf_reserve(out, (size_t)size);
	size_t got = ZSTD_decompressDCtx(pack->unpacker, out->data, (size_t)size, packed.data, packed.size);
	out->size = ZSTD_isError(got) ? 0 : got;
	return out->size == size;
}

void pack_free(struct pack *pack)
{
	ZSTD_freeCCtx(pack->packer);
	ZSTD_freeDCtx(pack->unpacker);
	*pack = (struct pack){0};
}
