/* Any text that somebody types for who they are: canonical forms are stable, and domains belong to their identities. */
#include "portal/identity.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4096)
		return 0;
	struct portal_identity once = portal_identity_read((struct st_span){data, size});
	size_t length = strnlen(once.text, sizeof once.text), domain = strnlen(once.domain, sizeof once.domain);
	if (length == sizeof once.text || domain == sizeof once.domain)
		abort();
	if (once.kind == PORTAL_NO_IDENTITY)
		return length == 0 && domain == 0 ? 0 : (abort(), 0);
	if (length < domain || memcmp(once.text + length - domain, once.domain, domain) != 0)
		abort();
	struct portal_identity twice = portal_identity_read((struct st_span){(const uint8_t *)once.text, length});
	if (twice.kind != once.kind || strcmp(twice.text, once.text) != 0 || strcmp(twice.domain, once.domain) != 0)
		abort();
	return 0;
}
