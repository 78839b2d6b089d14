/* Fields of messages as bytes and back. Private to src/portal. */
#ifndef STAUNCH_PORTAL_CODEC_H
#define STAUNCH_PORTAL_CODEC_H

#include "base/bytes.h"
#include "portal/text.h"

static inline void codec_put_text(struct st_buf *out, const char *text)
{
	st_buf_add_span(out, text, strlen(text));
}

static inline void codec_take_text(struct st_cursor *in, char *out, size_t size)
{
	struct st_span text = st_cursor_span(in);
	out[0] = 0;
	in->bad |= in->bad || !portal_text_copy(text, out, size);
}

static inline void codec_take_bytes(struct st_cursor *in, uint8_t *out, size_t size)
{
	const uint8_t *bytes = st_cursor_take(in, size);
	if (bytes != NULL)
		memcpy(out, bytes, size);
}

/* A number that must be below `end`. */
static inline unsigned codec_take_choice(struct st_cursor *in, unsigned end)
{
	uint8_t value = st_cursor_byte(in);
	in->bad |= value >= end;
	return in->bad ? 0 : value;
}

static inline struct st_cursor codec_open(struct st_span body)
{
	return (struct st_cursor){body.data, body.data + body.size, body.data == NULL};
}

static inline bool codec_end(const struct st_cursor *in)
{
	return !in->bad && in->at == in->end;
}

#endif
