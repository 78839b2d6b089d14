#include "probe/target.h"

#include "base/ceilings.h"
#include "probe/services.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static bool is_literal(const char *host)
{
	uint8_t address[16];
	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* Letters, digits, '-', '_' and dots (RFC 1123, and the underscore of old DNS names); labels are not empty. Numbers in
 * the last label that are no address (0x7f.1, 2130706433) are refused: resolvers read them as one. */
static bool host_is_sound(const char *host)
{
	size_t size = strlen(host);
	if (is_literal(host))
		return true;
	if (size == 0 || size > 253 || strstr(host, "..") != NULL || host[0] == '.' || host[0] == '-')
		return false;
	for (const char *at = host; *at != 0; at++)
		if (!isalnum((unsigned char)*at) && strchr("-_.", *at) == NULL)
			return false;
	const char *last = strrchr(host, '.');
	last = last != NULL ? last + 1 : host;
	return *last != 0 && !isdigit((unsigned char)*last);
}

static bool port_is(const char *text, size_t size, uint16_t *out)
{
	unsigned port = 0;
	if (size == 0 || size > 5)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text[i] - '0');
	}
	*out = (uint16_t)port;
	return port > 0 && port <= UINT16_MAX;
}

static bool is_dot_segment(const char *at, size_t size)
{
	size_t dots = 0;
	for (size_t i = 0; i < size; dots++) {
		if (at[i] == '.')
			i++;
		else if (size - i >= 3 && strncasecmp(at + i, "%2e", 3) == 0)
			i += 3;
		else
			return false;
	}
	return dots == 1 || dots == 2;
}

static bool path_is_sound(const char *path)
{
	for (const char *at = path; *at != 0; at++) {
		if (*at == '%' && !(isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])))
			return false;
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("\\\"<>^`{|}", *at) != NULL)
			return false;
	}
	for (const char *at = path; *at == '/';) {
		size_t size = strcspn(at + 1, "/");
		if (is_dot_segment(at + 1, size) || (size == 0 && at[1] != 0))
			return false;
		at += size + 1;
	}
	return true;
}

/* "https", "redis", "azure_blob+https": which transport, which service. */
static bool take_scheme(struct probe_target *target)
{
	const char *scheme = target->scheme, *plus = strchr(scheme, '+');
	if (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) {
		target->transport = scheme[4] == 's' ? PROBE_HTTPS : PROBE_HTTP;
		return true;
	}
	target->service = st_strndup(scheme, plus != NULL ? (size_t)(plus - scheme) : strlen(scheme));
	for (char *at = target->service; *at != 0; at++)
		*at = *at == '-' ? '_' : *at;
	const struct probe_service *service = probe_service_named(target->service);
	if (service == NULL)
		return false;
	target->transport = service->tcp ? PROBE_TCP : PROBE_HTTP;
	if (plus == NULL)
		return true;
	if (!service->tcp && strcmp(plus + 1, "http") == 0)
		return true;
	target->transport = service->tcp ? PROBE_TLS : PROBE_HTTPS;
	return strcmp(plus + 1, service->tcp ? "tls" : "https") == 0;
}

static uint16_t default_port(const struct probe_target *target)
{
	const struct probe_service *service = target->service != NULL ? probe_service_named(target->service) : NULL;
	if (service != NULL && service->port != 0)
		return service->port;
	return target->transport == PROBE_HTTPS ? 443 : target->transport == PROBE_HTTP ? 80 : 0;
}

