/*
 * find_any PATTERNS FILE...: which of very many patterns stand in the files, in one look at each for each length that
 * patterns have. PATTERNS: one byte of
 * length (8 or more), then that many bytes, again and again. Letters of ASCII are alike in either case. Prints the name
 * of the file, the offset and the pattern in hexadecimal of the first 20 finds; ends with 1 if there is one, with 0 if
 * there is none.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_BYTES 8
#define FILTER_BITS (1u << 27)
#define SHOWN 20

struct bytes {
	const uint8_t *data;
	size_t size;
};

struct patterns {
	struct bytes file;
	uint64_t *slots; /* offset + 1 of a pattern in the file; 0 free */
	size_t capacity, count;
	uint8_t *filter;
	bool lengths[256]; /* which there are */
};

static struct bytes map(const char *path)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		perror(path);
		exit(2);
	}
	void *data = info.st_size > 0 ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	close(fd);
	if (data == MAP_FAILED)
		exit(2);
	return (struct bytes){data, (size_t)info.st_size};
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Of the last bytes that went in, each a factor further: what leaves the window is taken off again (Rabin and Karp). */
#define FACTOR 0x9e3779b97f4a7c15u

static uint64_t mixed(uint64_t sum)
{
	sum = (sum ^ sum >> 32) * 0xd6e8feb86659fd93u;
	return sum ^ sum >> 32;
}

static uint64_t hash_of(const uint8_t *data, size_t size)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum = sum * FACTOR + lower(data[i]);
	return mixed(sum);
}

static void set_filter(struct patterns *p, uint64_t hash)
{
	p->filter[hash % FILTER_BITS / 8] |= (uint8_t)(1u << hash % 8);
}

static bool may_be(const struct patterns *p, uint64_t hash)
{
	return p->filter[hash % FILTER_BITS / 8] >> hash % 8 & 1;
}

static void read_patterns(struct patterns *p, const char *path)
{
	p->file = map(path);
	for (size_t at = 0; at < p->file.size; at += 1u + p->file.data[at])
		p->count++;
	for (p->capacity = 1024; p->capacity < 2 * p->count;)
		p->capacity *= 2;
	p->slots = calloc(p->capacity, sizeof *p->slots);
	p->filter = calloc(FILTER_BITS / 8, 1);
	if (p->slots == NULL || p->filter == NULL)
		exit(2);
	for (size_t at = 0; at < p->file.size; at += 1u + p->file.data[at]) {
		if (p->file.data[at] < LEAST_BYTES || at + 1 + p->file.data[at] > p->file.size) {
			fprintf(stderr, "find_any: a pattern is cut or too short\n");
			exit(2);
		}
		uint64_t hash = hash_of(p->file.data + at + 1, p->file.data[at]);
		p->lengths[p->file.data[at]] = true;
		size_t slot = hash & (p->capacity - 1);
		while (p->slots[slot] != 0)
			slot = (slot + 1) & (p->capacity - 1);
		p->slots[slot] = at + 1;
		set_filter(p, hash);
	}
}

static bool same(const uint8_t *a, const uint8_t *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static void show(const char *path, size_t offset, const uint8_t *pattern, size_t size)
{
	printf("%s %zu ", path, offset);
	for (size_t i = 0; i < size; i++)
		printf("%02x", pattern[i]);
	putchar('\n');
}

static size_t count_at(
	const struct patterns *p, const char *path, struct bytes file, size_t start, size_t size, uint64_t hash)
{
	size_t found = 0;
	for (size_t slot = hash & (p->capacity - 1); p->slots[slot] != 0; slot = (slot + 1) & (p->capacity - 1)) {
		const uint8_t *pattern = p->file.data + p->slots[slot];
		if (pattern[-1] != size || !same(pattern, file.data + start, size))
			continue;
		if (found++ < SHOWN)
			show(path, start, pattern, size);
	}
	return found;
}

static size_t look(const struct patterns *p, const char *path, struct bytes file, size_t size)
{
	size_t found = 0;
	uint64_t sum = 0, leaving = 1;
	for (size_t i = 0; i < size; i++)
		leaving *= FACTOR;
	for (size_t end = 0; end < file.size; end++) {
		sum = sum * FACTOR + lower(file.data[end]);
		if (end >= size)
			sum -= leaving * lower(file.data[end - size]);
		uint64_t hash = mixed(sum);
		if (end + 1 >= size && may_be(p, hash))
			found += count_at(p, path, file, end + 1 - size, size, hash);
	}
	return found;
}

int main(int argc, char **argv)
{
	struct patterns patterns = {0};
	size_t found = 0;
	if (argc < 3)
		return 2;
	read_patterns(&patterns, argv[1]);
	for (int i = 2; i < argc; i++) {
		struct bytes file = map(argv[i]);
		for (size_t size = LEAST_BYTES; size < 256; size++)
			if (patterns.lengths[size])
				found += look(&patterns, argv[i], file, size);
	}
	printf("%zu patterns, %zu finds\n", patterns.count, found);
	return found > 0;
}
