/*
 * One request and its answer, without the library that carried them. A client never reaches this program: nginx parses
 * what clients send and refuses what is malformed (share/nginx); what is checked here again is what an answer rests on.
 * Rules: RFC 9110 (HTTP), RFC 6265bis (cookies with the prefix __Host-), Fetch Metadata (Sec-Fetch-Site), CSP Level 3.
 */
#ifndef STAUNCH_PORTAL_HTTP_H
#define STAUNCH_PORTAL_HTTP_H

#include "base/bytes.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST };

/* All texts are borrowed until the answer is sent; NULL where the header did not come. */
struct http_request {
	enum http_method method;
	const char *path;  /* as it came: nothing is decoded, our paths need nothing */
	const char *query; /* "" if there is none */
	const char *cookies, *content_type, *accept_language, *host, *origin, *fetch_site;
	const char *client; /* address that nginx saw (X-Real-IP) */
	struct st_span body;
};

#define HTTP_COOKIES 4
#define HTTP_COOKIE_BYTES 768
struct http_cookie {
	const char *name; /* without the prefix */
	char value[HTTP_COOKIE_BYTES];
	bool strict; /* SameSite=Strict, else Lax */
	long age_s;  /* 0: until the browser closes; -1: gone now */
};

struct http_answer {
	int status;
	const char *type; /* media type, a constant; NULL no body */
	struct st_buf body;
	char location[256];    /* "" none */
	char disposition[128]; /* file name of a download; "" none */
	struct http_cookie cookies[HTTP_COOKIES];
	size_t cookie_count;
	bool keep;       /* a static file, named by its content: may be kept for a year */
	bool clear_site; /* Clear-Site-Data: signing out */
	bool varies;     /* the answer depends on Accept-Language */
};

/* Adds a cookie; more than HTTP_COOKIES or a longer value are faults of ours and end the process. */
void http_set_cookie(struct http_answer *answer, const char *name, const char *value, bool strict, long age_s);
/* 303: a POST is answered by the address of a page (RFC 9110, 15.4.4), or another page is meant. */
void http_see_other(struct http_answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What the program prefixes cookies with: "__Host-", and "; Secure" behind them; plain on a loopback without TLS, where
 * browsers disagree about both (--demo). */
struct http_site {
	bool plain;
};
/* The value of a cookie into out; false when it is not there exactly once or is longer than size - 1. Only letters,
 * digits, - and _ are a value of ours. */
bool http_cookie(
	const struct http_request *request, const struct http_site *site, const char *name, char *out, size_t size);
/* Value of a Set-Cookie header. */
void http_cookie_header(const struct http_cookie *cookie, const struct http_site *site, struct st_buf *out);

/* May this POST come from one of our pages? What a browser tells by itself; the token of the form is checked apart. */
bool http_same_origin(const struct http_request *request);

/* One field of a form or of a query: decoded, NUL-ended, valid UTF-8 without controls but line ends and tabs. */
#define HTTP_FIELDS 16
struct http_form {
	char *text; /* what all point into; owned */
	const char *names[HTTP_FIELDS];
	const char *values[HTTP_FIELDS];
	size_t count;
};
/* Parses application/x-www-form-urlencoded (URL Standard, 5.1). False: more than HTTP_FIELDS, a field twice, a broken
 * escape, a control, invalid UTF-8. http_form_free in both cases. */
bool http_form_parse(struct http_form *form, struct st_span encoded);
void http_form_free(struct http_form *form);
/* NULL when the field did not come. */
const char *http_field(const struct http_form *form, const char *name);

#endif
