/* Any text in pieces of any size: the same labels, subjects and types are seen, each inside of the text. The first byte
 * chooses the size of the pieces, and by its highest bit whether the text stands in a heading. */
#include "worker/words.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct st_buf marks;
	size_t size;
};

static void note(void *context, enum marking kind, const char *value, uint64_t start, uint64_t end)
{
	struct seen *seen = context;
	if (start >= end || end > seen->size ||
		!marking_is_known((uint8_t)kind, (struct st_span){(const uint8_t *)value, strlen(value)}))
		abort();
	st_buf_format(&seen->marks, "%d %s %llu %llu\n", (int)kind, value, (unsigned long long)start,
		(unsigned long long)end);
}

static const char *read_in_pieces(const uint8_t *text, size_t size, size_t piece, bool heading, struct seen *seen)
{
	struct words *words = words_open(note, seen);
	struct words_types types = {0};
	seen->size = size;
	words_heading(words, 0, heading);
	for (size_t at = 0; at < size; at += piece)
		words_feed(words, text + at, size - at < piece ? size - at : piece);
	words_finish(words);
	words_types_of(words, 0, size, &types);
	words_close(words);
	return words_type(&types);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct seen whole = {0}, cut = {0};
	bool heading = data[0] & 0x80;
	const char *type = read_in_pieces(data + 1, size - 1, SIZE_MAX / 2, heading, &whole);
	const char *cut_type = read_in_pieces(data + 1, size - 1, (size_t)(data[0] & 0x7f) * 9 + 1, heading, &cut);
	if (type != cut_type || whole.marks.size != cut.marks.size ||
		(whole.marks.size > 0 && memcmp(whole.marks.data, cut.marks.data, whole.marks.size) != 0))
		abort();
	st_buf_free(&whole.marks);
	st_buf_free(&cut.marks);
	return 0;
}
