/* Names, pins, and what every connection has in common. */
#include "fetch/fetch.h"

#include "base/ceilings.h"
#include "probe/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return probe_address_is_public(
			(const uint8_t *)&((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	if (address->sa_family == AF_INET6)
		return probe_address_is_public(
			(const uint8_t *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
	return false;
}

static enum probe_outcome outcome_of_lookup(int error)
{
	if (error == 0)
		return PROBE_ANSWERED;
	return error == EAI_NONAME || error == EAI_NODATA ? PROBE_NO_NAME : PROBE_NAME_UNCLEAR;
}

static void look_up(struct fetch_pin *pin)
{
	bool literal = pin->literal;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = literal ? AI_NUMERICHOST : 0}, *list = NULL;
	pin->outcome = outcome_of_lookup(getaddrinfo(pin->host, NULL, &hints, &list));
	for (const struct addrinfo *at = list; at != NULL && pin->count < FETCH_ADDRESSES; at = at->ai_next) {
		if (at->ai_addrlen > sizeof pin->list[0])
			continue;
		if (!literal && !pin->private_allowed && !is_public(at->ai_addr))
			pin->outcome = PROBE_PRIVATE;
		memcpy(&pin->list[pin->count++], at->ai_addr, at->ai_addrlen);
	}
	if (list != NULL)
		freeaddrinfo(list);
	if (pin->outcome == PROBE_ANSWERED && pin->count == 0)
		pin->outcome = PROBE_NO_NAME;
}

const struct fetch_pin *fetch_pin(struct fetch *fetch, const struct fetch_question *question)
{
	for (size_t i = 0; i < fetch->pin_count; i++)
		if (strcmp(fetch->pins[i].host, question->host) == 0 && fetch->pins[i].literal == question->literal &&
			fetch->pins[i].private_allowed == question->private_allowed)
			return &fetch->pins[i];
	fetch->pins = st_realloc(fetch->pins, (fetch->pin_count + 1) * sizeof *fetch->pins);
	struct fetch_pin *pin = &fetch->pins[fetch->pin_count++];
	*pin = (struct fetch_pin){.host = st_strndup(question->host, strlen(question->host)),
		.literal = question->literal,
		.private_allowed = question->private_allowed};
	look_up(pin);
	return pin;
}

static void address_text(const struct sockaddr_storage *address, char *out, size_t size)
{
	const void *bytes = address->ss_family == AF_INET
				    ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
				    : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
	if (inet_ntop(address->ss_family, bytes, out, (socklen_t)size) == NULL)
		out[0] = 0;
}

/* The last gate before connect(2): libcurl found the address by itself, and it is one of the pin's, at the port. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	const struct fetch_pin *pin = context;
	if (purpose != CURLSOCKTYPE_IPCXN || pin == NULL)
		return CURL_SOCKET_BAD;
	for (size_t i = 0; i < pin->count; i++) {
		char wanted[64] = "", got[64] = "-";
		struct sockaddr_storage address = {0};
		if (to->addrlen > sizeof address)
			break;
		memcpy(&address, &to->addr, to->addrlen);
		address_text(&pin->list[i], wanted, sizeof wanted);
		address_text(&address, got, sizeof got);
		if (strcmp(wanted, got) == 0)
			return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	}
	return CURL_SOCKET_BAD;
}

/* "HOST:PORT:ADDRESS,ADDRESS": libcurl asks no resolver. */
static struct curl_slist *resolve_list(const struct fetch_question *question, const struct fetch_pin *pin)
{
	st_auto_buf struct st_buf line = {0};
	bool six = strchr(question->host, ':') != NULL;
	st_buf_format(&line, "%s%s%s:%u:", six ? "[" : "", question->host, six ? "]" : "", question->port);
	for (size_t i = 0; i < pin->count; i++) {
		char text[64];
		address_text(&pin->list[i], text, sizeof text);
		st_buf_format(&line, pin->list[i].ss_family == AF_INET6 ? "%s[%s]" : "%s%s", i > 0 ? "," : "", text);
	}
	st_buf_add_byte(&line, 0);
	return curl_slist_append(NULL, (const char *)line.data);
}

static void no_ambient_anything(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
	curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
}

bool fetch_prepare(struct fetch *fetch, const struct fetch_question *question, struct fetch_reply *reply)
{
	const struct fetch_pin *pin = fetch_pin(fetch, question);
	reply->outcome = pin->outcome;
	if (pin->count > 0)
		address_text(&pin->list[0], reply->address, sizeof reply->address);
	if (pin->outcome != PROBE_ANSWERED)
		return false;
	CURL *curl = fetch->curl;
	curl_easy_reset(curl);
	no_ambient_anything(curl);
	struct curl_blob certificates = {fetch->certificates.data, fetch->certificates.size, CURL_BLOB_NOCOPY};
	curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &certificates);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CEIL_CONNECT_MS);
	curl_easy_setopt(
		curl, CURLOPT_TIMEOUT_MS, question->limit_ms > 0 ? (long)question->limit_ms : (long)CEIL_REQUEST_MS);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)CEIL_SLOW_BYTES_PER_S);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)CEIL_SLOW_S);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, pin);
	return true;
}

static struct curl_slist *set_place(
	struct fetch *fetch, const struct fetch_question *question, const char *target, struct st_buf *url)
{
	bool six = strchr(question->host, ':') != NULL;
	const char *scheme = question->mail ? (question->tls ? "smtps" : "smtp") : question->tls ? "https" : "http";
	st_buf_format(url, "%s://%s%s%s:%u%s", scheme, six ? "[" : "", question->host, six ? "]" : "", question->port,
		target);
	st_buf_add_byte(url, 0);
	struct curl_slist *pins = resolve_list(question, fetch_pin(fetch, question));
	curl_easy_setopt(fetch->curl, CURLOPT_RESOLVE, pins);
	curl_easy_setopt(fetch->curl, CURLOPT_URL, (const char *)url->data);
	return pins;
}

CURLcode fetch_perform(struct fetch *fetch, const struct fetch_question *question, const char *target)
{
	st_auto_buf struct st_buf url = {0};
	struct curl_slist *pins = set_place(fetch, question, target, &url);
	CURLcode code = curl_easy_perform(fetch->curl);
	curl_slist_free_all(pins);
	return code;
}

static curl_socket_t give_pair(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	(void)purpose, (void)to;
	int *end = context, given = *end;
	*end = CURL_SOCKET_BAD;
	return given;
}

static int is_connected(void *context, curl_socket_t socket, curlsocktype purpose)
{
	(void)context, (void)socket, (void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

void fetch_warm_up(struct fetch *fetch)
{
	int ends[2];
	char nobody[] = "127.0.0.1";
	struct fetch_question question = {.host = nobody, .port = 443, .literal = true, .tls = true};
	struct fetch_reply reply = {.body = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	close(ends[1]); /* TLS begins, and finds that nobody is there */
	if (fetch_prepare(fetch, &question, &reply)) {
		curl_easy_setopt(fetch->curl, CURLOPT_OPENSOCKETFUNCTION, give_pair);
		curl_easy_setopt(fetch->curl, CURLOPT_OPENSOCKETDATA, &ends[0]);
		curl_easy_setopt(fetch->curl, CURLOPT_SOCKOPTFUNCTION, is_connected);
		(void)fetch_perform(fetch, &question, "/");
	}
	if (ends[0] != CURL_SOCKET_BAD)
		close(ends[0]);
}
