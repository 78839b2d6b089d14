/*
 * HTTP/1.1 by libevent on a unix socket or a loopback address (DESIGN 5): the only file that sees libevent. It adds the
 * headers that every answer has, whatever it is (OWASP Secure Headers Project; ASVS 5.0, V3.4).
 */
#ifndef STAUNCH_PORTAL_HTTP_SERVER_H
#define STAUNCH_PORTAL_HTTP_SERVER_H

#include "base/error.h"
#include "portal/http.h"

typedef void http_handler(void *context, const struct http_request *request, struct http_answer *answer);

struct http_server;
/* Answers on a listening socket, which is borrowed. NULL with *err. */
struct http_server *http_server_open(
	int listening, const struct http_site *site, http_handler *handler, void *context, struct st_error *err);
/* Until http_server_stop. */
void http_server_run(struct http_server *server);
/* Requests at hand are answered first; may be called by a handler. */
void http_server_stop(struct http_server *server);
/* Calls ready when a descriptor has something to read or was closed; one descriptor, before http_server_run. */
void http_server_watch(struct http_server *server, int fd, void (*ready)(void *context), void *context);
/* As http_server_stop after so long; before http_server_run. */
void http_server_stop_after(struct http_server *server, int wait_ms);
void http_server_close(struct http_server *server);

/* Of the library: "2.1.12-stable". */
const char *http_server_version(void);

/* A listening socket for "unix:PATH" (mode 0660, an old socket nobody listens on is replaced) or "ADDRESS:PORT" with a
 * loopback address; anything else is refused. -1 with *err; the caller closes. */
int http_listen(const char *where, struct st_error *err);

#endif
