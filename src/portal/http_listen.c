/* Where the portal may be reached: a unix socket, or loopback. Nothing else exists. */
#include "portal/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

/* A path that a process still answers on is not taken from it. */
static bool free_path(const struct sockaddr_un *address)
{
	st_auto_close int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0 || connect(probe, (const struct sockaddr *)address, sizeof *address) == 0)
		return false;
	struct stat st;
	if (errno == ECONNREFUSED && lstat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
		return unlink(address->sun_path) == 0;
	return errno == ENOENT;
}

static int listen_unix(const char *path, struct st_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path || path[0] == 0) {
		st_fail(err, ST_WRONG, "--listen: the path of a socket has 1 to %zu bytes",
			sizeof address.sun_path - 1);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (!free_path(&address)) {
		st_fail(err, ST_WRONG, "--listen: something else is there already");
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old = umask(0117); /* nginx is of the same group */
	bool bound = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	umask(old);
	if (bound && listen(fd, BACKLOG) == 0)
		return fd;
	st_fail_errno(err, ST_FATAL, "--listen: no socket can be made there");
	if (fd >= 0)
		close(fd);
	return -1;
}

/* "127.0.0.1:8080", "[::1]:8080"; no names, so that nothing has to be resolved. */
static bool read_address(const char *text, struct sockaddr_storage *out, socklen_t *size)
{
	const char *colon = strrchr(text, ':');
	char *end = NULL;
	unsigned long port = colon != NULL && colon[1] >= '0' && colon[1] <= '9' ? strtoul(colon + 1, &end, 10) : 65536;
	if (port > 65535 || *end != 0)
		return false;
	bool six = text[0] == '[' && colon > text && colon[-1] == ']';
	st_auto_free char *host = st_strndup(text + six, (size_t)(colon - text) - 2 * six);
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	if (!six && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*size = sizeof *v4;
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	}
	if (!six || inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	*size = sizeof *v6;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static int listen_loopback(const char *where, struct st_error *err)
{
	struct sockaddr_storage address = {0};
	socklen_t size = 0;
	if (!read_address(where, &address, &size)) {
		st_fail(err, ST_WRONG,
			"--listen takes unix:PATH or a loopback address with a port, as 127.0.0.1:8080: "
			"a proxy with TLS stands in front");
		return -1;
	}
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		bind(fd, (const struct sockaddr *)&address, size) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	st_fail_errno(err, ST_FATAL, "--listen: the address cannot be taken");
	if (fd >= 0)
		close(fd);
	return -1;
}

int http_listen(const char *where, struct st_error *err)
{
	if (strncmp(where, "unix:", 5) == 0)
		return listen_unix(where + 5, err);
	return listen_loopback(where, err);
}
