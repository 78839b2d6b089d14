#include "probe/etag.h"

#include "base/hash.h"

#include <string.h>

uint64_t probe_etag(struct st_span tag)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = "staunch etag";
	uint8_t digest[ST_DIGEST_BYTES];
	uint64_t number;
	if (tag.size >= 2 && memcmp(tag.data, "W/", 2) == 0)
		tag = (struct st_span){tag.data + 2, tag.size - 2};
	if (tag.size >= 2 && tag.data[0] == '"' && tag.data[tag.size - 1] == '"')
		tag = (struct st_span){tag.data + 1, tag.size - 2};
	if (tag.size == 0)
		return 0;
	st_digest(key, tag.data, tag.size, digest);
	memcpy(&number, digest, sizeof number);
	return number != 0 ? number : 1;
}
