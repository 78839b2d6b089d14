/* json_bench FILE [RUNS]: MB/s of processor time of the JSON reader alone, and of the trees that audit makes of what it
 * says, in turns; the median of each. The file is in memory, so that no disk is measured. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "audit/document.h"
#include "base/json_read.h"

#define BLOCK 262144
#define RUNS_MAX 64

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int broken(const char *what)
{
	fprintf(stderr, "json_bench: %s\n", what);
	return 1;
}

/* Seconds; negative: it is no JSON. */
static double read_tokens(const uint8_t *text, size_t size, uint64_t *tokens)
{
	double begin = now();
	struct st_json_reader *reader = st_json_open(128);
	struct st_json_event event;
	size_t at = 0;
	enum st_json_token token;
	while ((token = st_json_next(reader, &event)) != ST_JSON_END && token != ST_JSON_ERROR) {
		++*tokens;
		if (token != ST_JSON_MORE)
			continue;
		size_t part = size - at < BLOCK ? size - at : BLOCK;
		st_json_feed(reader, text + at, part);
		at += part;
		if (at == size)
			st_json_feed_end(reader);
	}
	st_json_close(reader);
	return token == ST_JSON_END ? now() - begin : -1;
}

static double read_trees(int fd, uint64_t *elements)
{
	double begin = now();
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list, none = {(const uint8_t *)"", 0};
	struct st_error err = {0};
	enum audit_found found;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	struct audit_document *document = audit_document_open(fd, none, &pool);
	while ((found = audit_document_next(document, &tree, &list, &err)) == AUDIT_ELEMENT || found == AUDIT_WHOLE)
		++*elements;
	audit_document_close(document);
	audit_pool_free(&pool);
	return found == AUDIT_DOCUMENT_END ? now() - begin : -1;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	double taken[2][RUNS_MAX];
	uint64_t tokens = 0, elements = 0;
	if (file == NULL || runs < 1 || runs > RUNS_MAX || fseek(file, 0, SEEK_END) != 0)
		return broken("a file, and 1 to 64 runs");
	size_t size = (size_t)ftell(file);
	void *text = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fileno(file), 0);
	if (text == MAP_FAILED)
		return broken("the file cannot be read");
	for (int i = 0; i < runs; i++) {
		taken[0][i] = read_tokens(text, size, &tokens);
		taken[1][i] = read_trees(fileno(file), &elements);
		if (taken[0][i] < 0 || taken[1][i] < 0)
			return broken("the file is not JSON");
	}
	for (int kind = 0; kind < 2; kind++)
		qsort(taken[kind], (size_t)runs, sizeof taken[kind][0], by_size);
	printf("%.0f %.0f\n", (double)size / 1e6 / taken[0][runs / 2], (double)size / 1e6 / taken[1][runs / 2]);
	munmap(text, size);
	fclose(file);
	return 0;
}
