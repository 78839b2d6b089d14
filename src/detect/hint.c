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
	const bool all = how == NEAR_ALL || how == NEAR_NONE;   /* each byte must be so */
	const bool wanted = how == NEAR_ALL || how == NEAR_ANY; /* in one of the ranges */
	count = count ? count : 1;
	for (unsigned i = 0; i < count; i++) {
		size_t place = at + (size_t)(offset + (int)i); /* wraps below 0, and is outside then, too */
		bool in = in_ranges(place < window->size ? window->data[place] : 0, ranges);
		if ((in == wanted) != all)
			return !all;
	}
	return all;
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
