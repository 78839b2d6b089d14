/* Any bytes as an answer to a search: hits lie one behind the other within it, become lines of their own bytes, and the
 * same page is read however the memory of the one before looked. */
#include "extract/hits_page.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_hits(const struct hits_page *page, size_t size)
{
	size_t end = 0;
	for (size_t i = 0; i < page->count; i++) {
		const struct hit *hit = &page->hits[i];
		must(hit->start > end && hit->size >= 2 && hit->start + (size_t)hit->size <= size);
		must((size_t)hit->name + hit->name_size <= page->names.size);
		end = hit->start + hit->size;
	}
}

static void check_lines(const uint8_t *body, size_t lines, const struct hits_page *page)
{
	size_t at = 0, feeds = 0, given = 0;
	for (size_t i = 0; i < page->count; i++) {
		const struct hit *hit = &page->hits[i];
		if (hit->size == 0)
			continue;
		must(hit->start == at && body[at] == '{' && body[at + hit->size - 1] == '}' &&
			body[at + hit->size] == '\n');
		at += hit->size + 1;
		given++;
	}
	for (size_t i = 0; i < lines; i++)
		feeds += body[i] == '\n';
	must(at == lines && feeds == given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hits_page used; /* keeps its memory: what is left over in it must not show */
	struct hits_page page = {0};
	struct st_span body = {data, size}, index = {(const uint8_t *)"i", 1};
	hits_page_read(body, index, 50, &page);
	hits_page_read(body, index, 50, &used);
	must(page.reason == used.reason && page.count == used.count && page.names.size == used.names.size &&
		page.context.size == used.context.size && page.total == used.total);
	must(page.count <= 50);
	check_hits(&page, size);
	uint8_t *copy = malloc(size + 1);
	memcpy(copy, data, size);
	check_lines(copy, hits_page_lines(copy, &page), &page);
	free(copy);
	hits_page_free(&page);
	return 0;
}
