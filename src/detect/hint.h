/* What must stand near a trigger, as data: part of what some detectors find, since their check() asks it last; their
 * `places` say the same with planes. Private to detect. */
#ifndef STAUNCH_DETECT_HINT_H
#define STAUNCH_DETECT_HINT_H

#include "detect/detector.h"

enum near_how { NEAR_ALL, NEAR_NONE, NEAR_ANY, NEAR_NOT_ALL };

/*
 * What must stand near a trigger. All of `near` hold: each byte from
 * `offset` (relative to the trigger, -32 to 31) on, `count` of them (0 is 1, at most 32), is in one of the ranges, in
 * none (NEAR_NONE), or one of them is (NEAR_ANY) or is not (NEAR_NOT_ALL). A range is its first and last byte. Bytes
 * outside of the input are 0.
 */
struct detect_hint {
	struct {
		int8_t offset;
		uint8_t count;
		enum near_how how;
		const char *ranges;
	} near[4];
};

/* Does one of the hints hold at `at`? They end with an empty one. */
bool hint_holds(const struct detect_window *window, size_t at, const struct detect_hint *hints);

#endif
