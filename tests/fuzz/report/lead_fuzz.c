/* Any bytes as a canonical url, since a worker that was taken over sends what it likes: a lead is of a known type, its
 * target fits, its mask shows no password, and nothing that moves a terminal. */
#include "report/lead.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lead lead;
	uint8_t *copy = malloc(size ? size : 1); /* alone on the heap, so that a step over its end is seen */
	st_auto_buf struct st_buf mask = {0};
	memcpy(copy, data, size);
	(void)lead_credential_of_secret((struct st_span){copy, size});
	if (lead_of((struct st_span){copy, size}, &lead)) {
		must(lead_type_name(lead.type) != NULL && lead_credential_name(lead.credential) != NULL);
		must(lead.target_size > 0 && lead.target_size <= LEAD_TARGET_BYTES);
		must(memchr(lead.signature.permissions, 0, sizeof lead.signature.permissions) != NULL);
		must(memchr(lead.signature.version, 0, sizeof lead.signature.version) != NULL);
		lead_mask(&mask, lead.type, (struct st_span){lead.target, lead.target_size});
		for (size_t i = 0; i < mask.size; i++)
			must(mask.data[i] >= ' ' && mask.data[i] != 0x7f);
	}
	free(copy);
	return 0;
}
