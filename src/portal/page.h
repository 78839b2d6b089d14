/*
 * Pages: HTML without a script (VISUAL: one column, the fact in the title). Every text is a T("...") in one of three
 * languages; values go in through {1} to {9} and are escaped for where they stand. Which page exists, and under which
 * address, is portal/http_route.h.
 */
#ifndef STAUNCH_PORTAL_PAGE_H
#define STAUNCH_PORTAL_PAGE_H

#include "portal/about.h"
#include "portal/payload.h"
#include "portal/protocol.h"
#include "portal/words.h"
#include "report/html_write.h"

struct page {
	struct html_writer w;
	enum words_language language;
	const struct about *about;
	const char *style; /* address of the style sheet */
	const char *token; /* of every form */
	const char *path;  /* of this page without its language, for the switch: "code" */
	const char *query; /* which the switch keeps: "problem=wrong", "" none */
};

/* A case as pages know it: its index's head, and what it is called in the address, from 1. */
struct page_case {
	const struct portal_head *head;
	size_t number;
};

/* A visitor who has proven something. */
struct page_session {
	const char *shown_to; /* masked mailbox, or the domain */
	const char *domain;   /* of an organization */
	bool organization;
	enum portal_scope scope;
	int64_t until;
};

/* Writes the text with {1} replaced by the first argument, {2:b} by the second one in bold, {3:c} as code. Ends with
 * NULL. */
void page_text(struct page *page, const char *english, ...) __attribute__((sentinel));
void page_text_list(struct page *page, const char *text, const char *const *values, size_t count);
/* open, page_text, close */
void page_say(struct page *page, const char *tag, const char *class_name, const char *english, ...)
	__attribute__((sentinel));
/* The same with the form of a plural for n, which stands in {1}. */
void page_say_plural(struct page *page, const char *tag, const char *class_name, const char *one, const char *many,
	uint64_t n, ...) __attribute__((sentinel));
/* <a href="/LANGUAGE/path">text</a> */
void page_link(struct page *page, const char *path, const char *english);
/* "/en/code"; caller frees. */
char *page_address(const struct page *page, const char *path);

/* From <!doctype html> to <main>; title is translated already. */
void page_begin(struct page *page, const char *title);
void page_end(struct page *page);
/* Begins a form by POST to a path, with its token. */
void page_form(struct page *page, const char *path, const char *class_name);
void page_hidden(struct page *page, const char *name, const char *value);
void page_button(struct page *page, const char *class_name, const char *name, const char *value, const char *english);
/* A row of a <dl>: both are translated; value escaped. */
void page_term(struct page *page, const char *english, const char *value);
void page_steps(struct page *page, int now);
void page_who(struct page *page, const struct page_session *session);

/* --- one function for each page --- */

enum page_problem {
	PAGE_NO_PROBLEM,
	PAGE_NO_ADDRESS,    /* ask: that is no address */
	PAGE_WRONG,         /* code */
	PAGE_EXPIRED,       /* code, proof */
	PAGE_TOO_MANY,      /* code */
	PAGE_NO_DOMAIN,     /* domain */
	PAGE_PUBLIC,        /* domain */
	PAGE_PART,          /* domain */
	PAGE_NOT_FOUND_YET, /* proof */
	PAGE_DISAGREE,
	PAGE_BOGUS,
	PAGE_UNREACHABLE,
	PAGE_PROBLEMS
};
/* Their words in addresses: "wrong". */
const char *page_problem_word(enum page_problem problem);
enum page_problem page_problem_read(const char *word); /* NULL and unknown: none */

void page_ask(struct page *page, const struct page_case *cases, size_t count, enum page_problem problem);
void page_code(struct page *page, enum page_problem problem, unsigned tries_left);
void page_domain(struct page *page, enum page_problem problem);
struct page_proof {
	const char *domain, *txt_name, *txt_value;
	int64_t expires_at;
};
void page_proof(struct page *page, const struct page_proof *proof, enum page_problem problem);
/* asked NULL: only the form. genuine NULL: not ours. */
struct page_notice {
	const char *case_name;
	int64_t at;
};
void page_genuine(struct page *page, const char *asked, const struct page_notice *genuine);

struct page_part {
	const struct page_session *session;
	struct page_case of;
	enum portal_opening_state state;
	const struct payload *payload; /* NULL: no entry */
	const struct portal_log_entry *log;
	size_t log_count;
	const char *key_id;
	bool others; /* there are further cases */
};
void page_person(struct page *page, const struct page_part *part);
void page_organization(struct page *page, const struct page_part *part);
/* The list of several cases: of each, whether it has something. */
void page_parts(struct page *page, const struct page_session *session, const struct page_part *parts, size_t count);

void page_correct(struct page *page, const struct page_session *session, const struct page_case *of, bool empty);
void page_erase(struct page *page, const struct page_session *session, const struct page_case *of);
enum page_done { PAGE_CORRECTED, PAGE_ERASED, PAGE_LEFT };
void page_done(struct page *page, enum page_done done);

void page_happened(struct page *page, const struct page_case *cases, size_t count);
void page_handling(struct page *page, const struct page_case *cases, size_t count);

enum page_error {
	PAGE_ERROR_BROKEN_REQUEST, /* 400 */
	PAGE_ERROR_FORM,           /* 403: no or an old token */
	PAGE_ERROR_NO_PAGE,        /* 404 */
	PAGE_ERROR_METHOD,         /* 405 */
	PAGE_ERROR_SESSION,        /* 403: nothing is proven any more */
	PAGE_ERROR_PROOF,          /* 403: the DNS record is not there any more */
	PAGE_ERROR_BUSY,           /* 429 */
	PAGE_ERROR_DOWN,           /* 503: no keyholder */
	PAGE_ERRORS
};
void page_error(struct page *page, enum page_error error, uint32_t wait_s);

/* --- pieces that several pages share --- */

/* "E-mail address"; a kind out of range is none of ours and ends the process. */
const char *page_kind(enum words_language language, unsigned kind);
const char *page_kind_small(enum words_language language, unsigned kind); /* inside a sentence, plural */
/* What was looked at, as a list; the sentence of contract 10. */
void page_coverage(struct page *page, const struct page_case *of);
void page_negative_text(
	enum words_language language, const struct portal_head *head, bool organization, struct st_buf *out);
void page_rests_on(struct page *page, const struct page_case *of);
void page_log(struct page *page, const struct page_part *part);
/* "from 5 December 2019 until 31 December 2019", or what is known of it */
void page_window(enum words_language language, const struct portal_head *head, struct st_buf *out);
/* What to do now, most effective first, for these kinds (bits of enum detect_kind). */
void page_advice(struct page *page, uint32_t kinds, bool organization);
void page_list_kinds(enum words_language language, uint32_t kinds, struct st_buf *out);

#endif
