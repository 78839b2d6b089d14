/*
 * portal_load SOCKET COOKIES CONNECTIONS SECONDS RATE: asks a portal at a unix socket for /en/part, on connections that
 * stay open, each request with the next cookie of COOKIES (one a line). RATE 0: each connection asks again once it is
 * answered. Else that many requests a second at random times, and how long one took counts from when it was due, not
 * from when a connection was free: a server that stands still is seen. Prints one line of figures.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MOST_CONNECTIONS 256
#define MOST_COOKIES 4096
#define MOST_PAGES (1u << 22)
#define ANSWER_BYTES (1u << 18)

struct connection {
	int socket;
	uint64_t due_ns; /* of the request on its way; 0: none */
	size_t got, whole;
	char answer[ANSWER_BYTES];
};

struct load {
	struct connection *connections;
	size_t connection_count, cookie_count, next_cookie;
	char *cookies[MOST_COOKIES];
	double rate;
	uint64_t random, next_due_ns, end_ns;
	uint32_t *taken_us;
	size_t pages, bad, bytes;
};

static uint64_t now_ns(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static int fail(const char *what)
{
	fprintf(stderr, "portal_load: %s: %s\n", what, strerror(errno));
	exit(4);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (strlen(path) >= sizeof address.sun_path)
		fail(path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		fail(path);
	return fd;
}

static void read_cookies(struct load *load, const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "r");
	if (file == NULL)
		fail(path);
	while (load->cookie_count < MOST_COOKIES && fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = 0;
		load->cookies[load->cookie_count++] = strdup(line);
	}
	fclose(file);
	if (load->cookie_count == 0)
		fail("no cookies");
}

static void ask(struct load *load, struct connection *connection, uint64_t due_ns)
{
	char request[4500];
	int size = snprintf(request, sizeof request,
		"GET /en/part HTTP/1.1\r\nHost: portal.example.com\r\nX-Real-IP: 192.0.2.7\r\nCookie: %s\r\n\r\n",
		load->cookies[load->next_cookie++ % load->cookie_count]);
	connection->due_ns = due_ns;
	connection->got = connection->whole = 0;
	if (send(connection->socket, request, (size_t)size, MSG_NOSIGNAL) != size)
		fail("a request is cut");
}

/* Whole size of head and body, once the head is there. */
static size_t whole_of(struct connection *connection)
{
	connection->answer[connection->got] = 0;
	const char *end = strstr(connection->answer, "\r\n\r\n"), *length;
	if (end == NULL)
		return 0;
	length = strcasestr(connection->answer, "\r\nContent-Length: ");
	return length != NULL && length < end ? (size_t)(end + 4 - connection->answer) + strtoul(length + 18, NULL, 10)
					      : 0;
}

static void keep(struct load *load, struct connection *connection)
{
	load->bad += strncmp(connection->answer, "HTTP/1.1 200 ", 13) != 0;
	load->bytes += connection->got;
	if (load->pages < MOST_PAGES)
		load->taken_us[load->pages++] = (uint32_t)((now_ns() - connection->due_ns) / 1000);
	connection->due_ns = 0;
}

static void hear(struct load *load, struct connection *connection)
{
	ssize_t got = recv(connection->socket, connection->answer + connection->got,
		sizeof connection->answer - 1 - connection->got, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		fail("the portal closed a connection");
	connection->got += (size_t)got;
	if (connection->whole == 0)
		connection->whole = whole_of(connection);
	if (connection->whole > 0 && connection->got >= connection->whole)
		keep(load, connection);
}

/* Exponential gaps make arrivals that do not know of each other. */
static uint64_t gap_ns(struct load *load)
{
	load->random ^= load->random << 13;
	load->random ^= load->random >> 7;
	load->random ^= load->random << 17;
	double even = (double)(load->random >> 11) / 9007199254740992.0;
	return (uint64_t)(-log(1 - even) / load->rate * 1e9);
}

/* Gives what is due to connections that are free; returns how long until the next is due, in ns. */
static uint64_t give(struct load *load)
{
	for (size_t i = 0; i < load->connection_count; i++) {
		uint64_t now = now_ns();
		if (load->connections[i].due_ns != 0)
			continue;
		if (load->rate == 0)
			ask(load, &load->connections[i], now);
		else if (load->next_due_ns <= now) {
			ask(load, &load->connections[i], load->next_due_ns);
			load->next_due_ns += gap_ns(load);
		}
	}
	uint64_t now = now_ns();
	return load->rate == 0 ? 100000000 : load->next_due_ns > now ? load->next_due_ns - now : 1000000;
}

static void run(struct load *load)
{
	struct pollfd fds[MOST_CONNECTIONS];
	while (now_ns() < load->end_ns) {
		uint64_t wait_ns = give(load);
		struct timespec wait = {.tv_nsec = (long)(wait_ns < 100000000 ? wait_ns : 100000000)};
		for (size_t i = 0; i < load->connection_count; i++)
			fds[i] = (struct pollfd){.fd = load->connections[i].socket, .events = POLLIN};
		if (ppoll(fds, load->connection_count, &wait, NULL) < 0 && errno != EINTR)
			fail("poll");
		for (size_t i = 0; i < load->connection_count; i++)
			if (fds[i].revents != 0)
				hear(load, &load->connections[i]);
	}
}

static int by_size(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static double part_ms(const struct load *load, double part)
{
	return load->pages > 0 ? load->taken_us[(size_t)((double)(load->pages - 1) * part)] / 1e3 : 0;
}

int main(int argc, char **argv)
{
	struct load load = {.random = 0x9e3779b97f4a7c15u};
	if (argc != 6)
		return 2;
	load.connection_count = strtoul(argv[3], NULL, 10);
	double seconds = strtod(argv[4], NULL);
	load.rate = strtod(argv[5], NULL);
	if (load.connection_count == 0 || load.connection_count > MOST_CONNECTIONS)
		return 2;
	read_cookies(&load, argv[2]);
	load.connections = calloc(load.connection_count, sizeof *load.connections);
	load.taken_us = malloc(MOST_PAGES * sizeof *load.taken_us);
	if (load.connections == NULL || load.taken_us == NULL)
		fail("memory");
	for (size_t i = 0; i < load.connection_count; i++)
		load.connections[i].socket = connect_to(argv[1]);
	uint64_t begin = load.next_due_ns = now_ns();
	load.end_ns = begin + (uint64_t)(seconds * 1e9);
	run(&load);
	double taken = (double)(now_ns() - begin) / 1e9;
	qsort(load.taken_us, load.pages, sizeof *load.taken_us, by_size);
	printf("pages %zu seconds %.3f median_ms %.3f p99_ms %.3f most_ms %.3f bad %zu bytes %zu\n", load.pages, taken,
		part_ms(&load, 0.5), part_ms(&load, 0.99), part_ms(&load, 1), load.bad, load.bytes);
	return load.bad == 0 && load.pages > 0 ? 0 : 1;
}
