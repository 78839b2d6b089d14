/* shape_bench FORMAT FILE [RUNS]: one shape of redaction alone (json, csv, sql) on a text in memory, with and without
 * the paths of fields; the median of the processor time of each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/ceilings.h"
#include "redact/shape.h"

#define RUNS_MAX 64

static void count_place(void *context, const struct shape_place *place)
{
	(void)place;
	++*(size_t *)context;
}

static double one_run(const struct shape_format *format, struct st_span text, bool no_fields, size_t *places)
{
	struct timespec begin, end;
	struct shape_events events = {.place = count_place, .no_fields = no_fields, .context = places};
	struct st_span head = {text.data, text.size < CEIL_SNIFF_BYTES ? text.size : CEIL_SNIFF_BYTES};
	struct shape *shape = format->open(head, head.size == text.size, &events);
	*places = 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (size_t at = 0; at < text.size; at += CEIL_TEXT_BLOCK_BYTES)
		format->feed(shape, text.data + at,
			text.size - at < CEIL_TEXT_BLOCK_BYTES ? text.size - at : CEIL_TEXT_BLOCK_BYTES);
	format->finish(shape);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	format->close(shape);
	return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	struct st_buf text = {0};
	const struct shape_format *format = argc > 2 ? shape_named(argv[1]) : NULL;
	FILE *file = format && format->open ? fopen(argv[2], "rb") : NULL;
	if (!file) {
		fprintf(stderr, "shape_bench json|csv|sql FILE [RUNS]\n");
		return 2;
	}
	for (size_t got = 1; got > 0; text.size += got) {
		st_buf_reserve(&text, 1 << 20);
		got = fread(text.data + text.size, 1, 1 << 20, file);
	}
	fclose(file);
	size_t runs = argc > 3 ? strtoul(argv[3], NULL, 10) : 5, places = 0;
	double taken[2][RUNS_MAX];
	runs = runs < 1 ? 1 : runs < RUNS_MAX ? runs : RUNS_MAX;
	for (size_t i = 0; i < runs; i++)
		for (int bare = 0; bare < 2; bare++)
			taken[bare][i] = one_run(format, (struct st_span){text.data, text.size}, bare, &places);
	for (int bare = 0; bare < 2; bare++)
		qsort(taken[bare], runs, sizeof taken[bare][0], by_size);
	double size = (double)text.size / 1e6;
	printf("%s: %zu places; with fields %.0f MB/s, without %.0f MB/s (median of %zu)\n", argv[1], places,
		size / taken[0][runs / 2], size / taken[1][runs / 2], runs);
	st_buf_free(&text);
	return 0;
}
