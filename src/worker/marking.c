/* The closed lists of what marks say. */
#include "worker/marking.h"

#include <stddef.h>
#include <string.h>

const char *const marking_labels[] = {
	"confidential", "strictly confidential", "internal", "restricted", "secret", "personal", "high risk", NULL};
const char *const marking_documents[] = {
	"invoice", "order", "statement of work", "price list", "contract", "support case", NULL};
const char *const marking_subjects[] = {
	"health", "religion", "union membership", "political opinion", "sexual life", "ethnic origin", NULL};
const char *const marking_speakers[] = {"agent", "customer", NULL};

static bool is_one_of(struct st_span value, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == value.size && memcmp(*list, value.data, value.size) == 0)
			return true;
	return false;
}

bool marking_is_known(uint8_t kind, struct st_span value)
{
	switch (kind) {
	case MARKING_COUNTRY:
		return value.size == 2 && value.data[0] >= 'A' && value.data[0] <= 'Z' && value.data[1] >= 'A' &&
		       value.data[1] <= 'Z';
	case MARKING_LABEL:
		return is_one_of(value, marking_labels);
	case MARKING_DOCUMENT:
		return is_one_of(value, marking_documents);
	case MARKING_SPECIAL:
		return is_one_of(value, marking_subjects);
	case MARKING_SPEAKER:
	case MARKING_SAID:
		return is_one_of(value, marking_speakers);
	default:
		return false;
	}
}
