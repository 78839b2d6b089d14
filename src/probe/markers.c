#include "probe/markers.h"

#include "base/ceilings.h"

#include <string.h>

const char *probe_markers_take(struct probe_markers *markers, struct st_span marker, uint64_t names)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = "staunch markers";
	uint8_t digest[ST_DIGEST_BYTES];
	st_digest(key, marker.data, marker.size, digest);
	markers->pages++;
	markers->empty_pages = names > 0 ? 0 : markers->empty_pages + 1;
	if (markers->pages > 1 && memcmp(digest, markers->kept, sizeof digest) == 0)
		return "its markers go in a circle";
	if (markers->empty_pages >= CEIL_LISTING_EMPTY_PAGES)
		return "page after page names nothing";
	if (markers->pages >= CEIL_LISTING_PAGES)
		return "it has no end";
	if (markers->pages >= 2 * markers->renewed_at) {
		memcpy(markers->kept, digest, sizeof digest);
		markers->renewed_at = markers->pages;
	}
	return NULL;
}
