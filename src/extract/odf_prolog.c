/*
 * XML as OpenOffice 1.x wrote it, and LibreOffice still writes macros: in front a document type declaration that only
 * names a DTD. Nothing of it would ever be loaded; it is blanked out. One that declares anything itself stays, and
 * xml.h refuses it.
 */
#include <stdlib.h>

#include "extract/odf.h"

/* The declaration stands within as much. */
#define PROLOG_BYTES 4096

struct prolog {
	struct stream stream, *from;
	uint8_t head[PROLOG_BYTES];
	size_t size, at;
};

/* From <!DOCTYPE to its >, when nothing but names and quoted identifiers stands between. */
static void blank_out(uint8_t *head, size_t size)
{
	static const char word[] = "<!DOCTYPE";
	uint8_t *from = memmem(head, size, word, sizeof word - 1);
	uint8_t *end = from != NULL ? memchr(from, '>', size - (size_t)(from - head)) : NULL;
	if (end == NULL)
		return;
	size_t bytes = (size_t)(end - from) + 1;
	/* an element in front of it: it is text, or refused */
	for (const uint8_t *at = head; (at = memchr(at, '<', (size_t)(from - at))) != NULL; at++)
		if (at[1] != '?')
			return;
	if (memchr(from, '[', bytes) == NULL && memchr(from + 1, '<', bytes - 1) == NULL &&
		memchr(from, '&', bytes) == NULL && memchr(from, '@', bytes) == NULL)
		memset(from, ' ', bytes);
}

static ssize_t prolog_read(struct stream *stream, void *data, size_t capacity)
{
	struct prolog *self = stream->self;
	size_t left = self->size - self->at;
	if (left == 0) {
		ssize_t got = self->from->read(self->from, data, capacity);
		stream->reason = self->from->reason;
		return got;
	}
	left = left < capacity ? left : capacity;
	memcpy(data, self->head + self->at, left);
	self->at += left;
	return (ssize_t)left;
}

static void prolog_close(struct stream *stream)
{
	free(stream->self);
}

struct stream *odf_prolog_open(struct stream *from)
{
	struct prolog *self = st_alloc_zero(1, sizeof *self);
	self->from = from;
	self->stream = (struct stream){.read = prolog_read, .self = self, .close = prolog_close};
	ssize_t got = stream_read_full(from, self->head, PROLOG_BYTES);
	self->size = got > 0 ? (size_t)got : 0;
	blank_out(self->head, self->size);
	return &self->stream;
}
