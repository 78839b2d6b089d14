/* How fast unknown bytes are carved, without detection: random bytes, numbers, a file of this machine, and the places
 * where a run may begin alone, with the fast path and without. Prints MB/s, best of five. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "extract/carve.h"

#define SIZE_BYTES (64 * MIB)
#define RUNS 5

static uint64_t carve(const uint8_t *data)
{
	static const struct extract_events none;
	struct extract_options options = {.stored_size = SIZE_BYTES};
	struct extract_result result;
	struct stream *stream = stream_open_memory(data, SIZE_BYTES);
	extract_object(stream, &options, &none, NULL, &result);
	stream_close(stream);
	return result.not_searched_bytes;
}

static uint64_t skip(const uint8_t *data)
{
	size_t at = 0;
	uint64_t found = 0;
	while ((at = carve_skip(data, SIZE_BYTES, at, SIZE_BYTES)) < SIZE_BYTES) {
		at += CARVE_FIELD_CHARACTERS;
		found++;
	}
	return found;
}

static uint64_t skip_plainly(const uint8_t *data)
{
	size_t at = 0;
	uint64_t found = 0;
	while ((at = carve_skip_plainly(data, SIZE_BYTES, at, SIZE_BYTES)) < SIZE_BYTES) {
		at += CARVE_FIELD_CHARACTERS;
		found++;
	}
	return found;
}

static void measure(const char *what, const char *data_name, const uint8_t *data, uint64_t (*run)(const uint8_t *))
{
	uint64_t best_ms = UINT64_MAX, said = 0;
	for (int i = 0; i < RUNS; i++) {
		uint64_t begin = st_now_ms();
		said = run(data);
		uint64_t took = st_now_ms() - begin;
		best_ms = took < best_ms ? took : best_ms;
	}
	printf("%-14s %-8s %7.0f MB/s   (%llu)\n", what, data_name,
		(double)SIZE_BYTES / 1000.0 / (double)(best_ms ? best_ms : 1), (unsigned long long)said);
}

static void fill_random(uint8_t *data)
{
	for (size_t at = 0; at < SIZE_BYTES; at += 256)
		if (getentropy(data + at, 256) != 0)
			abort();
}

/* The file again and again. */
static bool fill_file(uint8_t *data, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, data, SIZE_BYTES);
	for (size_t at = (size_t)(size > 0 ? size : 0); size > 0 && at < SIZE_BYTES; at++)
		data[at] = data[at - (size_t)size];
	close(fd);
	return size > 0;
}

static void measure_all(const char *name, const uint8_t *data)
{
	measure("carve", name, data, carve);
	measure("skip", name, data, skip);
	measure("skip plainly", name, data, skip_plainly);
}

int main(int argc, char **argv)
{
	uint8_t *data = calloc(SIZE_BYTES, 1);
	if (data == NULL)
		return 1;
	for (size_t at = 0; at < SIZE_BYTES; at += 4)
		memcpy(data + at, &(uint32_t){(uint32_t)at << 7}, 4);
	measure_all("numbers", data);
	fill_random(data);
	measure_all("random", data);
	if (fill_file(data, argc > 1 ? argv[1] : argv[0]))
		measure_all("file", data);
	free(data);
	return 0;
}
