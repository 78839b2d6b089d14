#include "portal/http_server.h"

#include "base/ceilings.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/time.h>

struct http_server {
	struct event_base *base;
	struct evhttp *http;
	struct event *watched;
	void (*ready)(void *context);
	void *ready_context;
	const struct http_site *site;
	http_handler *handler;
	void *context;
};

/* On every answer. What a page may do: take our style sheet, and send forms to us. */
static const struct {
	const char *name, *value;
} always[] = {
	{"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	{"Strict-Transport-Security", "max-age=63072000"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Embedder-Policy", "require-corp"},
	{"Permissions-Policy",
		"accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
		"magnetometer=(), microphone=(), midi=(), payment=(), usb=()"},
	{"X-Robots-Tag", "noindex, nofollow, noarchive"},
};

/* Which headers matter here, and that each came at most once: two readers must not take different ones. */
static bool read_headers(struct evhttp_request *from, struct http_request *out)
{
	const struct {
		const char *name;
		const char **to;
	} wanted[] = {{"Cookie", &out->cookies}, {"Content-Type", &out->content_type},
		{"Accept-Language", &out->accept_language}, {"Host", &out->host}, {"Origin", &out->origin},
		{"Sec-Fetch-Site", &out->fetch_site}, {"X-Real-IP", &out->client}};
	size_t lengths = 0;
	const struct evkeyval *header;
	for (header = evhttp_request_get_input_headers(from)->tqh_first; header != NULL;
		header = header->next.tqe_next) {
		lengths += strcasecmp(header->key, "Content-Length") == 0;
		for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
			if (strcasecmp(header->key, wanted[i].name) != 0)
				continue;
			if (*wanted[i].to != NULL)
				return false;
			*wanted[i].to = header->value;
		}
	}
	return lengths <= 1;
}

/* "/en/code?problem=wrong" in its two parts; anything but a path is refused. *path is the caller's. */
static bool read_target(struct evhttp_request *from, struct http_request *out, char **path)
{
	const char *target = evhttp_request_get_uri(from);
	if (target == NULL || target[0] != '/')
		return false;
	*path = st_strndup(target, strlen(target));
	char *query = strchr(*path, '?');
	out->path = *path;
	out->query = "";
	if (query != NULL) {
		*query = 0;
		out->query = query + 1;
	}
	return true;
}

static bool read_method(struct evhttp_request *from, struct http_request *out)
{
	switch (evhttp_request_get_command(from)) {
	case EVHTTP_REQ_GET:
		out->method = HTTP_GET;
		return true;
	case EVHTTP_REQ_HEAD:
		out->method = HTTP_HEAD;
		return true;
	case EVHTTP_REQ_POST:
		out->method = HTTP_POST;
		return true;
	default:
		return false;
	}
}

static bool read_request(struct evhttp_request *from, struct http_request *out, char **path)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(from);
	size_t size = evbuffer_get_length(body);
	if (!read_method(from, out) || !read_headers(from, out) || !read_target(from, out, path))
		return false;
	if (size > CEIL_PORTAL_BODY_BYTES || (size > 0 && out->method != HTTP_POST))
		return false;
	out->body = (struct st_span){.data = size > 0 ? evbuffer_pullup(body, -1) : (const uint8_t *)"", .size = size};
	return true;
}

