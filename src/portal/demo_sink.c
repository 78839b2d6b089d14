#include "portal/demo_sink.h"

#include "base/clock.h"
#include "portal/errand.h"
#include "portal/http_server.h"
#include "portal/style.h"
#include "process/confine.h"
#include "process/message.h"
#include "report/html_write.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define KEPT 32
#define TRIES 100
#define TRY_MS 50
/* Every domain of the demo is older than what happened in it: 1 January 2001. */
#define REGISTERED_AT 978307200

struct shown {
	int64_t at;
	char head[PORTAL_IDENTITY_TEXT], text[160];
};

struct sink {
	struct http_server *server;
	struct message_reader *reader;
	int socket;
	struct shown list[KEPT]; /* the newest at (count - 1) % KEPT */
	size_t count;
};

static struct shown *next(struct sink *sink)
{
	struct shown *shown = &sink->list[sink->count++ % KEPT];
	*shown = (struct shown){.at = st_utc_seconds()};
	return shown;
}

static bool take_mail(struct sink *sink, struct st_span body)
{
	struct portal_mail mail;
	st_auto_buf struct st_buf answer = {0};
	if (!portal_mail_decode(body, &mail))
		return false;
	struct shown *shown = next(sink);
	snprintf(shown->head, sizeof shown->head, "%s", mail.to);
	snprintf(shown->text, sizeof shown->text, "Your code is %s (language of the mail: %s)", mail.code,
		mail.language);
	portal_mailed_encode(&(struct portal_mailed){.number = mail.number}, &answer);
	return message_send(sink->socket, PORTAL_ERRAND_MAILED, answer.data, answer.size, -1) == 0;
}

static bool take_lookup(struct sink *sink, struct st_span body)
{
	struct portal_lookup lookup;
	st_auto_buf struct st_buf answer = {0};
	if (!portal_lookup_decode(body, &lookup))
		return false;
	struct shown *shown = next(sink);
	snprintf(shown->head, sizeof shown->head, "DNS: %.300s TXT", lookup.txt_name);
	snprintf(shown->text, sizeof shown->text, "%s", lookup.txt_value);
	const struct portal_looked_up found = {
		.number = lookup.number, .verdict = PORTAL_DONE, .registered_at = REGISTERED_AT};
	portal_looked_up_encode(&found, &answer);
	return message_send(sink->socket, PORTAL_ERRAND_LOOKED_UP, answer.data, answer.size, -1) == 0;
}

static void on_errand(void *context)
{
	struct sink *sink = context;
	struct message message;
	for (;;) {
		struct pollfd ready = {.fd = sink->socket, .events = POLLIN};
		if (poll(&ready, 1, 0) <= 0)
			return;
		enum message_result result = message_next(sink->reader, &message);
		bool good = result == MESSAGE_AGAIN;
		if (result == MESSAGE_OK && message.type == PORTAL_ERRAND_MAIL)
			good = take_mail(sink, message.body);
		else if (result == MESSAGE_OK && message.type == PORTAL_ERRAND_LOOKUP)
			good = take_lookup(sink, message.body);
		if (!good) {
			http_server_stop(sink->server);
			return;
		}
	}
}

/* --- the page --- */

static void entry(struct html_writer *w, const struct shown *shown)
{
	char at[21];
	st_utc_text(shown->at, at);
	html_open(w, "div", "doc");
	html_open(w, "p", NULL);
	html_leaf(w, "b", NULL, shown->head);
	html_close(w);
	html_leaf(w, "p", NULL, shown->text);
	html_leaf(w, "p", "small", at);
	html_close(w);
}

static void write_page(const struct sink *sink, struct st_buf *out)
{
	struct html_writer w = {.out = out};
	html_constant(&w, "<!doctype html>");
	html_open(&w, "html", NULL);
	html_attribute(&w, "lang", "en");
	html_open(&w, "head", NULL);
	html_open_void(&w, "meta");
	html_attribute(&w, "charset", "utf-8");
	html_open_void(&w, "meta");
	html_attribute(&w, "name", "viewport");
	html_attribute(&w, "content", "width=device-width,initial-scale=1");
	html_leaf(&w, "title", NULL, "Mails of the demo");
	html_open_void(&w, "link");
	html_attribute(&w, "rel", "stylesheet");
	html_attribute(&w, "href", "/style.css");
	html_close(&w);
	html_open(&w, "body", NULL);
	html_open(&w, "main", "col");
	html_leaf(&w, "h1", NULL, "Mails of the demo");
	html_leaf(&w, "p", "lead",
		sink->count == 0 ? "None yet. Ask for a code in the portal, then reload this page."
				 : "What would have been sent, the newest first. Nothing left this machine.");
	for (size_t i = sink->count; i > 0 && i + KEPT > sink->count; i--)
		entry(&w, &sink->list[(i - 1) % KEPT]);
	html_leaf(&w, "p", "small", "DNS records that a check looks for are shown too, and count as found.");
	html_close(&w);
	html_close(&w);
	html_close(&w);
}

static void handle(void *context, const struct http_request *request, struct http_answer *answer)
{
	answer->status = 200;
	if (strcmp(request->path, "/style.css") == 0) {
		answer->type = "text/css; charset=utf-8";
		st_buf_add(&answer->body, portal_style, strlen(portal_style));
	} else if (strcmp(request->path, "/") == 0) {
		answer->type = "text/html; charset=utf-8";
		write_page(context, &answer->body);
	} else {
		answer->status = 404;
	}
}

/* The keyholder was started a moment before. */
static int connect_patiently(const char *errands)
{
	int fd = -1;
	for (int i = 0; i < TRIES && portal_client_open(errands, &fd, NULL) != ST_OK; i++)
		poll(NULL, 0, TRY_MS);
	return fd;
}

static int wrong(struct st_error *err)
{
	fprintf(stderr, "staunch: portal: demo: %s\n", err->what);
	return 4;
}

int demo_sink(const char *listen, const char *errands)
{
	static const struct http_site site = {.plain = true};
	struct sink *sink = st_alloc_zero(1, sizeof *sink);
	struct st_error err = {.what = "no errand socket"};
	const uint8_t hello = PORTAL_MAILS | PORTAL_LOOKUPS;
	st_auto_close int listening = http_listen(listen, &err);
	if (sodium_init() < 0 || listening < 0)
		return wrong(&err);
	sink->socket = connect_patiently(errands);
	if (sink->socket < 0 || message_send(sink->socket, PORTAL_ERRAND_HELLO, &hello, 1, -1) != 0)
		return wrong(&err);
	sink->reader = message_reader_open(sink->socket);
	sink->server = http_server_open(listening, &site, handle, sink, &err);
	if (sink->server == NULL || confine(CONFINE_PORTAL, NULL, -1, 0, &err) != ST_OK)
		return wrong(&err);
	http_server_watch(sink->server, sink->socket, on_errand, sink);
	http_server_run(sink->server);
	http_server_close(sink->server);
	return 0;
}
