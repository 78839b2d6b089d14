/* Looks for `From ` at line starts, each line once. */
#include "redact/mbox_cut.h"

#include "base/ceilings.h"
#include "extract/mail_shape.h"

enum answer { NO, YES, WAIT };

static enum answer begins_message(struct st_span held, size_t at, bool ended)
{
	struct st_span rest = {held.data + at, held.size - at};
	if (rest.size < 5)
		return ended || memcmp(rest.data, "From ", rest.size) != 0 ? NO : WAIT;
	if (!mail_is_from_line(rest.data, rest.size))
		return NO;
	if (rest.size < CEIL_MBOX_LOOK_BYTES && !ended)
		return WAIT;
	bool all = rest.size < CEIL_MBOX_LOOK_BYTES;
	rest.size = all ? rest.size : CEIL_MBOX_LOOK_BYTES;
	struct mail_shape shape = mail_shape(rest, all);
	return mail_is_header(&shape) ? YES : NO;
}

static size_t taken(struct mbox_cut *cut, size_t size)
{
	cut->looked = 0;
	return size;
}

size_t mbox_cut_next(struct mbox_cut *cut, struct st_span held, bool ended)
{
	if (held.size == 0)
		return 0;
	if (!cut->known) {
		enum answer answer = begins_message(held, 0, ended);
		if (answer == WAIT)
			return 0;
		cut->known = true;
		cut->is_mbox = answer == YES;
	}
	const uint8_t *end = held.data + held.size, *lf;
	while (cut->is_mbox && (lf = memchr(held.data + cut->looked, '\n', held.size - cut->looked)) != NULL) {
		size_t next = (size_t)(lf + 1 - held.data);
		if (lf + 1 == end)
			break;
		enum answer answer = begins_message(held, next, ended);
		if (answer == YES)
			return taken(cut, next);
		if (answer == WAIT)
			return 0;
		cut->looked = next;
	}
	return ended ? taken(cut, held.size) : 0;
}