static void write_headers(const struct http_server *server, const struct http_answer *answer, struct evkeyvalq *headers)
{
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		evhttp_add_header(headers, always[i].name, always[i].value);
	evhttp_add_header(headers, "Cache-Control", answer->keep ? "public, max-age=31536000, immutable" : "no-store");
	if (answer->type != NULL)
		evhttp_add_header(headers, "Content-Type", answer->type);
	if (answer->location[0] != 0)
		evhttp_add_header(headers, "Location", answer->location);
	if (answer->varies)
		evhttp_add_header(headers, "Vary", "Accept-Language");
	if (answer->clear_site)
		evhttp_add_header(headers, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
	if (answer->disposition[0] != 0) {
		st_auto_free char *text = st_format("attachment; filename=\"%s\"", answer->disposition);
		evhttp_add_header(headers, "Content-Disposition", text);
	}
	for (size_t i = 0; i < answer->cookie_count; i++) {
		st_auto_buf struct st_buf text = {0};
		http_cookie_header(&answer->cookies[i], server->site, &text);
		evhttp_add_header(headers, "Set-Cookie", (const char *)text.data);
	}
}

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {{200, "OK"}, {303, "See Other"}, {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {422, "Unprocessable Content"}, {429, "Too Many Requests"},
		{503, "Service Unavailable"}};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Error";
}

/* A handler may wait for name servers longer than a client may be silent: that time begins when it has answered. */
static void begin_time_anew(struct http_server *server, struct evhttp_request *from)
{
	event_base_update_cache_time(server->base);
	evhttp_connection_set_timeout(evhttp_request_get_connection(from), CEIL_PORTAL_REQUEST_S);
}

static void on_request(struct evhttp_request *from, void *argument)
{
	struct http_server *server = argument;
	struct http_request request = {0};
	struct http_answer answer = {.status = 500};
	st_auto_free char *path = NULL;
	if (read_request(from, &request, &path)) {
		server->handler(server->context, &request, &answer);
		begin_time_anew(server, from);
	} else {
		answer.status = 400;
		answer.type = "text/plain; charset=utf-8";
		st_buf_format(&answer.body, "400\n");
	}
	write_headers(server, &answer, evhttp_request_get_output_headers(from));
	struct evbuffer *out = evbuffer_new();
	if (out == NULL || evbuffer_add(out, answer.body.data, answer.body.size) != 0)
		exit(ST_EXIT_MEMORY);
	evhttp_send_reply(from, answer.status, reason(answer.status), out);
	evbuffer_free(out);
	/* Pages hold personal data: nothing of them stays behind in our own buffers. */
	st_buf_wipe(&answer.body);
}

struct http_server *http_server_open(
	int listening, const struct http_site *site, http_handler *handler, void *context, struct st_error *err)
{
	struct http_server *server = st_alloc_zero(1, sizeof *server);
	*server = (struct http_server){.site = site, .handler = handler, .context = context};
	server->base = event_base_new();
	server->http = server->base != NULL ? evhttp_new(server->base) : NULL;
	if (server->http == NULL || evutil_make_socket_nonblocking(listening) != 0 ||
		evhttp_accept_socket(server->http, listening) != 0) {
		st_fail(err, ST_FATAL, "the HTTP server cannot be started");
		http_server_close(server);
		return NULL;
	}
	evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
	evhttp_set_max_headers_size(server->http, CEIL_PORTAL_HEADER_BYTES);
	evhttp_set_max_body_size(server->http, CEIL_PORTAL_BODY_BYTES);
	evhttp_set_timeout(server->http, CEIL_PORTAL_REQUEST_S);
	evhttp_set_default_content_type(server->http, NULL);
	evhttp_set_gencb(server->http, on_request, server);
	return server;
}

const char *http_server_version(void)
{
	return event_get_version();
}

void http_server_run(struct http_server *server)
{
	event_base_dispatch(server->base);
}

void http_server_stop(struct http_server *server)
{
	const struct timeval soon = {.tv_usec = 100000};
	event_base_loopexit(server->base, &soon);
}

static void on_ready(evutil_socket_t fd, short what, void *argument)
{
	struct http_server *server = argument;
	(void)fd;
	(void)what;
	server->ready(server->ready_context);
}

void http_server_watch(struct http_server *server, int fd, void (*ready)(void *context), void *context)
{
	server->ready = ready;
	server->ready_context = context;
	server->watched = event_new(server->base, fd, EV_READ | EV_PERSIST, on_ready, server);
	if (server->watched == NULL || event_add(server->watched, NULL) != 0)
		exit(ST_EXIT_MEMORY);
}

void http_server_stop_after(struct http_server *server, int wait_ms)
{
	const struct timeval then = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	event_base_loopexit(server->base, &then);
}

void http_server_close(struct http_server *server)
{
	if (server == NULL)
		return;
	if (server->watched != NULL)
		event_free(server->watched);
	if (server->http != NULL)
		evhttp_free(server->http);
	if (server->base != NULL)
		event_base_free(server->base);
	free(server);
}
