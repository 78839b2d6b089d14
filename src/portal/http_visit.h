/* One request on its way to a page; private to the routes. */
#ifndef STAUNCH_PORTAL_HTTP_VISIT_H
#define STAUNCH_PORTAL_HTTP_VISIT_H

#include "portal/http_route.h"

#define VISIT_BYTES 16
#define SECRET_TEXT 44 /* 32 bytes in base64url without padding, and a NUL */

struct visit {
	struct portal *portal;
	const struct http_request *request;
	struct http_answer *answer;
	struct http_form form; /* of a POST its body, else the query */
	enum words_language language;
	const char *path; /* behind /L/ */
	char visit[2 * VISIT_BYTES + 1], token[65];
	struct page page;
};

/* A page of HTML follows in visit->page. */
void visit_page(struct visit *visit, int status, const char *path);
void visit_error(struct visit *visit, enum page_error error, uint32_t wait_s);
/* 303 to a page of ours with a problem in its address. */
void visit_problem(struct visit *visit, const char *path, enum page_problem problem);

/* Asks the keyholder. False: the visitor has been told (no keyholder, busy). */
bool visit_ask(struct visit *visit, struct portal_question *question, struct portal_answer *answer);
/* The secret of a cookie; false: there is none. */
bool visit_secret(const struct visit *visit, const char *cookie, uint8_t out[PORTAL_SECRET_BYTES]);
void visit_set_secret(
	struct visit *visit, const char *cookie, const uint8_t secret[PORTAL_SECRET_BYTES], bool strict, long age_s);
/* Case N of the form or query; NULL with an error page said. */
const struct page_case *visit_case(struct visit *visit);
/* The sealed payload of one case, opened and decoded. */
struct visit_part {
	struct st_buf bytes;
	struct payload payload;
	bool found;
};
/* False: the visitor has been told that it is damaged. visit_part_free in any case. */
bool visit_read(struct visit *visit, size_t number, const struct portal_opening *opening, struct visit_part *out);
void visit_part_free(struct visit_part *part);
/* What pages say of a session. shown_to is the caller's to free. */
struct page_session visit_session(const struct portal_answer *answer, char **shown_to);

/* Routes of http_take.c: files to take away. */
void take_export(struct visit *visit);
void take_statement(struct visit *visit);

#endif
