/* The closed lists of what marks say. */
#include "worker/marking.h"

#include "base/ceilings.h"

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
		if ((uint8_t)(*list)[0] == value.data[0] && strlen(*list) == value.size &&
			memcmp(*list, value.data, value.size) == 0)
			return true;
	return false;
}

bool marking_turns(struct st_span value, uint64_t turns[MARKING_SPEAKERS])
{
	struct st_cursor in = {value.data, value.data + value.size, false};
	bool any = false, sound = true;
	for (size_t i = 0; i < MARKING_SPEAKERS; i++) {
		turns[i] = st_cursor_varint(&in);
		any |= turns[i] > 0;
		sound = sound && turns[i] <= UINT32_MAX;
	}
	return any && sound && !in.bad && in.at == in.end;
}

static bool begins_with_country(struct st_span value)
{
	return value.size >= 2 && value.data[0] >= 'A' && value.data[0] <= 'Z' && value.data[1] >= 'A' &&
	       value.data[1] <= 'Z';
}

bool marking_is_known(uint8_t kind, struct st_span value)
{
	uint64_t turns[MARKING_SPEAKERS];
	switch (kind) {
	case MARKING_COUNTRY:
		return value.size > 2 && value.size < CEIL_COUNTRY_MARK_BYTES && begins_with_country(value);
	case MARKING_PLACE:
		return value.size == 2 && begins_with_country(value);
	case MARKING_LABEL:
		return is_one_of(value, marking_labels);
	case MARKING_DOCUMENT:
		return is_one_of(value, marking_documents);
	case MARKING_SPECIAL:
		return is_one_of(value, marking_subjects);
	case MARKING_TURNS:
		return marking_turns(value, turns);
	case MARKING_SAID:
		return is_one_of(value, marking_speakers);
	default:
		return false;
	}
}
