#include "redact/nul_stretch.h"

#define GAP_BYTES 3
#define FEWEST_NULS 8

enum nul_answer nul_stretch_begins(struct st_span text, bool last, size_t *used)
{
	size_t count = 0;
	*used = 0;
	for (size_t at = 0; at < text.size; at++) {
		if (text.data[at] != 0) {
			if (at - *used >= GAP_BYTES)
				return NUL_FEW;
			continue;
		}
		*used = at + 1;
		if (++count == FEWEST_NULS)
			return NUL_STRETCH;
	}
	return last ? NUL_FEW : NUL_MORE;
}

bool nul_stretch_ends(struct st_span text, bool last, size_t *used)
{
	*used = 0;
	for (size_t at = 0; at < text.size; at++) {
		if (text.data[at] == 0)
			*used = at + 1;
		else if (at - *used >= GAP_BYTES)
			return true;
	}
	return last;
}
