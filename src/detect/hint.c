/* Hints, asked at one place. */
#include "detect/hint.h"

static bool in_ranges(uint8_t byte, const char *ranges)
{
	for (; *ranges; ranges += 2)
		if (byte >= (uint8_t)ranges[0] && byte <= (uint8_t)ranges[1])
			return true;
	return false;
}

static bool near_holds(const struct detect_window *window, size_t at, int offset, unsigned count, enum near_how how,
	const char *ranges)
{
	unsigned in = 0;
	count = count ? count : 1;
	for (unsigned i = 0; i < count; i++) {
		size_t place = at + (size_t)(offset + (int)i); /* wraps below 0, and is outside then, too */
		in += in_ranges(place < window->size ? window->data[place] : 0, ranges);
	}
	switch (how) {
	case NEAR_ALL:
		return in == count;
	case NEAR_NONE:
		return in == 0;
	case NEAR_ANY:
		return in > 0;
	default:
		return in < count;
	}
}

bool hint_holds(const struct detect_window *window, size_t at, const struct detect_hint *hints)
{
	for (; hints->near[0].ranges != NULL; hints++) {
		bool holds = true;
		for (size_t i = 0; holds && i < 4 && hints->near[i].ranges != NULL; i++)
			holds = near_holds(window, at, hints->near[i].offset, hints->near[i].count, hints->near[i].how,
				hints->near[i].ranges);
		if (holds)
			return true;
	}
	return false;
}
