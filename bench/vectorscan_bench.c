/*
 * vectorscan_bench PATTERNS FILE [RUNS]: one regular expression a line of PATTERNS (# begins a comment) through
 * Vectorscan or Hyperscan, block mode, blocks of 1 MiB, ends of matches only, which is the least that it can be asked;
 * the median of the processor time. Built where libhs is installed; nothing of staunch is linked.
 */
#include <hs/hs.h>
#include <string.h>

#include "measure.h"

#define BLOCK ((size_t)1 << 20)
#define PATTERNS_MAX 64

static int count_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	(void)id;
	(void)from;
	(void)to;
	(void)flags;
	++*(size_t *)context;
	return 0;
}

/* Their number. */
static unsigned read_patterns(const char *path, char *patterns[PATTERNS_MAX])
{
	FILE *file = fopen(path, "re");
	unsigned count = 0;
	char *line = NULL;
	size_t held = 0;
	while (file && count < PATTERNS_MAX && getline(&line, &held, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			patterns[count++] = strdup(line);
	}
	free(line);
	if (file)
		fclose(file);
	return count;
}

static hs_database_t *compile(const char *path)
{
	char *patterns[PATTERNS_MAX];
	unsigned flags[PATTERNS_MAX] = {0}, ids[PATTERNS_MAX], count = read_patterns(path, patterns);
	hs_database_t *database = NULL;
	hs_compile_error_t *error = NULL;
	for (unsigned i = 0; i < count; i++)
		ids[i] = i;
	if (count > 0 && hs_compile_multi((const char *const *)patterns, flags, ids, count, HS_MODE_BLOCK, NULL,
				 &database, &error) == HS_SUCCESS)
		return database;
	fprintf(stderr, "vectorscan_bench: %s\n", error ? error->message : "no patterns");
	exit(1);
}

static double one_run(const hs_database_t *database, hs_scratch_t *scratch, struct measure_text text, size_t *matches)
{
	*matches = 0;
	double begin = measure_processor_s();
	for (size_t at = 0; at < text.size; at += BLOCK)
		hs_scan(database, (const char *)text.data + at,
			(unsigned)(text.size - at < BLOCK ? text.size - at : BLOCK), 0, scratch, count_match, matches);
	return measure_processor_s() - begin;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "vectorscan_bench PATTERNS FILE [RUNS]\n");
		return 2;
	}
	hs_database_t *database = compile(argv[1]);
	hs_scratch_t *scratch = NULL;
	if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS)
		return 1;
	struct measure_text text = measure_read(argv[2]);
	struct measure_runs taken = {.count = 0};
	size_t runs = measure_runs_of(argc > 3 ? argv[3] : NULL), matches = 0;
	for (size_t i = 0; i < runs; i++)
		measure_add(&taken, one_run(database, scratch, text, &matches));
	printf("%.1f MB/s; %zu matches; %s\n", (double)text.size / 1e6 / measure_median_s(&taken), matches,
		hs_version());
	hs_free_scratch(scratch);
	hs_free_database(database);
	return 0;
}