/* HOST, HOST:PORT, [IPV6]:PORT */
static bool take_authority(struct probe_target *target, const char *at, size_t size)
{
	const char *colon = NULL, *end = at + size;
	if (size > 0 && *at == '[') {
		const char *close = memchr(at, ']', size);
		if (close == NULL || (close + 1 < end && close[1] != ':'))
			return false;
		target->host = st_strndup(at + 1, (size_t)(close - at) - 1);
		colon = close + 1 < end ? close + 1 : NULL;
		if (strchr(target->host, ':') == NULL)
			return false;
	} else {
		colon = memchr(at, ':', size);
		target->host = st_strndup(at, colon != NULL ? (size_t)(colon - at) : size);
		if (strchr(target->host, ':') != NULL)
			return false;
	}
	for (char *c = target->host; *c != 0; c++)
		*c = (char)tolower((unsigned char)*c);
	target->literal = is_literal(target->host);
	target->port = default_port(target);
	return host_is_sound(target->host) &&
	       (colon == NULL ? target->port != 0 : port_is(colon + 1, (size_t)(end - colon) - 1, &target->port));
}

static enum st_status refuse(struct probe_target *target, struct st_error *err, const char *why)
{
	probe_target_free(target);
	return st_fail(err, ST_WRONG, "%s", why);
}

enum st_status probe_target_parse(const char *text, struct probe_target *out, struct st_error *err)
{
	struct probe_target t = {0};
	const char *colon = strstr(text, "://");
	if (strlen(text) > CEIL_TARGET_BYTES)
		return refuse(&t, err, "a target is longer than 2048 bytes");
	if (strcasestr(text, "sig=") != NULL || strcasestr(text, "sig%3d") != NULL)
		return refuse(
			&t, err, "a target holds a signature (sig=): secrets come from a file, never from arguments");
	if (colon == NULL || colon == text)
		return refuse(&t, err, "a target is a URL (https://HOST/PATH) or SERVICE://HOST:PORT");
	t.scheme = st_strndup(text, (size_t)(colon - text));
	for (char *at = t.scheme; *at != 0; at++)
		*at = (char)tolower((unsigned char)*at);
	if (!take_scheme(&t))
		return refuse(&t, err, "no service is called as the target's scheme says; see: staunch check --help");
	const char *authority = colon + 3;
	size_t size = strcspn(authority, "/?#");
	if (memchr(authority, '@', size) != NULL)
		return refuse(
			&t, err, "a target holds a user name: credentials come from a file, never from arguments");
	if (!take_authority(&t, authority, size))
		return refuse(&t, err, "a target's host or port is none: a name, an address, [IPv6], and :PORT");
	const char *path = authority + size;
	if (strpbrk(path, "?#") != NULL)
		return refuse(
			&t, err, "a target has no query and no fragment: name the store, staunch asks the questions");
	if (!path_is_sound(path))
		return refuse(
			&t, err, "a target's path has an empty or dot segment, or a byte that wants percent-encoding");
	size_t path_size = strlen(path);
	t.path = st_strndup(path, path_size > 0 && path[path_size - 1] == '/' ? path_size - 1 : path_size);
	bool six = strchr(t.host, ':') != NULL;
	t.canonical = st_format("%s://%s%s%s:%u%s", t.scheme, six ? "[" : "", t.host, six ? "]" : "", t.port, t.path);
	*out = t;
	return ST_OK;
}

void probe_target_free(struct probe_target *target)
{
	free(target->canonical);
	free(target->scheme);
	free(target->service);
	free(target->host);
	free(target->path);
	*target = (struct probe_target){0};
}

bool probe_path_within(const char *outer, const char *path, size_t size)
{
	size_t prefix = strlen(outer);
	if (size < prefix || memcmp(outer, path, prefix) != 0 || (size > prefix && path[prefix] != '/'))
		return false;
	/* What a server may fold away must not lead out again. */
	for (size_t at = prefix; at < size;) {
		const char *slash = memchr(path + at + 1, '/', size - at - 1);
		size_t end = slash != NULL ? (size_t)(slash - path) : size;
		if (is_dot_segment(path + at + 1, end - at - 1))
			return false;
		at = end;
	}
	return true;
}

bool probe_target_within(const struct probe_target *outer, const struct probe_target *inner)
{
	return strcmp(outer->scheme, inner->scheme) == 0 && strcmp(outer->host, inner->host) == 0 &&
	       outer->port == inner->port && probe_path_within(outer->path, inner->path, strlen(inner->path));
}
