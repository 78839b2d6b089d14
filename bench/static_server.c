/*
 * static_server PAGES: serves the pages of PAGES by PAGES.index ("MARKER OFFSET SIZE" a line, "-" the first), and
 * PAGES.object by ranges, from memory, one thread for each connection. Prints its port. For measurements on loopback:
 * it reads no more of a request than it needs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct page {
	char marker[32];
	size_t offset, size;
};

struct store {
	const char *pages, *object;
	size_t object_size;
	struct page *list;
	size_t count;
};

struct visit {
	const struct store *store;
	int socket;
};

static const char *map(const char *path, size_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) != 0)
		return NULL;
	void *data = st.st_size > 0 ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0)
				    : MAP_FAILED;
	close(fd);
	*size = (size_t)st.st_size;
	return data == MAP_FAILED ? NULL : data;
}

static int send_all(int socket, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return -1;
		data += sent;
		size -= (size_t)sent;
	}
	return 0;
}

static const struct page *find(const struct store *store, const char *line)
{
	const char *at = strstr(line, "marker=");
	at = at != NULL ? at + 7 : (at = strstr(line, "token=")) != NULL ? at + 6 : NULL;
	size_t size = at != NULL ? strcspn(at, "& \r\n") : 0;
	for (size_t i = 0; i < store->count; i++)
		if (size > 0 ? strlen(store->list[i].marker) == size && memcmp(store->list[i].marker, at, size) == 0
			     : store->list[i].marker[0] == '-')
			return &store->list[i];
	return NULL;
}

static int answer(const struct visit *visit, const char *request)
{
	const struct store *store = visit->store;
	const char *range = strcasestr(request, "\r\nRange: bytes="), *body = "";
	char head[512];
	size_t size = 0, line = strcspn(request, "\r");
	char first[2048];
	snprintf(first, sizeof first, "%.*s", (int)(line < sizeof first - 1 ? line : sizeof first - 1), request);
	const struct page *page = range == NULL ? find(store, first) : NULL;
	if (range != NULL && store->object != NULL) {
		size_t begin = strtoull(range + 15, NULL, 10), end = strtoull(strchr(range + 15, '-') + 1, NULL, 10);
		end = end < store->object_size ? end : store->object_size - 1;
		size = begin <= end ? end - begin + 1 : 0;
		body = store->object + begin;
		snprintf(head, sizeof head,
			"HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes %zu-%zu/%zu\r\n"
			"Content-Length: %zu\r\n\r\n",
			begin, end, store->object_size, size);
	} else {
		size = page != NULL ? page->size : 0;
		body = page != NULL ? store->pages + page->offset : "";
		snprintf(head, sizeof head,
			"HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %zu\r\n\r\n",
			page != NULL ? "200 OK" : "404 Not Found", size);
	}
	return send_all(visit->socket, head, strlen(head)) == 0 ? send_all(visit->socket, body, size) : -1;
}

static void *serve(void *context)
{
	struct visit *visit = context;
	char request[16384];
	size_t size = 0;
	ssize_t got;
	while ((got = recv(visit->socket, request + size, sizeof request - 1 - size, 0)) > 0) {
		size += (size_t)got;
		request[size] = 0;
		if (strstr(request, "\r\n\r\n") == NULL)
			continue;
		if (answer(visit, request) != 0)
			break;
		size = 0;
	}
	close(visit->socket);
	free(visit);
	return NULL;
}

static void read_index(const char *path, struct store *store)
{
	FILE *in = fopen(path, "r");
	struct page page;
	while (in != NULL && fscanf(in, "%31s %zu %zu", page.marker, &page.offset, &page.size) == 3) {
		store->list = realloc(store->list, (store->count + 1) * sizeof page);
		store->list[store->count++] = page;
	}
	if (in != NULL)
		fclose(in);
}

int main(int argc, char **argv)
{
	struct store store = {0};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	char path[4096];
	size_t size;
	if (argc != 2)
		return 2;
	store.pages = map(argv[1], &size);
	snprintf(path, sizeof path, "%s.index", argv[1]);
	read_index(path, &store);
	snprintf(path, sizeof path, "%s.object", argv[1]);
	store.object = map(path, &store.object_size);
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0 ||
		getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		return 4;
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		pthread_t thread;
		struct visit *visit = malloc(sizeof *visit);
		*visit = (struct visit){.store = &store, .socket = accept(listener, NULL, NULL)};
		setsockopt(visit->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (visit->socket < 0 || pthread_create(&thread, NULL, serve, visit) != 0)
			return 4;
		pthread_detach(thread);
	}
}
