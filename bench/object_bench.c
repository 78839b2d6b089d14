/* object_bench FILE [RUNS]: what a worker does with one object, from the descriptor to the messages, without the case
 * process: the median of the processor time of all stages together. Under callgrind it counts instructions of each. */
#include "base/ceilings.h"
#include "worker/worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 64

/* The other end: reads all that comes and looks at none of it. */
static int open_sink(pid_t *child)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || (*child = fork()) < 0)
		exit(1);
	if (*child > 0) {
		close(pair[1]);
		return pair[0];
	}
	close(pair[0]);
	static char sink[MIB];
	while (read(pair[1], sink, sizeof sink) > 0)
		;
	_exit(0);
}

static double one_run(struct worker *worker, const char *path)
{
	struct timespec begin, end;
	struct stat status;
	struct message message = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
	if (message.fd < 0 || fstat(message.fd, &status) != 0)
		exit(1);
	st_auto_buf struct st_buf body = {0};
	st_buf_add_u32(&body, 1);
	st_buf_add_byte(&body, 0);
	st_buf_add_byte(&body, 0);
	st_buf_add_u64(&body, (uint64_t)status.st_size);
	st_buf_add_span(&body, "object", 6);
	message.body = (struct st_span){body.data, body.size};
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	worker_job(worker, &message);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	struct stat status;
	pid_t child;
	double taken[RUNS_MAX];
	size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 5;
	if (argc < 2 || stat(argv[1], &status) != 0) {
		fprintf(stderr, "object_bench FILE [RUNS]\n");
		return 2;
	}
	runs = runs < 1 ? 1 : runs < RUNS_MAX ? runs : RUNS_MAX;
	struct worker worker = {.out.socket = open_sink(&child), .detect.keep_tentative = true};
	worker.hash = st_sha256_new();
	extract_prepare();
	worker.names = words_open(NULL, NULL);
	for (size_t i = 0; i < runs; i++)
		taken[i] = one_run(&worker, argv[1]);
	qsort(taken, runs, sizeof taken[0], by_size);
	double size = (double)status.st_size / 1e6;
	printf("%.0f MB/s (best %.0f)\n", size / taken[runs / 2], size / taken[0]);
	close(worker.out.socket);
	while (worker.idle_count > 0)
		finder_close(worker.idle[--worker.idle_count]);
	words_close(worker.names);
	st_sha256_free(worker.hash);
	st_buf_free(&worker.small);
	st_buf_free(&worker.out.frames);
	st_buf_free(&worker.out.records);
	st_buf_free(&worker.out.mentions);
	waitpid(child, NULL, 0);
	return 0;
}
