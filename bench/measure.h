/* What programs that measure share: a text in memory, processor time, the median of some runs. */
#ifndef STAUNCH_BENCH_MEASURE_H
#define STAUNCH_BENCH_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#define MEASURE_RUNS_MAX 64

struct measure_text {
	const uint8_t *data;
	size_t size;
};

/* The whole file, in memory before anything is measured. Ends the program when it cannot be read or is empty; mapped
 * until the program ends. */
static inline struct measure_text measure_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	void *data = MAP_FAILED;
	if (file && fstat(fileno(file), &st) == 0 && st.st_size > 0)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fileno(file), 0);
	if (data == MAP_FAILED) {
		fprintf(stderr, "%s: cannot be read, or is empty\n", path);
		exit(2);
	}
	fclose(file);
	return (struct measure_text){data, (size_t)st.st_size};
}

/* Seconds of processor time of this process: other work on the machine changes them little. */
static inline double measure_processor_s(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct measure_runs {
	double seconds[MEASURE_RUNS_MAX];
	size_t count;
};

static inline void measure_add(struct measure_runs *runs, double seconds)
{
	if (runs->count < MEASURE_RUNS_MAX)
		runs->seconds[runs->count++] = seconds;
}

static inline int measure_by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/* Sorts what was added; at least one run. */
static inline double measure_median_s(struct measure_runs *runs)
{
	qsort(runs->seconds, runs->count, sizeof runs->seconds[0], measure_by_size);
	return runs->seconds[runs->count / 2];
}

static inline double measure_best_s(struct measure_runs *runs)
{
	measure_median_s(runs);
	return runs->seconds[0];
}

/* The number of runs that an argument asks for, 1 to MEASURE_RUNS_MAX; NULL: five. */
static inline size_t measure_runs_of(const char *argument)
{
	unsigned long runs = argument ? strtoul(argument, NULL, 10) : 5;
	return runs < 1 ? 1 : runs < MEASURE_RUNS_MAX ? runs : MEASURE_RUNS_MAX;
}

#endif
