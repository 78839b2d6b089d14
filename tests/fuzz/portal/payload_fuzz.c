/* Any bytes are a payload or they are not; what is one keeps its meaning when it is written anew. */
#include "base/error.h"
#include "portal/payload.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct payload payload, again;
	st_auto_buf struct st_buf bytes = {0}, twice = {0};
	if (!payload_decode((struct st_span){data, size}, &payload))
		return 0;
	if (payload.row_count > payload.records || payload.audience == 0 || payload.audience >= PORTAL_AUDIENCES)
		abort();
	payload_encode(&payload, &bytes);
	if (!payload_decode((struct st_span){bytes.data, bytes.size}, &again))
		abort();
	payload_encode(&again, &twice);
	if (twice.size != bytes.size || memcmp(twice.data, bytes.data, bytes.size) != 0)
		abort();
	payload_free(&payload);
	payload_free(&again);
	return 0;
}
