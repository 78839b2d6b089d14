/* detect_bench FILE [RUNS]: the detectors alone on a text in memory, the fast way and byte by byte, in turns; the
 * median of the processor time of each, and their ratio. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "detect/detect.h"

#define BLOCK 65536
#define RUNS_MAX 64

static void count_mention(void *context, const struct detect_mention *mention)
{
	(void)mention;
	++*(size_t *)context;
}

static double one_run(const uint8_t *text, size_t size, bool byte_by_byte, size_t *mentions)
{
	struct timespec begin, end;
	struct detect_options options = {.byte_by_byte = byte_by_byte};
	struct detect *detect = detect_open(&options, count_mention, mentions);
	*mentions = 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (size_t at = 0; at < size; at += BLOCK)
		detect_feed(detect, text + at, size - at < BLOCK ? size - at : BLOCK);
	detect_finish(detect);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	detect_close(detect);
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
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	if (!file) {
		fprintf(stderr, "detect_bench FILE [RUNS]\n");
		return 2;
	}
	for (size_t got = 1; got > 0; text.size += got) {
		st_buf_reserve(&text, 1 << 20);
		got = fread(text.data + text.size, 1, 1 << 20, file);
	}
	fclose(file);
	size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 5, mentions[2] = {0};
	double taken[2][RUNS_MAX];
	runs = runs < 1 ? 1 : runs < RUNS_MAX ? runs : RUNS_MAX;
	for (size_t i = 0; i < runs; i++)
		for (int slow = 0; slow < 2; slow++)
			taken[slow][i] = one_run(text.data, text.size, slow, &mentions[slow]);
	for (int slow = 0; slow < 2; slow++)
		qsort(taken[slow], runs, sizeof taken[slow][0], by_size);
	double fast = taken[0][runs / 2], slow = taken[1][runs / 2], size = (double)text.size / 1e6;
	printf("%.0f MB/s (best %.0f); byte by byte %.0f MB/s: %.1f times; %zu mentions, %s\n", size / fast,
		size / taken[0][0], size / slow, slow / fast, mentions[0],
		mentions[0] == mentions[1] ? "the same" : "NOT THE SAME");
	st_buf_free(&text);
	return mentions[0] != mentions[1];
}
