/* What the operator types or puts into files of anchors: an address that is taken is written as text that is the same
 * address, and an anchor that is taken names a zone and nothing that a zone file would act on. */
#include "dns/options.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char canonical[DNS_PLACE_TEXT], again[DNS_PLACE_TEXT], name_text[DNS_NAME_TEXT];
	struct dns_place place, same;
	struct dns_name name, other;
	st_auto_free char *text = st_strndup((const char *)data, strnlen((const char *)data, size));
	if (dns_place_parse(text, &place, canonical)) {
		if (!dns_place_parse(canonical, &same, again) || strcmp(canonical, again) != 0 ||
			same.size != place.size || memcmp(&same.address, &place.address, place.size) != 0)
			abort();
		dns_place_is_public(&place);
	}
	if (dns_anchor_is_sound(text) && strpbrk(text, "()\"$") != NULL)
		abort();
	if (dns_name_parse(text, &name)) {
		dns_name_text(&name, name_text);
		if (!dns_name_parse(name_text, &other) || !dns_name_equal(&name, &other))
			abort();
	}
	return 0;
}
