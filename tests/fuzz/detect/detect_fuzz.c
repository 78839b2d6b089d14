/*
 * Any bytes: what is found does not depend on how they are cut nor on how many are looked at at a time, is sorted, does
 * not overlap, lies inside the input, and its canonical form is valid UTF-8. The first byte of the input chooses the
 * block size.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "detect/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct found {
	struct st_buf lines; /* every mention as bytes */
	const uint8_t *input;
	size_t size;
	uint64_t last_end;
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void on_mention(void *context, const struct detect_mention *m)
{
	struct found *found = context;
	require(m->start < m->end && m->end <= found->size && m->start >= found->last_end);
	require(m->text.size == m->end - m->start && memcmp(m->text.data, found->input + m->start, m->text.size) == 0);
	require(m->canonical.size > 0 &&
		st_utf8_valid_prefix(m->canonical.data, m->canonical.size) == m->canonical.size);
	require(m->confidence >= DETECT_CONFIDENCE_SHOWN && m->confidence <= 100);
	found->last_end = m->end;
	st_buf_add_u64(&found->lines, m->start);
	st_buf_add_u64(&found->lines, m->end);
	st_buf_add_byte(&found->lines, (uint8_t)m->kind);
	st_buf_add_byte(&found->lines, (uint8_t)m->form);
	st_buf_add_byte(&found->lines, m->tentative);
	st_buf_add_span(&found->lines, m->canonical.data, m->canonical.size);
}

static void run(struct detect *detect, const uint8_t *data, size_t size, size_t block)
{
	for (size_t at = 0; at < size; at += block)
		detect_feed(detect, data + at, size - at < block ? size - at : block);
	detect_finish(detect);
	require(detect_settled(detect) == size);
}

static void find(
	const struct detect_options *options, const uint8_t *data, size_t size, size_t block, struct found *found)
{
	*found = (struct found){.input = data, .size = size};
	struct detect *detect = detect_open(options, on_mention, found);
	run(detect, data, size, block);
	detect_close(detect);
}

static void require_same(const struct found *one, const struct found *other)
{
	require(one->lines.size == other->lines.size);
	require(one->lines.size == 0 || memcmp(one->lines.data, other->lines.data, one->lines.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const regions[] = {"IT", "FR", NULL}, *const own[] = {"contoso.com", NULL};
	struct found whole, cut;
	if (size == 0)
		return 0;
	size_t block = data[0] % 97u + 1;
	struct detect_options options = {0};
	if (data[0] & 0x80)
		options = (struct detect_options){.regions = regions, .own_domains = own, .keep_tentative = true};
	find(&options, data + 1, size - 1, size, &whole);
	find(&options, data + 1, size - 1, block, &cut);
	require_same(&whole, &cut);
	st_buf_free(&cut.lines);
	options.byte_by_byte = true;
	find(&options, data + 1, size - 1, size, &cut);
	require_same(&whole, &cut);
	st_buf_free(&cut.lines);
	st_buf_free(&whole.lines);
	return 0;
}
