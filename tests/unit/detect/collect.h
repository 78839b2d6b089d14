/* Runs the detectors over a text, cut as a test likes, and keeps what they find, one line of text for each mention. */
#ifndef STAUNCH_TESTS_DETECT_COLLECT_H
#define STAUNCH_TESTS_DETECT_COLLECT_H

#include "base/bytes.h"
#include "detect/detect.h"

struct collected {
	struct st_buf lines; /* "kind start end canonical form confidence", each ended by a line feed */
	size_t count;
	uint64_t last_end;
	bool unsorted, wrong_text;
	const uint8_t *input;
	int only; /* a kind, or -1 for all */
};

static inline void collect_mention(void *context, const struct detect_mention *m)
{
	struct collected *into = context;
	into->unsorted |= m->start < into->last_end || m->end <= m->start;
	into->last_end = m->end;
	into->wrong_text |=
		m->text.size != m->end - m->start || memcmp(m->text.data, into->input + m->start, m->text.size);
	if (into->only >= 0 && (int)m->kind != into->only)
		return;
	st_auto_free char *line =
		st_format("%s %llu %llu %.*s %s %u%s\n", detect_kind_name(m->kind), (unsigned long long)m->start,
			(unsigned long long)m->end, (int)m->canonical.size, (const char *)m->canonical.data,
			detect_form_name(m->form), m->confidence, m->tentative ? " tentative" : "");
	st_buf_add(&into->lines, line, strlen(line));
	into->count++;
}

/* Feeds the text in blocks; block 0: at once. `seed` other than 0: blocks of random sizes up to block. */
static inline void collect_feed(struct detect *detect, const void *text, size_t size, size_t block, uint64_t seed)
{
	const uint8_t *bytes = text;
	while (size > 0) {
		size_t take = block == 0 || block > size ? size : block;
		if (seed != 0) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			take = (seed >> 33) % take + 1;
		}
		detect_feed(detect, bytes, take);
		bytes += take;
		size -= take;
	}
	detect_finish(detect);
}

/* Everything found in the text; the caller frees lines, which end with a NUL that their size does not count. */
static inline struct collected collect(
	const struct detect_options *options, int only, const void *text, size_t size, size_t block, uint64_t seed)
{
	struct collected into = {.input = text, .only = only};
	struct detect *detect = detect_open(options, collect_mention, &into);
	collect_feed(detect, text, size, block, seed);
	detect_close(detect);
	st_buf_add_byte(&into.lines, 0);
	into.lines.size--;
	return into;
}

#endif
